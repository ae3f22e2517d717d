//! Who is asked, in which order.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use nvml_wrapper::Nvml;

use crate::nvml;
use crate::reading::{GpuReading, GpuState};
use crate::smi;

/// Longest run of nvidia-smi: it may hang for ever on a GPU that has fallen off the bus.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Where readings come from.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The driver's library; `None` for the one that the system finds.
    pub nvml_library: Option<OsString>,
    /// The command: a name that is looked up in the PATH, or a path.
    pub nvidia_smi: PathBuf,
    /// Longest run of the command.
    pub time_limit: Duration,
}

impl Default for Sources {
    fn default() -> Self {
        Self { nvml_library: None, nvidia_smi: PathBuf::from("nvidia-smi"), time_limit: TIME_LIMIT }
    }
}

/// Reads the GPUs now and then. Opening the library is not cheap, so it stays open between
/// readings and is opened anew after a card was lost.
pub struct Monitor {
    sources: Sources,
    nvml: Option<Nvml>,
    /// The last state was absence: its reason is logged once, not at every reading.
    absence_logged: bool,
}

/// One reading of all GPUs, for doctors and start-up; see [`Monitor`] for repeated ones.
///
/// Never fails and never waits longer than the time limit of nvidia-smi.
pub fn read_gpus() -> GpuState {
    Monitor::new(Sources::default()).read()
}

impl Monitor {
    /// A monitor that has opened nothing yet.
    pub const fn new(sources: Sources) -> Self {
        Self { sources, nvml: None, absence_logged: false }
    }

    /// Reads all GPUs: from the library, else from nvidia-smi, else says why there are none.
    pub fn read(&mut self) -> GpuState {
        let library = match self.read_nvml() {
            Ok(readings) if !readings.is_empty() => return self.present(readings),
            Ok(_) => "NVML sees no GPU".to_owned(),
            Err(reason) => format!("NVML: {reason}"),
        };
        let command = match smi::readings(&self.sources.nvidia_smi, self.sources.time_limit) {
            Ok(readings) if !readings.is_empty() => return self.present(readings),
            Ok(_) => "nvidia-smi lists no GPU".to_owned(),
            Err(error) => error.to_string(),
        };
        self.absent(format!("{library}; {command}"))
    }

    fn read_nvml(&mut self) -> Result<Vec<GpuReading>, String> {
        if self.nvml.is_none() {
            self.nvml = Some(self.open().map_err(|error| error.to_string())?);
        }
        let opened = self.nvml.as_ref().expect("opened just above");
        nvml::readings(opened).map_err(|error| {
            // What still is an error here has made the handle useless.
            self.nvml = None;
            error.to_string()
        })
    }

    fn open(&self) -> Result<Nvml, nvml_wrapper::error::NvmlError> {
        match &self.sources.nvml_library {
            Some(path) => Nvml::builder().lib_path(path).init(),
            None => Nvml::init(),
        }
    }

    fn present(&mut self, readings: Vec<GpuReading>) -> GpuState {
        self.absence_logged = false;
        GpuState::Present(readings)
    }

    fn absent(&mut self, reason: String) -> GpuState {
        if !self.absence_logged {
            tracing::info!(reason, "no GPU");
            self.absence_logged = true;
        }
        GpuState::Absent { reason }
    }
}
