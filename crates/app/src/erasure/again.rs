//! Erasing somebody again whom an older copy of the data still knows: what was decided once holds there too.

use activity::{By, Facts, Person, Time};
use engine::{Log, Rng as _, SystemRng};
use store::Store;
use store::accounts::account;
use store::erasures::Decided;

use super::erase::{Ended, forgotten};
use crate::ids::{Prefix, id_of};
use crate::{ChangeError, Unavailable};

/// Erases the person of this id from data that nothing serves: from the log, and from every other table, with an activity of
/// its own. Files of exports are not among what was put back.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn erase_again(store: &Store, log: &Log, person_id: &str, now: Time) -> Result<u64, ChangeError> {
    let mut tx = store.begin().await?;
    let person = match account::get(&mut tx, person_id).await? {
        Some(account) => account.person(),
        None => Person {
            id: person_id.to_owned(),
            ..Person::default()
        },
    };
    let number = log.erase(&mut tx, person_id).await?;
    let decided = Decided {
        by: serde_json::to_string(&Person::default()).map_err(Unavailable::new)?,
        at: now,
        why: "erased before; put back with a backup".to_owned(),
    };
    let ended = Ended {
        waiting: None,
        new_id: id_of(Prefix::ErasureRequest, SystemRng.uuid(now)),
    };
    forgotten(&mut tx, &person, number, ended, &decided).await?;
    let mut performed = Facts::new("erasure.performed", now);
    performed.by = By::System;
    performed.metadata.insert("erasure".to_owned(), number.to_string());
    performed.metadata.insert("reason".to_owned(), decided.why.clone());
    log.append(&mut tx, vec![performed]).await?;
    tx.commit().await?;
    Ok(number)
}
