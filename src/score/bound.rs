//! The most that a pair of names can bring, from their outlines alone.
//!
//! Most candidates share one key and nothing else. They are seen through here, before any
//! token is opened. The bound errs upwards only.

use crate::keys::{COMPARED_TOKENS, Look, Outline, Outlines, PreparedName};
use crate::rarity;
use crate::score::kernels::least_sound_distance;
use crate::score::model::Model;
use crate::score::names::CUT_SOUNDS;

/// What the outlines of two names leave open.
pub(super) struct Chances {
    /// An upper bound of what `names::compare_names` returns.
    pub most: f64,
    /// For each token of the first name the tokens of the second that may agree with it, one bit
    /// each.
    pub partners: [u16; COMPARED_TOKENS],
}

impl Chances {
    /// **Cost**: O(forms of `a` · forms of `b`), a few machine words each.
    pub(super) fn new(model: &Model, a: &PreparedName, b: &PreparedName) -> Self {
        let (ours, theirs) = (&a.outlines, &b.outlines);
        let mut partners = [0_u16; COMPARED_TOKENS];
        let (mut best_a, mut best_b) = ([0.0_f64; COMPARED_TOKENS], [0.0_f64; COMPARED_TOKENS]);
        let mut met = Met::default();
        let last = |all: &Outlines| all.sounds().last().map_or(0, |o| o.tokens);
        let (last_a, last_b) = (last(ours), last(theirs));
        for x in ours.sounds() {
            for y in theirs.sounds() {
                let short_is_last = if x.len < y.len {
                    x.tokens == last_a
                } else {
                    y.tokens == last_b
                };
                let worth = most_worth(model, x, y).max(cut_worth(model, x, y, short_is_last));
                if worth > 0.0 {
                    let (i, j) = (place(x), place(y));
                    best_a[i] = best_a[i].max(worth);
                    best_b[j] = best_b[j].max(worth);
                    partners[i] |= y.tokens;
                    met.add(x, y);
                }
            }
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
        Self {
            most: most.max(model.name_floor) + 0.01,
            partners,
        }
    }
}

/// Position of an outline's token.
fn place(outline: &Outline) -> usize {
    outline.tokens.trailing_zeros() as usize % COMPARED_TOKENS
}

/// The most that two tokens can be worth; 0 where they cannot agree.
fn most_worth(model: &Model, x: &Outline, y: &Outline) -> f64 {
    if x.look == Look::Initial || y.look == Look::Initial {
        return model.initial;
    }
    let longest = x.len.max(y.len);
    let edits = || (x.letters ^ y.letters).count_ones().div_ceil(2);
    let either = |look| x.look == look || y.look == look;
    let is_abjad = either(Look::Abjad) || either(Look::LearnedAbjad);
    let is_near = |edits| is_close(edits, longest, is_abjad);
    if !is_near(u32::from(x.len.abs_diff(y.len))) || !is_near(edits()) {
        return 0.0;
    }
    let worth = model.worth(x.bits.min(y.bits));
    if x.letters == y.letters {
        return worth;
    }
    if x.look == Look::Minor || y.look == Look::Minor {
        let (title, mixed, particle) = model.minor;
        return worth.min(title.max(mixed).max(particle));
    }
    let is_learned = either(Look::Learned) || either(Look::LearnedAbjad);
    let least = least_sound_distance(x.letters, y.letters, is_abjad);
    let share = f64::from(model.share(least / mean_len(x.len, y.len)));
    if is_learned && share > 0.0 {
        // What its letters say is not looked at here.
        return worth;
    }
    share * worth
}

/// The most that it can be worth that one token is the beginning of the other.
fn cut_worth(model: &Model, x: &Outline, y: &Outline, short_is_last: bool) -> f64 {
    let (short, long) = if x.len < y.len { (x, y) } else { (y, x) };
    let is_plain = |o: &Outline| matches!(o.look, Look::Sound | Look::Abjad);
    let may_be_cut = short.letters & !long.letters == 0
        && short.len < long.len
        && (short_is_last || usize::from(short.len) >= CUT_SOUNDS)
        && is_plain(short)
        && is_plain(long);
    if may_be_cut {
        model.cut.0.max(model.cut.1) * model.worth(short.bits.min(long.bits))
    } else {
        0.0
    }
}

/// What a sound distance is divided by: the mean length of two forms, 3 at least.
pub(super) fn mean_len(a_len: u8, b_len: u8) -> f32 {
    (f32::from(a_len + b_len) / 2.0).max(3.0)
}

/// Tokens that have a possible partner, one bit each.
#[derive(Clone, Copy, Default)]
struct Met {
    a: u16,
    b: u16,
}

impl Met {
    fn add(&mut self, x: &Outline, y: &Outline) {
        self.a |= x.tokens;
        self.b |= y.tokens;
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
    if join.look == Look::Learned {
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
        if sound.tokens & !seen != 0 {
            sum += model.worth(sound.bits);
            seen |= sound.tokens;
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
    join.len.abs_diff(whole.len) <= 2 && (join.letters ^ whole.letters).count_ones() <= 4
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
    fn every(a: &PreparedName, b: &PreparedName) -> Chances {
        let set = |name: &PreparedName| {
            let tokens = name
                .compared()
                .iter()
                .zip((0..COMPARED_TOKENS).map(|at| 1 << at));
            tokens
                .filter(|(t, _)| t.tag != Tag::OrgForm)
                .fold(0, |set: u16, (_, at)| set | at)
        };
        let partners = std::array::from_fn(|i| if set(a) & 1 << i == 0 { 0 } else { set(b) });
        Chances {
            most: f64::INFINITY,
            partners,
        }
    }

    /// No token pair that agrees is passed over, and no sum is above its bound.
    #[test]
    fn the_bound_errs_upwards_only() {
        let model = Model::default();
        let mut passed_over = 0;
        for kind in [Kind::Person, Kind::Organization] {
            let all = prepare(kind);
            for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
                let (Some(a), Some(b)) = (a.names.first(), b.names.first()) else {
                    continue;
                };
                let naive = compare_names(&model, a, b, &every(a, b), &mut Vec::new());
                let chances = Chances::new(&model, a, b);
                let fast = compare_names(&model, a, b, &chances, &mut Vec::new());
                assert!((fast - naive).abs() < 1e-9, "{fast} {naive}");
                assert!(naive <= chances.most, "{naive} {}", chances.most);
                passed_over += u32::from(chances.most < 10.0);
            }
        }
        assert!(
            passed_over > 500,
            "the bound sees through few: {passed_over}"
        );
    }
}
