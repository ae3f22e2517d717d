//! As many points as can be seen.

/// Keeps, of all points that fall into one of the equally wide columns, the first, the lowest, the
/// highest and the last: the line looks the same, and a spike of one session stays.
///
/// - `points`: by ascending x; those that are not finite are left out.
pub(crate) fn thin(points: &[(f64, f64)], columns: u32) -> Vec<(f64, f64)> {
    let finite: Vec<(f64, f64)> =
        points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    let (Some(first), Some(last)) = (finite.first(), finite.last()) else { return finite };
    let width = (last.0 - first.0) / f64::from(columns.max(1));
    if finite.len() <= columns as usize || width <= 0.0 {
        return finite;
    }
    let column = |x: f64| ((x - first.0) / width).floor();
    finite
        .chunk_by(|a, b| column(a.0) == column(b.0))
        .flat_map(|chunk| {
            let lowest = position(chunk, |a, b| a < b);
            let highest = position(chunk, |a, b| a > b);
            let mut kept = vec![0, lowest, highest, chunk.len() - 1];
            kept.sort_unstable();
            kept.dedup();
            kept.into_iter().map(|index| chunk[index])
        })
        .collect()
}

fn position(chunk: &[(f64, f64)], better: impl Fn(f64, f64) -> bool) -> usize {
    (1..chunk.len()).fold(0, |best, i| if better(chunk[i].1, chunk[best].1) { i } else { best })
}
