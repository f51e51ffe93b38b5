//! The shipped model: what each kind of agreement and conflict is worth, in bits.

use std::borrow::Cow;

use serde::Deserialize;

use crate::error::{Problem, Result};
use crate::keys::{Outline, Tie};
use crate::rarity;
use crate::record::Band;

/// Weights and cut-offs of the score. All weights are in bits (log2 of a Bayes factor).
///
/// How each default came about stands in `docs/model-card.md`; `veilmatch learn weights` makes the
/// table that they are read against. Another model is read by field, the rest as shipped; it counts
/// when it is [`Model::checked`].
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Model {
    /// Name and version, written into manifests.
    #[serde(skip)]
    pub version: Cow<'static, str>,
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
    pub similarity: Cow<'static, [(f32, f32)]>,
    /// Share of its bits that a known name keeps at least where the other word is one slip away from it
    /// and no name that tables hold.
    pub slip: f64,
    /// What a spelling in Latin letters says for a name in another script, in bits: the first figure,
    /// the second for each bit that it is likelier than among any names, less the third for the
    /// sound distance per letter.
    pub spelling: (f64, f64, f64),
    /// Share of its bits that a token keeps when it is not written the same.
    pub respelt: f64,
    /// Share of its bits that a token keeps where a table has the two as forms of one name: other
    /// spellings, forms of two languages, a usual short form.
    pub kin: (f64, f64, f64),
    /// Descriptive words (`trading`, `bank`): weight of the lack of a partner; each further one
    /// that agrees is worth this share of the one before.
    pub descriptor: (f64, f64),
    /// Where a part of a name stands against another one, as between relatives, the name counts in full
    /// up to the first figure and by the second, a share, beyond it: however rare the rest is.
    pub part_differs: (f64, f64),
    /// Two tokens, one on each side, that find no partner; the first and each further pair.
    pub conflict: (f64, f64),
    /// A token that only one side has; the first and each further one.
    pub extra: (f64, f64),
    /// A word that is the beginning of the other one: share of its bits where it is no name of its
    /// own, and where it is.
    pub cut: (f64, f64),
    /// An initial that fits a full token, and two equal initials: share of the bits of the letter, by
    /// how many names begin with it.
    pub initial: f64,
    /// How much the lack of a partner says of an initial, against a word.
    pub initial_weight: f64,
    /// Every core token of both names has found its partner.
    pub complete: f64,
    /// The tokens stand in another order.
    pub order: f64,
    /// A token that agrees with more than this share of its bits counts where it is asked how usual
    /// the tokens are together ([`crate::rarity::shared_bits`]).
    pub usual_from: f64,
    /// Words that exclude each other (`north`, `south`); child and parent in each other's place.
    pub exclusion: f64,
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
            version: Cow::Borrowed("veilmatch-model/5"),
            prior: (-18.0, -19.5),
            token_cap: (18.0, 0.8),
            again: 0.3,
            minor: (3.0, 4.0, 0.5),
            similarity: Cow::Borrowed(&[
                (0.0, 1.0),
                (0.04, 0.96),
                (0.10, 0.82),
                (0.16, 0.62),
                (0.22, 0.40),
                (0.28, 0.20),
                (0.34, 0.0),
            ]),
            slip: 0.75,
            spelling: (7.0, 0.6, 18.0),
            respelt: 0.95,
            kin: (0.7, 0.5, 0.5),
            descriptor: (0.6, 0.6),
            part_differs: (17.3, 0.02),
            conflict: (-4.5, -6.0),
            extra: (-2.0, -0.7),
            cut: (0.8, 0.4),
            initial: 0.86,
            initial_weight: 0.8,
            complete: 3.0,
            order: -1.5,
            usual_from: 0.3,
            exclusion: -22.0,
            number_conflict: -14.0,
            legal_form: (0.5, -0.7),
            name_floor: -8.0,
            sex: (0.7, -4.0),
            country: (2.0, -1.5),
            place: 3.0,
            kind_conflict: -14.0,
            identifier: (45.0, 8.0, 6.0),
            identifier_conflict: -20.0,
            strong: 8.0,
        }
    }
}

/// What a figure may be: a weight for a match, a weight against it, a share of a weight. The bound
/// of a pair (`score/bound.rs`) rests on the signs.
const FOR: (f64, f64) = (0.0, 100.0);
const AGAINST: (f64, f64) = (-100.0, 0.0);
const SHARE: (f64, f64) = (0.0, 1.0);
/// A sound distance per letter.
const DISTANCE: (f64, f64) = (0.01, 0.5);

/// The figures of one field, each with what it may be.
type Figures<'a> = &'a [((f64, f64), f64)];

impl Model {
    /// This model, if a score can be made with it. One that differs from the shipped model has the
    /// digest of its figures in its version.
    ///
    /// # Errors
    /// A usage error that names the first field with a figure out of its range.
    pub fn checked(mut self) -> Result<Self> {
        let mut wrong = None;
        let mut hasher = blake3::Hasher::new();
        self.for_each_field(|name, figures| {
            hasher.update(name.as_bytes());
            for ((least, most), figure) in figures {
                hasher.update(&figure.to_le_bytes());
                if !(*least..=*most).contains(figure) {
                    wrong = wrong.or(Some((name, *least, *most)));
                }
            }
        });
        let rises = |pair: &[(f32, f32)]| pair[0].0 < pair[1].0 && pair[0].1 >= pair[1].1;
        let reason = match wrong {
            Some((name, least, most)) => format!("`{name}` has a figure outside {least} to {most}"),
            None if !self.similarity.windows(2).all(rises) => {
                "`similarity` must have rising distances and falling shares".to_owned()
            }
            None => {
                if self != Self::default() {
                    let digest = hasher.finalize().to_hex();
                    self.version = format!("{} with {digest}", self.version).into();
                }
                return Ok(self);
            }
        };
        let setting = "--model";
        Err(Problem::Setting { setting, reason }.into())
    }

    /// Every field but the version, so that none is left unchecked.
    fn for_each_field(&self, mut see: impl FnMut(&'static str, Figures<'_>)) {
        let Self {
            version: _,
            prior,
            token_cap,
            again,
            minor,
            similarity,
            slip,
            spelling,
            respelt,
            kin,
            descriptor,
            part_differs,
            conflict,
            extra,
            cut,
            initial,
            initial_weight,
            complete,
            order,
            usual_from,
            exclusion,
            number_conflict,
            legal_form,
            name_floor,
            sex,
            country,
            place,
            kind_conflict,
            identifier,
            identifier_conflict,
            strong,
        } = self;
        see("prior", &[(AGAINST, prior.0), (AGAINST, prior.1)]);
        see("token_cap", &[(FOR, token_cap.0), (SHARE, token_cap.1)]);
        see("again", &[(SHARE, *again)]);
        see("minor", &[(FOR, minor.0), (FOR, minor.1), (FOR, minor.2)]);
        for (distance, share) in &**similarity {
            let (distance, share) = (f64::from(*distance), f64::from(*share));
            see(
                "similarity",
                &[((0.0, DISTANCE.1), distance), (SHARE, share)],
            );
        }
        see("slip", &[(SHARE, *slip)]);
        let figures = [(FOR, spelling.0), (FOR, spelling.1), (FOR, spelling.2)];
        see("spelling", &figures);
        see("respelt", &[(SHARE, *respelt)]);
        see("kin", &[(SHARE, kin.0), (SHARE, kin.1), (SHARE, kin.2)]);
        see(
            "descriptor",
            &[(SHARE, descriptor.0), (SHARE, descriptor.1)],
        );
        see(
            "part_differs",
            &[(FOR, part_differs.0), (SHARE, part_differs.1)],
        );
        see("conflict", &[(AGAINST, conflict.0), (AGAINST, conflict.1)]);
        see("extra", &[(AGAINST, extra.0), (AGAINST, extra.1)]);
        see("cut", &[(SHARE, cut.0), (SHARE, cut.1)]);
        see("initial", &[(SHARE, *initial)]);
        see("initial_weight", &[(SHARE, *initial_weight)]);
        see("complete", &[(FOR, *complete)]);
        see("order", &[(AGAINST, *order)]);
        see("usual_from", &[(SHARE, *usual_from)]);
        see("exclusion", &[(AGAINST, *exclusion)]);
        see("number_conflict", &[(AGAINST, *number_conflict)]);
        see(
            "legal_form",
            &[(FOR, legal_form.0), (AGAINST, legal_form.1)],
        );
        see("name_floor", &[(AGAINST, *name_floor)]);
        see("sex", &[(FOR, sex.0), (AGAINST, sex.1)]);
        see("country", &[(FOR, country.0), (AGAINST, country.1)]);
        see("place", &[(FOR, *place)]);
        see("kind_conflict", &[(AGAINST, *kind_conflict)]);
        let figures = [
            (FOR, identifier.0),
            (FOR, identifier.1),
            (FOR, identifier.2),
        ];
        see("identifier", &figures);
        see("identifier_conflict", &[(AGAINST, *identifier_conflict)]);
        see("strong", &[(FOR, *strong)]);
    }

    /// Bits that a token of this rarity adds when it agrees.
    pub fn worth(&self, bits: f32) -> f64 {
        let (knee, share) = self.token_cap;
        let bits = f64::from(bits);
        bits.min(knee) + share * (bits - knee).max(0.0)
    }

    /// Share of a token's bits left at a sound distance per letter, 0 to 1.
    pub fn share(&self, distance: f32) -> f32 {
        let mut before = (0.0, 1.0);
        for point in &*self.similarity {
            if distance <= point.0 {
                let width = (point.0 - before.0).max(f32::EPSILON);
                return before.1 + (point.1 - before.1) * (distance - before.0) / width;
            }
            before = *point;
        }
        0.0
    }

    /// Bits of two tokens, one of them an initial that fits: no more than the rarer one is worth.
    pub(super) fn initial(&self, x: &Outline, y: &Outline) -> f64 {
        let bits = x.shared_initials(y).map(rarity::initial_bits);
        let bits = bits.fold(f64::MAX, f64::min);
        (self.initial * bits).min(self.worth(x.bits.max(y.bits)))
    }

    /// Bits of a sum of name evidence that do not count where a part of the name differs.
    pub(super) fn taken_where_a_part_differs(&self, sum: f64) -> f64 {
        let (full, beyond) = self.part_differs;
        (sum - full).max(0.0) * (1.0 - beyond)
    }

    /// Share of its bits that a token keeps where another one is a form of the same name.
    pub fn tie(&self, tie: Tie) -> f64 {
        let (spelling, equivalent, short) = self.kin;
        match tie {
            Tie::Spelling => spelling,
            Tie::Equivalent => equivalent,
            Tie::Short => short,
        }
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
            // Not -0 where it is none.
            0.0 - 8.0 * (1.0 / score - 1.0).log2()
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
    fn the_threshold_is_not_below_zero() {
        assert!(Model::default().bits(0.5).is_sign_positive());
    }

    #[test]
    fn another_model_is_known_by_its_version() {
        let shipped = Model::default();
        let same = Model::default().checked().expect("as shipped");
        assert_eq!(same.version, shipped.version);
        let with = |place| {
            let model = Model {
                place,
                ..Model::default()
            };
            model.checked().expect("in its range").version
        };
        assert!(with(2.0).starts_with(&*shipped.version) && with(2.0) != shipped.version);
        assert!(with(2.0) == with(2.0) && with(2.0) != with(1.0));
    }

    #[test]
    fn figures_out_of_their_range_are_refused() {
        let refused = |change: fn(&mut Model)| {
            let mut model = Model::default();
            change(&mut model);
            model.checked().expect_err("out of range").to_string()
        };
        assert!(refused(|m| m.sex.1 = 1.0).contains("`sex`"));
        assert!(refused(|m| m.respelt = 1.1).contains("`respelt`"));
        assert!(refused(|m| m.complete = f64::NAN).contains("`complete`"));
        assert!(refused(|m| m.similarity.to_mut().reverse()).contains("`similarity`"));
    }

    #[test]
    fn the_share_falls_with_the_distance() {
        let model = Model::default();
        assert_eq!((model.share(0.0), model.share(1.0)), (1.0, 0.0));
        assert!(model.share(0.12) < model.share(0.1));
    }
}
