//! Sessions: who may join, who is refused and leaves a trace, who is present, and who is taken out.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::time::Duration;

use activity::{Activity, By, Outcome, Time};
use app::groups::{self, GroupRole, NewGroup};
use app::sessions::{self, EditSession, NewSession, SessionSearch, SessionState};
use app::{App, Caller, ChangeError, PageRequest, Roles, Topic, accounts, devices};
use support::{MINUTE, TestApp};

const NOBODY: Roles = Roles {
    administrator: false,
    auditor: false,
};
const SECOND: i64 = Time::SECOND;

/// A group with an owner and two members, a stranger, and an administrator of the installation.
struct Team {
    test: TestApp,
    group: String,
    owner: Caller,
    sam: Caller,
    mia: Caller,
    stranger: Caller,
    admin: Caller,
}

impl Team {
    async fn new() -> Self {
        let test = TestApp::new().await;
        let admin = test.admin().await;
        let owner = test.signed_in("olga", NOBODY).await;
        let sam = test.signed_in("sam", NOBODY).await;
        let mia = test.signed_in("mia", NOBODY).await;
        let stranger = test.signed_in("stan", NOBODY).await;
        let new = NewGroup {
            name: "Field team".to_owned(),
            ..NewGroup::default()
        };
        let group = groups::create(&test.app, &owner, new).await.unwrap().id;
        for member in [&sam, &mia] {
            groups::add_member(&test.app, &admin, &group, &member.person.id, GroupRole::Member)
                .await
                .unwrap();
        }
        Self {
            test,
            group,
            owner,
            sam,
            mia,
            stranger,
            admin,
        }
    }

    fn app(&self) -> &App {
        &self.test.app
    }

    fn named(&self, name: &str) -> NewSession {
        NewSession {
            group_id: self.group.clone(),
            name: name.to_owned(),
            password: None,
            start: true,
        }
    }

    /// A running session of Sam's, who is in it.
    async fn running(&self) -> String {
        self.created(self.named("Weekly review")).await
    }

    async fn with_password(&self, password: &str) -> String {
        let new = NewSession {
            password: Some(password.to_owned()),
            ..self.named("Weekly review")
        };
        self.created(new).await
    }

    async fn created(&self, new: NewSession) -> String {
        sessions::create(self.app(), &self.sam, new).await.unwrap().id
    }

    async fn present(&self, id: &str) -> Vec<String> {
        let request = PageRequest {
            after: None,
            limit: 100,
        };
        let page = sessions::list_present(self.app(), &self.owner, id, &request)
            .await
            .unwrap();
        page.rows.into_iter().map(|row| row.person.username).collect()
    }

    async fn listed(&self, caller: &Caller, state: SessionState) -> Vec<String> {
        let search = SessionSearch {
            group_id: None,
            state,
            after: None,
            limit: 100,
        };
        let page = sessions::list(self.app(), caller, &search).await.unwrap();
        page.rows.into_iter().map(|session| session.name).collect()
    }

    async fn of(&self, code: &str) -> Vec<Activity> {
        let all = self.test.activities().await;
        all.into_iter().filter(|activity| &*activity.kind == code).collect()
    }

    async fn last_refusal(&self) -> (Option<String>, Outcome) {
        let refused = self.of("session.join_refused").await;
        let last = refused.last().unwrap();
        (last.reason.clone(), last.outcome)
    }

    async fn rows_of(&self, table: &'static str) -> i64 {
        let mut beside = self.test.store.beside().await.unwrap();
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        sqlx::query_scalar(sql).fetch_one(&mut beside).await.unwrap()
    }

    async fn edit(&self, id: &str, edit: EditSession) {
        sessions::edit(self.app(), &self.sam, id, edit).await.unwrap();
    }
}

fn locked(locked: bool) -> EditSession {
    EditSession {
        locked: Some(locked),
        ..EditSession::default()
    }
}

#[tokio::test]
async fn members_start_join_leave_and_end_and_each_is_in_their_own_log_and_the_groups() {
    let team = Team::new().await;
    let id = team.running().await;
    sessions::join(team.app(), &team.mia, &id, None).await.unwrap();
    assert_eq!(team.present(&id).await, ["sam", "mia"]);
    sessions::leave(team.app(), &team.mia, &id).await.unwrap();
    assert_eq!(team.present(&id).await, ["sam"]);
    sessions::end(team.app(), &team.owner, &id).await.unwrap();
    for (code, user, sentence) in [
        ("session.started", "sam", "Started session: Weekly review"),
        ("session.joined", "mia", "Joined session: Weekly review"),
        ("session.left", "sam", "Left session: Weekly review"),
        ("session.ended", "olga", "Ended session: Weekly review"),
    ] {
        let activities = team.of(code).await;
        let last = activities.last().unwrap();
        assert_eq!(last.user.as_ref().unwrap().username, user, "{code}");
        assert_eq!(last.group.as_ref().unwrap().id, team.group, "{code}");
        let said = activity::sentence::plain(last);
        assert_eq!(said, format!("{sentence} ({id})"));
    }
    let last = team.of("session.left").await.pop().unwrap();
    assert!(matches!(&last.by, By::Member(person) if person.username == "olga"));
    assert_eq!(team.listed(&team.mia, SessionState::Running).await, [""; 0]);
    assert_eq!(team.listed(&team.mia, SessionState::Ended).await, ["Weekly review"]);
}

#[tokio::test]
async fn a_session_for_later_waits_for_its_host_or_a_manager_of_the_group() {
    let team = Team::new().await;
    let new = NewSession {
        start: false,
        ..team.named("Next week")
    };
    let id = team.created(new).await;
    let refused = sessions::join(team.app(), &team.mia, &id, None).await.unwrap_err();
    assert!(matches!(refused, ChangeError::Conflict(_)));
    assert_eq!(team.last_refusal().await.0.unwrap(), "session_not_started");
    let refused = sessions::start(team.app(), &team.mia, &id).await.unwrap_err();
    assert!(matches!(refused, ChangeError::Forbidden));
    sessions::start(team.app(), &team.owner, &id).await.unwrap();
    assert_eq!(team.present(&id).await, ["olga"]);
    let again = sessions::start(team.app(), &team.sam, &id).await;
    assert!(again.is_err(), "it has another host now, and runs");
    sessions::join(team.app(), &team.mia, &id, None).await.unwrap();
}

#[tokio::test]
async fn a_stranger_finds_no_session_and_learns_no_name_by_knocking() {
    let team = Team::new().await;
    let id = team.running().await;
    let (app, stranger) = (team.app(), &team.stranger);
    assert!(matches!(
        sessions::get(app, stranger, &id).await,
        Err(ChangeError::NotFound)
    ));
    assert!(matches!(
        sessions::join(app, stranger, &id, None).await,
        Err(ChangeError::NotFound)
    ));
    assert!(matches!(
        sessions::leave(app, stranger, &id).await,
        Err(ChangeError::NotFound)
    ));
    assert!(matches!(
        sessions::heartbeat(app, stranger, &id).await,
        Err(ChangeError::NotFound)
    ));
    for refused in [
        sessions::end(app, stranger, &id).await.unwrap_err(),
        sessions::start(app, stranger, &id).await.unwrap_err(),
        sessions::edit(app, stranger, &id, locked(true)).await.unwrap_err(),
        sessions::create(app, stranger, team.named("Mine")).await.unwrap_err(),
    ] {
        assert!(matches!(refused, ChangeError::NotFound), "{refused:?}");
    }
    let refused = team.of("session.join_refused").await.pop().unwrap();
    assert_eq!(refused.user.as_ref().unwrap().username, "stan");
    assert_eq!(refused.group.as_ref().unwrap().id, team.group);
    assert!(refused.target().unwrap().name.is_empty() && refused.group.as_ref().unwrap().name.is_empty());
    assert_eq!(team.listed(stranger, SessionState::Running).await, [""; 0]);
    // An administrator of the installation looks after it but takes part only where they are a member.
    assert_eq!(team.listed(&team.admin, SessionState::Running).await, ["Weekly review"]);
    assert!(matches!(
        sessions::join(app, &team.admin, &id, None).await,
        Err(ChangeError::Forbidden)
    ));
    sessions::end(app, &team.admin, &id).await.unwrap();
}

#[tokio::test]
async fn whoever_knocks_again_and_again_is_in_the_log_once_for_ten_minutes() {
    let team = Team::new().await;
    let (id, other) = (team.running().await, team.running().await);
    let try_to_join = async |caller: &Caller, id: &str| {
        sessions::join(team.app(), caller, id, None).await.unwrap_err();
    };
    for _ in 0..20 {
        try_to_join(&team.stranger, &id).await;
    }
    assert_eq!(team.of("session.join_refused").await.len(), 1);
    try_to_join(&team.stranger, &other).await;
    team.edit(&id, locked(true)).await;
    try_to_join(&team.mia, &id).await;
    assert_eq!(
        team.of("session.join_refused").await.len(),
        3,
        "another session, another person"
    );
    sessions::end(team.app(), &team.sam, &id).await.unwrap();
    try_to_join(&team.mia, &id).await;
    assert_eq!(team.last_refusal().await.0.unwrap(), "session_ended", "another reason");
    team.test.clock.advance(10 * MINUTE);
    try_to_join(&team.stranger, &id).await;
    let last = team.of("session.join_refused").await.pop().unwrap();
    assert_eq!(last.metadata["refused_since_the_last"], "19");
    assert_eq!(
        team.rows_of("session_refusal").await,
        1,
        "only what still counts is kept"
    );
}

#[tokio::test]
async fn wrong_passwords_are_forgotten_with_the_session() {
    let team = Team::new().await;
    let id = team.with_password("tulip").await;
    let wrong = sessions::join(team.app(), &team.mia, &id, Some("rose!")).await;
    assert!(wrong.is_err());
    assert_eq!(team.rows_of("session_attempt").await, 1);
    sessions::end(team.app(), &team.sam, &id).await.unwrap();
    assert_eq!(team.rows_of("session_attempt").await, 0);
}

#[tokio::test]
async fn members_who_are_no_hosts_manage_nothing() {
    let team = Team::new().await;
    let id = team.running().await;
    for refused in [
        sessions::end(team.app(), &team.mia, &id).await.unwrap_err(),
        sessions::edit(team.app(), &team.mia, &id, locked(true))
            .await
            .unwrap_err(),
    ] {
        assert!(matches!(refused, ChangeError::Forbidden), "{refused:?}");
    }
}

#[tokio::test]
async fn a_lock_keeps_others_out_until_it_is_opened() {
    let team = Team::new().await;
    let id = team.running().await;
    team.edit(&id, locked(true)).await;
    let refused = sessions::join(team.app(), &team.mia, &id, None).await.unwrap_err();
    assert!(matches!(refused, ChangeError::Conflict(_)));
    assert_eq!(
        team.last_refusal().await,
        (Some("session_locked".to_owned()), Outcome::Failure)
    );
    sessions::join(team.app(), &team.sam, &id, None).await.unwrap();
    sessions::join(team.app(), &team.owner, &id, None).await.unwrap();
    team.edit(&id, locked(false)).await;
    sessions::join(team.app(), &team.mia, &id, None).await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_after_five_not_even_looked_at() {
    let team = Team::new().await;
    let id = team.with_password("open sesame").await;
    let join = |password| sessions::join(team.app(), &team.mia, &id, Some(password));
    for _ in 0..5 {
        let refused = join("wrong one").await.unwrap_err();
        assert!(matches!(refused, ChangeError::Invalid(_)));
        assert_eq!(team.last_refusal().await.0.unwrap(), "wrong_password");
    }
    assert!(join("open sesame").await.is_err(), "the right one comes too late");
    assert_eq!(team.last_refusal().await.0.unwrap(), "too_many_passwords");
    // Another account is not kept out by it.
    sessions::join(team.app(), &team.owner, &id, Some("open sesame"))
        .await
        .unwrap();
    team.test.clock.advance(31 * MINUTE);
    join("open sesame").await.unwrap();
    assert_eq!(team.of("session.join_refused").await.len(), 6);
}

#[tokio::test]
async fn with_another_password_everybody_may_try_again_and_the_old_one_is_worth_nothing() {
    let team = Team::new().await;
    let id = team.with_password("open sesame").await;
    let join = |password| sessions::join(team.app(), &team.mia, &id, Some(password));
    for _ in 0..6 {
        assert!(join("wrong one").await.is_err());
    }
    let another = EditSession {
        password: Some(Some("close sesame".to_owned())),
        ..EditSession::default()
    };
    team.edit(&id, another).await;
    assert!(join("open sesame").await.is_err());
    join("close sesame").await.unwrap();
}

#[tokio::test]
async fn no_password_at_all_is_asked_for_without_counting() {
    let team = Team::new().await;
    let id = team.with_password("open sesame").await;
    for password in [None, Some("")] {
        let refused = sessions::join(team.app(), &team.mia, &id, password).await.unwrap_err();
        assert!(matches!(refused, ChangeError::Invalid(_)));
    }
    assert!(team.of("session.join_refused").await.is_empty());
    let short = NewSession {
        password: Some("abc".to_owned()),
        ..team.named("Short")
    };
    assert!(sessions::create(team.app(), &team.sam, short).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_wrong_passwords_at_once_five_are_checked() {
    let team = Team::new().await;
    let id = team.with_password("open sesame").await;
    let tries = (0..50).map(|_| {
        let (app, mia, id) = (team.app().clone(), team.mia.clone(), id.clone());
        tokio::spawn(async move { sessions::join(&app, &mia, &id, Some("wrong one")).await })
    });
    for tried in tries.collect::<Vec<_>>() {
        assert!(tried.await.unwrap().is_err());
    }
    let refused = team.of("session.join_refused").await;
    let checked = refused
        .iter()
        .filter(|activity| activity.reason.as_deref() == Some("wrong_password"));
    assert_eq!(checked.count(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn joining_leaving_starting_and_ending_fifty_times_at_once_happen_once() {
    let team = Team::new().await;
    let planned = NewSession {
        start: false,
        ..team.named("Race")
    };
    let id = team.created(planned).await;
    for (verb, code) in [
        ("start", "session.started"),
        ("join", "session.joined"),
        ("leave", "session.left"),
        ("end", "session.ended"),
    ] {
        let before = team.of(code).await.len();
        let tries = (0..50).map(|_| {
            let (app, sam, mia, id) = (team.app().clone(), team.sam.clone(), team.mia.clone(), id.clone());
            tokio::spawn(async move {
                match verb {
                    "start" => sessions::start(&app, &sam, &id).await.is_ok(),
                    "join" => sessions::join(&app, &mia, &id, None).await.is_ok(),
                    "leave" => sessions::leave(&app, &mia, &id).await.is_ok(),
                    _ => sessions::end(&app, &sam, &id).await.is_ok(),
                }
            })
        });
        let mut succeeded = 0;
        for tried in tries.collect::<Vec<_>>() {
            succeeded += usize::from(tried.await.unwrap());
        }
        // Who joins again is there all the same.
        assert_eq!(succeeded, if verb == "join" { 50 } else { 1 }, "{verb}");
        assert_eq!(team.of(code).await.len() - before, 1, "{verb}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_joins_while_it_ends_is_either_taken_out_by_it_or_refused() {
    let team = Team::new().await;
    for _ in 0..10 {
        let id = team.running().await;
        let (app, mia, joined) = (team.app().clone(), team.mia.clone(), id.clone());
        let joining = tokio::spawn(async move { sessions::join(&app, &mia, &joined, None).await.is_ok() });
        sessions::end(team.app(), &team.sam, &id).await.unwrap();
        let joined = joining.await.unwrap();
        assert!(team.present(&id).await.is_empty());
        let left = team.of("session.left").await;
        let mias = left.iter().filter(|activity| {
            activity.target().unwrap().id == id && activity.user.as_ref().unwrap().username == "mia"
        });
        assert_eq!(mias.count(), usize::from(joined));
    }
}

#[tokio::test]
async fn a_silent_device_leaves_by_the_system_and_one_that_speaks_stays() {
    let team = Team::new().await;
    let id = team.running().await;
    sessions::join(team.app(), &team.mia, &id, None).await.unwrap();
    for _ in 0..4 {
        team.test.clock.advance(30 * SECOND);
        sessions::heartbeat(team.app(), &team.mia, &id).await.unwrap();
        sessions::sweep(team.app()).await.unwrap();
    }
    assert_eq!(team.present(&id).await, ["mia"]);
    let left = team.of("session.left").await.pop().unwrap();
    assert_eq!(left.user.as_ref().unwrap().username, "sam");
    assert!(matches!(left.by, By::System));
    assert_eq!(left.reason.as_deref(), Some("device_silent"));
    let refused = sessions::heartbeat(team.app(), &team.sam, &id).await.unwrap_err();
    assert!(matches!(refused, ChangeError::Conflict(_)));
    assert_eq!(sessions::sweep(team.app()).await.unwrap(), 0, "nobody leaves twice");
}

#[tokio::test]
async fn who_is_disabled_removed_or_logged_out_leaves_at_the_next_look() {
    let team = Team::new().await;
    let (app, admin) = (team.app(), &team.admin);
    let id = team.running().await;
    sessions::join(app, &team.mia, &id, None).await.unwrap();
    sessions::join(app, &team.owner, &id, None).await.unwrap();
    accounts::set_login_enabled(app, admin, &team.mia.person.id, false)
        .await
        .unwrap();
    groups::remove_member(app, &team.owner, &team.group, &team.sam.person.id)
        .await
        .unwrap();
    devices::end_devices(app, admin, &team.owner.person.id).await.unwrap();
    assert_eq!(sessions::sweep(app).await.unwrap(), 3);
    assert!(team.present(&id).await.is_empty());
    let mut reasons: Vec<_> = team
        .of("session.left")
        .await
        .into_iter()
        .map(|left| left.facts.reason.unwrap())
        .collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["logged_out", "login_disabled", "not_a_member"]);
}

#[tokio::test]
async fn the_sessions_of_a_deleted_group_end_with_everybody_leaving() {
    let team = Team::new().await;
    let id = team.running().await;
    groups::delete(team.app(), &team.owner, &team.group).await.unwrap();
    assert_eq!(sessions::sweep(team.app()).await.unwrap(), 1);
    let ended = team.of("session.ended").await.pop().unwrap();
    assert_eq!(ended.group.as_ref().unwrap().name, "Field team");
    assert!(matches!(ended.by, By::System));
    assert!(matches!(
        sessions::get(team.app(), &team.sam, &id).await,
        Err(ChangeError::NotFound)
    ));
    let seen = sessions::get(team.app(), &team.admin, &id).await.unwrap();
    assert!(seen.session.is_ended() && !seen.may_manage);
}

#[tokio::test]
async fn who_manages_the_group_above_takes_part_in_its_subgroups() {
    let team = Team::new().await;
    let new = NewGroup {
        name: "Night shift".to_owned(),
        ..NewGroup::default()
    };
    let below = groups::create_subgroup(team.app(), &team.owner, &team.group, new)
        .await
        .unwrap();
    let new = NewSession {
        group_id: below.id,
        ..team.named("Handover")
    };
    let id = sessions::create(team.app(), &team.owner, new).await.unwrap().id;
    assert_eq!(team.listed(&team.owner, SessionState::Running).await, ["Handover"]);
    assert!(matches!(
        sessions::join(team.app(), &team.sam, &id, None).await,
        Err(ChangeError::NotFound)
    ));
    assert_eq!(sessions::sweep(team.app()).await.unwrap(), 0, "the manager stays in it");
}

#[tokio::test]
async fn an_edit_names_what_changed_and_refuses_what_somebody_else_changed_meanwhile() {
    let team = Team::new().await;
    let id = team.running().await;
    let edit = EditSession {
        name: Some("  Monthly   review ".to_owned()),
        password: Some(Some("open sesame".to_owned())),
        version: Some(1),
        ..EditSession::default()
    };
    let session = sessions::edit(team.app(), &team.sam, &id, edit.clone()).await.unwrap();
    assert_eq!((session.name.as_str(), session.has_password), ("Monthly review", true));
    let edited = team.of("session.edited").await.pop().unwrap();
    assert_eq!(edited.changes[0].before.as_deref(), Some("Weekly review"));
    assert_eq!(edited.metadata["password"], "set");
    assert!(matches!(
        sessions::edit(team.app(), &team.sam, &id, edit).await,
        Err(ChangeError::Stale)
    ));
    let nothing = sessions::edit(team.app(), &team.sam, &id, EditSession::default())
        .await
        .unwrap();
    assert_eq!(nothing.version, session.version);
    assert_eq!(team.of("session.edited").await.len(), 1);
    let bare = EditSession {
        name: Some("\u{202e} ".to_owned()),
        ..EditSession::default()
    };
    assert!(matches!(
        sessions::edit(team.app(), &team.sam, &id, bare).await,
        Err(ChangeError::Invalid(_))
    ));
}

#[tokio::test]
async fn lists_page_through_everything_once_newest_first() {
    let team = Team::new().await;
    for n in 0..7 {
        team.test.clock.advance(SECOND);
        let id = team.created(team.named(&format!("Session {n}"))).await;
        sessions::end(team.app(), &team.sam, &id).await.unwrap();
    }
    for (caller, group_id) in [
        (&team.mia, None),
        (&team.mia, Some(team.group.clone())),
        (&team.admin, None),
    ] {
        let mut search = SessionSearch {
            group_id,
            state: SessionState::Ended,
            after: None,
            limit: 3,
        };
        let mut names = Vec::new();
        loop {
            let page = sessions::list(team.app(), caller, &search).await.unwrap();
            names.extend(page.rows.into_iter().map(|session| session.name));
            search.after = page.turns.next;
            if search.after.is_none() {
                break;
            }
        }
        let expected: Vec<_> = (0..7).rev().map(|n| format!("Session {n}")).collect();
        assert_eq!(names, expected);
    }
    let of_stranger = SessionSearch {
        group_id: Some(team.group.clone()),
        state: SessionState::Ended,
        after: None,
        limit: 3,
    };
    assert!(matches!(
        sessions::list(team.app(), &team.stranger, &of_stranger).await,
        Err(ChangeError::NotFound)
    ));
}

#[tokio::test]
async fn whoever_watches_is_told_of_a_join_and_of_nothing_that_failed() {
    let team = Team::new().await;
    let id = team.running().await;
    let soon = Duration::from_millis(200);
    let watch = team.app().live().watch(vec![Topic::Session(id.clone())]);
    let list = team.app().live().watch(vec![Topic::Group(team.group.clone())]);
    assert!(sessions::join(team.app(), &team.stranger, &id, None).await.is_err());
    assert!(tokio::time::timeout(soon, watch.changed()).await.is_err());
    sessions::join(team.app(), &team.mia, &id, None).await.unwrap();
    for watch in [&watch, &list] {
        tokio::time::timeout(soon, watch.changed()).await.unwrap();
    }
}
