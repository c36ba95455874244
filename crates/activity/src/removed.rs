//! What is left of an activity that was kept long enough: its place, when it was recorded, and the leaf that is kept beside it.
//! Owns how such a row looks; nobody is ever shown one.

use crate::{Activity, Facts, Recorder, Seq, Time};

/// The type of a row that lost all its values to retention. Its family is reserved, so nobody can report one.
pub const REMOVED: &str = "retention.removed";

impl Activity {
    /// In the place of the activity `seq`. What happened when is gone with its values, so that it is there for when it was
    /// recorded, by which it was found to be old.
    #[must_use]
    pub fn removed(seq: Seq, recorded_at: Time) -> Self {
        let mut facts = Facts::new(crate::catalogue::shared(REMOVED), recorded_at);
        facts.recorder = Recorder::Unstated;
        Self {
            seq,
            recorded_at,
            facts,
        }
    }

    /// Whether nothing is left of it but its place.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        &*self.facts.kind == REMOVED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{canonical, catalogue};

    #[test]
    fn what_is_left_names_nobody_and_nobody_can_report_it() {
        let left = Activity::removed(7, Time(9));
        assert!(left.is_removed() && left.seq == 7 && left.recorded_at == Time(9));
        assert!(canonical::persons(&left).is_empty());
        assert!(catalogue::is_only_here(REMOVED) && catalogue::find(REMOVED).is_none());
    }
}
