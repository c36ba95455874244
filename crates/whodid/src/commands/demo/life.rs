//! What goes on in the demo while it runs: the use cases of the product, done by some of its people. Owns no past.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use activity::Named;
use anyhow::{Context as _, Result, bail};
use app::factors::{EnableTotp, Proof, enable_totp, offer_totp};
use app::groups::{self, GroupRole, Invite};
use app::logging_in::{LogIn, LogInStep, log_in};
use app::sessions::{self, NewSession};
use app::{App, Caller, ChangeError, Origin, Visitor, connections, device_of};

/// How often somebody is heard of: far more often than the silence after which they have left.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// Heartbeats between two things that happen.
const PAUSE: u64 = 3;
const HEADSET: &str = "WhodidHeadset/2.9.0 (Quest 3; Android 14)";
const BROWSERS: [&str; 3] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
];

/// An account whose owner plays a part.
#[derive(Clone)]
pub(super) struct Player {
    pub(super) username: String,
    pub(super) password: String,
}

/// Who and what it happens with.
pub(super) struct Cast {
    /// The administrator, who owns every group.
    pub(super) administrator: Player,
    /// The members one is told to log in as; the last of them gets a second factor.
    pub(super) members: Vec<Player>,
    /// Others.
    pub(super) others: Vec<Player>,
    /// Where they meet, and a group to be invited to.
    pub(super) groups: [Named; 2],
    /// The application for which one device at a time may be signed in.
    pub(super) headset: Named,
}

/// What the member with a second factor needs to log in.
pub(super) struct SecondFactor {
    pub(super) username: String,
    /// Key for an authenticator app.
    pub(super) key: String,
    pub(super) recovery_codes: Vec<String>,
}

/// A running session and who is in it.
pub(super) struct Life {
    app: App,
    session: String,
    present: Vec<Caller>,
    away: Vec<Caller>,
}

/// Sets the scene: everything that one finds going on at the first look.
pub(super) async fn begin(app: &App, cast: &Cast) -> Result<(Life, SecondFactor)> {
    let administrator = web(app, &cast.administrator, 0).await?;
    let [home, elsewhere] = &cast.groups;
    let mut members = Vec::new();
    for (at, player) in cast.members.iter().chain(&cast.others).enumerate() {
        members.push(web(app, player, at + 1).await?);
    }
    for (at, member) in members.iter().enumerate() {
        let role = if at == 0 { GroupRole::Owner } else { GroupRole::Member };
        belong(app, &administrator, (&home.id, member), role).await?;
    }
    invite(app, &administrator, elsewhere, &members).await?;
    let last = members.len() - 1;
    // Whether they know each other already depends on their past.
    let _ = connections::request(app, &members[last], &cast.members[0].username).await;
    wear_twice(app, cast).await?;
    let host = &members[cast.members.len()];
    let new = NewSession {
        group_id: home.id.clone(),
        name: "Morning briefing".to_owned(),
        password: None,
        start: true,
    };
    let session = sessions::create(app, host, new).await?.id;
    let factor = second_factor(app, cast, &members).await?;
    let mut others = members.split_off(cast.members.len());
    let mut life = Life {
        app: app.clone(),
        session,
        present: vec![others.remove(0)],
        away: others,
    };
    while life.away.len() > 1 {
        life.join().await?;
    }
    Ok((life, factor))
}

impl Life {
    /// Goes on until it is dropped; what fails once is tried again another time.
    pub(super) async fn run(mut self) {
        for beat in 1_u64.. {
            tokio::time::sleep(HEARTBEAT).await;
            for caller in &self.present {
                let _ = sessions::heartbeat(&self.app, caller, &self.session).await;
            }
            if beat % PAUSE == 0 {
                let happened = if beat % (2 * PAUSE) == 0 {
                    self.leave().await
                } else {
                    self.join().await
                };
                if let Err(error) = happened {
                    tracing::debug!(%error, "the demo's people could not go on");
                }
            }
        }
    }

    async fn join(&mut self) -> Result<()> {
        if let Some(caller) = self.away.pop() {
            sessions::join(&self.app, &caller, &self.session, None).await?;
            self.present.push(caller);
        }
        Ok(())
    }

    /// The one who has been there longest leaves, but not the last.
    async fn leave(&mut self) -> Result<()> {
        if self.present.len() > 1 {
            let caller = self.present.remove(1);
            sessions::leave(&self.app, &caller, &self.session).await?;
            self.away.insert(0, caller);
        }
        Ok(())
    }
}

/// Makes them a member of the group, if they are none, with this role.
async fn belong(app: &App, administrator: &Caller, (group, member): (&str, &Caller), role: GroupRole) -> Result<()> {
    let id = member.person.id.as_str();
    match groups::get_member(app, administrator, group, id).await {
        Err(ChangeError::NotFound) => drop(groups::add_member(app, administrator, group, id, role).await?),
        Ok(_) if role == GroupRole::Member => {}
        known => {
            known?;
            groups::change_role(app, administrator, group, id, role, None).await?;
        }
    }
    Ok(())
}

/// Invites those of them who are not in the group yet, and somebody from outside.
async fn invite(app: &App, administrator: &Caller, group: &Named, members: &[Caller]) -> Result<()> {
    let mut addresses = "new.colleague@example.net".to_owned();
    for member in members {
        addresses.push('\n');
        addresses.push_str(&member.person.email);
    }
    let role = GroupRole::Member;
    groups::invite(app, administrator, &group.id, Invite { addresses, role }).await?;
    Ok(())
}

/// The first member puts on one headset and then another: the first is logged out.
async fn wear_twice(app: &App, cast: &Cast) -> Result<()> {
    for last in [41, 42] {
        let visitor = Visitor {
            origin: origin(HEADSET, last),
            application: Some(cast.headset.clone()),
            device_token: None,
        };
        signed_in(app, &visitor, &cast.members[0]).await?;
    }
    Ok(())
}

async fn second_factor(app: &App, cast: &Cast, members: &[Caller]) -> Result<SecondFactor> {
    let at = cast.members.len() - 1;
    let offer = offer_totp(app, &members[at].person, None)?;
    let proof = Proof::Password(cast.members[at].password.clone());
    let typed = EnableTotp {
        others: Default::default(),
        key: offer.key.clone(),
        code: code(&offer.url, app.now())?,
        proof,
    };
    Ok(SecondFactor {
        username: cast.members[at].username.clone(),
        recovery_codes: enable_totp(app, &members[at], typed).await?,
        key: offer.key,
    })
}

/// What an authenticator app shows at this moment.
fn code(url: &str, now: activity::Time) -> Result<String> {
    let totp = totp_rs::Totp::from_url(url).context("the key of an authenticator app")?;
    let seconds = u64::try_from(now.0 / activity::Time::SECOND).unwrap_or(0);
    Ok(totp.generate(seconds).to_string())
}

async fn web(app: &App, player: &Player, at: usize) -> Result<Caller> {
    let last = u8::try_from(10 + at % 200).unwrap_or(10);
    let visitor = Visitor {
        origin: origin(BROWSERS[at % BROWSERS.len()], last),
        application: None,
        device_token: None,
    };
    signed_in(app, &visitor, player).await
}

async fn signed_in(app: &App, visitor: &Visitor, player: &Player) -> Result<Caller> {
    let typed = LogIn {
        login: player.username.clone(),
        password: player.password.clone(),
        known_device: None,
    };
    match log_in(app, visitor, typed).await? {
        LogInStep::Done(signed_in) => Ok(signed_in.caller),
        _ => bail!("{} is asked for a second factor", player.username),
    }
}

/// An address for documentation and this user agent.
fn origin(user_agent: &str, last: u8) -> Origin {
    Origin {
        ip: Some(IpAddr::V4(Ipv4Addr::new(198, 51, 100, last))),
        user_agent: Some(user_agent.to_owned()),
        device: device_of(user_agent),
        request_id: "demo".to_owned(),
        idempotency_key: None,
        trace_id: None,
    }
}
