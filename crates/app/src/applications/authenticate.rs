//! Which application a key belongs to, checked at every request: what an administrator changes applies at once.

use activity::Time;
use store::applications;

use super::model::named;
use crate::tokens::token_hash;
use crate::{App, Origin, Quiet, Unavailable, Visitor, key_text};

/// How exact `last_used_at` is kept.
const USED_EVERY: i64 = 5 * 60 * Time::SECOND;

/// What a key that was presented is.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for a request, and it is taken apart at once"
)]
pub enum Presented {
    /// That of an application: whoever speaks through it now.
    Application(Visitor),
    /// That of an application that was disabled.
    Disabled,
    /// Nobody's.
    Nobody,
}

/// Whose key this is.
pub async fn authenticate(app: &App, key: &str, origin: Origin) -> Result<Presented, Unavailable> {
    if !key_text::is_well_formed(key_text::APPLICATION, key) {
        return Ok(Presented::Nobody);
    }
    let now = app.now();
    let mut read = app.store().read().await?;
    let Some(row) = applications::by_key(&mut read, &token_hash(key)).await? else {
        return Ok(Presented::Nobody);
    };
    drop(read);
    if row.disabled {
        return Ok(Presented::Disabled);
    }
    if row.last_used_at.is_none_or(|used| used.plus(USED_EVERY) <= now) {
        let mut tx = app.begin().await?;
        applications::used(&mut tx, &row.id, now).await?;
        tx.commit_quietly(Quiet::Seen).await?;
    }
    Ok(Presented::Application(Visitor {
        origin,
        application: Some(named(&row)),
        device_token: None,
    }))
}
