//! The bar that everything long shows.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on the standard error, if that is a terminal; of bytes where the length is known from a file.
pub(super) fn bar(bytes: Option<u64>) -> ProgressBar {
    let (bar, template) = match bytes {
        Some(length) => (
            ProgressBar::new(length),
            "{wide_bar} {bytes}/{total_bytes}  {msg}  {eta} left",
        ),
        None => (ProgressBar::new(0), "{wide_bar} {human_pos}/{human_len}  {msg}"),
    };
    // The templates are constants; a wrong one leaves the usual style.
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A bar of bytes that are read; without an end where it is not known how many there will be.
pub(super) fn reading(length: Option<u64>) -> ProgressBar {
    match length {
        Some(_) => bar(length),
        None => {
            let bar = ProgressBar::no_length();
            let style = ProgressStyle::with_template("{spinner} {bytes}  {msg}  {elapsed}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        }
    }
}
