//! Samples of the pages of groups: empty, usual, long and hostile.

use activity::{Named, Person};
use app::groups::{Group, GroupRole, Invitation, InviteLine, InviteOutcome, Member, MemberPage, Standing};
use app::{Page, Total, Turns};
use askama::Template as _;

use super::GroupShell;
use super::edit::SettingsPage;
use super::invitations::{Form, InvitationsPage};
use super::list::{Asked as ListAsked, ListPage};
use super::members::{Asked, MembersPage};
use super::subgroups::SubgroupsPage;
use crate::pages::activity::tests::{assert_safe, at, sam, shell};
use crate::shell::{Pager, turns};

const HOSTILE: &str = "\"><script>alert(1)</script>\u{202e}gnp\u{7}&'=1+1 ";

fn group(name: &str, standing: Option<Standing>) -> GroupShell {
    GroupShell {
        group: Group {
            id: "grp_1".to_owned(),
            name: name.to_owned(),
            parent: None,
            requires_second_factor: false,
            version: 3,
            created_at: at("2026-11-01T10:00:00Z"),
            members: Total { n: 12, exact: true },
            role: Some(GroupRole::Owner),
            standing,
            is_default: true,
        },
        reads_log: standing.is_none_or(Standing::manages),
        opens_parent: false,
    }
}

fn member(person: Person, role: GroupRole) -> Member {
    Member {
        person,
        role,
        joined_at: at("2026-11-02T10:00:00Z"),
        version: 7,
        login_enabled: true,
    }
}

fn hostile() -> Person {
    Person {
        id: "usr_mallory".to_owned(),
        name: HOSTILE.to_owned(),
        username: HOSTILE.to_owned(),
        email: HOSTILE.to_owned(),
    }
}

fn members(group: GroupShell, rows: Vec<Member>, next: Option<&str>) -> MembersPage {
    MembersPage {
        shell: shell("/groups/grp_1"),
        group,
        asked: Asked::default(),
        page: MemberPage {
            total: rows.len() as u64,
            rows,
            turns: turns(None, next),
        },
        me: "usr_me".to_owned(),
        may_add: false,
    }
}

fn list(rows: Vec<Group>, asked: ListAsked) -> String {
    let page = ListPage {
        shell: shell("/groups"),
        asked,
        all: false,
        reads_all: true,
        may_create: true,
        page: Page {
            rows,
            turns: Turns::default(),
        },
    };
    page.render().unwrap()
}

fn tabs(group: &GroupShell) -> Vec<&'static str> {
    group.tabs().into_iter().map(|tab| tab.label).collect()
}

#[test]
fn each_reader_has_the_tabs_they_may_open() {
    let all = [
        "Members",
        "Invitations",
        "Subgroups",
        "Sessions",
        "Activity",
        "Settings",
    ];
    assert_eq!(tabs(&group("Design", Some(Standing::Owner))), all);
    assert_eq!(tabs(&group("Design", Some(Standing::Administrator))), all);
    let member = group("Design", Some(Standing::Member));
    assert_eq!(tabs(&member), ["Members", "Subgroups", "Sessions"]);
    assert_eq!(tabs(&group("Design", None)), &all[..5]);
    let mut subgroup = member;
    subgroup.group.parent = Some(Named {
        id: "grp_0".to_owned(),
        name: "Studio".to_owned(),
    });
    assert_eq!(tabs(&subgroup), ["Members", "Sessions"]);
}

#[test]
fn an_administrator_of_the_group_changes_members_but_no_owner() {
    let rows = vec![member(sam(), GroupRole::Member), {
        let mut owner = member(sam(), GroupRole::Owner);
        owner.person.id = "usr_owner".to_owned();
        owner
    }];
    let html = members(group("Design", Some(Standing::Administrator)), rows.clone(), None)
        .render()
        .unwrap();
    assert!(html.contains("/groups/grp_1/members/usr_sam/role") && html.contains("/members/usr_sam/remove"));
    assert!(!html.contains("/members/usr_owner/"));
    assert!(!html.contains("<option value=\"owner\" selected>"));
    let owners = members(group("Design", Some(Standing::Owner)), rows.clone(), None);
    assert!(owners.render().unwrap().contains("/members/usr_owner/role"));
    let plain = members(group("Design", Some(Standing::Member)), rows, Some("c1"));
    let html = plain.render().unwrap();
    assert!(!html.contains("/members/usr_sam/") && !html.contains("sam@example.com"));
    assert!(html.contains("href=\"/groups/grp_1?after=c1\""));
}

#[test]
fn empty_pages_say_what_to_do() {
    assert!(list(Vec::new(), ListAsked::default()).contains("You are in no group yet"));
    let asked = ListAsked {
        find: HOSTILE.to_owned(),
        ..ListAsked::default()
    };
    let html = list(Vec::new(), asked);
    assert!(html.contains("No group matches"));
    assert_safe(&html);
    let nobody = members(group("Design", Some(Standing::Owner)), Vec::new(), None);
    assert!(nobody.render().unwrap().contains("Invite somebody"));
}

#[test]
fn a_list_of_addresses_is_answered_line_by_line_and_what_is_wrong_stays_to_be_corrected() {
    let line = |line: &str, outcome| InviteLine {
        line: line.to_owned(),
        outcome,
    };
    let invited = InviteOutcome::Invited {
        id: "inv_1".to_owned(),
        email: "sam@example.com".to_owned(),
    };
    let form = form().with_lines(vec![
        line("sam@example.com", invited),
        line("nope", InviteOutcome::Invalid("It has no @.".to_owned())),
        line(HOSTILE, InviteOutcome::Invalid(HOSTILE.to_owned())),
        line("noor@example.com", InviteOutcome::AlreadyMember),
        line("ann@example.com", InviteOutcome::AlreadyInvited),
    ]);
    let summary = "1 invited · 1 invited before · 1 already in the group · 2 not understood";
    assert_eq!(form.summary(), summary);
    assert_eq!(form.addresses, format!("nope\n{HOSTILE}"));
    let html = invitations(form, vec![invitation("sam@example.com")]);
    assert!(html.contains("a mail goes to") && html.contains("It has no @."));
}

fn form() -> Form {
    Form {
        addresses: String::new(),
        role: GroupRole::Member,
        error: None,
        lines: Vec::new(),
        days: 14,
    }
}

fn invitation(text: &str) -> Invitation {
    Invitation {
        id: "inv_1".to_owned(),
        group: Named {
            id: "grp_1".to_owned(),
            name: text.to_owned(),
        },
        email: text.to_owned(),
        role: GroupRole::Administrator,
        invited_by: text.to_owned(),
        created_at: at("2026-11-20T10:00:00Z"),
        expires_at: at("2026-12-04T10:00:00Z"),
        expired: false,
    }
}

fn invitations(form: Form, rows: Vec<Invitation>) -> String {
    let page = InvitationsPage {
        shell: shell("/groups/grp_1/invitations"),
        group: group("Design", Some(Standing::Owner)),
        page: Page {
            rows,
            turns: Turns::default(),
        },
        pager: Pager::default(),
        form,
    };
    page.render().unwrap()
}

#[test]
fn hostile_names_are_text_on_every_page() {
    let of = || group(HOSTILE, Some(Standing::Owner));
    let rows = vec![member(hostile(), GroupRole::Owner)];
    let mut page = members(of(), rows, None);
    page.may_add = true;
    page.asked.find = HOSTILE.to_owned();
    assert_safe(&page.render().unwrap());
    assert_safe(&invitations(form(), vec![invitation(HOSTILE)]));
    let mut below = of().group;
    below.parent = Some(Named {
        id: "grp_0".to_owned(),
        name: HOSTILE.to_owned(),
    });
    assert_safe(&list(vec![below.clone()], ListAsked::default()));
    let page = SubgroupsPage {
        shell: shell("/groups/grp_1/subgroups"),
        group: of(),
        page: Page {
            rows: vec![below],
            turns: Turns::default(),
        },
        pager: Pager::default(),
        name: HOSTILE.to_owned(),
        requires_second_factor: true,
        errors: Vec::new(),
    };
    assert_safe(&page.render().unwrap());
    let page = SettingsPage {
        shell: shell("/groups/grp_1/settings"),
        group: of(),
        name: HOSTILE.to_owned(),
        requires_second_factor: true,
        errors: Vec::new(),
    };
    assert_safe(&page.render().unwrap());
}
