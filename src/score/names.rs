//! Evidence of one name pair: which tokens are partners, and what that is worth.

use crate::keys::{
    COMPARED_TOKENS, Choice, Form, Join, Look, NameView, Outline, PreparedName, Tie, Token, Word,
    sound_form,
};
use crate::normalize::Tag;
use crate::rarity::{self, Company};
use crate::score::bound::{Agreement, MayAgree, is_close, join_bits, join_fits, most};
use crate::score::evidence::{EvidenceKind, Level, Part};
use crate::score::kernels::{osa_distance, sound_distance};
use crate::score::memo::Memo;
use crate::score::model::Model;
use crate::translit::Native;

/// A possible partnership of tokens: `a..a+a_len` of the subject with `b..b+b_len` of the notice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Partners {
    pub(super) bits: f64,
    level: Level,
    pub(super) a: u8,
    a_len: u8,
    pub(super) b: u8,
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

/// What comparing names needs beside the names; kept between pairs.
#[derive(Debug)]
pub(super) struct Scratch {
    agreements: Memo<Option<(Level, f32)>>,
    options: Vec<Partners>,
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self {
            agreements: Memo::new(),
            options: Vec::with_capacity(64),
        }
    }

    /// Finds the tokens of two names that agree one by one, and says whether [`compare_names`], which
    /// comes next or not at all, may make so many bits of them.
    pub(super) fn meet(
        &mut self,
        model: &Model,
        a: NameView<'_>,
        b: NameView<'_>,
        bits: f64,
    ) -> bool {
        let may_agree = MayAgree::of(&a.outlines, &b.outlines);
        let is_asked = bits > f64::NEG_INFINITY;
        if is_asked && may_agree.most(model, &a.outlines, &b.outlines) < bits {
            return false;
        }
        self.meet_at(model, a, b, &may_agree);
        !is_asked || self.most(model, a, b) >= bits
    }

    /// The most that [`compare_names`] can make of two names that have just met.
    pub(super) fn most(&self, model: &Model, a: NameView<'_>, b: NameView<'_>) -> f64 {
        let agree = self.options.iter().map(|p| Agreement {
            a: p.a,
            b: p.b,
            bits: p.bits,
        });
        most(model, &a.outlines, &b.outlines, agree)
    }

    /// The same, with the tokens that may agree.
    pub(super) fn meet_at(
        &mut self,
        model: &Model,
        a: NameView<'_>,
        b: NameView<'_>,
        may_agree: &MayAgree,
    ) {
        self.options.clear();
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
                    let cut = (cuts & mark != 0).then(|| cut(model, (a, x), (b, y)));
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

    /// What it is worth that both names have a title or a particle, or that what is a title in one
    /// is a word of the other.
    fn minor_agreement(
        &mut self,
        model: &Model,
        x: (NameView<'_>, &Outline),
        y: (NameView<'_>, &Outline),
    ) -> Option<(Level, f64)> {
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
    fn agreement(
        &mut self,
        model: &Model,
        x: (NameView<'_>, &Outline),
        y: (NameView<'_>, &Outline),
    ) -> Option<(Level, f64)> {
        let looks = (x.1.look, y.1.look);
        let bits = x.1.bits.min(y.1.bits);
        if looks.0 == Look::Initial || looks.1 == Look::Initial {
            let fits = x.1.begins & y.1.begins != 0;
            return fits.then(|| (Level::Initial, model.initial.min(model.worth(bits))));
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

/// The token that an outline stands for.
fn token<'a>((name, outline): (NameView<'a>, &Outline)) -> &'a Token {
    &name.name.tokens[usize::from(outline.start)]
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "bits of a name are of one digit behind the point"
)]
fn narrow(bits: f64) -> f32 {
    bits as f32
}

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
    let chosen = &mut scratch.options;
    choose(model, a, b, chosen);
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
    if !chosen.is_sorted_by_key(|p| p.b) {
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
        && let Some(graded) = nearly(model, &a, &b)
    {
        parts.push(Part::form(Level::Floor, graded - sum));
        sum = graded;
    }
    let over = sum - model.part_differs.0;
    if over > 0.0 && a_part_differs(model, a_tokens, b_tokens, &parts[start..]) {
        let taken = over * (1.0 - model.part_differs.1);
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
    let is_person = |t: &Token| !matches!(t.tag, Tag::Descriptor | Tag::OrgForm | Tag::Number);
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
    parts.iter().any(is_other) && a.iter().chain(b).all(is_person)
}

/// Share of its bits below which a name that is merely similar is another name, where tables hold
/// both.
const HALF: f64 = 0.5;

/// The same for any two names.
const FAINT: f64 = 0.15;

/// Keeps the partners, those with most bits first. Equal bits: those nearest to the start of both
/// names, so that the two names may change places.
fn choose(model: &Model, a: NameView<'_>, b: NameView<'_>, options: &mut Vec<Partners>) {
    joins(model, a, b, options);
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
    if let Some(whole) = whole_run(model, &a, &b) {
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

/// A place in a name as a byte.
pub(super) fn index(i: usize) -> u8 {
    // Names are cut to 16 tokens.
    u8::try_from(i).unwrap_or(u8::MAX)
}

/// That of two agreements which is worth more.
fn better(one: Option<(Level, f64)>, other: Option<(Level, f64)>) -> Option<(Level, f64)> {
    match (one, other) {
        (Some(one), Some(other)) if other.1 > one.1 => Some(other),
        (one, other) => one.or(other),
    }
}

/// What it is worth that one token is the beginning of the other, cut off where a field ended. The
/// last word of a name may be cut anywhere, another one where no name is left.
fn cut(
    model: &Model,
    x: (NameView<'_>, &Outline),
    y: (NameView<'_>, &Outline),
) -> Option<(Level, f64)> {
    let is_last = |x: (NameView<'_>, &Outline)| x.1.start + 1 == x.0.outlines.count;
    let (ours, theirs) = ((token(x), is_last(x)), (token(y), is_last(y)));
    let ((short, is_last), (long, _)) = if ours.0.form().len() < theirs.0.form().len() {
        (ours, theirs)
    } else {
        (theirs, ours)
    };
    let is_known = short.is_known();
    // Ivan is not the beginning of Ivanovich.
    let fits = short.tag == Tag::Word
        && (long.tag == Tag::Word || (long.tag == Tag::Patronymic && is_last && !is_known));
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

/// Fewest sounds of a word that was cut and is not the last of its name.
pub(super) const CUT_SOUNDS: usize = 4;

/// What it is worth that two words are the same name; `None` where they are not.
fn agreement(model: &Model, x: &Word, y: &Word) -> Option<(Level, f64)> {
    let worth = model.worth(x.bits.min(y.bits));
    if x.form() == y.form() {
        return Some((Level::Same, worth));
    }
    respelling(model, x, y, worth)
}

/// What it is worth that two words are forms of one name by table.
fn other_form(model: &Model, x: &Word, y: &Word) -> Option<(Level, f64)> {
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
    let mut share = f64::from(model.share(best));
    // Maria and Mario are names of their own; an unknown spelling is more likely a slip.
    if x.is_known() && y.is_known() {
        let (full, left) = model.well_known;
        share *= 1.0 - (1.0 - left) * f64::from((best / full).min(1.0));
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

/// Whether one token is a patronymic and the other the name that it may be made of: Aleksandrovich is
/// not Aleksandr.
fn is_father_and_son(x: (NameView<'_>, &Outline), y: (NameView<'_>, &Outline)) -> bool {
    const ENDING: usize = 4;
    let (patronymic, name) = match (x.1.look, y.1.look) {
        (Look::Patronymic, Look::Word) => (x, y),
        (Look::Word, Look::Patronymic) => (y, x),
        _ => return false,
    };
    token(patronymic).form().len() >= token(name).form().len() + ENDING
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

/// A sound distance per letter from which on joined neighbours are another word.
const JOINED_GAP: f32 = 0.12;

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
    name.joins.iter().any(|j| j.is_run)
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
fn distance(f: &Form, f_is_abjad: bool, g: &Form, g_is_abjad: bool) -> f32 {
    let (a, b) = (f.as_bytes(), g.as_bytes());
    let longest = f.byte_len().max(g.byte_len());
    let edits = osa_distance(a, b);
    if edits == 0 {
        return 0.0;
    }
    // Short tokens have no edit budget: Li is not Lu.
    if longest <= 2 || !is_close(edits, longest, f_is_abjad || g_is_abjad) {
        return f32::MAX;
    }
    sound_distance(a, f_is_abjad, b, g_is_abjad) / mean_len(f.byte_len(), g.byte_len())
}

/// What a sound distance is divided by: the mean length of two forms, 3 at least.
fn mean_len(a_len: u8, b_len: u8) -> f32 {
    (f32::from(a_len + b_len) / 2.0).max(3.0)
}

/// Two neighbours of one name written as one token of the other.
fn joins(model: &Model, a: NameView<'_>, b: NameView<'_>, options: &mut Vec<Partners>) {
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
            let end = join.start + join.len;
            let native = natives(&name.name.tokens[usize::from(join.start)..usize::from(end)])?;
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
fn rarest_first<'a>(tokens: &[Token], set: u32, places: &'a mut [u8; COMPARED_TOKENS]) -> &'a [u8] {
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
