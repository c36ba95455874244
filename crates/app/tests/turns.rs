//! Lists that go on over several pages: every one is read forwards to its end and backwards to its beginning, and is the
//! same both ways.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use app::accounts::{self, Activation, Order, Sort, UserSearch};
use app::activity::{LogScope, ViewRequest, view};
use app::applications::{self, NewApplication};
use app::connections::{self, ConnectionSearch, Which};
use app::exports::{self, ExportSearch, Format, ViewExport};
use app::groups::{self, Group, GroupRole, GroupSearch, Invite, MemberSearch, NewGroup};
use app::sessions::{self, NewSession, SessionSearch, SessionState};
use app::{Caller, Page, PageRequest, Roles, Turns, ZoneChoice, mail, privacy};
use support::{ORDERS, TestApp};

/// The ids of a page, and its neighbours.
type Shown = (Vec<String>, Turns);

fn shown<T>(page: Page<T>, id: impl Fn(&T) -> &str) -> Shown {
    (page.rows.iter().map(|row| id(row).to_owned()).collect(), page.turns)
}

/// Reads a list of `rows` rows to its end and back to its beginning.
async fn there_and_back(rows: usize, page: impl AsyncFn(Option<String>) -> Shown) {
    let (mut there, mut after) = (Vec::new(), None);
    let mut prev = loop {
        let (rows, turns) = page(after).await;
        assert_eq!(turns.prev.is_some(), !there.is_empty(), "only the first page is none");
        there.push(rows);
        after = turns.next;
        if after.is_none() {
            break turns.prev;
        }
    };
    assert_eq!(there.concat().len(), rows);
    assert!(there.len() > 1, "one page tells nothing");
    let mut back = vec![there.last().unwrap().clone()];
    while prev.is_some() {
        let (rows, turns) = page(prev).await;
        // From wherever one went back to, the next page is the one that one came from.
        assert_eq!(&page(turns.next).await.0, back.last().unwrap());
        back.push(rows);
        prev = turns.prev;
    }
    back.reverse();
    assert_eq!(back, there);
}

fn request(after: Option<String>) -> PageRequest {
    PageRequest { after, limit: 2 }
}

async fn group(test: &TestApp, owner: &Caller, name: &str) -> Group {
    let new = NewGroup {
        name: name.to_owned(),
        ..NewGroup::default()
    };
    groups::create(&test.app, owner, new).await.unwrap()
}

#[tokio::test]
async fn users_are_the_same_both_ways_in_every_order() {
    let test = TestApp::new().await;
    let cli = Caller::command_line();
    for n in 0..9 {
        // Same names, and times that are the same for some: the id decides.
        test.named(&format!("u{n}"), "Ann", ["Lee", "Li"][n % 2]).await;
        test.clock.advance(1_000 * (n as i64 % 2));
    }
    for by in ORDERS {
        for (descending, find) in [(false, ""), (true, ""), (false, "ann"), (true, "ann l")] {
            there_and_back(9, async |after| {
                let search = UserSearch {
                    find: find.to_owned(),
                    sort: Sort { by, descending },
                    after,
                    limit: 2,
                    ..UserSearch::default()
                };
                let page = accounts::list_users(&test.app, &cli, &search).await.unwrap();
                assert_eq!((page.total.n, page.before % 2), (9, 0));
                (page.rows.into_iter().map(|row| row.id).collect(), page.turns)
            })
            .await;
        }
    }
}

#[tokio::test]
async fn who_came_meanwhile_is_on_a_page_of_their_own_before_the_first() {
    let test = TestApp::new().await;
    let cli = Caller::command_line();
    for name in ["m1", "m2", "m3"] {
        test.named(name, "Mia", name).await;
    }
    let page = async |after: Option<String>| {
        let search = UserSearch {
            sort: Sort {
                by: Order::Username,
                descending: false,
            },
            after,
            limit: 2,
            ..UserSearch::default()
        };
        accounts::list_users(&test.app, &cli, &search).await.unwrap()
    };
    let first = page(None).await;
    let last = page(first.turns.next).await;
    test.named("a1", "Ann", "Lee").await;
    let back = page(last.turns.prev).await;
    assert_eq!(back.rows[0].person.username, "m1");
    let newcomer = page(back.turns.prev).await;
    assert_eq!(newcomer.rows[0].person.username, "a1");
    assert_eq!((newcomer.before, newcomer.turns.prev), (0, None));
    let other = UserSearch {
        after: newcomer.turns.next,
        find: "mia".to_owned(),
        limit: 2,
        ..UserSearch::default()
    };
    let error = accounts::list_users(&test.app, &cli, &other).await.unwrap_err();
    assert!(error.to_string().contains("another list"), "{error}");
}

#[tokio::test]
async fn what_groups_list_is_the_same_both_ways() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, &test.admin().await);
    let owner = &test.signed_in("olga", Roles::default()).await;
    for name in ["Alpha", "Beta", "Gamma", "Delta"] {
        group(&test, owner, name).await;
    }
    let team = group(&test, owner, "Team").await.id;
    for (all, rows) in [(false, 5), (true, 5)] {
        let reader = if all { admin } else { owner };
        there_and_back(rows, async |after| {
            let search = GroupSearch {
                all,
                after,
                limit: 2,
                ..GroupSearch::default()
            };
            shown(groups::list(app, reader, &search).await.unwrap(), |row| &row.id)
        })
        .await;
    }
    for n in 0..4 {
        let id = test.create(&format!("m{n}"), Roles::default(), Activation::Later).await;
        let added = groups::add_member(app, admin, &team, &id, GroupRole::Member).await;
        added.unwrap();
        let name = format!("Below {n}");
        let below = NewGroup {
            name,
            ..NewGroup::default()
        };
        groups::create_subgroup(app, owner, &team, below).await.unwrap();
    }
    there_and_back(5, async |after| {
        let search = MemberSearch {
            after,
            limit: 2,
            ..MemberSearch::default()
        };
        let page = groups::list_members(app, owner, &team, &search).await.unwrap();
        assert_eq!(page.total, 5);
        (page.rows.into_iter().map(|row| row.person.id).collect(), page.turns)
    })
    .await;
    there_and_back(4, async |after| {
        let page = groups::list_subgroups(app, owner, &team, &request(after)).await;
        shown(page.unwrap(), |row| &row.id)
    })
    .await;
}

#[tokio::test]
async fn invitations_and_mails_are_the_same_both_ways() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, &test.admin().await);
    let mia = &test.signed_in("mia", Roles::default()).await;
    let addresses: Vec<String> = (0..60).map(|n| format!("person{n}@example.com")).collect();
    let invite = |addresses: String| Invite {
        addresses,
        role: GroupRole::Member,
    };
    let big = group(&test, admin, "Big").await.id;
    groups::invite(app, admin, &big, invite(addresses.join("\n")))
        .await
        .unwrap();
    there_and_back(60, async |after| {
        let request = PageRequest { after, limit: 25 };
        let page = groups::list_invitations(app, admin, &big, &request).await;
        shown(page.unwrap(), |row| &row.id)
    })
    .await;
    there_and_back(60, async |after| {
        let page = mail::list(app, admin, after.as_deref()).await.unwrap();
        shown(page, |row| &row.id)
    })
    .await;
    for name in ["One", "Two", "Three"] {
        let id = group(&test, admin, name).await.id;
        let invited = groups::invite(app, admin, &id, invite(mia.person.email.clone())).await;
        invited.unwrap();
    }
    there_and_back(3, async |after| {
        let page = groups::list_my_invitations(app, mia, &request(after)).await;
        shown(page.unwrap(), |row| &row.id)
    })
    .await;
}

#[tokio::test]
async fn sessions_and_who_is_in_one_are_the_same_both_ways() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, &test.admin().await);
    let owner = &test.signed_in("olga", Roles::default()).await;
    let team = group(&test, owner, "Team").await.id;
    let new = |name: &str| NewSession {
        group_id: team.clone(),
        name: name.to_owned(),
        password: None,
        start: true,
    };
    for n in 0..5 {
        test.clock.advance(1_000 * (n % 2));
        let session = sessions::create(app, owner, new(&format!("Session {n}")))
            .await
            .unwrap();
        sessions::end(app, owner, &session.id).await.unwrap();
    }
    for (reader, group_id) in [(owner, None), (owner, Some(&team)), (admin, None)] {
        there_and_back(5, async |after| {
            let search = SessionSearch {
                group_id: group_id.cloned(),
                state: SessionState::Ended,
                after,
                limit: 2,
            };
            shown(sessions::list(app, reader, &search).await.unwrap(), |row| &row.id)
        })
        .await;
    }
    let running = sessions::create(app, owner, new("Running")).await.unwrap().id;
    for name in ["mia", "bob"] {
        let person = test.signed_in(name, Roles::default()).await;
        let id = &person.person.id;
        groups::add_member(app, admin, &team, id, GroupRole::Member)
            .await
            .unwrap();
        sessions::join(app, &person, &running, None).await.unwrap();
    }
    there_and_back(3, async |after| {
        let page = sessions::list_present(app, owner, &running, &request(after)).await;
        shown(page.unwrap(), |row| &row.person.id)
    })
    .await;
}

#[tokio::test]
async fn connections_applications_exports_and_readers_are_the_same_both_ways() {
    let test = TestApp::new().await;
    let (app, admin) = (&test.app, &test.admin().await);
    let sam = &test.signed_in("sam", Roles::default()).await;
    for name in ["ann", "bob", "cara"] {
        let other = test.signed_in(name, Roles::default()).await;
        // On both sides of the table.
        connections::request(app, sam, name).await.unwrap();
        connections::accept(app, &other, &sam.person.id).await.unwrap();
        let new = NewApplication {
            name: name.to_owned(),
            single_device: false,
        };
        applications::register(app, admin, new).await.unwrap();
        let asked = ViewExport {
            view: ViewRequest::default(),
            format: Format::Csv,
            columns: Vec::new(),
            zone: ZoneChoice::utc(),
            has_mark: true,
        };
        exports::create(app, admin, &LogScope::Everything, &asked)
            .await
            .unwrap();
        let theirs = ViewRequest {
            q: format!("-activity:{name}.*"),
            ..ViewRequest::default()
        };
        view(app, admin, &LogScope::User(sam.person.id.clone()), &theirs)
            .await
            .unwrap();
    }
    there_and_back(3, async |after| {
        let search = ConnectionSearch {
            which: Which::Connected,
            after,
            limit: 2,
            ..ConnectionSearch::default()
        };
        let page = connections::list(app, sam, &search).await.unwrap();
        shown(page, |row| &row.person.id)
    })
    .await;
    there_and_back(3, async |after| {
        let page = applications::list(app, admin, &request(after)).await;
        shown(page.unwrap(), |row| &row.id)
    })
    .await;
    there_and_back(3, async |after| {
        let search = ExportSearch {
            page: request(after),
            ..ExportSearch::default()
        };
        shown(exports::find(app, admin, &search).await.unwrap(), |row| &row.id)
    })
    .await;
    let readers = privacy::readers(app, sam, &PageRequest { after: None, limit: 50 });
    let rows = readers.await.unwrap().rows.len();
    there_and_back(rows, async |after| {
        let page = privacy::readers(app, sam, &request(after)).await;
        shown(page.unwrap(), |row| &row.id)
    })
    .await;
}
