//! What is known of sources that number their events, as the log is asked for it.

use store::log::{ListedNumbering, NumberingId, NumberingTotal, numbering};

use crate::numbering::Numbering;
use crate::{Log, LogError};

/// A numbering with whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedNumbering {
    /// Which.
    pub id: NumberingId,
    /// What the application or API key is called today; empty where it is none of this installation's.
    pub name: String,
    /// Whether a later numbering of the same source began.
    pub is_over: bool,
    /// What is known of it.
    pub numbering: Numbering,
}

impl Log {
    /// So many numberings after this one, in the order of whose they are and their names.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn numberings(&self, after: Option<&NumberingId>, limit: u32) -> Result<Vec<NamedNumbering>, LogError> {
        let rows = numbering::list(&mut self.shared().store().glance().await?, after, limit).await?;
        rows.into_iter().map(named).collect()
    }

    /// So many numberings, first those that miss something, and of each the ones heard last first; and how many there are.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn worst_numberings(&self, limit: u32) -> Result<(Vec<NamedNumbering>, NumberingTotal), LogError> {
        let mut read = self.shared().store().read().await?;
        let rows = numbering::worst(&mut read, limit).await?;
        let total = numbering::total(&mut read).await?;
        Ok((rows.into_iter().map(named).collect::<Result<_, _>>()?, total))
    }
}

fn named(row: ListedNumbering) -> Result<NamedNumbering, LogError> {
    Ok(NamedNumbering {
        id: row.id,
        name: row.name,
        is_over: row.is_over,
        numbering: Numbering::of_row(row.row)?,
    })
}
