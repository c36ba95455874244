//! Words that may not stand in the code: skipped tests, unfinished parts, and calls that belong elsewhere.

use std::collections::BTreeSet;
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
            "crates/engine/src/reader/scan.rs",
            "crates/engine/src/limiter.rs",
            "crates/app/src/feed.rs",
            "crates/bench/src/load.rs",
            "crates/whodid/src/commands/serve.rs",
        ],
        tests_may: true,
        instead: "use `engine::Tasks`: work in the background is supervised and ends at shutdown",
    },
    Ban {
        word: "allow(clippy::disallowed_methods",
        except: &["crates/engine/src/clock.rs"],
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

/// Looks for every banned word in every file, and for exceptions that excuse nothing. This file, which must name the
/// words, is left out.
pub(super) fn check(root: &Path, sources: &[PathBuf]) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for path in sources {
        let name = shown(root, path);
        if name != "xtask/src/structure/words.rs" {
            files.push((name, is_test(path), std::fs::read_to_string(path)?));
        }
    }
    Ok(BANS.iter().flat_map(|ban| ban.check(&files)).collect())
}

/// A file's name, whether it is a test, and its text.
type File = (String, bool, String);

impl Ban {
    fn check(&self, files: &[File]) -> Vec<String> {
        let mut findings = Vec::new();
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let has = |(_, is_test, text): &&File| !(self.tests_may && *is_test) && text.contains(self.word);
        for (name, _, text) in files.iter().filter(has) {
            let excused: Vec<_> = self.except.iter().filter(|prefix| name.starts_with(**prefix)).collect();
            if excused.is_empty() {
                let lines = text.lines().enumerate().filter(|(_, line)| line.contains(self.word));
                findings.extend(lines.map(|(at, _)| format!("{name}:{}: `{}`: {}", at + 1, self.word, self.instead)));
            }
            used.extend(excused.iter().copied());
        }
        let stale = self.except.iter().filter(|prefix| !used.contains(**prefix));
        findings.extend(stale.map(|prefix| {
            format!(
                "`{prefix}` is excused from `{}` and does not use it: take it off the list",
                self.word
            )
        }));
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAN: Ban = Ban {
        word: "forbidden(",
        except: &["crates/a/src/"],
        tests_may: true,
        instead: "use another",
    };

    fn file(name: &str, is_test: bool) -> File {
        (name.to_owned(), is_test, "fn f() {\n    forbidden()\n}".to_owned())
    }

    #[test]
    fn a_word_is_found_where_it_is_not_excused() {
        let files = [
            file("crates/a/src/x.rs", false),
            file("crates/b/src/x.rs", false),
            file("crates/b/src/tests.rs", true),
        ];
        assert_eq!(BAN.check(&files), ["crates/b/src/x.rs:2: `forbidden(`: use another"]);
    }

    #[test]
    fn an_exception_that_excuses_nothing_is_a_finding() {
        for files in [vec![], vec![file("crates/a/src/tests.rs", true)]] {
            let found = BAN.check(&files);
            assert!(
                found.len() == 1 && found[0].starts_with("`crates/a/src/` is excused"),
                "{found:?}"
            );
        }
    }
}
