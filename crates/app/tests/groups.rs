//! Groups: roles, owners, subgroups, invitations, and what a stranger sees.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod support;

use activity::{Activity, Time};
use app::groups::{
    self, EditGroup, Group, GroupRole, GroupSearch, InvitationKey, Invite, InviteOutcome, MemberSearch, NewGroup,
    NewMember, Standing,
};
use app::{App, Caller, ChangeError, PageRequest, Roles};
use store::accounts::account::{self, AccountKeys, AccountRow};
use store::groups::member::{self, MemberRow};
use support::{GOOD, TestApp, visitor};

const NOBODY: Roles = Roles {
    administrator: false,
    auditor: false,
};

fn named(name: &str) -> NewGroup {
    NewGroup {
        name: name.to_owned(),
        ..NewGroup::default()
    }
}

fn to(addresses: &str) -> Invite {
    Invite {
        addresses: addresses.to_owned(),
        role: GroupRole::Member,
    }
}

fn first_page() -> PageRequest {
    PageRequest {
        after: None,
        limit: 100,
    }
}

/// A group with an owner, an administrator and a member of it, a stranger, and an administrator of the installation.
struct Team {
    test: TestApp,
    group: Group,
    owner: Caller,
    manager: Caller,
    member: Caller,
    stranger: Caller,
    admin: Caller,
}

impl Team {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut app::Settings)) -> Self {
        let test = TestApp::with(change).await;
        let admin = test.admin().await;
        let owner = test.signed_in("olga", NOBODY).await;
        let manager = test.signed_in("max", NOBODY).await;
        let member = test.signed_in("mia", NOBODY).await;
        let stranger = test.signed_in("sam", NOBODY).await;
        let group = groups::create(&test.app, &owner, named("Field team")).await.unwrap();
        for (caller, role) in [(&manager, GroupRole::Administrator), (&member, GroupRole::Member)] {
            let id = &caller.person.id;
            groups::add_member(&test.app, &admin, &group.id, id, role)
                .await
                .unwrap();
        }
        Self {
            test,
            group,
            owner,
            manager,
            member,
            stranger,
            admin,
        }
    }

    fn app(&self) -> &App {
        &self.test.app
    }

    fn id(&self) -> &str {
        &self.group.id
    }

    /// Invites one address as the owner; the invitation's id and the token of its mail.
    async fn invite(&self, email: &str) -> (String, String) {
        self.test.clock.advance(1_000);
        let lines = groups::invite(self.app(), &self.owner, self.id(), to(email))
            .await
            .unwrap();
        let InviteOutcome::Invited { id, .. } = &lines[0].outcome else {
            panic!("{lines:?}")
        };
        (id.clone(), self.test.token_of("Invitation to a group").await)
    }

    async fn role(&self, caller: &Caller) -> Option<GroupRole> {
        let found = groups::get_member(self.app(), &self.admin, self.id(), &caller.person.id).await;
        found.ok().map(|member| member.role)
    }

    async fn last(&self) -> Activity {
        self.test.activities().await.pop().unwrap()
    }
}

fn conflict<T: std::fmt::Debug>(result: Result<T, ChangeError>) -> String {
    match result {
        Err(ChangeError::Conflict(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn said(activity: &Activity) -> String {
    activity::sentence::plain(activity).into_owned()
}

#[tokio::test]
async fn whoever_creates_a_group_owns_it_and_may_say_so_only_for_themself() {
    let team = Team::new().await;
    assert_eq!(team.group.role, Some(GroupRole::Owner));
    assert_eq!(team.group.standing, Some(Standing::Owner));
    assert_eq!(team.group.members.n, 1);
    let for_another = NewGroup {
        owner: Some(team.stranger.person.id.clone()),
        ..named("Not mine")
    };
    let refused = groups::create(team.app(), &team.member, for_another.clone()).await;
    assert!(matches!(refused, Err(ChangeError::Forbidden)), "{refused:?}");
    let made = groups::create(team.app(), &team.admin, for_another).await.unwrap();
    assert_eq!(made.role, None, "the administrator only made it");
    let codes = team.test.codes_of(&team.stranger.person.id).await;
    assert_eq!(codes.last().unwrap(), "group.member_added");
}

#[tokio::test]
async fn members_create_no_groups_where_the_installation_says_so() {
    let test = TestApp::with(|settings| settings.groups.members_may_create = false).await;
    let sam = test.signed_in("sam", NOBODY).await;
    let refused = groups::create(&test.app, &sam, named("Mine")).await;
    assert!(matches!(refused, Err(ChangeError::Forbidden)), "{refused:?}");
    let admin = test.admin().await;
    groups::create(&test.app, &admin, named("Ours")).await.unwrap();
}

#[tokio::test]
async fn a_name_is_tidied_and_a_bad_one_is_refused_with_a_sentence() {
    let team = Team::new().await;
    let made = groups::create(team.app(), &team.member, named("  North \n  team ")).await;
    assert_eq!(made.unwrap().name, "North team");
    for bad in [
        String::new(),
        " ".to_owned(),
        "x".repeat(201),
        "abc\u{202e}def".to_owned(),
    ] {
        let refused = groups::create(team.app(), &team.member, named(&bad)).await;
        let Err(ChangeError::Invalid(errors)) = refused else {
            panic!("{bad:?}: {refused:?}")
        };
        assert!(
            errors
                .iter()
                .all(|error| error.field == "name" && !error.message.is_empty())
        );
    }
}

#[tokio::test]
async fn the_only_owner_neither_leaves_nor_is_removed_nor_demoted() {
    let team = Team::new().await;
    let (app, id, owner) = (team.app(), team.id(), &team.owner);
    let olga = owner.person.id.as_str();
    let left = conflict(groups::leave(app, owner, id).await);
    assert!(left.contains("somebody else an owner first"), "{left}");
    conflict(groups::remove_member(app, &team.admin, id, olga).await);
    conflict(groups::remove_member(app, owner, id, olga).await);
    conflict(groups::change_role(app, owner, id, olga, GroupRole::Member, None).await);
    assert_eq!(team.role(owner).await, Some(GroupRole::Owner));

    let mia = team.member.person.id.as_str();
    groups::change_role(app, owner, id, mia, GroupRole::Owner, None)
        .await
        .unwrap();
    groups::leave(app, owner, id).await.unwrap();
    assert_eq!(team.role(owner).await, None);
    assert_eq!(said(&team.last().await), format!("Left group: Field team ({id})"));
    conflict(groups::leave(app, &team.member, id).await);
}

#[tokio::test]
async fn of_all_owners_leaving_at_once_one_stays() {
    let team = Team::new().await;
    let (app, id) = (team.app(), team.id());
    for other in [&team.manager, &team.member] {
        let other = other.person.id.as_str();
        groups::change_role(app, &team.owner, id, other, GroupRole::Owner, None)
            .await
            .unwrap();
    }
    let (a, b, c) = tokio::join!(
        groups::leave(app, &team.owner, id),
        groups::leave(app, &team.manager, id),
        groups::leave(app, &team.member, id),
    );
    assert_eq!([a, b, c].iter().filter(|left| left.is_ok()).count(), 2);
    let search = MemberSearch {
        limit: 10,
        ..MemberSearch::default()
    };
    let page = groups::list_members(app, &team.admin, id, &search).await.unwrap();
    assert_eq!(page.total, 1);
    assert_eq!(page.rows[0].role, GroupRole::Owner);
}

#[tokio::test]
async fn administrators_of_a_group_do_not_touch_its_owners_nor_its_security() {
    let team = Team::new().await;
    let (app, id, max) = (team.app(), team.id(), &team.manager);
    let (olga, mia) = (team.owner.person.id.as_str(), team.member.person.id.as_str());
    let second_factor = EditGroup {
        requires_second_factor: Some(true),
        ..EditGroup::default()
    };
    let own = max.person.id.as_str();
    let refused = [
        groups::remove_member(app, max, id, olga).await,
        groups::change_role(app, max, id, olga, GroupRole::Member, None)
            .await
            .map(drop),
        groups::change_role(app, max, id, mia, GroupRole::Owner, None)
            .await
            .map(drop),
        groups::change_role(app, max, id, own, GroupRole::Owner, None)
            .await
            .map(drop),
        groups::edit(app, max, id, second_factor, None).await.map(drop),
        groups::delete(app, max, id).await,
        groups::add_member(app, max, id, &team.stranger.person.id, GroupRole::Member)
            .await
            .map(drop),
        groups::invite(
            app,
            max,
            id,
            Invite {
                role: GroupRole::Owner,
                ..to("x@example.com")
            },
        )
        .await
        .map(drop),
    ];
    for (at, result) in refused.iter().enumerate() {
        assert!(matches!(result, Err(ChangeError::Forbidden)), "{at}: {result:?}");
    }
    let role = GroupRole::Administrator;
    groups::change_role(app, max, id, mia, role, None).await.unwrap();
    let changed = team.last().await;
    assert_eq!(
        said(&changed),
        format!("Became administrator of group: Field team ({id})")
    );
    assert_eq!(changed.user.as_ref().unwrap().id, mia);
    groups::remove_member(app, max, id, mia).await.unwrap();
    let removed = team.last().await;
    assert_eq!(
        removed.user.as_ref().unwrap().id,
        mia,
        "it is in the removed member's log"
    );
    assert_eq!(
        said(&removed),
        format!("Removed from group by Max Jones (max): Field team ({id})")
    );
}

#[tokio::test]
async fn members_look_but_change_nothing_and_see_no_addresses() {
    let team = Team::new().await;
    let (app, id, mia) = (team.app(), team.id(), &team.member);
    let refused = [
        groups::remove_member(app, mia, id, &team.manager.person.id).await,
        groups::delete(app, mia, id).await,
        groups::edit(app, mia, id, EditGroup::default(), None).await.map(drop),
        groups::create_subgroup(app, mia, id, named("Below")).await.map(drop),
        groups::invite(app, mia, id, to("x@example.com")).await.map(drop),
        groups::list_invitations(app, mia, id, &first_page()).await.map(drop),
    ];
    for (at, result) in refused.iter().enumerate() {
        assert!(matches!(result, Err(ChangeError::Forbidden)), "{at}: {result:?}");
    }
    let find = |text: &str| MemberSearch {
        find: text.to_owned(),
        limit: 100,
        ..MemberSearch::default()
    };
    let page = groups::list_members(app, mia, id, &find("")).await.unwrap();
    assert_eq!(page.total, 3);
    assert!(page.rows.iter().all(|row| row.person.email.is_empty()));
    assert_eq!(
        groups::list_members(app, mia, id, &find("max j")).await.unwrap().total,
        1
    );
    assert_eq!(
        groups::list_members(app, mia, id, &find("max@ex")).await.unwrap().total,
        0
    );
    let page = groups::list_members(app, &team.manager, id, &find("max@ex"))
        .await
        .unwrap();
    assert_eq!(page.rows[0].person.email, "max@example.com");
    // Nor does an ordinary member see whose account was disabled.
    app::accounts::set_login_enabled(app, &team.admin, &team.manager.person.id, false)
        .await
        .unwrap();
    for (caller, shown) in [(mia, true), (&team.owner, false)] {
        let seen = groups::get_member(app, caller, id, &team.manager.person.id)
            .await
            .unwrap();
        assert_eq!(seen.login_enabled, shown);
    }
}

#[tokio::test]
async fn to_a_stranger_a_group_and_its_invitations_do_not_exist() {
    let team = Team::new().await;
    let (app, id, sam) = (team.app(), team.id(), &team.stranger);
    let mia = team.member.person.id.as_str();
    let (invitation, _) = team.invite("mail@example.com").await;
    let key = InvitationKey::Id(invitation.clone());
    let role = GroupRole::Member;
    let refused = [
        groups::get(app, sam, id).await.map(drop),
        groups::get_member(app, sam, id, mia).await.map(drop),
        groups::list_members(app, sam, id, &MemberSearch::default())
            .await
            .map(drop),
        groups::list_subgroups(app, sam, id, &first_page()).await.map(drop),
        groups::list_invitations(app, sam, id, &first_page()).await.map(drop),
        groups::edit(app, sam, id, EditGroup::default(), None).await.map(drop),
        groups::delete(app, sam, id).await,
        groups::leave(app, sam, id).await,
        groups::set_default(app, sam, id).await.map(drop),
        groups::remove_member(app, sam, id, mia).await,
        groups::change_role(app, sam, id, mia, role, None).await.map(drop),
        groups::add_member(app, sam, id, mia, role).await.map(drop),
        groups::create_subgroup(app, sam, id, named("Below")).await.map(drop),
        groups::invite(app, sam, id, to("x@example.com")).await.map(drop),
        groups::delete_invitation(app, sam, &invitation).await,
        groups::accept(app, sam, &key).await.map(drop),
        groups::decline(app, sam, &key).await,
        groups::delete_invitation(app, &team.member, &invitation).await,
    ];
    for (at, result) in refused.iter().enumerate() {
        assert!(matches!(result, Err(ChangeError::NotFound)), "{at}: {result:?}");
    }
    assert_eq!(groups::standing(app, sam, id).await.unwrap(), None);
    let all = GroupSearch {
        all: true,
        limit: 10,
        ..GroupSearch::default()
    };
    assert!(matches!(
        groups::list(app, sam, &all).await,
        Err(ChangeError::Forbidden)
    ));
    let own = GroupSearch { all: false, ..all };
    assert!(groups::list(app, sam, &own).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn owning_one_group_says_nothing_about_another() {
    let team = Team::new().await;
    let (app, sam) = (team.app(), &team.stranger);
    let own = groups::create(app, sam, named("Own")).await.unwrap();
    let mia = team.member.person.id.as_str();
    let role = GroupRole::Owner;
    let elsewhere = groups::change_role(app, sam, &own.id, mia, role, None).await;
    assert!(matches!(elsewhere, Err(ChangeError::NotFound)), "{elsewhere:?}");
    let elsewhere = groups::remove_member(app, sam, &own.id, mia).await;
    assert!(matches!(elsewhere, Err(ChangeError::NotFound)), "{elsewhere:?}");
    assert_eq!(team.role(&team.member).await, Some(GroupRole::Member));
}

#[tokio::test]
async fn auditors_see_every_group_and_change_none() {
    let team = Team::new().await;
    let auditor = Roles {
        auditor: true,
        ..NOBODY
    };
    let otto = team.test.signed_in("otto", auditor).await;
    let (app, id) = (team.app(), team.id());
    let seen = groups::get(app, &otto, id).await.unwrap();
    assert_eq!((seen.role, seen.standing), (None, None));
    let search = GroupSearch {
        all: true,
        limit: 10,
        ..GroupSearch::default()
    };
    assert_eq!(groups::list(app, &otto, &search).await.unwrap().rows.len(), 1);
    let refused = groups::delete(app, &otto, id).await;
    assert!(matches!(refused, Err(ChangeError::Forbidden)), "{refused:?}");
}

#[tokio::test]
async fn who_manages_a_group_manages_its_subgroups_one_level_down() {
    let team = Team::new().await;
    let (app, id) = (team.app(), team.id());
    let below = groups::create_subgroup(app, &team.owner, id, named("North"))
        .await
        .unwrap();
    assert_eq!(below.parent.as_ref().unwrap().id, id);
    conflict(groups::create_subgroup(app, &team.owner, &below.id, named("Deeper")).await);
    assert_eq!(
        groups::standing(app, &team.manager, &below.id).await.unwrap(),
        Some(Standing::Administrator)
    );
    assert_eq!(groups::standing(app, &team.member, &below.id).await.unwrap(), None);
    assert_eq!(
        groups::standing(app, &team.admin, &below.id).await.unwrap(),
        Some(Standing::Owner)
    );
    groups::invite(app, &team.manager, &below.id, to("north@example.com"))
        .await
        .unwrap();

    let page = first_page();
    let all = groups::list_subgroups(app, &team.manager, id, &page).await.unwrap();
    assert_eq!(all.rows[0].standing, Some(Standing::Administrator));
    assert!(
        groups::list_subgroups(app, &team.member, id, &page)
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    let mia = &team.member.person.id;
    groups::add_member(app, &team.admin, &below.id, mia, GroupRole::Owner)
        .await
        .unwrap();
    let own = groups::list_subgroups(app, &team.member, id, &page).await.unwrap();
    assert_eq!(own.rows[0].standing, Some(Standing::Owner));
    assert_eq!(
        groups::standing(app, &team.member, id).await.unwrap(),
        Some(Standing::Member),
        "owning a subgroup is nothing above it"
    );
}

#[tokio::test]
async fn names_survive_in_the_log_when_a_group_is_renamed_and_deleted() {
    let team = Team::new().await;
    let (app, id) = (team.app(), team.id());
    groups::create_subgroup(app, &team.owner, id, named("North"))
        .await
        .unwrap();
    groups::set_default(app, &team.member, id).await.unwrap();
    let rename = EditGroup {
        name: Some("Coast team".to_owned()),
        ..EditGroup::default()
    };
    groups::edit(app, &team.owner, id, rename, None).await.unwrap();
    let renamed = team.last().await;
    assert_eq!(said(&renamed), format!("Renamed group to Coast team ({id})"));
    assert_eq!(renamed.changes[0].before.as_deref(), Some("Field team"));
    groups::delete(app, &team.owner, id).await.unwrap();

    let gone = groups::get(app, &team.admin, id).await;
    assert!(matches!(gone, Err(ChangeError::NotFound)), "{gone:?}");
    let sentences: Vec<_> = team.test.activities().await.iter().map(said).collect();
    for sentence in [
        format!("Created group: Field team ({id})"),
        format!("Set default group: Field team ({id})"),
        format!("Removed from group by Olga Jones (olga): Coast team ({id})"),
        format!("Deleted group: Coast team ({id})"),
    ] {
        assert!(sentences.contains(&sentence), "{sentence} is not in {sentences:#?}");
    }
    assert!(
        sentences
            .iter()
            .any(|sentence| sentence.starts_with("Deleted group: North"))
    );
    assert_eq!(
        team.test.codes_of(&team.manager.person.id).await.last().unwrap(),
        "group.member_removed"
    );
}

#[tokio::test]
async fn an_edit_of_what_somebody_else_changed_is_stale_and_no_change_leaves_nothing() {
    let team = Team::new().await;
    let (app, id) = (team.app(), team.id());
    let rename = |name: &str| EditGroup {
        name: Some(name.to_owned()),
        ..EditGroup::default()
    };
    let version = Some(team.group.version);
    let edited = groups::edit(app, &team.owner, id, rename("One"), version)
        .await
        .unwrap();
    assert_eq!(edited.version, team.group.version + 1);
    let stale = groups::edit(app, &team.owner, id, rename("Two"), version).await;
    assert!(matches!(stale, Err(ChangeError::Stale)), "{stale:?}");
    let before = team.test.activities().await.len();
    let same = groups::edit(app, &team.owner, id, rename("One"), Some(edited.version))
        .await
        .unwrap();
    assert_eq!(same.version, edited.version);
    assert_eq!(team.test.activities().await.len(), before);

    let mia = team.member.person.id.as_str();
    let role = GroupRole::Administrator;
    let changed = groups::change_role(app, &team.owner, id, mia, role, Some(1))
        .await
        .unwrap();
    assert_eq!(changed.version, 2);
    let stale = groups::change_role(app, &team.owner, id, mia, GroupRole::Member, Some(1)).await;
    assert!(matches!(stale, Err(ChangeError::Stale)), "{stale:?}");
}

#[tokio::test]
async fn a_group_that_requires_a_second_factor_requires_it_of_its_subgroups_too() {
    let team = Team::new().await;
    let (app, id) = (team.app(), team.id());
    let below = groups::create_subgroup(app, &team.owner, id, named("North"))
        .await
        .unwrap();
    let sam = team.stranger.person.id.as_str();
    groups::add_member(app, &team.admin, &below.id, sam, GroupRole::Member)
        .await
        .unwrap();
    let due = async |account: &str| {
        let mut read = team.test.store.read().await.unwrap();
        store::groups::requires_second_factor(&mut read, account).await.unwrap()
    };
    assert!(!due(sam).await);
    let require = EditGroup {
        requires_second_factor: Some(true),
        ..EditGroup::default()
    };
    groups::edit(app, &team.owner, id, require, None).await.unwrap();
    assert!(due(sam).await);
    assert!(due(&team.member.person.id).await);
    assert!(!due(&team.admin.person.id).await);
}

#[tokio::test]
async fn the_default_group_ends_with_the_membership() {
    let team = Team::new().await;
    let (app, id, mia) = (team.app(), team.id(), &team.member);
    groups::set_default(app, mia, id).await.unwrap();
    assert_eq!(
        said(&team.last().await),
        format!("Set default group: Field team ({id})")
    );
    let before = team.test.activities().await.len();
    groups::set_default(app, mia, id).await.unwrap();
    assert_eq!(
        team.test.activities().await.len(),
        before,
        "the same again leaves nothing"
    );
    let search = GroupSearch {
        limit: 10,
        ..GroupSearch::default()
    };
    assert!(groups::list(app, mia, &search).await.unwrap().rows[0].is_default);
    groups::leave(app, mia, id).await.unwrap();
    let role = GroupRole::Member;
    groups::add_member(app, &team.admin, id, &mia.person.id, role)
        .await
        .unwrap();
    assert!(!groups::list(app, mia, &search).await.unwrap().rows[0].is_default);
}

#[tokio::test]
async fn a_pasted_list_gets_an_answer_for_every_line_and_says_nothing_of_accounts() {
    let team = Team::new().await;
    let list = "Sam Jones <SAM@example.com>, nobody-here@example.com\nnonsense;mia@example.com\nsam@example.com";
    let lines = groups::invite(team.app(), &team.manager, team.id(), to(list))
        .await
        .unwrap();
    let outcomes: Vec<_> = lines.iter().map(|line| &line.outcome).collect();
    assert!(matches!(outcomes[0], InviteOutcome::Invited { .. }), "an account");
    assert!(matches!(outcomes[1], InviteOutcome::Invited { .. }), "no account");
    assert!(matches!(outcomes[2], InviteOutcome::Invalid(_)));
    assert_eq!(outcomes[3], &InviteOutcome::AlreadyMember);
    assert_eq!(outcomes[4], &InviteOutcome::AlreadyInvited);
    assert_eq!(lines[2].line, "nonsense");
    let mails = team.test.mails().await;
    let bodies: Vec<_> = mails
        .iter()
        .filter(|(subject, _)| subject == "Invitation to a group")
        .collect();
    assert_eq!(bodies.len(), 2);
    let without_token = |body: &str| body.lines().filter(|line| !line.contains("token=")).collect::<String>();
    assert_eq!(
        without_token(&bodies[0].1),
        without_token(&bodies[1].1),
        "both letters are the same"
    );
    let sent = team.last().await;
    assert_eq!(sent.user.as_ref().unwrap().id, team.manager.person.id);
    assert!(said(&sent).starts_with("Invited nobody-here@example.com to join Field team"));
}

#[tokio::test]
async fn too_many_at_once_and_too_many_a_day_are_refused_whole() {
    let team = Team::with(|settings| settings.groups.invitations_per_day = 3).await;
    let (app, id) = (team.app(), team.id());
    let many = (0..501).map(|n| format!("p{n}@example.com\n")).collect::<String>();
    let refused = groups::invite(app, &team.owner, id, to(&many)).await;
    assert!(matches!(refused, Err(ChangeError::Invalid(_))), "{refused:?}");
    let none = groups::invite(app, &team.owner, id, to(" ,\n")).await;
    assert!(matches!(none, Err(ChangeError::Invalid(_))), "{none:?}");

    let (first, _) = team.invite("a@example.com").await;
    groups::delete_invitation(app, &team.owner, &first).await.unwrap();
    conflict(groups::invite(app, &team.owner, id, to("a@example.com,b@example.com,c@example.com")).await);
    assert_eq!(
        groups::list_invitations(app, &team.owner, id, &first_page())
            .await
            .unwrap()
            .rows
            .len(),
        0
    );
    assert_eq!(team.test.count("group.invitation_sent").await, 1);
    groups::invite(app, &team.owner, id, to("b@example.com,c@example.com"))
        .await
        .unwrap();
    conflict(groups::invite(app, &team.owner, id, to("d@example.com")).await);
    team.test.clock.advance(Time::DAY);
    groups::invite(app, &team.owner, id, to("d@example.com")).await.unwrap();
}

#[tokio::test]
async fn an_invitation_is_accepted_by_the_account_with_its_address() {
    let team = Team::new().await;
    let (app, sam) = (team.app(), &team.stranger);
    let (invitation, _) = team.invite("Sam@Example.com").await;
    let mine = groups::list_my_invitations(app, sam, &first_page()).await.unwrap();
    assert_eq!(mine.rows[0].id, invitation);
    assert_eq!(mine.rows[0].invited_by, "Olga Jones");
    let joined = groups::accept(app, sam, &InvitationKey::Id(invitation)).await.unwrap();
    assert_eq!(joined.role, Some(GroupRole::Member));
    let all = team.test.activities().await;
    let [accepted, joined] = &all[all.len() - 2..] else {
        panic!()
    };
    let id = team.id();
    assert_eq!(said(accepted), format!("Accepted invitation to join Field team ({id})"));
    assert_eq!(said(joined), format!("Joined group: Field team ({id})"));
    assert!(
        groups::list_my_invitations(app, sam, &first_page())
            .await
            .unwrap()
            .rows
            .is_empty()
    );
}

#[tokio::test]
async fn a_declined_or_deleted_invitation_is_gone() {
    let team = Team::new().await;
    let (app, sam) = (team.app(), &team.stranger);
    let (invitation, token) = team.invite("sam@example.com").await;
    let key = InvitationKey::Id(invitation);
    groups::decline(app, sam, &key).await.unwrap();
    let declined = format!("Declined invitation to join Field team ({})", team.id());
    assert_eq!(said(&team.last().await), declined);
    for key in [key, InvitationKey::Token(token)] {
        let again = groups::accept(app, sam, &key).await;
        assert!(matches!(again, Err(ChangeError::NotFound)), "{again:?}");
    }
    let (invitation, token) = team.invite("sam@example.com").await;
    groups::delete_invitation(app, &team.manager, &invitation)
        .await
        .unwrap();
    assert_eq!(groups::peek_invitation(app, &visitor(), &token).await.unwrap(), None);
    assert_eq!(team.role(sam).await, None);
}

#[tokio::test]
async fn an_invitation_used_fifty_times_at_once_succeeds_once() {
    let team = Team::new().await;
    let (invitation, token) = team.invite("sam@example.com").await;
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..50 {
        let (app, sam) = (team.app().clone(), team.stranger.clone());
        let key = match n % 2 {
            0 => InvitationKey::Id(invitation.clone()),
            _ => InvitationKey::Token(token.clone()),
        };
        tries.spawn(async move {
            match n % 3 {
                0 => groups::decline(&app, &sam, &key).await,
                _ => groups::accept(&app, &sam, &key).await.map(drop),
            }
        });
    }
    let results = tries.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let refused = |result: &Result<(), ChangeError>| matches!(result, Err(ChangeError::NotFound));
    assert_eq!(results.iter().filter(|result| refused(result)).count(), 49);
    let used = team.test.count("group.invitation_accepted").await + team.test.count("group.invitation_declined").await;
    assert_eq!(used, 1);
}

#[tokio::test]
async fn an_expired_invitation_is_refused_and_the_address_can_be_invited_again() {
    let team = Team::new().await;
    let (app, sam) = (team.app(), &team.stranger);
    let (invitation, token) = team.invite("sam@example.com").await;
    team.test.clock.advance(14 * Time::DAY - 1);
    let page = groups::list_invitations(app, &team.owner, team.id(), &first_page())
        .await
        .unwrap();
    assert!(!page.rows[0].expired);
    team.test.clock.advance(1);
    let page = groups::list_invitations(app, &team.owner, team.id(), &first_page())
        .await
        .unwrap();
    assert!(page.rows[0].expired);
    assert!(
        groups::list_my_invitations(app, sam, &first_page())
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    let text = conflict(groups::accept(app, sam, &InvitationKey::Id(invitation)).await);
    assert!(text.contains("expired"), "{text}");
    conflict(groups::decline(app, sam, &InvitationKey::Token(token.clone())).await);
    let joined = groups::join_as_new(app, &visitor(), &token, new_member("new")).await;
    assert!(joined.is_err(), "{joined:?}");
    let (_, token) = team.invite("sam@example.com").await;
    groups::accept(app, sam, &InvitationKey::Token(token)).await.unwrap();
}

#[tokio::test]
async fn an_invitation_is_sent_again_with_another_link_even_when_it_has_expired() {
    let team = Team::new().await;
    let (app, sam) = (team.app(), &team.stranger);
    let (id, first) = team.invite("sam@example.com").await;
    team.test.clock.advance(20 * Time::DAY);
    for (caller, forbidden) in [(sam, false), (&team.member, false)] {
        let refused = groups::resend_invitation(app, caller, &id).await.unwrap_err();
        assert_eq!(matches!(refused, ChangeError::Forbidden), forbidden);
    }
    groups::resend_invitation(app, &team.manager, &id).await.unwrap();
    let sent = team.last().await;
    assert_eq!(
        (&*sent.kind, &*sent.metadata["again"]),
        ("group.invitation_sent", "yes")
    );
    assert_eq!(sent.target().unwrap().email, "sam@example.com");
    let second = team.test.token_of("Invitation to a group").await;
    let old = groups::accept(app, sam, &InvitationKey::Token(first)).await;
    assert!(matches!(old, Err(ChangeError::NotFound)), "{old:?}");
    groups::accept(app, sam, &InvitationKey::Token(second)).await.unwrap();
}

#[tokio::test]
async fn an_invitation_that_is_sent_again_counts_as_sent() {
    let team = Team::with(|settings| settings.groups.invitations_per_day = 2).await;
    let (id, _) = team.invite("sam@example.com").await;
    groups::resend_invitation(team.app(), &team.owner, &id).await.unwrap();
    conflict(groups::resend_invitation(team.app(), &team.owner, &id).await);
}

#[tokio::test]
async fn an_invitation_that_expired_long_ago_is_forgotten() {
    let team = Team::new().await;
    let other = groups::create(team.app(), &team.admin, named("Lab")).await.unwrap();
    team.invite("sam@example.com").await;
    let listed = async || {
        let page = groups::list_invitations(team.app(), &team.owner, team.id(), &first_page()).await;
        page.unwrap().rows.len()
    };
    team.test.clock.advance(44 * Time::DAY - 1);
    assert_eq!(listed().await, 1, "who sent it sees that nobody answered");
    team.test.clock.advance(1);
    assert_eq!(listed().await, 0);
    groups::invite(team.app(), &team.admin, &other.id, to("pia@example.com"))
        .await
        .unwrap();
    let mut beside = team.test.store.beside().await.unwrap();
    let rows = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM group_invitation");
    assert_eq!(
        rows.fetch_one(&mut beside).await.unwrap(),
        1,
        "whatever group it was to"
    );
}

#[tokio::test]
async fn a_new_member_takes_nobody_elses_address_as_username() {
    let team = Team::new().await;
    let (_, token) = team.invite("nia@example.com").await;
    let join = async |username: &str| groups::join_as_new(team.app(), &visitor(), &token, new_member(username)).await;
    let Err(ChangeError::Invalid(errors)) = join("boss@example.com").await else {
        panic!("the address of somebody who has no account yet is free")
    };
    assert_eq!(errors[0].field, "username");
    let person = join("Nia@example.com").await.unwrap();
    assert_eq!(person.username, "Nia@example.com");
}

fn new_member(username: &str) -> NewMember {
    NewMember {
        given_name: "Nia".to_owned(),
        family_name: "Jones".to_owned(),
        username: username.to_owned(),
        password: GOOD.to_owned(),
    }
}

#[tokio::test]
async fn an_invited_address_without_an_account_makes_one_and_joins_at_once() {
    let team = Team::new().await;
    let app = team.app();
    let (_, token) = team.invite("nia@example.com").await;
    for bad in [
        NewMember {
            password: "short".to_owned(),
            ..new_member("nia")
        },
        new_member("mia"),
    ] {
        let refused = groups::join_as_new(app, &visitor(), &token, bad).await;
        assert!(matches!(refused, Err(ChangeError::Invalid(_))), "{refused:?}");
    }
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (app, token) = (app.clone(), token.clone());
        tries.spawn(async move { groups::join_as_new(&app, &visitor(), &token, new_member(&format!("nia{n}"))).await });
    }
    let joined: Vec<_> = tries.join_all().await.into_iter().filter_map(Result::ok).collect();
    assert_eq!(joined.len(), 1, "one account for one invitation");
    assert_eq!(joined[0].email, "nia@example.com");
    let codes = team.test.codes_of(&joined[0].id).await;
    assert_eq!(codes, ["account.created", "group.invitation_accepted", "group.joined"]);
    let nia = team.test.log_in("nia@example.com", GOOD).await.unwrap().caller;
    assert_eq!(team.role(&nia).await, Some(GroupRole::Member));
}

#[tokio::test]
async fn an_invited_address_makes_no_account_where_that_is_off_or_there_is_one() {
    let team = Team::new().await;
    let (_, token) = team.invite("sam@example.com").await;
    let link = groups::peek_invitation(team.app(), &visitor(), &token)
        .await
        .unwrap()
        .unwrap();
    assert!(link.has_account && !link.may_create_account);
    let refused = groups::join_as_new(team.app(), &visitor(), &token, new_member("nia")).await;
    assert!(matches!(refused, Err(ChangeError::Invalid(_))), "{refused:?}");

    let team = Team::with(|settings| settings.groups.invitations_create_accounts = false).await;
    let (_, token) = team.invite("nia@example.com").await;
    let link = groups::peek_invitation(team.app(), &visitor(), &token)
        .await
        .unwrap()
        .unwrap();
    assert!(!link.may_create_account);
    let refused = groups::join_as_new(team.app(), &visitor(), &token, new_member("nia")).await;
    assert!(matches!(refused, Err(ChangeError::Forbidden)), "{refused:?}");
}

#[tokio::test]
async fn groups_are_found_by_the_beginning_of_a_word_and_paged_without_a_gap() {
    let team = Team::new().await;
    let app = team.app();
    for name in ["Alpha North", "alpha south", "Beta North", "Ältere Gruppe"] {
        groups::create(app, &team.stranger, named(name)).await.unwrap();
    }
    let find = |text: &str, limit: u32, after: Option<String>| GroupSearch {
        find: text.to_owned(),
        all: false,
        after,
        limit,
    };
    let names = async |text: &str| {
        let page = groups::list(app, &team.stranger, &find(text, 10, None)).await.unwrap();
        page.rows.into_iter().map(|group| group.name).collect::<Vec<_>>()
    };
    assert_eq!(names("nor").await, ["Alpha North", "Beta North"]);
    assert_eq!(names("NORTH al").await, ["Alpha North"]);
    assert_eq!(names("ält").await, ["Ältere Gruppe"]);
    assert!(names("orth").await.is_empty());
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = groups::list(app, &team.stranger, &find("", 1, after)).await.unwrap();
        seen.extend(page.rows.into_iter().map(|group| group.name));
        after = page.turns.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["Alpha North", "alpha south", "Ältere Gruppe", "Beta North"]);
    let damaged = groups::list(app, &team.stranger, &find("", 1, Some("x".to_owned()))).await;
    assert!(matches!(damaged, Err(ChangeError::Invalid(_))), "{damaged:?}");
}

#[tokio::test]
async fn members_stay_in_order_when_one_is_renamed() {
    let team = Team::new().await;
    let profile = app::accounts::Profile {
        given_name: "Aaron".to_owned(),
        family_name: "Jones".to_owned(),
        time_zone: "UTC".to_owned(),
    };
    app::accounts::edit_profile(team.app(), &team.owner, profile)
        .await
        .unwrap();
    let search = MemberSearch {
        limit: 10,
        ..MemberSearch::default()
    };
    let page = groups::list_members(team.app(), &team.manager, team.id(), &search)
        .await
        .unwrap();
    let names: Vec<_> = page.rows.iter().map(|row| row.person.name.as_str()).collect();
    assert_eq!(names, ["Aaron Jones", "Max Jones", "Mia Jones"]);
}

#[tokio::test]
async fn the_command_creates_a_group_for_an_account() {
    let team = Team::new().await;
    let cli = Caller::command_line();
    let nobody = groups::create(team.app(), &cli, named("Ours")).await;
    assert!(matches!(nobody, Err(ChangeError::Invalid(_))), "{nobody:?}");
    let new = NewGroup {
        owner: Some(team.member.person.id.clone()),
        ..named("Ours")
    };
    let made = groups::create(team.app(), &cli, new).await.unwrap();
    let seen = groups::get(team.app(), &team.member, &made.id).await.unwrap();
    assert_eq!(seen.role, Some(GroupRole::Owner));
}

#[tokio::test]
async fn a_group_of_ten_thousand_ends_whole_and_every_log_says_so() {
    let team = Team::new().await;
    let mut tx = team.test.store.begin().await.unwrap();
    let like = account::get(&mut tx, &team.member.person.id).await.unwrap().unwrap();
    for n in 0..10_000 {
        let id = format!("usr_many{n:05}");
        let row = AccountRow {
            id: id.clone(),
            username: id.clone(),
            email: format!("{id}@example.com"),
            ..like.clone()
        };
        let keys = AccountKeys {
            name: format!("many {n:05}"),
            username: row.username.clone(),
            username_skeleton: row.username.clone(),
            username_shown: row.username.clone(),
            email: row.email.clone(),
        };
        account::insert(&mut tx, &row, &keys).await.unwrap();
        let member = MemberRow {
            group_id: team.group.id.clone(),
            account_id: id,
            role: GroupRole::Member,
            joined_at: Time(1),
            version: 1,
        };
        member::insert(&mut tx, &member).await.unwrap();
    }
    tx.commit().await.unwrap();
    let search = MemberSearch {
        find: "many 0999".to_owned(),
        limit: 100,
        ..MemberSearch::default()
    };
    let page = groups::list_members(team.app(), &team.member, team.id(), &search)
        .await
        .unwrap();
    assert_eq!(page.total, 10);
    let before = *team.test.log.watch().borrow();
    groups::delete(team.app(), &team.owner, team.id()).await.unwrap();
    let after = *team.test.log.watch().borrow();
    assert_eq!(
        after - before,
        10_003,
        "one for every other member, and one for the group"
    );
    let codes = team.test.codes_of("usr_many00005").await;
    assert_eq!(codes, ["group.member_removed"]);
}
