//! Reads of the log are left out of views, and counted.

use activity::catalogue;

use super::super::reads::are_asked_for;
use super::*;

fn hiding(q: &str) -> ViewRequest {
    ViewRequest {
        hides_reads: true,
        limit: 1000,
        ..asking(q)
    }
}

fn is_read(kind: &str) -> bool {
    catalogue::find(kind).is_some_and(|entry| entry.is_read)
}

/// Twelve activities of two people, half of them reads, some of them failures.
async fn mixed() -> Setup {
    let setup = Setup::new().await;
    let mut all = Vec::new();
    for user in ["usr_sam", "usr_noor"] {
        for code in ["log.viewed", "user.login", "log.viewed", "log.searched", "user.logout"] {
            all.push(of(user, code));
        }
        let mut failed = of(user, "user.login_failed");
        failed.outcome = Outcome::Failure;
        all.push(failed);
    }
    setup.append(all).await;
    setup
}

#[tokio::test]
async fn what_is_shown_and_what_is_hidden_are_together_what_matches() {
    for q in [
        "",
        "user:usr_sam",
        "outcome:failure",
        "outcome:success OR user:usr_noor",
        "-activity:user.login",
        "activity:log.viewed",
        "activity:log.* user:usr_sam",
        "-(activity:user.login OR -activity:log.viewed)",
        "id:1",
        "id:0..5",
        "\"viewed\"",
        "user:nobody",
    ] {
        let setup = mixed().await;
        let matching = setup.all(q).await;
        let found = view(&setup.app, &administrator(), &LogScope::Everything, &hiding(q)).await;
        let found = found.unwrap();
        let asked = are_asked_for(&found.expr);
        let (hidden, shown): (Vec<_>, Vec<_>) = matching.into_iter().partition(|row| !asked && is_read(&row.kind));
        assert_eq!(found.rows.to_vec(), shown, "{q}");
        assert_eq!(found.count.unwrap().n, shown.len() as u64, "{q}");
        let failed = shown.iter().filter(|row| row.outcome == Outcome::Failure).count();
        assert_eq!(found.failures.unwrap().n, failed as u64, "{q}");
        assert_eq!(
            found.hidden.map(|count| count.n),
            (!asked).then_some(hidden.len() as u64),
            "{q}"
        );
        assert!(found.hidden.is_none_or(|count| count.exact), "{q}");
    }
}

#[tokio::test]
async fn reads_are_hidden_in_others_logs_only_and_only_where_that_is_asked_for() {
    let setup = mixed().await;
    let (sam, admin) = (member("usr_sam"), administrator());
    let own = view(&setup.app, &sam, &LogScope::Me, &hiding("")).await.unwrap();
    assert_eq!(own.rows.iter().filter(|row| is_read(&row.kind)).count(), 3);
    assert_eq!(own.hidden, None);
    let theirs = LogScope::User("usr_sam".to_owned());
    let hidden = view(&setup.app, &admin, &theirs, &hiding("")).await.unwrap();
    assert!(hidden.rows.iter().all(|row| !is_read(&row.kind)));
    assert_eq!(hidden.hidden.unwrap().n, 3);
    let all = view(&setup.app, &admin, &theirs, &asking("")).await.unwrap();
    assert!(all.hidden.is_none() && all.rows.iter().any(|row| is_read(&row.kind)));
}

#[tokio::test]
async fn pages_of_a_view_without_reads_meet_and_none_is_short() {
    let setup = mixed().await;
    let (admin, mut request) = (administrator(), ViewRequest { limit: 2, ..hiding("") });
    let mut seen = Vec::new();
    loop {
        let page = view(&setup.app, &admin, &LogScope::Everything, &request).await.unwrap();
        assert!(page.rows.len() == 2 || page.older.is_none());
        seen.extend(page.rows.iter().map(|row| row.seq));
        match page.older {
            Some(older) => request.after = Some(older),
            None => break,
        }
    }
    let expected: Vec<_> = setup
        .all("")
        .await
        .iter()
        .filter(|row| !is_read(&row.kind))
        .map(|row| row.seq)
        .collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_page_that_is_empty_for_its_reads_says_so_and_what_it_offers_it_finds() {
    let setup = Setup::new().await;
    setup
        .append([
            of("usr_sam", "log.viewed"),
            of("usr_sam", "log.viewed"),
            of("usr_noor", "user.login"),
        ])
        .await;
    let admin = administrator();
    let sams = view(&setup.app, &admin, &LogScope::User("usr_sam".to_owned()), &hiding(""))
        .await
        .unwrap();
    assert!(
        matches!(sams.empty, Some(EmptyReason::OnlyReads(count)) if count.n == 2),
        "{:?}",
        sams.empty
    );
    let none = view(
        &setup.app,
        &admin,
        &LogScope::Everything,
        &hiding("user:usr_noor outcome:failure"),
    )
    .await
    .unwrap();
    let Some(EmptyReason::NothingMatches { widen, .. }) = none.empty else {
        panic!("{:?}", none.empty)
    };
    for wider in widen {
        let found = view(&setup.app, &admin, &LogScope::Everything, &hiding(&wider.query))
            .await
            .unwrap();
        assert_eq!(found.count, Some(wider.count), "{}", wider.label);
    }
}
