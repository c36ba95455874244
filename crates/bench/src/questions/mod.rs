//! What is asked: of the log as a query, of a database as SQL, the same for both. Owns no asking.

pub mod ours;
mod overview;
mod sql;

use activity::Time;
use engine::{Cursor, Order};

pub use sql::{Sql, Tally};

use crate::report::Goal;
use crate::traffic::{Traffic, places};

/// Rows of a page.
const PAGE: usize = 50;
/// More rows than a rare user has.
const ALL: usize = 1_000;
/// Bars of a histogram.
const BARS: i64 = 60;
/// The shares of the rows that an active user and the group have at most.
const ACTIVE: f64 = 0.01;
const GROUP: f64 = 0.01;
/// How many rows the group has at most.
const OF_GROUP: f64 = 100_000.0;
/// How many rows a rare user has, give or take.
const RARE: f64 = 10.0;

/// Which activities.
#[derive(Clone, Debug)]
pub struct Matching {
    pub name: &'static str,
    /// In the log's query language.
    pub query: String,
    /// As a condition of SQL.
    pub sql: String,
}

/// What is wanted of them.
#[derive(Clone, Debug)]
pub enum Ask {
    Page {
        order: Order,
        after: Option<Cursor>,
        limit: usize,
    },
    CountByKind,
    /// The ten users with the most.
    TopUsers,
    /// A histogram between these edges, and eight facets.
    Overview(Vec<Time>),
}

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    pub name: String,
    pub matching: Matching,
    pub ask: Ask,
    /// Whether there is anything to find.
    pub finds: bool,
    pub goal: Goal,
}

/// All questions.
pub fn all(traffic: &Traffic) -> Vec<Question> {
    let mut questions: Vec<Question> = paged(traffic).into_iter().flat_map(pages).collect();
    questions.extend(single_pages(traffic));
    questions.extend(at_the_middle(traffic));
    questions.extend(counts(traffic));
    questions.extend(overviews(traffic));
    questions
}

fn matching(name: &'static str, query: impl Into<String>, sql: impl Into<String>) -> Matching {
    Matching {
        name,
        query: query.into(),
        sql: sql.into(),
    }
}

fn everything() -> Matching {
    matching("everything", "", "1 = 1")
}

fn failures() -> Matching {
    matching("failures (4 %)", "outcome:failure", "outcome = 0")
}

fn common_word() -> Matching {
    let word = places::COMMON_WORD;
    matching("a common word (30 %)", word, format!("text LIKE '%{word}%'"))
}

fn of_user(name: &'static str, id: &str) -> Matching {
    matching(name, format!("user:{id}"), format!("user_id = '{id}'"))
}

fn of_group(traffic: &Traffic) -> Matching {
    let id = traffic.group(GROUP.min(OF_GROUP / traffic.course.rows as f64));
    matching(
        "one group (up to 100,000)",
        format!("group:{id}"),
        format!("group_id = '{id}'"),
    )
}

/// What pages are asked of from both ends.
fn paged(traffic: &Traffic) -> [Matching; 7] {
    let (group, busiest, largest) = (of_group(traffic), traffic.user(1.0), traffic.group(1.0));
    let (gateway, network) = (places::GATEWAY, places::NETWORK);
    [
        everything(),
        of_user("an active user", traffic.user(ACTIVE)),
        matching(
            "a group and failures",
            format!("{} outcome:failure", group.query),
            format!("{} AND outcome = 0", group.sql),
        ),
        common_word(),
        matching("an address", format!("ip:{gateway}"), format!("ip = '{gateway}'")),
        matching(
            "a CIDR",
            format!("ip:{network}"),
            format!("ip LIKE '{}%'", places::NETWORK_BEGINS),
        ),
        matching(
            "three NOTs",
            format!("-user:{busiest} -group:{largest} -activity:user.login"),
            format!(
                "user_id <> '{busiest}' AND (group_id IS NULL OR group_id <> '{largest}') AND kind <> 'user.login'"
            ),
        ),
    ]
}

/// The first page from both ends.
fn pages(matching: Matching) -> [Question; 2] {
    [("newest", Order::Newest), ("oldest", Order::Oldest)].map(|(end, order)| Question {
        name: format!("{end} {PAGE} of {}", matching.name),
        matching: matching.clone(),
        ask: Ask::Page {
            order,
            after: None,
            limit: PAGE,
        },
        finds: true,
        goal: Goal::AtMost([1.0, 1.5]),
    })
}

/// Questions with few answers, or none.
fn single_pages(traffic: &Traffic) -> [Question; 3] {
    let rare = traffic.user(RARE / traffic.course.rows as f64);
    let none = "zzyzx";
    let page = |matching: Matching, name: &str, goal| Question {
        name: name.to_owned(),
        finds: true,
        matching,
        ask: Ask::Page {
            order: Order::Newest,
            after: None,
            limit: ALL,
        },
        goal: Goal::AtMost(goal),
    };
    let nothing = |question: Question| Question {
        finds: false,
        ..question
    };
    [
        page(of_user("a rare user", rare), "all rows of a rare user", [0.5, 3.0]),
        nothing(page(
            of_user("nobody", &traffic.nobody()),
            "a user that does not exist",
            [0.1, 1.0],
        )),
        nothing(page(
            matching("a text", none, format!("text LIKE '%{none}%'")),
            "a text with no hit",
            [0.3, 2.0],
        )),
    ]
}

/// Pages that go on in the middle of everything.
fn at_the_middle(traffic: &Traffic) -> [Question; 2] {
    let after = Some(Cursor {
        occurred_at: traffic.course.middle(),
        seq: 0,
    });
    [("older", Order::Newest), ("newer", Order::Oldest)].map(|(side, order)| Question {
        name: format!("{PAGE} {side} than the middle of everything"),
        matching: everything(),
        ask: Ask::Page {
            order,
            after,
            limit: PAGE,
        },
        finds: true,
        goal: Goal::AtMost([2.0, 3.0]),
    })
}

fn counts(traffic: &Traffic) -> [Question; 3] {
    let count = |name: &str, matching: Matching, ask: Ask, goal| Question {
        name: format!("{name} of {}", matching.name),
        matching,
        ask,
        finds: true,
        goal: Goal::AtMost(goal),
    };
    [
        count("count by type", everything(), Ask::CountByKind, [1.0, 5.0]),
        count("count by type", of_group(traffic), Ask::CountByKind, [2.0, 5.0]),
        count("top 10 users", everything(), Ask::TopUsers, [8.0, 40.0]),
    ]
}

fn overviews(traffic: &Traffic) -> [Question; 3] {
    let (begin, end) = (traffic.begin(), traffic.course.end);
    let bar = (end.0 - begin.0) / BARS;
    let edges: Vec<Time> = (0..=BARS).map(|at| begin.plus(at * bar)).collect();
    let of = [
        (everything(), [15.0, 60.0]),
        (failures(), [30.0, 250.0]),
        (common_word(), [80.0, 700.0]),
    ];
    of.map(|(matching, goal)| Question {
        name: format!("histogram and eight facets of {}", matching.name),
        matching,
        ask: Ask::Overview(edges.clone()),
        finds: true,
        goal: Goal::AtMost(goal),
    })
}
