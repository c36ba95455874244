//! The proofs of the rows of a file: their leaves and nodes make the root that the manifest states, or they prove nothing.
//! Owns reading them, and what each says of its row.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

use activity::canonical::{self, Canonical};
use activity::{Facts, Seq};
use anyhow::{Context as _, Result};
use app::exports::ROWS_FORM;
use data_encoding::BASE64;
use proof::{Hash, Manifest, root_by_cover};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Report;

/// The longest first line, which holds the nodes, and the longest line of a row.
const HEADER: u64 = 2 << 30;
const LINE: u64 = 16 << 20;

/// What a proof says of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// SHA-256 over all that is shown; `None` where the leaf alone is.
    sum: Option<Hash>,
    /// The parts of which the digest alone is there, a bit for each.
    hidden: u64,
    /// Whether a row of the file was held against it.
    pub(super) is_seen: bool,
}

/// What the proofs say of each row.
pub(super) type Proven = HashMap<Seq, Said>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    size: u64,
    nodes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Whole(Whole),
    Leaf(Leaf),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    seq: Seq,
    version: u8,
    impersonal: String,
    personal: Vec<Personal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Leaf {
    seq: Seq,
    leaf: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Personal {
    Shown(Shown),
    Kept(Kept),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    salt: String,
    values: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    digest: String,
}

/// A proof as it was read.
struct Proof {
    seq: Seq,
    leaf: Hash,
    said: Said,
}

/// Holds the proofs against the checkpoint of the manifest. `None` if they are not what their form is.
pub(super) fn check(report: &mut Report, path: &Path, manifest: &Manifest) -> Result<Option<Proven>> {
    let failed = || format!("cannot read the proofs of the rows, {}", path.display());
    let mut lines = BufReader::new(File::open(path).with_context(failed)?);
    let nodes = match header(&mut lines, manifest) {
        Ok(nodes) => nodes,
        Err(why) => {
            report.wrong(format!("the proofs of the rows: {why}"));
            return Ok(None);
        }
    };
    let mut proven = Proven::new();
    let (mut broken, mut at) = (None, 1_u64);
    let leaves = std::iter::from_fn(|| {
        at += 1;
        match next(&mut lines, LINE).and_then(|line| line.map(|line| proof(&line)).transpose()) {
            Ok(found) => {
                let proof = found?;
                proven.insert(proof.seq, proof.said);
                Some((proof.seq, proof.leaf))
            }
            Err(why) => {
                broken = Some(format!("line {at} of the proofs: {why}"));
                None
            }
        }
    });
    let root = root_by_cover(leaves, manifest.size, nodes);
    if let Some(why) = broken {
        report.wrong(why);
        return Ok(None);
    }
    let count = proven.len() as u64;
    match root {
        Ok(root) if root == manifest.root => {
            report.holds(format!(
                "{count} rows are among the {} activities of the checkpoint",
                manifest.size
            ));
        }
        Ok(_) => {
            report.wrong("the proofs of the rows lead to another root than the checkpoint's: one of them was changed")
        }
        Err(why) => report.wrong(format!("the proofs of the rows: {why}")),
    }
    report.is(
        count == manifest.rows,
        format!(
            "{count} rows have proofs, and the manifest states {} rows",
            manifest.rows
        ),
    );
    let unshown = proven.values().filter(|said| said.sum.is_none()).count();
    if unshown > 0 {
        report.holds(format!(
            "{unshown} of them are shown by their leaf alone, because the key of somebody in them is gone: they are in the log, \
             and what they say is not proved one by one"
        ));
    }
    Ok(Some(proven))
}

fn header(lines: &mut BufReader<File>, manifest: &Manifest) -> Result<Vec<Hash>, String> {
    let line = next(lines, HEADER)?.ok_or("the file is empty")?;
    let header: Header = serde_json::from_slice(&line).map_err(|error| format!("line 1: {error}"))?;
    if header.format != ROWS_FORM {
        return Err(format!(
            "they are of the form `{}`, and this build reads `{ROWS_FORM}`",
            header.format
        ));
    }
    if header.size != manifest.size {
        return Err(format!(
            "they are for {} activities, and the checkpoint has {}",
            header.size, manifest.size
        ));
    }
    header.nodes.iter().map(|node| hash(node)).collect()
}

/// The next line without its end, which has no more bytes than `most`; `None` behind the last.
fn next(lines: &mut BufReader<File>, most: u64) -> Result<Option<Vec<u8>>, String> {
    let mut line = Vec::new();
    lines
        .take(most)
        .read_until(b'\n', &mut line)
        .map_err(|error| error.to_string())?;
    match line.pop() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) => Err("the file breaks off".to_owned()),
    }
}

fn proof(line: &[u8]) -> Result<Proof, String> {
    let whole = match serde_json::from_slice(line).map_err(|error| error.to_string())? {
        Line::Whole(whole) => whole,
        Line::Leaf(Leaf { seq, leaf }) => {
            let said = Said {
                sum: None,
                hidden: 0,
                is_seen: false,
            };
            return Ok(Proof {
                seq,
                leaf: hash(&leaf)?,
                said,
            });
        }
    };
    let (mut digests, mut values) = (Vec::new(), Vec::new());
    for personal in whole.personal {
        match personal {
            Personal::Shown(Shown { salt, values: of }) => {
                let of = bytes(&of)?;
                digests.push(canonical::digest(&hash(&salt)?, &of));
                values.push(Some(of));
            }
            Personal::Kept(Kept { digest }) => {
                digests.push(hash(&digest)?);
                values.push(None);
            }
        }
    }
    let canonical = Canonical {
        version: whole.version,
        impersonal: bytes(&whole.impersonal)?,
        personal: Vec::new(),
    };
    let values: Vec<Option<&[u8]>> = values.iter().map(Option::as_deref).collect();
    let hidden = values.iter().enumerate().filter(|(_, values)| values.is_none());
    let said = Said {
        sum: Some(sum(&canonical, &values)),
        hidden: hidden.map(|(at, _)| bit(at)).sum(),
        is_seen: false,
    };
    let leaf = canonical::leaf(&canonical, &digests);
    Ok(Proof {
        seq: whole.seq,
        leaf,
        said,
    })
}

impl Said {
    /// Whether a row says what was proved; `None` where not enough is shown to tell.
    pub(super) fn fits(&self, facts: &Facts) -> Option<bool> {
        let known = self.sum?;
        let canonical = canonical::encode(facts);
        let parts = canonical.personal.iter().enumerate();
        let values: Vec<Option<&[u8]>> = parts
            .map(|(at, part)| (self.hidden & bit(at) == 0).then_some(part.values.as_slice()))
            .collect();
        Some(sum(&canonical, &values) == known)
    }
}

/// A bit for each part of a leaf: far fewer than 64.
fn bit(at: usize) -> u64 {
    u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or(0)
}

/// SHA-256 over all that is shown of a row.
fn sum(canonical: &Canonical, values: &[Option<&[u8]>]) -> Hash {
    let mut sum = Sha256::new();
    let mut add = |bytes: &[u8]| {
        sum.update((bytes.len() as u64).to_be_bytes());
        sum.update(bytes);
    };
    add(&[canonical.version]);
    add(&canonical.impersonal);
    for values in values {
        add(&[u8::from(values.is_some())]);
        add(values.unwrap_or_default());
    }
    sum.finalize().into()
}

fn bytes(text: &str) -> Result<Vec<u8>, String> {
    BASE64
        .decode(text.as_bytes())
        .map_err(|_| "a value is not base64".to_owned())
}

fn hash(text: &str) -> Result<Hash, String> {
    bytes(text)?
        .try_into()
        .map_err(|_| "a hash is not the base64 of 32 bytes".to_owned())
}
