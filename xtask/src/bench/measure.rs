//! Timing a closure, and the record that comes of it.

use std::fs;
use std::time::Instant;

use serde::Serialize;

/// One measurement, in the shape that comparisons with other systems use.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    /// Id of the bench.
    pub(crate) bench: &'static str,
    /// What was measured, in a word.
    pub(crate) task: &'static str,
    /// What was measured.
    pub(crate) system: &'static str,
    /// Units of work in one repetition.
    pub(crate) n: u64,
    /// What a unit per second is.
    pub(crate) unit: &'static str,
    /// Repetitions.
    pub(crate) reps: u32,
    /// Least wall time of a repetition, seconds.
    pub(crate) min_s: f64,
    /// Least CPU time of a repetition, seconds.
    pub(crate) cpu_min_s: f64,
    /// Units per second of wall time.
    pub(crate) rate: f64,
    /// Units per second of CPU time.
    pub(crate) rate_cpu: f64,
    /// Peak memory of this process so far, MB.
    pub(crate) peak_rss_mb: f64,
    /// Something the work must give, so that it cannot be optimised away unseen.
    pub(crate) check: serde_json::Value,
}

impl Measured {
    /// A line for people.
    pub(crate) fn line(&self) -> String {
        format!(
            "{:<3} {:<34} {:>14.0} {:<22} {:>8.3} s wall {:>8.3} s CPU {:>6.0} MB",
            self.bench,
            self.system,
            self.rate_cpu,
            self.unit,
            self.min_s,
            self.cpu_min_s,
            self.peak_rss_mb
        )
    }

    /// A row of the manual's table.
    pub(crate) fn row(&self) -> String {
        format!(
            "| {} | {} | {} | {} | {:.0} | {:.3} | {:.0} |",
            self.bench, self.system, self.n, self.unit, self.rate_cpu, self.min_s, self.peak_rss_mb
        )
    }
}

/// What is measured: its words and the work of a repetition, with all that it needs ready.
pub(crate) struct Subject {
    pub(crate) system: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) n: u64,
    pub(crate) reps: u32,
    /// One repetition; returns its check.
    pub(crate) work: Box<dyn FnMut() -> anyhow::Result<serde_json::Value>>,
}

impl Subject {
    /// Runs the work `reps` times and keeps the best.
    pub(crate) fn measure(
        mut self,
        bench: &'static str,
        task: &'static str,
    ) -> anyhow::Result<Measured> {
        let (mut wall, mut cpu) = (f64::INFINITY, f64::INFINITY);
        let mut check = serde_json::Value::Null;
        for _ in 0..self.reps {
            let (begun, cpu_begun) = (now(), cpu_seconds());
            check = (self.work)()?;
            wall = wall.min(begun.elapsed().as_secs_f64());
            cpu = cpu.min(cpu_seconds() - cpu_begun);
        }
        // Where the system does not tell CPU time, wall time stands in for it.
        if cpu <= 0.0 {
            cpu = wall;
        }
        Ok(Measured {
            bench,
            task,
            system: self.system,
            n: self.n,
            unit: self.unit,
            reps: self.reps,
            min_s: wall,
            cpu_min_s: cpu,
            rate: self.n as f64 / wall,
            rate_cpu: self.n as f64 / cpu,
            peak_rss_mb: tradebot_telemetry::peak_rss_bytes().unwrap_or(0) as f64 / 1e6,
            check,
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
pub(super) fn now() -> Instant {
    Instant::now()
}

/// CPU seconds of all threads of this process, to the nanosecond; 0 where the system has no such
/// file. Threads that ended in between are missed, so pools are started before measuring.
pub(super) fn cpu_seconds() -> f64 {
    // The count of a running thread is brought up to date with each tick, or when it yields.
    std::thread::yield_now();
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return 0.0 };
    let nanos: u64 = tasks
        .flatten()
        .filter_map(|t| fs::read_to_string(t.path().join("schedstat")).ok())
        .filter_map(|s| s.split_whitespace().next()?.parse::<u64>().ok())
        .sum();
    nanos as f64 / 1e9
}

/// Processor and cores, as far as the system tells.
pub(crate) fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|l| {
            l.strip_prefix("model name")?.split_once(':').map(|(_, m)| m.trim().to_owned())
        })
        .unwrap_or_else(|| "an unnamed processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{model}, {cores} cores")
}
