//! Files of every version are read and verified for ever: see corpus/README.md. A file that is missing shows its text.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use proof::{
    AddCheckpoint, Checkpoint, CosigningKey, Hash, KnownLog, Manifest, Note, Origin, PosixTime, Seen, SignedCheckpoint,
    SigningKey, Statement, TlogProof, VerifyingKey, WitnessKey, consistency_proof, cover_proof, inclusion_proof,
    leaf_hash, root_by_cover, root_of, tile_bytes,
};

const SIZE: u64 = 300;
const SHOWN: [u64; 4] = [7, 8, 123, 299];

fn file(name: &str) -> String {
    String::from_utf8(bytes(name)).unwrap()
}

fn bytes(name: &str) -> Vec<u8> {
    // Tests run in their crate's directory, which need not be the one that they were built in.
    let path = format!("tests/corpus/v1/{name}");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn leaves() -> Vec<Hash> {
    (0..SIZE).map(|at| leaf_hash(&at.to_be_bytes())).collect()
}

fn origin() -> Origin {
    "example.com/whodid".parse().unwrap()
}

fn log_key() -> SigningKey {
    SigningKey::from_seed("example.com/whodid".parse().unwrap(), &[0x11; 32])
}

fn witness_key() -> CosigningKey {
    CosigningKey::from_seed("witness.example/w1".parse().unwrap(), &[0x22; 32])
}

fn log_keys() -> [VerifyingKey; 1] {
    [file("log.vkey").trim_end().parse().unwrap()]
}

fn witnesses() -> [WitnessKey; 1] {
    [file("witness.vkey").trim_end().parse().unwrap()]
}

/// The tree of this size, signed by the log.
fn signed(size: u64) -> SignedCheckpoint {
    let checkpoint = Checkpoint::new(origin(), size, root_of(&leaves()[..size as usize]));
    checkpoint.sign(&[&log_key()]).unwrap()
}

fn cosigned() -> SignedCheckpoint {
    let mut signed = signed(SIZE);
    let cosignature = witness_key().cosign(&signed, PosixTime::new(1_700_000_000).unwrap());
    signed.add(cosignature).unwrap();
    signed
}

fn manifest() -> Manifest {
    Manifest {
        file: "activity.csv".parse().unwrap(),
        form: "csv".into(),
        sha256: [0xab; 32],
        bytes: 1234,
        rows: 4,
        query: "\"two\nlines\" \u{202e}turned".into(),
        log: "Zo\u{eb}'s".into(),
        zone: "Europe/Berlin".into(),
        from: Some("2026-11-01T00:00:00+01:00".into()),
        to: None,
        columns: vec!["time".into(), "user".into(), "sentence".into()],
        made: "2026-11-28T09:30:00Z".parse().unwrap(),
        complete_through: "2026-11-28T09:29:58.125Z".parse().unwrap(),
        origin: origin(),
        size: SIZE,
        root: root_of(&leaves()),
        proof: Some("activity.proof.jsonl".parse().unwrap()),
    }
}

/// The receipt of an erasure, line by line as one was given.
fn receipt() -> Statement {
    let lines = [
        ("erasure", "3"),
        ("request", "ers_06d4k0p9g1e7r3t5v8w2x4z6a0"),
        ("asked-by", "the person"),
        ("requested", "2026-11-28T09:30:00.000000Z"),
        ("finished", "2026-11-28T09:31:07.250000Z"),
        ("activities-rewritten", "10214"),
        ("removed", "1 account"),
        ("removed", "4 saved searches"),
        ("not-reached", "2 files that 1 readers had taken before"),
        ("not-reached", "backups made before; restoring one applies this erasure"),
    ];
    stated("erasure", &lines)
}

/// The note of a run of retention, with a heading that is spelt so that a line cannot be broken.
fn retention() -> Statement {
    let lines = [
        ("run", "1"),
        ("decided", "2026-11-28T04:00:00.000000Z"),
        ("of", "user"),
        ("before", "2025-11-28T00:00:00.000000Z"),
        ("removed", "1500000"),
        ("held", "12"),
        ("of", "two\nlines \u{202e}turned"),
        ("before", "2026-08-30T00:00:00.000000Z"),
        ("removed", "0"),
        ("held", "0"),
    ];
    stated("retention", &lines)
}

fn stated(kind: &str, lines: &[(&str, &str)]) -> Statement {
    let said = Statement::new(kind).unwrap();
    let said = lines.iter().try_fold(said, |said, (key, value)| said.with(key, *value));
    said.unwrap()
        .of_log(&Checkpoint::new(origin(), SIZE, root_of(&leaves())))
}

#[test]
fn keys_are_read_and_are_those_of_their_seeds() {
    let log = SigningKey::parse(file("log.key").trim_end()).unwrap();
    assert_eq!(log.public(), &log_keys()[0]);
    assert_eq!(format!("{}\n", log_key().to_secret_text()), file("log.key"));
    assert_eq!(format!("{}\n", log_key().public()), file("log.vkey"));
    let witness = CosigningKey::parse(file("witness.key").trim_end()).unwrap();
    assert_eq!(witness.public(), &witnesses()[0]);
    assert_eq!(format!("{}\n", witness_key().to_secret_text()), file("witness.key"));
    assert_eq!(format!("{}\n", witness_key().public()), file("witness.vkey"));
}

#[test]
fn checkpoints_are_verified() {
    let read = SignedCheckpoint::parse(&bytes("checkpoint")).unwrap();
    let said = read.verify(&origin(), &log_keys()).unwrap();
    assert_eq!((said.size(), said.root()), (SIZE, &root_of(&leaves())));
    assert_eq!(read.to_string(), file("checkpoint"));
    assert_eq!(signed(SIZE), read);
}

#[test]
fn cosigned_checkpoints_are_verified() {
    let read = SignedCheckpoint::parse(&bytes("checkpoint.cosigned")).unwrap();
    assert_eq!(read.verify(&origin(), &log_keys()).unwrap().size(), SIZE);
    let witnesses = witnesses();
    let found = read.cosignatures(&witnesses).unwrap();
    assert_eq!(
        found.iter().map(|found| found.at.seconds()).collect::<Vec<_>>(),
        [1_700_000_000]
    );
    assert_eq!(read.to_string(), file("checkpoint.cosigned"));
    assert_eq!(cosigned(), read);
}

#[test]
fn requests_to_witnesses_are_accepted() {
    let read = AddCheckpoint::parse(&bytes("add-checkpoint")).unwrap();
    let (size, root) = (100, root_of(&leaves()[..100]));
    let (keys, seen) = (log_keys(), Seen { size, root });
    let accepted = read.judge(|_| Some(KnownLog { keys: &keys, seen })).unwrap();
    assert_eq!(accepted.seen().size, SIZE);
    assert_eq!(read.to_string(), file("add-checkpoint"));
    let proof = consistency_proof(&leaves()[..], size, SIZE).unwrap();
    let (old, checkpoint) = (size, signed(SIZE));
    assert_eq!(AddCheckpoint { old, proof, checkpoint }, read);
}

#[test]
fn proof_files_are_verified() {
    let read = TlogProof::parse(&bytes("leaf-123.tlog-proof")).unwrap();
    let leaf = leaf_hash(&123_u64.to_be_bytes());
    assert_eq!(read.verify(&leaf, &origin(), &log_keys()).unwrap().size(), SIZE);
    assert_eq!(read.checkpoint.cosignatures(&witnesses()).unwrap().len(), 1);
    assert_eq!(read.to_string(), file("leaf-123.tlog-proof"));
    let (extra, index, checkpoint) = (b"anything".to_vec(), 123, cosigned());
    let path = inclusion_proof(&leaves()[..], index, SIZE).unwrap();
    assert_eq!(
        TlogProof {
            extra,
            index,
            path,
            checkpoint
        },
        read
    );
}

#[test]
fn covers_are_verified() {
    let hex = |text: &str| std::array::from_fn(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).unwrap());
    let nodes: Vec<Hash> = file("cover.txt").lines().map(hex).collect();
    let rows = SHOWN.iter().map(|at| (*at, leaf_hash(&at.to_be_bytes())));
    assert_eq!(root_by_cover(rows, SIZE, nodes.iter().copied()), Ok(root_of(&leaves())));
    assert_eq!(cover_proof(&leaves()[..], SHOWN, SIZE), Ok(nodes));
}

#[test]
fn tiles_have_the_same_bytes() {
    let tile = "tile/1/000.p/1".parse().unwrap();
    assert_eq!(bytes("tile-1-000.p-1"), tile_bytes(&leaves()[..], tile, SIZE).unwrap());
    assert_eq!(bytes("tile-1-000.p-1"), root_of(&leaves()[..256]));
}

#[test]
fn manifests_are_verified() {
    let note = Note::parse(&bytes("manifest")).unwrap();
    assert_eq!(Manifest::verify(&note, &log_keys()), Ok(manifest()));
    assert_eq!(note.to_string(), file("manifest"));
    assert_eq!(manifest().sign(&[&log_key()]).unwrap(), note);
}

#[test]
fn statements_are_verified() {
    for (name, said) in [("erasure.receipt", receipt()), ("retention.note", retention())] {
        let signed = said.sign(&[&log_key()]).unwrap().to_string();
        assert_eq!(signed, file(name), "{signed}");
        assert_eq!(Statement::open(&bytes(name), &log_keys()), Ok(said.clone()));
        let log = said.log().unwrap();
        assert_eq!(
            (log.origin(), log.size(), log.root()),
            (&origin(), SIZE, &root_of(&leaves()))
        );
    }
}

#[test]
fn every_file_of_the_corpus_is_one_that_is_read_here() {
    let names = std::fs::read_dir("tests/corpus/v1").unwrap();
    let mut names: Vec<String> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let read = [
        "add-checkpoint",
        "checkpoint",
        "checkpoint.cosigned",
        "cover.txt",
        "erasure.receipt",
        "leaf-123.tlog-proof",
        "log.key",
        "log.vkey",
        "manifest",
        "retention.note",
        "tile-1-000.p-1",
        "witness.key",
        "witness.vkey",
    ];
    assert_eq!(names, read);
}
