//! A server and sources that ask it.

use std::sync::Arc;
use std::time::Duration;

use feed_sim::{Command, Effect, FeedServer, Knobs};
use tradebot_domain::{Date, Symbol};
use tradebot_market_data::budget::{Governor, MachineClock};
use tradebot_market_data::retry::RetryPolicy;
use tradebot_market_data::source::alpha_vantage::AlphaVantage;
use tradebot_market_data::source::cboe::Cboe;
use tradebot_market_data::source::finnhub::Finnhub;
use tradebot_market_data::source::fred::Fred;
use tradebot_market_data::source::gdelt::Gdelt;
use tradebot_market_data::source::newsapi::NewsApi;
use tradebot_market_data::source::rss::Rss;
use tradebot_market_data::source::valet::Valet;
use tradebot_market_data::source::yahoo::Yahoo;
use tradebot_market_data::source::{BarsAsk, Http, HttpLimits, Key, Place, source_limits};

pub(crate) const KEY: &str = "canary-key";

pub(crate) struct Desk {
    pub(crate) sim: FeedServer,
    pub(crate) http: Arc<Http>,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let sim = FeedServer::start(Knobs::default()).await.unwrap();
        let http = http(&sim);
        Self { sim, http }
    }

    /// A way out that remembers nothing.
    pub(crate) fn afresh(&mut self) {
        self.http = http(&self.sim);
    }

    pub(crate) fn fault(&self, provider: &str, times: Option<u32>, effect: Effect) {
        let provider = provider.to_owned();
        self.sim.command(Command::Fault { provider, skip: 0, times, effect }).unwrap();
    }

    pub(crate) fn cboe(&self) -> Cboe {
        Cboe::new(Arc::clone(&self.http))
    }

    pub(crate) fn alpha_vantage(&self) -> AlphaVantage {
        AlphaVantage::new(Arc::clone(&self.http), key())
    }

    pub(crate) fn finnhub(&self) -> Finnhub {
        Finnhub::new(Arc::clone(&self.http), key())
    }

    pub(crate) fn newsapi(&self) -> NewsApi {
        NewsApi::new(Arc::clone(&self.http), key())
    }

    pub(crate) fn fred(&self) -> Fred {
        Fred::new(Arc::clone(&self.http), key())
    }

    pub(crate) fn gdelt(&self) -> Gdelt {
        Gdelt::new(Arc::clone(&self.http))
    }

    pub(crate) fn valet(&self) -> Valet {
        Valet::new(Arc::clone(&self.http))
    }

    pub(crate) fn yahoo(&self) -> Yahoo {
        Yahoo::new(Arc::clone(&self.http))
    }

    pub(crate) fn rss(&self) -> Rss {
        Rss::new(Arc::clone(&self.http), &format!("{}/rss/ZZQ.xml", self.sim.url())).unwrap()
    }
}

fn key() -> Key {
    Key::new(KEY).unwrap()
}

fn http(sim: &FeedServer) -> Arc<Http> {
    let governor = Governor::new(Arc::new(MachineClock::new()), source_limits()).unwrap();
    let limits = HttpLimits {
        attempt: Duration::from_secs(2),
        silence: Duration::from_secs(1),
        patience: Duration::from_secs(8),
        retry: RetryPolicy {
            attempts: 2,
            first: Duration::from_millis(10),
            longest: Duration::from_millis(20),
            ..HttpLimits::default().retry
        },
        ..HttpLimits::default()
    };
    Arc::new(Http::new(Place::simulator(&sim.url()).unwrap(), governor, limits).unwrap())
}

pub(crate) fn symbol(name: &str) -> Symbol {
    Symbol::new(name).unwrap()
}

pub(crate) const fn day(year: i16, month: i8, day: i8) -> Date {
    Date::constant(year, month, day)
}

pub(crate) fn bars_of(name: &str, from: Date, to: Date) -> BarsAsk {
    BarsAsk { symbol: symbol(name), from, to }
}
