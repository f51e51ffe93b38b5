//! Bytes of unknown origin to UTF-8 text.
//!
//! In: a file in UTF-8, UTF-16 with a byte order mark, a stated encoding, or windows-1252. Out: a
//! stream of valid UTF-8 without byte order mark, NUL bytes and end-of-file marks (0x1A). A file
//! is looked through once before anything is taken from it, so that a bad one is refused whole.
//! This file does not guess between legacy encodings: what is no UTF-8 and reads as mojibake in
//! windows-1252 is refused, because names in the wrong alphabet would silently match nothing.

use std::io::{BufRead, BufReader, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::error::{Problem, Result};
use crate::read::Input;
use crate::tally::Tally;

const BUFFER: usize = 1 << 16;

/// Opens a file as UTF-8 text. `encoding` is a name as in the WHATWG table (`windows-1251`).
///
/// Counts `decoded_as_windows_1252` where the encoding was neither stated nor visible, and
/// `control_bytes_removed`.
pub(crate) fn open_text(
    input: &Input,
    encoding: Option<&str>,
    tally: &mut Tally,
) -> Result<Box<dyn BufRead + Send>> {
    let survey = survey(input, encoding)?;
    tally.add("decoded_as_windows_1252", u64::from(survey.assumed));
    tally.add("control_bytes_removed", survey.controls);
    let mut reader = input.open()?;
    if survey.encoding == UTF_8 {
        skip_mark(&mut reader, input)?;
        if survey.controls == 0 {
            return Ok(reader);
        }
    }
    Ok(Box::new(BufReader::with_capacity(
        BUFFER,
        Transcoder::new(reader, survey.encoding),
    )))
}

/// The first bytes of a file as text, undecodable parts replaced; for format detection only.
pub(crate) fn head_text(input: &Input, limit: u64) -> Result<String> {
    let head = input.head(limit)?;
    if let Some((marked, _)) = Encoding::for_bom(&head) {
        let text = marked.decode(&head).0;
        return Ok(text.chars().filter(|c| !is_removed(*c)).collect());
    }
    let (text, _, broken) = UTF_8.decode(&head);
    // A cut in the middle of a character is no reason to change the encoding.
    let only_the_end = text.trim_end_matches('\u{fffd}').contains('\u{fffd}');
    let text = if broken && only_the_end {
        WINDOWS_1252.decode(&head).0
    } else {
        text
    };
    Ok(text.chars().filter(|c| !is_removed(*c)).collect())
}

/// The encoding of a file and its name, as `subjects check` shows it.
pub(crate) fn encoding_of(input: &Input, encoding: Option<&str>) -> Result<(&'static str, bool)> {
    let survey = survey(input, encoding)?;
    Ok((survey.encoding.name(), survey.assumed))
}

/// What one look through the bytes tells.
struct Survey {
    encoding: &'static Encoding,
    /// windows-1252 was assumed.
    assumed: bool,
    controls: u64,
}

fn survey(input: &Input, stated: Option<&str>) -> Result<Survey> {
    let stated = stated.map(named).transpose()?;
    let mut reader = input.open()?;
    let head = reader
        .fill_buf()
        .map_err(|e| Problem::Read(e).at(input.place()))?;
    let marked = Encoding::for_bom(head).map(|(encoding, _)| encoding);
    let mut bytes = ByteCounts::default();
    let mut strict = stated
        .or(marked)
        .unwrap_or(UTF_8)
        .new_decoder_with_bom_removal();
    let mut valid = true;
    let mut scratch = String::with_capacity(BUFFER);
    loop {
        let chunk = reader
            .fill_buf()
            .map_err(|e| Problem::Read(e).at(input.place()))?;
        let last = chunk.is_empty();
        bytes.add(chunk);
        if valid {
            valid = decodes(&mut strict, chunk, &mut scratch, last);
        }
        let n = chunk.len();
        reader.consume(n);
        if last {
            break;
        }
    }
    let refuse = |encoding: &'static Encoding| {
        Err(Problem::Encoding {
            encoding: encoding.name(),
        }
        .at(input.place()))
    };
    match (stated.or(marked), valid) {
        (Some(encoding), true) => Ok(Survey {
            encoding,
            assumed: false,
            controls: bytes.controls(encoding),
        }),
        (Some(encoding), false) => refuse(encoding),
        // UTF-16 without its mark is full of NUL bytes.
        (None, _) if bytes.has_many_nul() => refuse(UTF_8),
        (None, true) => Ok(Survey {
            encoding: UTF_8,
            assumed: false,
            controls: bytes.controls(UTF_8),
        }),
        (None, false) if bytes.reads_as_mojibake() => refuse(WINDOWS_1252),
        (None, false) => Ok(Survey {
            encoding: WINDOWS_1252,
            assumed: true,
            controls: bytes.controls(WINDOWS_1252),
        }),
    }
}

fn named(name: &str) -> Result<&'static Encoding> {
    Encoding::for_label(name.trim().as_bytes()).ok_or_else(|| {
        Problem::Setting {
            setting: "encoding",
            reason: "no encoding of that name is known (examples: utf-8, windows-1251)".into(),
        }
        .into()
    })
}

fn decodes(decoder: &mut Decoder, mut chunk: &[u8], scratch: &mut String, last: bool) -> bool {
    loop {
        scratch.clear();
        let (result, read) = decoder.decode_to_string_without_replacement(chunk, scratch, last);
        match result {
            encoding_rs::DecoderResult::InputEmpty => return true,
            encoding_rs::DecoderResult::OutputFull => {
                chunk = chunk.get(read..).unwrap_or_default();
            }
            encoding_rs::DecoderResult::Malformed(..) => return false,
        }
    }
}

/// Byte statistics for the mojibake test.
#[derive(Default)]
struct ByteCounts {
    total: u64,
    nul: u64,
    end_marks: u64,
    high: u64,
    /// Bytes above ASCII in runs of three and more.
    in_runs: u64,
    /// Code points that windows-1252 does not have.
    undefined: u64,
    /// Signs such as † or ³ with letters on both sides.
    signs_in_words: u64,
    run: u64,
    before: u8,
    last: u8,
}

impl ByteCounts {
    fn add(&mut self, bytes: &[u8]) {
        self.total = self.total.saturating_add(bytes.len() as u64);
        for &byte in bytes {
            // ASCII after ASCII, the common case, needs no counting.
            if byte < 0x80 && byte != 0 && byte != 0x1a && self.last < 0x80 {
                self.before = self.last;
                self.last = byte;
                continue;
            }
            self.step(byte);
        }
    }

    fn step(&mut self, byte: u8) {
        if byte >= 0x80 {
            self.high = self.high.saturating_add(1);
            self.run = self.run.saturating_add(1);
            self.in_runs = self.in_runs.saturating_add(match self.run {
                3 => 3,
                n if n > 3 => 1,
                _ => 0,
            });
        } else {
            self.run = 0;
        }
        self.nul = self.nul.saturating_add(u64::from(byte == 0));
        self.end_marks = self.end_marks.saturating_add(u64::from(byte == 0x1a));
        let undefined = matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d);
        self.undefined = self.undefined.saturating_add(u64::from(undefined));
        let inside = is_sign(self.last) && is_letter(self.before) && is_letter(byte);
        self.signs_in_words = self.signs_in_words.saturating_add(u64::from(inside));
        self.before = self.last;
        self.last = byte;
    }

    fn controls(&self, encoding: &'static Encoding) -> u64 {
        if encoding == UTF_16LE || encoding == UTF_16BE {
            0
        } else {
            self.nul.saturating_add(self.end_marks)
        }
    }

    fn has_many_nul(&self) -> bool {
        self.nul.saturating_mul(5) > self.total
    }

    /// Western words have one accented letter, at times two in a row; Cyrillic, Greek, Arabic and
    /// Hebrew words are nothing but bytes above ASCII, and Polish or Turkish ones put signs such
    /// as `³` between letters. One byte in five in long runs, or one in fifty as a sign within a
    /// word, is more than any Western text has.
    fn reads_as_mojibake(&self) -> bool {
        self.undefined > 0
            || self.in_runs.saturating_mul(5) > self.high
            || self.signs_in_words.saturating_mul(50) > self.high
    }
}

/// Signs of windows-1252 that do not stand between two letters. Apostrophes, hyphens, the ordinal
/// marks and the Catalan dot do.
fn is_sign(byte: u8) -> bool {
    matches!(byte,
        0x80 | 0x82 | 0x84..=0x89 | 0x8b | 0x93..=0x95 | 0x98 | 0x99 | 0x9b
        | 0xa1..=0xa7 | 0xa9 | 0xab | 0xac | 0xae | 0xaf | 0xb1..=0xb3 | 0xb5 | 0xb6
        | 0xb8 | 0xb9 | 0xbb..=0xbf | 0xd7 | 0xf7)
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
        || matches!(byte, 0x83 | 0x8a | 0x8c | 0x8e | 0x9a | 0x9c | 0x9e | 0x9f)
        || (byte >= 0xc0 && byte != 0xd7 && byte != 0xf7)
}

/// NUL and the old end-of-file mark have no place in text.
fn is_removed(c: char) -> bool {
    c == '\0' || c == '\u{1a}'
}

fn skip_mark(reader: &mut Box<dyn BufRead + Send>, input: &Input) -> Result<()> {
    let head = reader
        .fill_buf()
        .map_err(|e| Problem::Read(e).at(input.place()))?;
    let mark = head.starts_with(&[0xef, 0xbb, 0xbf]);
    if mark {
        reader.consume(3);
    }
    Ok(())
}

/// Decodes a stream as it is read.
struct Transcoder {
    inner: Box<dyn BufRead + Send>,
    decoder: Decoder,
    text: String,
    given: usize,
    ended: bool,
}

impl Transcoder {
    fn new(inner: Box<dyn BufRead + Send>, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            text: String::with_capacity(BUFFER),
            given: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> std::io::Result<()> {
        self.text.clear();
        self.given = 0;
        let chunk = self.inner.fill_buf()?;
        let last = chunk.is_empty();
        let (result, read, _) = self.decoder.decode_to_string(chunk, &mut self.text, last);
        self.inner.consume(read);
        self.ended = last && result == CoderResult::InputEmpty;
        if self.text.contains(is_removed) {
            self.text.retain(|c| !is_removed(c));
        }
        Ok(())
    }
}

impl Read for Transcoder {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.given >= self.text.len() && !self.ended {
            self.refill()?;
        }
        let rest = self.text.as_bytes().get(self.given..).unwrap_or_default();
        let n = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given = self.given.saturating_add(n);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn file(bytes: &[u8]) -> (tempfile::NamedTempFile, Input) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let input = Input::new(file.path(), 1);
        (file, input)
    }

    fn text(bytes: &[u8], encoding: Option<&str>) -> Result<(String, Tally)> {
        let (_keep, input) = file(bytes);
        let mut tally = Tally::new();
        let mut text = String::new();
        open_text(&input, encoding, &mut tally)?
            .read_to_string(&mut text)
            .unwrap();
        Ok((text, tally))
    }

    #[test]
    fn utf_8_with_and_without_mark_is_taken_as_it_is() {
        assert_eq!(text("id,Zoë".as_bytes(), None).unwrap().0, "id,Zoë");
        assert_eq!(text("\u{feff}id,Zoë".as_bytes(), None).unwrap().0, "id,Zoë");
    }

    #[test]
    fn utf_16_with_a_mark_is_decoded_and_without_it_refused() {
        let little: Vec<u8> = "\u{feff}id,Анна\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let big: Vec<u8> = "\u{feff}id,Анна\n"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(text(&little, None).unwrap().0, "id,Анна\n");
        assert_eq!(text(&big, None).unwrap().0, "id,Анна\n");
        let unmarked: Vec<u8> = "id,name\n1,Ada\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(text(&unmarked, None).unwrap_err().is_input());
        assert_eq!(
            text(&unmarked, Some("utf-16le")).unwrap().0,
            "id,name\n1,Ada\n"
        );
    }

    #[test]
    fn windows_1252_is_announced() {
        let (got, tally) = text(b"Jos\xe9 M\xfcller O\x92Neil", None).unwrap();
        assert_eq!(got, "José Müller O’Neil");
        assert_eq!(tally.count("decoded_as_windows_1252"), 1);
    }

    #[test]
    fn other_alphabets_seen_as_windows_1252_are_refused() {
        for (words, encoding) in [
            ("1,Анна Примерова,Россия", "windows-1251"),
            ("1,آنا مثال", "windows-1256"),
            ("1,Άννα Παράδειγμα", "windows-1253"),
            ("1,Wałęsy Przykładowski\n2,Żółć", "windows-1250"),
        ] {
            let (bytes, _, _) = Encoding::for_label(encoding.as_bytes())
                .unwrap()
                .encode(words);
            let padded = [b"id,name,country\n".as_slice(), &bytes].concat();
            assert!(text(&padded, None).is_err(), "{encoding}");
            let stated = text(&padded, Some(encoding)).unwrap().0;
            assert!(stated.ends_with(words), "{encoding}");
        }
    }

    #[test]
    fn western_text_of_many_languages_is_not_refused() {
        let words = "Ærøskøbing; Åse Ødegård; Señor Muñoz Nº 5; L’Haÿ; Íñigo; Coöperatie; «Étoile»; \
                     Þórður Ísleifsson; col·lecció; João Conceição; Größe; Mª José; Šarūnas Žižek";
        let words = words.replace('ū', "u");
        let (bytes, _, _) = WINDOWS_1252.encode(&words);
        assert!(text(&bytes, None).is_ok());
    }

    #[test]
    fn nul_bytes_and_end_marks_are_removed_and_counted() {
        let (got, tally) = text(b"id,na\0me\r\n1,Ada\r\n\x1a", None).unwrap();
        assert_eq!(got, "id,name\r\n1,Ada\r\n");
        assert_eq!(tally.count("control_bytes_removed"), 2);
    }

    #[test]
    fn a_wrongly_stated_encoding_is_an_error_and_an_unknown_one_a_setting() {
        assert!(text(b"Jos\xe9", Some("utf-8")).unwrap_err().is_input());
        assert!(text(b"x", Some("klingon")).unwrap_err().is_usage());
    }

    #[test]
    fn a_file_larger_than_the_buffers_comes_through_whole() {
        let words = "Zoë,Анна;".repeat(50_000);
        let utf16: Vec<u8> = format!("\u{feff}{words}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(text(&utf16, None).unwrap().0, words);
        assert_eq!(text(words.as_bytes(), None).unwrap().0, words);
    }

    #[test]
    fn a_truncated_gzip_is_an_error_not_a_short_file() {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all("id,name\n1,Ada\n".repeat(500).as_bytes())
            .unwrap();
        let bytes = gz.finish().unwrap();
        let error = text(&bytes[..bytes.len() / 2], None).unwrap_err();
        assert!(error.is_input());
    }
}
