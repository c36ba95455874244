//! All Users stays quick whatever the number of users: a hundred thousand here, or `WHODID_TEST_USERS`. At a million
//! the first page takes 50 ms, most of it counting, and any later page 2 ms.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests fail by panicking")]

mod support;

use std::time::{Duration, Instant};

use app::Caller;
use app::accounts::{self, Order, RoleFilter, Sort, StatusFilter, UserSearch};
use support::TestApp;

const SEED: &str = "
WITH RECURSIVE given(i, name) AS (VALUES (0,'ada'),(1,'chen'),(2,'ines'),(3,'noor'),(4,'omar'),(5,'sam'),(6,'tara'),(7,'viktor')),
  n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO account (id, given_name, family_name, username, email, name_key, username_key, email_key, created_at,
  login_enabled, is_administrator, is_auditor, activated_at, last_login_at, last_attempt_failed, locked_until)
SELECT printf('usr_%026d', n.i), given.name, printf('family%06d', n.i % 50000), printf('user%07d', n.i),
  printf('user%07d@example.com', n.i), printf('%s family%06d', given.name, n.i % 50000), printf('user%07d', n.i),
  printf('user%07d@example.com', n.i), n.i * 1000, n.i % 1000 <> 0, n.i % 50000 = 0, n.i % 20000 = 0,
  CASE WHEN n.i % 10 < 9 THEN n.i END, CASE WHEN n.i % 10 < 8 THEN n.i * 5000 END, n.i % 997 = 0,
  CASE WHEN n.i % 9999 = 0 THEN 9000000000000000 END
FROM n JOIN given ON given.i = n.i % 8";

const WORDS: &str = "
INSERT INTO account_word (word, account_id, name_key)
SELECT word, id, name_key FROM (
  SELECT name_key AS word, id, name_key FROM account UNION ALL SELECT substr(name_key, instr(name_key, ' ') + 1), id, name_key FROM account
  UNION ALL SELECT username_key, id, name_key FROM account UNION ALL SELECT email_key, id, name_key FROM account
  UNION ALL SELECT 'example.com', id, name_key FROM account UNION ALL SELECT 'com', id, name_key FROM account)
ORDER BY word, id";

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_many_users_is_quick() {
    let test = TestApp::new().await;
    let mut tx = test.store.begin().await.unwrap();
    let users = std::env::var("WHODID_TEST_USERS").unwrap_or_else(|_| "100000".to_owned());
    let users: u32 = users.parse().unwrap();
    for sql in [SEED.replace("i < 100000)", &format!("i < {users})")), WORDS.to_owned()] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(tx.conn())
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let any = UserSearch {
        limit: 50,
        ..UserSearch::default()
    };
    let find = |text: &str| UserSearch {
        find: text.to_owned(),
        ..any.clone()
    };
    let sort = |by, descending| UserSearch {
        sort: Sort { by, descending },
        ..any.clone()
    };
    let status = |status| UserSearch {
        status: Some(status),
        ..any.clone()
    };
    let cases = [
        ("all", any.clone()),
        ("by e-mail, descending", sort(Order::Email, true)),
        ("by last login, descending", sort(Order::LastLogin, true)),
        ("by creation", sort(Order::Created, false)),
        ("one user", find("user0077777@example.com")),
        ("twenty of one family name", find("family012345")),
        ("a given name", find("noor")),
        ("given and family name", find("tara family000006")),
        ("a common beginning", find("user0")),
        ("everybody", find("example.com")),
        ("nobody", find("zzz")),
        ("everybody and nobody", find("example.com zzz")),
        ("two common ones that meet nowhere (slow)", find("noor sam")),
        ("logged in", status(StatusFilter::LoggedIn)),
        ("locked", status(StatusFilter::Locked)),
        ("failed", status(StatusFilter::Failed)),
        ("active", status(StatusFilter::Active)),
        ("never", status(StatusFilter::Never)),
        (
            "administrators",
            UserSearch {
                role: Some(RoleFilter::Administrator),
                ..any.clone()
            },
        ),
        (
            "auditors",
            UserSearch {
                role: Some(RoleFilter::Auditor),
                ..any.clone()
            },
        ),
        (
            "service accounts",
            UserSearch {
                role: Some(RoleFilter::Service),
                ..any.clone()
            },
        ),
        (
            "members",
            UserSearch {
                role: Some(RoleFilter::Member),
                ..any.clone()
            },
        ),
        (
            "disabled",
            UserSearch {
                login_enabled: Some(false),
                ..any.clone()
            },
        ),
        (
            "locked administrators by e-mail",
            UserSearch {
                role: Some(RoleFilter::Administrator),
                sort: Sort {
                    by: Order::Email,
                    descending: false,
                },
                ..status(StatusFilter::Locked)
            },
        ),
        (
            "failed by last login",
            UserSearch {
                sort: Sort {
                    by: Order::LastLogin,
                    descending: true,
                },
                ..status(StatusFilter::Failed)
            },
        ),
    ];
    let mut slow = Vec::new();
    for (name, search) in cases {
        let (mut search, mut rows) = (search, 0);
        let mut worst = Duration::ZERO;
        for _ in 0..4 {
            let started = Instant::now();
            let page = accounts::list_users(&test.app, &Caller::command_line(), &search)
                .await
                .unwrap();
            worst = worst.max(started.elapsed());
            rows += page.rows.len();
            let Some(next) = page.next else { break };
            search.after = Some(next);
        }
        let line = format!("{name}: {rows} rows, slowest page {worst:?}");
        println!("{line}");
        let bound = if name.ends_with("(slow)") { 1_000 } else { 300 };
        if worst > Duration::from_millis(bound) {
            slow.push(line);
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}
