//! Letters that pose as letters of another script, folded inside mixed words only: a word all in
//! one script is what it is.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use unicode_script::UnicodeScript as _;

use crate::record::Script;

pub(super) const TABLE: &str = include_str!("homoglyphs.tsv");

/// Scripts of the columns of the table, in order.
const COLUMNS: [Script; 3] = [Script::Latin, Script::Cyrillic, Script::Greek];

/// Folds a word of several look-alike scripts into one of them. The script with most letters is
/// tried first, then the others in the order of the table; nothing where letters remain that
/// have no look-alike.
pub(super) fn fold(word: &str) -> Option<String> {
    let mut counts = [0_usize; 3];
    for c in word.chars() {
        if let Some(column) = COLUMNS.iter().position(|s| *s == c.script()) {
            counts[column] += 1;
        }
    }
    let mut order = [0, 1, 2];
    order.sort_by_key(|i| (std::cmp::Reverse(counts[*i]), *i));
    order
        .into_iter()
        .filter(|column| counts[*column] > 0)
        .find_map(|column| into_script(word, column))
}

fn into_script(word: &str, column: usize) -> Option<String> {
    let script = COLUMNS[column];
    word.chars()
        .map(|c| {
            let own = c.script();
            if own == script || matches!(own, Script::Common | Script::Inherited) {
                Some(c)
            } else {
                index().get(&c)?[column]
            }
        })
        .collect()
}

type Row = [Option<char>; 3];

fn index() -> &'static FxHashMap<char, Row> {
    static INDEX: OnceLock<FxHashMap<char, Row>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = FxHashMap::default();
        for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
            let letters = line.split('\t').map(|cell| cell.chars().next_back());
            let letters: Vec<char> = letters.flatten().filter(|c| *c != '-').collect();
            let mut row = Row::default();
            for (target, cell) in row.iter_mut().zip(line.split('\t')) {
                *target = cell.chars().next().filter(|c| !matches!(c, '-' | '~'));
            }
            index.extend(letters.into_iter().map(|letter| (letter, row)));
        }
        index
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_with_most_letters_wins() {
        // Cyrillic а and е in a Latin word; Latin o in a Cyrillic word.
        assert_eq!(fold("Mаriе").as_deref(), Some("Marie"));
        assert_eq!(fold("Петрoв").as_deref(), Some("Петров"));
    }

    #[test]
    fn a_word_with_letters_that_have_no_twin_is_left_alone() {
        assert_eq!(fold("Жfгd"), None);
    }
}
