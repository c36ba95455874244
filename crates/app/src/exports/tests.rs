//! Exports from the request to the bytes, against a real store and log in a temporary directory.

use activity::{By, Time};
use futures::StreamExt as _;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncReadExt as _;

use super::csv::ViewCsvWriter;
use super::{
    Column, Export, ExportError, Format, State, Streamed, ViewExport, delete, export_view, generate_user_csv, get,
    list, open_download, user_csv,
};
use crate::activity::tests::support::{Setup, administrator, auditor, hostile, member, of};
use crate::activity::{LogScope, ViewRequest};
use crate::zone::ZoneChoice;
use crate::{App, Caller};

async fn generated(setup: &Setup, caller: &Caller, user: &str, zone: &ZoneChoice) -> Export {
    let mut export = generate_user_csv(&setup.app, caller, user, zone).await.unwrap();
    for _ in 0..200 {
        if export.state == State::Done {
            return export;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        export = get(&setup.app, caller, &export.id).await.unwrap().unwrap();
    }
    panic!("not done: {export:?}")
}

async fn downloaded(app: &App, caller: &Caller, id: &str) -> String {
    let mut download = open_download(app, caller, id).await.unwrap().unwrap();
    let mut text = String::new();
    download.file.read_to_string(&mut text).await.unwrap();
    assert_eq!(download.bytes, text.len() as u64);
    text
}

fn asked(q: &str, format: Format) -> ViewExport {
    ViewExport {
        view: ViewRequest {
            q: q.to_owned(),
            ..ViewRequest::default()
        },
        format,
        columns: Vec::new(),
        zone: ZoneChoice::utc(),
    }
}

async fn collected(streamed: Streamed) -> (String, super::Summary) {
    let chunks: Vec<_> = streamed.chunks.collect().await;
    let bytes: Vec<u8> = chunks.into_iter().flat_map(|chunk| chunk.unwrap()).collect();
    (
        String::from_utf8(bytes).unwrap(),
        streamed.summary.get().cloned().unwrap(),
    )
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
    let text = downloaded(&setup.app, &administrator(), &export.id).await;
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
    let text = downloaded(&setup.app, &auditor(), &export.id).await;
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
    assert!(
        open_download(&setup.app, &administrator(), &export.id)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(std::fs::read_dir(setup.dir.path().join("exports")).unwrap().count(), 0);
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
    assert_eq!(std::fs::read_dir(setup.dir.path().join("exports")).unwrap().count(), 1);
    assert_eq!(
        downloaded(&setup.app, &administrator(), &second.id)
            .await
            .lines()
            .count(),
        3
    );
}

#[tokio::test]
async fn a_restart_makes_what_was_being_made() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login")]).await;
    // As a killed process leaves it: running, under a lease that has not lapsed, half a file beside its name.
    let person = of("sam", "x").user.unwrap();
    let mut row = super::rows::new_row(
        &setup.app,
        &administrator(),
        store::exports::Kind::UserCsv,
        Some(&person),
        String::new(),
        "EST",
    )
    .unwrap();
    row.state = store::exports::State::Running;
    let mut tx = setup.app.begin().await.unwrap();
    store::exports::insert(&mut tx, &row).await.unwrap();
    let job = store::exports::job(&row.id);
    std::mem::forget(setup.app.jobs().begin(&mut tx, &job).await.unwrap());
    tx.commit_quietly(crate::Quiet::ExportQueue).await.unwrap();
    let setup = setup.restarted().await;
    let dir = setup.dir.path().join("exports");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join(format!(".{}.1.part", row.id)), "User,Det").unwrap();
    std::fs::write(dir.join("exp_orphan.csv"), "left behind").unwrap();
    std::fs::write(dir.join("notes.txt"), "not ours").unwrap();

    super::start(&setup.app);
    for _ in 0..200 {
        let now = get(&setup.app, &administrator(), &row.id).await.unwrap().unwrap();
        if now.state == State::Done {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(
        downloaded(&setup.app, &administrator(), &row.id).await.lines().count(),
        2
    );
    let mut names: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, [format!("{}.csv", row.id).as_str(), "notes.txt"]);
}

#[tokio::test]
async fn a_stream_whose_process_died_is_given_up_and_says_so() {
    let setup = Setup::new().await;
    let kind = store::exports::Kind::ViewCsv;
    let mut row = super::rows::new_row(&setup.app, &auditor(), kind, None, String::new(), "UTC").unwrap();
    row.state = store::exports::State::Running;
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

#[tokio::test]
async fn only_who_may_read_a_log_may_take_it_away() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login"), of("noor", "user.login")]).await;
    let refused = generate_user_csv(&setup.app, &member("noor"), "sam", &ZoneChoice::est()).await;
    assert!(matches!(refused, Err(ExportError::View(_))), "{refused:?}");
    for scope in [LogScope::User("sam".to_owned()), LogScope::Everything] {
        assert!(
            export_view(&setup.app, &member("noor"), &scope, &asked("", Format::Csv))
                .await
                .is_err()
        );
    }
    let nobody = generate_user_csv(&setup.app, &administrator(), "usr_nobody", &ZoneChoice::est()).await;
    assert!(matches!(nobody, Err(ExportError::NoSuchUser)));
    let export = generated(&setup, &administrator(), "sam", &ZoneChoice::est()).await;
    assert!(
        open_download(&setup.app, &member("noor"), &export.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        open_download(&setup.app, &member("sam"), &export.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(matches!(
        delete(&setup.app, &auditor(), &export.id).await,
        Err(ExportError::Forbidden)
    ));
    assert!(list(&setup.app, &member("noor"), None, 10).await.unwrap().is_empty());
    assert_eq!(list(&setup.app, &auditor(), None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn exporting_everybody_narrowed_to_one_person_is_in_that_persons_log() {
    let setup = Setup::new().await;
    setup.append([of("sam", "user.login"), of("noor", "user.login")]).await;
    let export = |q| {
        let request = asked(q, Format::Csv);
        let app = &setup.app;
        async move {
            collected(
                export_view(app, &auditor(), &LogScope::Everything, &request)
                    .await
                    .unwrap(),
            )
            .await
        }
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
    let streamed = export_view(
        &setup.app,
        &sam,
        &LogScope::Me,
        &asked("outcome:success", Format::Jsonl),
    )
    .await
    .unwrap();
    let id = streamed.export.id.clone();
    assert_eq!(streamed.complete_through.size, 3_000);
    let (text, summary) = collected(streamed).await;
    assert_eq!(summary.rows, 1_000);
    assert_eq!(summary.sha256, data_encoding::HEXLOWER.encode(&Sha256::digest(&text)));
    let shown = setup.all("user:=sam -activity:export.*").await;
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected: Vec<_> = shown.iter().map(activity::json::to_json).collect();
    assert_eq!(lines, expected);
    let stored = get(&setup.app, &sam, &id).await.unwrap().unwrap();
    assert_eq!((stored.state, stored.progress.rows), (State::Done, 1_000));
    assert_eq!(stored.sha256.unwrap(), summary.sha256);
    assert_eq!(setup.all("user:sam activity:export.*").await.len(), 2);
}

#[tokio::test]
async fn a_download_that_the_reader_breaks_off_is_recorded_as_such() {
    let setup = Setup::new().await;
    setup.append((0..9_000).map(|_| of("sam", "user.login"))).await;
    let mut streamed = export_view(&setup.app, &member("sam"), &LogScope::Me, &asked("", Format::Csv))
        .await
        .unwrap();
    let id = streamed.export.id.clone();
    streamed.chunks.next().await.unwrap().unwrap();
    drop(streamed);
    for _ in 0..200 {
        let now = get(&setup.app, &member("sam"), &id).await.unwrap().unwrap();
        if now.state == State::Failed {
            assert!(now.error.unwrap().starts_with("broken off"));
            assert_eq!(setup.all("activity:export.downloaded outcome:failure").await.len(), 1);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("never given up");
}

#[tokio::test]
async fn a_csv_of_hostile_fields_is_read_back_whole_and_runs_nothing() {
    let setup = Setup::new().await;
    setup.append([hostile()]).await;
    let streamed = export_view(&setup.app, &auditor(), &LogScope::Everything, &asked("", Format::Csv))
        .await
        .unwrap();
    let (text, _) = collected(streamed).await;
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    assert_eq!(header.iter().collect::<Vec<_>>(), Column::ALL.map(Column::name));
    let records: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(records.len(), 1);
    for cell in &records[0] {
        assert!(
            !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0']),
            "{cell:?}"
        );
    }
    let at = header.iter().position(|name| name == "reason").unwrap();
    assert_eq!(records[0][at], format!("'{}", hostile().reason.unwrap()));
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
    ViewCsvWriter::new(columns, &ZoneChoice::est()).write_row(&row, &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "7,2026-07-01T07:00:00.250000-05:00,Sam Jones (sam),self\r\n"
    );
}
