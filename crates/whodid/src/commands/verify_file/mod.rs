//! `whodid verify FILE`: holds an exported file against its manifest and the proofs of its rows, line by line, and names
//! the row that is wrong; or says what a signed receipt states. Needs no installation and no network; every byte that it reads
//! may be forged.

mod proofs;
mod rows;
mod statement;

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use app::exports::{Format, Part};
use data_encoding::HEXLOWER;
use proof::{Manifest, Note, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::settings;
use crate::cli::{SettingFlags, Verify};
use crate::failure::Misuse;
use crate::terminal::{say, visible};
use crate::{compose, diagnostics};

/// The most bytes of a file of public keys.
const MOST_KEYS: u64 = 64 << 10;

/// What was found so far.
#[derive(Default)]
struct Report {
    lines: Vec<(bool, String)>,
}

impl Report {
    fn holds(&mut self, what: impl Into<String>) {
        self.lines.push((true, what.into()));
    }

    fn wrong(&mut self, what: impl Into<String>) {
        self.lines.push((false, what.into()));
    }

    fn is(&mut self, holds: bool, what: impl Into<String>) {
        self.lines.push((holds, what.into()));
    }
}

pub(super) async fn run(flags: &SettingFlags, command: Verify, file: PathBuf) -> Result<ExitCode> {
    let keys = keys(flags, &command, &file).await?;
    let report = match statement::read(&file)? {
        Some(receipt) => {
            let mut report = statement::check(&receipt, &keys);
            if let (Some(log), Some(_)) = (&receipt.said.log(), &command.data.data_dir) {
                let config = settings(flags, command.data.data_dir.clone())?;
                diagnostics::start(&config.diagnostics, Some("error"));
                let installation = compose::open_reader(&config).await?;
                statement::in_tree(&mut report, &installation.log, log).await?;
            }
            report
        }
        None => tokio::task::spawn_blocking(move || verify(&file, &keys)).await??,
    };
    let mut holds = true;
    for (is_so, what) in &report.lines {
        holds &= is_so;
        let word = if *is_so { "holds " } else { "WRONG " };
        say(format!("{word} {}", visible(what)))?;
    }
    say(match holds {
        true => "Everything holds.",
        false => "Not everything holds: do not rely on this file.",
    })?;
    Ok(match holds {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// The keys to hold signatures against: those given, else those beside the file, else those of the installation.
async fn keys(flags: &SettingFlags, command: &Verify, file: &Path) -> Result<Vec<VerifyingKey>> {
    let mut texts = command.key.clone();
    let beside = with_ending(file, ".vkey");
    if texts.is_empty() && beside.exists() {
        let mut text = String::new();
        let open = File::open(&beside).and_then(|file| file.take(MOST_KEYS).read_to_string(&mut text));
        open.with_context(|| format!("cannot read {}", beside.display()))?;
        texts = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(str::to_owned)
            .collect();
    }
    if texts.is_empty() && command.data.data_dir.is_some() {
        let config = settings(flags, command.data.data_dir.clone())?;
        diagnostics::start(&config.diagnostics, Some("error"));
        let installation = compose::open_reader(&config).await?;
        let keys = app::integrity::keys(&installation.app).await?;
        texts = keys.into_iter().map(|key| key.vkey).collect();
    }
    parsed(&texts)
}

/// These texts as public keys of a log.
pub(super) fn parsed(texts: &[String]) -> Result<Vec<VerifyingKey>> {
    let parsed = texts.iter().map(|text| {
        let key = text.trim().parse::<VerifyingKey>();
        key.map_err(|why| Misuse(format!("`{}` is no public key of a log: {why}", visible(text))).into())
    });
    parsed.collect()
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(ending);
    PathBuf::from(name)
}

/// Holds a file against what lies beside it.
fn verify(file: &Path, keys: &[VerifyingKey]) -> Result<Report> {
    let mut report = Report::default();
    let beside = with_ending(file, Part::Manifest.ending());
    let note = std::fs::read(&beside).with_context(|| format!("cannot read the manifest {}", beside.display()))?;
    let note = match Note::parse(&note) {
        Ok(note) => note,
        Err(why) => {
            report.wrong(format!("the manifest is no signed note: {why}"));
            return Ok(report);
        }
    };
    signature(&mut report, "manifest", &note, keys);
    let manifest = match Manifest::parse(note.unverified_text()) {
        Ok(manifest) => manifest,
        Err(why) => {
            report.wrong(format!("what is signed is no manifest: {why}"));
            return Ok(report);
        }
    };
    told(&mut report, file, &manifest);
    bytes(&mut report, file, &manifest)?;
    let directory = file.parent().unwrap_or(Path::new(""));
    let proofs = match &manifest.proof {
        Some(name) => proofs::check(&mut report, &directory.join(name.as_ref()), &manifest)?,
        None => {
            report.holds("no proofs of single rows belong to this file: the signature speaks for all of it");
            None
        }
    };
    match Format::named(&manifest.form) {
        Some(format) => rows::check(&mut report, (file, format), &manifest, proofs)?,
        None => report.wrong(format!("no file has the form `{}`", manifest.form)),
    }
    Ok(report)
}

/// That what this note is was signed by one of these keys.
fn signature(report: &mut Report, what: &str, note: &Note, keys: &[VerifyingKey]) {
    if keys.is_empty() {
        let by: Vec<String> = note.signatures().iter().map(|of| of.name().to_string()).collect();
        report.wrong(format!(
            "no key is known to check the signature with, which says that it is by {}: give --key (`whodid log checkpoint \
             --keys` prints it where the log is), put it beside the file as FILE.vkey, or name the installation with --data-dir",
            by.join(" and ")
        ));
        return;
    }
    match note.verify(keys) {
        Ok(verified) => {
            let by: Vec<String> = verified
                .by
                .iter()
                .map(|key| format!("{} ({})", key.name(), key.id()))
                .collect();
            report.holds(format!("the {what} is signed by {}", by.join(" and ")));
        }
        Err(why) => report.wrong(format!("the signature of the {what}: {why}")),
    }
}

/// What the manifest says, for whoever reads the report.
fn told(report: &mut Report, file: &Path, manifest: &Manifest) {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let renamed = if name == manifest.file.as_ref() {
        String::new()
    } else {
        format!(", signed under the name {}", manifest.file)
    };
    let range = match (&manifest.from, &manifest.to) {
        (None, None) => String::new(),
        (from, to) => {
            let end = |end: &Option<String>| end.clone().unwrap_or_else(|| "…".to_owned());
            format!(", from {} to {}", end(from), end(to))
        }
    };
    let query = match manifest.query.as_str() {
        "" => "everything".to_owned(),
        query => format!("`{query}`"),
    };
    report.holds(format!(
        "it is of {name}{renamed}: {} of the log of {}{range}, zone {}, made {}, complete through {}",
        query, manifest.log, manifest.zone, manifest.made, manifest.complete_through
    ));
    report.holds(format!(
        "it stands by the checkpoint of {} with {} activities and the root {}",
        manifest.origin,
        manifest.size,
        HEXLOWER.encode(&manifest.root)
    ));
}

/// That the file has the bytes that were signed.
fn bytes(report: &mut Report, file: &Path, manifest: &Manifest) -> Result<()> {
    let failed = || format!("cannot read {}", file.display());
    let mut content = BufReader::new(File::open(file).with_context(failed)?);
    let (mut sum, mut bytes) = (Sha256::new(), 0_u64);
    let mut piece = vec![0; 128 << 10];
    loop {
        let read = content.read(&mut piece).with_context(failed)?;
        let Some(read) = piece.get(..read).filter(|read| !read.is_empty()) else {
            break;
        };
        sum.update(read);
        bytes += read.len() as u64;
    }
    let sum: proof::Hash = sum.finalize().into();
    report.is(
        bytes == manifest.bytes,
        match bytes == manifest.bytes {
            true => format!("the file has {bytes} bytes"),
            false => format!("the file has {bytes} bytes, and {} were signed", manifest.bytes),
        },
    );
    let is_same = sum == manifest.sha256;
    report.is(
        is_same,
        match is_same {
            true => format!("its SHA-256 is {}", HEXLOWER.encode(&sum)),
            false => format!(
                "its SHA-256 is {}, and {} was signed: the file was changed",
                HEXLOWER.encode(&sum),
                HEXLOWER.encode(&manifest.sha256)
            ),
        },
    );
    Ok(())
}

#[cfg(test)]
mod tests;
