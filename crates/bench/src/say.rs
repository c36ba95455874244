//! What a run says while it runs, on the error stream, and at its end, on the output.

use std::io::Write as _;

/// A line for whoever waits.
pub fn progress(line: &str) {
    // Nobody may be listening any more; the run goes on.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The result.
///
/// # Errors
/// If nobody reads it.
pub fn result(text: &str) -> std::io::Result<()> {
    std::io::stdout().write_all(text.as_bytes())
}
