//! Stable keys of lines: the same line of the same log has the same key however often and under whatever file name it
//! is read; a line that stands in the log several times has as many keys.

use std::collections::HashMap;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest as _, Sha256};

/// Lines remembered at least, to tell equal ones apart. Equal lines of a log are close together: they share a second.
const REMEMBERED: usize = 200_000;

/// Hands out keys in the order of lines.
#[derive(Default)]
pub struct Keys {
    recent: HashMap<[u8; 10], u32>,
    older: HashMap<[u8; 10], u32>,
}

impl Keys {
    /// The key of this line, which is the next of its text.
    pub fn key(&mut self, line: &[u8]) -> String {
        let text = short(&Sha256::digest(line));
        let before = self
            .recent
            .get(&text)
            .or_else(|| self.older.get(&text))
            .copied()
            .unwrap_or(0);
        if self.recent.len() >= REMEMBERED {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(text, before + 1);
        if before == 0 {
            return BASE32_NOPAD.encode(&text).to_lowercase();
        }
        let mut hash = Sha256::new();
        hash.update(text);
        hash.update(before.to_be_bytes());
        BASE32_NOPAD.encode(&short(&hash.finalize())).to_lowercase()
    }
}

/// The first 80 bits: among a billion lines two share them once in a million imports.
fn short(hash: &[u8]) -> [u8; 10] {
    std::array::from_fn(|at| hash.get(at).copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lines_have_keys_of_their_own_and_the_same_ones_again_next_time() {
        let read = || {
            let mut keys = Keys::default();
            [b"a", b"b", b"a", b"a"].map(|line| keys.key(line))
        };
        let first = read();
        assert_eq!(first, read());
        assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
        assert!(first.iter().all(|key| key.len() == 16));
    }
}
