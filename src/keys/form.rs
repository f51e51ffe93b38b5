//! Short Latin texts, held inline.

/// A Latin form of a token: up to 31 bytes of `[a-z0-9]`, held inline. Longer forms are cut.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Form {
    bytes: [u8; Self::MOST],
    len: u8,
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form(..)")
    }
}

impl Form {
    /// Most bytes of a form.
    pub(crate) const MOST: usize = 31;

    /// The first 31 bytes of a Latin form.
    pub fn new(text: &str) -> Self {
        Self::of(text.as_bytes())
    }

    /// The first 31 of some bytes of `[a-z0-9]`.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut form = Self::default();
        form.extend(bytes);
        form
    }

    /// This form with another one behind it.
    #[must_use]
    pub fn joined(mut self, other: &Self) -> Self {
        self.extend(other.as_bytes());
        self
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Length in bytes, 0 to 31.
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// The same as a byte.
    pub(crate) fn byte_len(&self) -> u8 {
        self.len
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn extend(&mut self, text: &[u8]) {
        let start = self.len();
        let taken = text.len().min(self.bytes.len() - start);
        self.bytes[start..start + taken].copy_from_slice(&text[..taken]);
        // At most 31, so it fits.
        self.len = u8::try_from(start + taken).unwrap_or(31);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_cut_and_never_overflows() {
        let long = Form::new(&"a".repeat(40));
        assert_eq!((long.len(), long.joined(&long).len()), (31, 31));
    }
}
