//! `/docs`: the API's description as pages of this site, made of the same document as `/openapi.json`.

mod kind;
mod pages;
mod problems;
mod rail;
mod reference;
#[cfg(test)]
mod tests;

pub(super) use pages::{area, shapes, start};
pub(super) use problems::{PROBLEMS, problems};
