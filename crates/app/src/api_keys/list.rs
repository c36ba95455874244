//! The keys of this installation.

use activity::{Person, Time};
use store::accounts::account;
use store::accounts::api_key::{self, ApiKeyRow};
use store::{Read, StoreError, reporters};

use crate::{App, Caller, ChangeError, Reports, Scopes};

/// A key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// `key_…`
    pub id: String,
    /// What uses it.
    pub name: String,
    /// The first characters of the key.
    pub hint: String,
    /// What it may do.
    pub scopes: Scopes,
    /// What it may report of.
    pub reports: Reports,
    /// The account it acts as.
    pub acts_as: Person,
    /// When it was created.
    pub created_at: Time,
    /// When it was last used, to a few minutes.
    pub last_used_at: Option<Time>,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

impl ApiKey {
    pub(super) fn of(row: ApiKeyRow, reports: Reports, acts_as: Person) -> Self {
        Self {
            scopes: scopes(&row),
            id: row.id,
            name: row.name,
            hint: row.hint,
            reports,
            acts_as,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}

pub(super) fn scopes(row: &ApiKeyRow) -> Scopes {
    Scopes {
        write: row.can_write,
        read: row.can_read,
        export: row.can_export,
        admin: row.can_admin,
    }
}

/// What a key may report of.
pub(super) async fn reports(read: &mut Read, row: &ApiKeyRow) -> Result<Reports, StoreError> {
    Ok(Reports {
        applications: reporters::applications_of(read, &row.id).await?,
        names_accounts: row.names_accounts,
        mapping: row.mapping.clone(),
    })
}

/// The newest keys, for administrators.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<ApiKey>, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut read = app.store().read().await?;
    let mut keys = Vec::new();
    for row in api_key::newest(&mut read).await? {
        let account = account::get(&mut read, &row.account_id).await?;
        let reports = reports(&mut read, &row).await?;
        keys.push(ApiKey::of(
            row,
            reports,
            account.map(|account| account.person()).unwrap_or_default(),
        ));
    }
    Ok(keys)
}
