//! How many independent voices there really are.
//!
//! **Source:** the effective number is the inverse of Herfindahl's index of concentration; that a
//! pool gains by uncorrelated errors is Krogh and Vedelsby, NIPS 7 (1995).

mod window;

pub use window::ErrorWindow;

/// Effective number of members, `1 / sum w^2`: 1 when one decides, K when all count alike.
pub fn effective_members(weights: &[f64]) -> f64 {
    1.0 / weights.iter().map(|w| w * w).sum::<f64>()
}

/// Correlation of two members' errors `p - y` over the same outcomes, in `-1..=1`; `None` for
/// fewer than two outcomes, unequal lengths, or an error that never changes.
pub fn error_correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() || a.len() < 2 {
        return None;
    }
    // Asked of the values, since a mean may round and leave a variance where there is none.
    let still = |x: &[f64]| x.iter().all(|e| *e == x[0]);
    if still(a) || still(b) {
        return None;
    }
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let product = |x: &[f64], mx: f64, y: &[f64], my: f64| {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>()
    };
    let (var_a, var_b) = (product(a, mean_a, a, mean_a), product(b, mean_b, b, mean_b));
    let both = var_a > 0.0 && var_b > 0.0;
    let correlation = || product(a, mean_a, b, mean_b) / (var_a.sqrt() * var_b.sqrt());
    both.then(|| correlation().clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn effective_members_range_from_one_to_all() {
        assert_eq!(effective_members(&[1.0, 0.0]), 1.0);
        assert_eq!(effective_members(&[0.25; 4]), 4.0);
    }

    #[test]
    fn errors_that_move_together_correlate() {
        let a = [0.1, -0.4, 0.3, 0.2];
        let opposite = a.map(|x| 1.0 - 2.0 * x);
        assert!((error_correlation(&a, &a).unwrap() - 1.0).abs() < 1e-12);
        assert!((error_correlation(&a, &opposite).unwrap() + 1.0).abs() < 1e-12);
        assert_eq!(error_correlation(&a, &[0.5; 4]), None);
        assert_eq!(error_correlation(&a, &[0.1; 4]), None, "a mean that rounds is no variance");
        assert_eq!(error_correlation(&[0.1; 10], &[0.3; 10]), None);
        assert_eq!(error_correlation(&a, &a[..3]), None);
    }

    proptest! {
        /// Also the expected weight of a member drawn by weight, turned upside down.
        #[test]
        fn effective_members_are_between_one_and_all(
            merits in prop::collection::vec(0.001_f64..1.0, 1..64),
        ) {
            let total: f64 = merits.iter().sum();
            let weights: Vec<f64> = merits.iter().map(|m| m / total).collect();
            let drawn: f64 = merits.iter().map(|m| m / total * (m / total)).sum();
            let effective = effective_members(&weights);
            prop_assert!((effective * drawn - 1.0).abs() < 1e-9);
            prop_assert!(effective >= 1.0 - 1e-12);
            prop_assert!(effective <= merits.len() as f64 * (1.0 + 1e-12));
        }
    }
}
