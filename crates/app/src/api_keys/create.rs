//! Creating a key.

use activity::Target;
use activity::limits::METADATA_VALUE_CHARS;
use store::accounts::account::{self, AccountRow};
use store::accounts::api_key::{self, ApiKeyRow};
use store::reporters;

use super::list::reports as reports_of;
use super::{ApiKey, reports};
use crate::ids::{Prefix, new_id};
use crate::tokens::token_hash;
use crate::{App, Begun, Caller, ChangeError, FieldError, Reports, Scopes, Tx, facts, key_text};

const NAME_MAX: usize = 100;

/// The key to create.
#[derive(Clone, Debug, Default)]
pub struct NewKeyRequest {
    /// What uses it.
    pub name: String,
    /// What it may do; at least one thing.
    pub scopes: Scopes,
    /// The account it acts as, by id: a service account, or the caller's own, which it is without one. What that
    /// account may not do, the key may not.
    pub user_id: Option<String>,
    /// What it may report of.
    pub reports: Reports,
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
    let asked = (&name, scopes_text(request.scopes), &request.user_id, &request.reports);
    let mut tx = match app.begin_once::<String>(caller, "api_keys/create", &asked).await? {
        Begun::Now(tx) => tx,
        Begun::Before(mut tx, id) => return again(&mut tx, &id).await,
    };
    let account = acts_as(&mut tx, caller, &request).await?;
    let reports = reports::check(&mut tx, &request.reports, request.scopes).await?;
    let reports = reports.map_err(ChangeError::Invalid)?;
    let token = key_text::new(app, key_text::API);
    let row = ApiKeyRow {
        id: new_id(app, Prefix::ApiKey),
        account_id: account.id.clone(),
        name,
        hint: key_text::hint(key_text::API, &token),
        can_write: request.scopes.write,
        can_read: request.scopes.read,
        can_export: request.scopes.export,
        can_admin: request.scopes.admin,
        names_accounts: reports.names_accounts,
        mapping: reports.mapping.clone(),
        created_by: caller.person.id.clone(),
        created_at: app.now(),
        last_used_at: None,
        revoked_at: None,
    };
    api_key::insert(&mut tx, &row, &token_hash(&token)).await?;
    reporters::set_applications(&mut tx, &row.id, &reports.applications).await?;
    let mut created = facts::about(app, caller, "api_key.created", &account.person());
    created.targets = vec![target(&row)];
    created
        .metadata
        .insert("scopes".to_owned(), scopes_text(request.scopes));
    if request.scopes.write {
        let said = said_of(&reports);
        created
            .metadata
            .extend(said.map(|(key, value)| (key.to_owned(), value)));
        let mapping = reports.mapping.clone();
        created
            .metadata
            .extend(mapping.map(|name| ("mapping".to_owned(), name)));
    }
    tx.answered(&row.id).await?;
    tx.commit(created).await?;
    Ok(NewKey {
        token: Some(token),
        key: ApiKey::of(row, reports, account.person()),
    })
}

/// The account a new key acts as: a service account, or its maker's.
async fn acts_as(tx: &mut Tx, caller: &Caller, request: &NewKeyRequest) -> Result<AccountRow, ChangeError> {
    let id = request.user_id.as_deref().unwrap_or(&caller.person.id);
    let Some(account) = account::get(tx, id).await? else {
        return Err(ChangeError::invalid(
            "user_id",
            "There is no such user for the key to act as; choose one.",
        ));
    };
    // Nobody makes a program that speaks as another person.
    if account.is_service || account.id == caller.person.id {
        return Ok(account);
    }
    Err(ChangeError::invalid(
        "user_id",
        "A key acts as a service account or as whoever creates it, never as somebody else; choose a service account.",
    ))
}

/// What a repeat is answered: the key itself was shown once.
async fn again(tx: &mut Tx, id: &str) -> Result<NewKey, ChangeError> {
    let row = api_key::get(tx, id).await?.ok_or(ChangeError::NotFound)?;
    let account = account::get(tx, &row.account_id).await?;
    let account = account.ok_or(ChangeError::NotFound)?;
    let reports = reports_of(tx, &row).await?;
    Ok(NewKey {
        token: None,
        key: ApiKey::of(row, reports, account.person()),
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

/// What a key may report of, for the log.
fn said_of(reports: &Reports) -> [(&'static str, String); 2] {
    let mut ids: Vec<&str> = reports.applications.iter().map(|each| each.id.as_str()).collect();
    if ids.is_empty() {
        ids.push("any but this installation's own");
    }
    let names = if reports.names_accounts { "yes" } else { "no" };
    [
        (
            "reports_for",
            ids.join(", ").chars().take(METADATA_VALUE_CHARS).collect(),
        ),
        ("names_accounts", names.to_owned()),
    ]
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
