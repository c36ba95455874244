//! The tables: what each route comes to for each kind of caller.

mod groups;
mod people;
mod programs;
mod saved_searches;
mod sessions;

use crate::callers::{Expect, Outcome, Who};

/// What a request carries.
#[derive(Clone, Copy)]
pub(crate) enum Body {
    Nothing,
    /// JSON, with words beginning with `$` for what is in the world.
    Json(&'static str),
    /// A form, encoded, with the same words.
    Form(&'static str),
}

/// One route with what it comes to.
pub(crate) struct Row {
    /// `METHOD /path/{parameter}`, as in the route table.
    pub(crate) route: &'static str,
    /// The path as asked, with words beginning with `$`, where the usual things will not do.
    pub(crate) at: Option<&'static str>,
    pub(crate) body: Body,
    pub(crate) expect: Expect,
    /// Where a caller gets something else.
    pub(crate) except: &'static [(Who, Outcome)],
    /// Whether it is in nobody's log when it was done.
    pub(crate) silent: bool,
    /// Activities that a refused request leaves: those that say it was refused.
    pub(crate) leaves: &'static [&'static str],
}

const fn row(route: &'static str, body: Body, expect: Expect) -> Row {
    Row {
        route,
        at: None,
        body,
        expect,
        except: &[],
        silent: false,
        leaves: &[],
    }
}

impl Row {
    const fn but(mut self, except: &'static [(Who, Outcome)]) -> Self {
        self.except = except;
        self
    }

    const fn at(mut self, path: &'static str) -> Self {
        self.at = Some(path);
        self
    }

    const fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    const fn leaving(mut self, codes: &'static [&'static str]) -> Self {
        self.leaves = codes;
        self
    }
}

/// A request that names something of another group, where its route would allow the caller their own.
pub(crate) struct Foreign {
    /// The route, as in the route table.
    pub(crate) route: &'static str,
    /// The path and query as asked, with words beginning with `$`.
    pub(crate) path: &'static str,
    pub(crate) body: Body,
    pub(crate) who: Who,
    pub(crate) outcome: Outcome,
}

const fn foreign(route: &'static str, path: &'static str, body: Body, who: Who, outcome: Outcome) -> Foreign {
    Foreign {
        route,
        path,
        body,
        who,
        outcome,
    }
}

/// The tables of all areas.
pub(crate) const ROWS: &[&[Row]] = &[
    groups::ROWS,
    people::ROWS,
    programs::ROWS,
    saved_searches::ROWS,
    sessions::ROWS,
];

/// The same.
pub(crate) const FOREIGN: &[&[Foreign]] = &[groups::FOREIGN, people::FOREIGN, sessions::FOREIGN];

/// Routes whose callers another test walks, with its name.
pub(crate) const ELSEWHERE: &[(&str, &str)] = &[
    // Nothing signs the log here.
    ("GET /activities/{id}/proof", "tests/proofs.rs"),
    ("GET /v1/activities/{id}/proof", "tests/proofs.rs"),
];
