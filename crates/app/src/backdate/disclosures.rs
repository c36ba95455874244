//! The past of who was given whose rows of the log.

use std::net::IpAddr;

use activity::{Person, Time};
use store::disclosures::{self, Disclosure, Given, Kind, Via};

use super::at_the_machine;
use crate::ids::{Prefix, new_id_at};
use crate::{App, Caller, ChangeError, Quiet};

/// A page of somebody's log that was looked at.
#[derive(Clone, Debug)]
pub struct PastDisclosure {
    /// Whose log, by id.
    pub user_id: String,
    /// Who read.
    pub reader: Person,
    /// How many rows they were given.
    pub rows: u64,
    /// Where from.
    pub ip: Option<IpAddr>,
    /// On which device, in words.
    pub device: Option<String>,
    /// When.
    pub at: Time,
}

/// Lists the looks for those whose log it was.
pub async fn disclosures(app: &App, caller: &Caller, past: &[PastDisclosure]) -> Result<(), ChangeError> {
    at_the_machine(caller)?;
    let past: Vec<&PastDisclosure> = past.iter().filter(|one| one.rows > 0).collect();
    let rows: Vec<Disclosure> = past.iter().map(|one| row(app, one)).collect::<Result<_, _>>()?;
    let given = rows.iter().zip(&past).map(|(row, one)| Given {
        disclosure_id: &row.id,
        person_id: &one.user_id,
        rows: i64::try_from(one.rows).unwrap_or(i64::MAX),
        at: one.at.0,
    });
    let given: Vec<Given<'_>> = given.collect();
    let mut tx = app.begin().await?;
    disclosures::insert_all(&mut tx, &rows).await?;
    disclosures::add_given(&mut tx, &given).await?;
    tx.commit_quietly(Quiet::Past).await?;
    Ok(())
}

fn row(app: &App, one: &PastDisclosure) -> Result<Disclosure, crate::Unavailable> {
    Ok(Disclosure {
        id: new_id_at(app, Prefix::Disclosure, one.at),
        // Nothing asked from now on is the same question.
        digest: Vec::new(),
        kind: Kind::Page,
        reader_id: one.reader.id.clone(),
        reader: serde_json::to_string(&one.reader).map_err(crate::Unavailable::new)?,
        via: Via::Device,
        via_id: String::new(),
        via_name: one.device.clone().unwrap_or_default(),
        ip: one.ip.map(|ip| ip.to_string()),
        query: activity::query::Expr::user_id(one.user_id.as_str()).to_string(),
        first_at: one.at.0,
    })
}
