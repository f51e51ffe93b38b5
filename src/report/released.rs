//! What came back for the notices that were asked for: CSV or JSON lines.

use std::io::Write;
use std::path::Path;

use csv::WriterBuilder;

use crate::error::{Problem, Result};
use crate::report::csv::{csv_problem, escape};
use crate::report::{HitFormat, Output, PendingOutput, ReleasedFields};

/// What came back for one notice.
#[derive(Clone, Debug)]
pub struct ReleasedRow {
    /// The notice, as the index names it.
    pub handle: String,
    /// The asker's reference of its case.
    pub case: String,
    /// The subjects that it may be.
    pub subject_ids: Vec<String>,
    /// `released` or `refused`.
    pub decision: &'static str,
    /// Why it was refused, or empty.
    pub reason: &'static str,
    /// The fields.
    pub fields: ReleasedFields,
}

/// Writes what came back, in the order of the rows: CSV with a column for each agreed field, or JSON
/// lines.
///
/// # Errors
/// Usage, where the name ends in neither .csv nor .jsonl; the disk.
pub fn write_released(path: &Path, agreed: &[&str], rows: &[ReleasedRow]) -> Result<PendingOutput> {
    match HitFormat::of(path) {
        Ok(HitFormat::Csv) => csv(path, agreed, rows),
        Ok(HitFormat::Jsonl) => jsonl(path, rows),
        _ => Err(Problem::Setting {
            setting: "output",
            reason: "the name must end in .csv or .jsonl".into(),
        }
        .into()),
    }
}

fn csv(path: &Path, agreed: &[&str], rows: &[ReleasedRow]) -> Result<PendingOutput> {
    let mut writer = WriterBuilder::new().from_writer(Output::create(path)?);
    let own = ["handle", "case", "subject_ids", "decision", "reason"];
    let fields = || agreed.iter().copied().chain(["cut"]);
    writer
        .write_record(own.into_iter().chain(fields()))
        .map_err(csv_problem)?;
    for row in rows {
        let own = [
            row.handle.clone(),
            row.case.clone(),
            row.subject_ids.join(";"),
            row.decision.to_owned(),
            row.reason.to_owned(),
        ];
        let values = fields().map(|code| {
            row.fields
                .get(code)
                .map_or_else(String::new, |v| v.join(";"))
        });
        for cell in own.into_iter().chain(values) {
            writer
                .write_field(escape(&cell).as_bytes())
                .map_err(csv_problem)?;
        }
        writer.write_record(None::<&[u8]>).map_err(csv_problem)?;
    }
    writer
        .into_inner()
        .map_err(|e| Problem::write(e.error()))?
        .finish()
}

fn jsonl(path: &Path, rows: &[ReleasedRow]) -> Result<PendingOutput> {
    let mut output = Output::create(path)?;
    for row in rows {
        let line = serde_json::json!({
            "handle": row.handle,
            "case": row.case,
            "subject_ids": row.subject_ids,
            "decision": row.decision,
            "reason": row.reason,
            "fields": row.fields,
        });
        writeln!(output, "{line}").map_err(Output::cannot_write)?;
    }
    output.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_under_the_agreed_fields_and_formulas_are_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let fields = [("name", vec!["Tarvo", "=1+1"]), ("remarks", vec!["@x"])];
        let fields = fields.map(|(code, values)| {
            (
                code.to_owned(),
                values.into_iter().map(str::to_owned).collect::<Vec<_>>(),
            )
        });
        let row = ReleasedRow {
            handle: "ab".into(),
            case: "cd".into(),
            subject_ids: vec!["S-1".into(), "S-2".into()],
            decision: "released",
            reason: "",
            fields: fields.into(),
        };
        let path = folder.path().join("r.csv");
        let agreed = ["name", "birth_date", "remarks"];
        write_released(&path, &agreed, std::slice::from_ref(&row))
            .unwrap()
            .commit()
            .unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "handle,case,subject_ids,decision,reason,name,birth_date,remarks,cut\n\
             ab,cd,S-1;S-2,released,,Tarvo;=1+1,,'@x,\n"
        );
        let path = folder.path().join("r.jsonl");
        write_released(&path, &agreed, std::slice::from_ref(&row))
            .unwrap()
            .commit()
            .unwrap();
        let line: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(line["fields"]["name"][1], "=1+1");
        assert!(
            write_released(Path::new("r.xlsx"), &agreed, &[row])
                .unwrap_err()
                .is_usage()
        );
    }
}
