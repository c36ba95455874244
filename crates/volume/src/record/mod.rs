//! The record of a volume: a Parquet file with every field of every activity, readable by anything.

pub(crate) mod digest;
pub(crate) mod read;
pub(crate) mod schema;
pub(crate) mod write;
