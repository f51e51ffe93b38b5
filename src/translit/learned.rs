//! Spellings from learned tables: what people write in Latin letters for a character where it stands.
//!
//! A table holds P(chunk | character) for chunks of Latin letters, and counts of what followed which:
//! the chunk given the next character, and given the character and chunk before. The two are
//! smoothed over one another (Dirichlet, Witten and Bell's idea), and a beam search keeps the
//! likeliest spellings. `learn translit` makes the tables (`learn/translit.rs`).
//!
//! A table is text in the program. When its script first comes up, only the places of its rows are
//! noted; a row is read when a word first needs it.

use std::borrow::Cow;
use std::sync::OnceLock;

use memchr::memchr_iter;
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

/// What stands for a character in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A letter: of Hangul a jamo, of Hiragana its Katakana.
    Letter,
    /// A syllable of Hangul. Behind one stand Chinese characters, each with readings in other languages,
    /// and Koreans write many in ways of their own: no letter tells either.
    Syllable,
}

/// The tables, one for each script that has been learned.
const TABLES: &[(Script, &str)] = &[
    (Script::Arabic, include_str!("learned/arab.tsv")),
    (Script::Armenian, include_str!("learned/armn.tsv")),
    (Script::Bengali, include_str!("learned/beng.tsv")),
    (Script::Cyrillic, include_str!("learned/cyrl.tsv")),
    (Script::Devanagari, include_str!("learned/deva.tsv")),
    (Script::Georgian, include_str!("learned/geor.tsv")),
    (Script::Greek, include_str!("learned/grek.tsv")),
    (Script::Gujarati, include_str!("learned/gujr.tsv")),
    (Script::Gurmukhi, include_str!("learned/guru.tsv")),
    (Script::Hangul, include_str!("learned/hang.tsv")),
    (Script::Han, include_str!("learned/hani.tsv")),
    (Script::Hebrew, include_str!("learned/hebr.tsv")),
    (Script::Kannada, include_str!("learned/knda.tsv")),
    (Script::Katakana, include_str!("learned/kana.tsv")),
    (Script::Malayalam, include_str!("learned/mlym.tsv")),
    (Script::Oriya, include_str!("learned/orya.tsv")),
    (Script::Tamil, include_str!("learned/taml.tsv")),
    (Script::Telugu, include_str!("learned/telu.tsv")),
    (Script::Thai, include_str!("learned/thai.tsv")),
];

/// The table of the syllables of Hangul.
const SYLLABLES: &str = include_str!("learned/hang-syllables.tsv");

/// The tables as shipped, for the digest.
pub(super) fn shipped() -> impl Iterator<Item = &'static str> {
    let letters = TABLES.iter().map(|(_, table)| *table);
    letters.chain([SYLLABLES])
}

fn table(script: Script, unit: Unit) -> Option<&'static Transducer> {
    static OF_LETTERS: [OnceLock<Transducer>; TABLES.len()] =
        [const { OnceLock::new() }; TABLES.len()];
    static OF_SYLLABLES: OnceLock<Transducer> = OnceLock::new();
    let (read, text) = match unit {
        Unit::Letter => {
            let at = TABLES.iter().position(|(s, _)| *s == script)?;
            (&OF_LETTERS[at], TABLES[at].1)
        }
        Unit::Syllable if script == Script::Hangul => (&OF_SYLLABLES, SYLLABLES),
        Unit::Syllable => return None,
    };
    Some(read.get_or_init(|| Transducer::new(text)))
}

/// What has been learned of a script.
#[derive(Clone, Copy)]
pub(super) struct Learned {
    script: Script,
    letters: &'static Transducer,
    syllables: Option<&'static Transducer>,
}

impl Learned {
    /// `None` where the script has not been learned.
    pub(super) fn of(script: Script) -> Option<Self> {
        let script = if script == Script::Hiragana {
            Script::Katakana
        } else {
            script
        };
        let letters = table(script, Unit::Letter)?;
        Some(Self {
            script,
            letters,
            syllables: table(script, Unit::Syllable),
        })
    }

    /// [`Transducer::spell`] of a word. Where there are two tables, each of them may be right.
    pub(super) fn spell(self, word: &str) -> Vec<(f32, String)> {
        let spell = |table: &Transducer, unit| table.spell(&characters(word, self.script, unit));
        let of_letters = spell(self.letters, Unit::Letter);
        match self.syllables {
            Some(table) => likeliest([of_letters, spell(table, Unit::Syllable)].concat()),
            None => of_letters,
        }
    }
}

/// The characters that a table speaks of.
pub(crate) fn characters(token: &str, script: Script, unit: Unit) -> Vec<char> {
    match (script, unit) {
        (Script::Hangul, Unit::Letter) => token.nfd().collect(),
        (Script::Hangul, Unit::Syllable) => token.nfc().collect(),
        (Script::Hiragana | Script::Katakana, _) => super::katakana(token).chars().collect(),
        _ => token.chars().collect(),
    }
}

/// A chunk of Latin letters that a character may stand for.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    letters: Letters,
    len: u8,
    /// P(chunk | character where it stands).
    share: f32,
}

type Letters = [u8; LONGEST];

impl Chunk {
    fn letters(&self) -> &[u8] {
        &self.letters[..usize::from(self.len)]
    }

    /// Whether a word goes on with these letters: what [`word_of`] makes of its next ones.
    fn begins(&self, next: u64) -> bool {
        next & ((1 << (8 * self.len)) - 1) == word_of(self.letters)
    }

    /// Reads `letters:number`, a `-` for no letters.
    fn read(cell: &str) -> Option<Self> {
        let (text, share) = cell.split_once(':')?;
        let letters = letters(text);
        let len = letters.iter().filter(|b| **b != 0).count();
        Some(Self {
            letters,
            // At most six.
            len: u8::try_from(len).unwrap_or(0),
            share: share.parse().ok()?,
        })
    }
}

/// Up to six letters, nothing behind them; `-` is none.
fn letters(text: &str) -> Letters {
    let text = if text == "-" { "" } else { text };
    let mut letters = [0; LONGEST];
    for (letter, byte) in letters.iter_mut().zip(text.bytes()) {
        *letter = byte;
    }
    letters
}

/// Some letters as a number: equal for equal letters.
fn word_of(letters: Letters) -> u64 {
    let mut bytes = [0; 8];
    bytes[..LONGEST].copy_from_slice(&letters);
    u64::from_le_bytes(bytes)
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
    of: Vec<(Letters, f32)>,
}

impl Counts {
    fn read(cells: &str) -> Self {
        let chunks = cells.split(' ').filter_map(Chunk::read);
        let of: Vec<(Letters, f32)> = chunks.map(|c| (c.letters, c.share)).collect();
        let total = of.iter().map(|(_, n)| n).sum();
        Self { total, of }
    }

    fn get(&self, chunk: Letters) -> f32 {
        let found = self.of.iter().find(|(c, _)| *c == chunk);
        found.map_or(0.0, |(_, n)| *n)
    }

    /// Counts smoothed by a wider distribution.
    fn smooth(&self, chunk: Letters, wider: f32) -> f32 {
        (self.get(chunk) + SMOOTHING * wider) / (self.total + SMOOTHING)
    }
}

/// What a row of the text says, read when it is first asked for.
#[derive(Debug)]
struct Lazy<T> {
    /// Where its cells begin in the text, and where they end.
    cells: (u32, u32),
    read: OnceLock<T>,
}

impl<T> Lazy<T> {
    fn at(cells: (u32, u32)) -> Self {
        let read = OnceLock::new();
        Self { cells, read }
    }

    fn cells<'a>(&self, text: &'a str) -> &'a str {
        let (start, end) = self.cells;
        &text[start as usize..end as usize]
    }
}

/// One learned table.
///
/// **Shape** of its text: rows `a TAB character TAB chunk:share ...`, most frequent first, then
/// `n TAB character next TAB chunk:count ...` and `b TAB character chunk next TAB chunk:count ...`,
/// the parts of a context a space apart; `-` is the empty chunk.
#[derive(Debug, Default)]
pub struct Transducer {
    text: Cow<'static, str>,
    /// P(chunk | character).
    alone: FxHashMap<char, Lazy<Row>>,
    /// By character and next character.
    next: FxHashMap<(char, char), Lazy<Row>>,
    /// By character before, its chunk, and character.
    before: FxHashMap<(char, Letters, char), Lazy<Counts>>,
}

/// Share below which a chunk is not kept for a character before a given other one.
const LEAST_SHARE: f32 = 1e-5;

/// A spelling in the making.
struct Hypothesis {
    log: f32,
    last: Letters,
    text: String,
}

impl Transducer {
    /// Notes the places of the rows of a text.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        let ends = || memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
        let rows = ends().count();
        let mut this = Self::default();
        this.next.reserve(rows / 2);
        this.before.reserve(rows / 2);
        let mut start = 0;
        for end in ends() {
            this.note(text.get(start..end).unwrap_or_default(), end);
            start = end + 1;
        }
        this.text = text;
        this
    }

    /// Notes the row of a line that ends at a place of the text.
    fn note(&mut self, line: &str, end: usize) {
        let mut cells = line.splitn(3, '\t');
        let (Some(kind), Some(context), Some(values)) = (cells.next(), cells.next(), cells.next())
        else {
            return;
        };
        let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
        let values = (place(end - values.len()), place(end));
        let mut parts = context.split(' ');
        let mut part = || parts.next().unwrap_or_default();
        let character = |part: &str| part.chars().next().unwrap_or(EDGE);
        let first = character(part());
        match kind {
            "a" => {
                self.alone.insert(first, Lazy::at(values));
            }
            "n" => {
                let next = character(part());
                self.next.insert((first, next), Lazy::at(values));
            }
            "b" => {
                let chunk = letters(part());
                let context = (first, chunk, character(part()));
                self.before.insert(context, Lazy::at(values));
            }
            _ => {}
        }
    }

    /// What a character may stand for where another follows.
    fn row(&self, word: &[char], at: usize) -> Option<&Row> {
        let next = word.get(at + 1).copied().unwrap_or(EDGE);
        let Some(row) = self.next.get(&(word[at], next)) else {
            return self.alone(word[at]);
        };
        if let Some(row) = row.read.get() {
            return Some(row);
        }
        let wider = self.alone(word[at])?;
        Some(row.read.get_or_init(|| {
            let counts = Counts::read(row.cells(&self.text));
            let smooth = |chunk: &Chunk| Chunk {
                share: counts.smooth(chunk.letters, chunk.share),
                ..*chunk
            };
            let chunks = wider.chunks.iter().map(smooth);
            Row::new(chunks.filter(|c| c.share >= LEAST_SHARE).collect())
        }))
    }

    /// What a character may stand for wherever it stands.
    fn alone(&self, character: char) -> Option<&Row> {
        let row = self.alone.get(&character)?;
        Some(row.read.get_or_init(|| {
            let cells = row.cells(&self.text).split(' ');
            let mut chunks: Vec<Chunk> = cells.filter_map(Chunk::read).collect();
            let total: f32 = chunks.iter().map(|c| c.share).sum();
            for chunk in &mut chunks {
                chunk.share /= total;
            }
            Row::new(chunks)
        }))
    }

    /// Counts of what a character stood for behind another one and its chunk.
    fn after(&self, before: char, chunk: Letters, here: char) -> Option<&Counts> {
        let row = self.before.get(&(before, chunk, here))?;
        let read = || Counts::read(row.cells(&self.text));
        Some(row.read.get_or_init(read))
    }

    /// What each character of a word may stand for.
    fn rows(&self, word: &[char]) -> Box<[Option<&Row>]> {
        (0..word.len()).map(|at| self.row(word, at)).collect()
    }

    /// The likeliest spellings of a word with the logs of their probabilities, likeliest first.
    /// A character that the table does not know stands for what `any_ascii` makes of it.
    ///
    /// **Cost**: O(characters · beam · chunks).
    pub fn spell(&self, word: &[char]) -> Vec<(f32, String)> {
        let mut beam = vec![Hypothesis {
            log: 0.0,
            last: [0; LONGEST],
            text: String::new(),
        }];
        for (at, &here) in word.iter().enumerate() {
            let Some(row) = self.row(word, at) else {
                let text = any_ascii::any_ascii_char(here);
                for hypothesis in &mut beam {
                    hypothesis.last = [0; LONGEST];
                    let letters = text.bytes().filter(u8::is_ascii_alphanumeric);
                    let letters = letters.map(|b| char::from(b.to_ascii_lowercase()));
                    hypothesis.text.extend(letters);
                }
                continue;
            };
            let before = if at == 0 { EDGE } else { word[at - 1] };
            let mut wider: Vec<Step<'_>> = Vec::with_capacity(beam.len() * TRIED);
            for (from, hypothesis) in beam.iter().enumerate() {
                let after = self.after(before, hypothesis.last, here);
                for (rank, chunk) in row.likeliest().enumerate() {
                    let p = after.map_or(chunk.share, |a| a.smooth(chunk.letters, chunk.share));
                    let log = hypothesis.log + p.max(1e-9).ln();
                    wider.push(Step {
                        log,
                        from: (from, rank),
                        chunk,
                    });
                }
            }
            keep_likeliest(&mut wider);
            let grown = wider.into_iter().map(|step| {
                let mut text = beam[step.from.0].text.clone();
                text.extend(step.chunk.letters().iter().map(|b| char::from(*b)));
                Hypothesis {
                    log: step.log,
                    last: step.chunk.letters,
                    text,
                }
            });
            beam = grown.collect();
        }
        let spelled = beam.into_iter().filter(|h| !h.text.is_empty());
        likeliest(spelled.map(|h| (h.log, h.text)))
    }
}

/// Spellings with the logs of their probabilities, each once, likeliest first.
fn likeliest(spelled: impl IntoIterator<Item = (f32, String)>) -> Vec<(f32, String)> {
    let mut spellings: Vec<(f32, String)> = Vec::new();
    for (log, text) in spelled {
        let same = spellings.iter_mut().find(|(_, t)| *t == text);
        match same {
            Some((sum, _)) => *sum = (sum.exp() + log.exp()).ln(),
            None => spellings.push((log, text)),
        }
    }
    spellings.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    spellings.truncate(SPELLINGS);
    spellings
}

/// A hypothesis with one more chunk.
struct Step<'a> {
    log: f32,
    /// Which hypothesis, and which of the chunks that it was tried with.
    from: (usize, usize),
    chunk: &'a Chunk,
}

/// The likeliest steps in their order, at most as many as the beam is wide; equal ones in the order of
/// their making.
fn keep_likeliest(steps: &mut Vec<Step<'_>>) {
    let order = |a: &Step<'_>, b: &Step<'_>| b.log.total_cmp(&a.log).then(a.from.cmp(&b.from));
    if steps.len() > BEAM {
        steps.select_nth_unstable_by(BEAM, order);
        steps.truncate(BEAM);
    }
    steps.sort_unstable_by(order);
}

/// The probability that a word is written so, whose characters may stand for these, over all ways to cut
/// the Latin side; of that, the first 31 letters count.
///
/// **Cost**: O(characters · letters), some hundred nanoseconds.
fn likelihood(rows: &[Option<&Row>], latin: &[u8]) -> f64 {
    let latin = &latin[..latin.len().min(LETTERS - 1)];
    let width = latin.len() + 1;
    let mut next = [0; LETTERS];
    let mut ahead: Letters = [0; LONGEST];
    for (place, letter) in next.iter_mut().zip(latin).rev() {
        ahead.rotate_right(1);
        ahead[0] = *letter;
        *place = word_of(ahead);
    }
    let (mut above, mut below) = ([0.0_f64; LETTERS], [0.0_f64; LETTERS]);
    above[0] = 1.0;
    for row in rows {
        below[..width].fill(0.0);
        let silent = row.map_or(1.0, Row::silent);
        for (j, here) in above[..width].iter().copied().enumerate() {
            if here == 0.0 {
                continue;
            }
            below[j] += here * silent;
            if let (Some(row), Some(letter)) = (row, latin.get(j)) {
                for chunk in row.beginning(*letter) {
                    if chunk.begins(next[j]) {
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
    above[width - 1]
}

/// Length of a form, and one more.
const LETTERS: usize = 32;

/// Probability that a character is not written although the table does not say so.
const UNWRITTEN: f64 = 1e-6;

/// Probability of a letter that no character explains.
const UNEXPLAINED: f64 = 1e-4;

/// A word in its own script, ready to be asked how likely it is written in some way.
#[derive(Clone)]
pub struct Native {
    learned: Learned,
    word: Box<str>,
    /// What its letters may stand for.
    letters: Box<[Option<&'static Row>]>,
    /// The same of its syllables, where they have been learned.
    syllables: Option<Box<[Option<&'static Row>]>>,
}

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Native(..)")
    }
}

impl Native {
    /// A word and its script; `None` where the script has not been learned.
    pub fn new(word: &str, script: Script) -> Option<Self> {
        Some(Self::of(Learned::of(script)?, word))
    }

    fn of(learned: Learned, word: &str) -> Self {
        let rows =
            |table: &'static Transducer, unit| table.rows(&characters(word, learned.script, unit));
        Self {
            letters: rows(learned.letters, Unit::Letter),
            syllables: learned.syllables.map(|table| rows(table, Unit::Syllable)),
            word: word.into(),
            learned,
        }
    }

    /// Two words written as one; `None` where they are of different scripts.
    pub fn joined(&self, next: &Self) -> Option<Self> {
        (self.learned.script == next.learned.script)
            .then(|| Self::of(self.learned, &[&*self.word, &*next.word].concat()))
    }

    /// Its likeliest spellings, those that keys tell apart first; at most so many.
    pub fn spellings(&self, limit: usize) -> Vec<String> {
        varied(&self.learned.spell(&self.word), limit)
    }

    /// log2 of the probability that the word is written so in Latin letters; 0 at most. Where its
    /// syllables have been learned, it is written by them as often as by its letters.
    pub fn log2_probability(&self, latin: &[u8]) -> f64 {
        let by_letters = likelihood(&self.letters, latin);
        let likelihood = self.syllables.as_ref().map_or(by_letters, |syllables| {
            f64::midpoint(by_letters, likelihood(syllables, latin))
        });
        #[allow(clippy::cast_possible_truncation, reason = "a log of few digits")]
        let log = likelihood.max(1e-300).ln() as f32;
        f64::from(log / std::f32::consts::LN_2)
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

    /// Every table, and what it is of.
    fn all() -> impl Iterator<Item = (Script, Unit, &'static str)> {
        let letters = TABLES.iter().map(|(script, _)| (*script, Unit::Letter));
        let syllables = [(Script::Hangul, Unit::Syllable)];
        let each = letters.chain(syllables).zip(shipped());
        each.map(|((script, unit), text)| (script, unit, text))
    }

    #[test]
    fn every_shipped_table_is_read_and_speaks() {
        for (script, unit, _) in all() {
            let table = table(script, unit).expect("shipped bytes");
            assert!(
                table.alone.len() > 20 && table.next.len() > 30,
                "{script:?}"
            );
            let word: Vec<char> = table.next.keys().map(|(c, _)| *c).take(3).collect();
            assert!(!table.spell(&word).is_empty(), "{script:?}");
        }
    }

    /// Rows are read when asked for: each as the text has it.
    #[test]
    fn every_row_is_found_and_read_as_written() {
        for (script, unit, text) in all() {
            let table = table(script, unit).expect("shipped");
            let mut rows = 0;
            for line in text.lines().filter(|l| !l.starts_with("//")) {
                let cells: Vec<&str> = line.split('\t').collect();
                let [kind, context, values] = cells[..] else {
                    panic!("{script:?}: {line}");
                };
                let values: Vec<(&str, f32)> = values
                    .split(' ')
                    .map(|v| v.split_once(':').expect("chunk:number"))
                    .map(|(chunk, n)| (chunk.trim_matches('-'), n.parse().expect("a number")))
                    .collect();
                let total: f32 = values.iter().map(|(_, n)| n).sum();
                let context: Vec<&str> = context.split(' ').collect();
                let one = |at: usize| context[at].chars().next().expect("a character");
                rows += 1;
                if kind == "b" {
                    let counts = table.after(one(0), letters(context[1]), one(2));
                    let counts = counts.expect("a row of the text");
                    assert!((counts.total - total).abs() < 0.5 && counts.of.len() == values.len());
                    for (chunk, n) in values {
                        assert!((counts.get(letters(chunk)) - n).abs() < 0.5, "{line}");
                    }
                    continue;
                }
                let alone = table.alone(one(0)).expect("every character stands alone");
                if kind == "n" {
                    let row = table.row(&[one(0), one(1)], 0).expect("a row of the text");
                    let likeliest = row.likeliest().next().expect("a chunk");
                    assert!(row.chunks.len() <= alone.chunks.len(), "{line}");
                    // Rounding may order two equal ones otherwise.
                    let most = values.iter().map(|(_, n)| *n).fold(0.0, f32::max);
                    let shares = |letters: &[u8]| {
                        let of = |c: &&Chunk| c.letters() == letters;
                        let share = |row: &Row| row.chunks.iter().find(of).map_or(0.0, |c| c.share);
                        (share(row), share(alone))
                    };
                    for (chunk, n) in &values {
                        let (here, wider) = shares(chunk.as_bytes());
                        let smooth = (n + SMOOTHING * wider) / (total + SMOOTHING);
                        assert!(
                            wider == 0.0 || (here - smooth).abs() < 1e-4,
                            "{line} {chunk}"
                        );
                        assert!(*n < most || wider == 0.0 || likeliest.share >= here - 1e-6);
                    }
                } else {
                    assert_eq!(alone.chunks.len(), values.len(), "{line}");
                    for chunk in &alone.chunks {
                        let text = std::str::from_utf8(chunk.letters()).expect("letters");
                        let n = values
                            .iter()
                            .find(|(c, _)| *c == text)
                            .expect("of the text")
                            .1;
                        assert!((chunk.share - n / total).abs() < 1e-6, "{line}");
                    }
                }
            }
            assert_eq!(
                rows,
                table.alone.len() + table.next.len() + table.before.len()
            );
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

    /// The Chinese reading of a Korean name has none of its sounds.
    #[test]
    fn a_syllable_says_what_its_letters_do_not() {
        let by_letters = table(Script::Hangul, Unit::Letter).expect("shipped");
        for (word, latin) in [
            ("연옥", "yanyu"),
            ("정문", "zhengwen"),
            ("성룡", "chenglong"),
        ] {
            let native = Native::new(word, Script::Hangul).expect("a learned script");
            let letters = characters(word, Script::Hangul, Unit::Letter);
            let without = likelihood(&by_letters.rows(&letters), latin.as_bytes()).log2();
            let with = native.log2_probability(latin.as_bytes());
            assert!(with > without + 3.0, "{word}: {with} {without}");
        }
    }

    #[test]
    fn characters_without_a_row_do_not_stop_a_word() {
        let table = Transducer::new("a\tб\tb:1\nn\tб #\tb:2\n");
        assert_eq!(table.spell(&['б', '7', 'б'])[0].1, "b7b");
        assert!(likelihood(&table.rows(&['☃']), b"zz") > 0.0);
        assert!(likelihood(&table.rows(&[]), b"") > 0.0);
    }
}
