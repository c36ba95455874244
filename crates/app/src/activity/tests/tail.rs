//! The live tail: everything once, as it is committed, to whom it may be given, with a trace.

use std::time::Duration;

use tokio::time::timeout;

use super::super::{Tail, may_read, tail};
use super::*;

const SOON: Duration = Duration::from_secs(5);
const A_MOMENT: Duration = Duration::from_millis(700);

fn following(q: &str) -> FollowRequest {
    FollowRequest {
        q: q.to_owned(),
        from: None,
        to: None,
        zone: jiff::tz::TimeZone::UTC,
        after: None,
        limit: 100,
        hides_reads: true,
    }
}

async fn given(setup: &Setup, caller: &crate::Caller, tail: &mut Tail) -> Vec<(u64, String)> {
    timeout(SOON, tail.wait()).await.unwrap();
    let page = tail.next(&setup.app, caller).await.unwrap();
    page.rows.iter().map(|row| (row.seq, row.kind.to_string())).collect()
}

#[tokio::test]
async fn a_tail_gives_what_is_recorded_after_it_began_however_long_ago_it_happened() {
    let setup = Setup::new().await;
    setup.append([of("usr_sam", "user.login")]).await;
    let admin = administrator();
    let mut all = tail(&setup.app, &admin, LogScope::Everything, following("user:usr_sam"))
        .await
        .unwrap();
    assert!(timeout(A_MOMENT, all.wait()).await.is_err(), "nothing was recorded");
    let mut late = of("usr_sam", "user.logout");
    late.occurred_at = setup.now().plus(-365 * Time::DAY);
    setup.append([of("usr_noor", "user.login"), late]).await;
    assert_eq!(given(&setup, &admin, &mut all).await, [(2, "user.logout".to_owned())]);
}

#[tokio::test]
async fn a_tail_that_is_resumed_gives_everything_once() {
    let setup = Setup::new().await;
    let admin = administrator();
    let mut request = FollowRequest {
        limit: 3,
        ..following("-activity:log.*")
    };
    let mut seqs = Vec::new();
    for round in 0..4 {
        let mut all = tail(&setup.app, &admin, LogScope::Everything, request.clone())
            .await
            .unwrap();
        setup.append((0..5).map(|_| of("usr_sam", "user.login"))).await;
        // The second page of it is not waited for: the connection breaks off.
        seqs.extend(given(&setup, &admin, &mut all).await.into_iter().map(|(seq, _)| seq));
        request.after = Some(all.cursor().to_owned());
        assert!(round == 0 || seqs.len() > 3);
    }
    loop {
        let mut all = tail(&setup.app, &admin, LogScope::Everything, request.clone())
            .await
            .unwrap();
        let more = given(&setup, &admin, &mut all).await;
        request.after = Some(all.cursor().to_owned());
        if more.is_empty() {
            break;
        }
        seqs.extend(more.into_iter().map(|(seq, _)| seq));
    }
    let mut expected: Vec<u64> = setup
        .all("activity:user.login")
        .await
        .iter()
        .map(|row| row.seq)
        .collect();
    expected.reverse();
    assert_eq!(seqs, expected);
}

#[tokio::test]
async fn whose_rows_a_tail_gives_is_told_and_its_own_reading_does_not_keep_it_busy() {
    let setup = Setup::new().await;
    let (admin, mut request) = (administrator(), following(""));
    request.hides_reads = false;
    let mut all = tail(&setup.app, &admin, LogScope::Everything, request).await.unwrap();
    setup.append([of("usr_sam", "user.login")]).await;
    assert_eq!(given(&setup, &admin, &mut all).await.len(), 1);
    let viewed = setup.all("activity:log.viewed user:usr_sam").await;
    assert_eq!(viewed.len(), 1, "Sam is told");
    assert_eq!(
        given(&setup, &admin, &mut all).await,
        [(viewed[0].seq, "log.viewed".to_owned())]
    );
    assert!(
        timeout(A_MOMENT, all.wait()).await.is_err(),
        "being given that tells nobody anything"
    );
}

#[tokio::test]
async fn a_tail_hides_reads_as_its_view_does() {
    let setup = Setup::new().await;
    let (admin, sam) = (administrator(), member("usr_sam"));
    let mut all = tail(&setup.app, &admin, LogScope::Everything, following(""))
        .await
        .unwrap();
    let mut mine = tail(&setup.app, &sam, LogScope::Me, following("")).await.unwrap();
    setup
        .append([of("usr_sam", "log.viewed"), of("usr_sam", "user.login")])
        .await;
    assert_eq!(given(&setup, &sam, &mut mine).await.len(), 2);
    assert_eq!(given(&setup, &admin, &mut all).await, [(1, "user.login".to_owned())]);
}

#[tokio::test]
async fn a_tail_gives_nothing_to_who_may_not_read_any_more() {
    let setup = Setup::new().await;
    let (admin, sam) = (administrator(), member("usr_sam"));
    let scope = LogScope::Everything;
    assert!(matches!(
        tail(&setup.app, &sam, scope.clone(), following("")).await,
        Err(ViewError::Forbidden)
    ));
    let mut all = tail(&setup.app, &admin, scope.clone(), following("")).await.unwrap();
    setup.append([of("usr_sam", "user.login")]).await;
    let mut demoted = admin.clone();
    demoted.roles.administrator = false;
    timeout(SOON, all.wait()).await.unwrap();
    assert!(matches!(
        all.next(&setup.app, &demoted).await,
        Err(ViewError::Forbidden)
    ));
    assert!(!may_read(&setup.app, &demoted, &scope).await.unwrap());
    assert!(may_read(&setup.app, &admin, &scope).await.unwrap());
    for after in ["x", "o1.1"] {
        let request = FollowRequest {
            after: Some(after.to_owned()),
            ..following("")
        };
        assert!(matches!(
            tail(&setup.app, &admin, scope.clone(), request).await,
            Err(ViewError::Cursor)
        ));
    }
}
