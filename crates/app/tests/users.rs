//! What administrators do: creating, finding, editing, roles, addresses, keys; and who may not.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::accounts::{self, Activation, EditUser, NewUser, Order, Profile, RoleFilter, Sort, StatusFilter, UserSearch};
use app::api_keys::{self, NewKeyRequest};
use app::groups::{self, GroupRole, NewGroup};
use app::{Caller, ChangeError, Roles, Scopes, devices};
use data_encoding::BASE64URL_NOPAD;
use support::{GOOD, ORDERS, TestApp, WRONG, origin};

fn names(page: &accounts::UserPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.person.username.as_str()).collect()
}

fn find(text: &str) -> UserSearch {
    UserSearch {
        find: text.to_owned(),
        limit: 50,
        ..UserSearch::default()
    }
}

fn fields(error: &ChangeError) -> Vec<&'static str> {
    match error {
        ChangeError::Invalid(errors) => errors.iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn users_are_found_by_the_beginnings_of_their_words_regardless_of_case() {
    let test = TestApp::new().await;
    let cli = Caller::command_line();
    for (given, family, username) in [
        ("Zoë", "O'Brien-Silva", "zob"),
        ("Sam", "Jones", "sam.jones"),
        ("STRASSE", "Ähre", "x-y_z"),
    ] {
        let new = NewUser {
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            username: username.to_owned(),
            email: format!("{username}@mail.example.com"),
            activation: Activation::Later,
            ..NewUser::default()
        };
        accounts::create_user(&test.app, &cli, new).await.unwrap();
    }
    for (text, expected) in [
        ("SILVA", vec!["zob"]),
        ("brien", vec!["zob"]),
        ("zo\u{eb} o'b", vec!["zob"]),
        ("zoe\u{308}", vec!["zob"]),
        ("jones sam", vec!["sam.jones"]),
        ("SAM.JONES@mail", vec!["sam.jones"]),
        ("@mail.example", vec!["sam.jones", "x-y_z", "zob"]),
        ("ähre strasse", vec!["x-y_z"]),
        ("ilva", vec![]),
        ("sam silva", vec![]),
        ("%", vec!["sam.jones", "x-y_z", "zob"]),
    ] {
        let page = accounts::list_users(&test.app, &cli, &find(text)).await.unwrap();
        assert_eq!(names(&page), expected, "{text:?}");
        assert_eq!(page.total.n as usize, expected.len());
    }
}

#[tokio::test]
async fn an_exact_username_or_address_is_found_however_many_begin_like_it() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    for n in 0..60 {
        test.signed_in(&format!("sam{n:02}"), Roles::default()).await;
    }
    let sam = test.signed_in("sam", Roles::default()).await;
    for login in ["SAM", "Sam@Example.com"] {
        let found = accounts::find_user(&test.app, &admin, login).await.unwrap();
        assert_eq!(found.unwrap().id, sam.person.id, "{login}");
    }
    assert!(accounts::find_user(&test.app, &admin, "sa").await.unwrap().is_none());
    assert!(accounts::find_user(&test.app, &admin, "").await.unwrap().is_none());
    let refused = accounts::find_user(&test.app, &sam, "sam00").await;
    assert!(matches!(refused, Err(ChangeError::Forbidden)));
}

#[tokio::test]
async fn paging_shows_every_user_once_in_every_order() {
    let test = TestApp::new().await;
    let cli = Caller::command_line();
    for n in 0..23 {
        let id = test
            .create(
                &format!("u{n:02}"),
                Roles::default(),
                Activation::Password(GOOD.to_owned()),
            )
            .await;
        if n % 3 == 0 {
            test.log_in(&format!("u{n:02}"), GOOD).await.unwrap();
        }
        if n % 4 == 0 {
            accounts::set_login_enabled(&test.app, &cli, &id, false).await.unwrap();
        }
        test.clock.advance(1_000 * i64::from(n % 2));
    }
    for by in ORDERS {
        for descending in [false, true] {
            let mut seen = Vec::new();
            let mut search = UserSearch {
                sort: Sort { by, descending },
                limit: 5,
                ..UserSearch::default()
            };
            loop {
                let page = accounts::list_users(&test.app, &cli, &search).await.unwrap();
                assert_eq!(page.before as usize, seen.len());
                assert_eq!((page.total.n, page.total.exact), (23, true));
                seen.extend(page.rows.iter().map(|row| row.person.username.clone()));
                match page.turns.next {
                    Some(next) => search.after = Some(next),
                    None => break,
                }
            }
            let mut all = seen.clone();
            all.sort();
            all.dedup();
            assert_eq!((seen.len(), all.len()), (23, 23), "{by:?} {descending}");
            if by == Order::Username {
                assert_eq!(seen.is_sorted(), !descending);
            }
        }
    }
    let other = UserSearch {
        after: Some("bm9uc2Vuc2U".to_owned()),
        limit: 5,
        ..UserSearch::default()
    };
    let error = accounts::list_users(&test.app, &cli, &other).await.unwrap_err();
    assert_eq!(fields(&error), ["after"]);
    forged_cursors(&test, &cli).await;
}

#[tokio::test]
async fn users_of_a_group_are_found_with_every_other_filter() {
    let test = TestApp::new().await;
    let (admin, cli) = (test.admin().await, Caller::command_line());
    let new = NewGroup {
        name: "Field team".to_owned(),
        ..NewGroup::default()
    };
    let team = groups::create(&test.app, &admin, new).await.unwrap().id;
    for n in 0..6 {
        let id = test.invited(&format!("u{n}")).await;
        if n % 2 == 0 {
            groups::add_member(&test.app, &admin, &team, &id, GroupRole::Member)
                .await
                .unwrap();
        }
    }
    let of = async |group: &str, find: &str, role: Option<RoleFilter>| {
        let search = UserSearch {
            find: find.to_owned(),
            group: Some(group.to_owned()),
            role,
            limit: 10,
            ..UserSearch::default()
        };
        let page = accounts::list_users(&test.app, &cli, &search).await?;
        assert_eq!(page.total.n as usize, page.rows.len());
        Ok::<_, ChangeError>(page.rows.into_iter().map(|row| row.person.username).collect::<Vec<_>>())
    };
    assert_eq!(of(&team, "", None).await.unwrap(), ["ada", "u0", "u2", "u4"]);
    assert_eq!(of(&team, "u2", None).await.unwrap(), ["u2"]);
    assert_eq!(of(&team, "u1", None).await.unwrap(), [""; 0], "of another group");
    assert_eq!(of(&team, "", Some(RoleFilter::Administrator)).await.unwrap(), ["ada"]);
    let none = of("grp_none", "", None).await.unwrap_err();
    assert!(matches!(none, ChangeError::NotFound), "{none:?}");
    let mia = test.signed_in("mia", Roles::default()).await;
    let search = UserSearch {
        group: Some(team),
        limit: 10,
        ..UserSearch::default()
    };
    let refused = accounts::list_users(&test.app, &mia, &search).await;
    assert!(
        matches!(refused, Err(ChangeError::Forbidden)),
        "a member asks nobody's members"
    );
}

#[tokio::test]
async fn filters_show_what_the_column_says() {
    let test = TestApp::new().await;
    let cli = Caller::command_line();
    test.invited("never").await;
    test.active(
        "active",
        Roles {
            administrator: true,
            auditor: false,
        },
    )
    .await;
    test.invited("failed").await;
    test.log_in("failed", GOOD).await.unwrap_err();
    test.active(
        "locked",
        Roles {
            administrator: false,
            auditor: true,
        },
    )
    .await;
    for _ in 0..5 {
        test.log_in("locked", WRONG).await.unwrap_err();
    }
    test.active("in", Roles::default()).await;
    test.log_in("in", GOOD).await.unwrap();
    let by_status = |status| UserSearch {
        status: Some(status),
        limit: 10,
        ..UserSearch::default()
    };
    for (status, expected) in [
        (StatusFilter::Never, "never"),
        (StatusFilter::Active, "active"),
        (StatusFilter::Failed, "failed"),
        (StatusFilter::Locked, "locked"),
        (StatusFilter::LoggedIn, "in"),
    ] {
        let page = accounts::list_users(&test.app, &cli, &by_status(status)).await.unwrap();
        assert_eq!(names(&page), [expected], "{status:?}");
    }
    test.clock.advance(support::HOUR);
    let page = accounts::list_users(&test.app, &cli, &by_status(StatusFilter::Failed))
        .await
        .unwrap();
    assert_eq!(names(&page), ["failed", "locked"], "a lapsed lock reads Failed");
    for (role, expected) in [
        (RoleFilter::Administrator, vec!["active"]),
        (RoleFilter::Auditor, vec!["locked"]),
        (RoleFilter::Member, vec!["failed", "in", "never"]),
        (RoleFilter::Service, vec![]),
    ] {
        let search = UserSearch {
            role: Some(role),
            limit: 10,
            ..UserSearch::default()
        };
        assert_eq!(
            names(&accounts::list_users(&test.app, &cli, &search).await.unwrap()),
            expected,
            "{role:?}"
        );
    }
}

#[tokio::test]
async fn usernames_and_addresses_are_unique_whatever_their_case() {
    let test = TestApp::new().await;
    let cli = Caller::command_line();
    let id = test.invited("sam").await;
    let new = |username: &str, email: &str| NewUser {
        given_name: "Other".to_owned(),
        username: username.to_owned(),
        email: email.to_owned(),
        ..NewUser::default()
    };
    for (username, email, wrong) in [
        ("SAM", "o@example.com", vec!["username"]),
        ("other", "Sam@Example.com", vec!["email"]),
        ("sam@example.com", "o@example.com", vec!["username"]),
        ("", "nonsense", vec!["username", "email"]),
        ("two words", "o@example.com", vec!["username"]),
        ("sam\u{202e}x", "o@example.com", vec!["username"]),
    ] {
        let error = accounts::create_user(&test.app, &cli, new(username, email))
            .await
            .unwrap_err();
        assert_eq!(fields(&error), wrong, "{username} {email}");
    }
    let edit = EditUser {
        given_name: "Samuel".to_owned(),
        family_name: "Jones".to_owned(),
        username: "Sam".to_owned(),
        email: "samuel@example.com".to_owned(),
    };
    accounts::edit_user(&test.app, &cli, &id, edit.clone()).await.unwrap();
    accounts::edit_user(&test.app, &cli, &id, edit).await.unwrap();
    assert_eq!(
        test.count("account.edited").await,
        1,
        "what changes nothing leaves nothing"
    );
    let (subject, body) = test.mails().await.remove(0);
    assert!(
        subject.contains("e-mail address") && body.contains("samuel@example.com"),
        "told to the old address"
    );
    let page = accounts::list_users(&test.app, &cli, &find("samuel")).await.unwrap();
    assert_eq!(names(&page), ["Sam"], "found by the new name");
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let id = admin.person.id.clone();
    for error in [
        accounts::set_roles(&test.app, &admin, &id, Roles::default())
            .await
            .unwrap_err(),
        accounts::set_login_enabled(&test.app, &admin, &id, false)
            .await
            .unwrap_err(),
        accounts::set_service_account(&test.app, &admin, &id, true)
            .await
            .unwrap_err(),
        accounts::set_login_addresses(&test.app, &admin, &id, "10.0.0.1")
            .await
            .unwrap_err(),
    ] {
        assert!(matches!(error, ChangeError::Invalid(_)), "{error:?}");
    }
    test.active(
        "bob",
        Roles {
            administrator: true,
            auditor: false,
        },
    )
    .await;
    accounts::set_roles(&test.app, &admin, &id, Roles::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn members_and_auditors_change_nobody() {
    let test = TestApp::new().await;
    let target = test.active("sam", Roles::default()).await;
    let before = test.activities().await.len();
    for caller in [
        test.signed_in("mem", Roles::default()).await,
        test.signed_in(
            "aud",
            Roles {
                administrator: false,
                auditor: true,
            },
        )
        .await,
    ] {
        let app = &test.app;
        let edit = EditUser::default();
        let refused = [
            accounts::create_user(app, &caller, NewUser::default()).await.err(),
            accounts::edit_user(app, &caller, &target, edit).await.err(),
            accounts::set_login_enabled(app, &caller, &target, false).await.err(),
            accounts::set_roles(app, &caller, &target, Roles::default()).await.err(),
            accounts::set_roles(
                app,
                &caller,
                &caller.person.id,
                Roles {
                    administrator: true,
                    auditor: true,
                },
            )
            .await
            .err(),
            accounts::set_login_addresses(app, &caller, &target, "").await.err(),
            accounts::set_service_account(app, &caller, &target, true).await.err(),
            accounts::unlock(app, &caller, &target).await.err(),
            accounts::send_activation(app, &caller, &target).await.err(),
            devices::end_devices(app, &caller, &target).await.err(),
            devices::revoke_device(app, &caller, &target, "dev_x").await.err(),
            api_keys::create(app, &caller, NewKeyRequest::default()).await.err(),
            api_keys::list(app, &caller).await.err(),
            api_keys::revoke(app, &caller, "key_x").await.err(),
            app::mail::list(app, &caller, None).await.err(),
            app::mail::retry(app, &caller, "mail_x").await.err(),
            app::mail::delete(app, &caller, "mail_x").await.err(),
        ];
        for (at, error) in refused.into_iter().enumerate() {
            assert!(matches!(error, Some(ChangeError::Forbidden)), "number {at}: {error:?}");
        }
    }
    let member = test.log_in("mem", GOOD).await.unwrap().caller;
    assert!(matches!(
        accounts::get_user(&test.app, &member, &target).await,
        Err(ChangeError::Forbidden)
    ));
    assert!(matches!(
        accounts::list_users(&test.app, &member, &find("")).await,
        Err(ChangeError::Forbidden)
    ));
    assert_eq!(
        test.activities().await.len(),
        before + 5,
        "two accounts created, three log-ins, nothing else"
    );
}

#[tokio::test]
async fn a_member_ends_their_own_devices_and_nobody_elses() {
    let test = TestApp::new().await;
    test.active("sam", Roles::default()).await;
    let eve = test.signed_in("eve", Roles::default()).await;
    let first = test.log_in("sam", GOOD).await.unwrap();
    let second = test.log_in("sam", GOOD).await.unwrap().caller;
    let app::Via::Device { id: first_id } = &first.caller.via else {
        panic!()
    };
    let stolen = devices::revoke_device(&test.app, &eve, &eve.person.id, first_id)
        .await
        .unwrap_err();
    assert!(matches!(stolen, ChangeError::NotFound));
    devices::revoke_device(&test.app, &second, &second.person.id, first_id)
        .await
        .unwrap();
    assert!(
        devices::authenticate(&test.app, &first.device_token, origin("203.0.113.7"))
            .await
            .unwrap()
            .is_none()
    );
    let devices = devices::list_devices(&test.app, &second).await.unwrap();
    assert_eq!(devices.len(), 1);
    assert!(devices[0].current);
    test.log_in("sam", GOOD).await.unwrap();
    assert_eq!(
        devices::end_devices(&test.app, &second, &second.person.id)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        devices::list_devices(&test.app, &second).await.unwrap().len(),
        1,
        "the one in use stays"
    );
}

#[tokio::test]
async fn a_key_is_shown_once_and_does_what_its_account_and_its_scopes_both_may() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let id = test.create("robot", Roles::default(), Activation::Later).await;
    accounts::set_service_account(&test.app, &admin, &id, true)
        .await
        .unwrap();
    let all = Scopes {
        write: true,
        read: true,
        export: true,
        admin: true,
    };
    let request = NewKeyRequest {
        name: "Robot".to_owned(),
        scopes: all,
        user_id: Some(id.clone()),
        ..NewKeyRequest::default()
    };
    let new = api_keys::create(&test.app, &admin, request).await.unwrap();
    let token = new.token.unwrap();
    assert!(token.starts_with("whodid_") && token.len() == 46, "{token}");
    let here = |token: String| {
        let app = test.app.clone();
        async move {
            api_keys::authenticate(&app, &token, origin("203.0.113.7"))
                .await
                .unwrap()
        }
    };
    let caller = here(token.clone()).await.unwrap();
    assert_eq!(caller.person.id, id);
    assert!(
        !caller.is_administrator() && !caller.reads_everything(),
        "the account is only a member"
    );
    accounts::set_roles(
        &test.app,
        &admin,
        &id,
        Roles {
            administrator: false,
            auditor: true,
        },
    )
    .await
    .unwrap();
    assert!(here(token.clone()).await.unwrap().reads_everything());
    assert!(here(format!("{}x", &token[..45])).await.is_none());
    assert!(here(String::new()).await.is_none());
    accounts::set_login_addresses(&test.app, &admin, &id, "10.1.0.0/16")
        .await
        .unwrap();
    assert!(here(token.clone()).await.is_none(), "addresses hold for keys too");
    accounts::set_login_addresses(&test.app, &admin, &id, "").await.unwrap();
    api_keys::revoke(&test.app, &admin, &new.key.id).await.unwrap();
    assert!(here(token.clone()).await.is_none());
    let listed = api_keys::list(&test.app, &admin).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].revoked_at.is_some() && listed[0].last_used_at.is_some());
    assert!(!format!("{listed:?}").contains(&token[20..]), "no secret in the list");
}

#[tokio::test]
async fn wrong_addresses_and_zones_are_named() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let id = test.active("sam", Roles::default()).await;
    let error = accounts::set_login_addresses(&test.app, &admin, &id, "10.0.0.0/8, 10.0.0.256\n0177.0.0.1 host").await;
    let ChangeError::Invalid(errors) = error.unwrap_err() else {
        panic!()
    };
    assert_eq!(errors.len(), 3);
    assert!(errors[0].message.contains("`10.0.0.256`"), "{}", errors[0].message);
    accounts::set_login_addresses(&test.app, &admin, &id, "10.9.8.7/8\n ::ffff:192.0.2.1;10.0.0.0/8")
        .await
        .unwrap();
    let user = accounts::get_user(&test.app, &admin, &id).await.unwrap().unwrap();
    assert_eq!(user.login_addresses, ["10.0.0.0/8", "192.0.2.1/32"]);
    let sam = test.log_in("sam", GOOD).await;
    assert!(sam.is_err());
    let profile = |zone: &str| Profile {
        given_name: "Ada".to_owned(),
        family_name: String::new(),
        time_zone: zone.to_owned(),
    };
    let error = accounts::edit_profile(&test.app, &admin, profile("Mars/Olympus"))
        .await
        .unwrap_err();
    assert_eq!(fields(&error), ["time_zone"]);
    for zone in ["EST", "UTC", "Europe/Berlin"] {
        accounts::edit_profile(&test.app, &admin, profile(zone)).await.unwrap();
    }
}

#[tokio::test]
async fn preferences_are_each_persons_own() {
    let test = TestApp::new().await;
    let ada = test.admin().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    accounts::set_preference(&test.app, &ada, "users.columns", Some(&["email"]))
        .await
        .unwrap();
    let of = |caller: &Caller| {
        let (app, caller) = (test.app.clone(), caller.clone());
        async move {
            accounts::preference::<Vec<String>>(&app, &caller, "users.columns")
                .await
                .unwrap()
        }
    };
    assert_eq!(of(&ada).await.unwrap(), ["email"]);
    assert!(of(&sam).await.is_none());
    accounts::set_preference::<()>(&test.app, &ada, "users.columns", None)
        .await
        .unwrap();
    assert!(of(&ada).await.is_none());
}

/// A cursor says only what this installation said: how many there are, and where a page ends.
async fn forged_cursors(test: &TestApp, cli: &Caller) {
    let first = UserSearch {
        limit: 1,
        ..UserSearch::default()
    };
    let page = accounts::list_users(&test.app, cli, &first).await.unwrap();
    let cursor = page.turns.next.unwrap();
    let goes_on = |after: &str, find: &str| UserSearch {
        after: Some(after.to_owned()),
        find: find.to_owned(),
        ..first.clone()
    };
    let next = accounts::list_users(&test.app, cli, &goes_on(&cursor, ""))
        .await
        .unwrap();
    assert_eq!(next.total, page.total);
    let signed = BASE64URL_NOPAD.decode(cursor.as_bytes()).unwrap();
    let (json, tag) = signed.split_at(signed.len() - 16);
    let mut says: serde_json::Value = serde_json::from_slice(json).unwrap();
    says["total"] = 987_654_321_u64.into();
    let forged = [serde_json::to_vec(&says).unwrap(), tag.to_vec()].concat();
    let unsigned = serde_json::to_vec(&says).unwrap();
    for cursor in [forged, unsigned, json.to_vec(), tag.to_vec(), Vec::new()] {
        let search = goes_on(&BASE64URL_NOPAD.encode(&cursor), "");
        let error = accounts::list_users(&test.app, cli, &search).await.unwrap_err();
        assert_eq!(fields(&error), ["after"], "{cursor:?}");
    }
    // Of another question, or of another list.
    let error = accounts::list_users(&test.app, cli, &goes_on(&cursor, "sam"))
        .await
        .unwrap_err();
    assert_eq!(fields(&error), ["after"]);
    let groups = app::groups::GroupSearch {
        after: Some(cursor),
        ..app::groups::GroupSearch::default()
    };
    let error = app::groups::list(&test.app, cli, &groups).await.unwrap_err();
    assert_eq!(fields(&error), ["after"]);
}
