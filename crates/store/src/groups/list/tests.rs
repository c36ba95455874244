//! Whether pages of groups and members use their indexes, and miss nobody at size.

use super::*;
use crate::groups::group::GroupRow;
use crate::groups::{GroupRole, group, invitation, member};
use crate::{Store, StoreUrl};
use activity::Time;

const MEMBERS: u32 = 10_000;

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreUrl::Directory(dir.path().to_owned())).await.unwrap();
    (dir, store)
}

fn group_row(id: &str, parent: Option<&str>) -> GroupRow {
    GroupRow {
        id: id.to_owned(),
        parent: parent.map(|id| activity::Named {
            id: id.to_owned(),
            name: String::new(),
        }),
        name: "Field team".to_owned(),
        name_key: format!("field team {id}"),
        requires_second_factor: false,
        version: 1,
        created_at: Time(1),
        created_by: "usr_00000".to_owned(),
    }
}

/// A group of [`MEMBERS`] members, of whom the first owns it and the second administers it.
async fn big_group(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    group::insert(&mut tx, &group_row("grp_big", None)).await.unwrap();
    for n in 0..MEMBERS {
        let (id, name) = (
            format!("usr_{n:05}"),
            format!("person {:05} jones", n * 7_919 % MEMBERS),
        );
        sqlx::query(
            "INSERT INTO account (id, given_name, family_name, username, email, name_key, username_key, email_key, \
             created_at) VALUES ($1, $2, 'Jones', $1, $1 || '@example.com', $2, $1, $1 || '@example.com', 1)",
        )
        .bind(&id)
        .bind(&name)
        .execute(tx.conn())
        .await
        .unwrap();
        for word in [name.as_str(), "jones"] {
            sqlx::query("INSERT INTO account_word (word, account_id, name_key) VALUES ($1, $2, $3)")
                .bind(word)
                .bind(&id)
                .bind(&name)
                .execute(tx.conn())
                .await
                .unwrap();
        }
        let row = MemberRow {
            group_id: "grp_big".to_owned(),
            account_id: id,
            role: match n {
                0 => GroupRole::Owner,
                1 => GroupRole::Administrator,
                _ => GroupRole::Member,
            },
            joined_at: Time(1),
            version: 1,
        };
        assert!(member::insert(&mut tx, &row).await.unwrap());
    }
    tx.commit().await.unwrap();
}

fn query(find: &[&str]) -> MemberQuery {
    MemberQuery {
        group_id: "grp_big".to_owned(),
        words: find.iter().map(|word| (*word).to_owned()).collect(),
        names_only: false,
        role: None,
        from: PageFrom::First,
    }
}

/// The steps of the plan of a statement.
async fn plan(store: &Store, sql: Sql) -> String {
    let mut read = store.read().await.unwrap();
    let rows = sql.explained().fetch_all(&mut read).await.unwrap();
    let steps = rows.iter().map(|row| text(row, "detail").unwrap());
    steps.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_page_of_members_is_walked_in_the_order_of_its_index() {
    let (_dir, store) = store().await;
    let row = ("person 05000 jones".to_owned(), "usr_x".to_owned());
    let owners = MemberQuery {
        role: Some(GroupRole::Owner),
        ..query(&[])
    };
    for query in [
        query(&[]),
        MemberQuery {
            from: PageFrom::After(row.clone()),
            ..query(&[])
        },
        MemberQuery {
            from: PageFrom::Before(row.clone()),
            ..query(&[])
        },
        query(&["jones", "person 00"]),
        MemberQuery {
            names_only: true,
            ..query(&["jones"])
        },
        owners.clone(),
    ] {
        let steps = plan(&store, members_sql(&query, None, 101)).await;
        assert!(!steps.contains("TEMP B-TREE"), "{query:?}: it sorts\n{steps}");
        assert!(!steps.contains("SCAN"), "{query:?}: it walks a whole table\n{steps}");
    }
    for (from, sign) in [(PageFrom::After(row.clone()), ">"), (PageFrom::Before(row), "<")] {
        let steps = plan(&store, members_sql(&MemberQuery { from, ..query(&[]) }, None, 101)).await;
        let index = format!("group_member_by_name (group_id=? AND (name_key,account_id){sign}(?,?))");
        assert!(
            steps.contains(&index),
            "it goes straight to the row beside the cursor\n{steps}"
        );
    }
    let steps = plan(&store, members_sql(&owners, None, 101)).await;
    assert!(steps.contains("group_member_managers"), "{steps}");
    // A word that few accounts match leads to the members, however many there are.
    let steps = plan(&store, members_sql(&query(&["jones"]), Some(0), 101)).await;
    assert!(
        steps.contains("word>? AND word<?") && !steps.contains("SCAN"),
        "{steps}"
    );
    for (query, index) in [
        (query(&[]), "COVERING INDEX group_member"),
        (owners, "group_member_managers (group_id=?)"),
        (query(&["jones"]), "account_word_of"),
    ] {
        let steps = plan(&store, count_sql(&query, None)).await;
        assert!(steps.contains(index) && !steps.contains("SCAN"), "{query:?}\n{steps}");
    }
}

#[tokio::test]
async fn a_page_of_groups_is_walked_in_the_order_of_its_index() {
    let (_dir, store) = store().await;
    let row = ("field".to_owned(), "grp_x".to_owned());
    let after = PageFrom::After(row.clone());
    for (from, sign) in [(&after, ">"), (&PageFrom::Before(row), "<")] {
        let steps = plan(&store, groups_sql("usr_1", &Groups::All, &[], from, 101)).await;
        let index = format!("user_group_by_name ((name_key,id){sign}(?,?))");
        assert!(steps.contains(&index) && !steps.contains("TEMP B-TREE"), "{steps}");
    }
    let below = Groups::Below {
        parent: "grp_big".to_owned(),
        member: None,
    };
    let steps = plan(&store, groups_sql("usr_1", &below, &[], &after, 101)).await;
    assert!(
        steps.contains("user_group_children (parent_id=? AND (name_key,id)>(?,?))"),
        "{steps}"
    );
    assert!(!steps.contains("TEMP B-TREE"), "{steps}");
    // Somebody's own groups are few: they are found by who they are and ordered then.
    let of = Groups::Of("usr_1".to_owned());
    let steps = plan(&store, groups_sql("usr_1", &of, &[], &PageFrom::First, 101)).await;
    assert!(steps.contains("group_member_of (account_id=?"), "{steps}");
    assert!(!steps.contains("SCAN g"), "{steps}");
}

#[tokio::test]
async fn the_pages_of_ten_thousand_members_miss_nobody() {
    let (_dir, store) = store().await;
    big_group(&store).await;
    let mut read = store.read().await.unwrap();
    let (mut seen, mut from) = (Vec::new(), PageFrom::First);
    loop {
        let query = MemberQuery { from, ..query(&[]) };
        let rows = members(&mut read, &query, 500).await.unwrap();
        assert_eq!(count_members(&mut read, &query).await.unwrap(), u64::from(MEMBERS));
        let Some(last) = rows.last() else { break };
        from = PageFrom::After((last.name_key.clone(), last.account.id.clone()));
        seen.extend(rows.into_iter().map(|row| row.name_key));
    }
    assert_eq!(seen.len() as u32, MEMBERS);
    assert!(seen.is_sorted());
    for (find, expected) in [(&["jones"][..], 50), (&["person 0999", "jones"], 10), (&["nobody"], 0)] {
        let rows = members(&mut read, &query(find), 50).await.unwrap();
        count_members(&mut read, &query(find)).await.unwrap();
        assert_eq!(rows.len(), expected, "{find:?}");
    }
}

#[tokio::test]
async fn the_database_itself_keeps_the_last_owner_and_one_default_group() {
    let (_dir, store) = store().await;
    big_group(&store).await;
    let mut tx = store.begin().await.unwrap();
    assert!(!member::delete(&mut tx, "grp_big", "usr_00000").await.unwrap());
    let owner = member::get(&mut tx, "grp_big", "usr_00000").await.unwrap().unwrap();
    assert!(!member::set_role(&mut tx, &owner, GroupRole::Member).await.unwrap());
    let set = crate::groups::default_group::set(&mut tx, "usr_00002", "grp_big").await;
    assert!(set.unwrap());
    let stranger = crate::groups::default_group::set(&mut tx, "usr_none", "grp_big").await;
    assert!(!stranger.unwrap(), "only a member has it as default");
    assert!(member::delete(&mut tx, "grp_big", "usr_00002").await.unwrap());
    let default = crate::groups::default_group::of(&mut tx, "usr_00002").await;
    assert_eq!(default.unwrap(), None);
}

#[tokio::test]
async fn deleting_a_group_takes_subgroups_members_and_invitations_along() {
    let (_dir, store) = store().await;
    let mut tx = store.begin().await.unwrap();
    group::insert(&mut tx, &group_row("grp_a", None)).await.unwrap();
    group::insert(&mut tx, &group_row("grp_b", Some("grp_a")))
        .await
        .unwrap();
    let row = invitation::InvitationRow {
        id: "inv_1".to_owned(),
        group: group_row("grp_b", None).named(),
        email: "sam@example.com".to_owned(),
        email_key: "sam@example.com".to_owned(),
        role: GroupRole::Member,
        invited_by: "usr_1".to_owned(),
        invited_by_name: "Ann Lee".to_owned(),
        created_at: Time(1),
        expires_at: Time(9),
    };
    assert!(invitation::insert(&mut tx, &row, b"hash").await.unwrap());
    assert!(
        !invitation::insert(&mut tx, &row, b"other").await.unwrap(),
        "one waits already"
    );
    let ids = group::managed_group_ids(&mut tx, "grp_a").await.unwrap();
    assert_eq!(ids, ["grp_a", "grp_b"]);
    assert!(group::delete(&mut tx, "grp_a").await.unwrap());
    assert_eq!(group::get(&mut tx, "grp_b").await.unwrap(), None);
    assert_eq!(invitation::get(&mut tx, "inv_1").await.unwrap(), None);
}
