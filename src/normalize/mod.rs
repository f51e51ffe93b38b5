//! Names to tokens: one fixed order of cleaning, then tags from data tables.
//!
//! In: a name as published, and what kind of thing bears it. Out: a [`NormalName`]: lower-case
//! tokens in their own script, without marks and apostrophes, each tagged as word, particle,
//! title and so on. Example: `"Dr. Jürgen MÜLLER-O'Brien, Jr."` becomes
//! `dr` (title), `jürgen`, `müller`, `obrien` (glued), `jr` (suffix).
//!
//! Order: NFKC; format characters and apostrophes deleted; Arabic and Hebrew points stripped and
//! letters unified; digits to ASCII; pieces cut; homoglyphs folded inside mixed pieces only;
//! leet digits and signs folded; case and marks folded; aliases in brackets cut off; tags.
//!
//! Not here: romanisation (`translit`), rarity, any comparison. Letters such as `ä` and `ø` stay,
//! because `translit` makes two spellings of each.

mod clean;
mod homoglyph;
mod leet;
mod pieces;
mod tags;
mod words;

use compact_str::CompactString;

use crate::record::{Kind, Script};

/// More tokens than this are cut off.
pub const MAX_TOKENS: usize = 40;
/// Longer tokens are cut to this many characters.
pub const MAX_TOKEN_CHARS: usize = 64;

/// A name after normalization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NormalName {
    /// **Shape**: at most [`MAX_TOKENS`], in the order of the name.
    pub tokens: Vec<Token>,
    /// Letters of one script posed as letters of another and were folded.
    pub mixed_script: bool,
}

/// One token of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Lower case, original script, no marks, no apostrophes; never empty, no white space.
    pub text: CompactString,
    /// The script of the letters; [`Script::Common`] for numbers.
    pub script: Script,
    /// What the token is.
    pub tag: Tag,
    /// Joined to the token before it by a hyphen or an article, so that the two written as one
    /// word are plausible too.
    pub glued: bool,
}

/// What a token is within its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// A word that identifies.
    #[default]
    Word,
    /// `al`, `van`, `de`, `bin`; in organisation names also `of`, `and`.
    Particle,
    /// `dr`, `sheikh`; prefixes of vessels.
    Title,
    /// `jr`, `iii`.
    Suffix,
    /// `ivanovich`.
    Patronymic,
    /// One letter standing for a name.
    Initial,
    /// `ltd`, `gmbh`, in a canonical spelling.
    OrgForm,
    /// Common words of organisation names: `trading`, `bank`.
    Descriptor,
    /// A number; Roman numerals of vessels and organisations are written as one.
    Number,
}

impl Tag {
    /// All of them. The place of a tag is its number in files: new ones go to the end.
    pub(crate) const ALL: [Self; 9] = [
        Self::Word,
        Self::Particle,
        Self::Title,
        Self::Suffix,
        Self::Patronymic,
        Self::Initial,
        Self::OrgForm,
        Self::Descriptor,
        Self::Number,
    ];

    /// Whether a name of a person may have such a token.
    pub fn is_of_person(self) -> bool {
        !matches!(self, Self::Descriptor | Self::OrgForm | Self::Number)
    }
}

/// Cuts, folds and tags a name.
///
/// Normalizing the token texts joined by spaces gives the same texts again.
///
/// **Cost**: about a microsecond for an ASCII name.
///
/// ```
/// use veilmatch::{normalize::normalize, record::Kind};
/// let name = normalize("Dr. Jürgen MÜLLER-O'Brien, Jr.", Kind::Person);
/// let texts: Vec<&str> = name.tokens.iter().map(|t| t.text.as_str()).collect();
/// assert_eq!(texts, ["dr", "jürgen", "müller", "obrien", "jr"]);
/// ```
pub fn normalize(name: &str, kind: Kind) -> NormalName {
    let clean = clean::clean(name);
    let (pieces, mixed_script) = pieces::cut(&clean, kind);
    let tokens = tags::tag(pieces, kind);
    NormalName {
        tokens,
        mixed_script,
    }
}

/// The words tagged [`Tag::Descriptor`] in organisation names, as written in the table.
pub fn descriptors() -> impl Iterator<Item = &'static str> {
    words::descriptors()
}

/// The readings of a token in which digits stand for letters, the likelier one first.
pub(crate) fn readings(token: &str) -> Vec<String> {
    leet::readings(token)
}

/// Digest of the tables of this room, for the recipe digest.
pub fn digest() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for table in words::TABLES.iter().chain([&homoglyph::TABLE]) {
        hasher.update(&(table.len() as u64).to_le_bytes());
        hasher.update(table.as_bytes());
    }
    // Raised when the rules in the code of this room change what comes out.
    hasher.update(b"normalize rules 2");
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests;
