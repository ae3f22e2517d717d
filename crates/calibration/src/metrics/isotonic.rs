//! Isotonic regression by pooling adjacent violators.

/// The non-decreasing sequence nearest to `values` in weighted squares.
///
/// - **Shape:** as long as the shorter of the two; weights > 0.
/// - **Cost:** linear.
///
/// **Source:** Ayer et al., Annals of Mathematical Statistics 26 (1955).
pub fn isotonic(values: &[f64], weights: &[f64]) -> Vec<f64> {
    // Blocks of (weighted mean, weight, length), means strictly increasing.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for (&value, &weight) in values.iter().zip(weights) {
        let mut block = (value, weight, 1);
        while let Some(&(mean, before, length)) = blocks.last() {
            if mean < block.0 {
                break;
            }
            let sum = before + block.1;
            block = ((mean * before + block.0 * block.1) / sum, sum, length + block.2);
            blocks.pop();
        }
        blocks.push(block);
    }
    blocks.iter().flat_map(|&(mean, _, length)| std::iter::repeat_n(mean, length)).collect()
}
