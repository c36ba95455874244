//! Whether whoever opened a stream may still read it. Their log-in is looked at again as soon as something was
//! committed about their account, and now and then besides, for what ends by time alone: nobody asks the database every
//! second.

use std::time::Duration;

use app::devices::{ACCESS_PREFIX, Identity};
use app::{Caller, Origin, Topic, Watch};
use axum::http::{HeaderMap, header};
use tokio::time::{Instant, sleep_until};

use super::{RequestContext, extract};
use crate::AppState;

/// How often it is looked at whatever happens: log-ins and tokens end by time as well.
const SELDOM: Duration = Duration::from_secs(15);
/// How soon after a look there may be another: who does much is not looked at for each of it.
const REST: Duration = Duration::from_millis(200);

/// The log-in of whoever reads a stream, for as long as it is open.
pub(crate) struct Allowed {
    state: AppState,
    proof: Proof,
    origin: Origin,
    watch: Watch,
    is_told: bool,
    looked: Instant,
}

/// What they proved themselves with.
enum Proof {
    /// The cookie of a browser.
    Cookie(String),
    /// A key or the token of an application's device.
    Bearer(String),
}

impl Allowed {
    /// Of the caller of this request, who was let in just now.
    pub(crate) fn new(
        state: &AppState,
        context: &RequestContext,
        headers: &HeaderMap,
        caller: &Caller,
    ) -> Option<Self> {
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.split_once(' '));
        let proof = match bearer {
            Some((_, token)) => Proof::Bearer(token.trim().to_owned()),
            None => Proof::Cookie(context.cookies().device()?.to_owned()),
        };
        Some(Self {
            state: state.clone(),
            proof,
            origin: context.origin().clone(),
            watch: state.app().live().watch(vec![Topic::Rights(caller.person.id.clone())]),
            is_told: false,
            looked: Instant::now(),
        })
    }

    /// Done when it is time to look again. May be given up at any time.
    pub(crate) async fn due(&mut self) {
        let seldom = self.looked + SELDOM;
        if !self.is_told {
            tokio::select! {
                () = self.watch.changed() => self.is_told = true,
                () = sleep_until(seldom) => return,
            }
        }
        sleep_until(seldom.min(self.looked + REST)).await;
    }

    /// Who they are now, if they may go on; the caller as before where the database does not answer just now, which
    /// ends nothing.
    pub(crate) async fn look(&mut self, before: &Caller) -> Option<Caller> {
        self.is_told = false;
        self.looked = Instant::now();
        let (app, origin) = (self.state.app(), self.origin.clone());
        match &self.proof {
            Proof::Cookie(token) => match extract::by_device(&self.state, token, origin).await {
                Ok(found) => found,
                Err(_) => Some(before.clone()),
            },
            Proof::Bearer(token) if token.starts_with(ACCESS_PREFIX) => {
                match app::devices::identify(app, token, origin).await {
                    Ok(Identity::SignedIn(caller)) => Some(*caller),
                    Ok(Identity::Ended(_) | Identity::Expired | Identity::Nobody) => None,
                    Err(_) => Some(before.clone()),
                }
            }
            Proof::Bearer(key) => match app::api_keys::authenticate(app, key, origin).await {
                Ok(found) => found,
                Err(_) => Some(before.clone()),
            },
        }
    }
}
