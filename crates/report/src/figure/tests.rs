//! Tests of the module `figure`.

use proptest::prelude::*;
use tradebot_domain::Moment;

use super::*;

fn labels(axis: &Axis) -> Vec<String> {
    use plotters::coord::ranged1d::Ranged as _;
    axis.key_points(10).into_iter().map(|at| axis.label(at)).collect()
}

#[test]
fn ticks_are_round_numbers_that_enclose_the_range() {
    let axis = Axis::around((-0.031, 0.087), 5, |v| format!("{v:.2}"));
    assert_eq!(labels(&axis), ["-0.05", "0.00", "0.05", "0.10"]);
    assert_eq!((axis.from(), axis.to()), (-0.05, 0.1));
    let decades = Axis::logarithmic((8_000.0, 210_000.0), |v| format!("{v:.0}"));
    assert_eq!(labels(&decades), ["10000", "20000", "50000", "100000", "200000"]);
    let part = Axis::logarithmic((80_000.0, 260_000.0), |v| format!("{v:.0}"));
    assert_eq!(labels(&part), ["100000", "150000", "200000"]);
}

#[test]
fn a_range_without_length_still_makes_an_axis() {
    for range in
        [(2.0, 2.0), (f64::NAN, 1.0), (3.0, f64::INFINITY), (1.0, -1.0), (1e17, 1e17 + 16.0)]
    {
        let axis = Axis::around(range, 5, |v| v.to_string());
        assert!(axis.to() > axis.from(), "{range:?}");
        assert!(axis.clamped(f64::NAN).is_finite());
    }
}

#[test]
fn dates_are_labelled_by_years_months_or_days() {
    let day = |y, m, d| Moment::constant(y, m, d);
    let years = date_axis(day(2000, 3, 1), day(2013, 3, 1), 8);
    assert_eq!(labels(&years), ["2002", "2004", "2006", "2008", "2010", "2012"]);
    let months = date_axis(day(2005, 1, 15), day(2005, 12, 15), 5);
    assert_eq!(labels(&months), ["Apr 2005", "Jul 2005", "Oct 2005"]);
    let days = date_axis(day(2005, 1, 3), day(2005, 1, 3), 5);
    assert_eq!(labels(&days), ["3 Jan"]);
    assert_eq!(day_number(day(2005, 2, 28)) + 1.0, day_number(day(2005, 3, 1)));
}

#[test]
fn a_figure_scales_has_a_name_and_no_colour_of_its_own() {
    let caption = Caption {
        id: "x".to_owned(),
        title: "A <b>".to_owned(),
        description: "Says & shows".to_owned(),
        help: "Read < so".to_owned(),
        axes: Axes::named("across, R", "up & down, %"),
        legend: Markup::default(),
    };
    let html = figure(caption, (200, 200), |area, _| {
        let axis = || Axis::around((0.0, 1.0), 2, |v| format!("<{v}>"));
        let margins = Margins { left: 40, below: 20, right: 10, above: 10 };
        let mut chart = chart(area, (axis(), axis()), margins)?;
        mesh(&mut chart, Mesh::Both)
    })
    .unwrap()
    .into_string();
    assert_eq!(html.matches("viewBox=").count(), 2);
    assert_eq!(html.matches("<title id=").count(), 2);
    assert!(html.contains("A &lt;b&gt;") && html.contains("Says &amp; shows"));
    assert!(html.contains("Read &lt; so"), "how to read it");
    // Two widths, each with the names of both axes and room for them.
    assert_eq!(html.matches("across, R").count(), 2);
    assert_eq!(html.matches("up &amp; down, %").count(), 2);
    assert_eq!(html.matches(&format!(" {}\">", UNITS * (200 + 36))).count(), 2);
    assert!(html.contains("&lt;0.5&gt;") && !html.contains("<0.5>"), "labels are escaped");
    assert!(!html.contains("=\"#") && !html.contains("http"), "{html}");
    assert!(!html.contains(" width=\"960\"") && !html.contains(" width=\"3840\""));
}

/// A drawing without its surroundings.
fn drawn(draw: impl Fn(&Area<'_>, Size) -> Drawn) -> String {
    let caption = Caption {
        id: "x".to_owned(),
        title: String::new(),
        description: String::new(),
        help: String::new(),
        axes: Axes::default(),
        legend: Markup::default(),
    };
    small_figure(caption, Size { width: 300, height: 200 }, draw).unwrap().into_string()
}

#[test]
fn a_line_breaks_where_there_is_no_value() {
    let gap = [(0.0, 0.1), (1.0, 0.2), (2.0, f64::NAN), (3.0, 0.4), (4.0, 0.3)];
    let lines = |broken: bool| {
        let html = drawn(|area, size| {
            let axes = (
                Axis::around((0.0, 4.0), 4, |_| String::new()),
                Axis::around((0.0, 1.0), 2, |_| String::new()),
            );
            let margins = Margins { left: 40, below: 20, right: 10, above: 10 };
            let mut chart = chart(area, axes, margins)?;
            let draw = if broken { draw_segments } else { draw_line };
            draw(&mut chart, &gap, (Ink::Run, 1.0), size)
        });
        html.matches("<polyline").count()
    };
    assert_eq!((lines(true), lines(false)), (2, 1));
}

#[test]
fn there_is_a_bar_for_every_value_and_labels_only_where_they_fit() {
    let labels: Vec<String> = (1970..2010).map(|year: i32| year.to_string()).collect();
    let values = |sign: f64| (0..40).map(|n| (n != 7).then_some(sign * f64::from(n + 1))).collect();
    let bars = Bars { labels, series: vec![(Ink::Good, values(1.0)), (Ink::Bad, values(-1.0))] };
    let html = drawn(|area, size| draw_bars(&bars, (area, size), 40, |v| format!("{v}")));
    assert_eq!(html.matches("fill=\"var(--good)\"").count(), 39);
    assert_eq!(html.matches("fill=\"var(--bad)\"").count(), 39);
    let years = (1970..2010).filter(|year| html.contains(&format!(">{year}\n"))).count();
    assert!((2..=6).contains(&years), "{years} labels on 300 pixels");
    let nothing = Bars { labels: Vec::new(), series: Vec::new() };
    assert!(
        drawn(|area, size| draw_bars(&nothing, (area, size), 40, |v| v.to_string()))
            .contains("<svg")
    );
}

proptest! {
    /// What a column loses is neither its extremes nor its ends.
    #[test]
    fn thinning_keeps_order_extremes_and_ends(
        values in prop::collection::vec(-1e3_f64..1e3, 1..600), columns in 1_u32..50,
    ) {
        let points: Vec<(f64, f64)> =
            values.iter().enumerate().map(|(i, v)| (i as f64, *v)).collect();
        let thinned = thin(&points, columns);
        prop_assert!(thinned.len() <= (4 * (columns as usize + 1)).max(columns as usize));
        prop_assert!(thinned.windows(2).all(|w| w[0].0 < w[1].0));
        prop_assert_eq!(thinned[0], points[0]);
        prop_assert_eq!(*thinned.last().unwrap(), *points.last().unwrap());
        let extreme = |of: &[(f64, f64)]| of.iter().map(|p| p.1).fold(f64::MIN, f64::max);
        prop_assert_eq!(extreme(&thinned), extreme(&points));
    }
}
