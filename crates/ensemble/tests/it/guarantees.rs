//! Games against worlds that are random, that have a best expert, and that are rigged, and what
//! the losses of a player may come to. Every time and every expert is looked at.
//!
//! A *player* forecasts and learns; a *world* says what the experts say and how it ends, and may
//! have seen the forecast before; a *bound* is the least slack of a played game, at most 0 for a
//! player that keeps its guarantee.

mod game;
mod bounds;
mod players;
mod kept;
mod delayed;
mod two_levels;
mod broken;
