//! Pages of groups and of members, continued from a key. Owns the only assembled SQL of groups; it is put together
//! from constants, and every value is bound.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Error};

use super::group::{self, GroupRow};
use super::member::{self, MemberRow};
use super::{GroupRole, flag, maybe_role, number, text};
use crate::accounts::account::{self, AccountRow};

/// Which groups a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Groups {
    /// Every group.
    All,
    /// Those this account is a member of.
    Of(String),
    /// The subgroups of a group; only those this account is a member of, if one is named.
    Below {
        /// The group above.
        parent: String,
        /// The account.
        member: Option<String>,
    },
}

/// One group as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedGroup {
    /// The group.
    pub row: GroupRow,
    /// What the account for which the page is made is in it.
    pub role: Option<GroupRole>,
    /// Whether it is that account's default group.
    pub is_default: bool,
    /// How many members it has, counted up to [`MEMBERS_COUNTED`].
    pub members: u64,
}

/// One member as a page shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMember {
    /// The membership.
    pub row: MemberRow,
    /// The account.
    pub account: AccountRow,
    /// What they are ordered by.
    pub name_key: String,
}

/// Which members a page shows.
#[derive(Clone, Debug)]
pub struct MemberQuery {
    /// The group.
    pub group_id: String,
    /// Beginnings of words, NFKC and lower case; all must match.
    pub words: Vec<String>,
    /// Whether only names are searched, not usernames and e-mail addresses.
    pub names_only: bool,
    /// Only members with this role.
    pub role: Option<GroupRole>,
    /// Rows after the one with this name key and account id.
    pub after: Option<(String, String)>,
}

/// Members of a listed group are not counted beyond this.
pub const MEMBERS_COUNTED: u64 = 1_000;

/// Up to `limit` groups by name, after the one with this name key and id, as `viewer` sees them.
pub async fn groups(
    conn: &mut AnyConnection,
    viewer: &str,
    which: &Groups,
    words: &[String],
    after: Option<&(String, String)>,
    limit: u32,
) -> Result<Vec<ListedGroup>, Error> {
    let sql = groups_sql(viewer, which, words, after, limit);
    sql.fetch_all(conn).await?.iter().map(listed_group).collect()
}

fn groups_sql(viewer: &str, which: &Groups, words: &[String], after: Option<&(String, String)>, limit: u32) -> Sql {
    let mut sql = Sql::default();
    sql.text(&format!("SELECT {}, v.role AS viewer_role, ", group::COLUMNS));
    sql.text("CASE WHEN d.group_id IS NULL THEN 0 ELSE 1 END AS is_default, ");
    sql.text("(SELECT COUNT(*) FROM (SELECT 1 AS one FROM group_member c WHERE c.group_id = g.id LIMIT ");
    sql.bind(Value::Number(counted()));
    sql.text(") AS counted) AS members FROM user_group g LEFT JOIN user_group p ON p.id = g.parent_id ");
    sql.text("LEFT JOIN group_member v ON v.group_id = g.id AND v.account_id = ");
    sql.bind_text(viewer);
    sql.text(" LEFT JOIN default_group d ON d.group_id = g.id AND d.account_id = ");
    sql.bind_text(viewer);
    sql.text(" WHERE 1 = 1");
    restrict(&mut sql, which);
    for word in words {
        // OFFSET 0 keeps it a test of one group: joined, it would be collected whole before the first row.
        sql.text(" AND EXISTS (SELECT 1 FROM group_word w WHERE w.group_id = g.id AND w.word >= ");
        sql.bind_text(word);
        sql.text(" AND w.word < ");
        sql.bind_text(&format!("{word}\u{10ffff}"));
        sql.text(" LIMIT 1 OFFSET 0)");
    }
    if let Some((key, id)) = after {
        sql.text(" AND (g.name_key, g.id) > (");
        sql.bind_text(key);
        sql.text(", ");
        sql.bind_text(id);
        sql.text(")");
    }
    sql.text(" ORDER BY g.name_key, g.id LIMIT ");
    sql.bind(Value::Number(i64::from(limit)));
    sql
}

fn counted() -> i64 {
    i64::try_from(MEMBERS_COUNTED + 1).unwrap_or(i64::MAX)
}

fn restrict(sql: &mut Sql, which: &Groups) {
    let member = match which {
        Groups::All => None,
        Groups::Of(account) => Some(account),
        Groups::Below { parent, member } => {
            sql.text(" AND g.parent_id = ");
            sql.bind_text(parent);
            member.as_ref()
        }
    };
    if let Some(account) = member {
        sql.text(" AND g.id IN (SELECT m.group_id FROM group_member m WHERE m.account_id = ");
        sql.bind_text(account);
        sql.text(")");
    }
}

fn listed_group(row: &AnyRow) -> Result<ListedGroup, Error> {
    Ok(ListedGroup {
        row: group::group(row)?,
        role: maybe_role(row, "viewer_role")?,
        is_default: flag(row, "is_default")?,
        members: number(row, "members")?,
    })
}

/// Up to `limit` members by name.
pub async fn members(conn: &mut AnyConnection, query: &MemberQuery, limit: u32) -> Result<Vec<ListedMember>, Error> {
    let sql = members_sql(query, limit);
    sql.fetch_all(conn).await?.iter().map(listed_member).collect()
}

fn members_sql(query: &MemberQuery, limit: u32) -> Sql {
    let mut sql = Sql::default();
    sql.text(&format!(
        "SELECT m.group_id, m.account_id, m.role, m.joined_at, m.version AS member_version, m.name_key AS list_key, {} \
         FROM group_member m JOIN account a ON a.id = m.account_id WHERE ",
        account::COLUMNS
    ));
    matching(&mut sql, query);
    if let Some((key, id)) = &query.after {
        sql.text(" AND (m.name_key, m.account_id) > (");
        sql.bind_text(key);
        sql.text(", ");
        sql.bind_text(id);
        sql.text(")");
    }
    sql.text(" ORDER BY m.name_key, m.account_id LIMIT ");
    sql.bind(Value::Number(i64::from(limit)));
    sql
}

/// How many members match, whatever page they are on.
pub async fn count_members(conn: &mut AnyConnection, query: &MemberQuery) -> Result<u64, Error> {
    let mut sql = Sql::default();
    sql.text("SELECT COUNT(*) AS n FROM group_member m WHERE ");
    matching(&mut sql, query);
    let rows = sql.fetch_all(conn).await?;
    rows.first().map_or(Ok(0), |row| number(row, "n"))
}

fn matching(sql: &mut Sql, query: &MemberQuery) {
    sql.text("m.group_id = ");
    sql.bind_text(&query.group_id);
    match query.role {
        None => {}
        Some(GroupRole::Member) => sql.text(" AND m.role = 'member'"),
        // Said twice, so that the index of those who manage is used.
        Some(GroupRole::Administrator) => sql.text(" AND m.role = 'administrator' AND m.role <> 'member'"),
        Some(GroupRole::Owner) => sql.text(" AND m.role = 'owner' AND m.role <> 'member'"),
    }
    for word in &query.words {
        if query.names_only {
            sql.text(" AND (m.name_key LIKE ");
            sql.bind_text(&format!("{}%", escaped(word)));
            sql.text(" ESCAPE '\\' OR m.name_key LIKE ");
            sql.bind_text(&format!("% {}%", escaped(word)));
            sql.text(" ESCAPE '\\')");
            continue;
        }
        // The members are walked in order and each is tested: a word may match a million accounts elsewhere.
        sql.text(" AND EXISTS (SELECT 1 FROM account_word w WHERE w.account_id = m.account_id AND w.word >= ");
        sql.bind_text(word);
        sql.text(" AND w.word < ");
        sql.bind_text(&format!("{word}\u{10ffff}"));
        sql.text(" LIMIT 1 OFFSET 0)");
    }
}

/// A text as LIKE takes it literally.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn listed_member(row: &AnyRow) -> Result<ListedMember, Error> {
    Ok(ListedMember {
        row: member::member(row)?,
        account: account::account(row)?,
        name_key: text(row, "list_key")?,
    })
}

/// A bound value.
enum Value {
    Text(String),
    Number(i64),
}

/// SQL text from constants, with its values bound in order.
#[derive(Default)]
struct Sql {
    text: String,
    values: Vec<Value>,
}

impl Sql {
    fn text(&mut self, constant: &str) {
        self.text.push_str(constant);
    }

    fn bind_text(&mut self, value: &str) {
        self.bind(Value::Text(value.to_owned()));
    }

    fn bind(&mut self, value: Value) {
        self.values.push(value);
        self.text.push_str(&format!("${}", self.values.len()));
    }

    async fn fetch_all(self, conn: &mut AnyConnection) -> Result<Vec<AnyRow>, Error> {
        // Safe: the text is made of this file's constants; everything a person typed is bound.
        let mut query = sqlx::query(AssertSqlSafe(self.text));
        for value in self.values {
            query = match value {
                Value::Text(value) => query.bind(value),
                Value::Number(value) => query.bind(value),
            };
        }
        query.fetch_all(conn).await
    }
}

#[cfg(test)]
mod tests;
