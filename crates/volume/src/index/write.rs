//! Building the index of one segment, in `seq` order, on the calling thread.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use activity::{Activity, Facts, Seq, sentence, text};
use foldhash::fast::RandomState;
use tantivy::directory::{MmapDirectory, RamDirectory};
use tantivy::index::SegmentComponent;
use tantivy::indexer::SingleSegmentIndexWriter;
use tantivy::store::{Compressor, StoreWriter};
use tantivy::{Directory, Index, IndexSettings, TantivyDocument};

use super::column::Column;
use super::details;
use super::open::OpenIndex;
use super::schema::{self, Fields, mark};
use super::starts::Starts;
use crate::error::{Result, VolumeError};

/// Only sizes the first hash table of terms; a segment is as large as what is put in.
const TABLE_BUDGET: usize = 30_000_000;
const SMALL_TABLE_BUDGET: usize = 1_000_000;

/// What stands for the path of an index in memory.
pub(crate) const IN_MEMORY: &str = "in memory";

/// An index being built in an empty directory.
pub(crate) struct IndexWriter {
    path: PathBuf,
    fields: Fields,
    inner: SingleSegmentIndexWriter,
    /// Values of columns with words that this segment has mentioned.
    mentioned: [HashSet<Box<str>, RandomState>; Column::ALL.len()],
    /// How the words of those begin, without the letters of the columns, of an index in memory.
    words: Option<Starts>,
    /// Of the row that is added: a column's value, the words of columns, those of free-form texts, and details.
    encoded: String,
    mentions: String,
    texts: String,
    details: Vec<u8>,
    rows: usize,
    bytes: usize,
}

/// The settings of every index, which must agree to be merged.
pub(crate) fn settings() -> IndexSettings {
    IndexSettings {
        docstore_compression: Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    }
}

/// Tantivy stores five bytes for every document even when no field is stored. Nothing here reads stored documents, so
/// the segment's store is replaced by one without any, which merging takes as it is.
pub(super) fn empty_store(index: &Index, path: &Path) -> Result<()> {
    let segments = index.searchable_segments().map_err(VolumeError::index(path))?;
    for segment in segments {
        let name = segment.relative_path(SegmentComponent::Store);
        let directory = index.directory();
        (directory.delete(&name)).map_err(|error| VolumeError::io(path)(std::io::Error::other(error)))?;
        let out = directory.open_write(&name).map_err(VolumeError::index(path))?;
        let settings = index.settings();
        StoreWriter::new(out, settings.docstore_compression, settings.docstore_blocksize, false)
            .and_then(StoreWriter::close)
            .map_err(VolumeError::io(path))?;
    }
    Ok(())
}

impl IndexWriter {
    /// In a directory of files, made if absent.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        std::fs::create_dir_all(path).map_err(VolumeError::io(path))?;
        let directory = MmapDirectory::open(path).map_err(VolumeError::index(path))?;
        Self::new(path, directory, TABLE_BUDGET)
    }

    /// In memory, for few rows.
    pub(crate) fn in_memory() -> Result<Self> {
        let mut writer = Self::new(Path::new(IN_MEMORY), RamDirectory::create(), SMALL_TABLE_BUDGET)?;
        writer.words = Some(Starts::default());
        Ok(writer)
    }

    fn new(path: &Path, directory: impl Into<Box<dyn Directory>>, table_budget: usize) -> Result<Self> {
        let (schema, fields) = schema::build();
        let inner = (Index::builder().schema(schema).settings(settings()))
            .single_segment_index_writer(directory, table_budget)
            .map_err(VolumeError::index(path))?;
        Ok(Self {
            path: path.to_owned(),
            fields,
            inner,
            mentioned: Default::default(),
            words: None,
            encoded: String::new(),
            mentions: String::new(),
            texts: String::new(),
            details: Vec::new(),
            rows: 0,
            bytes: 0,
        })
    }

    /// How many rows it has.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of free-form texts and details, which are held until it is written.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn add(&mut self, activity: &Activity) -> Result<()> {
        let facts = &activity.facts;
        let mut document = TantivyDocument::new();
        document.add_i64(self.fields.occurred, facts.occurred_at.0);
        document.add_i64(self.fields.recorded, activity.recorded_at.0);
        self.mentions.clear();
        for (at, column) in Column::ALL.into_iter().enumerate() {
            column.encode(facts, &mut self.encoded);
            document.add_text(self.fields.columns[at], &self.encoded);
            self.mention(at, column);
        }
        if !self.mentions.is_empty() {
            document.add_text(self.fields.word, &self.mentions);
        }
        self.add_free_form(activity.seq, facts, &mut document);
        self.rows += 1;
        self.inner
            .add_document(document)
            .map_err(VolumeError::index(&self.path))
    }

    /// Writes the segment.
    pub(crate) fn finish(self) -> Result<Index> {
        let index = self.inner.finalize().map_err(VolumeError::index(&self.path))?;
        empty_store(&index, &self.path)?;
        Ok(index)
    }

    /// Writes the segment, which is in memory, and opens it.
    pub(crate) fn open(mut self) -> Result<OpenIndex> {
        let path = std::mem::take(&mut self.path);
        let words = self.words.take().unwrap_or_default().sorted();
        let starts = std::mem::take(&mut self.mentioned).map(|values| {
            let mut starts = Starts::default();
            values.iter().for_each(|value| starts.add(value.as_bytes()));
            starts.sorted()
        });
        let mut index = OpenIndex::of(&path, self.finish()?)?;
        index.know(words, starts);
        Ok(index)
    }

    /// Lists the words of the value just encoded if this segment has not seen it.
    fn mention(&mut self, at: usize, column: Column) {
        let Some(letter) = column.letter() else { return };
        let Some(mentioned) = self.mentioned.get_mut(at) else {
            return;
        };
        if mentioned.contains(self.encoded.as_str()) {
            return;
        }
        mentioned.insert(self.encoded.as_str().into());
        if let Some(part) = column.decode(&self.encoded) {
            part.any_text(|field| {
                text::terms(field, |term| {
                    if let Some(starts) = &mut self.words {
                        starts.add(term.as_bytes());
                    }
                    self.mentions.push(letter);
                    self.mentions.push_str(term);
                    self.mentions.push(' ');
                });
                false
            });
        }
    }

    fn add_free_form(&mut self, seq: Seq, facts: &Facts, document: &mut TantivyDocument) {
        let mut texts = std::mem::take(&mut self.texts);
        texts.clear();
        let mut add = |field: &str| {
            text::terms(field, |term| {
                texts.push_str(term);
                texts.push(' ');
            });
        };
        add(&sentence::plain(facts));
        let mut marks: Vec<String> = Vec::new();
        if let Some(description) = &facts.description {
            add(description);
            marks.push(mark::DESCRIPTION.to_owned());
        }
        if let Some(id) = &facts.external_id {
            add(id);
            marks.push(mark::EXTERNAL_ID.to_owned());
        }
        if facts.raw.is_some() {
            marks.push(mark::RAW.to_owned());
        }
        if !facts.metadata.is_empty() {
            marks.push(mark::METADATA.to_owned());
        }
        for (key, value) in &facts.metadata {
            add(key);
            add(value);
            marks.push(mark::key(key));
            marks.push(format!("{}={}", mark::value(key), text::fold(value)));
        }
        if !facts.changes.is_empty() {
            marks.push(mark::CHANGES.to_owned());
        }
        for change in &facts.changes {
            add(&change.field);
            [&change.before, &change.after]
                .into_iter()
                .flatten()
                .for_each(|value| add(value));
        }
        self.bytes += texts.len();
        document.add_text(self.fields.text, &texts);
        self.texts = texts;
        marks.iter().for_each(|mark| document.add_text(self.fields.mark, mark));
        details::encode(facts, &mut self.details);
        if !self.details.is_empty() {
            // The sequence number in front keeps the dictionary in document order: rows of a page lie together.
            let mut keyed = seq.to_be_bytes().to_vec();
            keyed.extend_from_slice(&self.details);
            self.bytes += keyed.len();
            document.add_bytes(self.fields.details, &keyed);
        }
    }
}
