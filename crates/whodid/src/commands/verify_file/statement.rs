//! What a signed receipt states, as of an erasure or a run of retention: who signed it, and of which log it is.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use data_encoding::HEXLOWER;
use engine::Log;
use proof::{Checkpoint, Note, Statement, VerifyingKey};

use super::{Report, signature};

/// The most bytes of a receipt.
const MOST: u64 = 64 << 10;
/// Its last lines, which say of which log it is.
const OF_THE_LOG: usize = 3;

/// A receipt that was read, and is not trusted yet.
pub(super) struct Receipt {
    pub(super) note: Note,
    pub(super) said: Statement,
}

/// The receipt that this file is; `None` if it is something else.
pub(super) fn read(file: &Path) -> Result<Option<Receipt>> {
    let failed = || format!("cannot read {}", file.display());
    let mut bytes = Vec::new();
    let open = File::open(file).with_context(failed)?;
    open.take(MOST + 1).read_to_end(&mut bytes).with_context(failed)?;
    if bytes.len() as u64 > MOST {
        return Ok(None);
    }
    Ok(of_bytes(&bytes))
}

fn of_bytes(bytes: &[u8]) -> Option<Receipt> {
    let note = Note::parse(bytes).ok()?;
    let said = Statement::parse(note.unverified_text()).ok()?;
    // The manifest of an export is spelt alike, and is read with its file.
    (said.kind() != "export").then_some(Receipt { note, said })
}

/// Who signed it, of which log it is, and line by line what it states.
pub(super) fn check(receipt: &Receipt, keys: &[VerifyingKey]) -> Report {
    let mut report = Report::default();
    let Receipt { note, said } = receipt;
    signature(&mut report, "receipt", note, keys);
    let Some(log) = said.log() else {
        report.wrong("it does not say of which log it is: its last lines are no origin, size and root");
        return report;
    };
    if let Ok(verified) = note.verify(keys) {
        let is_of = verified
            .by
            .iter()
            .any(|key| key.name().to_string() == log.origin().as_ref());
        let (origin, by) = (log.origin(), if is_of { "" } else { ", whose key did not sign it" });
        report.is(is_of, format!("it is of the log {origin}{by}"));
    }
    report.holds(format!(
        "it was stated of {} activities with the root {}",
        log.size(),
        HEXLOWER.encode(log.root())
    ));
    let stated = said.lines().count().saturating_sub(OF_THE_LOG);
    for (key, value) in said.lines().take(stated) {
        report.holds(format!("it states of the {}: {key}: {value}", said.kind()));
    }
    report
}

/// Whether the log of an installation begins with the one that it was stated of.
pub(super) async fn in_tree(report: &mut Report, log: &Log, stated: &Checkpoint) -> Result<()> {
    let size = log.head().await?.through.size;
    if stated.size() > size {
        report.wrong(format!(
            "the log of this installation has {size} activities, fewer than it was stated of: newer data were replaced by \
             older ones, or it is another log"
        ));
        return Ok(());
    }
    let root = log.tree().await?.root_at(stated.size()).await?;
    report.is(
        root == *stated.root(),
        match root == *stated.root() {
            true => "the log of this installation begins with those activities".to_owned(),
            false => format!(
                "the log of this installation does not begin with those activities: the root of as many of its own is {}",
                HEXLOWER.encode(&root)
            ),
        },
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use proof::SigningKey;

    use super::*;

    fn key(name: &str, seed: u8) -> SigningKey {
        SigningKey::from_seed(name.parse().unwrap(), &[seed; 32])
    }

    fn receipt(kind: &str, of: Option<&Checkpoint>) -> Option<Receipt> {
        let said = Statement::new(kind).unwrap().with("erasure", "7").unwrap();
        let said = of.map_or(said.clone(), |of| said.of_log(of));
        let note = said.sign(&[&key("log.example", 1)]).unwrap();
        of_bytes(note.to_string().as_bytes())
    }

    fn log() -> Checkpoint {
        Checkpoint::new("log.example".parse().unwrap(), 12, [9; 32])
    }

    fn public(key: &SigningKey) -> Vec<VerifyingKey> {
        vec![key.public().clone()]
    }

    fn wrong(report: &Report) -> Vec<&str> {
        let wrong = report.lines.iter().filter(|(holds, _)| !holds);
        wrong.map(|(_, what)| what.as_str()).collect()
    }

    #[test]
    fn a_receipt_is_said_line_by_line_and_belongs_to_the_log_that_signed_it() {
        let own = public(&key("log.example", 1));
        let report = check(&receipt("erasure", Some(&log())).unwrap(), &own);
        assert_eq!(wrong(&report), Vec::<&str>::new());
        let said: Vec<&str> = report.lines.iter().map(|(_, what)| what.as_str()).collect();
        assert!(said.contains(&"it is of the log log.example"), "{said:?}");
        assert!(said.contains(&"it states of the erasure: erasure: 7"), "{said:?}");
        assert_eq!(
            said.len(),
            4,
            "what says which log it is of is not said twice: {said:?}"
        );

        let other = Checkpoint::new("other.example".parse().unwrap(), 12, [9; 32]);
        let report = check(&receipt("erasure", Some(&other)).unwrap(), &own);
        assert_eq!(
            wrong(&report),
            ["it is of the log other.example, whose key did not sign it"]
        );
        let report = check(&receipt("erasure", None).unwrap(), &own);
        assert!(
            wrong(&report)[0].contains("does not say of which log"),
            "{:?}",
            report.lines
        );
    }

    #[test]
    fn whatever_else_signed_it_or_was_signed_is_told() {
        let whole = receipt("erasure", Some(&log())).unwrap();
        for keys in [
            Vec::new(),
            public(&key("log.example", 2)),
            public(&key("other.example", 1)),
        ] {
            assert_eq!(wrong(&check(&whole, &keys)).len(), 1, "{keys:?}");
        }
        let text = whole.note.to_string().replace("erasure: 7", "erasure: 8");
        let changed = of_bytes(text.as_bytes()).unwrap();
        assert_eq!(wrong(&check(&changed, &public(&key("log.example", 1)))).len(), 1);
        assert!(
            receipt("export", Some(&log())).is_none(),
            "the manifest of a file is read with its file"
        );
        assert!(of_bytes(b"time,user\n").is_none() && of_bytes(&[0xff; 99]).is_none());
    }
}
