//! Evidence of one name pair: which tokens are partners, and what that is worth.

use crate::keys::{Form, Join, Look, PreparedName, Token};
use crate::normalize::Tag;
use crate::rarity;
use crate::score::bound::{Chances, is_close, join_fits, mean_len};
use crate::score::evidence::{EvidenceKind, Level, Part};
use crate::score::kernels::{osa_distance, sound_distance};
use crate::score::model::Model;
use crate::translit::Native;

/// A possible partnership of tokens: `a..a+a_len` of the subject with `b..b+b_len` of the notice.
#[derive(Clone, Copy, Debug)]
struct Partners {
    bits: f64,
    level: Level,
    a: u8,
    a_len: u8,
    b: u8,
    b_len: u8,
}

impl Partners {
    fn mask_a(&self) -> u32 {
        span(self.a, self.a_len)
    }

    fn mask_b(&self) -> u32 {
        span(self.b, self.b_len)
    }
}

/// Compares two names; pushes the evidence to `parts` and returns its sum.
///
/// Greedy assignment by bits: names have few tokens and the best partner is seldom shared.
pub(super) fn compare_names(
    model: &Model,
    a: &PreparedName,
    b: &PreparedName,
    chances: &Chances,
    parts: &mut Vec<Part>,
) -> f64 {
    let (a_tokens, b_tokens) = (a.compared(), b.compared());
    let start = parts.len();
    let mut chosen = choose(model, a, b, chances);
    let taken = chosen.iter().fold((0, 0), |taken, p| {
        (taken.0 | p.mask_a(), taken.1 | p.mask_b())
    });
    let missed = (
        open_tokens(a_tokens) & !taken.0,
        open_tokens(b_tokens) & !taken.1,
    );
    discount(model, a_tokens, b_tokens, &mut chosen);
    chosen.sort_by_key(|p| p.a);
    for p in &chosen {
        let (at_a, at_b) = ((p.a, p.a_len), (p.b, p.b_len));
        parts.push(Part::tokens(
            EvidenceKind::NameToken,
            p.level,
            p.bits,
            at_a,
            at_b,
        ));
    }
    leftovers(model, a_tokens, b_tokens, missed, parts);
    if !chosen.is_sorted_by_key(|p| p.b) {
        parts.push(Part::form(Level::Reordered, model.order));
    }
    if missed == (0, 0) && !chosen.is_empty() {
        parts.push(Part::form(Level::Complete, model.complete));
    }
    legal_forms(model, a_tokens, b_tokens, parts);
    let mut sum: f64 = parts[start..].iter().map(|p| p.bits).sum();
    if chosen.is_empty()
        && let Some(graded) = nearly(model, a, b)
    {
        parts.push(Part::form(Level::Floor, graded - sum));
        sum = graded;
    }
    if sum < model.name_floor {
        parts.push(Part::form(Level::Floor, model.name_floor - sum));
        return model.name_floor;
    }
    sum
}

/// The partners, those with most bits first. Equal bits: those nearest to the start of both names,
/// so that the two names may change places.
fn choose(model: &Model, a: &PreparedName, b: &PreparedName, chances: &Chances) -> Vec<Partners> {
    let mut options = Vec::with_capacity(16);
    singles(model, a.compared(), b.compared(), chances, &mut options);
    joins(model, a, b, &mut options);
    options.sort_by(|x, y| {
        let place = |p: &Partners| (p.a + p.b, p.a_len + p.b_len, p.a);
        y.bits
            .total_cmp(&x.bits)
            .then_with(|| place(x).cmp(&place(y)))
    });
    let (mut taken_a, mut taken_b) = (0, 0);
    options.retain(|p| {
        let is_free = taken_a & p.mask_a() == 0 && taken_b & p.mask_b() == 0;
        if is_free {
            taken_a |= p.mask_a();
            taken_b |= p.mask_b();
        }
        is_free
    });
    let sum: f64 = options.iter().map(|p| p.bits).sum();
    match whole_run(model, a, b).filter(|whole| whole.bits > sum) {
        Some(whole) => vec![whole],
        None => options,
    }
}

/// A token that comes again (`Omar Omar`) and each further descriptive word are worth a share. The
/// partners come with most bits first.
#[allow(
    clippy::many_single_char_names,
    reason = "a and b are the two sides of a pair"
)]
fn discount(model: &Model, a: &[Token], b: &[Token], chosen: &mut [Partners]) {
    let tokens = |pair: &Partners| (&a[usize::from(pair.a)], &b[usize::from(pair.b)]);
    let mut share = 1.0;
    for at in 0..chosen.len() {
        let (before, rest) = chosen.split_at_mut(at);
        let Some(pair) = rest.first_mut() else { return };
        let (x, y) = tokens(pair);
        let is_again = before
            .iter()
            .map(tokens)
            .any(|(ours, theirs)| ours.form() == x.form() || theirs.form() == y.form());
        if is_again {
            pair.bits *= model.again;
        } else if x.tag == Tag::Descriptor || y.tag == Tag::Descriptor {
            pair.bits *= share;
            share *= model.descriptor.1;
        }
    }
}

fn is_compared(token: &Token) -> bool {
    token.is_core() || token.tag == Tag::Initial
}

fn open_tokens(tokens: &[Token]) -> u32 {
    tokens
        .iter()
        .enumerate()
        .filter(|(_, t)| is_compared(t))
        .fold(0, |set, (i, _)| set | 1 << i)
}

fn span(start: u8, len: u8) -> u32 {
    ((1 << len) - 1) << start
}

fn index(i: usize) -> u8 {
    // Names are cut to 16 tokens.
    u8::try_from(i).unwrap_or(u8::MAX)
}

fn singles(
    model: &Model,
    a: &[Token],
    b: &[Token],
    chances: &Chances,
    options: &mut Vec<Partners>,
) {
    for (i, (x, partners)) in a.iter().zip(chances.partners).enumerate() {
        let may_agree = b.iter().enumerate().filter(|(j, _)| partners & 1 << j != 0);
        for (j, y) in may_agree {
            let found = if is_compared(x) && is_compared(y) {
                agreement(model, x, y)
            } else {
                minor_agreement(model, x, y)
            };
            if let Some((level, bits)) = found {
                options.push(Partners {
                    bits,
                    level,
                    a: index(i),
                    a_len: 1,
                    b: index(j),
                    b_len: 1,
                });
            }
        }
    }
}

/// What it is worth that both names have a title or a particle, or that what is a title in one is a
/// word of the other.
fn minor_agreement(model: &Model, x: &Token, y: &Token) -> Option<(Level, f64)> {
    if x.tag == Tag::Initial || y.tag == Tag::Initial {
        return None;
    }
    let worth = if x.is_core() || y.is_core() {
        model.minor.1
    } else if x.tag == Tag::Particle && y.tag == Tag::Particle {
        model.minor.2
    } else {
        model.minor.0
    };
    let rarity = f64::from(x.bits.min(y.bits));
    let level = if x.form() == y.form() {
        Level::Same
    } else {
        let is_long = x.form().len().min(y.form().len()) > 3;
        let (_, bits) = agreement(model, x, y).filter(|_| is_long)?;
        (bits > 0.5 * rarity).then_some(Level::Similar)?
    };
    let worth = worth.min(rarity);
    Some((level, worth))
}

/// What it is worth that two tokens are the same name; `None` where they are not.
fn agreement(model: &Model, x: &Token, y: &Token) -> Option<(Level, f64)> {
    let worth = model.worth(x.bits.min(y.bits));
    if x.tag == Tag::Initial || y.tag == Tag::Initial {
        let fits = x.forms().iter().any(|f| {
            y.forms()
                .iter()
                .any(|g| f.as_bytes().first() == g.as_bytes().first())
        });
        return fits.then_some((Level::Initial, model.initial.min(worth)));
    }
    if x.form() == y.form() {
        return Some((Level::Same, worth));
    }
    if x.tag == Tag::Number || y.tag == Tag::Number {
        return None;
    }
    let best = sound_gap(x, y);
    let mut share = f64::from(model.share(best));
    // Maria and Mario are names of their own; an unknown spelling is more likely a slip.
    if best > 0.0 && x.bits.max(y.bits) < model.well_known.0 {
        share *= model.well_known.1;
    }
    if share <= 0.0 {
        return None;
    }
    let level = if best == 0.0 {
        Level::SoundsSame
    } else {
        Level::Similar
    };
    let bits = match spelled(model, x, y) {
        Some(bits) => worth.min(bits - model.spelling.2 * f64::from(best)),
        None => worth * share,
    };
    (bits > 0.0).then_some((level, bits * model.respelt))
}

/// What the spelling of the one says for the other, in bits, where one is written in a script that
/// has been learned and the other in Latin letters.
fn spelled(model: &Model, x: &Token, y: &Token) -> Option<f64> {
    let (native, latin) = match (&x.native, &y.native) {
        (Some(native), None) if !y.is_foreign() => (native, y),
        (None, Some(native)) if !x.is_foreign() => (native, x),
        _ => return None,
    };
    let each = latin.forms().iter();
    each.map(|f| spelling_bits(model, native, f))
        .reduce(f64::max)
}

fn spelling_bits(model: &Model, native: &Native, latin: &Form) -> f64 {
    let (start, slope, _) = model.spelling;
    let likelier = native.log2_probability(latin.as_bytes())
        + f64::from(rarity::letter_bits(latin.as_bytes()));
    start + slope * likelier
}

/// What the spelling of a whole name says, in bits, where one was written in one run in a learned
/// script and the other stands in Latin letters; `None` otherwise. Where a run was cut is a guess,
/// and either order is usual.
///
/// For measuring and for runs: how rare the name is does not count here.
pub(crate) fn whole_spelling(model: &Model, a: &PreparedName, b: &PreparedName) -> Option<f64> {
    let (native, latin) = match (run(a.compared()), run(b.compared())) {
        (Some(native), None) => (native, b),
        (None, Some(native)) => (native, a),
        _ => return None,
    };
    let words = latin.compared();
    if words.len() > RUN_WORDS || words.iter().any(|t| t.is_foreign()) {
        return None;
    }
    if let ([x], [y]) = (a.compared(), b.compared()) {
        let apart = sound_gap(x, y).min(FAR);
        return spelled(model, x, y).map(|bits| bits - model.spelling.2 * f64::from(apart));
    }
    let orders = (0..words.len()).map(|first| {
        let (behind, front) = words.split_at(first);
        let spelling = front.iter().chain(behind).map(|t| t.form());
        let spelling = spelling.fold(Form::default(), Form::joined);
        spelling_bits(model, &native, &spelling)
    });
    orders.reduce(f64::max)
}

/// What two names bring that do not agree, where the spelling of the one speaks for the other: between
/// the floor and a conflict, so that a near miss stands above what has nothing in common. Only where
/// one of them is one word or one run, as `bound` expects no less of those than a conflict.
fn nearly(model: &Model, a: &PreparedName, b: &PreparedName) -> Option<f64> {
    let is_one = |name: &PreparedName| {
        let cores = name.compared().iter().filter(|t| t.is_core());
        cores.count() <= 1 || is_cut(name)
    };
    if !(is_one(a) || is_one(b)) {
        return None;
    }
    let spelling = whole_spelling(model, a, b)?;
    let width = (model.conflict.0 - model.name_floor).max(0.0);
    Some(model.name_floor + width / (1.0 + (-spelling / NEARLY).exp2()))
}

/// Bits of spelling that halve the odds of a near miss.
const NEARLY: f64 = 12.0;

/// Most Latin words that are read as one run.
const RUN_WORDS: usize = 4;

/// A sound distance per letter at which two forms have nothing in common.
const FAR: f32 = 0.5;

/// Tokens that were written without spaces in a learned script, or a single one.
fn run(tokens: &[Token]) -> Option<Native> {
    let is_run = tokens.iter().skip(1).all(|t| t.is_glued);
    is_run.then(|| natives(tokens)).flatten()
}

/// Tokens in one learned script, as one word.
fn natives(tokens: &[Token]) -> Option<Native> {
    let (first, rest) = tokens.split_first()?;
    rest.iter()
        .try_fold((**first.native.as_ref()?).clone(), |all, next| {
            all.joined(next.native.as_ref()?)
        })
}

/// Whether a name was written in one run and cut by guess.
fn is_cut(name: &PreparedName) -> bool {
    let mut joins = name.outlines.joins().iter();
    joins.any(|j| j.look == Look::Learned)
}

/// A name that was written in one run, as the partner of all words of a name in Latin letters.
fn whole_run(model: &Model, a: &PreparedName, b: &PreparedName) -> Option<Partners> {
    if is_cut(a) == is_cut(b) {
        return None;
    }
    let spelling = whole_spelling(model, a, b)?;
    let latin = if is_cut(a) { b } else { a };
    let worth: f64 = latin.compared().iter().map(|t| model.worth(t.bits)).sum();
    (spelling > 0.0).then(|| Partners {
        bits: spelling.min(worth) * model.respelt,
        level: Level::SoundsSame,
        a: 0,
        a_len: index(a.compared().len()),
        b: 0,
        b_len: index(b.compared().len()),
    })
}

/// The least sound distance per letter of the forms of two tokens.
fn sound_gap(x: &Token, y: &Token) -> f32 {
    let mut best = f32::MAX;
    for f in x.sounds() {
        for g in y.sounds() {
            best = best.min(distance(f, x.is_abjad, g, y.is_abjad));
        }
    }
    best
}

/// Sound distance per letter; far apart forms are not measured to the end.
fn distance(f: &Form, f_is_abjad: bool, g: &Form, g_is_abjad: bool) -> f32 {
    let (a, b) = (f.as_bytes(), g.as_bytes());
    let longest = f.byte_len().max(g.byte_len());
    let edits = osa_distance(a, b);
    if edits == 0 {
        return 0.0;
    }
    // Short tokens have no edit budget: Li is not Lu.
    if longest <= 2 || !is_close(edits, longest) {
        return f32::MAX;
    }
    sound_distance(a, f_is_abjad, b, g_is_abjad) / mean_len(f.byte_len(), g.byte_len())
}

/// Two neighbours of one name written as one token of the other.
fn joins(model: &Model, a: &PreparedName, b: &PreparedName, options: &mut Vec<Partners>) {
    for (join, whole, bits) in joined(model, a, b) {
        options.push(Partners {
            bits,
            level: Level::Joined,
            a: join.start,
            a_len: join.len,
            b: whole,
            b_len: 1,
        });
    }
    for (join, whole, bits) in joined(model, b, a) {
        options.push(Partners {
            bits,
            level: Level::Joined,
            a: whole,
            a_len: 1,
            b: join.start,
            b_len: join.len,
        });
    }
}

/// Joined neighbours of a name, the token of another that they are, and what that is worth.
fn joined<'a>(
    model: &'a Model,
    name: &'a PreparedName,
    other: &'a PreparedName,
) -> impl Iterator<Item = (&'a Join, u8, f64)> + 'a {
    let pairs = name.joins.iter().zip(name.outlines.joins()).flat_map(|j| {
        let wholes = other.outlines.wholes().iter();
        wholes
            .filter(move |w| join_fits(j.1, w))
            .map(move |w| (j.0, w))
    });
    pairs.filter_map(|(join, whole)| {
        let at = index(whole.tokens.trailing_zeros() as usize);
        let token = other.tokens.get(usize::from(at))?;
        let form = token.form();
        let share = match osa_distance(join.form.as_bytes(), form.as_bytes()) {
            0 => 1.0,
            1 => 0.85,
            2 if form.len() >= 9 => 0.65,
            _ => 0.0,
        };
        let worth = model.worth(join.bits.min(whole.bits));
        let written = || {
            let end = join.start + join.len;
            let native = natives(&name.tokens[usize::from(join.start)..usize::from(end)])?;
            let bits = spelling_bits(model, &native, form).min(worth);
            (!token.is_foreign()).then_some(bits * model.respelt)
        };
        let bits = if share < 1.0 {
            written().map_or(worth * share, |bits| bits.max(worth * share))
        } else {
            worth
        };
        (bits > 0.0).then_some((join, at, bits))
    })
}

fn leftovers(model: &Model, a: &[Token], b: &[Token], free: (u32, u32), parts: &mut Vec<Part>) {
    let of = |tokens: &[Token], set: u32| -> Vec<u8> {
        let mut left: Vec<u8> = (0..index(tokens.len()))
            .filter(|i| set & 1 << i != 0)
            .collect();
        // The rarest tokens speak first; initials and descriptors last.
        left.sort_by(|x, y| {
            let bits = |i: &u8| tokens[usize::from(*i)].bits;
            bits(y).total_cmp(&bits(x)).then(x.cmp(y))
        });
        left
    };
    let (left_a, left_b) = (of(a, free.0), of(b, free.1));
    let both = left_a.len().min(left_b.len());
    for (i, j) in left_a.iter().zip(&left_b) {
        let (x, y) = (&a[usize::from(*i)], &b[usize::from(*j)]);
        let numbers = x.tag == Tag::Number && y.tag == Tag::Number;
        let bits = if numbers {
            model.number_conflict
        } else {
            let conflict = if *i == left_a[0] {
                model.conflict.0
            } else {
                model.conflict.1
            };
            conflict * weight(model, x).min(weight(model, y))
        };
        parts.push(Part::tokens(
            EvidenceKind::NameToken,
            Level::Differ,
            bits,
            (*i, 1),
            (*j, 1),
        ));
    }
    let mut first = true;
    for i in &left_a[both..] {
        let bits = extra(model, &a[usize::from(*i)], first);
        parts.push(Part::tokens(
            EvidenceKind::ExtraSubjectToken,
            Level::Extra,
            bits,
            (*i, 1),
            (0, 0),
        ));
        first = false;
    }
    for j in &left_b[both..] {
        let bits = extra(model, &b[usize::from(*j)], first);
        parts.push(Part::tokens(
            EvidenceKind::ExtraNoticeToken,
            Level::Extra,
            bits,
            (0, 0),
            (*j, 1),
        ));
        first = false;
    }
}

fn extra(model: &Model, token: &Token, first: bool) -> f64 {
    let bits = if first { model.extra.0 } else { model.extra.1 };
    bits * weight(model, token)
}

/// How much the lack of a partner says: less for initials and descriptive words.
fn weight(model: &Model, token: &Token) -> f64 {
    match token.tag {
        Tag::Initial => 0.4,
        Tag::Descriptor => model.descriptor.0,
        Tag::Number => 2.0,
        _ => 1.0,
    }
}

fn legal_forms(model: &Model, a: &[Token], b: &[Token], parts: &mut Vec<Part>) {
    let find = |tokens: &[Token]| tokens.iter().position(|t| t.tag == Tag::OrgForm).map(index);
    if let (Some(i), Some(j)) = (find(a), find(b)) {
        let same = a[usize::from(i)].form() == b[usize::from(j)].form();
        let (level, bits) = if same {
            (Level::Same, model.legal_form.0)
        } else {
            (Level::Differ, model.legal_form.1)
        };
        parts.push(Part::tokens(
            EvidenceKind::NameForm,
            level,
            bits,
            (i, 1),
            (j, 1),
        ));
    }
}
