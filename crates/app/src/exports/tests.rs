//! Exports from the request to the bytes, against a real store and log in a temporary directory.

mod beside;
mod files;
mod find;
mod hostile;

use activity::{By, Time};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncReadExt as _;

use super::csv::ViewCsvWriter;
use super::rows::{New, new_row};
use super::{
    Column, Export, ExportError, ExportSearch, Format, Gone, Part, State, ViewExport, cancel, create, delete, estimate,
    generate_user_csv, get, open_part, user_csv,
};
use crate::activity::tests::support::{Setup, administrator, auditor, member, of};
use crate::activity::{LogScope, ViewRequest};
use crate::zone::ZoneChoice;
use crate::{App, Caller, PageRequest};

/// The first exports that somebody sees.
async fn listed(app: &App, caller: &Caller) -> Vec<Export> {
    let first = ExportSearch {
        page: PageRequest { after: None, limit: 9 },
        ..ExportSearch::default()
    };
    super::find(app, caller, &first).await.unwrap().rows
}

/// The export once it has ended.
pub(crate) async fn ended(app: &App, caller: &Caller, export: Export) -> Export {
    let mut export = export;
    for _ in 0..1_000 {
        if export.state.is_finished() {
            return export;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        export = get(app, caller, &export.id).await.unwrap().unwrap();
    }
    panic!("it does not end: {export:?}")
}

/// The file of a view, made and downloaded.
pub(crate) async fn exported(app: &App, caller: &Caller, scope: &LogScope, request: &ViewExport) -> Vec<u8> {
    let export = create(app, caller, scope, request).await.unwrap();
    let export = ended(app, caller, export).await;
    assert_eq!(export.state, State::Done, "{:?}", export.error);
    downloaded(app, caller, &export.id).await
}

/// A view in this form, with everything else as it is by default.
pub(crate) fn asked(q: &str, format: Format) -> ViewExport {
    ViewExport {
        view: ViewRequest {
            q: q.to_owned(),
            ..ViewRequest::default()
        },
        format,
        columns: Vec::new(),
        zone: ZoneChoice::utc(),
        has_mark: false,
    }
}

async fn generated(setup: &Setup, caller: &Caller, user: &str, zone: &ZoneChoice) -> Export {
    let export = generate_user_csv(&setup.app, caller, user, zone, None).await.unwrap();
    let export = ended(&setup.app, caller, export).await;
    assert_eq!(export.state, State::Done, "{:?}", export.error);
    export
}

async fn downloaded(app: &App, caller: &Caller, id: &str) -> Vec<u8> {
    let mut download = open_part(app, caller, id, Part::File).await.unwrap().unwrap();
    let mut bytes = Vec::new();
    download.file.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(download.bytes, bytes.len() as u64);
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
    assert_eq!(download.export.sha256.as_deref(), Some(digest.as_str()));
    bytes
}

async fn text_of(app: &App, caller: &Caller, id: &str) -> String {
    String::from_utf8(downloaded(app, caller, id).await).unwrap()
}

/// Names of the files that are kept. The directory is made with the first of them.
fn files(setup: &Setup) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(setup.dir.path().join("exports")) else {
        return Vec::new();
    };
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_administrators_csv_has_four_columns_and_est_in_winter_and_in_summer() {
    let setup = Setup::new().await;
    let mut winter = of("sam", "user.login");
    winter.occurred_at = Time::parse("2026-01-15T12:00:00Z").unwrap();
    let mut summer = of("sam", "user.login_failed");
    summer.occurred_at = Time::parse("2026-07-01T12:00:00Z").unwrap();
    summer.outcome = activity::Outcome::Failure;
    summer.reason = Some("wrong_password".to_owned());
    let mut locked = of("sam", "user.locked");
    locked.occurred_at = Time::parse("2026-07-01T12:00:01Z").unwrap();
    locked.by = By::System;
    locked.device = None;
    setup.append([winter, summer, locked, of("noor", "user.login")]).await;
    let export = generated(&setup, &administrator(), "sam", &ZoneChoice::est()).await;
    let text = text_of(&setup.app, &administrator(), &export.id).await;
    assert_eq!(
        text,
        "User,Details,Activity,Date/Time\r\n\
         Sam Jones,\"Account locked from failed log-ins; IP address 198.51.100.23; application Web manager; by the system\",Account locked,2026-07-01 07:00:01 EST\r\n\
         Sam Jones,\"Log in failed (wrong password); IP address 198.51.100.23; device Firefox on Linux; application Web manager\",Log in failed,2026-07-01 07:00:00 EST\r\n\
         Sam Jones,\"Logged in; IP address 198.51.100.23; device Firefox on Linux; application Web manager\",Logged in,2026-01-15 07:00:00 EST\r\n"
    );
    assert_eq!(export.progress.rows, 3);
    assert_eq!(
        export.sha256.unwrap(),
        data_encoding::HEXLOWER.encode(&Sha256::digest(&text))
    );
    assert_eq!(export.complete_through.unwrap().size, 4);
}

#[tokio::test]
async fn another_zone_is_written_on_request() {
    let setup = Setup::new().await;
    let mut summer = of("sam", "user.login");
    summer.occurred_at = Time::parse("2026-07-01T12:00:00Z").unwrap();
    setup.append([summer]).await;
    let zone = ZoneChoice::named("America/New_York").unwrap();
    let export = generated(&setup, &auditor(), "sam", &zone).await;
    let text = text_of(&setup.app, &auditor(), &export.id).await;
    assert!(text.contains("2026-07-01 08:00:00 EDT"), "{text}");
}

#[tokio::test]
async fn generating_downloading_and_deleting_are_in_the_log_of_the_user() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login")]).await;
    let export = generated(&setup, &administrator(), "sam", &ZoneChoice::est()).await;
    downloaded(&setup.app, &auditor(), &export.id).await;
    delete(&setup.app, &administrator(), &export.id).await.unwrap().unwrap();
    let rows = setup.all("user:sam activity:export.*").await;
    let codes: Vec<&str> = rows.iter().map(|row| &*row.kind).collect();
    assert_eq!(codes, ["export.deleted", "export.downloaded", "export.generated"]);
    assert!(matches!(&rows[2].by, By::Administrator(person) if person.name == "Maria Silva"));
    assert_eq!(rows[2].ip, "203.0.113.7".parse().ok());
    assert_eq!(rows[1].metadata["rows"], "1");
    assert_eq!(rows[1].metadata["sha256"].len(), 64);
    let gone = open_part(&setup.app, &administrator(), &export.id, Part::File).await;
    assert!(matches!(gone, Err(ExportError::Missing)));
    let again = delete(&setup.app, &administrator(), &export.id).await;
    assert!(matches!(again, Err(ExportError::Missing)));
    let known = get(&setup.app, &administrator(), &export.id).await.unwrap().unwrap();
    assert_eq!(
        (known.gone, known.is_kept, known.progress.rows),
        (Some(Gone::Deleted), false, 1)
    );
    assert!(files(&setup).is_empty());
}

#[tokio::test]
async fn a_new_file_replaces_the_one_before() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login")]).await;
    let first = generated(&setup, &administrator(), "sam", &ZoneChoice::est()).await;
    setup.clock.advance(Time::SECOND);
    let second = generated(&setup, &administrator(), "sam", &ZoneChoice::est()).await;
    assert_ne!(first.id, second.id);
    let csv = user_csv(&setup.app, &administrator(), "sam").await.unwrap();
    assert_eq!(csv.ready.unwrap().id, second.id);
    assert!(csv.running.is_none());
    assert_eq!(files(&setup), [format!("{}-1.csv", second.id)]);
    let first = get(&setup.app, &administrator(), &first.id).await.unwrap().unwrap();
    assert_eq!(first.gone, Some(Gone::Replaced), "what is known of it stays");
    let text = text_of(&setup.app, &administrator(), &second.id).await;
    assert_eq!(text.lines().count(), 3);
}

#[tokio::test]
async fn a_restart_makes_what_was_being_made() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login")]).await;
    // As a killed process leaves it: running, under a lease that has not lapsed, half a file beside its name.
    let person = of("sam", "x").user.unwrap();
    let new = New {
        subject: Some(&person),
        ..new(store::exports::Kind::UserCsv)
    };
    let row = new_row(&setup.app, &administrator(), new).unwrap();
    let mut tx = setup.app.begin().await.unwrap();
    store::exports::insert(&mut tx, &row).await.unwrap();
    let job = store::exports::job(&row.id);
    std::mem::forget(setup.app.jobs().begin(&mut tx, &job).await.unwrap());
    tx.commit_quietly(crate::Quiet::ExportQueue).await.unwrap();
    let setup = setup.restarted().await;
    let dir = setup.dir.path().join("exports");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join(format!(".{}.1.part", row.id)), "User,Det").unwrap();
    std::fs::write(dir.join("exp_orphan.csv"), "somebody's").unwrap();
    std::fs::write(dir.join("notes.txt"), "not ours").unwrap();

    super::start(&setup.app);
    let now = get(&setup.app, &administrator(), &row.id).await.unwrap().unwrap();
    ended(&setup.app, &administrator(), now).await;
    let text = text_of(&setup.app, &administrator(), &row.id).await;
    assert_eq!(text.lines().count(), 2);
    assert_eq!(
        files(&setup),
        [format!("{}-2.csv", row.id).as_str(), "exp_orphan.csv", "notes.txt"],
        "what no row knows is not ours to remove"
    );
}

#[tokio::test]
async fn what_an_earlier_version_was_sending_is_given_up_and_says_so() {
    let setup = Setup::new().await;
    let row = new_row(&setup.app, &auditor(), new(store::exports::Kind::Sent)).unwrap();
    let mut tx = setup.app.begin().await.unwrap();
    store::exports::insert(&mut tx, &row).await.unwrap();
    let job = store::exports::job(&row.id);
    std::mem::forget(setup.app.jobs().begin(&mut tx, &job).await.unwrap());
    tx.commit_quietly(crate::Quiet::ExportQueue).await.unwrap();
    let setup = setup.restarted().await;
    super::worker::make_all(&setup.app).await.unwrap();
    let now = get(&setup.app, &auditor(), &row.id).await.unwrap().unwrap();
    assert_eq!((now.state, now.error.as_deref()), (State::Failed, Some("broken off")));
    assert_eq!(setup.all("activity:export.downloaded outcome:failure").await.len(), 1);
}

/// A new row of this sort, of everybody.
fn new(kind: store::exports::Kind) -> New<'static> {
    New {
        kind,
        format: Format::Csv,
        subject: None,
        group: None,
        question: None,
        columns: &[],
        has_mark: false,
        zone: "EST",
    }
}

#[tokio::test]
async fn only_who_may_read_a_log_may_take_it_away() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login"), of("noor", "user.login")]).await;
    let refused = generate_user_csv(&setup.app, &member("noor"), "sam", &ZoneChoice::est(), None).await;
    assert!(matches!(refused, Err(ExportError::View(_))), "{refused:?}");
    for scope in [LogScope::User("sam".to_owned()), LogScope::Everything] {
        assert!(
            create(&setup.app, &member("noor"), &scope, &asked("", Format::Csv))
                .await
                .is_err()
        );
    }
    let nobody = generate_user_csv(&setup.app, &administrator(), "usr_nobody", &ZoneChoice::est(), None).await;
    assert!(matches!(nobody, Err(ExportError::NoSuchUser)));
    let export = generated(&setup, &administrator(), "sam", &ZoneChoice::est()).await;
    assert!(
        open_part(&setup.app, &member("noor"), &export.id, Part::File)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        open_part(&setup.app, &member("sam"), &export.id, Part::File)
            .await
            .unwrap()
            .is_none()
    );
    assert!(matches!(
        delete(&setup.app, &auditor(), &export.id).await,
        Err(ExportError::Forbidden)
    ));
    assert!(listed(&setup.app, &member("noor")).await.is_empty());
    assert_eq!(listed(&setup.app, &auditor()).await.len(), 1);
}

#[tokio::test]
async fn exporting_everybody_narrowed_to_one_person_is_in_that_persons_log() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login"), of("noor", "user.login")]).await;
    let export = |q| {
        let request = asked(q, Format::Csv);
        let app = &setup.app;
        async move { exported(app, &auditor(), &LogScope::Everything, &request).await }
    };
    export("outcome:success").await;
    assert!(
        setup
            .all("activity:log.viewed OR activity:log.searched")
            .await
            .is_empty()
    );
    export("user:=sam activity:user.login").await;
    let looks = setup.all("activity:log.viewed").await;
    assert_eq!(looks.len(), 1);
    assert_eq!(looks[0].user.as_ref().unwrap().id, "sam");
}

#[tokio::test]
async fn a_view_exports_exactly_what_it_shows_with_count_and_digest() {
    let setup = Setup::new().await;
    let rows = (0..3_000).map(|i| of(if i % 3 == 0 { "sam" } else { "noor" }, "user.login"));
    setup.append(rows).await;
    let sam = member("sam");
    let request = asked("outcome:success", Format::Jsonl);
    let rows = estimate(&setup.app, &sam, &LogScope::Me, &request.view)
        .await
        .unwrap()
        .rows;
    assert_eq!((rows.n, rows.exact), (1_000, true));
    let export = create(&setup.app, &sam, &LogScope::Me, &request).await.unwrap();
    let export = ended(&setup.app, &sam, export).await;
    assert_eq!(export.complete_through.unwrap().size, 3_000);
    let text = text_of(&setup.app, &sam, &export.id).await;
    assert_eq!(
        (export.progress.rows, export.progress.bytes),
        (1_000, text.len() as u64)
    );
    let shown = setup.all("user:=sam -activity:export.*").await;
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected: Vec<_> = shown.iter().map(activity::json::to_json).collect();
    assert_eq!(lines, expected);
    let seven_days = 7 * Time::DAY;
    assert_eq!(export.expires_at, Some(setup.now().plus(seven_days)));
    assert_eq!(setup.all("user:sam activity:export.*").await.len(), 2);
}

#[tokio::test]
async fn a_file_holds_what_was_asked_for_whenever_it_is_made() {
    let setup = Setup::new().await;
    let mut old = of("sam", "user.login");
    old.occurred_at = setup.now().plus(-2 * Time::DAY);
    let mut new = of("sam", "user.login");
    new.occurred_at = setup.now().plus(-3_600 * Time::SECOND);
    setup.append([old, new, of("noor", "user.login")]).await;
    let request = asked("user:me at:-1d", Format::Jsonl);
    let sam = member("sam");
    let scoped = super::create::question(&request.view);
    let scoped = crate::activity::Scoped::new(&setup.app, &sam, &LogScope::Me, scoped)
        .await
        .unwrap();
    let kept = super::Asked::of(&scoped, &request.view).unwrap();
    // Made by a process that knows the row alone, much later.
    setup.clock.advance(30 * Time::DAY);
    let mut row = new_row(&setup.app, &sam, self::new(store::exports::Kind::View)).unwrap();
    row.question = Some(serde_json::to_string(&kept).unwrap());
    let expr = super::question::expr(&setup.app, &row).await.unwrap();
    let look = setup.app.log().look().await.unwrap();
    assert_eq!(look.count(&expr, 9).await.unwrap().n, 1);
}

#[tokio::test]
async fn an_export_that_is_called_off_leaves_its_record_and_nothing_else() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login")]).await;
    let (row, lease) = claimed(&setup).await;
    // It is being made when somebody calls it off.
    assert!(cancel(&setup.app, &member("noor"), &row.id).await.unwrap().is_none());
    assert!(cancel(&setup.app, &auditor(), &row.id).await.unwrap().is_some());
    super::make::make(&setup.app, &row, &lease).await.unwrap();
    let now = get(&setup.app, &auditor(), &row.id).await.unwrap().unwrap();
    assert_eq!((now.state, now.is_kept), (State::Cancelled, false));
    assert!(files(&setup).is_empty(), "{:?}", files(&setup));
    let codes = setup.all("activity:export.*").await;
    let codes: Vec<&str> = codes.iter().map(|row| &*row.kind).collect();
    assert_eq!(codes, ["export.cancelled"]);
    let again = cancel(&setup.app, &auditor(), &row.id).await;
    assert!(matches!(again, Err(ExportError::Ended)));
}

#[tokio::test]
async fn of_two_makers_of_one_file_the_one_that_lost_the_job_leaves_the_others_alone() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login")]).await;
    let (row, lease) = claimed(&setup).await;
    // This one does not answer for long, and another process makes the file.
    let later = setup.now().plus(Time::DAY);
    super::worker::make_all(&setup.another_process(later)).await.unwrap();
    super::make::make(&setup.app, &row, &lease).await.unwrap();
    let export = get(&setup.app, &auditor(), &row.id).await.unwrap().unwrap();
    assert_eq!(export.state, State::Done);
    assert_eq!(files(&setup), [format!("{}-2.csv", row.id)]);
    assert_eq!(text_of(&setup.app, &auditor(), &row.id).await.lines().count(), 2);
    assert_eq!(setup.all("activity:export.generated").await.len(), 1);
}

#[tokio::test]
async fn a_file_that_finds_no_room_is_given_up_with_the_reason() {
    let setup = Setup::new().await;
    setup.append((0..200).map(|_| of("sam", "user.login"))).await;
    let mut tx = setup.app.begin().await.unwrap();
    let mut large = new_row(&setup.app, &auditor(), new(store::exports::Kind::View)).unwrap();
    large.state = store::exports::State::Done;
    (large.sha256, large.finished_at, large.file) = (Some("ab".to_owned()), Some(1), Some("large".to_owned()));
    large.bytes = i64::MAX / 4;
    store::exports::insert(&mut tx, &large).await.unwrap();
    tx.commit_quietly(crate::Quiet::ExportQueue).await.unwrap();
    let export = create(&setup.app, &auditor(), &LogScope::Everything, &asked("", Format::Csv))
        .await
        .unwrap();
    let export = ended(&setup.app, &auditor(), export).await;
    let reason = activity::Reason::NoRoom;
    assert_eq!(
        (export.state, export.error.as_deref()),
        (State::Failed, Some(reason.in_words()))
    );
    let told = setup.all("activity:export.generated").await;
    assert_eq!(told[0].reason.as_deref(), Some(reason.word()));
    assert!(files(&setup).is_empty());
}

#[tokio::test]
async fn so_many_wait_at_once_for_one_account() {
    let setup = Setup::new().await;
    for _ in 0..setup.app.settings().exports.per_account {
        queued(&setup).await;
    }
    let waiting = listed(&setup.app, &auditor()).await;
    assert_eq!(
        waiting.iter().map(|export| export.before).collect::<Vec<_>>(),
        [3, 2, 1, 0]
    );
    let refused = create(&setup.app, &auditor(), &LogScope::Everything, &asked("", Format::Csv)).await;
    assert!(
        matches!(refused, Err(ExportError::TooMany { yours: true })),
        "{refused:?}"
    );
    let other = create(
        &setup.app,
        &administrator(),
        &LogScope::Everything,
        &asked("", Format::Csv),
    )
    .await;
    assert!(other.is_ok());
}

/// An export that waits, and the lease of who is about to make it.
async fn claimed(setup: &Setup) -> (store::exports::ExportRow, engine::Lease) {
    let row = queued(setup).await;
    let lease = setup.app.jobs().claim_oldest(store::exports::JOB).await;
    (row, lease.unwrap().unwrap())
}

/// An export of everybody's log that an auditor waits for.
async fn queued(setup: &Setup) -> store::exports::ExportRow {
    let mut row = new_row(&setup.app, &auditor(), new(store::exports::Kind::View)).unwrap();
    row.question = Some(r#"{"whose":"everybody","q":"","bound":"","from":null,"to":null}"#.to_owned());
    let mut tx = setup.app.begin().await.unwrap();
    store::exports::insert(&mut tx, &row).await.unwrap();
    let job = store::exports::job(&row.id);
    setup.app.jobs().add(&mut tx, &job).await.unwrap();
    tx.commit_quietly(crate::Quiet::ExportQueue).await.unwrap();
    row
}

#[tokio::test]
async fn a_file_whose_time_is_over_goes_and_its_record_stays() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login")]).await;
    let export = create(&setup.app, &auditor(), &LogScope::Everything, &asked("", Format::Csv))
        .await
        .unwrap();
    let export = ended(&setup.app, &auditor(), export).await;
    super::expire::expire(&setup.app).await.unwrap();
    assert_eq!(files(&setup).len(), 1);
    setup.clock.advance(7 * Time::DAY);
    super::expire::expire(&setup.app).await.unwrap();
    super::expire::expire(&setup.app).await.unwrap();
    assert!(files(&setup).is_empty());
    let now = get(&setup.app, &auditor(), &export.id).await.unwrap().unwrap();
    assert_eq!(
        (now.state, now.gone, now.sha256),
        (State::Done, Some(Gone::Expired), export.sha256)
    );
    let told = setup.all("activity:export.expired").await;
    assert_eq!(told.len(), 1);
    assert!(matches!(told[0].by, By::System));
    let gone = open_part(&setup.app, &auditor(), &export.id, Part::File).await;
    assert!(matches!(gone, Err(ExportError::Missing)));
}

#[tokio::test]
async fn the_same_request_with_one_key_is_one_export_and_another_one_is_refused() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login")]).await;
    let mut caller = auditor();
    caller.origin.idempotency_key = Some("k1".to_owned());
    let ask = |format| {
        let (app, caller) = (setup.app.clone(), caller.clone());
        async move { create(&app, &caller, &LogScope::Everything, &asked("", format)).await }
    };
    let (one, other) = tokio::join!(ask(Format::Csv), ask(Format::Csv));
    assert_eq!(one.unwrap().id, other.unwrap().id);
    assert_eq!(listed(&setup.app, &auditor()).await.len(), 1);
    assert!(matches!(ask(Format::Parquet).await, Err(ExportError::KeyReused)));
}

#[tokio::test]
async fn of_two_who_generate_at_once_one_finds_the_others() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login")]).await;
    let generate = || {
        let app = setup.app.clone();
        async move { generate_user_csv(&app, &administrator(), "sam", &ZoneChoice::est(), None).await }
    };
    let (one, other) = tokio::join!(generate(), generate());
    for export in [one.unwrap(), other.unwrap()] {
        ended(&setup.app, &administrator(), export).await;
    }
    // Where one had ended before the other was asked for, its file goes right after the other's is there.
    for _ in 0..500 {
        if files(&setup).len() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(files(&setup).len(), 1);
}

#[tokio::test]
async fn a_users_csv_of_a_view_holds_what_the_view_shows() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login"), of("sam", "user.logout")]).await;
    let view = ViewRequest {
        q: "activity:user.logout".to_owned(),
        ..ViewRequest::default()
    };
    let (app, admin) = (&setup.app, &administrator());
    let export = generate_user_csv(app, admin, "sam", &ZoneChoice::est(), Some(&view))
        .await
        .unwrap();
    let export = ended(app, admin, export).await;
    let text = text_of(app, admin, &export.id).await;
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.starts_with("User,Details,Activity,Date/Time\r\n"));
    assert_eq!(export.asked.unwrap().q, "activity:user.logout");
}

#[tokio::test]
async fn who_lost_a_role_does_not_get_the_files_they_asked_for_with_it() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login")]).await;
    let export = create(&setup.app, &auditor(), &LogScope::Everything, &asked("", Format::Csv))
        .await
        .unwrap();
    let export = ended(&setup.app, &auditor(), export).await;
    let mut former = auditor();
    former.roles = crate::Roles::default();
    assert_eq!(
        listed(&setup.app, &former).await.len(),
        1,
        "that they asked is theirs to see"
    );
    let refused = open_part(&setup.app, &former, &export.id, Part::File).await;
    assert!(matches!(refused, Err(ExportError::View(_))), "{refused:?}");
    assert!(setup.all("activity:export.downloaded").await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_a_file_is_refused_with_what_to_do() {
    let setup = Setup::new().await;
    let ask = |request: ViewExport| {
        let app = setup.app.clone();
        async move {
            let refused = create(&app, &auditor(), &LogScope::Everything, &request).await;
            refused.unwrap_err().to_string()
        }
    };
    let columns = |names: &[&str], format| ViewExport {
        columns: names.iter().map(|name| (*name).to_owned()).collect(),
        ..asked("", format)
    };
    assert!(ask(columns(&["usr"], Format::Csv)).await.contains("occurred_at, user"));
    assert!(
        ask(columns(&["ip", "ip"], Format::Xlsx))
            .await
            .contains("`ip` is named twice")
    );
    assert!(ask(columns(&["ip"], Format::Jsonl)).await.contains("every field"));
    assert!(listed(&setup.app, &auditor()).await.is_empty());
}

#[test]
fn columns_are_chosen_by_name_and_in_order() {
    let names = ["id".to_owned(), "user".to_owned()];
    assert_eq!(Column::choose(&names).unwrap(), [Column::Id, Column::User]);
    let wrong = Column::choose(&["usr".to_owned()]).unwrap_err();
    assert!(wrong.to_string().contains("occurred_at, user"), "{wrong}");
}

#[test]
fn a_row_has_its_times_in_the_chosen_zone() {
    let mut out = Vec::new();
    let mut facts = of("sam", "user.login");
    facts.occurred_at = Time::parse("2026-07-01T12:00:00.25Z").unwrap();
    let row = activity::Activity {
        seq: 7,
        recorded_at: facts.occurred_at,
        facts,
    };
    let columns = vec![Column::Id, Column::OccurredAt, Column::User, Column::ByKind];
    ViewCsvWriter::new(columns, &ZoneChoice::est(), false).write_row(&row, &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "7,2026-07-01T07:00:00.250000-05:00,Sam Jones (sam),self\r\n"
    );
}
