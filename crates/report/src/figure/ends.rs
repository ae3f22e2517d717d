//! Names at the ends of lines, so that nobody has to match colours with a key.

use plotters::element::Text;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Area, Chart, Drawn, Ink, Size, letters, px, room_for};

/// Space between the end of a line and its name, logical pixels.
const GAP: u32 = 7;
/// Height of a name, logical pixels.
const LINE_HEIGHT: f64 = 15.0;

/// A line that has a name at its end.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    /// What is written.
    pub(crate) name: String,
    /// In the colour of its line.
    pub(crate) ink: Ink,
    /// The last value.
    pub(crate) at: f64,
}

/// Size of the letters of names.
const fn letter_size(size: Size) -> f64 {
    if size.is_narrow() { 11.0 } else { 12.5 }
}

/// Room on the right that the names need, logical pixels.
pub(crate) fn room_for_ends<'n>(names: impl IntoIterator<Item = &'n str>, size: Size) -> u32 {
    room_for(names, letter_size(size)) + GAP
}

/// Writes the names on the right of the chart, moved apart so that none covers another.
pub(crate) fn draw_ends(
    chart: &Chart<'_, '_>,
    area: &Area<'_>,
    ends: &[Ended],
    size: Size,
) -> Drawn {
    let plot = chart.plotting_area();
    let (columns, rows) = plot.get_pixel_range();
    let (origin_x, origin_y) = area.get_base_pixel();
    // Heights grow upwards here, while pixels of the drawing grow downwards.
    let wanted: Vec<f64> = ends
        .iter()
        .map(|end| {
            let y = chart.as_coord_spec().y_spec();
            let at = plot.map_coordinate(&(0.0, y.clamped(end.at))).1;
            f64::from(rows.end - at)
        })
        .collect();
    let places = spread(&wanted, f64::from(rows.end - rows.start), f64::from(px(LINE_HEIGHT)));
    for (end, place) in ends.iter().zip(places) {
        #[expect(clippy::cast_possible_truncation, reason = "within the drawing")]
        let y = rows.end - place.round() as i32;
        let style = letters(letter_size(size), end.ink).pos(Pos::new(HPos::Left, VPos::Center));
        let at = (columns.end - origin_x + px(f64::from(GAP)), y - origin_y);
        area.draw(&Text::new(end.name.clone(), at, style))?;
    }
    Ok(())
}

/// Places `apart` from each other, in the order of the wanted ones and none above `top`.
fn spread(wanted: &[f64], top: f64, apart: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]).then(a.cmp(b)));
    let mut places = wanted.to_vec();
    let mut lowest = f64::NEG_INFINITY;
    for index in &order {
        places[*index] = wanted[*index].max(lowest + apart);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_apart_and_below_the_top() {
        let places = spread(&[0.20, 0.21, 0.205, 0.02, 0.3], 0.3, 0.05);
        let mut sorted = places.clone();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.windows(2).all(|w| w[1] - w[0] >= 0.05 - 1e-12), "{places:?}");
        assert!(sorted[4] <= 0.3);
        // Order is kept: the highest line has the highest name.
        assert_eq!(sorted[4], places[4]);
        assert!(places[0] < places[2] && places[2] < places[1]);
    }
}
