//! Takes what is kept of a person out of every table but the log's own. What belongs to others stays, without them.

use std::collections::BTreeSet;

use sqlx::Row as _;

use crate::{Read, StoreError, Tx, jobs};

/// Who is forgotten.
#[derive(Clone, Copy, Debug)]
pub struct Whom<'a> {
    /// Their id.
    pub id: &'a str,
    /// Their e-mail address as it is found by; empty if none is known.
    pub email_key: &'a str,
    /// What tells of them wherever it stands in a query, in lower case: their id, username, e-mail address, full name.
    pub told_by: &'a [String],
}

/// What stands where they were named.
#[derive(Clone, Copy, Debug)]
pub struct Placeholder<'a> {
    /// The id of nobody.
    pub id: &'a str,
    /// Their name.
    pub name: &'a str,
    /// The person as JSON.
    pub person: &'a str,
    /// What stands for a query that told of them.
    pub query: &'a str,
}

/// What was taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// How many of what, in plain words.
    pub counts: Vec<(&'static str, u64)>,
    /// Files to remove from the directory of exports.
    pub files: Vec<KeptFile>,
}

/// A kept file that held rows of theirs, or was made for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// The export.
    pub id: String,
    /// The file's name; `None` if it was gone before.
    pub name: Option<String>,
}

/// What is deleted. $1 is their id, $2 the key of their e-mail address.
const DELETED: &[(&str, &str)] = &[
    ("devices", "DELETE FROM device WHERE account_id = $1 AND $2 = $2"),
    ("API keys", "DELETE FROM api_key WHERE account_id = $1 AND $2 = $2"),
    ("passkeys", "DELETE FROM passkey WHERE account_id = $1 AND $2 = $2"),
    (
        "memberships",
        "DELETE FROM group_member WHERE account_id = $1 AND $2 = $2",
    ),
    (
        "connections",
        "DELETE FROM connection WHERE (low_id = $1 OR high_id = $1) AND $2 = $2",
    ),
    (
        "blocks",
        "DELETE FROM connection_block WHERE (blocker_id = $1 OR blocked_id = $1) AND $2 = $2",
    ),
    (
        "presences",
        "DELETE FROM session_presence WHERE account_id = $1 AND $2 = $2",
    ),
    (
        "invitations",
        "DELETE FROM group_invitation WHERE email_key = $2 AND $1 = $1",
    ),
    (
        "mails",
        "DELETE FROM mail WHERE account_id = $1 OR LOWER(recipient) = $2",
    ),
    (
        "entries of who read",
        "DELETE FROM disclosure_person WHERE person_id = $1 AND $2 = $2",
    ),
    (
        "",
        "DELETE FROM disclosure_activity WHERE (reader_id = $1 OR subject_id = $1) AND $2 = $2",
    ),
    ("", "DELETE FROM mail_sent WHERE address = $2 AND $1 = $1"),
    (
        "",
        "DELETE FROM group_invitations_sent WHERE account_id = $1 AND $2 = $2",
    ),
    ("", "DELETE FROM session_attempt WHERE account_id = $1 AND $2 = $2"),
    ("", "DELETE FROM ended_device WHERE account_id = $1 AND $2 = $2"),
    ("", "DELETE FROM retention_held WHERE person_id = $1 AND $2 = $2"),
    ("", "DELETE FROM idempotency WHERE scope LIKE '%' || $1 AND $2 = $2"),
    ("account", "DELETE FROM account WHERE id = $1 AND $2 = $2"),
];

/// What others keep, without them. $1 is their id; $2, $3 and $4 are the placeholder's id, name and JSON.
const RENAMED: &[&str] = &[
    "UPDATE group_invitation SET invited_by = $2, invited_by_name = $3 WHERE invited_by = $1 AND $4 = $4",
    "UPDATE session SET host_id = $2, host_name = $3 WHERE host_id = $1 AND $4 = $4",
    "UPDATE user_group SET created_by = $2 WHERE created_by = $1 AND $3 = $3 AND $4 = $4",
    "UPDATE application SET created_by = $2 WHERE created_by = $1 AND $3 = $3 AND $4 = $4",
    "UPDATE api_key SET created_by = $2 WHERE created_by = $1 AND $3 = $3 AND $4 = $4",
    "UPDATE disclosure SET reader_id = $2, reader = $4, via_id = '', via_name = '', ip = NULL
     WHERE reader_id = $1 AND $3 = $3",
    "UPDATE retention_run SET by_id = $2, by_name = $3 WHERE by_id = $1 AND $4 = $4",
    "UPDATE import SET by_id = $2, by_name = $3 WHERE by_id = $1 AND $4 = $4",
    // A key is called as whoever made it likes. This comes before their keys are deleted.
    "UPDATE import SET by_id = $2, by_name = $3
     WHERE by_id IN (SELECT id FROM api_key WHERE account_id = $1) AND $4 = $4",
    "UPDATE legal_hold SET placed_by = $4 WHERE placed_by LIKE '%\"' || $1 || '\"%' AND $2 = $2 AND $3 = $3",
    "UPDATE erasure_request SET decided_by = $4 WHERE decided_by LIKE '%\"' || $1 || '\"%' AND $2 = $2 AND $3 = $3",
    "DELETE FROM erasure_request WHERE person_id = $1 AND state <> 'waiting' AND $2 = $2 AND $3 = $3 AND $4 = $4",
];

/// How many disclosures of their rows there are, and to how many readers: copies that are elsewhere now.
///
/// # Errors
/// Whatever the database refuses.
pub async fn left_behind(read: &mut Read, id: &str) -> Result<(u64, u64), StoreError> {
    let select = "SELECT COUNT(*), COUNT(DISTINCT d.reader_id) FROM disclosure_person p
        JOIN disclosure d ON d.id = p.disclosure_id WHERE p.person_id = $1 AND d.reader_id <> $1 AND d.kind = 'export'";
    let row = sqlx::query(select).bind(id).fetch_one(read.conn()).await?;
    let number =
        |at: usize| -> Result<u64, StoreError> { Ok(u64::try_from(row.try_get::<i64, _>(at)?).unwrap_or_default()) };
    Ok((number(0)?, number(1)?))
}

/// Forgets a person. Exports that are being made begin anew, so that none is of a moment before.
///
/// # Errors
/// Whatever the database refuses.
pub async fn forget(tx: &mut Tx, whom: Whom<'_>, instead: Placeholder<'_>, now: i64) -> Result<Forgotten, StoreError> {
    let (mut counts, files) = (Vec::new(), exports(tx, whom, now).await?);
    counts.push(("exports", files.len() as u64));
    counts.push(("queries of others", queries(tx, whom, instead).await?));
    for sql in RENAMED {
        let done = sqlx::query(*sql).bind(whom.id).bind(instead.id);
        done.bind(instead.name).bind(instead.person).execute(tx.conn()).await?;
    }
    for (what, sql) in DELETED {
        let done = sqlx::query(*sql).bind(whom.id).bind(whom.email_key);
        let gone = done.execute(tx.conn()).await?.rows_affected();
        if !what.is_empty() {
            counts.push((what, gone));
        }
    }
    counts.retain(|(_, gone)| *gone > 0);
    Ok(Forgotten { counts, files })
}

/// Removes exports that were made of their log or for them, or whose query tells of them, and lets go of the files of those
/// that hold rows of theirs.
async fn exports(tx: &mut Tx, whom: Whom<'_>, now: i64) -> Result<Vec<KeptFile>, StoreError> {
    jobs::restart(tx, "export").await?;
    let select = "SELECT id, file, subject_id, requester_id, query, question, people FROM export";
    let rows = sqlx::query(select).fetch_all(tx.conn()).await?;
    let mut gone = Vec::new();
    for row in rows {
        let (id, name): (String, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
        let is_theirs = |at: usize| -> Result<bool, StoreError> {
            Ok(row.try_get::<Option<String>, _>(at)?.as_deref() == Some(whom.id))
        };
        let tells = |at: usize| -> Result<bool, StoreError> {
            Ok(row
                .try_get::<Option<String>, _>(at)?
                .is_some_and(|text| tells_of(&text, whom)))
        };
        if is_theirs(2)? || is_theirs(3)? || tells(4)? || tells(5)? {
            jobs::delete(tx, &format!("export:{id}")).await?;
            sqlx::query("DELETE FROM export WHERE id = $1")
                .bind(&id)
                .execute(tx.conn())
                .await?;
        } else if tells(6)? {
            let update = "UPDATE export SET file = NULL, people = NULL,
                    gone = CASE WHEN file IS NULL THEN gone ELSE 'deleted' END,
                    gone_at = CASE WHEN file IS NULL THEN gone_at ELSE $2 END WHERE id = $1";
            sqlx::query(update).bind(&id).bind(now).execute(tx.conn()).await?;
        } else {
            continue;
        }
        gone.push(KeptFile { id, name });
    }
    Ok(gone)
}

/// Takes them out of what others searched for; how many queries that were.
async fn queries(tx: &mut Tx, whom: Whom<'_>, instead: Placeholder<'_>) -> Result<u64, StoreError> {
    let disclosed = telling(
        tx,
        "SELECT id, query FROM disclosure WHERE LOWER(query) LIKE $1 ESCAPE '\\'",
        whom,
    )
    .await?;
    for id in &disclosed {
        let update = sqlx::query("UPDATE disclosure SET query = $2 WHERE id = $1").bind(id);
        update.bind(instead.query).execute(tx.conn()).await?;
    }
    let saved =
        "SELECT id, name || ' ' || query FROM saved_search WHERE LOWER(name || ' ' || query) LIKE $1 ESCAPE '\\'";
    let saved = telling(tx, saved, whom).await?;
    for id in &saved {
        sqlx::query("DELETE FROM saved_search WHERE id = $1")
            .bind(id)
            .execute(tx.conn())
            .await?;
    }
    // What somebody's pages remember, such as a filter that was left open.
    let kept = "SELECT account_id || ' ' || name, value FROM account_preference WHERE LOWER(value) LIKE $1 ESCAPE '\\'";
    let kept = telling(tx, kept, whom).await?;
    for key in &kept {
        let delete = sqlx::query("DELETE FROM account_preference WHERE account_id || ' ' || name = $1").bind(key);
        delete.execute(tx.conn()).await?;
    }
    Ok((disclosed.len() + saved.len() + kept.len()) as u64)
}

/// The keys of rows whose text tells of them. $1 of the statement is what the text is like, in lower case.
async fn telling(tx: &mut Tx, select: &'static str, whom: Whom<'_>) -> Result<BTreeSet<String>, StoreError> {
    let mut found = BTreeSet::new();
    // The database knows the small letters of ASCII alone.
    for text in whom
        .told_by
        .iter()
        .flat_map(|text| [text.to_lowercase(), text.to_ascii_lowercase()])
    {
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let rows = sqlx::query(select).bind(format!("%{escaped}%"));
        for row in rows.fetch_all(tx.conn()).await? {
            if tells_of(&row.try_get::<String, _>(1)?, whom) {
                found.insert(row.try_get(0)?);
            }
        }
    }
    Ok(found)
}

/// Whether a text tells of them: what does stands in it as words of their own.
fn tells_of(text: &str, whom: Whom<'_>) -> bool {
    let text = text.to_lowercase();
    let is_bound = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    whom.told_by.iter().map(|told| told.to_lowercase()).any(|told| {
        let mut found = text.match_indices(&told);
        found.any(|(at, told)| {
            is_bound(text[..at].chars().next_back()) && is_bound(text[at + told.len()..].chars().next())
        })
    })
}

/// The groups that would have no owner without them, by name.
///
/// # Errors
/// Whatever the database refuses.
pub async fn owned_alone(read: &mut Read, id: &str) -> Result<Vec<String>, StoreError> {
    let select = "SELECT g.name FROM group_member m JOIN user_group g ON g.id = m.group_id
        WHERE m.account_id = $1 AND m.role = 'owner' AND NOT EXISTS (SELECT 1 FROM group_member o
            WHERE o.group_id = m.group_id AND o.role = 'owner' AND o.account_id <> $1)
        ORDER BY g.name_key, g.id";
    Ok(sqlx::query_scalar(select).bind(id).fetch_all(read.conn()).await?)
}
