//! What programs may report: the applications of a key, who signed in to an application, and what those are called now
//! whom a report names by their ids here. Owns the tables `api_key_application` and `application_account`.

use activity::{Named, Person};
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use crate::log::many::{chunks, placeholders};
use crate::row::text;
use crate::{Read, StoreError, Tx};

/// The applications a key reports for, by id; none means any but this installation's own.
pub async fn applications_of(read: &mut Read, key_id: &str) -> Result<Vec<Named>, StoreError> {
    let rows = sqlx::query(
        "SELECT k.application_id AS id, COALESCE(a.name, k.name) AS name FROM api_key_application k \
         LEFT JOIN application a ON a.id = k.application_id WHERE k.api_key_id = $1 ORDER BY k.application_id",
    );
    rows.bind(key_id)
        .fetch_all(read.conn())
        .await?
        .iter()
        .map(named)
        .collect()
}

/// Writes the applications that a new key reports for.
pub async fn set_applications(tx: &mut Tx, key_id: &str, applications: &[Named]) -> Result<(), StoreError> {
    for application in applications {
        sqlx::query("INSERT INTO api_key_application (api_key_id, application_id, name) VALUES ($1, $2, $3)")
            .bind(key_id)
            .bind(&application.id)
            .bind(&application.name)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// Notes that an account signed in to an application.
pub async fn signed_in(tx: &mut Tx, application_id: &str, account_id: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO application_account (application_id, account_id) VALUES ($1, $2) \
         ON CONFLICT (application_id, account_id) DO NOTHING",
    )
    .bind(application_id)
    .bind(account_id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Those of these accounts that there are, as they are named now; with an application only those who ever signed in
/// to it.
pub async fn accounts(read: &mut Read, ids: &[&str], application_id: Option<&str>) -> Result<Vec<Person>, StoreError> {
    let mut found = Vec::new();
    for chunk in chunks(ids) {
        let n = chunk.len();
        // Guarantee: an application names nobody who never signed in to it.
        let signed_in = application_id.map_or_else(String::new, |_| {
            format!(
                " AND EXISTS (SELECT 1 FROM application_account s WHERE s.account_id = a.id AND s.application_id = ${})",
                n + 1
            )
        });
        let sql = format!(
            "SELECT a.id, a.given_name, a.family_name, a.username, a.email FROM account a WHERE a.id IN ({}){signed_in}",
            placeholders(n)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in chunk {
            query = query.bind(*id);
        }
        if let Some(application) = application_id {
            query = query.bind(application);
        }
        for row in query.fetch_all(read.conn()).await? {
            found.push(person(&row)?);
        }
    }
    Ok(found)
}

/// Those of these groups that there are.
pub async fn groups(read: &mut Read, ids: &[&str]) -> Result<Vec<Named>, StoreError> {
    by_id(read, "user_group", ids).await
}

/// Those of these sessions that there are.
pub async fn sessions(read: &mut Read, ids: &[&str]) -> Result<Vec<Named>, StoreError> {
    by_id(read, "session", ids).await
}

/// Those of these registered applications that there are.
pub async fn applications(read: &mut Read, ids: &[&str]) -> Result<Vec<Named>, StoreError> {
    by_id(read, "application", ids).await
}

async fn by_id(read: &mut Read, table: &'static str, ids: &[&str]) -> Result<Vec<Named>, StoreError> {
    let mut found = Vec::new();
    for chunk in chunks(ids) {
        let sql = format!(
            "SELECT id, name FROM {table} WHERE id IN ({})",
            placeholders(chunk.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in chunk {
            query = query.bind(*id);
        }
        for row in query.fetch_all(read.conn()).await? {
            found.push(named(&row)?);
        }
    }
    Ok(found)
}

fn named(row: &AnyRow) -> Result<Named, StoreError> {
    Ok(Named {
        id: text(row, "id")?,
        name: text(row, "name")?,
    })
}

fn person(row: &AnyRow) -> Result<Person, StoreError> {
    let name = [text(row, "given_name")?, text(row, "family_name")?].join(" ");
    Ok(Person {
        id: text(row, "id")?,
        name: name.trim().to_owned(),
        username: text(row, "username")?,
        email: text(row, "email")?,
    })
}
