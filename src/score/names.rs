//! Evidence of one name pair: which tokens are partners, and what that is worth.

use crate::keys::{Join, PreparedName, Sound, Token};
use crate::normalize::Tag;
use crate::score::evidence::{EvidenceKind, Level, Part};
use crate::score::kernels::{osa_distance, sound_distance};
use crate::score::model::Model;

/// Most tokens of a name that are compared; 16 on each side.
const TOKENS: usize = 16;

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

/// Compares two names; pushes the evidence to `parts` and returns its sum.
///
/// Greedy assignment by bits: names have few tokens and the best partner is seldom shared.
pub(super) fn compare_names(
    model: &Model,
    a: &PreparedName,
    b: &PreparedName,
    parts: &mut Vec<Part>,
) -> f64 {
    let (a_tokens, b_tokens) = (
        &a.tokens[..a.tokens.len().min(TOKENS)],
        &b.tokens[..b.tokens.len().min(TOKENS)],
    );
    let start = parts.len();
    let missed = (open_tokens(a_tokens), open_tokens(b_tokens));
    let mut free = (u32::MAX, u32::MAX);
    let mut options = Vec::with_capacity(16);
    singles(model, a_tokens, b_tokens, &mut options);
    joins(model, a, b, &mut options);
    options.sort_by(|x, y| y.bits.total_cmp(&x.bits).then((x.a, x.b).cmp(&(y.a, y.b))));
    let mut last_b: Option<u8> = None;
    let mut chosen: Vec<Partners> = Vec::with_capacity(a_tokens.len());
    for p in options {
        let (mask_a, mask_b) = (span(p.a, p.a_len), span(p.b, p.b_len));
        if free.0 & mask_a == mask_a && free.1 & mask_b == mask_b {
            free = (free.0 & !mask_a, free.1 & !mask_b);
            chosen.push(p);
        }
    }
    let free = (free.0 & missed.0, free.1 & missed.1);
    chosen.sort_by_key(|p| p.a);
    let mut in_order = true;
    for p in &chosen {
        in_order &= last_b.is_none_or(|b| b < p.b);
        last_b = Some(p.b);
        parts.push(Part::tokens(
            EvidenceKind::NameToken,
            p.level,
            p.bits,
            (p.a, p.a_len),
            (p.b, p.b_len),
        ));
    }
    leftovers(model, a_tokens, b_tokens, free, parts);
    if !in_order {
        parts.push(Part::form(Level::Reordered, model.order));
    }
    if free == (0, 0) && !chosen.is_empty() {
        parts.push(Part::form(Level::Complete, model.complete));
    }
    legal_forms(model, a_tokens, b_tokens, parts);
    let sum: f64 = parts[start..].iter().map(|p| p.bits).sum();
    if sum < model.name_floor {
        parts.push(Part::form(Level::Floor, model.name_floor - sum));
        return model.name_floor;
    }
    sum
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

fn singles(model: &Model, a: &[Token], b: &[Token], options: &mut Vec<Partners>) {
    for (i, x) in a.iter().enumerate().filter(|(_, t)| t.tag != Tag::OrgForm) {
        for (j, y) in b.iter().enumerate().filter(|(_, t)| t.tag != Tag::OrgForm) {
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
    let worth = worth.min(f64::from(x.bits.min(y.bits)));
    let level = if x.form() == y.form() {
        Level::Same
    } else if x.form().len() > 3
        && agreement(model, x, y)
            .is_some_and(|(_, bits)| bits > 0.5 * f64::from(x.bits.min(y.bits)))
    {
        Level::Similar
    } else {
        return None;
    };
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
    let mut best = f32::MAX;
    for f in x.sounds() {
        for g in y.sounds() {
            best = best.min(distance(f, x.is_abjad, g, y.is_abjad));
        }
    }
    let share = f64::from(model.share(best));
    let level = if best == 0.0 {
        Level::SoundsSame
    } else {
        Level::Similar
    };
    (share > 0.0).then_some((level, worth * share * 0.98))
}

/// Sound distance per letter; far apart forms are not measured to the end.
fn distance(f: &Sound, f_is_abjad: bool, g: &Sound, g_is_abjad: bool) -> f32 {
    let (a, b) = (f.form.as_bytes(), g.form.as_bytes());
    let longest = a.len().max(b.len());
    // Each edit changes at most two letters of the sets, so this many edits are needed at least.
    let at_least = (f.letters ^ g.letters).count_ones().div_ceil(2) as usize;
    if at_least.max(a.len().abs_diff(b.len())) * 20 > longest * 11 {
        return f32::MAX;
    }
    let edits = osa_distance(a, b) as usize;
    if edits == 0 {
        return 0.0;
    }
    // Short tokens have no edit budget: Li is not Lu.
    if longest <= 2 || edits * 20 > longest * 11 {
        return f32::MAX;
    }
    let letters = ((a.len() + b.len()) as f32 / 2.0).max(3.0);
    sound_distance(a, f_is_abjad, b, g_is_abjad) / letters
}

/// Two neighbours of one name written as one token of the other.
fn joins(model: &Model, a: &PreparedName, b: &PreparedName, options: &mut Vec<Partners>) {
    for join in &a.joins {
        for (j, bits) in joined_with(model, join, &b.tokens) {
            let (a, a_len) = (join.start, join.len);
            options.push(Partners {
                bits,
                level: Level::Joined,
                a,
                a_len,
                b: j,
                b_len: 1,
            });
        }
    }
    for join in &b.joins {
        for (i, bits) in joined_with(model, join, &a.tokens) {
            let (b, b_len) = (join.start, join.len);
            options.push(Partners {
                bits,
                level: Level::Joined,
                a: i,
                a_len: 1,
                b,
                b_len,
            });
        }
    }
}

fn joined_with<'a>(
    model: &'a Model,
    join: &'a Join,
    tokens: &'a [Token],
) -> impl Iterator<Item = (u8, f64)> + 'a {
    let fits = |t: &Token| {
        let whole = t.form();
        t.is_core()
            && whole.len() >= 5
            && whole.len().abs_diff(join.form.len()) <= 2
            && (t.letters ^ join.letters).count_ones() <= 4
    };
    tokens
        .iter()
        .take(TOKENS)
        .enumerate()
        .filter(move |(_, t)| fits(t))
        .filter_map(move |(j, t)| {
            let share = match osa_distance(join.form.as_bytes(), t.form().as_bytes()) {
                0 => 1.0,
                1 => 0.85,
                2 if t.form().len() >= 9 => 0.65,
                _ => return None,
            };
            Some((index(j), model.worth(join.bits) * share))
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
            model.conflict * weight(x).min(weight(y))
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
    bits * weight(token)
}

/// How much the lack of a partner says: less for initials and descriptive words.
fn weight(token: &Token) -> f64 {
    match token.tag {
        Tag::Initial => 0.4,
        Tag::Descriptor => 0.6,
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
