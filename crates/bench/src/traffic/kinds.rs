//! The types of activity and how often each is: what people do everywhere, and what only another system has.

use std::sync::Arc;

use activity::catalogue;
use testkit::EVERYDAY;

/// How often each of [`EVERYDAY`] is, in a thousand.
const OFTEN: [u64; EVERYDAY.len()] = [
    200, 90, 30, 5, 8, 6, 20, 8, 8, 150, 140, 40, 15, 6, 15, 25, 18, 5, 6, 4, 2, 6, 3,
];
/// What another system has, as often.
const FOREIGN: [(&str, u64); 7] = [
    ("file.opened", 70),
    ("file.saved", 50),
    ("note.written", 20),
    ("door.opened", 25),
    ("report.printed", 10),
    ("search.run", 10),
    ("payment.approved", 5),
];

/// What a row of a type holds beside what all rows hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Nothing,
    Session,
    Somebody,
    File,
    Note,
    Email,
    Method,
}

/// A type.
#[derive(Clone, Debug)]
pub struct Kind {
    pub code: Arc<str>,
    pub holds: Holds,
    /// Whether it tells of a failure whatever happens.
    pub is_failure: bool,
}

/// All types, drawn by how often they are.
#[derive(Debug)]
pub struct Kinds {
    kinds: Vec<Kind>,
    /// The place of a type for each of a thousand rows.
    by_thousandth: Vec<u8>,
}

impl Kinds {
    pub fn new() -> Self {
        let all = EVERYDAY.into_iter().zip(OFTEN).chain(FOREIGN);
        let (mut kinds, mut by_thousandth) = (Vec::new(), Vec::new());
        for (code, often) in all {
            let place = u8::try_from(kinds.len()).unwrap_or(u8::MAX);
            by_thousandth.extend((0..often).map(|_| place));
            kinds.push(kind(code));
        }
        Self { kinds, by_thousandth }
    }

    /// The type at this thousandth.
    pub fn at(&self, thousandth: u64) -> &Kind {
        let thousandth = usize::try_from(thousandth).unwrap_or(0) % self.by_thousandth.len();
        &self.kinds[usize::from(self.by_thousandth[thousandth])]
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    #[cfg(test)]
    pub fn thousandths(&self) -> usize {
        self.by_thousandth.len()
    }
}

fn kind(code: &'static str) -> Kind {
    let holds = match code.split_once('.') {
        Some(("session", _)) => Holds::Session,
        Some(("connection", _)) => Holds::Somebody,
        Some(("file", _)) => Holds::File,
        Some(("note", _)) => Holds::Note,
        Some((_, "email_changed")) => Holds::Email,
        Some((_, "two_factor_enabled")) => Holds::Method,
        _ => Holds::Nothing,
    };
    Kind {
        // What an installation records of itself, no program may report.
        code: match catalogue::is_only_here(code) {
            true => format!("acme.{code}").into(),
            false => catalogue::shared(code),
        },
        holds,
        is_failure: code == "user.login_failed",
    }
}
