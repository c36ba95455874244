//! An installation with people, a group, an application, and programs that report to it.

use activity::limits::{FaultCode, FieldError};
use activity::{Activity, Facts, json};
use app::api_keys::{self, NewKeyRequest};
use app::applications::{self, NewApplication, Presented};
use app::groups::{self, NewGroup};
use app::ingest::{ItemResult, Reporter, Submission, record};
use app::logging_in::{self, LogIn, LogInStep};
use app::{Caller, Reports, Roles, Scopes, Visitor};
use serde_json::{Value, json};

use crate::support::{GOOD, TestApp, origin};

/// Everything the tests speak of.
pub(crate) struct World {
    pub(crate) test: TestApp,
    /// An administrator.
    pub(crate) ada: Caller,
    /// A member who signed in to the application.
    pub(crate) cara: Caller,
    /// A member who never did.
    pub(crate) bob: Caller,
    /// A group of this installation.
    pub(crate) group: String,
    /// The registered application `Headset`.
    pub(crate) headset: Visitor,
    /// Another registered application.
    pub(crate) kiosk: Visitor,
}

impl World {
    pub(crate) async fn new() -> Self {
        let test = TestApp::new().await;
        let ada = test.admin().await;
        let cara = test.signed_in("cara", Roles::default()).await;
        let bob = test.signed_in("bob", Roles::default()).await;
        let new = NewGroup {
            name: "Design".to_owned(),
            ..NewGroup::default()
        };
        let group = groups::create(&test.app, &ada, new).await.unwrap().id;
        let (headset, kiosk) = (application(&test, "Headset").await, application(&test, "Kiosk").await);
        let typed = LogIn {
            login: "cara".to_owned(),
            password: GOOD.to_owned(),
            known_device: None,
        };
        let step = logging_in::log_in(&test.app, &headset, typed).await.unwrap();
        assert!(matches!(step, LogInStep::Done(_)));
        Self {
            test,
            ada,
            cara,
            bob,
            group,
            headset,
            kiosk,
        }
    }

    /// The reporter with a new key that reports for these applications.
    pub(crate) async fn key(&self, applications: &[&str], names_accounts: bool) -> Reporter {
        let reports = Reports {
            applications: applications.iter().map(|id| named(id)).collect(),
            names_accounts,
            mapping: None,
        };
        Reporter::key(&self.key_caller(reports).await).unwrap()
    }

    pub(crate) async fn key_caller(&self, reports: Reports) -> Caller {
        let request = NewKeyRequest {
            name: "Nightly".to_owned(),
            scopes: Scopes {
                write: true,
                ..Scopes::default()
            },
            reports,
            ..NewKeyRequest::default()
        };
        let new = api_keys::create(&self.test.app, &self.ada, request).await.unwrap();
        let caller = api_keys::authenticate(&self.test.app, &new.token.unwrap(), origin("192.0.2.9")).await;
        caller.unwrap().unwrap()
    }

    /// The application that reports with its own key.
    pub(crate) fn headset(&self) -> Reporter {
        Reporter::application(&self.headset).unwrap()
    }

    pub(crate) fn headset_id(&self) -> &str {
        &self.headset.application.as_ref().unwrap().id
    }

    pub(crate) fn kiosk_id(&self) -> &str {
        &self.kiosk.application.as_ref().unwrap().id
    }

    /// What becomes of this item.
    pub(crate) async fn send(&self, reporter: &Reporter, item: Value) -> Result<Activity, Vec<FieldError>> {
        let mut results = self.send_all(reporter, vec![item]).await;
        match results.pop().unwrap() {
            ItemResult::Recorded(seq) => Ok(self.test.log.get(seq).await.unwrap().unwrap()),
            ItemResult::Refused(errors) => Err(errors),
            ItemResult::Duplicate(seq) => panic!("{seq} is there already"),
        }
    }

    pub(crate) async fn send_all(&self, reporter: &Reporter, items: Vec<Value>) -> Vec<ItemResult> {
        let submission = Submission {
            items: items.iter().map(|item| self.read(item)).collect(),
            ..Submission::default()
        };
        record(&self.test.app, reporter, submission).await.unwrap().items
    }

    fn read(&self, item: &Value) -> Result<Facts, Vec<FieldError>> {
        json::parse_facts(item.to_string().as_bytes(), self.test.app.now())
    }

    /// Place and sort of each fault of this item.
    pub(crate) async fn faults(&self, reporter: &Reporter, item: Value) -> Vec<(String, FaultCode)> {
        match self.send(reporter, item).await {
            Ok(taken) => panic!("taken: {taken:?}"),
            Err(errors) => errors.into_iter().map(|error| (error.pointer, error.code)).collect(),
        }
    }
}

async fn application(test: &TestApp, name: &str) -> Visitor {
    let new = NewApplication {
        name: name.to_owned(),
        single_device: false,
    };
    let registered = applications::register(&test.app, &Caller::command_line(), new)
        .await
        .unwrap();
    let presented = applications::authenticate(&test.app, &registered.key.unwrap(), origin("198.51.100.4")).await;
    match presented.unwrap() {
        Presented::Application(visitor) => visitor,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn named(id: &str) -> activity::Named {
    let (id, name) = id.split_once(' ').unwrap_or((id, ""));
    activity::Named {
        id: id.to_owned(),
        name: name.to_owned(),
    }
}

/// A person of ours as JSON says them, under another id if there is one.
pub(crate) fn person(caller: &Caller, id: Option<&str>) -> Value {
    let person = &caller.person;
    json!({
        "id": id.unwrap_or(&person.id),
        "name": person.name,
        "username": person.username,
        "email": person.email,
    })
}
