//! The past of an installation.

use crate::{Is, Table};

const TRACE: &str = "the generated or imported activities it follows are its trace";

pub(crate) const TABLE: Table = &[
    ("backdate/accounts", Is::Silent(TRACE)),
    ("backdate/connections", Is::Silent(TRACE)),
    ("backdate/disclosures", Is::Silent(TRACE)),
    ("backdate/groups", Is::Silent(TRACE)),
    ("backdate/mod", Is::Machinery),
    ("backdate/sessions", Is::Silent(TRACE)),
];
