//! The engine asked directly, in this process, over the sealed log.

use activity::query::{Binding, parse};
use anyhow::{Result, anyhow};
use engine::{Facet, Log, Order, Search};

use crate::timing::median_ms;

/// Medians in milliseconds.
pub struct Engine {
    /// Newest 50 of one user.
    pub newest_ms: f64,
    /// Count by type of one user.
    pub count_ms: f64,
    /// A text that occurs nowhere.
    pub text_ms: f64,
    /// Failures of everybody, newest 50.
    pub failures_ms: f64,
}

/// Asks the questions, each of many users in turn.
pub async fn measure(log: &Log, users: &[String]) -> Result<Engine> {
    let newest_ms = median_ms(200, |run| newest(log, format!("user:{}", users[run % users.len()]))).await?;
    let count_ms = median_ms(200, |run| count(log, format!("user:{}", users[run % users.len()]))).await?;
    let text_ms = median_ms(200, |run| newest(log, format!("zzyzx{run}"))).await?;
    let failures_ms = median_ms(200, |_| newest(log, "outcome:failure".to_owned())).await?;
    Ok(Engine {
        newest_ms,
        count_ms,
        text_ms,
        failures_ms,
    })
}

fn bound(text: &str) -> Result<activity::query::Expr> {
    let expr = parse(text, &jiff::tz::TimeZone::UTC).map_err(|error| anyhow!("{}", error.message))?;
    Ok(expr.bind(&Binding {
        now: activity::Time::MAX,
        me: None,
    }))
}

async fn newest(log: &Log, text: String) -> Result<()> {
    let expr = bound(&text)?;
    log.search(&Search {
        expr,
        order: Order::Newest,
        after: None,
        limit: 50,
    })
    .await?;
    Ok(())
}

async fn count(log: &Log, text: String) -> Result<()> {
    log.count_by(&bound(&text)?, Facet::Kind).await?;
    Ok(())
}
