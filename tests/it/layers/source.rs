//! Rust source reduced to what the layer rules ask for: the paths that code names, and where.
//!
//! Comments, doc links, texts in quotes and items under `#[cfg(test)]` are no code here.

/// A path that code names, use groups taken apart: `use crate::{a, b::c}` is two of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// Line of its first part, from 1.
    pub line: usize,
    /// Its parts; a macro's name ends in `!`.
    pub parts: Vec<String>,
}

impl Path {
    /// Whether the path is `text` or begins with it.
    pub(super) fn starts_with(&self, text: &str) -> bool {
        let mut parts = self.parts.iter();
        text.split("::")
            .all(|wanted| parts.next().is_some_and(|part| part == wanted))
    }
}

/// One source file, read.
#[derive(Debug)]
pub(super) struct Source {
    /// Paths in the order of the file.
    pub paths: Vec<Path>,
    /// Lines and names of traits that the file derives or implements.
    pub traits: Vec<(usize, String)>,
    /// Modules declared with `mod x;` outside tests, public or not, in order.
    pub modules: Vec<String>,
    /// Modules declared with `mod x;` under `#[cfg(test)]`, or the files in their `#[path]`: these
    /// are tests as well.
    pub test_modules: Vec<String>,
}

impl Source {
    pub(super) fn parse(text: &str) -> Self {
        let all = tokens(text);
        let (code, test_modules) = without_tests(&all);
        let modules = code
            .windows(3)
            .filter(|w| w[0].1 == "mod" && w[2].1 == ";")
            .map(|w| w[1].1.clone())
            .collect();
        Self {
            paths: paths(&code),
            traits: traits(&code),
            modules,
            test_modules,
        }
    }
}

/// A token and its line.
type Token = (usize, String);

/// Words, `::`, single characters of punctuation, and plain strings with their opening quote;
/// comments and other literals left out.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let (mut out, mut line, mut i) = (Vec::new(), 1, 0);
    while i < chars.len() {
        let start = i;
        match chars[i] {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && chars[i] != '\n' {
                    i += 1;
                }
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 || i >= chars.len() {
                        break;
                    }
                }
            }
            '"' => {
                i = end_of_string(&chars, i);
                out.push((line, chars[start..i.min(chars.len()) - 1].iter().collect()));
            }
            // A character such as 'a' or '\n'; else a lifetime.
            '\'' if at(i + 1) == '\\' => {
                i += 3;
                while i < chars.len() && chars[i] != '\'' {
                    i += 1;
                }
                i += 1;
            }
            '\'' if at(i + 2) == '\'' => i += 3,
            c if c.is_alphanumeric() || c == '_' => {
                while at(i).is_alphanumeric() || at(i) == '_' {
                    i += 1;
                }
                let word: String = chars[start..i].iter().collect();
                let hashes = chars[i..].iter().take_while(|c| **c == '#').count();
                let is_raw = matches!(word.as_str(), "r" | "br" | "cr");
                if is_raw && at(i + hashes) == '"' {
                    i = end_of_raw_string(&chars, i + hashes + 1, hashes);
                } else if !(at(i) == '"' && matches!(word.as_str(), "b" | "c")) {
                    out.push((line, word));
                }
            }
            ':' if at(i + 1) == ':' => {
                out.push((line, "::".to_owned()));
                i += 2;
            }
            c => {
                if !c.is_whitespace() {
                    out.push((line, c.to_string()));
                }
                i += 1;
            }
        }
        let end = i.min(chars.len());
        line += chars[start..end].iter().filter(|c| **c == '\n').count();
    }
    out
}

fn end_of_string(chars: &[char], start: usize) -> usize {
    let mut i = start + 1;
    while i < chars.len() && chars[i] != '"' {
        i += 1 + usize::from(chars[i] == '\\');
    }
    i + 1
}

fn end_of_raw_string(chars: &[char], mut i: usize, hashes: usize) -> usize {
    while i < chars.len() {
        i += 1;
        let tail = chars[i..]
            .iter()
            .take(hashes)
            .filter(|c| **c == '#')
            .count();
        if chars[i - 1] == '"' && tail == hashes {
            break;
        }
    }
    i + hashes
}

/// The tokens outside `#[cfg(test)]` items, and the names of modules declared by such items.
fn without_tests(all: &[Token]) -> (Vec<Token>, Vec<String>) {
    let (mut code, mut test_modules, mut i) = (Vec::new(), Vec::new(), 0);
    let text = |i: usize| all.get(i).map_or("", |(_, text)| text.as_str());
    while i < all.len() {
        let is_test = ["#", "[", "cfg", "(", "test"]
            .iter()
            .enumerate()
            .all(|(n, t)| text(i + n) == *t)
            || ["#", "[", "cfg", "(", "all", "(", "test"]
                .iter()
                .enumerate()
                .all(|(n, t)| text(i + n) == *t);
        if !is_test {
            code.push(all[i].clone());
            i += 1;
            continue;
        }
        let (mut depth, mut file) = (0_i32, None);
        while i < all.len() {
            match text(i) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" => depth -= 1,
                text if (text, depth) == ("}", 1) || (text, depth) == (";", 0) => break,
                "}" => depth -= 1,
                "path" if text(i + 1) == "=" => file = Some(text(i + 2).trim_matches('"')),
                "mod" if depth == 0 && text(i + 2) == ";" => {
                    test_modules.push(file.unwrap_or(text(i + 1)).to_owned());
                }
                _ => {}
            }
            i += 1;
        }
        i += 1;
    }
    (code, test_modules)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Every path of the code, use groups taken apart.
fn paths(code: &[Token]) -> Vec<Path> {
    let (mut out, mut i) = (Vec::new(), 0);
    while i < code.len() {
        if is_word(&code[i].1) {
            i = path_at(code, i, &[], &mut out);
        } else {
            i += 1;
        }
    }
    out
}

/// Takes the path that begins at a word, below a prefix; returns where it ends.
fn path_at(code: &[Token], mut i: usize, prefix: &[String], out: &mut Vec<Path>) -> usize {
    let text = |i: usize| code.get(i).map_or("", |(_, text)| text.as_str());
    let line = code[i].0;
    let mut parts = prefix.to_vec();
    loop {
        parts.push(text(i).to_owned());
        i += 1;
        if text(i) == "!"
            && text(i + 1) != "="
            && let Some(last) = parts.last_mut()
        {
            last.push('!');
        }
        match (text(i), text(i + 1)) {
            ("::", "{") => {
                i += 2;
                while i < code.len() && text(i) != "}" {
                    i = if is_word(text(i)) {
                        path_at(code, i, &parts, out)
                    } else {
                        i + 1
                    };
                }
                return i + 1;
            }
            ("::", next) if is_word(next) => i += 1,
            _ => {
                out.push(Path { line, parts });
                return i;
            }
        }
    }
}

/// Traits in `#[derive(...)]`, and the last word before `for` of each `impl`.
fn traits(code: &[Token]) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    for (i, (line, text)) in code.iter().enumerate() {
        let rest = &code[i + 1..];
        if text == "derive" {
            let inside = rest.iter().take_while(|(_, t)| t != ")");
            out.extend(inside.filter(|(_, t)| is_word(t)).cloned());
        } else if text == "impl" {
            let head: Vec<&Token> = rest
                .iter()
                .take_while(|(_, t)| t != "{" && t != ";")
                .collect();
            let named = head.iter().position(|(_, t)| t == "for");
            let words = head[..named.unwrap_or(0)]
                .iter()
                .filter(|(_, t)| is_word(t));
            out.extend(words.map(|(_, t)| (*line, t.clone())));
        }
    }
    out
}

#[test]
fn comments_strings_and_tests_are_no_code() {
    let source = Source::parse(
        r##"
        //! [`crate::run::Run`]
        /* crate::a /* nested */ crate::b */
        const A: &str = "crate::c \" crate::d"; // crate::e
        const B: &str = r#"crate::f " crate::g"#;
        const C: (char, char, char) = ('"', '\'', '\u{22}');
        fn f<'a>(x: &'a crate::keys::Secret) {}
        #[cfg(test)]
        mod tests { fn f() { crate::h::x() } }
        #[cfg(test)]
        mod more;
        #[cfg(test)]
        #[path = "a_tests.rs"]
        mod tests;
        use crate::record::{Name, date::{self, Date}};
        mod inside;
        "##,
    );
    let found: Vec<String> = source
        .paths
        .iter()
        .filter(|path| path.starts_with("crate"))
        .map(|path| format!("{} {}", path.line, path.parts.join("::")))
        .collect();
    let wanted = [
        "7 crate::keys::Secret",
        "15 crate::record::Name",
        "15 crate::record::date::self",
        "15 crate::record::date::Date",
    ];
    assert_eq!(found, wanted);
    assert_eq!(source.modules, ["inside"]);
    assert_eq!(source.test_modules, ["more", "a_tests.rs"]);
}

#[test]
fn derived_and_written_traits_are_found() {
    let source = Source::parse(
        "#[derive(Clone, serde::Serialize)] struct A; impl<T> fmt::Display for A { }
         fn f(x: &impl Serialize) {} impl A { fn g() {} }",
    );
    let names: Vec<&str> = source
        .traits
        .iter()
        .map(|(_, name)| name.as_str())
        .collect();
    assert!(
        names.contains(&"Serialize") && names.contains(&"Display"),
        "{names:?}"
    );
    assert_eq!(
        names.iter().filter(|n| **n == "Serialize").count(),
        1,
        "a bound is not an impl"
    );
}
