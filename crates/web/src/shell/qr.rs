//! QR codes as inline SVG: no image to fetch, and no style attribute, which the content policy forbids.

use std::fmt::Write as _;

use qrcode::types::QrError;
use qrcode::{Color, QrCode};

/// Modules of white around the code, without which readers do not find it.
const QUIET: usize = 4;

/// The code of a text, black on white in light and dark alike.
pub(crate) fn qr_svg(text: &str) -> Result<String, QrError> {
    let code = QrCode::new(text)?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            // Writing to a String cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET);
        }
    }
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" width=\"220\" height=\"220\" shape-rendering=\"crispEdges\" role=\"img\" \
         aria-label=\"QR code\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn a_code_is_one_svg_without_style_and_without_the_text() {
        let svg = qr_svg("otpauth://totp/Whodid:sam?secret=AAAA").unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert!(!svg.contains("style") && !svg.contains("secret"));
    }
}
