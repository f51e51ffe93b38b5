//! What pairs of words were found to be: names are made of few words, so pairs of them recur.

use crate::keys::Word;

/// Answers of a question about two words, the last ones asked. Knows nothing that it could not work
/// out again, so results do not depend on what it holds.
#[derive(Debug)]
pub(super) struct Memo<T> {
    known: Box<[((u64, u64), T)]>,
}

/// Answers that are held; a power of two. As many as stay near the processor.
const HELD: usize = 1 << 14;

impl<T: Copy + Default> Memo<T> {
    pub(super) fn new() -> Self {
        Self {
            // No word has the number 0.
            known: vec![((0, 0), T::default()); HELD].into(),
        }
    }

    /// The answer for two words: the one that is held, or what `work_out` says.
    pub(super) fn get(&mut self, x: &Word, y: &Word, work_out: impl FnOnce() -> T) -> T {
        let words = (x.number(), y.number());
        // Fibonacci hashing (Knuth, "The Art of Computer Programming", volume 3, 6.4).
        let mixed = (words.0 << 32 ^ words.1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let at = usize::try_from(mixed >> 40).unwrap_or(0) % HELD;
        let (held, answer) = &mut self.known[at];
        if *held != words {
            (*held, *answer) = (words, work_out());
        }
        *answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Prepared;
    use crate::record::{Name, Record};

    #[test]
    fn a_question_is_asked_once_and_answered_by_its_own_words() {
        let record = Record {
            names: vec![Name::primary("Anna Berta Clara")],
            ..Record::default()
        };
        let prepared = Prepared::new(&record);
        let tokens = &prepared.names[0].tokens;
        let mut memo = Memo::new();
        let mut asked = 0;
        for _ in 0..2 {
            for (i, x) in tokens.iter().enumerate() {
                for (j, y) in tokens.iter().enumerate() {
                    let answer = memo.get(x, y, || {
                        asked += 1;
                        (i, j)
                    });
                    assert_eq!(answer, (i, j));
                }
            }
        }
        assert_eq!(asked, 9, "kept for the second time");
    }
}
