use activity::{Person, Time};
use app::erasure::Decision;
use app::holds::Hold;
use askama::Template as _;
use engine::Erasure;

use super::*;
use crate::pages::activity::tests::{assert_safe, shell};

const HOSTILE: &str = "\"><script>alert(1)</script>\u{202e}gnp\u{0}&'=1+1 ";

fn person(text: &str) -> Person {
    Person {
        id: text.to_owned(),
        name: text.to_owned(),
        ..Person::default()
    }
}

fn request(text: &str, outcome: Option<Outcome>) -> ErasureRequest {
    let decision = outcome.map(|outcome| Decision {
        by: person(text),
        at: Time(2),
        why: text.to_owned(),
        outcome,
    });
    ErasureRequest {
        id: text.to_owned(),
        by_themself: true,
        person: Some(person(text)),
        reason: text.to_owned(),
        asked_at: Time(1),
        decision,
    }
}

fn erased(looked_at: u64, is_done: bool) -> Outcome {
    Outcome::Erased {
        progress: Erasure {
            id: 7,
            requested_at: Time(1),
            finished_at: is_done.then_some(Time(3)),
            seq: 400,
            looked_at,
            rewritten: 1_204,
        },
        removed: vec![("API keys".to_owned(), 2)],
        has_receipt: is_done,
    }
}

fn shown(requests: Vec<ErasureRequest>, holds: Vec<Hold>, may_change: bool) -> String {
    let page = ErasurePage {
        shell: shell("/admin/erasure"),
        known: Erasures { requests, holds },
        may_change,
        person: HOSTILE.to_owned(),
    };
    page.render().unwrap()
}

#[test]
fn what_waits_goes_on_and_is_done_is_told_apart() {
    let html = shown(
        vec![request("Ann", None), request("Bob", Some(erased(100, false)))],
        Vec::new(),
        true,
    );
    for part in [
        "asked to be erased",
        "hidden; 25 %",
        "1,204",
        "Removed: API keys 2",
        "every=\"2\"",
    ] {
        assert!(html.contains(part), "{part} is missing");
    }
    assert!(!html.contains("/receipt"));
    let html = shown(vec![request("Bob", Some(erased(400, true)))], Vec::new(), true);
    assert!(html.contains("in no file any more") && html.contains("/admin/erasure/Bob/receipt"));
    assert!(!html.contains("every=") && !html.contains("asked to be erased"));
    let html = shown(vec![request("Cid", Some(Outcome::Declined))], Vec::new(), true);
    assert!(html.contains(" declined: ") && html.contains("Nobody yet"));
}

#[test]
fn an_auditor_is_shown_no_form_and_hostile_values_are_text() {
    let hold = Hold {
        id: HOSTILE.to_owned(),
        person: person(HOSTILE),
        reason: HOSTILE.to_owned(),
        placed_by: person(HOSTILE),
        placed_at: Time(1),
    };
    let all = || {
        let outcomes = [
            None,
            Some(Outcome::Withdrawn),
            Some(Outcome::Declined),
            Some(erased(1, false)),
            Some(erased(400, true)),
        ];
        outcomes.map(|outcome| request(HOSTILE, outcome)).to_vec()
    };
    let html = shown(all(), vec![hold.clone()], false);
    assert!(!html.contains("action=\"/admin/"));
    assert_safe(&html);
    let html = shown(all(), vec![hold], true);
    assert!(html.contains("/lift") && html.contains("/decline"));
    assert_safe(&html);
}
