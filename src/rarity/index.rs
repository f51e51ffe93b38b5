//! Where each row of a table stands in its text, so that the program starts without reading the rows.

use std::hash::BuildHasher as _;

use memchr::{memchr, memchr_iter};
use rustc_hash::FxBuildHasher;

/// Finds a row `token TAB rest` of a text by its token.
///
/// **Cost**: making it reads the text once, some 40 ns a row; a row is found in two reads of memory.
pub(super) struct Index {
    /// Where rows begin, in their order.
    starts: Vec<u32>,
    /// Numbers of rows, from 1, each at the first free place from its token's hash on; 0 is free.
    /// **Shape**: a power of two, more than twice as many as rows.
    places: Vec<u32>,
    text: &'static str,
}

impl Index {
    /// Of the rows of a text; where a token comes again, its last row counts.
    pub(super) fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let ends = || memchr_iter(b'\n', bytes).chain([bytes.len()]);
        let lines = ends().count();
        let mut this = Self {
            starts: Vec::with_capacity(lines),
            places: vec![0; (2 * lines + 1).next_power_of_two()],
            text,
        };
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut start = 0;
        for end in ends() {
            let row = bytes.get(start..end).unwrap_or_default();
            if let Some(tab) = memchr(b'\t', row).filter(|_| row[0] != b'#') {
                this.starts.push(small(start));
                let place = this.place(&text[start..start + tab]);
                this.places[place] = small(this.starts.len());
            }
            start = end + 1;
        }
        this
    }

    /// The number of a token's row, and what stands behind the token.
    pub(super) fn find(&self, token: &str) -> Option<(usize, &'static str)> {
        let row = self.places[self.place(token)] as usize;
        let row = row.checked_sub(1)?;
        Some((row, self.behind(row, token)?))
    }

    /// Every token in the order of the rows, each with the text that begins behind it.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let rows = self.starts.iter().map(|at| &self.text[*at as usize..]);
        rows.filter_map(|row| row.split_once('\t'))
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The place of a token's row, or a free one.
    fn place(&self, token: &str) -> usize {
        let mask = self.places.len() - 1;
        // Its low bits are its best ones.
        let hash = FxBuildHasher.hash_one(token) & u64::from(u32::MAX);
        let mut place = usize::try_from(hash).unwrap_or(0) & mask;
        while let Some(row) = (self.places[place] as usize).checked_sub(1) {
            if self.behind(row, token).is_some() {
                break;
            }
            place = (place + 1) & mask;
        }
        place
    }

    /// What stands behind the token in a row, if the row is that token's.
    fn behind(&self, row: usize, token: &str) -> Option<&'static str> {
        let rest = &self.text[self.starts[row] as usize..];
        let rest = rest.strip_prefix(token)?.strip_prefix('\t')?;
        Some(rest.split_once('\n').map_or(rest, |(row, _)| row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_the_whole_token_alone() {
        let index = Index::new("# a\tcomment\nan\t1\t2\nana\t3\nno row\nb\t4");
        assert_eq!(index.find("an"), Some((0, "1\t2")));
        assert_eq!(index.find("ana"), Some((1, "3")));
        assert_eq!(index.find("b"), Some((2, "4")));
        for other in ["a", "", "# a", "no row", "an\t1"] {
            assert_eq!(index.find(other), None, "{other}");
        }
        let tokens: Vec<&str> = index.each().map(|(token, _)| token).collect();
        assert_eq!(tokens, ["an", "ana", "b"]);
        assert_eq!(Index::new("").find("a"), None);
    }
}
