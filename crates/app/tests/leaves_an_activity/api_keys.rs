//! API keys.

use app::Scopes;
use app::api_keys::{self, NewKeyRequest};

use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("api_keys/authenticate", Is::Silent("only when a key was last used")),
    ("api_keys/create", Is::Mutating(&["api_key.created"])),
    ("api_keys/list", Is::Reading),
    ("api_keys/mod", Is::Machinery),
    ("api_keys/reports", Is::Machinery),
    ("api_keys/revoke", Is::Mutating(&["api_key.revoked"])),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin) = (stage.app(), &stage.admin);
    match row {
        "api_keys/create" => action(api_keys::create(app, admin, request())),
        "api_keys/revoke" => {
            let made = api_keys::create(app, admin, request()).await.unwrap();
            action(async move { api_keys::revoke(app, admin, &made.key.id).await })
        }
        other => no_action(other),
    }
}

fn request() -> NewKeyRequest {
    NewKeyRequest {
        name: "Import".to_owned(),
        scopes: Scopes {
            write: true,
            ..Scopes::default()
        },
        ..NewKeyRequest::default()
    }
}
