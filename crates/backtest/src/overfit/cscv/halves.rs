//! All halves of the blocks, each together with its complement.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::blocks::Blocks;

/// What was chosen in one half and what became of it in the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chosen {
    pub(super) strategy: u32,
    /// Twice the rank out of sample, so that the mean rank of ties is whole.
    pub(super) rank_twice: u32,
    pub(super) in_sample: f64,
    pub(super) out_of_sample: f64,
}

/// Blocks whose side is fixed per piece of work; 64 pieces keep many threads busy.
const FIXED_MAX: usize = 6;

/// All halves with the first block in lexicographic order, each as the half in sample and then with
/// the sides exchanged.
pub(super) fn all(blocks: &Blocks) -> Vec<[Chosen; 2]> {
    // Fewer than fill a side, and none when there are but two blocks.
    let fixed = (blocks.count() / 2).saturating_sub(2).min(FIXED_MAX);
    let pieces: Vec<Vec<[Chosen; 2]>> = (0..1_usize << fixed)
        .into_par_iter()
        .map(|piece| Walk::piece(blocks, fixed, piece))
        .collect();
    pieces.into_iter().flatten().collect()
}

/// A walk through the tree of sides: block after block goes in sample, then out of it.
struct Walk<'a> {
    blocks: &'a Blocks,
    /// Sums of the blocks in sample so far; row i holds i blocks.
    inside: Stack,
    /// Sums of the blocks out of sample so far.
    outside: Stack,
    scores: [Vec<f64>; 2],
    found: Vec<[Chosen; 2]>,
}

/// How far a walk has come: the next block, blocks and sessions on either side.
#[derive(Clone, Copy, Default)]
struct At {
    block: usize,
    inside: usize,
    outside: usize,
    sessions: [usize; 2],
}

impl<'a> Walk<'a> {
    /// The halves in which the `fixed` blocks after the first are on the sides that the bits of
    /// `piece` say, the first of them in the highest bit: 0 is in sample.
    fn piece(blocks: &'a Blocks, fixed: usize, piece: usize) -> Vec<[Chosen; 2]> {
        let half = blocks.count() / 2;
        let row = 2 * blocks.strategies;
        let mut walk = Self {
            blocks,
            inside: Stack::new(half, row),
            outside: Stack::new(half, row),
            scores: [vec![0.0; blocks.strategies], vec![0.0; blocks.strategies]],
            found: Vec::new(),
        };
        let mut at = At::default();
        if half > 1 {
            at = walk.inwards(at);
            for bit in (0..fixed).rev() {
                at = if piece >> bit & 1 == 0 { walk.inwards(at) } else { walk.outwards(at) };
            }
        }
        walk.on(at);
        walk.found
    }

    /// Both sides for the next block. A side that gets full leaves all further blocks to the other.
    fn on(&mut self, at: At) {
        let half = self.blocks.count() / 2;
        if at.inside + 1 == half {
            self.compare(at, [true, false]);
        } else {
            let next = self.inwards(at);
            self.on(next);
        }
        // The first block out of sample is a complement, which comes with its half.
        if at.block == 0 {
            return;
        }
        if at.outside + 1 == half {
            self.compare(at, [false, true]);
        } else {
            let next = self.outwards(at);
            self.on(next);
        }
    }

    fn inwards(&mut self, at: At) -> At {
        self.inside.push(at.inside, self.blocks.block(at.block));
        let sessions = [at.sessions[0] + self.blocks.sessions[at.block], at.sessions[1]];
        At { block: at.block + 1, inside: at.inside + 1, sessions, ..at }
    }

    fn outwards(&mut self, at: At) -> At {
        self.outside.push(at.outside, self.blocks.block(at.block));
        let sessions = [at.sessions[0], at.sessions[1] + self.blocks.sessions[at.block]];
        At { block: at.block + 1, outside: at.outside + 1, sessions, ..at }
    }

    /// Completes a half: the block goes to the side that it `fills`, all after it to the other.
    fn compare(&mut self, at: At, fills: [bool; 2]) {
        let blocks = self.blocks;
        let own = blocks.sessions[at.block];
        let rest: usize = blocks.sessions[at.block + 1..].iter().sum();
        let so_far = [self.inside.row(at.inside), self.outside.row(at.outside)];
        let mut sessions = [0.0; 2];
        for side in [0, 1] {
            let (added, more) = if fills[side] {
                (blocks.block(at.block), own)
            } else {
                (blocks.rest(at.block + 1), rest)
            };
            sessions[side] = (at.sessions[side] + more) as f64;
            score(so_far[side], added, sessions[side], &mut self.scores[side]);
        }
        let [inside, outside] = &self.scores;
        let forth = choose(inside, outside, sessions);
        let back = choose(outside, inside, [sessions[1], sessions[0]]);
        self.found.push([forth, back]);
    }
}

/// Running sums that can be taken back: row i is row i - 1 and one block more.
struct Stack {
    width: usize,
    rows: Vec<f64>,
}

impl Stack {
    /// Room for fewer than `depth` blocks.
    fn new(depth: usize, width: usize) -> Self {
        Self { width, rows: vec![0.0; depth * width] }
    }

    fn row(&self, at: usize) -> &[f64] {
        &self.rows[at * self.width..(at + 1) * self.width]
    }

    /// Makes row `at + 1` of row `at` and a block.
    fn push(&mut self, at: usize, block: &[f64]) {
        let (before, after) = self.rows.split_at_mut((at + 1) * self.width);
        let from = &before[at * self.width..];
        for ((to, from), block) in after[..self.width].iter_mut().zip(from).zip(block) {
            *to = from + block;
        }
    }
}

/// The share of `n` above which the square of a sum is all there is in a sum of squares.
const CONSTANT: f64 = 1.0 - 1e-12;

/// Scores of one side, which order strategies as their Sharpe ratios do.
///
/// With the sum a and the sum of squares q of n returns, the squared ratio is
/// `(n - 1) / n * s / (n - s)` where `s = a^2 / q`: it rises with s, so s with the sign of a does
/// for comparing and takes no root. Without variance, s = n, and without returns, s = 0 / 0, the
/// score is 0.
fn score(so_far: &[f64], added: &[f64], n: f64, scores: &mut [f64]) {
    let strategies = scores.len();
    let (sums, squares) = so_far.split_at(strategies);
    let (more, more_squares) = added.split_at(strategies);
    let limit = n * CONSTANT;
    let sums = sums.iter().zip(more).zip(squares.iter().zip(more_squares));
    for (score, ((a, b), (q, r))) in scores.iter_mut().zip(sums) {
        let (sum, squares) = (a + b, q + r);
        let part = sum * sum / squares;
        *score = if part < limit { part.copysign(sum) } else { 0.0 };
    }
}

/// The Sharpe ratio of `n` returns with this score.
fn ratio(score: f64, n: f64) -> f64 {
    let part = score.abs();
    ((n - 1.0) / n * part / (n - part)).sqrt().copysign(score)
}

/// Scores nearer than this share of themselves are tied.
const TIED: f64 = 1e-12;

/// The best of one side and its rank on the other.
fn choose(inside: &[f64], outside: &[f64], sessions: [f64; 2]) -> Chosen {
    let best = maximum(inside);
    let strategy = first_from(inside, best - TIED * best.abs());
    Chosen {
        strategy: u32::try_from(strategy).expect("strategies are far fewer than 2^32"),
        rank_twice: rank_twice(outside, outside[strategy]),
        in_sample: ratio(inside[strategy], sessions[0]),
        out_of_sample: ratio(outside[strategy], sessions[1]),
    }
}

/// Strategies that are looked at together, for the compiler to use vectors.
const LANES: usize = 4;

/// The greater of two numbers, in one instruction.
fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The greatest score.
fn maximum(scores: &[f64]) -> f64 {
    let mut lanes = [f64::NEG_INFINITY; LANES];
    let (chunks, rest) = scores.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, score) in lanes.iter_mut().zip(chunk) {
            *lane = greater(*score, *lane);
        }
    }
    lanes.iter().chain(rest).copied().fold(f64::NEG_INFINITY, greater)
}

/// Position of the first score that is at least `least`, which one of them is.
fn first_from(scores: &[f64], least: f64) -> usize {
    let (chunks, _) = scores.as_chunks::<LANES>();
    let below =
        |chunk: &&[f64; LANES]| chunk.iter().copied().fold(f64::NEG_INFINITY, greater) < least;
    let passed = chunks.iter().take_while(below).count() * LANES;
    let within = scores[passed..].iter().position(|score| *score >= least);
    passed + within.expect("the maximum is at least that")
}

/// Twice the rank of `value`, which is one of the scores: 2 is the worst, and a tie has the mean of
/// its ranks. The scores below the value and those not above it, itself included, add up to one
/// less, for the mean rank of a tie is the middle of both counts.
fn rank_twice(scores: &[f64], value: f64) -> u32 {
    let (low, high) = (value - TIED * value.abs(), value + TIED * value.abs());
    // Counts cannot overflow, and checking that they do not would keep them out of vectors.
    let counted = |score: f64| u64::from(score < low).wrapping_add(u64::from(score <= high));
    let mut lanes = [0_u64; LANES];
    let (chunks, rest) = scores.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, score) in lanes.iter_mut().zip(chunk) {
            *lane = lane.wrapping_add(counted(*score));
        }
    }
    let count = lanes.iter().sum::<u64>() + rest.iter().map(|score| counted(*score)).sum::<u64>();
    u32::try_from(count + 1).expect("strategies are far fewer than 2^31")
}
