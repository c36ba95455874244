//! What lies beside a kept file: its manifest, the proofs of its rows, and that both go where the file goes.

use activity::{Activity, Facts};
use engine::{Signer, SigningKey};
use serde_json::Value;
use tokio::io::AsyncReadExt as _;

use super::super::{Format, Part, ViewExport, create, delete, open_part, rows_of};
use super::{asked, ended, files};
use crate::activity::LogScope;
use crate::activity::tests::support::{Setup, administrator, auditor, member, of};
use crate::exports::{Export, ExportError, State};
use crate::{App, Caller};

/// An installation whose log is signed.
async fn signed() -> Setup {
    let setup = Setup::new().await;
    sign(&setup.app).await;
    setup
}

async fn sign(app: &App) {
    let signer = Signer {
        origin: "log.example/whodid".parse().unwrap(),
        keys: vec![SigningKey::from_seed("log.example/whodid".parse().unwrap(), &[1; 32])],
        anchor: None,
    };
    app.log().past_all_scopes().sign_with(signer, false).await.unwrap();
}

/// The export of everybody's log, made.
async fn made(setup: &Setup, request: &ViewExport) -> Export {
    let export = create(&setup.app, &auditor(), &LogScope::Everything, request)
        .await
        .unwrap();
    let export = ended(&setup.app, &auditor(), export).await;
    assert_eq!(export.state, State::Done, "{:?}", export.error);
    export
}

async fn part(app: &App, caller: &Caller, id: &str, part: Part) -> Result<String, ExportError> {
    let mut open = open_part(app, caller, id, part).await?.expect("they see it");
    let mut text = String::new();
    open.file.read_to_string(&mut text).await.unwrap();
    assert_eq!(open.bytes, text.len() as u64);
    Ok(text)
}

fn rich() -> Vec<Facts> {
    let everything = |n: u64| {
        let mut facts = of("sam", "user.login");
        facts.metadata.insert("n".to_owned(), n.to_string());
        facts.raw = n.is_multiple_of(3).then(|| format!("raw \"{n}\"\n"));
        facts.severity = n.is_multiple_of(2).then_some(activity::Severity::Notice);
        facts
    };
    (0..40).map(everything).chain([of("noor", "user.logout")]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_all_columns_has_a_manifest_and_proofs_and_every_row_is_read_back_as_it_was() {
    let setup = signed().await;
    setup.append(rich()).await;
    let expected: Vec<Activity> = setup.all("user:sam activity:user.login").await;
    for format in [Format::Jsonl, Format::Parquet] {
        let export = made(&setup, &asked("user:sam activity:user.login", format)).await;
        assert!(export.has_manifest && export.has_proofs);
        let manifest = part(&setup.app, &auditor(), &export.id, Part::Manifest).await.unwrap();
        let name = format!("activity-log-everyone-2026-11-21.{}", format.extension());
        for line in [
            format!("file: {name}"),
            format!("sha256: {}", export.sha256.as_deref().unwrap()),
            "rows: 40".to_owned(),
            "query: user:sam activity:user.login".to_owned(),
            "log: everybody".to_owned(),
            "origin: log.example/whodid".to_owned(),
            format!("proof: {name}.rows.jsonl"),
        ] {
            assert!(manifest.lines().any(|found| found == line), "{line}\n{manifest}");
        }
        let rows = part(&setup.app, &auditor(), &export.id, Part::Proofs).await.unwrap();
        let lines: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let seqs: Vec<u64> = lines[1..].iter().map(|line| line["seq"].as_u64().unwrap()).collect();
        assert!(seqs.len() == 40 && seqs.is_sorted(), "{seqs:?}");
        let dir = setup.dir.path().join("exports");
        let file = format!("{}-1.{}", export.id, format.extension());
        let back = rows_of(&dir.join(file), format).unwrap().unwrap();
        let back: Vec<Activity> = back.collect::<Result<_, _>>().unwrap();
        assert_eq!(back, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_disclose_no_more_than_their_file() {
    let setup = signed().await;
    setup.append(rich()).await;
    let chosen = ViewExport {
        columns: vec!["activity".to_owned()],
        ..asked("", Format::Parquet)
    };
    for request in [chosen, asked("", Format::Csv), asked("", Format::Xlsx)] {
        let export = made(&setup, &request).await;
        assert!(export.has_manifest && !export.has_proofs);
        let manifest = part(&setup.app, &auditor(), &export.id, Part::Manifest).await.unwrap();
        assert!(!manifest.contains("proof:"), "{manifest}");
        let rows = part(&setup.app, &auditor(), &export.id, Part::Proofs).await;
        assert!(matches!(rows, Err(ExportError::NothingBeside)), "{rows:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_are_given_as_the_file_is_and_a_manifest_tells_nobody() {
    let setup = signed().await;
    setup.append(rich()).await;
    let export = made(&setup, &asked("user:=sam activity:user.login", Format::Jsonl)).await;
    for (part, taken) in [(Part::Manifest, 0), (Part::Proofs, 1)] {
        let open = open_part(&setup.app, &auditor(), &export.id, part).await.unwrap();
        assert!(open.is_some());
        assert_eq!(setup.all("activity:export.downloaded").await.len(), taken);
        let stranger = open_part(&setup.app, &member("noor"), &export.id, part).await.unwrap();
        assert!(stranger.is_none());
    }
    let told = setup.all("activity:export.downloaded").await;
    assert_eq!(told[0].metadata["part"], "row proofs");
    assert_eq!(
        setup.all("activity:log.viewed user:sam").await.len(),
        1,
        "Sam is told of the one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_beside_a_file_goes_with_it() {
    let setup = signed().await;
    setup.append(rich()).await;
    let export = made(&setup, &asked("", Format::Jsonl)).await;
    let name = format!("{}-1.jsonl", export.id);
    let all = [name.clone(), format!("{name}.manifest"), format!("{name}.rows.jsonl")];
    assert_eq!(files(&setup), all);
    let setup = setup.restarted().await;
    super::super::recover::recover(&setup.app).await.unwrap();
    assert_eq!(files(&setup), all, "a start leaves what is kept");
    delete(&setup.app, &administrator(), &export.id).await.unwrap().unwrap();
    assert!(files(&setup).is_empty(), "{:?}", files(&setup));
    let gone = open_part(&setup.app, &auditor(), &export.id, Part::Manifest).await;
    assert!(matches!(gone, Err(ExportError::Missing)));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_signer_a_file_is_made_alone() {
    let setup = Setup::new().await;
    setup.append(rich()).await;
    let export = made(&setup, &asked("", Format::Jsonl)).await;
    assert!(!export.has_manifest && !export.has_proofs);
    assert_eq!(files(&setup), [format!("{}-1.jsonl", export.id)]);
    let none = open_part(&setup.app, &auditor(), &export.id, Part::Manifest).await;
    assert!(matches!(none, Err(ExportError::NothingBeside)));
}

#[tokio::test(flavor = "multi_thread")]
async fn above_the_limit_no_row_is_proved() {
    let setup = Setup::new().await.with(|settings| settings.exports.proved_rows = 40);
    sign(&setup.app).await;
    setup.append(rich()).await;
    let all = made(&setup, &asked("activity:user.*", Format::Jsonl)).await;
    assert!(all.has_manifest && !all.has_proofs, "41 rows are too many");
    let fewer = made(&setup, &asked("activity:user.login", Format::Jsonl)).await;
    assert!(fewer.has_proofs);
}
