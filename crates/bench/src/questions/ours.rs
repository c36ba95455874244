//! A question asked of the log, in this process.

use activity::query::{Binding, Expr, parse};
use anyhow::{Result, anyhow, ensure};
use engine::{Log, Search};

use super::{Ask, Question, overview};
use crate::timing::{RUNS, median_ms};

/// What it took, and how large the answer was.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    pub ms: f64,
    pub size: u64,
}

/// Asks a question as often as every question is asked.
pub async fn measure(log: &Log, question: &Question) -> Result<Answer> {
    let size = ask(log, question).await?;
    let is_found = size > 0;
    ensure!(is_found == question.finds, "{}: {size} found", question.name);
    let ms = median_ms(RUNS, |_| async {
        let again = ask(log, question).await?;
        ensure!(again == size, "{}: {size} found, then {again}", question.name);
        Ok(())
    });
    Ok(Answer { ms: ms.await?, size })
}

/// Asks once; how many rows it gave or counted.
async fn ask(log: &Log, question: &Question) -> Result<u64> {
    let expr = bound(&question.matching.query)?;
    let look = log.own_inquiry().unhurried().look().await?;
    match &question.ask {
        Ask::Page { order, after, limit } => {
            let search = Search {
                expr,
                order: *order,
                after: *after,
                limit: *limit,
            };
            Ok(look.search(&search).await?.rows.len() as u64)
        }
        Ask::CountByKind => overview::by_kind(&look, &expr).await,
        Ask::TopUsers => overview::top_users(&look, &expr).await,
        Ask::Overview(edges) => overview::overview(&look, &expr, edges).await,
    }
}

fn bound(text: &str) -> Result<Expr> {
    let expr = parse(text, &jiff::tz::TimeZone::UTC).map_err(|error| anyhow!("{}", error.message))?;
    Ok(expr.bind(&Binding {
        now: activity::Time::MAX,
        me: None,
    }))
}
