//! Draws from a written seed. Only raw words of the generator are used, so that the same seed gives
//! the same people on every machine and with every later version of the random-number crates.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// A stream of draws.
#[derive(Clone, Debug)]
pub struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream of one record: streams of one seed do not depend on each other, so records can be
    /// made in any order.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A number from 0 to `n - 1`; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * (n as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// True in `percent` of 100 draws.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent as usize
    }

    /// True with a probability from 0 to 1, to the millionth.
    pub fn share(&mut self, share: f64) -> bool {
        let drawn = u32::try_from(self.below(1_000_000)).unwrap_or(0);
        f64::from(drawn) < share * 1e6
    }

    /// One value of a slice, all alike; `None` where it is empty.
    pub fn pick<'a, T>(&mut self, values: &'a [T]) -> Option<&'a T> {
        let at = self.below(values.len());
        values.get(at)
    }

    /// The value whose weight the draw falls on; `None` where all weights are 0.
    pub fn weighted<T: Copy>(&mut self, values: &[(T, u32)]) -> Option<T> {
        let total: usize = values.iter().map(|(_, w)| *w as usize).sum();
        let mut at = self.below(total);
        values.iter().find_map(|(value, weight)| {
            let weight = *weight as usize;
            if at < weight {
                return Some(*value);
            }
            at -= weight;
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_draws_for_ever() {
        let mut draw = Draw::new(7, 1);
        let drawn: Vec<usize> = (0..6).map(|_| draw.below(1000)).collect();
        assert_eq!(drawn, FIRST_SIX);
    }

    const FIRST_SIX: [usize; 6] = [992, 9, 721, 528, 58, 595];

    #[test]
    fn weights_are_kept() {
        let mut draw = Draw::new(1, 1);
        let hits = (0..10_000)
            .filter(|_| draw.weighted(&[('a', 30), ('b', 70)]) == Some('a'))
            .count();
        assert!((2_800..3_200).contains(&hits), "{hits}");
    }
}
