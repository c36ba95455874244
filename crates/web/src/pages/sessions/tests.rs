//! Samples of the pages of sessions: empty, usual, hostile.

use activity::{Named, Person, Time};
use app::sessions::{Presence, Session, SessionDetails, SessionState};
use askama::Template as _;

use super::list::SessionsPage;
use super::lists::{Lists, NewForm};
use super::one::SessionPage;
use crate::pages::activity::tests::{assert_safe, shell};
use crate::shell::{Pager, turns};

const HOSTILE: &str = "\"'><script>alert(1)</script>\u{202e}";

fn session(state: SessionState, name: &str) -> Session {
    Session {
        id: "ses_1".to_owned(),
        group: Named {
            id: "grp_1".to_owned(),
            name: name.to_owned(),
        },
        name: name.to_owned(),
        state,
        has_password: true,
        locked: true,
        host: Named {
            id: "usr_1".to_owned(),
            name: name.to_owned(),
        },
        created_at: Time(0),
        started_at: Some(Time(0)),
        ended_at: (state == SessionState::Ended).then_some(Time(0)),
        version: 1,
        present: 1,
    }
}

fn list(lists: Lists, name: &str) -> String {
    SessionsPage {
        shell: shell("/sessions"),
        lists,
        groups: vec![("grp_1".to_owned(), name.to_owned())],
        shows_all: false,
        form: NewForm {
            name: name.to_owned(),
            ..NewForm::default()
        },
    }
    .render()
    .unwrap()
}

fn pager() -> Pager {
    Pager::new("/sessions", &[], "", &turns(None, Some("next")))
}

fn page(details: SessionDetails, name: &str) -> String {
    let person = Person {
        id: "usr_1".to_owned(),
        name: name.to_owned(),
        username: name.to_owned(),
        ..Person::default()
    };
    SessionPage {
        shell: shell("/sessions/ses_1"),
        details,
        people: vec![Presence {
            person,
            is_host: true,
            joined_at: Time(0),
            last_seen_at: Time(0),
        }],
        pager: pager(),
        heartbeat_every: 20,
    }
    .render()
    .unwrap()
}

fn details(state: SessionState, name: &str) -> SessionDetails {
    SessionDetails {
        session: session(state, name),
        is_present: false,
        may_join: true,
        asks_password: true,
        is_locked_out: false,
        may_manage: true,
    }
}

#[test]
fn an_empty_list_says_what_a_session_is() {
    assert!(list(Lists::default(), "Team").contains("No session yet"));
}

#[test]
fn hostile_names_are_text_on_every_page() {
    let lists = Lists {
        running: vec![session(SessionState::Running, HOSTILE)],
        planned: vec![session(SessionState::Planned, HOSTILE)],
        ended: vec![session(SessionState::Ended, HOSTILE)],
        pager: pager(),
    };
    assert_safe(&list(lists, HOSTILE));
    for state in [SessionState::Planned, SessionState::Running, SessionState::Ended] {
        assert_safe(&page(details(state, HOSTILE), HOSTILE));
    }
}

#[test]
fn who_is_there_can_leave_and_who_is_not_can_join() {
    let outside = page(details(SessionState::Running, "Weekly"), "Sam");
    assert!(outside.contains("/sessions/ses_1/join") && !outside.contains("/sessions/ses_1/leave"));
    assert!(!outside.contains("heartbeat="));
    let inside = SessionDetails {
        is_present: true,
        ..details(SessionState::Running, "Weekly")
    };
    let inside = page(inside, "Sam");
    assert!(inside.contains("/sessions/ses_1/leave") && !inside.contains("/sessions/ses_1/join"));
    assert!(inside.contains("heartbeat=\"/sessions/ses_1/presence\""));
    // Without a script the page comes again by itself, before whoever is there counts as silent.
    let again = "<noscript><meta http-equiv=\"refresh\" content=\"60\"></noscript>";
    assert!(inside.contains(again) && !outside.contains("refresh"));
}

#[test]
fn a_locked_door_says_so_instead_of_asking_for_a_password() {
    let out = SessionDetails {
        is_locked_out: true,
        ..details(SessionState::Running, "Weekly")
    };
    let out = page(out, "Sam");
    assert!(out.contains("This session is locked") && !out.contains("/sessions/ses_1/join"));
}
