//! Tokens that stand together for one token of the other name, or for the whole of it.

use crate::keys::{Join, NameView, PreparedName, natives};
use crate::score::bound::{join_bits, join_fits};
use crate::score::evidence::Level;
use crate::score::kernels::osa_distance;
use crate::score::model::Model;
use crate::score::partners::{Partners, index};
use crate::score::words::{distance, is_cut, spelling_bits};

/// A sound distance per letter from which on joined neighbours are another word.
const JOINED_GAP: f32 = 0.12;

/// A name that was written in one run, as the partner of all words of a name in Latin letters.
pub(super) fn whole_run(
    model: &Model,
    a: &PreparedName,
    b: &PreparedName,
    spelling: impl Fn() -> Option<f64>,
) -> Option<Partners> {
    if is_cut(a) == is_cut(b) {
        return None;
    }
    let spelling = spelling()?;
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

/// Two neighbours of one name written as one token of the other.
pub(super) fn joins(model: &Model, a: NameView<'_>, b: NameView<'_>, options: &mut Vec<Partners>) {
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
    name: NameView<'a>,
    other: NameView<'a>,
) -> impl Iterator<Item = (&'a Join, u8, f64)> + 'a {
    let pairs = name.name.joins.iter().zip(name.outlines.joins);
    let pairs = pairs.flat_map(move |j| {
        let wholes = other.outlines.wholes.iter();
        wholes
            .filter(move |w| join_fits(j.1, w))
            .map(move |w| (j.0, w))
    });
    pairs.filter_map(move |(join, whole)| {
        let at = whole.start;
        let token = other.name.tokens.get(usize::from(at))?;
        let form = token.form();
        let share: f64 = match osa_distance(join.form.as_bytes(), form.as_bytes()) {
            0 => 1.0,
            1 => 0.85,
            2 if form.len() >= 9 => 0.65,
            _ => 0.0,
        };
        let gap = distance(&join.sound, false, &token.sounds()[0], token.is_abjad);
        // A short one must sound the same.
        let sounds_alike = gap == 0.0 || form.len() > 4 && gap < JOINED_GAP;
        let share = if sounds_alike {
            share.max(f64::from(model.share(gap)) * model.respelt)
        } else {
            share
        };
        let worth = model.worth(join_bits(join.bits, whole.bits));
        let written = || {
            if token.is_foreign() {
                return None;
            }
            let end = join.start + join.len;
            let native = natives(&name.name.tokens[usize::from(join.start)..usize::from(end)])?;
            Some(spelling_bits(model, &native, form).min(worth) * model.respelt)
        };
        let bits = if share < 1.0 {
            written().map_or(worth * share, |bits| bits.max(worth * share))
        } else {
            worth
        };
        (bits > 0.0).then_some((join, at, bits))
    })
}
