//! Invented organisations, vessels and aircraft, and numbers with valid check digits.

use std::sync::OnceLock;

use crate::record::{IdKind, Identifier, Kind, PartKind};
use crate::synth::Draw;
use crate::synth::person::{Part, Wording, digits};
use crate::synth::pool::{Origin, pools, rows};

const TABLE: &str = include_str!("things.tsv");

/// The rows of one kind, without the kind.
pub(super) fn of(kind: &'static str) -> Vec<&'static [&'static str]> {
    static ROWS: OnceLock<Vec<Vec<&'static str>>> = OnceLock::new();
    ROWS.get_or_init(|| rows(TABLE).collect())
        .iter()
        .filter(|row| row.first() == Some(&kind))
        .map(|row| &row[1..])
        .collect()
}

fn cell(row: &[&'static str], at: usize) -> &'static str {
    row.get(at).copied().unwrap_or_default()
}

/// One row of a kind, by the weight in its last cell.
fn weighted(rows: &[&'static [&'static str]], draw: &mut Draw) -> &'static [&'static str] {
    let shares: Vec<(&'static [&'static str], u32)> = rows
        .iter()
        .map(|row| (*row, row.last().and_then(|w| w.parse().ok()).unwrap_or(1)))
        .collect();
    draw.weighted(&shares).unwrap_or_default()
}

/// A word of a kind.
pub(super) fn word(kind: &'static str, draw: &mut Draw) -> &'static str {
    draw.pick(&of(kind)).map_or("", |row| cell(row, 0))
}

/// Something that is no person.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    /// The name.
    pub name: Wording,
    /// Country: jurisdiction or flag.
    pub country: &'static str,
    /// Numbers and marks.
    pub ids: Vec<Identifier>,
}

fn origin_of(origins: &[&str], draw: &mut Draw) -> &'static Origin {
    let shares: Vec<(&'static Origin, u32)> = pools()
        .origins
        .iter()
        .filter(|o| origins.is_empty() || origins.contains(&o.code))
        .map(|o| (o, o.share))
        .collect();
    draw.weighted(&shares).unwrap_or(&pools().origins[0])
}

/// An organisation: a family name or a brand, a business, a legal form.
pub(super) fn firm(origins: &[&str], draw: &mut Draw) -> Thing {
    let origin = origin_of(origins, draw);
    let mut parts: Vec<Part> = Vec::new();
    let entry = pools().draw(origin, "family", crate::record::Sex::Male, draw);
    if let Some(entry) = entry.filter(|_| draw.percent(55)) {
        parts.push(Part::of(PartKind::Family, entry));
    } else {
        parts.push(Part::latin(PartKind::Other, word("core", draw)));
        parts.push(Part::latin(PartKind::Other, word("core2", draw)));
    }
    let businesses = of("business");
    let business = draw.pick(&businesses).copied().unwrap_or_default();
    let native = cell(business, 1)
        .split(' ')
        .find_map(|n| n.strip_prefix(origin.code)?.strip_prefix(':'));
    parts.push(Part {
        native: native.unwrap_or_default().to_owned(),
        ..Part::latin(PartKind::Other, cell(business, 0))
    });
    let forms: Vec<_> = of("form")
        .into_iter()
        .filter(|f| cell(f, 0) == origin.code)
        .collect();
    if !forms.is_empty() && draw.percent(90) {
        let form = weighted(&forms, draw);
        let part = Part {
            native: cell(form, 2).to_owned(),
            ..Part::latin(PartKind::Suffix, cell(form, 1))
        };
        let at = if cell(form, 3) == "start" {
            0
        } else {
            parts.len()
        };
        parts.insert(at, part);
    }
    let country = draw.weighted(&origin.countries).unwrap_or_default();
    let mut ids = Vec::new();
    if draw.percent(60) {
        let number = digits(8, draw);
        ids.push(Identifier::new(
            IdKind::CompanyRegistration,
            &number,
            country,
        ));
    }
    if draw.percent(15) {
        ids.push(Identifier::new(IdKind::Tax, &digits(10, draw), country));
    }
    Thing {
        name: Wording {
            parts,
            origin: Some(origin),
            bearer: Kind::Organization,
        },
        country,
        ids,
    }
}

/// A vessel with IMO number, MMSI and flag.
pub(super) fn vessel(draw: &mut Draw) -> Thing {
    let flag = weighted(&of("flag"), draw);
    let mut ids = vec![Identifier::new(IdKind::Imo, &imo(draw), "")];
    if draw.percent(60) {
        let mmsi = format!("{}{}", cell(flag, 1), digits(6, draw));
        ids.push(Identifier::new(IdKind::Mmsi, &mmsi, ""));
    }
    Thing {
        name: wording(&[word("core", draw), word("ship", draw)], Kind::Vessel),
        country: cell(flag, 0),
        ids,
    }
}

/// An aircraft with registration mark and serial number.
pub(super) fn aircraft(draw: &mut Draw) -> Thing {
    let row = weighted(&of("mark"), draw);
    let mark = format!("{}{}", cell(row, 1), digits(5, draw));
    let ids = vec![
        Identifier::new(IdKind::AircraftRegistration, &mark, ""),
        Identifier::new(IdKind::SerialNumber, &digits(4, draw), ""),
    ];
    Thing {
        name: wording(&[&mark, word("plane", draw)], Kind::Aircraft),
        country: cell(row, 0),
        ids,
    }
}

fn wording(words: &[&str], bearer: Kind) -> Wording {
    let part = |w: &&str| Part::latin(PartKind::Other, *w);
    Wording {
        parts: words.iter().map(part).collect(),
        origin: None,
        bearer,
    }
}

/// An IMO number: six digits and a check digit, the sum of the digits times 7 to 2, modulo 10.
fn imo(draw: &mut Draw) -> String {
    let number = digits(6, draw);
    let sum: u32 = number
        .bytes()
        .zip((2..=7).rev())
        .map(|(b, weight)| u32::from(b - b'0') * weight)
        .sum();
    format!("{number}{}", sum % 10)
}

/// An IBAN-shaped number with valid check digits (ISO 13616: 98 minus the number modulo 97) and a
/// bank code of zeros, which no bank has.
pub(super) fn iban(country: &str, draw: &mut Draw) -> String {
    let account = format!("0000{}", digits(14, draw));
    let rest = country.bytes().fold(
        account
            .bytes()
            .fold(0_u32, |r, b| (r * 10 + u32::from(b - b'0')) % 97),
        |r, letter| (r * 100 + u32::from(letter.to_ascii_uppercase() - b'A') + 10) % 97,
    );
    let check = 98 - (rest * 100) % 97;
    format!("{country}{check:02}{account}")
}

/// A made-up wallet address; it starts like no real kind.
pub(super) fn wallet(draw: &mut Draw) -> String {
    format!("vx{}", digits(30, draw))
}

/// A name on a market: two words and digits.
pub(super) fn handle(draw: &mut Draw) -> String {
    let (a, b) = (word("handle", draw), word("handle2", draw));
    format!("{a}{b}{}", digits(2, draw))
}

/// A city of a country, or empty.
pub(super) fn city(country: &str) -> &'static str {
    of("city")
        .into_iter()
        .find(|row| cell(row, 0) == country)
        .map_or("", |row| cell(row, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_leaves_one_modulo_97() {
        for i in 0..50 {
            let iban = iban("DE", &mut Draw::new(1, i));
            let (head, tail) = iban.split_at(4);
            let digits: String = format!("{tail}{head}")
                .chars()
                .map(|c| c.to_digit(36).map(|d| d.to_string()).unwrap_or_default())
                .collect();
            let rest = digits
                .bytes()
                .fold(0_u32, |r, b| (r * 10 + u32::from(b - b'0')) % 97);
            assert_eq!(rest, 1, "{iban}");
        }
    }

    #[test]
    fn an_imo_number_has_its_check_digit() {
        // The known example: 9074729 = 9*7 + 0*6 + 7*5 + 4*4 + 7*3 + 2*2 = 139, so 9.
        for i in 0..50 {
            let text = imo(&mut Draw::new(1, i));
            let d: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
            let sum: u32 = d
                .iter()
                .take(6)
                .zip([7, 6, 5, 4, 3, 2])
                .map(|(d, w)| d * w)
                .sum();
            assert_eq!(d.get(6), Some(&(sum % 10)));
        }
    }

    #[test]
    fn firms_have_native_names_where_all_parts_have() {
        let natives = (0..300)
            .filter_map(|i| firm(&["ru"], &mut Draw::new(1, i)).name.native())
            .count();
        assert!(natives > 80, "{natives}");
    }
}
