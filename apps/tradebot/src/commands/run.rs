//! `tradebot run`: the decision loop.

use std::sync::Arc;

use tradebot_broker_questrade::transport::{Budget, Limits};
use tradebot_storage::Mode;

use super::Context;
use crate::cli::{RunArgs, RunMode, World};
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::live::calls::{self, Governed, Unwaiting};
use crate::live::clock::{Clock, SimulatorClock, SystemClock};
use crate::live::credentials::{Held, Paper};
use crate::live::paper;
use crate::replaying::{self, Job};

/// Control token of a simulator whose clock is followed.
const CONTROL: &str = "QUESTRADE_SIM_CONTROL";

/// Runs the loop in the mode asked for.
///
/// # Errors
/// Live answers that it comes later; demo as its replay does, paper as its run.
pub fn run(context: &Context, args: &RunArgs) -> Result<(), Failure> {
    match args.mode {
        RunMode::Demo => demo(context, args),
        RunMode::Paper => paper(context, args),
        RunMode::Live => Err(Failure::usage(
            "live is not there yet; run --mode paper decides on live data with simulated fills",
        )),
    }
}

fn demo(context: &Context, args: &RunArgs) -> Result<(), Failure> {
    if let Some(pace) = args.pace.filter(|p| !(p.is_finite() && *p > 0.0 && *p <= 1e6)) {
        return Err(Failure::usage(format!(
            "--pace {pace}: above 0, at most 1000000 sessions a second"
        )));
    }
    let loaded = context.settings((&args.replay).into())?;
    replaying::run(&Job {
        mode: Mode::Demo,
        home: &context.home,
        settings: &loaded.settings,
        args: &args.replay,
        pace: args.pace,
        quiet: context.global.quiet,
    })
}

fn paper(context: &Context, args: &RunArgs) -> Result<(), Failure> {
    let replay = &args.replay;
    for (given, flag) in [
        (replay.from.is_some(), "--from"),
        (replay.to.is_some(), "--to"),
        (args.pace.is_some(), "--pace"),
        (replay.warm_start.is_some(), "--warm-start"),
    ] {
        if given {
            return Err(Failure::usage(format!(
                "{flag} does not go with --mode paper: it begins with the next session and goes on from there"
            )));
        }
    }
    replaying::set_threads(replay.threads)?;
    let loaded = context.settings(replay.into())?;
    let which = args.live.token(&loaded.settings.broker);
    let mut clock = clock(args, &which)?;
    let governor = calls::governor()?;
    let budget: Arc<dyn Budget> = if args.live.simulator_clock {
        Arc::new(Unwaiting)
    } else {
        Arc::new(Governed::new(Arc::clone(&governor)))
    };
    let held = Held::<Paper>::open(context, &which, (Limits::default(), budget))?;
    let interrupt = Interrupt::listen();
    let job = paper::Job {
        home: &context.home,
        settings: &loaded.settings,
        sessions: args.live.sessions,
        governor,
        quiet: context.global.quiet,
    };
    let summary = paper::run(&job, held, clock.as_mut(), &|| interrupt.asked())?;
    paper::print(&summary, replay.json)?;
    if summary.interrupted {
        let after = summary.last_session.map_or_else(String::new, |date| format!(" after {date}"));
        return Err(Failure::interrupted(format!(
            "interrupted{after}; everything so far is durable, the same command continues {}",
            summary.run_id
        )));
    }
    Ok(())
}

/// The clock of the run.
fn clock(args: &RunArgs, which: &crate::cli::TokenArgs) -> Result<Box<dyn Clock>, Failure> {
    if !args.live.simulator_clock {
        return Ok(Box::new(SystemClock));
    }
    let (World::Simulator, Some(url)) = (which.environment, &which.simulator) else {
        return Err(Failure::usage(
            "--simulator-clock goes with --environment simulator and --simulator URL alone",
        ));
    };
    let token = std::env::var(CONTROL)
        .map_err(|_| Failure::usage(format!("--simulator-clock needs {CONTROL}")))?;
    Ok(Box::new(SimulatorClock::new(url, token)))
}
