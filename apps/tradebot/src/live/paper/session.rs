//! One session after the other: waited for, gathered, kept, decided.

use jiff::SignedDuration;
use tradebot_domain::{Date, Moment, Money, Symbol, Timestamp};
use tradebot_engine::{Engine, Observer, Phase};
use tradebot_journal::{Ledger as _, SnapshotRecord};
use tradebot_storage::{InputFinding, Mode, SessionInput};

use super::{Job, Summary};
use crate::exit::Failure;
use crate::live::assembling::{Assembler, Brought};
use crate::live::broker::{Broker, Trouble};
use crate::live::clock::Clock;
use crate::live::gathering::{Finding, Gathered, Universe};
use crate::live::opening::Local;
use crate::live::schedule::{Event, Planned, Schedule};
use crate::live::status::{Activity, LiveStatus};
use crate::live::usage::UsageRecorder;
use crate::progress::say;
use crate::recorder::{Notes, PhaseTimer, Recorder};

/// The token of a broker that nobody asks lapses within days.
const KEEP_ALIVE: SignedDuration = SignedDuration::from_hours(6);
/// Clocks that differ by more decide nothing: which session is over is told by them.
const CLOCK_OFFSET_MAX: SignedDuration = SignedDuration::from_secs(5);
/// Someone was away for longer than this between going to wait and waking up.
const SLEPT: SignedDuration = SignedDuration::from_mins(5);
/// A bar that does not come is given up this long before the deadline at the latest.
const GIVE_UP: SignedDuration = SignedDuration::from_mins(5);

/// Reasons why no entry may be decided on a session.
const LATE: &str = "decided_late";
const NO_CONTEXT: &str = "context_missing";

/// What a run is and where it stands.
pub(super) struct Place {
    pub(super) run_id: String,
    pub(super) resumed: bool,
    pub(super) from: Date,
    pub(super) assembler: Assembler,
    pub(super) universe: Universe,
    pub(super) schedule: Schedule,
}

/// What it is connected to.
pub(super) struct Edges<'a> {
    pub(super) broker: Broker,
    pub(super) clock: &'a mut dyn Clock,
    pub(super) stop: &'a dyn Fn() -> bool,
    pub(super) usage: UsageRecorder,
}

/// A run on live data, with everything it needs.
pub struct Session<'a> {
    job: &'a Job<'a>,
    place: Place,
    edges: Edges<'a>,
    engine: Engine,
    recorder: Recorder,
    notes: Notes,
    watch: Watch,
    status: LiveStatus,
    /// The last session decided, and how many.
    decided: Option<Date>,
    sessions: u32,
    prepared: Option<Date>,
}

/// Keeps the last account and times the phases.
struct Watch {
    timer: PhaseTimer,
    last: Option<(Moment, Money, usize)>,
}

impl Observer for Watch {
    fn enter(&mut self, phase: Phase) {
        self.timer.enter(phase);
    }

    fn session_done(&mut self, snapshot: &SnapshotRecord) {
        self.timer.session_done(snapshot.session);
        self.last = Some((snapshot.session, snapshot.equity, snapshot.positions.len()));
    }
}

impl<'a> Session<'a> {
    pub(super) fn new(
        job: &'a Job<'a>,
        place: Place,
        edges: Edges<'a>,
        (engine, recorder, notes): (Engine, Recorder, Notes),
    ) -> Result<Self, Failure> {
        let watch = Watch { timer: PhaseTimer::new(notes.clone()), last: None };
        let status = LiveStatus::new(place.run_id.clone(), edges.clock.now()?);
        Ok(Self {
            job,
            place,
            edges,
            engine,
            recorder,
            notes,
            watch,
            status,
            decided: None,
            sessions: 0,
            prepared: None,
        })
    }

    /// Begins the journal, and computes anew what is on record. The last input may be one that
    /// nothing was decided on before the process died: it is decided on now.
    pub(super) fn recover(&mut self, inputs: &[SessionInput]) -> Result<(), Failure> {
        self.tell(Activity::Recovering, None);
        self.engine.begin(&mut self.recorder)?;
        for input in inputs {
            self.decide(input)?;
        }
        Ok(())
    }

    /// Until somebody stops it, or the sessions asked for are decided; true when stopped.
    ///
    /// # Errors
    /// Failures of the work: the disk, the journal, the calendars' end.
    pub fn run(&mut self) -> Result<bool, Failure> {
        let now = self.edges.clock.now()?;
        let how = if self.place.resumed { "run continues" } else { "run begins" };
        self.recorder.log("INFO", how, now)?;
        self.recorder.commit(true)?;
        loop {
            if (self.edges.stop)() {
                return Ok(true);
            }
            if self.job.sessions.is_some_and(|wanted| self.status.decided_here >= wanted) {
                return Ok(false);
            }
            self.step()?;
        }
    }

    /// The next thing that is due, or a wait for it.
    fn step(&mut self) -> Result<(), Failure> {
        let now = self.edges.clock.now()?;
        let (at, event) = self.place.schedule.next(now, (self.place.from, self.decided))?;
        self.foresee(at, event);
        match event {
            Event::Decide(planned) if at <= now => self.due(planned, now),
            Event::Open(session) if self.prepared != Some(session) => self.prepare(session, at),
            _ => self.wait(at, Activity::Waiting),
        }
    }

    /// A session that can be decided: one look at the source, and the decision or a pause.
    fn due(&mut self, planned: Planned, now: Timestamp) -> Result<(), Failure> {
        self.tell(Activity::Fetching, None);
        match self.look(planned, now) {
            Ok(Gathered::Complete(brought, findings)) => {
                self.complete(planned, (brought, findings))
            }
            Ok(Gathered::Waiting(what)) => self.pause(Activity::Fetching, what),
            Err(trouble) => self.troubled(trouble),
        }
    }

    fn look(&mut self, planned: Planned, now: Timestamp) -> Result<Gathered, Trouble> {
        self.compare_clocks()?;
        let patience =
            SignedDuration::from_mins(i64::from(self.job.settings.paper.patience_minutes));
        let patient = now < (planned.close + patience).min(planned.deadline - GIVE_UP);
        let local = Local::open(self.job.home);
        let Place { universe, assembler, .. } = &mut self.place;
        let around = (&*assembler, &local as &dyn crate::live::gathering::LocalContext);
        universe.gather(&self.edges.broker, around, planned.session, patient)
    }

    /// Keeps what came, then decides on it.
    fn complete(
        &mut self,
        planned: Planned,
        (brought, findings): (Brought, Vec<Finding>),
    ) -> Result<(), Failure> {
        let now = self.edges.clock.now()?;
        let data = self.place.assembler.session(planned.session, &brought);
        let barred = barred(planned, &brought, now);
        let input = SessionInput { data, complete_at: now, barred };
        self.keep_findings(planned.session, findings, now)?;
        self.recorder.keep_input(&input)?;
        self.decide(&input)?;
        self.recorder.keep_usage(&mut self.edges.usage)?;
        self.recorder.anchor()?;
        self.status.decided_here += 1;
        self.say_decided(planned, &input);
        Ok(())
    }

    fn keep_findings(
        &mut self,
        session: Date,
        findings: Vec<Finding>,
        found_at: Timestamp,
    ) -> Result<(), Failure> {
        for (symbol, finding, detail) in findings {
            tracing::warn!(%session, %symbol, finding, detail, "live data");
            let finding = finding.to_owned();
            let session = session.into();
            self.recorder.keep_finding(&InputFinding {
                found_at,
                session,
                symbol,
                finding,
                detail,
            })?;
        }
        Ok(())
    }

    /// The engine's cycle on a session that is on record.
    fn decide(&mut self, input: &SessionInput) -> Result<(), Failure> {
        let SessionInput { data, complete_at, barred } = input;
        self.notes.bars(&data.bars);
        let known = barred.as_ref().map(|(reason, detail)| (reason_named(reason), detail.clone()));
        self.engine.bar_entries(known);
        self.engine.run_session(data, &mut self.recorder, &mut self.watch)?;
        self.place.assembler.handed_over(data);
        self.place.universe.handed_over(&data.bars, &data.actions);
        self.decided = Some(data.session.date());
        self.sessions += 1;
        self.status.decided = self.decided;
        self.status.data_complete_at = Some(*complete_at);
        Ok(())
    }

    /// Before an opening: clock, token and listings. Troubles are told, and it is tried again until
    /// the opening.
    fn prepare(&mut self, session: Date, opening: Timestamp) -> Result<(), Failure> {
        let looked =
            self.compare_clocks().and_then(|()| self.place.universe.resolve(&self.edges.broker));
        match looked {
            Ok(findings) => {
                let now = self.edges.clock.now()?;
                self.keep_findings(session, findings, now)?;
                self.prepared = Some(session);
                Ok(())
            }
            Err(trouble) if self.edges.clock.now()? < opening => self.troubled(trouble),
            Err(_) => Ok(()),
        }
    }

    /// Asks the broker for its time. It is the cheapest call, and every call keeps the token alive.
    fn compare_clocks(&mut self) -> Result<(), Trouble> {
        let theirs = self.edges.broker.time()?;
        let passing = |e: crate::live::clock::ClockError| Trouble::Passing(e.to_string());
        let ours = self.edges.clock.now().map_err(passing)?;
        let offset = theirs.duration_since(ours);
        self.status.broker_answered_at = Some(ours);
        self.status.clock_offset_ms = i64::try_from(offset.as_millis()).ok();
        if offset.abs() > CLOCK_OFFSET_MAX {
            return Err(Trouble::Person(format!(
                "this machine's clock and the broker's differ by {} s; nothing is decided until they \
                 agree. Check the time of this machine (NTP)",
                offset.as_secs()
            )));
        }
        Ok(())
    }

    fn troubled(&mut self, trouble: Trouble) -> Result<(), Failure> {
        match trouble {
            Trouble::Passing(text) => self.pause(Activity::Troubled, text),
            Trouble::Person(text) => {
                if self.status.trouble.as_ref() != Some(&text) {
                    self.say(&format!("a person is needed: {text}"));
                }
                self.pause(Activity::NeedsYou, text)
            }
        }
    }

    /// A pause before the same is tried again.
    fn pause(&mut self, activity: Activity, why: String) -> Result<(), Failure> {
        tracing::info!(?activity, why, "asked again later");
        self.tell(activity, Some(why));
        let pause = i64::from(self.job.settings.paper.retry_seconds);
        let until = self.edges.clock.now()? + SignedDuration::from_secs(pause);
        self.edges.clock.wait(until, self.edges.stop)?;
        Ok(())
    }

    /// Waits for a moment, and keeps the token alive meanwhile.
    fn wait(&mut self, at: Timestamp, activity: Activity) -> Result<(), Failure> {
        self.tell(activity, None);
        self.recorder.keep_usage(&mut self.edges.usage)?;
        self.recorder.commit(true)?;
        let now = self.edges.clock.now()?;
        let until = at.min(now + KEEP_ALIVE);
        self.edges.clock.wait(until, self.edges.stop)?;
        let woke = self.edges.clock.now()?;
        if woke > until + SLEPT {
            let text = format!("slept from {now} to {woke}: what is due is found anew");
            self.say(&text);
            self.recorder.log("WARN", &text, woke)?;
            self.recorder.commit(true)?;
        }
        if until < at && !(self.edges.stop)() && self.place.schedule.maintenance_end(woke).is_none()
        {
            match self.compare_clocks() {
                Ok(()) => {}
                // It is not urgent: the next wait tries again.
                Err(trouble) => self.tell(Activity::Troubled, Some(trouble.to_string())),
            }
        }
        Ok(())
    }

    fn foresee(&mut self, at: Timestamp, event: Event) {
        self.status.next = Some(event.name().to_owned());
        self.status.next_at = Some(at);
        self.status.next_session = match event {
            Event::Prepare(s) | Event::Open(s) | Event::Close(s) => Some(s),
            Event::Decide(planned) => Some(planned.session),
            Event::Maintenance => None,
        };
    }

    fn tell(&mut self, activity: Activity, trouble: Option<String>) {
        if let Ok(now) = self.edges.clock.now() {
            self.status.at = now;
        }
        self.status.activity = activity;
        self.status.trouble = trouble;
        self.status.write(self.job.home, Mode::Paper);
    }

    fn say(&self, text: &str) {
        if !self.job.quiet {
            say(text);
        }
    }

    fn say_decided(&self, planned: Planned, input: &SessionInput) {
        let bars = input.data.bars.len();
        let here = |symbol: &&Symbol| !input.data.bars.iter().any(|(s, _)| s == *symbol);
        let missing: Vec<&str> =
            input.data.listed.iter().filter(here).map(Symbol::as_str).collect();
        let missing = if missing.is_empty() {
            String::new()
        } else {
            format!(", without {}", missing.join(" "))
        };
        let barred = input
            .barred
            .as_ref()
            .map_or_else(String::new, |(_, why)| format!(", no entries: {why}"));
        let account =
            self.watch.last.as_ref().map_or_else(String::new, |(_, equity, positions)| {
                format!(", equity {}, {positions} positions", crate::output::money(*equity))
            });
        self.say(&format!("{}: {bars} bars{missing}{barred}{account}", planned.session));
    }

    /// Leaves: everything is durable, and what is left of notes becomes so.
    ///
    /// # Errors
    /// What ended the run, or the disk.
    pub fn leave(mut self, ended: Result<bool, Failure>) -> Result<Summary, Failure> {
        let now = self.edges.clock.now().unwrap_or_else(|_| crate::replaying::utc_now());
        let failure = ended.as_ref().err().map(ToString::to_string);
        self.tell(Activity::Stopped, failure);
        let interrupted = ended?;
        self.recorder.log("INFO", "the process leaves", now)?;
        self.recorder.keep_usage(&mut self.edges.usage)?;
        let digest = self.recorder.digest();
        drop(self.recorder.close(now)?);
        Ok(Summary {
            run_id: self.place.run_id,
            mode: Mode::Paper.name().to_owned(),
            symbols: self.place.universe.symbols().to_vec(),
            from: self.place.from,
            sessions: self.sessions,
            decided_here: self.status.decided_here,
            last_session: self.decided,
            equity: self.watch.last.map(|(_, equity, _)| equity),
            digest,
            resumed: self.place.resumed,
            interrupted,
        })
    }
}

/// Why no entry may be decided on a session.
fn barred(planned: Planned, brought: &Brought, now: Timestamp) -> Option<(String, String)> {
    if now >= planned.deadline {
        let text = format!(
            "complete at {now}, after {}: an order for the next opening could not have been placed",
            planned.deadline
        );
        return Some((LATE.to_owned(), text));
    }
    let trades = tradebot_domain::Exchange::Xnys.is_session(planned.session).unwrap_or(false);
    (trades && brought.index.is_none()).then(|| {
        let text = "no bar of the index came: regime and features are those of an earlier session";
        (NO_CONTEXT.to_owned(), text.to_owned())
    })
}

/// The name as the engine takes it.
fn reason_named(name: &str) -> &'static str {
    [LATE, NO_CONTEXT].into_iter().find(|known| *known == name).unwrap_or("entries_barred")
}
