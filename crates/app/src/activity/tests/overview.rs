//! What a view says of all that it finds, and of what is beside one row.

use activity::{Facts, Named, Outcome};

use super::asking;
use super::support::{Setup, administrator, auditor, member, of};
use crate::activity::{Facet, LogScope, Overview, Values, ViewRequest, get, near, neighbours, view};
use crate::{App, Caller};

fn within(mut facts: Facts, application: &str) -> Facts {
    facts.application = Some(Named {
        id: application.to_owned(),
        name: format!("The {application}"),
    });
    facts
}

fn failed(mut facts: Facts) -> Facts {
    facts.outcome = Outcome::Failure;
    facts
}

async fn overview(app: &App, caller: &Caller, scope: &LogScope, q: &str) -> Overview {
    let request = ViewRequest { top: 3, ..asking(q) };
    let shown = view(app, caller, scope, &request).await.unwrap();
    let overview = shown.overview.unwrap();
    assert_eq!(shown.count, Some(overview.count));
    assert_eq!(shown.failures, Some(overview.failures));
    overview
}

fn values(overview: &Overview, facet: Facet) -> Vec<(&str, u64)> {
    let found: &Values = overview.facets.iter().find(|values| values.facet == facet).unwrap();
    found
        .values
        .iter()
        .map(|value| (value.value.as_str(), value.n))
        .collect()
}

async fn some() -> Setup {
    let setup = Setup::new().await;
    setup
        .append([
            within(of("sam", "user.login"), "app_a"),
            within(of("sam", "user.logout"), "app_a"),
            failed(within(of("sam", "user.login"), "app_b")),
            within(of("noor", "user.login"), "app_b"),
            failed(within(of("noor", "user.login"), "app_c")),
        ])
        .await;
    setup
}

#[tokio::test]
async fn what_is_counted_is_what_is_shown_and_nobody_elses() {
    let setup = some().await;
    let all = overview(&setup.app, &auditor(), &LogScope::Everything, "").await;
    assert_eq!((all.count.n, all.failures.n), (5, 2));
    assert_eq!(values(&all, Facet::Kind), [("user.login", 4), ("user.logout", 1)]);
    assert_eq!(values(&all, Facet::User), [("sam", 3), ("noor", 2)]);
    let bars: u64 = all.bars.iter().map(|bar| bar.outcomes.total()).sum();
    let failures: u64 = all.bars.iter().map(|bar| bar.failures()).sum();
    assert_eq!((bars, failures), (5, 2));
    let mine = overview(&setup.app, &member("sam"), &LogScope::Me, "").await;
    assert_eq!((mine.count.n, mine.failures.n), (3, 1));
    assert_eq!(values(&mine, Facet::Application), [("app_a", 2), ("app_b", 1)]);
    assert!(mine.facets.iter().all(|values| values.facet != Facet::User));
    let query = overview(&setup.app, &member("sam"), &LogScope::Me, "user:noor").await;
    assert_eq!((query.count.n, query.bars.len()), (0, 0));
}

#[tokio::test]
async fn beside_what_is_chosen_stands_what_could_be() {
    let setup = some().await;
    let app = &setup.app;
    let chosen = overview(app, &auditor(), &LogScope::Everything, "application:=app_a").await;
    assert_eq!(chosen.count.n, 2);
    assert_eq!(
        values(&chosen, Facet::Application),
        [("app_a", 2), ("app_b", 2), ("app_c", 1)]
    );
    assert_eq!(values(&chosen, Facet::Kind), [("user.login", 1), ("user.logout", 1)]);
    let facet = chosen.facets.iter().find(|it| it.facet == Facet::Application).unwrap();
    assert!(facet.values[0].is_chosen && !facet.values[1].is_chosen);
    assert_eq!(facet.values[0].name, "The app_a", "as the log called it last");
    assert_eq!(facet.values[0].toggled.as_deref(), Some(""));
    assert_eq!(facet.values[1].toggled.as_deref(), Some("application:=app_a,=app_b"));
    let without = overview(
        app,
        &auditor(),
        &LogScope::Everything,
        "activity:user.* -application:=app_a",
    )
    .await;
    assert_eq!(
        values(&without, Facet::Application),
        [("app_b", 2), ("app_c", 1), ("app_a", 0)]
    );
}

#[tokio::test]
async fn a_facet_has_its_largest_values_and_says_what_others_have() {
    let setup = Setup::new().await;
    let rows = (0..20).flat_map(|n| (0..=n).map(move |_| within(of("sam", "user.login"), &format!("app_{n:02}"))));
    setup.append(rows.collect::<Vec<_>>()).await;
    let all = overview(&setup.app, &auditor(), &LogScope::Everything, "").await;
    let facet = all.facets.iter().find(|it| it.facet == Facet::Application).unwrap();
    assert_eq!(
        values(&all, Facet::Application),
        [("app_19", 20), ("app_18", 19), ("app_17", 18)]
    );
    assert_eq!(facet.other, 210 - 57);
    let request = ViewRequest {
        top: 3,
        more: Some(Facet::Application),
        ..asking("activity:user.login")
    };
    let more = view(&setup.app, &auditor(), &LogScope::Everything, &request)
        .await
        .unwrap();
    let more = more.overview.unwrap();
    assert_eq!(values(&more, Facet::Application).len(), 20);
}

#[tokio::test]
async fn what_is_near_a_row_is_the_same_peoples_and_what_is_beside_it_is_its_logs() {
    let setup = some().await;
    let row = get(&setup.app, &administrator(), 2).await.unwrap().unwrap();
    let near = near(&setup.app, &administrator(), &row).await.unwrap();
    assert!(near.iter().any(|other| other.seq == 2));
    assert!(near.iter().all(|other| other.user.as_ref().unwrap().id == "sam"));
    let beside = neighbours(&setup.app, &administrator(), &row).await.unwrap();
    assert_eq!(beside, (Some(3), Some(1)));
    let own = get(&setup.app, &member("sam"), 2).await.unwrap().unwrap();
    let beside = neighbours(&setup.app, &member("sam"), &own).await.unwrap();
    assert_eq!(beside.1, Some(1));
    assert_ne!(beside.0, Some(3), "a row of somebody else's is beside a member's");
}

#[tokio::test]
async fn a_page_around_a_row_has_it_in_its_middle() {
    let setup = Setup::new().await;
    setup
        .append((0..40).map(|_| of("sam", "user.login")).collect::<Vec<_>>())
        .await;
    for seq in [0, 3, 20, 39] {
        let row = get(&setup.app, &auditor(), seq).await.unwrap().unwrap();
        let request = ViewRequest {
            after: Some(crate::activity::around(&row)),
            limit: 10,
            ..asking("user:sam activity:user.login")
        };
        let page = view(&setup.app, &auditor(), &LogScope::Everything, &request)
            .await
            .unwrap();
        let at = page.rows.iter().position(|other| other.seq == seq);
        let newer = usize::try_from(39 - seq).unwrap();
        assert_eq!(at, Some(newer.min(5)), "{seq}");
        assert_eq!(page.newer.is_some(), newer > 5);
    }
}
