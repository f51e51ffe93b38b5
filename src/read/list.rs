//! The door for lists: files in any known format to one [`List`].
//!
//! In: the files of one list edition. Out: its notices, one per source id, and a tally. The guards
//! are here: an empty list, a record count that differs from the published one, and limits.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::error::{Problem, Result};
use crate::read::generic::{NAMES_LIMIT, limited};
use crate::read::rows::Container;
use crate::read::{
    Format, Input, Intake, List, ListSettings, bis, csl, detect, dfat, eu_csv, eu_xml, ftm,
    ftm_simple, generic_list, interpol, notices_file, ofac_advanced, ofac_csv, ofac_xml, ofsi,
    seco, sema, uksl_csv, uksl_xml, un,
};
use crate::record::{Digest, ListId, ListInfo, Name, Notice};
use crate::tally::{Reason, Refusal, Tally};

/// Reads a list edition from its files (one, or a set such as sdn, alt, add and comments).
///
/// # Errors
/// A file that cannot be read or is in no known format, an empty list, or a published record
/// count that differs from the number of records read (unless the settings allow it).
pub fn read_list(paths: &[PathBuf], settings: &ListSettings) -> Result<(List, Tally)> {
    let inputs: Vec<Input> = (1_u32..)
        .zip(paths)
        .map(|(file, path)| Input::new(path, file))
        .collect();
    let Some(first) = inputs.first() else {
        return Err(Problem::Setting {
            setting: "list",
            reason: "no file was given".into(),
        }
        .into());
    };
    let file_hash = digest(&inputs)?;
    if let Some(mapping) = &settings.mapping {
        let intake = generic_list::read_mapped(&inputs, mapping, settings)?;
        let list_id = settings
            .list_id
            .clone()
            .map_or_else(|| mapping.list_id(), Ok)?;
        return finish(intake, list_id, "mapping", file_hash, settings, first);
    }
    let format = settings
        .format
        .map_or_else(|| detect::detect(&inputs), Ok)?;
    if format == Format::Parquet && notices_file::is_notices(first)? {
        return notices_file::read(&inputs, settings);
    }
    let intake = read_format(format, &inputs, settings)?;
    let list_id = settings
        .list_id
        .clone()
        .or_else(|| ListId::parse(format.default_list_id()))
        .unwrap_or_default();
    finish(intake, list_id, format.code(), file_hash, settings, first)
}

fn read_format(format: Format, inputs: &[Input], settings: &ListSettings) -> Result<Intake> {
    match format {
        Format::OfacCsv => ofac_csv::read(inputs, settings),
        Format::OfsiCsv => ofsi::read(inputs, settings),
        Format::UkslCsv => uksl_csv::read(inputs, settings),
        Format::EuCsv => eu_csv::read(inputs, settings),
        Format::CslCsv => csl::read(inputs, settings),
        Format::BisTsv => bis::read(inputs, settings),
        Format::DfatXlsx => dfat::read(inputs, settings),
        Format::InterpolJson => interpol::read(inputs, settings),
        Format::Csv => generic_list::read(inputs, Container::Csv, settings),
        Format::Jsonl => generic_list::read(inputs, Container::Jsonl, settings),
        Format::Xlsx => generic_list::read(inputs, Container::Xlsx, settings),
        Format::Parquet => generic_list::read(inputs, Container::Parquet, settings),
        Format::OfacXml => ofac_xml::read(inputs, settings),
        Format::OfacAdvanced => ofac_advanced::read(inputs, settings),
        Format::UnXml => un::read(inputs, settings),
        Format::EuXml => eu_xml::read(inputs, settings),
        Format::UkslXml => uksl_xml::read(inputs, settings),
        Format::SecoXml => seco::read(inputs, settings),
        Format::SemaXml => sema::read(inputs, settings),
        Format::Ftm => ftm::read(inputs, settings),
        Format::FtmSimple => ftm_simple::read(inputs, settings),
    }
}

/// BLAKE3 of a file's bytes; `number` is what errors call it.
///
/// # Errors
/// The file cannot be read.
pub fn file_digest(path: &Path, number: u32) -> Result<Digest> {
    digest(&[Input::new(path, number)])
}

/// BLAKE3 of the bytes of all files, in the order given.
fn digest(inputs: &[Input]) -> Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    for input in inputs {
        let read = |e| Problem::Read(e).at(input.place());
        let mut file = std::fs::File::open(input.path()).map_err(read)?;
        loop {
            let n = file.read(&mut buffer).map_err(read)?;
            if n == 0 {
                break;
            }
            hasher.update(buffer.get(..n).unwrap_or_default());
        }
    }
    Ok(Digest(*hasher.finalize().as_bytes()))
}

/// Checks what a reader returns and makes the list of it.
fn finish(
    intake: Intake,
    list_id: ListId,
    format: &str,
    file_hash: Digest,
    settings: &ListSettings,
    first: &Input,
) -> Result<(List, Tally)> {
    let mut tally = intake.tally;
    let parsed = intake.notices.len() as u64;
    if let Some(published) = intake.published_count.filter(|n| *n != parsed) {
        if !settings.allow_count_mismatch {
            return Err(Problem::CountMismatch { published, parsed }.into());
        }
        tally.add("count_mismatch_allowed", 1);
    }
    let mut notices = intake.notices;
    for notice in &mut notices {
        notice.list_id = list_id.clone();
        bound(notice, &mut tally);
    }
    notices.retain(|notice| {
        let named = !notice.record.names.is_empty() && !notice.record.id.0.is_empty();
        tally.add("notices_without_id_or_name", u64::from(!named));
        named
    });
    if notices.is_empty() {
        return Err(Problem::EmptyList.at(first.place()));
    }
    let notices = merge(notices, &mut tally);
    count(&notices, &mut tally);
    let info = ListInfo {
        list_id,
        version: intake.version,
        date: intake.date,
        file_hash,
        format: format.to_owned(),
        published_count: intake.published_count,
    };
    Ok((List { info, notices }, tally))
}

/// Cuts names to the limits, empty ones out.
fn bound(notice: &mut Notice, tally: &mut Tally) {
    let names = &mut notice.record.names;
    names.retain(|name| !name.full.trim().is_empty());
    let mut refuse = |field, reason| {
        tally.refuse(Refusal {
            file: 0,
            row: 0,
            field,
            reason,
        });
    };
    if names.len() > NAMES_LIMIT {
        names.truncate(NAMES_LIMIT);
        refuse("names", Reason::TooMany);
        tally.add("too_many", 1);
    }
    for name in names {
        let kept = limited(&name.full).len();
        if kept < name.full.len() {
            name.full.truncate(kept);
            tally.add("too_long", 1);
        }
    }
}

/// Rows under one source id become one notice, whatever the order of the rows.
fn merge(notices: Vec<Notice>, tally: &mut Tally) -> Vec<Notice> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<Notice>> = Vec::new();
    for notice in notices {
        let next = groups.len();
        let place = *places.entry(notice.record.id.0.clone()).or_insert(next);
        match groups.get_mut(place) {
            Some(group) => group.push(notice),
            None => groups.push(vec![notice]),
        }
    }
    groups
        .into_iter()
        .filter_map(|group| {
            let more = (group.len() as u64).saturating_sub(1);
            tally.add("notices_merged", more);
            tally.add("ids_repeated", u64::from(more > 0));
            one_of(group)
        })
        .collect()
}

fn one_of(mut group: Vec<Notice>) -> Option<Notice> {
    if group.len() < 2 {
        return group.pop().map(|mut notice| {
            notice.record.settle();
            notice
        });
    }
    // In the order of their content, so that the order of the rows does not count.
    group.sort_by_cached_key(Notice::record_hash);
    let mut group = group.into_iter();
    let mut one = group.next()?;
    for other in group {
        absorb(&mut one, other);
    }
    one.record
        .names
        .sort_by(|a, b| name_order(a).cmp(&name_order(b)));
    one.record.dates.sort();
    one.record.places.sort();
    one.record.countries.sort();
    one.record
        .ids
        .sort_by(|a, b| (a.kind, &a.norm, &a.value).cmp(&(b.kind, &b.norm, &b.value)));
    one.record.settle();
    settle(&mut one.refs);
    settle(&mut one.languages);
    settle(&mut one.positions);
    settle(&mut one.programs);
    settle(&mut one.charges);
    settle(&mut one.relations);
    settle(&mut one.legal_basis);
    settle(&mut one.handling.no_send_to);
    Some(one)
}

fn name_order(name: &Name) -> (crate::record::NameKind, crate::record::Strength, &str) {
    (name.kind, name.strength, &name.full)
}

fn settle<T: Ord>(values: &mut Vec<T>) {
    values.sort();
    values.dedup();
}

fn absorb(one: &mut Notice, other: Notice) {
    one.record.absorb(other.record);
    // The careful reading wins: in force before not in force, open end before an end.
    if !one.status.is_live() && other.status.is_live() {
        one.status = other.status;
    }
    one.valid_to = match (one.valid_to, other.valid_to) {
        (Some(a), Some(b)) => Some(a.max(b)),
        _ => None,
    };
    one.valid_from = [one.valid_from, other.valid_from]
        .into_iter()
        .flatten()
        .min();
    one.review_by = [one.review_by, other.review_by].into_iter().flatten().min();
    if one.notice_type == crate::record::NoticeType::default() {
        one.notice_type = other.notice_type;
    }
    if one.action_requested == crate::record::Action::default() {
        one.action_requested = other.action_requested;
    }
    one.refs.extend(other.refs);
    one.languages.extend(other.languages);
    one.positions.extend(other.positions);
    one.programs.extend(other.programs);
    one.charges.extend(other.charges);
    one.relations.extend(other.relations);
    one.legal_basis.extend(other.legal_basis);
    one.handling.code = one.handling.code.max(other.handling.code);
    one.handling.no_send_to.extend(other.handling.no_send_to);
    one.handling.source_grade = one.handling.source_grade.or(other.handling.source_grade);
    one.handling.info_grade = one.handling.info_grade.or(other.handling.info_grade);
    one.physical.height_cm = one.physical.height_cm.or(other.physical.height_cm);
    one.physical.weight_kg = one.physical.weight_kg.or(other.physical.weight_kg);
    one.legality_checked_at = one.legality_checked_at.or(other.legality_checked_at);
    join(&mut one.handling.caveat, &other.handling.caveat);
    join(&mut one.handling.originator, &other.handling.originator);
    join(&mut one.physical.marks, &other.physical.marks);
    join(&mut one.legality_checked_by, &other.legality_checked_by);
    join(&mut one.remarks, &other.remarks);
    if one.issuing_country.is_empty() {
        one.issuing_country = other.issuing_country;
    }
    for (key, value) in other.extra {
        join(one.extra.entry(key).or_default(), &value);
    }
}

fn join(text: &mut String, more: &str) {
    if more.is_empty() || text.split("; ").any(|part| part == more) {
        return;
    }
    if !text.is_empty() {
        text.push_str("; ");
    }
    text.push_str(more);
}

/// What the list holds, for `list check`.
pub(super) fn count(notices: &[Notice], tally: &mut Tally) {
    tally.add("notices", notices.len() as u64);
    for notice in notices {
        let r = &notice.record;
        tally.add("names", r.names.len() as u64);
        tally.add("dates", r.dates.len() as u64);
        tally.add("ids", r.ids.len() as u64);
        tally.add("countries", r.countries.len() as u64);
        tally.add("places", r.places.len() as u64);
    }
}
