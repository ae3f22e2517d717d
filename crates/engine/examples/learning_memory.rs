//! What a decision of the past costs in memory: the whole loop over a made-up market of many
//! symbols, with a journal that keeps nothing.
//!
//! `cargo run --release -p tradebot-engine --example learning_memory -- SYMBOLS SESSIONS (fixed|memory|aside)`
//!
//! `fixed`: multiples stay; `memory`: they move, the past in memory; `aside`: it goes to a file.
//! Prints one line of JSON; peak memory is that of the process, so one run per process.

#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::error::Error;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use tradebot_domain::{Bar, Decimal, Exchange, Money, SessionData, Symbol};
use tradebot_engine::config::Training;
use tradebot_engine::{Engine, EngineConfig, Silent};
use tradebot_journal::{Event, Ledger, LedgerError, Scratch};

/// Counts and forgets.
#[derive(Default)]
struct Nothing {
    asked: u64,
    moves: u64,
}

impl Ledger for Nothing {
    fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        match event {
            Event::Decision(d) => self.asked += u64::from(d.bracket.is_some()),
            Event::Risk(r) => self.moves += u64::from(r.event == "r_adapted"),
            _ => {}
        }
        Ok(())
    }

    fn commit(&mut self, _: bool) -> Result<(), LedgerError> {
        Ok(())
    }

    fn artefact(&mut self, _: &str) -> Option<Vec<u8>> {
        None
    }

    fn digest(&self) -> String {
        String::new()
    }
}

#[derive(Debug)]
struct InFile(Mutex<File>);

impl Scratch for InFile {
    fn put(&self, page: &[u8]) -> std::io::Result<u64> {
        let mut file = self.0.lock().map_err(|_| std::io::Error::other("poisoned"))?;
        let address = file.seek(SeekFrom::End(0))?;
        file.write_all(page)?;
        Ok(address)
    }

    fn get(&self, address: u64, page: &mut [u8]) -> std::io::Result<()> {
        let mut file = self.0.lock().map_err(|_| std::io::Error::other("poisoned"))?;
        file.seek(SeekFrom::Start(address))?;
        file.read_exact(page)
    }
}

/// Numbers without a library.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    fn bar(&mut self, date: tradebot_domain::Date, close: &mut f64, drift: f64) -> Bar {
        let cents = |x: f64| (x * 100.0).round() / 100.0;
        let open = *close * (1.0 + 0.003 * self.normal());
        let end = cents(open * (1.0 + drift + 0.012 * self.normal()));
        let high = cents(open.max(end) * (1.0 + 0.005 * self.uniform())) + 0.01;
        let low = cents(open.min(end) * (1.0 - 0.005 * self.uniform())) - 0.01;
        *close = end;
        Bar { date: date.into(), open: cents(open), high, low, close: end, volume: 1e6 }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let symbols: usize = args.next().ok_or("SYMBOLS SESSIONS HOW")?.parse()?;
    let sessions: usize = args.next().ok_or("SYMBOLS SESSIONS HOW")?.parse()?;
    let how = args.next().ok_or("SYMBOLS SESSIONS HOW")?;
    let names: Vec<Symbol> =
        (0..symbols).map(|i| format!("S{i:04}").parse()).collect::<Result<_, _>>()?;
    let dates = Exchange::Xnys.sessions("2000-01-03".parse()?, "2025-12-31".parse()?)?;
    let dates = &dates[..sessions.min(dates.len())];
    let (from, to) = (dates[0], dates[dates.len() - 1]);
    let config = EngineConfig {
        // No refits: what fitting takes is another matter.
        training: Training {
            adapt_r: how != "fixed",
            examples_min: Training::default().examples_max,
            ..Training::default()
        },
        ..EngineConfig::simulated((from, to), names.clone(), Money(Decimal::from(1_000_000)))
    };
    let mut engine = Engine::new(config)?;
    if how == "aside" {
        let path = std::env::temp_dir().join(format!("learning_memory.{}", std::process::id()));
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        std::fs::remove_file(&path)?;
        engine = engine.setting_aside(Arc::new(InFile(Mutex::new(file))));
    }
    let (mut noise, mut ledger) = (Noise(7), Nothing::default());
    let (mut closes, mut index) = (vec![50.0; symbols], 1_000.0);
    engine.begin(&mut ledger)?;
    for date in dates {
        let bars = names.iter().zip(&mut closes);
        let session = SessionData {
            session: (*date).into(),
            bars: bars.map(|(s, close)| (*s, noise.bar(*date, close, 0.0004))).collect(),
            actions: Vec::new(),
            index: Some(noise.bar(*date, &mut index, 0.0002)),
            vix_previous: Some(18.0),
            missed: Vec::new(),
            listed: names.clone(),
            ended: Vec::new(),
        };
        engine.run_session(&session, &mut ledger, &mut Silent)?;
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("?").trim();
    let (here, aside) = engine.past_bytes();
    println!(
        "{{\"symbols\":{symbols},\"sessions\":{},\"how\":\"{how}\",\"asked\":{},\"moves\":{},\
         \"past_here\":{here},\"past_aside\":{aside},\"peak\":\"{peak}\"}}",
        dates.len(),
        ledger.asked,
        ledger.moves,
    );
    Ok(())
}
