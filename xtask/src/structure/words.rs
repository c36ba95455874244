//! Words that may not stand in the code: skipped tests, unfinished parts, and calls that belong elsewhere.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{is_test, shown};

struct Ban {
    /// What may not stand there.
    word: &'static str,
    /// Files it may stand in all the same, as path prefixes.
    except: &'static [&'static str],
    /// Whether tests may use it.
    tests_may: bool,
    /// What to do instead.
    instead: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        word: "#[ignore",
        except: &[],
        tests_may: false,
        instead: "install what the test needs, or fail",
    },
    Ban {
        word: "todo!(",
        except: &[],
        tests_may: false,
        instead: "finish it or leave it out",
    },
    Ban {
        word: "unimplemented!(",
        except: &[],
        tests_may: false,
        instead: "finish it or leave it out",
    },
    Ban {
        word: "tokio::spawn(",
        except: &[
            // The commit and the sealing that a caller who leaves must not cut short, and the reader of a scan, whose
            // panic its receiver is told of; those of tests beside the code; the second signal, which ends the process.
            "crates/store/src/tx.rs",
            "crates/engine/src/engine.rs",
            "crates/engine/src/scan.rs",
            "crates/engine/src/places.rs",
            "crates/app/src/feed.rs",
            "crates/bench/src/load.rs",
            "crates/whodid/src/commands/serve.rs",
        ],
        tests_may: true,
        instead: "use `engine::Tasks`: work in the background is supervised and ends at shutdown",
    },
    Ban {
        word: "allow(clippy::disallowed_methods",
        except: &["crates/engine/src/clock.rs", "crates/engine/src/rng.rs"],
        tests_may: true,
        instead: "take a Clock or an Rng",
    },
    Ban {
        word: "sqlx",
        // The benchmark compares with a plain database.
        except: &[
            "crates/store/src/",
            "crates/bench/src/",
            "xtask/src/structure/direction.rs",
        ],
        tests_may: true,
        instead: "add a function to `store`, which takes a `Read` or a `Tx`",
    },
    Ban {
        word: "|safe }}",
        except: &[],
        tests_may: false,
        instead: "every value is untrusted text",
    },
    Ban {
        word: "std::process::exit",
        except: &["crates/whodid/src/"],
        tests_may: true,
        instead: "return an error; the binary decides",
    },
];

/// Looks for every banned word in every file. This file, which must name them, is left out.
pub(super) fn check(root: &Path, sources: &[PathBuf]) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for path in sources {
        let name = shown(root, path);
        if name == "xtask/src/structure/words.rs" {
            continue;
        }
        let text = std::fs::read_to_string(path)?;
        let banned = BANS.iter().filter(|ban| !(ban.tests_may && is_test(path)));
        for ban in banned.filter(|ban| !ban.except.iter().any(|prefix| name.starts_with(prefix))) {
            let lines = text.lines().enumerate().filter(|(_, line)| line.contains(ban.word));
            findings.extend(lines.map(|(at, _)| format!("{name}:{}: `{}`: {}", at + 1, ban.word, ban.instead)));
        }
    }
    Ok(findings)
}
