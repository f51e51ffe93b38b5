//! Reading and writing of small binary state, with bounds.
//!
//! Integers are little endian; bytes of varying length stand behind their length. A reader never
//! allocates more than the bytes that are there, and a file that is not read to its end is refused.
//! A state file begins with its own magic and ends in a BLAKE3 digest of all before it.

use crate::error::{Problem, Result};

/// Takes values from the front of a slice of bytes.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { rest: bytes, what }
    }

    /// A reader of a whole state file: checks magic and digest first.
    pub(crate) fn open(bytes: &'a [u8], magic: [u8; 8], what: &'static str) -> Result<Self> {
        let mut reader = Self::new(bytes, what);
        let (body, digest) = bytes
            .split_last_chunk::<32>()
            .ok_or_else(|| reader.refused("it is cut short"))?;
        if blake3::hash(body) != *digest {
            return Err(reader.refused("it was changed or is cut short"));
        }
        reader.rest = body;
        if reader.array::<8>()? != magic {
            return Err(reader.refused("it is another kind of file, or of another version"));
        }
        Ok(reader)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| self.refused("it is cut short"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or_else(|| self.refused("it is cut short"))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// Bytes behind their length.
    pub(crate) fn blob(&mut self) -> Result<&'a [u8]> {
        let length = self.u32()?;
        self.bytes(usize::try_from(length).unwrap_or(usize::MAX))
    }

    /// A count of things that take at least `least` bytes each: never more than can follow.
    pub(crate) fn count(&mut self, least: usize) -> Result<usize> {
        let count = usize::try_from(self.u64()?).unwrap_or(usize::MAX);
        if count > self.rest.len().checked_div(least).unwrap_or(usize::MAX) {
            return Err(self.refused("it states more than it holds"));
        }
        Ok(count)
    }

    /// Whether nothing is left.
    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Nothing may be left.
    pub(crate) fn end(&self) -> Result<()> {
        if self.is_at_end() {
            return Ok(());
        }
        Err(self.refused("it holds more than it states"))
    }

    pub(crate) fn refused(&self, why: &'static str) -> crate::error::Error {
        Problem::Refused {
            what: self.what,
            why,
        }
        .into()
    }
}

/// Appends bytes behind their length, which takes four bytes. State never holds longer ones.
pub(crate) fn put_blob(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Closes a state file with its digest.
pub(crate) fn close(out: &mut Vec<u8>) {
    let digest = blake3::hash(out);
    out.extend_from_slice(digest.as_bytes());
}

/// Lower-case hexadecimal.
pub(crate) use base16ct::lower::encode_string as hex;

/// Reads lower-case hexadecimal of exactly `N` bytes.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let read = base16ct::lower::decode(text, &mut bytes).ok()?.len();
    (read == N).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_comes_back_and_any_flipped_byte_is_caught() {
        let mut bytes = b"VMTEST01".to_vec();
        put_blob(&mut bytes, b"abc");
        bytes.extend_from_slice(&7_u64.to_le_bytes());
        close(&mut bytes);
        let read = |bytes: &[u8]| -> Result<(Vec<u8>, u64)> {
            let mut reader = Reader::open(bytes, *b"VMTEST01", "test")?;
            let blob = reader.blob()?.to_vec();
            let number = reader.u64()?;
            reader.end()?;
            Ok((blob, number))
        };
        assert_eq!(read(&bytes).unwrap(), (b"abc".to_vec(), 7));
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped.iter_mut().skip(at).take(1).for_each(|b| *b ^= 1);
            assert!(read(&flipped).is_err());
            assert!(read(bytes.get(..at).unwrap()).is_err());
        }
    }

    #[test]
    fn counts_are_bounded_by_what_is_there() {
        let bytes = [u64::MAX.to_le_bytes(), [0; 8]].concat();
        assert!(Reader::new(&bytes, "test").count(4).is_err());
        let bytes = [2_u64.to_le_bytes(), [0; 8]].concat();
        assert_eq!(Reader::new(&bytes, "test").count(4).unwrap(), 2);
        assert!(Reader::new(&[255; 8], "test").blob().is_err());
    }

    #[test]
    fn hexadecimal_has_one_form() {
        assert_eq!(unhex::<2>(&hex(&[0xa0, 7])), Some([0xa0, 7]));
        for bad in ["a00", "A007", "a0", "a00700", "g007", "é07"] {
            assert_eq!(unhex::<2>(bad), None, "{bad}");
        }
    }
}
