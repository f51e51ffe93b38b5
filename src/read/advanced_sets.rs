//! First pass over the OFAC Advanced XML: everything that parties refer to by number.
//!
//! In: the sections `ReferenceValueSets`, `Locations`, `IDRegDocuments`, `SanctionsEntries`
//! and `ProfileRelationships`. Out: small values by their ids, with every number already resolved through
//! the reference values of the same file: publishers renumber them.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::draft::{civil, squeeze};
use super::xml::Element;
use crate::record::{Calendar, IdFlag, Location, PartialDate, Program, Relation};

/// What parties refer to.
#[derive(Default)]
pub(super) struct Sets {
    /// Text by name of the set and id, such as `("AliasType", "1403")`.
    values: FxHashMap<(String, String), Element>,
    /// Places with their country, by id.
    places: FxHashMap<String, (Location, String)>,
    /// Documents by identity.
    documents: FxHashMap<String, Vec<Document>>,
    /// Programmes by profile.
    entries: FxHashMap<String, Vec<Program>>,
    /// Relations by profile.
    relations: FxHashMap<String, Vec<Relation>>,
    /// Date of issue of the list, part by part.
    issued: [Option<i16>; 3],
}

/// A document of an identity.
pub(super) struct Document {
    pub label: String,
    pub number: String,
    pub country: String,
    pub issued: Option<PartialDate>,
    pub expires: Option<PartialDate>,
    pub flags: Vec<IdFlag>,
    pub about: String,
}

impl Sets {
    /// Takes over one element of a section; `section` is the name of its parent.
    pub(super) fn add(&mut self, section: &str, element: Element) {
        match section {
            "ReferenceValueSets" => {
                for value in element.children {
                    let key = (value.name.clone(), value.attr("ID").to_owned());
                    self.values.insert(key, value);
                }
            }
            "DateOfIssue" => {
                let at = ["Year", "Month", "Day"]
                    .iter()
                    .position(|n| *n == element.name);
                if let Some(slot) = at.and_then(|at| self.issued.get_mut(at)) {
                    *slot = element.value().parse().ok();
                }
            }
            "Locations" => {
                let place = self.location(&element);
                self.places.insert(element.attr("ID").to_owned(), place);
            }
            "IDRegDocuments" => {
                let document = self.document(&element);
                let owner = element.attr("IdentityID").to_owned();
                self.documents.entry(owner).or_default().push(document);
            }
            "SanctionsEntries" if element.attr("DeltaAction") != "delete" => {
                let programs = self.entry(&element);
                let owner = element.attr("ProfileID").to_owned();
                self.entries.entry(owner).or_default().extend(programs);
            }
            "ProfileRelationships" => {
                let former = if element.is_set("Former") {
                    "former"
                } else {
                    ""
                };
                let relation = Relation {
                    to_uid: element.attr("To-ProfileID").to_owned(),
                    kind: self.text("RelationType", element.attr("RelationTypeID")),
                    text: [former, element.get("Comment")].join(" ").trim().to_owned(),
                };
                let owner = element.attr("From-ProfileID").to_owned();
                self.relations.entry(owner).or_default().push(relation);
            }
            _ => {}
        }
    }

    /// The day the list was issued.
    pub(super) fn issued(&self) -> Option<Date> {
        let [year, month, day] = self.issued;
        let date =
            PartialDate::from_ymd(year?, u8::try_from(month?).ok()?, u8::try_from(day?).ok()?)?;
        civil(&date)
    }

    /// The text of a reference value; empty where the file does not define it.
    pub(super) fn text(&self, set: &str, id: &str) -> String {
        self.value(set, id)
            .map_or_else(String::new, |v| squeeze(&v.text))
    }

    fn value(&self, set: &str, id: &str) -> Option<&Element> {
        self.values.get(&(set.to_owned(), id.to_owned()))
    }

    /// ISO code of a country where the file gives one, else its name.
    fn country(&self, id: &str) -> String {
        self.value("Country", id)
            .map_or_else(String::new, |c| match c.attr("ISO2") {
                "" => squeeze(&c.text),
                code => code.to_owned(),
            })
    }

    /// Code of a script, such as `Arab`.
    pub(super) fn script(&self, id: &str) -> String {
        self.value("Script", id)
            .map_or_else(String::new, |s| match s.attr("ScriptCode") {
                "" => squeeze(&s.text),
                code => code.to_owned(),
            })
    }

    /// What kind of party a subtype is: its own name where it says something (`Vessel`,
    /// `Aircraft`), else the name of its type (`Individual`, `Entity`).
    pub(super) fn party(&self, subtype: &str) -> [String; 2] {
        let kind = self
            .value("PartySubType", subtype)
            .map_or("", |s| s.attr("PartyTypeID"));
        [
            self.text("PartySubType", subtype),
            self.text("PartyType", kind),
        ]
    }

    pub(super) fn place(&self, id: &str) -> Option<&(Location, String)> {
        self.places.get(id)
    }

    pub(super) fn documents(&self, identity: &str) -> &[Document] {
        self.documents.get(identity).map_or(&[], Vec::as_slice)
    }

    pub(super) fn programs(&self, profile: &str) -> &[Program] {
        self.entries.get(profile).map_or(&[], Vec::as_slice)
    }

    pub(super) fn relations(&self, profile: &str) -> &[Relation] {
        self.relations.get(profile).map_or(&[], Vec::as_slice)
    }

    fn location(&self, element: &Element) -> (Location, String) {
        let mut place = Location::default();
        let mut lines: Vec<String> = Vec::new();
        for part in element.all("LocationPart") {
            let values = || part.all("LocationPartValue");
            let value = values()
                .find(|v| v.is_set("Primary"))
                .or_else(|| values().next());
            let text = value.map_or("", |v| v.get("Value")).to_owned();
            let kind = self
                .text("LocPartType", part.attr("LocPartTypeID"))
                .to_uppercase();
            match kind.as_str() {
                "CITY" => place.city = text,
                "STATE/PROVINCE" | "REGION" => place.region = text,
                "POSTAL CODE" => place.postal = text,
                _ => lines.push(text),
            }
        }
        place.text = lines.join(", ");
        let area = element
            .child("LocationAreaCode")
            .map_or("", |a| a.attr("AreaCodeID"));
        let country = match element.child("LocationCountry") {
            Some(country) => self.country(country.attr("CountryID")),
            None => self
                .value("AreaCode", area)
                .map_or_else(String::new, |a| self.country(a.attr("CountryID"))),
        };
        (place, country)
    }

    fn document(&self, element: &Element) -> Document {
        let dated = |what: &str| {
            element
                .all("DocumentDate")
                .find(|d| {
                    let kind = self.text("IDRegDocDateType", d.attr("IDRegDocDateTypeID"));
                    kind.to_lowercase().contains(what)
                })
                .and_then(|d| d.child("DatePeriod"))
                .and_then(|p| self.date(p))
        };
        let validity = self.text("Validity", element.attr("ValidityID"));
        let is_false = ["fraud", "false", "forged"]
            .iter()
            .any(|w| validity.to_lowercase().contains(w));
        Document {
            label: self.text("IDRegDocType", element.attr("IDRegDocTypeID")),
            number: element.get("IDRegistrationNo").to_owned(),
            country: self.country(element.attr("IssuedBy-CountryID")),
            issued: dated("issue"),
            expires: dated("expir"),
            flags: if is_false {
                vec![IdFlag::KnownFalse]
            } else {
                Vec::new()
            },
            about: element.join(&["IssuingAuthority", "Comment"], "; "),
        }
    }

    /// One programme per measure of type "Program"; the other measures belong to each of them.
    fn entry(&self, element: &Element) -> Vec<Program> {
        let kind_of = |m: &Element| self.text("SanctionsType", m.attr("SanctionsTypeID"));
        let is_program = |m: &&Element| kind_of(m).eq_ignore_ascii_case("program");
        let event = element.child("EntryEvent");
        let measures: Vec<String> = element
            .all("SanctionsMeasure")
            .filter(|m| !is_program(m))
            .map(kind_of)
            .filter(|m| !m.is_empty())
            .collect();
        let base = Program {
            title: self.text("List", element.attr("ListID")),
            authority: "OFAC".to_owned(),
            legal_basis: event.map_or_else(String::new, |e| {
                self.text("LegalBasis", e.attr("LegalBasisID"))
            }),
            measures,
            listed_on: element
                .all("EntryEvent")
                .filter_map(|e| point(e.child("Date")?).and_then(|d| civil(&d)))
                .min(),
            ..Program::default()
        };
        let mut programs: Vec<Program> = element
            .all("SanctionsMeasure")
            .filter(is_program)
            .map(|m| Program {
                code: m.get("Comment").to_owned(),
                ..base.clone()
            })
            .collect();
        if programs.is_empty() {
            programs.push(base);
        }
        programs
    }

    /// A period as one date: a day, a month, a year, or a range of years.
    pub(super) fn date(&self, period: &Element) -> Option<PartialDate> {
        let bound = |name: &str, order: [&str; 2]| {
            let bound = period.child(name)?;
            order.iter().find_map(|n| bound.child(n)).and_then(point)
        };
        let first = bound("Start", ["From", "To"]).or_else(|| bound("End", ["From", "To"]))?;
        let last = bound("End", ["To", "From"])
            .or_else(|| bound("Start", ["To", "From"]))
            .unwrap_or_else(|| first.clone());
        let mut date = span(&first, &last)?;
        date.circa = ["Start", "End"]
            .iter()
            .filter_map(|n| period.child(n))
            .any(|b| b.is_set("Approximate"));
        let calendar = self.text("CalendarType", period.attr("CalendarTypeID"));
        if !calendar.is_empty() {
            date.calendar = Calendar::from_code(&calendar);
        }
        Some(date)
    }
}

/// `Year`, `Month` and `Day` of an element.
fn point(element: &Element) -> Option<PartialDate> {
    let small = |name| element.get(name).parse::<u8>().unwrap_or(0);
    let year = element.get("Year").parse::<i16>().ok()?;
    PartialDate::from_ymd(year, small("Month"), small("Day"))
}

/// The most exact date that covers both: whole months and years are written by their first and last
/// day.
fn span(first: &PartialDate, last: &PartialDate) -> Option<PartialDate> {
    if first == last {
        return Some(first.clone());
    }
    let mut date = if first.year != last.year {
        PartialDate::from_years(first.year, last.year)?
    } else if first.month == last.month {
        PartialDate::from_ymd(first.year, first.month.unwrap_or(0), 0)?
    } else {
        PartialDate::from_ymd(first.year, 0, 0)?
    };
    let is_whole_years = (first.month, first.day) == (Some(1), Some(1))
        && (last.month, last.day) == (Some(12), Some(31));
    if !is_whole_years {
        date.raw = format!("{} to {}", first.to_text(), last.to_text());
    }
    Some(date)
}
