//! Fills an empty installation with people and their past: accounts are created by the use case of today under a clock
//! that runs through the past, everything else is recorded as it happened.

use std::collections::HashMap;
use std::sync::Arc;

use activity::{By, Facts, Time};
use anyhow::Result;
use app::accounts::{Activation, NewUser, Past, backdate, create_user};
use app::{Caller, Origin, Roles, Via};
use log::{Batch, ManualClock, Source};
use store::Store;
use testkit::{Generator, GeneratorSettings, Profile, Standing};

use crate::compose::{self, Installation};
use crate::config::Config;

/// The password of every account one can log in with.
pub(super) const PASSWORD: &str = "just looking around";
/// Members one can log in as, besides the administrator and the auditor.
const MEMBERS: usize = 2;
/// How long activities wait to be recorded together.
const TOGETHER: i64 = 30 * 60 * Time::SECOND;
/// Most activities recorded together.
const BATCH: usize = 4_000;
/// Activities after which what is hot is sealed.
const SETTLE: u64 = 65_536;

/// What there is now.
pub(super) struct Seeded {
    pub(super) activities: u64,
    pub(super) people: usize,
    pub(super) accesses: Vec<Access>,
}

/// An account one can log in with.
pub(super) struct Access {
    pub(super) standing: Standing,
    pub(super) username: String,
}

/// Fills the installation.
pub(super) async fn seed(config: &Config, store: Store, number: u64, settings: GeneratorSettings) -> Result<Seeded> {
    let months = i64::from(settings.months);
    let clock = Arc::new(ManualClock::new(settings.end.plus(-months * 30 * Time::DAY)));
    // Sealing by age makes no sense while months pass in a second.
    let log = log::LogSettings {
        background: false,
        ..config.log.clone()
    };
    let installation = compose::assemble(config, store, log, Arc::clone(&clock) as Arc<dyn log::Clock>).await?;
    let mut seeder = Seeder {
        generator: Generator::new(number, settings),
        bar: super::super::import::bar(None),
        installation,
        clock,
        batch: Vec::with_capacity(BATCH),
        pasts: HashMap::new(),
        people: 0,
        recorded: 0,
        settled: 0,
        accesses: Vec::new(),
    };
    seeder.run().await?;
    seeder.bar.finish_and_clear();
    let Seeder {
        installation,
        recorded,
        people,
        accesses,
        ..
    } = seeder;
    installation.log.close().await;
    Ok(Seeded {
        activities: recorded,
        people,
        accesses,
    })
}

struct Seeder {
    installation: Installation,
    generator: Generator,
    clock: Arc<ManualClock>,
    bar: indicatif::ProgressBar,
    batch: Vec<Facts>,
    pasts: HashMap<String, Past>,
    people: usize,
    recorded: u64,
    settled: u64,
    accesses: Vec<Access>,
}

impl Seeder {
    async fn run(&mut self) -> Result<()> {
        self.bar.set_length(self.generator.size_hint().1.unwrap_or(0) as u64);
        while let Some(facts) = self.generator.next() {
            let waited = self
                .batch
                .first()
                .map_or(0, |first| facts.occurred_at.0 - first.occurred_at.0);
            if waited > TOGETHER || self.batch.len() >= BATCH {
                self.record().await?;
            }
            if &*facts.kind == "account.created" {
                self.record().await?;
                self.create(&facts).await?;
                continue;
            }
            self.remember(&facts);
            self.batch.push(facts);
        }
        self.record().await?;
        let mut pasts: Vec<Past> = Vec::with_capacity(self.pasts.len());
        for profile in self.generator.profiles() {
            if let Some(past) = self.pasts.remove(&profile.person.id) {
                pasts.push(Past {
                    email: profile.person.email.clone(),
                    ..past
                });
            }
        }
        Ok(backdate(&self.installation.app, &Caller::command_line(), &pasts, PASSWORD).await?)
    }

    async fn record(&mut self) -> Result<()> {
        let Some(last) = self.batch.last() else { return Ok(()) };
        self.clock.set(last.occurred_at.plus(Time::SECOND / 5));
        let facts = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.recorded += facts.len() as u64;
        self.bar.set_position(self.recorded);
        let source = Source::Reporter("demo".to_owned());
        self.installation
            .log
            .ingest(Batch {
                facts,
                idempotency: None,
                source,
            })
            .await?;
        if self.recorded - self.settled >= SETTLE {
            self.settled = self.recorded;
            Box::pin(self.installation.log.settle(false)).await?;
        }
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
        let (caller, activation) = if known {
            (Caller::command_line(), Activation::Password(PASSWORD.to_owned()))
        } else {
            (caller(facts), Activation::Later)
        };
        let new = new_user(&profile, activation);
        let created = create_user(&self.installation.app, &caller, new).await?;
        self.recorded += 1;
        self.generator.adopt(self.people, &created.person.id);
        self.people += 1;
        if known {
            self.accesses.push(Access {
                standing: profile.standing,
                username: profile.person.username,
            });
        }
        let past = Past {
            id: created.person.id.clone(),
            time_zone: profile.zone.to_owned(),
            login_enabled: true,
            ..Past::default()
        };
        self.pasts.insert(created.person.id, past);
        Ok(())
    }

    /// Keeps what these facts leave of their account.
    fn remember(&mut self, facts: &Facts) {
        let Some(past) = facts.user.as_ref().and_then(|user| self.pasts.get_mut(&user.id)) else {
            return;
        };
        match &*facts.kind {
            "account.activation_link_used" => past.activated_at = Some(facts.occurred_at),
            "user.login" => {
                past.last_login_at = Some(facts.occurred_at);
                past.last_attempt_failed = false;
            }
            "user.login_failed" => past.last_attempt_failed = true,
            "account.login_disabled" => past.login_enabled = false,
            "account.login_enabled" => past.login_enabled = true,
            _ => {}
        }
    }
}

/// The administrator who did it, where they did it.
fn caller(facts: &Facts) -> Caller {
    let By::Administrator(person) = &facts.by else {
        return Caller::command_line();
    };
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
