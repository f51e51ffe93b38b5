//! The curve of quality over thresholds as text: CSV for machines, SVG for eyes.

use std::fmt::Write as _;

use super::Point;

/// Header of the CSV text.
const HEADER: &str = "threshold_bits,threshold_score,found,missed,false_hits,recall,recall_low,\
                      recall_high,precision,f1,strangers_alerted,strangers,alerts_per_thousand";

/// Size of the picture and of the field inside its axes, in pixels.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 610.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 340.0;

/// One drawn line: its name, colour, dash pattern (lines differ without colour too) and value.
struct Line {
    name: &'static str,
    colour: &'static str,
    dash: &'static str,
    value: fn(&Point) -> f64,
}

/// What is drawn, all from 0 to 1.
const LINES: [Line; 3] = [
    Line {
        name: "recall",
        colour: "#0b5394",
        dash: "none",
        value: Point::recall,
    },
    Line {
        name: "precision",
        colour: "#b45f06",
        dash: "7 3",
        value: Point::precision,
    },
    Line {
        name: "strangers alerted",
        colour: "#555555",
        dash: "2 3",
        value: |point| point.alerts_per_thousand() / 1000.0,
    },
];

/// One line a point, under a header.
pub fn csv(points: &[Point]) -> String {
    let mut text = format!("{HEADER}\n");
    for point in points {
        let interval = point.recall_interval();
        let score = point.score.map(|s| format!("{s:.6}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "{:.3},{score},{},{},{},{:.6},{:.6},{:.6},{:.6},{:.6},{},{},{:.3}",
            point.threshold,
            point.found,
            point.missed,
            point.false_hits,
            point.recall(),
            interval.low,
            interval.high,
            point.precision(),
            point.f1(),
            point.strangers_alerted,
            point.strangers,
            point.alerts_per_thousand()
        );
    }
    text
}

/// Recall, precision and alerted strangers over the threshold, as a picture of fixed size that
/// needs no font, script or style from elsewhere. An empty curve gives empty axes.
pub fn svg(points: &[Point], title: &str) -> String {
    let low = points.first().map_or(0.0, |p| p.threshold);
    let high = points.last().map_or(1.0, |p| p.threshold);
    let high = if high > low { high } else { low + 1.0 };
    let x = |bits: f64| LEFT + (RIGHT - LEFT) * (bits - low) / (high - low);
    let y = |share: f64| BOTTOM - (BOTTOM - TOP) * share;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"14\">{}</text>\n",
        escape(title)
    );
    axes(&mut out, low, high, x, y);
    for (line, place) in LINES.iter().zip([0.0, 90.0, 200.0]) {
        let path: Vec<String> = points
            .iter()
            .map(|p| format!("{:.1},{:.1}", x(p.threshold), y((line.value)(p))))
            .collect();
        let style = format!(
            "stroke=\"{}\" stroke-width=\"2\" stroke-dasharray=\"{}\"",
            line.colour, line.dash
        );
        let key = LEFT + place;
        let _ = write!(
            out,
            "<polyline fill=\"none\" {style} points=\"{}\"/>\n\
             <line x1=\"{key}\" y1=\"36\" x2=\"{}\" y2=\"36\" {style}/>\n\
             <text x=\"{}\" y=\"40\">{}</text>\n",
            path.join(" "),
            key + 20.0,
            key + 25.0,
            line.name
        );
    }
    out.push_str("</svg>\n");
    out
}

/// Both axes with five marks each, grid lines and labels.
fn axes(out: &mut String, low: f64, high: f64, x: impl Fn(f64) -> f64, y: impl Fn(f64) -> f64) {
    for quarter in 0..=4 {
        let part = f64::from(quarter) / 4.0;
        let (bits, at) = (low + (high - low) * part, y(part));
        let _ = write!(
            out,
            "<line x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{RIGHT}\" y2=\"{at:.1}\" stroke=\"#dddddd\"/>\n\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{part:.2}</text>\n\
             <text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{bits:.1}</text>\n",
            LEFT - 8.0,
            at + 4.0,
            x(bits),
            BOTTOM + 18.0,
        );
    }
    let (middle, centre) = (f64::midpoint(LEFT, RIGHT), f64::midpoint(TOP, BOTTOM));
    let _ = write!(
        out,
        "<polyline fill=\"none\" stroke=\"black\" \
         points=\"{LEFT},{TOP} {LEFT},{BOTTOM} {RIGHT},{BOTTOM}\"/>\n\
         <text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">threshold in bits</text>\n\
         <text x=\"16\" y=\"{centre}\" text-anchor=\"middle\" \
         transform=\"rotate(-90 16 {centre})\">share</text>\n",
        BOTTOM + 40.0
    );
}

/// Text that comes from outside, made safe between tags.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(threshold: f64, found: u64, false_hits: u64) -> Point {
        Point {
            threshold,
            score: Some(0.5),
            found,
            missed: 4 - found,
            false_hits,
            strangers_alerted: false_hits,
            strangers: 200,
        }
    }

    #[test]
    fn csv_has_a_line_for_each_point_and_as_many_cells_as_the_header() {
        let text = csv(&[point(0.0, 3, 1), point(10.0, 2, 0)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        let cells = lines[0].split(',').count();
        assert!(lines.iter().all(|l| l.split(',').count() == cells));
        assert!(
            lines[1].starts_with("0.000,0.500000,3,1,1,0.750000,"),
            "{text}"
        );
        assert!(
            lines[1].ends_with(",0.750000,0.750000,1,200,5.000"),
            "{text}"
        );
    }

    #[test]
    fn a_threshold_without_hits_has_an_empty_score() {
        let mut last = point(10.0, 0, 0);
        last.score = None;
        assert!(csv(&[last]).contains("\n10.000,,0,4,0,"));
    }

    #[test]
    fn the_picture_is_well_formed_and_names_its_axes() {
        let text = svg(&[point(0.0, 3, 1), point(10.0, 2, 0)], "a < b & c");
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(e) => panic!("{e}: {text}"),
            }
        }
        for label in [
            "threshold in bits",
            "share",
            "recall",
            "precision",
            "a &lt; b &amp; c",
        ] {
            assert!(text.contains(label), "{label} is missing");
        }
        // Recall .75 at the left end stands a quarter below the top: 340 - 290 * .75.
        assert!(text.contains("points=\"60.0,122.5 610.0,195.0\""), "{text}");
    }

    #[test]
    fn an_empty_curve_and_a_single_point_are_drawn_without_nan() {
        for points in [vec![], vec![point(5.0, 1, 0)]] {
            assert!(!svg(&points, "").contains("NaN"));
        }
    }
}
