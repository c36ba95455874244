//! How many connections there may be, in all and of one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Limits;

/// The counters.
pub(super) struct Caps {
    all: Arc<Semaphore>,
    per_address: usize,
    trusted: Vec<IpNet>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection's permit, counted among those of its address; given back when dropped.
pub(super) struct ConnectionPermit {
    caps: Arc<Caps>,
    address: IpAddr,
}

impl Caps {
    pub(super) fn new(limits: &Limits, trusted: &[IpNet]) -> Self {
        Self {
            all: Arc::new(Semaphore::new(limits.connections)),
            per_address: limits.connections_per_address,
            trusted: trusted.to_vec(),
            open: Mutex::default(),
        }
    }

    /// Waits until there is room for one more connection: further ones wait in the listener's queue.
    pub(super) async fn room(&self) -> OwnedSemaphorePermit {
        let all = Arc::clone(&self.all);
        all.acquire_owned().await.expect("this semaphore is never closed")
    }

    /// A permit for one more connection of this address, `None` if it holds too many. A trusted proxy carries
    /// everybody's and is not counted.
    pub(super) fn permit(self: &Arc<Self>, address: IpAddr) -> Option<ConnectionPermit> {
        let address = address.to_canonical();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let held = open.entry(address).or_insert(0);
        if *held >= self.per_address && !self.trusted.iter().any(|net| net.contains(&address)) {
            return None;
        }
        *held += 1;
        drop(open);
        Some(ConnectionPermit {
            caps: Arc::clone(self),
            address,
        })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut open = self.caps.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = open.get_mut(&self.address) {
            *held -= 1;
            if *held == 0 {
                open.remove(&self.address);
            }
        }
    }
}
