//! The use cases of reading, against a real store and log in a temporary directory.

mod groups;
mod overview;
mod reads;
pub(crate) mod support;
mod tail;

use activity::{Outcome, Time};
use support::{Setup, administrator, auditor, hostile, member, of};

use super::{EmptyReason, FollowRequest, LogScope, ViewError, ViewRequest, follow, get, types, view};

fn asking(q: &str) -> ViewRequest {
    ViewRequest {
        q: q.to_owned(),
        ..ViewRequest::default()
    }
}

#[tokio::test]
async fn a_member_sees_their_own_log_and_nobody_elses() {
    let setup = Setup::new().await;
    setup
        .append([
            of("sam", "user.login"),
            of("noor", "user.login"),
            of("sam", "user.logout"),
        ])
        .await;
    let sam = member("sam");
    let mine = view(&setup.app, &sam, &LogScope::Me, &asking("")).await.unwrap();
    assert_eq!(
        mine.rows.iter().map(|row| &*row.kind).collect::<Vec<_>>(),
        ["user.logout", "user.login"]
    );
    assert_eq!(mine.count.unwrap().n, 2);
    for scope in [LogScope::User("noor".to_owned()), LogScope::Everything] {
        let refused = view(&setup.app, &sam, &scope, &asking("")).await;
        assert!(matches!(refused, Err(ViewError::Forbidden)), "{scope:?}");
    }
    let own_by_id = view(&setup.app, &sam, &LogScope::User("sam".to_owned()), &asking(""))
        .await
        .unwrap();
    assert_eq!(own_by_id.rows, mine.rows);
}

#[tokio::test]
async fn no_query_widens_a_members_scope() {
    let setup = Setup::new().await;
    let mut impostor = of("noor", "user.login");
    impostor.user.as_mut().unwrap().username = "sam".to_owned();
    setup
        .append([of("sam", "user.login"), of("noor", "user.login"), impostor])
        .await;
    for q in [
        "user:noor",
        "user:noor OR user:sam",
        "-user:sam",
        "outcome:success OR outcome:failure",
        "id:1..2",
    ] {
        let seen = view(&setup.app, &member("sam"), &LogScope::Me, &asking(q))
            .await
            .unwrap();
        assert!(
            seen.rows.iter().all(|row| row.user.as_ref().unwrap().id == "sam"),
            "{q}"
        );
    }
    assert!(get(&setup.app, &member("sam"), 1).await.unwrap().is_none());
    assert!(get(&setup.app, &member("sam"), 2).await.unwrap().is_none());
    assert!(get(&setup.app, &member("sam"), 0).await.unwrap().is_some());
}

#[tokio::test]
async fn reading_somebody_elses_log_is_in_it_once_in_a_while_whatever_the_queries() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login")]).await;
    let scope = LogScope::User("sam".to_owned());
    for _ in 0..3 {
        view(&setup.app, &auditor(), &scope, &asking("outcome:success"))
            .await
            .unwrap();
    }
    let looks = setup.all("activity:log.viewed").await;
    assert_eq!(looks.len(), 1);
    let look = &looks[0];
    assert_eq!(look.user.as_ref().unwrap().id, "sam");
    assert!(matches!(&look.by, activity::By::Member(reader) if reader.id == "usr_auditor"));
    assert_eq!(look.metadata.get("query").map(String::as_str), Some("outcome:success"));

    view(&setup.app, &auditor(), &scope, &asking("")).await.unwrap();
    assert_eq!(
        setup.all("activity:log.viewed").await.len(),
        1,
        "another query soon after is told of by the same activity"
    );
    view(&setup.app, &administrator(), &scope, &asking("")).await.unwrap();
    assert_eq!(
        setup.all("activity:log.viewed").await.len(),
        2,
        "another reader has an activity of their own"
    );
    setup.clock.advance(16 * 60 * Time::SECOND);
    view(&setup.app, &administrator(), &scope, &asking("")).await.unwrap();
    assert_eq!(
        setup.all("activity:log.viewed").await.len(),
        3,
        "later is told of again"
    );
}

#[tokio::test]
async fn rows_of_one_person_are_told_of_in_their_log_those_of_several_in_the_readers() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login"), of("noor", "user.login")]).await;
    view(&setup.app, &member("sam"), &LogScope::Me, &asking(""))
        .await
        .unwrap();
    view(&setup.app, &auditor(), &LogScope::Everything, &asking(""))
        .await
        .unwrap();
    view(
        &setup.app,
        &auditor(),
        &LogScope::Everything,
        &asking("user:s* OR user:n*"),
    )
    .await
    .unwrap();
    assert_eq!(setup.all("activity:log.viewed").await.len(), 0);
    let searched = setup.all("activity:log.searched").await;
    assert_eq!(searched.len(), 1);
    assert_eq!(searched[0].user.as_ref().unwrap().id, "usr_auditor");
    view(
        &setup.app,
        &auditor(),
        &LogScope::Everything,
        &asking("user:=sam activity:user.login"),
    )
    .await
    .unwrap();
    get(&setup.app, &auditor(), 1).await.unwrap().unwrap();
    let looks = setup.all("activity:log.viewed").await;
    let whose: Vec<&str> = looks
        .iter()
        .map(|look| look.user.as_ref().unwrap().id.as_str())
        .collect();
    assert_eq!(whose, ["noor", "sam"]);
}

#[tokio::test]
async fn pages_go_to_older_rows_and_back_without_loss_or_repeat() {
    let setup = Setup::new().await;
    let rows = (0..25).map(|i| {
        let mut facts = of("sam", "user.login");
        // Pairs at the same instant, so that the id decides.
        facts.occurred_at = setup.now().plus(-(i / 2) * Time::SECOND);
        facts
    });
    setup.append(rows).await;
    let mut request = ViewRequest {
        limit: 10,
        ..asking("")
    };
    let mut seen = Vec::new();
    let mut newer = None;
    loop {
        let page = view(&setup.app, &member("sam"), &LogScope::Me, &request).await.unwrap();
        seen.extend(page.rows.iter().map(|row| row.seq));
        newer = page.newer.or(newer);
        match page.older {
            Some(older) => request.after = Some(older),
            None => break,
        }
    }
    assert_eq!(seen.len(), 25);
    let all = setup.all("").await;
    assert_eq!(seen, all.iter().map(|row| row.seq).collect::<Vec<_>>());
    request.after = newer;
    let back = view(&setup.app, &member("sam"), &LogScope::Me, &request).await.unwrap();
    assert_eq!(back.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), seen[10..20]);
    request.after = back.newer;
    let first = view(&setup.app, &member("sam"), &LogScope::Me, &request).await.unwrap();
    assert_eq!(first.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), seen[..10]);
    assert_eq!(first.newer, None);
}

#[tokio::test]
async fn following_never_skips_and_always_says_where_to_go_on() {
    let setup = Setup::new().await;
    setup.append((0..5).map(|_| of("sam", "user.login"))).await;
    let mut request = FollowRequest {
        q: String::new(),
        from: None,
        to: None,
        zone: jiff::tz::TimeZone::UTC,
        after: None,
        limit: 3,
        hides_reads: false,
    };
    let sam = member("sam");
    let first = follow(&setup.app, &sam, &LogScope::Me, &request).await.unwrap();
    assert_eq!(first.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(first.has_more);
    request.after = Some(first.next);
    let second = follow(&setup.app, &sam, &LogScope::Me, &request).await.unwrap();
    assert_eq!(second.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [3, 4]);
    assert!(!second.has_more);
    request.after = Some(second.next.clone());
    let none = follow(&setup.app, &sam, &LogScope::Me, &request).await.unwrap();
    assert!(none.rows.is_empty());
    assert_eq!(none.next, second.next);
    let mut late = of("sam", "user.logout");
    late.occurred_at = setup.now().plus(-Time::DAY);
    setup.append([of("noor", "user.login"), late]).await;
    let fresh = follow(&setup.app, &sam, &LogScope::Me, &request).await.unwrap();
    assert_eq!(fresh.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [6]);
}

#[tokio::test]
async fn a_wrong_query_names_the_place_and_a_wrong_cursor_is_refused() {
    let setup = Setup::new().await;
    let wrong = view(&setup.app, &member("sam"), &LogScope::Me, &asking("outcom:failure")).await;
    let Err(ViewError::Query(error)) = wrong else {
        panic!("{wrong:?}")
    };
    assert_eq!(&"outcom:failure"[error.span.clone()], "outcom");
    assert!(error.suggestion.is_some());
    let request = ViewRequest {
        after: Some("x".to_owned()),
        ..asking("")
    };
    assert!(matches!(
        view(&setup.app, &member("sam"), &LogScope::Me, &request).await,
        Err(ViewError::Cursor)
    ));
    let backwards = ViewRequest {
        from: Some(Time(2)),
        to: Some(Time(1)),
        ..asking("")
    };
    assert!(matches!(
        view(&setup.app, &member("sam"), &LogScope::Me, &backwards).await,
        Err(ViewError::Range { .. })
    ));
}

#[tokio::test]
async fn an_empty_answer_explains_itself() {
    let setup = Setup::new().await;
    let empty = |request: ViewRequest| {
        let setup = &setup;
        async move {
            view(&setup.app, &member("sam"), &LogScope::Me, &request)
                .await
                .unwrap()
                .empty
        }
    };
    assert_eq!(empty(asking("")).await, Some(EmptyReason::NothingYet));
    setup.append([of("sam", "user.login")]).await;
    let never = EmptyReason::NotRecordedThen {
        code: "session.started".to_owned(),
        since: None,
    };
    assert_eq!(empty(asking("activity:session.started")).await, Some(never));
    let before = ViewRequest {
        to: Some(setup.now().plus(-Time::DAY)),
        ..asking("activity:user.login")
    };
    let Some(EmptyReason::NotRecordedThen {
        code,
        since: Some(since),
    }) = empty(before).await
    else {
        panic!()
    };
    assert_eq!((code.as_str(), since), ("user.login", setup.now()));
    let Some(EmptyReason::NothingMatches { widen, .. }) = empty(asking("outcome:success ip:10.0.0.0/8")).await else {
        panic!()
    };
    assert_eq!(widen.len(), 1);
    assert_eq!(widen[0].query, "outcome:success");
    assert_eq!((&*widen[0].label, &*widen[0].what), ("without", "ip: 10.0.0.0/8"));
}

#[tokio::test]
async fn chips_are_the_query_and_taking_one_away_leaves_the_rest() {
    let setup = Setup::new().await;
    let q = "outcome:failure -user:monitor (ip:10.0.0.1 OR ip:10.0.0.2) \"locked from\"";
    let shown = view(&setup.app, &member("sam"), &LogScope::Me, &asking(q))
        .await
        .unwrap();
    let chips: Vec<_> = shown
        .chips
        .iter()
        .map(|chip| (chip.key.as_str(), chip.value.as_str(), chip.negated))
        .collect();
    assert_eq!(chips[0], ("outcome:", "failure", false));
    assert_eq!(chips[1], ("user:", "monitor", true));
    assert_eq!(chips.len(), 4);
    assert_eq!(
        shown.chips[0].without,
        "-user:monitor (ip:10.0.0.1 OR ip:10.0.0.2) \"locked from\""
    );
}

#[tokio::test]
async fn the_catalogue_tells_since_when_a_type_is_recorded() {
    let setup = Setup::new().await;
    let mut failed = of("sam", "user.login_failed");
    failed.outcome = Outcome::Failure;
    setup.append([failed, of("sam", "invoice.paid")]).await;
    let since =
        |rows: &[super::TypeRow], code: &str| rows.iter().find(|row| row.code == code).map(|row| row.recorded_since);
    let all = types(&setup.app, &auditor()).await.unwrap();
    assert_eq!(since(&all, "user.login_failed"), Some(Some(setup.now())));
    assert_eq!(since(&all, "user.login"), Some(None));
    assert_eq!(since(&all, "invoice.paid"), Some(Some(setup.now())));
    let of_a_member = types(&setup.app, &member("sam")).await.unwrap();
    assert_eq!(since(&of_a_member, "invoice.paid"), None);
}

#[tokio::test]
async fn a_hostile_row_is_found_and_shown_like_any_other() {
    let setup = Setup::new().await;
    setup.append([hostile()]).await;
    let shown = view(&setup.app, &auditor(), &LogScope::Everything, &asking(""))
        .await
        .unwrap();
    assert_eq!(shown.rows[0].facts, hostile());
}
