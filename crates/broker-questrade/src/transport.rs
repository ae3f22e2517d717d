//! One request to the broker, and its answer or what is wrong with it by name.
//!
//! 1. [`Transport::read`] asks and repeats what may pass, with the [`Pauses`] it is given;
//!    [`Transport::once`] asks once: it is the only way for anything that is not a read.
//! 2. An attempt passes the host allow-list, then the [`Budget`], then goes out, and the budget is
//!    told what came of it. Redirects are not followed, bodies are capped, silence has an end.
//! 3. [`judge`] turns status, headers and body into a reply or a [`Fault`].
//!
//! Metrics: `tradebot_api_calls_total{api,route,outcome}` and
//! `tradebot_api_duration_seconds{api,route}` with `questrade` for the api,
//! `tradebot_broker_calls_left{budget}`, `tradebot_broker_clock_skew_seconds`.

mod budget;
mod fault;
mod headers;
mod judge;
mod mask;
mod route;

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, Url, redirect};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout};
use tradebot_domain::Timestamp;
use zeroize::Zeroizing;

use crate::environment::Environment;
use crate::token::Secret;

pub use budget::{
    Admitted, Budget, Class, Ending, Heard, Leave, NotAdmitted, Once, Pauses, Priority, Unlimited,
};
pub use fault::{CallError, Fault, FaultClass};
pub use headers::Readings;
pub use judge::{Answer, judge};
pub use route::Route;

/// Name of this interface among all that are called.
const API: &str = "questrade";
/// Calls of external interfaces.
const CALLS: &str = "tradebot_api_calls_total";
/// Seconds until one answered.
const SECONDS: &str = "tradebot_api_duration_seconds";

/// How long things may take and how large they may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// To a connection.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub silence: Duration,
    /// One attempt, from the first byte out to the last one in.
    pub attempt: Duration,
    /// The same for the login host.
    pub login: Duration,
    /// Until the budget lets a call through.
    pub budget: Duration,
    /// Bytes of a body, unpacked.
    pub body_bytes_max: usize,
    /// The least pause after a rate limit.
    pub rest: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            attempt: Duration::from_mins(1),
            login: Duration::from_secs(15),
            budget: Duration::from_mins(1),
            body_bytes_max: 8 << 20,
            rest: Duration::from_secs(1),
        }
    }
}

/// What is sent along.
#[derive(Debug)]
pub enum Body<'a> {
    /// Nothing: a GET.
    None,
    /// Nothing: a DELETE.
    Delete,
    /// JSON: a POST.
    Json(Vec<u8>),
    /// A form with one or more secrets: a POST.
    Form(&'a [(&'a str, &'a str)]),
}

/// One request.
pub struct Ask<'a> {
    /// Which kind.
    pub route: Route,
    /// Where to. A token is never part of it.
    pub url: Url,
    /// What goes along.
    pub body: Body<'a>,
    /// The access token.
    pub bearer: Option<&'a Secret>,
}

/// The client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTPS client cannot be set up: {0}")]
pub struct SetUp(String);

/// The one way to the broker.
pub struct Transport {
    http: reqwest::Client,
    environment: Environment,
    limits: Limits,
    budget: Arc<dyn Budget>,
}

impl Transport {
    /// A transport to one environment.
    ///
    /// # Errors
    /// [`SetUp`] when the system's certificates cannot be read.
    pub fn new(
        environment: Environment,
        limits: Limits,
        budget: Arc<dyn Budget>,
    ) -> Result<Self, SetUp> {
        // The second call and all further ones say that there is a provider already: fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .user_agent(concat!("tradebot/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(limits.connect)
            .read_timeout(limits.silence);
        let builder = match environment {
            // A proxy of the surroundings has no business between us and a simulator.
            Environment::Simulator(_) => builder.no_proxy(),
            Environment::Live | Environment::Practice => builder.https_only(true),
        };
        let http = builder.build().map_err(|e| SetUp(chain(&e)))?;
        Ok(Self { http, environment, limits, budget })
    }

    /// Where this transport leads.
    pub const fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Its limits.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A read, repeated with the pauses that the budget gives it.
    ///
    /// # Errors
    /// [`CallError`] with the last fault.
    pub async fn read<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, CallError> {
        let begun = Instant::now();
        let mut pauses = self.budget.pauses();
        let mut attempts = 1;
        loop {
            let fault = match self.attempt(ask).await {
                Ok(reply) => return Ok(reply),
                Err(fault) => fault,
            };
            let least = fault.least_pause(self.limits.rest);
            let Some(pause) = least.and_then(|asked| pauses.next(begun.elapsed(), asked)) else {
                return Err(CallError { route: ask.route, attempts, fault });
            };
            tracing::debug!(route = %ask.route, %fault, ?pause, "the read is repeated");
            tokio::time::sleep(pause).await;
            attempts += 1;
        }
    }

    /// One attempt and no more: for what must not happen twice.
    ///
    /// # Errors
    /// [`CallError`] with the fault; [`Fault::was_not_sent`] says whether anything can have
    /// happened on the other side.
    pub async fn once<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, CallError> {
        let failed = |fault| CallError { route: ask.route, attempts: 1, fault };
        self.attempt(ask).await.map_err(failed)
    }

    /// One attempt, counted and timed.
    async fn attempt<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, Fault> {
        let secrets: Vec<&Secret> = ask.bearer.into_iter().collect();
        self.counted(ask, |answer| judge(answer, &secrets)).await
    }

    /// One attempt whose answer is read by `reads`.
    pub(crate) async fn counted<T>(
        &self,
        ask: &Ask<'_>,
        reads: impl Fn(&Answer) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let begun = Instant::now();
        let result = match self.admitted(ask).await {
            Ok(leave) => self.exchange(ask, leave, reads).await,
            Err(fault) => Err(fault),
        };
        let outcome = result.as_ref().map_or_else(Fault::name, |_| "ok");
        let route = ask.route.as_str();
        metrics::counter!(CALLS, "api" => API, "route" => route, "outcome" => outcome).increment(1);
        metrics::histogram!(SECONDS, "api" => API, "route" => route)
            .record(begun.elapsed().as_secs_f64());
        result
    }

    /// Waits for the call's turn; nothing is sent to a host that is not the broker's.
    async fn admitted(&self, ask: &Ask<'_>) -> Result<Box<dyn Leave>, Fault> {
        self.environment.admits(&ask.url)?;
        let patience = self.limits.budget;
        let turn = self.budget.admit(ask.route.class(), ask.route.priority(), patience);
        // A budget that does not keep to the patience is not waited for either.
        match timeout(patience, turn).await {
            Ok(Ok(leave)) => Ok(leave),
            Ok(Err(NotAdmitted { why, free_in })) => Err(Fault::Budget { why, free_in }),
            Err(_) => {
                let why = format!("it let nothing through for {} s", patience.as_secs_f64());
                Err(Fault::Budget { why, free_in: None })
            }
        }
    }

    /// Sends one request, takes in its answer, and tells the budget.
    async fn exchange<T>(
        &self,
        ask: &Ask<'_>,
        leave: Box<dyn Leave>,
        reads: impl Fn(&Answer) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let class = ask.route.class();
        let whole = if class == Class::Login { self.limits.login } else { self.limits.attempt };
        let mut readings = Readings::default();
        // Counted by our own clock too: reqwest's limit begins anew with each of its phases.
        let result = match timeout(whole, self.send(ask, &mut readings)).await {
            Ok(Ok(answer)) => reads(&answer),
            Ok(Err(fault)) => Err(fault),
            Err(_) => Err(Fault::Timeout),
        };
        leave.ended(&Heard { ending: Ending::of(result.as_ref().err()), readings, now: now() });
        shown(class, &readings);
        result
    }

    /// Headers are noted as soon as they are there: they count even if the body does not come.
    async fn send(&self, ask: &Ask<'_>, noted: &mut Readings) -> Result<Answer, Fault> {
        let method = match ask.body {
            Body::None => Method::GET,
            Body::Delete => Method::DELETE,
            Body::Json(_) | Body::Form(_) => Method::POST,
        };
        let mut request = self.http.request(method, ask.url.clone());
        if let Some(bearer) = ask.bearer {
            request = request.bearer_auth(bearer.expose());
        }
        request = match &ask.body {
            Body::None | Body::Delete => request,
            Body::Json(json) => {
                request.header("content-type", "application/json").body(json.clone())
            }
            Body::Form(fields) => request.form(fields),
        };
        let mut response = request.send().await.map_err(|e| fault_of(&e))?;
        let status = response.status().as_u16();
        let readings = Readings::of(response.headers());
        *noted = readings;
        if response.status().is_redirection() {
            let to = response.headers().get("location").and_then(|v| v.to_str().ok());
            let to = to.and_then(|to| ask.url.join(to).ok());
            let to = to.map_or("nowhere".into(), |to| to.origin().ascii_serialization());
            return Err(Fault::Redirect { status, to });
        }
        let body = self.body_of(&mut response).await?;
        Ok(Answer { status, readings, now: now(), body })
    }

    /// The body, up to the cap.
    async fn body_of(&self, response: &mut reqwest::Response) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let bytes_max = self.limits.body_bytes_max;
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|e| fault_of(&e))? {
            if body.len() + chunk.len() > bytes_max {
                return Err(Fault::TooLarge { bytes_max });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// Shows what the headers say.
fn shown(class: Class, readings: &Readings) {
    if let Some(left) = readings.remaining {
        metrics::gauge!("tradebot_broker_calls_left", "budget" => class.as_str()).set(left as f64);
    }
    if let Some(skew_s) = readings.skew_s(now()) {
        metrics::gauge!("tradebot_broker_clock_skew_seconds").set(skew_s as f64);
    }
}

/// The fault behind an error of the HTTP client. Its address is left out: it may hold a query.
fn fault_of(error: &reqwest::Error) -> Fault {
    if error.is_connect() {
        Fault::Connect { why: chain(error) }
    } else if error.is_timeout() {
        Fault::Timeout
    } else {
        Fault::Broken { why: chain(error) }
    }
}

/// An error's causes without its first line, which names the address.
fn chain(error: &dyn std::error::Error) -> String {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    if causes.is_empty() { "the request could not be made".into() } else { causes.join(": ") }
}

/// Now, by this machine's clock.
#[expect(clippy::disallowed_methods, reason = "an edge: skew is measured against this clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
