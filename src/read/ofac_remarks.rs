//! The grammar of OFAC remarks: what `ofac_remarks.tsv` knows by its label.
//!
//! In: the free text of a Remarks cell (overflow already appended) or one labelled value. Out:
//! dates, places, countries, documents, weak aliases and relations in the draft. Pieces without a
//! known label (mostly functions) stay in the remarks, counted.

use std::sync::OnceLock;

use crate::read::draft::Draft;
use crate::read::habits;
use crate::record::{
    CountryKind, DateKind, IdKind, Kind, Name, NameKind, PartialDate, PlaceKind, Relation,
    Strength, country,
};

const TABLE: &str = include_str!("ofac_remarks.tsv");

/// What a labelled piece says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Date(DateKind),
    BirthPlace,
    Country(CountryKind),
    Sex,
    Alias(NameKind),
    Relation,
    Id(IdKind),
    /// A fact that is kept under its label.
    Extra,
    /// Words that stay in the remarks.
    Note,
}

/// Reads remarks piece by piece.
pub(super) fn read(remarks: &str, draft: &mut Draft<'_>) {
    let mut kept = Vec::new();
    let remarks = remarks.trim();
    let remarks = remarks.strip_suffix('.').unwrap_or(remarks);
    for piece in remarks.split(';').map(str::trim).filter(|p| !p.is_empty()) {
        let bare = piece.strip_prefix("alt. ").unwrap_or(piece);
        match labelled(bare) {
            Some((_, Meaning::Note, _)) => {
                draft.count("remark_pieces_noted");
                kept.push(piece);
            }
            Some((label, meaning, value)) if take(label, meaning, value, "", draft) => {
                draft.count("remark_pieces_read");
            }
            _ => {
                draft.count("remark_pieces_unparsed");
                kept.push(piece);
            }
        }
    }
    draft.remark(&kept.join("; "));
}

/// Takes over one value whose label stands apart from it, as in the Consolidated Screening List.
/// `false` where the label is unknown or the value does not fit it.
pub(super) fn read_labelled(
    label: &str,
    value: &str,
    country: &str,
    draft: &mut Draft<'_>,
) -> bool {
    match labelled(label) {
        Some((found, Meaning::Note, _)) => {
            draft.extra(found, value);
            true
        }
        // "Digital Currency Address - XBT": the label may go on behind what the table knows.
        Some((_, meaning, _)) => take(label, meaning, value, country, draft),
        None => false,
    }
}

/// The label at the start of a piece, its meaning and what follows. Longer labels go first.
fn labelled(piece: &str) -> Option<(&'static str, Meaning, &str)> {
    static ROWS: OnceLock<Vec<(&str, Meaning)>> = OnceLock::new();
    let rows = ROWS.get_or_init(|| {
        let mut rows: Vec<(&str, Meaning)> = TABLE
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|l| l.split_once('\t'))
            .filter_map(|(label, code)| Some((label, meaning_of(code)?)))
            .collect();
        rows.sort_by_key(|(label, _)| std::cmp::Reverse(label.len()));
        rows
    });
    rows.iter().find_map(|(label, meaning)| {
        let head = piece.get(..label.len())?;
        let rest = piece.get(label.len()..)?;
        let whole_word =
            !label.ends_with(char::is_alphanumeric) || !rest.starts_with(char::is_alphanumeric);
        let fits = head.eq_ignore_ascii_case(label) && whole_word;
        fits.then(|| {
            (
                *label,
                *meaning,
                rest.trim_start_matches([' ', ':', '#', '.']),
            )
        })
    })
}

fn meaning_of(code: &str) -> Option<Meaning> {
    Some(match code {
        "birth_date" => Meaning::Date(DateKind::Birth),
        "founded" => Meaning::Date(DateKind::Incorporation),
        "built" => Meaning::Date(DateKind::Build),
        "died" => Meaning::Date(DateKind::Death),
        "birth_place" => Meaning::BirthPlace,
        "nationality" => Meaning::Country(CountryKind::Nationality),
        "citizenship" => Meaning::Country(CountryKind::Citizenship),
        "flag" => Meaning::Country(CountryKind::Flag),
        "jurisdiction" => Meaning::Country(CountryKind::Jurisdiction),
        "sex" => Meaning::Sex,
        "alias_name" => Meaning::Alias(NameKind::Alias),
        "former_name" => Meaning::Alias(NameKind::Former),
        "linked" => Meaning::Relation,
        "extra" => Meaning::Extra,
        "note" => Meaning::Note,
        id => Meaning::Id(IdKind::from_code(id)?),
    })
}

/// Takes a value over; `false` where it does not fit its label.
fn take(label: &str, meaning: Meaning, value: &str, country: &str, draft: &mut Draft<'_>) -> bool {
    let value = value.trim();
    if value.is_empty() {
        return false;
    }
    match meaning {
        Meaning::Date(kind) => {
            let is_date = PartialDate::parse(value, None).is_ok();
            habits::date_or_range(kind, value, None, draft);
            is_date
        }
        Meaning::BirthPlace => {
            habits::place_line(PlaceKind::Birth, value, draft);
            true
        }
        Meaning::Country(kind) => {
            draft.country(kind, value);
            true
        }
        Meaning::Sex => {
            draft.sex(value);
            true
        }
        Meaning::Alias(kind) => weak_alias(value, kind, draft),
        Meaning::Relation => {
            draft.notice.relations.push(Relation {
                kind: "linked_to".to_owned(),
                text: value.to_owned(),
                ..Relation::default()
            });
            true
        }
        Meaning::Id(kind) => identifier(label, kind, value, country, draft),
        Meaning::Extra => {
            draft.extra(label, value);
            true
        }
        Meaning::Note => false,
    }
}

/// `'NICK'` in remarks is how OFAC publishes weak aliases; the quotation marks are not the name.
fn weak_alias(value: &str, kind: NameKind, draft: &mut Draft<'_>) -> bool {
    let inner = value.strip_prefix('\'').unwrap_or(value);
    let inner = inner.strip_suffix('\'').unwrap_or(inner);
    if !inner.contains(char::is_alphanumeric) {
        return false;
    }
    let name = habits::family_first(inner, draft.notice.record.kind);
    draft.count("weak_aliases");
    draft.name(Name {
        kind,
        strength: Strength::Weak,
        ..name
    });
    true
}

/// A document: number, `(Country)`, `issued DATE`, `expires DATE`.
fn identifier(
    label: &str,
    kind: IdKind,
    value: &str,
    stated_country: &str,
    draft: &mut Draft<'_>,
) -> bool {
    let document = Document::parse(value);
    let fits = match kind {
        IdKind::Email => document.number.contains('@'),
        IdKind::Wallet | IdKind::Bic | IdKind::CallSign | IdKind::AircraftRegistration => true,
        _ => document.number.contains(|c: char| c.is_ascii_digit()),
    };
    if !fits {
        return false;
    }
    let published = if document.country.is_empty() {
        stated_country
    } else {
        document.country
    };
    // "- XBT 1Abc": the currency stands before the address of a wallet.
    let (currency, number) = match document.number.rsplit_once(' ') {
        Some((currency, number)) if kind == IdKind::Wallet => (currency, number),
        _ => ("", document.number),
    };
    if let Some(id) = draft.id(kind, number, published) {
        id.issued = document.issued;
        id.expires = document.expires;
        id.raw = [label, currency].join(" ").trim_end().to_owned();
    }
    true
}

struct Document<'a> {
    number: &'a str,
    country: &'a str,
    issued: Option<PartialDate>,
    expires: Option<PartialDate>,
}

impl<'a> Document<'a> {
    fn parse(text: &'a str) -> Self {
        let mut document = Document {
            number: text.trim(),
            country: "",
            issued: None,
            expires: None,
        };
        document.expires = document.cut_date(" expires ");
        document.issued = document.cut_date(" issued ");
        let bracket = document
            .number
            .strip_suffix(')')
            .and_then(|t| t.rsplit_once('('));
        if let Some((number, inner)) = bracket
            && country::iso2(inner).is_some()
        {
            (document.number, document.country) = (number.trim(), inner);
        }
        document
    }

    fn cut_date(&mut self, word: &str) -> Option<PartialDate> {
        let (before, date) = self.number.rsplit_once(word)?;
        let date = PartialDate::parse(date, None).ok()?;
        self.number = before.trim();
        Some(date)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::record::{Notice, Sex};
    use crate::tally::Tally;

    fn person(remarks: &str) -> (Notice, Tally) {
        let (mut tally, mut notices) = (Tally::new(), Vec::new());
        let mut draft = Draft::sanction(&mut tally, 1, 1, Kind::Person);
        draft.name(Name::primary("Ada Example"));
        read(remarks, &mut draft);
        draft.finish("1", &mut notices);
        (notices.remove(0), tally)
    }

    #[test]
    fn dates_of_birth_are_complete_partial_circa_or_ranges() {
        let (n, _) = person(
            "DOB 03 May 1970; alt. DOB Sep 1971; alt. DOB circa 1972; DOB 1973 to 1975; \
             alt. DOB 01 Jan 1976 to 31 Dec 1977.",
        );
        let dates: Vec<String> = n.record.dates.iter().map(PartialDate::to_text).collect();
        assert_eq!(
            dates,
            ["1970-05-03", "1971-09", "~1972", "1973..1975", "1976..1977"]
        );
        assert_eq!(n.record.dates[4].raw, "01 Jan 1976 to 31 Dec 1977");
    }

    #[test]
    fn documents_have_number_country_and_dates() {
        let (n, _) = person(
            "Passport NO33301/862 (Egypt) issued 17 Oct 1997 expires 01 Oct 2005; \
             alt. Passport Booklet: A6169832 (Pakistan); Cedula No. 16247821 (Colombia); \
             NIT # 800146749-7 (Colombia); Company Number IMO 5055293; \
             Legal Entity Number 851683897 (Netherlands).",
        );
        let ids: Vec<_> = n
            .record
            .ids
            .iter()
            .map(|i| (i.kind, i.norm.as_str(), i.country.as_str()))
            .collect();
        assert_eq!(
            ids,
            [
                (IdKind::Passport, "NO33301862", "EG"),
                (IdKind::Passport, "A6169832", "PK"),
                (IdKind::NationalId, "16247821", "CO"),
                (IdKind::Tax, "8001467497", "CO"),
                (IdKind::CompanyRegistration, "IMO5055293", ""),
                (IdKind::CompanyRegistration, "851683897", "NL"),
            ]
        );
        let passport = &n.record.ids[0];
        let issued = passport.issued.as_ref().map(PartialDate::to_text);
        let expires = passport.expires.as_ref().map(PartialDate::to_text);
        assert_eq!(issued.as_deref(), Some("1997-10-17"));
        assert_eq!(expires.as_deref(), Some("2005-10-01"));
    }

    #[test]
    fn marks_of_ships_and_aircraft_are_identifiers() {
        let (n, _) = person(
            "Vessel Registration Identification IMO 9187629; MMSI 572469210; Aircraft Manufacture \
             Date 1992; Aircraft Construction Number (also called L/N or S/N or F/N) 8401; \
             Aircraft Tail Number EP-MMH; Nationality of Registration Korea, North",
        );
        let kinds: Vec<IdKind> = n.record.ids.iter().map(|i| i.kind).collect();
        assert_eq!(
            kinds,
            [
                IdKind::Imo,
                IdKind::Mmsi,
                IdKind::SerialNumber,
                IdKind::AircraftRegistration
            ]
        );
        assert_eq!(n.record.dates[0].kind, DateKind::Build);
        assert_eq!(n.record.countries[0].iso2, "KP");
    }

    #[test]
    fn quoted_aliases_are_weak_and_lose_their_quotation_marks_only() {
        let (n, tally) = person("a.k.a. 'SAMPLE, Bo'; a.k.a. ''FUPI''; f.k.a. 'OLD NICK'.");
        let names: Vec<_> = n
            .record
            .names
            .iter()
            .skip(1)
            .map(|n| (n.full.as_str(), n.kind, n.strength))
            .collect();
        assert_eq!(
            names,
            [
                ("Bo SAMPLE", NameKind::Alias, Strength::Weak),
                ("'FUPI'", NameKind::Alias, Strength::Weak),
                ("OLD NICK", NameKind::Former, Strength::Weak),
            ]
        );
        assert_eq!(tally.count("weak_aliases"), 3);
    }

    #[test]
    fn places_countries_sex_contacts_and_relations_are_read() {
        let (n, _) = person(
            "POB Smolny, Russia; nationality Palestinian; citizen Egypt; Gender Female; \
             Linked To: EXAMPLE GROUP; Email:ada@example.org; Telephone (357)(22660766); \
             SWIFT/BIC EXAMBE22; Digital Currency Address - XBT 1ExampleAddress",
        );
        assert_eq!(n.record.sex, Sex::Female);
        assert_eq!(n.record.places[0].country, "RU");
        let countries: Vec<&str> = n.record.countries.iter().map(|c| c.iso2.as_str()).collect();
        assert_eq!(countries, ["RU", "PS", "EG"]);
        assert_eq!(n.relations[0].text, "EXAMPLE GROUP");
        let ids: Vec<&str> = n.record.ids.iter().map(|i| i.value.as_str()).collect();
        assert_eq!(
            ids,
            [
                "ada@example.org",
                "(357)(22660766)",
                "EXAMBE22",
                "1ExampleAddress"
            ]
        );
        assert!(n.record.ids[3].raw.ends_with("XBT"));
    }

    #[test]
    fn warnings_are_no_identifiers_and_unknown_pieces_stay() {
        let (n, tally) = person(
            "Secondary sanctions risk: Norland Regulations, section 12; Deputy Minister of Cheese; \
             Passport to be confirmed; DOB soon.",
        );
        assert!(n.record.ids.is_empty());
        assert_eq!(
            n.remarks,
            "Secondary sanctions risk: Norland Regulations, section 12; Deputy Minister of \
             Cheese; Passport to be confirmed; DOB soon"
        );
        assert_eq!(tally.count("remark_pieces_noted"), 1);
        assert_eq!(tally.count("remark_pieces_unparsed"), 3);
    }

    #[test]
    fn every_row_of_the_table_has_a_meaning() {
        for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
            let (_, code) = line.split_once('\t').unwrap();
            assert!(meaning_of(code).is_some(), "{line}");
        }
    }
}
