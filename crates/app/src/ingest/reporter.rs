//! Who reports from outside, for which applications, and whom they may name. Owns who; what they say is judged next door.

use activity::{Facts, Named, Numbered, Recorder};
use engine::{BatchNumber, IdSpace, NumberingId, Part, SourceOf};

use crate::{Caller, Via, Visitor};

/// Somebody outside who speaks to this log.
#[derive(Clone, Debug)]
pub struct Reporter {
    /// As the activities say it.
    pub(super) recorder: Recorder,
    /// The applications they report for; empty for any but this installation's own.
    pub(super) applications: Vec<Named>,
    pub(super) naming: Naming,
    /// Whether what they say comes out of a mapping, which names the product as the application.
    pub(super) by_mapping: bool,
    /// The mapping by which what they send is read, where they name none.
    mapping: Option<String>,
    /// Whose external ids and idempotency keys theirs are.
    source: IdSpace,
}

/// Which ids of this installation a reporter may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// None.
    Nobody,
    /// Accounts that signed in to the application with this id.
    SignedInTo(String),
    /// Accounts, groups and sessions.
    Everybody,
}

impl Reporter {
    /// The program that holds this API key; `None` if the caller is no key that may record activities.
    #[must_use]
    pub fn key(caller: &Caller) -> Option<Self> {
        let Via::ApiKey {
            id,
            name,
            scopes,
            reports,
        } = &caller.via
        else {
            return None;
        };
        let naming = match reports.names_accounts {
            true => Naming::Everybody,
            false => Naming::Nobody,
        };
        let reporter = activity::Reporter {
            id: id.clone(),
            name: name.clone(),
            ip: caller.origin.ip.map(|ip| ip.to_canonical()),
        };
        scopes.write.then(|| Self {
            recorder: Recorder::ApiKey(reporter),
            applications: reports.applications.clone(),
            naming,
            by_mapping: false,
            mapping: reports.mapping.clone(),
            source: IdSpace::Reporter(id.clone()),
        })
    }

    /// The registered application that this visitor comes through, which reports for itself only; `None` if they come
    /// through none.
    #[must_use]
    pub fn application(visitor: &Visitor) -> Option<Self> {
        let application = visitor.application.as_ref()?;
        let reporter = activity::Reporter {
            id: application.id.clone(),
            name: application.name.clone(),
            ip: visitor.origin.ip.map(|ip| ip.to_canonical()),
        };
        Some(Self {
            recorder: Recorder::Application(reporter),
            applications: vec![application.clone()],
            naming: Naming::SignedInTo(application.id.clone()),
            by_mapping: false,
            mapping: None,
            source: IdSpace::Reporter(application.id.clone()),
        })
    }

    /// The import of this number of the log that `ledger` tells apart, from files of this name.
    pub(crate) fn import(id: u64, ledger: &str, file_name: &str) -> Self {
        let reporter = activity::Reporter {
            id: id.to_string(),
            name: file_name.to_owned(),
            ip: None,
        };
        Self {
            recorder: Recorder::Import(reporter),
            applications: Vec::new(),
            naming: Naming::Nobody,
            by_mapping: false,
            mapping: None,
            source: IdSpace::Ledger(ledger.to_owned(), Some(part(id))),
        }
    }

    /// The same, for what they send as a part of an import: its activities are the import's, and what they may say is
    /// what they may say otherwise. What a file is read as names a product as the application, as a mapping does.
    pub(crate) fn in_import(self, id: u64, file_name: String, ledger: String) -> Self {
        let reporter = activity::Reporter {
            id: id.to_string(),
            name: file_name,
            ip: self.recorder.reporter().and_then(|reporter| reporter.ip),
        };
        Self {
            recorder: Recorder::Import(reporter),
            source: IdSpace::Ledger(ledger, Some(part(id))),
            ..self
        }
    }

    /// The id of the key, the application or the import.
    pub(crate) fn id(&self) -> Option<&str> {
        self.recorder.reporter().map(|reporter| reporter.id.as_str())
    }

    /// The import that what they send is a part of.
    pub(super) fn of_import(&self) -> Option<u64> {
        match &self.source {
            IdSpace::Ledger(_, part) => part.as_ref().map(|part| part.import),
            IdSpace::Reporter(_) => None,
        }
    }

    /// Whose external ids these are; where they are a part of an import, so many were refused, and it is so far with them.
    pub(super) fn source_of(&self, refused: u64, mark: Option<String>) -> IdSpace {
        match self.source.clone() {
            IdSpace::Ledger(ledger, Some(part)) => {
                let part = Part { refused, mark, ..part };
                IdSpace::Ledger(ledger, Some(part))
            }
            other => other,
        }
    }

    /// The same, where what they send are events of another product that a mapping makes activities of: these are about
    /// the reporter's only application, or the one that is called as the product is.
    #[must_use]
    pub fn by_mapping(self) -> Self {
        Self {
            by_mapping: true,
            ..self
        }
    }

    /// The mapping by which what they send is read, where they name none: so it was decided when their key was made.
    #[must_use]
    pub fn mapping(&self) -> Option<&str> {
        self.mapping.as_deref()
    }

    /// Whose external ids theirs are.
    pub(crate) fn source(&self) -> &IdSpace {
        &self.source
    }

    /// The number that a source of theirs gave what lies at this place of a batch. An application that the reporter was
    /// given has its sources for itself, so that a new key goes on with them; any other may be anybody's word.
    pub(crate) fn number(&self, place: usize, facts: &Facts, number: Numbered) -> BatchNumber {
        let given = |named: &&Named| self.applications.iter().any(|given| given.id == named.id);
        let of = match facts.application.as_ref().filter(given) {
            Some(application) => SourceOf::Application(application.id.clone()),
            None => SourceOf::Reporter(self.name().to_owned()),
        };
        let Numbered {
            source,
            epoch,
            sequence,
        } = number;
        BatchNumber {
            place,
            id: NumberingId { of, source, epoch },
            number: sequence,
        }
    }

    /// What its requests are told apart by.
    pub(super) fn name(&self) -> &str {
        match &self.source {
            IdSpace::Reporter(name) | IdSpace::Ledger(name, _) => name,
        }
    }
}

/// A part of the import of this number, of which nothing is told yet.
fn part(import: u64) -> Part {
    Part {
        import,
        refused: 0,
        mark: None,
    }
}
