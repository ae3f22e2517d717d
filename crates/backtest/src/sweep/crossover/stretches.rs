//! Lowest price, highest price and deepest fall of any stretch of bars, in constant time.
//!
//! A stretch is cut at the borders of blocks of sixteen bars. What lies before the first border and
//! after the last one is looked up; the whole blocks between are two lookups, for every bisection of
//! the row of blocks has, for each block, the stretch from there to the middle ready.

/// Bars in a block.
const BLOCK: usize = 16;

/// What a stretch of prices amounts to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    /// Lowest price.
    pub(super) lowest: f64,
    /// Highest price.
    pub(super) highest: f64,
    /// Least price over the highest up to it: 1 less the deepest fall.
    pub(super) fallen: f64,
}

impl Stretch {
    fn of(price: f64) -> Self {
        Self { lowest: price, highest: price, fallen: 1.0 }
    }

    /// This one and the next one as one: the deepest fall is in either, or from the height of the
    /// first to the bottom of the second.
    fn then(self, next: Self) -> Self {
        Self {
            lowest: self.lowest.min(next.lowest),
            highest: self.highest.max(next.highest),
            fallen: self.fallen.min(next.fallen).min(next.lowest / self.highest),
        }
    }
}

/// All stretches of a series of prices above 0.
#[derive(Debug, Clone)]
pub(super) struct Stretches {
    prices: Vec<f64>,
    /// From the start of its block to each bar.
    from_start: Vec<Stretch>,
    /// From each bar to the end of its block.
    to_end: Vec<Stretch>,
    /// Level 0 has the blocks themselves. Level k is cut into pieces of 2^k blocks; each block has
    /// the stretch between it and the middle of its piece, both ends included.
    levels: Vec<Vec<Stretch>>,
}

impl Stretches {
    pub(super) fn new(prices: &[f64]) -> Self {
        let (mut from_start, mut to_end) = (Vec::new(), Vec::new());
        for block in prices.chunks(BLOCK) {
            let bars: Vec<Stretch> = block.iter().map(|price| Stretch::of(*price)).collect();
            from_start.extend(towards_end(&bars));
            to_end.extend(towards_start(&bars));
        }
        let blocks: Vec<Stretch> = to_end.iter().step_by(BLOCK).copied().collect();
        Self { prices: prices.to_vec(), from_start, to_end, levels: levels(blocks) }
    }

    /// The stretch from `first` to `last`, both included.
    pub(super) fn over(&self, first: usize, last: usize) -> Stretch {
        let (first_block, last_block) = (first / BLOCK, last / BLOCK);
        if first_block == last_block {
            let rest = self.prices[first + 1..=last].iter();
            return rest.fold(Stretch::of(self.prices[first]), |so_far, price| {
                so_far.then(Stretch::of(*price))
            });
        }
        let mut stretch = self.to_end[first];
        if first_block + 1 < last_block {
            stretch = stretch.then(self.blocks(first_block + 1, last_block - 1));
        }
        stretch.then(self.from_start[last])
    }

    /// The stretch of whole blocks. Two different ones part at their highest differing bit, and on
    /// that level they are on either side of the middle.
    fn blocks(&self, first: usize, last: usize) -> Stretch {
        let level = usize::BITS - (first ^ last).leading_zeros();
        let level = &self.levels[level as usize];
        if first == last { level[first] } else { level[first].then(level[last]) }
    }
}

/// From the first up to each.
fn towards_end(stretches: &[Stretch]) -> Vec<Stretch> {
    let mut all = stretches.to_vec();
    for at in 1..all.len() {
        all[at] = all[at - 1].then(all[at]);
    }
    all
}

/// From each up to the last.
fn towards_start(stretches: &[Stretch]) -> Vec<Stretch> {
    let mut all = stretches.to_vec();
    for at in (1..all.len()).rev() {
        all[at - 1] = all[at - 1].then(all[at]);
    }
    all
}

fn levels(blocks: Vec<Stretch>) -> Vec<Vec<Stretch>> {
    let halves = std::iter::successors(Some(1_usize), |half| Some(2 * half));
    let bisected: Vec<_> = halves
        .take_while(|half| *half < blocks.len())
        .map(|half| {
            let sides = blocks.chunks(half).enumerate();
            sides
                .flat_map(
                    |(n, side)| {
                        if n % 2 == 0 { towards_start(side) } else { towards_end(side) }
                    },
                )
                .collect()
        })
        .collect();
    std::iter::once(blocks).chain(bisected).collect()
}
