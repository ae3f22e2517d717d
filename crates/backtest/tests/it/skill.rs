//! Real walk-forward forecasts, scored as a run's would be.

use tradebot_backtest::ScoredForecast;
use tradebot_backtest::skill::assess_skill;
use tradebot_domain::{Date, MemberId, Regime, Span};

use crate::vectors::{close, columns, json, numbers};

const MEMBERS: [&str; 4] = ["gnb", "logit", "rf", "persist"];

/// One forecast a day, the base rate of the training years as the row rate.
fn forecasts() -> Vec<ScoredForecast> {
    let data = columns("data_forecasts.csv", &["gnb", "logit", "rf", "persist", "base", "y"]);
    let first = Date::new(2007, 1, 3).unwrap();
    (0..data[0].len())
        .map(|t| {
            let issued = first.checked_add(Span::new().days(i64::try_from(t).unwrap())).unwrap();
            let members: Vec<Option<f64>> = (0..4).map(|k| Some(data[k][t])).collect();
            ScoredForecast {
                issued: issued.into(),
                resolved: issued.tomorrow().unwrap().into(),
                symbol: "SPY".parse().unwrap(),
                row: Regime::ChoppyLowVol,
                won: data[5][t] > 0.5,
                net_r: 0.0,
                uniqueness: 1.0,
                taken: false,
                raw: members.clone(),
                members,
                consensus: data[1][t],
                equal_weight: (0..4).map(|k| data[k][t]).sum::<f64>() / 4.0,
                row_rate: data[4][t],
            }
        })
        .collect()
}

#[test]
fn skill_over_the_base_rate_is_that_of_the_reference() {
    let members = MEMBERS.map(|name| MemberId::new(name).unwrap());
    let forecasts = forecasts();
    let got = assess_skill(&forecasts, &members, 2_000, 1);
    let expected = json("13_spa_bootstrap.json");
    let differences = numbers(&expected["deterministic"]["mean_loss_diff"]);
    for (member, difference) in got.members.iter().zip(differences) {
        close(&member.name, member.row_rate_brier - member.brier, difference, 1e-9);
        let skill = difference / member.row_rate_brier;
        close(&member.name, member.brier_skill.unwrap(), skill, 1e-9);
    }
    // As the tests of Diebold and Mariano and of Hansen have it: logit yes, persistence no.
    let shown: Vec<&str> =
        got.members.iter().filter(|m| m.shown).map(|m| m.name.as_str()).collect();
    assert!(shown.contains(&"logit") && !shown.contains(&"gnb"), "{shown:?}");
    assert!(got.members[3].brier_skill_interval.unwrap().hi < 0.0);
    assert_eq!(got.consensus.unwrap().brier_skill, got.members[1].brier_skill);
}
