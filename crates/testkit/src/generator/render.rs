//! Turns a planned event into facts, in time order: the one place that knows codes, texts and how things are named.

use activity::catalogue;
use activity::{By, Change, Facts, Outcome, Person, Reason, Target, Time};

use super::events::{Event, What};
use super::people::World;
use super::places::{DEVICES, SCRIPT_AGENT};

const UNKNOWN: [&str; 8] = [
    "admin", "root", "test", "oracle", "postgres", "support", "info", "ubuntu",
];

/// The facts of this event, and the change it makes to how the person is named from now on.
pub(super) fn render(event: &Event, world: &mut World) -> Facts {
    let mut facts = Facts::new(catalogue::shared(code(event.what)), Time(event.at));
    place(&mut facts, event, world);
    facts.user = Some(person(world, event.user));
    match event.what {
        What::WrongPassword => fail(&mut facts, Reason::WrongPassword),
        What::UnknownUser(name) => {
            fail(&mut facts, Reason::UnknownUser);
            facts.user = None;
            facts.metadata.insert(
                "login".to_owned(),
                UNKNOWN[usize::from(name) % UNKNOWN.len()].to_owned(),
            );
        }
        What::Locked => {
            facts.by = By::System;
            facts = facts.because(Reason::TooManyFailures);
        }
        What::ForcedLogout => {
            facts.by = By::System;
            facts = facts.because(Reason::AnotherDevice);
        }
        What::EmailChanged => change_email(&mut facts, event.user, world),
        What::TwoFactorOn { sms } => {
            let method = if sms { "SMS" } else { "authenticator app" };
            facts.metadata.insert("method".to_owned(), method.to_owned());
        }
        What::GroupCreated(at) | What::GroupJoined(at) | What::GroupLeft(at) | What::DefaultGroup(at) => {
            group(&mut facts, world, at)
        }
        What::InvitationAccepted(at) | What::InvitationDeclined(at) => group(&mut facts, world, at),
        What::SessionStarted(at) | What::SessionJoined(at) | What::SessionLeft(at) => session(&mut facts, world, at),
        What::Requested(other) | What::Accepted(other) | What::Rejected(other) | What::Removed(other) => {
            facts.targets = vec![target(person(world, other))];
        }
        What::ExportGenerated(by) | What::ExportDownloaded(by) => {
            facts.by = By::Administrator(person(world, by));
            facts.metadata.insert("format".to_owned(), "csv".to_owned());
        }
        What::LogViewed(1) => facts.by = By::Member(person(world, 1)),
        What::Created(by)
        | What::ActivationSent(by)
        | What::Unlocked(by)
        | What::LogInDisabled(by)
        | What::LogInEnabled(by)
        | What::LogViewed(by) => facts.by = By::Administrator(person(world, by)),
        What::LoggedIn
        | What::LoggedOut
        | What::ResetRequested
        | What::ResetCompleted
        | What::PasswordChanged
        | What::TwoFactorOff
        | What::Activated => {}
    }
    facts
}

const fn code(what: What) -> &'static str {
    match what {
        What::LoggedIn => "user.login",
        What::LoggedOut => "user.logout",
        What::WrongPassword | What::UnknownUser(_) => "user.login_failed",
        What::Locked => "user.locked",
        What::ResetRequested => "user.password_reset_requested",
        What::ResetCompleted => "user.password_reset_completed",
        What::ForcedLogout => "user.forced_logout",
        What::PasswordChanged => "user.password_changed",
        What::EmailChanged => "user.email_changed",
        What::TwoFactorOn { .. } => "user.two_factor_enabled",
        What::TwoFactorOff => "user.two_factor_disabled",
        What::GroupCreated(_) => "group.created",
        What::GroupJoined(_) => "group.joined",
        What::GroupLeft(_) => "group.left",
        What::InvitationAccepted(_) => "group.invitation_accepted",
        What::InvitationDeclined(_) => "group.invitation_declined",
        What::DefaultGroup(_) => "user.default_group_set",
        What::SessionStarted(_) => "session.started",
        What::SessionJoined(_) => "session.joined",
        What::SessionLeft(_) => "session.left",
        What::Requested(_) => "connection.requested",
        What::Accepted(_) => "connection.accepted",
        What::Rejected(_) => "connection.rejected",
        What::Removed(_) => "connection.removed",
        What::Created(_) => "account.created",
        What::ActivationSent(_) => "account.activation_link_sent",
        What::Activated => "account.activation_link_used",
        What::Unlocked(_) => "account.unlocked",
        What::LogInDisabled(_) => "account.login_disabled",
        What::LogInEnabled(_) => "account.login_enabled",
        What::LogViewed(_) => "log.viewed",
        What::ExportGenerated(_) => "export.generated",
        What::ExportDownloaded(_) => "export.downloaded",
    }
}

fn place(facts: &mut Facts, event: &Event, world: &World) {
    let place = event.place;
    facts.application = world.applications.get(usize::from(place.application)).cloned();
    facts.ip = place.ip;
    if place.script {
        facts.user_agent = Some(SCRIPT_AGENT.to_owned());
    } else if let Some(device) = DEVICES.get(usize::from(place.device)) {
        facts.device = Some(device.words.to_owned());
        facts.user_agent = Some(device.user_agent.to_owned());
        let actor = match event.what {
            What::Created(by) | What::ActivationSent(by) | What::LogViewed(by) => by,
            _ => event.user,
        };
        facts.country = Some(world.members[actor as usize].country.to_owned());
    }
}

fn fail(facts: &mut Facts, reason: Reason) {
    facts.outcome = Outcome::Failure;
    facts.reason = Some(reason.word().to_owned());
}

fn person(world: &World, at: u32) -> Person {
    world.profiles[at as usize].person.clone()
}

fn target(person: Person) -> Target {
    let Person {
        id,
        name,
        username,
        email,
    } = person;
    Target {
        kind: Target::USER.to_owned(),
        id,
        name,
        username,
        email,
    }
}

fn group(facts: &mut Facts, world: &World, at: u16) {
    facts.group = world.groups.get(usize::from(at)).cloned();
}

fn session(facts: &mut Facts, world: &World, at: u32) {
    let Some(session) = world.sessions.get(at as usize) else {
        return;
    };
    group(facts, world, session.group);
    facts.targets = vec![Target {
        kind: "session".to_owned(),
        id: session.named.id.clone(),
        name: session.named.name.clone(),
        ..Target::default()
    }];
}

fn change_email(facts: &mut Facts, user: u32, world: &mut World) {
    const DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];
    let person = &mut world.profiles[user as usize].person;
    let before = person.email.clone();
    let now = DOMAINS.iter().position(|domain| before.ends_with(domain)).unwrap_or(0);
    person.email = format!("{}@{}", person.username, DOMAINS[(now + 1) % DOMAINS.len()]);
    let after = person.email.clone();
    facts.changes.push(Change {
        field: "email".to_owned(),
        before: Some(before),
        after: Some(after),
    });
    facts.user = Some(person.clone());
}
