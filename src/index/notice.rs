//! A prepared notice as bytes, and back.
//!
//! Names stand as their normalized tokens: reading them back romanizes each different word once and
//! normalizes nothing.

use jiff::civil::Date;

use crate::error::Result;
use crate::exchange::codec::{Reader, put_blob};
use crate::hits::{LiveNotice, ShownName};
use crate::index::damaged;
use crate::keys::{Form, Gist, Prepared, PreparedId, PreparedName, Token};
use crate::normalize::{self, Tag};
use crate::record::{
    Action, Calendar, Country, CountryKind, DateKind, Digest, Handling, IdKind, Kind, ListInfo,
    NameKind, NoticeType, PartialDate, Script, Sex, Status, Strength,
};

/// Flag of a token: glued to the one before it.
const GLUED: u8 = 0x80;

/// Flags of a name.
const WEAK: u8 = 1;
const MIXED: u8 = 2;

/// Appends a notice.
pub(super) fn put(out: &mut Vec<u8>, live: &LiveNotice) {
    let prepared = &live.prepared;
    put_text(out, &live.source_id);
    put_text(out, &live.birth_places);
    put_text(out, &live.programs);
    put_code(out, NoticeType::ALL, live.notice_type);
    put_code(out, Action::ALL, live.action_requested);
    put_code(out, Handling::ALL, live.handling);
    put_code(out, Status::ALL, live.status);
    put_day(out, live.valid_to);
    out.extend_from_slice(&live.record_hash.0);
    put_all(out, &live.refs, |out, one| put_text(out, one));
    put_all(out, &live.names, |out, name| {
        put_text(out, &name.full);
        put_code(out, NameKind::ALL, name.kind);
        put_code(out, Strength::ALL, name.strength);
    });
    put_code(out, Kind::ALL, prepared.kind);
    put_code(out, Sex::ALL, prepared.sex);
    put_all(out, &prepared.names, put_name);
    put_all(out, &prepared.dates, put_date);
    put_all(out, &prepared.ids, |out, id| {
        put_code(out, IdKind::ALL, id.kind);
        put_text(out, &id.norm);
        put_text(out, &id.country);
    });
    put_all(out, &prepared.countries, |out, country| {
        put_code(out, CountryKind::ALL, country.kind);
        put_text(out, &country.iso2);
        put_text(out, &country.raw);
    });
    put_all(out, &prepared.birth_places, |out, place| {
        put_all(out, place, |out, form| put_text(out, form.as_str()));
    });
}

/// Reads a notice back.
pub(super) fn read(bytes: &[u8], info: &ListInfo) -> Result<LiveNotice> {
    let mut reader = Reader::new(bytes, "index");
    let notice = one(&mut reader, info)?;
    reader.end()?;
    Ok(notice)
}

fn one(reader: &mut Reader<'_>, info: &ListInfo) -> Result<LiveNotice> {
    let source_id = text(reader)?.into();
    let birth_places = text(reader)?.into();
    let programs = text(reader)?.into();
    let notice_type = code(reader, NoticeType::ALL)?;
    let action_requested = code(reader, Action::ALL)?;
    let handling = code(reader, Handling::ALL)?;
    let status = code(reader, Status::ALL)?;
    let valid_to = day(reader)?;
    let record_hash = Digest(reader.array()?);
    let refs: Vec<Box<str>> = all(reader, |reader| Ok(text(reader)?.into()))?;
    let names: Vec<ShownName> = all(reader, |reader| {
        Ok(ShownName {
            full: text(reader)?.into(),
            kind: code(reader, NameKind::ALL)?,
            strength: code(reader, Strength::ALL)?,
        })
    })?;
    let kind = code(reader, Kind::ALL)?;
    let sex = code(reader, Sex::ALL)?;
    let prepared_names = all(reader, |reader| name(reader, kind))?;
    let dates = all(reader, date)?;
    let ids = all(reader, |reader| {
        Ok(PreparedId {
            kind: code(reader, IdKind::ALL)?,
            norm: text(reader)?.to_owned(),
            country: text(reader)?.to_owned(),
        })
    })?;
    let mut prepared = Prepared::of_parts(kind, prepared_names, dates, ids);
    prepared.sex = sex;
    prepared.countries = all(reader, |reader| {
        Ok(Country {
            kind: code(reader, CountryKind::ALL)?,
            iso2: text(reader)?.to_owned(),
            raw: text(reader)?.to_owned(),
        })
    })?;
    prepared.birth_places = all(reader, |reader| {
        let forms: Vec<Form> = all(reader, |reader| Ok(Form::new(text(reader)?)))?;
        Ok(forms.into())
    })?;
    prepared.gist = Gist::of(&prepared);
    Ok(LiveNotice {
        list_id: info.list_id.clone(),
        source_id,
        prepared,
        names: names.into(),
        birth_places,
        programs,
        refs: refs.into(),
        notice_type,
        action_requested,
        handling,
        status,
        valid_to,
        list_date: info.date,
        record_hash,
    })
}

fn put_name(out: &mut Vec<u8>, name: &PreparedName) {
    out.extend_from_slice(&name.index.to_le_bytes());
    let flags = [(name.is_weak, WEAK), (name.is_mixed_script, MIXED)];
    let flags = flags.iter().filter(|(is_so, _)| *is_so);
    out.push(flags.fold(0, |all, (_, flag)| all | flag));
    put_code(out, NameKind::ALL, name.kind);
    put_all(out, &name.tokens, |out, token: &Token| {
        let before = out.len();
        put_code(out, &Tag::ALL, token.tag);
        if let Some(tag) = out.get_mut(before).filter(|_| token.is_glued) {
            *tag |= GLUED;
        }
        put_text(out, token.script.short_name());
        put_text(out, token.text());
    });
}

fn name(reader: &mut Reader<'_>, kind: Kind) -> Result<PreparedName> {
    let index = reader.u32()?;
    let [flags] = reader.array()?;
    let name_kind = code(reader, NameKind::ALL)?;
    let tokens: Vec<normalize::Token> = all(reader, |reader| {
        let [tag] = reader.array()?;
        let script = Script::from_short_name(text(reader)?).ok_or_else(damaged)?;
        let text = text(reader)?.into();
        Ok(normalize::Token {
            text,
            script,
            tag: *Tag::ALL
                .get(usize::from(tag & !GLUED))
                .ok_or_else(damaged)?,
            glued: tag & GLUED != 0,
        })
    })?;
    let mut name = PreparedName::new(&tokens, kind).ok_or_else(damaged)?;
    name.index = index;
    name.is_weak = flags & WEAK != 0;
    name.is_mixed_script = flags & MIXED != 0;
    name.kind = name_kind;
    Ok(name)
}

fn put_date(out: &mut Vec<u8>, date: &PartialDate) {
    put_code(out, DateKind::ALL, date.kind);
    for year in [date.year, date.year_to.unwrap_or(0)] {
        out.extend_from_slice(&year.to_le_bytes());
    }
    let (month, day) = (date.month.unwrap_or(0), date.day.unwrap_or(0));
    out.extend_from_slice(&[month, day, u8::from(date.circa)]);
    put_text(out, date.calendar.code());
    put_text(out, &date.raw);
}

fn date(reader: &mut Reader<'_>) -> Result<PartialDate> {
    let kind = code(reader, DateKind::ALL)?;
    let [year, year_to] = [reader.array()?, reader.array()?].map(i16::from_le_bytes);
    let [month, day, circa] = reader.array()?;
    if !(1000..=2200).contains(&year) || month > 12 || day > 31 {
        return Err(damaged());
    }
    Ok(PartialDate {
        kind,
        year,
        month: (month > 0).then_some(month),
        day: (day > 0).then_some(day),
        year_to: (year_to != 0).then_some(year_to),
        circa: circa == 1,
        calendar: Calendar::from_code(text(reader)?),
        raw: text(reader)?.to_owned(),
    })
}

pub(super) fn put_day(out: &mut Vec<u8>, day: Option<Date>) {
    put_text(out, &day.map(|day| day.to_string()).unwrap_or_default());
}

pub(super) fn day(reader: &mut Reader<'_>) -> Result<Option<Date>> {
    match text(reader)? {
        "" => Ok(None),
        day => day.parse().map(Some).map_err(|_| damaged()),
    }
}

pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_blob(out, text.as_bytes());
}

pub(super) fn text<'a>(reader: &mut Reader<'a>) -> Result<&'a str> {
    std::str::from_utf8(reader.blob()?).map_err(|_| damaged())
}

/// The place of a code in its list. No list has more than 255.
pub(super) fn put_code<T: Copy + PartialEq>(out: &mut Vec<u8>, all: &[T], code: T) {
    let place = all.iter().position(|other| *other == code);
    out.push(place.and_then(|p| u8::try_from(p).ok()).unwrap_or(0));
}

pub(super) fn code<T: Copy>(reader: &mut Reader<'_>, all: &[T]) -> Result<T> {
    let [place] = reader.array()?;
    all.get(usize::from(place)).copied().ok_or_else(damaged)
}

fn put_all<T>(out: &mut Vec<u8>, all: &[T], put: impl Fn(&mut Vec<u8>, &T)) {
    // A record holds fewer than 2^32 of anything.
    let count = u32::try_from(all.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&count.to_le_bytes());
    for one in all {
        put(out, one);
    }
}

fn all<T>(
    reader: &mut Reader<'_>,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = reader.u32()?;
    (0..count).map(|_| read(reader)).collect()
}
