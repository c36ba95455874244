//! Wrong passwords of one account at one session's door: counted before the password is checked.

use activity::Time;

use crate::{StoreError, Tx};

/// How many wrong ones, and until when they are remembered.
#[derive(Clone, Copy, Debug)]
pub struct AttemptLimit {
    /// Most attempts.
    pub most: u32,
    /// The present moment.
    pub now: Time,
    /// When this one is forgotten.
    pub until: Time,
}

/// Counts one attempt; `false` if there were too many, and it is not counted.
pub async fn reserve(tx: &mut Tx, session_id: &str, account_id: &str, limit: AttemptLimit) -> Result<bool, StoreError> {
    // Guarantee: however many try at once, no more than `most` passwords are checked.
    let done = sqlx::query(
        "INSERT INTO session_attempt (session_id, account_id, failures, until) VALUES ($1, $2, 1, $4) \
         ON CONFLICT (session_id, account_id) DO UPDATE SET \
         failures = CASE WHEN session_attempt.until <= $3 THEN 1 ELSE session_attempt.failures + 1 END, \
         until = excluded.until \
         WHERE session_attempt.until <= $3 OR session_attempt.failures < $5",
    );
    let done = done
        .bind(session_id)
        .bind(account_id)
        .bind(limit.now.0)
        .bind(limit.until.0)
        .bind(i64::from(limit.most));
    Ok(done.execute(tx.conn()).await?.rows_affected() > 0)
}

/// Forgets the attempts of who got in.
pub async fn clear(tx: &mut Tx, session_id: &str, account_id: &str) -> Result<(), StoreError> {
    let done = sqlx::query("DELETE FROM session_attempt WHERE session_id = $1 AND account_id = $2");
    done.bind(session_id).bind(account_id).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets everybody's attempts at a session: it has another password now.
pub async fn clear_all(tx: &mut Tx, session_id: &str) -> Result<(), StoreError> {
    let done = sqlx::query("DELETE FROM session_attempt WHERE session_id = $1").bind(session_id);
    done.execute(tx.conn()).await?;
    Ok(())
}
