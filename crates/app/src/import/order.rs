//! In which order the files of a rotated log are read: as they were written.

use std::path::{Path, PathBuf};

/// Puts files that a rotation made of one log in the order they were written, oldest first: `auth.log.2.gz` and
/// `auth.log-20261101` before `auth.log`. Logs of several names stay in the order they were named.
pub fn oldest_first(files: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut logs: Vec<(PathBuf, Vec<(Age, PathBuf)>)> = Vec::new();
    for file in files {
        let (log, age) = of(&file);
        match logs.iter_mut().find(|(known, _)| *known == log) {
            Some((_, of)) => of.push((age, file)),
            None => logs.push((log, vec![(age, file)])),
        }
    }
    for (_, of) in &mut logs {
        of.sort_by(|a, b| a.0.cmp(&b.0));
    }
    logs.into_iter().flat_map(|(_, of)| of).map(|(_, file)| file).collect()
}

/// Smaller is older.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Age {
    /// `-20261101` or `-20261101-1730000000`.
    Dated(String),
    /// `.2`: the higher the older.
    Numbered(std::cmp::Reverse<u64>),
    Current,
}

/// The log that a file is a part of, and how old it is.
fn of(file: &Path) -> (PathBuf, Age) {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let bare = [".gz", ".zst", ".xz", ".bz2"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(&name);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((log, number)) = bare.rsplit_once('.')
        && digits(number)
        && let Ok(number) = number.parse()
    {
        return (file.with_file_name(log), Age::Numbered(std::cmp::Reverse(number)));
    }
    if let Some(at) = bare.find("-2")
        && let Some(date) = bare.get(at + 1..)
        && date.len() >= 8
        && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return (file.with_file_name(&bare[..at]), Age::Dated(date.replace('-', "")));
    }
    (file.with_file_name(bare), Age::Current)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotated_log_is_read_oldest_first_whatever_the_shell_made_of_its_names() {
        let order = |names: &[&str]| -> Vec<String> {
            let paths = names.iter().map(PathBuf::from).collect();
            oldest_first(paths)
                .iter()
                .map(|path| path.to_string_lossy().into_owned())
                .collect()
        };
        assert_eq!(
            order(&["/v/auth.log", "/v/auth.log.1", "/v/auth.log.10.gz", "/v/auth.log.2.gz"]),
            ["/v/auth.log.10.gz", "/v/auth.log.2.gz", "/v/auth.log.1", "/v/auth.log"]
        );
        assert_eq!(
            order(&["secure", "secure-20261101", "secure-20261025.gz"]),
            ["secure-20261025.gz", "secure-20261101", "secure"]
        );
        assert_eq!(
            order(&["b.log", "a.log.1", "b.log.1", "a.log"]),
            ["b.log.1", "b.log", "a.log.1", "a.log"]
        );
        assert_eq!(order(&["b.jsonl", "a.jsonl", "-"]), ["b.jsonl", "a.jsonl", "-"]);
    }
}
