//! `tradebot validate`: the acceptance suite, every promise of the product as a measured check.
//!
//! 1. [`evidence`] runs the program and its parts for real, in a folder of its own, and keeps what
//!    they did: records, digests, tables, times.
//! 2. Each phase file lists its checks. A [`Check`] is a pure function of the evidence to one
//!    number, beside the bound the number must keep; a promise that is not built yet stands in
//!    the list as such and never passes.
//! 3. [`suite`] measures them all; [`outcome`] adds up; [`table`] and [`junit`] show.
//!
//! Because a check only reads evidence, each can be shown to fail: the tests plant a fault in a
//! copy of the evidence for every one of them.
//!
//! **Read next:** [`check`], then [`phase_00_baseline`].

pub mod check;
pub mod evidence;
pub mod suite;
pub mod outcome;
pub mod junit;
pub mod table;
pub mod leaks;

mod measures;
pub mod phase_00_baseline;
pub mod phase_00_identity;
pub mod phase_01_observability;
pub mod phase_02_budgets;
pub mod phase_03_quality;
pub mod phase_04_calibration;
pub mod phase_05_ensemble;
pub mod phase_06_sizing;
pub mod phase_06_account;
pub mod phase_07_regime;
pub mod phase_08_dashboard;
pub mod phase_09_gpu;
pub mod phase_10_automation;
pub mod phase_11_safety;
pub mod phase_12_documentation;
pub mod phase_13_14_later;

use std::process::ExitCode;

use crate::cli::ValidateArgs;
use crate::commands::Context;
use crate::exit::{FAILED, Failure};
use crate::output;
use crate::progress::say;

pub use check::{Bound, Check, Gating, Measured};
pub use evidence::Evidence;
pub use outcome::{CheckResult, Outcome, State};

/// Gathers evidence, measures every check and prints the outcome.
///
/// # Errors
/// When evidence cannot be gathered at all, or the outcome cannot be written. A check that fails
/// is no error: it is exit code 1.
pub fn run(context: &Context, args: &ValidateArgs) -> Result<ExitCode, Failure> {
    let talk = |text: &str| {
        if !context.global.quiet {
            say(text);
        }
    };
    if args.leaks {
        return leaks::run(args.json, &talk);
    }
    let program = std::env::current_exe()
        .map_err(|e| Failure::work(format!("cannot find this program to run it: {e}")))?;
    let setup = evidence::Setup { program, profile: args.profile };
    let evidence = Evidence::gather(&setup, &talk)?;
    let outcome = suite::measure(&evidence, timing_gates());
    if let Some(file) = &args.junit {
        junit::write(&outcome, file)?;
    }
    if args.json {
        output::json(&outcome)?;
    } else {
        output::line(&table::render(&outcome))?;
    }
    Ok(if outcome.passed() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// Bounds on time gate everywhere but in continuous integration, whose machines are shared.
fn timing_gates() -> bool {
    std::env::var("CI").map_or(true, |ci| !ci.eq_ignore_ascii_case("true") && ci != "1")
}
