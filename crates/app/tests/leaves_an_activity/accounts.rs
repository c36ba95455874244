//! Accounts.

use app::accounts::{
    self, ChangePassword, EditAccount, EditUser, FirstAdministrator, NewUser, Profile, RequestEmailChange,
};
use app::factors::Proof;
use app::{ChangeError, Roles};

use crate::support::{GOOD, OTHER, WRONG, visitor};
use crate::{Action, Is, Stage, Table, action, no_action};

pub(crate) const TABLE: Table = &[
    ("accounts/activate", Is::Mutating(&["account.activation_link_used"])),
    (
        "accounts/cancel_email_change",
        Is::Mutating(&["user.email_change_cancelled"]),
    ),
    ("accounts/change_password", Is::Mutating(&["user.password_changed"])),
    (
        "accounts/change_password@wrong",
        Is::Mutating(&["user.reauthentication_failed"]),
    ),
    ("accounts/confirm_email_change", Is::Mutating(&["user.email_changed"])),
    (
        "accounts/create_first_administrator",
        Is::Mutating(&["account.created"]),
    ),
    (
        "accounts/create_user",
        Is::Mutating(&["account.created", "account.activation_link_sent"]),
    ),
    (
        "accounts/edit_account",
        Is::Mutating(&[
            "account.edited",
            "account.roles_changed",
            "account.login_addresses_restricted",
            "account.login_disabled",
        ]),
    ),
    ("accounts/edit_profile", Is::Mutating(&["account.profile_edited"])),
    ("accounts/edit_user", Is::Mutating(&["account.edited"])),
    ("accounts/error", Is::Machinery),
    ("accounts/fill_skeletons", Is::Machinery),
    ("accounts/find_user", Is::Reading),
    ("accounts/fold_names", Is::Machinery),
    ("accounts/get_user", Is::Reading),
    ("accounts/links", Is::Machinery),
    ("accounts/list_users", Is::Reading),
    ("accounts/mod", Is::Machinery),
    ("accounts/model", Is::Machinery),
    ("accounts/passwords", Is::Machinery),
    ("accounts/peek_link", Is::Reading),
    (
        "accounts/preferences",
        Is::Silent("how somebody's own pages look concerns nobody"),
    ),
    ("accounts/register", Is::Machinery),
    (
        "accounts/request_email_change",
        Is::Mutating(&["user.email_change_requested"]),
    ),
    (
        "accounts/request_reset",
        Is::Mutating(&["user.password_reset_requested"]),
    ),
    (
        "accounts/reset_password",
        Is::Mutating(&["user.password_reset_completed", "user.forced_logout"]),
    ),
    (
        "accounts/send_activation",
        Is::Mutating(&["account.activation_link_sent"]),
    ),
    (
        "accounts/set_login_addresses",
        Is::Mutating(&["account.login_addresses_restricted"]),
    ),
    ("accounts/set_login_enabled", Is::Mutating(&["account.login_disabled"])),
    (
        "accounts/set_login_enabled@again",
        Is::Mutating(&["account.login_enabled"]),
    ),
    ("accounts/set_roles", Is::Mutating(&["account.roles_changed"])),
    (
        "accounts/set_service_account",
        Is::Mutating(&["account.service_account_changed"]),
    ),
    ("accounts/unlock", Is::Mutating(&["account.unlocked"])),
];

pub(crate) async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, admin, member, id) = (stage.app(), &stage.admin, &stage.member, stage.id());
    match row {
        "accounts/activate" => {
            let token = stage.test.token_of("Activate your account").await;
            action(async move { accounts::activate(app, &visitor(), &token, GOOD).await })
        }
        "accounts/change_password" => {
            let typed = ChangePassword {
                others: Default::default(),
                current: GOOD.to_owned(),
                new: OTHER.to_owned(),
            };
            action(accounts::change_password(app, member, typed))
        }
        "accounts/change_password@wrong" => {
            let typed = ChangePassword {
                others: Default::default(),
                current: WRONG.to_owned(),
                new: OTHER.to_owned(),
            };
            action(async move {
                match accounts::change_password(app, member, typed).await {
                    Err(ChangeError::Invalid(_)) => Ok(()),
                    other => Err(other),
                }
            })
        }
        "accounts/create_first_administrator" => action(accounts::create_first_administrator(app, first())),
        "accounts/create_user" => {
            let new = NewUser {
                given_name: "New".to_owned(),
                username: "new".to_owned(),
                email: "new@example.com".to_owned(),
                ..NewUser::default()
            };
            action(accounts::create_user(app, admin, new))
        }
        "accounts/edit_account" => {
            let edit = EditAccount {
                given_name: Some("S".to_owned()),
                roles: Some(Roles {
                    administrator: false,
                    auditor: true,
                }),
                login_addresses: Some(vec!["10.0.0.0/8".to_owned()]),
                login_enabled: Some(false),
                ..EditAccount::default()
            };
            action(accounts::edit_account(app, admin, id, edit, None))
        }
        "accounts/edit_profile" => {
            let profile = Profile {
                given_name: "S".to_owned(),
                family_name: "J".to_owned(),
                time_zone: "EST".to_owned(),
            };
            action(accounts::edit_profile(app, member, profile))
        }
        "accounts/edit_user" => {
            let edit = EditUser {
                given_name: "S".to_owned(),
                family_name: "J".to_owned(),
                username: "sj".to_owned(),
                email: "sj@example.com".to_owned(),
            };
            action(accounts::edit_user(app, admin, id, edit))
        }
        "accounts/request_reset" => action(async move { accounts::request_reset(app, &visitor(), "sam").await }),
        "accounts/reset_password" => {
            accounts::request_reset(app, &visitor(), "sam").await.unwrap();
            let token = stage.test.token_of("Reset your password").await;
            action(async move { accounts::reset_password(app, &visitor(), &token, OTHER).await })
        }
        "accounts/send_activation" => action(accounts::send_activation(app, admin, &stage.invited)),
        "accounts/set_login_addresses" => action(accounts::set_login_addresses(app, admin, id, "10.0.0.0/8")),
        "accounts/set_login_enabled" => action(accounts::set_login_enabled(app, admin, id, false)),
        "accounts/set_login_enabled@again" => {
            accounts::set_login_enabled(app, admin, id, false).await.unwrap();
            action(accounts::set_login_enabled(app, admin, id, true))
        }
        "accounts/set_roles" => {
            let roles = Roles {
                administrator: false,
                auditor: true,
            };
            action(accounts::set_roles(app, admin, id, roles))
        }
        "accounts/set_service_account" => action(accounts::set_service_account(app, admin, id, true)),
        "accounts/unlock" => {
            for _ in 0..5 {
                stage.test.log_in("sam", WRONG).await.unwrap_err();
            }
            action(accounts::unlock(app, admin, id))
        }
        row if row.ends_with("email_change") => email_change(stage, row).await,
        other => no_action(other),
    }
}

async fn email_change<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    let (app, member) = (stage.app(), &stage.member);
    let asked = RequestEmailChange {
        email: "sam.new@example.com".to_owned(),
        proof: Proof::Password(GOOD.to_owned()),
    };
    if row == "accounts/request_email_change" {
        return action(accounts::request_email_change(app, member, asked));
    }
    accounts::request_email_change(app, member, asked).await.unwrap();
    let token = stage.test.token_of("A new e-mail address for an account").await;
    match row {
        "accounts/cancel_email_change" => action(accounts::cancel_email_change(app, member)),
        "accounts/confirm_email_change" => {
            action(async move { accounts::confirm_email_change(app, &visitor(), &token, Default::default()).await })
        }
        other => no_action(other),
    }
}

fn first() -> FirstAdministrator {
    FirstAdministrator {
        given_name: "First".to_owned(),
        username: "first".to_owned(),
        email: "first@example.com".to_owned(),
        password: Some(GOOD.to_owned()),
        ..FirstAdministrator::default()
    }
}
