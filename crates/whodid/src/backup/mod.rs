//! Copies of an installation in a directory of their own: snapshots of its database, and the volumes that they name, each
//! kept once. Owns the form of that directory (docs/backup.md); removes nothing that it did not make.

mod check;
mod erased;
mod files;
mod manifest;
mod place;
mod prune;
mod put_back;
mod restore;
mod take;
#[cfg(test)]
mod tests;
mod volumes;

pub(crate) use check::check;
pub(crate) use files::Copying;
pub(crate) use place::Place;
pub(crate) use prune::{Keep, prune};
pub(crate) use put_back::put_back;
pub(crate) use restore::{Restored, restore};
pub(crate) use take::{Source, take};
