//! Whatever comes at once, and wherever it is killed: no two cosignatures contradict each other.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Barrier;

use engine::{ManualClock, SeededRng};
use proof::{Checkpoint, Hash, SignedCheckpoint, SigningKey, consistency_proof, leaf_hash, root_of};
use tempfile::TempDir;

use super::*;

const LOG: &str = "log.example/whodid";

fn log_key(seed: u8) -> SigningKey {
    SigningKey::from_seed(LOG.parse().unwrap(), &[seed; 32])
}

/// The leaves of one of two logs that part after so many.
fn leaves(branch: u8, parts_at: u64, size: u64) -> Vec<Hash> {
    let leaf = |at: u64| leaf_hash(&[if at < parts_at { 0 } else { branch }, u8::try_from(at).unwrap()]);
    (0..size).map(leaf).collect()
}

fn signed(size: u64, root: Hash) -> SignedCheckpoint {
    Checkpoint::new(LOG.parse().unwrap(), size, root)
        .sign(&[&log_key(1)])
        .unwrap()
}

fn request(branch: u8, parts_at: u64, old: u64, new: u64) -> String {
    let leaves = leaves(branch, parts_at, new);
    let proof = consistency_proof(&leaves[..], old, new).unwrap();
    let checkpoint = signed(new, root_of(&leaves));
    AddCheckpoint { old, proof, checkpoint }.to_string()
}

struct Bed {
    dir: TempDir,
}

impl Bed {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir }
    }

    fn open(&self) -> Result<Witness, WitnessError> {
        let (key, state) = (self.key(), self.dir.path().join("state"));
        let places = Places {
            key: &key,
            state: &state,
            name: Some("witness.example/w1"),
        };
        let clock = Arc::new(ManualClock::new(Time(1_800_000_000 * Time::SECOND)));
        Witness::open(places, &[log_key(1).public().clone()], clock, &SeededRng::new(5))
    }

    fn key(&self) -> std::path::PathBuf {
        self.dir.path().join("key")
    }

    fn state(&self) -> std::path::PathBuf {
        self.dir.path().join("state/witness.state")
    }
}

fn size(witness: &Witness) -> u64 {
    witness.logs()[0].1
}

#[test]
fn a_log_that_grows_is_cosigned_and_everything_else_is_refused_by_its_status() {
    let bed = Bed::new();
    let witness = bed.open().unwrap();
    let keys = [witness.key().clone()];
    for (old, new) in [(0, 3), (3, 3), (3, 20)] {
        let given = witness.add_checkpoint(request(1, 99, old, new).as_bytes());
        assert_eq!((given.status, given.content_type), (200, PLAIN), "{given:?}");
        let checkpoint = signed(new, root_of(&leaves(1, 99, new)));
        let read = proof::read_answer(200, given.body.as_bytes(), &checkpoint, &keys);
        assert!(matches!(read, Ok(proof::Answer::Cosigned(_))), "{read:?}");
    }
    let conflict = witness.add_checkpoint(request(1, 99, 3, 25).as_bytes());
    assert_eq!((conflict.status, conflict.content_type), (409, "text/x.tlog.size"));
    assert_eq!(conflict.body, "20\n");
    let status = |body: &str| witness.add_checkpoint(body.as_bytes()).status;
    let good = request(1, 99, 20, 25);
    assert_eq!(status(&good.replace("old 20", "old 26")), 400);
    assert_eq!(status(&"a".repeat(proof::MAX_REQUEST_BYTES + 1)), 400);
    assert_eq!(status(&request(2, 10, 20, 25)), 422, "of another log");
    let of = |name: &str, key: &SigningKey| {
        let checkpoint = Checkpoint::new(name.parse().unwrap(), 25, [1; 32])
            .sign(&[key])
            .unwrap();
        let proof = Vec::new();
        AddCheckpoint {
            old: 20,
            proof,
            checkpoint,
        }
        .to_string()
    };
    assert_eq!(status(&of(LOG, &log_key(2))), 403);
    assert_eq!(status(&of("other.example", &log_key(1))), 404);
    assert_eq!(status(&good), 200, "none of it changed anything");
}

#[test]
fn its_key_is_its_users_alone_and_key_and_state_belong_together() {
    let bed = Bed::new();
    let witness = bed.open().unwrap();
    let vkey = witness.key().to_string();
    assert!(vkey.starts_with("witness.example/w1+"));
    assert_eq!(witness.add_checkpoint(request(1, 99, 0, 7).as_bytes()).status, 200);
    assert!(matches!(bed.open(), Err(WitnessError::State(StateError::InUse { .. }))));
    drop(witness);
    for path in [bed.key(), bed.state()] {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
    let again = bed.open().unwrap();
    assert_eq!((again.key().to_string(), size(&again)), (vkey, 7));
    drop(again);
    let (key, state) = (std::fs::read(bed.key()).unwrap(), std::fs::read(bed.state()).unwrap());
    std::fs::remove_file(bed.key()).unwrap();
    assert!(matches!(
        bed.open(),
        Err(WitnessError::Key(WitnessKeyError::Missing { .. }))
    ));
    let other = proof::CosigningKey::from_seed("witness.example/w1".parse().unwrap(), &[9; 32]);
    crate::private_file::write(&bed.key(), &other.to_secret_text()).unwrap();
    assert!(matches!(bed.open(), Err(WitnessError::State(StateError::Other { .. }))));
    std::fs::write(bed.key(), &key).unwrap();
    std::fs::set_permissions(bed.key(), std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(
        bed.open(),
        Err(WitnessError::Key(WitnessKeyError::Open { .. }))
    ));
    std::fs::set_permissions(bed.key(), std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::remove_file(bed.state()).unwrap();
    assert!(matches!(
        bed.open(),
        Err(WitnessError::State(StateError::Missing { .. }))
    ));
    std::fs::write(bed.state(), state).unwrap();
    assert_eq!(size(&bed.open().unwrap()), 7);
}

#[test]
fn a_state_that_was_changed_anywhere_or_cut_off_is_refused() {
    let bed = Bed::new();
    let witness = bed.open().unwrap();
    assert_eq!(witness.add_checkpoint(request(1, 99, 0, 7).as_bytes()).status, 200);
    drop(witness);
    let whole = std::fs::read(bed.state()).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        for damaged in [&changed, &whole[..at].to_vec()] {
            std::fs::write(bed.state(), damaged).unwrap();
            assert!(matches!(bed.open(), Err(WitnessError::State(_))), "{at}");
            assert_eq!(&std::fs::read(bed.state()).unwrap(), damaged, "it is left as it is");
        }
    }
    std::fs::write(bed.state(), whole).unwrap();
    assert_eq!(size(&bed.open().unwrap()), 7);
}

#[test]
fn killed_at_any_step_it_goes_on_from_what_it_answered_or_from_what_it_was_about_to() {
    let bed = Bed::new();
    assert_eq!(
        bed.open()
            .unwrap()
            .add_checkpoint(request(1, 99, 0, 7).as_bytes())
            .status,
        200
    );
    let before = std::fs::read(bed.state()).unwrap();
    assert_eq!(
        bed.open()
            .unwrap()
            .add_checkpoint(request(1, 99, 7, 12).as_bytes())
            .status,
        200
    );
    let after = std::fs::read(bed.state()).unwrap();
    let unfinished = bed.dir.path().join("state/witness.state.unfinished");
    // Killed while it wrote beside: what it answered last counts, and the same request is cosigned anew.
    for written in 0..=after.len() {
        std::fs::write(bed.state(), &before).unwrap();
        std::fs::write(&unfinished, &after[..written]).unwrap();
        let witness = bed.open().unwrap();
        assert_eq!(size(&witness), 7);
        assert_eq!(
            witness.add_checkpoint(request(2, 9, 7, 12).as_bytes()).status,
            200,
            "nothing else was said"
        );
        assert!(!unfinished.exists());
    }
    // Killed once it was renamed: what was never answered counts all the same.
    std::fs::write(bed.state(), &after).unwrap();
    let witness = bed.open().unwrap();
    assert_eq!(size(&witness), 12);
    assert_eq!(witness.add_checkpoint(request(2, 9, 7, 12).as_bytes()).status, 409);
    assert_eq!(witness.add_checkpoint(request(2, 9, 12, 12).as_bytes()).status, 409);
    assert_eq!(witness.add_checkpoint(request(1, 99, 12, 12).as_bytes()).status, 200);
    drop(witness);
    // Killed before its key was written: it begins anew, with another.
    let new = Bed::new();
    drop(new.open().unwrap());
    std::fs::remove_file(new.key()).unwrap();
    assert_eq!(size(&new.open().unwrap()), 0);
}

#[tokio::test]
async fn once_its_state_cannot_be_written_it_answers_nobody_and_says_so() {
    let bed = Bed::new();
    let witness = bed.open().unwrap();
    let moved = bed.dir.path().join("moved");
    std::fs::rename(bed.dir.path().join("state"), &moved).unwrap();
    assert_eq!(witness.add_checkpoint(request(1, 99, 0, 7).as_bytes()).status, 503);
    witness.failed().await;
    std::fs::rename(&moved, bed.dir.path().join("state")).unwrap();
    assert_eq!(witness.add_checkpoint(request(1, 99, 0, 7).as_bytes()).status, 503);
    drop(witness);
    assert_eq!(size(&bed.open().unwrap()), 0);
}

#[test]
fn whatever_comes_at_once_all_that_is_cosigned_is_of_one_log() {
    const PARTS_AT: u64 = 6;
    for round in 0..30_u64 {
        let bed = Bed::new();
        let witness = bed.open().unwrap();
        let begin = Barrier::new(8);
        let cosigned: Vec<(u8, u64, u64)> = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..8_u64)
                .map(|client| {
                    let (witness, begin) = (&witness, &begin);
                    scope.spawn(move || {
                        let branch = u8::try_from(client % 2 + 1).unwrap();
                        let (mut old, mut said) = (0, Vec::new());
                        begin.wait();
                        for turn in 0..12_u64 {
                            let new = (old + (round * 31 + client * 7 + turn * 3) % 5).min(60);
                            let given = witness.add_checkpoint(request(branch, PARTS_AT, old, new).as_bytes());
                            match given.status {
                                200 => {
                                    said.push((branch, old, new));
                                    old = new;
                                }
                                // Also of a log that is longer than what this client has.
                                409 => old = given.body.trim().parse().unwrap(),
                                status => assert_eq!(status, 422),
                            }
                        }
                        said
                    })
                })
                .collect();
            clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
        });
        let beyond: Vec<u8> = cosigned.iter().filter(|of| of.2 > PARTS_AT).map(|of| of.0).collect();
        assert!(beyond.windows(2).all(|pair| pair[0] == pair[1]), "{cosigned:?}");
        let largest = cosigned.iter().map(|of| of.2).max().unwrap();
        assert_eq!(size(&witness), largest, "nothing was taken back");
        drop(witness);
        assert_eq!(size(&bed.open().unwrap()), largest);
    }
}
