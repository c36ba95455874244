//! Whose rows left is what they are told, however somebody asked: a property over random questions, and the cases
//! that once escaped.

mod cases;
mod property;

use std::collections::BTreeMap;

use activity::{Activity, By, Facts, Outcome, Person, json};
use serde_json::Value;
use store::accounts::api_key::{self, ApiKeyRow};

use crate::accounts::{Activation, NewUser, create_user};
use crate::activity::tests::support::{Setup, of};
use crate::privacy::{Disclosed, readers};
use crate::{Caller, Origin, PageRequest, Quiet, Reports, Roles, Scopes, Via};

/// Accounts and what is in their logs: rows of each alone, of one by another, of nobody by somebody, and of strangers.
struct World {
    setup: Setup,
    ada: Caller,
    otto: Caller,
    bob: Caller,
    cara: Caller,
}

impl World {
    async fn new() -> Self {
        let setup = Setup::new().await;
        let administrator = Roles {
            administrator: true,
            auditor: false,
        };
        let auditor = Roles {
            administrator: false,
            auditor: true,
        };
        let world = Self {
            ada: account(&setup, "ada", administrator).await,
            otto: account(&setup, "otto", auditor).await,
            bob: account(&setup, "bob", Roles::default()).await,
            cara: account(&setup, "cara", Roles::default()).await,
            setup,
        };
        let (ada, bob, cara) = (&world.ada.person, &world.bob.person, &world.cara.person);
        let mut rows = Vec::new();
        for person in [bob, cara, ada, bob, &world.otto.person, bob] {
            rows.push(log_in(person));
        }
        let by = |person: &Person, code: &str, by: By| Facts {
            by,
            ..Facts {
                kind: code.into(),
                ..log_in(person)
            }
        };
        rows.push(by(bob, "user.roles_changed", By::Administrator(ada.clone())));
        rows.push(by(cara, "group.member_removed", By::Member(bob.clone())));
        rows.push(Facts {
            user: None,
            ..by(ada, "application.registered", By::Administrator(ada.clone()))
        });
        rows.push(Facts {
            user: None,
            ..by(bob, "mail.failed", By::System)
        });
        rows.push(of("stranger", "user.login"));
        world.setup.append(rows).await;
        world
    }

    /// A key that `maker` made to act as `account`.
    async fn key(&self, account: &Caller, maker: &Caller) -> Caller {
        let scopes = Scopes {
            read: true,
            export: true,
            ..Scopes::default()
        };
        let id = crate::ids::new_id(&self.setup.app, crate::ids::Prefix::ApiKey);
        let row = ApiKeyRow {
            id: id.clone(),
            account_id: account.person.id.clone(),
            name: "Nightly".to_owned(),
            hint: String::new(),
            can_write: false,
            can_read: true,
            can_export: true,
            can_admin: false,
            names_accounts: false,
            mapping: None,
            created_by: maker.person.id.clone(),
            created_at: self.setup.now(),
            last_used_at: None,
            revoked_at: None,
        };
        let mut tx = self.setup.app.begin().await.unwrap();
        api_key::insert(&mut tx, &row, id.as_bytes()).await.unwrap();
        tx.commit_quietly(Quiet::Past).await.unwrap();
        Caller {
            via: Via::ApiKey {
                id,
                name: row.name,
                scopes,
                reports: Reports::default(),
            },
            ..account.clone()
        }
    }

    async fn told(&self, person: &Caller) -> Vec<Disclosed> {
        let request = PageRequest {
            after: None,
            limit: 1_000,
        };
        readers(&self.setup.app, person, &request).await.unwrap().rows
    }

    /// How many rows everybody is told of so far, by id.
    async fn rows_told(&self) -> BTreeMap<String, u64> {
        let mut told = BTreeMap::new();
        for person in [&self.ada, &self.otto, &self.bob, &self.cara] {
            let rows = self.told(person).await.iter().map(|one| one.rows).sum();
            told.insert(person.person.id.clone(), rows);
        }
        told
    }
}

async fn account(setup: &Setup, username: &str, roles: Roles) -> Caller {
    let new = NewUser {
        given_name: username.to_owned(),
        username: username.to_owned(),
        email: format!("{username}@example.com"),
        activation: Activation::Later,
        ..NewUser::default()
    };
    let created = create_user(&setup.app, &Caller::command_line(), new).await.unwrap();
    Caller {
        person: created.person,
        roles,
        via: Via::Device {
            id: format!("dev_{username}"),
        },
        origin: Origin {
            ip: "203.0.113.7".parse().ok(),
            ..Origin::default()
        },
    }
}

fn log_in(person: &Person) -> Facts {
    let mut facts = of("x", "user.login");
    facts.user = Some(person.clone());
    if person.username == "cara" {
        facts.outcome = Outcome::Failure;
    }
    facts
}

/// A row as JSON, which is how all ways of reading can be compared.
fn value(row: &Activity) -> Value {
    json::to_json(row)
}

/// Whether this row is this person's: they did it, or it was done to their account.
fn is_of(row: &Value, person: &str) -> bool {
    row["user"]["id"] == person || (row["by"]["id"] == person && row["by"]["kind"] != "application")
}
