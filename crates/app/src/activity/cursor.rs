//! The text form of cursors: opaque to readers, checked on the way in.
