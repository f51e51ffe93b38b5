//! From a scored pair to a hit.

use jiff::civil::Date;

use crate::hits::{Conflict, Hit};
use crate::keys::Prepared;
use crate::record::{
    Action, Digest, Handling, Kind, ListId, Location, NameKind, Notice, NoticeType, PartialDate,
    PlaceKind, Record, Script, Status, Strength, Subject, hex, script_of,
};
use crate::score::{
    EvidenceKind, Model, Outcome, Scored, Scorer, Side, birth_places, country_codes,
};
use crate::translit;

/// A notice as a run needs it: what scores compare, and of the rest what a hit shows. Everything
/// else stays in the file of the list.
#[derive(Clone, Debug)]
pub struct LiveNotice {
    /// List.
    pub list_id: ListId,
    /// The publisher's own id.
    pub source_id: Box<str>,
    /// The record, prepared.
    pub prepared: Prepared,
    /// Names as published, in the order of the record.
    pub names: Box<[ShownName]>,
    /// Places of birth as published, `;`-joined.
    pub birth_places: Box<str>,
    /// Programme codes, `;`-joined.
    pub programs: Box<str>,
    /// Published references, as texts that are equal for equal references.
    pub refs: Box<[Box<str>]>,
    /// Type of the notice.
    pub notice_type: NoticeType,
    /// What the publisher asks.
    pub action_requested: Action,
    /// Handling code.
    pub handling: Handling,
    /// Status on the as-of day.
    pub status: Status,
    /// Last day on which the notice is in force.
    pub valid_to: Option<Date>,
    /// Date of the list edition.
    pub list_date: Option<Date>,
    /// Hash of the record.
    pub record_hash: Digest,
}

/// A name of a notice as published.
#[derive(Clone, Debug)]
pub struct ShownName {
    /// The whole name.
    pub full: Box<str>,
    /// What it is to its bearer.
    pub kind: NameKind,
    /// How far the publisher trusts it.
    pub strength: Strength,
}

impl LiveNotice {
    /// What a run needs of a notice of an edition, with its status on the as-of day.
    pub fn new(notice: &Notice, status: Status, list_date: Option<Date>) -> Self {
        let prepared = Prepared::new(&notice.record);
        Self::with(notice, prepared, status, list_date)
    }

    /// The same where the record was prepared in another way.
    pub fn with(
        notice: &Notice,
        prepared: Prepared,
        status: Status,
        list_date: Option<Date>,
    ) -> Self {
        let names = notice.record.names.iter().map(|name| ShownName {
            full: name.full.as_str().into(),
            kind: name.kind,
            strength: name.strength,
        });
        let refs = notice.refs.iter();
        Self {
            list_id: notice.list_id.clone(),
            source_id: notice.record.id.0.as_str().into(),
            prepared,
            names: names.collect(),
            birth_places: birth_places(&notice.record).into(),
            programs: programs(notice).into(),
            refs: refs
                .map(|r| format!("ref {}:{}", r.scheme, r.value).into())
                .collect(),
            notice_type: notice.notice_type,
            action_requested: notice.action_requested,
            handling: notice.handling.code,
            status,
            valid_to: notice.valid_to,
            list_date,
            record_hash: notice.record_hash(),
        }
    }

    /// `<list_id>:<source_id>`, stable for ever.
    pub fn uid(&self) -> String {
        format!("{}:{}", self.list_id.as_str(), self.source_id)
    }

    /// Published references and strong identifiers: notices that share one are the same entity.
    fn links(&self) -> Vec<String> {
        let ids = self.prepared.ids.iter().filter(|i| i.kind.is_strong());
        let ids = ids.map(|i| format!("{}:{}", i.kind.code(), i.norm));
        self.refs
            .iter()
            .map(|r| r.clone().into_string())
            .chain(ids)
            .collect()
    }

    fn primary_name(&self) -> Option<&ShownName> {
        let mut names = self.names.iter();
        let primary = names.find(|n| n.kind == NameKind::Primary);
        primary.or_else(|| self.names.first())
    }

    /// As much of the record as the explanation of a score looks at.
    fn shown_record(&self) -> Record {
        let place = Location {
            kind: PlaceKind::Birth,
            text: self.birth_places.clone().into(),
            ..Location::default()
        };
        Record {
            places: vec![place],
            ..Record::default()
        }
    }
}

/// The id of a hit: depends on the two ids alone, so it is the same every night.
pub fn hit_id(subject_id: &str, notice_uid: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("veilmatch 2026-11 hit id v1");
    for part in [subject_id, notice_uid] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    format!("h{}", hex(&hasher.finalize().as_bytes()[..16]))
}

/// Makes the hit of a scored pair.
pub fn make_hit(
    model: &Model,
    scorer: &Scorer<'_>,
    outcome: &Outcome,
    subject: (&Subject, &Prepared),
    live: &LiveNotice,
) -> Hit {
    let (subject, prepared) = subject;
    let explained = scorer.explain(
        outcome,
        Side {
            record: &subject.record,
            prepared,
        },
        Side {
            record: &live.shown_record(),
            prepared: &live.prepared,
        },
    );
    let index = |prepared: &Prepared, i: usize| {
        let name = prepared.names.get(i);
        name.map_or(usize::MAX, |n| n.index as usize)
    };
    let ours = index(prepared, outcome.names.0);
    let ours = subject.record.names.get(ours).cloned().unwrap_or_default();
    let theirs = live.names.get(index(&live.prepared, outcome.names.1));
    let their_name = theirs.map_or("", |name| &name.full);
    let is_latin = matches!(script_of(their_name), Script::Latin | Script::Common);
    let conflicts = conflicts(outcome);
    let uid = live.uid();
    let mut hit = Hit {
        hit_id: hit_id(&subject.record.id.0, &uid),
        subject_id: subject.record.id.0.clone(),
        notice_uid: uid,
        list_id: live.list_id.as_str().to_owned(),
        source_id: live.source_id.to_string(),
        score: explained.score,
        bits: explained.bits,
        band: model.band(explained.bits),
        matched_notice_name_latin: if is_latin {
            String::new()
        } else {
            translit::romanize(their_name)
        },
        matched_subject_name: ours.full,
        name_kind: theirs.map_or(NameKind::default(), |name| name.kind),
        name_strength: theirs.map_or(Strength::default(), |name| name.strength),
        matched_notice_name: their_name.to_owned(),
        notice_primary_name: live
            .primary_name()
            .map(|n| n.full.to_string())
            .unwrap_or_default(),
        other_names_hit: outcome.other_names,
        notice_kind: live.prepared.kind,
        notice_type: live.notice_type,
        action_requested: live.action_requested,
        status: live.status,
        subject_birth: dates(prepared),
        notice_birth: dates(&live.prepared),
        subject_countries: country_codes(prepared),
        notice_countries: country_codes(&live.prepared),
        subject_sex: subject.record.sex,
        notice_sex: live.prepared.sex,
        matched_id: outcome
            .matched_id()
            .and_then(|i| live.prepared.ids.get(i))
            .map(|id| id.norm.clone())
            .unwrap_or_default(),
        conflicts,
        programs: live.programs.to_string(),
        same_entity: String::new(),
        handling: live.handling,
        list_date: live.list_date,
        record_hash: live.record_hash,
        explanation: String::new(),
        evidence: explained.evidence.clone(),
        links: live.links(),
    };
    hit.explanation = sentence(&hit, &explained);
    hit
}

fn conflicts(outcome: &Outcome) -> Vec<Conflict> {
    let mut conflicts: Vec<Conflict> = outcome
        .conflicts()
        .filter_map(|kind| match kind {
            EvidenceKind::NameToken => Some(Conflict::Name),
            EvidenceKind::Date => Some(Conflict::Date),
            EvidenceKind::Sex => Some(Conflict::Sex),
            EvidenceKind::Country => Some(Conflict::Country),
            EvidenceKind::Kind => Some(Conflict::Kind),
            EvidenceKind::Identifier => Some(Conflict::Id),
            _ => None,
        })
        .collect();
    conflicts.sort_unstable();
    conflicts.dedup();
    conflicts
}

fn dates(prepared: &Prepared) -> String {
    prepared
        .dates
        .iter()
        .map(PartialDate::to_text)
        .collect::<Vec<_>>()
        .join(";")
}

fn programs(notice: &Notice) -> String {
    let mut codes: Vec<&str> = notice
        .programs
        .iter()
        .map(|p| {
            if p.code.is_empty() {
                p.title.as_str()
            } else {
                p.code.as_str()
            }
        })
        .filter(|c| !c.is_empty())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes.join(";")
}

/// One plain sentence: what agrees, what speaks against, and what a notice is not.
fn sentence(hit: &Hit, explained: &Scored) -> String {
    let count = |kind: EvidenceKind, positive: bool| {
        explained
            .evidence
            .iter()
            .filter(|e| e.kind == kind && (e.bits > 0.0) == positive)
            .count()
    };
    let mut agree: Vec<String> = Vec::new();
    let parts = count(EvidenceKind::NameToken, true);
    if parts > 0 {
        agree.push(format!(
            "{parts} name part{}",
            if parts == 1 { "" } else { "s" }
        ));
    }
    let words = [
        (EvidenceKind::Identifier, "identifier"),
        (
            EvidenceKind::Date,
            if hit.notice_kind == Kind::Person {
                "birth date"
            } else {
                "date"
            },
        ),
        (EvidenceKind::Country, "country"),
        (EvidenceKind::Sex, "sex"),
        (EvidenceKind::Place, "place of birth"),
    ];
    for (kind, word) in words {
        let found = explained
            .evidence
            .iter()
            .find(|e| e.kind == kind && e.bits > 0.0);
        agree.extend(found.map(|e| format!("{word} ({})", e.note)));
    }
    let against: Vec<&str> = hit.conflicts.iter().map(|c| c.words()).collect();
    let against = if against.is_empty() {
        String::new()
    } else {
        format!(" Against it: {}.", against.join(", "))
    };
    format!(
        "Possible match ({}, {:.1} bits) on {}.{against} A notice is not a conviction; a person \
         decides.",
        hit.band.code(),
        hit.bits,
        if agree.is_empty() {
            "little".to_owned()
        } else {
            agree.join(", ")
        },
    )
}
