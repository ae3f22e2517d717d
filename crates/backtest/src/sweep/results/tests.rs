//! Tables of results: ranked, written, read back and mapped.

use super::*;
use crate::sweep::run::Sweep;
use crate::sweep::space::{Axis, Parameters, Value};

fn space() -> Space {
    let axes = vec![
        Axis::integers("fast", 1, 5, 1),
        Axis::linear("slow", 0.1, 0.5, 5),
        Axis::choice("kind", &["a", "b"]),
    ];
    Space::new(axes, Vec::new()).unwrap()
}

/// A plateau around fast 4 and slow 0.4, and a spike at fast 1, slow 0.1; `b` is lower by 0.01, and
/// fast 2 fails for it.
fn evaluate(point: &Parameters) -> Result<TrialResult, String> {
    let (fast, slow) = (point.number("fast").unwrap(), point.number("slow").unwrap());
    let b = point.text("kind") == Some("b");
    if b && fast == 2.0 {
        return Err("quoted, \"with\" commas".to_owned());
    }
    let plateau = if (fast - 4.0).abs() <= 1.0 && (slow - 0.4).abs() < 0.15 { 0.2 } else { 0.05 };
    let spike = if fast == 1.0 && slow == 0.1 { 0.3 } else { 0.0 };
    let bump = if fast == 4.0 && slow == 0.4 { 0.005 } else { 0.0 };
    let total = f64::max(plateau + bump, spike) - if b { 0.01 } else { 0.0 };
    let mut result = TrialResult::of_returns(100.0, &[total, 0.0], 2, 1);
    result.daily_returns = Some(vec![total, 0.0]);
    Ok(result)
}

fn table() -> Table {
    Sweep::of("subject").run(&space(), space().grid(), &evaluate)
}

/// As a file gives it back.
fn without_returns(table: &Table) -> Vec<Trial> {
    let mut trials = table.trials().to_vec();
    for trial in &mut trials {
        if let TrialState::Done(result) = &mut trial.state {
            result.daily_returns = None;
        }
    }
    trials
}

fn csv(table: &Table) -> Vec<u8> {
    let mut bytes = Vec::new();
    table.write_csv(&mut bytes).unwrap();
    bytes
}

const BY: Measure = Measure::TotalReturn;

#[test]
fn the_best_is_said_to_be_in_sample_and_the_best_of_how_many() {
    let table = table();
    let best = table.best(BY).unwrap();
    assert_eq!(best.trial.id(), "fast=1;kind=a;slow=0.1");
    assert!((best.value - 0.3).abs() < 1e-15);
    assert_eq!((best.in_sample, best.of), (true, 45));
    let empty = Sweep::of("subject").run(&space(), Vec::new(), &evaluate);
    assert_eq!(empty.best(BY), None);
}

#[test]
fn luck_alone_is_expected_to_reach_the_ratio_that_the_scatter_says() {
    let axes = vec![Axis::integers("n", 1, 100, 1)];
    let space = Space::new(axes, Vec::new()).unwrap();
    let ratio = |point: &Parameters| {
        let even = point.count("n").unwrap().is_multiple_of(2);
        let result = TrialResult::of_returns(1.0, &[0.1, 0.2], 0, 0);
        Ok::<_, String>(TrialResult { sharpe: Some(if even { 1.0 } else { -1.0 }), ..result })
    };
    let table = Sweep::of("ratios").run(&space, space.grid(), &ratio);
    let best = table.best(Measure::Sharpe).unwrap();
    // The sample deviation of these is sqrt(100 / 99) per year; 2.5306 is the expected maximum of
    // 100 standard normal draws in the approximation of Bailey and Lopez de Prado.
    let expected = 2.530_6 * (100.0_f64 / 99.0).sqrt();
    assert!((best.sharpe_by_luck.unwrap() - expected).abs() < 1e-3);
}

#[test]
fn trials_are_sorted_best_first_and_those_without_a_figure_last() {
    let table = table();
    let sorted = table.sorted(BY);
    assert_eq!(sorted.len(), 50);
    assert_eq!(sorted[0].id(), "fast=1;kind=a;slow=0.1");
    assert_eq!(sorted[2].id(), "fast=4;kind=a;slow=0.4");
    assert!(sorted[45..].iter().all(|trial| trial.result().is_none()));
    let figure = |trial: &&Trial| trial.result().map(|r| r.total_return);
    assert!(sorted[..45].windows(2).all(|w| figure(&w[0]) >= figure(&w[1])));
    // Equal ones stay in order.
    assert!(sorted[45..].windows(2).all(|w| w[0].number < w[1].number));
}

#[test]
fn a_spike_has_no_neighbour_as_good_and_a_plateau_has() {
    let (space, table) = (space(), table());
    let within = Within { reach: 1, share: 0.1 };
    let best = table.best(BY).unwrap().trial;
    let spike = table.neighbourhood(&space, best, BY, within).unwrap();
    assert_eq!((spike.neighbours, spike.as_good), (3, 0.0));
    assert!((spike.worst - 0.05).abs() < 1e-12 && (spike.mean - 0.45 / 4.0).abs() < 1e-12);
    let (trial, plateau) = table.plateau(&space, BY, within).unwrap();
    assert_eq!(trial.id(), "fast=4;kind=a;slow=0.4");
    assert_eq!((plateau.neighbours, plateau.as_good), (8, 1.0));
    let failed = table.trials().iter().find(|t| t.result().is_none()).unwrap();
    assert_eq!(table.neighbourhood(&space, failed, BY, within), None);
}

#[test]
fn a_heat_map_says_over_what_it_aggregates_and_how() {
    let (space, table) = (space(), table());
    let map = |aggregate| table.heat_map(&space, ("fast", "slow"), BY, aggregate).unwrap();
    let (max, mean) = (map(Aggregate::Max), map(Aggregate::Mean));
    assert_eq!((max.over.as_slice(), max.aggregate), (&["kind".to_owned()][..], Aggregate::Max));
    assert_eq!(max.x_values, (1..=5).map(Value::Integer).collect::<Vec<_>>());
    assert_eq!(max.y_values[3], Value::Number(0.4));
    // Row slow 0.4, column fast 4: 0.205 and, for b, 0.195.
    assert!((max.cells[3][3].unwrap() - 0.205).abs() < 1e-12);
    assert!((mean.cells[3][3].unwrap() - 0.2).abs() < 1e-12);
    // Fast 2 has only one trial without an error.
    assert_eq!((max.trials[0][1], mean.trials[0][0]), (1, 2));
    assert_eq!(max.cells[0][1], mean.cells[0][1]);
    let none = table.heat_map(&space, ("fast", "kind"), Measure::Calmar, Aggregate::Mean).unwrap();
    assert!(none.cells.iter().flatten().all(Option::is_none), "no drawdown, no ratio to it");
    assert_eq!(table.heat_map(&space, ("fast", "fast"), BY, Aggregate::Max), None);
    assert_eq!(table.heat_map(&space, ("fast", "other"), BY, Aggregate::Max), None);
}

#[test]
fn the_largest_of_negative_figures_is_negative() {
    let space = Space::new(
        vec![
            Axis::integers("a", 1, 1, 1),
            Axis::integers("b", 1, 1, 1),
            Axis::integers("c", 1, 2, 1),
        ],
        Vec::new(),
    )
    .unwrap();
    let losing = |point: &Parameters| {
        let loss = -0.1 * point.number("c").unwrap();
        Ok::<_, String>(TrialResult::of_returns(1.0, &[loss], 0, 0))
    };
    let table = Sweep::of("losses").run(&space, space.grid(), &losing);
    let map = table.heat_map(&space, ("a", "b"), BY, Aggregate::Max).unwrap();
    assert!((map.cells[0][0].unwrap() + 0.1).abs() < 1e-12);
}

#[test]
fn a_table_is_read_back_as_it_was_written() {
    let table = table();
    let back = read(csv(&table).as_slice(), &space(), "subject").unwrap();
    assert_eq!(back.trials, without_returns(&table));
    assert_eq!((back.others, back.damaged.len(), back.torn), (0, 0, false));
    assert_eq!(back.whole_bytes, csv(&table).len() as u64);
}

#[test]
fn a_file_cut_anywhere_gives_its_whole_lines_and_the_sweep_goes_on_to_the_same_file() {
    let (space, table) = (space(), table());
    let whole = csv(&table);
    for length in (0..whole.len()).step_by(37).chain([whole.len() - 1]) {
        let cut = &whole[..length];
        let lines = cut.split(|byte| *byte == b'\n').count() - 1;
        let back = read(cut, &space, "subject").unwrap();
        assert_eq!(back.trials.len(), lines.saturating_sub(1), "cut at {length}");
        assert!(back.damaged.is_empty());
        assert_eq!(back.torn, cut.last().is_some_and(|byte| *byte != b'\n'));

        let kept = usize::try_from(back.whole_bytes).unwrap();
        let mut file = whole[..kept].to_vec();
        let mut writer = if kept == 0 {
            Writer::begin(&mut file, &space).unwrap()
        } else {
            Writer::go_on(&mut file)
        };
        let known = back.trials.len();
        let resumed = Sweep::of("subject").knowing(back.trials);
        let again = resumed.run(&space, space.grid(), &evaluate);
        again.trials()[known..].iter().for_each(|trial| writer.append(trial).unwrap());
        drop(writer);
        assert!(file == whole, "cut at {length}");
    }
}

#[test]
fn a_damaged_line_is_named_and_costs_no_other() {
    let whole = String::from_utf8(csv(&table())).unwrap();
    let mut lines: Vec<&str> = whole.lines().collect();
    lines[3] = "2,\"an open quote";
    lines[5] = "";
    let equity_lost = lines[7].replacen("105", "1o5", 1);
    lines[7] = &equity_lost;
    let state_lost = lines[9].replacen("done", "dome", 1);
    lines[9] = &state_lost;
    let damaged = lines.join("\n") + "\n";
    let back = read(damaged.as_bytes(), &space(), "subject").unwrap();
    assert_eq!(back.damaged.iter().map(|d| d.line).collect::<Vec<_>>(), [4, 6, 8, 10]);
    assert_eq!(back.trials.len(), 46);
    assert!(back.damaged[2].why.starts_with("final_equity"), "{}", back.damaged[2].why);
    assert_eq!(back.damaged[3].why, "state: \"dome\"");
}

#[test]
fn results_of_another_subject_or_of_other_parameters_are_not_taken() {
    let bytes = csv(&table());
    let back = read(bytes.as_slice(), &space(), "other").unwrap();
    assert_eq!((back.trials.len(), back.others), (0, 50));
    let axes = vec![Axis::integers("fast", 1, 5, 1)];
    let other = Space::new(axes, Vec::new()).unwrap();
    let error = read(bytes.as_slice(), &other, "subject").unwrap_err();
    assert!(matches!(error, FileError::Header { found, .. } if found[4] == "slow"));
}

#[test]
fn columns_are_those_of_the_file_with_a_cell_per_trial() {
    let table = table();
    let columns = table.columns();
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let file = String::from_utf8(csv(&table)).unwrap();
    assert_eq!(names.join(","), file.lines().next().unwrap());
    let cells = |name: &str| &columns.iter().find(|column| column.name == name).unwrap().cells;
    assert!(matches!(cells("fast"), Cells::Integers(c) if c.len() == 50 && c[49] == Some(5)));
    assert!(matches!(cells("slow"), Cells::Numbers(c) if c[0] == Some(0.1)));
    assert!(matches!(cells("kind"), Cells::Texts(c) if c[1].as_deref() == Some("b")));
    let Cells::Numbers(equity) = cells("final_equity") else { panic!("numbers") };
    assert_eq!(equity.iter().filter(|cell| cell.is_none()).count(), 5);
    let Cells::Texts(errors) = cells("error") else { panic!("texts") };
    assert_eq!(errors.iter().flatten().count(), 5);
}

#[test]
fn daily_returns_are_handed_on_with_their_trials() {
    let table = table();
    let matrix = table.daily_returns();
    assert_eq!(matrix.len(), 45);
    assert!(matrix.iter().all(|(trial, returns)| {
        trial.result().unwrap().daily_returns.as_deref() == Some(*returns)
    }));
}

/// The cell of a Parquet row as the comma-separated file writes it.
fn text_of(field: &parquet::record::Field) -> String {
    use parquet::record::Field;
    match field {
        Field::Null => String::new(),
        Field::Long(value) => value.to_string(),
        Field::Double(value) => value.to_string(),
        Field::Str(value) => value.clone(),
        other => panic!("a column of another type: {other:?}"),
    }
}

#[test]
fn a_parquet_file_read_back_says_what_the_comma_separated_one_says() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    // Every state: done, failed and, of a sweep that was cancelled, pending.
    let mut table = table();
    table.trials[7].state = TrialState::Pending;
    let mut stream = tempfile::tempfile().unwrap();
    table.write_parquet(&mut stream).unwrap();
    let reader = SerializedFileReader::new(stream).unwrap();
    let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();

    let text = csv(&table);
    let mut lines = csv::Reader::from_reader(text.as_slice());
    let header: Vec<String> = lines.headers().unwrap().iter().map(str::to_owned).collect();
    let expected: Vec<Vec<String>> =
        lines.records().map(|line| line.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!(rows.len(), expected.len());
    for (row, line) in rows.iter().zip(&expected) {
        let names: Vec<&String> = row.get_column_iter().map(|(name, _)| name).collect();
        assert_eq!(names, header.iter().collect::<Vec<_>>());
        let cells: Vec<String> = row.get_column_iter().map(|(_, field)| text_of(field)).collect();
        assert_eq!(&cells, line);
    }
    let states: Vec<&str> = expected.iter().map(|line| line[2].as_str()).collect();
    assert!(["done", "failed", "pending"].iter().all(|state| states.contains(state)));
}
