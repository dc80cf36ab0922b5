//! Plots as SVG: a panel a construct, both axes logarithmic, a line an implementation.
//!
//! The same rows give the same bytes: nothing is measured, and every number is written with
//! one digit behind the point.

use std::fmt::Write as _;

use super::growth::{Measured, Row};

/// What the vertical axis shows.
#[derive(Clone, Copy)]
pub(crate) struct Quantity {
    of: fn(Measured) -> f64,
    /// The first decade shown, as a power of ten; less is drawn there.
    least: i32,
    most: i32,
    /// What a decade is called.
    label: fn(i32) -> String,
}

/// From 100 ns to 100 s.
pub(crate) const TIME: Quantity =
    Quantity { of: |it| it.ns, least: 2, most: 11, label: time_label };

/// From 10 kB to 10 GB.
pub(crate) const MEMORY: Quantity =
    Quantity { of: |it| it.bytes, least: 4, most: 10, label: memory_label };

/// Colours that differ without red and green too.
const COLOURS: [&str; 6] =
    ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

const COLUMNS: usize = 2;
/// A panel with its labels, and the rectangle of its lines inside.
const PANEL: (f64, f64) = (440.0, 270.0);
const INSIDE: (f64, f64) = (340.0, 190.0);
const CORNER: (f64, f64) = (70.0, 40.0);
const HEADER: f64 = 60.0;
/// Sizes as powers of ten.
const SIZES: (i32, i32) = (1, 6);

/// Every construct of the rows.
pub(crate) fn panels(rows: &[Row], title: &str, quantity: Quantity) -> String {
    let constructs = distinct(rows.iter().map(|row| row.construct.as_str()));
    let engines = distinct(rows.iter().map(|row| row.engine.as_str()));
    let width = PANEL.0 * COLUMNS as f64;
    let height = HEADER + PANEL.1 * constructs.len().div_ceil(COLUMNS) as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"20\" y=\"22\" font-size=\"15\">{title}, over the number of items</text>\n"
    );
    for (index, engine) in engines.iter().enumerate() {
        let x = 20.0 + 140.0 * index as f64;
        let colour = colour(index);
        line(&mut svg, (x, 42.0), (x + 20.0, 42.0), colour, 2.0);
        text(&mut svg, (x + 26.0, 46.0), "start", engine);
    }
    for (index, construct) in constructs.iter().enumerate() {
        let column = (index % COLUMNS) as f64;
        let row = (index / COLUMNS) as f64;
        let (x, y) = (PANEL.0 * column, HEADER + PANEL.1 * row);
        let _ = writeln!(svg, "<g transform=\"translate({x:.0} {y:.0})\">");
        text(&mut svg, (CORNER.0, 26.0), "start", construct);
        axes(&mut svg, quantity);
        for (index, engine) in engines.iter().enumerate() {
            let rows = rows
                .iter()
                .filter(|row| row.construct == **construct && row.engine == **engine);
            curve(&mut svg, rows, quantity, index);
        }
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn axes(svg: &mut String, quantity: Quantity) {
    let (right, bottom) = (CORNER.0 + INSIDE.0, CORNER.1 + INSIDE.1);
    for power in SIZES.0..=SIZES.1 {
        let x = across(f64::from(power));
        line(svg, (x, CORNER.1), (x, bottom), "#ddd", 1.0);
        text(svg, (x, bottom + 16.0), "middle", &size_label(power));
    }
    for power in quantity.least..=quantity.most {
        let y = up(f64::from(power), quantity);
        line(svg, (CORNER.0, y), (right, y), "#ddd", 1.0);
        text(svg, (CORNER.0 - 6.0, y + 4.0), "end", &(quantity.label)(power));
    }
}

/// A line through what was measured, and a cross at the size where it ended.
fn curve<'a>(
    svg: &mut String,
    rows: impl Iterator<Item = &'a Row>,
    quantity: Quantity,
    index: usize,
) {
    let colour = colour(index);
    let mut points = String::new();
    let mut marks = String::new();
    for row in rows {
        let x = across((row.size as f64).log10());
        let Some(measured) = row.measured else {
            // Those who end at one size are beside each other.
            let y = CORNER.1 + 10.0 * index as f64;
            line(&mut marks, (x - 4.0, y - 4.0), (x + 4.0, y + 4.0), colour, 2.0);
            line(&mut marks, (x - 4.0, y + 4.0), (x + 4.0, y - 4.0), colour, 2.0);
            continue;
        };
        let y = up((quantity.of)(measured).max(1.0).log10(), quantity);
        let _ = write!(points, "{x:.1},{y:.1} ");
        let _ = writeln!(
            marks,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\" fill=\"{colour}\"/>"
        );
    }
    let points = points.trim_end();
    let _ = writeln!(
        svg,
        "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" \
         stroke-width=\"1.5\"/>"
    );
    svg.push_str(&marks);
}

/// Where a size lies, given as its logarithm.
fn across(power: f64) -> f64 {
    let (least, most) = (f64::from(SIZES.0), f64::from(SIZES.1));
    CORNER.0 + INSIDE.0 * (power - least) / (most - least)
}

/// Where a quantity lies, given as its logarithm.
fn up(power: f64, quantity: Quantity) -> f64 {
    let (least, most) = (f64::from(quantity.least), f64::from(quantity.most));
    CORNER.1 + INSIDE.1 * (1.0 - (power.clamp(least, most) - least) / (most - least))
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64), colour: &str, width: f64) {
    let ((x1, y1), (x2, y2)) = (from, to);
    // Writing to a string cannot fail.
    let _ = writeln!(
        svg,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" \
         stroke=\"{colour}\" stroke-width=\"{width:.1}\"/>"
    );
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, content: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{content}</text>"
    );
}

fn colour(index: usize) -> &'static str {
    COLOURS.iter().cycle().nth(index).copied().unwrap_or("#000")
}

fn size_label(power: i32) -> String {
    scaled(power, &["", "k", "M"])
}

fn time_label(power: i32) -> String {
    scaled(power, &[" ns", " µs", " ms", " s"])
}

fn memory_label(power: i32) -> String {
    scaled(power, &[" B", " kB", " MB", " GB"])
}

/// A power of ten with the unit of its thousand.
fn scaled(power: i32, units: &[&str]) -> String {
    let power = usize::try_from(power).unwrap_or_default();
    let unit = units.get(power / 3).copied().unwrap_or_default();
    format!("1{}{unit}", "0".repeat(power % 3))
}

/// Names in their first order.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(size: u64, measured: Option<Measured>) -> Row {
        Row { construct: "path".into(), engine: "ours".into(), size, measured }
    }

    #[test]
    fn a_decade_is_a_step_and_an_end_is_a_cross() {
        let measured = |ns| Some(Measured { ns, bytes: 0.0 });
        let rows = [row(10, measured(1e2)), row(100, measured(1e11)), row(1000, None)];
        let svg = panels(&rows, "time", TIME);
        assert!(svg.contains("points=\"70.0,230.0 138.0,40.0\""), "{svg}");
        let crosses = svg.matches("stroke=\"#d55e00\" stroke-width=\"2.0\"").count();
        // One line of them stands in the legend.
        assert_eq!(crosses, 3, "{svg}");
    }

    #[test]
    fn labels_have_units() {
        assert_eq!(time_label(5), "100 µs");
        assert_eq!(memory_label(9), "1 GB");
        assert_eq!(size_label(6), "1M");
    }
}
