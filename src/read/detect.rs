//! Which format a list file is in, by its content and never by its name.
//!
//! In: the first bytes. Out: a [`Format`]. Marks of each format are a table; the legacy OFAC files,
//! which have no header at all, are told by their number of columns.

use serde_json::Value;

use crate::error::{Problem, Result};
use crate::read::rows::{Container, Rows};
use crate::read::table::{Table, TableSettings};
use crate::read::{Format, Input, text};
use crate::record::columns::fold_header;
use crate::tally::Tally;

/// How much of a file is looked at.
const HEAD: u64 = 16 << 10;

/// Root elements (local names) of XML lists.
const ROOTS: &[(&str, Format)] = &[
    ("sdnList", Format::OfacXml),
    ("Sanctions", Format::OfacAdvanced),
    ("CONSOLIDATED_LIST", Format::UnXml),
    ("export", Format::EuXml),
    ("Designations", Format::UkslXml),
    ("swiss-sanctions-list", Format::SecoXml),
    ("data-set", Format::SemaXml),
];

/// Words of the first lines of delimited lists, folded; all of them must be there.
const HEADERS: &[(&[&str], Format)] = &[
    (&["report date"], Format::UkslCsv),
    (&["ofsi group id", "unique id", "name 6"], Format::UkslCsv),
    (&["group id", "group type", "name 6"], Format::OfsiCsv),
    (&["naal"], Format::EuCsv),
    (&["filegenerationdate"], Format::EuCsv),
    (
        &["source", "entity number", "federal register notice"],
        Format::CslCsv,
    ),
    (&["street address", "fr citation"], Format::BisTsv),
    (
        &["id", "schema", "aliases", "dataset", "last change"],
        Format::FtmSimple,
    ),
];

/// The format of a set of files given together.
///
/// # Errors
/// The content fits no format, or the files are of different formats.
pub(super) fn detect(inputs: &[Input]) -> Result<Format> {
    let mut found = None;
    for input in inputs {
        if input.head(1)?.is_empty() {
            continue;
        }
        let format = detect_one(input)?;
        if found.is_some_and(|other| other != format) {
            return Err(Problem::UnknownFormat.at(input.place()));
        }
        found = Some(format);
    }
    let first = inputs.first().map(Input::place).unwrap_or_default();
    found.ok_or_else(|| Problem::EmptyList.at(first))
}

/// Whether the content begins like JSON.
pub(super) fn is_json(input: &Input) -> Result<bool> {
    let head = text::head_text(input, 4096)?;
    Ok(head.trim_start().starts_with(['{', '[']))
}

fn detect_one(input: &Input) -> Result<Format> {
    match Container::of(input)? {
        Container::Parquet => return Ok(Format::Parquet),
        Container::Xlsx => return sheet(input),
        Container::Jsonl => return json(input),
        Container::Csv => {}
    }
    let head = text::head_text(input, HEAD)?;
    if head.trim_start().starts_with('<') {
        let root = root_element(&head);
        return ROOTS
            .iter()
            .find(|(name, _)| Some(*name) == root)
            .map(|(_, format)| *format)
            .ok_or_else(|| Problem::UnknownFormat.at(input.place()));
    }
    let first: Vec<String> = head.lines().take(3).map(fold_header).collect();
    let first = format!(" {} ", first.join(" "));
    let has = |word: &&str| first.contains(&format!(" {word} "));
    if let Some((_, format)) = HEADERS.iter().find(|(words, _)| words.iter().all(has)) {
        return Ok(*format);
    }
    if is_ofac(input)? {
        return Ok(Format::OfacCsv);
    }
    // Text without a single delimiter is no table.
    if !head.contains([',', ';', '\t', '|']) {
        return Err(Problem::UnknownFormat.at(input.place()));
    }
    Ok(Format::Csv)
}

/// Name of the first element, without its namespace.
fn root_element(head: &str) -> Option<&str> {
    let mut rest = head;
    loop {
        let (_, after) = rest.split_once('<')?;
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if after.starts_with(['?', '!']) {
            rest = after.split_once('>')?.1;
        } else {
            let name = after
                .split(|c: char| c.is_whitespace() || c == '>' || c == '/')
                .next()?;
            return Some(name.rsplit(':').next().unwrap_or(name));
        }
    }
}

/// The legacy OFAC files: every row begins with a number, and has 12, 6, 5 or 2 cells.
fn is_ofac(input: &Input) -> Result<bool> {
    let settings = TableSettings {
        delimiter: Some(b','),
        ..TableSettings::default()
    };
    let mut table = Table::open(input, &settings, &mut Tally::new())?;
    let mut rows = 0_u8;
    let mut nulls = false;
    let mut width = 0;
    while rows < 20 {
        let Ok(Some(row)) = table.next_row() else {
            break;
        };
        let is_number = !row.cell(0).is_empty() && row.cell(0).bytes().all(|b| b.is_ascii_digit());
        if !is_number || !matches!(row.len(), 2 | 5 | 6 | 12) || (rows > 0 && row.len() != width) {
            return Ok(false);
        }
        width = row.len();
        nulls |= row.cells().any(|cell| cell == "-0-");
        rows = rows.saturating_add(1);
    }
    // The comment file has no null marks; its two columns are enough.
    Ok(rows > 0 && (nulls || width == 2))
}

fn sheet(input: &Input) -> Result<Format> {
    let settings = TableSettings::default();
    let rows = Rows::open(input, Container::Xlsx, &settings, &mut Tally::new())?;
    let is_dfat = rows
        .header()
        .iter()
        .any(|cell| fold_header(cell) == "name of individual or entity");
    Ok(if is_dfat {
        Format::DfatXlsx
    } else {
        Format::Xlsx
    })
}

/// `FollowTheMoney` lines, INTERPOL documents, else generic lines.
fn json(input: &Input) -> Result<Format> {
    let head = text::head_text(input, 1 << 20)?;
    let line = head.lines().find(|line| !line.trim().is_empty());
    let object = line.and_then(|line| serde_json::from_str::<Value>(line).ok());
    if let Some(object) = object.as_ref().filter(|value| value.is_object()) {
        let has = |key: &str| object.get(key).is_some();
        if (has("schema") && has("properties")) || (has("op") && has("entity")) {
            return Ok(Format::Ftm);
        }
    }
    // A document over many lines, or one line of it.
    if ["\"entity_id\"", "\"_embedded\""]
        .iter()
        .any(|mark| head.contains(mark))
    {
        return Ok(Format::InterpolJson);
    }
    if object.is_some_and(|value| value.is_object()) {
        return Ok(Format::Jsonl);
    }
    Err(Problem::UnknownFormat.at(input.place()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn check(content: &str, expected: Option<Format>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        let got = detect(&[Input::new(file.path(), 1)]).ok();
        assert_eq!(got, expected, "{content}");
    }

    #[test]
    fn formats_are_told_by_content() {
        check(
            "<?xml version=\"1.0\"?>\n<sdnList xmlns=\"x\">",
            Some(Format::OfacXml),
        );
        check(
            "<!-- c --><s:Sanctions xmlns:s=\"x\">",
            Some(Format::OfacAdvanced),
        );
        check("<CONSOLIDATED_LIST>", Some(Format::UnXml));
        check(
            "7,\"EXAMPLE, Ada\",-0- ,\"X\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\u{1a}",
            Some(Format::OfacCsv),
        );
        check("7,1,\"aka\",\"EXAMPLE\",-0- \r\n", Some(Format::OfacCsv));
        check("7,\"overflow of a remark\"\r\n", Some(Format::OfacCsv));
        check(
            "Last Updated,27/04/2020\r\nName 6,Name 1,Group Type,Group ID\r\n",
            Some(Format::OfsiCsv),
        );
        check(
            "Report Date: 08-Oct-2026\nLast Updated,Unique ID\n",
            Some(Format::UkslCsv),
        );
        check("fileGenerationDate;Entity_LogicalId\n", Some(Format::EuCsv));
        check("{\"op\":\"ADD\",\"entity\":{}}\n", Some(Format::Ftm));
        check("{\n \"_embedded\": {}}", Some(Format::InterpolJson));
        check("{\"id\":\"1\",\"name\":\"Ada\"}\n", Some(Format::Jsonl));
        check("id,name\n1,Ada\n", Some(Format::Csv));
    }

    #[test]
    fn a_web_page_and_plain_words_are_no_list() {
        check("<!DOCTYPE html><html><body>0 vessels</body></html>", None);
        check("service unavailable", None);
        check("", None);
    }

    #[test]
    fn real_files_are_recognised() {
        let Some(folder) = crate::read::testing::shared("data/lists") else {
            return;
        };
        for (name, format) in [
            ("ofac-legacy-csv/sdn-2019-01.csv.gz", Format::OfacCsv),
            ("ofac-legacy-csv/alt-2019-01.csv.gz", Format::OfacCsv),
            ("ofac-legacy-csv/cons_comments-2025-12.csv", Format::OfacCsv),
            ("ofac-legacy-csv/cons_add-2025-12.csv.gz", Format::OfacCsv),
            ("ofac-xml/consolidated-2020-03-17.xml.gz", Format::OfacXml),
            ("ofac-xml/sdn-carve-2026-08-07.xml", Format::OfacXml),
            ("un/consolidated-2020-03-20.xml.gz", Format::UnXml),
            ("eu-fsf/fsf-1.1-carve-2020-04-15.xml", Format::EuXml),
            (
                "eu-fsf/fsf-legacy-csv-2018-07-04-first1000.csv.gz",
                Format::EuCsv,
            ),
            ("uk-ofsi-legacy/ConList-2020-04-27.csv.gz", Format::OfsiCsv),
            ("uk-sanctions-list/uksl-carve-2026.csv", Format::UkslCsv),
            (
                "uk-sanctions-list/uksl-carve-2026-08-14.xml",
                Format::UkslXml,
            ),
            ("ch-seco/seco-carve-2026-08.xml", Format::SecoXml),
            ("us-csl/consolidated-2022-04.csv.gz", Format::CslCsv),
            ("us-bis-dpl/dpl-2019-07.txt.gz", Format::BisTsv),
            ("ca-sema/sema-lmes-2020-04.xml.gz", Format::SemaXml),
            ("opensanctions-ftm/t1.entities.ftm.json", Format::Ftm),
            ("opensanctions-ftm/targets.simple.csv", Format::FtmSimple),
            (
                "interpol/format-example-FICTIONAL.json",
                Format::InterpolJson,
            ),
        ] {
            let got = detect(&[Input::new(&folder.join(name), 1)]).unwrap();
            assert_eq!(got, format, "{name}");
        }
    }
}
