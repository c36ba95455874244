//! How many mails went to an address, by budget and hour, whoever caused them.

use crate::row::number;
use crate::{StoreError, Tx};

/// What was sent to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Within the present hour.
    pub in_hour: u64,
    /// Within the last 24 hours, to the hour.
    pub in_day: u64,
}

/// Counts one more in this hour (hours since 1970), and says how many there are with it. The row of the hour is held
/// until the transaction ends, so that those sent at once see each other; hours that count no more go.
pub async fn count(tx: &mut Tx, address: &str, budget: &str, hour: i64) -> Result<Sent, StoreError> {
    let old = sqlx::query("DELETE FROM mail_sent WHERE hour < $1").bind(hour - 23);
    old.execute(tx.conn()).await?;
    let one = sqlx::query(
        "INSERT INTO mail_sent (address, budget, hour, n) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (address, budget, hour) DO UPDATE SET n = mail_sent.n + 1 RETURNING n",
    );
    let one = one.bind(address).bind(budget).bind(hour).fetch_one(tx.conn()).await?;
    let day = sqlx::query("SELECT CAST(SUM(n) AS BIGINT) AS n FROM mail_sent WHERE address = $1 AND budget = $2");
    let day = day.bind(address).bind(budget).fetch_one(tx.conn()).await?;
    Ok(Sent {
        in_hour: number(&one, "n")?,
        in_day: number(&day, "n")?,
    })
}

/// Takes one back that was not sent.
pub async fn give_back(tx: &mut Tx, address: &str, budget: &str, hour: i64) -> Result<(), StoreError> {
    let one = sqlx::query("UPDATE mail_sent SET n = n - 1 WHERE address = $1 AND budget = $2 AND hour = $3 AND n > 0");
    one.bind(address).bind(budget).bind(hour).execute(tx.conn()).await?;
    Ok(())
}
