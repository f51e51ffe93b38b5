//! Clear keys, padded to what one call of the one-way function takes.

use std::fmt;

/// The clear bytes of a key: up to 63 of them, zeros, and how many there are. Longer ones stand as
/// their BLAKE3 hash, marked by a length of 64. Injective but for collisions of that hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClearKey([u8; ClearKey::BYTES]);

impl fmt::Debug for ClearKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClearKey(..)")
    }
}

impl ClearKey {
    /// One block of BLAKE3.
    pub const BYTES: usize = 64;

    /// The parts, one after the other, without anything between them.
    pub(crate) fn new(parts: &[&[u8]]) -> Self {
        let mut bytes = [0; Self::BYTES];
        let mut length = 0;
        for part in parts {
            let Some(place) = bytes[..Self::BYTES - 1].get_mut(length..length + part.len()) else {
                return Self::hashed(parts);
            };
            place.copy_from_slice(part);
            length += part.len();
        }
        bytes[Self::BYTES - 1] = u8::try_from(length).unwrap_or(u8::MAX);
        Self(bytes)
    }

    /// Some bytes with one of them left out, one key for each run of equal bytes.
    ///
    /// **Shape**: at most 63 bytes.
    pub(crate) fn without_one(bytes: &[u8], mut emit: impl FnMut(Self)) {
        let Some((_, rest)) = bytes.split_first() else {
            return;
        };
        let mut key = Self::new(&[rest]);
        emit(key);
        // Without the next byte instead: the one before it comes back.
        for (place, (byte, next)) in bytes.iter().zip(rest).enumerate() {
            key.0[place] = *byte;
            if byte != next {
                emit(key);
            }
        }
    }

    #[cold]
    fn hashed(parts: &[&[u8]]) -> Self {
        let mut bytes = [0; Self::BYTES];
        bytes[..32].copy_from_slice(blake3::hash(&parts.concat()).as_bytes());
        bytes[Self::BYTES - 1] = 64;
        Self(bytes)
    }

    /// What the one-way function sees.
    pub fn block(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_left_out_once() {
        for bytes in [&b""[..], b"a", b"aa", b"abc", b"abbbcca"] {
            let mut fast = Vec::new();
            ClearKey::without_one(bytes, |key| fast.push(key));
            let starts = (0..bytes.len()).filter(|i| *i == 0 || bytes[*i] != bytes[*i - 1]);
            let naive = starts.map(|i| ClearKey::new(&[&bytes[..i], &bytes[i + 1..]]));
            assert_eq!(fast, naive.collect::<Vec<_>>());
        }
    }

    #[test]
    fn different_bytes_are_different_keys() {
        let key = |parts: &[&[u8]]| ClearKey::new(parts);
        assert_eq!(key(&[b"ab", b"c"]), key(&[b"abc"]));
        assert_ne!(key(&[b"abc"]), key(&[b"abc\0"]));
        assert_ne!(key(&[b""]), key(&[b"\0"]));
        let (full, long) = ([b'x'; 63], [b'x'; 64]);
        assert_ne!(key(&[&full]), key(&[&long]));
        assert_ne!(key(&[&long]), key(&[&full, b"y"]));
        assert_eq!(key(&[&long]), key(&[&full, b"x"]));
    }
}
