//! Fills an empty installation with people and their past: accounts are created by the use case of today under a clock
//! that runs through the past, everything else is recorded as it happened.

use std::sync::Arc;

use activity::{By, Facts, Named, Person, Time};
use anyhow::Result;
use app::accounts::{Activation, NewUser, create_person};
use app::applications::{NewApplication, register};
use app::backdate::{self, Past};
use app::groups::{self, NewGroup};
use app::{Caller, Origin, Roles, Via};
use engine::{Batch, IdSpace, IngestError, IngestResult, ManualClock};
use store::Store;
use testkit::{Generator, GeneratorSettings, Profile, Standing};
use tokio::sync::oneshot;

use super::life::{Cast, Player};
use super::passwords::Passwords;
use super::past::Aftermath;
use crate::compose::{self, Installation};
use crate::config::Config;

/// The applications besides the web manager, in the order of the generator.
const APPLICATIONS: [&str; 2] = ["Studio", "Headset client"];
/// Members one can log in as, besides the administrator and the auditor.
const MEMBERS: usize = 3;
/// Others who are about while the demo runs.
const OTHERS: usize = 5;
/// How long activities of the last days wait to be recorded together.
const TOGETHER: i64 = 30 * 60 * Time::SECOND;
/// How long before the end the last days begin: what is looked at first.
const LAST_DAYS: i64 = 3 * Time::DAY;
/// All before them is recorded in no more than about so many portions: each takes as long as some hundred activities.
const PORTIONS: i64 = 2_000;
/// Seconds that no past of a demo has.
const AGES: u64 = 100 * 365 * 86_400;
/// Most activities recorded together.
const BATCH: usize = 4_000;
/// What there is now.
pub(super) struct Seeded {
    pub(super) activities: u64,
    pub(super) people: usize,
    pub(super) accesses: Vec<Access>,
    pub(super) passwords: Passwords,
    /// Who is about while the demo runs; `None` where there are too few people or groups.
    pub(super) cast: Option<Cast>,
}

/// An account one can log in with.
pub(super) struct Access {
    pub(super) standing: Standing,
    pub(super) player: Player,
}

/// Fills the installation.
pub(super) async fn seed(
    config: &Config,
    store: Store,
    (number, settings): (u64, GeneratorSettings),
    passwords: Passwords,
) -> Result<Seeded> {
    let (past, end) = (i64::from(settings.months) * 30 * Time::DAY, settings.end);
    let clock = Arc::new(ManualClock::new(end.plus(-past)));
    let log = engine::LogSettings {
        // Sealing by age makes no sense while months pass in a second.
        seal_after_seconds: AGES,
        // Small volumes can be looked at as well, and become fewer when somebody does.
        merge_factor: usize::MAX,
        ..config.log.clone()
    };
    // Half a year of small commits, which go when the demo ends: none of them has to outlast a power cut.
    store.sync_commits(false).await?;
    let installation =
        compose::assemble(config, store.clone(), log, Arc::clone(&clock) as Arc<dyn engine::Clock>).await?;
    let mut seeder = Seeder {
        generator: Generator::new(number, settings),
        bar: super::super::progress::bar(None),
        installation,
        clock,
        batch: Vec::with_capacity(BATCH),
        recording: None,
        last_days: end.plus(-LAST_DAYS),
        together: TOGETHER.max(past / PORTIONS),
        aftermath: Aftermath::default(),
        people: 0,
        recorded: 0,
        accesses: Vec::new(),
        passwords,
        groups: Vec::new(),
        applications: Vec::new(),
    };
    seeder.run().await?;
    seeder.bar.finish_and_clear();
    let cast = seeder.cast();
    let Seeder {
        installation,
        recorded,
        people,
        accesses,
        passwords,
        ..
    } = seeder;
    installation.log.close().await;
    store.sync_commits(true).await?;
    Ok(Seeded {
        activities: recorded,
        people,
        accesses,
        passwords,
        cast,
    })
}

struct Seeder {
    installation: Installation,
    generator: Generator,
    clock: Arc<ManualClock>,
    bar: indicatif::ProgressBar,
    batch: Vec<Facts>,
    /// The batch before, while it is recorded: the next one is made meanwhile.
    recording: Option<oneshot::Receiver<Result<IngestResult, IngestError>>>,
    last_days: Time,
    /// How long activities before the last days wait to be recorded together.
    together: i64,
    aftermath: Aftermath,
    people: usize,
    recorded: u64,
    accesses: Vec<Access>,
    passwords: Passwords,
    /// The groups and the applications that were made.
    groups: Vec<Named>,
    applications: Vec<Named>,
}

impl Seeder {
    async fn run(&mut self) -> Result<()> {
        self.bar.set_length(self.generator.size_hint().1.unwrap_or(0) as u64);
        while let Some(facts) = self.generator.next() {
            let waited = self
                .batch
                .first()
                .map_or(0, |first| facts.occurred_at.0 - first.occurred_at.0);
            let together = if facts.occurred_at < self.last_days {
                self.together
            } else {
                TOGETHER
            };
            if waited > together || self.batch.len() >= BATCH {
                self.record().await?;
            }
            match &*facts.kind {
                "account.created" => {
                    self.settle().await?;
                    self.create(&facts).await?;
                }
                "group.created" => {
                    self.settle().await?;
                    self.found(&facts).await?;
                }
                _ => {
                    self.aftermath.remember(&facts);
                    self.batch.push(facts);
                }
            }
        }
        self.settle().await?;
        self.backdate().await
    }

    /// Writes into the accounts and what belongs to them what the activities have left of them.
    async fn backdate(&self) -> Result<()> {
        let (app, caller) = (&self.installation.app, Caller::command_line());
        backdate::accounts(app, &caller, &self.aftermath.accounts(), self.passwords.of_others()).await?;
        backdate::groups(app, &caller, &self.aftermath.members()).await?;
        backdate::sessions(app, &caller, &self.aftermath.sessions()).await?;
        backdate::connections(app, &caller, &self.aftermath.connections()).await?;
        backdate::disclosures(app, &caller, &self.aftermath.looks()).await?;
        Ok(())
    }

    /// People who can be about afterwards, and where.
    fn cast(&self) -> Option<Cast> {
        let of = |standing| {
            let found = self.accesses.iter().filter(move |access| access.standing == standing);
            found.map(|access| access.player.clone())
        };
        let members: Vec<Player> = of(Standing::Member).collect();
        let active = self.aftermath.accounts();
        let active = |id: &str| {
            let mut found = active.iter().filter(|past| past.id == id);
            found.any(|past| past.activated_at.is_some() && past.login_enabled)
        };
        let profiles = self.generator.profiles().iter();
        let is_member = |username: &String| members.iter().any(|member| member.username == *username);
        let others: Vec<Player> = profiles
            .filter(|profile| profile.standing == Standing::Member && active(&profile.person.id))
            .map(|profile| profile.person.username.clone())
            .filter(|username| !is_member(username))
            .take(OTHERS)
            .map(|username| Player {
                username,
                password: self.passwords.of_others().to_owned(),
            })
            .collect();
        let first = members.first()?;
        let first = self
            .generator
            .profiles()
            .iter()
            .find(|profile| profile.person.username == first.username)?;
        let is_outside = |group: &&Named| !self.aftermath.has_member(&group.id, &first.person.id);
        let home = self.groups.first()?;
        let elsewhere = self.groups[1..].iter().find(is_outside).or(self.groups.get(1))?;
        let groups = [home.clone(), elsewhere.clone()];
        (members.len() == MEMBERS && others.len() == OTHERS).then_some(Cast {
            administrator: of(Standing::Administrator).next()?,
            members,
            others,
            groups,
            headset: self.applications.last()?.clone(),
        })
    }

    /// Records what waits, and waits for it.
    async fn settle(&mut self) -> Result<()> {
        self.record().await?;
        self.recorded_before().await
    }

    async fn recorded_before(&mut self) -> Result<()> {
        if let Some(before) = self.recording.take() {
            before.await??;
        }
        Ok(())
    }

    /// Begins to record what waits, after the batch before.
    async fn record(&mut self) -> Result<()> {
        self.recorded_before().await?;
        let Some(last) = self.batch.last() else { return Ok(()) };
        self.clock.set(last.occurred_at.plus(Time::SECOND / 5));
        let facts = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.recorded += facts.len() as u64;
        self.bar.set_position(self.recorded);
        let batch = Batch {
            facts,
            idempotency: None,
            numbers: Vec::new(),
            source: IdSpace::Reporter("demo".to_owned()),
        };
        let (log, (done, recording)) = (self.installation.log.clone(), oneshot::channel());
        let record = async move {
            // Nobody waits for it any more where the demo is stopped before it has begun.
            drop(done.send(log.ingest(batch).await));
        };
        self.installation.app.tasks().once("recording of the demo", record);
        self.recording = Some(recording);
        Ok(())
    }

    /// Creates the account that `facts` tell of.
    async fn create(&mut self, facts: &Facts) -> Result<()> {
        let profile = self.generator.profiles()[self.people].clone();
        self.clock.set(facts.occurred_at);
        let members = self
            .accesses
            .iter()
            .filter(|access| access.standing == Standing::Member)
            .count();
        let known = match profile.standing {
            Standing::Administrator => self.people == 0,
            Standing::Auditor => true,
            Standing::Member => members < MEMBERS,
        };
        let password = self.passwords.of_somebody();
        let (caller, activation) = if known {
            (Caller::command_line(), Activation::Password(password.clone()))
        } else {
            (caller(facts), Activation::Later)
        };
        let new = new_user(&profile, activation);
        let created = create_person(&self.installation.app, &caller, new).await?;
        self.recorded += 1;
        self.generator.adopt(self.people, &created.id);
        self.people += 1;
        if known {
            self.accesses.push(Access {
                standing: profile.standing,
                player: Player {
                    username: profile.person.username,
                    password,
                },
            });
        }
        let past = Past {
            id: created.id,
            email: created.email,
            time_zone: profile.zone.to_owned(),
            login_enabled: true,
            ..Past::default()
        };
        self.aftermath.account(past);
        if self.people == 1 {
            self.register().await?;
        }
        Ok(())
    }

    /// Registers the applications people use besides the web manager.
    async fn register(&mut self) -> Result<()> {
        for (index, name) in APPLICATIONS.into_iter().enumerate() {
            let new = NewApplication {
                name: name.to_owned(),
                // A headset is worn by one person at a time.
                single_device: index == 1,
            };
            let registered = register(&self.installation.app, &Caller::command_line(), new).await?;
            self.recorded += 1;
            self.generator.adopt_application(index + 1, &registered.application.id);
            self.applications.push(Named {
                id: registered.application.id,
                name: registered.application.name,
            });
        }
        Ok(())
    }

    /// Creates the group that `facts` tell of.
    async fn found(&mut self, facts: &Facts) -> Result<()> {
        let (Some(user), Some(group)) = (&facts.user, &facts.group) else {
            return Ok(());
        };
        self.clock.set(facts.occurred_at);
        let new = NewGroup {
            name: group.name.clone(),
            ..NewGroup::default()
        };
        let created = groups::create(&self.installation.app, &signed_in(user, facts), new).await?;
        self.recorded += 1;
        self.generator.adopt_group(self.groups.len(), &created.id);
        self.groups.push(Named {
            id: created.id,
            name: created.name,
        });
        Ok(())
    }
}

/// The administrator who did it, where they did it.
fn caller(facts: &Facts) -> Caller {
    let By::Administrator(person) = &facts.by else {
        return Caller::command_line();
    };
    signed_in(person, facts)
}

/// This administrator, where these facts happened.
fn signed_in(person: &Person, facts: &Facts) -> Caller {
    Caller {
        person: person.clone(),
        roles: Roles {
            administrator: true,
            auditor: false,
        },
        via: Via::Device {
            id: "dev_demo".to_owned(),
        },
        origin: Origin {
            ip: facts.ip,
            user_agent: facts.user_agent.clone(),
            device: facts.device.clone(),
            request_id: String::new(),
            idempotency_key: None,
            trace_id: None,
        },
    }
}

fn new_user(profile: &Profile, activation: Activation) -> NewUser {
    NewUser {
        given_name: profile.given_name.clone(),
        family_name: profile.family_name.clone(),
        username: profile.person.username.clone(),
        email: profile.person.email.clone(),
        roles: Roles {
            administrator: profile.standing == Standing::Administrator,
            auditor: profile.standing == Standing::Auditor,
        },
        service_account: false,
        activation,
    }
}
