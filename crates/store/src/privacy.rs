//! Everything these tables keep about one account, without secrets, a page of a section at a time. Owns which columns
//! a person is shown of themself; owns no table.

use activity::Time;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, or nothing.
    Text(Option<String>),
    /// A number.
    Number(i64),
    /// A truth value.
    Flag(bool),
    /// A moment, or none.
    Time(Option<Time>),
}

#[derive(Clone, Copy)]
enum Sort {
    Text,
    Number,
    Flag,
    Time,
}

/// A part of what is kept, of which there may be any number of rows.
pub struct Section {
    /// What one row is, such as `device`.
    pub name: &'static str,
    columns: &'static [(&'static str, Sort)],
    /// $1 the account, $2 the key of the last row seen, $3 how many. The column `k` is the key, in order.
    sql: &'static str,
}

/// A row of a section: its key, and its columns by name.
#[derive(Clone, Debug, PartialEq)]
pub struct SectionRow {
    /// What the next page begins after.
    pub key: String,
    /// The columns, in their order.
    pub columns: Vec<(&'static str, Value)>,
}

/// The rows of a section after `after`, at most `limit`; the first page begins after an empty key.
pub async fn page(
    read: &mut Read,
    section: &Section,
    account_id: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<SectionRow>, StoreError> {
    let rows = sqlx::query(section.sql)
        .bind(account_id)
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(read.conn())
        .await?;
    rows.iter().map(|found| row(section, found)).collect()
}

fn row(section: &Section, found: &AnyRow) -> Result<SectionRow, StoreError> {
    let columns = section.columns.iter().map(|(name, sort)| {
        let value = match sort {
            Sort::Text => Value::Text(found.try_get(*name)?),
            Sort::Number => Value::Number(found.try_get(*name)?),
            Sort::Flag => Value::Flag(found.try_get::<i64, _>(*name)? == 1),
            Sort::Time => Value::Time(found.try_get::<Option<i64>, _>(*name)?.map(Time)),
        };
        Ok((*name, value))
    });
    Ok(SectionRow {
        key: found.try_get("k")?,
        columns: columns.collect::<Result<_, StoreError>>()?,
    })
}

use Sort::{Flag, Number, Text, Time as At};

use crate::{Read, StoreError};

/// Every section, in the order a person reads them. What lets somebody in (hashes, keys, secrets) is in none.
pub const SECTIONS: &[Section] = &[
    Section {
        name: "account",
        columns: &[
            ("id", Text),
            ("given_name", Text),
            ("family_name", Text),
            ("username", Text),
            ("email", Text),
            ("time_zone", Text),
            ("login_enabled", Flag),
            ("is_administrator", Flag),
            ("is_auditor", Flag),
            ("is_service", Flag),
            ("created_at", At),
            ("activated_at", At),
            ("password_changed_at", At),
            ("last_login_at", At),
            ("failures", Number),
            ("locked_until", At),
        ],
        sql: "SELECT id AS k, id, given_name, family_name, username, email, time_zone, login_enabled, \
              is_administrator, is_auditor, is_service, created_at, activated_at, password_changed_at, last_login_at, \
              failures, locked_until FROM account WHERE id = $1 AND id > $2 ORDER BY id LIMIT $3",
    },
    Section {
        name: "login_address",
        columns: &[("network", Text)],
        sql: "SELECT network AS k, network FROM account_address WHERE account_id = $1 AND network > $2 \
              ORDER BY network LIMIT $3",
    },
    Section {
        name: "email_change",
        columns: &[
            ("email", Text),
            ("is_void", Flag),
            ("created_at", At),
            ("expires_at", At),
        ],
        sql: "SELECT email AS k, email, is_void, created_at, expires_at FROM email_change \
              WHERE account_id = $1 AND email > $2 ORDER BY email LIMIT $3",
    },
    Section {
        name: "second_factor",
        columns: &[
            ("required", Flag),
            ("authenticator_app_since", At),
            ("phone", Text),
            ("sms_since", At),
            ("recovery_codes_left", Number),
        ],
        sql: "SELECT f.account_id AS k, f.required, f.totp_since AS authenticator_app_since, f.phone, f.sms_since, \
              (SELECT COUNT(*) FROM recovery_code r WHERE r.account_id = f.account_id) AS recovery_codes_left \
              FROM second_factor f WHERE f.account_id = $1 AND f.account_id > $2 ORDER BY f.account_id LIMIT $3",
    },
    Section {
        name: "passkey",
        columns: &[("id", Text), ("name", Text), ("created_at", At), ("last_used_at", At)],
        sql: "SELECT id AS k, id, name, created_at, last_used_at FROM passkey WHERE account_id = $1 AND id > $2 \
              ORDER BY id LIMIT $3",
    },
    Section {
        name: "device",
        columns: &[
            ("id", Text),
            ("name", Text),
            ("application", Text),
            ("ip", Text),
            ("user_agent", Text),
            ("created_at", At),
            ("last_seen_at", At),
            ("expires_at", At),
        ],
        sql: "SELECT d.id AS k, d.id, d.name, a.name AS application, d.ip, d.user_agent, d.created_at, \
              d.last_seen_at, d.expires_at FROM device d LEFT JOIN application a ON a.id = d.application_id \
              WHERE d.account_id = $1 AND d.id > $2 ORDER BY d.id LIMIT $3",
    },
    Section {
        name: "known_device",
        columns: &[
            ("id", Text),
            ("created_at", At),
            ("last_used_at", At),
            ("remembered_until", At),
        ],
        sql: "SELECT id AS k, id, created_at, last_used_at, remembered_until FROM known_device \
              WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    },
    Section {
        name: "api_key",
        columns: &[
            ("id", Text),
            ("name", Text),
            ("hint", Text),
            ("can_write", Flag),
            ("can_read", Flag),
            ("can_export", Flag),
            ("can_admin", Flag),
            ("names_accounts", Flag),
            ("mapping", Text),
            ("created_at", At),
            ("last_used_at", At),
            ("revoked_at", At),
        ],
        sql: "SELECT id AS k, id, name, hint, can_write, can_read, can_export, can_admin, names_accounts, mapping, created_at, \
              last_used_at, revoked_at FROM api_key WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    },
    Section {
        name: "signed_in_to",
        columns: &[("application_id", Text), ("application", Text)],
        sql: "SELECT s.application_id AS k, s.application_id, a.name AS application FROM application_account s \
              JOIN application a ON a.id = s.application_id \
              WHERE s.account_id = $1 AND s.application_id > $2 ORDER BY s.application_id LIMIT $3",
    },
    Section {
        name: "preference",
        columns: &[("name", Text), ("value", Text)],
        sql: "SELECT name AS k, name, value FROM account_preference WHERE account_id = $1 AND name > $2 \
              ORDER BY name LIMIT $3",
    },
    Section {
        name: "saved_search",
        columns: &[
            ("id", Text),
            ("name", Text),
            ("log", Text),
            ("query", Text),
            ("from", Text),
            ("to", Text),
            ("columns", Text),
            ("density", Text),
            ("shows_reads", Flag),
            ("shared_with", Text),
            ("is_default", Flag),
            ("created_at", At),
        ],
        sql: "SELECT id AS k, id, name, scope AS log, query, range_from AS \"from\", range_to AS \"to\", columns, density, \
              shows_reads, shared_with, is_default, created_at FROM saved_search WHERE account_id = $1 AND id > $2 \
              ORDER BY id LIMIT $3",
    },
    Section {
        name: "membership",
        columns: &[
            ("group_id", Text),
            ("group", Text),
            ("role", Text),
            ("is_default", Flag),
            ("joined_at", At),
        ],
        sql: "SELECT m.group_id AS k, m.group_id, g.name AS \"group\", m.role, m.joined_at, \
              CASE WHEN d.group_id IS NULL THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END AS is_default \
              FROM group_member m JOIN user_group g ON g.id = m.group_id \
              LEFT JOIN default_group d ON d.group_id = m.group_id AND d.account_id = m.account_id \
              WHERE m.account_id = $1 AND m.group_id > $2 ORDER BY m.group_id LIMIT $3",
    },
    Section {
        name: "invitation",
        columns: &[
            ("id", Text),
            ("group_id", Text),
            ("group", Text),
            ("role", Text),
            ("invited_by", Text),
            ("created_at", At),
            ("expires_at", At),
        ],
        sql: "SELECT i.id AS k, i.id, i.group_id, g.name AS \"group\", i.role, i.invited_by_name AS invited_by, \
              i.created_at, i.expires_at FROM account a JOIN group_invitation i ON i.email_key = a.email_key \
              JOIN user_group g ON g.id = i.group_id WHERE a.id = $1 AND i.id > $2 ORDER BY i.id LIMIT $3",
    },
    Section {
        name: "session",
        columns: &[
            ("id", Text),
            ("name", Text),
            ("group_id", Text),
            ("group", Text),
            ("joined_at", At),
            ("last_seen_at", At),
        ],
        sql: "SELECT p.session_id AS k, p.session_id AS id, s.name, s.group_id, s.group_name AS \"group\", \
              p.joined_at, p.last_seen_at FROM session_presence p JOIN session s ON s.id = p.session_id \
              WHERE p.account_id = $1 AND p.session_id > $2 ORDER BY p.session_id LIMIT $3",
    },
    // A pair stands once, under the lesser id: one section for each side of it. Who was rejected is not told so.
    Section {
        name: "connection",
        columns: CONNECTION,
        sql: "SELECT c.high_id AS k, c.high_id AS user_id, a.given_name, a.family_name, a.username, c.state, \
              CASE WHEN c.by_low = 1 THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS asked_by_you, \
              c.requested_at, c.decided_at FROM connection c JOIN account a ON a.id = c.high_id \
              WHERE c.low_id = $1 AND c.high_id > $2 AND c.state <> 'rejected' ORDER BY c.high_id LIMIT $3",
    },
    Section {
        name: "connection",
        columns: CONNECTION,
        sql: "SELECT c.low_id AS k, c.low_id AS user_id, a.given_name, a.family_name, a.username, c.state, \
              CASE WHEN c.by_low = 1 THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END AS asked_by_you, \
              c.requested_at, c.decided_at FROM connection c JOIN account a ON a.id = c.low_id \
              WHERE c.high_id = $1 AND c.low_id > $2 AND c.state <> 'rejected' ORDER BY c.low_id LIMIT $3",
    },
    Section {
        name: "blocked",
        columns: &[("user_id", Text), ("username", Text), ("blocked_at", At)],
        sql: "SELECT b.blocked_id AS k, b.blocked_id AS user_id, a.username, b.blocked_at FROM connection_block b \
              JOIN account a ON a.id = b.blocked_id WHERE b.blocker_id = $1 AND b.blocked_id > $2 \
              ORDER BY b.blocked_id LIMIT $3",
    },
    Section {
        name: "mail",
        columns: &[
            ("id", Text),
            ("recipient", Text),
            ("kind", Text),
            ("subject", Text),
            ("state", Text),
            ("created_at", At),
            ("finished_at", At),
        ],
        sql: "SELECT id AS k, id, recipient, kind, subject, state, created_at, finished_at FROM mail \
              WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    },
    Section {
        name: "reader",
        columns: &[
            ("id", Text),
            ("form", Text),
            ("reader", Text),
            ("via", Text),
            ("via_name", Text),
            ("ip", Text),
            ("query", Text),
            ("activities", Number),
            ("first_at", At),
            ("last_at", At),
        ],
        sql: "SELECT d.id AS k, d.id, d.kind AS form, d.reader, d.via, COALESCE(a.name, d.via_name) AS via_name, d.ip, \
              d.query, p.row_count AS activities, p.first_at, p.last_at FROM disclosure_person p \
              JOIN disclosure d ON d.id = p.disclosure_id \
              LEFT JOIN api_key a ON d.via = 'api_key' AND a.id = d.via_id \
              WHERE p.person_id = $1 AND p.disclosure_id > $2 ORDER BY p.disclosure_id LIMIT $3",
    },
    Section {
        name: "export",
        columns: &[
            ("id", Text),
            ("kind", Text),
            ("format", Text),
            ("state", Text),
            ("query", Text),
            ("written", Number),
            ("created_at", At),
            ("finished_at", At),
        ],
        sql: "SELECT id AS k, id, kind, format, state, query, written, created_at, finished_at FROM export \
              WHERE requester_id = $1 AND id > $2 ORDER BY id LIMIT $3",
    },
];

const CONNECTION: &[(&str, Sort)] = &[
    ("user_id", Text),
    ("given_name", Text),
    ("family_name", Text),
    ("username", Text),
    ("state", Text),
    ("asked_by_you", Flag),
    ("requested_at", At),
    ("decided_at", At),
];
