//! GPU readings through NVML with an nvidia-smi fallback, safe when there is none.
//!
//! 1. [`read_gpus`], or a [`Monitor`] for repeated readings, asks the driver's library.
//! 2. Where that fails it runs `nvidia-smi` with a time limit and reads its table.
//! 3. Where that fails too, the answer is [`GpuState::Absent`] with both reasons. A machine without
//!    a GPU is a normal state, not an error, and nothing in the loop depends on one.
//!
//! Every figure is optional: cards, drivers and containers leave out what they please, and what is
//! left out is never read as zero.
//!
//! **Does not know:** what is asked of a model, and what anyone does about a hot card.
//!
//! **Read next:** `tradebot-telemetry`, which publishes readings.

pub mod reading;
pub mod smi;
mod nvml;
mod monitor;

pub use monitor::{Monitor, Sources, read_gpus};
pub use reading::{GpuReading, GpuState, ReadingSource};
