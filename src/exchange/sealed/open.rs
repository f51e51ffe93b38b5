//! The asker, alone: from a response to outputs, from outputs to the forms that open.

use std::collections::BTreeMap;
use std::fmt;

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::index::{Slot, box_key};
use super::question::{Question, Row};
use super::{OpaqueHandle, beside, framed, handle_of, open_once, refused, unfilled};
use crate::error::Result;
use crate::exchange::agreement::Deal;
use crate::exchange::codec::{Reader, close};
use crate::exchange::manifest::{Detail, Received};
use crate::exchange::table::Kind;
use crate::oprf::{self, Element, Mode, Output, PublicKey};

const MAGIC: [u8; 8] = *b"VMOUTS01";

/// The function's outputs on all inputs of a question, by their numbers. They serve any index under
/// the same key, to the end of the epoch, and are as secret as the subjects.
pub struct Outputs<'a> {
    deal: &'a Deal,
    pub(super) session: [u8; 32],
    pub(super) response: [u8; 32],
    /// Stands for the question that they answer.
    question: [u8; 32],
    key: PublicKey,
    values: Vec<Output>,
}

/// A record that opened.
pub struct Opened {
    /// Its name in this index.
    pub handle: OpaqueHandle,
    /// The scoring form, as the holder's side encoded it.
    pub form: Zeroizing<Vec<u8>>,
    /// Numbers of the inputs that opened it, rising.
    pub inputs: Vec<u32>,
    /// Shows the holder that the record was opened.
    pub(super) key: Zeroizing<[u8; 32]>,
}

/// What opened of an index.
#[derive(Debug)]
pub struct Opening {
    /// The index.
    pub index: [u8; 32],
    /// Records that opened, by handle.
    pub records: Vec<Opened>,
    /// What did not go as it should.
    pub tally: OpenTally,
}

/// Counts of labels and forms that do not fit. More than zero means that the holder's files are not
/// what an honest holder makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenTally {
    /// Labels that were opened.
    pub labels: u64,
    /// Labels that their key did not open.
    pub bad_labels: u64,
    /// Labels that lead to no form.
    pub missing_forms: u64,
    /// Forms that their key did not open, or that were not filled up as they should be.
    pub bad_forms: u64,
}

impl<'a> Question<'a> {
    /// Checks a response against the request, takes the blinds away. `request` is the asker's own
    /// file, read back.
    ///
    /// **Cost**: 40 µs a row, 7 of them for the proof.
    ///
    /// # Errors
    /// Integrity: the files are not of this question, a row is no element, or was not multiplied by
    /// the key of the index.
    pub fn finish(&self, request: &Received, response: &Received) -> Result<Outputs<'a>> {
        request.belongs(&self.session, &self.index, &self.answers)?;
        response.belongs(&self.session, &self.index, &request.id)?;
        let blinded: &[[u8; 32]] = request.table.rows(0);
        let evaluated: &[[u8; 32]] = response.table.rows(0);
        if blinded.len() != self.rows.len() || evaluated.len() != self.rows.len() {
            return Err(refused("response", "it has another number of rows"));
        }
        let Detail::Proofs(proofs) = &response.manifest.detail else {
            return Err(refused("response", "it is another kind of file"));
        };
        let blinded = Element::decode_all(blinded)?;
        let evaluated = Element::decode_all(evaluated)?;
        oprf::verify(&self.key, &blinded, &evaluated, proofs, Mode::Voprf)?;
        let mut answers: Vec<(u32, Element)> = self
            .rows
            .iter()
            .zip(evaluated)
            .filter_map(|(row, element)| match row {
                Row::Input(number) => Some((*number, element)),
                Row::Padding(_) => None,
            })
            .collect();
        answers.sort_unstable_by_key(|(number, _)| *number);
        let elements: Vec<Element> = answers.into_iter().map(|(_, element)| element).collect();
        let framed: Vec<Vec<u8>> = self
            .inputs
            .iter()
            .map(|i| framed(&self.deal.ctx, i))
            .collect();
        Ok(Outputs {
            deal: self.deal,
            session: self.session,
            response: response.id,
            question: self.fingerprint(),
            key: self.key,
            values: oprf::finalize(&framed, &self.blinds()?, &elements)?,
        })
    }
}

impl<'a> Outputs<'a> {
    /// The bytes of the outputs, to be kept where only the asker reads, and until the epoch ends.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let room = self.values.len().saturating_mul(64).saturating_add(256);
        let mut out = Zeroizing::new(Vec::with_capacity(room));
        out.extend_from_slice(&MAGIC);
        for part in [
            &self.session,
            &self.response,
            &self.question,
            &self.key.bytes(),
        ] {
            out.extend_from_slice(part);
        }
        out.extend_from_slice(&(self.values.len() as u64).to_le_bytes());
        for value in &self.values {
            out.extend_from_slice(value.as_slice());
        }
        close(&mut out);
        out
    }

    /// Reads outputs back, for the question that they answer.
    ///
    /// # Errors
    /// Integrity: they were changed, cut short, or answer another question.
    pub fn decode(bytes: &[u8], question: &Question<'a>) -> Result<Self> {
        let mut reader = Reader::open(bytes, MAGIC, "outputs")?;
        let (session, response) = (reader.array()?, reader.array()?);
        let fits = reader.array::<32>()? == question.fingerprint()
            && reader.array::<32>()? == question.key.bytes()
            && session == question.session;
        let count = reader.count(64)?;
        if !fits || count != question.inputs.len() {
            return Err(reader.refused("they answer another question"));
        }
        let values = (0..count).map(|_| reader.array().map(Zeroizing::new));
        let values = values.collect::<Result<Vec<Output>>>()?;
        reader.end()?;
        Ok(Self {
            deal: question.deal,
            session,
            response,
            question: question.fingerprint(),
            key: question.key,
            values,
        })
    }

    /// Opens what these outputs open of an index.
    ///
    /// **Cost**: a few hashes and a binary search for each output; 2 µs for each form.
    ///
    /// # Errors
    /// Integrity: the two files are not of one index, are under another key, or their rows are not
    /// sorted and distinct.
    pub fn open(&self, index: &Received, forms: &Received) -> Result<Opening> {
        let id = index.manifest.head.index;
        let kinds = (index.manifest.head.kind, forms.manifest.head.kind);
        if kinds != (Kind::Index, Kind::Forms) {
            return Err(refused("index", "it is another kind of file"));
        }
        forms.belongs(&[0; 32], &id, &[0; 32])?;
        index.belongs(&[0; 32], &id, &[0; 32])?;
        if index.manifest.detail != Detail::Key(self.key)
            || forms.manifest.detail != Detail::Key(self.key)
        {
            return Err(refused(
                "index",
                "it is under another key than the response",
            ));
        }
        let tags: &[[u8; 16]] = index.table.rows(0);
        let labels: &[[u8; 48]] = index.table.rows(1);
        let handles: &[[u8; 32]] = forms.table.rows(0);
        let boxes: Vec<&[u8]> = forms.table.slices(1).collect();
        if !tags.is_sorted_by(|a, b| a < b) || !handles.is_sorted_by(|a, b| a < b) {
            return Err(refused(
                "index",
                "its rows are not sorted, or one is there twice",
            ));
        }
        let found: Vec<Found> = self
            .values
            .par_iter()
            .enumerate()
            .flat_map_iter(|(number, output)| {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                self.labels(output, &id, tags, labels)
                    .map(move |key| Found { number, key })
            })
            .collect();
        let mut tally = OpenTally::default();
        let mut records: BTreeMap<OpaqueHandle, Opened> = BTreeMap::new();
        for Found { number, key } in found {
            let Some(key) = key else {
                tally.bad_labels = tally.bad_labels.saturating_add(1);
                continue;
            };
            tally.labels = tally.labels.saturating_add(1);
            let handle = handle_of(&key, &id);
            if let Some(opened) = records.get_mut(&handle) {
                opened.inputs.push(number);
                continue;
            }
            let place = handles.binary_search(&handle.0).ok();
            let Some(sealed) = place.and_then(|at| boxes.get(at)) else {
                tally.missing_forms = tally.missing_forms.saturating_add(1);
                continue;
            };
            let aad = beside(self.deal, &id, &handle.0);
            let opened = open_once(&box_key(&key, &id), &aad, sealed);
            let Some(form) = opened.as_ref().and_then(|form| unfilled(form)) else {
                tally.bad_forms = tally.bad_forms.saturating_add(1);
                continue;
            };
            let record = Opened {
                handle,
                form: Zeroizing::new(form.to_vec()),
                inputs: vec![number],
                key,
            };
            records.insert(handle, record);
        }
        Ok(Opening {
            index: id,
            records: records.into_values().collect(),
            tally,
        })
    }

    /// The record keys behind an output: slot after slot, until one is not there. `None` stands for
    /// a label that its key does not open.
    fn labels(
        &self,
        output: &Output,
        index: &[u8; 32],
        tags: &[[u8; 16]],
        labels: &[[u8; 48]],
    ) -> impl Iterator<Item = Option<Zeroizing<[u8; 32]>>> {
        (0..u32::MAX).map_while(move |slot| {
            let slot = Slot::of(output, index, slot);
            let label = labels.get(tags.binary_search(&slot.tag).ok()?)?;
            let aad = beside(self.deal, index, &slot.tag);
            let opened = open_once(&slot.key, &aad, label);
            let key = opened.and_then(|bytes| bytes.first_chunk().copied());
            Some(key.map(Zeroizing::new))
        })
    }
}

/// An input that met a label.
struct Found {
    number: u32,
    key: Option<Zeroizing<[u8; 32]>>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Outputs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outputs")
            .field("count", &self.values.len())
            .finish_non_exhaustive()
    }
}
