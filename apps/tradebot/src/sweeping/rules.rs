//! Rule strategies that a sweep knows by name, with their parameters.

use tradebot_backtest::sweep::{Constraint, Parameters};
use tradebot_domain::Bar;
use tradebot_engine::{Engine, EngineConfig, Entry, Holding, Ruling, Strategy, Wish};

use crate::exit::Failure;
use crate::settings::closest;

/// Longest average, in bars.
const LENGTH_MAX: usize = 10_000;

/// A built-in rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Long while the simple average of the last `fast` closes is above that of the last `slow`.
    SmaCross,
}

impl Rule {
    /// All of them.
    const ALL: [Self; 1] = [Self::SmaCross];

    /// # Errors
    /// A usage failure with the names there are.
    pub fn parse(name: &str) -> Result<Self, Failure> {
        Self::ALL.into_iter().find(|rule| rule.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name);
            let hint = closest(name, names.into_iter())
                .map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
            let known = names.join(", ");
            Failure::usage(format!("--strategy {name} is not known; there is {known}{hint}"))
        })
    }

    /// Its name on the command line and on record.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SmaCross => "sma_cross",
        }
    }

    /// Its parameters, with the values of those that are not varied.
    pub const fn parameters(self) -> &'static [(&'static str, f64)] {
        match self {
            // `equity`: fraction of it that an entry is worth.
            Self::SmaCross => &[("fast", 10.0), ("slow", 30.0), ("equity", 0.005)],
        }
    }

    /// What holds between its parameters, where all of them are varied.
    pub fn constraint(self, varied: &[String]) -> Option<Constraint> {
        let both = ["fast", "slow"].iter().all(|name| varied.iter().any(|v| v == name));
        both.then(|| Constraint::below("fast", "slow"))
    }

    /// The engine of a point, with the rule in the place of the ensemble.
    ///
    /// # Errors
    /// A usage failure for parameters that make no rule; else as [`Engine::with_strategy`].
    pub fn engine(self, config: EngineConfig, point: &Parameters) -> Result<Engine, Failure> {
        let value = |wanted: &str| {
            let own = self.parameters().iter().find(|(name, _)| *name == wanted);
            point.number(wanted).or(own.map(|(_, value)| *value)).unwrap_or(f64::NAN)
        };
        let (fast, slow, equity) =
            (length("fast", value("fast"))?, length("slow", value("slow"))?, value("equity"));
        if fast >= slow {
            return Err(Failure::usage(format!("fast is {fast}, which is not below slow {slow}")));
        }
        if !(equity > 0.0 && equity <= 1.0) {
            return Err(Failure::usage(format!("equity is {equity}; above 0 to 1 is allowed")));
        }
        let ruling = Ruling::new(&format!("sma_{fast}_{slow}_{equity}"))
            .map_err(|e| Failure::usage(e.to_string()))?;
        let entry = Entry::equity(equity);
        let mut make = |_| Box::new(SmaCross::new(fast, slow, entry)) as Box<dyn Strategy>;
        Ok(Engine::with_strategy(config, ruling, &mut make)?)
    }
}

fn length(name: &str, value: f64) -> Result<usize, Failure> {
    let whole = value.fract() == 0.0 && value >= 1.0 && value <= LENGTH_MAX as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 10,000")]
    whole.then_some(value as usize).ok_or_else(|| {
        Failure::usage(format!(
            "{name} is {value}; whole numbers from 1 to {LENGTH_MAX} are allowed"
        ))
    })
}

/// Mean of the last closes by a running sum.
struct Average {
    last: Box<[f64]>,
    next: usize,
    sum: f64,
}

impl Average {
    fn new(length: usize) -> Self {
        Self { last: vec![0.0; length].into(), next: 0, sum: 0.0 }
    }

    fn push(&mut self, close: f64) -> f64 {
        self.sum += close - std::mem::replace(&mut self.last[self.next], close);
        self.next = (self.next + 1) % self.last.len();
        self.sum / self.last.len() as f64
    }
}

/// Two simple moving averages that cross.
struct SmaCross {
    fast: Average,
    slow: Average,
    seen: usize,
    entry: Entry,
}

impl SmaCross {
    fn new(fast: usize, slow: usize, entry: Entry) -> Self {
        Self { fast: Average::new(fast), slow: Average::new(slow), seen: 0, entry }
    }
}

impl Strategy for SmaCross {
    fn on_bar(&mut self, bar: &Bar, holding: &Holding) -> Wish {
        let (fast, slow) = (self.fast.push(bar.close), self.slow.push(bar.close));
        self.seen += 1;
        if self.seen <= self.slow.last.len() {
            Wish::Stay // the first signal is that of the bar after both are full
        } else if fast > slow && holding.is_flat() {
            Wish::Enter(self.entry)
        } else if fast < slow && !holding.is_flat() {
            Wish::Exit
        } else {
            Wish::Stay
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strategy_that_is_not_there_is_named_with_those_that_are() {
        assert_eq!(Rule::parse("sma_cross").unwrap(), Rule::SmaCross);
        let error = Rule::parse("sma_crss").unwrap_err().to_string();
        assert!(error.contains("did you mean `sma_cross`?"), "{error}");
    }

    #[test]
    fn averages_are_means_of_the_last_closes() {
        let mut average = Average::new(3);
        let means: Vec<f64> = [3.0, 6.0, 9.0, 12.0].map(|close| average.push(close)).into();
        assert_eq!(means[2..], [6.0, 9.0]);
    }

    #[test]
    fn it_buys_above_and_sells_below() {
        let mut rule = SmaCross::new(1, 2, Entry::equity(0.01));
        let flat = Holding { shares: 0, entry_price: 0.0, sessions: 0, equity: 1.0, factor: 1.0 };
        let held = Holding { shares: 5, ..flat };
        let date = tradebot_domain::Date::constant(2020, 1, 2);
        let bar = |close: f64| Bar {
            date: date.into(),
            open: close,
            high: close,
            low: close,
            close,
            volume: 1.0,
        };
        let wishes = [(1.0, flat), (2.0, flat), (3.0, flat), (2.0, held), (1.0, flat)]
            .map(|(close, holding)| rule.on_bar(&bar(close), &holding));
        let buys = Wish::Enter(Entry::equity(0.01));
        assert_eq!(wishes, [Wish::Stay, Wish::Stay, buys, Wish::Exit, Wish::Stay]);
    }
}
