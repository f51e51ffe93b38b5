//! The most that a pair of names can bring, from their outlines and the tokens that agree.
//!
//! Most candidates share one key and nothing else. They are seen through here, before anything is
//! put in order or into words. The bound errs upwards only.

use crate::keys::{COMPARED_TOKENS, LetterSet, Look, NameOutlines, Outline};
use crate::rarity;
use crate::score::model::Model;
use crate::score::words::{CUT_SOUNDS, is_close};

/// Which tokens of two names may agree: for each token of the first one those of the second, one bit
/// each.
#[derive(Debug, Default)]
pub(super) struct MayAgree {
    /// They may sound alike, be forms of one name, or one is an initial of the other.
    pub(super) same: [u16; COMPARED_TOKENS],
    /// One may be the beginning of the other.
    pub(super) cut: [u16; COMPARED_TOKENS],
}

impl MayAgree {
    /// **Cost**: O(forms of `a` · forms of `b`), a few machine words each.
    pub(super) fn of(a: &NameOutlines<'_>, b: &NameOutlines<'_>) -> Self {
        let mut found = Self::default();
        let (last_a, last_b) = (a.count.saturating_sub(1), b.count.saturating_sub(1));
        for x in a.sounds {
            let (mut same, mut cut) = (0, 0);
            for y in b.sounds {
                let (ours, theirs) = (x.set(), y.set());
                let is_abjad = x.is_abjad() || y.is_abjad();
                let is_near = is_close(ours.least_edits(theirs), ours.longest(theirs), is_abjad);
                let is_initial = x.look == Look::Initial || y.look == Look::Initial;
                let may_be_same = if is_initial {
                    x.begins & y.begins != 0
                } else {
                    is_near || x.kin & y.kin != 0
                };
                let may_be_cut = may_be_cut(ours, theirs, x.start == last_a)
                    || may_be_cut(theirs, ours, y.start == last_b);
                same |= u16::from(may_be_same) << y.start;
                cut |= u16::from(may_be_cut) << y.start;
            }
            let at = usize::from(x.start) % COMPARED_TOKENS;
            found.same[at] |= same;
            found.cut[at] |= cut;
        }
        found
    }
}

impl MayAgree {
    /// Those tokens with the most that each pair of them can be worth.
    fn worth<'a>(
        &'a self,
        model: &'a Model,
        a: &'a NameOutlines<'_>,
        b: &'a NameOutlines<'_>,
    ) -> impl Iterator<Item = Agreement> + 'a {
        let pairs = a.tokens().flat_map(move |x| {
            let at = usize::from(x.start) % COMPARED_TOKENS;
            let partners = self.same[at] | self.cut[at];
            let others = b.tokens().filter(move |y| partners & y.tokens() != 0);
            others.map(move |y| (x, y))
        });
        pairs.map(|(x, y)| Agreement {
            a: x.start,
            b: y.start,
            bits: model.worth(x.bits.min(y.bits)),
        })
    }

    /// An upper bound of what `names::compare_names` returns for two names whose tokens agree at most
    /// so. No word is opened for it.
    pub(super) fn most(&self, model: &Model, a: &NameOutlines<'_>, b: &NameOutlines<'_>) -> f64 {
        most(model, a, b, self.worth(model, a, b))
    }
}

/// Two tokens that agree, and what that is worth.
#[derive(Clone, Copy, Debug)]
pub(super) struct Agreement {
    pub(super) a: u8,
    pub(super) b: u8,
    pub(super) bits: f64,
}

/// Whether the first form may be the beginning of the second.
fn may_be_cut(short: LetterSet, long: LetterSet, is_last: bool) -> bool {
    short.may_begin(long) && (is_last || usize::from(short.form_len()) >= CUT_SOUNDS)
}

/// An upper bound of what `names::compare_names` returns for two names whose tokens agree so.
///
/// **Cost**: O(joins · tokens), a few machine words each.
pub(super) fn most(
    model: &Model,
    ours: &NameOutlines<'_>,
    theirs: &NameOutlines<'_>,
    agree: impl Iterator<Item = Agreement>,
) -> f64 {
    let (mut best_a, mut best_b) = ([0.0_f64; COMPARED_TOKENS], [0.0_f64; COMPARED_TOKENS]);
    let mut met = Met::default();
    for p in agree {
        let (i, j) = (usize::from(p.a), usize::from(p.b));
        best_a[i] = best_a[i].max(p.bits);
        best_b[j] = best_b[j].max(p.bits);
        met.a |= 1 << i;
        met.b |= 1 << j;
    }
    let sum = |best: &[f64; COMPARED_TOKENS], name: &NameOutlines<'_>| {
        best[..usize::from(name.count)].iter().sum::<f64>()
    };
    let mut most = sum(&best_a, ours).min(sum(&best_b, theirs));
    for join in ours.joins {
        most += join_worth(model, join, theirs, |whole| met.add(join, whole));
    }
    for join in theirs.joins {
        most += join_worth(model, join, ours, |whole| met.add(whole, join));
    }
    most += whole_name(model, ours, theirs, met) + model.legal_form.0.max(0.0);
    // A hundredth for the rounding of the parts.
    most.max(model.name_floor) + 0.01
}

/// Tokens that have a possible partner, one bit each.
#[derive(Clone, Copy, Default)]
struct Met {
    a: u16,
    b: u16,
}

impl Met {
    fn add(&mut self, x: &Outline, y: &Outline) {
        self.a |= x.tokens();
        self.b |= y.tokens();
    }
}

/// What the tokens without any possible partner take away, or what a complete name adds.
fn whole_name(model: &Model, a: &NameOutlines<'_>, b: &NameOutlines<'_>, met: Met) -> f64 {
    let (missed_a, missed_b) = (a.full & !met.a, b.full & !met.b);
    if missed_a | missed_b == 0 {
        return model.complete;
    }
    let conflicts = missed_a.count_ones().min(missed_b.count_ones());
    if conflicts == 0 || a.has_light || b.has_light {
        // A token that weighs less may stand against one that is missed.
        return 0.0;
    }
    model.conflict.0 + f64::from(conflicts - 1) * model.conflict.1
}

fn join_worth(
    model: &Model,
    join: &Outline,
    other: &NameOutlines<'_>,
    mut see: impl FnMut(&Outline),
) -> f64 {
    if join.look == Look::Run {
        return run_worth(model, other, see);
    }
    let mut rarity = 0.0_f32;
    for whole in other.wholes.iter().filter(|w| join_fits(join, w)) {
        rarity = rarity.max(join_bits(join.bits, whole.bits));
        see(whole);
    }
    model.worth(rarity)
}

/// The most that a name written in one run can be worth: all that the other name has.
fn run_worth(model: &Model, other: &NameOutlines<'_>, mut see: impl FnMut(&Outline)) -> f64 {
    let (mut seen, mut sum) = (0, 0.0);
    for sound in other.sounds {
        see(sound);
        if sound.tokens() & !seen != 0 {
            sum += model.worth(sound.bits);
            seen |= sound.tokens();
        }
    }
    sum
}

/// Rarity of joined neighbours that a token of the other name is: of a word that no table holds
/// nothing is known but its parts.
pub(super) fn join_bits(join: f32, whole: f32) -> f32 {
    if whole < rarity::UNSEEN_BITS {
        join.min(whole)
    } else {
        join
    }
}

/// Whether joined neighbours and a token may differ by two edits at most: each edit changes at most
/// two letters.
pub(super) fn join_fits(join: &Outline, whole: &Outline) -> bool {
    join.set().least_edits(whole.set()) <= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Prepared, PreparedName};
    use crate::normalize::Tag;
    use crate::record::{Kind, Name, Record};
    use crate::score::meet::Scratch;
    use crate::score::names::compare_names;

    const NAMES: &[&str] = &[
        "Mohamed al-Said",
        "Muhammad Alsaeed",
        "محمد السعيد",
        "Abd al-Rahman",
        "Abdulrahman",
        "عبد الرحمن",
        "J. Smith",
        "John Smythe",
        "Smith, John Albert",
        "Maria Larsson",
        "Marie Lindberg",
        "Тарас Шевченко",
        "Taras Chevtchenko",
        "Müller Jürgen",
        "Mueller Juergen",
        "Dr. van der Berg",
        "Vandenberg",
        "Omar Omar",
        "Li Wei",
        "Xi Lu",
        "王伟",
        "Acme Trading Ltd",
        "Acme Trade Bank 7",
        "Global Acme Holding GmbH",
        "Pyotr Ilyich Tchaikovsky",
        "P I Chaikovski",
        "Abcdefgh",
        "Hgfedcba",
        "A B",
        "Qaddafi",
        "Gadhafi",
        "معمر القذافي",
        "田中",
        "山田一",
        "Tanaka",
        "Yamada Hajime",
        "김철수",
        "Kim Chul Soo",
        "Chulsoo Kim",
        "Gim Cheol-su",
        "Bill Wong",
        "William Wang",
        "Ihor Jamaleddine",
        "Igor Jamal al-Din",
    ];

    fn prepare(kind: Kind) -> Vec<Prepared> {
        let record = |name: &&str| Record {
            kind,
            names: vec![Name::primary(*name)],
            ..Record::default()
        };
        NAMES.iter().map(|n| Prepared::new(&record(n))).collect()
    }

    /// Every token may agree with every other; legal forms are compared apart.
    fn every(a: &PreparedName, b: &PreparedName) -> MayAgree {
        let set = |name: &PreparedName| {
            let tokens = name.compared().iter().zip(0..);
            tokens
                .filter(|(t, _)| t.tag != Tag::OrgForm)
                .fold(0, |set: u16, (_, at)| set | 1 << at)
        };
        let all = std::array::from_fn(|i| if set(a) & 1 << i == 0 { 0 } else { set(b) });
        MayAgree {
            same: all,
            cut: all,
        }
    }

    /// No token pair that agrees is passed over, and no sum is above its bound.
    #[test]
    fn the_bound_errs_upwards_only() {
        let model = Model::default();
        let mut scratch = Scratch::new();
        let mut passed_over = 0;
        for kind in [Kind::Person, Kind::Organization] {
            let all = prepare(kind);
            for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
                if a.names.is_empty() || b.names.is_empty() {
                    continue;
                }
                let (a, b) = (a.view(0), b.view(0));
                scratch.meet_at(&model, a, b, &every(&a, &b));
                let naive = compare_names(&model, a, b, &mut scratch, &mut Vec::new());
                assert!(scratch.meet(&model, a, b, f64::NEG_INFINITY));
                let most = scratch.most(&model, a, b);
                let at_most =
                    MayAgree::of(&a.outlines, &b.outlines).most(&model, &a.outlines, &b.outlines);
                assert!(most <= at_most + 1e-6, "{most} {at_most}");
                let fast = compare_names(&model, a, b, &mut scratch, &mut Vec::new());
                assert!((fast - naive).abs() < 1e-9, "{fast} {naive}");
                assert!(naive <= most, "{naive} {most}");
                passed_over += u32::from(most < 10.0);
            }
        }
        assert!(
            passed_over > 500,
            "the bound sees through few: {passed_over}"
        );
    }
}
