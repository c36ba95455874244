//! Every mutating use case leaves an activity, in one transaction with its change. Each file of each area has a row
//! in the table of its area; a new file without one fails, and so does a row without its file.
//!
//! Owns the stage, the ways to break an action, and what is compared; what a use case needs and does stands in the
//! module of its area.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod accounts;
mod api_keys;
mod applications;
mod backdate;
mod connections;
mod database;
mod devices;
mod erasure;
mod exports;
mod factors;
mod groups;
mod logging_in;
mod mail;
mod passkeys;
mod privacy;
mod quiet;
mod reading;
mod retention;
mod saved_searches;
mod sessions;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;
use std::pin::Pin;

use activity::Seq;
use app::{App, Caller, Roles, Settings, Via};
use database::Contents;
use futures::stream::{self, StreamExt as _};
use support::{GOOD, TestApp};

/// How many rows are tried at once.
const AT_ONCE: usize = 6;

/// What a file is.
pub(crate) enum Is {
    /// A use case that changes something, and the codes it leaves.
    Mutating(&'static [&'static str]),
    /// A use case that only reads.
    Reading,
    /// Not a use case.
    Machinery,
    /// Changes something and leaves nothing, because of this. The list only shrinks.
    #[allow(dead_code, reason = "the reason is for whoever reads the table")]
    Silent(&'static str),
}

/// The rows of an area: the path of a file below `src` without `.rs`. What can happen in several ways has a row for
/// each of them, named `file@way`.
pub(crate) type Table = &'static [(&'static str, Is)];

/// What a use case does once everything is prepared for it: only that, so that it can be made to fail.
pub(crate) type Action<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// An action that must succeed when nothing is broken; its result does not matter further.
pub(crate) fn action<'a, T, E: Debug>(act: impl Future<Output = Result<T, E>> + Send + 'a) -> Action<'a> {
    Box::pin(async move { act.await.map(drop).map_err(|error| format!("{error:?}")) })
}

const TABLES: &[Table] = &[
    accounts::TABLE,
    api_keys::TABLE,
    applications::TABLE,
    backdate::TABLE,
    connections::TABLE,
    devices::TABLE,
    erasure::TABLE,
    exports::TABLE,
    factors::TABLE,
    groups::TABLE,
    logging_in::TABLE,
    mail::TABLE,
    passkeys::TABLE,
    privacy::TABLE,
    reading::TABLE,
    retention::TABLE,
    saved_searches::TABLE,
    sessions::TABLE,
];

async fn prepare<'a>(stage: &'a Stage<'a>, row: &str) -> Action<'a> {
    match row.split('/').next().unwrap() {
        "accounts" => accounts::prepare(stage, row).await,
        "api_keys" => api_keys::prepare(stage, row).await,
        "applications" => applications::prepare(stage, row).await,
        "connections" => connections::prepare(stage, row).await,
        "devices" => devices::prepare(stage, row).await,
        "erasure" | "holds" => erasure::prepare(stage, row).await,
        "exports" => exports::prepare(stage, row).await,
        "factors" | "sms" => factors::prepare(stage, row).await,
        "groups" => groups::prepare(stage, row).await,
        "logging_in" => logging_in::prepare(stage, row).await,
        "mail" => mail::prepare(stage, row).await,
        "passkeys" => passkeys::prepare(stage, row).await,
        "privacy" => privacy::prepare(stage, row).await,
        "activity" | "import" | "ingest" | "integrity" => reading::prepare(stage, row).await,
        "retention" => retention::prepare(stage, row).await,
        "saved_searches" => saved_searches::prepare(stage, row).await,
        "sessions" => sessions::prepare(stage, row).await,
        other => panic!("no module prepares the area {other}"),
    }
}

/// For the last arm of an area.
pub(crate) fn no_action(row: &str) -> ! {
    panic!("{row} is in the table without an action")
}

/// An administrator, a member who is signed in twice, and somebody who was invited.
pub(crate) struct Stage<'a> {
    pub(crate) test: &'a TestApp,
    /// Ada Jones.
    pub(crate) admin: Caller,
    /// Sam Jones, with the password `GOOD`.
    pub(crate) member: Caller,
    /// Another device of the member.
    pub(crate) other_device: String,
    /// Id of Inv Jones, who was never activated.
    pub(crate) invited: String,
}

impl<'a> Stage<'a> {
    async fn new(test: &'a TestApp) -> Self {
        let admin = test.admin().await;
        let member = test.signed_in("sam", Roles::default()).await;
        let other = test.log_in("sam", GOOD).await.unwrap().caller;
        let Via::Device { id: other_device } = other.via else {
            panic!()
        };
        let invited = test.invited("inv").await;
        Self {
            test,
            admin,
            member,
            other_device,
            invited,
        }
    }

    pub(crate) fn app(&self) -> &App {
        &self.test.app
    }

    /// The member's id.
    pub(crate) fn id(&self) -> &str {
        &self.member.person.id
    }
}

/// The settings a row is tried with, where the usual ones will not do.
fn settings(row: &str, settings: &mut Settings) {
    if row.starts_with("mail/retry") || row.starts_with("mail/send") {
        mail::with_a_server(settings);
    }
}

async fn stage_for(row: &str) -> TestApp {
    TestApp::with(|changed| settings(row, changed)).await
}

/// Every row of every area that changes something.
fn mutating() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    TABLES
        .iter()
        .flat_map(|table| table.iter())
        .filter_map(|(row, is)| match is {
            Is::Mutating(codes) => Some((*row, *codes)),
            Is::Reading | Is::Machinery | Is::Silent(_) => None,
        })
}

#[test]
fn every_file_has_a_row_and_every_row_a_file() {
    let source = Path::new("src");
    let mut files = BTreeSet::new();
    collect(source, "", &mut files);
    let rows: BTreeSet<String> = TABLES
        .iter()
        .flat_map(|table| table.iter())
        .map(|(row, _)| row.split('@').next().unwrap().to_owned())
        .collect();
    let without_row: Vec<_> = files.difference(&rows).collect();
    let without_file: Vec<_> = rows.difference(&files).collect();
    assert!(
        without_row.is_empty() && without_file.is_empty(),
        "files without a row: {without_row:#?}\nrows without a file: {without_file:#?}"
    );
}

#[test]
fn no_row_stands_twice() {
    let mut seen = BTreeSet::new();
    for (row, _) in TABLES.iter().flat_map(|table| table.iter()) {
        assert!(seen.insert(*row), "{row}");
    }
}

/// The files in the directories below `directory`, without their tests. Files of the crate's root are no use cases.
fn collect(directory: &Path, prefix: &str, files: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() && stem != "tests" {
            collect(&path, &format!("{prefix}{stem}/"), files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !prefix.is_empty() && stem != "tests" {
            files.insert(format!("{prefix}{stem}"));
        }
    }
}

/// Tries every row, several at once since each mostly waits for the disk, and fails with all that is wrong.
async fn with_every_row<F: Future<Output = Vec<String>>>(tried: impl Fn(&'static str, &'static [&'static str]) -> F) {
    let all = stream::iter(mutating()).map(|(row, codes)| tried(row, codes));
    let wrong: Vec<String> = all.buffer_unordered(AT_ONCE).concat().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_mutating_use_case_leaves_its_activities_with_whose_they_are() {
    with_every_row(left_by).await;
}

/// What is wrong about the activities that a row's action leaves.
async fn left_by(row: &'static str, expected: &[&str]) -> Vec<String> {
    let test = stage_for(row).await;
    let stage = Stage::new(&test).await;
    let action = prepare(&stage, row).await;
    let before = test.activities().await.len() as Seq;
    if let Err(error) = action.await {
        return vec![format!("{row} failed: {error}")];
    }
    let mut new = test.activities().await;
    new.retain(|activity| activity.seq >= before);
    let codes: Vec<&str> = new.iter().map(|activity| &*activity.kind).collect();
    let missing = expected.iter().filter(|code| !codes.contains(code));
    let mut wrong: Vec<String> = missing
        .map(|code| format!("{row} left {codes:?}, not {code}"))
        .collect();
    for activity in &new {
        if activity::catalogue::find(&activity.kind).is_none() {
            wrong.push(format!("{row} left {}, which is not in the catalogue", activity.kind));
        }
        if activity.user.is_none() && !concerns_no_account(row, &activity.kind) {
            wrong.push(format!("{row} left {} without a user", activity.kind));
        }
    }
    wrong
}

/// What is in nobody's own log.
fn concerns_no_account(row: &str, code: &str) -> bool {
    code.starts_with("application.")
        || code.starts_with("retention.")
        || ["erasure.performed", "erasure.finished"].contains(&code)
        || ["log.imported", "log.import_undone", "log.gap_closed", "log.verified"].contains(&code)
        || row == "logging_in/log_in@unknown_user"
}

/// What is made to fail while a use case does what it does.
enum Broken<'a> {
    /// Adding to the log.
    Append,
    /// Writing this table.
    Table(&'a str),
    /// The commit of a transaction that added to the log.
    Commit,
    /// Reading this table, which may be what only the answer needs.
    Reading(&'a str),
}

#[tokio::test]
async fn where_the_activity_cannot_be_kept_nothing_changes() {
    with_every_row(async |row, _| tried_with(row, Broken::Append).await).await;
}

#[tokio::test]
async fn where_the_commit_fails_there_is_neither_a_change_nor_an_activity() {
    with_every_row(async |row, _| tried_with(row, Broken::Commit).await).await;
}

#[tokio::test]
async fn where_any_part_of_the_change_cannot_be_kept_there_is_no_activity() {
    with_every_row(async |row, _| {
        let mut wrong = Vec::new();
        for table in tables_written_by(row).await {
            wrong.extend(tried_with(row, Broken::Table(&table)).await);
        }
        wrong
    })
    .await;
}

#[tokio::test]
async fn where_the_answer_cannot_be_read_nothing_changes() {
    with_every_row(async |row, _| {
        let mut wrong = Vec::new();
        for table in ["default_group", "account_address", "second_factor"] {
            wrong.extend(tried_with(row, Broken::Reading(table)).await);
        }
        wrong
    })
    .await;
}

/// The tables, but for the log's own, that an action changes when nothing is broken.
async fn tables_written_by(row: &str) -> BTreeSet<String> {
    let test = stage_for(row).await;
    let stage = Stage::new(&test).await;
    let action = prepare(&stage, row).await;
    let before = Contents::of(&test.store, row).await;
    // That it succeeds is another test's.
    let _ = action.await;
    let after = Contents::of(&test.store, row).await;
    let mut tables = before.tables_that_differ(&after);
    tables.retain(|table| !database::is_of_the_log(table));
    tables
}

/// Does the action while something is broken: if it says that it failed, as it must unless it does without, the
/// database is as it was. What is wrong.
async fn tried_with(row: &str, broken: Broken<'_>) -> Vec<String> {
    let test = stage_for(row).await;
    let stage = Stage::new(&test).await;
    let action = prepare(&stage, row).await;
    let place = match broken {
        Broken::Append => "the log".to_owned(),
        Broken::Table(table) => format!("the table {table}"),
        Broken::Commit => "the commit".to_owned(),
        Broken::Reading(table) => format!("reading {table}"),
    };
    if let Broken::Reading(table) = broken {
        database::hide_table(&test.store, table).await;
    }
    let (before, size) = (Contents::of(&test.store, row).await, *test.log.watch().borrow());
    match broken {
        Broken::Append => database::break_append(&test.store).await,
        Broken::Table(table) => database::break_table(&test.store, table).await,
        Broken::Commit => database::break_commit(&test.store).await,
        Broken::Reading(_) => {}
    }
    let result = action.await;
    let after = Contents::of(&test.store, row).await;
    if result.is_ok() && matches!(broken, Broken::Reading(_)) {
        // It does not read it.
        return Vec::new();
    }
    let mut wrong = before.differences(&after);
    if result.is_ok() {
        wrong.push("the action says that it succeeded".to_owned());
    }
    if *test.log.watch().borrow() != size {
        wrong.push("readers of the log were told of new activities".to_owned());
    }
    wrong
        .into_iter()
        .map(|wrong| format!("{row}, with {place} broken: {wrong}"))
        .collect()
}
