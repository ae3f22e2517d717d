//! Published weights of the members over time.

use plotters::element::Text;
use plotters::series::LineSeries;
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::Subject;
use crate::ReportError;
use crate::figure::{
    Area, Axis, Caption, Drawn, Ink, Margins, Mesh, Size, chart, date_axis, day_number,
    figure as draw_figure, letters, mesh, px, room_for, thin, upx,
};
use crate::format::{number, percent, words as in_words};
use crate::markup::{Markup, element, note};
use crate::table::{Table, figure, words};

/// One member's weight by day.
struct Course {
    name: String,
    ink: Ink,
    points: Vec<(f64, f64)>,
}

pub(super) fn body(of: Subject<'_>) -> Result<Markup, ReportError> {
    let learned = &of.result.learned;
    let (Some(first), Some(last)) = (learned.first(), learned.last()) else {
        let none = "Nothing was learned: no outcome has become known.";
        return Ok(element("p", &[("class", "none")], none));
    };
    let courses = courses(of);
    let ends: Vec<String> = last
        .members
        .iter()
        .map(|m| format!("{} {}", in_words(m.member.as_str()), percent(m.weight, 0)))
        .collect();
    let caption = Caption {
        id: "f-weights".to_owned(),
        title: "Weight of each member in the consensus".to_owned(),
        description: format!("Lines of weights by session. At the end: {}.", ends.join(", ")),
        legend: Markup::default(),
    };
    let chart = draw_figure(caption, (320, 300), |area, size| {
        let labels = if size.is_narrow() { 3 } else { 10 };
        let x = date_axis(first.session, last.session, labels);
        draw(&courses, area, x, size)
    })?;
    Ok(chart.and(table(of)).and(note(
        "Weights follow the Brier losses of calibrated probabilities, change slowly and never fall \
         to zero; members that abstain hand theirs to the others.",
    )))
}

fn courses(of: Subject<'_>) -> Vec<Course> {
    let members = of.result.members().iter().enumerate();
    members
        .map(|(k, member)| Course {
            name: in_words(member.as_str()),
            ink: Ink::Member(k),
            points: of
                .result
                .learned
                .iter()
                .filter_map(|l| {
                    let learned = l.members.iter().find(|m| m.member == *member)?;
                    Some((day_number(l.session), learned.weight))
                })
                .collect(),
        })
        .filter(|course| !course.points.is_empty())
        .collect()
}

fn draw(courses: &[Course], area: &Area<'_>, x: Axis, size: Size) -> Drawn {
    let highest = courses.iter().flat_map(|c| &c.points).map(|p| p.1).fold(0.0, f64::max);
    let y = Axis::around((0.0, highest.max(0.05)), 5, |v| percent(v, 0));
    let (right, top) = (x.to(), y.to());
    let letter_size = if size.is_narrow() { 11.0 } else { 12.5 };
    let names = room_for(courses.iter().map(|c| c.name.as_str()), letter_size) + 7;
    let margins = Margins { left: 44, below: 22, right: names, above: 8 };
    let mut chart = chart(area, (x, y), margins)?;
    mesh(&mut chart, Mesh::Horizontal)?;
    for course in courses {
        let style = course.ink.color().stroke_width(upx(1.8));
        chart.draw_series(LineSeries::new(thin(&course.points, size.width), style))?;
    }
    let plot = chart.plotting_area();
    let spread = spread(courses, top, 15.0 / f64::from(size.height - 30) * top);
    for (course, at) in courses.iter().zip(spread) {
        let (x, y) = plot.map_coordinate(&(right, at));
        let style = letters(letter_size, course.ink).pos(Pos::new(HPos::Left, VPos::Center));
        let place = (x + px(7.0), y);
        area.draw(&Text::new(course.name.clone(), place, style))?;
    }
    Ok(())
}

/// Heights of the names beside the ends of the lines, moved apart so that none covers another.
fn spread(courses: &[Course], top: f64, apart: f64) -> Vec<f64> {
    let ends: Vec<f64> = courses.iter().map(|c| c.points.last().map_or(0.0, |p| p.1)).collect();
    let mut order: Vec<usize> = (0..ends.len()).collect();
    order.sort_by(|a, b| ends[*a].total_cmp(&ends[*b]).then(a.cmp(b)));
    let mut places = ends.clone();
    let mut lowest = f64::NEG_INFINITY;
    for index in &order {
        places[*index] = ends[*index].max(lowest + apart);
        lowest = places[*index];
    }
    // What was pushed over the top comes down again, and pushes what is below it.
    let mut highest = top;
    for index in order.iter().rev() {
        places[*index] = places[*index].min(highest);
        highest = places[*index] - apart;
    }
    places
}

fn table(of: Subject<'_>) -> Markup {
    let mut table = Table::new(
        "Members at the end of the run",
        vec![
            words("Member"),
            figure("Weight"),
            figure("Outcomes scored"),
            figure("Brier score"),
            figure("Before calibration"),
            figure("Last 60 sessions"),
        ],
    );
    for m in of.result.learned.last().map(|l| l.members.as_slice()).unwrap_or_default() {
        table.row(vec![
            words(in_words(m.member.as_str())),
            figure(percent(m.weight, 1)),
            figure(number(m.scored, 0)),
            figure(number(m.brier, 4)),
            figure(number(m.brier_raw, 4)),
            figure(number(m.brier_60, 4)),
        ]);
    }
    table.or("No member was scored.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_apart_and_below_the_top() {
        let course = |at: f64| Course {
            name: String::new(),
            ink: Ink::Run,
            points: vec![(0.0, 0.0), (1.0, at)],
        };
        let courses: Vec<Course> = [0.20, 0.21, 0.205, 0.02, 0.3].map(course).into();
        let places = spread(&courses, 0.3, 0.05);
        let mut sorted = places.clone();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.windows(2).all(|w| w[1] - w[0] >= 0.05 - 1e-12), "{places:?}");
        assert!(sorted[4] <= 0.3);
        // Order is kept: the highest line has the highest name.
        assert_eq!(sorted[4], places[4]);
        assert!(places[0] < places[2] && places[2] < places[1]);
    }
}
