//! What making a file costs: the room that is left for kept files, and the threads that wait for the disk.

use std::io;

use super::ExportError;
use crate::{App, Unavailable};

/// How much kept files may still take.
pub(super) struct Room {
    left: u64,
}

impl Room {
    /// As of now.
    pub(super) async fn of(app: &App) -> Result<Self, ExportError> {
        let mut read = app.store().glance().await?;
        let kept = store::exports::kept_bytes(&mut read).await?;
        let most = app.settings().exports.keep_mib.saturating_mul(1 << 20);
        Ok(Self {
            left: most.saturating_sub(kept),
        })
    }

    /// The same once so many bytes are kept as well.
    pub(super) fn without(&self, bytes: u64) -> Self {
        Self {
            left: self.left.saturating_sub(bytes),
        }
    }

    /// Refuses so many more bytes, if they are too many.
    pub(super) fn check(&self, bytes: u64) -> Result<(), ExportError> {
        match bytes <= self.left {
            true => Ok(()),
            false => Err(ExportError::NoRoom),
        }
    }
}

/// Runs what waits for the disk, or computes for long, where it holds nobody up. A panic in it is an error: the writer of
/// workbooks panics where the disk is full.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ExportError> {
    let done = match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(cause) => Err(of_panic(cause.downcast_ref::<String>().map_or("", String::as_str))),
            Err(error) => Err(io::Error::other(error)),
        },
    };
    done.map_err(|error| Unavailable::new(error).into())
}

pub(super) fn of_panic(text: &str) -> io::Error {
    match text.contains("StorageFull") {
        true => io::ErrorKind::StorageFull.into(),
        false => io::Error::other(format!("its writer panicked: {text}")),
    }
}
