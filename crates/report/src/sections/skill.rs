//! Whether members and consensus knew more than the base rate, out of sample.

use plotters::element::{Circle, PathElement};
use plotters::style::Color as _;
use tradebot_backtest::skill::{ForecasterSkill, SESSIONS_MIN};

use super::{Subject, regime_words};
use crate::ReportError;
use crate::figure::{
    Area, Axes, Axis, Caption, Drawn, Ink, Margins, Mesh, Size, Tick, chart, figure as draw_figure,
    mesh, room_for, upx,
};
use crate::format::{UNDEFINED, count, interval, number, or_dash, percent, signed, signed_percent};
use crate::markup::{Markup, details, element, note, paragraph};
use crate::table::{Table, figure, words};

pub(super) fn body(of: Subject<'_>) -> Result<Markup, ReportError> {
    let all = forecasters(of);
    if all.is_empty() {
        let none = "No forecast has an outcome yet: nothing is known of skill.";
        return Ok(element("p", &[("class", "none")], none));
    }
    let skill = &of.assessment.skill;
    let intro = paragraph(format!(
        "{} forecasts of {} sessions, each issued before its outcome and measured against the base \
         rate of its regime as it was known then. Brier skill above zero is better than that base \
         rate; zero is no better.",
        count(skill.forecasts),
        count(skill.sessions),
    ));
    Ok(intro.and(forest(&all)?).and(table(&all)).and(own_test(of)).and(by_row(of)))
}

/// Members, equal weight, consensus: all that have scored forecasts.
pub(super) fn forecasters(of: Subject<'_>) -> Vec<&ForecasterSkill> {
    let skill = &of.assessment.skill;
    skill.members.iter().chain(&skill.equal_weight).chain(&skill.consensus).collect()
}

fn forest(all: &[&ForecasterSkill]) -> Result<Markup, ReportError> {
    let lines: Vec<String> = all
        .iter()
        .map(|f| {
            let range = f.brier_skill_interval.map_or_else(String::new, |i| {
                format!(" ({})", interval(i, |v| signed_percent(v, 2)))
            });
            let skill = or_dash(f.brier_skill, |v| signed_percent(v, 2));
            format!("{} {skill}{range}", name(f))
        })
        .collect();
    let caption = Caption {
        id: "f-skill".to_owned(),
        title: "Brier skill against the base rate, with 90 % intervals".to_owned(),
        description: format!("Right of zero is better than the base rate. {}.", lines.join("; ")),
        help:
            "Right of the line at zero is better than the base rate. A bar that crosses it leaves \
               open whether there is skill."
                .to_owned(),
        axes: Axes::named("Brier skill, per cent", ""),
        legend: Markup::default(),
    };
    let height = 60 + 30 * u32::try_from(all.len()).unwrap_or(8);
    draw_figure(caption, (height, height), |area, size| draw_forest(all, area, size))
}

fn draw_forest(all: &[&ForecasterSkill], area: &Area<'_>, size: Size) -> Drawn {
    let ends = all.iter().flat_map(|f| {
        let i = f.brier_skill_interval;
        [Some(0.0), f.brier_skill, i.map(|i| i.lo), i.map(|i| i.hi)]
    });
    let (lo, hi) = ends.flatten().fold((0.0_f64, 0.0_f64), |(lo, hi), v| (lo.min(v), hi.max(v)));
    let ticks = if size.is_narrow() { 3 } else { 7 };
    let decimals = if hi - lo < 0.004 { 2 } else { 1 };
    let x = Axis::around((lo, hi.max(lo + 1e-3)), ticks, |v| signed_percent(v, decimals));
    let names: Vec<String> = all.iter().map(|f| name(f)).collect();
    let left = room_for(names.iter().map(String::as_str), 12.0);
    let places = names.into_iter().enumerate().map(|(i, label)| Tick { at: -(i as f64), label });
    let y = Axis::with_ticks((0.5 - all.len() as f64, 0.5), places.collect());
    let margins = Margins { left, below: 24, right: x.overhang(12.0), above: 6 };
    let (bottom, top) = (y.from(), y.to());
    let mut chart = chart(area, (x, y), margins)?;
    mesh(&mut chart, Mesh::Vertical)?;
    let zero =
        PathElement::new(vec![(0.0, bottom), (0.0, top)], Ink::Text.color().stroke_width(upx(1.2)));
    chart.draw_series([zero])?;
    for (i, f) in all.iter().enumerate() {
        let at = -(i as f64);
        let ink = tone(f);
        if let Some(range) = f.brier_skill_interval {
            let style = ink.color().stroke_width(upx(2.0));
            chart.draw_series([PathElement::new(vec![(range.lo, at), (range.hi, at)], style)])?;
        }
        if let Some(skill) = f.brier_skill {
            let radius = if f.name == "consensus" { 6.0 } else { 4.5 };
            chart.draw_series([Circle::new((skill, at), upx(radius), ink.color().filled())])?;
        }
    }
    Ok(())
}

fn tone(of: &ForecasterSkill) -> Ink {
    match of.brier_skill_interval {
        Some(i) if i.lo > 0.0 => Ink::Good,
        Some(i) if i.hi < 0.0 => Ink::Bad,
        _ => Ink::Run,
    }
}

/// A forecaster's name in words.
pub(super) fn name(of: &ForecasterSkill) -> String {
    crate::format::words(&of.name)
}

fn table(all: &[&ForecasterSkill]) -> Markup {
    let head = vec![
        words("Forecaster"),
        figure("Forecasts"),
        figure("Worth"),
        figure("Brier score"),
        figure("Base rate's"),
        figure("Brier skill"),
        figure("90 % range"),
        figure("Right side"),
        figure("90 % range"),
        figure("AUC"),
        figure("Calibration error"),
        words("Shown"),
    ];
    let mut table = Table::new("Forecasts against outcomes, weighed by uniqueness", head);
    for f in all {
        table.row(vec![
            words(name(f)),
            figure(count(f.forecasts)),
            figure(number(f.effective, 0)),
            figure(number(f.brier, 4)),
            figure(number(f.row_rate_brier, 4)),
            figure(or_dash(f.brier_skill, |v| signed_percent(v, 2))),
            figure(or_dash(f.brier_skill_interval, |i| interval(i, |v| signed(v * 100.0, 2)))),
            figure(percent(f.accuracy, 1)),
            figure(or_dash(f.accuracy_interval, |i| interval(i, |v| number(v * 100.0, 1)))),
            figure(or_dash(f.auc, |v| number(v, 3))),
            figure(percent(f.calibration_error, 1)),
            words(if f.shown { "yes" } else { "no" }),
        ]);
    }
    let base = all.last().map_or(0.5, |f| f.majority);
    Markup::from(table).and(note(format!(
        "Worth: overlapping outcomes count as one. Right side: of one half. Always saying the more frequent outcome would \
         have been there in {}. Skill counts as shown when the whole range \
         of Brier skill is above zero on at least {SESSIONS_MIN} sessions.",
        percent(base, 1)
    )))
}

fn own_test(of: Subject<'_>) -> Markup {
    let against = of
        .assessment
        .skill
        .consensus_over_equal_weight
        .map_or_else(|| UNDEFINED.to_owned(), |i| interval(i, |v| signed_percent(v, 2)));
    let weights = format!(
        "Learned weights against equal weights, Brier skill: {against} (90 % range; above zero \
         they are worth having). "
    );
    let test = match of.assessment.own_skill_test {
        None => String::new(),
        Some(test) => format!(
            "The test that sizes depend on stood at {} after {} sessions at the end and {}.",
            signed(test.lower, 5),
            count(test.sessions),
            if test.shown { "showed skill" } else { "showed no skill" },
        ),
    };
    note(weights + &test)
}

fn by_row(of: Subject<'_>) -> Markup {
    let mut table = Table::new(
        "Brier skill of the consensus in each regime",
        vec![
            words("Regime"),
            figure("Forecasts"),
            figure("Worth"),
            figure("Base rate"),
            figure("Mean forecast"),
            figure("Brier skill"),
            figure("90 % range"),
        ],
    );
    for (row, skill) in &of.assessment.skill.by_row {
        table.row(vec![
            words(regime_words(*row)),
            figure(count(skill.forecasts)),
            figure(number(skill.effective, 0)),
            figure(percent(skill.base_rate, 1)),
            figure(percent(skill.mean_forecast, 1)),
            figure(or_dash(skill.brier_skill, |v| signed_percent(v, 2))),
            figure(or_dash(skill.brier_skill_interval, |i| interval(i, |v| signed(v * 100.0, 2)))),
        ]);
    }
    details("The consensus by regime", table)
}
