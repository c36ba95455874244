//! The schema's versions, applied in order, each in a transaction of its own. Owns the list and the table `migration`.
//!
//! A migration is written once for both databases: BIGINT (also for truth values, 0 or 1), TEXT, BLOB and DOUBLE
//! PRECISION are the only types; times are BIGINT microseconds UTC.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};
use sqlx::{AnyPool, AssertSqlSafe, Row as _, raw_sql};

use crate::{Dialect, StoreError};

struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "log",
        sql: include_str!("../migrations/0001_log.sql"),
    },
    Migration {
        version: 2,
        name: "accounts",
        sql: include_str!("../migrations/0002_accounts.sql"),
    },
    Migration {
        version: 3,
        name: "exports",
        sql: include_str!("../migrations/0003_exports.sql"),
    },
    Migration {
        version: 4,
        name: "second_factors",
        sql: include_str!("../migrations/0004_second_factors.sql"),
    },
    Migration {
        version: 5,
        name: "passkeys",
        sql: include_str!("../migrations/0005_passkeys.sql"),
    },
    Migration {
        version: 6,
        name: "groups",
        sql: include_str!("../migrations/0006_groups.sql"),
    },
    Migration {
        version: 7,
        name: "sessions",
        sql: include_str!("../migrations/0007_sessions.sql"),
    },
    Migration {
        version: 8,
        name: "connections",
        sql: include_str!("../migrations/0008_connections.sql"),
    },
    Migration {
        version: 9,
        name: "applications",
        sql: include_str!("../migrations/0009_applications.sql"),
    },
    Migration {
        version: 10,
        name: "secrets",
        sql: include_str!("../migrations/0010_secrets.sql"),
    },
    Migration {
        version: 11,
        name: "trust",
        sql: include_str!("../migrations/0011_trust.sql"),
    },
    Migration {
        version: 12,
        name: "hot_bytes",
        sql: include_str!("../migrations/0012_hot_bytes.sql"),
    },
    Migration {
        version: 13,
        name: "disclosures",
        sql: include_str!("../migrations/0013_disclosures.sql"),
    },
    Migration {
        version: 15,
        name: "reporters",
        sql: include_str!("../migrations/0015_reporters.sql"),
    },
    Migration {
        version: 16,
        name: "ledger",
        sql: include_str!("../migrations/0016_ledger.sql"),
    },
    Migration {
        version: 17,
        name: "hot_batch_sum",
        sql: include_str!("../migrations/0017_hot_batch_sum.sql"),
    },
    Migration {
        version: 18,
        name: "losses",
        sql: include_str!("../migrations/0018_losses.sql"),
    },
    Migration {
        version: 19,
        name: "jobs",
        sql: include_str!("../migrations/0019_jobs.sql"),
    },
    Migration {
        version: 20,
        name: "folding",
        sql: include_str!("../migrations/0020_folding.sql"),
    },
    Migration {
        version: 21,
        name: "saved_searches",
        sql: include_str!("../migrations/0021_saved_searches.sql"),
    },
    Migration {
        version: 22,
        name: "exports_kept",
        sql: include_str!("../migrations/0022_exports.sql"),
    },
    Migration {
        version: 23,
        name: "checkpoints",
        sql: include_str!("../migrations/0023_checkpoints.sql"),
    },
    Migration {
        version: 24,
        name: "verifications",
        sql: include_str!("../migrations/0024_verifications.sql"),
    },
    Migration {
        version: 25,
        name: "erasure",
        sql: include_str!("../migrations/0025_erasure.sql"),
    },
    Migration {
        version: 26,
        name: "export manifests",
        sql: include_str!("../migrations/0026_export_manifests.sql"),
    },
    Migration {
        version: 27,
        name: "erasure of people",
        sql: include_str!("../migrations/0027_erasure_of_people.sql"),
    },
    Migration {
        version: 28,
        name: "retention",
        sql: include_str!("../migrations/0028_retention.sql"),
    },
    Migration {
        version: 30,
        name: "witnesses",
        sql: include_str!("../migrations/0030_witnesses.sql"),
    },
    Migration {
        version: 31,
        name: "sources",
        sql: include_str!("../migrations/0031_sources.sql"),
    },
    Migration {
        version: 37,
        name: "imports",
        sql: include_str!("../migrations/0037_imports.sql"),
    },
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration
    (version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum BLOB NOT NULL)";

/// Applies what is missing.
pub(crate) async fn apply(pool: &AnyPool, dialect: Dialect) -> Result<(), StoreError> {
    let mut tx = pool.begin_with(dialect.begin_write()).await?;
    let table = dialect.ddl(TABLE).into_owned();
    raw_sql(AssertSqlSafe(table)).execute(&mut *tx).await?;
    tx.commit().await.map_err(StoreError::of_commit)?;
    let applied = applied(pool).await?;
    for migration in missing(&applied)? {
        let mut tx = pool.begin_with(dialect.begin_write()).await?;
        // Guarantee: of several processes that start at once one applies it, because the others had to wait and look again.
        let is_applied = sqlx::query("SELECT version FROM migration WHERE version = $1").bind(migration.version);
        if is_applied.fetch_optional(&mut *tx).await?.is_some() {
            continue;
        }
        if has_statements(migration.sql) {
            raw_sql(AssertSqlSafe(dialect.ddl(migration.sql).into_owned()))
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query("INSERT INTO migration (version, name, checksum) VALUES ($1, $2, $3)")
            .bind(migration.version)
            .bind(migration.name)
            .bind(checksum(migration))
            .execute(&mut *tx)
            .await?;
        tx.commit().await.map_err(StoreError::of_commit)?;
    }
    Ok(())
}

/// Refuses a schema that is older or newer than this program's.
pub(crate) async fn check(pool: &AnyPool, dialect: Dialect) -> Result<(), StoreError> {
    if !has_data(pool, dialect).await? {
        let detail = "there is no Whodid data in this database; start `whodid serve` on it first";
        return Err(StoreError::Schema(detail.to_owned()));
    }
    let applied = applied(pool).await?;
    match missing(&applied)?.next() {
        None => Ok(()),
        Some(migration) => Err(StoreError::Schema(format!(
            "the data is at schema version {} and this program needs {}; start `whodid serve` on it once to upgrade it",
            applied.last().map_or(0, |(version, _)| *version),
            migration.version
        ))),
    }
}

/// Whether anything was ever migrated there.
async fn has_data(pool: &AnyPool, dialect: Dialect) -> Result<bool, StoreError> {
    let tables = match dialect {
        Dialect::Sqlite => "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'migration'",
        Dialect::Postgres => {
            "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migration'"
        }
    };
    let found: i64 = sqlx::query_scalar(tables).fetch_one(pool).await?;
    Ok(found > 0)
}

async fn applied(pool: &AnyPool) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    let rows = sqlx::query("SELECT version, checksum FROM migration ORDER BY version")
        .fetch_all(pool)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

fn missing(applied: &[(i64, Vec<u8>)]) -> Result<impl Iterator<Item = &'static Migration>, StoreError> {
    let known = MIGRATIONS.last().map_or(0, |migration| migration.version);
    if let Some((newest, _)) = applied.last()
        && *newest > known
    {
        return Err(StoreError::Schema(format!(
            "the data was written by a newer whodid (schema version {newest}, this program knows {known}); upgrade whodid"
        )));
    }
    let applied: HashMap<i64, &[u8]> = applied
        .iter()
        .map(|(version, sum)| (*version, sum.as_slice()))
        .collect();
    let other = |migration: &&Migration| {
        applied
            .get(&migration.version)
            .is_some_and(|sum| *sum != checksum(migration))
    };
    if let Some(migration) = MIGRATIONS.iter().find(other) {
        return Err(StoreError::Schema(format!(
            "schema version {} ({}) of this data is not the one this program knows; it was made by a development build",
            migration.version, migration.name
        )));
    }
    Ok(MIGRATIONS
        .iter()
        .filter(move |migration| !applied.contains_key(&migration.version))
        .collect::<Vec<_>>()
        .into_iter())
}

fn checksum(migration: &Migration) -> Vec<u8> {
    Sha256::digest(migration.sql.as_bytes()).to_vec()
}

fn has_statements(sql: &str) -> bool {
    sql.lines()
        .any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_leases_of_exports_become_jobs() {
        sqlx::any::install_default_drivers();
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", dir.path().join("old.db").display());
        let pool = AnyPool::connect(&url).await.unwrap();
        for migration in MIGRATIONS.iter().filter(|migration| migration.version < 19) {
            raw_sql(migration.sql).execute(&pool).await.unwrap();
        }
        let export = "INSERT INTO export (id, kind, state, requester_id, requester, origin, query, zone, created_at, \
            expected, written, bytes, lease_until, fence) VALUES ";
        for row in [
            "('exp_1', 'view_csv', 'running', 'u', '', '', '', '', 7, 20, 10, 100, 60, 3)",
            "('exp_2', 'view_csv', 'queued', 'u', '', '', '', '', 8, 0, 0, 0, 0, 0)",
            "('exp_3', 'view_csv', 'failed', 'u', '', '', '', '', 9, 9, 9, 9, 9, 1)",
        ] {
            raw_sql(AssertSqlSafe(format!("{export}{row}")))
                .execute(&pool)
                .await
                .unwrap();
        }
        let jobs = MIGRATIONS.iter().find(|migration| migration.version == 19).unwrap();
        raw_sql(jobs.sql).execute(&pool).await.unwrap();
        let rows = sqlx::query(
            "SELECT name || ' ' || due_at || ' ' || lease_until || ' ' || fence || ' ' || done || ' ' || total \
             FROM job ORDER BY name",
        );
        let rows = rows.fetch_all(&pool).await.unwrap();
        let rows: Vec<String> = rows.iter().map(|row| row.try_get(0).unwrap()).collect();
        assert_eq!(rows, ["export:exp_1 7 60 3 10 20", "export:exp_2 8 0 0 0 0"]);
    }

    #[tokio::test]
    async fn exports_that_were_sent_and_files_that_are_kept_stay_what_they_were() {
        sqlx::any::install_default_drivers();
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", dir.path().join("old.db").display());
        let pool = AnyPool::connect(&url).await.unwrap();
        for migration in MIGRATIONS.iter().filter(|migration| migration.version < 22) {
            raw_sql(migration.sql).execute(&pool).await.unwrap();
        }
        let export = "INSERT INTO export (id, kind, state, subject_id, requester_id, requester, origin, query, zone, \
            created_at, finished_at, written, bytes, sha256, file, people) VALUES ";
        for row in [
            "('exp_1', 'view_jsonl', 'running', NULL, 'u', '', '', 'outcome:failure', 'UTC', 7, NULL, 0, 0, NULL, NULL, NULL)",
            "('exp_2', 'user_csv', 'done', 'sam', 'u', '', '', '', 'EST', 8, 9, 2, 30, 'ab', 'exp_2.csv', '{}')",
        ] {
            raw_sql(AssertSqlSafe(format!("{export}{row}")))
                .execute(&pool)
                .await
                .unwrap();
        }
        let kept = MIGRATIONS.iter().find(|migration| migration.version == 22).unwrap();
        raw_sql(kept.sql).execute(&pool).await.unwrap();
        let rows = sqlx::query(
            "SELECT id || ' ' || kind || ' ' || format || ' ' || state || ' ' || written || ' ' || COALESCE(file, '-') \
             || ' ' || query || ' ' || COALESCE(people, '-') FROM export ORDER BY id",
        );
        let rows = rows.fetch_all(&pool).await.unwrap();
        let rows: Vec<String> = rows.iter().map(|row| row.try_get(0).unwrap()).collect();
        assert_eq!(
            rows,
            [
                "exp_1 sent jsonl running 0 - outcome:failure -",
                "exp_2 user_csv csv done 2 exp_2.csv  {}"
            ]
        );
    }
}
