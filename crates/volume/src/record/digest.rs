//! A digest of the values of record batches, column by column: the same for the same rows, however they are cut into batches
//! and wherever they are stored. It tells whether a record was copied whole without making its rows.

use arrow_array::types::{TimestampMicrosecondType, UInt64Type};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BinaryArray, FixedSizeBinaryArray, PrimitiveArray, RecordBatch, StringArray,
};
use sha2::{Digest as _, Sha256};

/// Stands for a text that is not there, and for one whose length follows.
const NONE: u8 = u8::MAX;
const LONG: u8 = u8::MAX - 1;

/// What was seen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordDigest {
    columns: Vec<Sums>,
    rows: u64,
}

/// One column's: of its bytes, and of where each value ends in them.
#[derive(Clone, Debug, Default)]
struct Sums {
    bytes: Sha256,
    lengths: Sha256,
}

impl RecordDigest {
    /// Adds rows; `None` if a column is of no type that a record has.
    pub(crate) fn add(&mut self, batch: &RecordBatch) -> Option<()> {
        self.columns.resize_with(batch.num_columns(), Sums::default);
        self.rows += batch.num_rows() as u64;
        let mut lengths = Vec::with_capacity(batch.num_rows());
        for (column, sums) in batch.columns().iter().zip(&mut self.columns) {
            lengths.clear();
            sums.add(column, &mut lengths)?;
            sums.lengths.update(&lengths);
        }
        Some(())
    }

    /// How many rows, and the digest of each column.
    pub(crate) fn finish(self) -> (u64, Vec<[[u8; 32]; 2]>) {
        let columns = self.columns.into_iter();
        let sums = columns.map(|sums| [sums.bytes.finalize().into(), sums.lengths.finalize().into()]);
        (self.rows, sums.collect())
    }
}

impl Sums {
    fn add(&mut self, column: &ArrayRef, lengths: &mut Vec<u8>) -> Option<()> {
        let any = column.as_any();
        if let Some(texts) = any.downcast_ref::<StringArray>() {
            self.add_texts(texts, lengths);
        } else if let Some(numbers) = any.downcast_ref::<PrimitiveArray<UInt64Type>>() {
            self.add_numbers(numbers)?;
        } else if let Some(times) = any.downcast_ref::<PrimitiveArray<TimestampMicrosecondType>>() {
            self.add_numbers(times)?;
        } else if let Some(digests) = any.downcast_ref::<BinaryArray>() {
            for digests in digests {
                let length = digests.map_or(u32::MAX, |digests| digests.len() as u32);
                lengths.extend(length.to_le_bytes());
                self.bytes.update(digests.unwrap_or_default());
            }
        } else {
            let hashes = any.downcast_ref::<FixedSizeBinaryArray>()?;
            for hash in hashes {
                lengths.push(if hash.is_some() { 0 } else { NONE });
                self.bytes.update(hash.unwrap_or_default());
            }
        }
        Some(())
    }

    fn add_texts(&mut self, texts: &StringArray, lengths: &mut Vec<u8>) {
        let offsets = texts.value_offsets();
        let mut bytes = 0;
        for (at, ends) in offsets.windows(2).enumerate() {
            if texts.is_null(at) {
                lengths.push(NONE);
                continue;
            }
            let length = ends[1] - ends[0];
            bytes += length;
            match u8::try_from(length) {
                Ok(short) if short < LONG => lengths.push(short),
                _ => {
                    lengths.push(LONG);
                    lengths.extend(length.to_le_bytes());
                }
            }
        }
        let (first, last) = (
            offsets.first().copied().unwrap_or_default(),
            offsets.last().copied().unwrap_or_default(),
        );
        if bytes == last - first {
            self.bytes.update(&texts.value_data()[first as usize..last as usize]);
        } else {
            // Something lies where no text is.
            texts.iter().flatten().for_each(|text| self.bytes.update(text));
        }
    }

    /// `None` if one is missing: those of a record never are.
    fn add_numbers<T: ArrowPrimitiveType>(&mut self, numbers: &PrimitiveArray<T>) -> Option<()> {
        self.bytes.update(numbers.values().inner().as_slice());
        (numbers.null_count() == 0).then_some(())
    }
}
