//! The engine behind the tables: longest match from the left, several spellings for each match,
//! the cheapest combinations kept.

use rustc_hash::FxHashMap;

use crate::translit::MAX_FORMS;

/// What a piece of source text may become, each with its cost (0 is the usual spelling).
type Choices = Vec<(String, u32)>;

/// A table of spellings.
///
/// **Shape**: rows `source TAB spelling spelling/cost ...`, `#` comments. `^` before a source
/// binds it to the beginning of a token, `$` after it to the end; `-` is the empty spelling. The
/// cost defaults to the position in the row.
#[derive(Debug)]
pub(super) struct Rules {
    choices: FxHashMap<String, Choices>,
    longest: usize,
}

impl Rules {
    pub(super) fn parse(table: &str) -> Self {
        let mut choices = FxHashMap::default();
        let mut longest = 1;
        for line in table.lines().filter(|l| !l.starts_with('#')) {
            let Some((source, spellings)) = line.split_once('\t') else {
                continue;
            };
            let parsed = spellings
                .split_whitespace()
                .enumerate()
                .map(choice)
                .collect();
            longest = longest.max(source.trim_matches(['^', '$']).chars().count());
            choices.insert(source.to_owned(), parsed);
        }
        Self { choices, longest }
    }

    /// The cheapest spellings of a token, at most [`MAX_FORMS`].
    pub(super) fn spell(&self, token: &str) -> Vec<String> {
        let mut beam: Vec<(u32, String)> = vec![(0, String::with_capacity(token.len()))];
        let mut at = 0;
        let mut key = String::new();
        while at < token.len() {
            let (length, choices) = self.longest_match(token, at, &mut key);
            if let Some(choices) = choices {
                extend(&mut beam, choices);
            } else {
                append(&mut beam, &ascii(&token[at..at + length]));
            }
            at += length;
        }
        beam.into_iter().map(|(_, text)| text).collect()
    }

    fn longest_match(&self, token: &str, at: usize, key: &mut String) -> (usize, Option<&Choices>) {
        let rest = &token[at..];
        let mut ends = [0; 8];
        let mut count = 0;
        for (i, c) in rest.char_indices().take(self.longest.min(ends.len())) {
            ends[count] = i + c.len_utf8();
            count += 1;
        }
        for end in ends[..count].iter().rev().copied() {
            let text = &rest[..end];
            let (first, last) = (at == 0, at + end == token.len());
            for (bound, before, after) in [(first, "^", ""), (last, "", "$"), (true, "", "")] {
                if !bound {
                    continue;
                }
                key.clear();
                key.push_str(before);
                key.push_str(text);
                key.push_str(after);
                if let Some(choices) = self.choices.get(key.as_str()) {
                    return (end, Some(choices));
                }
            }
        }
        (ends[0], None)
    }
}

fn choice((rank, cell): (usize, &str)) -> (String, u32) {
    let (text, cost) = match cell.split_once('/') {
        Some((text, cost)) => (text, cost.parse().ok()),
        None => (cell, None),
    };
    let text = if text == "-" { "" } else { text };
    let rank = u32::try_from(rank).unwrap_or(u32::MAX);
    (text.to_owned(), cost.unwrap_or(rank))
}

fn extend(beam: &mut Vec<(u32, String)>, choices: &Choices) {
    if let [(only, 0)] = choices.as_slice() {
        append(beam, only);
        return;
    }
    let mut next: Vec<(u32, String)> = Vec::with_capacity(beam.len() * choices.len());
    for (cost, text) in beam.iter() {
        for (spelling, more) in choices {
            next.push((cost + more, format!("{text}{spelling}")));
        }
    }
    next.sort_by_key(|(cost, _)| *cost);
    next.truncate(MAX_FORMS);
    *beam = next;
}

/// A table of whole tokens: `token TAB spelling spelling ...`.
pub(super) fn lexicon(table: &'static str) -> FxHashMap<&'static str, Vec<String>> {
    table
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(token, spellings)| (token, spellings.split(' ').map(str::to_owned).collect()))
        .collect()
}

fn append(beam: &mut [(u32, String)], spelling: &str) {
    for (_, text) in beam {
        text.push_str(spelling);
    }
}

/// Letters and digits of the general transliteration, lower case.
pub(super) fn ascii(text: &str) -> String {
    let mut out = any_ascii::any_ascii(text);
    out.make_ascii_lowercase();
    out.retain(|c| c.is_ascii_alphanumeric());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_match_wins_and_bounds_bind() {
        let rules = Rules::parse("a\tx\nab\ty\n^c\tk\nc\ts\nd$\tt\nd\td");
        assert_eq!(rules.spell("cabcd"), ["kyst"]);
        assert_eq!(rules.spell("dad"), ["dxt"]);
    }

    #[test]
    fn cheap_spellings_come_first() {
        let rules = Rules::parse("a\ta e/3\nb\tb p");
        assert_eq!(rules.spell("ab"), ["ab", "ap", "eb", "ep"]);
    }
}
