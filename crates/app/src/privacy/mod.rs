//! What a person sees of those who read their log, and takes of what is kept about them. Owns no page and no SQL text.

mod export_my_data;
mod readers;

pub use export_my_data::{MyData, export_my_data};
pub use readers::{Disclosed, Form, READERS_QUERY, Through, readers};
