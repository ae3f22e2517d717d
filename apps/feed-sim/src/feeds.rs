//! All providers in one value: what they know, what they allow, and what is to go wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradebot_domain::{Date, Timestamp};
use tradebot_market_data::{DataError, History};

use crate::call::{Delivery, Reply, Request};

mod bars;
mod limits;
mod market;
mod news;
mod numbers;

use limits::Limits;
use market::Market;

/// Names of the providers, as they stand first in a path.
pub const PROVIDERS: [&str; 9] =
    ["alpha_vantage", "cboe", "finnhub", "fred", "gdelt", "newsapi", "rss", "valet", "yahoo"];

/// Settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// The last session that the providers have.
    pub today: Date,
    /// Seed of what is made up.
    pub seed: u64,
    /// Keys that are taken; where a provider is not named, any key is.
    pub keys: BTreeMap<String, String>,
    /// Calls allowed, by provider: of what is named, calls in so many seconds.
    pub limits: BTreeMap<String, Vec<Window>>,
}

/// At most so many calls in any stretch of so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Calls.
    pub calls: usize,
    /// Seconds.
    pub seconds: i64,
}

impl Default for Knobs {
    /// The last session of the bundled shares, and the limits of free keys.
    fn default() -> Self {
        let of = |calls, seconds| vec![Window { calls, seconds }];
        let limits = [
            ("alpha_vantage", of(25, 86_400)),
            ("finnhub", of(60, 60)),
            ("fred", of(120, 60)),
            ("gdelt", of(1, 5)),
            ("newsapi", of(100, 86_400)),
        ];
        Self {
            today: Date::constant(2013, 3, 1),
            seed: 42,
            keys: BTreeMap::new(),
            limits: limits.map(|(name, windows)| (name.to_owned(), windows)).into(),
        }
    }
}

/// What a fault does to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// This status with a sentence.
    Status {
        /// Status.
        status: u16,
    },
    /// As if the provider's limit were reached.
    Limit,
    /// A web page with status 200.
    Html,
    /// The body ends in the middle, with a matching length.
    Truncated,
    /// The connection breaks in the middle, against the length promised.
    Cut,
    /// Ten megabytes of spaces after the body.
    Huge,
    /// The body drips.
    Slow {
        /// Bytes in a second.
        bytes_per_s: u32,
    },
    /// The reply waits.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// A redirect to there.
    Redirect {
        /// `Location`.
        to: String,
    },
    /// The body is empty.
    Empty,
    /// Every number of the body becomes `NaN`.
    Nan,
}

/// What may be done to it while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Something goes wrong with a provider.
    Fault {
        /// Its name, or `*`.
        provider: String,
        /// Calls to let through first.
        #[serde(default)]
        skip: u32,
        /// Calls to strike then; all when absent.
        #[serde(default)]
        times: Option<u32>,
        /// What happens.
        effect: Effect,
    },
    /// Nothing goes wrong any more.
    ClearFaults,
    /// The last session that the providers have is another one.
    Today {
        /// That session.
        date: Date,
    },
    /// A provider tells other prices from that session on: all times this factor.
    Shift {
        /// Its name.
        provider: String,
        /// First session.
        from: Date,
        /// Percent of the price; 100 is as it was.
        percent: u32,
    },
}

/// A command that cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no provider `{0}`")]
pub struct UnknownProvider(String);

#[derive(Debug, Clone)]
struct Rule {
    provider: String,
    skip: u32,
    times: Option<u32>,
    effect: Effect,
}

/// All providers.
#[derive(Debug)]
pub struct Feeds {
    knobs: Knobs,
    market: Market,
    limits: Limits,
    rules: Vec<Rule>,
    calls: Vec<String>,
}

impl Feeds {
    /// Providers with these settings.
    ///
    /// # Errors
    /// [`DataError`] when the bundled bars are damaged.
    pub fn new(knobs: Knobs) -> Result<Self, DataError> {
        let market = Market::new(&History::bundled()?, knobs.seed);
        Ok(Self { market, knobs, limits: Limits::default(), rules: Vec::new(), calls: Vec::new() })
    }

    /// What was asked, oldest first: paths and parameters, without keys.
    pub fn calls(&self) -> &[String] {
        &self.calls
    }

    /// Answers a call that arrives at `now` by the machine's clock, which limits count by.
    pub fn answer(&mut self, request: &Request, now: Timestamp) -> Reply {
        let path = request.path.trim_start_matches('/');
        let (provider, rest) = path.split_once('/').unwrap_or((path, ""));
        let Some(provider) = PROVIDERS.into_iter().find(|name| *name == provider) else {
            return Reply::sentence(404, "no such provider");
        };
        self.calls.push(noted(request));
        if let Some(effect) = self.struck(provider) {
            let reply = || self.reply(provider, rest, request);
            return affected(provider, &effect, reply);
        }
        let windows = self.knobs.limits.get(provider).map_or(&[][..], Vec::as_slice);
        if !self.limits.admit(provider, windows, now) {
            return limited(provider);
        }
        self.reply(provider, rest, request)
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// [`UnknownProvider`]; nothing is changed then.
    pub fn command(&mut self, command: Command) -> Result<(), UnknownProvider> {
        match command {
            Command::Fault { provider, skip, times, effect } => {
                if provider != "*" && !PROVIDERS.contains(&provider.as_str()) {
                    return Err(UnknownProvider(provider));
                }
                self.rules.push(Rule { provider, skip, times, effect });
            }
            Command::ClearFaults => self.rules.clear(),
            Command::Today { date } => self.knobs.today = date,
            Command::Shift { provider, from, percent } => {
                if !PROVIDERS.contains(&provider.as_str()) {
                    return Err(UnknownProvider(provider));
                }
                self.market.shift(provider, from, percent);
            }
        }
        Ok(())
    }

    /// The effect of the first rule that strikes this call.
    fn struck(&mut self, provider: &str) -> Option<Effect> {
        for rule in &mut self.rules {
            if rule.provider != "*" && rule.provider != provider {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            match &mut rule.times {
                Some(0) => {}
                Some(times) => {
                    *times -= 1;
                    return Some(rule.effect.clone());
                }
                None => return Some(rule.effect.clone()),
            }
        }
        None
    }

    fn reply(&self, provider: &str, rest: &str, request: &Request) -> Reply {
        let key = match provider {
            "alpha_vantage" => Some(request.parameter("apikey")),
            "fred" => Some(request.parameter("api_key")),
            "finnhub" => Some(request.header("x-finnhub-token")),
            "newsapi" => Some(request.header("x-api-key")),
            _ => None,
        };
        let wanted = self.knobs.keys.get(provider);
        if key.is_some_and(|key| key.is_empty() || wanted.is_some_and(|wanted| wanted != key)) {
            return key_refused(provider);
        }
        let (market, today) = (&self.market, self.knobs.today);
        match provider {
            "cboe" => numbers::cboe(market, today, rest),
            "fred" => numbers::fred(market, today, request),
            "valet" => numbers::valet(market, today, rest, request),
            "alpha_vantage" => match request.parameter("function") {
                "TIME_SERIES_DAILY" => bars::alpha_vantage(market, today, request),
                "OVERVIEW" => bars::overview(market, today, request),
                "NEWS_SENTIMENT" => news::alpha_vantage(self.knobs.seed, request),
                _ => {
                    Reply::json(200, &json!({"Error Message": "This API function does not exist."}))
                }
            },
            "yahoo" => bars::yahoo(market, today, rest, request),
            "finnhub" => match rest {
                "quote" => bars::quote(market, today, request),
                "company-news" => news::finnhub(self.knobs.seed, request),
                "calendar/earnings" => news::earnings(market, request),
                "stock/candle" => no_access(),
                _ => Reply::json(404, &json!({"error": "not found"})),
            },
            "newsapi" => news::newsapi(self.knobs.seed, request),
            "gdelt" => news::gdelt(self.knobs.seed, request),
            _ => news::rss(self.knobs.seed, today, rest),
        }
    }
}

fn no_access() -> Reply {
    Reply::json(403, &json!({"error": "You don't have access to this resource."}))
}

/// A call without its key.
fn noted(request: &Request) -> String {
    let shown = |(name, value): (&String, &String)| {
        (!matches!(name.as_str(), "apikey" | "api_key")).then(|| format!("{name}={value}"))
    };
    let query: Vec<String> = request.query.iter().filter_map(shown).collect();
    format!("{}?{}", request.path, query.join("&"))
}

/// How a provider says that its limit is reached.
fn limited(provider: &str) -> Reply {
    match provider {
        "alpha_vantage" => Reply::json(
            200,
            &json!({"Information": "Our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans."}),
        ),
        "finnhub" => {
            Reply::json(429, &json!({"error": "API limit reached. Please try again later."}))
        }
        "newsapi" => Reply::json(
            429,
            &json!({"status": "error", "code": "rateLimited", "message": "You have made too many requests recently."}),
        ),
        "gdelt" => Reply::sentence(200, "Please limit requests to one every 5 seconds."),
        "fred" => Reply::json(
            429,
            &json!({"error_code": 429, "error_message": "Too Many Requests.  Exceeded Rate Limit"}),
        ),
        "yahoo" => Reply::sentence(429, "Too Many Requests\r\n"),
        _ => Reply::sentence(429, "slow down"),
    }
}

/// How a provider says that a key is not one.
fn key_refused(provider: &str) -> Reply {
    match provider {
        "alpha_vantage" => Reply::json(
            200,
            &json!({"Error Message": "the parameter apikey is invalid or missing. Please claim your free API key."}),
        ),
        "fred" => Reply::json(
            400,
            &json!({"error_code": 400, "error_message": "Bad Request.  The value for variable api_key is not registered."}),
        ),
        "newsapi" => Reply::json(
            401,
            &json!({"status": "error", "code": "apiKeyInvalid", "message": "Your API key is invalid or incorrect."}),
        ),
        _ => Reply::json(401, &json!({"error": "Invalid API key."})),
    }
}

fn affected(provider: &str, effect: &Effect, reply: impl FnOnce() -> Reply) -> Reply {
    const PAGE: &str = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>";
    match effect {
        Effect::Status { status } => Reply::sentence(*status, "something is wrong here"),
        Effect::Limit => limited(provider),
        Effect::Html => Reply::new(200, "text/html", PAGE),
        Effect::Redirect { to } => {
            let mut reply = Reply::sentence(302, "");
            reply.headers.push(("location", to.clone()));
            reply
        }
        Effect::Empty => Reply { body: Vec::new(), ..reply() },
        Effect::Truncated => {
            let mut reply = reply();
            reply.body.truncate(reply.body.len() / 2);
            reply
        }
        Effect::Cut => {
            let reply = reply();
            Reply { delivery: Delivery::Cut(reply.body.len() / 2), ..reply }
        }
        Effect::Huge => {
            let mut reply = reply();
            reply.body.resize(10 << 20, b' ');
            reply
        }
        Effect::Slow { bytes_per_s } => Reply { delivery: Delivery::Slow(*bytes_per_s), ..reply() },
        Effect::Delay { ms } => Reply { delay_ms: *ms, ..reply() },
        Effect::Nan => {
            let reply = reply();
            let nan = |c: char| if c.is_ascii_digit() { "NaN".to_owned() } else { c.to_string() };
            Reply { body: reply.text().chars().map(nan).collect::<String>().into_bytes(), ..reply }
        }
    }
}

#[cfg(test)]
mod tests;
