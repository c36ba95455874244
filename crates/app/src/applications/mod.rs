//! Registered applications: registering and managing them, how each proves itself, and refreshing its devices.
//!
//! One use case a file. Signing in is that of `logging_in`, with a visitor who came through an application.

mod authenticate;
mod delete;
mod device_name;
mod edit;
mod end_all;
mod list;
mod model;
mod refresh;
mod register;
mod rotate_key;

/// What the key of an application begins with.
pub const KEY_PREFIX: &str = crate::key_text::APPLICATION;

pub use authenticate::{Presented, authenticate};
pub use delete::delete;
pub use device_name::on_device;
pub use edit::{EditApplication, edit};
pub use list::{get, list};
pub use model::Application;
pub use refresh::{RefreshRefused, Refreshed, refresh};
pub use register::{NewApplication, Registered, register};
pub use rotate_key::rotate_key;
