//! Every kind of tampering with a file, its manifest or its proofs is found, and the row is named where there is one.

use std::fs;
use std::path::PathBuf;

use activity::{Activity, Facts, canonical};
use app::ZoneChoice;
use app::exports::{Column, FileForm, FileWriter, Format};
use data_encoding::{BASE64, HEXLOWER};
use proof::{Hash, Manifest, SigningKey, VerifyingKey, cover_proof, root_of};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::verify;

/// Activities of the log, of which every third is in the file.
const SIZE: u64 = 40;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("log.example/whodid".parse().unwrap(), &[seed; 32])
}

fn public() -> Vec<VerifyingKey> {
    vec![key(1).public().clone()]
}

/// The log, as the file gives it: the newest first.
fn log() -> Vec<Activity> {
    let activity = |seq: u64| {
        let mut facts: Facts = testkit::activity("user.login")
            .user("sam")
            .metadata("n", &seq.to_string())
            .done();
        facts.occurred_at = facts.occurred_at.plus(i64::try_from(seq).unwrap());
        if seq.is_multiple_of(2) {
            facts.raw = Some(format!("raw {seq}"));
            facts.targets = vec![activity::Target {
                kind: "user".to_owned(),
                id: "usr_noor".to_owned(),
                ..activity::Target::default()
            }];
        }
        Activity {
            seq,
            recorded_at: facts.occurred_at,
            facts,
        }
    };
    (0..SIZE).rev().map(activity).collect()
}

/// What is in the file: activities 39, 36, …, 0.
fn chosen() -> Vec<Activity> {
    log().into_iter().filter(|row| row.seq.is_multiple_of(3)).collect()
}

fn secret(person: &str) -> [u8; 32] {
    let mut key = [7; 32];
    key.iter_mut().zip(person.bytes()).for_each(|(to, from)| *to = from);
    key
}

fn leaf(row: &Activity) -> Hash {
    canonical::leaf_of(row, |person| Some(secret(person))).unwrap()
}

/// The line of a row, as the specification of the form has it.
fn line(row: &Activity) -> Value {
    let canonical = canonical::encode(row);
    let personal = canonical.personal.iter().map(|part| {
        let salt = canonical::salt(&secret(&part.person_id), &canonical.impersonal);
        json!({ "salt": BASE64.encode(&salt), "values": BASE64.encode(&part.values) })
    });
    json!({
        "seq": row.seq, "version": canonical.version, "impersonal": BASE64.encode(&canonical.impersonal),
        "personal": personal.collect::<Vec<_>>(),
    })
}

/// A file with what lies beside it.
struct Scene {
    dir: TempDir,
    manifest: Manifest,
}

impl Scene {
    fn new(format: Format) -> Self {
        let leaves: Vec<Hash> = log().iter().rev().map(leaf).collect();
        let mut rows = chosen();
        let dir = tempfile::tempdir().unwrap();
        let summary = write(&dir, format, &rows);
        rows.reverse();
        let nodes = cover_proof(leaves.as_slice(), rows.iter().map(|row| row.seq), SIZE).unwrap();
        let nodes: Vec<String> = nodes.iter().map(|node| BASE64.encode(node)).collect();
        let header = json!({ "format": "whodid-rows/v1", "size": SIZE, "nodes": nodes });
        let lines = std::iter::once(header).chain(rows.iter().map(line));
        let lines: String = lines.map(|line| format!("{line}\n")).collect();
        fs::write(dir.path().join(format!("log.{}.rows.jsonl", format.extension())), lines).unwrap();
        let manifest = Manifest {
            file: format!("log.{}", format.extension()).parse().unwrap(),
            form: format.extension().to_owned(),
            sha256: HEXLOWER.decode(summary.sha256.as_bytes()).unwrap().try_into().unwrap(),
            bytes: summary.bytes,
            rows: summary.rows,
            query: "user:sam".to_owned(),
            log: "everybody".to_owned(),
            zone: "UTC".to_owned(),
            from: None,
            to: None,
            columns: Vec::new(),
            made: "2026-11-28T09:30:00Z".parse().unwrap(),
            complete_through: "2026-11-28T09:29:00Z".parse().unwrap(),
            origin: "log.example/whodid".parse().unwrap(),
            size: SIZE,
            root: root_of(&leaves),
            proof: Some(format!("log.{}.rows.jsonl", format.extension()).parse().unwrap()),
        };
        let scene = Self { dir, manifest };
        scene.sign(1);
        scene
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join(self.manifest.file.as_ref())
    }

    fn beside(&self, ending: &str) -> PathBuf {
        self.dir.path().join(format!("{}{ending}", self.manifest.file))
    }

    fn sign(&self, seed: u8) {
        let note = self.manifest.sign(&[&key(seed)]).unwrap();
        fs::write(self.beside(".manifest"), note.to_string()).unwrap();
    }

    /// What is wrong, line by line.
    fn wrong(&self) -> Vec<String> {
        let report = verify(&self.file(), &public()).unwrap();
        let wrong = report.lines.into_iter().filter(|(holds, _)| !holds);
        wrong.map(|(_, what)| what).collect()
    }

    fn edit(&self, ending: &str, edit: impl FnOnce(&mut Vec<String>)) {
        let path = self.beside(ending);
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        edit(&mut lines);
        fs::write(path, lines.into_iter().map(|line| line + "\n").collect::<String>()).unwrap();
    }
}

fn write(dir: &TempDir, format: Format, rows: &[Activity]) -> app::exports::Summary {
    let form = FileForm {
        format,
        columns: Column::ALL.to_vec(),
        zone: ZoneChoice::utc(),
        has_mark: false,
    };
    let out = fs::File::create(dir.path().join(format!("log.{}", format.extension()))).unwrap();
    let mut writer = FileWriter::new(form, Box::new(out), dir.path()).unwrap();
    writer.write_rows(rows).unwrap();
    writer.finish().unwrap()
}

#[track_caller]
fn names(wrong: &[String], expected: &str) {
    assert!(
        wrong.iter().any(|what| what.contains(expected)),
        "{expected:?} is not in {wrong:#?}"
    );
}

#[test]
fn what_was_not_touched_holds() {
    for format in [Format::Jsonl, Format::Parquet] {
        assert_eq!(Scene::new(format).wrong(), [""; 0]);
    }
}

#[test]
fn a_row_that_was_changed_dropped_added_moved_or_doubled_is_named() {
    type Edit = (fn(&mut Vec<Activity>), &'static str);
    let edits: [Edit; 8] = [
        (
            |rows| drop(rows[1].facts.metadata.insert("n".into(), "0".into())),
            "row 2, activity 36: it says something else",
        ),
        (
            |rows| rows[3].facts.outcome = activity::Outcome::Failure,
            "row 4, activity 30: it says something else",
        ),
        (
            |rows| rows[1].facts.raw = None,
            "row 2, activity 36: it says something else",
        ),
        (
            |rows| rows[0].seq = 38,
            "row 1, activity 38: it is not among those that are proved",
        ),
        (|rows| drop(rows.remove(2)), "activity 33 is proved and not in the file"),
        (
            |rows| rows.insert(1, log()[1].clone()),
            "row 2, activity 38: it is not among those that are proved",
        ),
        (|rows| rows.swap(4, 5), "row 6, activity 27: it is out of order"),
        (
            |rows| rows.insert(4, rows[3].clone()),
            "row 5, activity 30: it is there twice",
        ),
    ];
    for format in [Format::Jsonl, Format::Parquet] {
        for (edit, expected) in &edits {
            let scene = Scene::new(format);
            let mut rows = chosen();
            edit(&mut rows);
            write(&scene.dir, format, &rows);
            let wrong = scene.wrong();
            names(&wrong, expected);
            names(&wrong, "the file was changed");
        }
    }
}

#[test]
fn what_a_row_says_twice_it_says_alike() {
    let scene = Scene::new(Format::Jsonl);
    scene.edit("", |lines| lines[1] = lines[1].replacen('{', "{\"note\":\"x\",", 1));
    names(&scene.wrong(), "row 2: activity 36 has keys that do not belong");
    let scene = Scene::new(Format::Jsonl);
    scene.edit("", |lines| {
        lines[2] = lines[2].replace("\"activity\":", "\"activity\":1,\"x\":")
    });
    names(&scene.wrong(), "row 3: ");
}

#[test]
fn a_manifest_that_was_changed_or_signed_by_another_is_not_believed() {
    for (from, to) in [
        ("query: user:sam", "query: user:noor"),
        ("rows: 14", "rows: 13"),
        ("made: 2026-11-28T09:30:00Z", "made: 2026-11-28T09:31:00Z"),
        (
            "complete-through: 2026-11-28T09:29:00Z",
            "complete-through: 2026-11-28T09:29:01Z",
        ),
        ("zone: UTC", "zone: EST"),
    ] {
        let scene = Scene::new(Format::Jsonl);
        scene.edit(".manifest", |lines| {
            let line = lines.iter_mut().find(|line| *line == from).expect("it is there");
            *line = to.to_owned();
        });
        names(&scene.wrong(), "the signature of log.example/whodid");
    }
    let scene = Scene::new(Format::Jsonl);
    scene.sign(2);
    names(&scene.wrong(), "none of the 1 signatures is by a key that is known");
    let nobody = verify(&scene.file(), &[]).unwrap();
    assert!(
        nobody
            .lines
            .iter()
            .any(|(holds, what)| !holds && what.contains("no key is known"))
    );
}

#[test]
fn a_manifest_that_its_signer_made_of_another_file_or_tree_does_not_hold() {
    type Edit = (fn(&mut Manifest), &'static str);
    let edits: [Edit; 5] = [
        (
            |manifest| manifest.rows = 13,
            "14 rows have proofs, and the manifest states 13 rows",
        ),
        (|manifest| manifest.bytes += 1, "bytes, and"),
        (|manifest| manifest.sha256[0] ^= 1, "the file was changed"),
        (|manifest| manifest.root[0] ^= 1, "another root than the checkpoint's"),
        (
            |manifest| manifest.size = 41,
            "they are for 40 activities, and the checkpoint has 41",
        ),
    ];
    for (edit, expected) in edits {
        let mut scene = Scene::new(Format::Jsonl);
        edit(&mut scene.manifest);
        scene.sign(1);
        names(&scene.wrong(), expected);
    }
}

#[test]
fn proofs_that_were_changed_dropped_added_moved_or_cut_are_found() {
    type Edit = (fn(&mut Vec<String>), &'static str);
    let edits: [Edit; 8] = [
        (|lines| drop(lines.remove(3)), "the proof"),
        (|lines| lines.insert(3, lines[2].clone()), "leaf 3 follows leaf 3"),
        (|lines| lines.swap(3, 4), "leaf 6 follows leaf 9"),
        (
            |lines| lines[3] = lines[3].replace("\"seq\":6", "\"seq\":7"),
            "the proofs of the rows",
        ),
        (
            |lines| lines[0] = lines[0].replace("\"size\":40", "\"size\":39"),
            "they are for 39 activities",
        ),
        (
            |lines| lines[0] = lines[0].replace("rows/v1", "rows/v2"),
            "whodid-rows/v2",
        ),
        (|lines| lines[3].truncate(40), "line 4 of the proofs"),
        (|lines| lines.truncate(1), "too many nodes"),
    ];
    for (edit, expected) in edits {
        let scene = Scene::new(Format::Jsonl);
        scene.edit(".rows.jsonl", edit);
        names(&scene.wrong(), expected);
    }
    let scene = Scene::new(Format::Jsonl);
    let path = scene.beside(".rows.jsonl");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    names(&scene.wrong(), "the file breaks off");
    fs::remove_file(&path).unwrap();
    assert!(
        verify(&scene.file(), &public()).is_err(),
        "proofs that belong to it are not there"
    );
}

#[test]
fn a_row_that_is_shown_by_its_leaf_alone_is_in_the_log_and_no_more() {
    let scene = Scene::new(Format::Jsonl);
    let row = chosen().into_iter().find(|row| row.seq == 6).unwrap();
    let only = json!({ "seq": 6, "leaf": BASE64.encode(&leaf(&row)) });
    scene.edit(".rows.jsonl", |lines| lines[3] = only.to_string());
    let report = verify(&scene.file(), &public()).unwrap();
    assert!(report.lines.iter().all(|(holds, _)| *holds), "{:?}", report.lines);
    assert!(
        report
            .lines
            .iter()
            .any(|(_, what)| what.contains("13 rows say what the log says"))
    );
}

#[test]
fn no_byte_of_any_of_the_files_can_be_changed() {
    for format in [Format::Jsonl, Format::Parquet] {
        let scene = Scene::new(format);
        for (ending, step) in [("", 41), (".manifest", 1), (".rows.jsonl", 29)] {
            let path = scene.beside(ending);
            let whole = fs::read(&path).unwrap();
            for at in (0..whole.len()).step_by(step) {
                let mut bytes = whole.clone();
                bytes[at] ^= 1;
                fs::write(&path, bytes).unwrap();
                let is_found =
                    verify(&scene.file(), &public()).map_or(true, |report| report.lines.iter().any(|line| !line.0));
                assert!(is_found, "byte {at} of {ending:?} of {format:?}");
            }
            fs::write(&path, whole).unwrap();
        }
        assert_eq!(scene.wrong(), [""; 0]);
    }
}
