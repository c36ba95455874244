//! The text form of cursors: opaque to readers, checked on the way in.

use activity::{Activity, Seq, Time};
use engine::Cursor;

use super::ViewError;

/// Where a page of a view begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// With the newest.
    First,
    /// With what is older than this row.
    Older(Cursor),
    /// Before what is newer than this row.
    Newer(Cursor),
    /// With what is newer than this place, then what is not, so that the place is amid the page.
    Around(Cursor),
}

impl Page {
    /// Reads a cursor; none at all is the first page.
    pub(super) fn read(cursor: Option<&str>) -> Result<Self, ViewError> {
        let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else {
            return Ok(Self::First);
        };
        let make = match cursor.as_bytes() {
            [b'o', ..] => Self::Older,
            [b'n', ..] => Self::Newer,
            [b'a', ..] => Self::Around,
            _ => return Err(ViewError::Cursor),
        };
        let (occurred_at, seq) = cursor
            .get(1..)
            .and_then(|rest| rest.split_once('.'))
            .ok_or(ViewError::Cursor)?;
        let occurred_at = Time(occurred_at.parse().map_err(|_| ViewError::Cursor)?);
        if !(Time::MIN..=Time::MAX).contains(&occurred_at) {
            return Err(ViewError::Cursor);
        }
        Ok(make(Cursor {
            occurred_at,
            seq: seq.parse().map_err(|_| ViewError::Cursor)?,
        }))
    }
}

/// The cursor of the page with what is older than this row.
pub(super) fn older(place: Cursor) -> String {
    format!("o{}.{}", place.occurred_at.0, place.seq)
}

/// The cursor of the page with what is newer than this row.
pub(super) fn newer(place: Cursor) -> String {
    format!("n{}.{}", place.occurred_at.0, place.seq)
}

/// The cursor of the page in whose middle this row is.
#[must_use]
pub fn around(row: &Activity) -> String {
    format!("a{}.{}", row.occurred_at.0, row.seq)
}

/// Reads a cursor of following: the next id to look at.
pub(super) fn read_follow(cursor: Option<&str>) -> Result<Seq, ViewError> {
    let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else {
        return Ok(0);
    };
    let seq = cursor.strip_prefix('f').ok_or(ViewError::Cursor)?;
    seq.parse().map_err(|_| ViewError::Cursor)
}

/// The cursor of following from this id on.
pub(super) fn follow(next: Seq) -> String {
    format!("f{next}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_as_it_was_written() {
        let place = Cursor {
            occurred_at: Time(-5),
            seq: 12,
        };
        assert_eq!(Page::read(Some(&older(place))).unwrap(), Page::Older(place));
        assert_eq!(Page::read(Some(&newer(place))).unwrap(), Page::Newer(place));
        assert_eq!(read_follow(Some(&follow(9))).unwrap(), 9);
        assert_eq!(Page::read(None).unwrap(), Page::First);
    }

    #[test]
    fn a_damaged_cursor_is_refused() {
        for text in [
            "x",
            "o",
            "o1",
            "o1.",
            "o.1",
            "o1.-1",
            "o99999999999999999999.1",
            "o9223372036854775807.1",
            "é1.1",
        ] {
            assert!(Page::read(Some(text)).is_err(), "{text}");
        }
        assert!(read_follow(Some("o1.1")).is_err());
    }
}
