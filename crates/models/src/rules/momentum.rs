//! Buy what has risen over one to six months for its volatility, and stands near its high.
//!
//! **Source:** Jegadeesh & Titman (1993), J. Finance 48(1); time-series momentum: Moskowitz, Ooi &
//! Pedersen (2012), J. Financial Economics 104(2); nearness to the 52-week high: George & Hwang
//! (2004), J. Finance 59(5).

use super::{Rule, places, score_of, spread};

const INPUTS: [&str; 5] = ["return_20", "return_60", "return_120", "drawdown_252", "volatility_60"];

pub(super) fn rule() -> Rule<5> {
    Rule {
        name: "momentum",
        idea: "what rose over the last 20, 60 and 120 sessions, measured by its own volatility, \
               and is near its 252-session high rises on",
        formula: "1/2 + 1/2 x (0.75 m + 0.25 h); m = 0.2 tanh(t20) + 0.4 tanh(t60) \
                  + 0.4 tanh(t120); tn = return_n / (s sqrt(n / 252)); \
                  h = 2 exp(drawdown_252 / (0.5 s)) - 1; s = volatility_60, at least 0.01",
        limits: "crashes when a beaten market turns up; blind to what happened within a month",
        inputs: INPUTS,
        places: places(INPUTS),
        score,
    }
}

fn score([return_20, return_60, return_120, drawdown, volatility]: [f64; 5]) -> f64 {
    let s = spread(volatility);
    let t = |log_return: f64, sessions: f64| (log_return / (s * (sessions / 252.0).sqrt())).tanh();
    let risen = 0.2 * t(return_20, 20.0) + 0.4 * t(return_60, 60.0) + 0.4 * t(return_120, 120.0);
    let near_high = 2.0 * (drawdown / (0.5 * s)).exp() - 1.0;
    score_of(0.75 * risen + 0.25 * near_high)
}
