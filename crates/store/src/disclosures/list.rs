//! Whom a person's rows were given to, newest first.

use activity::Time;
use sqlx::any::AnyRow;

use super::disclosure::{Kind, Via};
use crate::page::Walk;
use crate::row::{maybe_text, number, text, time};
use crate::sql::Sql;
use crate::{PageFrom, Read, StoreError};

/// One disclosure as the person sees it whose rows were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosed {
    /// `dsc_…`
    pub id: String,
    /// How rows were given.
    pub kind: Kind,
    /// Who read, as JSON of the person.
    pub reader: String,
    /// How they proved it.
    pub via: Via,
    /// Id of the device or the key.
    pub via_id: String,
    /// The device, the application or the key in words.
    pub via_name: String,
    /// The address it came from.
    pub ip: Option<String>,
    /// What was asked for.
    pub query: String,
    /// How many of this person's rows were given.
    pub rows: u64,
    /// When the first of them was given.
    pub first_at: Time,
    /// When the last of them was given.
    pub last_at: Time,
}

/// Up to `limit` disclosures of this person's rows, newest first, from the one with this id.
pub async fn to_others(
    read: &mut Read,
    person_id: &str,
    from: &PageFrom<&str>,
    limit: u32,
) -> Result<Vec<Disclosed>, StoreError> {
    let Walk { sign, direction } = from.walk(true);
    let mut sql = Sql::default();
    sql.text(
        "SELECT d.id, d.kind, d.reader, d.via, d.via_id, COALESCE(k.name, d.via_name) AS via_name, d.ip, d.query, \
         p.row_count, p.first_at, p.last_at FROM disclosure_person p JOIN disclosure d ON d.id = p.disclosure_id \
         LEFT JOIN api_key k ON d.via = 'api_key' AND k.id = d.via_id \
         WHERE p.person_id = ",
    );
    sql.bind(person_id);
    if let Some(id) = from.key() {
        sql.text(&format!(" AND p.disclosure_id {sign} "));
        sql.bind(*id);
    }
    sql.text(&format!(" ORDER BY p.disclosure_id {direction} LIMIT "));
    sql.bind(i64::from(limit));
    sql.fetch_all(read).await?.iter().map(disclosed).collect()
}

fn disclosed(row: &AnyRow) -> Result<Disclosed, StoreError> {
    Ok(Disclosed {
        id: text(row, "id")?,
        kind: Kind::of(&text(row, "kind")?)?,
        reader: text(row, "reader")?,
        via: Via::of(&text(row, "via")?)?,
        via_id: text(row, "via_id")?,
        via_name: text(row, "via_name")?,
        ip: maybe_text(row, "ip")?,
        query: text(row, "query")?,
        rows: number(row, "row_count")?,
        first_at: time(row, "first_at")?,
        last_at: time(row, "last_at")?,
    })
}
