//! Keys: whom they act as, what they report for, and that what they do says so.

use activity::{By, sentence};
use app::accounts::{self, Activation, EditAccount};
use app::api_keys::{self, NewKeyRequest};
use app::connections;
use app::{ChangeError, Reports, Roles, Scopes};

use crate::support::{TestApp, origin};
use crate::world::{World, named};

fn request(user_id: Option<&str>, reports: Reports) -> NewKeyRequest {
    NewKeyRequest {
        name: "Nightly".to_owned(),
        scopes: Scopes {
            write: true,
            read: true,
            export: true,
            admin: true,
        },
        user_id: user_id.map(str::to_owned),
        reports,
    }
}

#[tokio::test]
async fn a_key_acts_as_a_service_account_or_as_its_maker_and_as_nobody_else() {
    let world = World::new().await;
    let (app, ada) = (&world.test.app, &world.ada);
    let another = Roles {
        administrator: true,
        auditor: false,
    };
    let other_administrator = world.test.active("zoe", another).await;
    for id in [&world.bob.person.id, &other_administrator] {
        let refused = api_keys::create(app, ada, request(Some(id), Reports::default())).await;
        let Err(ChangeError::Invalid(errors)) = refused else {
            panic!("{refused:?}");
        };
        assert!(errors[0].field == "user_id" && errors[0].message.contains("never as somebody else"));
    }
    let robot = world.test.create("robot", Roles::default(), Activation::Later).await;
    accounts::set_service_account(app, ada, &robot, true).await.unwrap();
    for id in [None, Some(&ada.person.id), Some(&robot)] {
        let made = api_keys::create(app, ada, request(id.map(String::as_str), Reports::default())).await;
        assert!(made.is_ok(), "{made:?}");
    }
}

#[tokio::test]
async fn a_key_of_an_account_that_became_a_persons_opens_nothing() {
    let test = TestApp::new().await;
    let ada = test.admin().await;
    let robot = test.create("robot", Roles::default(), Activation::Later).await;
    accounts::set_service_account(&test.app, &ada, &robot, true)
        .await
        .unwrap();
    let key = api_keys::create(&test.app, &ada, request(Some(&robot), Reports::default())).await;
    let token = key.unwrap().token.unwrap();
    let opens = async || {
        let caller = api_keys::authenticate(&test.app, &token, origin("203.0.113.7")).await;
        caller.unwrap().is_some()
    };
    assert!(opens().await);
    accounts::set_service_account(&test.app, &ada, &robot, false)
        .await
        .unwrap();
    let mut tx = test.store.begin().await.unwrap();
    // As if the person had set their password.
    store::accounts::account::set_password(&mut tx, &robot, "hash", test.app.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(!opens().await);
}

#[tokio::test]
async fn whatever_a_key_does_names_the_key_and_is_nobodys_own_doing() {
    let world = World::new().await;
    let app = &world.test.app;
    let made = api_keys::create(app, &world.ada, request(None, Reports::default()))
        .await
        .unwrap();
    let key = api_keys::authenticate(app, &made.token.unwrap(), origin("192.0.2.9")).await;
    let key = key.unwrap().unwrap();
    let before = world.test.activities().await.len();
    // Ada's own account, somebody else's, the installation's.
    let edit = EditAccount {
        given_name: Some("Adele".to_owned()),
        ..EditAccount::default()
    };
    accounts::edit_account(app, &key, &world.ada.person.id, edit, None)
        .await
        .unwrap();
    accounts::unlock(app, &key, &world.bob.person.id).await.unwrap();
    connections::request(app, &key, "bob").await.unwrap();
    let new = request(None, Reports::default());
    api_keys::create(app, &key, new).await.unwrap();
    let rows = world.test.activities().await;
    assert!(rows.len() >= before + 3, "{rows:#?}");
    for row in &rows[before..] {
        let By::Administrator(person) = &row.by else {
            panic!("by {:?}: {row:?}", row.by);
        };
        assert_eq!(person.id, world.ada.person.id);
        assert_eq!(row.metadata["api_key"], made.key.id);
        assert_eq!(sentence::with_key(&row.facts), Some("Nightly"));
        assert_eq!(row.application.as_ref().unwrap().id, "app_api");
    }
}

#[tokio::test]
async fn a_reporter_cannot_say_that_one_of_our_keys_did_it() {
    let world = World::new().await;
    let key = world.key(&[], false).await;
    let item = serde_json::json!({
        "activity": "user.login",
        "user": "24",
        "metadata": { "api_key": "key_1", "api_key_name": "Nightly" },
    });
    let row = world.send(&key, item).await.unwrap();
    assert_eq!(sentence::with_key(&row.facts), None);
}

#[tokio::test]
async fn what_a_key_reports_for_is_checked_kept_and_said() {
    let world = World::new().await;
    let app = &world.test.app;
    let reports = |ids: &[&str]| Reports {
        applications: ids.iter().map(|id| named(id)).collect(),
        names_accounts: false,
        mapping: None,
    };
    for wrong in [
        "app_web",
        "app_api x",
        "app_nothing",
        "usr_1",
        "key_1",
        "web Web manager",
        "x WHODID",
        "api",
        " ",
        "a\u{7}",
    ] {
        let refused = api_keys::create(app, &world.ada, request(None, reports(&[wrong]))).await;
        let Err(ChangeError::Invalid(errors)) = refused else {
            panic!("{wrong}: {refused:?}");
        };
        assert_eq!(errors[0].field, "reports_for", "{wrong}");
    }
    let many: Vec<String> = (0..51).map(|n| format!("app-{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(
        api_keys::create(app, &world.ada, request(None, reports(&many)))
            .await
            .is_err()
    );
    // A key that records nothing reports for nothing.
    let mut reader = request(None, reports(&["billing"]));
    reader.scopes.write = false;
    assert!(api_keys::create(app, &world.ada, reader).await.is_err());
    let right = reports(&["billing Billing", "billing Again", world.headset_id()]);
    let made = api_keys::create(app, &world.ada, request(None, right)).await.unwrap();
    let kept: Vec<&str> = made.key.reports.applications.iter().map(|each| &*each.name).collect();
    assert_eq!(kept, ["Billing", "Headset"]);
    let listed = api_keys::list(app, &world.ada).await.unwrap();
    let listed = listed.iter().find(|key| key.id == made.key.id).unwrap();
    assert_eq!(listed.reports.applications.len(), 2);
    let rows = world.test.activities().await;
    let said = rows.iter().rfind(|row| &*row.kind == "api_key.created").unwrap();
    assert!(said.metadata["reports_for"].starts_with("billing, app_"), "{said:?}");
    assert_eq!(said.metadata["names_accounts"], "no");
}
