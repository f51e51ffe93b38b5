//! What the stories share: a desk (a folder of its own), the program, and a small invented list.
//!
//! Files of persons are named after a person on purpose, so that a path in a message is seen.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// Invented notices: in force, expired, de-listed; a weak alias; an organisation.
pub(crate) const NOTICES: &str = "\
id,kind,name,alias,weak_alias,birth_date,nationality,passport,notice_type,status,valid_to
N-1,person,Tarvo Kvetanik,Tarvo Ilmar Kvetanik;Тарво Кветаник,,1970-05-03,EE,KX4471902,wanted,,
N-2,person,Bronislav Uhlomir,,Sivorog Dremuch,1961-11-20,CZ,,wanted,,
N-3,person,Yusrana Haddovine,,,1982-02-14,MA,,wanted,,2020-01-01
N-4,person,Pavlen Drozhevit,,,1955-08-30,BG,,wanted,delisted,
N-5,organization,Brimholt Quarrend Shipping Ltd,,,,MT,,sanctioned,,
N-6,person,Zdenmira Olvaskova,,,1990-12-01,SK,PZ5520417,wanted,,
";

/// Nothing of these may stand in a message: a name, an id and a file name of the subjects.
const SECRETS: &[&str] = &["kvetan", "tarvo", "77431", "кветан"];

/// A folder with the program at hand.
pub(crate) struct Desk(TempDir);

/// How a run of the program ended.
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    /// An empty desk.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A desk with the imported list as `list.parquet`.
    pub(crate) fn with_list() -> Self {
        let desk = Self::new();
        desk.put("list.parquet", imported());
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|_| panic!("{name} is missing"))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    /// Names of all files, hidden ones too, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_veilmatch"));
        command.current_dir(self.0.path()).args(args);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Runs the program here; whatever happens, it may not panic.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Done {
        let output = self.command(args).stderr(Stdio::piped()).output().unwrap();
        let done = Done {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(!done.err.contains("panicked"), "{}", done.err);
        done
    }

    /// `screen kvetanik.csv --list list.parquet -o hits.csv` and more options. The options come
    /// last and may repeat none of these.
    pub(crate) fn screen(&self, more: &[&str]) -> Done {
        let mut args = vec!["screen", "kvetanik.csv", "--list", "list.parquet"];
        args.extend(["-o", "hits.csv", "--as-of", "2026-01-01"]);
        args.extend(more);
        let done = self.run(&args);
        done.keeps_silent();
        done
    }

    /// `list index list.parquet --secret-file run.secret -o list.vmx` and more options.
    pub(crate) fn index(&self, more: &[&str]) -> Done {
        let mut args = vec!["list", "index", "list.parquet", "-o", "list.vmx"];
        args.extend(["--secret-file", "run.secret"]);
        args.extend(more);
        self.run(&args)
    }

    /// Rows of a CSV file, each as cells by header.
    pub(crate) fn rows(&self, name: &str) -> Vec<Row> {
        let bytes = self.bytes(name);
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let row = |record: csv::StringRecord| {
            Row(header
                .iter()
                .map(str::to_owned)
                .zip(record.iter().map(str::to_owned))
                .collect())
        };
        reader.records().map(|r| row(r.unwrap())).collect()
    }

    /// Subject and publisher's id of each hit in `hits.csv`.
    pub(crate) fn hits(&self) -> Vec<(String, String)> {
        let rows = self.rows("hits.csv");
        let cell = |row: &Row, header| row.cell(header).to_owned();
        rows.iter()
            .map(|row| (cell(row, "subject_id"), cell(row, "source_id")))
            .collect()
    }

    /// Lines of `hits.refused.csv` below its header.
    pub(crate) fn refused(&self) -> Vec<String> {
        let text = self.text("hits.refused.csv");
        text.lines().skip(1).map(str::to_owned).collect()
    }
}

impl Done {
    /// No name, id or path of a person's file stands in the messages.
    pub(crate) fn keeps_silent(&self) {
        let said = self.err.to_lowercase();
        for secret in SECRETS {
            assert!(!said.contains(secret), "{secret:?} is said: {}", self.err);
        }
    }

    #[track_caller]
    pub(crate) fn ends(&self, code: i32, says: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        for part in says {
            assert!(self.err.contains(part), "no {part:?} in: {}", self.err);
        }
    }
}

/// A CSV row.
pub(crate) struct Row(Vec<(String, String)>);

impl Row {
    pub(crate) fn cell(&self, header: &str) -> &str {
        let cell = self.0.iter().find(|(name, _)| name == header);
        cell.map_or_else(|| panic!("no column {header}"), |(_, text)| text)
    }
}

/// The invented list as `list import` writes it, made once.
pub(crate) fn imported() -> &'static [u8] {
    static LIST: OnceLock<Vec<u8>> = OnceLock::new();
    LIST.get_or_init(|| {
        let desk = Desk::new();
        desk.put("notices.csv", NOTICES);
        let args = ["list", "import", "notices.csv", "--list-id", "invented"];
        let done = desk.run(&[&args[..], &["-o", "list.parquet"]].concat());
        done.ends(0, &[]);
        desk.bytes("list.parquet")
    })
}

/// Bytes as gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A CSV text as a flat Parquet file: every column a text.
pub(crate) fn parquet(text: &str) -> Vec<u8> {
    use arrow::array::{ArrayRef, StringArray};
    use std::sync::Arc;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let columns = header.iter().enumerate().map(|(i, name)| {
        let cells: StringArray = rows.iter().map(|row| row.get(i)).collect();
        (name, Arc::new(cells) as ArrayRef)
    });
    let batch = arrow::array::RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// A CSV text as a spreadsheet.
pub(crate) fn xlsx(text: &str) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).from_reader(text.as_bytes());
    for (row, record) in (0..).zip(reader.records()) {
        for (column, cell) in (0..).zip(record.unwrap().iter()) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// A CSV text as JSON lines.
pub(crate) fn jsonl(text: &str) -> String {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut out = String::new();
    for record in reader.records() {
        let record = record.unwrap();
        let pairs = header.iter().zip(record.iter());
        let object: serde_json::Map<String, serde_json::Value> = pairs
            .map(|(name, cell)| (name.to_owned(), cell.into()))
            .collect();
        out.push_str(&serde_json::Value::Object(object).to_string());
        out.push('\n');
    }
    out
}
