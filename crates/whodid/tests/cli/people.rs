//! Holds and erasures at the machine itself, and what a receipt says to whoever was given it.

use std::path::Path;
use std::process::Command;

use crate::support::{Done, Home};

/// An installation with the account `sam`, of whom an import says something too.
fn home() -> Home {
    let home = Home::new();
    let words = [
        "user",
        "create",
        "--username",
        "sam",
        "--email",
        "sam@example.com",
        "--name",
        "Sam Jones",
    ];
    home.run(&words).ok();
    let lines: String = (0..20)
        .map(|n| {
            format!(
                "{{\"activity\":\"a.b\",\"user\":\"u{}\",\"sequence\":{}}}\n",
                n % 2,
                n * 2
            )
        })
        .collect();
    let file = home.file("log.jsonl", lines);
    home.run(&["log", "import", &file.to_string_lossy(), "--format", "jsonl"])
        .ok();
    home
}

/// `whodid verify FILE`, where there is no installation.
fn verify(file: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whodid"));
    command.arg("verify").arg(file).args(more).env_remove("WHODID_DATA_DIR");
    let done = command.output().expect("the built command can be run");
    (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned())
}

#[test]
fn a_hold_is_placed_listed_and_lifted_and_keeps_from_erasing() {
    let home = home();
    let placed = home.run(&["hold", "place", "sam", "--reason", "Case 12"]).ok();
    assert!(
        placed.contains("Sam Jones (sam)") && placed.contains("Case 12"),
        "{placed}"
    );
    assert_eq!(home.run(&["hold", "list"]).ok(), placed);
    let refused = home.run(&["erase", "sam", "--reason", "Left", "--yes"]);
    assert!(
        refused.code == 1 && refused.err.contains("legal hold (Case 12)"),
        "{refused:?}"
    );
    for (words, code, says) in [
        (
            vec!["hold", "place", "nobody", "--reason", "x"],
            1,
            "nobody is known by `nobody`",
        ),
        (vec!["hold", "place", "sam", "--reason", " "], 2, "reason: Say why"),
        (vec!["hold", "lift", "hold_none"], 1, "there is no hold `hold_none`"),
        (
            vec!["erase", "nobody", "--reason", "x"],
            1,
            "nobody is known by `nobody`",
        ),
    ] {
        let Done { code: was, err, .. } = home.run(&words);
        assert!(was == code && err.contains(says), "{words:?}: {was} {err}");
    }
    let id = placed.split(' ').next().expect("a line has a first word");
    assert!(home.run(&["hold", "lift", id]).ok().contains("Lifted: hold_"));
    let none = home.run(&["hold", "list"]);
    assert!(
        none.code == 0 && none.out.is_empty() && none.err.contains("Nobody"),
        "{none:?}"
    );
}

#[test]
fn somebody_is_erased_and_the_receipt_says_so_to_whoever_has_the_key() {
    let home = home();
    let asked = home.run(&["erase", "u1", "--reason", "Left"]);
    assert!(asked.code == 1 && asked.out.contains("would be erased"), "{asked:?}");
    let found = |words: &str| {
        home.run(&["log", "search", words, "--format", "jsonl"])
            .ok()
            .lines()
            .count()
    };
    assert_eq!(found("user:u1"), 10);
    let done = home.run(&["erase", "u1", "--reason", "Left", "--yes"]);
    let receipt = done.ok();
    assert!(
        receipt.starts_with("whodid-erasure/v1\nerasure: 1\n") && !receipt.contains("u1\n"),
        "{receipt}"
    );
    assert_eq!((found("user:u1"), found("user:u0")), (0, 10));

    let key = home.run(&["log", "checkpoint", "--keys"]).ok();
    let key = key.trim();
    let file = home.file("erasure.receipt", &receipt);
    let (code, said) = verify(&file, &["--key", key]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("holds  it states of the erasure: activities-rewritten: 10"),
        "{said}"
    );
    assert!(
        said.contains("the receipt is signed by") && said.ends_with("Everything holds.\n"),
        "{said}"
    );
    let data = home.data();
    let (code, said) = verify(&file, &["--data-dir", &data.to_string_lossy()]);
    assert!(
        code == Some(0) && said.contains("the log of this installation begins with those"),
        "{said}"
    );

    let other = home_of_another_log();
    let (code, said) = verify(&file, &["--key", key, "--data-dir", &other.data().to_string_lossy()]);
    assert!(
        code == Some(1) && said.contains("WRONG  the log of this installation"),
        "{said}"
    );
    let forged = home.file("forged.receipt", receipt.replace("rewritten: 10", "rewritten: 11"));
    let (code, said) = verify(&forged, &["--key", key]);
    assert!(
        code == Some(1) && said.contains("WRONG  the signature of the receipt"),
        "{said}"
    );
    let (code, said) = verify(&file, &[]);
    assert!(code == Some(1) && said.contains("no key is known"), "{said}");
}

fn home_of_another_log() -> Home {
    let home = Home::new();
    let lines = "{\"activity\":\"x.y\"}\n".repeat(60);
    let file = home.file("log.jsonl", lines);
    home.run(&["log", "import", &file.to_string_lossy(), "--format", "jsonl"])
        .ok();
    home
}
