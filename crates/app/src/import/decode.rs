//! What a file is made of before its lines: compression, byte order marks and UTF-16 are taken off, by the bytes it
//! begins with and never by its name.

use std::io::{self, BufRead, BufReader, Read};

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;

/// Forms that are told of and not read, by the bytes they begin with, and what reads them.
const NOT_READ: &[(&[u8], &str, &str)] = &[
    (b"\xfd7zXZ\0", "xz", "xzcat"),
    (b"BZh", "bzip2", "bzcat"),
    (b"PK\x03\x04", "zip", "unzip -p"),
    (b"\x04\x22\x4d\x18", "lz4", "lz4cat"),
    (b"LPKSHHRH", "a file of the journal", "journalctl -o json --file"),
    (b"PAR1", "Parquet", "a program of its own"),
];

/// The text of a file, as UTF-8 or whatever single-byte form its lines have. An error names a form that is not read.
pub fn decoded(raw: Box<dyn Read + Send>) -> io::Result<Box<dyn BufRead + Send>> {
    let mut raw = BufReader::with_capacity(CHUNK, raw);
    let head = raw.fill_buf()?;
    let plain: Box<dyn Read + Send> = if head.starts_with(b"\x1f\x8b") {
        Box::new(flate2::bufread::MultiGzDecoder::new(raw))
    } else if head.starts_with(b"\x28\xb5\x2f\xfd") {
        Box::new(zstd::Decoder::with_buffer(raw)?)
    } else if let Some((_, what, with)) = NOT_READ.iter().find(|(magic, ..)| head.starts_with(magic)) {
        let text = format!("this is {what}; read it with `{with} FILE | whodid log import … -`");
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    } else {
        Box::new(raw)
    };
    text(BufReader::with_capacity(CHUNK, plain))
}

fn text(mut plain: BufReader<Box<dyn Read + Send>>) -> io::Result<Box<dyn BufRead + Send>> {
    let head = plain.fill_buf()?;
    let (mark, little) = match head {
        [0xef, 0xbb, 0xbf, ..] => (3, None),
        [0xff, 0xfe, ..] => (2, Some(true)),
        [0xfe, 0xff, ..] => (2, Some(false)),
        // Without a mark: a letter of ASCII beside a zero.
        [1..=255, 0, 1..=255, 0, ..] => (0, Some(true)),
        [0, 1..=255, 0, 1..=255, ..] => (0, Some(false)),
        _ => (0, None),
    };
    plain.consume(mark);
    Ok(match little {
        None => Box::new(plain),
        Some(little) => Box::new(BufReader::with_capacity(
            CHUNK,
            Utf16 {
                plain,
                little,
                high: None,
                ready: Vec::new(),
            },
        )),
    })
}

/// UTF-16 read as UTF-8; what is no text becomes the character that says so.
struct Utf16<R> {
    plain: R,
    little: bool,
    high: Option<u16>,
    ready: Vec<u8>,
}

impl<R: BufRead> Utf16<R> {
    /// The next unit, or `None` at the end; half a unit there is left out.
    fn unit(&mut self) -> io::Result<Option<u16>> {
        let mut bytes = [0; 2];
        match self.plain.read_exact(&mut bytes) {
            Ok(()) if self.little => Ok(Some(u16::from_le_bytes(bytes))),
            Ok(()) => Ok(Some(u16::from_be_bytes(bytes))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn push(&mut self, units: &[u16]) {
        let letters = char::decode_utf16(units.iter().copied());
        for letter in letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)) {
            self.ready.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

impl<R: BufRead> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready.len() < buffer.len().min(CHUNK) {
            let Some(unit) = self.unit()? else {
                if let Some(high) = self.high.take() {
                    self.push(&[high]);
                }
                break;
            };
            match self.high.take() {
                Some(high) => self.push(&[high, unit]),
                None if (0xd800..0xdc00).contains(&unit) => self.high = Some(unit),
                None => self.push(&[unit]),
            }
        }
        let taken = self.ready.len().min(buffer.len());
        let ready: Vec<u8> = self.ready.drain(..taken).collect();
        if let Some(room) = buffer.get_mut(..taken) {
            room.copy_from_slice(&ready);
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use super::*;

    fn read(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        decoded(Box::new(Cursor::new(bytes)))?.read_to_string(&mut text)?;
        Ok(text)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(text).unwrap();
        gzip.finish().unwrap()
    }

    #[test]
    fn compression_and_byte_order_marks_are_taken_off_in_any_combination() {
        const TEXT: &str = "Nov 20 g sshd: Zoë 😀\r\nnext\n";
        let little: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let with = |mark: &[u8], text: &[u8]| [mark, text].concat();
        for plain in [
            TEXT.as_bytes().to_vec(),
            with(b"\xef\xbb\xbf", TEXT.as_bytes()),
            with(b"\xff\xfe", &little),
            with(b"\xfe\xff", &big),
            little,
            big,
        ] {
            assert_eq!(read(plain.clone()).unwrap(), TEXT);
            assert_eq!(read(gzip(&plain)).unwrap(), TEXT);
            assert_eq!(read(zstd::encode_all(&*plain, 3).unwrap()).unwrap(), TEXT);
        }
        // What two runs of a rotation left in one file.
        assert_eq!(read([gzip(b"a\n"), gzip(b"b\n")].concat()).unwrap(), "a\nb\n");
        assert_eq!(read(Vec::new()).unwrap(), "");
        // Power was lost before these bytes were written.
        assert_eq!(read(b"\0\0\0\0Nov".to_vec()).unwrap(), "\0\0\0\0Nov");
    }

    #[test]
    fn a_form_that_is_not_read_is_one_error_that_says_what_to_do() {
        let error = read(b"\xfd7zXZ\0rest".to_vec()).unwrap_err().to_string();
        assert!(error.contains("this is xz") && error.contains("xzcat"), "{error}");
        assert!(read(b"\x1f\x8bbroken".to_vec()).is_err());
    }

    #[test]
    fn half_a_pair_is_said_to_be_no_letter() {
        assert_eq!(read(b"\xff\xfea\0\x00\xd8".to_vec()).unwrap(), "a\u{fffd}");
        assert_eq!(read(b"\xff\xfea\0\x00\xd8b\0z".to_vec()).unwrap(), "a\u{fffd}b");
    }
}
