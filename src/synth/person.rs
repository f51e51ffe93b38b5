//! Invented people: parts of a name, birth, nationality, documents.

use crate::record::{Kind, PartKind, PartialDate, Sex};
use crate::synth::Draw;
use crate::synth::pool::{Entry, Item, Native, Origin, pools};

/// One part of a name with what is known about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Part {
    /// Given, family, patronymic, ...; particles are [`PartKind::Other`].
    pub kind: PartKind,
    /// Latin form; may be two words (`de la Cruz`).
    pub latin: String,
    /// Native form, or empty.
    pub native: String,
    /// Other Latin spellings, `|`-joined.
    pub variants: &'static str,
}

impl Part {
    /// A part from a pool entry.
    pub(super) fn of(kind: PartKind, entry: Entry) -> Self {
        Self {
            kind,
            latin: entry.latin.to_owned(),
            native: entry.native.to_owned(),
            variants: entry.variants,
        }
    }

    /// A part without a native form.
    pub(super) fn latin(kind: PartKind, latin: impl Into<String>) -> Self {
        Self {
            kind,
            latin: latin.into(),
            ..Self::default()
        }
    }
}

/// A name as parts, with the origin that says how the native form is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Wording {
    /// Parts in the order of the Latin form.
    pub parts: Vec<Part>,
    /// Origin, where known.
    pub origin: Option<&'static Origin>,
    /// What bears the name.
    pub bearer: Kind,
}

impl Wording {
    /// The Latin form.
    pub(super) fn latin(&self) -> String {
        let words: Vec<&str> = self.parts.iter().map(|p| p.latin.as_str()).collect();
        words.join(" ")
    }

    /// The native form; `None` where the origin writes Latin or a part has none.
    pub(super) fn native(&self) -> Option<String> {
        let form = self.origin.map_or(Native::Spaced, |o| o.native);
        if form == Native::None || self.parts.iter().any(|p| p.native.is_empty()) {
            return None;
        }
        let mut words: Vec<&str> = self.parts.iter().map(|p| p.native.as_str()).collect();
        if form == Native::Reversed {
            words.reverse();
        }
        let joint = if form == Native::Spaced { " " } else { "" };
        (!words.is_empty()).then(|| words.join(joint))
    }

    /// Code of the origin, or empty.
    pub(super) fn origin_code(&self) -> &'static str {
        self.origin.map_or("", |o| o.code)
    }
}

/// A person that nobody is.
#[derive(Clone, Debug)]
pub(super) struct Person {
    /// The name.
    pub name: Wording,
    /// Sex.
    pub sex: Sex,
    /// Day of birth.
    pub birth: PartialDate,
    /// Nationality, ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// Passport number.
    pub passport: String,
}

impl Person {
    /// A person of one of the origins (all by their shares where none is named).
    pub(super) fn draw(origins: &[&str], births: (i16, i16), draw: &mut Draw) -> Self {
        let shares: Vec<(&'static Origin, u32)> = pools()
            .origins
            .iter()
            .filter(|o| origins.is_empty() || origins.contains(&o.code))
            .map(|o| (o, o.share))
            .collect();
        let origin = draw.weighted(&shares).unwrap_or(&pools().origins[0]);
        let sex = if draw.percent(68) {
            Sex::Male
        } else {
            Sex::Female
        };
        Self {
            name: name(origin, sex, draw),
            sex,
            birth: birth(births, draw),
            country: draw.weighted(&origin.countries).unwrap_or_default(),
            passport: document(draw),
        }
    }
}

/// A full name of an origin.
pub(super) fn name(origin: &'static Origin, sex: Sex, draw: &mut Draw) -> Wording {
    let mut parts: Vec<Part> = Vec::new();
    let mut particle: Option<&Item> = None;
    for item in &origin.pattern {
        let present = draw.percent(item.percent);
        if item.particle {
            particle = present.then_some(item);
            continue;
        }
        let before = particle.take();
        if !present {
            continue;
        }
        let Some(part) = part(origin, item, sex, draw) else {
            continue;
        };
        if parts.iter().any(|p| p.latin == part.latin) {
            continue;
        }
        parts.extend(before.map(|p| Part {
            latin: p.what.to_owned(),
            native: p.native.to_owned(),
            ..Part::default()
        }));
        parts.push(part);
    }
    Wording {
        parts,
        origin: Some(origin),
        bearer: Kind::Person,
    }
}

fn part(origin: &'static Origin, item: &Item, sex: Sex, draw: &mut Draw) -> Option<Part> {
    let mut from = |what, sex| pools().draw(origin, what, sex, draw);
    let (kind, entry) = match item.what {
        "given" => (PartKind::Given, from("given", sex)),
        "middle" => (
            PartKind::Middle,
            from("middle", sex).or_else(|| from("given", sex)),
        ),
        "father" => (PartKind::Patronymic, from("given", Sex::Male)),
        "grandfather" => (PartKind::Grandfather, from("given", Sex::Male)),
        "patronymic" => (PartKind::Patronymic, from("patronymic", sex)),
        other => (PartKind::Family, from(other, sex)),
    };
    Some(Part::of(kind, entry?))
}

/// A day between the first and last year, the middle and later years more often.
fn birth((first, last): (i16, i16), draw: &mut Draw) -> PartialDate {
    let span = usize::try_from(last - first).unwrap_or(0) + 1;
    let late = draw.below(span).max(draw.below(span));
    let years = i16::try_from(usize::midpoint(draw.below(span), late)).unwrap_or(0);
    let month = number(1 + draw.below(12));
    let days = match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let day = number(1 + draw.below(days));
    PartialDate::from_ymd(first + years, month, day).unwrap_or_default()
}

fn number(n: usize) -> u8 {
    u8::try_from(n).unwrap_or(1)
}

/// A document number: one or two letters and seven digits.
pub(super) fn document(draw: &mut Draw) -> String {
    let mut text = String::new();
    for _ in 0..=draw.below(2) {
        text.push(char::from(b'A' + number(draw.below(26))));
    }
    text + &digits(7, draw)
}

/// So many digits, the first not 0.
pub(super) fn digits(n: usize, draw: &mut Draw) -> String {
    (0..n)
        .map(|i| {
            if i == 0 {
                1 + draw.below(9)
            } else {
                draw.below(10)
            }
        })
        .map(|d| char::from(b'0' + number(d)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Script, script_of};

    fn people(origin: &'static str, n: u64) -> Vec<Person> {
        (0..n)
            .map(|i| Person::draw(&[origin], (1930, 2005), &mut Draw::new(1, i)))
            .collect()
    }

    #[test]
    fn people_have_names_in_their_own_script() {
        for (origin, script) in [
            ("ru", Script::Cyrillic),
            ("ar", Script::Arabic),
            ("zh", Script::Han),
            ("ko", Script::Hangul),
            ("he", Script::Hebrew),
            ("ta", Script::Tamil),
        ] {
            let natives: Vec<String> = people(origin, 50)
                .iter()
                .filter_map(|p| p.name.native())
                .collect();
            assert!(natives.len() > 40, "{origin}: {}", natives.len());
            assert!(natives.iter().all(|n| script_of(n) == script), "{origin}");
        }
    }

    #[test]
    fn births_lie_between_the_years_and_are_complete() {
        for person in people("en", 500) {
            assert!((1930..=2005).contains(&person.birth.year));
            assert!(person.birth.is_complete());
        }
    }
}
