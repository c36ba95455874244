//! Readers are visible: records that somebody viewed somebody else's log, once per distinct view.
