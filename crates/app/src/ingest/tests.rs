//! Taking in what programs report.

use activity::Facts;
use activity::limits::FieldError;

use super::{Idempotency, ItemResult, RecordError, Reporter, Submission, record};
use crate::activity::tests::support::{Setup, administrator, member, of};
use crate::{Caller, Reports, Scopes, Via, Visitor};

fn key(scopes: Scopes) -> Caller {
    Caller {
        via: Via::ApiKey {
            id: "key_1".to_owned(),
            name: "Nightly".to_owned(),
            scopes,
            reports: Reports::default(),
        },
        ..administrator()
    }
}

fn writer() -> Reporter {
    let caller = key(Scopes {
        write: true,
        ..Scopes::default()
    });
    Reporter::key(&caller).unwrap()
}

/// A log-in that another system reports.
fn reported(user: &str) -> Facts {
    let mut facts = of(user, "user.login");
    facts.application = None;
    facts
}

fn wrong() -> Vec<FieldError> {
    vec![FieldError::new("/activity", "it is missing")]
}

#[tokio::test]
async fn every_item_gets_its_own_answer_in_the_order_sent() {
    let setup = Setup::new().await;
    let mut told = reported("sam");
    told.external_id = Some("e-1".to_owned());
    let submission = || Submission {
        items: vec![Ok(told.clone()), Err(wrong()), Ok(reported("noor"))],
        ..Submission::default()
    };
    let first = record(&setup.app, &writer(), submission()).await.unwrap();
    assert_eq!(
        first.items,
        [
            ItemResult::Recorded(0),
            ItemResult::Refused(wrong()),
            ItemResult::Recorded(1)
        ]
    );
    let again = record(&setup.app, &writer(), submission()).await.unwrap();
    assert_eq!(
        again.items,
        [
            ItemResult::Duplicate(0),
            ItemResult::Refused(wrong()),
            ItemResult::Recorded(2)
        ]
    );
    assert_eq!(setup.all("").await.len(), 3);
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_answer_and_another_body_is_refused() {
    let setup = Setup::new().await;
    let submission = |fingerprint| Submission {
        items: vec![Ok(reported("sam")), Err(wrong())],
        idempotency: Some(Idempotency {
            key: "k".to_owned(),
            fingerprint,
        }),
        ..Submission::default()
    };
    let first = record(&setup.app, &writer(), submission([1; 32])).await.unwrap();
    let again = record(&setup.app, &writer(), submission([1; 32])).await.unwrap();
    assert_eq!(first.items, again.items);
    assert!(again.replayed && !first.replayed);
    assert_eq!(setup.all("").await.len(), 1);
    let other = record(&setup.app, &writer(), submission([2; 32])).await;
    assert!(matches!(other, Err(RecordError::KeyReused)), "{other:?}");
}

#[test]
fn only_a_key_made_for_writing_may_report() {
    let reader = key(Scopes {
        read: true,
        export: true,
        admin: true,
        write: false,
    });
    for caller in [administrator(), member("sam"), Caller::command_line(), reader] {
        assert!(Reporter::key(&caller).is_none(), "{caller:?}");
    }
    // Somebody who comes through no application is nobody who reports.
    assert!(Reporter::application(&Visitor::default()).is_none());
}

#[tokio::test]
async fn events_read_by_a_mapping_are_about_the_application_that_the_reporter_has_for_them() {
    let setup = Setup::new().await;
    let named = |id: &str| activity::Named {
        id: id.to_owned(),
        name: String::new(),
    };
    let reporter = |applications: &[&str]| {
        let mut caller = key(Scopes {
            write: true,
            ..Scopes::default()
        });
        if let Via::ApiKey { reports, .. } = &mut caller.via {
            reports.applications = applications.iter().map(|id| named(id)).collect();
        }
        Reporter::key(&caller).unwrap().by_mapping()
    };
    let event = || {
        let mut facts = reported("noor");
        facts.application = Some(named("okta"));
        facts
    };
    let about = async |applications: &[&str]| {
        let items = super::judge::judge(&setup.app, &reporter(applications), vec![Ok(event())]).await;
        items.unwrap().remove(0).map(|facts| facts.application.unwrap().id)
    };
    assert_eq!(about(&[]).await.unwrap(), "okta");
    assert_eq!(about(&["billing"]).await.unwrap(), "billing");
    assert_eq!(about(&["billing", "okta"]).await.unwrap(), "okta");
    let refused = about(&["billing", "shop"]).await.unwrap_err();
    assert!(
        refused.len() == 1 && refused[0].detail.contains("events of \"okta\""),
        "{refused:?}"
    );
}
