//! A notice in the making: what every XML and JSON reader does with a published value.
//!
//! In: texts as published. Out: a `Notice`, and in the tally each value that could not be read. A
//! value without a place in the schema goes to `extra`, so nothing is lost without a trace. What a
//! list holds in the end is counted at the door, not here.

use jiff::civil::Date;

use crate::record::{
    Action, Country, CountryKind, DateKind, DateOrder, DateProblem, IdKind, Identifier, Kind,
    Location, Name, NameKind, NamePart, Notice, NoticeType, PartKind, PartialDate, PlaceKind,
    Program, RecordId, Reference, Sex, Strength, country,
};
use crate::tally::{Reason, Refusal, Tally};

/// The notice being built, with the place it comes from.
pub(super) struct Draft<'a> {
    /// The notice.
    pub notice: Notice,
    tally: &'a mut Tally,
    file: u32,
    row: u64,
}

impl<'a> Draft<'a> {
    /// A published sanction on someone or something.
    pub(super) fn sanction(tally: &'a mut Tally, file: u32, row: u64, kind: Kind) -> Self {
        let mut draft = Self::new(tally, file, row, kind);
        draft.notice.notice_type = NoticeType::Sanction;
        draft.notice.action_requested = Action::Freeze;
        draft
    }

    /// A notice of a type that is stated later.
    pub(super) fn new(tally: &'a mut Tally, file: u32, row: u64, kind: Kind) -> Self {
        tally.add("rows_in", 1);
        Self::of_rows(tally, file, row, kind)
    }

    /// The same from several rows, which the caller counts; `row` is the first of them.
    pub(super) fn of_rows(tally: &'a mut Tally, file: u32, row: u64, kind: Kind) -> Self {
        let mut notice = Notice::default();
        notice.record.kind = kind;
        Self {
            notice,
            tally,
            file,
            row,
        }
    }

    /// Notes a value that could not be taken over.
    pub(super) fn refuse(&mut self, field: &'static str, reason: Reason) {
        self.tally.refuse(Refusal {
            file: self.file,
            row: self.row,
            field,
            reason,
        });
    }

    /// Counts something under a name of the reader's own.
    pub(super) fn count(&mut self, what: &'static str) {
        self.tally.add(what, 1);
    }

    /// Adds a name unless it is empty.
    pub(super) fn name(&mut self, mut name: Name) {
        name.full = squeeze(&name.full);
        if name.full.is_empty() {
            return;
        }
        name.parts.retain(|p| !p.value.trim().is_empty());
        for part in &mut name.parts {
            part.value = squeeze(&part.value);
        }
        self.notice.record.names.push(name);
    }

    /// Adds a name that is one text.
    pub(super) fn plain_name(&mut self, full: &str, kind: NameKind, strength: Strength) {
        self.name(Name {
            full: full.to_owned(),
            kind,
            strength,
            ..Name::default()
        });
    }

    /// Reads and adds a date; one that cannot be read is kept in `extra` and counted.
    pub(super) fn date(&mut self, kind: DateKind, text: &str, order: Option<DateOrder>) {
        if text.trim().is_empty() {
            return;
        }
        match PartialDate::parse(text, order) {
            Ok(date) => self.add_date(date.with_kind(kind)),
            Err(problem) => {
                let reason = match problem {
                    DateProblem::Ambiguous => Reason::AmbiguousDate,
                    DateProblem::Unreadable => Reason::BadDate,
                };
                self.bad_date(kind, text, reason);
            }
        }
    }

    /// Adds a date that was put together from parts, or notes that they make none.
    pub(super) fn date_of(&mut self, kind: DateKind, date: Option<PartialDate>, text: &str) {
        match date {
            Some(date) => self.add_date(date.with_kind(kind)),
            None => self.bad_date(kind, text, Reason::BadDate),
        }
    }

    fn add_date(&mut self, date: PartialDate) {
        self.notice.record.dates.push(date);
    }

    fn bad_date(&mut self, kind: DateKind, text: &str, reason: Reason) {
        let field = match kind {
            DateKind::Birth => "birth_date",
            _ => "date",
        };
        self.refuse(field, reason);
        self.extra(field, text);
    }

    /// The code of a country; what no table knows is counted. Placeholders count as empty.
    pub(super) fn iso2(&mut self, text: &str) -> String {
        let text = text.trim();
        if is_placeholder(text) {
            return String::new();
        }
        let Some(code) = country::iso2(text) else {
            self.refuse("country", Reason::UnknownCountry);
            return String::new();
        };
        code.to_owned()
    }

    /// Adds a country; an unknown one is kept as published.
    pub(super) fn country(&mut self, kind: CountryKind, text: &str) {
        self.add_country(kind, text);
    }

    fn add_country(&mut self, kind: CountryKind, text: &str) -> String {
        let raw = squeeze(text);
        if is_placeholder(&raw) {
            return String::new();
        }
        let iso2 = self.iso2(&raw);
        let country = Country {
            kind,
            iso2: iso2.clone(),
            raw,
        };
        if !self.notice.record.countries.contains(&country) {
            self.notice.record.countries.push(country);
        }
        iso2
    }

    /// Adds an identifier and returns it for its dates and flags; `None` for an empty value.
    pub(super) fn id(
        &mut self,
        kind: IdKind,
        value: &str,
        country: &str,
    ) -> Option<&mut Identifier> {
        let value = squeeze(value);
        if is_placeholder(&value) {
            return None;
        }
        let country = self.iso2(country);
        let ids = &mut self.notice.record.ids;
        ids.push(Identifier::new(kind, &value, &country));
        ids.last_mut()
    }

    /// Adds a place; `country` is a name or code. The line is made of the parts where it is empty.
    pub(super) fn place(&mut self, mut place: Location, country: &str) {
        for field in [
            &mut place.text,
            &mut place.city,
            &mut place.region,
            &mut place.postal,
        ] {
            *field = squeeze(field);
            if is_placeholder(field) {
                field.clear();
            }
        }
        let country = squeeze(country);
        let has_country = !is_placeholder(&country);
        let parts = [
            place.text.as_str(),
            &place.city,
            &place.region,
            &place.postal,
            if has_country { &country } else { "" },
        ];
        let mut line: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        line.dedup();
        if line.is_empty() {
            return;
        }
        place.text = line.join(", ");
        self.location(place, &country);
    }

    /// Adds a place whose line is complete.
    pub(super) fn location(&mut self, mut place: Location, country: &str) {
        let country = squeeze(country);
        let has_country = !is_placeholder(&country);
        if place == Location::default() && !has_country {
            return;
        }
        if place.text.is_empty() {
            country.clone_into(&mut place.text);
        }
        place.country = if place.kind == PlaceKind::Birth {
            self.add_country(CountryKind::Birth, &country)
        } else {
            self.iso2(&country)
        };
        if !self.notice.record.places.contains(&place) {
            self.notice.record.places.push(place);
        }
    }

    /// Sex as stated; an unknown word is counted and kept.
    pub(super) fn sex(&mut self, text: &str) {
        let sex = match text.trim().to_lowercase().as_str() {
            "m" | "male" => Sex::Male,
            "f" | "female" => Sex::Female,
            "x" | "other" => Sex::Other,
            "" | "u" | "unknown" | "not-defined" => return,
            _ => {
                self.refuse("sex", Reason::UnknownCode);
                self.extra("sex", text);
                return;
            }
        };
        if self.notice.record.sex == Sex::Unknown {
            self.notice.record.sex = sex;
        }
    }

    /// Adds a reference to the same notice elsewhere.
    pub(super) fn reference(&mut self, scheme: &str, value: &str) {
        let value = squeeze(value);
        if !value.is_empty() {
            self.notice.refs.push(Reference {
                scheme: scheme.to_owned(),
                value,
            });
        }
    }

    /// Adds a position or title of office.
    pub(super) fn position(&mut self, text: &str) {
        let text = squeeze(text);
        if !text.is_empty() && !self.notice.positions.contains(&text) {
            self.notice.positions.push(text);
        }
    }

    /// Adds a programme unless it says nothing.
    pub(super) fn program(&mut self, program: Program) {
        if program != Program::default() && !self.notice.programs.contains(&program) {
            self.notice.programs.push(program);
        }
    }

    /// Appends a paragraph to the remarks.
    pub(super) fn remark(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            append(&mut self.notice.remarks, "\n", text);
        }
    }

    /// Keeps a value that has no place in the schema.
    pub(super) fn extra(&mut self, key: &str, value: &str) {
        let value = squeeze(value);
        if value.is_empty() {
            return;
        }
        self.tally.add("kept_as_extra", 1);
        let kept = self.notice.extra.entry(key.to_owned()).or_default();
        append(kept, "; ", &value);
    }

    /// The finished notice, its primary name first; refused without an id or a name.
    pub(super) fn finish(mut self, source_id: &str, notices: &mut Vec<Notice>) {
        let source_id = squeeze(source_id);
        if source_id.is_empty() {
            self.refuse("row", Reason::NoId);
            return;
        }
        self.notice.record.id = RecordId(source_id);
        self.notice.record.settle();
        let names = &mut self.notice.record.names;
        let has_primary = names.iter().any(|n| n.kind == NameKind::Primary);
        match names.first_mut() {
            None => self.refuse("row", Reason::NoName),
            Some(first) => {
                if !has_primary {
                    first.kind = NameKind::Primary;
                }
                notices.push(self.notice);
            }
        }
    }
}

/// White space of every kind folded to single spaces.
pub(super) fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Texts that publishers write for "nothing".
pub(super) fn is_placeholder(text: &str) -> bool {
    const NOTHING: &[&str] = &[
        "",
        "-",
        "--",
        "00",
        "n/a",
        "na",
        "none",
        "nil",
        "unknown",
        "not known",
        "not available",
    ];
    let text = text.trim();
    // "NA" in capitals is Namibia.
    text != "NA" && NOTHING.iter().any(|n| text.eq_ignore_ascii_case(n))
}

fn append(text: &mut String, separator: &str, more: &str) {
    if !text.is_empty() {
        text.push_str(separator);
    }
    text.push_str(more);
}

/// A person's name from its parts in reading order. `published` is the source's own order, kept as
/// `raw` where it differs.
pub(super) fn name_from_parts(parts: Vec<(PartKind, String)>) -> Name {
    let parts: Vec<NamePart> = parts
        .into_iter()
        .map(|(kind, value)| NamePart {
            kind,
            value: squeeze(&value),
        })
        .filter(|p| !p.value.is_empty())
        .collect();
    let full: Vec<&str> = parts.iter().map(|p| p.value.as_str()).collect();
    Name {
        full: full.join(" "),
        parts,
        ..Name::default()
    }
}

/// The civil day in a text that begins with an ISO date (`2016-11-30`, `2011-07-29-04:00`).
pub(super) fn iso_day(text: &str) -> Option<Date> {
    text.trim().get(..10)?.parse().ok()
}

/// The civil day of `MM/DD/YYYY` or `DD/MM/YYYY`.
pub(super) fn slash_day(text: &str, order: DateOrder) -> Option<Date> {
    let date = PartialDate::parse(text, Some(order)).ok()?;
    civil(&date)
}

/// The civil day of a complete date.
pub(super) fn civil(date: &PartialDate) -> Option<Date> {
    let month = i8::try_from(date.month?).ok()?;
    let day = i8::try_from(date.day?).ok()?;
    Date::new(date.year, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreadable_values_are_kept_and_counted() {
        let mut tally = Tally::new();
        let mut notices = Vec::new();
        let mut draft = Draft::sanction(&mut tally, 1, 7, Kind::Person);
        draft.plain_name(" Ada \n Example ", NameKind::Alias, Strength::Unknown);
        draft.date(DateKind::Birth, "31 Feb 1970", None);
        draft.country(CountryKind::Nationality, "Atlantis");
        draft.country(CountryKind::Nationality, "UNKNOWN");
        draft.finish("7", &mut notices);
        let notice = &notices[0];
        assert_eq!(notice.record.names[0].full, "Ada Example");
        assert_eq!(notice.record.names[0].kind, NameKind::Primary);
        assert_eq!(notice.extra["birth_date"], "31 Feb 1970");
        assert_eq!(notice.record.countries.len(), 1);
        assert_eq!(notice.record.countries[0].iso2, "");
        assert_eq!(tally.count("fields_emptied"), 2);
        assert_eq!(tally.refusals()[0].row, 7);
    }

    #[test]
    fn a_notice_without_a_name_is_refused() {
        let mut tally = Tally::new();
        let mut notices = Vec::new();
        Draft::sanction(&mut tally, 1, 7, Kind::Person).finish("7", &mut notices);
        assert!(notices.is_empty());
        assert_eq!(tally.count("rows_refused"), 1);
    }
}
