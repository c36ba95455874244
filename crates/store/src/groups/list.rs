//! Pages of groups and of members, continued from a key. Owns the only assembled SQL of groups.

use sqlx::any::AnyRow;

use super::group::{self, GroupRow};
use super::member::{self, MemberRow};
use super::{GroupRole, maybe_role};
use crate::accounts::account::{self, AccountRow};
use crate::accounts::list::{FEW, rarest_of};
use crate::page::Walk;
use crate::row::{flag, number, text};
use crate::sql::{Sql, like};
use crate::{PageFrom, Read, StoreError};

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
    /// Where the page begins, by name key and account id.
    pub from: PageFrom<(String, String)>,
}

/// Members of a listed group are not counted beyond this.
pub const MEMBERS_COUNTED: u64 = 1_000;

/// Up to `limit` groups by name, from the one with this name key and id, as `viewer` sees them.
pub async fn groups(
    read: &mut Read,
    viewer: &str,
    which: &Groups,
    words: &[String],
    from: &PageFrom<(String, String)>,
    limit: u32,
) -> Result<Vec<ListedGroup>, StoreError> {
    let sql = groups_sql(viewer, which, words, from, limit);
    sql.fetch_all(read).await?.iter().map(listed_group).collect()
}

fn groups_sql(viewer: &str, which: &Groups, words: &[String], from: &PageFrom<(String, String)>, limit: u32) -> Sql {
    let Walk { sign, direction } = from.walk(false);
    let mut sql = Sql::default();
    sql.text(&format!("SELECT {}, v.role AS viewer_role, ", group::COLUMNS));
    sql.text("CASE WHEN d.group_id IS NULL THEN 0 ELSE 1 END AS is_default, ");
    sql.text("(SELECT COUNT(*) FROM (SELECT 1 AS one FROM group_member c WHERE c.group_id = g.id LIMIT ");
    sql.bind(counted());
    sql.text(") AS counted) AS members FROM user_group g LEFT JOIN user_group p ON p.id = g.parent_id ");
    sql.text("LEFT JOIN group_member v ON v.group_id = g.id AND v.account_id = ");
    sql.bind(viewer);
    sql.text(" LEFT JOIN default_group d ON d.group_id = g.id AND d.account_id = ");
    sql.bind(viewer);
    sql.text(" WHERE 1 = 1");
    restrict(&mut sql, which);
    for word in words {
        // OFFSET 0 keeps it a test of one group: joined, it would be collected whole before the first row.
        sql.text(" AND EXISTS (SELECT 1 FROM group_word w WHERE w.group_id = g.id AND ");
        sql.begins("w.word", word);
        sql.text(" LIMIT 1 OFFSET 0)");
    }
    if let Some((key, id)) = from.key() {
        sql.past("g.name_key, g.id", sign, key.as_str(), id);
    }
    sql.text(&format!(" ORDER BY g.name_key {direction}, g.id {direction} LIMIT "));
    sql.bind(i64::from(limit));
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
            sql.bind(parent.as_str());
            member.as_ref()
        }
    };
    if let Some(account) = member {
        sql.text(" AND g.id IN (SELECT m.group_id FROM group_member m WHERE m.account_id = ");
        sql.bind(account.as_str());
        sql.text(")");
    }
}

fn listed_group(row: &AnyRow) -> Result<ListedGroup, StoreError> {
    Ok(ListedGroup {
        row: group::group(row)?,
        role: maybe_role(row, "viewer_role")?,
        is_default: flag(row, "is_default")?,
        members: number(row, "members")?,
    })
}

/// Up to `limit` members by name, from where the page begins.
pub async fn members(read: &mut Read, query: &MemberQuery, limit: u32) -> Result<Vec<ListedMember>, StoreError> {
    let sql = members_sql(query, rare(read, query).await?, limit);
    sql.fetch_all(read).await?.iter().map(listed_member).collect()
}

/// The place of a word that so few accounts match, members or not, that they are looked up instead of every member.
async fn rare(read: &mut Read, query: &MemberQuery) -> Result<Option<usize>, StoreError> {
    if query.names_only {
        return Ok(None);
    }
    let rarest = rarest_of(read, &query.words, FEW + 1).await?;
    Ok(rarest.filter(|(_, n)| *n <= FEW).map(|(at, _)| at))
}

fn members_sql(query: &MemberQuery, rare: Option<usize>, limit: u32) -> Sql {
    let mut sql = Sql::default();
    sql.text(&format!(
        "SELECT m.group_id, m.account_id, m.role, m.joined_at, m.version AS member_version, m.name_key AS list_key, {} \
         FROM group_member m JOIN account a ON a.id = m.account_id WHERE ",
        account::COLUMNS
    ));
    matching(&mut sql, query, rare);
    let Walk { sign, direction } = query.from.walk(false);
    if let Some((key, id)) = query.from.key() {
        sql.past("m.name_key, m.account_id", sign, key.as_str(), id);
    }
    sql.text(&format!(
        " ORDER BY m.name_key {direction}, m.account_id {direction} LIMIT "
    ));
    sql.bind(i64::from(limit));
    sql
}

/// How many members match, whatever page they are on.
pub async fn count_members(read: &mut Read, query: &MemberQuery) -> Result<u64, StoreError> {
    let rows = count_sql(query, rare(read, query).await?).fetch_all(read).await?;
    rows.first().map_or(Ok(0), |row| number(row, "n"))
}

fn count_sql(query: &MemberQuery, rare: Option<usize>) -> Sql {
    let mut sql = Sql::default();
    sql.text("SELECT COUNT(*) AS n FROM group_member m WHERE ");
    matching(&mut sql, query, rare);
    sql
}

fn matching(sql: &mut Sql, query: &MemberQuery, rare: Option<usize>) {
    sql.text("m.group_id = ");
    sql.bind(query.group_id.as_str());
    match query.role {
        None => {}
        Some(GroupRole::Member) => sql.text(" AND m.role = 'member'"),
        // Said twice, so that the index of those who manage is used.
        Some(GroupRole::Administrator) => sql.text(" AND m.role = 'administrator' AND m.role <> 'member'"),
        Some(GroupRole::Owner) => sql.text(" AND m.role = 'owner' AND m.role <> 'member'"),
    }
    for (at, word) in query.words.iter().enumerate() {
        if query.names_only {
            let (first, later) = (format!("{}%", like(word)), format!("% {}%", like(word)));
            sql.text(" AND (m.name_key LIKE ");
            sql.bind(first.as_str());
            sql.text(" ESCAPE '!' OR m.name_key LIKE ");
            sql.bind(later.as_str());
            sql.text(" ESCAPE '!')");
            continue;
        }
        if rare == Some(at) {
            sql.text(" AND m.account_id IN (SELECT w.account_id FROM account_word w WHERE ");
            sql.begins("w.word", word);
            sql.text(")");
            continue;
        }
        // The members are walked in order and each is tested: a word may match a million accounts elsewhere.
        sql.text(" AND EXISTS (SELECT 1 FROM account_word w WHERE w.account_id = m.account_id AND ");
        sql.begins("w.word", word);
        sql.text(" LIMIT 1 OFFSET 0)");
    }
}

fn listed_member(row: &AnyRow) -> Result<ListedMember, StoreError> {
    Ok(ListedMember {
        row: member::member(row)?,
        account: account::account(row)?,
        name_key: text(row, "list_key")?,
    })
}

#[cfg(test)]
mod tests;
