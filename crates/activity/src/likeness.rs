//! What a text looks like: characters that cannot be seen, letters that look like others, scripts that mix. The one
//! list for refusing names and for showing whatever was reported. Owns no rule of who may be called what.

mod hidden;
mod joined;
mod script;
#[cfg(test)]
mod tests;

pub use hidden::{hidden, hides, is_invisible};
pub use script::{is_of_one_script, mixes_scripts, no_identifier, skeleton, stacks_marks};
