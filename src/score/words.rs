//! What two words are worth to each other, and what the spelling of a whole name says.

use crate::keys::{Form, LetterSet, PreparedName, Tie, Word, sound_form};
use crate::rarity;
use crate::score::evidence::Level;
use crate::score::kernels::{known_distance, osa_distance, sound_distance};
use crate::score::model::Model;
use crate::translit::Native;

/// That of two agreements which is worth more.
pub(super) fn better(
    one: Option<(Level, f64)>,
    other: Option<(Level, f64)>,
) -> Option<(Level, f64)> {
    match (one, other) {
        (Some(one), Some(other)) if other.1 > one.1 => Some(other),
        (one, other) => one.or(other),
    }
}

/// Fewest sounds of a word that was cut and is not the last of its name.
pub(super) const CUT_SOUNDS: usize = 4;

/// What it is worth that two words are the same name; `None` where they are not.
pub(super) fn agreement(model: &Model, x: &Word, y: &Word) -> Option<(Level, f64)> {
    let worth = model.worth(x.bits.min(y.bits));
    if x.form() == y.form() {
        return Some((Level::Same, worth));
    }
    respelling(model, x, y, worth)
}

/// What it is worth that two words are forms of one name by table.
pub(super) fn other_form(model: &Model, x: &Word, y: &Word) -> Option<(Level, f64)> {
    let tie = x.kin.tie(&y.kin)?;
    let level = match tie {
        Tie::Short => Level::ShortForm,
        Tie::Equivalent | Tie::Spelling => Level::OtherForm,
    };
    Some((level, model.worth(x.bits.min(y.bits)) * model.tie(tie)))
}

/// What it is worth that two words sound alike.
fn respelling(model: &Model, x: &Word, y: &Word, worth: f64) -> Option<(Level, f64)> {
    let best = sound_gap(x, y);
    let share = f64::from(model.share(best));
    let share = if share < model.slip && is_slip(x, y) {
        model.slip
    } else {
        share
    };
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
        None => worth * share.min(share_of_known(x, y)),
    };
    (bits > 0.0).then_some((level, bits * model.respelt))
}

/// The most that is left of its bits where tables hold both words; all where they do not: Maria and Mario
/// are names of their own, Luis and Luiz are not, and an unknown spelling is more likely a slip.
fn share_of_known(x: &Word, y: &Word) -> f64 {
    if !(x.is_known() && y.is_known()) || x.is_abjad || y.is_abjad {
        return 1.0;
    }
    let each = x.sounds().iter();
    let pairs = each.flat_map(|f| y.sounds().iter().map(|g| (f.as_bytes(), g.as_bytes())));
    let halvings = pairs.map(|(f, g)| known_distance(f, g));
    f64::from((-halvings.fold(f32::MAX, f32::min)).exp2())
}

/// Whether one word is a known name and the other, which is none, one slip away from it.
fn is_slip(x: &Word, y: &Word) -> bool {
    let is_of = |x: &Word, y: &Word| x.may_be_slip() && y.is_known() && !y.is_foreign();
    (is_of(x, y) || is_of(y, x))
        && may_be_slip(x.sound_sets()[0], y.sound_sets()[0])
        && osa_distance(x.sounds()[0].as_bytes(), y.sounds()[0].as_bytes()) <= 1
}

/// Whether two forms may be one slip apart and are long enough for that to say something.
pub(super) fn may_be_slip(f: LetterSet, g: LetterSet) -> bool {
    f.longest(g) >= 5 && f.least_edits(g) <= 1
}

/// What the spelling of the one says for the other, in bits, where one is written in a script that
/// has been learned and the other in Latin letters.
fn spelled(model: &Model, x: &Word, y: &Word) -> Option<f64> {
    let (native, latin) = match (&x.native, &y.native) {
        (Some(native), None) if !y.is_foreign() => (native, y),
        (None, Some(native)) if !x.is_foreign() => (native, x),
        _ => return None,
    };
    let each = latin.forms().iter();
    each.map(|f| spelling_bits(model, native, f))
        .reduce(f64::max)
}

pub(super) fn spelling_bits(model: &Model, native: &Native, latin: &Form) -> f64 {
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
    let (native, latin) = match (&a.whole, &b.whole) {
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
        spelling_bits(model, native, &spelling)
    });
    orders.reduce(f64::max)
}

/// How near two names in Latin letters sound, all words of each as one: minus the sound distance per
/// letter. For measuring alone.
pub(crate) fn nearness(a: &PreparedName, b: &PreparedName) -> Option<f64> {
    let whole = |name: &PreparedName| {
        let words = name.compared();
        let spelling = words.iter().map(|t| t.form());
        let spelling = spelling.fold(Form::default(), Form::joined);
        let is_latin = !words.iter().any(|t| t.is_foreign());
        is_latin.then(|| sound_form(&spelling))
    };
    let gap = distance(&whole(a)?, false, &whole(b)?, false);
    Some(-f64::from(gap))
}

/// What two names bring that do not agree, where the spelling of the one speaks for the other
/// ([`whole_spelling`] of them): between the floor and a conflict, so that a near miss stands above what
/// has nothing in common. Only where one of them is one word or one run, as `bound` expects no less of
/// those than a conflict.
pub(super) fn nearly(
    model: &Model,
    a: &PreparedName,
    b: &PreparedName,
    spelling: impl Fn() -> Option<f64>,
) -> Option<f64> {
    let is_one = |name: &PreparedName| {
        let cores = name.compared().iter().filter(|t| t.is_core());
        cores.count() <= 1 || is_cut(name)
    };
    if !(is_one(a) || is_one(b)) {
        return None;
    }
    let spelling = spelling()?;
    let width = (model.conflict.0 - model.name_floor).max(0.0);
    Some(model.name_floor + width / (1.0 + (-spelling / NEARLY).exp2()))
}

/// Bits of spelling that halve the odds of a near miss.
const NEARLY: f64 = 12.0;

/// Most Latin words that are read as one run.
const RUN_WORDS: usize = 4;

/// A sound distance per letter at which two forms have nothing in common.
const FAR: f32 = 0.5;

/// Whether a name was written in one run and cut by guess.
pub(super) fn is_cut(name: &PreparedName) -> bool {
    name.joins.iter().any(|j| j.is_run)
}

/// The least sound distance per letter of the forms of two tokens.
fn sound_gap(x: &Word, y: &Word) -> f32 {
    let mut best = f32::MAX;
    for f in x.sounds() {
        for g in y.sounds() {
            best = best.min(distance(f, x.is_abjad, g, y.is_abjad));
        }
    }
    best
}

/// Sound distance per letter; far apart forms are not measured to the end.
pub(super) fn distance(f: &Form, f_is_abjad: bool, g: &Form, g_is_abjad: bool) -> f32 {
    let (a, b) = (f.as_bytes(), g.as_bytes());
    let longest = f.byte_len().max(g.byte_len());
    let edits = osa_distance(a, b);
    if edits == 0 {
        return 0.0;
    }
    if !is_close(edits, longest, f_is_abjad || g_is_abjad) {
        return f32::MAX;
    }
    sound_distance(a, f_is_abjad, b, g_is_abjad) / mean_len(f.byte_len(), g.byte_len())
}

/// What a sound distance is divided by: the mean length of two forms, 3 at least.
pub(super) fn mean_len(a_len: u8, b_len: u8) -> f32 {
    (f32::from(a_len + b_len) / 2.0).max(3.0)
}

/// Whether so many edits leave two forms close: none, or at most 55 of 100 letters of the longer one, 65
/// where vowels may have been left out. Forms of two letters have no edit budget: Li is not Lu.
pub(super) fn is_close(edits: u32, longest: u8, is_abjad: bool) -> bool {
    let most = if is_abjad { 13 } else { 11 };
    edits == 0 || (longest > 2 && edits * 20 <= u32::from(longest) * most)
}
