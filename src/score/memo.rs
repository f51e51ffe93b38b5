//! What pairs of words were found to be: names are made of few words, so pairs of them recur.

/// Answers to questions about two words, those asked last. A question is a number, never 0. Knows
/// nothing that it could not work out again, so results do not depend on what it holds.
#[derive(Debug)]
pub(super) struct Memo<T> {
    known: Box<[(u64, T)]>,
}

/// Answers that are held; a power of two. As many as stay near the processor.
const HELD: usize = 1 << 15;

impl<T: Copy + Default> Memo<T> {
    pub(super) fn new() -> Self {
        Self {
            known: vec![(0, T::default()); HELD].into(),
        }
    }

    /// The answer that is held, or what `work_out` says.
    pub(super) fn get(&mut self, question: u64, work_out: impl FnOnce() -> T) -> T {
        // Fibonacci hashing (Knuth, "The Art of Computer Programming", volume 3, 6.4).
        let mixed = question.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let at = usize::try_from(mixed >> 40).unwrap_or(0) % HELD;
        let (held, answer) = &mut self.known[at];
        if *held != question {
            (*held, *answer) = (question, work_out());
        }
        *answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_worked_out_once_and_has_its_own_answer() {
        let mut memo = Memo::new();
        let mut worked_out = 0;
        for _ in 0..2 {
            for question in (1..4).flat_map(|x| (1..4).map(move |y| x << 32 | y)) {
                let answer = memo.get(question, || {
                    worked_out += 1;
                    question
                });
                assert_eq!(answer, question);
            }
        }
        assert_eq!(worked_out, 9, "held for the second time");
        let many = (1..100_000).map(|x| x << 32 | 7);
        assert!(many.into_iter().all(|q| memo.get(q, || q) == q));
    }
}
