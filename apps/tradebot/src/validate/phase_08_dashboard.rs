//! Phase 8, the dashboard: not built.

use super::check::{Bound, Check};

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The promises.
pub const CHECKS: &[Check] = &[
    Check::not_built(("p08-views", 8), "every view of the dashboard answers", FAULTS),
    Check::not_built(("p08-live", 8), "views follow what happens", (Bound::AtMost(1.0), "s")),
    Check::not_built(("p08-controls", 8), "pause, resume and kill for who may", FAULTS),
];
