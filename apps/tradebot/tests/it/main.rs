//! Tests of the program as a whole.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]
#![expect(clippy::assigning_clones, reason = "a plant says what it sets, not how")]

mod validate;
