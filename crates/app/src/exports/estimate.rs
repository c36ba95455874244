//! How large a file would be, before it is asked for.

use super::create::question;
use super::{Column, ExportError, Format};
use crate::activity::{Count, LogScope, Scoped, ViewRequest};
use crate::{App, Caller};

/// How far rows are counted before it is said "at least".
const MOST_COUNTED: u64 = 1_000_000;

/// What a file would hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Rows that match.
    pub rows: Count,
}

/// Counts what a file of this view would hold; gives no row of it.
pub async fn estimate(
    app: &App,
    caller: &Caller,
    scope: &LogScope,
    view: &ViewRequest,
) -> Result<Estimate, ExportError> {
    if !caller.may_export() {
        return Err(ExportError::Forbidden);
    }
    let scoped = Scoped::new(app, caller, scope, question(view))
        .await?
        .hiding_reads(view.hides_reads);
    let count = scoped.log.count(&scoped.bound, MOST_COUNTED).await?;
    Ok(Estimate {
        rows: Count {
            n: count.n,
            exact: count.exact,
        },
    })
}

impl Estimate {
    /// About how many bytes such a file takes: what a row of usual activity came to in each form, with all columns and
    /// with a few.
    #[must_use]
    pub fn bytes(&self, format: Format, columns: usize) -> u64 {
        let all = Column::ALL.len() as u64;
        let columns = (columns as u64).clamp(1, all);
        let per_row = match format {
            Format::Csv => 20 + 560 * columns / all,
            Format::Jsonl => 900,
            Format::Parquet => 8 + 60 * columns / all,
            Format::Xlsx => 10 + 170 * columns / all,
        };
        self.rows.n.saturating_mul(per_row)
    }
}
