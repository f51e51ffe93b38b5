//! Evidence of one name pair: which tokens are partners, and what that is worth.

use crate::keys::{COMPARED_TOKENS, Choice, NameView, Token};
use crate::normalize::Tag;
use crate::rarity::{self, Company};
use crate::score::evidence::{EvidenceKind, Level, Part};
use crate::score::joined::whole_run;
use crate::score::meet::Scratch;
use crate::score::model::Model;
use crate::score::partners::{Partners, index};
use crate::score::words::nearly;

/// Compares two names that have just met; pushes the evidence to `parts` and returns its sum.
///
/// Greedy assignment by bits: names have few tokens and the best partner is seldom shared.
pub(super) fn compare_names(
    model: &Model,
    a: NameView<'_>,
    b: NameView<'_>,
    scratch: &mut Scratch,
    parts: &mut Vec<Part>,
) -> f64 {
    let (a_tokens, b_tokens) = (a.compared(), b.compared());
    let start = parts.len();
    let (chosen, spelling) = scratch.met(model, a, b);
    choose(whole_run(model, &a, &b, spelling), chosen);
    let taken = chosen.iter().fold((0, 0), |taken, p| {
        (taken.0 | p.mask_a(), taken.1 | p.mask_b())
    });
    let missed = (
        open_tokens(a_tokens) & !taken.0,
        open_tokens(b_tokens) & !taken.1,
    );
    discount(model, a_tokens, b_tokens, chosen);
    chosen.sort_by_key(|p| p.a);
    for p in chosen.iter() {
        let (at_a, at_b) = ((p.a, p.a_len), (p.b, p.b_len));
        parts.push(Part::tokens(
            EvidenceKind::NameToken,
            p.level,
            p.bits,
            at_a,
            at_b,
        ));
    }
    let usual = usual_together(model, a_tokens, b_tokens, chosen);
    if usual > 0.0 {
        parts.push(Part::form(Level::UsualTogether, -usual));
    }
    leftovers(model, a_tokens, b_tokens, missed, parts);
    // An initial stands before or behind the family name as the form has it.
    let full = chosen.iter().filter(|p| p.level != Level::Initial);
    if !full.is_sorted_by_key(|p| p.b) {
        let part = if is_descent_swapped(a_tokens, b_tokens, chosen) {
            Part::form(Level::DescentSwapped, model.exclusion)
        } else {
            Part::form(Level::Reordered, model.order)
        };
        parts.push(part);
    }
    let has_initial = chosen.iter().any(|p| p.level == Level::Initial);
    if missed == (0, 0) && !chosen.is_empty() && !has_initial {
        parts.push(Part::form(Level::Complete, model.complete));
    }
    legal_forms(model, a_tokens, b_tokens, parts);
    if a.outlines.choices & b.outlines.choices != 0 {
        parts.extend(exclusion(model, a_tokens, b_tokens));
    }
    let mut sum: f64 = parts[start..].iter().map(|p| p.bits).sum();
    if chosen.is_empty()
        && let Some(graded) = nearly(model, &a, &b, spelling)
    {
        parts.push(Part::form(Level::Floor, graded - sum));
        sum = graded;
    }
    let taken = model.taken_where_a_part_differs(sum);
    if taken > 0.0 && a_part_differs(model, a_tokens, b_tokens, &parts[start..]) {
        parts.push(Part::form(Level::PartDiffers, -taken));
        return sum - taken;
    }
    if sum < model.name_floor {
        parts.push(Part::form(Level::Floor, model.name_floor - sum));
        return model.name_floor;
    }
    sum
}

/// Whether a part of the one name stands against another name in the other one: no partner on either
/// side, or two names of their own that are merely similar. Relatives share all but that part.
///
/// Names with descriptive words are no names of people.
fn a_part_differs(model: &Model, a: &[Token], b: &[Token], parts: &[Part]) -> bool {
    let is_other = |p: &Part| {
        let (Some(x), Some(y)) = (a.get(usize::from(p.a.0)), b.get(usize::from(p.b.0))) else {
            return false;
        };
        let is_below = |share: f64| p.bits < share * model.worth(x.bits.min(y.bits));
        p.kind == EvidenceKind::NameToken
            && match p.level {
                Level::Differ => true,
                Level::Similar => {
                    is_below(FAINT) || (is_below(HALF) && x.is_known() && y.is_known())
                }
                _ => false,
            }
    };
    parts.iter().any(is_other) && a.iter().chain(b).all(|t| t.tag.is_of_person())
}

/// Share of its bits below which a name that is merely similar is another name, where tables hold
/// both.
const HALF: f64 = 0.5;

/// The same for any two names.
const FAINT: f64 = 0.15;

/// Keeps the partners, those with most bits first. Equal bits: those nearest to the start of both
/// names, so that the two names may change places.
fn choose(run: Option<Partners>, options: &mut Vec<Partners>) {
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
    if let Some(whole) = run {
        let sum: f64 = options.iter().map(|p| p.bits).sum();
        if whole.bits > sum {
            options.clear();
            options.push(whole);
        }
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

/// By how many bits the tokens that agree are less surprising together than each for itself.
fn usual_together(model: &Model, a: &[Token], b: &[Token], chosen: &[Partners]) -> f64 {
    let mut companies = [Company::UNKNOWN; COMPARED_TOKENS];
    let mut places = companies.iter_mut();
    // Joined tokens are worth what the whole is, which may be less than what their parts are.
    let mut spare = 0.0;
    for pair in chosen {
        let side = less_rare(a, b, pair);
        let worth: f64 = side.iter().map(|t| model.worth(t.bits)).sum();
        if pair.bits <= model.usual_from * worth {
            continue;
        }
        if side.len() > 1 {
            spare += (worth - pair.bits).max(0.0);
        }
        let names = side.iter().filter(|t| is_name(t));
        for (token, company) in names.zip(places.by_ref()) {
            *company = token.company;
        }
    }
    f64::from(rarity::shared_bits(companies.into_iter())) - spare
}

/// The side of two partners that their bits come from; of joined tokens, the parts.
fn less_rare<'a>(a: &'a [Token], b: &'a [Token], pair: &Partners) -> &'a [Token] {
    let span = |tokens: &'a [Token], start: u8, len: u8| {
        let end = usize::from(start + len).min(tokens.len());
        &tokens[usize::from(start)..end]
    };
    let (ours, theirs) = (span(a, pair.a, pair.a_len), span(b, pair.b, pair.b_len));
    let rarity = |side: &[Token]| -> f32 { side.iter().map(|t| t.bits).sum() };
    let form = |side: &'a [Token]| side.first().map(|t| t.form());
    let tells = |t: &&Token| is_name(t) && t.company.is_known();
    let knows = |side: &[Token]| side.iter().filter(tells).count();
    let order = (pair.b_len.cmp(&pair.a_len))
        .then_with(|| rarity(ours).total_cmp(&rarity(theirs)))
        .then_with(|| form(ours).cmp(&form(theirs)))
        // The same word says nothing of its company in the name of an organisation or as an initial.
        .then_with(|| knows(theirs).cmp(&knows(ours)));
    if order.is_le() { ours } else { theirs }
}

fn is_name(token: &Token) -> bool {
    matches!(token.tag, Tag::Word | Tag::Patronymic)
}

fn is_compared(token: &Token) -> bool {
    token.is_core() || token.tag == Tag::Initial
}

fn open_tokens(tokens: &[Token]) -> u16 {
    tokens
        .iter()
        .enumerate()
        .filter(|(_, t)| is_compared(t))
        .fold(0, |set, (i, _)| set | 1 << i)
}

fn leftovers(model: &Model, a: &[Token], b: &[Token], free: (u16, u16), parts: &mut Vec<Part>) {
    let (mut left_a, mut left_b) = ([0; COMPARED_TOKENS], [0; COMPARED_TOKENS]);
    let left_a = rarest_first(a, free.0, &mut left_a);
    let left_b = rarest_first(b, free.1, &mut left_b);
    let both = left_a.len().min(left_b.len());
    for (i, j) in left_a.iter().zip(left_b.iter()) {
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

/// The tokens of a set, the rarest first: they speak first.
fn rarest_first<'a>(tokens: &[Token], set: u16, places: &'a mut [u8; COMPARED_TOKENS]) -> &'a [u8] {
    let mut count = 0;
    for i in (0..index(tokens.len())).filter(|i| set & 1 << i != 0) {
        places[count] = i;
        count += 1;
    }
    let left = &mut places[..count];
    left.sort_by(|x, y| {
        let bits = |i: &u8| tokens[usize::from(*i)].bits;
        bits(y).total_cmp(&bits(x)).then(x.cmp(y))
    });
    left
}

fn extra(model: &Model, token: &Token, first: bool) -> f64 {
    let bits = if first { model.extra.0 } else { model.extra.1 };
    // Papers leave patronymics out as often as not.
    let share = if token.tag == Tag::Patronymic {
        0.5
    } else {
        1.0
    };
    bits * share * weight(model, token)
}

/// How much the lack of a partner says: less for initials and descriptive words.
fn weight(model: &Model, token: &Token) -> f64 {
    match token.tag {
        Tag::Initial => model.initial_weight,
        Tag::Descriptor => model.descriptor.0,
        Tag::Number => 2.0,
        _ => 1.0,
    }
}

/// Two words that exclude each other, where neither name has the word of the other as well.
fn exclusion(model: &Model, a: &[Token], b: &[Token]) -> Option<Part> {
    let choices = |tokens: &[Token]| {
        let numbered = tokens.iter().zip(0_u8..);
        numbered
            .filter_map(|(t, i)| Some((i, t.choice?)))
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (choices(a), choices(b));
    let has = |all: &[(u8, Choice)], choice| all.iter().any(|(_, c)| *c == choice);
    ours.iter().find_map(|(i, x)| {
        let (j, _) = theirs
            .iter()
            .find(|(_, y)| x.excludes(*y) && !has(&theirs, *x) && !has(&ours, *y))?;
        let (at_a, at_b) = ((*i, 1), (*j, 1));
        Some(Part::tokens(
            EvidenceKind::NameForm,
            Level::Exclude,
            model.exclusion,
            at_a,
            at_b,
        ))
    })
}

/// Whether child and parent have changed places: Khalid bin Walid is not Walid bin Khalid.
fn is_descent_swapped(a: &[Token], b: &[Token], chosen: &[Partners]) -> bool {
    const CHILD_OF: &[&str] = &[
        "bin", "ibn", "ben", "bint", "binti", "bent", "ibnat", "wuld",
    ];
    let middle = |tokens: &[Token]| {
        let is_child_of =
            |t: &Token| t.tag == Tag::Particle && CHILD_OF.contains(&t.form().as_str());
        tokens.iter().position(is_child_of).map(index)
    };
    let (Some(in_a), Some(in_b)) = (middle(a), middle(b)) else {
        return false;
    };
    // The words next to it; further behind stand ancestors and origins, which are left out at will.
    let beside = |at: u8, middle: u8| at + 1 == middle || at == middle + 1;
    let mut names = chosen
        .iter()
        .filter(|p| beside(p.a, in_a) && beside(p.b, in_b));
    names.clone().count() == 2 && names.all(|p| (p.a < in_a) != (p.b < in_b))
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
