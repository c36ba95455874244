//! How long what people type may be, in characters unless said otherwise. Read by the use cases that check it and by
//! the description of the API; owns no check.

/// The most of a given or a family name.
pub const NAME: usize = 100;
/// The most of a username.
pub const USERNAME: usize = 64;
/// The most of an e-mail address.
pub const EMAIL: usize = 254;
/// The most bytes of what is typed as username or e-mail address to log in: more than any has.
pub const LOGIN: usize = 320;
/// The most bytes of what is typed as password: more than any has; more costs nothing but time.
pub const TYPED_PASSWORD: usize = 1_024;
/// The most networks that an account may log in from.
pub const LOGIN_ADDRESSES: usize = 100;
/// The most of a group's name.
pub const GROUP_NAME: usize = 200;
/// The most addresses that are invited at once.
pub const INVITATIONS: usize = 500;
/// The most of a session's name.
pub const SESSION_NAME: usize = 100;
/// The least of a session's password, where it has one.
pub const SESSION_PASSWORD_LEAST: usize = 4;
/// The most of a session's password.
pub const SESSION_PASSWORD: usize = 128;
/// The most of an application's name.
pub const APPLICATION_NAME: usize = 100;
/// The most of the name that an application gives a device.
pub const DEVICE_NAME: usize = 100;
/// The most of a saved search's name.
pub const SAVED_SEARCH_NAME: usize = 100;
/// The most saved searches that one person has.
pub const SAVED_SEARCHES: usize = 200;
/// The most bytes of a query of the log.
pub const QUERY: usize = activity::query::MAX_BYTES;
/// The most of what is written as the beginning or the end of a range of time.
pub const RANGE_END: usize = 64;
/// The most of why somebody is erased, held or refused it.
pub const REASON: usize = 500;
