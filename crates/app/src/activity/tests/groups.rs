//! The log of a group: its managers read it and nothing else, whatever they ask.

use activity::{Activity, Facts, Named};

use super::support::{Setup, auditor, of};
use super::{FollowRequest, LogScope, ViewError, ViewRequest, asking, follow, get, view};
use crate::accounts::{Activation, NewUser, create_user};
use crate::activity::{ActivityView, EmptyReason, group};
use crate::exports::Format;
use crate::exports::tests::{asked as as_file, exported as made};
use crate::groups::{self, GroupRole, NewGroup, create, create_subgroup};
use crate::privacy::{Form, readers};
use crate::{Caller, Origin, PageRequest, Roles, Via};

/// Three groups with their people, and a row of each of them in each of the groups.
struct Groups {
    setup: Setup,
    design: String,
    sketches: String,
    finance: String,
    /// Owns Design.
    olga: Caller,
    /// A member of Design.
    mia: Caller,
    /// Owns Sketches, the subgroup of Design, and is in nothing else.
    sven: Caller,
    /// Owns Finance.
    frank: Caller,
}

async fn person(setup: &Setup, username: &str) -> Caller {
    let new = NewUser {
        given_name: username.to_owned(),
        username: username.to_owned(),
        email: format!("{username}@example.com"),
        activation: Activation::Later,
        ..NewUser::default()
    };
    let created = create_user(&setup.app, &Caller::command_line(), new).await.unwrap();
    Caller {
        person: created.person,
        roles: Roles::default(),
        via: Via::Device { id: "dev_1".to_owned() },
        origin: Origin::default(),
    }
}

fn named(name: &str) -> NewGroup {
    NewGroup {
        name: name.to_owned(),
        ..NewGroup::default()
    }
}

/// A log-in of this person in this group.
fn in_group(who: &Caller, id: &str, name: &str) -> Facts {
    let mut facts = of("x", "user.login");
    facts.user = Some(who.person.clone());
    facts.group = Some(Named {
        id: id.to_owned(),
        name: name.to_owned(),
    });
    facts
}

impl Groups {
    async fn new() -> Self {
        let setup = Setup::new().await;
        let (olga, mia) = (person(&setup, "olga").await, person(&setup, "mia").await);
        let (sven, frank) = (person(&setup, "sven").await, person(&setup, "frank").await);
        let app = &setup.app;
        let design = create(app, &olga, named("Design")).await.unwrap().id;
        let finance = create(app, &frank, named("Finance")).await.unwrap().id;
        let sketches = create_subgroup(app, &olga, &design, named("Sketches"))
            .await
            .unwrap()
            .id;
        let add = async |group: &str, who: &Caller, role| {
            groups::add_member(app, &Caller::command_line(), group, &who.person.id, role)
                .await
                .unwrap();
        };
        add(&design, &mia, GroupRole::Member).await;
        add(&finance, &mia, GroupRole::Member).await;
        add(&sketches, &sven, GroupRole::Owner).await;
        let rows = [
            in_group(&mia, &design, "Design"),
            in_group(&sven, &sketches, "Sketches"),
            in_group(&mia, &finance, "Finance"),
            // Another system's group, whose name and near id imitate ours.
            in_group(&mia, "grp_other", &design),
            in_group(&frank, &format!("{design}0"), "Design"),
        ];
        let mut nowhere = of("x", "user.login");
        nowhere.user = Some(mia.person.clone());
        setup.append(rows.into_iter().chain([nowhere])).await;
        Self {
            setup,
            design,
            sketches,
            finance,
            olga,
            mia,
            sven,
            frank,
        }
    }

    async fn seen(&self, caller: &Caller, group: &str, q: &str) -> Result<ActivityView, ViewError> {
        let scope = LogScope::Group(group.to_owned());
        view(&self.setup.app, caller, &scope, &asking(q)).await
    }

    async fn exported(&self, caller: &Caller, group: &str, q: &str) -> String {
        let scope = LogScope::Group(group.to_owned());
        let bytes = made(&self.setup.app, caller, &scope, &as_file(q, Format::Jsonl)).await;
        String::from_utf8(bytes).unwrap()
    }

    /// The row of a log-in in this group.
    async fn log_in(&self, group: &str) -> Activity {
        let rows = self.setup.all("activity:user.login").await;
        let is_in = |row: &Activity| row.group.as_ref().map_or("", |group| group.id.as_str()) == group;
        rows.into_iter().find(|row| is_in(row)).unwrap()
    }
}

fn groups_of(rows: &[Activity]) -> Vec<&str> {
    let mut ids: Vec<&str> = rows
        .iter()
        .map(|row| row.group.as_ref().map_or("", |group| group.id.as_str()))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[tokio::test]
async fn a_manager_reads_the_group_and_its_subgroups_and_nothing_else_whatever_is_asked() {
    let it = Groups::new().await;
    let mut own = [it.design.as_str(), it.sketches.as_str()];
    own.sort_unstable();
    let shown = it.seen(&it.olga, &it.design, "activity:user.login").await.unwrap();
    assert_eq!(groups_of(&shown.rows), own);
    assert_eq!(shown.count.unwrap().n, 2);
    assert_eq!(shown.failures.unwrap().n, 0);
    let finance = &it.finance;
    for q in [
        format!("group:={finance}"),
        format!("group:={finance} OR group:={}", it.design),
        "group:Finance OR activity:user.login".to_owned(),
        format!("NOT group:={}", it.design),
        "-group:Design OR -activity:user.login".to_owned(),
        "-*".to_owned(),
        "id:0..1000 OR user:mia OR user:frank OR user:me".to_owned(),
        format!("(user:={} OR (outcome:success OR outcome:failure))", it.frank.person.id),
        "NOT has:group".to_owned(),
        "-has:group OR has:group".to_owned(),
    ] {
        let shown = it.seen(&it.olga, &it.design, &q).await.unwrap();
        assert!(groups_of(&shown.rows).iter().all(|group| own.contains(group)), "{q}");
        assert_eq!(shown.count.unwrap().n, shown.rows.len() as u64, "{q}");
        let text = it.exported(&it.olga, &it.design, &q).await;
        let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let is_own = |row: &serde_json::Value| own.contains(&row["group"]["id"].as_str().unwrap_or_default());
        assert!(rows.iter().all(is_own), "{q}: {text}");
    }
    let nothing = it
        .seen(&it.olga, &it.design, &format!("group:={finance}"))
        .await
        .unwrap();
    let Some(EmptyReason::NothingMatches { widen, .. }) = nothing.empty else {
        panic!("{:?}", nothing.empty)
    };
    let everything = it.seen(&it.olga, &it.design, "").await.unwrap().count.unwrap().n;
    assert!(widen.iter().all(|wider| wider.count.n <= everything), "{widen:?}");
}

#[tokio::test]
async fn the_manager_of_a_subgroup_reads_only_that() {
    let it = Groups::new().await;
    let shown = it.seen(&it.sven, &it.sketches, "").await.unwrap();
    assert_eq!(groups_of(&shown.rows), [it.sketches.as_str()]);
    assert!(matches!(
        it.seen(&it.sven, &it.design, "").await,
        Err(ViewError::NoSuchGroup)
    ));
    assert!(it.seen(&it.olga, &it.sketches, "").await.is_ok());
}

#[tokio::test]
async fn members_may_not_read_the_log_and_strangers_learn_of_no_group() {
    let it = Groups::new().await;
    assert!(matches!(
        it.seen(&it.mia, &it.design, "").await,
        Err(ViewError::Forbidden)
    ));
    for group in [it.design.as_str(), it.sketches.as_str(), "grp_none", ""] {
        let refused = it.seen(&it.frank, group, "").await;
        assert!(matches!(refused, Err(ViewError::NoSuchGroup)), "{group}");
        assert!(group_is_unknown(&it, &it.frank, group).await, "{group}");
    }
    assert!(it.seen(&auditor(), &it.design, "").await.is_ok());
    let app = &it.setup.app;
    groups::change_role(
        app,
        &it.olga,
        &it.design,
        &it.mia.person.id,
        GroupRole::Administrator,
        None,
    )
    .await
    .unwrap();
    assert!(it.seen(&it.mia, &it.design, "").await.is_ok());
    groups::remove_member(app, &it.olga, &it.design, &it.mia.person.id)
        .await
        .unwrap();
    assert!(matches!(
        it.seen(&it.mia, &it.design, "").await,
        Err(ViewError::NoSuchGroup)
    ));
}

async fn group_is_unknown(it: &Groups, caller: &Caller, id: &str) -> bool {
    matches!(group(&it.setup.app, caller, id).await, Err(ViewError::NoSuchGroup))
}

#[tokio::test]
async fn a_manager_may_not_read_the_rest_of_a_members_log() {
    let it = Groups::new().await;
    let user = LogScope::User(it.mia.person.id.clone());
    for scope in [user, LogScope::Everything] {
        let refused = view(&it.setup.app, &it.olga, &scope, &asking("")).await;
        assert!(matches!(refused, Err(ViewError::Forbidden)), "{scope:?}");
    }
    let (app, own) = (&it.setup.app, it.log_in(&it.design).await.seq);
    assert!(get(app, &it.olga, own).await.unwrap().is_some());
    let below = it.log_in(&it.sketches).await.seq;
    assert!(get(app, &it.olga, below).await.unwrap().is_some());
    assert!(get(app, &it.mia, below).await.unwrap().is_none());
    for group in [it.finance.as_str(), "grp_other", ""] {
        let seq = it.log_in(group).await.seq;
        assert!(get(app, &it.olga, seq).await.unwrap().is_none(), "{group}");
        assert!(
            get(app, &it.mia, seq).await.unwrap().is_some(),
            "{group}: it is her own"
        );
    }
    assert!(get(app, &it.sven, own).await.unwrap().is_none());
}

#[tokio::test]
async fn following_a_group_gives_its_rows_and_no_others() {
    let it = Groups::new().await;
    let request = FollowRequest {
        q: "activity:user.login OR group:Finance".to_owned(),
        from: None,
        to: None,
        zone: jiff::tz::TimeZone::UTC,
        after: None,
        limit: 100,
        hides_reads: false,
    };
    let scope = LogScope::Group(it.sketches.clone());
    let page = follow(&it.setup.app, &it.olga, &scope, &request).await.unwrap();
    assert_eq!(groups_of(&page.rows), [it.sketches.as_str()]);
    let refused = follow(&it.setup.app, &it.frank, &scope, &request).await;
    assert!(matches!(refused, Err(ViewError::NoSuchGroup)));
}

#[tokio::test]
async fn a_manager_who_looks_at_one_person_is_in_that_persons_log_once_per_look() {
    let it = Groups::new().await;
    it.seen(&it.olga, &it.design, "").await.unwrap();
    assert!(
        it.setup.all("activity:log.viewed").await.is_empty(),
        "of several people"
    );
    assert_eq!(it.setup.all("activity:log.searched user:olga").await.len(), 1);
    for _ in 0..2 {
        it.seen(&it.olga, &it.design, "user:mia").await.unwrap();
    }
    let looks = it.setup.all("activity:log.viewed").await;
    assert_eq!(looks.len(), 1);
    let look = &looks[0];
    assert_eq!(look.user.as_ref().unwrap().id, it.mia.person.id);
    assert!(matches!(&look.by, activity::By::Member(reader) if reader.id == it.olga.person.id));
    assert_eq!(look.group.as_ref().unwrap().id, it.design);
    assert_eq!(look.metadata.get("query").map(String::as_str), Some("user:mia"));

    get(&it.setup.app, &it.olga, it.log_in(&it.sketches).await.seq)
        .await
        .unwrap()
        .unwrap();
    let looks = it
        .setup
        .all(&format!("activity:log.viewed user:={}", it.sven.person.id))
        .await;
    assert_eq!(looks.len(), 1, "a single row is a look at its person");
    it.seen(&it.sven, &it.sketches, "user:sven activity:user.login")
        .await
        .unwrap();
    let all = it.setup.all("activity:log.viewed").await;
    assert_eq!(all.len(), 2, "one's own rows are no look at somebody");
    let file = it.exported(&it.olga, &it.design, "user:mia -activity:log.*").await;
    let by_export = it.setup.all("activity:log.viewed user:mia").await;
    assert_eq!(by_export.len(), 1, "soon after, it is told of by the same activity");
    let listed = readers(&it.setup.app, &it.mia, &PageRequest { after: None, limit: 10 })
        .await
        .unwrap()
        .rows;
    let by_olga: Vec<_> = listed.iter().filter(|one| one.reader.id == it.olga.person.id).collect();
    assert_eq!(by_olga.len(), 3, "and every question is listed");
    let told = by_olga.iter().find(|one| one.form == Form::File).unwrap();
    assert_eq!(told.rows, file.lines().count() as u64);
}

#[tokio::test]
async fn an_export_of_a_group_is_in_the_log_of_the_group() {
    let it = Groups::new().await;
    it.exported(&it.olga, &it.design, "activity:user.login").await;
    let exports = it.seen(&it.olga, &it.design, "activity:export.*").await.unwrap().rows;
    let codes: Vec<&str> = exports.iter().map(|row| &*row.kind).collect();
    assert_eq!(codes, ["export.downloaded", "export.generated"]);
    let target = exports[0].target().unwrap();
    assert!(target.name.starts_with("activity-log-Design-"), "{}", target.name);
    let query = &exports[0].metadata["query"];
    assert!(
        query.contains(&it.design) && query.ends_with("activity:user.login"),
        "{query}"
    );
    assert_eq!(exports[0].user.as_ref().unwrap().id, it.olga.person.id);
}

#[tokio::test]
async fn the_log_of_a_deleted_group_is_there_for_who_reads_everything() {
    let it = Groups::new().await;
    groups::delete(&it.setup.app, &it.olga, &it.design).await.unwrap();
    assert!(matches!(
        it.seen(&it.olga, &it.design, "").await,
        Err(ViewError::NoSuchGroup)
    ));
    let shown = it.seen(&auditor(), &it.design, "").await.unwrap();
    assert_eq!(groups_of(&shown.rows), [it.design.as_str()]);
    let name = group(&it.setup.app, &auditor(), &it.design)
        .await
        .unwrap()
        .unwrap()
        .name;
    assert_eq!(name, "Design");
    assert_eq!(group(&it.setup.app, &auditor(), "grp_none").await.unwrap(), None);
}

#[tokio::test]
async fn pages_of_a_groups_log_go_on_without_loss() {
    let it = Groups::new().await;
    let all = it.seen(&it.olga, &it.design, "").await.unwrap().rows;
    let mut request = ViewRequest { limit: 2, ..asking("") };
    let mut paged = Vec::new();
    loop {
        let scope = LogScope::Group(it.design.clone());
        let page = view(&it.setup.app, &it.olga, &scope, &request).await.unwrap();
        paged.extend(page.rows);
        match page.older {
            Some(older) => request.after = Some(older),
            None => break,
        }
    }
    assert_eq!(paged, all.into_vec());
}
