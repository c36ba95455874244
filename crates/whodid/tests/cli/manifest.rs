//! An export proves itself: made by the server, checked by the command and by a verifier that has none of our code.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use app::Scopes;
use serde_json::{Value, json};

use crate::support::{Home, Server, key};

/// The program that `cargo xtask test` gives for the verifier that has none of our code.
const PYTHON: &str = "INDEPENDENT_PYTHON";

struct Client<'a> {
    http: reqwest::Client,
    server: &'a Server,
    key: String,
}

impl Client<'_> {
    async fn get(&self, path: &str) -> Vec<u8> {
        let request = self
            .http
            .get(format!("{}{path}", self.server.url))
            .bearer_auth(&self.key);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        answer.bytes().await.unwrap().to_vec()
    }

    /// Exports everything in this form, and puts the file with what lies beside it into a directory.
    async fn export(&self, format: &str, to: &Path) -> PathBuf {
        let request = self.http.post(format!("{}/v1/exports", self.server.url));
        let body = json!({ "format": format, "q": "activity:invoice.paid" });
        let answer = request.bearer_auth(&self.key).json(&body).send().await.unwrap();
        let mut export: Value = answer.json().await.unwrap();
        let at = format!("/v1/exports/{}", export["id"].as_str().unwrap());
        for _ in 0..500 {
            if export["state"] == "done" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            export = serde_json::from_slice(&self.get(&at).await).unwrap();
        }
        assert_eq!(
            (&export["manifest"], &export["row_proofs"]),
            (&json!(true), &json!(true)),
            "{export}"
        );
        let manifest = String::from_utf8(self.get(&format!("{at}/manifest")).await).unwrap();
        let name = manifest.lines().find_map(|line| line.strip_prefix("file: ")).unwrap();
        let file = to.join(name);
        std::fs::write(&file, self.get(&format!("{at}/file")).await).unwrap();
        std::fs::write(
            to.join(format!("{name}.rows.jsonl")),
            self.get(&format!("{at}/rows")).await,
        )
        .unwrap();
        std::fs::write(to.join(format!("{name}.manifest")), manifest).unwrap();
        file
    }
}

/// `whodid verify`, where there is no installation.
fn verify(file: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whodid"));
    command.arg("verify").arg(file).args(more).env_remove("WHODID_DATA_DIR");
    let done = command.output().unwrap();
    (
        done.status.code(),
        String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_exports_is_proved_without_it_row_by_row() {
    let home = Home::new();
    let scopes = Scopes {
        read: true,
        write: true,
        export: true,
        ..Scopes::default()
    };
    let key = key(&home, scopes).await;
    let server = home.serve(&["--set", "log.seal_at=100", "--set", "log.merge_factor=0"]);
    let client = Client {
        http: reqwest::Client::new(),
        server: &server,
        key,
    };
    for from in [0, 150, 300] {
        let activities: Vec<Value> = (from..from + 150)
            .map(|n| {
                json!({
                    "activity": if n % 4 == 0 { "invoice.sent" } else { "invoice.paid" }, "raw": format!("n={n}"),
                    "user": { "id": format!("u{}", n % 7), "name": "Zoë H." }, "metadata": { "n": n.to_string() },
                })
            })
            .collect();
        let request = client
            .http
            .post(format!("{}/v1/activities", server.url))
            .bearer_auth(&client.key);
        let answer = request.json(&activities).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }
    let to = tempfile::tempdir().unwrap();
    let vkey = home.run(&["log", "checkpoint", "--keys"]).ok();
    let vkey = vkey.lines().next().unwrap();
    for format in ["jsonl", "parquet"] {
        let file = client.export(format, to.path()).await;
        let (code, said) = verify(&file, &["--key", vkey]);
        assert_eq!(code, Some(0), "{said}");
        assert!(
            said.contains("337 rows say what the log says") && said.contains("Everything holds"),
            "{said}"
        );
        let (code, said) = verify(&file, &[]);
        assert!(code == Some(1) && said.contains("no key is known"), "{said}");
        if let Some(python) = std::env::var_os(PYTHON) {
            let verifier = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/independent/verify.py");
            let manifest = format!("{}.manifest", file.display());
            let done = Command::new(python)
                .args(["-B", verifier, "manifest", vkey, &manifest])
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
            assert!(
                done.status.success() && said.contains("its 337 rows are among"),
                "{said}"
            );
        }
        let mut bytes = std::fs::read(&file).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let (code, said) = verify(&file, &["--key", vkey]);
        assert!(code == Some(1) && said.contains("WRONG"), "{said}");
    }
}

#[test]
fn a_file_of_the_command_line_has_a_manifest_unless_a_server_runs() {
    let home = Home::new();
    let file = home.file(
        "log.jsonl",
        "{\"activity\":\"invoice.paid\",\"occurred_at\":\"2026-01-01T00:00:00Z\"}\n",
    );
    let file = file.to_string_lossy().into_owned();
    home.run(&["log", "import", &file, "--format", "jsonl", "--source", "test"])
        .ok();
    let export = [
        "log",
        "export",
        "activity:invoice.paid",
        "--format",
        "csv",
        "--out",
        "paid.csv",
    ];
    home.run(&export).ok();
    let done = home.run(&["verify", "paid.csv"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.contains("the file has 1 rows"), "{done:?}");
    let server = home.serve(&[]);
    let done = home.run(&export);
    assert!(
        done.code == 0 && done.err.contains("No manifest was made: while the server runs"),
        "{done:?}"
    );
    assert!(
        !home.path().join("paid.csv.manifest").exists(),
        "the one before is not this file's"
    );
    assert_eq!(server.terminate(), Some(0));
}
