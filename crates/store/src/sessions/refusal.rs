//! Refused joins that are in the log already: whoever tries a thousand times fills no log.

use activity::Time;

use crate::row::number;
use crate::{StoreError, Tx};

/// Who was refused where, and why.
#[derive(Clone, Copy, Debug)]
pub struct RefusedJoin<'a> {
    /// Who.
    pub account_id: &'a str,
    /// The session.
    pub session_id: &'a str,
    /// Why, as the log says it.
    pub reason: &'a str,
}

/// Whether this refusal is to be logged, with how many of the same were only counted since the last one was; `None` if
/// the same was logged lately, and then this one is counted. Until `until` the next ones are.
pub async fn is_due(tx: &mut Tx, refused: RefusedJoin<'_>, now: Time, until: Time) -> Result<Option<u64>, StoreError> {
    let RefusedJoin {
        account_id,
        session_id,
        reason,
    } = refused;
    let row = sqlx::query(
        "UPDATE session_refusal SET more = more + 1 WHERE account_id = $1 AND session_id = $2 AND reason = $3 \
         RETURNING more, CASE WHEN until > $4 THEN 1 ELSE 0 END AS lately",
    );
    let row = row.bind(account_id).bind(session_id).bind(reason).bind(now.0);
    let mut before = 0;
    if let Some(row) = row.fetch_optional(tx.conn()).await? {
        if number(&row, "lately")? == 1 {
            return Ok(None);
        }
        before = number(&row, "more")?.saturating_sub(1);
    }
    // Only what still counts is kept, so the table holds no more than those who tried lately.
    let old = sqlx::query("DELETE FROM session_refusal WHERE until <= $1");
    old.bind(now.0).execute(tx.conn()).await?;
    let new =
        sqlx::query("INSERT INTO session_refusal (account_id, session_id, reason, until) VALUES ($1, $2, $3, $4)");
    let new = new.bind(account_id).bind(session_id).bind(reason).bind(until.0);
    new.execute(tx.conn()).await?;
    Ok(Some(before))
}
