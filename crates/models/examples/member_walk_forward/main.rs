//! The product's members on real data, walk-forward, raw and as calibration reads them.
//!
//! ```text
//! cargo run --release -p tradebot-models --example member_walk_forward [FILTER [KINDS]]
//! ```
//!
//! The five bundled stocks; with `TRADEBOT_EXTRA_DATA` set to a directory with the wide data, also
//! funds and stocks of 1999 to 2018 and 58 stocks of 2012 to 2017. `FILTER` keeps the markets whose
//! name contains it, `KINDS` the learned members that it names, such as `logistic,forest`.
//!
//! One question per symbol and session: does the bracket of the session's policy row end with a
//! profit after costs? Members are fitted with the first session of every month to the questions
//! whose longest possible life has passed; calibration and weights learn when an answer is known.
//! Everything is scored where it was said before its answer. Prices are adjusted ones, no quality
//! gate stands before them, and R-multiples stay as the policy has them: figures are near those of
//! the product, not the same.
//!
//! *Skill* is `1 - Brier / Brier of the row's base rate`, as it was known at the time; `by uniq.`
//! the same with every answer counted by its uniqueness; `over all` against the rate of all rows
//! together instead, shrunk by nothing.
//!
//! Last, [`MetaGate`](tradebot_models::MetaGate) on the decisions that the policy would act on:
//! does acting only where it agrees raise the mean net R? Intervals are the middle 95 % of 2,000
//! histories of the stationary bootstrap in stretches of 30 sessions.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement for people")]

#[path = "../common/market.rs"]
mod market;
mod stream; // questions and their answers
mod walk; // what was said of them before
mod score; // how good it was
mod gate; // whether a second model knows when the first is right

use tradebot_models::LearnedKind;

use market::{Market, Vix, fixture, lean, series, vix, wide};

fn main() {
    let filter = std::env::args().nth(1).unwrap_or_default();
    let named = std::env::args().nth(2).unwrap_or_default();
    let is_named = |k: &LearnedKind| named.is_empty() || named.contains(&k.to_string());
    let kinds: Vec<LearnedKind> = LearnedKind::ALL.into_iter().filter(is_named).collect();
    let index = series(&fixture("indices_daily_1999_2018.csv.gz"), None).remove("^GSPC").unwrap();
    let report = |name: &str, market: &Market, vix: &Vix| {
        if name.contains(&filter) {
            let stream = stream::stream(market, &index, vix);
            let walked = walk::walk(&stream, &kinds);
            score::print(name, &stream, &walked);
            gate::print(&stream, &walked);
            for card in &walked.cards {
                let line = |heading: &str| card.lines().find(|l| l.starts_with(heading));
                for heading in ["member", "parameters", "chosen"] {
                    println!("    {}", line(heading).unwrap_or("-"));
                }
            }
        }
    };
    let stocks = series(&fixture("stocks_daily_raw_2000_2013.csv.gz"), Some("adj_close"));
    report("bundled stocks", &stocks, &Vix::new());
    let Some(wide) = wide() else {
        return println!("skipped: TRADEBOT_EXTRA_DATA is not set, so the wide data are left out");
    };
    let quoted = vix(&wide.join("vix_daily.csv.gz"));
    let until = index[index.len() - 1].date;
    let mut funds = lean(&wide);
    for bars in funds.values_mut() {
        bars.retain(|bar| bar.date <= until);
    }
    report("wide: funds and stocks 1999-2018", &funds, &quoted);
    let many = series(&wide.join("daily_stocknet_2012_2017.csv.gz"), Some("adj_close"));
    report("wide: 58 stocks 2012-2017", &many, &quoted);
}
