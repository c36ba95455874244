//! Who gets where with ids of a group they are in, of one they are not in, and without being anybody: every route that
//! names a group, a session, an invitation, an application, a device or a user, with every kind of caller. What is
//! refused changes nothing, and leaves nothing in the log but that it was refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod callers;
mod database;
mod rows;
mod world;

use std::collections::BTreeSet;

use callers::{Outcome, Who};
use database::Contents;
use reqwest::header::{CONTENT_TYPE, IF_MATCH, LOCATION};
use reqwest::{Method, Response, StatusCode};
use rows::{Body, ELSEWHERE, FOREIGN, Foreign, ROWS, Row};
use web::{Policy, RouteInfo, route_table};
use world::{Template, World};

/// Whether a route needs a row: it names something that is somebody's, or it is for programs.
fn needs_a_row(route: &RouteInfo) -> bool {
    let names_something = route.path.contains('{') && route.policy != Policy::Public;
    let is_new = ["/groups", "/sessions", "/settings/memberships", "/settings/invitations"]
        .iter()
        .any(|beginning| route.path.starts_with(beginning));
    names_something || is_new || matches!(route.policy, Policy::Program)
}

fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().flat_map(|area| area.iter())
}

fn foreign() -> impl Iterator<Item = &'static Foreign> {
    FOREIGN.iter().flat_map(|area| area.iter())
}

fn name_of(route: &RouteInfo) -> String {
    format!("{} {}", route.method, route.path)
}

fn policy_of(route: &str) -> Policy {
    let found = route_table().into_iter().find(|known| name_of(known) == route);
    found
        .unwrap_or_else(|| panic!("{route} is not in the route table"))
        .policy
}

#[test]
fn every_route_that_names_something_has_a_row_and_every_row_a_route() {
    let table = route_table();
    let all: BTreeSet<String> = table.iter().map(name_of).collect();
    let needed: BTreeSet<String> = table.iter().filter(|route| needs_a_row(route)).map(name_of).collect();
    let listed: Vec<&str> = rows()
        .map(|row| row.route)
        .chain(ELSEWHERE.iter().map(|(route, _)| *route))
        .collect();
    let rows: BTreeSet<String> = listed.iter().map(|route| (*route).to_owned()).collect();
    let missing: Vec<_> = needed.difference(&rows).collect();
    let stale: Vec<_> = rows.difference(&all).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "routes without a row: {missing:#?}\nrows without a route: {stale:#?}"
    );
    assert_eq!(rows.len(), listed.len(), "a route stands in the tables twice");
    for foreign in foreign() {
        assert!(
            all.contains(foreign.route),
            "{} is not in the route table",
            foreign.route
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_comes_to_what_its_row_says_for_every_kind_of_caller() {
    let template = Template::new().await;
    let mut wrong = Vec::new();
    for row in rows() {
        wrong.extend(tried(&template, row).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_of_another_group_in_a_path_a_query_or_a_body_open_nothing() {
    let template = Template::new().await;
    let mut wrong = Vec::new();
    let unchanged = Unchanged::new(template.open().await).await;
    for foreign in foreign() {
        let policy = policy_of(foreign.route);
        let ask = Ask {
            method: method_of(foreign.route),
            path: template.fill(foreign.path),
            body: foreign.body,
            who: foreign.who,
            policy,
        };
        wrong.extend(ask.compare_refused(&template, &unchanged, foreign.outcome, &[]).await);
    }
    unchanged.world.close().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whose ids decide what each kind of caller reads: their own log, and that of the group they manage.
const READERS: &[(Who, &str, Option<&str>)] = &[
    (Who::Owner, "$olga", Some("$group")),
    (Who::Administrator, "$adam", Some("$group")),
    (Who::Member, "$mia", None),
    (Who::Stranger, "$otto", Some("$other_group")),
    (Who::ThroughApplication, "$ada", None),
    (Who::Service, "$robot_outside", None),
    (Who::ServiceInside, "$robot_inside", Some("$group")),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_reads_their_own_log_and_that_of_the_group_they_manage_and_nothing_else() {
    let template = Template::new().await;
    let world = template.open().await;
    let all = world.activities_from(0).await;
    let mut wrong = Vec::new();
    for (who, person, group) in READERS {
        let (person, group) = (template.fill(person), group.map(|group| template.fill(group)));
        let mut seen = 0;
        for activity in &all {
            let is_own = activity.user.as_ref().is_some_and(|user| user.id == person);
            let is_groups = group.is_some() && activity.group.as_ref().map(|group| &group.id) == group.as_ref();
            let ask = Ask {
                method: Method::GET,
                path: format!("/v1/activities/{}", activity.seq),
                body: Body::Nothing,
                who: *who,
                policy: policy_of("GET /v1/activities/{id}"),
            };
            let expected = match is_own || is_groups {
                true => Outcome::Allowed,
                false => Outcome::NotFound,
            };
            seen += usize::from(expected == Outcome::Allowed);
            let found = ask.compare(&template, &world, expected).await;
            wrong.extend(found.map(|found| format!("{found} ({})", activity.kind)));
        }
        assert!(seen < all.len(), "{who:?}");
    }
    world.close().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Everything that is wrong about one row. Who is refused asks of the same world, since nothing changes in it; who is
/// not, has one of their own.
async fn tried(template: &Template, row: &Row) -> Vec<String> {
    let policy = policy_of(row.route);
    let (mut wrong, mut allowed, mut left) = (Vec::new(), false, false);
    let shared = Unchanged::new(template.open().await).await;
    let expected = |who: Who| {
        let exception = row.except.iter().find(|(named, _)| *named == who);
        exception.map_or_else(|| row.expect.of(who, policy), |(_, outcome)| *outcome)
    };
    let mut callers = Who::ALL;
    // Whoever may read leaves that they did: after the others.
    callers.sort_by_key(|who| expected(*who) == Outcome::Allowed);
    for who in callers {
        let expected = expected(who);
        let ask = Ask {
            method: method_of(row.route),
            path: row.at.map_or_else(
                || template.path(row.route.split_once(' ').unwrap().1),
                |path| template.fill(path),
            ),
            body: row.body,
            who,
            policy,
        };
        if expected == Outcome::Allowed && !ask.method.is_safe() {
            let own = template.open().await;
            let size = own.size().await;
            wrong.extend(ask.compare(template, &own, expected).await);
            allowed = true;
            left |= own.size().await > size;
            own.close().await;
        } else {
            wrong.extend(ask.compare_refused(template, &shared, expected, row.leaves).await);
        }
    }
    shared.world.close().await;
    // Or the row asks for something that nobody can have, and shows nothing.
    if allowed && !left && !row.silent {
        wrong.push(format!("{}: whoever may, does nothing", row.route));
    }
    wrong
}

fn method_of(route: &str) -> Method {
    route.split_once(' ').unwrap().0.parse().unwrap()
}

/// One request of one caller.
struct Ask {
    method: Method,
    path: String,
    body: Body,
    who: Who,
    policy: Policy,
}

/// A world in which nothing is supposed to change.
struct Unchanged {
    world: World,
    contents: Contents,
}

impl Unchanged {
    async fn new(world: World) -> Self {
        let contents = Contents::of(&world.store).await;
        Self { world, contents }
    }
}

impl Ask {
    /// Sends it; what is wrong about the answer.
    async fn compare(&self, template: &Template, world: &World, expected: Outcome) -> Option<String> {
        // Whatever version there is: versions are another test's.
        let request = world.request(&self.method, &self.path).header(IF_MATCH, "*");
        let request = match self.body {
            Body::Nothing => request,
            Body::Json(text) => request
                .header(CONTENT_TYPE, "application/json")
                .body(template.fill(text)),
            Body::Form(text) => request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(template.fill(text)),
        };
        let response = world.send(template.authorize(request, self.who, self.policy)).await;
        let status = response.status();
        if outcome(&response).is_some_and(|outcome| expected.shows_as(outcome)) {
            return None;
        }
        let text = response.text().await.unwrap_or_default();
        let text: String = text.chars().take(300).collect();
        Some(format!("{}: {status}, expected {expected:?}: {text}", self.place()))
    }

    /// The same, and what it changed unless it was allowed.
    async fn compare_refused(
        &self,
        template: &Template,
        at: &Unchanged,
        expected: Outcome,
        leaves: &[&str],
    ) -> Option<String> {
        let (world, place) = (&at.world, self.place());
        let (version, size) = (world.version().await, world.size().await);
        let wrong = self.compare(template, world, expected).await;
        if wrong.is_some() || expected == Outcome::Allowed || world.version().await == version {
            return wrong;
        }
        let left = world.activities_from(size).await;
        if let Some(other) = left.iter().find(|activity| !leaves.contains(&&*activity.kind)) {
            return Some(format!("{place}: refused, and left {}", other.kind));
        }
        let difference = at.contents.difference(&Contents::of(&world.store).await);
        difference.map(|difference| format!("{place}: refused, and yet {difference}"))
    }

    fn place(&self) -> String {
        format!("{} {} as {:?}", self.method, self.path, self.who)
    }
}

/// What an answer means; `None` for what no row can expect.
fn outcome(response: &Response) -> Option<Outcome> {
    let target = response.headers().get(LOCATION).map(|target| target.to_str().unwrap());
    match response.status() {
        StatusCode::UNAUTHORIZED => Some(Outcome::Unauthorized),
        StatusCode::FORBIDDEN => Some(Outcome::Forbidden),
        StatusCode::NOT_FOUND => Some(Outcome::NotFound),
        StatusCode::CONFLICT => Some(Outcome::Clashes),
        StatusCode::SEE_OTHER if target.is_some_and(|target| target.starts_with("/login?next=")) => {
            Some(Outcome::Unauthorized)
        }
        status if status.is_success() || status.is_redirection() => Some(Outcome::Allowed),
        _ => None,
    }
}
