//! Activities with an index, wherever it is: what answers questions.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use activity::{Activity, Seq};

use crate::candidates::Searched;
use crate::error::{Result, VolumeError};
use crate::eval::{self, Node, Source};
use crate::index::column::Column;
use crate::index::known::Known;
use crate::index::open::OpenIndex;
use crate::index::write::IndexWriter;
use crate::query::{Deadline, Query};
use crate::rows::Decoded;
use crate::times::TimeMap;

/// Decoded values kept for the pages of one reader, in bytes.
const DECODED_BYTES: usize = 1 << 20;
/// Readers whose decoded values are kept.
const READERS: usize = 2;

/// Adjacent activities with their index. Cheap to clone; answers from any thread.
#[derive(Clone)]
pub struct Indexed(pub(crate) Arc<Opened>);

pub(crate) struct Opened {
    pub(crate) first_seq: Seq,
    pub(crate) index: OpenIndex,
    pub(crate) times: TimeMap,
    /// The activities themselves, where they are in memory.
    in_memory: Option<Vec<Arc<Activity>>>,
    /// What is known of the values of each column, as far as somebody asked.
    pub(crate) known: [OnceLock<Arc<Known>>; Column::ALL.len()],
    /// What readers decoded and no reader has now: no lock is held while rows are built.
    decoded: Mutex<Vec<Decoded>>,
}

impl fmt::Debug for Indexed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Indexed").field(&self.seqs()).finish()
    }
}

impl Indexed {
    pub(crate) fn new(first_seq: Seq, index: OpenIndex, times: TimeMap) -> Self {
        Self::with_rows(first_seq, index, times, None)
    }

    fn with_rows(first_seq: Seq, index: OpenIndex, times: TimeMap, in_memory: Option<Vec<Arc<Activity>>>) -> Self {
        Self(Arc::new(Opened {
            first_seq,
            index,
            times,
            in_memory,
            known: Default::default(),
            decoded: Mutex::default(),
        }))
    }

    /// An index of these activities, which follow each other, in memory. For a few thousand: it takes about as long as
    /// sealing them.
    pub fn in_memory(rows: Vec<Arc<Activity>>) -> Result<Self> {
        let Some(first) = rows.first().map(|row| row.seq) else {
            return Err(VolumeError::Unfit("there are no activities".to_owned()));
        };
        let mut writer = IndexWriter::in_memory()?;
        for row in &rows {
            writer.add(row)?;
        }
        let index = writer.open()?;
        let times = TimeMap::of(&*index.occurred, index.docs);
        Ok(Self::with_rows(first, index, times, Some(rows)))
    }

    /// The sequence numbers of its activities.
    #[must_use]
    pub fn seqs(&self) -> Range<Seq> {
        self.0.first_seq..self.0.first_seq + u64::from(self.0.docs())
    }

    /// The activity with this sequence number, if it is here.
    pub fn get(&self, seq: Seq) -> Result<Option<Activity>> {
        let doc = seq.checked_sub(self.0.first_seq);
        let doc = doc.and_then(|doc| u32::try_from(doc).ok());
        match doc.filter(|doc| *doc < self.0.docs()) {
            Some(doc) => Ok(self.0.rows(&[doc])?.pop()),
            None => Ok(None),
        }
    }
}

impl Opened {
    pub(crate) fn docs(&self) -> u32 {
        self.index.docs
    }

    pub(crate) fn compile(&self, query: &Query) -> Result<Node> {
        eval::compile(self.source(), query).map_err(self.index.io())
    }

    pub(crate) fn source(&self) -> Source<'_> {
        Source {
            index: &self.index,
            times: &self.times,
            first_seq: self.first_seq,
        }
    }

    pub(crate) fn searched<'a>(&'a self, node: &'a Node, deadline: &'a Deadline) -> Searched<'a> {
        Searched {
            index: &self.index,
            times: &self.times,
            node,
            deadline,
        }
    }

    /// The rows of a few documents, in their order.
    pub(crate) fn rows(&self, docs: &[u32]) -> Result<Vec<Activity>> {
        let kept = || self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        let mut decoded = kept().pop().unwrap_or_else(|| Decoded::new(DECODED_BYTES));
        let rows = self.rows_by(docs, &mut decoded);
        let mut kept = kept();
        if rows.is_ok() && kept.len() < READERS {
            kept.push(decoded);
        }
        rows
    }

    /// Decodes what the rows of these documents, which come soon, are made of.
    pub(crate) fn prepare(&self, docs: &[u32], decoded: &mut Decoded) -> Result<()> {
        match &self.in_memory {
            None => decoded.prepare(&self.index, docs),
            Some(_) => Ok(()),
        }
    }

    /// The same with the decoded values of one reader.
    pub(crate) fn rows_by(&self, docs: &[u32], decoded: &mut Decoded) -> Result<Vec<Activity>> {
        let Some(rows) = &self.in_memory else {
            return decoded.rows(&self.index, self.first_seq, docs);
        };
        let row = |doc: &u32| rows.get(*doc as usize).map(|row| Activity::clone(row));
        let rows: Option<Vec<Activity>> = docs.iter().map(row).collect();
        rows.ok_or_else(|| self.index.damaged("an activity is missing"))
    }
}
