//! Activities are kept as long as the rules say: who may say it, what goes and when, and whom a hold protects.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use activity::Heading;
use activity::catalogue::Category;
use activity::{Change, Time, canonical};
use app::activity::{EmptyReason, LogScope, ViewRequest, view};
use app::retention::{self, Keep, MOST_DAYS, Rules, Wanted};
use app::{App, Caller, ChangeError, Roles, Settings, holds};
use engine::{Log, LogSettings, ManualClock, SeededRng, SteadyClock};
use store::{Store, StoreUrl};
use support::TestApp;

const AUDITOR: Roles = Roles {
    administrator: false,
    auditor: true,
};
const ACCOUNTS: Heading = Heading::Of(Category::Account);

fn wanted(others: Keep, of: impl IntoIterator<Item = (Heading, Keep)>) -> Wanted {
    Wanted {
        rules: Rules {
            others,
            of: of.into_iter().collect(),
        },
        reason: "Policy 7".to_owned(),
    }
}

fn accounts_for(days: u32) -> Wanted {
    wanted(Keep::Forever, [(ACCOUNTS, Keep::Days(days))])
}

#[tokio::test]
async fn administrators_change_the_rules_auditors_read_them_and_members_do_neither() {
    let test = TestApp::new().await;
    let app = &test.app;
    let (admin, auditor) = (test.admin().await, test.signed_in("otto", AUDITOR).await);
    let member = test.signed_in("mia", Roles::default()).await;
    for caller in [&auditor, &member] {
        let changed = retention::change(app, caller, &accounts_for(7)).await;
        assert!(matches!(changed, Err(ChangeError::Forbidden)), "{changed:?}");
        let applied = retention::apply(app, caller).await;
        assert!(matches!(applied, Err(ChangeError::Forbidden)), "{applied:?}");
    }
    let rules = accounts_for(7).rules;
    assert!(matches!(
        retention::state(app, &member).await,
        Err(ChangeError::Forbidden)
    ));
    assert!(matches!(
        retention::rehearse(app, &member, &rules).await,
        Err(ChangeError::Forbidden)
    ));
    assert!(matches!(
        retention::note(app, &member, 1).await,
        Err(ChangeError::Forbidden)
    ));
    assert!(matches!(
        retention::note(app, &auditor, 1).await,
        Err(ChangeError::NotFound)
    ));
    assert!(retention::rehearse(app, &auditor, &rules).await.is_ok());
    let state = retention::state(app, &auditor).await.unwrap();
    assert_eq!(
        state.rules,
        Rules::default(),
        "without a rule everything is kept for ever"
    );
    retention::change(app, &admin, &accounts_for(7)).await.unwrap();
    assert_eq!(retention::state(app, &auditor).await.unwrap().rules, rules);
}

#[tokio::test]
async fn a_change_says_what_was_what_is_and_why_and_the_same_again_says_nothing() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    for (wrong, field) in [
        (wanted(Keep::Days(0), []), "days"),
        (accounts_for(MOST_DAYS + 1), "days"),
        (
            Wanted {
                reason: " \u{200b} ".to_owned(),
                ..accounts_for(7)
            },
            "reason",
        ),
    ] {
        let Err(ChangeError::Invalid(errors)) = retention::change(app, &admin, &wrong).await else {
            panic!("{wrong:?}")
        };
        assert_eq!(errors[0].field, field);
    }
    assert_eq!(test.count("retention.changed").await, 0);
    retention::change(app, &admin, &accounts_for(7)).await.unwrap();
    retention::change(app, &admin, &accounts_for(7)).await.unwrap();
    retention::change(app, &admin, &wanted(Keep::Days(1), []))
        .await
        .unwrap();
    let said: Vec<_> = test.activities().await;
    let said: Vec<_> = said.iter().filter(|row| &*row.kind == "retention.changed").collect();
    assert_eq!(said.len(), 2);
    let change = |field: &str, before: Option<&str>, after: Option<&str>| Change {
        field: field.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    assert_eq!(said[0].changes, [change("account", None, Some("7 days"))]);
    let to_a_day = change("default", Some("for ever"), Some("1 day"));
    assert_eq!(said[1].changes, [to_a_day, change("account", Some("7 days"), None)]);
    assert_eq!(said[1].metadata.get("reason").map(String::as_str), Some("Policy 7"));
}

#[tokio::test]
async fn what_was_kept_long_enough_goes_once_a_day_and_what_names_somebody_on_hold_stays() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    let (sam, mia) = (
        test.active("sam", Roles::default()).await,
        test.active("mia", Roles::default()).await,
    );
    assert_eq!(retention::apply_due(app).await.unwrap(), None, "there is no rule");
    retention::change(app, &admin, &accounts_for(30)).await.unwrap();
    assert_eq!(retention::apply_due(app).await.unwrap(), None, "nothing is so old");
    test.clock.advance(31 * Time::DAY);
    holds::place(app, &admin, &sam, "Case 12").await.unwrap();
    let before = test.activities().await;
    let is_account = |kind: &str| Heading::of_kind(kind) == ACCOUNTS;
    let names_sam = |row: &activity::Activity| canonical::persons(row).contains(&sam.as_str());
    let rules = retention::state(app, &admin).await.unwrap().rules;
    let rehearsed = retention::rehearse(app, &admin, &rules).await.unwrap();
    let old = before.iter().filter(|row| is_account(&row.kind));
    let held = old.clone().filter(|row| names_sam(row)).count() as u64;
    let goes = old.count() as u64 - held;
    assert_eq!(
        (rehearsed.len(), rehearsed[0].removed, rehearsed[0].held),
        (1, goes, held)
    );
    assert!(goes > 0 && held > 0);
    assert_eq!(test.activities().await, before);
    let run = retention::apply_due(app).await.unwrap().unwrap();
    assert_eq!((run.id, run.by, run.removals[0].removed), (1, None, goes));
    let left = test.activities().await;
    let expected = before.iter().filter(|row| !is_account(&row.kind) || names_sam(row));
    assert!(left.iter().take(left.len() - 1).eq(expected));
    let said = left.last().unwrap();
    assert_eq!(&*said.kind, "retention.applied");
    let told: BTreeMap<&str, &str> = (said.metadata.iter())
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        (told["removed"], told["held"], told["run"]),
        (&*goes.to_string(), &*held.to_string(), "1")
    );
    assert!(told["of_account"].starts_with(&format!("{goes} recorded before ")));
    assert!(test.codes_of(&mia).await.iter().all(|code| !is_account(code)));
    // Once a day, and on demand at any time.
    let hold = holds::list(app, &admin).await.unwrap().remove(0);
    holds::lift(app, &admin, &hold.id).await.unwrap();
    assert_eq!(retention::apply_due(app).await.unwrap(), None);
    let again = retention::apply(app, &admin).await.unwrap().unwrap();
    assert_eq!(
        (again.id, again.removals[0].removed, again.removals[0].held),
        (2, held, 0)
    );
    assert_eq!(
        again.by.as_ref().map(|(id, _)| id.as_str()),
        Some(admin.person.id.as_str())
    );
    assert_eq!(
        retention::apply(app, &admin).await.unwrap(),
        None,
        "nothing is left to go"
    );
    let state = retention::state(app, &admin).await.unwrap();
    assert_eq!(state.runs.iter().map(|run| run.id).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(state.kept_since.get(&ACCOUNTS), Some(&again.removals[0].cut.before));
}

#[tokio::test]
async fn a_clock_that_is_set_forward_removes_nothing() {
    let dir = testkit::Place::new(Store::prepare);
    let hand = Arc::new(ManualClock::new(Time(1_800_000_000_000_000)));
    let (clock, rng) = (Arc::new(SteadyClock::new(hand.clone())), Arc::new(SeededRng::new(7)));
    let store = Store::open(&StoreUrl::parse(&dir.database())).await.unwrap();
    let settings = LogSettings {
        background: false,
        ..LogSettings::new(dir.path().join("volumes"))
    };
    let log = Log::open(store.clone(), settings, clock.clone(), rng.clone());
    let log = log.await.unwrap();
    let key = support::secret_key();
    let app = App::new(store, log.clone(), clock.clone(), rng, Settings::default(), key);
    let (admin, of_the_log) = (Caller::command_line(), Heading::Of(Category::Log));
    let rules = wanted(Keep::Forever, [(of_the_log, Keep::Days(30))]);
    retention::change(&app, &admin, &rules).await.unwrap();
    hand.jump(400 * Time::DAY);
    assert_eq!(retention::apply(&app, &admin).await.unwrap(), None, "it is doubted");
    hand.advance(61 * Time::SECOND);
    assert!(
        app.now() > Time(1_800_000_000_000_000).plus(300 * Time::DAY),
        "and then believed"
    );
    assert_eq!(retention::apply(&app, &admin).await.unwrap(), None);
    hand.advance(31 * Time::DAY);
    assert!(
        retention::apply(&app, &admin).await.unwrap().is_some(),
        "but what has passed counts"
    );
}

#[tokio::test]
async fn an_empty_answer_says_what_was_removed() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, test.admin().await);
    let begun = app.now();
    retention::change(app, &admin, &accounts_for(30)).await.unwrap();
    test.clock.advance(60 * Time::DAY);
    let asked = |query: &str, to: Time| ViewRequest {
        q: query.to_owned(),
        to: Some(to),
        ..ViewRequest::default()
    };
    let empty = async |request: ViewRequest| {
        let shown = view(app, &admin, &LogScope::Everything, &request).await;
        shown.unwrap().empty
    };
    let run = retention::apply(app, &admin).await.unwrap().unwrap();
    let before = run.removals[0].cut.before;
    let removed = EmptyReason::Removed {
        titles: vec![ACCOUNTS.title()],
        before,
    };
    let question = || asked("activity:account.created", begun.plus(Time::DAY));
    assert_eq!(empty(question()).await, Some(removed));
    let of_others = empty(asked("activity:session.started", begun.plus(Time::DAY))).await;
    assert!(!matches!(of_others, Some(EmptyReason::Removed { .. })), "{of_others:?}");
    let later = empty(asked("activity:account.created", before.plus(Time::DAY))).await;
    assert!(!matches!(later, Some(EmptyReason::Removed { .. })), "{later:?}");
}
