//! Walking through All Users: every question is answered page by page, completely, in order, nobody twice.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use std::collections::HashSet;

use app::Caller;
use app::accounts::{self, Order, RoleFilter, Sort, StatusFilter, UserSearch};
use support::TestApp;

const SEED: &str = "
WITH RECURSIVE given(i, name) AS (VALUES (0,'ada'),(1,'chen'),(2,'ines'),(3,'noor'),(4,'omar'),(5,'sam'),(6,'tara'),(7,'viktor')),
  n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO account (id, given_name, family_name, username, email, name_key, username_key, email_key, created_at,
  login_enabled, is_administrator, is_auditor, activated_at, last_login_at, last_attempt_failed, locked_until)
SELECT printf('usr_%026d', n.i), given.name, printf('family%06d', n.i % 500), printf('user%07d', n.i),
  printf('user%07d@example.com', n.i), printf('%s family%06d', given.name, n.i % 500), printf('user%07d', n.i),
  printf('user%07d@example.com', n.i), n.i * 1000, n.i % 1000 <> 0, n.i % 500 = 0, n.i % 200 = 0,
  CASE WHEN n.i % 10 < 9 THEN n.i END, CASE WHEN n.i % 10 < 8 THEN n.i * 5000 END, n.i % 997 = 0,
  CASE WHEN n.i % 999 = 0 THEN 9000000000000000 END
FROM n JOIN given ON given.i = n.i % 8";

const WORDS: &str = "
INSERT INTO account_word (word, account_id, name_key)
SELECT word, id, name_key FROM (
  SELECT name_key AS word, id, name_key FROM account UNION ALL SELECT substr(name_key, instr(name_key, ' ') + 1), id, name_key FROM account
  UNION ALL SELECT username_key, id, name_key FROM account UNION ALL SELECT email_key, id, name_key FROM account
  UNION ALL SELECT 'example.com', id, name_key FROM account UNION ALL SELECT 'com', id, name_key FROM account)
ORDER BY word, id";

#[tokio::test(flavor = "multi_thread")]
async fn every_question_is_answered_completely_and_nobody_twice() {
    let test = TestApp::embedded().await;
    let mut beside = test.store.beside().await.unwrap();
    for sql in [SEED, WORDS] {
        sqlx::raw_sql(sql).execute(&mut beside).await.unwrap();
    }
    let any = UserSearch {
        limit: 300,
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
        ("one user", find("user0000777@example.com")),
        ("ten of one family name", find("family000123")),
        ("a given name", find("noor")),
        ("given and family name", find("tara family000006")),
        ("a common beginning", find("user0")),
        ("everybody", find("example.com")),
        ("nobody", find("zzz")),
        ("everybody and nobody", find("example.com zzz")),
        ("two common ones that meet nowhere", find("noor sam")),
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
    let expected = [5_000, 5_000, 5_000, 5_000, 1, 10, 625, 5, 5_000, 5_000, 0, 0, 0];
    for (at, (name, mut search)) in cases.into_iter().enumerate() {
        let (mut seen, mut total) = (HashSet::new(), 0);
        loop {
            let page = accounts::list_users(&test.app, &Caller::command_line(), &search)
                .await
                .unwrap();
            total = total.max(page.total.n);
            for row in page.rows {
                assert!(seen.insert(row.id.clone()), "{name}: {} twice", row.id);
            }
            let Some(next) = page.turns.next else { break };
            search.after = Some(next);
        }
        assert_eq!(seen.len() as u64, total, "{name}: the total is not what the pages hold");
        if let Some(expected) = expected.get(at) {
            assert_eq!(seen.len(), *expected, "{name}");
        }
    }
}
