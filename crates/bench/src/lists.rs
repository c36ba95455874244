//! Lists at size: a million users, a group of ten thousand, a member with five thousand connections. Owns the rows
//! they are filled with, written by SQL since a million sign-ups would be measured instead.

use std::path::Path;

use anyhow::{Context as _, Result};
use reqwest::Client;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use store::{Store, StoreUrl};

use crate::installation::Installation;
use crate::pages;
use crate::say;
use crate::server::Server;
use crate::timing::{RUNS, median_ms};

/// The slowest page of each list, in milliseconds.
pub struct Slowest {
    /// All Users.
    pub users_ms: f64,
    /// Members of a group.
    pub members_ms: f64,
    /// Connections of a member.
    pub connections_ms: f64,
}

/// Fills an installation in an empty directory and asks a server for its lists.
pub async fn measure(directory: &Path) -> Result<Slowest> {
    std::fs::create_dir_all(directory)?;
    Installation::create(directory).await?;
    fill(directory).await?;
    let server = Server::start(directory).await?;
    let client = pages::log_in(&server.url).await?;
    let slowest = Slowest {
        users_ms: slowest(&client, &server.url, USERS).await?,
        members_ms: slowest(&client, &server.url, MEMBERS).await?,
        connections_ms: slowest(&client, &server.url, CONNECTIONS).await?,
    };
    server.stop()?;
    Ok(slowest)
}

const USERS: &[&str] = &[
    "/users?find=&status=&role=&enabled=&sort=name&dir=asc",
    "/users?find=&status=&role=&enabled=&sort=last_login&dir=desc",
    "/users?find=&status=&role=&enabled=&sort=email&dir=desc",
    "/users?find=noor&status=&role=&enabled=&sort=name&dir=asc",
    "/users?find=user0777&status=&role=&enabled=&sort=name&dir=asc",
    "/users?find=family000123&status=&role=&enabled=&sort=name&dir=asc",
    "/users?find=zzz&status=&role=&enabled=&sort=name&dir=asc",
    "/users?find=&status=locked&role=&enabled=&sort=name&dir=asc",
    "/users?find=&status=never&role=&enabled=&sort=name&dir=asc",
    "/users?find=&status=&role=administrator&enabled=&sort=last_login&dir=asc",
];
const MEMBERS: &[&str] = &[
    "/groups/grp_bench",
    "/groups/grp_bench?find=noor",
    "/groups/grp_bench?find=zzz",
];
const CONNECTIONS: &[&str] = &["/settings/connections"];

/// The slowest of these pages and of the pages after them.
async fn slowest(client: &Client, url: &str, paths: &[&str]) -> Result<f64> {
    let mut slowest = 0.0_f64;
    for path in paths {
        let mut path = (*path).to_owned();
        for _ in 0..3 {
            let page = format!("{url}{path}");
            let ms = median_ms(RUNS, |_| {
                let request = client.get(&page);
                async move {
                    request.send().await?.error_for_status()?.bytes().await?;
                    Ok(())
                }
            })
            .await?;
            say::progress(&format!("  {path}: {ms:.2} ms"));
            slowest = slowest.max(ms);
            let html = client.get(&page).send().await?.error_for_status()?.text().await?;
            match next(&html) {
                Some(following) => path = following,
                None => break,
            }
        }
    }
    Ok(slowest)
}

/// Where the link to the next page leads.
fn next(html: &str) -> Option<String> {
    let (before, _) = html.split_once("rel=\"next\"")?;
    let tag = &before[before.rfind("<a ")?..];
    let (_, href) = tag.split_once("href=\"")?;
    let (href, _) = href.split_once('"')?;
    Some(href.replace("&amp;", "&").replace("&#38;", "&"))
}

async fn fill(directory: &Path) -> Result<()> {
    let store = Store::open(&StoreUrl::Directory(directory.to_owned())).await?;
    store.close().await;
    let options = SqliteConnectOptions::new().filename(directory.join("whodid.db"));
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let mut tx = conn.begin().await?;
    for (what, sql) in [
        ("users", FILL_USERS),
        ("words", FILL_WORDS),
        ("group", FILL_GROUP),
        ("members", FILL_MEMBERS),
        ("connections", FILL_CONNECTIONS),
    ] {
        say::progress(&format!("  writing {what}"));
        sqlx::raw_sql(sql)
            .execute(&mut *tx)
            .await
            .with_context(|| format!("cannot write {what}"))?;
    }
    tx.commit().await?;
    Ok(())
}

const FILL_USERS: &str = "
WITH RECURSIVE given(i, name) AS (VALUES (0,'ada'),(1,'chen'),(2,'ines'),(3,'noor'),(4,'omar'),(5,'sam'),(6,'tara'),(7,'viktor')),
  n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
INSERT INTO account (id, given_name, family_name, username, email, name_key, username_key, email_key, created_at,
  login_enabled, is_administrator, is_auditor, activated_at, last_login_at, last_attempt_failed, locked_until)
SELECT printf('usr_%026d', n.i), given.name, printf('family%06d', n.i % 50000), printf('user%07d', n.i),
  printf('user%07d@example.com', n.i), printf('%s family%06d', given.name, n.i % 50000), printf('user%07d', n.i),
  printf('user%07d@example.com', n.i), n.i * 1000, n.i % 1000 <> 0, n.i % 50000 = 0, n.i % 20000 = 0,
  CASE WHEN n.i % 10 < 9 THEN n.i END, CASE WHEN n.i % 10 < 8 THEN n.i * 5000 END, n.i % 997 = 0,
  CASE WHEN n.i % 9999 = 0 THEN 9000000000000000 END
FROM n JOIN given ON given.i = n.i % 8";

const FILL_WORDS: &str = "
INSERT INTO account_word (word, account_id, name_key)
SELECT word, id, name_key FROM (
  SELECT name_key AS word, id, name_key FROM account WHERE id LIKE 'usr_0000000%'
  UNION ALL SELECT substr(name_key, instr(name_key, ' ') + 1), id, name_key FROM account WHERE id LIKE 'usr_0000000%'
  UNION ALL SELECT username_key, id, name_key FROM account WHERE id LIKE 'usr_0000000%'
  UNION ALL SELECT email_key, id, name_key FROM account WHERE id LIKE 'usr_0000000%'
  UNION ALL SELECT 'example.com', id, name_key FROM account WHERE id LIKE 'usr_0000000%'
  UNION ALL SELECT 'com', id, name_key FROM account WHERE id LIKE 'usr_0000000%')
WHERE true ORDER BY word, id ON CONFLICT DO NOTHING";

const FILL_GROUP: &str = "
INSERT INTO user_group (id, name, name_key, created_at, created_by) VALUES ('grp_bench', 'Bench', 'bench', 1, 'usr_bench')";

const FILL_MEMBERS: &str = "
INSERT INTO group_member (group_id, account_id, role, joined_at, name_key)
SELECT 'grp_bench', id, CASE WHEN username_key = 'user0000001' THEN 'owner' ELSE 'member' END, 1, name_key FROM account
WHERE id LIKE 'usr_0000000%' ORDER BY id LIMIT 10000";

const FILL_CONNECTIONS: &str = "
INSERT INTO connection (low_id, high_id, state, by_low, requested_at, decided_at, low_name_key, high_name_key)
SELECT other.id, me.id, 'accepted', 1, 1, 2, other.name_key, me.name_key FROM account other JOIN account me ON me.username_key = 'bench'
WHERE other.id LIKE 'usr_0000000%' AND other.id < me.id ORDER BY other.id LIMIT 5000";
