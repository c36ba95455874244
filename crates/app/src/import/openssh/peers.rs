//! What is known of the connections that sshd's processes serve, from their earlier lines. Bounded: the oldest are
//! forgotten.

use std::collections::HashMap;

use activity::Time;

use super::header::Header;
use super::message::Party;

/// Connections remembered at least.
const REMEMBERED: usize = 20_000;
/// A process that says goodbye again after this long serves another connection.
const GOODBYE: i64 = 60 * Time::SECOND;

/// The connections by machine and process id.
#[derive(Default)]
pub(super) struct Peers {
    recent: HashMap<(String, u32), Peer>,
    older: HashMap<(String, u32), Peer>,
}

#[derive(Clone, Default)]
struct Peer {
    user: Option<String>,
    address: Option<String>,
    port: Option<u16>,
    gave_up: bool,
    left: Option<Time>,
}

impl Peers {
    /// A line named this party.
    pub(super) fn heard(&mut self, header: &Header<'_>, party: &Party<'_>) {
        let Some(peer) = self.of(header) else { return };
        if peer.left.is_some() {
            *peer = Peer::default();
        }
        peer.user = party.user.map(str::to_owned).or_else(|| peer.user.take());
        peer.address = party.address.map(str::to_owned).or_else(|| peer.address.take());
        peer.port = party.port.or(peer.port);
    }

    /// sshd gives up on the connection; whether another line said so before.
    pub(super) fn gave_up(&mut self, header: &Header<'_>) -> bool {
        self.of(header)
            .is_some_and(|peer| std::mem::replace(&mut peer.gave_up, true))
    }

    /// The connection ended; whether another line said so a moment before.
    pub(super) fn left(&mut self, header: &Header<'_>, at: Time) -> bool {
        let Some(peer) = self.of(header) else { return false };
        peer.left
            .replace(at)
            .is_some_and(|before| at.0.abs_diff(before.0) < GOODBYE.unsigned_abs())
    }

    /// The party of a line, with what earlier lines said of it.
    pub(super) fn complete<'a>(&'a mut self, header: &Header<'_>, party: &Party<'a>) -> Party<'a> {
        let Some(peer) = self.of(header) else { return *party };
        let same = party.address.is_none() || party.address == peer.address.as_deref();
        if !same {
            return *party;
        }
        Party {
            user: party.user.or(peer.user.as_deref()),
            address: party.address.or(peer.address.as_deref()),
            port: party.port.or(peer.port),
        }
    }

    fn of(&mut self, header: &Header<'_>) -> Option<&mut Peer> {
        let key = (header.host.to_owned(), header.pid?);
        if self.recent.len() >= REMEMBERED {
            self.older = std::mem::take(&mut self.recent);
        }
        let peer = match self.recent.remove(&key) {
            Some(peer) => peer,
            None => self.older.remove(&key).unwrap_or_default(),
        };
        Some(self.recent.entry(key).or_insert(peer))
    }
}
