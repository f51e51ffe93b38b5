//! Shared reader of XML lists: one record element at a time, in flat memory.
//!
//! In: an XML file. Out: its root (attributes only) and, one by one, the elements at a given depth
//! as small owned trees with local names: publishers change namespaces, never the words. The file
//! is read to its end before anything is returned, and one fault refuses it whole, with line and
//! column: a list that was cut short would quietly clear people.
//!
//! Document type declarations, entities other than the five of XML, and documents nested deeper
//! than [`MAX_DEPTH`] are refused: lists need none of these, attacks do.

use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error as XmlError, Reader};

use super::Input;
use super::xml_source::{BadBytes, XmlSource};
use crate::error::{Error, Place, Problem, Result};

/// Deepest nesting that is read.
pub(super) const MAX_DEPTH: usize = 64;
/// Most text and markup that one record element may hold, in bytes.
const MAX_RECORD: usize = 64 << 20;

/// An element with all that is in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    /// Name without namespace prefix.
    pub name: String,
    /// Names and values of the attributes.
    pub attributes: Vec<(String, String)>,
    /// Elements inside, in order.
    pub children: Vec<Element>,
    /// Text directly inside, as published.
    pub text: String,
    /// Line where the element ends its start tag.
    pub row: u64,
}

impl Element {
    /// The value of an attribute, trimmed; empty where there is none.
    pub(super) fn attr(&self, name: &str) -> &str {
        self.attributes
            .iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, v)| v.trim())
    }

    /// Whether an attribute reads `true`.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.attr(name).eq_ignore_ascii_case("true")
    }

    /// The first child of a name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    /// All children of a name. Never looks deeper.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> + 'a {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// All children `inner` of all children `outer`.
    pub(super) fn list<'a>(
        &'a self,
        outer: &'a str,
        inner: &'a str,
    ) -> impl Iterator<Item = &'a Element> + 'a {
        self.all(outer).flat_map(move |o| o.all(inner))
    }

    /// The element's own text, trimmed.
    pub(super) fn value(&self) -> &str {
        self.text.trim()
    }

    /// The trimmed text of the first child of a name; empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.child(name).map_or("", Element::value)
    }

    /// The texts of the children of these names that are not empty, joined.
    pub(super) fn join(&self, names: &[&str], separator: &str) -> String {
        let texts: Vec<&str> = names
            .iter()
            .map(|n| self.get(n))
            .filter(|t| !t.is_empty())
            .collect();
        texts.join(separator)
    }
}

/// Reads a file to its end and hands over each element at `depth` (1: children of the root),
/// with the name of its parent. Returns the root element without its content.
///
/// **Errors**: [`Problem::Malformed`] or [`Problem::Encoding`] with line and column; whatever
/// `visit` returns.
pub(super) fn read_elements(
    input: &Input,
    depth: usize,
    visit: &mut dyn FnMut(&str, Element) -> Result<()>,
) -> Result<Element> {
    let place = input.place();
    let source = XmlSource::new(input.open()?).map_err(|e| Problem::Read(e).at(place))?;
    let mut walk = Walk {
        file: input.file,
        reader: Reader::from_reader(source),
        root: None,
        open: Vec::new(),
        depth,
        size: 0,
    };
    walk.run(visit)
}

/// The state of one pass over a document.
struct Walk {
    file: u32,
    reader: Reader<XmlSource>,
    /// The root once it is closed.
    root: Option<Element>,
    /// Elements whose end was not met yet, the root first.
    open: Vec<Element>,
    depth: usize,
    /// Bytes in the record being built.
    size: usize,
}

impl Walk {
    fn run(&mut self, visit: &mut dyn FnMut(&str, Element) -> Result<()>) -> Result<Element> {
        self.reader.config_mut().check_comments = true;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let event = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(e) => return Err(self.fault(&e)),
            };
            match event {
                Event::Start(tag) => self.start(&tag)?,
                Event::Empty(tag) => {
                    self.start(&tag)?;
                    self.end(visit)?;
                }
                Event::End(_) => self.end(visit)?,
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::CData(text) => self.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let name = format!("&{};", reference.xml10_content());
                    match unescape(&name) {
                        Ok(text) if !has_control(&text) => self.text(&text)?,
                        _ => return Err(self.refuse("an unknown entity")),
                    }
                }
                Event::DocType(_) => {
                    return Err(self.refuse("a document type declaration is not accepted"));
                }
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
                Event::Eof => break,
            }
        }
        if self.root.is_none() || !self.open.is_empty() {
            return Err(self.refuse("the document ends early"));
        }
        Ok(self.root.take().unwrap_or_default())
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        if self.root.is_some() {
            return Err(self.refuse("more than one root element"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(self.refuse("elements are nested too deeply"));
        }
        let mut element = Element {
            name: tag.local_name().as_ref().to_owned(),
            row: self.reader.get_ref().position().0,
            ..Element::default()
        };
        if element.name.is_empty() {
            return Err(self.refuse("an element without a name"));
        }
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|_| self.refuse("a broken attribute"))?;
            let value = unescape(&attribute.value)
                .ok()
                .filter(|v| !has_control(v))
                .ok_or_else(|| self.refuse("an unknown entity in an attribute"))?;
            let name = attribute.key.local_name().as_ref().to_owned();
            self.grow(name.len().saturating_add(value.len()))?;
            element.attributes.push((name, value.into_owned()));
        }
        self.grow(element.name.len())?;
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self, visit: &mut dyn FnMut(&str, Element) -> Result<()>) -> Result<()> {
        let Some(element) = self.open.pop() else {
            return Err(self.refuse("an end tag without a start"));
        };
        let above = self.open.len();
        match self.open.last_mut() {
            None => self.root = Some(element),
            Some(parent) if above == self.depth => {
                self.size = 0;
                visit(&parent.name, element)?;
            }
            Some(parent) if above > self.depth => parent.children.push(element),
            // Above the records only the names count.
            Some(_) => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<()> {
        let is_inside_record = self.open.len() > self.depth;
        if is_inside_record {
            self.grow(text.len())?;
            if let Some(element) = self.open.last_mut() {
                element.text.push_str(text);
            }
        } else if self.open.is_empty() && !text.trim().is_empty() {
            return Err(self.refuse("text outside the root element"));
        }
        Ok(())
    }

    fn grow(&mut self, bytes: usize) -> Result<()> {
        self.size = self.size.saturating_add(bytes);
        if self.size > MAX_RECORD {
            return Err(self.refuse("one record is too large"));
        }
        Ok(())
    }

    fn refuse(&self, why: &'static str) -> Error {
        let format = "XML";
        Problem::Malformed { format, why }.at(self.place())
    }

    fn place(&self) -> Place {
        let (line, column) = self.reader.get_ref().position();
        Place::at(self.file, line, column)
    }

    fn fault(&self, error: &XmlError) -> Error {
        let XmlError::Io(cause) = error else {
            return self.refuse(words(error));
        };
        match cause.get_ref().and_then(|c| c.downcast_ref::<BadBytes>()) {
            Some(BadBytes::Encoding(encoding)) => Problem::Encoding { encoding }.at(self.place()),
            Some(BadBytes::Control) => self.refuse("a control character"),
            None => Problem::Read(std::io::Error::new(cause.kind(), "the stream is damaged"))
                .at(self.place()),
        }
    }
}

/// Control characters that XML forbids, written as character references.
fn has_control(text: &str) -> bool {
    text.chars()
        .any(|c| c < ' ' && !matches!(c, '\t' | '\n' | '\r'))
}

/// The kind of fault in words without any of the document's own.
fn words(error: &XmlError) -> &'static str {
    match error {
        XmlError::Syntax(_) => "markup that is not closed",
        XmlError::IllFormed(_) => "tags that do not match",
        XmlError::InvalidAttr(_) => "a broken attribute",
        XmlError::Encoding(_) => "bytes that are no UTF-8",
        XmlError::Escape(_) => "an unknown entity",
        _ => "unreadable markup",
    }
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
