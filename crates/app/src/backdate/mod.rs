//! Giving accounts, groups, sessions, connections and readers the past that imported or generated activities tell of. Only for
//! the command on the machine itself, and no activity of its own: those activities are its trace.

mod accounts;
mod connections;
mod disclosures;
mod groups;
mod sessions;

pub use accounts::{Past, accounts};
pub use connections::{PastConnection, connections};
pub use disclosures::{PastDisclosure, disclosures};
pub use groups::{PastMember, groups};
pub use sessions::{PastSession, sessions};

use crate::{Caller, ChangeError, Via};

fn at_the_machine(caller: &Caller) -> Result<(), ChangeError> {
    if caller.via == Via::CommandLine {
        Ok(())
    } else {
        Err(ChangeError::Forbidden)
    }
}
