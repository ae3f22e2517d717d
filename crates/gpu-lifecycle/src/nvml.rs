//! Readings from the driver's library.

use nvml_wrapper::enum_wrappers::device::{Clock, PerformanceState, TemperatureSensor};
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};

use crate::reading::{GpuReading, ReadingSource};

/// A reading of every GPU.
///
/// # Errors
/// What makes the library or a card unusable until it is opened again. A figure that a card does
/// not have is no error.
pub(crate) fn readings(nvml: &Nvml) -> Result<Vec<GpuReading>, NvmlError> {
    let driver = told(nvml.sys_driver_version())?;
    let count = nvml.device_count()?;
    (0..count).map(|index| reading(index, &nvml.device_by_index(index)?, driver.clone())).collect()
}

fn reading(index: u32, gpu: &Device<'_>, driver: Option<String>) -> Result<GpuReading, NvmlError> {
    let memory = told(gpu.memory_info())?;
    let utilization = told(gpu.utilization_rates())?;
    Ok(GpuReading {
        index,
        uuid: told(gpu.uuid())?,
        name: told(gpu.name())?,
        driver_version: driver,
        memory_total_bytes: memory.as_ref().map(|m| m.total),
        memory_used_bytes: memory.as_ref().map(|m| m.used),
        memory_free_bytes: memory.as_ref().map(|m| m.free),
        utilization_gpu_percent: utilization.as_ref().map(|u| f64::from(u.gpu)),
        utilization_memory_percent: utilization.as_ref().map(|u| f64::from(u.memory)),
        temperature_c: told(gpu.temperature(TemperatureSensor::Gpu))?.map(f64::from),
        power_watts: told(gpu.power_usage())?.map(watts),
        power_limit_watts: told(gpu.enforced_power_limit())?.map(watts),
        ecc_enabled: told(gpu.is_ecc_enabled())?.map(|ecc| ecc.currently_enabled),
        performance_state: told(gpu.performance_state())?.and_then(performance_state),
        clock_sm_mhz: told(gpu.clock_info(Clock::SM))?.map(f64::from),
        source: ReadingSource::Nvml,
    })
}

/// The library gives milliwatts.
fn watts(milliwatts: u32) -> f64 {
    f64::from(milliwatts) / 1000.0
}

fn performance_state(state: PerformanceState) -> Option<u32> {
    (state != PerformanceState::Unknown).then(|| state.as_c())
}

/// A figure, or none where the card, the driver or the permissions do not give it. Only what ends
/// the use of the library stays an error.
fn told<T>(answer: Result<T, NvmlError>) -> Result<Option<T>, NvmlError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(
            fatal @ (NvmlError::GpuLost
            | NvmlError::ResetRequired
            | NvmlError::Uninitialized
            | NvmlError::DriverNotLoaded
            | NvmlError::LibRmVersionMismatch),
        ) => Err(fatal),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_a_card_does_not_have_is_no_error() {
        for error in [
            NvmlError::NotSupported,
            NvmlError::NoPermission,
            NvmlError::FailedToLoadSymbol("nvmlDeviceGetMemoryInfo_v2".to_owned()),
            NvmlError::Timeout,
            NvmlError::Unknown,
            NvmlError::UnexpectedVariant(99),
        ] {
            assert!(matches!(told::<u32>(Err(error)), Ok(None)));
        }
        assert!(matches!(told(Ok(7)), Ok(Some(7))));
    }

    #[test]
    fn a_lost_card_ends_the_reading() {
        for error in [NvmlError::GpuLost, NvmlError::ResetRequired, NvmlError::Uninitialized] {
            assert!(told::<u32>(Err(error)).is_err());
        }
    }

    #[test]
    fn milliwatts_become_watts_and_an_unknown_state_none() {
        assert_eq!(watts(141_270), 141.27);
        assert_eq!(performance_state(PerformanceState::Two), Some(2));
        assert_eq!(performance_state(PerformanceState::Unknown), None);
    }
}
