//! Reads a query: operators, parentheses and limits. What stands in a condition is read by `value`.

use std::ops::Range;

use jiff::tz::TimeZone;

use super::lex::{Lexeme, Sort, lex};
use super::{Expr, ParseError, value};

/// The most bytes a query may have.
pub const MAX_BYTES: usize = 4_096;
/// The deepest that parentheses and negations may nest.
pub const MAX_DEPTH: usize = 32;
/// The most conditions a query may have, each value of a list counted.
pub const MAX_TERMS: usize = 256;

/// Reads a query. Dates are days of `zone`.
pub fn parse(text: &str, zone: &TimeZone) -> Result<Expr, ParseError> {
    if text.len() > MAX_BYTES {
        return Err(too_long(text, text.len()));
    }
    let lexemes = lex(text)?;
    let mut parser = Parser {
        text,
        zone,
        lexemes: &lexemes,
        at: 0,
        terms: 0,
    };
    if lexemes.is_empty() {
        return Ok(Expr::All);
    }
    let expr = parser.alternatives(0)?;
    if let Some(rest) = parser.peek() {
        return Err(ParseError::new(rest.span.clone(), "this parenthesis was never opened").suggest("", "Remove it"));
    }
    // What is printed must be readable again, so its nesting and length count too.
    if expr.printed_depth() > MAX_DEPTH {
        return Err(too_deep(0..text.len()));
    }
    match expr.to_string().len() {
        length if length > MAX_BYTES => Err(too_long(text, length)),
        _ => Ok(expr),
    }
}

fn too_long(text: &str, length: usize) -> ParseError {
    let message = format!("the query has {length} bytes; {MAX_BYTES} is the most");
    let start = (0..=MAX_BYTES.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    ParseError::new(
        if start < text.len() {
            start..text.len()
        } else {
            0..text.len()
        },
        message,
    )
}

struct Parser<'a> {
    text: &'a str,
    zone: &'a TimeZone,
    lexemes: &'a [Lexeme],
    at: usize,
    terms: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Lexeme> {
        self.lexemes.get(self.at)
    }

    fn next_if(&mut self, sort: Sort) -> Option<&'a Lexeme> {
        let next = self.peek().filter(|next| next.sort == sort)?;
        self.at += 1;
        Some(next)
    }

    /// `a OR b OR c`
    fn alternatives(&mut self, depth: usize) -> Result<Expr, ParseError> {
        let mut sum = self.conjunction(depth)?;
        while let Some(or) = self.next_if(Sort::Or) {
            self.expect_operand(or)?;
            sum = sum.or(self.conjunction(depth)?);
        }
        Ok(sum)
    }

    /// `a b AND c`
    fn conjunction(&mut self, depth: usize) -> Result<Expr, ParseError> {
        let mut sum = self.unary(depth)?;
        loop {
            if let Some(and) = self.next_if(Sort::And) {
                self.expect_operand(and)?;
            }
            match self.peek().map(|next| next.sort) {
                None | Some(Sort::Or | Sort::Close) => return Ok(sum),
                _ => sum = sum.and(self.unary(depth)?),
            }
        }
    }

    /// `-a`, `NOT a`, `(a)`, `a`
    fn unary(&mut self, depth: usize) -> Result<Expr, ParseError> {
        let Some(lexeme) = self.peek() else {
            return Err(ParseError::new(
                self.text.len()..self.text.len(),
                "a condition is missing at the end",
            ));
        };
        if depth > MAX_DEPTH {
            return Err(too_deep(lexeme.span.clone()));
        }
        match lexeme.sort {
            Sort::Not => {
                self.at += 1;
                self.expect_operand(lexeme)?;
                Ok(self.unary(depth + 1)?.negated())
            }
            Sort::Open => {
                self.at += 1;
                if let Some(close) = self.next_if(Sort::Close) {
                    let span = lexeme.span.start..close.span.end;
                    return Err(ParseError::new(span, "these parentheses are empty").suggest("", "Remove them"));
                }
                if depth == MAX_DEPTH {
                    return Err(too_deep(lexeme.span.clone()));
                }
                let inner = self.alternatives(depth + 1)?;
                match self.next_if(Sort::Close) {
                    Some(_) => Ok(inner),
                    None => Err(ParseError::new(lexeme.span.clone(), "this parenthesis is never closed")),
                }
            }
            Sort::Word => {
                self.at += 1;
                self.condition(lexeme)
            }
            Sort::And | Sort::Or | Sort::Close => Err(missing_operand(self.text, lexeme)),
        }
    }

    fn condition(&mut self, lexeme: &Lexeme) -> Result<Expr, ParseError> {
        let (expr, terms) = value::condition(self.text, lexeme.span.clone(), self.zone)?;
        self.terms += terms;
        if self.terms > MAX_TERMS {
            let message = format!("the query has more than {MAX_TERMS} conditions, values of lists counted");
            return Err(ParseError::new(lexeme.span.clone(), message));
        }
        Ok(expr)
    }

    fn expect_operand(&self, operator: &Lexeme) -> Result<(), ParseError> {
        match self.peek().map(|next| next.sort) {
            Some(Sort::Word | Sort::Open | Sort::Not) => Ok(()),
            _ => Err(missing_operand(self.text, operator)),
        }
    }
}

fn missing_operand(text: &str, operator: &Lexeme) -> ParseError {
    let span = operator.span.clone();
    let word = &text[span.clone()];
    match operator.sort {
        Sort::Close => ParseError::new(span, "a condition is missing before `)`").suggest("", "Remove it"),
        Sort::Not => ParseError::new(span, format!("`{word}` needs a condition after it")),
        _ => ParseError::new(span, format!("`{word}` needs a condition on both sides")).suggest(
            format!("\"{word}\""),
            format!("Write `\"{word}\"` to search for the word"),
        ),
    }
}

fn too_deep(span: Range<usize>) -> ParseError {
    ParseError::new(span, format!("parentheses and negations nest deeper than {MAX_DEPTH}"))
}
