//! Whose rows a caller may see: a scope is decided here and becomes part of the query before anything is read.

/// Whose log is viewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The caller's own.
    Me,
    /// The log of the user with this id.
    User(String),
    /// Everybody's.
    Everything,
}
