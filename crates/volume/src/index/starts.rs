//! How the texts of a dictionary begin, in memory: tells without looking a text up that it is not among them.

/// The first bytes of every text, shorter ones filled up with zeros.
#[derive(Debug, Default)]
pub(crate) struct Starts(Vec<u128>);

impl Starts {
    /// Adds a text.
    pub(super) fn add(&mut self, text: &[u8]) {
        self.0.push(start(text, 0));
    }

    /// What was added, ready to be asked.
    pub(super) fn sorted(mut self) -> Self {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.shrink_to_fit();
        self
    }

    /// Whether a text from `first` to `last`, both included, may be among them. False only if none is.
    pub(crate) fn may_lie_between(&self, first: &[u8], last: &[u8]) -> bool {
        let (first, last) = (start(first, 0), start(last, u8::MAX));
        let at = self.0.partition_point(|start| *start < first);
        self.0.get(at).is_some_and(|start| *start <= last)
    }

    /// Whether a text that begins with this may be among them. False only if none does.
    pub(crate) fn may_begin(&self, with: &[u8]) -> bool {
        self.may_lie_between(with, with)
    }
}

fn start(text: &[u8], filled: u8) -> u128 {
    let mut bytes = [filled; 16];
    bytes.iter_mut().zip(text).for_each(|(byte, with)| *byte = *with);
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Texts of few letters, so that many begin alike, some of them longer than what is kept.
        #[test]
        fn what_is_there_is_never_denied(
            texts in proptest::collection::vec("[ab]{0,3}(aaaaaaaaaaaaaaaa)?[abc]{0,2}", 0..20),
            wanted in "[ab]{0,3}(aaaaaaaaaaaaaaaa)?[abc]{0,2}",
            last in "[ab]{0,3}(aaaaaaaaaaaaaaaa)?[abc]{0,2}",
        ) {
            let mut starts = Starts::default();
            texts.iter().for_each(|text| starts.add(text.as_bytes()));
            let starts = starts.sorted();
            if texts.iter().any(|text| text.starts_with(&wanted)) {
                prop_assert!(starts.may_begin(wanted.as_bytes()));
            }
            if texts.iter().any(|text| (wanted.as_str()..=last.as_str()).contains(&text.as_str())) {
                prop_assert!(starts.may_lie_between(wanted.as_bytes(), last.as_bytes()));
            }
            let short = |text: &str| text.len() <= 16;
            if short(&wanted) && texts.iter().all(|text| short(text) && !text.starts_with(&wanted)) {
                prop_assert!(!starts.may_begin(wanted.as_bytes()), "short texts are told apart");
            }
        }
    }

    #[test]
    fn nothing_is_among_none() {
        let none = Starts::default().sorted();
        assert!(!none.may_begin(b""));
        assert!(!none.may_lie_between(b"a", b"b"));
    }
}
