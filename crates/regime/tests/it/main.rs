//! Rule and second opinion against the outside: reference values, twenty real years, days that all
//! remember, and the future cut off.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixture should stop")]

mod series;
mod reference;
mod years;
mod hmm;
mod bocpd;
mod facts;
mod opinions;
mod causality;
mod thresholds;
mod vectors;
