use std::collections::BTreeMap;

use activity::catalogue::Category;
use app::retention::{Cut, Keep, Rules};

use super::*;
use crate::pages::activity::tests::shell;

const LOG_INS: Heading = Heading::Of(Category::User);

fn removal(heading: Heading, removed: u64, held: u64) -> Removal {
    Removal {
        cut: Cut {
            heading,
            before: Time(1_764_288_000_000_000),
        },
        from: None,
        removed,
        held,
    }
}

fn rules() -> Rules {
    Rules {
        others: Keep::Days(365),
        of: BTreeMap::from([(LOG_INS, Keep::Days(90)), (Heading::Others, Keep::Forever)]),
    }
}

fn shown(may_change: bool, rehearsed: Option<Vec<Removal>>) -> String {
    let hostile = ("usr_1".to_owned(), "<script>alert(1)</script>".to_owned());
    let run = |id, is_signed: bool, by| RetentionRun {
        id,
        begun_at: Time(1_800_000_000_000_000),
        finished_at: is_signed.then_some(Time(1_800_000_100_000_000)),
        seq: 9,
        by,
        is_signed,
        removals: vec![removal(LOG_INS, 1_204_551, 312)],
        import: None,
    };
    let page = RetentionPage {
        shell: shell(HERE),
        may_change,
        asked: Asked::of_rules(&rules()),
        state: RetentionState {
            rules: rules(),
            kept_since: BTreeMap::from([(LOG_INS, Time(1_764_288_000_000_000))]),
            runs: vec![run(2, false, Some(hostile)), run(1, true, None)],
        },
        rehearsed,
        errors: Vec::new(),
    };
    page.render().unwrap()
}

#[test]
fn a_page_says_what_is_kept_what_would_go_and_what_went() {
    let html = shown(
        true,
        Some(vec![removal(LOG_INS, 1_204_551, 312), removal(Heading::Others, 0, 0)]),
    );
    assert!(html.contains("would remove 1,204,551 activities, and leave 312 that are on hold"));
    assert!(html.contains("name=\"days_user\" value=\"90\"") && html.contains("name=\"days_default\" value=\"365\""));
    assert!(html.contains("formaction=\"/admin/retention/rehearse\""));
    assert!(html.contains("/admin/retention/runs/1/note") && !html.contains("/admin/retention/runs/2/note"));
    assert!(html.contains("2025-11-2"), "since when log-ins are kept");
    assert!(!html.contains("<script>alert"));
}

#[test]
fn whoever_only_reads_has_no_form() {
    let html = shown(false, None);
    assert!(html.contains("90 days") && html.contains("/admin/retention/runs/1/note"));
    for part in ["formaction", "name=\"reason\"", "/admin/retention/apply"] {
        assert!(!html.contains(part), "{part}");
    }
}

#[test]
fn rules_come_back_from_their_form_and_what_is_wrong_is_said() {
    assert_eq!(Asked::of_rules(&rules()).rules(), Ok(rules()));
    assert_eq!(Asked::of_rules(&Rules::default()).rules(), Ok(Rules::default()));
    for (keep, days) in [
        ("days", ""),
        ("days", "0"),
        ("days", "-1"),
        ("days", "99999999999"),
        ("never", "1"),
        ("default", ""),
    ] {
        let mut asked = Asked::of_rules(&rules());
        (asked.lines[0].keep, asked.lines[0].days) = (keep.to_owned(), days.to_owned());
        let error = asked.rules().unwrap_err();
        assert!(
            error.message.starts_with("Everything else: "),
            "{keep} {days}: {error:?}"
        );
    }
}
