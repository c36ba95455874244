//! Passkeys as callers see them, and what goes to a browser and comes back.

use activity::{Target, Time};
use store::passkeys::PasskeyRow;
use store::passkeys::ceremony::{self, CeremonyRow, Purpose};

use crate::tokens::{new_token, token_hash};
use crate::{App, ChangeError, FieldError, Tx, Unavailable, names};

/// Most passkeys of one account.
pub(super) const MOST: usize = 20;
/// Most characters of a passkey's name.
const NAME_MAX: usize = 60;
/// How long a browser may take to answer.
const VALID: i64 = 5 * 60 * Time::SECOND;

/// A passkey of the caller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// `pky_…`
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Time,
    /// When it last signed somebody in.
    pub last_used_at: Option<Time>,
}

impl Passkey {
    pub(super) fn of(row: PasskeyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// A question for the browser's authenticator.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// Comes back with the answer; given away once.
    pub token: String,
    /// The options of `navigator.credentials`, as JSON of WebAuthn level 3.
    pub options: serde_json::Value,
}

/// What the browser answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The token of the question.
    pub token: String,
    /// The credential as JSON of WebAuthn level 3.
    pub credential: String,
}

/// Keeps the state of a question until its answer comes, and gives it a token.
pub(super) async fn keep(
    app: &App,
    tx: &mut Tx,
    (purpose, account_id): (Purpose, Option<&str>),
    state: &impl serde::Serialize,
) -> Result<String, Unavailable> {
    let token = new_token(app);
    let created_at = app.now();
    let row = CeremonyRow {
        purpose,
        account_id: account_id.map(str::to_owned),
        state: serde_json::to_string(state).map_err(Unavailable::new)?,
        created_at,
        expires_at: created_at.plus(VALID),
    };
    ceremony::insert(tx, &row, &token_hash(&token)).await?;
    Ok(token)
}

/// The name as it is kept, or what is wrong with it.
pub(super) fn name_of(typed: &str) -> Result<String, ChangeError> {
    let name = names::tidy(typed);
    let mut errors = Vec::new();
    if name.is_empty() {
        let text = "Give the passkey a name, such as the device it is on.";
        errors.push(FieldError::new("name", text));
    }
    names::check_text("name", "name", &name, NAME_MAX, &mut errors);
    match errors.is_empty() {
        true => Ok(name),
        false => Err(ChangeError::Invalid(errors)),
    }
}

/// A passkey as an activity names it.
pub(super) fn target(id: &str, name: &str) -> Target {
    Target {
        kind: "passkey".to_owned(),
        id: id.to_owned(),
        name: name.to_owned(),
        ..Target::default()
    }
}
