//! Which tokens of two names agree, one by one and joined.

use std::cell::OnceCell;

use crate::keys::{Form, Look, NameView, Outline, Token};
use crate::normalize::Tag;
use crate::score::bound::{Best, MayAgree, Most, Shares};
use crate::score::evidence::Level;
use crate::score::joined::{joins, whole_run};
use crate::score::memo::Memo;
use crate::score::model::Model;
use crate::score::partners::Partners;
use crate::score::words::{CUT_SOUNDS, agreement, better, nearly, other_form, whole_spelling};

/// What comparing names needs beside the names; kept between pairs.
#[derive(Debug)]
pub(super) struct Scratch {
    agreements: Memo<Option<(Level, f32)>>,
    options: Vec<Partners>,
    spelling: OnceCell<Option<f64>>,
    shares: Shares,
}

impl Scratch {
    pub(super) fn new(model: &Model) -> Self {
        Self {
            agreements: Memo::new(),
            options: Vec::with_capacity(64),
            spelling: OnceCell::new(),
            shares: Shares::new(model),
        }
    }

    /// Finds the tokens of two names that agree, and says whether `names::compare_names`, which comes next
    /// or not at all, may make so many bits of them: asked before words are opened, before joined
    /// neighbours are, and when all is known that agrees.
    pub(super) fn meet(
        &mut self,
        model: &Model,
        a: NameView<'_>,
        b: NameView<'_>,
        bits: f64,
    ) -> bool {
        let may_agree = self.may_agree(model, a, b);
        let is_asked = bits > f64::NEG_INFINITY;
        if is_asked && may_agree.most(model, &a.outlines, &b.outlines) < bits {
            return false;
        }
        self.meet_at(model, a, b, &may_agree);
        if is_asked && self.best().most_with_joins(model, &a.outlines, &b.outlines) < bits {
            return false;
        }
        self.join(model, a, b);
        !is_asked || self.most(model, a, b) >= bits
    }

    /// The tokens of two names that may agree, from their outlines.
    pub(super) fn may_agree(&self, model: &Model, a: NameView<'_>, b: NameView<'_>) -> MayAgree {
        let shares = &self.shares;
        MayAgree::of(Most { model, shares }, &a.outlines, &b.outlines)
    }

    /// Finds those that do agree, one by one.
    pub(super) fn meet_at(
        &mut self,
        model: &Model,
        a: NameView<'_>,
        b: NameView<'_>,
        may_agree: &MayAgree,
    ) {
        self.options.clear();
        self.spelling.take();
        let is_narrow = OnceCell::new();
        let is_narrow = || *is_narrow.get_or_init(|| is_cut_at_a_width(a.compared(), b.compared()));
        for x in a.outlines.tokens() {
            let at = usize::from(x.start);
            let (same, cuts) = (may_agree.same[at], may_agree.cut[at]);
            if same | cuts == 0 {
                continue;
            }
            for y in b.outlines.tokens() {
                let mark = y.tokens();
                if (same | cuts) & mark == 0 {
                    continue;
                }
                let is_minor = x.look == Look::Minor || y.look == Look::Minor;
                let found = if is_minor {
                    self.minor_agreement(model, (a, x), (b, y))
                } else {
                    let same = (same & mark != 0).then(|| self.agreement(model, (a, x), (b, y)));
                    let cut = (cuts & mark != 0).then(|| cut(model, (a, x), (b, y), is_narrow()));
                    better(same.flatten(), cut.flatten())
                };
                if let Some((level, bits)) = found {
                    self.options.push(Partners {
                        bits,
                        level,
                        a: x.start,
                        a_len: 1,
                        b: y.start,
                        b_len: 1,
                    });
                }
            }
        }
    }

    /// Finds neighbours that agree with one token.
    pub(super) fn join(&mut self, model: &Model, a: NameView<'_>, b: NameView<'_>) {
        joins(model, a, b, &mut self.options);
    }

    /// The most that `names::compare_names` can make of two names that have just met.
    pub(super) fn most(&mut self, model: &Model, a: NameView<'_>, b: NameView<'_>) -> f64 {
        let mut best = self.best();
        let (found, spelling) = self.met(model, a, b);
        let is_apart = found.is_empty();
        let near_miss = is_apart.then(|| nearly(model, &a, &b, spelling)).flatten();
        if let Some(run) = whole_run(model, &a, &b, spelling) {
            best.add_joined(run.mask_a(), run.mask_b(), run.bits);
        }
        let most = best.most(model, &a.outlines, &b.outlines);
        near_miss.map_or(most, |bits| most.max(bits))
    }

    fn best(&self) -> Best {
        let mut best = Best::default();
        for p in &self.options {
            if (p.a_len, p.b_len) == (1, 1) {
                best.add(p.a, p.b, p.bits);
            } else {
                best.add_joined(p.mask_a(), p.mask_b(), p.bits);
            }
        }
        best
    }

    /// What was found of two names that have just met, and what the spelling of the whole of them says:
    /// [`whole_spelling`], worked out once.
    pub(super) fn met<'a>(
        &'a mut self,
        model: &'a Model,
        a: NameView<'a>,
        b: NameView<'a>,
    ) -> (&'a mut Vec<Partners>, impl Fn() -> Option<f64> + Copy + 'a) {
        let found = &self.spelling;
        let spelling = move || *found.get_or_init(|| whole_spelling(model, &a, &b));
        (&mut self.options, spelling)
    }

    /// What it is worth that both names have a title or a particle, or that what is a title in one
    /// is a word of the other.
    fn minor_agreement(&mut self, model: &Model, x: Seen<'_>, y: Seen<'_>) -> Option<(Level, f64)> {
        if x.1.look == Look::Initial || y.1.look == Look::Initial {
            return None;
        }
        let (ours, theirs) = (token(x), token(y));
        let worth = if ours.is_core() || theirs.is_core() {
            model.minor.1
        } else if ours.tag == Tag::Particle && theirs.tag == Tag::Particle {
            model.minor.2
        } else {
            model.minor.0
        };
        let rarity = f64::from(ours.bits.min(theirs.bits));
        let level = if ours.form() == theirs.form() {
            Level::Same
        } else {
            let is_long = ours.form().len().min(theirs.form().len()) > 3;
            let (_, bits) = is_long.then(|| self.agreement(model, x, y)).flatten()?;
            (bits > 0.5 * rarity).then_some(Level::Similar)?
        };
        let worth = worth.min(rarity);
        Some((level, worth))
    }

    /// What it is worth that two tokens are the same name; `None` where they are not.
    fn agreement(&mut self, model: &Model, x: Seen<'_>, y: Seen<'_>) -> Option<(Level, f64)> {
        let looks = (x.1.look, y.1.look);
        let bits = x.1.bits.min(y.1.bits);
        if looks.0 == Look::Initial || looks.1 == Look::Initial {
            let fits = x.1.begins & y.1.begins != 0;
            return fits.then(|| (Level::Initial, model.initial(x.1, y.1)));
        }
        if looks.0 == Look::Number || looks.1 == Look::Number {
            let is_same = token(x).form() == token(y).form();
            return is_same.then(|| (Level::Same, model.worth(bits)));
        }
        if is_father_and_son(x, y) {
            return None;
        }
        // Patronymics of brother and sister are no forms of one name.
        let are_names = looks == (Look::Word, Look::Word);
        let words = u64::from(x.1.word) << 32 | u64::from(y.1.word);
        let question = words << 1 | u64::from(are_names);
        let found = self.agreements.get(question, || {
            let (x, y) = (token(x), token(y));
            let form = other_form(model, x, y).filter(|_| are_names);
            let found = better(agreement(model, x, y), form);
            found.map(|(level, bits)| (level, narrow(bits)))
        });
        found.map(|(level, bits)| (level, f64::from(bits)))
    }
}

/// A token as the quick look sees it: its name and its outline.
type Seen<'a> = (NameView<'a>, &'a Outline);

/// The token that an outline stands for.
fn token((name, outline): Seen<'_>) -> &Token {
    &name.name.tokens[usize::from(outline.start)]
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "bits of a name are of one digit behind the point"
)]
fn narrow(bits: f64) -> f32 {
    bits as f32
}

/// What it is worth that one token is the beginning of the other, cut off where a field ended. The
/// last word of a name may be cut anywhere, another one where no name is left.
///
/// `is_narrow`: all words of the name were cut at one width, names of their own among them.
fn cut(model: &Model, x: Seen<'_>, y: Seen<'_>, is_narrow: bool) -> Option<(Level, f64)> {
    let is_last = |x: Seen<'_>| x.1.start + 1 == x.0.outlines.count;
    let (ours, theirs) = ((token(x), is_last(x)), (token(y), is_last(y)));
    let ((short, is_last), (long, _)) = if ours.0.form().len() < theirs.0.form().len() {
        (ours, theirs)
    } else {
        (theirs, ours)
    };
    let is_known = short.is_known() && !is_narrow;
    // Ivan is not the beginning of Ivanovich.
    let fits = short.tag == Tag::Word
        && (long.tag == Tag::Word
            || (long.tag == Tag::Patronymic && (is_last || is_narrow) && !is_known));
    if !fits || short.is_foreign() || long.is_foreign() {
        return None;
    }
    if !is_last && is_known {
        return None;
    }
    let least = if is_last { 2 } else { CUT_SOUNDS };
    let begins = |f: &Form, g: &Form| {
        f.len() >= least && g.len() > f.len() && g.as_bytes().starts_with(f.as_bytes())
    };
    let mut pairs = short
        .sounds()
        .iter()
        .flat_map(|f| long.sounds().iter().map(move |g| (f, g)));
    let share = if is_known { model.cut.1 } else { model.cut.0 };
    pairs
        .any(|(f, g)| begins(f, g))
        .then(|| (Level::Cut, model.worth(short.bits.min(long.bits)) * share))
}

/// Whether one of two names has the words of the other, each cut at the same width, and two cut at least.
/// Apostrophes and marks are not counted, so a letter may be missing.
fn is_cut_at_a_width(a: &[Token], b: &[Token]) -> bool {
    if a.len() != b.len() || a.len() < 2 {
        return false;
    }
    let letters = |name: &[Token]| -> usize { name.iter().map(|t| t.form().len()).sum() };
    let (short, long) = if letters(a) < letters(b) {
        (a, b)
    } else {
        (b, a)
    };
    let width = short.iter().map(|t| t.form().len()).max().unwrap_or(0);
    let mut cut = 0;
    let is_whole_or_cut = |(x, y): (&Token, &Token)| {
        let (x, y) = (x.form().as_bytes(), y.form().as_bytes());
        let is_cut = y.len() > x.len() && x.len() + 1 >= width && y.starts_with(x);
        cut += usize::from(is_cut);
        is_cut || x == y
    };
    short.iter().zip(long).all(is_whole_or_cut) && cut > 1
}

/// Whether one token is a patronymic and the other the name that it may be made of: Aleksandrovich is
/// not Aleksandr.
fn is_father_and_son(x: Seen<'_>, y: Seen<'_>) -> bool {
    const ENDING: usize = 4;
    let (patronymic, name) = match (x.1.look, y.1.look) {
        (Look::Patronymic, Look::Word) => (x, y),
        (Look::Word, Look::Patronymic) => (y, x),
        _ => return false,
    };
    // Without its vowels a patronymic is as short as that.
    !name.1.is_abjad() && token(patronymic).form().len() >= token(name).form().len() + ENDING
}
