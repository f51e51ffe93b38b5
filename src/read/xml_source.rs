//! The bytes of an XML file as UTF-8 text, with the line and column reached.
//!
//! In: raw bytes. Out: UTF-8, whatever the file declares (UTF-8, UTF-16, Latin-1 and the other
//! encodings of the web). Bytes that do not fit the encoding, and control characters that no XML
//! document may hold, stop the reading; nothing is replaced silently.

use std::fmt;
use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Why the bytes are no XML text. Travels through `io::Error`.
#[derive(Clone, Copy, Debug)]
pub(super) enum BadBytes {
    /// Bytes outside the encoding.
    Encoding(&'static str),
    /// A NUL or another forbidden control character.
    Control,
}

impl fmt::Display for BadBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes that are no text")
    }
}

impl std::error::Error for BadBytes {}

/// A transcoding reader that counts lines.
pub(super) struct XmlSource {
    inner: Box<dyn BufRead + Send>,
    decoder: Decoder,
    encoding: &'static Encoding,
    text: Vec<u8>,
    at: usize,
    is_done: bool,
    /// Met behind the text decoded so far.
    fault: Option<BadBytes>,
    line: u64,
    column: u64,
}

/// Decoded bytes per step.
const STEP: usize = 1 << 16;

impl XmlSource {
    /// Looks at the first bytes for a byte order mark or an encoding declaration.
    pub(super) fn new(mut inner: Box<dyn BufRead + Send>) -> io::Result<Self> {
        let encoding = sniff(inner.fill_buf()?);
        Ok(Self {
            inner,
            decoder: encoding.new_decoder(),
            encoding,
            text: Vec::new(),
            at: 0,
            is_done: false,
            fault: None,
            line: 1,
            column: 1,
        })
    }

    /// Line and column of the next byte, from 1.
    pub(super) fn position(&self) -> (u64, u64) {
        (self.line, self.column)
    }

    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.at = 0;
        while self.text.is_empty() && !self.is_done {
            self.text.resize(STEP, 0);
            let input = self.inner.fill_buf()?;
            let is_last = input.is_empty();
            let (result, read, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(input, &mut self.text, is_last);
            self.inner.consume(read);
            self.text.truncate(written);
            match result {
                DecoderResult::Malformed(..) => {
                    self.fault = Some(BadBytes::Encoding(self.encoding.name()));
                    self.is_done = true;
                }
                DecoderResult::InputEmpty => self.is_done = is_last,
                DecoderResult::OutputFull => {}
            }
            // Served up to the fault, so that its place is known when it is met.
            if let Some(at) = self.text.iter().position(|b| is_forbidden(*b)) {
                self.text.truncate(at);
                self.fault = Some(BadBytes::Control);
                self.is_done = true;
            }
        }
        Ok(())
    }
}

fn is_forbidden(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

/// The encoding by byte order mark, by the shape of `<?` in UTF-16, by declaration, else UTF-8.
fn sniff(head: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return encoding;
    }
    if head.starts_with(b"<\0") {
        return UTF_16LE;
    }
    if head.starts_with(b"\0<") {
        return UTF_16BE;
    }
    let line: Vec<u8> = head.iter().copied().take_while(|b| *b != b'>').collect();
    let declared = String::from_utf8_lossy(&line);
    declared
        .strip_prefix("<?xml")
        .and_then(|d| d.split_once("encoding"))
        .and_then(|(_, rest)| rest.trim_start().strip_prefix('='))
        .and_then(|rest| rest.split(['"', '\'']).nth(1))
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        // A declaration that was read as single bytes cannot be UTF-16.
        .filter(|e| *e != UTF_16LE && *e != UTF_16BE)
        .unwrap_or(UTF_8)
}

impl Read for XmlSource {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buf)?;
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for XmlSource {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.text.len() {
            self.refill()?;
            if let (true, Some(fault)) = (self.text.is_empty(), self.fault) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, fault));
            }
        }
        Ok(self.text.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        let end = self.at.saturating_add(amount).min(self.text.len());
        for byte in self.text.get(self.at..end).unwrap_or_default() {
            if *byte == b'\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else if byte & 0xC0 != 0x80 {
                self.column = self.column.saturating_add(1);
            }
        }
        self.at = end;
    }
}
