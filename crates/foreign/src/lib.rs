//! What other systems wrote, read as the facts of activities: the auth logs of machines and the events of products.
//! Every line becomes activities, is passed over under a name, or is said not to be understood. Pure: owns no file, no
//! clock and no database.

pub mod auth;
mod harvest;
mod id;
mod keys;
pub mod mapping;
pub mod text;

pub use harvest::{Found, Harvest, Origin};
pub use keys::Keys;
