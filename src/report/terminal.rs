//! Text for terminals: foreign text made harmless, columns aligned.
//!
//! Names come from outside and may hold control characters, direction marks or characters of no
//! width that change what a person reads. Files keep them exactly; terminals show their code.

use unicode_normalization::char::is_combining_mark;

/// Ranges of characters that are shown by their code. Controls are found by their category.
/// Source: Unicode 17 `DerivedCoreProperties.txt`, `Default_Ignorable_Code_Point`, with the line
/// and paragraph separators and the interlinear annotation marks.
const HIDDEN: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Ranges of characters that take two columns. Source: Unicode 17 `EastAsianWidth.txt`, classes W
/// and F, neighbouring ranges joined.
const WIDE: &[(char, char)] = &[
    ('\u{1100}', '\u{115f}'),
    ('\u{2e80}', '\u{303e}'),
    ('\u{3041}', '\u{a4cf}'),
    ('\u{a960}', '\u{a97c}'),
    ('\u{ac00}', '\u{d7a3}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{fe30}', '\u{fe6f}'),
    ('\u{ff01}', '\u{ff60}'),
    ('\u{ffe0}', '\u{ffe6}'),
    ('\u{16fe0}', '\u{1b2fb}'),
    ('\u{1f300}', '\u{1f64f}'),
    ('\u{1f680}', '\u{1f6ff}'),
    ('\u{1f900}', '\u{1faff}'),
    ('\u{20000}', '\u{3fffd}'),
];

/// Foreign text as it may be printed: control, direction and invisible characters stand as
/// `\u{202e}`. The result is one line.
pub fn safe(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_in(HIDDEN, c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A table with aligned columns, two spaces between them; columns of numbers stand to the right.
/// Cells are made [`safe`].
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| safe(cell)).collect())
        .collect();
    let cell = |row: &'_ Vec<String>, i: usize| row.get(i).cloned().unwrap_or_default();
    let columns: Vec<(usize, bool)> = header
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let widths = rows.iter().map(|row| width(&cell(row, i)));
            let is_number = rows.iter().all(|row| looks_like_number(&cell(row, i)));
            (widths.max().unwrap_or(0).max(width(name)), is_number)
        })
        .collect();
    let mut text = String::new();
    let header = header.iter().map(|name| (*name).to_owned()).collect();
    for row in std::iter::once(&header).chain(&rows) {
        let cells: Vec<String> = columns
            .iter()
            .enumerate()
            .map(|(i, (width, is_number))| {
                let cell = cell(row, i);
                if *is_number {
                    pad_left(&cell, *width)
                } else {
                    pad(&cell, *width)
                }
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn looks_like_number(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_digit() || ".,+-%–".contains(c))
}

/// Columns that a text takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Fills up with spaces on the right.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Fills up with spaces on the left.
pub(crate) fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Breaks text into lines of at most so many columns, between words where it can.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        if used > 0 && used + width(word.trim_end()) > columns {
            lines.push(String::new());
            used = 0;
        }
        for c in word.chars() {
            if used + char_width(c) > columns {
                if c == ' ' {
                    continue;
                }
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
            used += char_width(c);
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

fn char_width(c: char) -> usize {
    if is_combining_mark(c) {
        0
    } else if is_in(WIDE, c) {
        2
    } else {
        1
    }
}

fn is_in(ranges: &[(char, char)], c: char) -> bool {
    ranges
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_misleads_on_a_terminal_is_shown_by_its_code() {
        for (text, shown) in [
            ("Ada Example", "Ada Example"),
            ("\u{1b}[31mred", r"\u{1b}[31mred"),
            ("a\u{202e}b\u{200b}c", r"a\u{202e}b\u{200b}c"),
            ("line\nbreak\u{2028}", r"line\u{a}break\u{2028}"),
            ("\u{9b}31m\u{7f}", r"\u{9b}31m\u{7f}"),
            ("\u{e0041}\u{feff}", r"\u{e0041}\u{feff}"),
            ("Мария 王伟 مريم é", "Мария 王伟 مريم é"),
        ] {
            assert_eq!(safe(text), shown);
        }
    }

    #[test]
    fn lines_are_no_wider_than_asked() {
        let text = "Ada Example 王伟王伟王伟王伟 anextremelylongwordwithoutanyspace x";
        let lines = wrap(text, 12);
        assert!(lines.iter().all(|line| width(line) <= 12), "{lines:?}");
        let kept: String = lines.concat().replace(' ', "");
        assert_eq!(kept, text.replace(' ', ""));
    }

    #[test]
    fn tables_align_wide_characters_and_numbers() {
        let rows = vec![
            vec!["王伟".into(), "7".into()],
            vec!["Ada\u{202e}".into(), "1,234".into()],
        ];
        insta::assert_snapshot!(table(&["name", "rows"], &rows), @r"
        name          rows
        王伟             7
        Ada\u{202e}  1,234
        ");
    }
}
