//! Lists and subjects in: one file per format, all to the same nouns.
//!
//! In: files. Out: `Notice`s and `Subject`s with a `Tally`. A bad row is refused and counted with
//! its place; a bad file stops the run before anything is written. Nothing is compared here.
#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

mod advanced_sets;
mod bis;
mod csl;
mod detect;
mod dfat;
mod documents;
mod draft;
mod eu_csv;
mod eu_xml;
mod footer;
mod ftm;
mod ftm_entity;
mod ftm_simple;
mod generic;
mod generic_list;
mod grouped;
mod habits;
mod id_types;
mod input;
mod inspect;
mod interpol;
mod layout;
mod list;
mod list_parts;
mod mapping;
mod notices_file;
mod ofac_advanced;
mod ofac_csv;
mod ofac_remarks;
mod ofac_xml;
mod ofsi;
mod pairs;
mod parquet_file;
mod rows;
mod seco;
mod seco_name;
mod sema;
mod subjects;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod uk;
mod uksl_csv;
mod uksl_xml;
mod un;
mod un_alias;
mod xml;
mod xml_source;

pub(crate) use footer::{is_shallow, is_shallow_file};
#[cfg(test)]
pub(crate) use ftm::read as read_ftm;
pub(crate) use input::Input;
pub use inspect::{InspectedColumn, Inspection, inspect_subjects};
pub use list::{file_digest, read_list};
pub use list_parts::ListParts;
pub use mapping::{Headers, Mapping};
pub use pairs::{PairRow, Pairs, read_pairs};
pub use subjects::{SubjectReader, SubjectSettings, read_all_subjects, read_subjects};

use jiff::civil::Date;

use crate::record::{DateOrder, ListId, ListInfo, Notice};
use crate::tally::Tally;

/// A list edition, read.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// What is known about the edition.
    pub info: ListInfo,
    /// Its notices, in source order, one per source id.
    pub notices: Vec<Notice>,
}

/// How to read a list.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ListSettings {
    /// Format; `None` decides by content.
    pub format: Option<Format>,
    /// List id; `None` takes the format's default.
    pub list_id: Option<ListId>,
    /// Import although the published record count differs from the parsed one.
    pub allow_count_mismatch: bool,
    /// Order of day and month in all-number dates of generic files.
    pub date_order: Option<DateOrder>,
    /// Name of the text encoding; `None` decides by content.
    pub encoding: Option<String>,
    /// Delimiter of generic CSV files; `None` decides by content.
    pub delimiter: Option<u8>,
    /// Canonical field and the header it stands under, for generic files.
    pub map: Vec<(String, String)>,
    /// Description of a CSV list that no reader knows.
    pub mapping: Option<Mapping>,
}

/// What one format's reader returns; the door turns it into a [`List`].
#[derive(Debug, Default)]
pub(crate) struct Intake {
    /// Notices in source order. Several may share a source id: the door merges them.
    pub notices: Vec<Notice>,
    /// Rows in, refused, emptied.
    pub tally: Tally,
    /// Publication date.
    pub date: Option<Date>,
    /// Publisher's version.
    pub version: String,
    /// Record count stated by the publisher.
    pub published_count: Option<u64>,
}

/// A list format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// OFAC legacy CSV set (sdn or `cons_prim`, alt, add, comments).
    OfacCsv,
    /// OFAC sdn.xml and consolidated.xml, both namespaces.
    OfacXml,
    /// OFAC `sdn_advanced.xml`.
    OfacAdvanced,
    /// UN Security Council consolidated XML.
    UnXml,
    /// EU FSF XML 1.1.
    EuXml,
    /// Old EU CSV (Naal_, Birt_, ... columns) and CSV 1.1.
    EuCsv,
    /// UK Sanctions List CSV.
    UkslCsv,
    /// UK Sanctions List XML.
    UkslXml,
    /// UK OFSI `ConList` CSV (retired).
    OfsiCsv,
    /// Swiss SECO XML.
    SecoXml,
    /// Australian DFAT XLSX.
    DfatXlsx,
    /// US Consolidated Screening List CSV.
    CslCsv,
    /// US BIS Denied Persons List.
    BisTsv,
    /// Canada SEMA XML.
    SemaXml,
    /// INTERPOL public notices JSON (list items and details).
    InterpolJson,
    /// `FollowTheMoney` entities.ftm.json and entities.delta.json.
    Ftm,
    /// `OpenSanctions` targets.simple.csv.
    FtmSimple,
    /// Generic notice CSV.
    Csv,
    /// Generic notice JSON lines.
    Jsonl,
    /// Generic notice XLSX.
    Xlsx,
    /// Notices/1 or generic notice Parquet.
    Parquet,
}

/// Format, its name on the command line, and the default list id.
const FORMATS: &[(Format, &str, &str)] = &[
    (Format::OfacCsv, "ofac-csv", "ofac-sdn"),
    (Format::OfacXml, "ofac-xml", "ofac-sdn"),
    (Format::OfacAdvanced, "ofac-advanced", "ofac-sdn"),
    (Format::UnXml, "un-xml", "un-sc"),
    (Format::EuXml, "eu-xml", "eu-fsf"),
    (Format::EuCsv, "eu-csv", "eu-fsf"),
    (Format::UkslCsv, "uksl-csv", "uk-sl"),
    (Format::UkslXml, "uksl-xml", "uk-sl"),
    (Format::OfsiCsv, "ofsi-csv", "uk-ofsi"),
    (Format::SecoXml, "seco-xml", "ch-seco"),
    (Format::DfatXlsx, "dfat-xlsx", "au-dfat"),
    (Format::CslCsv, "csl-csv", "us-csl"),
    (Format::BisTsv, "bis-tsv", "us-bis-dpl"),
    (Format::SemaXml, "sema-xml", "ca-sema"),
    (Format::InterpolJson, "interpol-json", "interpol"),
    (Format::Ftm, "ftm", "ftm"),
    (Format::FtmSimple, "ftm-simple", "ftm"),
    (Format::Csv, "csv", "list"),
    (Format::Jsonl, "jsonl", "list"),
    (Format::Xlsx, "xlsx", "list"),
    (Format::Parquet, "parquet", "list"),
];

impl Format {
    /// Every format, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|(format, _, _)| *format)
    }

    /// The name on the command line.
    pub fn code(self) -> &'static str {
        FORMATS
            .iter()
            .find(|(f, _, _)| *f == self)
            .map_or("", |(_, code, _)| *code)
    }

    /// The format of a name.
    pub fn from_code(code: &str) -> Option<Self> {
        FORMATS
            .iter()
            .find(|(_, c, _)| *c == code)
            .map(|(format, _, _)| *format)
    }

    /// The list id used where none is given.
    pub fn default_list_id(self) -> &'static str {
        FORMATS
            .iter()
            .find(|(f, _, _)| *f == self)
            .map_or("list", |(_, _, id)| *id)
    }
}

#[cfg(test)]
mod tests;
