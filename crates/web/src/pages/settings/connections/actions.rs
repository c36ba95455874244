//! The buttons of the page: one call each, then back to it.

use app::ChangeError;
use app::connections::{self, Standing};
use axum::extract::{Path, State};
use axum::response::Response;

use super::HERE;
use super::page::said;
use crate::AppState;
use crate::shell::{Fields, Flash, Href, LocalPath, PageError, SignedIn, done, redirect_with};

pub(super) async fn request(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    fields: Fields,
) -> Result<Response, PageError> {
    let asked = connections::request(state.app(), &caller, fields.trimmed("login")).await;
    let connection = match asked {
        Ok(connection) => connection,
        Err(error) => return Ok(redirect_with(HERE, Flash::bad(said(error)?))),
    };
    let name = connection.person.name;
    Ok(match connection.standing {
        Standing::Connected => redirect_with(HERE, Flash::good(format!("You and {name} are connected."))),
        _ => redirect_with(
            Href::from(HERE).with(&[("show", "sent")]),
            Flash::good(format!("You asked {name} to connect.")),
        ),
    })
}

/// Back to the list the button stood in, with what came of it.
fn back(outcome: Result<(), ChangeError>, fields: &Fields, text: &str) -> Result<Response, PageError> {
    let back = fields
        .opt("back")
        .map_or_else(|| LocalPath::or_home(HERE), LocalPath::or_home);
    match outcome {
        // The other one was quicker: the list shows how it stands now.
        Err(ChangeError::NotFound) => Ok(redirect_with(
            &back,
            Flash::bad("It has changed meanwhile; this is how it stands now."),
        )),
        outcome => done(outcome, &back, text),
    }
}

/// One thing to do with one person.
macro_rules! action {
    ($name:ident, $done:literal) => {
        pub(super) async fn $name(
            State(state): State<AppState>,
            SignedIn(caller): SignedIn,
            Path(user): Path<String>,
            fields: Fields,
        ) -> Result<Response, PageError> {
            let outcome = connections::$name(state.app(), &caller, &user).await;
            back(outcome, &fields, $done)
        }
    };
}

action!(accept, "You are connected.");
action!(reject, "Rejected the request.");
action!(cancel, "Withdrew your request.");
action!(remove, "Removed the connection.");
action!(block, "Blocked. They cannot find or ask you any more.");
action!(unblock, "Not blocked any more.");
