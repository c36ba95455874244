//! What an installation can set about its web server, with defaults.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::AllowedHost;

/// Settings of the web server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address and port to listen on.
    pub listen: std::net::SocketAddr,
    /// Networks of the proxies whose `X-Forwarded-For` is believed. Empty: nobody's.
    pub trusted_proxies: Vec<IpNet>,
    /// Names and addresses this server answers to, besides that of `public_url` and those of the machine itself.
    pub allowed_hosts: Vec<AllowedHost>,
    /// Whether `/metrics` answers anybody, instead of only this machine and administrators' keys.
    pub metrics_public: bool,
    /// Sizes, times and rates.
    pub limits: Limits,
}

/// Sizes, times and rates that keep one client from starving the others.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Open connections in all.
    pub connections: usize,
    /// Open connections of one address.
    pub connections_per_address: usize,
    /// Milliseconds until the head of a request must have arrived.
    pub header_ms: u64,
    /// Milliseconds until the body of a request must have arrived.
    pub body_ms: u64,
    /// Milliseconds a connection may be idle, and a slow reader may stall a response.
    pub idle_ms: u64,
    /// Milliseconds a shutdown waits for requests under way.
    pub drain_ms: u64,
    /// Bytes of a form.
    pub form_bytes: usize,
    /// Bytes of a batch of activities, after decompression.
    pub batch_bytes: usize,
    /// Bytes of all batches under way together.
    pub bodies_bytes: usize,
    /// Activities in one batch.
    pub batch_items: usize,
    /// Attempts at a secret (log-in, reset, activation) a minute from one address.
    pub secrets_per_minute: u32,
    /// The same through one registered application from one address: its server signs in many people.
    pub application_secrets_per_minute: u32,
    /// API requests a second of one key, with a burst of ten times as many. 0: unlimited.
    pub api_per_second: u32,
    /// Open streams of live pages in all; further pages ask now and then instead.
    pub streams: usize,
    /// Open streams of live pages of one account.
    pub streams_per_account: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: std::net::SocketAddr::from(([127, 0, 0, 1], 8080)),
            trusted_proxies: Vec::new(),
            allowed_hosts: Vec::new(),
            metrics_public: false,
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            connections_per_address: 256,
            header_ms: 10_000,
            body_ms: 30_000,
            idle_ms: 60_000,
            drain_ms: 10_000,
            form_bytes: 64 * 1024,
            batch_bytes: 16 * 1024 * 1024,
            bodies_bytes: 32 * 1024 * 1024,
            batch_items: 10_000,
            secrets_per_minute: 30,
            application_secrets_per_minute: 600,
            api_per_second: 0,
            streams: 1_024,
            streams_per_account: 8,
        }
    }
}
