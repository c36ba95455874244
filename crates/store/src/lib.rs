//! What Whodid keeps in SQL: connections, transactions, migrations, and one module of functions for each table.
//!
//! Owns every SQL text. Knows no use case, no clock and no HTTP: what time it is and what may be done is told to it.

pub mod accounts;
pub mod applications;
pub mod connections;
mod dialect;
pub mod disclosures;
pub mod erasures;
mod error;
pub mod exports;
pub mod factors;
pub mod folding;
pub mod groups;
pub mod holds;
pub mod jobs;
mod lock;
pub mod log;
mod migrate;
mod page;
pub mod passkeys;
mod pool;
pub mod privacy;
mod renamed;
pub mod reporters;
mod row;
pub mod saved_searches;
pub mod secret_key;
pub mod sessions;
mod settle;
mod sql;
mod tx;
mod url;
mod wal;

use dialect::Dialect;
pub use error::StoreError;
pub use lock::{Owner, owner};
pub use page::PageFrom;
pub use pool::{Listener, Store};
pub use tx::{Read, Tx};
pub use url::StoreUrl;
