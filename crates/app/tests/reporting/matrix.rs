//! Who reports × for which application × whose ids.

use activity::limits::FaultCode::{self, NotYourApplication, NotYours};
use activity::{Recorder, Target};
use app::ingest::Reporter;
use serde_json::{Value, json};

use crate::world::{World, person};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// A key for any application.
    AnyKey,
    /// A key for one application of another system.
    OneKey,
    /// A key for two, one of them registered.
    TwoKey,
    /// A key for any application that may name accounts here.
    TrustedKey,
    /// The registered application Headset.
    Headset,
}

const EVERYBODY: [Who; 5] = [Who::AnyKey, Who::OneKey, Who::TwoKey, Who::TrustedKey, Who::Headset];

async fn reporter(world: &World, who: Who) -> Reporter {
    match who {
        Who::AnyKey => world.key(&[], false).await,
        Who::OneKey => world.key(&["billing Billing"], false).await,
        Who::TwoKey => world.key(&["billing Billing", world.kiosk_id()], false).await,
        Who::TrustedKey => world.key(&[], true).await,
        Who::Headset => world.headset(),
    }
}

#[tokio::test]
async fn every_reporter_speaks_for_its_own_applications_only() {
    let world = World::new().await;
    let (headset, kiosk) = (world.headset_id().to_owned(), world.kiosk_id().to_owned());
    // What is sent, and as whose application each reporter's row stands in the log; `None` is refused.
    type Stands = fn(Who) -> Option<&'static str>;
    let cases: [(Value, Stands); 9] = [
        (json!(null), |who| match who {
            Who::AnyKey | Who::TrustedKey => Some(""),
            Who::OneKey => Some("Billing"),
            Who::TwoKey => None,
            Who::Headset => Some("Headset"),
        }),
        (json!({ "id": "billing", "name": "Web manager" }), |who| match who {
            Who::OneKey | Who::TwoKey => Some("Billing"),
            _ => None,
        }),
        (json!({ "id": "billing", "name": "Invoices" }), |who| match who {
            Who::AnyKey | Who::TrustedKey => Some("Invoices"),
            Who::OneKey | Who::TwoKey => Some("Billing"),
            Who::Headset => None,
        }),
        (json!({ "id": "other" }), |who| match who {
            Who::AnyKey | Who::TrustedKey => Some(""),
            _ => None,
        }),
        (json!({ "id": headset, "name": "Other" }), |who| match who {
            Who::Headset => Some("Headset"),
            _ => None,
        }),
        (json!({ "id": kiosk, "name": "Other" }), |who| match who {
            Who::TwoKey => Some("Kiosk"),
            _ => None,
        }),
        (json!("app_web"), |_| None),
        (json!("app_cli"), |_| None),
        (json!("APP_API"), |_| None),
    ];
    for who in EVERYBODY {
        let reporter = reporter(&world, who).await;
        for (application, stands) in &cases {
            let item = json!({ "activity": "user.login", "user": "24", "application": application });
            let sent = world.send(&reporter, item).await;
            let seen = sent.as_ref().ok().map(|row| {
                let application = row.application.as_ref();
                application.map_or_else(String::new, |application| application.name.clone())
            });
            assert_eq!(seen.as_deref(), stands(who), "{who:?} {application}");
            if let Err(errors) = sent {
                for error in errors {
                    assert!(
                        matches!(error.code, NotYourApplication | NotYours)
                            && error.pointer.starts_with("/application"),
                        "{who:?} {application}: {error:?}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn every_reporter_names_only_whom_it_may_and_by_their_names_here() {
    let world = World::new().await;
    let (cara, bob) = (&world.cara.person, &world.bob.person);
    let group = &world.group;
    // An item, the place of the id in question, and who may send it.
    let nobody: &[Who] = &[];
    let trusted: &[Who] = &[Who::TrustedKey];
    let both: &[Who] = &[Who::TrustedKey, Who::Headset];
    let cases: Vec<(Value, &str, &[Who])> = vec![
        (json!({ "user": { "id": cara.id, "name": "Ada" } }), "/user/id", both),
        (json!({ "user": bob.id }), "/user/id", trusted),
        (json!({ "user": "usr_nobody" }), "/user/id", nobody),
        (json!({ "user": cara.id.to_uppercase() }), "/user/id", nobody),
        (json!({ "user": format!("{}:roles", cara.id) }), "/user/id", nobody),
        (json!({ "user": world.headset_id() }), "/user/id", nobody),
        (json!({ "user": group }), "/user/id", nobody),
        (json!({ "by": { "kind": "member", "id": cara.id } }), "/by/id", both),
        (
            json!({ "by": { "kind": "administrator", "id": bob.id } }),
            "/by/id",
            trusted,
        ),
        (
            json!({ "by": { "kind": "application", "id": world.kiosk_id() } }),
            "/by/id",
            nobody,
        ),
        (
            json!({ "by": { "kind": "application", "id": cara.id } }),
            "/by/id",
            nobody,
        ),
        (
            json!({ "by": { "kind": "application", "id": "x", "name": "whodid" } }),
            "/by/name",
            nobody,
        ),
        (
            json!({ "target": { "kind": "user", "id": cara.id } }),
            "/targets/0/id",
            both,
        ),
        (
            json!({ "target": { "kind": "thing", "id": cara.id } }),
            "/targets/0/id",
            nobody,
        ),
        (
            json!({ "targets": [{ "kind": "a", "id": "1" }, { "kind": "group", "id": group }] }),
            "/targets/1/id",
            trusted,
        ),
        (
            json!({ "target": { "kind": "device", "id": "dev_1" } }),
            "/targets/0/id",
            nobody,
        ),
        (
            json!({ "target": { "kind": "api_key", "id": "key_1" } }),
            "/targets/0/id",
            nobody,
        ),
        (
            json!({ "group": { "id": group, "name": "Board" } }),
            "/group/id",
            trusted,
        ),
        (json!({ "group": "grp_nothing" }), "/group/id", nobody),
    ];
    for who in EVERYBODY {
        let reporter = reporter(&world, who).await;
        for (part, place, allowed) in &cases {
            let mut item = part.clone();
            item["activity"] = json!("group.joined");
            if who == Who::TwoKey {
                item["application"] = json!("billing");
            }
            match world.send(&reporter, item).await {
                Ok(row) => {
                    assert!(allowed.contains(&who), "{who:?} sent {part}: {row:?}");
                    assert!(row.recorder.is_reported());
                    let user = row.user.as_ref().filter(|user| user.id == cara.id);
                    assert!(user.is_none_or(|user| user == cara), "{user:?}");
                    let target = row.targets.first().filter(|target| target.kind == Target::USER);
                    assert!(target.is_none_or(|target| target.username == cara.username));
                    let group = row.group.as_ref();
                    assert!(group.is_none_or(|group| group.name == "Design"), "{group:?}");
                }
                Err(errors) => {
                    assert!(!allowed.contains(&who), "{who:?} may send {part}: {errors:?}");
                    let places: Vec<(&str, FaultCode)> = errors.iter().map(|e| (&*e.pointer, e.code)).collect();
                    assert_eq!(places, [(*place, NotYours)], "{who:?} {part}");
                }
            }
        }
        // Ids of their own are everybody's.
        let mut foreign = json!({
            "activity": "user.login",
            "user": person(&world.cara, Some("24")),
            "by": { "kind": "administrator", "id": "acme:usr_7" },
            "targets": [{ "kind": "invoice", "id": "inv_2026_7" }, { "kind": "user", "id": "cara@example.com" }],
            "group": { "id": "design", "name": "Design" },
        });
        if who == Who::TwoKey {
            foreign["application"] = json!("billing");
        }
        world.send(&reporter, foreign).await.unwrap();
    }
}

#[tokio::test]
async fn a_row_says_who_reported_it_as_they_were_called_then() {
    let world = World::new().await;
    let item = json!({ "activity": "user.login", "user": "24" });
    let row = world.send(&world.key(&[], false).await, item.clone()).await.unwrap();
    let Recorder::ApiKey(key) = &row.recorder else {
        panic!("{row:?}");
    };
    assert_eq!(
        (&*key.name, key.ip.unwrap().to_string()),
        ("Nightly", "192.0.2.9".to_owned())
    );
    assert!(key.id.starts_with("key_"));
    let row = world.send(&world.headset(), item).await.unwrap();
    let Recorder::Application(application) = &row.recorder else {
        panic!("{row:?}");
    };
    assert_eq!(
        (
            &*application.id,
            &*application.name,
            application.ip.unwrap().to_string()
        ),
        (world.headset_id(), "Headset", "198.51.100.4".to_owned())
    );
}

#[tokio::test]
async fn an_application_may_still_name_who_signed_in_to_it_and_has_left() {
    let world = World::new().await;
    let cara = &world.cara;
    app::devices::end_devices(&world.test.app, &world.ada, &cara.person.id)
        .await
        .unwrap();
    let item = json!({ "activity": "user.logout", "user": cara.person.id });
    assert!(world.send(&world.headset(), item.clone()).await.is_ok());
    // What one application knows, no other one does.
    let kiosk = Reporter::application(&world.kiosk).unwrap();
    assert_eq!(world.faults(&kiosk, item).await, [("/user/id".to_owned(), NotYours)]);
}
