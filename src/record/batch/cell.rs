//! Values as Arrow arrays and back, type by type. Structs are put together from these in `nested`.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float32Array, Int16Array, LargeListArray,
    ListArray, MapArray, MapBuilder, StringArray, StringBuilder, StringDictionaryBuilder,
    UInt8Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int16Type};
use jiff::civil::Date;

use crate::record::{
    Action, Calendar, CountryKind, DateKind, Grade, Handling, IdFlag, IdKind, InfoGrade, Kind,
    ListId, NameKind, NoticeType, PartKind, PlaceKind, Role, Sex, Status, Strength,
};

/// A value that has a column type.
pub(super) trait Cell: Sized {
    /// The type of its column.
    fn data_type() -> DataType;
    /// Values as a column of the same length.
    fn write(values: &[&Self]) -> ArrayRef;
    /// A column as values of the same length; `None` where the type or a value does not fit.
    fn read(array: &ArrayRef) -> Option<Vec<Self>>;
}

/// Text of any string or dictionary column; null is empty.
fn texts(array: &ArrayRef) -> Option<StringArray> {
    let is_text = match array.data_type() {
        DataType::Dictionary(_, values) => is_text(values),
        other => is_text(other),
    };
    let text = is_text
        .then(|| cast(array, &DataType::Utf8).ok())
        .flatten()?;
    text.as_any().downcast_ref::<StringArray>().cloned()
}

fn is_text(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null
    )
}

/// Text values as dictionary<int16, utf8>; `None` is null.
fn dictionary<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int16Type>::new();
    for value in values {
        builder.append_option(value);
    }
    Arc::new(builder.finish())
}

fn dictionary_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int16), Box::new(DataType::Utf8))
}

impl Cell for String {
    fn data_type() -> DataType {
        DataType::Utf8
    }
    fn write(values: &[&Self]) -> ArrayRef {
        Arc::new(StringArray::from_iter_values(values))
    }
    fn read(array: &ArrayRef) -> Option<Vec<Self>> {
        let text = texts(array)?;
        Some(
            text.iter()
                .map(|t| t.unwrap_or_default().to_owned())
                .collect(),
        )
    }
}

/// Code lists are dictionary columns. An unknown code does not fit; null is the default.
macro_rules! code_cells {
    ($($name:ident),*) => {$(
        impl Cell for $name {
            fn data_type() -> DataType {
                dictionary_type()
            }
            fn write(values: &[&Self]) -> ArrayRef {
                dictionary(values.iter().map(|v| Some(v.code())))
            }
            fn read(array: &ArrayRef) -> Option<Vec<Self>> {
                let read = |text: Option<&str>| match text.unwrap_or_default() {
                    "" => Some(Self::default()),
                    code => Self::from_code(code),
                };
                texts(array)?.iter().map(read).collect()
            }
        }
    )*};
}
code_cells!(
    Action,
    CountryKind,
    DateKind,
    Handling,
    IdFlag,
    IdKind,
    Kind,
    NameKind,
    NoticeType,
    PartKind,
    PlaceKind,
    Role,
    Sex,
    Status,
    Strength
);

/// Codes that may be missing.
macro_rules! optional_code_cells {
    ($($name:ident),*) => {$(
        impl Cell for Option<$name> {
            fn data_type() -> DataType {
                dictionary_type()
            }
            fn write(values: &[&Self]) -> ArrayRef {
                dictionary(values.iter().map(|v| v.map($name::code)))
            }
            fn read(array: &ArrayRef) -> Option<Vec<Self>> {
                let read = |text: Option<&str>| match text.unwrap_or_default() {
                    "" => Some(None),
                    code => $name::from_code(code).map(Some),
                };
                texts(array)?.iter().map(read).collect()
            }
        }
    )*};
}
optional_code_cells!(Grade, InfoGrade);

impl Cell for Calendar {
    fn data_type() -> DataType {
        dictionary_type()
    }
    fn write(values: &[&Self]) -> ArrayRef {
        dictionary(values.iter().map(|v| Some(v.code())))
    }
    fn read(array: &ArrayRef) -> Option<Vec<Self>> {
        let read = |text: Option<&str>| text.map_or(Self::Gregorian, Self::from_code);
        Some(texts(array)?.iter().map(read).collect())
    }
}

impl Cell for ListId {
    fn data_type() -> DataType {
        dictionary_type()
    }
    fn write(values: &[&Self]) -> ArrayRef {
        dictionary(values.iter().map(|v| Some(v.as_str())))
    }
    fn read(array: &ArrayRef) -> Option<Vec<Self>> {
        let read = |text: Option<&str>| ListId::parse(text.unwrap_or_default());
        texts(array)?.iter().map(read).collect()
    }
}

/// Columns of plain numbers and truth values; integers of other widths are accepted.
macro_rules! plain_cells {
    ($($value:ty, $array:ident, $data_type:ident;)*) => {$(
        impl Cell for Option<$value> {
            fn data_type() -> DataType {
                DataType::$data_type
            }
            fn write(values: &[&Self]) -> ArrayRef {
                Arc::new(values.iter().map(|v| **v).collect::<$array>())
            }
            fn read(array: &ArrayRef) -> Option<Vec<Self>> {
                let array = cast(array, &DataType::$data_type).ok()?;
                let array = array.as_any().downcast_ref::<$array>()?;
                Some(array.iter().collect())
            }
        }
    )*};
}
plain_cells! {
    bool, BooleanArray, Boolean;
    u8, UInt8Array, UInt8;
    i16, Int16Array, Int16;
    f32, Float32Array, Float32;
}

impl Cell for bool {
    fn data_type() -> DataType {
        DataType::Boolean
    }
    fn write(values: &[&Self]) -> ArrayRef {
        let values: Vec<Self> = values.iter().map(|v| **v).collect();
        Arc::new(BooleanArray::from(values))
    }
    fn read(array: &ArrayRef) -> Option<Vec<Self>> {
        let values = Option::<Self>::read(array)?;
        Some(values.into_iter().map(Option::unwrap_or_default).collect())
    }
}

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Days from 1970-01-01.
pub(super) fn days_since_1970(date: Date) -> Option<i32> {
    i32::try_from(date.duration_since(EPOCH).as_hours() / 24).ok()
}

impl Cell for Option<Date> {
    fn data_type() -> DataType {
        DataType::Date32
    }
    fn write(values: &[&Self]) -> ArrayRef {
        let days = values.iter().map(|v| v.and_then(days_since_1970));
        Arc::new(days.collect::<Date32Array>())
    }
    fn read(array: &ArrayRef) -> Option<Vec<Self>> {
        let array = cast(array, &DataType::Date32).ok()?;
        let array = array.as_any().downcast_ref::<Date32Array>()?;
        let day = |days: Option<i32>| match days {
            None => Some(None),
            Some(days) => {
                let span = jiff::Span::new().try_days(days).ok()?;
                EPOCH.checked_add(span).ok().map(Some)
            }
        };
        array.iter().map(day).collect()
    }
}

impl<T: Cell> Cell for Vec<T> {
    fn data_type() -> DataType {
        DataType::List(item::<T>())
    }
    fn write(values: &[&Self]) -> ArrayRef {
        let items: Vec<&T> = values.iter().flat_map(|v| v.iter()).collect();
        let offsets = OffsetBuffer::from_lengths(values.iter().map(|v| v.len()));
        Arc::new(ListArray::new(item::<T>(), offsets, T::write(&items), None))
    }
    fn read(array: &ArrayRef) -> Option<Vec<Self>> {
        if let Some(list) = array.as_any().downcast_ref::<ListArray>() {
            let offsets = list
                .value_offsets()
                .iter()
                .map(|o| usize::try_from(*o).ok());
            return parted(
                T::read(list.values())?,
                offsets.collect::<Option<_>>()?,
                array,
            );
        }
        let list = array.as_any().downcast_ref::<LargeListArray>()?;
        let offsets = list
            .value_offsets()
            .iter()
            .map(|o| usize::try_from(*o).ok());
        parted(
            T::read(list.values())?,
            offsets.collect::<Option<_>>()?,
            array,
        )
    }
}

fn item<T: Cell>() -> Arc<Field> {
    Arc::new(Field::new("item", T::data_type(), true))
}

/// Cuts the items of all lists into the lists; the items of a null list are dropped.
fn parted<T>(items: Vec<T>, offsets: Vec<usize>, array: &ArrayRef) -> Option<Vec<Vec<T>>> {
    let mut items = items.into_iter();
    let mut at = *offsets.first()?;
    items.by_ref().take(at).for_each(drop);
    let mut lists = Vec::with_capacity(array.len());
    for (row, end) in offsets.into_iter().skip(1).enumerate() {
        let list: Vec<T> = items.by_ref().take(end.checked_sub(at)?).collect();
        lists.push(if array.is_null(row) { Vec::new() } else { list });
        at = end;
    }
    Some(lists)
}

impl Cell for BTreeMap<String, String> {
    fn data_type() -> DataType {
        Self::write(&[]).data_type().clone()
    }
    fn write(values: &[&Self]) -> ArrayRef {
        let mut builder = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        for map in values {
            for (key, value) in *map {
                builder.keys().append_value(key);
                builder.values().append_value(value);
            }
            // Keys and values are appended in pairs, the only thing it asks for.
            let _ = builder.append(true);
        }
        Arc::new(builder.finish())
    }
    fn read(array: &ArrayRef) -> Option<Vec<Self>> {
        let maps = array.as_any().downcast_ref::<MapArray>()?;
        let keys = String::read(maps.keys())?;
        let values = String::read(maps.values())?;
        let pairs = keys.into_iter().zip(values).collect();
        let offsets = maps
            .value_offsets()
            .iter()
            .map(|o| usize::try_from(*o).ok());
        let lists = parted(pairs, offsets.collect::<Option<_>>()?, array)?;
        Some(
            lists
                .into_iter()
                .map(|list| list.into_iter().collect())
                .collect(),
        )
    }
}
