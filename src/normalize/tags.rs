//! Pieces to tokens: notes cut off, abbreviations joined, words tagged by the tables.

use compact_str::{CompactString, ToCompactString as _};

use crate::normalize::pieces::{Gap, Piece};
use crate::normalize::words::{Words, words};
use crate::normalize::{Tag, Token};
use crate::record::{Kind, Script, script_of};

/// Tags the pieces of one name.
pub(super) fn tag(pieces: Vec<Piece>, kind: Kind) -> Vec<Token> {
    let words = words();
    let pieces = without_notes(pieces);
    let mut tokens = joined(pieces, kind);
    if kind != Kind::Person {
        join_org_forms(&mut tokens, kind, words);
    }
    match kind {
        Kind::Person | Kind::Unknown => {
            split_arabic_articles(&mut tokens);
            split_east_asian(&mut tokens, words);
            tag_person(&mut tokens, words);
        }
        Kind::Vessel | Kind::Aircraft | Kind::Object => tag_craft(&mut tokens, words),
        _ => tag_organization(&mut tokens, words),
    }
    keep_a_word(&mut tokens);
    tokens
}

/// `aka`, `fka`: what follows is another name, which the source states elsewhere or not at all.
fn without_notes(mut pieces: Vec<Piece>) -> Vec<Piece> {
    const BRACKET_NOTES: [&str; 16] = [
        "aka",
        "fka",
        "nka",
        "dba",
        "alias",
        "formerly",
        "former",
        "nee",
        "born",
        "also",
        "ne",
        "previously",
        "deceased",
        "dit",
        "good",
        "low",
    ];
    if pieces.iter().any(|p| p.bracket > 0) {
        let noted: Vec<u16> = pieces
            .windows(2)
            .filter(|w| w[0].bracket != w[1].bracket && w[1].bracket > 0)
            .filter(|w| BRACKET_NOTES.contains(&w[1].text.as_str()))
            .map(|w| w[1].bracket)
            .chain(dotted_notes(&pieces))
            .collect();
        pieces.retain(|p| !noted.contains(&p.bracket));
    }
    if let Some(start) = (1..pieces.len()).find(|i| begins_note(&pieces[*i..])) {
        pieces.truncate(start);
    }
    pieces
}

/// Brackets, after the first piece, that begin with `a.k.a.` and the like.
fn dotted_notes(pieces: &[Piece]) -> Vec<u16> {
    (1..pieces.len())
        .filter(|i| {
            pieces[*i].bracket > 0
                && pieces[*i - 1].bracket != pieces[*i].bracket
                && begins_note(&pieces[*i..])
        })
        .map(|i| pieces[i].bracket)
        .collect()
}

fn begins_note(pieces: &[Piece]) -> bool {
    let [a, b, c, ..] = pieces else { return false };
    let close = |p: &Piece| matches!(p.gap, Gap::Dot | Gap::Slash);
    let words = [a.text.as_str(), b.text.as_str(), c.text.as_str()];
    match words {
        ["a" | "f" | "n", "k", "a"] | ["d", "b", "a"] => close(b) && close(c),
        ["also" | "formerly" | "previously" | "better", "known", "as"] => true,
        _ => false,
    }
}

/// One token a piece; runs of single letters that were written close together become one word in
/// names that are not people's (`I.B.M.`, `M/V`).
fn joined(pieces: Vec<Piece>, kind: Kind) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(pieces.len() + 2);
    let mut run = 0;
    for piece in pieces {
        let single = is_single_letter(&piece.text, piece.script);
        let close = matches!(piece.gap, Gap::Dot | Gap::Slash);
        if kind != Kind::Person
            && kind != Kind::Unknown
            && single
            && close
            && run > 0
            && let Some(last) = tokens.last_mut()
            && last.script == piece.script
        {
            last.text.push_str(&piece.text);
            run += 1;
            continue;
        }
        if piece.gap == Gap::Nothing
            && matches!(piece.text.as_str(), "st" | "nd" | "rd" | "th")
            && tokens.last().is_some_and(|t| t.script == Script::Common)
        {
            // The ending of an ordinal number.
            continue;
        }
        run = usize::from(single);
        tokens.push(Token {
            text: piece.text,
            script: piece.script,
            tag: Tag::Word,
            glued: matches!(piece.gap, Gap::Hyphen | Gap::Nothing) && !tokens.is_empty(),
        });
    }
    tokens
}

fn is_single_letter(text: &str, script: Script) -> bool {
    matches!(
        script,
        Script::Latin | Script::Cyrillic | Script::Greek | Script::Armenian | Script::Georgian
    ) && text.chars().nth(1).is_none()
}

/// Writes legal forms of one or more words as one canonical token.
fn join_org_forms(tokens: &mut Vec<Token>, kind: Kind, words: &Words) {
    let mut i = 0;
    while i < tokens.len() {
        let found = words.org_forms(&tokens[i].text).iter().find(|form| {
            let fits = tokens.len() - i >= form.words.len()
                && form
                    .words
                    .iter()
                    .zip(&tokens[i..])
                    .all(|(w, t)| *w == t.text);
            // Alone, or at the start of a name of unknown kind, a form may be a name.
            let alone = form.words.len() == tokens.len();
            fits && !alone && (kind == Kind::Organization || (form.sure && i > 0))
        });
        if let Some(form) = found {
            tokens[i].text.clone_from(&form.canonical);
            tokens[i].script = script_of(&form.canonical);
            tokens[i].tag = Tag::OrgForm;
            tokens.drain(i + 1..i + form.words.len());
        }
        i += 1;
    }
}

/// Splits `ال` and `عبدال` from what follows; the joined form stays plausible.
fn split_arabic_articles(tokens: &mut Vec<Token>) {
    let mut i = 0;
    while i < tokens.len() {
        if tokens[i].script == Script::Arabic
            && let Some(at) = article_end(&tokens[i].text)
        {
            let rest = Token {
                text: tokens[i].text.split_off(at),
                tag: Tag::Word,
                glued: true,
                ..tokens[i].clone()
            };
            tokens.insert(i + 1, rest);
        }
        i += 1;
    }
}

/// Where `ال`, or `عبد` before `ال`, ends; the name of God stays whole.
fn article_end(text: &str) -> Option<usize> {
    let (head, rest) = match text.strip_prefix("عبد") {
        Some(rest) if rest.starts_with("ال") => ("عبد", rest),
        _ => ("ال", text.strip_prefix("ال")?),
    };
    (rest != "له" && rest.chars().count() >= 3).then_some(head.len())
}

/// Chinese, Japanese and Korean names are written in one run, family name first: one character,
/// or two where the table says so or four are written.
fn split_east_asian(tokens: &mut Vec<Token>, words: &Words) {
    let [token] = tokens.as_mut_slice() else {
        return;
    };
    let count = token.text.chars().count();
    let is_han = token.script == Script::Han;
    if !(is_han || token.script == Script::Hangul) || !(2..=4).contains(&count) {
        return;
    }
    let family = match token.text.char_indices().nth(2) {
        Some((two, _))
            if words.is_compound_surname(&token.text[..two]) || (is_han && count == 4) =>
        {
            2
        }
        _ => 1,
    };
    let Some((at, _)) = token.text.char_indices().nth(family) else {
        return;
    };
    let given = Token {
        text: token.text.split_off(at),
        glued: true,
        ..token.clone()
    };
    tokens.push(given);
}

fn tag_person(tokens: &mut [Token], words: &Words) {
    let count = tokens.len();
    let mut glue = false;
    for (i, token) in tokens.iter_mut().enumerate() {
        if token.tag != Tag::Word {
            glue = false;
            continue;
        }
        let word = words.of(&token.text);
        let single = is_single_letter(&token.text, token.script);
        token.glued |= glue && i > 0;
        glue = false;
        if token.text.bytes().all(|b| b.is_ascii_digit()) {
            token.tag = Tag::Number;
        } else if word.suffix && i > 0 && i + 1 == count {
            token.tag = Tag::Suffix;
        } else if word.particle && count > 1 && i + 1 < count && !is_initial(token, i) {
            token.tag = Tag::Particle;
            glue = word.glues;
        } else if single {
            token.tag = Tag::Initial;
        } else if word.title && count > 1 && !token.glued {
            token.tag = Tag::Title;
        }
    }
    tag_patronymic(tokens, words);
}

/// Single Latin letters are initials even where the letter is also a particle (`d`, `e`, `y`),
/// unless they stand between other words.
fn is_initial(token: &Token, at: usize) -> bool {
    at == 0 && is_single_letter(&token.text, token.script)
}

/// One patronymic a name: feminine endings are certain; masculine ones end surnames too, so the
/// middle word is preferred, then the last, and a third word must be there.
fn tag_patronymic(tokens: &mut [Token], words: &Words) {
    let is_word = |t: &Token| t.tag == Tag::Word;
    let others = tokens
        .iter()
        .filter(|t| matches!(t.tag, Tag::Word | Tag::Initial))
        .count();
    let mut found: Vec<(usize, bool)> = Vec::new();
    for (at, token) in tokens.iter().filter(|t| is_word(t)).enumerate() {
        if let Some(shared) = words.patronymic(&token.text) {
            found.push((at, shared));
        }
    }
    let needed = |shared: bool| if shared { 3 } else { 2 };
    let chosen = found
        .iter()
        .filter(|(_, shared)| others >= needed(*shared))
        .max_by_key(|(at, _)| (*at == 1, *at))
        .map(|(at, _)| *at);
    if let Some(at) = chosen
        && let Some(token) = tokens.iter_mut().filter(|t| t.tag == Tag::Word).nth(at)
    {
        token.tag = Tag::Patronymic;
    }
}

fn tag_organization(tokens: &mut [Token], words: &Words) {
    for (i, token) in tokens.iter_mut().enumerate() {
        if token.tag != Tag::Word {
            continue;
        }
        let word = words.of(&token.text);
        if let Some(number) = number(&token.text, i > 0) {
            token.text = number;
            token.script = Script::Common;
            token.tag = Tag::Number;
        } else if word.connector {
            token.tag = Tag::Particle;
        } else if word.descriptor {
            token.tag = Tag::Descriptor;
        } else if is_single_letter(&token.text, token.script) {
            token.tag = Tag::Initial;
        }
    }
}

fn tag_craft(tokens: &mut [Token], words: &Words) {
    let count = tokens.len();
    for (i, token) in tokens.iter_mut().enumerate() {
        if token.tag != Tag::Word {
            continue;
        }
        let word = words.of(&token.text);
        if word.vessel && i == 0 && count > 1 {
            token.tag = Tag::Title;
        } else if let Some(number) = number(&token.text, i > 0) {
            token.text = number;
            token.script = Script::Common;
            token.tag = Tag::Number;
        } else if matches!(token.text.as_str(), "no" | "nr") && i > 0 && i + 1 < count {
            token.tag = Tag::Particle;
        } else if matches!(token.text.as_str(), "i" | "v" | "x") && i > 0 && i + 1 == count {
            token.text = match token.text.as_str() {
                "i" => "1",
                "v" => "5",
                _ => "10",
            }
            .into();
            token.script = Script::Common;
            token.tag = Tag::Number;
        } else if word.connector {
            token.tag = Tag::Particle;
        }
    }
}

/// Digits, or a Roman numeral of two letters and more up to 39, as digits.
fn number(text: &str, roman: bool) -> Option<CompactString> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text.into());
    }
    if !roman || text.len() < 2 || !text.bytes().all(|b| matches!(b, b'i' | b'v' | b'x')) {
        return None;
    }
    let tens = text.bytes().take_while(|b| *b == b'x').count();
    let ones = match &text[tens..] {
        "" => 0,
        "i" => 1,
        "ii" => 2,
        "iii" => 3,
        "iv" => 4,
        "v" => 5,
        "vi" => 6,
        "vii" => 7,
        "viii" => 8,
        "ix" => 9,
        _ => return None,
    };
    (tens <= 3).then(|| (tens * 10 + ones).to_compact_string())
}

/// A name of nothing but titles, particles or forms is made of words after all.
fn keep_a_word(tokens: &mut [Token]) {
    let identifies = |t: &Token| {
        !matches!(
            t.tag,
            Tag::Title | Tag::Particle | Tag::OrgForm | Tag::Suffix
        )
    };
    if !tokens.iter().any(identifies) {
        for token in tokens.iter_mut() {
            token.tag = Tag::Word;
        }
    }
}
