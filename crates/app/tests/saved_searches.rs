//! Saved searches: whose they are, who sees them, and what is refused.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::groups::{self, GroupRole, NewGroup};
use app::saved_searches::{self, EditSavedSearch, LogKind, NewSavedSearch, SavedSearch};
use app::{Caller, ChangeError, Roles};
use jiff::tz::TimeZone;
use support::TestApp;

fn new(kind: LogKind, name: &str) -> NewSavedSearch {
    NewSavedSearch {
        kind,
        name: name.to_owned(),
        query: "outcome:failure  (user:sam)".to_owned(),
        zone: TimeZone::UTC,
        from: "-7d".to_owned(),
        to: String::new(),
        columns: "what,time,who".to_owned(),
        density: "compact".to_owned(),
        shows_reads: false,
        shared_with: None,
        is_default: false,
    }
}

async fn saved(test: &TestApp, caller: &Caller, new: NewSavedSearch) -> SavedSearch {
    saved_searches::create(&test.app, caller, new).await.unwrap()
}

async fn names(test: &TestApp, caller: &Caller) -> Vec<String> {
    let all = saved_searches::list(&test.app, caller).await.unwrap();
    all.into_iter().map(|search| search.name).collect()
}

fn fields(error: ChangeError) -> Vec<&'static str> {
    match error {
        ChangeError::Invalid(errors) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

/// A group of the first, with the others as members.
async fn group(test: &TestApp, owner: &Caller, members: &[&Caller]) -> String {
    let new = NewGroup {
        name: "Field team".to_owned(),
        ..NewGroup::default()
    };
    let group = groups::create(&test.app, owner, new).await.unwrap().id;
    for member in members {
        let at_machine = Caller::command_line();
        let add = groups::add_member(&test.app, &at_machine, &group, &member.person.id, GroupRole::Member);
        add.await.unwrap();
    }
    group
}

#[tokio::test]
async fn what_is_saved_is_kept_in_canonical_form_and_is_its_owners_alone() {
    let test = TestApp::new().await;
    let (sam, noor) = (
        test.signed_in("sam", Roles::default()).await,
        test.signed_in("noor", Roles::default()).await,
    );
    let mine = saved(&test, &sam, new(LogKind::Me, "  Failures   this week ")).await;
    assert_eq!(mine.name, "Failures this week");
    assert_eq!(mine.query, "outcome:failure user:sam");
    assert_eq!(mine.columns.as_ref().unwrap().names(), "what,time,who");
    assert_eq!(names(&test, &sam).await, ["Failures this week"]);
    assert!(names(&test, &noor).await.is_empty());
    let edit = || EditSavedSearch {
        name: Some("Mine now".to_owned()),
        ..EditSavedSearch::default()
    };
    let (app, id) = (&test.app, mine.id.as_str());
    assert!(matches!(
        saved_searches::edit(app, &noor, id, None, edit()).await,
        Err(ChangeError::NotFound)
    ));
    assert!(matches!(
        saved_searches::delete(app, &noor, id).await,
        Err(ChangeError::NotFound)
    ));
    assert!(matches!(
        saved_searches::copy(app, &noor, id, None).await,
        Err(ChangeError::NotFound)
    ));
    assert!(saved_searches::get(app, &noor, id).await.unwrap().is_none());
    let stale = saved_searches::edit(app, &sam, id, Some(7), edit()).await;
    assert!(matches!(stale, Err(ChangeError::Stale)));
    let renamed = saved_searches::edit(app, &sam, id, Some(1), edit()).await.unwrap();
    assert_eq!((renamed.version, renamed.name.as_str()), (2, "Mine now"));
    let again = saved_searches::edit(app, &sam, id, None, edit()).await.unwrap();
    assert_eq!(again.version, 2, "nothing changed");
}

#[tokio::test]
async fn a_shared_search_is_seen_by_members_who_can_open_such_a_log_while_its_owner_is_one() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let (sam, noor, eve) = (
        test.signed_in("sam", Roles::default()).await,
        test.signed_in("noor", Roles::default()).await,
        test.signed_in("eve", Roles::default()).await,
    );
    let team = group(&test, &sam, &[&noor, &admin]).await;
    let share = |kind, name| NewSavedSearch {
        shared_with: Some(team.clone()),
        ..new(kind, name)
    };
    saved(&test, &sam, share(LogKind::Me, "Own")).await;
    saved(&test, &sam, share(LogKind::Group, "Of groups")).await;
    saved(&test, &admin, share(LogKind::Everything, "Of all")).await;
    assert_eq!(names(&test, &noor).await, ["Own"]);
    assert_eq!(names(&test, &admin).await, ["Of all", "Of groups", "Own"]);
    assert_eq!(names(&test, &sam).await, ["Of groups", "Own"]);
    assert!(names(&test, &eve).await.is_empty());
    let copy = saved_searches::list(&test.app, &noor).await.unwrap().remove(0);
    assert!(!copy.is_mine && copy.shared_with.is_some());
    let copy = saved_searches::copy(&test.app, &noor, &copy.id, None).await.unwrap();
    assert_eq!(
        (copy.name.as_str(), copy.is_mine, copy.shared_with),
        ("Own (copy)", true, None)
    );
    // Another owner lets Sam go.
    let at_machine = Caller::command_line();
    let owner = groups::change_role(&test.app, &at_machine, &team, &noor.person.id, GroupRole::Owner, None);
    owner.await.unwrap();
    groups::leave(&test.app, &sam, &team).await.unwrap();
    assert_eq!(names(&test, &noor).await, ["Own (copy)"]);
    assert_eq!(names(&test, &sam).await, ["Of groups", "Own"], "they stay his");
}

#[tokio::test]
async fn a_search_is_shared_with_a_group_of_ones_own_and_not_by_who_only_looks() {
    let test = TestApp::new().await;
    let (sam, eve) = (
        test.signed_in("sam", Roles::default()).await,
        test.signed_in("eve", Roles::default()).await,
    );
    let auditor = Roles {
        auditor: true,
        ..Roles::default()
    };
    let audit = test.signed_in("ann", auditor).await;
    let team = group(&test, &sam, &[&audit]).await;
    for id in [team.as_str(), "grp_none", ""] {
        let share = NewSavedSearch {
            shared_with: Some(id.to_owned()),
            ..new(LogKind::Me, "Theirs")
        };
        let refused = saved_searches::create(&test.app, &eve, share.clone())
            .await
            .unwrap_err();
        assert_eq!(fields(refused), ["shared_with"]);
        let refused = saved_searches::create(&test.app, &audit, share).await;
        assert!(matches!(refused, Err(ChangeError::Forbidden)));
    }
    saved(&test, &audit, new(LogKind::Everything, "Mine")).await;
    for kind in [LogKind::Everything, LogKind::User] {
        let refused = saved_searches::create(&test.app, &sam, new(kind, "All")).await;
        assert!(matches!(refused, Err(ChangeError::Forbidden)));
    }
}

#[tokio::test]
async fn one_of_each_kind_of_log_is_what_it_begins_with() {
    let test = TestApp::new().await;
    let admin = test.admin().await;
    let by_default = |kind, name| NewSavedSearch {
        is_default: true,
        ..new(kind, name)
    };
    let first = saved(&test, &admin, by_default(LogKind::Everything, "First")).await;
    saved(&test, &admin, by_default(LogKind::Me, "Own")).await;
    saved(&test, &admin, by_default(LogKind::Everything, "Second")).await;
    let default = async |kind| {
        let found = saved_searches::default(&test.app, &admin, kind).await.unwrap();
        found.map(|search| search.name)
    };
    assert_eq!(default(LogKind::Everything).await.as_deref(), Some("Second"));
    assert_eq!(default(LogKind::Me).await.as_deref(), Some("Own"));
    assert_eq!(default(LogKind::User).await, None);
    let edit = EditSavedSearch {
        is_default: Some(true),
        ..EditSavedSearch::default()
    };
    saved_searches::edit(&test.app, &admin, &first.id, None, edit)
        .await
        .unwrap();
    assert_eq!(default(LogKind::Everything).await.as_deref(), Some("First"));
    saved_searches::delete(&test.app, &admin, &first.id).await.unwrap();
    assert_eq!(default(LogKind::Everything).await, None);
}

#[tokio::test]
async fn what_cannot_be_saved_is_named_with_its_limit() {
    let test = TestApp::new().await;
    let sam = test.signed_in("sam", Roles::default()).await;
    let broken = |change: &dyn Fn(&mut NewSavedSearch)| {
        let mut new = new(LogKind::Me, "Good");
        change(&mut new);
        new
    };
    for (field, new) in [
        ("name", broken(&|new| new.name = " \t".to_owned())),
        ("name", broken(&|new| new.name = "n".repeat(101))),
        ("name", broken(&|new| new.name = "a\u{202e}b".to_owned())),
        ("query", broken(&|new| new.query = "outcom:failure".to_owned())),
        ("query", broken(&|new| new.query = "x".repeat(5_000))),
        ("from", broken(&|new| new.from = "9".repeat(65))),
        ("to", broken(&|new| new.to = "\u{200b}".to_owned())),
        ("columns", broken(&|new| new.columns = "who,shoe".to_owned())),
        ("density", broken(&|new| new.density = "dense".to_owned())),
    ] {
        let refused = saved_searches::create(&test.app, &sam, new).await.unwrap_err();
        assert_eq!(fields(refused), [field]);
    }
    saved(&test, &sam, new(LogKind::Me, &"n".repeat(100))).await;
    saved(&test, &sam, new(LogKind::Me, "Straße 👩‍🚀")).await;
    let same = saved_searches::create(&test.app, &sam, new(LogKind::Me, "STRASSE 👩‍🚀")).await;
    assert!(same.is_ok() || matches!(&same, Err(ChangeError::Invalid(_))));
    let same = saved_searches::create(&test.app, &sam, new(LogKind::Me, "straße 👩‍🚀")).await;
    assert_eq!(fields(same.unwrap_err()), ["name"]);
    for n in saved_searches::list(&test.app, &sam).await.unwrap().len()..app::limits::SAVED_SEARCHES {
        saved(&test, &sam, new(LogKind::Me, &format!("number {n}"))).await;
    }
    let many = saved_searches::create(&test.app, &sam, new(LogKind::Me, "one more")).await;
    assert!(
        matches!(&many, Err(ChangeError::Conflict(text)) if text.contains("200")),
        "{many:?}"
    );
}
