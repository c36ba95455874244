//! What every request passes before and after its handler, outermost first: context and finish, panics, the
//! host it names, CSRF, compression; and, around each route, the gate of its policy.

mod body;
mod client;
mod csrf;
mod gate;
mod headers;
mod outer;
mod trace;

pub(crate) use body::TooSlow;
pub(crate) use client::{PeerAddress, client_address};
pub(crate) use gate::{Gate, gate};
pub(crate) use outer::outer;

#[cfg(test)]
mod tests;
