//! The word tables, folded with the same rules as names and indexed once.

use std::sync::OnceLock;

use compact_str::CompactString;
use rustc_hash::FxHashMap;

use crate::normalize::{clean, pieces};
use crate::record::Kind;

const PARTICLES: &str = include_str!("particles.tsv");
const TITLES: &str = include_str!("titles.tsv");
const SUFFIXES: &str = include_str!("suffixes.tsv");
const PATRONYMICS: &str = include_str!("patronymics.tsv");
const ORG_FORMS: &str = include_str!("org-forms.tsv");
const DESCRIPTORS: &str = include_str!("descriptors.tsv");
const CONNECTORS: &str = include_str!("connectors.tsv");
const VESSELS: &str = include_str!("vessels.tsv");
const COMPOUND_SURNAMES: &str = include_str!("compound-surnames.tsv");

/// Every table, in a fixed order, for the digest.
pub(super) const TABLES: [&str; 9] = [
    PARTICLES,
    TITLES,
    SUFFIXES,
    PATRONYMICS,
    ORG_FORMS,
    DESCRIPTORS,
    CONNECTORS,
    VESSELS,
    COMPOUND_SURNAMES,
];

/// What the tables say of one word.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "one flag per table")]
pub(super) struct Word {
    pub(super) particle: bool,
    /// A particle that is also written together with the next word.
    pub(super) glues: bool,
    pub(super) title: bool,
    pub(super) suffix: bool,
    pub(super) descriptor: bool,
    pub(super) connector: bool,
    pub(super) vessel: bool,
}

/// A legal form of organisations: its words and what it is called here.
#[derive(Clone, Debug)]
pub(super) struct OrgForm {
    pub(super) words: Vec<CompactString>,
    pub(super) canonical: CompactString,
    /// Counts where the kind is unknown, too.
    pub(super) sure: bool,
}

/// The indexed tables.
#[derive(Debug, Default)]
pub(super) struct Words {
    tagged: FxHashMap<String, Word>,
    /// By first word; longest first.
    org_forms: FxHashMap<CompactString, Vec<OrgForm>>,
    /// Ending, and whether surnames end so too.
    patronymics: Vec<(String, bool)>,
    compound_surnames: Vec<String>,
}

impl Words {
    pub(super) fn of(&self, word: &str) -> Word {
        self.tagged.get(word).copied().unwrap_or_default()
    }

    /// Legal forms that begin with a word, longest first.
    pub(super) fn org_forms(&self, first: &str) -> &[OrgForm] {
        self.org_forms.get(first).map_or(&[], Vec::as_slice)
    }

    /// Whether a Chinese or Korean surname has these two characters.
    pub(super) fn is_compound_surname(&self, text: &str) -> bool {
        self.compound_surnames.iter().any(|s| s == text)
    }

    /// Whether a word ends like a patronymic: `Some(true)` where surnames end so too.
    pub(super) fn patronymic(&self, word: &str) -> Option<bool> {
        let last = word.chars().next_back()?;
        if !matches!(last, 'h' | 'a' | 'ч' | 'а' | 'z') {
            return None;
        }
        self.patronymics
            .iter()
            .find(|(ending, _)| word.len() > ending.len() + 1 && word.ends_with(ending.as_str()))
            .map(|(_, shared)| *shared)
    }
}

/// The tables, read on first use.
pub(super) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = Words::default();
        for (word, glues, _) in rows(PARTICLES) {
            let entry = words.tagged.entry(fold(word)).or_default();
            entry.particle = true;
            entry.glues = glues == "y";
        }
        let mut mark = |table, set: fn(&mut Word)| {
            for (word, _, _) in rows(table) {
                set(words.tagged.entry(fold(word)).or_default());
            }
        };
        mark(TITLES, |w| w.title = true);
        mark(SUFFIXES, |w| w.suffix = true);
        mark(DESCRIPTORS, |w| w.descriptor = true);
        mark(CONNECTORS, |w| w.connector = true);
        mark(VESSELS, |w| w.vessel = true);
        words.compound_surnames = rows(COMPOUND_SURNAMES).map(|(s, _, _)| fold(s)).collect();
        for (ending, sex, _) in rows(PATRONYMICS) {
            words.patronymics.push((fold(ending), sex == "m"));
        }
        for (phrase, canonical, sure) in rows(ORG_FORMS) {
            let form = OrgForm {
                words: split(phrase),
                canonical: fold(canonical).into(),
                sure: sure == "y",
            };
            if let Some(first) = form.words.first() {
                let forms = words.org_forms.entry(first.clone()).or_default();
                forms.push(form);
                forms.sort_by_key(|f| std::cmp::Reverse(f.words.len()));
            }
        }
        words
    })
}

/// The common words of organisation names, as published in the table.
pub(super) fn descriptors() -> impl Iterator<Item = &'static str> {
    rows(DESCRIPTORS).map(|(word, _, _)| word)
}

/// The first three cells of each row; missing cells are empty.
fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    table.lines().filter(|l| !l.starts_with('#')).map(|line| {
        let mut cells = line.split('\t').map(str::trim);
        let mut next = || cells.next().unwrap_or_default();
        (next(), next(), next())
    })
}

fn split(phrase: &str) -> Vec<CompactString> {
    let cleaned = clean::clean(phrase);
    let (pieces, _) = pieces::cut(&cleaned, Kind::Organization);
    pieces.into_iter().map(|p| p.text).collect()
}

fn fold(word: &str) -> String {
    split(word).concat()
}
