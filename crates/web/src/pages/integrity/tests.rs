use super::*;
use crate::pages::activity::tests::shell;

fn kept(size: u64) -> KeptCheckpoint {
    KeptCheckpoint {
        size,
        made_at: Time(size as i64),
        note: format!("origin\n{size}\nroot{size}=\n\n— signature\n"),
    }
}

fn state(newest: Option<u64>, size: u64) -> Integrity {
    Integrity {
        size,
        complete_through: Time(0),
        newest: newest.map(kept),
        keys: Vec::new(),
        last: None,
        running: None,
    }
}

#[test]
fn a_page_says_what_each_checkpoint_added_and_where_older_ones_are() {
    let all: Vec<_> = (0..=u64::from(SHOWN)).map(|n| kept(1000 - n * 10)).collect();
    let page = IntegrityPage::new(shell("/admin/integrity"), Time(0), state(Some(1000), 1003), &all, false);
    assert_eq!(page.checkpoints.len(), SHOWN as usize);
    assert!(page.checkpoints.iter().all(|row| row.new == Some(10)));
    assert_eq!(page.checkpoints[0].root, "root1000=");
    assert_eq!(page.waiting(), 3);
    assert_eq!(
        page.older.map(|href| href.to_string()),
        Some("/admin/integrity?below=760".to_owned())
    );
    let page = IntegrityPage::new(shell("/admin/integrity"), Time(0), state(None, 0), &all[..3], true);
    assert_eq!(
        page.checkpoints.last().map(|row| row.new),
        Some(None),
        "the first of all added to nothing known"
    );
    assert!(page.older.is_none());
}

#[test]
fn hundredths_never_leave_their_range() {
    let at = |looked_at, of| {
        hundredths(&Verifying {
            since: Time(0),
            looked_at,
            of,
        })
    };
    assert_eq!(
        [at(0, 0), at(0, 10), at(5, 10), at(10, 10), at(20, 10), at(u64::MAX, 3)],
        [0, 0, 50, 100, 100, 100]
    );
}
