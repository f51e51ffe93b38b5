//! Hostile and broken XML, and the encodings.

use super::*;
use crate::read::testing::input_of;

fn names(bytes: &[u8]) -> Result<Vec<String>> {
    let (_keep, input) = input_of(bytes);
    let mut names = Vec::new();
    read_elements(&input, 1, &mut |_, e| {
        names.push(e.get("name").to_owned());
        Ok(())
    })?;
    Ok(names)
}

fn check_refused(bytes: &[u8], row: u64, why: &str) {
    let error = names(bytes).unwrap_err();
    assert!(error.is_input(), "{error}");
    assert!(error.to_string().contains(why), "{error} lacks {why}");
    assert_eq!(error.place().row, Some(row), "{error}");
    assert!(error.place().column.is_some());
}

#[test]
fn records_come_one_by_one_with_local_names() {
    let got = names(
        b"<?xml version='1.0'?><l xmlns:x='u'>\n<r><x:name>Ada &amp; Bob&#x21;</x:name></r>\
          <r><name><![CDATA[Cy]]></name></r><r/></l>",
    );
    assert_eq!(got.unwrap(), ["Ada & Bob!", "Cy", ""]);
}

#[test]
fn every_encoding_that_is_declared_is_read() {
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><l><r><name>J\xfcrgen</name></r></l>";
    assert_eq!(names(latin).unwrap(), ["J\u{fc}rgen"]);
    let text = "\u{feff}<?xml version='1.0' encoding='UTF-16'?><l><r><name>Жук</name></r></l>";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(names(&little).unwrap(), ["Жук"]);
    assert_eq!(names(&big).unwrap(), ["Жук"]);
    assert_eq!(
        names("\u{feff}<l><r><name>Ä</name></r></l>".as_bytes()).unwrap(),
        ["Ä"]
    );
}

#[test]
fn bytes_outside_the_encoding_are_refused() {
    check_refused(b"<l>\n<r><name>J\xfcrgen</name></r></l>", 2, "UTF-8");
    check_refused(b"<l>\n<r><name>A\0B</name></r></l>", 2, "control character");
}

#[test]
fn a_document_that_is_cut_short_is_refused_whole() {
    check_refused(b"<l>\n<r><name>Ada</name></r>\n", 3, "ends early");
    check_refused(b"<l>\n<r><name>Ada</na", 2, "not closed");
    check_refused(b"", 1, "ends early");
}

#[test]
fn mismatched_tags_are_refused_with_their_line() {
    check_refused(
        b"<l>\n<r>\n<name>Ada</nome></r></l>",
        3,
        "tags that do not match",
    );
    check_refused(b"<l></l>\n<l></l>", 2, "more than one root");
    check_refused(b"<l></l>\nrest", 2, "outside the root");
}

#[test]
fn entity_bombs_are_refused_before_they_grow() {
    let bomb = b"<?xml version='1.0'?>\n<!DOCTYPE l [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>\n\
        <l><r><name>&b;</name></r></l>";
    check_refused(bomb, 2, "document type");
    check_refused(b"<l>\n<r><name>&b;</name></r></l>", 2, "unknown entity");
    check_refused(b"<l>\n<r name='&b;'/></l>", 2, "unknown entity");
    check_refused(b"<l>\n<r><name>&#0;</name></r></l>", 2, "unknown entity");
    check_refused(b"<l>\n<r><name>&#7;</name></r></l>", 2, "unknown entity");
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "<a>".repeat(10_000);
    check_refused(deep.as_bytes(), 1, "nested too deeply");
}

#[test]
fn a_name_of_one_megabyte_is_read() {
    let long = "A".repeat(1 << 20);
    let got = names(format!("<l><r><name>{long}</name></r></l>").as_bytes()).unwrap();
    assert_eq!(got[0].len(), 1 << 20);
}
