//! What is known of a GPU at one moment.

use serde::{Deserialize, Serialize};

/// Bytes of a mebibyte, the unit of nvidia-smi.
pub const MEBIBYTE: u64 = 1 << 20;

/// The GPUs of this machine, or why none can be seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", content = "detail", rename_all = "snake_case")]
pub enum GpuState {
    /// No GPU can be seen.
    Absent {
        /// What was tried and what came of it, for people.
        reason: String,
    },
    /// One reading per GPU, at least one, in the driver's order.
    Present(Vec<GpuReading>),
}

/// Who gave the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingSource {
    /// The driver's library.
    Nvml,
    /// The command, run and parsed.
    NvidiaSmi,
}

/// One GPU at one moment. `None` is what the card or driver does not tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GpuReading {
    /// Position in the driver's list; may change with a restart.
    pub index: u32,
    /// Stays the same.
    pub uuid: Option<String>,
    /// Product name.
    pub name: Option<String>,
    /// Version of the driver.
    pub driver_version: Option<String>,
    /// Memory in bytes.
    pub memory_total_bytes: Option<u64>,
    /// Memory in use, bytes. With the total less the free it may differ by what the driver keeps.
    pub memory_used_bytes: Option<u64>,
    /// Memory free, bytes.
    pub memory_free_bytes: Option<u64>,
    /// Time in which a kernel ran, per cent of the last sampling period.
    pub utilization_gpu_percent: Option<f64>,
    /// Time in which memory was read or written, per cent.
    pub utilization_memory_percent: Option<f64>,
    /// Temperature of the chip, degrees Celsius.
    pub temperature_c: Option<f64>,
    /// Power drawn, watts.
    pub power_watts: Option<f64>,
    /// Power limit in force, watts.
    pub power_limit_watts: Option<f64>,
    /// Memory is error-correcting.
    pub ecc_enabled: Option<bool>,
    /// Performance state, 0 (fastest) to 15.
    pub performance_state: Option<u32>,
    /// Clock of the processors, MHz.
    pub clock_sm_mhz: Option<f64>,
    /// Who said so.
    pub source: ReadingSource,
}

impl GpuState {
    /// The readings; none when absent.
    pub fn readings(&self) -> &[GpuReading] {
        match self {
            Self::Absent { .. } => &[],
            Self::Present(readings) => readings,
        }
    }
}
