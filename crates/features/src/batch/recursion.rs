//! Recursions of the first order: one step, or many.

/// y = kept * y before + x.
#[derive(Debug, Clone)]
pub(super) struct Recursion {
    kept: f64,
    value: f64,
}

impl Recursion {
    pub(super) const fn new(kept: f64, value: f64) -> Self {
        Self { kept, value }
    }

    /// The latest y.
    pub(super) const fn value(&self) -> f64 {
        self.value
    }

    /// Takes the next x and gives its y.
    #[inline]
    pub(super) fn step(&mut self, x: f64) -> f64 {
        self.value = self.value * self.kept + x;
        self.value
    }

    /// Takes the next x, four at a time, and writes their y.
    ///
    /// Step by step, each value waits for the product and the sum before it. Here it is taken from
    /// the one two steps back, so that two go side by side: with u = x + k x\[1\],
    /// y = u + k^2 y\[2\], where \[j\] is j steps back. The terms of the sum are the same and have
    /// the same signs, so nothing is lost but the last bits.
    ///
    /// **Source:** Kogge and Stone, *IEEE Transactions on Computers* C-22, 1973.
    #[inline]
    pub(super) fn run(&mut self, inputs: impl Iterator<Item = [f64; 4]>, out: &mut [[f64; 4]]) {
        let (k, square) = (self.kept, self.kept * self.kept);
        // The latest y as if it were the first: an input of its own, with nothing before it.
        let (mut x_before, mut y) = (self.value, [0.0, self.value]);
        for (four, x) in out.iter_mut().zip(inputs) {
            let u = [x[0] + k * x_before, x[1] + k * x[0], x[2] + k * x[1], x[3] + k * x[2]];
            let early = [u[0] + square * y[0], u[1] + square * y[1]];
            y = [u[2] + square * early[0], u[3] + square * early[1]];
            *four = [early[0], early[1], y[0], y[1]];
            x_before = x[3];
        }
        self.value = y[1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_at_a_time_is_one_at_a_time_but_for_the_last_bits() {
        let inputs: Vec<f64> = (0..200).map(|i| f64::from(i * i % 97)).collect();
        for kept in [0.0, 0.5, 13.0 / 14.0, 0.999, 1.0] {
            for fours in [0, 1, 2, 3, 50] {
                let mut together = vec![[0.0; 4]; fours];
                let (mut a, mut b) = (Recursion::new(kept, 7.0), Recursion::new(kept, 7.0));
                a.run(inputs.as_chunks().0.iter().copied(), &mut together);
                for (x, got) in inputs.iter().zip(together.as_flattened()) {
                    let expected = b.step(*x);
                    assert!((got - expected).abs() <= 1e-14 * expected, "{got} {expected}");
                }
                assert_eq!(a.value(), together.as_flattened().last().copied().unwrap_or(7.0));
            }
        }
    }
}
