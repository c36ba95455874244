//! Second factors, and the sending of short messages: `factors` and `sms`.

use crate::{Deed, Stage, Table, no_deed};

pub(crate) const TABLE: Table = &[];

pub(crate) async fn prepare<'a>(_stage: &'a Stage<'a>, row: &str) -> Deed<'a> {
    no_deed(row)
}
