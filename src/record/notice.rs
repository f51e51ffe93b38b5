//! Notices: a record with what its publisher says about it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;

use crate::record::{Action, Digest, Grade, Handling, InfoGrade, NoticeType, Record, Status, hex};

/// Short name of a list, for example `ofac-sdn`. Lower-case ASCII letters, digits and hyphens.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(String);

impl ListId {
    /// Accepts 1 to 64 lower-case ASCII letters, digits, `-`, `_` and `.`.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
        (!text.is_empty() && text.len() <= 64 && text.chars().all(fits))
            .then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is known about a list edition as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListInfo {
    /// Which list.
    pub list_id: ListId,
    /// The publisher's version or edition, or empty.
    pub version: String,
    /// Publication date.
    pub date: Option<Date>,
    /// Digest of the source bytes (of all files of the set, in the order given).
    pub file_hash: Digest,
    /// The reader that was used, for example `ofac-csv`.
    pub format: String,
    /// Record count stated by the publisher.
    pub published_count: Option<u64>,
}

/// A reference to the same notice elsewhere (UN reference, OFAC uid, Wikidata id).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// `un_ref`, `ofsi_group`, `eu_ref`, `eu_logical`, `ofac_uid`, `interpol_entity`, `wikidata`, ...
    pub scheme: String,
    /// The reference.
    pub value: String,
}

/// The programme or regime under which a notice was published.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// Short code.
    pub code: String,
    /// Title.
    pub title: String,
    /// Authority.
    pub authority: String,
    /// Legal basis as published.
    pub legal_basis: String,
    /// Measures (asset freeze, travel ban, ...).
    pub measures: Vec<String>,
    /// Date of listing.
    pub listed_on: Option<Date>,
    /// Date of the last update.
    pub updated_on: Option<Date>,
    /// Last day in force.
    pub ends_on: Option<Date>,
    /// Reason as published.
    pub reason: String,
}

/// A charge of an arrest warrant.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Charge {
    /// Issuing country, ISO 3166-1 alpha-2, or empty.
    pub country: String,
    /// The charge.
    pub text: String,
    /// Language of the text, or empty.
    pub lang: String,
    /// Translation, or empty.
    pub translation: String,
}

/// A relation to another notice of the same list.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// `notice_uid` of the other notice, or the source's own id.
    pub to_uid: String,
    /// Kind of relation as published.
    pub kind: String,
    /// More words.
    pub text: String,
}

/// Physical description. Stored and shown, never used to find or score.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Physical {
    /// Height in centimetres.
    pub height_cm: Option<f32>,
    /// Weight in kilograms.
    pub weight_kg: Option<f32>,
    /// Eye colours.
    pub eyes: Vec<String>,
    /// Hair colours.
    pub hair: Vec<String>,
    /// Distinguishing marks.
    pub marks: String,
}

/// How a notice may be handled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandlingNote {
    /// Handling code.
    pub code: Handling,
    /// Caveat text.
    pub caveat: String,
    /// Who owns the notice.
    pub originator: String,
    /// Purposes it may be used for.
    pub purposes: Vec<String>,
    /// Countries (ISO 3166-1 alpha-2) it must not be sent to.
    pub no_send_to: Vec<String>,
    /// Reliability of the source.
    pub source_grade: Option<Grade>,
    /// Accuracy of the information.
    pub info_grade: Option<InfoGrade>,
    /// Fields that may be released.
    pub releasable: Vec<String>,
}

/// One notice of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notice {
    /// What is compared. `record.id` is the publisher's own id.
    pub record: Record,
    /// The list it stands on.
    pub list_id: ListId,
    /// Kind of notice.
    pub notice_type: NoticeType,
    /// What is asked of whoever finds the subject.
    pub action_requested: Action,
    /// In force, suspended, de-listed, ...
    pub status: Status,
    /// First day in force.
    pub valid_from: Option<Date>,
    /// Last day in force.
    pub valid_to: Option<Date>,
    /// Due date of the publisher's review.
    pub review_by: Option<Date>,
    /// References to the same notice elsewhere.
    pub refs: Vec<Reference>,
    /// Languages spoken.
    pub languages: Vec<String>,
    /// Physical description.
    pub physical: Physical,
    /// Positions, functions, titles of office.
    pub positions: Vec<String>,
    /// Programmes.
    pub programs: Vec<Program>,
    /// Charges.
    pub charges: Vec<Charge>,
    /// Relations to other notices.
    pub relations: Vec<Relation>,
    /// Handling.
    pub handling: HandlingNote,
    /// Codes of the legal basis.
    pub legal_basis: Vec<String>,
    /// Country that issued the notice, ISO 3166-1 alpha-2, or empty.
    pub issuing_country: String,
    /// Who checked that the request is lawful, or empty.
    pub legality_checked_by: String,
    /// When that was checked.
    pub legality_checked_at: Option<Date>,
    /// Free text as published.
    pub remarks: String,
    /// Source columns that have no place in the schema.
    pub extra: BTreeMap<String, String>,
}

impl Notice {
    /// `<list_id>:<source_id>`, stable for ever.
    pub fn uid(&self) -> String {
        format!("{}:{}", self.list_id.as_str(), self.record.id.0)
    }

    /// The status on a day: an active notice past its last day counts as expired.
    pub fn status_on(&self, day: Date) -> Status {
        self.status.on(day, self.valid_to)
    }

    /// BLAKE3 of the canonicalized record: white space folded, lists sorted, so that neither
    /// layout nor order count. The only signal of change between editions; file-level facts
    /// (list version, file hash) are not part of it.
    pub fn record_hash(&self) -> Digest {
        // The fields one behind another, and where each begins and ends.
        let (mut text, mut fields) = (String::with_capacity(1024), Vec::with_capacity(32));
        let mut put = |label: &str, parts: &[&str]| {
            let start = text.len();
            text.push_str(label);
            let (mut is_empty, mut mark) = (true, '\u{1f}');
            for part in parts {
                text.push(mark);
                mark = '\u{1e}';
                let mut words = part.split_whitespace();
                if let Some(first) = words.next() {
                    is_empty = false;
                    text.push_str(first);
                }
                for word in words {
                    text.push(' ');
                    text.push_str(word);
                }
            }
            if is_empty {
                text.truncate(start);
            } else {
                fields.push(start..text.len());
            }
        };
        self.put_identity(&mut put);
        self.put_measures(&mut put);
        self.put_handling(&mut put);
        let mut fields: Vec<&str> = fields.into_iter().map(|field| &text[field]).collect();
        fields.sort_unstable();
        fields.dedup();
        let mut hasher = HASHER.clone();
        for field in &fields {
            hasher.update(&(field.len() as u64).to_le_bytes());
            hasher.update(field.as_bytes());
        }
        Digest(*hasher.finalize().as_bytes())
    }

    fn put_identity(&self, put: &mut impl FnMut(&str, &[&str])) {
        let r = &self.record;
        put("id", &[&r.id.0]);
        put("kind", &[r.kind.code()]);
        put(
            "type",
            &[self.notice_type.code(), self.action_requested.code()],
        );
        put("status", &[self.status.code()]);
        put("sex", &[r.sex.code()]);
        for (label, date) in [
            ("from", self.valid_from),
            ("to", self.valid_to),
            ("review", self.review_by),
            ("legality_at", self.legality_checked_at),
        ] {
            put(label, &[&date.map(|d| d.to_string()).unwrap_or_default()]);
        }
        for n in &r.names {
            let parts: Vec<String> = n
                .parts
                .iter()
                .map(|p| format!("{}={}", p.kind.code(), p.value))
                .collect();
            put(
                "name",
                &[
                    &n.full,
                    n.kind.code(),
                    n.strength.code(),
                    &n.lang,
                    &parts.join("|"),
                ],
            );
        }
        for d in &r.dates {
            put("date", &[d.kind.code(), &d.to_text()]);
        }
        for p in &r.places {
            put(
                "place",
                &[
                    p.kind.code(),
                    &p.text,
                    &p.city,
                    &p.region,
                    &p.postal,
                    &p.country,
                ],
            );
        }
        for i in &r.ids {
            let flags: Vec<&str> = i.flags.iter().map(|f| f.code()).collect();
            put(
                "ident",
                &[i.kind.code(), &i.value, &i.country, &flags.join("|")],
            );
        }
        for c in &r.countries {
            put("country", &[c.kind.code(), &c.iso2, &c.raw]);
        }
    }

    fn put_measures(&self, put: &mut impl FnMut(&str, &[&str])) {
        for x in &self.refs {
            put("ref", &[&x.scheme, &x.value]);
        }
        for p in &self.programs {
            let day = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
            put(
                "program",
                &[
                    &p.code,
                    &p.title,
                    &p.authority,
                    &p.legal_basis,
                    &p.measures.join("|"),
                    &day(p.listed_on),
                    &day(p.updated_on),
                    &day(p.ends_on),
                    &p.reason,
                ],
            );
        }
        for c in &self.charges {
            put("charge", &[&c.country, &c.text, &c.lang, &c.translation]);
        }
        for x in &self.relations {
            put("relation", &[&x.to_uid, &x.kind, &x.text]);
        }
        for x in &self.positions {
            put("position", &[x]);
        }
        for x in &self.languages {
            put("language", &[x]);
        }
        for x in &self.legal_basis {
            put("legal_basis", &[x]);
        }
    }

    fn put_handling(&self, put: &mut impl FnMut(&str, &[&str])) {
        let h = &self.handling;
        put(
            "handling",
            &[
                h.code.code(),
                &h.caveat,
                &h.originator,
                &h.purposes.join("|"),
                &h.no_send_to.join("|"),
                h.source_grade.map_or("", Grade::code),
                h.info_grade.map_or("", InfoGrade::code),
                &h.releasable.join("|"),
            ],
        );
        let p = &self.physical;
        let number = |v: Option<f32>| v.map(|v| v.to_string()).unwrap_or_default();
        put(
            "physical",
            &[
                &number(p.height_cm),
                &number(p.weight_kg),
                &p.eyes.join("|"),
                &p.hair.join("|"),
                &p.marks,
            ],
        );
        put(
            "issuer",
            &[&self.issuing_country, &self.legality_checked_by],
        );
        put("remarks", &[&self.remarks]);
        for (key, value) in &self.extra {
            put("extra", &[key, value]);
        }
    }

    /// [`Notice::record_hash`] as text.
    pub fn record_hash_hex(&self) -> String {
        hex(&self.record_hash().0)
    }
}

/// What every [`Notice::record_hash`] begins with.
static HASHER: LazyLock<blake3::Hasher> =
    LazyLock::new(|| blake3::Hasher::new_derive_key("veilmatch 2026-11 record hash v1"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Name, RecordId, Strength};

    fn notice() -> Notice {
        let mut n = Notice {
            list_id: ListId::parse("test").expect("fits"),
            ..Notice::default()
        };
        n.record.id = RecordId("7".into());
        n.record.names = vec![
            Name::primary("Ada Example"),
            Name::alias("A. Example", Strength::Weak),
        ];
        n
    }

    #[test]
    fn neither_order_nor_white_space_change_the_record_hash() {
        let mut other = notice();
        other.record.names.reverse();
        other.record.names[0].full = "A.   Example ".into();
        assert_eq!(notice().record_hash(), other.record_hash());
    }

    /// It tells editions apart, so it must stay what it was.
    #[test]
    fn the_record_hash_is_frozen() {
        let mut notice = notice();
        notice.remarks = " two\u{a0}words ".into();
        insta::assert_snapshot!(notice.record_hash_hex(), @"7003ca135eff9bd4468f28c206a12462bde725b270fd3dcb02e60e6bc9d2f061");
    }

    #[test]
    fn a_changed_strength_changes_the_record_hash() {
        let mut other = notice();
        other.record.names[1].strength = Strength::Strong;
        assert_ne!(notice().record_hash(), other.record_hash());
    }
}
