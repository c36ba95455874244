//! `whodid verify --against`: whether the log begins with the one that a signed checkpoint was made of.

use std::path::Path;

use anyhow::{Context as _, Result};
use data_encoding::HEXLOWER;
use engine::Log;
use proof::{Origin, SignedCheckpoint, VerifyingKey};

use super::verify_file::parsed;

/// Most bytes of a file with a checkpoint.
const MOST: u64 = 1 << 20;

/// What holds, or the first thing that does not.
pub(super) async fn verify(log: &Log, file: &Path, given: &[String]) -> Result<Result<String, String>> {
    let told = || format!("cannot read {}", file.display());
    let bytes = std::fs::metadata(file).with_context(told)?.len();
    if bytes > MOST {
        return Ok(Err(format!(
            "{} is no checkpoint: it has {bytes} bytes",
            file.display()
        )));
    }
    let checkpoint = match SignedCheckpoint::parse(&std::fs::read(file).with_context(told)?) {
        Ok(checkpoint) => checkpoint,
        Err(why) => return Ok(Err(format!("{} is no checkpoint: {why}", file.display()))),
    };
    let own: Vec<String> = log.keys().await?.into_iter().map(|key| key.vkey).collect();
    let keys: Vec<VerifyingKey> = parsed(if given.is_empty() { &own } else { given })?;
    let Some(origin) = keys.first().map(|key| key.name().to_string()) else {
        return Ok(Err(
            "no key of the log is known to check the signature with; give --key".to_owned(),
        ));
    };
    let origin: Origin = origin.parse()?;
    let known = match checkpoint.verify(&origin, &keys) {
        Ok(known) => known,
        Err(why) => return Ok(Err(format!("the checkpoint is not one of this log: {why}"))),
    };
    let size = log.head().await?.through.size;
    if known.size() > size {
        return Ok(Err(format!(
            "the checkpoint is of {} activities, and the log has {size}: newer data were replaced by older ones, or it is \
             another log. Put back the newer data, from a backup: `whodid restore`",
            known.size()
        )));
    }
    let root = log.tree().await?.root_at(known.size()).await?;
    Ok(match root == *known.root() {
        true => Ok(format!(
            "the log begins with the {} activities that the checkpoint of {origin} was made of, root {}",
            known.size(),
            HEXLOWER.encode(&root)
        )),
        false => Err(format!(
            "the first {} activities are not those that the checkpoint was made of: their root is {}, and {} was signed. \
             Compare with a backup from before: `whodid restore` into another directory, and `whodid verify --against` there",
            known.size(),
            HEXLOWER.encode(&root),
            HEXLOWER.encode(known.root())
        )),
    })
}
