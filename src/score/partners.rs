//! Tokens of two names that are held against each other.

use crate::keys::token_set;
use crate::score::evidence::Level;

/// A possible partnership of tokens: `a..a+a_len` of the subject with `b..b+b_len` of the notice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Partners {
    pub(super) bits: f64,
    pub(super) level: Level,
    pub(super) a: u8,
    pub(super) a_len: u8,
    pub(super) b: u8,
    pub(super) b_len: u8,
}

impl Partners {
    /// The tokens of the subject, one bit each.
    pub(super) fn mask_a(&self) -> u16 {
        token_set(self.a, self.a_len)
    }

    /// The tokens of the notice, one bit each.
    pub(super) fn mask_b(&self) -> u16 {
        token_set(self.b, self.b_len)
    }
}

/// A place in a name as a byte.
pub(super) fn index(i: usize) -> u8 {
    // Names are cut to 16 tokens.
    u8::try_from(i).unwrap_or(u8::MAX)
}
