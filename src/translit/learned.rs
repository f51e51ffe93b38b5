//! Spellings from learned tables: what people write in Latin letters for a character where it stands.
//!
//! A table holds P(chunk | character) for chunks of Latin letters, and counts of what followed which:
//! the chunk given the next character, and given the character and chunk before. The two are
//! smoothed over one another (Dirichlet, Witten and Bell's idea), and a beam search keeps the
//! likeliest spellings. `learn translit` makes the tables (`learn/translit.rs`).

use std::io::Read as _;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization as _;

use crate::record::Script;

/// Stands before the first character and behind the last.
pub(crate) const EDGE: char = '#';

/// Hypotheses kept at each character.
const BEAM: usize = 24;

/// Chunks of a character that are tried.
const TRIED: usize = 14;

/// Spellings that come out at most.
const SPELLINGS: usize = 24;

/// Weight of the wider distribution, in observations.
const SMOOTHING: f32 = 5.0;

/// The tables, one for each script that has been learned.
const TABLES: &[(Script, &[u8])] = &[
    (Script::Arabic, include_bytes!("learned/arab.tsv.gz")),
    (Script::Armenian, include_bytes!("learned/armn.tsv.gz")),
    (Script::Bengali, include_bytes!("learned/beng.tsv.gz")),
    (Script::Cyrillic, include_bytes!("learned/cyrl.tsv.gz")),
    (Script::Devanagari, include_bytes!("learned/deva.tsv.gz")),
    (Script::Georgian, include_bytes!("learned/geor.tsv.gz")),
    (Script::Greek, include_bytes!("learned/grek.tsv.gz")),
    (Script::Gujarati, include_bytes!("learned/gujr.tsv.gz")),
    (Script::Gurmukhi, include_bytes!("learned/guru.tsv.gz")),
    (Script::Hangul, include_bytes!("learned/hang.tsv.gz")),
    (Script::Han, include_bytes!("learned/hani.tsv.gz")),
    (Script::Hebrew, include_bytes!("learned/hebr.tsv.gz")),
    (Script::Kannada, include_bytes!("learned/knda.tsv.gz")),
    (Script::Katakana, include_bytes!("learned/kana.tsv.gz")),
    (Script::Malayalam, include_bytes!("learned/mlym.tsv.gz")),
    (Script::Oriya, include_bytes!("learned/orya.tsv.gz")),
    (Script::Tamil, include_bytes!("learned/taml.tsv.gz")),
    (Script::Telugu, include_bytes!("learned/telu.tsv.gz")),
    (Script::Thai, include_bytes!("learned/thai.tsv.gz")),
];

/// The tables as shipped, for the digest.
pub(super) fn shipped() -> impl Iterator<Item = &'static [u8]> {
    TABLES.iter().map(|(_, table)| *table)
}

/// The learned table of a script.
pub(super) fn of(script: Script) -> Option<&'static Transducer> {
    static PARSED: [OnceLock<Transducer>; TABLES.len()] = [const { OnceLock::new() }; TABLES.len()];
    let script = if script == Script::Hiragana {
        Script::Katakana
    } else {
        script
    };
    let at = TABLES.iter().position(|(s, _)| *s == script)?;
    Some(PARSED[at].get_or_init(|| Transducer::parse(&unpacked(TABLES[at].1))))
}

/// The text of a gzipped table that is part of the program; tests read them all, so none is broken.
pub(crate) fn unpacked(gz: &[u8]) -> String {
    let mut text = String::new();
    if flate2::read::GzDecoder::new(gz)
        .read_to_string(&mut text)
        .is_err()
    {
        text.clear();
    }
    text
}

/// The characters that a table speaks of: Hangul as jamo, Hiragana as Katakana.
pub(crate) fn characters(token: &str, script: Script) -> Vec<char> {
    match script {
        Script::Hangul => token.nfd().collect(),
        Script::Hiragana | Script::Katakana => super::katakana(token).chars().collect(),
        _ => token.chars().collect(),
    }
}

/// A chunk of Latin letters that a character may stand for.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    /// Its number in the table.
    number: u16,
    len: u8,
    letters: [u8; LONGEST],
    /// P(chunk | character where it stands).
    share: f32,
}

impl Chunk {
    fn letters(&self) -> &[u8] {
        &self.letters[..usize::from(self.len)]
    }
}

/// Longest chunk: the readings of Han characters.
const LONGEST: usize = 6;

/// What one character may stand for in one place.
#[derive(Debug, Default)]
struct Row {
    /// In the order of their first letters, the empty one first.
    chunks: Box<[Chunk]>,
    /// Where the chunks of each first letter begin, and where those of `z` end.
    starts: [u8; 27],
    /// Positions of the likeliest ones, likeliest first.
    likeliest: Box<[u8]>,
}

impl Row {
    /// **Shape**: at most 255 chunks of letters `a` to `z`.
    fn new(mut chunks: Vec<Chunk>) -> Self {
        chunks.truncate(usize::from(u8::MAX));
        chunks.sort_by_key(|c| c.letters);
        let mut likeliest: Vec<u8> = (0..u8::MAX).take(chunks.len()).collect();
        let share = |at: &u8| chunks[usize::from(*at)].share;
        likeliest.sort_by(|a, b| share(b).total_cmp(&share(a)));
        likeliest.truncate(TRIED);
        let begins = |letter: usize| {
            let before = chunks.partition_point(|c| usize::from(c.letters[0]) < letter);
            u8::try_from(before).unwrap_or(u8::MAX)
        };
        Self {
            starts: std::array::from_fn(|i| begins(usize::from(b'a') + i)),
            likeliest: likeliest.into(),
            chunks: chunks.into(),
        }
    }

    /// The chunks that begin with a letter.
    fn beginning(&self, letter: u8) -> &[Chunk] {
        match letter {
            b'a'..=b'z' => {
                let at = usize::from(letter - b'a');
                &self.chunks[usize::from(self.starts[at])..usize::from(self.starts[at + 1])]
            }
            _ => &[],
        }
    }

    /// P(nothing is written).
    fn silent(&self) -> f64 {
        let first = self.chunks.first().filter(|c| c.len == 0);
        first.map_or(0.0, |c| f64::from(c.share))
    }

    fn likeliest(&self) -> impl Iterator<Item = &Chunk> {
        self.likeliest
            .iter()
            .map(|at| &self.chunks[usize::from(*at)])
    }
}

/// Counts of chunks, and how many in all.
#[derive(Debug, Default)]
struct Counts {
    total: f32,
    of: Vec<(u16, f32)>,
}

impl Counts {
    fn get(&self, chunk: u16) -> f32 {
        let found = self.of.iter().find(|(c, _)| *c == chunk);
        found.map_or(0.0, |(_, n)| *n)
    }

    /// Counts smoothed by a wider distribution.
    fn smooth(&self, chunk: u16, wider: f32) -> f32 {
        (self.get(chunk) + SMOOTHING * wider) / (self.total + SMOOTHING)
    }
}

/// One learned table.
#[derive(Debug, Default)]
pub struct Transducer {
    /// P(chunk | character).
    alone: FxHashMap<char, Row>,
    /// By character and next character.
    next: FxHashMap<(char, char), Row>,
    /// By character before, its chunk, and character.
    before: FxHashMap<(char, u16, char), Counts>,
}

/// Share below which a chunk is not kept for a character before a given other one.
const LEAST_SHARE: f32 = 1e-5;

/// A spelling in the making.
struct Hypothesis {
    log: f32,
    last: u16,
    text: String,
}

impl Transducer {
    /// Reads the text of a table: `kind TAB context TAB chunk:number ...`, a `-` for the empty chunk.
    pub fn parse(text: &str) -> Self {
        let mut this = Self::default();
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut numbers: FxHashMap<&str, u16> = FxHashMap::default();
        let mut number = |text| {
            *numbers.entry(text).or_insert_with(|| {
                let number = u16::try_from(chunks.len()).unwrap_or(u16::MAX);
                chunks.push(chunk(text, number));
                number
            })
        };
        // The empty chunk is number 0.
        number("-");
        let mut alone: FxHashMap<char, Counts> = FxHashMap::default();
        let mut next: Vec<((char, char), Counts)> = Vec::new();
        for line in text.lines().filter(|l| !l.starts_with("//")) {
            let mut cells = line.split('\t');
            let (Some(kind), Some(context), Some(values)) =
                (cells.next(), cells.next(), cells.next())
            else {
                continue;
            };
            let of: Vec<(u16, f32)> = values
                .split(' ')
                .filter_map(|v| v.split_once(':'))
                .filter_map(|(chunk, n)| Some((number(chunk), n.parse::<f32>().ok()?)))
                .collect();
            let total = of.iter().map(|(_, n)| n).sum();
            let counts = Counts { total, of };
            let mut parts = context.split(' ');
            let first = parts.next().and_then(|p| p.chars().next()).unwrap_or(EDGE);
            match (kind, parts.next(), parts.next()) {
                ("a", ..) => {
                    alone.insert(first, counts);
                }
                ("n", Some(second), _) => {
                    let second = second.chars().next().unwrap_or(EDGE);
                    next.push(((first, second), counts));
                }
                ("b", Some(chunk), Some(third)) => {
                    let third = third.chars().next().unwrap_or(EDGE);
                    this.before.insert((first, number(chunk), third), counts);
                }
                _ => {}
            }
        }
        let row = |shares: &mut dyn Iterator<Item = (u16, f32)>| {
            let with_share = |(number, share): (u16, f32)| Chunk {
                share,
                ..chunks[usize::from(number)]
            };
            Row::new(shares.map(with_share).collect())
        };
        for ((first, second), counts) in next {
            let Some(wider) = alone.get(&first) else {
                continue;
            };
            let smooth = |(chunk, n): &(u16, f32)| (*chunk, counts.smooth(*chunk, n / wider.total));
            let mut shares = wider.of.iter().map(smooth).filter(|c| c.1 >= LEAST_SHARE);
            this.next.insert((first, second), row(&mut shares));
        }
        let rows = alone.into_iter().map(|(first, counts)| {
            let mut shares = counts.of.iter().map(|(c, n)| (*c, n / counts.total));
            (first, row(&mut shares))
        });
        this.alone = rows.collect();
        this
    }

    /// What a character may stand for where another follows.
    fn row(&self, word: &[char], at: usize) -> Option<&Row> {
        let next = word.get(at + 1).copied().unwrap_or(EDGE);
        let in_place = self.next.get(&(word[at], next));
        in_place.or_else(|| self.alone.get(&word[at]))
    }

    /// The natural log of the probability that a word is written so, over all ways to cut the Latin
    /// side; of that, the first 31 letters count.
    ///
    /// **Cost**: O(characters · letters), some hundred nanoseconds.
    pub fn likelihood(&self, word: &[char], latin: &[u8]) -> f32 {
        let latin = &latin[..latin.len().min(LETTERS - 1)];
        let width = latin.len() + 1;
        let (mut above, mut below) = ([0.0_f64; LETTERS], [0.0_f64; LETTERS]);
        above[0] = 1.0;
        for at in 0..word.len() {
            below[..width].fill(0.0);
            let row = self.row(word, at);
            let silent = row.map_or(1.0, Row::silent);
            for (j, here) in above[..width].iter().copied().enumerate() {
                if here == 0.0 {
                    continue;
                }
                below[j] += here * silent;
                if let (Some(row), Some(letter)) = (row, latin.get(j)) {
                    for chunk in row.beginning(*letter) {
                        if latin[j..].starts_with(chunk.letters()) {
                            below[j + usize::from(chunk.len)] += here * f64::from(chunk.share);
                        }
                    }
                }
            }
            // A character that is not written, or a letter that nothing explains.
            for j in 0..width {
                below[j] += above[j] * UNWRITTEN;
                if j > 0 {
                    below[j] += below[j - 1] * UNEXPLAINED;
                }
            }
            std::mem::swap(&mut above, &mut below);
        }
        #[allow(clippy::cast_possible_truncation, reason = "a log of few digits")]
        let log = above[width - 1].max(1e-300).ln() as f32;
        log
    }

    /// The likeliest spellings of a word with the logs of their probabilities, likeliest first.
    /// A character that the table does not know stands for what `any_ascii` makes of it.
    ///
    /// **Cost**: O(characters · beam · chunks).
    pub fn spell(&self, word: &[char]) -> Vec<(f32, String)> {
        let mut beam = vec![Hypothesis {
            log: 0.0,
            last: 0,
            text: String::new(),
        }];
        for (at, &here) in word.iter().enumerate() {
            let Some(row) = self.row(word, at) else {
                let text = any_ascii::any_ascii_char(here);
                for hypothesis in &mut beam {
                    hypothesis.last = 0;
                    let letters = text.bytes().filter(u8::is_ascii_alphanumeric);
                    let letters = letters.map(|b| char::from(b.to_ascii_lowercase()));
                    hypothesis.text.extend(letters);
                }
                continue;
            };
            let before = if at == 0 { EDGE } else { word[at - 1] };
            let mut wider: Vec<(f32, usize, &Chunk)> = Vec::with_capacity(beam.len() * TRIED);
            for (from, hypothesis) in beam.iter().enumerate() {
                let after = self.before.get(&(before, hypothesis.last, here));
                wider.extend(row.likeliest().map(|chunk| {
                    let p = after.map_or(chunk.share, |a| a.smooth(chunk.number, chunk.share));
                    (hypothesis.log + p.max(1e-9).ln(), from, chunk)
                }));
            }
            // Stable, so equal ones stay in the order of their making.
            wider.sort_by(|a, b| b.0.total_cmp(&a.0));
            wider.truncate(BEAM);
            let grown = wider.into_iter().map(|(log, from, chunk)| {
                let mut text = beam[from].text.clone();
                text.extend(chunk.letters().iter().map(|b| char::from(*b)));
                let last = chunk.number;
                Hypothesis { log, last, text }
            });
            beam = grown.collect();
        }
        let mut spellings: Vec<(f32, String)> = Vec::new();
        for hypothesis in beam.into_iter().filter(|h| !h.text.is_empty()) {
            let same = spellings.iter_mut().find(|(_, t)| *t == hypothesis.text);
            match same {
                Some((log, _)) => *log = (log.exp() + hypothesis.log.exp()).ln(),
                None => spellings.push((hypothesis.log, hypothesis.text)),
            }
        }
        spellings.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        spellings.truncate(SPELLINGS);
        spellings
    }
}

/// Length of a form, and one more.
const LETTERS: usize = 32;

/// Probability that a character is not written although the table does not say so.
const UNWRITTEN: f64 = 1e-6;

/// Probability of a letter that no character explains.
const UNEXPLAINED: f64 = 1e-4;

fn chunk(text: &str, number: u16) -> Chunk {
    let text = if text == "-" { "" } else { text };
    let mut letters = [0; LONGEST];
    let len = text.len().min(LONGEST);
    letters[..len].copy_from_slice(&text.as_bytes()[..len]);
    Chunk {
        number,
        // At most six.
        len: u8::try_from(len).unwrap_or(0),
        letters,
        share: 0.0,
    }
}

/// A word in its own script, ready to be asked how likely it is written in some way.
#[derive(Clone)]
pub struct Native {
    table: &'static Transducer,
    word: Box<[char]>,
}

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Native(..)")
    }
}

impl Native {
    /// A word and its script; `None` where the script has not been learned.
    pub fn new(word: &str, script: Script) -> Option<Self> {
        Some(Self {
            table: of(script)?,
            word: characters(word, script).into(),
        })
    }

    /// Two words written as one; `None` where they are of different scripts.
    pub fn joined(&self, next: &Self) -> Option<Self> {
        std::ptr::eq(self.table, next.table).then(|| Self {
            table: self.table,
            word: [&*self.word, &*next.word].concat().into(),
        })
    }

    /// Its likeliest spellings, those that keys tell apart first; at most so many.
    pub fn spellings(&self, limit: usize) -> Vec<String> {
        varied(&self.table.spell(&self.word), limit)
    }

    /// log2 of the probability that the word is written so in Latin letters; 0 at most.
    pub fn log2_probability(&self, latin: &[u8]) -> f64 {
        f64::from(self.table.likelihood(&self.word, latin) / std::f32::consts::LN_2)
    }
}

/// At most `limit` of some spellings, likeliest first: one of each consonant skeleton before a second
/// of any, for keys are made of consonants.
pub(crate) fn varied(spellings: &[(f32, String)], limit: usize) -> Vec<String> {
    let skeleton = |text: &str| -> String {
        text.chars()
            .filter(|c| !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'h' | 'y' | 'w'))
            .collect()
    };
    let mut seen: Vec<String> = Vec::new();
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for (_, text) in spellings {
        let bones = skeleton(text);
        if seen.contains(&bones) {
            again.push(text.clone());
        } else {
            seen.push(bones);
            first.push(text.clone());
        }
    }
    // The likeliest keep their place whatever their bones.
    first.truncate(limit - limit / 4);
    let room = limit - first.len();
    first.extend(again.into_iter().take(room));
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::normalize;
    use crate::record::Kind;

    #[test]
    fn every_shipped_table_is_read_and_speaks() {
        for (script, _) in TABLES {
            let table = of(*script).expect("shipped bytes");
            assert!(
                table.alone.len() > 20 && table.next.len() > 30,
                "{script:?}"
            );
            let word: Vec<char> = table.next.keys().map(|(c, _)| *c).take(3).collect();
            assert!(!table.spell(&word).is_empty(), "{script:?}");
        }
    }

    #[test]
    fn the_usual_spelling_is_likelier() {
        for (word, script, usual, other) in [
            ("محمد", Script::Arabic, "mohamed", "mahmoud"),
            ("יוסף", Script::Hebrew, "yosef", "yaakov"),
            ("Ευάγγελος", Script::Greek, "evangelos", "evgenios"),
            ("หญิง", Script::Thai, "ying", "chai"),
        ] {
            let word = &normalize(word, Kind::Person).tokens[0].text;
            let native = Native::new(word, script).expect("a learned script");
            let log2 = |latin: &str| native.log2_probability(latin.as_bytes());
            let (usual, other) = (log2(usual), log2(other));
            assert!(
                usual > -12.0 && other < usual - 5.0,
                "{word}: {usual} {other}"
            );
        }
    }

    #[test]
    fn characters_without_a_row_do_not_stop_a_word() {
        let table = Transducer::parse("a\tб\tb:1\nn\tб #\tb:2\n");
        assert_eq!(table.spell(&['б', '7', 'б'])[0].1, "b7b");
        assert!(table.likelihood(&['☃'], b"zz").is_finite());
        assert!(table.likelihood(&[], b"").is_finite());
    }
}
