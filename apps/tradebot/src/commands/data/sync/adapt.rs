//! A series of numbers as bars of an index or a rate: all four prices are the number of the day.

use tradebot_domain::{Bar, Symbol};
use tradebot_market_data::source::{
    About, Answer, Bars, BarsAsk, Fault, Observations, SeriesAsk, Source, SourceError,
};

/// A source of series that answers for one symbol.
#[derive(Debug)]
pub(super) struct SeriesBars<S> {
    inner: S,
    symbol: &'static str,
    id: &'static str,
}

impl<S> SeriesBars<S> {
    /// - **symbol:** our name, such as `^USDCAD`.
    /// - **id:** the source's name of the series.
    pub(super) const fn new(inner: S, symbol: &'static str, id: &'static str) -> Self {
        Self { inner, symbol, id }
    }
}

impl<S: Source> Source for SeriesBars<S> {
    fn about(&self) -> About {
        self.inner.about()
    }

    fn daily_bars<'a>(&'a self, ask: &'a BarsAsk) -> Answer<'a, Bars> {
        Box::pin(async move {
            if !is_ours(ask.symbol, self.symbol) {
                let fault = Fault::Unknown { name: ask.symbol.to_string() };
                return Err(SourceError::new(self.about().name, "series", fault));
            }
            let ask = SeriesAsk { id: self.id.to_owned(), from: ask.from, to: ask.to };
            Ok(self.inner.series(&ask).await?.map(bars))
        })
    }

    fn series<'a>(&'a self, ask: &'a SeriesAsk) -> Answer<'a, Observations> {
        self.inner.series(ask)
    }
}

fn is_ours(asked: Symbol, ours: &str) -> bool {
    asked.as_str() == ours
}

fn bars(numbers: Observations) -> Bars {
    let bar = |date, price: f64| Bar {
        date,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: 0.0,
    };
    let priced = numbers.values.iter().filter_map(|o| {
        let price = f64::try_from(o.value?).ok().filter(|price| *price > 0.0)?;
        Some(bar(o.date.into(), price))
    });
    Bars { bars: priced.collect(), left_out: numbers.left_out, ..Bars::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::Date;
    use tradebot_market_data::source::Observation;

    #[test]
    fn days_without_a_number_have_no_bar() {
        let day = |d: i8, value: Option<&str>| Observation {
            date: Date::constant(2026, 7, d),
            value: value.map(|v| v.parse().unwrap()),
        };
        let values = vec![day(1, None), day(2, Some("1.3856")), day(3, Some("0"))];
        let bars = bars(Observations { values, left_out: Vec::new() }).bars;
        assert_eq!(bars.len(), 1);
        assert_eq!((bars[0].open, bars[0].close), (1.3856, 1.3856));
    }
}
