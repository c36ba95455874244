//! Makes anew what people and groups are found by, where an earlier version folded their names in another way.

use std::error::Error as _;

use store::accounts::account::AccountRow;
use store::groups::group::GroupRow;
use store::{accounts, folding, groups};

use crate::{App, Quiet, Tx, Unavailable, names};

/// The folding of this version. Grows whenever `names::found_by` gives something else for the same name.
const FOLDING: u64 = 1;
/// The most in one transaction, so that others get their turn.
const BATCH: u32 = 500;

/// Makes it anew in the background; serving calls it. What fails is tried again at the next start.
pub fn fold_names_later(app: &App) {
    let of = app.clone();
    app.tasks().once("names as they are found", async move {
        if let Err(error) = fold_names(&of).await {
            tracing::warn!(error = %error, cause = ?error.source(), "not everybody is found without typing accents; the next start tries again");
        }
    });
}

/// Makes it anew, once, and returns how many people and groups are found by something else now.
pub async fn fold_names(app: &App) -> Result<u64, Unavailable> {
    if folding::version(&mut app.store().read().await?).await? >= FOLDING {
        return Ok(0);
    }
    let mut changed = 0;
    let mut after = String::new();
    loop {
        let mut tx = app.begin().await?;
        let batch = folding::hold_accounts(&mut tx, &after, BATCH).await?;
        for account in &batch {
            changed += u64::from(fold_account(&mut tx, account).await?);
        }
        tx.commit_quietly(Quiet::Derived).await?;
        match batch.into_iter().next_back() {
            Some(last) => after = last.id,
            None => break,
        }
    }
    changed += fold_groups(app).await?;
    let mut tx = app.begin().await?;
    folding::set_version(&mut tx, FOLDING).await?;
    tx.commit_quietly(Quiet::Derived).await?;
    Ok(changed)
}

async fn fold_groups(app: &App) -> Result<u64, Unavailable> {
    let mut changed = 0;
    let mut after = String::new();
    loop {
        let mut tx = app.begin().await?;
        let batch = folding::hold_groups(&mut tx, &after, BATCH).await?;
        for group in &batch {
            changed += u64::from(fold_group(&mut tx, group).await?);
        }
        tx.commit_quietly(Quiet::Derived).await?;
        match batch.into_iter().next_back() {
            Some(last) => after = last.id,
            None => return Ok(changed),
        }
    }
}

/// Whether the account has a name that foldings differ about.
async fn fold_account(tx: &mut Tx, account: &AccountRow) -> Result<bool, Unavailable> {
    let texts = [
        &account.given_name,
        &account.family_name,
        &account.username,
        &account.email,
    ];
    if texts.into_iter().all(|text| text.is_ascii()) {
        return Ok(false);
    }
    let keys = names::keys(account);
    folding::set_account_name(tx, &account.id, &keys.name).await?;
    accounts::word::replace(tx, &account.id, &keys, &names::words(&keys)).await?;
    Ok(true)
}

async fn fold_group(tx: &mut Tx, group: &GroupRow) -> Result<bool, Unavailable> {
    if group.name.is_ascii() {
        return Ok(false);
    }
    let name_key = names::found_by(&group.name);
    folding::set_group_name(tx, &group.id, &name_key).await?;
    let words: Vec<_> = names::beginnings(&name_key).into_iter().collect();
    groups::word::replace(tx, &group.id, &words).await?;
    Ok(true)
}
