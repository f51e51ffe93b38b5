//! The shipped model: what each kind of agreement and conflict is worth, in bits.

use crate::record::Band;

/// Weights and cut-offs of the score. All weights are in bits (log2 of a Bayes factor).
///
/// How each default came about stands in `docs/model-card.md`; `veilmatch learn weights` makes the
/// table that they are read against.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Model {
    /// Name and version, written into manifests.
    pub version: &'static str,
    /// Fixed prior: moves the sum so that 0 bits is the default threshold. For people, and for all else:
    /// names of firms and vessels are of common words, and few of them are screened. With the first,
    /// on names alone, fewer than ten in a thousand people who are not on a list as large as OFAC's
    /// alert.
    pub prior: (f64, f64),
    /// Bits of a token count in full up to the first figure and by the second, a share, beyond it:
    /// one very rare token must not outweigh everything, and yet a rarer one is worth more.
    pub token_cap: (f64, f64),
    /// Share that a token is worth when the name has had the same one before (`Omar Omar`).
    pub again: f64,
    /// Agreement on a title; on a word that is a title or a particle on the other side; on a
    /// particle. At most that.
    pub minor: (f64, f64, f64),
    /// Share of a token's bits that is left at a given sound distance per letter: pairs of
    /// (distance, share), distances rising; beyond the last one the tokens do not agree.
    pub similarity: &'static [(f32, f32)],
    /// What a spelling in Latin letters says for a name in another script, in bits: the first figure,
    /// the second for each bit that it is likelier than among any names, less the third for the
    /// sound distance per letter.
    pub spelling: (f64, f64, f64),
    /// Share of its bits that a token keeps when it is not written the same.
    pub respelt: f64,
    /// Descriptive words (`trading`, `bank`): weight of the lack of a partner; each further one
    /// that agrees is worth this share of the one before.
    pub descriptor: (f64, f64),
    /// Tokens below this rarity are names of their own: where two of them are similar and do not
    /// sound the same, this share is left.
    pub well_known: (f32, f64),
    /// Two tokens, one on each side, that find no partner; the first and each further pair.
    pub conflict: (f64, f64),
    /// A token that only one side has; the first and each further one.
    pub extra: (f64, f64),
    /// An initial that fits a full token, and two equal initials.
    pub initial: f64,
    /// Every core token of both names has found its partner.
    pub complete: f64,
    /// The tokens stand in another order.
    pub order: f64,
    /// A token that agrees with more than this share of its bits counts where it is asked how usual
    /// the tokens are together ([`crate::rarity::shared_bits`]).
    pub usual_from: f64,
    /// Two numbers that differ, in names of organisations, vessels and aircraft.
    pub number_conflict: f64,
    /// Equal legal forms, different legal forms.
    pub legal_form: (f64, f64),
    /// Lowest sum a name can bring: beyond it, more disagreement says nothing new.
    pub name_floor: f64,
    /// Same sex, different sex.
    pub sex: (f64, f64),
    /// A country in common, none in common.
    pub country: (f64, f64),
    /// Birth places agree.
    pub place: f64,
    /// Different kinds (a person and a firm).
    pub kind_conflict: f64,
    /// The same strong identifier; the same weak one (phone, call sign); the same number where kind
    /// or country contradict.
    pub identifier: (f64, f64, f64),
    /// Different numbers of a kind that every bearer has once (IMO number, LEI).
    pub identifier_conflict: f64,
    /// Where the band `strong` begins, in bits. `possible` begins at 0, the default threshold.
    pub strong: f64,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            version: "veilmatch-model/3",
            prior: (-17.0, -19.0),
            token_cap: (18.0, 0.8),
            again: 0.3,
            minor: (3.0, 4.0, 0.5),
            similarity: &[
                (0.0, 1.0),
                (0.04, 0.96),
                (0.10, 0.82),
                (0.16, 0.62),
                (0.22, 0.40),
                (0.28, 0.20),
                (0.34, 0.0),
            ],
            spelling: (7.0, 0.6, 18.0),
            respelt: 0.95,
            descriptor: (0.6, 0.6),
            well_known: (15.0, 0.4),
            conflict: (-4.5, -6.0),
            extra: (-2.0, -0.7),
            initial: 0.5,
            complete: 2.5,
            order: -1.5,
            usual_from: 0.3,
            number_conflict: -14.0,
            legal_form: (0.5, -0.7),
            name_floor: -8.0,
            sex: (0.7, -4.0),
            country: (2.0, -1.5),
            place: 3.0,
            kind_conflict: -14.0,
            identifier: (45.0, 8.0, 6.0),
            identifier_conflict: -16.0,
            strong: 8.0,
        }
    }
}

impl Model {
    /// Bits that a token of this rarity adds when it agrees.
    pub fn worth(&self, bits: f32) -> f64 {
        let (knee, share) = self.token_cap;
        let bits = f64::from(bits);
        bits.min(knee) + share * (bits - knee).max(0.0)
    }

    /// Share of a token's bits left at a sound distance per letter, 0 to 1.
    pub fn share(&self, distance: f32) -> f32 {
        let mut before = (0.0, 1.0);
        for point in self.similarity {
            if distance <= point.0 {
                let width = (point.0 - before.0).max(f32::EPSILON);
                return before.1 + (point.1 - before.1) * (distance - before.0) / width;
            }
            before = *point;
        }
        0.0
    }

    /// `score` of a sum of bits: strictly increasing, 0.5 at the default threshold. Not a
    /// probability that two people are the same.
    pub fn score(&self, bits: f64) -> f64 {
        1.0 / (1.0 + (-bits / 8.0).exp2())
    }

    /// The bits of a score; the inverse of [`Model::score`]. 0 and less gives minus infinity.
    pub fn bits(&self, score: f64) -> f64 {
        if score <= 0.0 {
            f64::NEG_INFINITY
        } else {
            -8.0 * (1.0 / score - 1.0).log2()
        }
    }

    /// The band of a sum of bits.
    pub fn band(&self, bits: f64) -> Band {
        if bits >= self.strong {
            Band::Strong
        } else if bits >= 0.0 {
            Band::Possible
        } else {
            Band::Weak
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn score_and_bits_are_inverse_and_strictly_rising() {
        let model = Model::default();
        let mut last = 0.0;
        for bits in -60..120 {
            let score = model.score(f64::from(bits));
            assert!(score > last && score < 1.0);
            assert!((model.bits(score) - f64::from(bits)).abs() < 1e-6);
            last = score;
        }
    }

    #[test]
    fn the_share_falls_with_the_distance() {
        let model = Model::default();
        assert_eq!((model.share(0.0), model.share(1.0)), (1.0, 0.0));
        assert!(model.share(0.12) < model.share(0.1));
    }
}
