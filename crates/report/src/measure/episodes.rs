//! Drawdowns one by one: from a peak down and back to it.

use tradebot_backtest::performance::drawdowns;

/// A way below a peak. Places are closes: 0 is the start, `n` the close after `n` returns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Episode {
    /// The close at the peak.
    pub(crate) peak: usize,
    /// The lowest close; the first of several.
    pub(crate) trough: usize,
    /// The first close back at the peak; `None` when it never came back.
    pub(crate) back: Option<usize>,
    /// Equity over peak less 1 at the trough, below 0.
    pub(crate) depth: f64,
}

/// The deepest drawdowns, the deepest first; the earlier of two equally deep ones.
///
/// - **Edges:** the start counts as a peak; empty when equity never fell.
pub(crate) fn deepest(returns: &[f64], most: usize) -> Vec<Episode> {
    let mut all = episodes(&drawdowns(returns));
    all.sort_by(|a, b| a.depth.total_cmp(&b.depth).then(a.peak.cmp(&b.peak)));
    all.truncate(most);
    all
}

fn episodes(drawdowns: &[f64]) -> Vec<Episode> {
    let mut all = Vec::new();
    let mut open: Option<Episode> = None;
    for (index, depth) in drawdowns.iter().enumerate() {
        let here = index + 1;
        if *depth < 0.0 {
            let way = open.get_or_insert(Episode {
                peak: index,
                trough: here,
                back: None,
                depth: *depth,
            });
            if *depth < way.depth {
                (way.trough, way.depth) = (here, *depth);
            }
        } else if let Some(way) = open.take() {
            all.push(Episode { back: Some(here), ..way });
        }
    }
    all.extend(open);
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tradebot_backtest::performance::performance;

    use super::*;

    #[test]
    fn a_way_down_and_back_by_hand() {
        // Closes 1, 1.1, 0.55, 0.825, 1.2375, 1.0519, 1.2375 x ...
        let all = deepest(&[0.1, -0.5, 0.5, 0.5, -0.15], 10);
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].peak, all[0].trough, all[0].back), (1, 2, Some(4)));
        assert!((all[0].depth + 0.5).abs() < 1e-12);
        assert_eq!((all[1].peak, all[1].trough, all[1].back), (4, 5, None));
        assert_eq!(deepest(&[0.1, -0.5, 0.5, 0.5, -0.15], 1).len(), 1);
    }

    #[test]
    fn what_never_fell_has_none() {
        assert!(deepest(&[], 10).is_empty());
        assert!(deepest(&[0.0, 0.1, 0.0], 10).is_empty());
        // From the first session on: the start is the peak.
        assert_eq!(deepest(&[-0.1], 10)[0].peak, 0);
    }

    proptest! {
        #[test]
        fn the_deepest_is_the_deepest_drawdown_and_none_overlap(
            returns in prop::collection::vec(-0.1_f64..0.1, 1..200),
        ) {
            let mut all = deepest(&returns, usize::MAX);
            let measured = performance(&returns);
            prop_assert_eq!(all.first().map_or(0.0, |e| e.depth), measured.max_drawdown.unwrap());
            prop_assert!(all.windows(2).all(|w| w[0].depth <= w[1].depth));
            let length = |e: &Episode| e.back.unwrap_or(returns.len()) - e.peak;
            let longest = all.iter().map(length).max().unwrap_or(0);
            prop_assert_eq!(longest, measured.drawdown_sessions.unwrap());
            all.sort_by_key(|e| e.peak);
            prop_assert!(all.windows(2).all(|w| w[0].back.unwrap() <= w[1].peak));
            prop_assert!(all.iter().all(|e| e.peak < e.trough));
        }
    }
}
