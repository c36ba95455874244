//! E-mail addresses out of a pasted list: one a line, or between commas or semicolons, bare or as `Name <address>`.

use crate::{limits, names};

/// One entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// As it was pasted, shortened.
    pub(super) line: String,
    /// The address, or what is wrong with it.
    pub(super) address: Result<String, String>,
}

const SHOWN_MAX: usize = 200;

/// Every entry, in order.
pub(super) fn parse(text: &str) -> Vec<Entry> {
    text.lines().flat_map(pieces).map(|piece| entry(&piece)).collect()
}

/// The entries of one line. A quoted name may hold commas.
fn pieces(line: &str) -> Vec<String> {
    // A quotation mark that is never closed is a letter like any other.
    let quotes = line.matches('"').count() / 2 * 2;
    let (mut pieces, mut piece, mut seen) = (Vec::new(), String::new(), 0);
    for c in line.chars() {
        seen += usize::from(c == '"');
        let quoted = seen % 2 == 1 && seen <= quotes;
        if matches!(c, ',' | ';') && !quoted {
            pieces.push(std::mem::take(&mut piece));
        } else {
            piece.push(c);
        }
    }
    pieces.push(piece);
    let tidy = pieces.iter().map(|piece| names::tidy(piece));
    tidy.filter(|piece| !piece.is_empty()).flat_map(split_bare).collect()
}

/// Addresses with nothing but blanks between them.
fn split_bare(piece: String) -> Vec<String> {
    let words: Vec<_> = piece.split(' ').collect();
    let bare = words.len() > 1
        && words
            .iter()
            .all(|word| word.contains('@') && !word.contains(['<', '"']));
    if bare {
        words.into_iter().map(str::to_owned).collect()
    } else {
        vec![piece]
    }
}

fn entry(piece: &str) -> Entry {
    let address = match (piece.rfind('<'), piece.ends_with('>')) {
        (Some(at), true) => &piece[at + 1..piece.len() - 1],
        _ => piece,
    };
    let mut errors = Vec::new();
    names::check_seen("addresses", "e-mail address", address, limits::EMAIL, &mut errors);
    let checked = match errors.pop() {
        Some(error) => Err(error.message),
        None if address.parse::<lettre::Address>().is_err() => {
            Err("This is no e-mail address such as sam.jones@example.com.".to_owned())
        }
        None => Ok(address.to_owned()),
    };
    Entry {
        line: piece.chars().take(SHOWN_MAX).collect(),
        address: checked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(text: &str) -> Vec<String> {
        parse(text).into_iter().filter_map(|entry| entry.address.ok()).collect()
    }

    #[test]
    fn lines_commas_semicolons_and_blanks_separate() {
        let text = "ann@example.com, bob@example.com;cy@example.com\n\n  dee@example.com eve@example.com \r\n;,";
        let expected = ["ann", "bob", "cy", "dee", "eve"].map(|name| format!("{name}@example.com"));
        assert_eq!(addresses(text), expected);
        assert_eq!(parse(text).len(), 5, "nothing else is left over");
    }

    #[test]
    fn a_name_may_stand_before_the_address_and_hold_commas_in_quotes() {
        let text = "Sam Jones <sam@example.com>, \"Lee, Ann\" <ann@example.com>";
        assert_eq!(addresses(text), ["sam@example.com", "ann@example.com"]);
    }

    #[test]
    fn what_is_no_address_is_said_and_does_not_spoil_the_others() {
        let entries = parse("sam@example.com\nnobody\n\"open, ann@example.com\na\u{202e}b@example.com");
        let wrong: Vec<_> = entries.iter().filter(|entry| entry.address.is_err()).collect();
        assert_eq!(wrong.len(), 3, "{entries:?}");
        assert_eq!(wrong[0].line, "nobody");
        assert_eq!(entries.iter().filter(|entry| entry.address.is_ok()).count(), 2);
    }
}
