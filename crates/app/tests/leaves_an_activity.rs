//! Every mutating use case of accounts, keys and mail leaves an activity. Each file has a row here; a new file without
//! one fails, and so does a row without its file.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use activity::Seq;
use app::accounts::{self, ChangePassword, EditUser, FirstAdministrator, NewUser, Profile};
use app::api_keys::{self, NewKeyRequest};
use app::{Caller, Roles, Scopes, Via, mail};
use support::{GOOD, OTHER, TestApp, WRONG, visitor};

/// What a file is.
enum Is {
    /// A use case that changes something, and the codes it leaves.
    Mutating(&'static [&'static str]),
    /// A use case that only reads.
    Reading,
    /// Not a use case.
    Machinery,
    /// Changes something and leaves nothing, because of this. The list only shrinks.
    #[allow(dead_code, reason = "the reason is for whoever reads the table")]
    Silent(&'static str),
}

const TABLE: &[(&str, Is)] = &[
    ("accounts/activate", Is::Mutating(&["account.activation_link_used"])),
    ("accounts/attempts", Is::Machinery),
    ("accounts/authenticate", Is::Silent("only when a device was last seen")),
    (
        "accounts/backdate",
        Is::Silent("the generated or imported activities it follows are its trace"),
    ),
    ("accounts/change_password", Is::Mutating(&["user.password_changed"])),
    (
        "accounts/create_first_administrator",
        Is::Mutating(&["account.created"]),
    ),
    (
        "accounts/create_user",
        Is::Mutating(&["account.created", "account.activation_link_sent"]),
    ),
    ("accounts/edit_profile", Is::Mutating(&["account.profile_edited"])),
    ("accounts/edit_user", Is::Mutating(&["account.edited"])),
    ("accounts/end_devices", Is::Mutating(&["device.all_ended"])),
    ("accounts/error", Is::Machinery),
    ("accounts/get_user", Is::Reading),
    ("accounts/hasher", Is::Machinery),
    ("accounts/links", Is::Machinery),
    ("accounts/list_devices", Is::Reading),
    ("accounts/list_users", Is::Reading),
    ("accounts/log_in", Is::Mutating(&["user.login_failed", "user.login"])),
    ("accounts/log_out", Is::Mutating(&["user.logout"])),
    ("accounts/mod", Is::Machinery),
    ("accounts/model", Is::Machinery),
    ("accounts/names", Is::Machinery),
    ("accounts/passwords", Is::Machinery),
    ("accounts/peek_link", Is::Reading),
    (
        "accounts/preferences",
        Is::Silent("how somebody's own pages look concerns nobody"),
    ),
    (
        "accounts/request_reset",
        Is::Mutating(&["user.password_reset_requested"]),
    ),
    (
        "accounts/reset_password",
        Is::Mutating(&["user.password_reset_completed", "user.forced_logout"]),
    ),
    ("accounts/revoke_device", Is::Mutating(&["device.revoked"])),
    (
        "accounts/send_activation",
        Is::Mutating(&["account.activation_link_sent"]),
    ),
    (
        "accounts/set_login_addresses",
        Is::Mutating(&["account.login_addresses_restricted"]),
    ),
    (
        "accounts/set_login_enabled",
        Is::Mutating(&["account.login_disabled", "account.login_enabled"]),
    ),
    ("accounts/set_roles", Is::Mutating(&["account.roles_changed"])),
    (
        "accounts/set_service_account",
        Is::Mutating(&["account.service_account_changed"]),
    ),
    ("accounts/tokens", Is::Machinery),
    ("accounts/unlock", Is::Mutating(&["account.unlocked"])),
    ("api_keys/authenticate", Is::Silent("only when a key was last used")),
    ("api_keys/create", Is::Mutating(&["api_key.created"])),
    ("api_keys/list", Is::Reading),
    ("api_keys/mod", Is::Machinery),
    ("api_keys/revoke", Is::Mutating(&["api_key.revoked"])),
    ("api_keys/token", Is::Machinery),
    ("mail/delete", Is::Mutating(&["mail.deleted"])),
    ("mail/letters", Is::Machinery),
    ("mail/list", Is::Reading),
    ("mail/mod", Is::Machinery),
    // Needs a mail server: tests/mail.rs sends, retries and gives up.
    ("mail/retry", Is::Machinery),
    ("mail/send", Is::Machinery),
    ("mail/write", Is::Machinery),
];

#[test]
fn every_file_has_a_row_and_every_row_a_file() {
    let mut files = BTreeSet::new();
    for directory in ["accounts", "api_keys", "mail"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(directory);
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                files.insert(format!("{directory}/{}", path.file_stem().unwrap().to_str().unwrap()));
            }
        }
    }
    let rows: BTreeSet<String> = TABLE.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(files, rows, "on the left what there is, on the right the table");
}

#[tokio::test]
async fn every_mutating_use_case_leaves_its_activities_with_who_did_it_and_from_where() {
    let mut left = BTreeMap::new();
    for (file, is) in TABLE {
        let Is::Mutating(expected) = is else { continue };
        let test = TestApp::new().await;
        let stage = Stage::new(&test).await;
        let before = test.activities().await.len() as Seq;
        stage.act(file).await;
        let new: Vec<_> = test
            .activities()
            .await
            .into_iter()
            .filter(|activity| activity.seq >= before)
            .collect();
        let codes: Vec<&str> = new.iter().map(|activity| &*activity.kind).collect();
        for code in *expected {
            assert!(codes.contains(code), "{file} left {codes:?}, not {code}");
            assert!(
                activity::catalogue::find(code).is_some(),
                "{code} is not in the catalogue"
            );
        }
        for activity in &new {
            assert!(activity.user.is_some(), "{file} left {} without a user", activity.kind);
        }
        left.insert(*file, codes.len());
    }
    assert!(left.values().all(|n| *n > 0), "{left:?}");
}

/// An administrator, a member who is signed in twice, and somebody who was invited.
struct Stage<'a> {
    test: &'a TestApp,
    admin: Caller,
    member: Caller,
    other_device: String,
    invited: String,
}

impl<'a> Stage<'a> {
    async fn new(test: &'a TestApp) -> Self {
        let admin = test.admin().await;
        let member = test.signed_in("sam", Roles::default()).await;
        let other = test.log_in("sam", GOOD).await.unwrap().caller;
        let Via::Device { id: other_device } = other.via else {
            panic!()
        };
        let invited = test.invited("inv").await;
        Self {
            test,
            admin,
            member,
            other_device,
            invited,
        }
    }

    async fn act(&self, file: &str) {
        let (app, admin, member) = (&self.test.app, &self.admin, &self.member);
        let id = member.person.id.as_str();
        match file {
            "accounts/activate" => {
                let token = self.test.token_of("Activate your account").await;
                accounts::activate(app, &visitor(), &token, GOOD).await.unwrap();
            }
            "accounts/change_password" => {
                let typed = ChangePassword {
                    current: GOOD.to_owned(),
                    new: OTHER.to_owned(),
                };
                accounts::change_password(app, member, typed).await.unwrap();
            }
            "accounts/create_first_administrator" => {
                let first = FirstAdministrator {
                    given_name: "First".to_owned(),
                    username: "first".to_owned(),
                    email: "first@example.com".to_owned(),
                    password: Some(GOOD.to_owned()),
                    ..FirstAdministrator::default()
                };
                accounts::create_first_administrator(app, first).await.unwrap();
            }
            "accounts/create_user" => {
                let new = NewUser {
                    given_name: "New".to_owned(),
                    username: "new".to_owned(),
                    email: "new@example.com".to_owned(),
                    ..NewUser::default()
                };
                accounts::create_user(app, admin, new).await.unwrap();
            }
            "accounts/edit_profile" => {
                let profile = Profile {
                    given_name: "S".to_owned(),
                    family_name: "J".to_owned(),
                    time_zone: "EST".to_owned(),
                };
                accounts::edit_profile(app, member, profile).await.unwrap();
            }
            "accounts/edit_user" => {
                let edit = EditUser {
                    given_name: "S".to_owned(),
                    family_name: "J".to_owned(),
                    username: "sj".to_owned(),
                    email: "sj@example.com".to_owned(),
                };
                accounts::edit_user(app, admin, id, edit).await.unwrap();
            }
            "accounts/end_devices" => drop(accounts::end_devices(app, admin, id).await.unwrap()),
            "accounts/log_in" => {
                self.test.log_in("sam", WRONG).await.unwrap_err();
                self.test.log_in("sam", GOOD).await.unwrap();
            }
            "accounts/log_out" => accounts::log_out(app, member).await.unwrap(),
            "accounts/request_reset" => accounts::request_reset(app, &visitor(), "sam").await.unwrap(),
            "accounts/reset_password" => {
                accounts::request_reset(app, &visitor(), "sam").await.unwrap();
                let token = self.test.token_of("Reset your password").await;
                accounts::reset_password(app, &visitor(), &token, OTHER).await.unwrap();
            }
            "accounts/revoke_device" => {
                accounts::revoke_device(app, member, id, &self.other_device)
                    .await
                    .unwrap();
            }
            "accounts/send_activation" => accounts::send_activation(app, admin, &self.invited).await.unwrap(),
            "accounts/set_login_addresses" => {
                accounts::set_login_addresses(app, admin, id, "10.0.0.0/8")
                    .await
                    .unwrap();
            }
            "accounts/set_login_enabled" => {
                accounts::set_login_enabled(app, admin, id, false).await.unwrap();
                accounts::set_login_enabled(app, admin, id, true).await.unwrap();
            }
            "accounts/set_roles" => {
                accounts::set_roles(
                    app,
                    admin,
                    id,
                    Roles {
                        administrator: false,
                        auditor: true,
                    },
                )
                .await
                .unwrap();
            }
            "accounts/set_service_account" => accounts::set_service_account(app, admin, id, true).await.unwrap(),
            "accounts/unlock" => accounts::unlock(app, admin, id).await.unwrap(),
            "api_keys/create" => drop(self.key().await),
            "api_keys/revoke" => {
                let key = self.key().await;
                api_keys::revoke(app, admin, &key).await.unwrap();
            }
            "mail/delete" => {
                let mails = mail::list(app, admin, None).await.unwrap().mails;
                mail::delete(app, admin, &mails[0].id).await.unwrap();
            }
            other => panic!("{other} is in the table without a deed"),
        }
    }

    async fn key(&self) -> String {
        let scopes = Scopes {
            write: true,
            ..Scopes::default()
        };
        let request = NewKeyRequest {
            name: "Import".to_owned(),
            scopes,
            user_id: None,
        };
        api_keys::create(&self.test.app, &self.admin, request)
            .await
            .unwrap()
            .key
            .id
    }
}
