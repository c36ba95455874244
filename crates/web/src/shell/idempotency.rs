//! The `Idempotency-Key` of a request, and its like in a form. Owns how they are read; what a repeat is answered, the
//! use cases decide.

use app::Caller;
use axum::http::HeaderMap;

use super::Fields;

const BYTES: usize = 255;

/// The request's key; an error is a sentence for whoever sent it.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, String> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or("").trim().trim_matches('"');
    if text.is_empty() || text.len() > BYTES {
        return Err(format!(
            "The header `Idempotency-Key` must hold 1 to {BYTES} visible ASCII characters."
        ));
    }
    Ok(Some(text.to_owned()))
}

impl Fields {
    /// The caller with the hidden `once` of this form as the key: sent twice, it is done once.
    #[must_use]
    pub fn once(&self, mut caller: Caller) -> Caller {
        let once = self.opt("once").filter(|once| (1..=BYTES).contains(&once.len()));
        caller.origin.idempotency_key = once.map(|once| format!("form:{once}"));
        caller
    }
}
