//! The most that a pair of names can bring, from their outlines and the tokens that agree.
//!
//! Most candidates share one key and nothing else. They are seen through here, before anything is
//! put in order or into words. The bound errs upwards only.

use crate::keys::{COMPARED_TOKENS, Form, Look, NameOutlines, Outline};
use crate::rarity;
use crate::score::kernels::{Edits, least_distance, least_known_distance};
use crate::score::model::Model;
use crate::score::words::{CUT_SOUNDS, is_close, may_be_slip, mean_len};

/// Which tokens of two names may agree: for each token of the first one those of the second, one bit
/// each.
#[derive(Debug, Default)]
pub(super) struct MayAgree {
    /// They may sound alike, be forms of one name, or one is an initial of the other.
    pub(super) same: [u16; COMPARED_TOKENS],
    /// One may be the beginning of the other.
    pub(super) cut: [u16; COMPARED_TOKENS],
    best: Best,
}

impl MayAgree {
    /// **Cost**: O(forms of `a` · forms of `b`), a few machine words each.
    pub(super) fn of(most: Most<'_>, a: &NameOutlines<'_>, b: &NameOutlines<'_>) -> Self {
        let mut found = Self::default();
        let (last_a, last_b) = (a.count.saturating_sub(1), b.count.saturating_sub(1));
        let mut known = Edits::new();
        for (x, f) in a.sounds.iter().zip(a.forms) {
            let at = usize::from(x.start) % COMPARED_TOKENS;
            let mut is_noted = false;
            for (y, g) in b.sounds.iter().zip(b.forms) {
                let edits = || {
                    if !std::mem::replace(&mut is_noted, true) {
                        known.note(f.as_bytes());
                    }
                    known.to(g.as_bytes())
                };
                let same = most.same(x, y, edits);
                let cut = if may_be_cut((x, f), (y, g), x.start == last_a)
                    || may_be_cut((y, g), (x, f), y.start == last_b)
                {
                    most.cut(x, y)
                } else {
                    0.0
                };
                let bits = same.max(cut);
                if bits > 0.0 {
                    found.same[at] |= u16::from(same > 0.0) << y.start;
                    found.cut[at] |= u16::from(cut > 0.0) << y.start;
                    found.best.add(x.start, y.start, bits);
                }
            }
        }
        found
    }

    /// An upper bound of what `names::compare_names` returns for two names whose tokens agree at most
    /// so. No word is opened for it.
    pub(super) fn most(&self, model: &Model, a: &NameOutlines<'_>, b: &NameOutlines<'_>) -> f64 {
        self.best.most_with_joins(model, a, b)
    }
}

/// The most that two tokens can be worth to each other, from their outlines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most<'a> {
    pub(super) model: &'a Model,
    pub(super) shares: &'a Shares,
}

/// Share of its bits that a word keeps at most, by the least sound distance per letter.
#[derive(Debug)]
pub(super) struct Shares {
    /// For each step.
    at: [f32; STEPS + 1],
}

/// Steps of a sound distance per letter of 1.
const STEPS: usize = 128;

/// The same as a number of any kind.
const STEPS_A_LETTER: f32 = 128.0;

impl Shares {
    pub(super) fn new(model: &Model) -> Self {
        let at = |step: usize| {
            let gap = f32::from(u8::try_from(step).unwrap_or(u8::MAX)) / STEPS_A_LETTER;
            model.share(gap)
        };
        Self {
            at: std::array::from_fn(at),
        }
    }

    /// The share at a distance, or at a shorter one.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number of steps, none below 0"
    )]
    fn of(&self, gap: f32) -> f32 {
        // A little shorter, for the rounding of sums.
        let step = ((gap - 1e-4).max(0.0) * STEPS_A_LETTER) as usize;
        self.at[step.min(STEPS)]
    }
}

impl Most<'_> {
    /// The most that it can be worth that they sound alike, are forms of one name, or that one is an
    /// initial of the other: `meet::Scratch` finds no more.
    ///
    /// `edits` are those between their sound forms; asked where the letters leave room for agreement.
    fn same(self, x: &Outline, y: &Outline, edits: impl FnOnce() -> u32) -> f64 {
        let looks = [x.look, y.look];
        let worth = || self.model.worth(x.bits.min(y.bits));
        let (ours, theirs) = (x.set(), y.set());
        if looks.contains(&Look::Initial) {
            let fits = x.begins & y.begins != 0 && !looks.contains(&Look::Minor);
            return if fits { self.model.initial(x, y) } else { 0.0 };
        }
        let is_abjad = x.is_abjad() || y.is_abjad();
        let is_kin = looks == [Look::Word; 2] && x.kin & y.kin != 0;
        let longest = ours.longest(theirs);
        let is_close = |edits: u32| is_close(edits, longest, is_abjad);
        let edits = is_close(ours.least_edits(theirs)).then(edits);
        let (is_equal, is_near) = (edits == Some(0), edits.is_some_and(is_close));
        if !is_near && !is_kin {
            return 0.0;
        }
        if looks.contains(&Look::Minor) {
            let (title, word, particle) = self.model.minor;
            return title
                .max(word)
                .max(particle)
                .min(f64::from(x.bits.min(y.bits)));
        }
        if is_equal {
            return worth();
        }
        if looks.contains(&Look::Number) {
            return 0.0;
        }
        let (spelling, equivalent, short) = self.model.kin;
        let kin = if is_kin {
            spelling.max(equivalent).max(short)
        } else {
            0.0
        };
        let similar = if is_near {
            self.share(x, y, is_abjad)
        } else {
            0.0
        };
        kin.max(similar) * worth()
    }

    /// Share of its bits that a word keeps at most where it is written otherwise.
    fn share(self, x: &Outline, y: &Outline, is_abjad: bool) -> f64 {
        let (ours, theirs) = (x.set(), y.set());
        let letters = mean_len(ours.form_len(), theirs.form_len());
        let least = least_distance(ours, theirs, is_abjad);
        let share = self.shares.of(least / letters);
        let is_native = x.is_native() != y.is_native();
        let share = if is_native && share > 0.0 {
            // What the spelling says may be all.
            1.0
        } else if x.is_known() != y.is_known() && may_be_slip(ours, theirs) {
            f64::from(share).max(self.model.slip)
        } else if x.is_known() && y.is_known() && !is_abjad && share > 0.0 {
            let halvings = least_known_distance(ours, theirs);
            // A little fewer, for the rounding of sums.
            f64::from(share.min((1e-4 - halvings).exp2()))
        } else {
            f64::from(share)
        };
        share * self.model.respelt
    }

    /// The most that it can be worth that one is the beginning of the other.
    fn cut(self, x: &Outline, y: &Outline) -> f64 {
        let is_name = |o: &Outline| matches!(o.look, Look::Word | Look::Patronymic);
        if !is_name(x) || !is_name(y) {
            return 0.0;
        }
        let (unknown, known) = self.model.cut;
        let share = if x.is_known() && y.is_known() {
            known
        } else {
            unknown.max(known)
        };
        share * self.model.worth(x.bits.min(y.bits))
    }
}

/// The most that each token of two names can be worth.
#[derive(Debug, Default)]
pub(super) struct Best {
    a: [f64; COMPARED_TOKENS],
    b: [f64; COMPARED_TOKENS],
    /// What several tokens that stand for one or for each other can be worth together.
    joined: f64,
    met: Met,
}

impl Best {
    /// Two tokens, by their places, may agree and be worth so many bits.
    pub(super) fn add(&mut self, a: u8, b: u8, bits: f64) {
        let (i, j) = (
            usize::from(a) % COMPARED_TOKENS,
            usize::from(b) % COMPARED_TOKENS,
        );
        self.a[i] = self.a[i].max(bits);
        self.b[j] = self.b[j].max(bits);
        self.met.a |= 1 << i;
        self.met.b |= 1 << j;
    }

    /// Tokens of both names, one bit each, may agree together and be worth so many bits.
    pub(super) fn add_joined(&mut self, a: u16, b: u16, bits: f64) {
        self.joined += bits;
        self.met.a |= a;
        self.met.b |= b;
    }

    /// An upper bound of what `names::compare_names` returns for two names whose tokens agree so one by
    /// one, whatever their neighbours may be together.
    ///
    /// **Cost**: O(joins · tokens), a few machine words each.
    pub(super) fn most_with_joins(
        &self,
        model: &Model,
        ours: &NameOutlines<'_>,
        theirs: &NameOutlines<'_>,
    ) -> f64 {
        let (mut met, mut joined) = (self.met, self.joined);
        for join in ours.joins {
            joined += join_worth(model, join, theirs, |whole| met.add(join, whole));
        }
        for join in theirs.joins {
            joined += join_worth(model, join, ours, |whole| met.add(whole, join));
        }
        self.total(model, ours, theirs, (met, joined))
    }

    /// An upper bound of what `names::compare_names` returns for two names whose tokens agree so.
    pub(super) fn most(
        &self,
        model: &Model,
        ours: &NameOutlines<'_>,
        theirs: &NameOutlines<'_>,
    ) -> f64 {
        self.total(model, ours, theirs, (self.met, self.joined))
    }

    fn total(
        &self,
        model: &Model,
        ours: &NameOutlines<'_>,
        theirs: &NameOutlines<'_>,
        (met, joined): (Met, f64),
    ) -> f64 {
        let sum = |best: &[f64; COMPARED_TOKENS], name: &NameOutlines<'_>| {
            best[..usize::from(name.count)].iter().sum::<f64>()
        };
        let mut most = sum(&self.a, ours).min(sum(&self.b, theirs)) + joined;
        most += whole_name(model, ours, theirs, met) + model.legal_form.0.max(0.0);
        let (missed_a, missed_b) = met.missed(ours, theirs);
        let is_apart = missed_a != 0 && missed_b != 0;
        if is_apart && ours.is_of_person && theirs.is_of_person {
            most -= model.taken_where_a_part_differs(most);
        }
        // A hundredth for the rounding of the parts.
        most.max(model.name_floor) + 0.01
    }
}

/// Whether the first form is the beginning of the second.
fn may_be_cut(short: (&Outline, &Form), long: (&Outline, &Form), is_last: bool) -> bool {
    let (set, form) = (short.0.set(), short.1.as_bytes());
    set.may_begin(long.0.set())
        && (is_last || form.len() >= CUT_SOUNDS)
        && long.1.as_bytes().starts_with(form)
}

/// Tokens that have a possible partner, one bit each.
#[derive(Clone, Copy, Debug, Default)]
struct Met {
    a: u16,
    b: u16,
}

impl Met {
    fn add(&mut self, x: &Outline, y: &Outline) {
        self.a |= x.tokens();
        self.b |= y.tokens();
    }

    /// The tokens of both names that count in full and have none.
    fn missed(self, a: &NameOutlines<'_>, b: &NameOutlines<'_>) -> (u16, u16) {
        (a.full & !self.a, b.full & !self.b)
    }
}

/// What the tokens without any possible partner take away, or what a complete name adds.
fn whole_name(model: &Model, a: &NameOutlines<'_>, b: &NameOutlines<'_>, met: Met) -> f64 {
    let (missed_a, missed_b) = met.missed(a, b);
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
            best: Best::default(),
        }
    }

    /// No token pair that agrees is passed over, and no sum is above its bound.
    #[test]
    fn the_bound_errs_upwards_only() {
        let model = Model::default();
        let mut scratch = Scratch::new(&model);
        let mut passed_over = 0;
        for kind in [Kind::Person, Kind::Organization] {
            let all = prepare(kind);
            for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (a, b))) {
                if a.names.is_empty() || b.names.is_empty() {
                    continue;
                }
                let (a, b) = (a.view(0), b.view(0));
                scratch.meet_at(&model, a, b, &every(&a, &b));
                scratch.join(&model, a, b);
                let naive = compare_names(&model, a, b, &mut scratch, &mut Vec::new());
                assert!(scratch.meet(&model, a, b, f64::NEG_INFINITY));
                let most = scratch.most(&model, a, b);
                let at_most =
                    scratch
                        .may_agree(&model, a, b)
                        .most(&model, &a.outlines, &b.outlines);
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
