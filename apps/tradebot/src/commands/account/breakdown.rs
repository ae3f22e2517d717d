//! Profit by symbol, regime row, basis, exit reason and member.

use std::collections::BTreeMap;

use serde::Serialize;
use tradebot_domain::{MemberId, Money};
use tradebot_journal::{
    ConsensusRecord, DecisionRecord, OpinionRecord, PositionRecord, TradeRecord,
};

/// The groups in the order of the page.
pub(super) const GROUPS: [&str; 5] = ["symbol", "row", "basis", "exit", MEMBER];
/// The group of members, which attributes instead of adding up.
pub(super) const MEMBER: &str = "member";
/// What members did not agree on.
const DISAGREED: &str = "(disagreement)";

/// One line of a breakdown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Line {
    /// `symbol`, `row`, `basis`, `exit` or `member`.
    pub by: &'static str,
    /// Which one.
    pub of: String,
    /// Closed trades; of a member, those it spoke for.
    pub trades: usize,
    /// Those with a profit after costs.
    pub won: usize,
    /// Net of closed trades; of a member, its share.
    pub net: Money,
    /// Their costs; not attributed to members.
    pub costs: Money,
    /// Their dividends; not attributed to members.
    pub dividends: Money,
    /// Mean net result in units of planned risk; null without trades.
    pub mean_r: Option<f64>,
    /// Unrealised profit of open positions; by symbol and basis only.
    pub open: Money,
}

impl Line {
    const fn new(by: &'static str, of: String) -> Self {
        Self {
            by,
            of,
            trades: 0,
            won: 0,
            net: Money::ZERO,
            costs: Money::ZERO,
            dividends: Money::ZERO,
            mean_r: None,
            open: Money::ZERO,
        }
    }

    fn take(&mut self, trade: &TradeRecord) {
        let before = self.mean_r.unwrap_or(0.0) * self.trades as f64;
        self.trades += 1;
        self.won += usize::from(trade.net > Money::ZERO);
        self.net += trade.net;
        self.costs += trade.costs;
        self.dividends += trade.dividends;
        self.mean_r = Some((before + trade.r_multiple) / self.trades as f64);
    }
}

/// All groups. `decisions` are those of `trades`, in their order.
pub(super) fn lines(
    trades: &[TradeRecord],
    open: &[PositionRecord],
    decisions: &[Option<DecisionRecord>],
) -> Vec<Line> {
    let mut lines =
        group("symbol", trades, open, |t| t.symbol.to_string(), |p| Some(p.symbol.to_string()));
    lines.extend(group("row", trades, &[], |t| t.row.to_string(), |_| None));
    lines.extend(group(
        "basis",
        trades,
        open,
        |t| t.basis.name().to_owned(),
        |p| Some(p.basis.name().to_owned()),
    ));
    lines.extend(group("exit", trades, &[], |t| t.reason.name().to_owned(), |_| None));
    lines.extend(members(trades, decisions));
    lines
}

fn group(
    by: &'static str,
    trades: &[TradeRecord],
    open: &[PositionRecord],
    of_trade: impl Fn(&TradeRecord) -> String,
    of_position: impl Fn(&PositionRecord) -> Option<String>,
) -> Vec<Line> {
    let mut lines: BTreeMap<String, Line> = BTreeMap::new();
    let mut line = |of: String, f: &dyn Fn(&mut Line)| {
        f(lines.entry(of.clone()).or_insert_with(|| Line::new(by, of)));
    };
    for trade in trades {
        line(of_trade(trade), &|l| l.take(trade));
    }
    for position in open {
        if let Some(of) = of_position(position) {
            line(of, &|l| l.open += position.unrealised);
        }
    }
    lines.into_values().collect()
}

/// Attribution to members.
///
/// A trade's net is shared out by the weights of its consensus: a member whose calibrated mean was
/// above break-even at the decision spoke for the trade and gets weight x net; one at or below it
/// spoke against it and gets -weight x net, so that speaking against a loser is to its credit.
/// What that leaves of the net, twice the weight of those against, is the line of disagreement:
/// with it the shares add up to the net of all trades with a recorded consensus.
///
/// It says who was heard when money was made, not who made it: members are correlated, and the
/// size came from all of them together.
fn members(trades: &[TradeRecord], decisions: &[Option<DecisionRecord>]) -> Vec<Line> {
    let mut shares: BTreeMap<MemberId, Share> = BTreeMap::new();
    let mut rest = 0.0;
    for (trade, decision) in trades.iter().zip(decisions) {
        let Some((opinions, consensus)) = decision.as_ref().and_then(heard) else { continue };
        let net = trade.net.to_f64();
        rest += net;
        for o in opinions.iter().filter(|o| o.weight > 0.0) {
            let spoke_for = o.mean > consensus.break_even;
            let part = if spoke_for { o.weight * net } else { -o.weight * net };
            rest -= part;
            shares.entry(o.member).or_default().take(trade, spoke_for, part);
        }
    }
    let mut lines: Vec<Line> = shares.into_iter().map(|(member, s)| s.line(member)).collect();
    if !lines.is_empty() {
        let net = money(rest);
        lines.push(Line { net, ..Line::new(MEMBER, DISAGREED.to_owned()) });
    }
    lines
}

fn heard(decision: &DecisionRecord) -> Option<(&[OpinionRecord], &ConsensusRecord)> {
    Some((&decision.opinions, decision.consensus.as_ref()?))
}

/// What one member is credited with.
#[derive(Default)]
struct Share {
    spoke_for: usize,
    won: usize,
    net: f64,
    r: f64,
}

impl Share {
    fn take(&mut self, trade: &TradeRecord, spoke_for: bool, part: f64) {
        self.net += part;
        if spoke_for {
            self.spoke_for += 1;
            self.won += usize::from(trade.net > Money::ZERO);
            self.r += trade.r_multiple;
        }
    }

    fn line(&self, member: MemberId) -> Line {
        Line {
            trades: self.spoke_for,
            won: self.won,
            net: money(self.net),
            mean_r: (self.spoke_for > 0).then(|| self.r / self.spoke_for as f64),
            ..Line::new(MEMBER, member.to_string())
        }
    }
}

/// A share of money is analysis: cents are enough.
fn money(value: f64) -> Money {
    Money::from_f64(value, 2).unwrap_or_default()
}

#[cfg(test)]
mod tests;
