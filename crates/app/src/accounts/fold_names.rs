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
    let accounts = each_batch(app, async |tx, after| {
        let batch = folding::hold_accounts(tx, after, BATCH).await?;
        let mut changed = 0;
        for account in &batch {
            changed += u64::from(fold_account(tx, account).await?);
        }
        Ok((changed, batch.into_iter().next_back().map(|last| last.id)))
    });
    let accounts = accounts.await?;
    let groups = each_batch(app, async |tx, after| {
        let batch = folding::hold_groups(tx, after, BATCH).await?;
        let mut changed = 0;
        for group in &batch {
            changed += u64::from(fold_group(tx, group).await?);
        }
        Ok((changed, batch.into_iter().next_back().map(|last| last.id)))
    });
    let groups = groups.await?;
    let mut tx = app.begin().await?;
    folding::set_version(&mut tx, FOLDING).await?;
    tx.commit_quietly(Quiet::Derived).await?;
    Ok(accounts + groups)
}

/// Does `batch` behind the last id of the one before, each in a transaction, until there is none; how many it changed.
async fn each_batch(
    app: &App,
    mut batch: impl AsyncFnMut(&mut Tx, &str) -> Result<(u64, Option<String>), Unavailable>,
) -> Result<u64, Unavailable> {
    let (mut changed, mut after) = (0, String::new());
    loop {
        let mut tx = app.begin().await?;
        let (more, last) = batch(&mut tx, &after).await?;
        tx.commit_quietly(Quiet::Derived).await?;
        changed += more;
        match last {
            Some(last) => after = last,
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
