//! The fields of the index and what each lists. Changing any of it means a new [`crate::FORMAT`].
//!
//! * every [`Column`]: documents by value, and each document's value;
//! * `word`: the terms ([`activity::text::terms`]) of people, groups, applications, addresses, devices and other columns
//!   with a letter, which stands in front, listed *only at the first document of a segment that mentions the value* –
//!   from there its column leads to the rest;
//! * `text`: the terms of the sentence and of the free-form parts, at every document;
//! * `mark`: which free-form parts there are, metadata by key and by key and value;
//! * `occurred`, `recorded`: times; `details`: sequence number and free-form parts, where there are any.
//!
//! A document's number is `seq - first_seq`, so the sequence number itself is not kept.

use tantivy::schema::{BytesOptions, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};

use super::column::Column;

/// The schema's fields.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) columns: [Field; Column::ALL.len()],
    pub(crate) word: Field,
    pub(crate) text: Field,
    pub(crate) mark: Field,
    pub(crate) occurred: Field,
    pub(crate) recorded: Field,
    pub(crate) details: Field,
}

pub(crate) const OCCURRED: &str = "occurred";
pub(crate) const RECORDED: &str = "recorded";
pub(crate) const DETAILS: &str = "details";

/// The first character of a term of `mark`.
pub(crate) mod mark {
    pub(crate) const DESCRIPTION: &str = "d";
    pub(crate) const CHANGES: &str = "c";
    pub(crate) const EXTERNAL_ID: &str = "e";
    pub(crate) const METADATA: &str = "m";
    pub(crate) const RAW: &str = "r";

    /// The term of every document that has this metadata key.
    pub(crate) fn key(key: &str) -> String {
        format!("k{key}")
    }

    /// What the terms of every document with this metadata key begin with; the folded value follows.
    pub(crate) fn value(key: &str) -> String {
        format!("v{}:{key}", key.len())
    }
}

pub(crate) fn build() -> (Schema, Fields) {
    let listing = |tokenizer: &str| {
        TextFieldIndexing::default()
            .set_tokenizer(tokenizer)
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false)
    };
    let listed = |tokenizer: &str| TextOptions::default().set_indexing_options(listing(tokenizer));
    let mut schema = Schema::builder();
    let columns = Column::ALL.map(|column| {
        let options = if column.is_listed() {
            listed("raw")
        } else {
            TextOptions::default()
        };
        schema.add_text_field(column.name(), options.set_fast("raw"))
    });
    let word = schema.add_text_field("word", listed("whitespace"));
    let text = schema.add_text_field("text", listed("whitespace"));
    let mark = schema.add_text_field("mark", listed("raw"));
    let fast = || NumericOptions::default().set_fast();
    let occurred = schema.add_i64_field(OCCURRED, fast());
    let recorded = schema.add_i64_field(RECORDED, fast());
    let details = schema.add_bytes_field(DETAILS, BytesOptions::default().set_fast());
    (
        schema.build(),
        Fields {
            columns,
            word,
            text,
            mark,
            occurred,
            recorded,
            details,
        },
    )
}
