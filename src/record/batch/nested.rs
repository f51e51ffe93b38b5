//! The structs of the schemas: which field stands under which column name.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use jiff::civil::Date;

use crate::record::batch::cell::Cell;
use crate::record::{
    Action, Calendar, Charge, Country, CountryKind, DateKind, Grade, Handling, HandlingNote,
    IdFlag, IdKind, Identifier, InfoGrade, Kind, ListId, Location, Name, NameKind, NamePart,
    Notice, NoticeType, PartKind, PartialDate, Physical, PlaceKind, Program, Reference, Relation,
    Role, Sex, Status, Strength, Subject,
};

/// A struct as a struct column. Columns are read by name, in any order.
macro_rules! nested {
    ($type:ty { $($name:literal = $($path:tt).+ as $cell:ty,)* }) => {
        impl Cell for $type {
            fn data_type() -> DataType {
                DataType::Struct(Fields::from(vec![
                    $(Field::new($name, <$cell as Cell>::data_type(), true)),*
                ]))
            }

            fn write(values: &[&Self]) -> ArrayRef {
                Arc::new(StructArray::from(vec![$((
                    Arc::new(Field::new($name, <$cell as Cell>::data_type(), true)),
                    <$cell as Cell>::write(
                        &values.iter().map(|v| &v.$($path).+).collect::<Vec<_>>(),
                    ),
                )),*]))
            }

            fn read(array: &ArrayRef) -> Option<Vec<Self>> {
                let rows = array.as_any().downcast_ref::<StructArray>()?;
                let mut values: Vec<Self> = std::iter::repeat_with(Self::default)
                    .take(rows.len())
                    .collect();
                $(
                    if let Some(column) = rows.column_by_name($name) {
                        let cells = <$cell as Cell>::read(column)?;
                        for (value, cell) in values.iter_mut().zip(cells) {
                            value.$($path).+ = cell;
                        }
                    }
                )*
                Some(values)
            }
        }
    };
}

nested!(NamePart {
    "kind" = kind as PartKind,
    "value" = value as String,
});

nested!(Name {
    "full" = full as String,
    "kind" = kind as NameKind,
    "strength" = strength as Strength,
    "parts" = parts as Vec<NamePart>,
    "lang" = lang as String,
    "raw" = raw as String,
});

/// A date as it stands in the columns; [`PartialDate`] holds its invariants.
#[derive(Default)]
struct DateRow {
    kind: DateKind,
    year: Option<i16>,
    month: Option<u8>,
    day: Option<u8>,
    year_to: Option<i16>,
    circa: bool,
    calendar: Calendar,
    raw: String,
}

nested!(DateRow {
    "kind" = kind as DateKind,
    "y" = year as Option<i16>,
    "m" = month as Option<u8>,
    "d" = day as Option<u8>,
    "y_to" = year_to as Option<i16>,
    "circa" = circa as bool,
    "calendar" = calendar as Calendar,
    "raw" = raw as String,
});

impl DateRow {
    fn new(date: &PartialDate) -> Self {
        Self {
            kind: date.kind,
            year: Some(date.year),
            month: date.month,
            day: date.day,
            year_to: date.year_to,
            circa: date.circa,
            calendar: date.calendar,
            raw: date.raw.clone(),
        }
    }

    fn date(self) -> Option<PartialDate> {
        let year = self.year?;
        let date = match (self.year_to, self.month, self.day) {
            (Some(to), None, None) => PartialDate::from_years(year, to)?,
            (None, None, Some(_)) | (Some(_), _, _) => return None,
            (None, month, day) => {
                PartialDate::from_ymd(year, month.unwrap_or(0), day.unwrap_or(0))?
            }
        };
        Some(PartialDate {
            kind: self.kind,
            circa: self.circa,
            calendar: self.calendar,
            raw: self.raw,
            ..date
        })
    }
}

impl Cell for PartialDate {
    fn data_type() -> DataType {
        DateRow::data_type()
    }
    fn write(values: &[&Self]) -> ArrayRef {
        let rows: Vec<DateRow> = values.iter().map(|v| DateRow::new(v)).collect();
        DateRow::write(&rows.iter().collect::<Vec<_>>())
    }
    fn read(array: &ArrayRef) -> Option<Vec<Self>> {
        DateRow::read(array)?
            .into_iter()
            .map(DateRow::date)
            .collect()
    }
}

impl Cell for Option<PartialDate> {
    fn data_type() -> DataType {
        DateRow::data_type()
    }
    fn write(values: &[&Self]) -> ArrayRef {
        let row = |v: &&Self| v.as_ref().map_or_else(DateRow::default, DateRow::new);
        let rows: Vec<DateRow> = values.iter().map(row).collect();
        let array = DateRow::write(&rows.iter().collect::<Vec<_>>());
        let nulls: NullBuffer = values
            .iter()
            .map(|v| v.is_some())
            .collect::<Vec<_>>()
            .into();
        match array.as_any().downcast_ref::<StructArray>() {
            Some(rows) => {
                let (fields, columns, _) = rows.clone().into_parts();
                Arc::new(StructArray::new(fields, columns, Some(nulls)))
            }
            None => array,
        }
    }
    fn read(array: &ArrayRef) -> Option<Vec<Self>> {
        let rows = DateRow::read(array)?;
        let date = |(i, row): (usize, DateRow)| {
            if array.is_null(i) || row.year.is_none() {
                return Some(None);
            }
            row.date().map(Some)
        };
        rows.into_iter().enumerate().map(date).collect()
    }
}

nested!(Location {
    "kind" = kind as PlaceKind,
    "text" = text as String,
    "city" = city as String,
    "region" = region as String,
    "postal" = postal as String,
    "country" = country as String,
    "as_at" = as_at as bool,
});

nested!(Identifier {
    "kind" = kind as IdKind,
    "value" = value as String,
    "norm" = norm as String,
    "country" = country as String,
    "issued" = issued as Option<PartialDate>,
    "expires" = expires as Option<PartialDate>,
    "flags" = flags as Vec<IdFlag>,
    "raw" = raw as String,
});

nested!(Country {
    "kind" = kind as CountryKind,
    "iso2" = iso2 as String,
    "raw" = raw as String,
});

nested!(Reference {
    "scheme" = scheme as String,
    "value" = value as String,
});

nested!(Program {
    "code" = code as String,
    "title" = title as String,
    "authority" = authority as String,
    "legal_basis" = legal_basis as String,
    "measures" = measures as Vec<String>,
    "listed_on" = listed_on as Option<Date>,
    "updated_on" = updated_on as Option<Date>,
    "ends_on" = ends_on as Option<Date>,
    "reason" = reason as String,
});

nested!(Charge {
    "country" = country as String,
    "text" = text as String,
    "lang" = lang as String,
    "translation" = translation as String,
});

nested!(Relation {
    "to_uid" = to_uid as String,
    "kind" = kind as String,
    "text" = text as String,
});

nested!(Physical {
    "height_cm" = height_cm as Option<f32>,
    "weight_kg" = weight_kg as Option<f32>,
    "eyes" = eyes as Vec<String>,
    "hair" = hair as Vec<String>,
    "marks" = marks as String,
});

nested!(HandlingNote {
    "code" = code as Handling,
    "caveat" = caveat as String,
    "originator" = originator as String,
    "purposes" = purposes as Vec<String>,
    "no_send_to" = no_send_to as Vec<String>,
    "source_grade" = source_grade as Option<Grade>,
    "info_grade" = info_grade as Option<InfoGrade>,
    "releasable" = releasable as Vec<String>,
});

nested!(Notice {
    "source_id" = record.id.0 as String,
    "list_id" = list_id as ListId,
    "notice_type" = notice_type as NoticeType,
    "action_requested" = action_requested as Action,
    "subject_kind" = record.kind as Kind,
    "status" = status as Status,
    "valid_from" = valid_from as Option<Date>,
    "valid_to" = valid_to as Option<Date>,
    "review_by" = review_by as Option<Date>,
    "names" = record.names as Vec<Name>,
    "dates" = record.dates as Vec<PartialDate>,
    "places" = record.places as Vec<Location>,
    "ids" = record.ids as Vec<Identifier>,
    "refs" = refs as Vec<Reference>,
    "countries" = record.countries as Vec<Country>,
    "sex" = record.sex as Sex,
    "languages" = languages as Vec<String>,
    "physical" = physical as Physical,
    "positions" = positions as Vec<String>,
    "programs" = programs as Vec<Program>,
    "charges" = charges as Vec<Charge>,
    "relations" = relations as Vec<Relation>,
    "handling" = handling as HandlingNote,
    "legal_basis" = legal_basis as Vec<String>,
    "issuing_country" = issuing_country as String,
    "legality_checked_by" = legality_checked_by as String,
    "legality_checked_at" = legality_checked_at as Option<Date>,
    "remarks" = remarks as String,
    "extra" = extra as BTreeMap<String, String>,
});

nested!(Subject {
    "subject_id" = record.id.0 as String,
    "kind" = record.kind as Kind,
    "role" = role as Role,
    "names" = record.names as Vec<Name>,
    "dates" = record.dates as Vec<PartialDate>,
    "places" = record.places as Vec<Location>,
    "ids" = record.ids as Vec<Identifier>,
    "countries" = record.countries as Vec<Country>,
    "sex" = record.sex as Sex,
    "extra" = extra as BTreeMap<String, String>,
});
