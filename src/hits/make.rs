//! From a scored pair to a hit.

use jiff::civil::Date;

use crate::hits::{Conflict, Hit};
use crate::keys::Prepared;
use crate::record::{Digest, Kind, Notice, PartialDate, Script, Status, Subject, hex};
use crate::score::{EvidenceKind, Model, Outcome, Scored, Scorer, Side, country_codes};
use crate::translit;

/// A notice as hits need it.
#[derive(Debug)]
pub struct LiveNotice {
    /// The notice.
    pub notice: Notice,
    /// Its record, prepared.
    pub prepared: Prepared,
    /// Status on the as-of day.
    pub status: Status,
    /// Hash of the record.
    pub record_hash: Digest,
    /// Date of the list edition.
    pub list_date: Option<Date>,
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
    let notice = &live.notice;
    let scored = scorer.explain(
        outcome,
        Side {
            record: &subject.record,
            prepared,
        },
        Side {
            record: &notice.record,
            prepared: &live.prepared,
        },
    );
    let name_of = |record: &crate::record::Record, prepared: &Prepared, i: usize| {
        let name = prepared
            .names
            .get(i)
            .and_then(|n| record.names.get(n.index as usize));
        name.cloned().unwrap_or_default()
    };
    let ours = name_of(&subject.record, prepared, outcome.names.0);
    let theirs = name_of(&notice.record, &live.prepared, outcome.names.1);
    let is_latin = matches!(theirs.script(), Script::Latin | Script::Common);
    let conflicts = conflicts(outcome);
    let uid = notice.uid();
    let mut hit = Hit {
        hit_id: hit_id(&subject.record.id.0, &uid),
        subject_id: subject.record.id.0.clone(),
        notice_uid: uid,
        list_id: notice.list_id.as_str().to_owned(),
        source_id: notice.record.id.0.clone(),
        score: scored.score,
        bits: scored.bits,
        band: model.band(scored.bits),
        matched_notice_name_latin: if is_latin {
            String::new()
        } else {
            translit::romanize(&theirs.full)
        },
        matched_subject_name: ours.full,
        name_kind: theirs.kind,
        name_strength: theirs.strength,
        matched_notice_name: theirs.full,
        notice_primary_name: notice
            .record
            .primary_name()
            .map(|n| n.full.clone())
            .unwrap_or_default(),
        other_names_hit: outcome.other_names,
        notice_kind: notice.record.kind,
        notice_type: notice.notice_type,
        action_requested: notice.action_requested,
        status: live.status,
        subject_birth: dates(prepared),
        notice_birth: dates(&live.prepared),
        subject_countries: country_codes(prepared),
        notice_countries: country_codes(&live.prepared),
        subject_sex: subject.record.sex,
        notice_sex: notice.record.sex,
        matched_id: outcome
            .matched_id()
            .and_then(|i| live.prepared.ids.get(i))
            .map(|id| id.norm.clone())
            .unwrap_or_default(),
        conflicts,
        programs: programs(notice),
        same_entity: String::new(),
        handling: notice.handling.code,
        list_date: live.list_date,
        record_hash: live.record_hash,
        explanation: String::new(),
        evidence: scored.evidence.clone(),
    };
    hit.explanation = sentence(&hit, &scored);
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
fn sentence(hit: &Hit, scored: &Scored) -> String {
    let count = |kind: EvidenceKind, positive: bool| {
        scored
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
        let found = scored
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
