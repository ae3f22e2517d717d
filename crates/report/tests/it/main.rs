//! The pages as somebody who embeds the crate makes them. They are left in the folder for temporary
//! files of the build, `report-pages`, to be looked at.

#![expect(clippy::unwrap_used, reason = "a page that cannot be made or kept fails its test")]

#[path = "../../src/testing.rs"]
mod testing;

use std::path::{Path, PathBuf};

use testing::{MadeUp, assessed, hostile};
use tradebot_report::{
    Sweep, SweepAxis, SweepCell, SweepFinding, SweepPanel, SweepVerdict, compare, render, sweep,
};

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-pages");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes the page and reads it back: what is looked at is what was checked.
#[track_caller]
fn keep(name: &str, html: &str) {
    let path = folder().join(name);
    std::fs::write(&path, html).unwrap();
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(kept, html);
    assert!(kept.starts_with("<!DOCTYPE html>") && kept.ends_with("</html>"));
    for reference in ["http:", "https:", " src=", "url(", "<script", "<link"] {
        assert!(!kept.contains(reference), "{name} refers to something: {reference}");
    }
}

#[test]
fn the_page_of_a_run_stands_alone() {
    let symbols = &["AAPL", "AMZN", "FB", "GOOG", "IBM", "MSFT"];
    let run = MadeUp { sessions: 1_500, symbols, trade_every: 40, ..MadeUp::default() }.run();
    keep("run.html", &render(&run, &assessed(&run)).unwrap());
}

#[test]
fn a_run_of_one_session_has_a_page() {
    let run = MadeUp { sessions: 1, finished: false, ..MadeUp::default() }.run();
    keep("short.html", &render(&run, &assessed(&run)).unwrap());
}

#[test]
fn the_page_of_several_runs_stands_alone() {
    let run = |seed, name: &str| {
        let mut run = MadeUp { sessions: 700, seed, ..MadeUp::default() }.run();
        (run.run_id, run.started.seed) = (name.to_owned(), seed);
        run
    };
    let runs = [run(7, "demo-0001"), run(8, "demo-0002"), run(9, "backtest-0001")];
    keep("compare.html", &compare(&runs).unwrap());
}

#[test]
fn the_page_of_a_sweep_stands_alone() {
    let values = |n: usize| (0..n).map(|k| format!("{:.1}", 1.0 + 0.5 * k as f64)).collect();
    let figure = |i: usize, j: usize| {
        let away = (i as f64 - 3.0).powi(2) + (j as f64 - 5.0).powi(2);
        ((i * j) % 11 != 10).then(|| 0.9 * (-away / 12.0).exp() - 0.35)
    };
    let page = sweep(&Sweep {
        title: "brackets of the choppy regime".to_owned(),
        description: "Made-up figures".to_owned(),
        metric: "Sharpe ratio a year".to_owned(),
        decimals: 2,
        higher_is_better: true,
        neutral: Some(0.0),
        rows: SweepAxis { name: "stop, ATR".to_owned(), values: values(7) },
        columns: SweepAxis { name: "target, ATR".to_owned(), values: values(10) },
        panels: vec![SweepPanel {
            fixed: Vec::new(),
            cells: (0..7).map(|i| (0..10).map(|j| figure(i, j)).collect()).collect(),
        }],
        best: Some(SweepCell { panel: 0, row: 3, column: 5 }),
        verdict: SweepVerdict {
            finding: SweepFinding::DoesNotHold,
            headline: "The best of 70 settings shows no more than luck would.".to_owned(),
            trials: 70,
            overfitting: Some(0.58),
            deflated_sharpe: Some(0.41),
            ..SweepVerdict::default()
        },
    });
    keep("sweep.html", &page.unwrap());
}

#[test]
fn hostile_texts_are_escaped_on_every_page() {
    let run = hostile();
    for html in [render(&run, &assessed(&run)).unwrap(), compare(&[run.clone(), run]).unwrap()] {
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;"));
    }
}
