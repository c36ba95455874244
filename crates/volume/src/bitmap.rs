//! A set of documents within a window of a volume, one bit each.

use std::ops::Range;

/// Documents whose values are read at once.
pub(crate) const SOME: usize = 1_024;

/// Documents of `window`. All operands of one operation have the same window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bitmap {
    window: Range<u32>,
    words: Vec<u64>,
}

impl Bitmap {
    pub(crate) fn empty(window: Range<u32>) -> Self {
        let words = vec![0; window.len().div_ceil(64)];
        Self { window, words }
    }

    pub(crate) fn full(window: Range<u32>) -> Self {
        let mut all = Self {
            words: vec![u64::MAX; window.len().div_ceil(64)],
            window,
        };
        all.clear_tail();
        all
    }

    pub(crate) fn window(&self) -> Range<u32> {
        self.window.clone()
    }

    /// Adds a document, which lies in the window.
    #[inline]
    pub(crate) fn insert(&mut self, doc: u32) {
        let at = doc - self.window.start;
        if let Some(word) = self.words.get_mut((at / 64) as usize) {
            *word |= 1 << (at % 64);
        }
    }

    /// Makes of the 64 documents from `first` on those the ones that are in `bits`. `first` is a multiple of 64 behind the
    /// window's start.
    #[inline]
    pub(crate) fn set_word(&mut self, first: u32, bits: u64) {
        if let Some(word) = self.words.get_mut(((first - self.window.start) / 64) as usize) {
            *word = bits;
        }
    }

    #[inline]
    pub(crate) fn contains(&self, doc: u32) -> bool {
        let at = doc.wrapping_sub(self.window.start);
        self.words
            .get((at / 64) as usize)
            .is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    /// Adds every document of `docs` that lies in the window.
    pub(crate) fn insert_range(&mut self, docs: Range<u32>) {
        let from = docs.start.max(self.window.start);
        let to = docs.end.min(self.window.end);
        if from >= to {
            return;
        }
        let (from, last) = (from - self.window.start, to - 1 - self.window.start);
        let (first_word, last_word) = ((from / 64) as usize, (last / 64) as usize);
        // All ones from the first bit on, and up to the last.
        let (begin, end) = (u64::MAX << (from % 64), u64::MAX >> (63 - last % 64));
        if first_word == last_word {
            self.words[first_word] |= begin & end;
            return;
        }
        self.words[first_word] |= begin;
        self.words[first_word + 1..last_word].fill(u64::MAX);
        self.words[last_word] |= end;
    }

    /// How many documents from `from` on, of `docs`, are in it. `from` is a multiple of 64 behind the window's start.
    pub(crate) fn count_from(&self, from: u32, docs: u32) -> u32 {
        let first = ((from - self.window.start) / 64) as usize;
        let words = self.words.iter().skip(first).take((docs as usize).div_ceil(64));
        words.map(|word| word.count_ones()).sum()
    }

    /// How many documents of `docs` are in it.
    pub(crate) fn count_in(&self, docs: &Range<u32>) -> u64 {
        let from = docs.start.max(self.window.start);
        let to = docs.end.min(self.window.end);
        if from >= to {
            return 0;
        }
        let (from, last) = (from - self.window.start, to - 1 - self.window.start);
        let (first_word, last_word) = ((from / 64) as usize, (last / 64) as usize);
        let ones = |word: u64| u64::from(word.count_ones());
        let (begin, end) = (u64::MAX << (from % 64), u64::MAX >> (63 - last % 64));
        let words = &self.words[first_word..=last_word];
        match words {
            [only] => ones(only & begin & end),
            [first, between @ .., last] => {
                ones(first & begin) + between.iter().map(|word| ones(*word)).sum::<u64>() + ones(last & end)
            }
            [] => 0,
        }
    }

    /// Those of `docs` that are in it.
    pub(crate) fn only(&self, docs: &[Range<u32>]) -> Self {
        let mut only = Self::empty(self.window());
        docs.iter().for_each(|docs| only.insert_range(docs.clone()));
        only.and(self);
        only
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub(crate) fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    pub(crate) fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= b);
    }

    pub(crate) fn and_not(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= !b);
    }

    pub(crate) fn or(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a |= b);
    }

    /// The documents from `from` on, of `docs`, as for [`Bitmap::count_from`].
    pub(crate) fn iter_from(&self, from: u32, docs: u32) -> impl Iterator<Item = u32> {
        let first = ((from - self.window.start) / 64) as usize;
        let words = self.words.iter().skip(first).take((docs as usize).div_ceil(64));
        (0..)
            .zip(words)
            .flat_map(move |(i, word)| Bits(*word).map(move |bit| from + 64 * i + bit))
    }

    /// Calls `each` with the documents in order, at most [`SOME`] at a time.
    pub(crate) fn each_some(&self, mut each: impl FnMut(&[u32])) {
        let (mut some, mut filled) = ([0; SOME], 0);
        for (at, word) in (self.window.start..).step_by(64).zip(&self.words) {
            if filled + 64 > SOME {
                each(&some[..filled]);
                filled = 0;
            }
            for (bit, doc) in Bits(*word).zip(&mut some[filled..]) {
                *doc = at + bit;
            }
            filled += word.count_ones() as usize;
        }
        if filled > 0 {
            each(&some[..filled]);
        }
    }

    /// The documents in order.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = u32> {
        let start = self.window.start;
        (self.words.iter().enumerate())
            .flat_map(move |(i, word)| Bits(*word).map(move |bit| start + 64 * i as u32 + bit))
    }

    fn clear_tail(&mut self) {
        let used = self.window.len() % 64;
        if let (Some(last), true) = (self.words.last_mut(), used != 0) {
            *last &= (1 << used) - 1;
        }
    }
}

/// The numbers of the set bits of one word.
struct Bits(u64);

impl Iterator for Bits {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let bit = self.0.trailing_zeros();
        (self.0 != 0).then(|| {
            self.0 &= self.0 - 1;
            bit
        })
    }
}

impl DoubleEndedIterator for Bits {
    fn next_back(&mut self) -> Option<u32> {
        let bit = 63u32.wrapping_sub(self.0.leading_zeros());
        (self.0 != 0).then(|| {
            self.0 &= !(1 << bit);
            bit
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitmap_gives_back_what_was_put_in_from_both_ends() {
        let mut bits = Bitmap::empty(100..300);
        for doc in [100, 163, 164, 227, 299] {
            bits.insert(doc);
        }
        bits.insert_range(0..102);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [100, 101, 163, 164, 227, 299]);
        assert_eq!(bits.iter().rev().collect::<Vec<_>>(), [299, 227, 164, 163, 101, 100]);
        assert!(bits.contains(163) && !bits.contains(162) && !bits.contains(99));
        assert_eq!(Bitmap::full(100..300).count(), 200);
    }

    #[test]
    fn what_is_counted_in_a_range_is_what_lies_in_it() {
        let mut bits = Bitmap::empty(100..300);
        for doc in [100, 101, 163, 164, 165, 227, 228, 250, 299] {
            bits.insert(doc);
        }
        for from in 90..305 {
            for to in from..310 {
                let lying = bits.iter().filter(|doc| (from..to).contains(doc));
                assert_eq!(bits.count_in(&(from..to)), lying.count() as u64, "{from}..{to}");
            }
        }
        let only = bits.only(&[0..101, 164..166, 299..400]);
        assert_eq!(only.iter().collect::<Vec<_>>(), [100, 164, 165, 299]);
    }
}
