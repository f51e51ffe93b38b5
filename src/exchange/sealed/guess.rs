//! What a dictionary finds with one side's secret: for attacks on one's own files.
//!
//! Whoever has the holder's seed can test inputs on the index of its epoch, and whoever has the
//! asker's seed on the request of its session. Nobody else can, which is what the attacks show.

use super::index::Slot;
use super::question::blind_of;
use super::{AskerState, HolderBook, framed};
use crate::error::{Problem, Result};
use crate::exchange::table::Table;
use crate::oprf::{self, Blind, Mode};

impl HolderBook {
    /// For each input, the tags of an index that it leads to.
    ///
    /// **Cost**: 25 µs for each input.
    ///
    /// # Errors
    /// An input longer than 65,000 bytes.
    pub fn guess(&self, index: &Table, inputs: &[Vec<u8>]) -> Result<Vec<Vec<Vec<u8>>>> {
        let head = index.head();
        let framed: Vec<Vec<u8>> = inputs.iter().map(|i| framed(&head.ctx, i)).collect();
        let tags: &[[u8; 16]] = index.rows(0);
        let outputs = self.own_key()?.outputs(&framed)?;
        let tags_of = |output| {
            let slots = (0..u32::MAX).map(|number| Slot::of(output, &head.index, number).tag);
            let found = slots.take_while(|tag| tags.binary_search(tag).is_ok());
            found.map(Vec::from).collect()
        };
        Ok(outputs.iter().map(tags_of).collect())
    }
}

impl AskerState {
    /// For each input, the row that it would have in a request of the session.
    ///
    /// **Cost**: 25 µs for each input.
    ///
    /// # Errors
    /// An input longer than 65,000 bytes.
    pub fn guess(&self, request: &Table, inputs: &[Vec<u8>]) -> Result<Vec<Vec<Vec<u8>>>> {
        let ctx = request.head().ctx;
        let framed: Vec<Vec<u8>> = inputs.iter().map(|i| framed(&ctx, i)).collect();
        let blinds = inputs
            .iter()
            .map(|i| blind_of(&self.seed, &self.session, i));
        let blinds: Option<Vec<Blind>> = blinds.collect();
        let blinds = blinds.ok_or(Problem::Internal("a blind of zero"))?;
        let rows = oprf::blind(&framed, &blinds, Mode::Voprf)?;
        Ok(rows.into_iter().map(|row| vec![row.to_vec()]).collect())
    }
}
