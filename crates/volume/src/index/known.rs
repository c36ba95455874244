//! What is known of a column with lists, once somebody asked.

/// The largest values of a column, and how its documents are spread over values.
#[derive(Debug)]
pub(crate) struct Known {
    /// The values with the most documents, by number, most first.
    pub(crate) largest: Vec<(u64, u32)>,
    /// How many documents have a value.
    pub(crate) with_value: u64,
    /// The most entries of one id.
    pub(crate) entries_per_id: u64,
}
