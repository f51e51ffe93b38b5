//! How frequent name tokens are: the making of `rarity`'s tables.
//!
//! People: `frequency-sources.tsv.gz`, written by `tools/frequencies.py` from the US Census 1990
//! (public domain), the locale lists of Faker (MIT) and published rankings. Names are normalized
//! and romanised as names of a list are, so that tokens meet. Tokens of real lists are not
//! counted here: who is on a list says nothing about how many people bear the name.
//!
//! Organisations: the words that many published names of organisations share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Read, Write};

use crate::error::{Place, Problem, Result};
use crate::normalize::{Tag, descriptors, normalize};
use crate::rarity::CULTURES;
use crate::record::{Kind, Script, script_of};
use crate::translit::{LatinToken, latinize};

/// The committed source sample.
pub const SOURCES: &[u8] = include_bytes!("frequency-sources.tsv.gz");

/// Groups of locales.
const GROUPS: &str = include_str!("cultures.tsv");

/// Words of organisations that the counts overrate.
const HOUSE_NAMES: &str = include_str!("house-names.tsv");

/// Rarer people's tokens than this share (in parts per thousand million) are not kept: they are
/// at the ceiling of `rarity` anyway.
const LEAST_SHARE: f64 = 3815.0;
/// A word of organisations is kept when so many different names have it: single names and the
/// people in them stay out.
pub const LEAST_NAMES: u32 = 8;
/// One of so many names of the tail is held out for measuring.
pub(crate) const HELD_OUT_OF: u8 = 8;

/// The part a name plays in people's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Given name.
    Given,
    /// Family name.
    Family,
    /// Middle name or patronymic.
    Middle,
}

impl Part {
    /// Share of this part among the tokens of people's names; an assumption.
    const fn weight(self) -> f64 {
        match self {
            Self::Given => 0.5,
            Self::Family => 0.45,
            Self::Middle => 0.05,
        }
    }
}

/// One name of one population.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Locale, such as `pt_BR`.
    pub locale: String,
    /// Weight of the locale among all.
    pub weight: f64,
    /// Given, family or middle.
    pub part: Part,
    /// Few people bear it.
    pub tail: bool,
    /// The name, in the script of the locale.
    pub name: String,
    /// Share of the people of the locale.
    pub share: f64,
}

/// Reads a gzipped source file.
///
/// **Shape**: a line `# locale TAB weight` before the rows of each locale; rows
/// `part TAB head|tail TAB name TAB share`.
///
/// # Errors
/// Unreadable bytes; a row that is not of this shape, with its line.
pub fn read(input: impl Read) -> Result<Vec<Source>> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(input)
        .read_to_string(&mut text)
        .map_err(Problem::Read)?;
    let mut sources = Vec::new();
    let mut locale = (String::new(), 0.0);
    for (line, row) in (1..).zip(text.lines()) {
        let wrong = || {
            Problem::Malformed {
                format: "frequency sources",
                why: "a row is not of the shape part, place, name, share",
            }
            .at(Place::row(1, line))
        };
        if let Some(head) = row.strip_prefix("# ") {
            let (name, weight) = head.split_once('\t').ok_or_else(wrong)?;
            locale = (name.to_owned(), weight.parse().map_err(|_| wrong())?);
            continue;
        }
        sources.push(source(row, &locale).ok_or_else(wrong)?);
    }
    Ok(sources)
}

fn source(row: &str, locale: &(String, f64)) -> Option<Source> {
    let mut cells = row.split('\t');
    let part = match cells.next()? {
        "given" => Part::Given,
        "family" => Part::Family,
        "middle" => Part::Middle,
        _ => return None,
    };
    Some(Source {
        locale: locale.0.clone(),
        weight: locale.1,
        part,
        tail: cells.next()? == "tail",
        name: cells.next()?.to_owned(),
        share: cells.next()?.parse().ok()?,
    })
}

/// Names that are left out of the table because strangers for measuring bear them: one of
/// [`HELD_OUT_OF`] by hash, among those that are nowhere frequent.
pub(crate) fn held_out(sources: &[Source]) -> BTreeSet<&str> {
    let frequent: BTreeSet<&str> = sources
        .iter()
        .filter(|s| !s.tail)
        .map(|s| s.name.as_str())
        .collect();
    sources
        .iter()
        .map(|s| s.name.as_str())
        .filter(|name| !frequent.contains(name))
        .filter(|name| blake3::hash(name.as_bytes()).as_bytes()[0].is_multiple_of(HELD_OUT_OF))
        .collect()
}

/// The tokens of a source name, spelt in Latin letters.
pub(crate) fn latin_tokens(name: &str) -> Vec<LatinToken> {
    // A given name in Han or Hangul alone must not be cut into family and given name.
    let kind = match script_of(name) {
        Script::Han | Script::Hangul => Kind::Organization,
        _ => Kind::Person,
    };
    latinize(&normalize(name, kind)).tokens
}

/// Writes the table of people's tokens: `token TAB share TAB lifts`, the share in parts per thousand
/// million, most frequent first. A first line `# shares` holds the share of each group of locales.
///
/// The further down its spellings a token's form stands, the less of the share it gets: the
/// n-th gets one n-th. The lifts are one character a group of [`CULTURES`], see `lift`.
///
/// # Errors
/// A locale without a group; the output cannot be written.
pub fn learn(sources: &[Source], out: &mut dyn Write) -> Result<()> {
    let left_out = held_out(sources);
    let groups = groups();
    let mut locales: BTreeMap<&str, f64> = BTreeMap::new();
    let mut shares: BTreeMap<String, [f64; CULTURES]> = BTreeMap::new();
    for source in sources {
        locales.insert(&source.locale, source.weight);
        let no_group = Problem::Malformed {
            format: "frequency sources",
            why: "a locale stands in no group of cultures.tsv",
        };
        let group = *groups.get(source.locale.as_str()).ok_or(no_group)?;
        if left_out.contains(source.name.as_str()) {
            continue;
        }
        let share = source.weight * source.part.weight() * source.share;
        for token in latin_tokens(&source.name) {
            for (rank, form) in (1_u32..).zip(token.forms) {
                shares.entry(form).or_default()[group] += share / f64::from(rank);
            }
        }
    }
    let total: f64 = locales.values().sum();
    let mut weights = [0.0; CULTURES];
    for (locale, weight) in &locales {
        if let Some(group) = groups.get(locale) {
            weights[*group] += weight / total;
        }
    }
    let mut rows: Vec<(String, f64, String)> = shares
        .into_iter()
        .map(|(token, shares)| {
            let share: f64 = shares.iter().sum::<f64>() / total;
            let each = shares.iter().zip(&weights);
            let lifts = each.map(|(own, weight)| lift(own / total / weight / share));
            (token, (share * 1e9).round(), lifts.collect())
        })
        .filter(|(_, share, _)| *share >= LEAST_SHARE)
        .collect();
    rows.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut text = String::from(
        "# Share of each token among the tokens of people's names, in parts per thousand million, and\n\
         # how much likelier it is in each group of locales: one character a group, quarters of a bit.\n\
         # Made by `learn frequencies`; sources in src/learn/frequencies.rs, groups in\n\
         # src/learn/cultures.tsv. The next line: the share of each group in parts per million.\n# shares",
    );
    for weight in weights {
        let _ = write!(text, "\t{:.0}", weight * 1e6);
    }
    text.push('\n');
    for (token, share, lifts) in &rows {
        let _ = writeln!(text, "{token}\t{share:.0}\t{lifts}");
    }
    out.write_all(text.as_bytes()).map_err(Problem::Write)?;
    Ok(())
}

/// The group of a locale.
pub fn group_of(locale: &str) -> Option<&'static str> {
    let group = *groups().get(locale)?;
    let mut rows = GROUPS.lines().filter(|l| !l.starts_with('#'));
    Some(rows.nth(group)?.split_once('\t')?.0)
}

/// Number of the group of each locale.
fn groups() -> BTreeMap<&'static str, usize> {
    let rows = GROUPS.lines().filter(|l| !l.starts_with('#'));
    rows.zip(0..)
        .flat_map(|(row, group)| {
            let locales = row.split_once('\t').map_or("", |(_, locales)| locales);
            locales.split(' ').map(move |locale| (locale, group))
        })
        .collect()
}

/// A token is taken to be borne by this share of people without regard to group: nobody's names
/// are of one group alone.
const ANY_GROUP: f64 = 0.1;

/// `0` for four bits less likely in the group than among all, one character more for each quarter
/// of a bit.
fn lift(ratio: f64) -> char {
    let smooth = (1.0 - ANY_GROUP) * ratio + ANY_GROUP;
    let step = (4.0 * (smooth.log2() + 4.0)).round().clamp(0.0, 48.0);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 48"
    )]
    char::from(b'0' + step as u8)
}

/// Writes the table of words of organisations' names, of the names given: their share among all
/// tokens, in parts per thousand million, for words of at least [`LEAST_NAMES`] names and for the
/// common words that `normalize` knows.
///
/// # Errors
/// The output cannot be written.
pub fn learn_organizations<'a>(
    names: impl IntoIterator<Item = &'a str>,
    out: &mut dyn Write,
) -> Result<()> {
    let house_names: BTreeSet<&str> = HOUSE_NAMES.lines().collect();
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut total = 0_u32;
    let distinct: BTreeSet<&str> = names.into_iter().collect();
    for name in distinct {
        let tokens: BTreeSet<String> = latinize(&normalize(name, Kind::Organization))
            .tokens
            .into_iter()
            .filter(|t| !matches!(t.tag, Tag::Number | Tag::Initial))
            .filter_map(|t| t.forms.into_iter().next())
            .collect();
        for token in tokens {
            *counts.entry(token).or_insert(0) += 1;
            total += 1;
        }
    }
    // Words of the table of descriptors are common, whether or not these names have them.
    for word in descriptors() {
        for token in latinize(&normalize(word, Kind::Unknown)).tokens {
            for form in token.forms.into_iter().take(2) {
                let count = counts.entry(form).or_insert(0);
                *count = (*count).max(LEAST_NAMES);
            }
        }
    }
    let mut rows: Vec<(String, f64)> = counts
        .into_iter()
        .filter(|(token, n)| *n >= LEAST_NAMES && !house_names.contains(token.as_str()))
        .map(|(token, n)| (token, (f64::from(n) / f64::from(total) * 1e9).round()))
        .collect();
    rows.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    write_rows(
        "# Share of each word among the words of organisations' names, in parts per thousand million; words of 8 and\n\
         # more different names only. Counted by `learn::frequencies::learn_organizations` in the names of\n\
         # entities on the OFAC SDN list (January 2019) and the US Consolidated Screening List (April 2022): works\n\
         # of the US government.\n",
        &rows,
        out,
    )
}

fn write_rows(head: &str, rows: &[(String, f64)], out: &mut dyn Write) -> Result<()> {
    let mut text = head.to_owned();
    for (token, share) in rows {
        let _ = writeln!(text, "{token}\t{share:.0}");
    }
    out.write_all(text.as_bytes()).map_err(Problem::Write)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_shipped_table_is_what_the_committed_sources_give() {
        let mut made = Vec::new();
        learn(&read(SOURCES).unwrap(), &mut made).unwrap();
        let rarity = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rarity");
        let shipped = std::fs::read(rarity.join("persons.tsv")).unwrap();
        assert!(
            made == shipped,
            "run `veilmatch learn frequencies -o src/rarity/persons.tsv` and look at the difference"
        );
    }

    #[test]
    fn a_name_gives_its_first_spelling_most_of_its_share() {
        let source = Source {
            locale: "de_DE".into(),
            weight: 2.0,
            part: Part::Given,
            tail: false,
            name: "Jürgen".into(),
            share: 0.1,
        };
        let mut out = Vec::new();
        learn(&[source], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\njurgen\t50000000\t") && text.contains("\njuergen\t25000000\t"));
    }

    #[test]
    fn words_of_few_organizations_are_left_out() {
        let names: Vec<String> = (0..8)
            .map(|i| format!("Alpha{} Trading Ltd", "x".repeat(i)))
            .collect();
        let mut out = Vec::new();
        learn_organizations(names.iter().map(String::as_str), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\ntrading\t") && !text.contains("alpha"));
    }
}
