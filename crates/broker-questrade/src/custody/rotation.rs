//! One exchange, from what the folder says to a session: the protocol of custody.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::login::{self, Exchanged};
use super::seal::{Chain, Header};
use super::store::{Held, Intent, Lock, Situation};
use super::trouble::CustodyError;
use super::{Session, Shared};
use crate::token::refresh_after_s;
use crate::transport::{Fault, now};

/// The first pause after a failed exchange; it doubles up to [`PAUSE_MAX`].
const PAUSE: Duration = Duration::from_secs(5);
/// The longest pause: the login host has been down for hours.
const PAUSE_MAX: Duration = Duration::from_mins(5);
/// How long to wait for another process: two tries at the login host and the disk.
const LOCK_WAIT: Duration = Duration::from_secs(45);
/// How often to look whether it is free.
const LOCK_EVERY: Duration = Duration::from_millis(50);

/// What one process knows of the chain.
#[derive(Default)]
pub(super) struct Inner {
    session: Option<Arc<Session>>,
    /// An exchanged chain that the disk would not take.
    unsaved: Option<(Header, Chain)>,
    failures: u32,
    not_before: Option<Instant>,
}

impl Inner {
    /// The session, if it need not be renewed yet and is newer than the one refused.
    pub(super) fn fresh(&self, refused: Option<u64>) -> Option<Arc<Session>> {
        let session = self.session.as_ref()?;
        let newer = refused.is_none_or(|refused| session.generation > refused);
        (newer && Instant::now() < session.refresh_at).then(|| Arc::clone(session))
    }

    /// Counts a failure and lengthens the pause.
    fn failed(&mut self) {
        let pause = PAUSE.saturating_mul(1 << self.failures.min(10)).min(PAUSE_MAX);
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(Instant::now() + pause);
    }
}

impl Shared {
    /// A session newer than `refused`, by the shortest way there is.
    pub(super) async fn obtain(
        &self,
        inner: &mut Inner,
        refused: Option<u64>,
    ) -> Result<Arc<Session>, CustodyError> {
        // Renewed while this caller waited for its turn.
        if let Some(session) = inner.fresh(refused) {
            return Ok(session);
        }
        if inner.unsaved.is_none()
            && let Some(wait) =
                inner.not_before.and_then(|at| at.checked_duration_since(Instant::now()))
            && !wait.is_zero()
        {
            return Err(CustodyError::Pausing { wait, failures: inner.failures });
        }
        let _lock = self.locked().await?;
        let result = self.obtain_locked(inner, refused).await;
        self.count(&result);
        match &result {
            Ok(session) => {
                inner.session = Some(Arc::clone(session));
                (inner.failures, inner.not_before) = (0, None);
            }
            Err(error) if error.burdens_the_login_host() => inner.failed(),
            Err(_) => {}
        }
        result
    }

    async fn obtain_locked(
        &self,
        inner: &mut Inner,
        refused: Option<u64>,
    ) -> Result<Arc<Session>, CustodyError> {
        if let Some((header, chain)) = inner.unsaved.take()
            && !self.is_superseded(&header)
        {
            return self.keep(inner, header, chain);
        }
        let (held, doubt) = self.settled(self.store.situation()?)?;
        if let Some(session) = self.left_by_another(&held, refused) {
            return Ok(session);
        }
        self.store.begin(&held, doubt, now())?;
        let exchanged = self.exchange(&held, doubt).await?;
        self.store.answered();
        let (header, chain) = successor(&held, exchanged);
        self.keep(inner, header, chain)
    }

    /// A person has brought another token while ours waited for the disk: theirs counts. A folder
    /// that does not read is no reason to let go of ours.
    fn is_superseded(&self, header: &Header) -> bool {
        let on_disk = self.store.header().ok().flatten();
        on_disk.is_some_and(|on_disk| on_disk.generation >= header.generation)
    }

    /// What the folder says, brought in order: the chain to go on with, and whether its token may
    /// be spent already.
    fn settled(&self, situation: Situation) -> Result<(Held, bool), CustodyError> {
        let Situation { held, from_previous, next, intent } = situation;
        let environment = self.transport.environment().name();
        let generation = held.as_ref().map(|held| held.header.generation);
        if let Some(next) = next
            && generation.is_none_or(|held| next.header.generation > held)
        {
            // The crash came after the new token was whole and before it had its name.
            self.store.promote()?;
            return Ok((next, false));
        }
        let Some(held) = held else {
            let folder = self.store.folder().to_owned();
            return Err(CustodyError::Missing { environment, folder });
        };
        match intent {
            Some(Intent { generation, refused: Some(at), doubt, .. })
                if generation == held.header.generation =>
            {
                Err(CustodyError::Lost { environment, generation, at, doubt })
            }
            // The exchange ended and its note was not removed in time.
            Some(intent) if intent.generation < held.header.generation => {
                self.store.settle()?;
                Ok((held, from_previous))
            }
            Some(_) => Ok((held, true)),
            None => Ok((held, from_previous)),
        }
    }

    /// Asks the login host; once more with the same token when the answer was lost. A refusal is
    /// made durable, so that no later start asks again.
    async fn exchange(&self, held: &Held, doubt: bool) -> Result<Exchanged, CustodyError> {
        let token = &held.chain.refresh;
        let mut doubt = doubt;
        let mut result = login::exchange(&self.transport, token).await;
        if matches!(&result, Err(fault) if answer_was_lost(fault)) {
            tracing::warn!(
                "the answer of the login host was lost; the same token is tried once more"
            );
            doubt = true;
            result = login::exchange(&self.transport, token).await;
        }
        let generation = held.header.generation;
        match result {
            Ok(exchanged) => Ok(exchanged),
            Err(Fault::Auth { .. }) => {
                let environment = self.transport.environment().name();
                let at = now();
                self.store.note(&Intent { generation, began: at, refused: Some(at), doubt })?;
                Err(CustodyError::Lost { environment, generation, at, doubt })
            }
            Err(fault) if fault.was_not_sent() => {
                if !doubt {
                    self.store.settle()?;
                }
                Err(CustodyError::Unreachable { fault })
            }
            Err(fault) => {
                // The next process, after whatever happens to this one, must know.
                self.store.note(&Intent {
                    generation,
                    began: now(),
                    refused: None,
                    doubt: true,
                })?;
                Err(CustodyError::Unsettled { fault })
            }
        }
    }

    /// Makes the next chain durable and only then gives its session.
    fn keep(
        &self,
        inner: &mut Inner,
        header: Header,
        chain: Chain,
    ) -> Result<Arc<Session>, CustodyError> {
        if let Err(why) = self.store.commit(header.clone(), &chain) {
            inner.unsaved = Some((header, chain));
            return Err(CustodyError::NotDurable { why });
        }
        let held = Held { header, chain };
        self.session_of(&held)?.ok_or(CustodyError::NoAccess)
    }

    /// The session of a chain, when it has an access token.
    fn session_of(&self, held: &Held) -> Result<Option<Arc<Session>>, CustodyError> {
        let Some(access) = &held.chain.access else { return Ok(None) };
        let base = self.transport.environment().api_base(&access.api_server)?;
        let left_s = access.expires.as_second() - now().as_second();
        let margin_s = access.life_s - refresh_after_s(access.life_s);
        // A clock that jumped must not make a token look longer-lived than it is.
        let good_s = left_s.min(access.life_s).saturating_sub(margin_s);
        let good = Duration::from_secs(u64::try_from(good_s).unwrap_or(0));
        Ok(Some(Arc::new(Session {
            token: access.token.clone(),
            base,
            generation: held.header.generation,
            refresh_at: Instant::now() + good,
        })))
    }

    /// The session on disk, when another process left one that is good and newer than the one
    /// refused. A server that is not admitted is no error here: the next exchange names another.
    fn left_by_another(&self, held: &Held, refused: Option<u64>) -> Option<Arc<Session>> {
        let newer = refused.is_none_or(|refused| held.header.generation > refused);
        let session = newer.then(|| self.session_of(held).ok().flatten())??;
        (Instant::now() < session.refresh_at).then_some(session)
    }

    /// Waits for the lock between processes.
    pub(super) async fn locked(&self) -> Result<Lock, CustodyError> {
        let deadline = Instant::now() + LOCK_WAIT;
        loop {
            if let Some(lock) = self.store.try_lock()? {
                return Ok(lock);
            }
            if Instant::now() >= deadline {
                return Err(CustodyError::Locked { path: self.store.folder().join("lock") });
            }
            tokio::time::sleep(LOCK_EVERY).await;
        }
    }

    fn count(&self, result: &Result<Arc<Session>, CustodyError>) {
        let outcome = result.as_ref().map_or_else(CustodyError::name, |_| "ok");
        metrics::counter!("tradebot_broker_sessions_total", "outcome" => outcome).increment(1);
        match result {
            Ok(session) => {
                metrics::gauge!("tradebot_broker_token_generation").set(session.generation as f64);
                metrics::gauge!("tradebot_broker_token_valid").set(1.0);
            }
            Err(error) if error.needs_a_person() => {
                metrics::gauge!("tradebot_broker_token_valid").set(0.0);
                tracing::error!(%error, folder = %self.store.folder().display(), "no broker session");
            }
            Err(error) => tracing::warn!(%error, "no broker session yet"),
        }
    }
}

/// The chain after an exchange.
fn successor(held: &Held, exchanged: Exchanged) -> (Header, Chain) {
    let mut header = held.header.clone();
    header.generation += 1;
    header.created = now();
    (header, Chain { refresh: exchanged.refresh, access: exchanged.access })
}

/// The request went out and what came back does not say what became of it.
const fn answer_was_lost(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Timeout | Fault::Broken { .. } | Fault::Malformed { .. } | Fault::TooLarge { .. }
    )
}
