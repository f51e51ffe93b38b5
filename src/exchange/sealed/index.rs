//! C0 and C1: what the holder publishes.

use std::fmt;

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::book::IndexBook;
use super::{HolderBook, OpaqueHandle, beside, derive, filled, framed, fresh, fresh_id, handle_of};
use super::{outside, refused, seal_once};
use crate::error::{Problem, Result};
use crate::exchange::agreement::Deal;
use crate::exchange::manifest::{Detail, Sent, Side};
use crate::exchange::padding::padme;
use crate::exchange::table::{Kind, Table};
use crate::oprf::Output;

/// A notice that this asker may find, as the caller has encoded it. Those that policy keeps from
/// the asker are left out by the caller and get neither label nor box.
#[derive(Clone, Default)]
pub struct HeldRecord {
    /// Inputs of the function: each opens the record by itself.
    pub inputs: Vec<Vec<u8>>,
    /// What the asker scores on once the record has opened.
    pub form: Vec<u8>,
    /// The holder's own name of the record; stays in its book.
    pub reference: Vec<u8>,
}

impl fmt::Debug for HeldRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeldRecord(..)")
    }
}

/// Tag and key of the label in a slot of an input. The first record with the input has slot 0, the
/// next slot 1 and so on, so that rows do not show how many records share an input.
pub(super) struct Slot {
    pub(super) tag: [u8; 16],
    pub(super) key: Zeroizing<[u8; 32]>,
}

impl Slot {
    pub(super) fn of(output: &Output, index: &[u8; 32], number: u32) -> Self {
        let parts: [&[u8]; 3] = [output.as_ref(), index, &number.to_le_bytes()];
        let wide = derive("veilmatch 2026-11 tag of a slot v1", &parts);
        Self {
            tag: wide.first_chunk().copied().unwrap_or_default(),
            key: derive("veilmatch 2026-11 label of a slot v1", &parts),
        }
    }
}

/// Makes a new index with its forms, and enters it in the book as the current one. An index is
/// never made twice: its id, its record keys and its dummies are fresh each time, and only the key
/// of the function stays.
///
/// **Shape**: C0 has a row for each distinct input of each record, C1 one for each record, both
/// filled up with random rows to a Padmé size and sorted by tag and by handle.
///
/// **Cost**: 25 µs for each distinct input.
///
/// # Errors
/// Outside the agreement: more rows or inputs than agreed, a form that is too long; or the step is
/// the other party's.
pub fn publish(
    side: &Side<'_>,
    book: &mut HolderBook,
    records: &[HeldRecord],
) -> Result<(Sent, Sent)> {
    side.is_holder()?;
    let deal = side.deal;
    let key = book.key(deal)?;
    let count = u32::try_from(records.len()).map_err(|_| outside("too many records"))?;
    let most = usize::from(deal.caps.inputs_per_record);
    if records.iter().any(|record| record.inputs.len() > most) {
        return Err(outside("a record has more inputs than agreed"));
    }
    let mut secret = Zeroizing::new([0; 32]);
    fresh(secret.as_mut())?;
    let index = IndexBook {
        id: fresh_id()?,
        secret,
        references: records.iter().map(|r| r.reference.clone()).collect(),
        withdrawn: std::collections::BTreeSet::new(),
    };
    let keys: Vec<Keyed> = (0..count)
        .into_par_iter()
        .map(|number| {
            let key = index.key(number);
            (handle_of(&key, &index.id), key)
        })
        .collect();

    let labels = labels(deal, &index.id, &key, records, &keys)?;
    let forms = boxes(deal, &index.id, records, &keys)?;
    let detail = Detail::Key(key.public());
    let head = |kind| side.head(kind, [0; 32], index.id);
    let mut forms_head = head(Kind::Forms);
    (_, forms_head.width) = deal.bounds(Kind::Forms);
    let (tags, labels) = columns(&labels);
    let (handles, forms) = columns(&forms);
    let c0 = Table::new(head(Kind::Index), vec![tags, labels])?;
    let c1 = Table::new(forms_head, vec![handles, forms])?;
    let sent = (
        side.send(&c0, [0; 32], detail.clone())?,
        side.send(&c1, [0; 32], detail)?,
    );
    book.index = Some(index);
    Ok(sent)
}

/// Handle and key of a record.
type Keyed = (OpaqueHandle, Zeroizing<[u8; 32]>);

/// The rows of C0, padded and sorted.
fn labels(
    deal: &Deal,
    index: &[u8; 32],
    key: &crate::oprf::SecretKey,
    records: &[HeldRecord],
    keys: &[Keyed],
) -> Result<Vec<([u8; 16], [u8; 48])>> {
    // Sorted by input, then handle: slots of one input come in an order that says nothing.
    let mut entries: Vec<(&[u8], &Keyed)> = records
        .iter()
        .zip(keys)
        .flat_map(|(record, keyed)| record.inputs.iter().map(move |i| (i.as_slice(), keyed)))
        .collect();
    entries.par_sort_unstable_by(|a, b| (a.0, a.1.0).cmp(&(b.0, b.1.0)));
    entries.dedup_by(|a, b| (a.0, a.1.0) == (b.0, b.1.0));
    let rows = padme(entries.len() as u64);
    if rows > deal.caps.index_rows {
        return Err(outside("the index has more rows than agreed"));
    }
    let runs: Vec<&[(&[u8], &Keyed)]> = entries.chunk_by(|a, b| a.0 == b.0).collect();
    let inputs: Vec<Vec<u8>> = runs
        .par_iter()
        .map(|run| framed(&deal.ctx, run.first().map_or(&[], |(input, _)| input)))
        .collect();
    let outputs = key.outputs(&inputs)?;
    let sealed: Vec<Vec<([u8; 16], [u8; 48])>> = runs
        .par_iter()
        .zip(&outputs)
        .map(|(run, output)| {
            (0..)
                .zip(run.iter())
                .map(|(slot, (_, (_, record_key)))| {
                    let slot = Slot::of(output, index, slot);
                    let mut label = [0; 48];
                    let (body, tag) = label.split_at_mut(32);
                    body.copy_from_slice(record_key.as_ref());
                    tag.copy_from_slice(&seal_once(
                        &slot.key,
                        &beside(deal, index, &slot.tag),
                        body,
                    )?);
                    Ok((slot.tag, label))
                })
                .collect::<Result<Vec<_>>>()
        })
        .collect::<Result<_>>()?;
    let mut out = sealed.concat();
    while (out.len() as u64) < rows {
        let (mut tag, mut label) = ([0; 16], [0; 48]);
        fresh(&mut tag)?;
        fresh(&mut label)?;
        out.push((tag, label));
    }
    out.par_sort_unstable();
    if out
        .windows(2)
        .any(|two| matches!(two, [a, b] if a.0 == b.0))
    {
        return Err(Problem::Internal("two tags of 16 random bytes are equal").into());
    }
    Ok(out)
}

/// The rows of C1, padded and sorted.
fn boxes(
    deal: &Deal,
    index: &[u8; 32],
    records: &[HeldRecord],
    keys: &[Keyed],
) -> Result<Vec<([u8; 32], Vec<u8>)>> {
    let width = usize::from(deal.caps.form_bytes);
    let mut out: Vec<([u8; 32], Vec<u8>)> = records
        .par_iter()
        .zip(keys)
        .map(|(record, (handle, key))| {
            let mut form = filled(&record.form, width)
                .ok_or_else(|| outside("a scoring form is longer than agreed"))?;
            let key = box_key(key, index);
            let tag = seal_once(&key, &beside(deal, index, &handle.0), &mut form)?;
            Ok((handle.0, [form.as_slice(), &tag].concat()))
        })
        .collect::<Result<_>>()?;
    let rows = padme(out.len() as u64);
    while (out.len() as u64) < rows {
        let mut sealed = vec![0; width.saturating_add(16)];
        fresh(&mut sealed)?;
        out.push((fresh_id()?, sealed));
    }
    out.sort_unstable();
    if out.is_empty() {
        return Err(refused("index", "it would hold no record"));
    }
    Ok(out)
}

/// The key of a record's box.
pub(super) fn box_key(record_key: &[u8; 32], index: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    derive("veilmatch 2026-11 box of a record v1", &[record_key, index])
}

/// Two columns of rows of two parts.
fn columns<A: AsRef<[u8]>, B: AsRef<[u8]>>(rows: &[(A, B)]) -> (Vec<u8>, Vec<u8>) {
    let mut columns = (Vec::new(), Vec::new());
    for (a, b) in rows {
        columns.0.extend_from_slice(a.as_ref());
        columns.1.extend_from_slice(b.as_ref());
    }
    columns
}
