//! People who are erased: the table `erasure_request`, and taking out of all other tables but the log's what is kept of one.

mod forget;
mod request;

pub use forget::{Forgotten, KeptFile, Placeholder, Whom, forget, left_behind, owned_alone};
pub use request::{
    Decided, ErasureRequestRow, RequestState, by_erasure, by_id, decide, erased, insert, keep_receipt, list, page,
    unfinished, waiting_of,
};
