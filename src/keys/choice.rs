//! Words that exclude each other, by table: north and south, senior and junior.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::keys::form::Form;

const TABLE: &str = include_str!("choices.tsv");

/// A word's place in the table: of which choice it is, and what it chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    row: u8,
    cell: u8,
}

impl Choice {
    /// Where the table has a form.
    pub(crate) fn of(form: &Form) -> Option<Self> {
        static PLACES: OnceLock<FxHashMap<&str, Choice>> = OnceLock::new();
        let places = PLACES.get_or_init(|| {
            let rows = TABLE.lines().filter(|l| !l.starts_with('#')).zip(0_u8..);
            rows.flat_map(|(line, row)| {
                let cells = line.split('\t').zip(0_u8..);
                cells.flat_map(move |(words, cell)| {
                    words.split(' ').map(move |word| (word, Self { row, cell }))
                })
            })
            .collect()
        });
        places.get(form.as_str()).copied()
    }

    /// Whether the two words choose differently.
    pub fn excludes(self, other: Self) -> bool {
        self.row == other.row && self.cell != other.cell
    }

    /// A bit for its row.
    pub(crate) fn mark(self) -> u32 {
        1 << (self.row % 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_row_and_two_cells_exclude_each_other() {
        let choice = |word: &str| Choice::of(&Form::new(word)).expect("in the table");
        assert!(choice("north").excludes(choice("south")));
        assert!(choice("sr").excludes(choice("jr")));
        assert!(!choice("north").excludes(choice("nord")));
        assert!(!choice("north").excludes(choice("jr")));
        assert_eq!(Choice::of(&Form::new("zorblax")), None);
    }

    #[test]
    fn a_word_stands_once_and_every_row_is_a_choice() {
        let rows: Vec<&str> = TABLE.lines().filter(|l| !l.starts_with('#')).collect();
        assert!(rows.iter().all(|row| row.contains('\t')) && rows.len() < 32);
        let mut words: Vec<&str> = rows.iter().flat_map(|r| r.split(['\t', ' '])).collect();
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count);
    }
}
