//! What leaves accounts out of a page: status, role, log-in, group. Owns their SQL.

use sqlx::Row as _;

use super::{ListQuery, RoleFilter, StatusFilter};
use crate::sql::Sql;
use crate::{Read, StoreError};

/// How many are in the group that is asked for: few are collected and then ordered, many are met soon when walking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Members {
    Few,
    Many,
}

impl Members {
    /// Members that are collected at most.
    const MOST: i64 = 20_000;

    pub(super) async fn of(read: &mut Read, query: &ListQuery) -> Result<Self, StoreError> {
        let Some(group) = &query.group else {
            return Ok(Self::Many);
        };
        let row = sqlx::query(
            "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM group_member WHERE group_id = $1 LIMIT $2) AS counted",
        );
        let row = row.bind(group).bind(Self::MOST + 1).fetch_one(read.conn()).await?;
        Ok(match row.try_get::<i64, _>("n")? > Self::MOST {
            true => Self::Many,
            false => Self::Few,
        })
    }
}

fn in_group(sql: &mut Sql, query: &ListQuery, members: Members) {
    let Some(group) = &query.group else { return };
    let (before, after) = match members {
        Members::Few => (
            " AND a.id IN (SELECT m.account_id FROM group_member m WHERE m.group_id = ",
            ")",
        ),
        // OFFSET 0 keeps it a test of one account: joined, it would be collected whole before the first row.
        Members::Many => (
            " AND EXISTS (SELECT 1 FROM group_member m WHERE m.account_id = a.id AND m.group_id = ",
            " LIMIT 1 OFFSET 0)",
        ),
    };
    sql.text(before);
    sql.bind(group.as_str());
    sql.text(after);
}

pub(super) fn filters(sql: &mut Sql, query: &ListQuery, members: Members) {
    in_group(sql, query, members);
    // Written as the partial indexes are, so that a rare value is found by its own index.
    sql.text(match query.status {
        None => "",
        Some(StatusFilter::LoggedIn) => " AND a.last_login_at IS NOT NULL",
        Some(StatusFilter::Locked) => " AND a.locked_until IS NOT NULL AND a.last_login_at IS NULL",
        Some(StatusFilter::Failed) => " AND a.last_login_at IS NULL AND a.last_attempt_failed = 1",
        Some(StatusFilter::Active) => {
            " AND a.last_login_at IS NULL AND a.last_attempt_failed = 0 AND a.activated_at IS NOT NULL"
        }
        Some(StatusFilter::Never) => {
            " AND a.last_login_at IS NULL AND a.last_attempt_failed = 0 AND a.activated_at IS NULL"
        }
    });
    match query.status {
        Some(StatusFilter::Locked) => {
            sql.text(" AND a.locked_until > ");
            sql.bind(query.now.0);
        }
        Some(StatusFilter::Failed | StatusFilter::Active | StatusFilter::Never) => {
            sql.text(" AND (a.locked_until IS NULL OR a.locked_until <= ");
            sql.bind(query.now.0);
            sql.text(")");
        }
        Some(StatusFilter::LoggedIn) | None => {}
    }
    sql.text(match query.role {
        None => "",
        Some(RoleFilter::Administrator) => " AND a.is_administrator = 1",
        Some(RoleFilter::Auditor) => " AND a.is_auditor = 1",
        Some(RoleFilter::Service) => " AND a.is_service = 1",
        Some(RoleFilter::Member) => " AND a.is_administrator = 0 AND a.is_auditor = 0 AND a.is_service = 0",
    });
    sql.text(match query.login_enabled {
        None => "",
        Some(true) => " AND a.login_enabled = 1",
        Some(false) => " AND a.login_enabled = 0",
    });
}
