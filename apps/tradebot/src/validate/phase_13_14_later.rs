//! Phases 13 and 14: later, on purpose.

use super::check::{Bound, Check};

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The promises.
pub const CHECKS: &[Check] = &[
    Check::not_built(("p13-advanced-models", 13), "deep and language models as members", FAULTS),
    Check::not_built(("p14-enterprise", 14), "several accounts, users, compliance", FAULTS),
];
