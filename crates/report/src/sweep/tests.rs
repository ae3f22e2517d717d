//! Tests of the module `sweep`.

use super::*;
use crate::figure::SCALE_STEPS;
use crate::tests::{check_balance, check_document};

fn axis(name: &str, values: usize) -> SweepAxis {
    SweepAxis { name: name.to_owned(), values: (0..values).map(|n| format!("{n}.5")).collect() }
}

/// A hill with a hole, seven by five cells.
fn hill() -> Sweep {
    let cell = |row: i32, column: i32| {
        let away = f64::from((row - 3).pow(2) + (column - 1).pow(2));
        (row + column != 9).then_some(1.0 - 0.15 * away)
    };
    let cells = (0..7).map(|row| (0..5).map(|column| cell(row, column)).collect()).collect();
    Sweep {
        title: "stops and targets".to_owned(),
        description: "Five years of sessions".to_owned(),
        metric: "Sharpe ratio a year".to_owned(),
        decimals: 2,
        higher_is_better: true,
        neutral: Some(0.0),
        rows: axis("stop", 7),
        columns: axis("target", 5),
        panels: vec![SweepPanel { fixed: Vec::new(), cells }],
        best: Some(SweepCell { panel: 0, row: 3, column: 1 }),
        verdict: SweepVerdict {
            finding: SweepFinding::DoesNotHold,
            headline: "The best of 35 shows no more than luck.".to_owned(),
            points: vec!["A ratio of 1.4 would have been needed.".to_owned()],
            trials: 35,
            overfitting: Some(0.61),
            deflated_sharpe: Some(0.412),
            superior_p_value: Some(0.31),
            out_of_sample: Some(0.08),
        },
    }
}

#[test]
fn a_sweep_has_its_map_its_verdict_and_its_table() {
    let html = page(&hill()).unwrap();
    check_document(&html);
    for said in [
        "Does not hold. ",
        "The best of 35 shows no more than luck.",
        "A ratio of 1.4 would have been needed.",
        "61\u{202f}%",
        "41.2\u{202f}%",
        "0.310",
        "stop = 3.5; target = 1.5",
        "class=\"finding-bad\"",
        "35 settings, 2 missing",
    ] {
        assert!(html.contains(said), "{said}");
    }
    // In two widths: 33 cells with their figures, two struck out, one framed.
    assert_eq!(html.matches("<svg ").count(), 2);
    let svg = &html[html.find("<svg ").unwrap()..html.find("</svg>").unwrap()];
    let coloured = |step| svg.matches(&format!("fill=\"var(--s{step})")).count();
    assert_eq!((0..SCALE_STEPS).map(coloured).sum::<usize>(), 33);
    let table = &html[html.find("<table").unwrap()..];
    assert_eq!(table.matches("<td").count(), 35);
    assert!(table.contains("<td class=\"n total\">1.00</td>"), "the best is bold");
    assert_eq!(table.matches("<td class=\"n\">–</td>").count(), 2, "the missing ones are there");
}

#[test]
fn panels_share_a_scale_and_only_one_holds_the_best() {
    let mut sweep = hill();
    let mut second = sweep.panels[0].clone();
    for cell in second.cells.iter_mut().flatten().flatten() {
        *cell -= 5.0;
    }
    second.fixed = vec![("sessions".to_owned(), "10".to_owned())];
    sweep.panels[0].fixed = vec![("sessions".to_owned(), "5".to_owned())];
    sweep.panels.push(second);
    let html = page(&sweep).unwrap();
    check_document(&html);
    assert_eq!(html.matches("<svg ").count(), 4);
    assert!(html.contains("stop = 3.5; target = 1.5; sessions = 5"));
    let last = &html[html.rfind("<svg ").unwrap()..html.rfind("</svg>").unwrap()];
    assert!(!last.contains("var(--s8)") && last.contains("var(--s0)"), "all far below zero");
}

#[test]
fn what_was_not_tested_is_said_to_be_so() {
    let untested = Sweep { verdict: SweepVerdict::default(), ..hill() };
    let html = page(&untested).unwrap();
    assert!(html.contains("Undecided. ") && html.contains("take it for the luckiest"));
    assert!(html.contains("not measured"));
}

#[test]
fn one_parameter_no_figure_and_no_panel_are_pages_too() {
    let mut line = hill();
    line.rows = SweepAxis { name: String::new(), values: vec![String::new()] };
    line.panels[0].cells.truncate(1);
    line.best = Some(SweepCell { panel: 0, row: 0, column: 2 });
    let html = page(&line).unwrap();
    check_document(&html);
    assert!(html.contains(">target = 2.5</dd>"));
    let mut missing = hill();
    missing.panels[0].cells.iter_mut().flatten().for_each(|cell| *cell = Some(f64::NAN));
    missing.best = None;
    let html = page(&missing).unwrap();
    check_document(&html);
    assert!(html.contains("there is no map to draw") && !html.contains("<svg"));
    check_document(&page(&Sweep::default()).unwrap());
    let alike = Sweep {
        panels: vec![SweepPanel { cells: vec![vec![Some(0.3); 5]; 7], ..SweepPanel::default() }],
        neutral: None,
        ..hill()
    };
    check_document(&page(&alike).unwrap());
}

#[test]
fn a_panel_of_another_shape_or_a_best_that_is_missing_is_an_error() {
    let mut short = hill();
    short.panels[0].cells[2].pop();
    match page(&short).unwrap_err() {
        ReportError::SweepShape { panel: 0, expected: (7, 5), found: (7, 4) } => {}
        other => panic!("{other}"),
    }
    let mut none = hill();
    none.best = Some(SweepCell { panel: 0, row: 5, column: 4 });
    let error = page(&none).unwrap_err().to_string();
    assert!(error.contains("panel 0, row 5, column 4"), "{error}");
    none.best = Some(SweepCell { panel: 3, row: 0, column: 0 });
    assert!(matches!(page(&none), Err(ReportError::SweepBest { .. })));
}

#[test]
fn texts_of_a_sweep_cannot_become_markup() {
    let bad = "</pre></td><script>alert(\"1\")</script>&".to_owned();
    let mut sweep = hill();
    sweep.title.clone_from(&bad);
    sweep.metric.clone_from(&bad);
    sweep.rows.name.clone_from(&bad);
    sweep.rows.values[0].clone_from(&bad);
    sweep.columns.values[0].clone_from(&bad);
    sweep.verdict.headline.clone_from(&bad);
    sweep.verdict.points = vec![bad.clone()];
    sweep.panels[0].fixed = vec![(bad.clone(), bad)];
    let html = page(&sweep).unwrap();
    check_balance(&html);
    assert!(!html.contains("<script"));
    assert_eq!(html, page(&sweep).unwrap(), "the same sweep gives the same bytes");
}
