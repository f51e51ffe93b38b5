//! The grammar of OFAC remarks: what `ofac_remarks.tsv` knows by its label.
//!
//! In: the free text of a Remarks cell (overflow already appended) or one labelled value. Out:
//! dates, places, countries, documents, weak aliases and relations in the draft. Pieces without a
//! known label (mostly functions) stay in the remarks, counted.

use std::sync::OnceLock;

use crate::read::draft::Draft;
use crate::read::habits;
use crate::record::{
    CountryKind, DateKind, IdKind, Name, NameKind, PartialDate, PlaceKind, Relation, Strength,
    country,
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
        Some((_, meaning, _)) => take(label.trim_end_matches(':'), meaning, value, country, draft),
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
        let mut words = vec![label, currency];
        words.extend(document.notes);
        words.retain(|w| !w.is_empty());
        id.raw = words.join(" ");
    }
    true
}

/// What a document's text says.
struct Document<'a> {
    number: &'a str,
    country: &'a str,
    issued: Option<PartialDate>,
    expires: Option<PartialDate>,
    /// Words that are none of these.
    notes: Vec<&'a str>,
}

impl<'a> Document<'a> {
    fn parse(text: &'a str) -> Self {
        let mut document = Document {
            number: text.trim(),
            country: "",
            issued: None,
            expires: None,
            notes: Vec::new(),
        };
        document.expires = document.cut_date(&[" expires ", " Expire Date "]);
        document.issued = document.cut_date(&[" issued ", " Issue Date "]);
        document.cut_brackets();
        for word in [" issued ", " and ", ", "] {
            if let Some((number, note)) = document.number.split_once(word) {
                document.number = number.trim();
                document.notes.push(note);
                document.cut_brackets();
            }
        }
        document
    }

    fn cut_date(&mut self, words: &[&str]) -> Option<PartialDate> {
        words.iter().find_map(|word| {
            let (before, date) = self.number.rsplit_once(word)?;
            let date = PartialDate::parse(date, None).ok()?;
            self.number = before.trim();
            Some(date)
        })
    }

    /// Brackets at the end hold the country, or a note. Those of telephone numbers stay.
    fn cut_brackets(&mut self) {
        while let Some((number, inner)) = self
            .number
            .strip_suffix(')')
            .and_then(|t| t.rsplit_once('('))
        {
            let name = inner.split(", previously").next().unwrap_or(inner);
            if country::iso2(name).is_some() {
                self.country = name;
            } else if inner.contains(char::is_alphabetic) {
                self.notes.push(inner);
            } else {
                break;
            }
            self.number = number.trim();
        }
    }
}

#[cfg(test)]
mod tests;
