//! Whatever is changed in a log behind its back is found by verifying it: in any file of a volume, in any value of the database,
//! by whoever can write there. What the log's own keys could sign is found by a checkpoint that somebody else has.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use activity::Time;
use proof::Hash;
use store::{Store, StoreUrl};

use super::{Bed, many};
use crate::tests::checkpoints::signer;
use crate::{Log, LogSettings, ManualClock};

/// How many of each kind the usual run tries; `cargo xtask soak` tries more.
const USUALLY: u64 = 12;

/// A closed log with merged, sealed and hot activities and three checkpoints, and what it was before the last of them.
struct Whole {
    dir: testkit::Place,
    before: tempfile::TempDir,
    /// The size and root of a checkpoint that somebody else has.
    elsewhere: (u64, Hash),
}

async fn whole() -> Whole {
    let change = |settings: &mut crate::LogSettings| {
        settings.seal_at = 60;
        settings.merge_factor = 3;
    };
    let bed = Bed::at(testkit::Place::embedded(), change).await;
    bed.log.sign_with(signer(&[1], None), false).await.unwrap();
    let before = tempfile::tempdir().unwrap();
    let (mut next, mut elsewhere) = (0, (0, [0; 32]));
    for round in 0..5 {
        for size in [1, 9, 25, 30] {
            bed.append(many(next..next + size)).await;
            next += size;
        }
        if round < 4 {
            bed.log.settle(false).await.unwrap();
        }
        let made = bed.log.checkpoint().await.unwrap();
        if round == 2 {
            elsewhere = (made.unverified().size(), *made.unverified().root());
            bed.store.quick_check().await.unwrap();
            copy(bed.dir.path(), before.path());
        }
        bed.clock.advance(3 * 3_600 * Time::SECOND);
    }
    let Bed { dir, store, log, .. } = bed;
    log.close().await;
    store.close().await;
    Whole { dir, before, elsewhere }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        match path.is_dir() {
            true => copy(&path, &to),
            false => drop(fs::copy(&path, &to).unwrap()),
        }
    }
}

/// The files of volumes, in order.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut rest = vec![dir.join("volumes")];
    while let Some(dir) = rest.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => rest.push(path),
                false => found.push(path),
            }
        }
    }
    // Locks hold nothing, and what is not in a volume's description is nobody's.
    found.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        !name.ends_with(".lock") && path.parent().unwrap() != dir.join("volumes") && name != "meta.json"
    });
    found.sort();
    found
}

/// Random numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end as u64).unwrap()
    }
}

/// What verifying says of the log in this directory, as `whodid verify` does beside whatever serves it.
async fn verified(dir: &Path) -> Result<(), String> {
    let store = Store::open_reader(&StoreUrl::directory(dir))
        .await
        .map_err(|error| error.to_string())?;
    let settings = LogSettings {
        background: false,
        ..LogSettings::new(dir.join("volumes"))
    };
    let clock = Arc::new(ManualClock::new(super::START));
    let log = Log::open_reader(store.clone(), settings, clock).await;
    let said = match log {
        Err(error) => Err(error.to_string()),
        Ok(log) => match log.verify(|_| {}).await {
            Err(error) => Err(error.to_string()),
            Ok(found) => match found.faults.first() {
                None if found.sound == found.size => Ok(()),
                None => Err("not all of it is sound".to_owned()),
                Some(fault) => Err(fault.what.clone()),
            },
        },
    };
    store.close().await;
    said
}

/// Changes something in the files of volumes; what.
fn change_files(dir: &Path, before: &Path, dice: &mut Dice) -> String {
    let all = files(dir);
    let one = all[dice.below(all.len())].clone();
    let bytes = fs::read(&one).unwrap();
    let like: Vec<&PathBuf> = all
        .iter()
        .filter(|other| **other != one && other.file_name() == one.file_name() && fs::read(other).unwrap() != bytes)
        .collect();
    let what = match dice.below(8) {
        0 => {
            fs::remove_file(&one).unwrap();
            "deleted"
        }
        1 if !bytes.is_empty() => {
            fs::write(&one, &bytes[..dice.below(bytes.len())]).unwrap();
            "truncated"
        }
        2 => {
            fs::write(&one, [&bytes[..], b"x"].concat()).unwrap();
            "longer"
        }
        3 if !bytes.is_empty() => {
            let at = dice.below(bytes.len());
            fs::write(&one, [&bytes[..at], b"inserted", &bytes[at..]].concat()).unwrap();
            "inserted"
        }
        4 if !like.is_empty() => {
            let other = like[dice.below(like.len())];
            let theirs = fs::read(other).unwrap();
            fs::write(other, &bytes).unwrap();
            fs::write(&one, theirs).unwrap();
            "swapped"
        }
        5 if !like.is_empty() => {
            fs::copy(like[dice.below(like.len())], &one).unwrap();
            "duplicated"
        }
        6 => {
            let older = files(before);
            let older = &older[dice.below(older.len())];
            match fs::read(older).unwrap() == bytes {
                true => fs::remove_file(&one).unwrap(),
                false => drop(fs::copy(older, &one).unwrap()),
            }
            "an older file"
        }
        _ if !bytes.is_empty() => {
            let mut bytes = bytes;
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
            fs::write(&one, bytes).unwrap();
            "flipped"
        }
        _ => {
            fs::write(&one, b"x").unwrap();
            "written"
        }
    };
    format!("{what}: {}", one.strip_prefix(dir).unwrap().display())
}

/// Statements that change the database, each of which changes something whatever `?` is.
const STATEMENTS: &[&str] = &[
    // Edit.
    "UPDATE hot_batch SET facts = substr(facts, 1, length(facts) - 1) || x'00ff' WHERE first_seq = (SELECT first_seq FROM hot_batch ORDER BY first_seq LIMIT 1 OFFSET ?1)",
    "UPDATE hot_batch SET facts = substr(facts, 1, length(facts) / 2) || x'5a' || substr(facts, length(facts) / 2 + 2), sum = NULL WHERE first_seq = (SELECT first_seq FROM hot_batch ORDER BY first_seq LIMIT 1 OFFSET ?1)",
    "UPDATE hot_batch SET root = x'00' || substr(root, 2) WHERE root <> x'00' || substr(root, 2) AND first_seq = (SELECT first_seq FROM hot_batch ORDER BY first_seq LIMIT 1 OFFSET ?1)",
    "UPDATE hot_batch SET leaves = randomblob(length(leaves)) WHERE length(leaves) > 0 AND first_seq = (SELECT first_seq FROM hot_batch ORDER BY first_seq LIMIT 1 OFFSET ?1)",
    "UPDATE hot_batch SET count = count + 1 WHERE first_seq = (SELECT first_seq FROM hot_batch ORDER BY first_seq LIMIT 1 OFFSET ?1)",
    // Delete, move, truncate.
    "DELETE FROM hot_batch WHERE first_seq = (SELECT first_seq FROM hot_batch ORDER BY first_seq LIMIT 1 OFFSET ?1)",
    "DELETE FROM hot_batch WHERE first_seq = (SELECT MAX(first_seq) FROM hot_batch) AND ?1 = ?1",
    "UPDATE hot_batch SET first_seq = first_seq + 100000 WHERE first_seq = (SELECT first_seq FROM hot_batch ORDER BY first_seq LIMIT 1 OFFSET ?1)",
    // Duplicate and swap.
    "UPDATE hot_batch SET facts = (SELECT facts FROM hot_batch ORDER BY first_seq DESC LIMIT 1), sum = NULL WHERE first_seq = (SELECT first_seq FROM hot_batch ORDER BY first_seq LIMIT 1 OFFSET ?1 % 2)",
    "UPDATE hot_batch SET (facts, sum, root) = (SELECT facts, sum, root FROM hot_batch ORDER BY first_seq DESC LIMIT 1) WHERE first_seq = (SELECT first_seq FROM hot_batch ORDER BY first_seq LIMIT 1 OFFSET ?1 % 2)",
    // The ledger.
    "DELETE FROM volume WHERE first_seq = (SELECT first_seq FROM volume WHERE state = 'live' ORDER BY first_seq LIMIT 1 OFFSET ?1 % 2)",
    "UPDATE volume SET first_seq = first_seq + 1 WHERE state = 'live' AND first_seq = (SELECT MAX(first_seq) FROM volume WHERE state = 'live') AND ?1 = ?1",
    "UPDATE volume SET count = count - 1 WHERE state = 'live' AND first_seq = (SELECT first_seq FROM volume WHERE state = 'live' ORDER BY first_seq LIMIT 1 OFFSET ?1 % 2)",
    "UPDATE volume SET meta = (SELECT meta FROM volume WHERE state = 'live' ORDER BY first_seq DESC LIMIT 1) WHERE state = 'live' AND first_seq = (SELECT MIN(first_seq) FROM volume WHERE state = 'live') AND ?1 = ?1",
    // The head.
    "UPDATE log_head SET size = size - 1 WHERE ?1 = ?1",
    "UPDATE log_head SET root = randomblob(32) WHERE ?1 = ?1",
    "UPDATE log_head SET sealed_frontier = randomblob(length(sealed_frontier)) WHERE ?1 = ?1",
    // Checkpoints.
    "UPDATE checkpoint SET note = replace(note, 'log.example', 'log.exbmple') WHERE size = (SELECT size FROM checkpoint ORDER BY size LIMIT 1 OFFSET ?1 % 3)",
    "UPDATE checkpoint SET size = size - 1 WHERE size = (SELECT size FROM checkpoint ORDER BY size LIMIT 1 OFFSET ?1 % 3)",
    "UPDATE checkpoint SET note = substr(note, 1, length(note) - 9) || 'AAAA' || substr(note, -5) WHERE size = (SELECT size FROM checkpoint ORDER BY size LIMIT 1 OFFSET ?1 % 3)",
    "UPDATE checkpoint SET note = (SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1) WHERE size = (SELECT MIN(size) FROM checkpoint) AND ?1 = ?1",
    "DELETE FROM log_key WHERE ?1 = ?1",
    // A person's key: their values no longer yield the leaves.
    "UPDATE person_key SET key = randomblob(32), sum = NULL WHERE person_id = (SELECT person_id FROM person_key ORDER BY person_id LIMIT 1 OFFSET ?1 % 3)",
];

/// Changes the database with a statement; whether it changed anything.
async fn change_database(dir: &Path, statement: &'static str, dice: &mut Dice) -> bool {
    let store = Store::open(&StoreUrl::directory(dir)).await.unwrap();
    let mut beside = store.beside().await.unwrap();
    let at = i64::try_from(dice.below(4)).unwrap();
    let done = sqlx::query(statement).bind(at).execute(&mut beside).await.unwrap();
    drop(beside);
    store.close().await;
    done.rows_affected() > 0
}

fn how_many() -> u64 {
    let asked = std::env::var("MUTATIONS_OF_EACH_KIND").ok();
    asked.map_or(USUALLY, |text| {
        text.parse().expect("MUTATIONS_OF_EACH_KIND is a number")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_changed_in_a_file_of_a_volume_is_found() {
    let (whole, mut dice) = (whole().await, Dice(7));
    assert_eq!(verified(whole.dir.path()).await, Ok(()));
    let (now, then) = (files(whole.dir.path()).len(), files(whole.before.path()).len());
    assert!(now > 10 && then > 2, "{now} files, {then} before");
    for _ in 0..how_many() * 8 {
        let dir = tempfile::tempdir().unwrap();
        copy(whole.dir.path(), dir.path());
        let what = change_files(dir.path(), whole.before.path(), &mut dice);
        assert!(verified(dir.path()).await.is_err(), "{what} was not found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_changed_in_the_database_is_found() {
    let (whole, mut dice) = (whole().await, Dice(11));
    let mut missed = Vec::new();
    for statement in STATEMENTS {
        let mut tried = 0;
        for _ in 0..(how_many() / 6).max(1) {
            let dir = tempfile::tempdir().unwrap();
            copy(whole.dir.path(), dir.path());
            if change_database(dir.path(), statement, &mut dice).await {
                tried += 1;
                if verified(dir.path()).await.is_ok() {
                    missed.push(*statement);
                }
            }
        }
        assert!(tried > 0, "nothing was changed by: {statement}");
    }
    assert!(missed.is_empty(), "not found: {missed:#?}");
}

/// Whoever has the log's key can make a log that holds in itself; not one that begins as the one did of which somebody else
/// has a checkpoint.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_made_anew_with_its_key_is_found_by_a_checkpoint_that_is_elsewhere() {
    let whole = whole().await;
    let forged = Bed::new(60).await;
    forged.log.sign_with(signer(&[1], None), false).await.unwrap();
    let mut facts = many(0..325);
    facts.remove(17);
    forged.append(facts).await;
    forged.log.settle(true).await.unwrap();
    forged.log.checkpoint().await.unwrap();
    let found = forged.log.verify(|_| {}).await.unwrap();
    assert_eq!((found.faults, found.sound), (Vec::new(), 324), "by itself it holds");
    let (size, root) = &whole.elsewhere;
    let volumes = forged.dir.path().join("volumes");
    assert!(
        !crate::begins_with(forged.store.clone(), &volumes, *size, root)
            .await
            .unwrap()
    );
    let store = Store::open_reader(&StoreUrl::directory(whole.dir.path()))
        .await
        .unwrap();
    let volumes = whole.dir.path().join("volumes");
    assert!(crate::begins_with(store, &volumes, *size, root).await.unwrap());
}
