//! Phase 9, GPU and language models: readings are built, the life of models is not.

use tradebot_gpu_lifecycle::GpuState;

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(("p09-gpu-absent", 9), "no GPU is an answer with a reason", FAULTS, absent),
    Check::new(
        ("p09-gpu-time", 9),
        "asking for GPUs never hangs",
        (Bound::AtMost(6.0), "s"),
        |e| Measured::value(e.edges.gpu_reading_s),
    )
    .timing(),
    Check::not_built(("p09-models", 9), "inventory, pre-warming and unloading", FAULTS),
    Check::not_built(("p09-guards", 9), "guards of memory and concurrency", FAULTS),
];

fn absent(e: &Evidence) -> Measured {
    let wrong = match &e.edges.without_gpu {
        GpuState::Absent { reason } if !reason.is_empty() => None,
        other => Some(format!("{other:?}")),
    };
    Measured::faults(1, wrong)
}
