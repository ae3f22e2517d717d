//! The one way out: guarded, counted, repeated where it helps, and cached.
//!
//! - A call goes to a root of its source and below, nowhere else. Redirects are followed within the
//!   same origin only.
//! - A body is read up to a cap, unpacked; silence and slowness have an end.
//! - The budget is asked before each attempt and told what came of it, in the source's own words
//!   where those say more than the status.
//! - A key travels in a header or as one query parameter. It is added last, is in no address that is
//!   logged, kept or shown, and is taken out of what sources say.
//!
//! Metrics: `tradebot_api_calls_total{api,route,outcome}`, `tradebot_api_duration_seconds{api,route}`.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{StatusCode, Url, header, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;

use super::body;
use super::fault::{Fault, SourceError};
use super::place::Place;
use super::text::words;
use super::{About, Fetched, Provenance};
use crate::budget::{Governor, Outcome, Priority, Reply};
use crate::cache::{Hits, Kind, TtlCache};
use crate::retry::{GaveUp, RetryPolicy, Trouble, retry};

/// Redirects followed within one origin.
const REDIRECTS_MAX: usize = 3;
/// Answers kept at once.
const KEPT_MAX: usize = 512;
/// The longest pause that a source may ask for and get; beyond that the call is given up.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(30);

/// A key of a source. It cannot be printed.
#[derive(Debug, Clone)]
pub struct Key(SecretString);

impl Key {
    /// A key; `None` where the text is empty.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(SecretString::from(text)))
    }

    fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// How long things may take and how large they may be.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpLimits {
    /// To a connection.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub silence: Duration,
    /// One attempt, from the first byte out to the last one in.
    pub attempt: Duration,
    /// Until the budget lets an attempt through.
    pub patience: Duration,
    /// Bytes of a body, unpacked.
    pub body_bytes_max: usize,
    /// Who asks.
    pub priority: Priority,
    /// How attempts are repeated. Its time for one try is set from the two above.
    pub retry: RetryPolicy,
}

impl Default for HttpLimits {
    /// Research: what can wait.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(15),
            attempt: Duration::from_secs(30),
            patience: Duration::from_secs(20),
            body_bytes_max: 8 << 20,
            priority: Priority::Research,
            retry: RetryPolicy {
                attempts: 3,
                total: Duration::from_mins(3),
                ..RetryPolicy::default()
            },
        }
    }
}

/// How a key travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyPlace {
    /// In this header.
    Header(&'static str),
    /// As this query parameter.
    Query(&'static str),
}

/// What a source says of itself in an answer: of a status and a text, the fault they are. Asked
/// before the usual reading of the status.
pub(super) type Explain = fn(u16, &str) -> Option<Fault>;

/// One question.
pub(super) struct Call<'a> {
    pub(super) about: About,
    pub(super) route: &'static str,
    /// The source's root; the path is appended to its path.
    pub(super) root: Url,
    /// Segments below it.
    pub(super) path: &'a [&'a str],
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) key: Option<(KeyPlace, &'a Key)>,
    /// How long the answer stays true enough.
    pub(super) kind: Kind,
    pub(super) explain: Explain,
}

/// A body as it came.
#[derive(Debug, Clone)]
struct Came {
    body: Arc<Vec<u8>>,
    provenance: Provenance,
}

/// The HTTP client could not be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the HTTP client cannot be set up: {0}")]
pub struct SetUp(String);

/// What all sources of a process share.
#[derive(Debug)]
pub struct Http {
    client: reqwest::Client,
    place: Place,
    governor: Arc<Governor>,
    limits: HttpLimits,
    cache: TtlCache<String, Came, Fault>,
}

impl Http {
    /// A way to the sources of one place.
    ///
    /// # Errors
    /// [`SetUp`] when the system's certificates cannot be read.
    pub fn new(place: Place, governor: Arc<Governor>, limits: HttpLimits) -> Result<Self, SetUp> {
        // The second call and all further ones say that there is a provider already: fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .user_agent(concat!("tradebot/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::custom(within_origin))
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(limits.connect)
            .read_timeout(limits.silence);
        let builder = match place {
            // A proxy of the surroundings has no business between us and a simulator.
            Place::Simulator(_) => builder.no_proxy(),
            Place::World => builder.https_only(true),
        };
        let client = builder.build().map_err(|e| SetUp(chain(&e)))?;
        let cache = TtlCache::new(Arc::clone(governor.clock()), KEPT_MAX);
        Ok(Self { client, place, governor, limits, cache })
    }

    /// Where its sources are.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The budgets it keeps.
    pub const fn governor(&self) -> &Arc<Governor> {
        &self.governor
    }

    /// How often the cache knew.
    pub fn hits(&self) -> Hits {
        self.cache.hits()
    }

    /// Asks, and reads the answer with `parse`. An answer that does not read is not kept.
    pub(super) async fn ask<T>(
        &self,
        call: Call<'_>,
        parse: impl Fn(&[u8]) -> Result<T, Fault>,
    ) -> Result<Fetched<T>, SourceError> {
        let (name, route) = (call.about.name, call.route);
        let failed = |fault: Fault| SourceError::new(name, route, fault);
        let url = address(&call);
        let came = self
            .cache
            .get(url.to_string(), call.kind.time_to_live(), || async {
                self.repeated(&call, &url, &parse).await.map(Some)
            })
            .await
            .map_err(failed)?;
        // An absence is never put in: what `repeated` gives is an answer or a fault.
        let came = came.ok_or_else(|| failed(Fault::Empty))?;
        let value = parse(&came.body).map_err(failed)?;
        Ok(Fetched { value, provenance: came.provenance })
    }

    async fn repeated<T>(
        &self,
        call: &Call<'_>,
        url: &Url,
        parse: impl Fn(&[u8]) -> Result<T, Fault>,
    ) -> Result<Came, Fault> {
        let each = self.limits.patience + self.limits.attempt + Duration::from_secs(5);
        let policy = RetryPolicy { each, ..self.limits.retry };
        let clock = self.governor.clock();
        let result = retry(&**clock, &policy, |attempt| {
            let parse = &parse;
            async move {
                let fault = match self.attempt(call, url, parse).await {
                    Ok(came) => return Ok(came),
                    Err(fault) => fault,
                };
                tracing::debug!(source = call.about.name, route = call.route, attempt, %fault, "no answer");
                Err(match &fault {
                    Fault::Limited { retry_after: Some(wait), .. } if *wait > RETRY_AFTER_MAX => {
                        Trouble::Final(fault)
                    }
                    Fault::Limited { retry_after, .. } if fault.passes() => {
                        Trouble::Passing { retry_after: *retry_after, error: fault }
                    }
                    _ if fault.passes() => Trouble::passing(fault),
                    _ => Trouble::Final(fault),
                })
            }
        });
        result.await.map_err(|GaveUp { last, .. }| {
            last.unwrap_or(Fault::Timeout { seconds: policy.each.as_secs() })
        })
    }

    /// One attempt: the budget, the call, the budget again, the count.
    async fn attempt<T>(
        &self,
        call: &Call<'_>,
        url: &Url,
        parse: &impl Fn(&[u8]) -> Result<T, Fault>,
    ) -> Result<Came, Fault> {
        let (api, route) = (call.about.name, call.route);
        let count = |outcome: &'static str| {
            metrics::counter!("tradebot_api_calls_total", "api" => api, "route" => route, "outcome" => outcome)
                .increment(1);
        };
        let (priority, patience) = (self.limits.priority, self.limits.patience);
        let permit = self.governor.admit(api, priority, patience).await.map_err(|refused| {
            count("budget");
            Fault::Budget(refused)
        })?;
        let clock = self.governor.clock();
        let begun = clock.now();
        let seconds = self.limits.attempt.as_secs();
        let sent = timeout(self.limits.attempt, self.send(call, url)).await;
        let read = sent.unwrap_or(Err(Fault::Timeout { seconds })).and_then(|body| {
            parse(&body)?;
            Ok(body)
        });
        let secret = call.key.map(|(_, key)| key.expose());
        let read = read.map_err(|fault| fault.masked(secret));
        permit.done(&reply_of(read.as_ref().err()));
        count(read.as_ref().err().map_or("ok", Fault::name));
        let took = clock.now().saturating_sub(begun).as_secs_f64();
        metrics::histogram!("tradebot_api_duration_seconds", "api" => api, "route" => route)
            .record(took);
        let body = read?;
        let provenance = Provenance {
            source: api.to_owned(),
            url: url.to_string(),
            fetched_at: clock.wall(),
            blake3: blake3::hash(&body).to_hex().to_string(),
            unofficial: call.about.unofficial,
        };
        Ok(Came { body: Arc::new(body), provenance })
    }

    async fn send(&self, call: &Call<'_>, url: &Url) -> Result<Vec<u8>, Fault> {
        let allowed = &call.root;
        if url.origin() != allowed.origin() || !url.path().starts_with(allowed.path()) {
            return Err(Fault::Host { host: url.host_str().unwrap_or_default().to_owned() });
        }
        let mut request = self.client.get(url.clone());
        request = match call.key {
            Some((KeyPlace::Header(name), key)) => request.header(name, sensitive(key)?),
            Some((KeyPlace::Query(name), key)) => request.query(&[(name, key.expose())]),
            None => request,
        };
        let mut response =
            request.send().await.map_err(|e| fault_of(&e, 0, self.limits.silence))?;
        let status = response.status();
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            let to = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok());
            let to = to.and_then(|to| response.url().join(to).ok());
            let to = to.map_or("nowhere".into(), |to| to.origin().ascii_serialization());
            return Err(Fault::Redirect { status: status.as_u16(), to });
        }
        let retry_after = retry_after(response.headers());
        let body = self.body_of(&mut response).await?;
        judge(status.as_u16(), &body, retry_after, call.explain)?;
        Ok(body)
    }

    /// The body, up to the cap.
    async fn body_of(&self, response: &mut reqwest::Response) -> Result<Vec<u8>, Fault> {
        let bytes_max = self.limits.body_bytes_max;
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk().await;
            match chunk.map_err(|e| fault_of(&e, body.len(), self.limits.silence))? {
                None => return Ok(body),
                Some(chunk) if body.len() + chunk.len() > bytes_max => {
                    return Err(Fault::TooLarge { bytes_max });
                }
                Some(chunk) => body.extend_from_slice(&chunk),
            }
        }
    }
}

/// Redirects stay within their origin; the answer that leads elsewhere is handed back as it is.
fn within_origin(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let before = attempt.previous();
    let same = before.last().is_some_and(|from| from.origin() == attempt.url().origin());
    if same && before.len() <= REDIRECTS_MAX { attempt.follow() } else { attempt.stop() }
}

/// The address without any key.
fn address(call: &Call<'_>) -> Url {
    let mut url = call.root.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(call.path);
    }
    if !call.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&call.query);
    }
    url
}

fn sensitive(key: &Key) -> Result<header::HeaderValue, Fault> {
    let refused = |_| Fault::KeyRefused { words: "it cannot be sent in a header".to_owned() };
    let mut value = header::HeaderValue::from_str(key.expose()).map_err(refused)?;
    value.set_sensitive(true);
    Ok(value)
}

/// `Retry-After` in seconds; its other form, a date, counts as none.
fn retry_after(headers: &header::HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// What is wrong with a status and a body before anyone reads it.
fn judge(
    status: u16,
    body: &[u8],
    retry_after: Option<Duration>,
    explain: Explain,
) -> Result<(), Fault> {
    let text = String::from_utf8_lossy(&body[..body.len().min(4_096)]);
    if let Some(fault) = explain(status, &text) {
        return Err(match fault {
            Fault::Limited { words, in_words, .. } => {
                Fault::Limited { words, retry_after, in_words: in_words && status == 200 }
            }
            other => other,
        });
    }
    let words = || match body::text(body) {
        Err(Fault::Html { words }) => words,
        _ => words(&text),
    };
    match status {
        200..=299 => Ok(()),
        429 => Err(Fault::Limited { words: words(), retry_after, in_words: false }),
        401 => Err(Fault::KeyRefused { words: words() }),
        402 => Err(Fault::Premium { words: words() }),
        408 | 425 | 500..=599 => Err(Fault::Down { status, words: words() }),
        _ => Err(Fault::Status { status, words: words() }),
    }
}

/// What the budget is told.
fn reply_of(fault: Option<&Fault>) -> Reply {
    match fault {
        Some(Fault::Limited { retry_after, .. }) => {
            Reply { retry_after: *retry_after, ..Reply::of(Outcome::Limited) }
        }
        Some(
            Fault::Connect { .. } | Fault::Timeout { .. } | Fault::Cut { .. } | Fault::Down { .. },
        ) => Reply::of(Outcome::Failed),
        _ => Reply::of(Outcome::Answered),
    }
}

/// The fault behind an error of the HTTP client. Its address is left out: it may hold a key.
fn fault_of(error: &reqwest::Error, bytes: usize, silence: Duration) -> Fault {
    if error.is_connect() {
        Fault::Connect { why: chain(error) }
    } else if error.is_timeout() {
        Fault::Timeout { seconds: silence.as_secs() }
    } else {
        Fault::Cut { bytes }
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

#[cfg(test)]
mod tests;
