//! One caller's questions to the log: under one deadline, ended when the caller has gone, and bounded in number with
//! those that are asked at the same time. Owns these bounds; what is answered is `search`'s.

use std::sync::Arc;
use std::time::Duration;

use volume::Deadline;

use crate::limiter::{Full, Permit};
use crate::reader::Reader;
use crate::reader::view::View;
use crate::tasks::blocking;
use crate::{LogError, Look};

/// How long a caller waits for a permit among those who ask.
const PATIENCE: Duration = if cfg!(test) {
    Duration::from_millis(100)
} else {
    Duration::from_secs(2)
};

/// One caller's questions. Dropping it ends whatever is still being worked on for it.
#[derive(Debug)]
pub struct Inquiry {
    reader: Arc<Reader>,
    deadline: Deadline,
    /// Held by the threads that work for it too, until they really have ended.
    permit: Option<Arc<Permit<String>>>,
}

impl Reader {
    /// The questions of this caller, under the deadline of the settings.
    pub(crate) async fn inquiry(self: &Arc<Self>, caller: &str) -> Result<Inquiry, LogError> {
        let permit = self.asking.wait(caller.to_owned(), PATIENCE).await;
        let permit = permit.map_err(|full| {
            metrics::counter!("whodid_queries_refused_total").increment(1);
            LogError::Busy {
                yours: full == Full::Each,
            }
        })?;
        let mut inquiry = self.of_nobody();
        inquiry.permit = Some(Arc::new(permit));
        Ok(inquiry)
    }

    /// Questions that are counted with nobody's, under the deadline of the settings.
    pub(crate) fn of_nobody(self: &Arc<Self>) -> Inquiry {
        let deadline = match self.shared.settings().query_ms {
            // Beside a server, the command line may take its time.
            _ if self.shared.store().is_reader() => Deadline::none(),
            0 => Deadline::none(),
            millis => Deadline::within(Duration::from_millis(millis)),
        };
        Inquiry {
            reader: Arc::clone(self),
            deadline,
            permit: None,
        }
    }
}

impl Inquiry {
    /// The same without a deadline: for what is bounded otherwise.
    #[must_use]
    pub fn unhurried(mut self) -> Self {
        self.deadline = Deadline::none();
        self
    }

    /// The log as of now, for these questions.
    ///
    /// # Errors
    /// If the store or the volumes cannot be read.
    pub async fn look(self) -> Result<Look, LogError> {
        let view = self.reader.view().await?;
        Ok(Look::new(self, view))
    }

    pub(crate) fn deadline(&self) -> Deadline {
        self.deadline.clone()
    }

    #[cfg(test)]
    pub(crate) fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = deadline;
        self
    }

    pub(crate) fn page_bytes(&self) -> usize {
        self.reader.shared.settings().page_bytes
    }

    /// Runs a reading of this view off the async threads. It ends when its future is dropped.
    pub(crate) async fn reading<T: Send + 'static>(
        &self,
        view: &Arc<View>,
        read: impl FnOnce(&View) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let (permit, view) = (self.permit.clone(), Arc::clone(view));
        let read = move || {
            let _permit = permit;
            read(&view)
        };
        match blocking(read).await {
            Err(LogError::Overdue(_)) => {
                metrics::counter!("whodid_queries_overdue_total").increment(1);
                Err(LogError::TooCostly {
                    after: Duration::from_millis(self.reader.shared.settings().query_ms),
                })
            }
            Err(LogError::Volume(error)) => {
                // The next look has a hole there, and is answered.
                self.reader.volumes.distrust(&error);
                Err(error.into())
            }
            result => result,
        }
    }
}

impl Drop for Inquiry {
    fn drop(&mut self) {
        self.deadline.give_up();
    }
}
