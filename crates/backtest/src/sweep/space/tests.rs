//! Points of a space: named, counted, drawn and constrained.

use proptest::prelude::*;

use super::*;

fn crossing() -> Space {
    let axes = vec![Axis::integers("fast", 2, 10, 2), Axis::integers("slow", 4, 12, 4)];
    Space::new(axes, vec![Constraint::below("fast", "slow")]).unwrap()
}

fn ids(points: impl IntoIterator<Item = Parameters>) -> Vec<String> {
    points.into_iter().map(|point| point.id()).collect()
}

fn values(ladder: &Ladder) -> Vec<String> {
    (0..ladder.len()).map(|rung| ladder.value(rung).unwrap().to_string()).collect()
}

#[test]
fn a_grid_has_every_point_that_meets_the_constraints_once_and_in_order() {
    let space = crossing();
    assert_eq!(space.size(), 15);
    let expected = [
        "fast=2;slow=4",
        "fast=2;slow=8",
        "fast=2;slow=12",
        "fast=4;slow=8",
        "fast=4;slow=12",
        "fast=6;slow=8",
        "fast=6;slow=12",
        "fast=8;slow=12",
        "fast=10;slow=12",
    ];
    assert_eq!(ids(space.grid()), expected);
}

#[test]
fn ladders_include_both_ends_and_their_values_are_short() {
    assert_eq!(values(&Axis::integers("a", -1, 6, 3).ladder), ["-1", "2", "5"]);
    assert_eq!(values(&Axis::linear("a", 0.1, 0.5, 5).ladder), ["0.1", "0.2", "0.3", "0.4", "0.5"]);
    assert_eq!(values(&Axis::linear("a", -1.0, 1.0, 3).ladder), ["-1", "0", "1"]);
    assert_eq!(values(&Axis::log("a", 0.001, 10.0, 5).ladder), ["0.001", "0.01", "0.1", "1", "10"]);
    assert_eq!(values(&Axis::linear("a", 3.0, 3.0, 1).ladder), ["3"]);
    assert_eq!(values(&Axis::choice("a", &["ema", "sma"]).ladder), ["ema", "sma"]);
}

#[test]
fn a_point_is_named_by_its_values_whatever_the_order_of_axes() {
    let one = vec![Axis::linear("x", 0.0, 1.0, 2), Axis::choice("kind", &["sma"])];
    let other: Vec<Axis> = one.iter().rev().cloned().collect();
    let point = |axes| Space::new(axes, Vec::new()).unwrap().at(&[0, 0]).unwrap();
    assert_eq!(point(one).id(), "kind=sma;x=0");
    assert_eq!(point(other).id(), "kind=sma;x=0");
}

#[test]
fn values_are_got_by_name_and_kind() {
    let axes = vec![
        Axis::integers("n", -5, 5, 10),
        Axis::linear("x", 0.5, 1.0, 2),
        Axis::choice("kind", &["sma"]),
    ];
    let space = Space::new(axes, Vec::new()).unwrap();
    let point = space.at(&[0, 1, 0]).unwrap();
    assert_eq!((point.number("n"), point.number("x")), (Some(-5.0), Some(1.0)));
    assert_eq!((point.count("n"), space.at(&[1, 0, 0]).unwrap().count("n")), (None, Some(5)));
    assert_eq!((point.text("kind"), point.number("kind")), (Some("sma"), None));
    assert_eq!((point.get("other"), point.text("x"), point.count("x")), (None, None, None));
    assert_eq!(space.at(&[0, 2, 0]), None);
    assert_eq!(space.at(&[0, 0]), None);
}

#[test]
fn what_is_no_space_is_refused() {
    let refused = |axes: Vec<Axis>| Space::new(axes, Vec::new()).unwrap_err();
    let integers = |name| Axis::integers(name, 1, 2, 1);
    assert_eq!(refused(Vec::new()), SpaceError::NoAxis);
    for name in ["", "2nd", "a b", "a=b", "größe"] {
        assert_eq!(refused(vec![integers(name)]), SpaceError::Name { name: name.to_owned() });
    }
    let reserved = refused(vec![integers("sharpe")]);
    assert_eq!(reserved, SpaceError::Reserved { name: "sharpe".to_owned() });
    let twice = refused(vec![integers("a"), integers("b"), integers("a")]);
    assert_eq!(twice, SpaceError::Twice { name: "a".to_owned() });
    for axis in [
        Axis::integers("a", 2, 1, 1),
        Axis::integers("a", 1, 2, 0),
        Axis::integers("a", i64::MIN, i64::MAX, 1),
        Axis::linear("a", 1.0, 1.0, 2),
        Axis::linear("a", 0.0, 1.0, 0),
        Axis::linear("a", 0.0, f64::INFINITY, 2),
        Axis::linear("a", f64::NAN, 1.0, 2),
        Axis::linear("a", 1.0, 1.0 + 1e-13, 2),
        Axis::log("a", 0.0, 1.0, 2),
        Axis::choice("a", &[]),
    ] {
        let words = format!("{:?}", axis.ladder);
        let error = refused(vec![axis]);
        assert!(matches!(&error, SpaceError::Ladder { axis, .. } if axis == "a"), "{error}");
        assert_eq!(error.to_string(), format!("axis \"a\" has no values: {words}"));
    }
    for words in [&["x", "x"][..], &[""], &[" x"], &["a;b"], &["a\nb"], &["a,b"]] {
        let choice = (*words.last().unwrap()).to_owned();
        let error = SpaceError::Choice { axis: "a".to_owned(), choice };
        assert_eq!(refused(vec![Axis::choice("a", words)]), error);
    }
}

#[test]
fn a_constraint_needs_two_axes_of_numbers() {
    let axes = || vec![Axis::integers("a", 1, 2, 1), Axis::choice("kind", &["x"])];
    for axis in ["kind", "b"] {
        let constraint = Constraint::below("a", axis);
        let error = Space::new(axes(), vec![constraint.clone()]).unwrap_err();
        assert_eq!(error, SpaceError::Constraint { constraint, axis: axis.to_owned() });
    }
}

#[test]
fn constraints_are_read_as_they_are_written() {
    for text in ["fast < slow", "fast <= slow", "2 * fast <= slow", "0.5 * a < b"] {
        assert_eq!(text.parse::<Constraint>().unwrap().to_string(), text);
    }
    for text in ["", "fast", "fast > slow", "x * fast < slow", "fast < slow < c", "inf * a < b"] {
        assert_eq!(text.parse::<Constraint>(), Err(ConstraintError { text: text.to_owned() }));
    }
    let space = |text: &str| {
        let axes = vec![Axis::integers("a", 1, 3, 1), Axis::integers("b", 1, 3, 1)];
        Space::new(axes, vec![text.parse().unwrap()]).unwrap().grid().count()
    };
    assert_eq!((space("a < b"), space("a <= b"), space("2 * a <= b")), (3, 6, 2));
}

#[test]
fn neighbours_are_one_rung_away_on_axes_of_numbers_only() {
    let axes = vec![Axis::integers("a", 1, 3, 1), Axis::choice("kind", &["x", "y"])];
    let space = Space::new(axes, Vec::new()).unwrap();
    assert_eq!(space.neighbours(&[1, 1], 1), [vec![0, 1], vec![2, 1]]);
    assert_eq!(space.neighbours(&[0, 0], 2), [vec![1, 0], vec![2, 0]]);
    assert_eq!(crossing().neighbours(&[2, 1], 1).len(), 8);
}

#[test]
fn random_points_of_a_small_space_are_dealt_out_until_there_are_no_more() {
    let space = crossing();
    let mut all = ids(space.random(100, 7));
    assert_ne!(all, ids(space.grid()), "in random order");
    all.sort_unstable();
    let mut grid = ids(space.grid());
    grid.sort_unstable();
    assert_eq!(all, grid);
    assert_eq!(ids(space.random(4, 7)), ids(space.random(100, 7))[..4]);
    assert_ne!(ids(space.random(4, 8)), ids(space.random(4, 7)));
}

#[test]
fn random_points_of_a_large_space_differ_meet_constraints_and_cover_it() {
    let axes = vec![Axis::integers("a", 0, 9_999, 1), Axis::integers("b", 0, 9_999, 1)];
    let space = Space::new(axes, vec![Constraint::below("a", "b")]).unwrap();
    let points = space.random(2_000, 1);
    assert_eq!(points.len(), 2_000);
    assert_eq!(ids(points.clone()), ids(space.random(2_000, 1)));
    assert!(points.iter().all(|p| p.number("a") < p.number("b")));
    let mut different = ids(points.clone());
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), 2_000);
    // The mean of the lower of two uniform draws is a third, of the higher two thirds.
    let mean = |name| points.iter().map(|p| p.number(name).unwrap()).sum::<f64>() / 2_000.0;
    assert!((mean("a") - 3_333.0).abs() < 200.0 && (mean("b") - 6_667.0).abs() < 200.0);
}

proptest! {
    #[test]
    fn the_rung_of_a_value_is_where_it_came_from(
        from in -1e6_f64..1e6, width in 1e-3_f64..1e6, rungs in 1_usize..200,
        low in 1e-6_f64..1e3, ratio in 1.5_f64..1e6, (whole, step) in (-1_000_i64..1_000, 1_i64..50),
    ) {
        for ladder in [
            Ladder::Linear { from, to: from + width, rungs },
            Ladder::Log { from: low, to: low * ratio, rungs },
            Ladder::Integers { from: whole, to: whole + 1_000, step },
        ] {
            let space = Space::new(vec![Axis { name: "a".to_owned(), ladder }], Vec::new());
            prop_assume!(space.is_ok());
            let space = space.unwrap();
            for rung in 0..space.axes()[0].ladder.len() {
                let point = space.at(&[rung]).unwrap();
                prop_assert_eq!(space.rungs(&point), Some(vec![rung]));
                let text = point.get("a").unwrap().to_string();
                let parsed = space.axes()[0].ladder.parse(&text);
                prop_assert_eq!(parsed.as_ref(), point.get("a"));
            }
        }
    }
}
