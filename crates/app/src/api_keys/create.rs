//! Creating a key.

use activity::Target;
use store::accounts::account;
use store::accounts::api_key::{self, ApiKeyRow};

use super::{ApiKey, token};
use crate::accounts::{ChangeError, FieldError, new_id, token_hash};
use crate::activity::facts;
use crate::{App, Begun, Caller, Scopes, Tx};

const NAME_MAX: usize = 100;

/// The key to create.
#[derive(Clone, Debug, Default)]
pub struct NewKeyRequest {
    /// What uses it.
    pub name: String,
    /// What it may do; at least one thing.
    pub scopes: Scopes,
    /// The account it acts as, by id; the caller's own without one. What that account may not do, the key may not.
    pub user_id: Option<String>,
}

/// A key that was created.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The key itself, shown once: `None` where the request repeats one that was answered with it.
    pub token: Option<String>,
    /// What is kept of it.
    pub key: ApiKey,
}

/// Creates a key; an administrator's to do.
pub async fn create(app: &App, caller: &Caller, request: NewKeyRequest) -> Result<NewKey, ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let name = check(&request).map_err(ChangeError::Invalid)?;
    let asked = (&name, scopes_text(request.scopes), &request.user_id);
    let mut tx = match app.begin_once::<String>(caller, "api_keys/create", &asked).await? {
        Begun::Now(tx) => tx,
        Begun::Before(mut tx, id) => return again(&mut tx, &id).await,
    };
    let acts_as = request.user_id.as_deref().unwrap_or(&caller.person.id);
    let Some(account) = account::get(tx.conn(), acts_as).await? else {
        return Err(ChangeError::invalid(
            "user_id",
            "There is no such user for the key to act as; choose one.",
        ));
    };
    let token = token::new(app, token::API);
    let row = ApiKeyRow {
        id: new_id(app, "key"),
        account_id: account.id.clone(),
        name,
        hint: token::hint(token::API, &token),
        can_write: request.scopes.write,
        can_read: request.scopes.read,
        can_export: request.scopes.export,
        can_admin: request.scopes.admin,
        created_by: caller.person.id.clone(),
        created_at: app.now(),
        last_used_at: None,
        revoked_at: None,
    };
    api_key::insert(tx.conn(), &row, &token_hash(&token)).await?;
    let mut created = facts::about(app, caller, "api_key.created", &account.person());
    created.targets = vec![target(&row)];
    created
        .metadata
        .insert("scopes".to_owned(), scopes_text(request.scopes));
    tx.answered(&row.id).await?;
    tx.commit(created).await?;
    Ok(NewKey {
        token: Some(token),
        key: ApiKey::of(row, account.person()),
    })
}

/// What a repeat is answered: the key itself was shown once.
async fn again(tx: &mut Tx, id: &str) -> Result<NewKey, ChangeError> {
    let row = api_key::get(tx.conn(), id).await?.ok_or(ChangeError::NotFound)?;
    let account = account::get(tx.conn(), &row.account_id).await?;
    let account = account.ok_or(ChangeError::NotFound)?;
    Ok(NewKey {
        token: None,
        key: ApiKey::of(row, account.person()),
    })
}

pub(super) fn target(row: &ApiKeyRow) -> Target {
    Target {
        kind: "api_key".to_owned(),
        id: row.id.clone(),
        name: row.name.clone(),
        ..Target::default()
    }
}

fn check(request: &NewKeyRequest) -> Result<String, Vec<FieldError>> {
    let name = request.name.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut errors = Vec::new();
    let length = name.chars().count();
    if name.is_empty() {
        errors.push(FieldError::new(
            "name",
            "Say what will use the key, such as `Nightly import`.",
        ));
    } else if length > NAME_MAX || name.chars().any(char::is_control) {
        errors.push(FieldError::new(
            "name",
            format!("The name has {length} characters; at most {NAME_MAX} plain ones fit."),
        ));
    }
    if request.scopes == Scopes::default() {
        errors.push(FieldError::new("scopes", "Choose at least one thing the key may do."));
    }
    if errors.is_empty() { Ok(name) } else { Err(errors) }
}

fn scopes_text(scopes: Scopes) -> String {
    let named = [
        (scopes.write, "activities:write"),
        (scopes.read, "activities:read"),
        (scopes.export, "export"),
        (scopes.admin, "admin"),
    ];
    named
        .iter()
        .filter(|(has, _)| *has)
        .map(|(_, name)| *name)
        .collect::<Vec<_>>()
        .join(", ")
}
