//! What can go wrong with a volume's files.

use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use tantivy::TantivyError;

use crate::query::Overdue;

/// The result of anything done to a volume.
pub type Result<T> = std::result::Result<T, VolumeError>;

/// Why a volume could not be written, read or trusted. After any of these the volume written is not to be used;
/// nothing is known to be lost, since the caller still has what it was to hold.
#[derive(Debug, thiserror::Error)]
pub enum VolumeError {
    /// The file system refused.
    #[error("cannot use {path}")]
    Io {
        /// The file or directory concerned.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The record cannot be written or read.
    #[error("cannot use the record {path}")]
    Record {
        /// The Parquet file.
        path: PathBuf,
        /// What the Parquet library said.
        #[source]
        source: ParquetError,
    },
    /// The index cannot be written or read.
    #[error("cannot use the index {path}")]
    Index {
        /// The index directory.
        path: PathBuf,
        /// What the index library said.
        #[source]
        source: TantivyError,
    },
    /// What the files hold contradicts itself or the catalogue.
    #[error("volume {volume} is damaged: {detail}")]
    Damaged {
        /// The volume's id.
        volume: String,
        /// What was expected and what was found.
        detail: String,
    },
    /// The work was ended before its end; nothing is wrong with the files.
    #[error(transparent)]
    Overdue(#[from] Overdue),
    /// The caller handed in what no volume can hold.
    #[error("cannot make a volume of these: {0}")]
    Unfit(String),
}

impl VolumeError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| match source.get_ref().and_then(|inner| inner.downcast_ref::<Overdue>()) {
            Some(overdue) => Self::Overdue(*overdue),
            None => Self::Io {
                path: path.to_owned(),
                source,
            },
        }
    }

    pub(crate) fn record(path: &Path) -> impl FnOnce(ParquetError) -> Self {
        move |source| Self::Record {
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn index<E: Into<TantivyError>>(path: &Path) -> impl FnOnce(E) -> Self {
        move |source| Self::Index {
            path: path.to_owned(),
            source: source.into(),
        }
    }

    pub(crate) fn damaged(volume: &str, detail: impl Into<String>) -> Self {
        Self::Damaged {
            volume: volume.to_owned(),
            detail: detail.into(),
        }
    }
}
