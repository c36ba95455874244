//! The proofs of the rows of a file: what anybody needs to check, without the log, that each of them is in the tree of a
//! checkpoint. Owns the form `whodid-rows/v1`, which is an interface.
//!
//! ```text
//! {"format":"whodid-rows/v1","size":40,"nodes":["…"]}
//! {"seq":3,"version":2,"impersonal":"…","personal":[{"salt":"…","values":"…"},{"digest":"…"}]}
//! {"seq":6,"leaf":"…"}
//! ```
//! Bytes are base64. `nodes` are the cover of the rows in the tree of `size`, from left to right. A line for each row follows,
//! by `seq`: what its leaf is made of, as `activity::canonical` has it, a part without its values by their digest alone; or,
//! where not all of that can be said any more, the leaf.

use std::io::{self, Write};

use activity::{Activity, Seq};
use data_encoding::BASE64;
use engine::{Evidence, PersonalPart};

/// The form, in the first line.
pub const ROWS_FORM: &str = "whodid-rows/v1";

/// What is shown of a row.
pub(super) enum Shown {
    /// All that its leaf is made of.
    Whole(Evidence),
    /// The leaf alone, where not all of it can be said any more.
    Leaf([u8; 32]),
}

/// The rows of a file on its way, for whom proofs are written once all are known.
pub(super) struct Places {
    seqs: Vec<Seq>,
    most: u64,
}

impl Places {
    /// None yet, and at most so many.
    pub(super) fn new(most: u64) -> Self {
        Self { seqs: Vec::new(), most }
    }

    /// Takes note of rows; false once they are too many.
    pub(super) fn note(&mut self, rows: &[Activity]) -> bool {
        self.seqs.extend(rows.iter().map(|row| row.seq));
        self.seqs.len() as u64 <= self.most
    }

    /// All of them, in the order of the log.
    pub(super) fn in_order(mut self) -> Vec<Seq> {
        self.seqs.sort_unstable();
        self.seqs
    }
}

/// The first line: the nodes of the tree of `size` that the rows are not below.
pub(super) fn write_header(out: &mut dyn Write, size: u64, nodes: &[[u8; 32]]) -> io::Result<()> {
    write!(out, "{{\"format\":\"{ROWS_FORM}\",\"size\":{size},\"nodes\":[")?;
    for (at, node) in nodes.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        write!(out, "{comma}\"{}\"", BASE64.encode(node))?;
    }
    out.write_all(b"]}\n")
}

/// The line of a row.
pub(super) fn write_row(out: &mut dyn Write, seq: Seq, shown: &Shown) -> io::Result<()> {
    let evidence = match shown {
        Shown::Leaf(leaf) => return writeln!(out, "{{\"seq\":{seq},\"leaf\":\"{}\"}}", BASE64.encode(leaf)),
        Shown::Whole(evidence) => evidence,
    };
    let (version, impersonal) = (evidence.version, BASE64.encode(&evidence.impersonal));
    write!(
        out,
        "{{\"seq\":{seq},\"version\":{version},\"impersonal\":\"{impersonal}\",\"personal\":["
    )?;
    for (at, part) in evidence.personal.iter().enumerate() {
        out.write_all(if at == 0 { b"" } else { b"," })?;
        match part {
            PersonalPart::Shown { salt, values } => {
                let (salt, values) = (BASE64.encode(salt), BASE64.encode(values));
                write!(out, "{{\"salt\":\"{salt}\",\"values\":\"{values}\"}}")?;
            }
            PersonalPart::Kept(digest) => write!(out, "{{\"digest\":\"{}\"}}", BASE64.encode(digest))?,
        }
    }
    out.write_all(b"]}\n")
}
