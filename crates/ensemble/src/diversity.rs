//! How many independent voices there really are.

/// Effective number of members, `1 / sum w^2`: 1 when one decides, K when all count alike.
pub fn effective_members(weights: &[f64]) -> f64 {
    1.0 / weights.iter().map(|w| w * w).sum::<f64>()
}

/// Correlation of two members' errors `p - y` over the same outcomes; `None` for fewer than two
/// outcomes, unequal lengths, or an error that never changes.
pub fn error_correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() || a.len() < 2 {
        return None;
    }
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let product = |x: &[f64], mx: f64, y: &[f64], my: f64| {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>()
    };
    let (var_a, var_b) = (product(a, mean_a, a, mean_a), product(b, mean_b, b, mean_b));
    let both = var_a > 0.0 && var_b > 0.0;
    both.then(|| product(a, mean_a, b, mean_b) / (var_a.sqrt() * var_b.sqrt()))
}

#[cfg(test)]
mod tests {
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
        assert_eq!(error_correlation(&a, &a[..3]), None);
    }
}
