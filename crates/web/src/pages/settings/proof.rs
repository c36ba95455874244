//! The fields in which a signed-in person proves again who they are: a password, or a code.

use app::Caller;
use app::factors::Proof;

use crate::AppState;
use crate::shell::{Fields, PageError, refused};

/// What was typed: a code if there is one, else the password.
pub(super) fn proof_of(fields: &Fields) -> Proof {
    match fields.trimmed("code") {
        "" => Proof::Password(fields.get("password").to_owned()),
        code => Proof::Code(code.to_owned()),
    }
}

/// Whether the caller has codes to give instead of the password.
pub(super) async fn takes_codes(state: &AppState, caller: &Caller) -> Result<bool, PageError> {
    let factors = app::factors::get_factors(state.app(), caller).await.map_err(refused)?;
    Ok(factors.proved_with_code())
}
