//! Lines of a file of any size, in bounded memory. Owns where a line ends; not what it says.

use std::io::{self, BufRead};

/// Bytes of the longest line that is read; a longer one is skipped and said to be too long.
pub(super) const LONGEST: usize = 256 * 1024;
/// The same of lines that may hold a whole file of events.
pub(super) const LONGEST_OF_EVENTS: usize = 64 * 1024 * 1024;

/// A reader of lines.
pub(super) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
    longest: usize,
}

/// One line without its line end.
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub(super) number: u64,
    /// Its bytes; the first so many if it is too long.
    pub(super) bytes: &'a [u8],
    /// Whether it is longer than is read.
    pub(super) too_long: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R, longest: usize) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            number: 0,
            longest,
        }
    }

    /// The next line, or `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let (mut ended, mut too_long) = (false, false);
        while !ended {
            let available = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if available.is_empty() {
                break;
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let (taken, line) = end.map_or((available.len(), available), |at| (at + 1, &available[..at]));
            let room = self.longest.saturating_sub(self.buffer.len());
            too_long |= line.len() > room;
            self.buffer.extend_from_slice(&line[..line.len().min(room)]);
            ended = end.is_some();
            self.input.consume(taken);
        }
        if !ended && self.buffer.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let bytes = self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer);
        Ok(Some(Line {
            number: self.number,
            bytes,
            too_long,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_or_without_a_carriage_return_and_the_last_may_lack_its_end() {
        let mut lines = Lines::new(&b"one\r\n\ntwo"[..], LONGEST);
        let mut seen = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            seen.push((line.number, line.bytes.to_vec()));
        }
        assert_eq!(seen, [(1, b"one".to_vec()), (2, Vec::new()), (3, b"two".to_vec())]);
    }

    #[test]
    fn a_line_without_an_end_takes_bounded_memory_and_the_next_one_is_read() {
        let mut text = vec![b'x'; 3 * LONGEST];
        text.extend_from_slice(b"\nshort\n");
        let mut lines = Lines::new(&text[..], LONGEST);
        let line = lines.next().unwrap().unwrap();
        assert!(line.too_long && line.bytes.len() == LONGEST);
        let line = lines.next().unwrap().unwrap();
        assert_eq!((line.number, line.bytes, line.too_long), (2, &b"short"[..], false));
    }
}
