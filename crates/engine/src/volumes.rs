//! The volumes of a symbol's last sessions.

/// Sessions over which the median volume is taken.
pub const VOLUME_SESSIONS: usize = 20;

/// Raw volumes of the last [`VOLUME_SESSIONS`] sessions, in today's shares, in no order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Volumes {
    last: [f64; VOLUME_SESSIONS],
    /// Where the next one goes.
    next: usize,
    len: usize,
}

impl Volumes {
    /// None yet.
    pub const NONE: Self = Self { last: [0.0; VOLUME_SESSIONS], next: 0, len: 0 };

    /// Takes a session's volume in, and the oldest one out once there are enough.
    #[inline]
    pub fn push(&mut self, volume: f64) {
        self.last[self.next] = volume;
        self.next = if self.next + 1 == VOLUME_SESSIONS { 0 } else { self.next + 1 };
        if self.len < VOLUME_SESSIONS {
            self.len += 1;
        }
    }

    /// Counts old volumes in new shares after a split.
    pub fn scale(&mut self, ratio: f64) {
        self.last.iter_mut().for_each(|volume| *volume *= ratio);
    }

    /// Their median, shares; 0 before there are any.
    pub fn median(&self) -> f64 {
        let mut space = self.last;
        let known = &mut space[..self.len];
        if self.len == VOLUME_SESSIONS && !known.iter().any(|volume| volume.is_nan()) {
            return full_median(&self.last);
        }
        known.sort_unstable_by(f64::total_cmp);
        match known.len() {
            0 => 0.0,
            n if n % 2 == 1 => known[n / 2],
            n => f64::midpoint(known[n / 2 - 1], known[n / 2]),
        }
    }
}

/// Mean of the two in the middle, without sorting and without a branch that could be guessed wrong:
/// the k-th smallest is the greatest that has at most k below it.
fn full_median(volumes: &[f64; VOLUME_SESSIONS]) -> f64 {
    /// As wide as a volume, so that several can be counted at a time.
    const MIDDLE: i64 = 10;
    const { assert!(VOLUME_SESSIONS == 20, "twice the middle") };
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for this in volumes {
        // An addition that is checked would be made one at a time.
        let below = volumes.iter().fold(0_i64, |n, other| n.wrapping_add(i64::from(other < this)));
        low = if below < MIDDLE { low.max(*this) } else { low };
        high = if below <= MIDDLE { high.max(*this) } else { high };
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_median_is_that_of_the_sorted_last_twenty(
            volumes in proptest::collection::vec((0_u32..40).prop_map(f64::from), 0..70),
        ) {
            let mut window = Volumes::NONE;
            for volume in &volumes {
                window.push(*volume);
            }
            let mut last = volumes[volumes.len().saturating_sub(VOLUME_SESSIONS)..].to_vec();
            last.sort_by(f64::total_cmp);
            let n = last.len();
            let expected = if n == 0 { 0.0 } else { f64::midpoint(last[(n - 1) / 2], last[n / 2]) };
            prop_assert_eq!(window.median(), expected);
        }
    }

    #[test]
    fn a_volume_that_is_no_number_counts_as_the_greatest() {
        let mut window = Volumes::NONE;
        for i in 0..20 {
            window.push(if i < 3 { f64::NAN } else { f64::from(i) });
        }
        assert_eq!(window.median(), 12.5, "of 3 to 19 and three that are greater");
    }
}
