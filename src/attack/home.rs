//! What an onlooker has at home: values in clear, tied to the records that have them.

use std::collections::BTreeMap;

use crate::attack::view::{Claims, Truth, View};
use crate::error::Result;
use crate::keys::conjunctions::{List, of_notice, of_subject};
use crate::keys::{ClearKey, KeyMaker, Prepared, Recipe, Secret, Side, clear_keys};

/// The clear keys of the recipes of a local run, and which key each value is.
///
/// # Errors
/// Usage: more rows than can be numbered.
pub fn recipe_keys(records: &[Prepared], side: Side) -> Result<(View, Vec<(Recipe, ClearKey)>)> {
    let mut rows = Vec::new();
    let mut known = BTreeMap::new();
    for (number, record) in (0_u32..).zip(records) {
        clear_keys(record, side, |recipe, clear| {
            let value = [recipe.code().as_bytes(), &[0], clear.block()].concat();
            rows.push((value.clone(), number.to_be_bytes()));
            known.insert(value, (recipe, clear));
        });
    }
    Ok((tied(rows)?, known.into_values().collect()))
}

/// The inputs of an exchange.
///
/// # Errors
/// Usage: more rows than can be numbered.
pub fn inputs(list: List, records: &[Prepared], side: Side) -> Result<View> {
    let of = match side {
        Side::Subject => of_subject,
        Side::Notice => of_notice,
    };
    let rows = (0_u32..).zip(records).flat_map(|(number, record)| {
        let inputs = of(list, record).inputs.into_iter();
        inputs.map(move |input| (input, number.to_be_bytes()))
    });
    tied(rows.collect())
}

/// Each row once, as the files have it.
fn tied(mut rows: Vec<(Vec<u8>, [u8; 4])>) -> Result<View> {
    rows.sort_unstable();
    rows.dedup();
    View::of(
        rows.iter()
            .map(|(key, handle)| (key.as_slice(), Some(handle.as_slice()))),
    )
}

/// The blind keys of each value, for whoever has the secret of the run.
pub fn blind_keys(secret: &Secret, known: &[(Recipe, ClearKey)]) -> Vec<Vec<Vec<u8>>> {
    let maker = KeyMaker::new(secret);
    let keys = known.iter().map(|(recipe, clear)| {
        let key = maker.of(*recipe, *clear);
        key.into_iter().map(|key| key.to_bytes().to_vec()).collect()
    });
    keys.collect()
}

/// What is true of a view whose keys were opened by their secret: values are what the keys open to,
/// and a record is the one at home with the same values, where there is one such. Rows that open to
/// nothing are padding, or about somebody who is not known at home: they do not count.
pub fn truth(view: &View, home: &View, opened: &Claims) -> Truth {
    let nobody = Vec::new();
    let claims = match opened {
        Claims::Values(claims) => claims,
        Claims::Records(_) => &nobody,
    };
    let value_of = |key: u32| claims.get(key as usize).copied().flatten();
    let mut at_home: BTreeMap<Vec<u32>, Option<u32>> = BTreeMap::new();
    for (number, values) in (0..).zip(home.keys_of_records()) {
        let entry = at_home.entry(values).or_insert(Some(number));
        if *entry != Some(number) {
            *entry = None;
        }
    }
    let same = view
        .keys_of_records()
        .into_iter()
        .zip(0_u32..)
        .map(|(keys, seen)| {
            let mut values: Vec<u32> = keys.into_iter().filter_map(value_of).collect();
            values.sort_unstable();
            let found = at_home.get(&values).copied().flatten();
            // Beyond those at home: a record that is known to nobody there.
            found.or(home.records.checked_add(seen))
        });
    let same: Vec<Option<u32>> = same.collect();
    let values: Vec<Option<u32>> = view.rows.iter().map(|(key, _)| value_of(*key)).collect();
    let records =
        view.rows.iter().zip(&values).map(|((_, seen), value)| {
            value.and_then(|_| same.get(*seen as usize).copied().flatten())
        });
    Truth {
        records: records.collect(),
        values,
    }
}
