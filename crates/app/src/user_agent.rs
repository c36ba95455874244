//! A user agent's text as a device in words.

/// Most bytes of a program's own name.
const PROGRAM_BYTES: usize = 64;

/// `Firefox on Linux`, or the name of a program that is no browser, such as `curl`; `None` where the text says nothing.
#[must_use]
pub fn device_of(user_agent: &str) -> Option<String> {
    let parsed = woothee::parser::Parser::new().parse(user_agent);
    // Programs come as the one category "HTTP Library" and the like; their own name says more.
    let browser = parsed
        .as_ref()
        .filter(|found| found.category != "misc")
        .and_then(|found| known(found.name));
    let system = parsed.as_ref().and_then(|found| known(found.os)).map(system_in_words);
    match (browser, system) {
        (Some(browser), Some(system)) => Some(format!("{browser} on {system}")),
        (Some(browser), None) => Some(browser.to_owned()),
        (None, _) => program(user_agent),
    }
}

fn known(name: &str) -> Option<&str> {
    (name != "UNKNOWN" && !name.is_empty()).then_some(name)
}

fn system_in_words(os: &str) -> &str {
    match os {
        "Mac OSX" => "macOS",
        "Windows 10" | "Windows 8.1" | "Windows 8" | "Windows 7" | "Windows NT" => "Windows",
        other => other,
    }
}

/// The first product of a user agent, `curl` of `curl/8.5.0`.
fn program(user_agent: &str) -> Option<String> {
    let name = user_agent.split(['/', ' ', '(', ';']).next().unwrap_or_default();
    let is_plain = !name.is_empty() && name.len() <= PROGRAM_BYTES && name.chars().all(|c| c.is_ascii_graphic());
    (is_plain && name != "Mozilla").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::device_of;

    #[test]
    fn browsers_are_named_with_their_system_and_programs_by_their_name() {
        let cases = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0",
                Some("Firefox on Linux"),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
                Some("Safari on macOS"),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
                Some("Chrome on Windows"),
            ),
            ("curl/8.5.0", Some("curl")),
            ("Mozilla/5.0", None),
            ("", None),
        ];
        for (text, device) in cases {
            assert_eq!(device_of(text).as_deref(), device, "{text}");
        }
    }
}
