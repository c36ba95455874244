//! What the data directory tells: rights, space, the lock, the database, the volumes, and the clock against them.

use std::path::Path;

use activity::Time;
use activity::query::Expr;
use engine::{Clock as _, Log, LogError, SystemClock};
use rustix::fs::{Access, access, statvfs};
use store::accounts::account;
use store::{Owner, Store, StoreError, StoreUrl};

use super::Finding::{self, Advice, Good, Wrong};
use crate::commands::verify;
use crate::config::Config;
use crate::terminal::size;
use crate::{rights, secret_key};

/// Free space below which sealing and the database soon stop.
const LEAST_FREE: u64 = 1 << 30;
/// 2026-01-01T00:00:00Z: no clock of today is before it.
const BUILT_AFTER: Time = Time(1_767_225_600 * Time::SECOND);

pub(super) async fn look(config: &Config, deep: bool) -> Vec<Finding> {
    let directory = &config.data_dir;
    let mut findings = Vec::new();
    if !directory.is_dir() {
        findings.push(Wrong(format!(
            "data: {} is no directory; `whodid serve --data-dir` makes it, or check the path",
            directory.display()
        )));
        return findings;
    }
    findings.push(access_to(directory));
    findings.extend(privacy(config));
    findings.push(space(directory));
    findings.push(match &config.database {
        StoreUrl::Directory(directory) => lock(directory),
        StoreUrl::Postgres(_) => {
            Good("lock: none; any number of servers share this database and this directory".to_owned())
        }
    });
    let no_database = match Store::open_reader(&config.database).await {
        Ok(store) => {
            findings.push(key(config, &store).await);
            if deep {
                findings.push(pages(&store).await);
            }
            findings.extend(log(config, store, deep).await);
            return findings;
        }
        Err(error @ StoreError::Absent(_)) => Advice(format!("database: {error}")),
        Err(error) => Wrong(format!("database: {error}")),
    };
    findings.extend([no_database, clock(SystemClock.now(), None)]);
    findings
}

fn access_to(directory: &Path) -> Finding {
    if let Err(error) = access(directory, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK) {
        return Wrong(format!(
            "data: {} cannot be read and written by this user: {error}; change its owner with chown",
            directory.display()
        ));
    }
    Good(format!("data: {} can be read and written", directory.display()))
}

/// Whether other users of the machine are kept out.
fn privacy(config: &Config) -> Vec<Finding> {
    let open = rights::open_to_others(config);
    let mut findings: Vec<_> = rights::warnings(config).into_iter().map(Advice).collect();
    if let Some(first) = open.first() {
        findings.push(Advice(format!(
            "modes: other users of this machine can use {} files of the data, such as {}; the next start of `whodid \
             serve` closes them",
            open.len(),
            first.display()
        )));
    }
    if findings.is_empty() {
        findings.push(Good(
            "modes: other users of this machine can read nothing of it".to_owned(),
        ));
    }
    findings
}

/// Whether the key that wraps secrets is there, is the right one, and is kept from others.
async fn key(config: &Config, store: &Store) -> Finding {
    let path = &config.secret_key_file;
    let (found, needed) = (secret_key::read(path), secret_key::needed(store).await);
    match (found, needed) {
        (Err(error), _) => Wrong(format!("key: {error}")),
        (_, Err(error)) => Wrong(format!("key: {error}")),
        (Ok(found), Ok(needed)) => match secret_key::compare(path, found.as_ref(), needed) {
            Err(error) => Wrong(format!("key: {error}")),
            Ok(()) if needed.is_none() => Good(format!("key: made at the first start, as {}", path.display())),
            Ok(()) if is_within(path, &config.data_dir) => Advice(format!(
                "key: {} is inside the data directory, so a copy of the data is a copy of the key; move it and set \
                 secret_key_file",
                path.display()
            )),
            Ok(()) => Good(format!(
                "key: {} wraps the secrets of the database; it belongs to this user alone. Keep a copy of it apart from \
                 copies of the data",
                path.display()
            )),
        },
    }
}

fn is_within(path: &Path, directory: &Path) -> bool {
    let whole = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    whole(path).starts_with(whole(directory))
}

fn space(directory: &Path) -> Finding {
    match statvfs(directory) {
        Ok(disk) => {
            let (free, all) = (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize);
            let text = format!("disk: {} of {} free", size(free), size(all));
            if free < LEAST_FREE || free < all / 20 {
                Advice(format!("{text}; when it is full nothing more is recorded"))
            } else {
                Good(text)
            }
        }
        Err(error) => Advice(format!("disk: its space cannot be seen: {error}")),
    }
}

fn lock(directory: &Path) -> Finding {
    match store::owner(directory) {
        Ok(Owner::Nobody) => Good("lock: free; no server runs on this directory".to_owned()),
        Ok(Owner::Process(pid)) => {
            let who = pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"));
            Good(format!(
                "lock: held by {who}: a server or an import is running. Searching and exporting work beside it"
            ))
        }
        Err(error) => Wrong(format!("lock: {}: {error}", directory.display())),
    }
}

async fn log(config: &Config, store: Store, deep: bool) -> Vec<Finding> {
    let place = match &config.database {
        StoreUrl::Directory(_) => String::new(),
        served => format!(" ({served})"),
    };
    let mut findings = vec![Good(format!(
        "database: {}{place}, of a version and with a schema this program knows",
        store.database()
    ))];
    match administrators(&store).await {
        Ok(1..) => findings.push(Good("accounts: there is an administrator".to_owned())),
        Ok(0) => findings.push(Advice(
            "accounts: nobody can administer this installation; `whodid user create --admin …` makes somebody"
                .to_owned(),
        )),
        Err(error) => findings.push(Wrong(format!("accounts: {error}"))),
    }
    match Log::open_reader(store, config.log.clone(), std::sync::Arc::new(SystemClock)).await {
        Ok(log) => {
            findings.extend(Box::pin(volumes(&log)).await);
            if deep {
                findings.extend(Box::pin(verified(&log)).await);
            }
        }
        Err(error) => findings.push(Wrong(format!(
            "log: {error}; restore {} from a backup, it holds the only copy of sealed activities",
            config.log.volumes_dir.display()
        ))),
    }
    findings
}

/// Every page of the database, read and checked.
async fn pages(store: &Store) -> Finding {
    match store.quick_check().await {
        Ok(faults) if faults.is_empty() => Good("database: every page of it is sound".to_owned()),
        Ok(faults) => Wrong(format!(
            "database: {}; put it back from a backup, beside the volumes of that time",
            faults.join("; ")
        )),
        Err(error) => Wrong(format!("database: {error}")),
    }
}

/// Everything there is in the log.
async fn verified(log: &Log) -> Vec<Finding> {
    match verify::verified(log).await {
        Ok(found) if found.faults.is_empty() => vec![Good(format!(
            "log: {} activities were read back; every file, row and leaf is what was recorded",
            found.sound
        ))],
        Ok(found) => found
            .faults
            .iter()
            .map(|fault| Wrong(format!("log: {}", verify::described(fault))))
            .collect(),
        Err(error) => vec![Wrong(format!("log: {error:#}"))],
    }
}

async fn administrators(store: &Store) -> Result<u64, StoreError> {
    account::administrators(&mut store.glance().await?).await
}

/// Opens every volume and counts what can be read: quick, and it finds what is missing or cut off. What is written in
/// them is for `--deep`.
async fn volumes(log: &Log) -> Vec<Finding> {
    let head = match log.head().await {
        Ok(head) => head,
        Err(error) => return vec![Wrong(format!("log: {error}"))],
    };
    let size = head.through.size;
    let look = match log.look().await {
        Ok(look) => look,
        Err(error) => return vec![Wrong(format!("log: {error}; restore from a backup"))],
    };
    let closed: u64 = look
        .closed_holes()
        .iter()
        .map(|hole| hole.seqs.end - hole.seqs.start)
        .sum();
    let counted = match look.count(&Expr::All, u64::MAX).await {
        Ok(count) if count.n == size => Good(format!(
            "log: {size} activities, {} of them sealed; all are there",
            head.sealed
        )),
        Ok(count) if count.n + closed == size => Good(format!(
            "log: {size} activities, {} of them sealed; {closed} cannot be read, and their gaps were closed",
            head.sealed
        )),
        Ok(count) => Wrong(format!(
            "log: {size} activities were recorded and {} can be read. A running server mends what it can, as does \
             `whodid reindex`; what is left of that has to be put back from a backup, or closed by `whodid log close-gaps`",
            count.n
        )),
        Err(error) => Wrong(format!("log: {error}; restore from a backup")),
    };
    let holes = look.holes().iter();
    let mut findings: Vec<Finding> = holes.map(|hole| Wrong(format!("log: {hole}"))).collect();
    findings.extend(look.unindexed().into_iter().map(|volume| {
        Wrong(format!(
            "volumes: the index of {volume} cannot be read or is of an older version; its record answers, slowly. A running \
             server builds it anew, as does `whodid reindex`"
        ))
    }));
    findings.extend([
        counted,
        strangers(log.strangers().await),
        clock(SystemClock.now(), (size > 0).then_some(head.last_recorded_at)),
    ]);
    findings
}

/// What lies beside the volumes is said, and never touched.
fn strangers(found: Result<Vec<String>, LogError>) -> Finding {
    const MOST: usize = 5;
    match found {
        Ok(names) if names.is_empty() => Good("volumes: all that lies there is in the ledger".to_owned()),
        Ok(names) => {
            let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("{name:?}")).collect();
            let more = names.len().saturating_sub(MOST);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            Wrong(format!(
                "volumes: {}{more} lie there and are none of this log's; they are left as they are. Move away what does \
                 not belong there",
                shown.join(", ")
            ))
        }
        Err(error) => Wrong(format!("volumes: {error}")),
    }
}

fn clock(now: Time, last: Option<Time>) -> Finding {
    match last {
        _ if now < BUILT_AFTER => Wrong(format!(
            "clock: it says {now}, which cannot be; set the machine's clock"
        )),
        Some(last) if last > now.plus(Time::SECOND) => Wrong(format!(
            "clock: it says {now}, and the newest activity was recorded at {last}; new ones get that time until the \
             clock has passed it. Set the machine's clock"
        )),
        Some(last) => Good(format!("clock: {now}, after the newest activity ({last})")),
        None => Good(format!("clock: {now}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_behind_the_log_or_before_this_program_is_wrong() {
        let now = BUILT_AFTER.plus(Time::DAY);
        assert!(matches!(clock(now, None), Good(_)));
        assert!(matches!(clock(now, Some(now.plus(-Time::DAY))), Good(_)));
        assert!(matches!(clock(now, Some(now.plus(Time::DAY))), Wrong(_)));
        assert!(matches!(clock(Time(0), None), Wrong(_)));
    }
}
