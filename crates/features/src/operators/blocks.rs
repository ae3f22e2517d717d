//! A window of the last n values that never takes a value out again.
//!
//! A running sum subtracts what leaves the window, and so keeps the rounding of every value that
//! ever passed: after a bad print, or just after a fall from 1,900 to 7, its digits are gone for
//! good. Here values come in blocks of n. The window is a tail of the block before, whose summaries
//! are taken once when that block is complete, and the head of the present one; the two are joined.
//! What is out of the window is out of the answer.
//!
//! **Cost:** constant time, amortised: one pass over the block after each n values.
//!
//! **Source:** van Herk, *Pattern Recognition Letters* 13, 1992; Gil and Werman, *IEEE PAMI* 15,
//! 1993 (both for extremes).

use crate::period::Period;

/// What is to be known of some values in a row.
pub(super) trait Summary: Copy {
    /// Of one value.
    fn of(value: f64) -> Self;

    /// Of these values and the `later` ones.
    fn join(self, later: Self) -> Self;
}

impl Summary for f64 {
    fn of(value: f64) -> Self {
        value
    }

    fn join(self, later: Self) -> Self {
        self + later
    }
}

/// The summary of the last n values.
#[derive(Debug, Clone)]
pub(super) struct Blocks<S> {
    /// Before `place`: values of the present block. From there on: summaries of the block before,
    /// each from its position to the end.
    slots: Box<[S]>,
    place: usize,
    /// Summary of the present block.
    head: Option<S>,
    is_full: bool,
}

impl<S: Summary> Blocks<S> {
    pub(super) fn new(period: Period) -> Self {
        let slots = vec![S::of(0.0); period.get()].into_boxed_slice();
        Self { slots, place: 0, head: None, is_full: false }
    }

    /// Takes a finite value; an answer comes with value n.
    pub(super) fn update(&mut self, value: f64) -> Option<S> {
        let value = S::of(value);
        self.slots[self.place] = value;
        let head = self.head.map_or(value, |head| head.join(value));
        self.head = Some(head);
        self.place += 1;
        match self.slots.get(self.place) {
            Some(tail) => self.is_full.then(|| tail.join(head)),
            None => Some(self.finish_block(value)),
        }
    }

    /// Turns the block's values into summaries to its end, and gives that of all.
    fn finish_block(&mut self, last: S) -> S {
        (self.place, self.head, self.is_full) = (0, None, true);
        let mut tail = last;
        for slot in self.slots.iter_mut().rev().skip(1) {
            tail = slot.join(tail);
            *slot = tail;
        }
        tail
    }

    pub(super) const fn period(&self) -> usize {
        self.slots.len()
    }
}
