//! Names in mails: text that somebody typed, in a letter that others get with our words around it.

use activity::likeness;
use unicode_normalization::UnicodeNormalization as _;

const MOST: usize = 60;

/// The name on one line, shortened, and without what a mail program would make a link of.
pub(super) fn in_mail(name: &str) -> String {
    let composed: String = name.nfkc().collect();
    let plain: String = likeness::hidden(&composed)
        .map(|(c, hidden)| if hidden { ' ' } else { c })
        .collect();
    let words = plain
        .split_whitespace()
        .map(|word| if is_link(word) { "…" } else { word });
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line,
    }
}

/// Whether a word is, or holds, an address of a site or a mailbox.
fn is_link(word: &str) -> bool {
    let word = word.to_lowercase();
    word.contains("://")
        || word.contains('@')
        || word.contains("www.")
        || word
            .split(['/', ':', '?', '#', ',', ';', '(', ')', '<', '>', '"', '\''])
            .any(is_domain)
}

/// Whether it reads like `example.com`: labels with dots between them, the last of letters.
fn is_domain(text: &str) -> bool {
    let labels: Vec<_> = text.trim_matches(['.', '。']).split(['.', '。']).collect();
    let is_label =
        |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let last = labels.last().copied().unwrap_or_default();
    labels.len() > 1 && labels.iter().all(is_label) && last.chars().count() > 1 && last.chars().all(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_out_and_the_rest_stays_on_one_line() {
        for (typed, said) in [
            ("Sam Jones", "Sam Jones"),
            ("J. R. R. Tolkien", "J. R. R. Tolkien"),
            ("Müller-Lüdenscheidt, Ann", "Müller-Lüdenscheidt, Ann"),
            ("علی\u{200c}رضا", "علی\u{200c}رضا"),
            ("👩\u{200d}🚀 Ada\u{3164}Byron", "👩\u{200d}🚀 Ada Byron"),
            ("Win at https://evil.example/now", "Win at …"),
            ("see www.evil.example", "see …"),
            ("evil.example:8080/x?y", "…"),
            ("(evil.example)", "…"),
            ("evil．example", "…"),
            ("write to a@evil.example", "write to …"),
            ("two\r\nlines\u{2028}and\u{202e}more", "two lines and more"),
        ] {
            assert_eq!(in_mail(typed), said);
        }
        let long = in_mail(&"advertisement ".repeat(20));
        assert!(long.chars().count() <= MOST + 1 && long.ends_with('…'), "{long}");
    }
}
