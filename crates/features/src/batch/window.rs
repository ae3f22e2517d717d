//! Sums over a sliding window that never take a value out again.

use std::ops::Range;

use crate::period::Period;

/// What is added up of the values of a window.
pub(super) trait Total: Copy {
    /// Of no value.
    const NOTHING: Self;

    /// Of one value; `pivot` is another one of the same window.
    fn of(value: f64, pivot: f64) -> Self;

    fn plus(self, other: Self) -> Self;
}

/// The plain sum.
impl Total for f64 {
    const NOTHING: Self = 0.0;

    #[inline]
    fn of(value: f64, _pivot: f64) -> Self {
        value
    }

    #[inline]
    fn plus(self, other: Self) -> Self {
        self + other
    }
}

/// The sum of distances from the pivot, and of their squares.
///
/// A value of the window is at most sqrt(n - 1) deviations away from its mean. So what cancels
/// when a variance is made of these is bounded by n, whatever the level of prices.
impl Total for [f64; 2] {
    const NOTHING: Self = [0.0; 2];

    #[inline]
    fn of(value: f64, pivot: f64) -> Self {
        let apart = value - pivot;
        [apart, apart * apart]
    }

    #[inline]
    fn plus(self, other: Self) -> Self {
        [self[0] + other[0], self[1] + other[1]]
    }
}

/// Walks through a column in blocks of n windows, one block after the other.
///
/// A block begins with its anchor, the value that stands last in its first window and first in
/// its last. So every window of the block is a tail of the n - 1 values before the anchor and a
/// head of the n values from it on, and the totals of both grow away from the anchor by addition.
/// What is out of the window is out of the answer, to the last bit.
///
/// **Cost:** two additions and one that joins them per value, whatever n.
///
/// **Source:** van Herk, *Pattern Recognition Letters* 13, 1992; Gil and Werman, *IEEE PAMI* 15,
/// 1993 (both for extremes).
#[derive(Debug, Clone)]
pub(super) struct Blocks<T> {
    period: usize,
    /// Index of the next block's anchor.
    anchor: usize,
    tails: Box<[T]>,
    heads: Box<[T]>,
}

/// The windows of one block.
#[derive(Debug)]
pub(super) struct Block<'a, T> {
    /// Index of the value that stands last in the first window.
    pub(super) first: usize,
    /// The anchor's value, which is in all of the windows.
    pub(super) pivot: f64,
    tails: &'a [T],
    heads: &'a [T],
}

impl<T: Total> Block<'_, T> {
    /// Of each window, the index of its last value.
    pub(super) const fn indices(&self) -> Range<usize> {
        self.first..self.first + self.heads.len()
    }

    /// The total of each window.
    #[inline]
    pub(super) fn totals(&self) -> impl Iterator<Item = T> {
        self.heads.iter().zip(self.tails).map(|(head, tail)| head.plus(*tail))
    }
}

impl<T: Total> Blocks<T> {
    pub(super) fn new(period: Period) -> Self {
        let period = period.get();
        let nothing = || vec![T::NOTHING; period].into_boxed_slice();
        Self { period, anchor: period - 1, tails: nothing(), heads: nothing() }
    }

    /// Gives the windows up to that which ends before `until`, and some after it: a block is
    /// broken off at the end of `values` only.
    #[inline]
    pub(super) fn advance(
        &mut self,
        values: &[f64],
        until: usize,
        mut each: impl FnMut(Block<'_, T>),
    ) {
        while self.anchor < until.min(values.len()) {
            let end = values.len().min(self.anchor + self.period);
            let tail = &values[self.anchor + 1 - self.period..self.anchor];
            let head = &values[self.anchor..end];
            self.add_up(tail, head);
            let heads = &self.heads[..head.len()];
            each(Block { first: self.anchor, pivot: head[0], tails: &self.tails, heads });
            self.anchor = end;
        }
    }

    /// Tails and heads side by side, since each sum waits for the one before it.
    fn add_up(&mut self, tail: &[f64], head: &[f64]) {
        let (tails, heads) = (&mut self.tails[..tail.len()], &mut self.heads[..head.len()]);
        let (Some((anchor, head)), Some((first, heads))) =
            (head.split_first(), heads.split_first_mut())
        else {
            return;
        };
        let pivot = *anchor;
        *first = T::of(pivot, pivot);
        let (mut ahead, mut behind) = (*first, T::NOTHING);
        // The last block may have fewer heads; its windows need all tails nevertheless.
        let (late_tail, early_tail) = tail.split_at(tail.len() - head.len());
        let (late_tails, early_tails) = tails.split_at_mut(tail.len() - head.len());
        let backward = early_tails.iter_mut().zip(early_tail).rev();
        for ((slot, value), (slot_behind, value_behind)) in heads.iter_mut().zip(head).zip(backward)
        {
            ahead = ahead.plus(T::of(*value, pivot));
            behind = behind.plus(T::of(*value_behind, pivot));
            (*slot, *slot_behind) = (ahead, behind);
        }
        for (slot, value) in late_tails.iter_mut().zip(late_tail).rev() {
            behind = behind.plus(T::of(*value, pivot));
            *slot = behind;
        }
    }
}
