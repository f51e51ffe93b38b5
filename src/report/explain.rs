//! The waterfall of one hit: every piece of evidence, what it adds in bits, and the total they make.
//!
//! In: a hit as it stands in its file. Out: plain text of at most 100 columns. The total is computed
//! from the evidence that is shown; where the file states another, that is said.

use crate::hits::Hit;
use crate::report::terminal::{pad, pad_left, safe, width, wrap};
use crate::report::words::words;

/// Columns of the widest line.
const WIDTH: usize = 100;
/// Columns of the text cells: what, subject, notice, how.
const TEXTS: [usize; 4] = [17, 17, 17, 16];
/// Columns of the bits.
const BITS: usize = 7;
/// Columns of the running bar.
const BAR: usize = 16;
/// Difference in bits below which two sums are the same.
const SAME: f64 = 5e-4;

/// The explanation of a hit for a terminal; foreign text is escaped.
///
/// **Example**: see the snapshot in this file's tests.
pub fn waterfall(hit: &Hit) -> String {
    let mut text = String::new();
    for line in heading(hit) {
        push_line(&mut text, &line);
    }
    push_line(&mut text, "");
    for line in evidence_table(hit) {
        push_line(&mut text, &line);
    }
    push_line(&mut text, "");
    for line in against(hit).into_iter().chain(facts(hit)) {
        push_line(&mut text, &line);
    }
    push_line(&mut text, "");
    push_line(&mut text, "This is a possible match. A person decides.");
    push_line(&mut text, "A notice is not a conviction.");
    text
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}

fn heading(hit: &Hit) -> Vec<String> {
    let notice_name = format!(
        "{} ({}, {})",
        safe(&hit.matched_notice_name),
        hit.name_kind.code().replace('_', " "),
        match hit.name_strength.code() {
            "unknown" => "strength not stated",
            code => code,
        },
    );
    let primary = if hit.notice_primary_name == hit.matched_notice_name {
        String::new()
    } else {
        safe(&hit.notice_primary_name)
    };
    let mut lines = vec![format!(
        "Possible match ({})  {}",
        hit.band.code(),
        safe(&hit.hit_id)
    )];
    if !hit.explanation.is_empty() {
        lines.extend(wrap(&safe(&hit.explanation), WIDTH));
    }
    lines.push(String::new());
    lines.extend(field("subject", &safe(&hit.matched_subject_name)));
    lines.extend(field("  id", &safe(&hit.subject_id)));
    lines.extend(field("notice", &notice_name));
    lines.extend(field("  in Latin", &safe(&hit.matched_notice_name_latin)));
    lines.extend(field("  listed as", &primary));
    lines.extend(field("  id", &safe(&hit.notice_uid)));
    lines
}

/// `label  value`, the value wrapped; nothing where the value is empty.
fn field(label: &str, value: &str) -> Vec<String> {
    const LABEL: usize = 13;
    if value.is_empty() {
        return Vec::new();
    }
    wrap(value, WIDTH - LABEL)
        .iter()
        .enumerate()
        .map(|(i, line)| format!("{}{line}", pad(if i == 0 { label } else { "" }, LABEL)))
        .collect()
}

fn evidence_table(hit: &Hit) -> Vec<String> {
    let mut sums = vec![0.0];
    for piece in &hit.evidence {
        sums.push(sums.last().copied().unwrap_or_default() + piece.bits);
    }
    let total = sums.last().copied().unwrap_or_default();
    let scale = Scale::over(&sums);
    let mut lines = row(
        &["what", "subject", "notice", "how"].map(str::to_owned),
        "bits",
        "running sum",
    );
    lines.push("─".repeat(WIDTH));
    let mut shown = 0.0;
    for (piece, step) in hit.evidence.iter().zip(sums.windows(2)) {
        let texts = [
            words("evidence", piece.kind.code()).to_owned(),
            safe(&piece.subject),
            safe(&piece.notice),
            safe(&piece.note),
        ];
        shown += rounded(piece.bits);
        let &[before, after] = step else { continue };
        lines.extend(row(&texts, &signed(piece.bits), &scale.bar(before, after)));
    }
    lines.push("─".repeat(WIDTH));
    let texts = ["total", "", "", ""].map(str::to_owned);
    lines.extend(row(
        &texts,
        &signed(total),
        // A score is within 0 and 1; a changed file may hold anything and must not widen the line.
        &format!("score {:.4}", hit.score.clamp(-1.0, 2.0)),
    ));
    if (shown - rounded(total)).abs() > SAME {
        lines.push("The rows are rounded; the exact bits are in the hits file.".into());
    }
    if (total - hit.bits).abs() > SAME {
        lines.push(format!(
            "The file states {} bits, which its evidence does not add up to: it was changed.",
            signed(hit.bits)
        ));
    }
    lines
}

/// Bits with sign and two decimals; in powers of ten where a changed file holds absurd ones.
fn signed(bits: f64) -> String {
    if bits.abs() < 1000.0 {
        format!("{bits:+.2}")
    } else {
        format!("{bits:+.0e}")
    }
}

fn rounded(bits: f64) -> f64 {
    (bits * 100.0).round() / 100.0
}

/// One row of the table, over as many lines as its longest cell needs.
fn row(texts: &[String; 4], bits: &str, bar: &str) -> Vec<String> {
    let cells: Vec<Vec<String>> = texts
        .iter()
        .zip(TEXTS)
        .map(|(text, columns)| wrap(text, columns))
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(1);
    (0..height)
        .map(|i| {
            let mut line = String::new();
            for (cell, columns) in cells.iter().zip(TEXTS) {
                let part = cell.get(i).map_or("", String::as_str);
                line.push_str(&pad(part, columns));
                line.push_str("  ");
            }
            if i == 0 {
                line.push_str(&pad_left(bits, BITS));
                line.push_str("  ");
                line.push_str(bar);
            }
            debug_assert!(width(&line) <= WIDTH, "a row is too wide");
            line
        })
        .collect()
}

/// Maps running sums to the columns of the bar.
struct Scale {
    least: f64,
    most: f64,
}

impl Scale {
    fn over(sums: &[f64]) -> Self {
        Self {
            least: sums.iter().copied().fold(0.0, f64::min),
            most: sums.iter().copied().fold(0.0, f64::max),
        }
    }

    /// Where the sum goes in this step: `█` upwards, `░` downwards.
    fn bar(&self, before: f64, after: f64) -> String {
        let (from, to) = (self.column(before), self.column(after));
        let block = if after < before { "░" } else { "█" };
        let start = from.min(to).min(BAR - 1);
        let length = from.abs_diff(to).max(1);
        format!("{}{}", " ".repeat(start), block.repeat(length))
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of 0 to 1 of a few columns; NaN becomes column 0"
    )]
    fn column(&self, sum: f64) -> usize {
        let share = (sum - self.least) / (self.most - self.least);
        ((share.clamp(0.0, 1.0) * BAR as f64).round() as usize).min(BAR)
    }
}

fn against(hit: &Hit) -> Vec<String> {
    let reasons: Vec<&str> = hit
        .conflicts
        .iter()
        .map(|c| words("conflict", c.code()))
        .collect();
    match reasons.as_slice() {
        [] => field("against", "nothing that both sides state disagrees"),
        reasons => field("against", &reasons.join("; ")),
    }
}

fn facts(hit: &Hit) -> Vec<String> {
    let coded = |what, code: &str| format!("{code}: {}", words(what, code));
    let others = match hit.other_names_hit {
        0 => String::new(),
        n => format!("{n} more of the notice's names reach the threshold"),
    };
    let edition = hit.list_date.map_or_else(
        || format!("{}, date not stated", hit.list_id),
        |date| format!("{} of {date}", hit.list_id),
    );
    let notice = match hit.action_requested.code() {
        "none" => hit.notice_type.code().to_owned(),
        action => format!("{}; asks to {action}", hit.notice_type.code()),
    };
    [
        ("other names", others),
        ("identifier", safe(&hit.matched_id)),
        ("notice type", notice),
        ("status", coded("status", hit.status.code())),
        ("handling", coded("handling", hit.handling.code())),
        ("programmes", safe(&hit.programs)),
        ("list", safe(&edition)),
    ]
    .iter()
    .flat_map(|(label, value)| field(label, value))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hits::Conflict;
    use crate::report::mask;
    use crate::report::tests::hit;

    #[test]
    fn a_waterfall_shows_evidence_total_and_what_speaks_against() {
        insta::assert_snapshot!(waterfall(&hit()), @r"
        Possible match (strong)  h00112233445566778899aabbccddeeff
        Ada Example and Ада Экзампл share a rare family name.

        subject      Ada Example
          id         S-17
        notice       Ада Экзампл (original script, strong)
          in Latin   Ada Ekzampl
          listed as  EXAMPLE, Ada
          id         test:7

        what               subject            notice             how                  bits  running sum
        ────────────────────────────────────────────────────────────────────────────────────────────────────
        starting point                                           before any         -17.50  ░░░░░░░
                                                                 comparison
        name part          ada                ада                same sound          +9.81  ████
        name part          example            экзампл            one letter         +13.25      █████
                                                                 differs
        date               1970-05-03         1970               same year           +7.00           ███
        country            DE                 FR                 differ              -1.50             ░
        identifier         AB123              AB123              same passport      +12.00             █████
        ────────────────────────────────────────────────────────────────────────────────────────────────────
        total                                                                       +23.06  score 0.9877

        against      the countries disagree; the names differ
        other names  2 more of the notice's names reach the threshold
        identifier   passport AB123
        notice type  red; asks to arrest
        status       under_review: being examined by its publisher; ask before acting on it
        handling     H1: not to be used as evidence in court without the sender's leave
        programmes   TEST-1
        list         test of 2026-11-01

        This is a possible match. A person decides.
        A notice is not a conviction.
        ");
    }

    #[test]
    fn foreign_text_is_escaped_and_no_line_is_wider_than_100_columns() {
        let mut hostile = hit();
        hostile.matched_subject_name = "\u{202e}\u{1b}[2J".repeat(40);
        hostile.evidence[1].subject = "王".repeat(90);
        hostile.evidence[1].note = "a\nb\u{200b}".repeat(30);
        hostile.evidence[2].bits = f64::MAX;
        hostile.score = f64::MIN;
        hostile.programs = "SDGT;".repeat(60);
        hostile.conflicts = Conflict::ALL.to_vec();
        let text = waterfall(&hostile);
        assert!(text.lines().all(|line| width(line) <= WIDTH));
        assert!(!text.contains(['\u{202e}', '\u{1b}', '\u{200b}']));
    }

    #[test]
    fn a_total_that_its_evidence_does_not_make_is_said() {
        let mut changed = hit();
        changed.bits += 1.0;
        assert!(waterfall(&changed).contains("it was changed"));
        assert!(!waterfall(&hit()).contains("it was changed"));
    }

    #[test]
    fn a_masked_hit_explains_without_names() {
        let text = waterfall(&mask(hit()));
        assert!(text.contains("[masked]") && !text.contains("Ada"), "{text}");
    }
}
