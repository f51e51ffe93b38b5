//! The most that a pair of names can bring, from their outlines and the tokens that agree.
//!
//! Most candidates share one key and nothing else. They are seen through here, before anything is
//! put in order or into words. The bound errs upwards only.

use crate::keys::{COMPARED_TOKENS, Look, Outline, Outlines, PreparedName};
use crate::rarity;
use crate::score::model::Model;
use crate::score::names::{CUT_SOUNDS, Partners, index};

/// For each token of the first name the tokens of the second that may agree with it, one bit each.
///
/// **Cost**: O(forms of `a` · forms of `b`), a few machine words each.
pub(super) fn may_agree(a: &PreparedName, b: &PreparedName) -> [u16; COMPARED_TOKENS] {
    let mut partners = [0; COMPARED_TOKENS];
    let last = |name: &PreparedName| index(name.compared().len().saturating_sub(1));
    let (last_a, last_b) = (last(a), last(b));
    for x in a.outlines.sounds() {
        let mut fits = 0;
        for y in b.outlines.sounds() {
            let is_initial = x.look == Look::Initial || y.look == Look::Initial;
            let is_abjad = x.is_abjad || y.is_abjad;
            let is_near = is_close(x.set.least_edits(y.set), x.set.longest(y.set), is_abjad);
            let may_be_kin = x.kin & y.kin != 0;
            let may_be_cut =
                may_be_cut(x, y, x.start == last_a) || may_be_cut(y, x, y.start == last_b);
            fits |= u16::from(is_initial || is_near || may_be_kin || may_be_cut) << y.start;
        }
        partners[usize::from(x.start) % COMPARED_TOKENS] |= fits;
    }
    partners
}

/// Whether the first token may be the beginning of the second.
fn may_be_cut(short: &Outline, long: &Outline, is_last: bool) -> bool {
    short.set.may_begin(long.set) && (is_last || usize::from(short.set.form_len()) >= CUT_SOUNDS)
}

/// An upper bound of what `names::compare_names` returns for two names whose tokens agree so.
///
/// **Cost**: O(joins · tokens), a few machine words each.
pub(super) fn most(model: &Model, a: &PreparedName, b: &PreparedName, agree: &[Partners]) -> f64 {
    let (ours, theirs) = (&a.outlines, &b.outlines);
    let (mut best_a, mut best_b) = ([0.0_f64; COMPARED_TOKENS], [0.0_f64; COMPARED_TOKENS]);
    let mut met = Met::default();
    for p in agree {
        let (i, j) = (usize::from(p.a), usize::from(p.b));
        best_a[i] = best_a[i].max(p.bits);
        best_b[j] = best_b[j].max(p.bits);
        met.a |= 1 << i;
        met.b |= 1 << j;
    }
    let sum = |best: &[f64; COMPARED_TOKENS], name: &PreparedName| {
        let tokens = name.compared().len();
        best[..tokens].iter().sum::<f64>()
    };
    let mut most = sum(&best_a, a).min(sum(&best_b, b));
    for join in ours.joins() {
        most += join_worth(model, join, theirs, |whole| met.add(join, whole));
    }
    for join in theirs.joins() {
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
fn whole_name(model: &Model, a: &Outlines, b: &Outlines, met: Met) -> f64 {
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
    other: &Outlines,
    mut see: impl FnMut(&Outline),
) -> f64 {
    if join.look == Look::Run {
        return run_worth(model, other, see);
    }
    let mut rarity = 0.0_f32;
    for whole in other.wholes().iter().filter(|w| join_fits(join, w)) {
        rarity = rarity.max(join_bits(join.bits, whole.bits));
        see(whole);
    }
    model.worth(rarity)
}

/// The most that a name written in one run can be worth: all that the other name has.
fn run_worth(model: &Model, other: &Outlines, mut see: impl FnMut(&Outline)) -> f64 {
    let (mut seen, mut sum) = (0, 0.0);
    for sound in other.sounds() {
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
    join.set.least_edits(whole.set) <= 2
}

/// Whether so many edits leave two forms close: at most 55 of 100 letters of the longer one, 65 where
/// vowels may have been left out.
pub(super) fn is_close(edits: u32, longest: u8, is_abjad: bool) -> bool {
    let most = if is_abjad { 13 } else { 11 };
    edits * 20 <= u32::from(longest) * most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Prepared;
    use crate::normalize::Tag;
    use crate::record::{Kind, Name, Record};
    use crate::score::names::{Scratch, compare_names};

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
    fn every(a: &PreparedName, b: &PreparedName) -> [u16; COMPARED_TOKENS] {
        let set = |name: &PreparedName| {
            let tokens = name.compared().iter().zip(0..);
            tokens
                .filter(|(t, _)| t.tag != Tag::OrgForm)
                .fold(0, |set: u16, (_, at)| set | 1 << at)
        };
        std::array::from_fn(|i| if set(a) & 1 << i == 0 { 0 } else { set(b) })
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
                let (Some(a), Some(b)) = (a.names.first(), b.names.first()) else {
                    continue;
                };
                scratch.meet_at(&model, a, b, &every(a, b));
                let naive = compare_names(&model, a, b, &mut scratch, &mut Vec::new());
                let most = scratch.meet(&model, a, b);
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
