//! Accounts: logging in and out, activation, reset, lockout, devices, and what administrators do to an account.
//!
//! One use case a file. Owns the rules of who may log in; owns no page and no SQL text.

mod activate;
mod attempts;
mod authenticate;
mod change_password;
mod create_first_administrator;
mod create_user;
mod edit_profile;
mod edit_user;
mod end_devices;
mod error;
mod get_user;
mod hasher;
mod links;
mod list_devices;
mod list_users;
mod log_in;
mod log_out;
mod model;
mod names;
mod passwords;
mod peek_link;
mod preferences;
mod request_reset;
mod reset_password;
mod revoke_device;
mod send_activation;
mod set_login_addresses;
mod set_login_enabled;
mod set_roles;
mod set_service_account;
#[cfg(test)]
mod tests;
mod tokens;
mod unlock;

pub use activate::activate;
pub use authenticate::authenticate;
pub use change_password::{ChangePassword, change_password};
pub use create_first_administrator::{FirstAdministrator, create_first_administrator};
pub use create_user::{Activation, Created, NewUser, create_user};
pub use edit_profile::{Profile, edit_profile};
pub use edit_user::{EditUser, edit_user};
pub use end_devices::end_devices;
pub use error::{AccountError, FieldError, LinkError, LogInRefused, Unavailable};
pub use get_user::{UserDetails, get_user};
pub(crate) use hasher::Hasher;
pub use list_devices::list_devices;
pub use list_users::{Order, Sort, StatusFilter, Total, UserPage, UserSearch, list_users};
pub use list_users::RoleFilter;
pub use log_in::{LogIn, SignedIn, log_in};
pub use log_out::log_out;
pub use model::{Device, LoginStatus, UserRow};
pub use peek_link::{Link, LinkPurpose, peek_link};
pub use preferences::{preference, set_preference};
pub use request_reset::request_reset;
pub use reset_password::reset_password;
pub use revoke_device::revoke_device;
pub use send_activation::send_activation;
pub use set_login_addresses::set_login_addresses;
pub use set_login_enabled::set_login_enabled;
pub use set_roles::set_roles;
pub use set_service_account::set_service_account;
pub(crate) use tokens::{new_id, new_token, token_hash};
pub use unlock::unlock;
