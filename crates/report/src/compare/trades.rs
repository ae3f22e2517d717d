//! Which trades the runs have in common.

use super::none;
use super::side::Compared;
use crate::format::{count, or_dash, percent, signed};
use crate::markup::{Markup, note};
use crate::measure::overlap::overlap;
use crate::sections::bar;
use crate::table::{Table, figure, words};

pub(super) fn body(of: &Compared<'_>) -> Markup {
    let Some((one, others)) = of.pairs() else {
        return none("Fewer than two runs: no trades to have in common.");
    };
    if of.window.is_none() {
        return none("The runs have no sessions in common, so no trade of one can be of another.");
    }
    if of.sides.iter().all(|side| side.trades().is_empty()) {
        return none("No run closed a trade in the sessions that all have.");
    }
    let mut table = Table::new(
        format!(
            "Closed trades beside those of {}, paired by symbol and session of entry",
            one.letter
        ),
        vec![
            words("Run"),
            words("In common, of all of either"),
            figure("Both entered"),
            figure("Left alike"),
            figure(format!("Only {}", one.letter)),
            figure("Only the other"),
            figure("Mean R of both"),
            figure(format!("Mean R, only {}", one.letter)),
            figure("Mean R, only the other"),
        ],
    );
    let ours = one.trades();
    for other in others {
        let shared = overlap(&ours, &other.trades());
        let both = shared.mean_r_both.map(|(a, b)| format!("{} / {}", signed(a, 2), signed(b, 2)));
        let r = |v: Option<f64>| figure(or_dash(v, |v| signed(v, 2))).toned(v.unwrap_or(0.0));
        table.row(vec![
            words(other.letter.as_str()),
            words(or_dash_bar(shared.share())),
            figure(count(shared.both)),
            figure(count(shared.same_exit)),
            figure(count(shared.only_one)),
            figure(count(shared.only_other)),
            figure(or_dash(both, |text| text)),
            r(shared.mean_r_only_one),
            r(shared.mean_r_only_other),
        ]);
    }
    Markup::from(table).and(note(
        "Left alike: in the same session at the same price. Mean R of trades that both entered \
         stands for the first run and the other. Where most trades are shared, a difference of the \
         runs rests on the few that are not, and on sizes.",
    ))
}

fn or_dash_bar(share: Option<f64>) -> Markup {
    share.map_or_else(|| or_dash(None::<f64>, |_| String::new()).into(), |v| bar(v, percent(v, 0)))
}
