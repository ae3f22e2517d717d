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
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
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

/// Which places of ten are put in order with which, one pair after the other: Knuth's network of 29
/// comparisons (The Art of Computer Programming, volume 3, 5.3.4).
const NETWORK: [(usize, usize); 29] = [
    (0, 8),
    (1, 9),
    (2, 7),
    (3, 5),
    (4, 6),
    (0, 2),
    (1, 4),
    (5, 8),
    (7, 9),
    (0, 3),
    (2, 4),
    (5, 7),
    (6, 9),
    (0, 1),
    (3, 6),
    (8, 9),
    (1, 5),
    (2, 3),
    (4, 8),
    (6, 7),
    (1, 2),
    (3, 5),
    (4, 6),
    (7, 8),
    (2, 3),
    (4, 5),
    (6, 7),
    (3, 4),
    (5, 6),
];

/// Mean of the two in the middle, without a branch that could be guessed wrong.
///
/// The halves are sorted side by side. Of two sorted tens, the smaller one of each place and its
/// counterpart from the other end are the ten smallest of all: the greatest of those and the
/// smallest of the others are in the middle.
fn full_median(volumes: &[f64; VOLUME_SESSIONS]) -> f64 {
    const HALF: usize = VOLUME_SESSIONS / 2;
    const { assert!(HALF == 10, "as many places as the network has") };
    let mut halves: [[f64; 2]; HALF] = std::array::from_fn(|i| [volumes[i], volumes[HALF + i]]);
    for (i, j) in NETWORK {
        let (a, b) = (halves[i], halves[j]);
        halves[i] = [lesser(a[0], b[0]), lesser(a[1], b[1])];
        halves[j] = [greater(a[0], b[0]), greater(a[1], b[1])];
    }
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for i in 0..HALF {
        let (one, other) = (halves[i][0], halves[HALF - 1 - i][1]);
        low = greater(low, lesser(one, other));
        high = lesser(high, greater(one, other));
    }
    f64::midpoint(low, high)
}

/// The lesser of two numbers; one instruction, as nothing is promised of what is no number.
#[inline]
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The greater, likewise.
#[inline]
fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
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
