//! Corruptions that move, add or take away words.

use std::sync::OnceLock;

use crate::record::{Kind, PartKind, Sex};
use crate::synth::Draw;
use crate::synth::person::{Part, Wording};
use crate::synth::pool::{pools, rows};

const WORDS: &str = include_str!("words.tsv");

/// Word and other forms.
type Word = (&'static str, Vec<&'static str>);

/// The words of a kind of `words.tsv`.
pub(in crate::synth) fn words(kind: &'static str) -> Vec<&'static Word> {
    static PARSED: OnceLock<Vec<(&'static str, Word)>> = OnceLock::new();
    PARSED
        .get_or_init(|| {
            rows(WORDS)
                .filter_map(|row| match row[..] {
                    [kind, word, other] => Some((kind, word, other)),
                    _ => None,
                })
                .map(|(kind, word, other)| {
                    let others = other.split('|').filter(|o| !o.is_empty()).collect();
                    (kind, (word, others))
                })
                .collect()
        })
        .iter()
        .filter(|(k, _)| *k == kind)
        .map(|(_, word)| word)
        .collect()
}

fn joined<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// A part other than the only family name left out; two parts stay. Of the name of a firm only a
/// word of the brand goes: without it the name says nothing.
pub(super) fn dropped(name: &Wording, draw: &mut Draw) -> Option<String> {
    let families = name.parts.iter().filter(|p| p.kind == PartKind::Family);
    let keep_family = families.count() < 2;
    let person = name.bearer == Kind::Person;
    let may_go = |i: &usize| {
        let kind = name.parts[*i].kind;
        !(keep_family && kind == PartKind::Family)
            && (person || (*i < 2 && kind != PartKind::Suffix))
    };
    if name.parts.len() < 3 {
        return None;
    }
    let places: Vec<usize> = (0..name.parts.len()).filter(may_go).collect();
    let mut changed = name.clone();
    changed.parts.remove(*draw.pick(&places)?);
    Some(changed.latin())
}

/// A further given name put in after the first part.
pub(super) fn added(name: &Wording, draw: &mut Draw) -> Option<String> {
    let origin = name.origin.or_else(|| pools().origin("en"))?;
    let entry = pools().draw(origin, "given", Sex::Male, draw)?;
    let mut changed = name.clone();
    let at = changed.parts.len().min(1);
    changed.parts.insert(at, Part::of(PartKind::Middle, entry));
    Some(changed.latin())
}

/// Family name first (with a comma in half the cases), or last where it stands first. The first
/// word of a firm goes behind the others, before the legal form.
pub(super) fn order(name: &Wording, draw: &mut Draw) -> Option<String> {
    if name.parts.len() < 2 {
        return None;
    }
    if name.bearer != Kind::Person {
        let mut changed = name.clone();
        let is_form = |p: &Part| p.kind == PartKind::Suffix;
        let form = changed.parts.iter().position(is_form);
        let form = form.map(|at| changed.parts.remove(at));
        changed.parts.rotate_left(1);
        changed.parts.extend(form);
        return Some(changed.latin());
    }
    let first = name.parts.iter().position(|p| p.kind == PartKind::Family);
    let at = first.unwrap_or(name.parts.len() - 1);
    let words = |parts: &[Part]| joined(parts.iter().map(|p| p.latin.as_str()));
    let (before, after) = name.parts.split_at(at);
    if before.is_empty() {
        let (family, given) = name.parts.split_at(1);
        return Some(format!("{} {}", words(given), words(family)));
    }
    let comma = if draw.percent(50) { "," } else { "" };
    Some(format!("{}{comma} {}", words(after), words(before)))
}

/// Given names as initials.
pub(super) fn initials(name: &Wording, draw: &mut Draw) -> Option<String> {
    let dot = if draw.percent(60) { "." } else { "" };
    let all = draw.percent(50);
    let mut done = 0;
    let words: Vec<String> = name
        .parts
        .iter()
        .map(|part| {
            let given = matches!(
                part.kind,
                PartKind::Given | PartKind::Middle | PartKind::Patronymic
            );
            if !given || (done > 0 && !all) || name.parts.len() < 2 {
                return part.latin.clone();
            }
            done += 1;
            let initial: String = part.latin.chars().take(1).collect();
            format!("{initial}{dot}")
        })
        .collect();
    (done > 0).then(|| words.join(" "))
}

/// Family name first, all given names as initials: `Smith J`, `Smith, J. R.`
pub(super) fn family_initials(name: &Wording, draw: &mut Draw) -> Option<String> {
    let comma = if draw.percent(50) { "," } else { "" };
    let dot = if draw.percent(60) { "." } else { "" };
    let is_given = |p: &&Part| {
        matches!(
            p.kind,
            PartKind::Given | PartKind::Middle | PartKind::Patronymic | PartKind::Grandfather
        )
    };
    let (given, family): (Vec<&Part>, Vec<&Part>) = name.parts.iter().partition(is_given);
    if given.is_empty() || !family.iter().any(|p| p.kind == PartKind::Family) {
        return None;
    }
    let initials = given.iter().filter_map(|p| p.latin.chars().next());
    let initials: Vec<String> = initials.map(|c| format!("{c}{dot}")).collect();
    let family = joined(family.iter().map(|p| p.latin.as_str()));
    Some(format!("{family}{comma} {}", initials.join(" ")))
}

/// Two neighbouring words written as one.
pub(super) fn merged(text: &str, draw: &mut Draw) -> Option<String> {
    let gaps: Vec<usize> = text.match_indices([' ', '-']).map(|(at, _)| at).collect();
    let at = *draw.pick(&gaps)?;
    Some(format!(
        "{}{}",
        &text[..at],
        text[at + 1..].to_lowercase().as_str()
    ))
}

/// One word of six letters or more written as two.
pub(super) fn split(text: &str, draw: &mut Draw) -> Option<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let long: Vec<usize> = (0..words.len())
        .filter(|i| words[*i].chars().count() > 5)
        .collect();
    let chosen = *draw.pick(&long)?;
    let chars: Vec<char> = words[chosen].chars().collect();
    let at = 2 + draw.below(chars.len() - 4);
    let (a, b) = chars.split_at(at);
    let halves = format!(
        "{} {}",
        a.iter().collect::<String>(),
        b.iter().collect::<String>()
    );
    Some(joined(
        words
            .iter()
            .enumerate()
            .map(|(i, w)| if i == chosen { halves.as_str() } else { w }),
    ))
}

/// A particle left out, glued or put in.
pub(super) fn particles(name: &Wording, draw: &mut Draw) -> Option<String> {
    let text = name.latin();
    let lower = text.to_lowercase();
    if let Some(at) = lower.find("al-").filter(|_| text.is_ascii()) {
        let with = ["", "el-", "al ", "Al"];
        let to = draw.pick(&with)?;
        return Some(format!("{}{to}{}", &text[..at], &text[at + 3..]));
    }
    let known = words("particle");
    let is_particle = |p: &Part| known.iter().any(|(w, _)| p.latin.eq_ignore_ascii_case(w));
    let mut changed = name.clone();
    if let Some(at) = changed.parts.iter().position(is_particle) {
        changed.parts.remove(at);
        return Some(changed.latin());
    }
    let fitting: &[&str] = match name.origin_code() {
        "ar" => &["al-", "bin ", "ibn ", "abu "],
        "es" => &["de ", "de la ", "del "],
        "pt" => &["da ", "de ", "dos "],
        "de" => &["von "],
        "nl" => &["van ", "van der ", "de "],
        "fr" => &["de ", "Le "],
        "it" => &["di ", "De "],
        "he" => &["ben ", "bar "],
        _ => return None,
    };
    let last = changed.parts.last_mut().filter(|_| name.parts.len() > 1)?;
    last.latin = format!("{}{}", draw.pick(fitting)?, last.latin);
    Some(changed.latin())
}

/// A title put before the name.
pub(super) fn title(text: &str, draw: &mut Draw) -> Option<String> {
    let titles = words("title");
    let (title, others) = draw.pick(&titles)?;
    let title = draw
        .pick(others)
        .filter(|_| draw.clone().percent(40))
        .unwrap_or(title);
    Some(format!("{title} {text}"))
}

/// Patronymic or father's name left out, or put in where it is missing.
pub(super) fn patronymic(name: &Wording, draw: &mut Draw) -> Option<String> {
    let mut changed = name.clone();
    let is = |p: &Part| matches!(p.kind, PartKind::Patronymic | PartKind::Grandfather);
    if let Some(at) = changed.parts.iter().position(is) {
        if changed.parts.len() < 3 {
            return None;
        }
        changed.parts.remove(at);
        return Some(changed.latin());
    }
    let origin = name.origin?;
    let takes = |what: &str| origin.pattern.iter().any(|i| i.what == what);
    let what = match (takes("patronymic"), takes("father")) {
        (true, _) => "patronymic",
        (_, true) => "given",
        _ => return None,
    };
    let female = changed.parts.last()?.latin.ends_with('a') && what == "patronymic";
    let sex = if female { Sex::Female } else { Sex::Male };
    let entry = pools().draw(origin, what, sex, draw)?;
    let at = changed.parts.len().min(1);
    changed
        .parts
        .insert(at, Part::of(PartKind::Patronymic, entry));
    Some(changed.latin())
}

/// A legal form left out or written in another way.
pub(super) fn legal_form(text: &str, draw: &mut Draw) -> Option<String> {
    let mut forms = words("form");
    forms.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
    let (form, others) = forms.into_iter().find(|(form, _)| {
        text.ends_with(&format!(" {form}")) || text.starts_with(&format!("{form} "))
    })?;
    if draw.percent(35) {
        return Some(text.replacen(form, "", 1).trim().to_owned());
    }
    draw.pick(others).map(|other| text.replacen(form, other, 1))
}

/// A business word shortened.
pub(super) fn abbreviation(text: &str, draw: &mut Draw) -> Option<String> {
    let (word, short) = words("abbreviation")
        .into_iter()
        .find(|(word, _)| text.split(' ').any(|w| w == *word))?;
    draw.pick(short).map(|s| text.replacen(word, s, 1))
}

/// A word before a name put in or taken away.
pub(super) fn article(text: &str, article: &str) -> String {
    text.strip_prefix(article)
        .map_or_else(|| format!("{article}{text}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::corrupt::wording_of;

    fn some<T: AsRef<str>>(f: impl Fn(&mut Draw) -> Option<T>) -> Vec<String> {
        (0..60)
            .filter_map(|i| f(&mut Draw::new(1, i)).map(|t| t.as_ref().to_owned()))
            .collect()
    }

    fn check(found: &[String], expected: &str) {
        assert!(found.iter().any(|t| t == expected), "{expected}: {found:?}");
    }

    #[test]
    fn words_move_come_and_go() {
        let name = wording_of("Ada Maria Example");
        check(&some(|d| order(&name, d)), "Example, Ada Maria");
        check(&some(|d| initials(&name, d)), "A. M. Example");
        check(&some(|d| family_initials(&name, d)), "Example, A. M.");
        check(&some(|d| family_initials(&name, d)), "Example A M");
        check(&some(|d| dropped(&name, d)), "Ada Example");
        check(&some(|d| merged("Ada Example", d)), "Adaexample");
        check(&some(|d| split("Ada Example", d)), "Ada Exam ple");
        check(&some(|d| title("Ada Example", d)), "Dr Ada Example");
        assert!(
            some(|d| added(&name, d))
                .iter()
                .all(|t| t.split(' ').count() >= 4)
        );
        assert_eq!(
            dropped(&wording_of("Ada Example"), &mut Draw::new(1, 1)),
            None
        );
    }

    #[test]
    fn particles_are_dropped_and_glued() {
        let name = wording_of("Omar al-Example");
        let found = some(|d| particles(&name, d));
        check(&found, "Omar Example");
        check(&found, "Omar el-Example");
        check(
            &some(|d| particles(&wording_of("Jan van Example"), d)),
            "Jan Example",
        );
    }

    #[test]
    fn firms_lose_and_change_their_legal_form() {
        let found = some(|d| legal_form("Example Trading Limited", d));
        check(&found, "Example Trading");
        check(&found, "Example Trading Ltd");
        check(
            &some(|d| abbreviation("Example Trading Limited", d)),
            "Example Trdg Limited",
        );
        assert_eq!(article("The Example", "The "), "Example");
        assert_eq!(article("Example", "The "), "The Example");
    }
}
