//! Splits a query into lexemes with their places. Owns quotes, parentheses and the words AND, OR, NOT; knows no keys.

use std::ops::Range;

use super::ParseError;

/// One lexeme of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) sort: Sort,
    /// Its place, in bytes of the text.
    pub(super) span: Range<usize>,
}

/// What a lexeme is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Open,
    Close,
    And,
    Or,
    Not,
    /// A condition, still as text.
    Word,
}

/// The lexemes of `text` in order.
pub(super) fn lex(text: &str) -> Result<Vec<Lexeme>, ParseError> {
    let mut lexemes = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let end = at + first.len_utf8();
        let sort = match first {
            _ if first.is_whitespace() => {
                at = end;
                continue;
            }
            '(' => Sort::Open,
            ')' => Sort::Close,
            '-' => {
                refuse_lone_minus(text, at..end)?;
                Sort::Not
            }
            _ => {
                let end = word_end(text, at)?;
                lexemes.push(Lexeme {
                    sort: word_sort(&text[at..end]),
                    span: at..end,
                });
                at = end;
                continue;
            }
        };
        lexemes.push(Lexeme { sort, span: at..end });
        at = end;
    }
    Ok(lexemes)
}

/// Whether a text is taken for an operator where it stands alone.
pub(super) fn is_operator(word: &str) -> bool {
    word_sort(word) != Sort::Word
}

fn word_sort(word: &str) -> Sort {
    match word {
        "AND" => Sort::And,
        "OR" => Sort::Or,
        "NOT" => Sort::Not,
        _ => Sort::Word,
    }
}

fn refuse_lone_minus(text: &str, span: Range<usize>) -> Result<(), ParseError> {
    let alone = text[span.end..]
        .chars()
        .next()
        .is_none_or(|next| next.is_whitespace() || next == ')');
    if alone {
        let message = "`-` stands directly before what it leaves out, as in `-outcome:failure`";
        return Err(ParseError::new(span, message).suggest("", "Remove it"));
    }
    Ok(())
}

/// Where the word that begins at `start` ends; quotes may hold anything.
fn word_end(text: &str, start: usize) -> Result<usize, ParseError> {
    let mut at = start;
    while let Some(next) = text[at..].chars().next() {
        if next == '"' {
            at = quote_end(text, at)?;
        } else if next.is_whitespace() || matches!(next, '(' | ')') {
            break;
        } else {
            at += next.len_utf8();
        }
    }
    Ok(at)
}

/// Where the quotation that begins at `start` ends, its closing mark included.
pub(super) fn quote_end(text: &str, start: usize) -> Result<usize, ParseError> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return Ok(at + 1),
            b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'\\')) => at += 2,
            _ => at += 1,
        }
    }
    let closed = format!("{}\"", &text[start..]);
    Err(ParseError::new(start..text.len(), "the quotation mark is never closed").suggest(closed, "Close it at the end"))
}

/// The places where `separator` stands outside quotes, up to `limit` of them.
pub(super) fn outside_quotes(text: &str, separator: u8, limit: usize) -> Vec<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut found) = (0, Vec::new());
    while at < bytes.len() && found.len() < limit {
        match bytes[at] {
            b'"' => at = quote_end(text, at).unwrap_or(bytes.len()),
            byte => {
                if byte == separator {
                    found.push(at);
                }
                at += 1;
            }
        }
    }
    found
}
