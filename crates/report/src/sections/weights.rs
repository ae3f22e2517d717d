//! Published weights of the members over time.

use super::Subject;
use crate::ReportError;
use crate::figure::{
    Area, Axes, Axis, Caption, Drawn, Ended, Ink, Line, Margins, Mesh, Size, chart, date_axis,
    day_number, draw_ends, draw_line, figure as draw_figure, mesh, room_for_ends,
};
use crate::format::{number, percent, words as in_words};
use crate::markup::{Markup, element, note};
use crate::table::{Table, figure, words};

/// One member's weight by day.
struct Course {
    name: String,
    ink: Ink,
    points: Line,
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
        help:
            "The higher a line, the more the consensus listens to that member. Names stand at the \
               ends of their lines."
                .to_owned(),
        axes: Axes::over_time("weight, per cent of the consensus"),
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
    let names = room_for_ends(courses.iter().map(|c| c.name.as_str()), size);
    let margins = Margins { left: 44, below: 22, right: names, above: 8 };
    let mut chart = chart(area, (x, y), margins)?;
    mesh(&mut chart, Mesh::Horizontal)?;
    for course in courses {
        draw_line(&mut chart, &course.points, (course.ink, 1.8), size)?;
    }
    let ends: Vec<Ended> = courses
        .iter()
        .map(|c| Ended {
            name: c.name.clone(),
            ink: c.ink,
            at: c.points.last().map_or(0.0, |p| p.1),
        })
        .collect();
    draw_ends(&chart, area, &ends, size)
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
