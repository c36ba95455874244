//! What the page says of sources that number their events.

use activity::Time;
use app::integrity::{Gap, Late, NamedNumbering};

use crate::shell::filters::grouped;
use crate::shell::span_words;

/// Gaps that are shown of one source.
const SHOWN: usize = 3;

/// One source, or one numbering of it.
pub(super) struct Source {
    /// What it is called: by itself, else by whose it is.
    pub(super) name: String,
    /// Whose it is, and which of its numberings this is.
    pub(super) of: String,
    pub(super) is_over: bool,
    pub(super) highest: u64,
    pub(super) heard_at: Time,
    /// What is missing in a few words, and since when; `None` if nothing is.
    pub(super) missing: Option<(String, Time)>,
    /// What came late, in a few words.
    pub(super) late: Option<(String, Time)>,
    /// How often a number came again, and when last.
    pub(super) repeated: Option<(u64, Time)>,
}

impl Source {
    pub(super) fn of(named: &NamedNumbering) -> Self {
        let numbering = &named.numbering;
        let (sort, id) = named.id.of.parts();
        let of = if named.name.is_empty() { id } else { &named.name };
        let source = &named.id.source;
        let late = |late: Late| {
            let most = span_words(late.most.max(0).unsigned_abs());
            (format!("{}, by {most} at most", grouped(late.count)), late.at)
        };
        Self {
            name: if source.is_empty() { of } else { source }.to_owned(),
            of: match (source.is_empty(), named.id.epoch.as_str()) {
                (true, "") => sort.to_owned(),
                (true, epoch) => epoch.to_owned(),
                (false, "") => of.to_owned(),
                (false, epoch) => format!("{of}, {epoch}"),
            },
            is_over: named.is_over,
            highest: numbering.highest,
            heard_at: numbering.heard_at,
            missing: missing(named),
            late: numbering.late.map(late),
            repeated: numbering.repeated,
        }
    }
}

/// Which numbers are missing, and since when the first of them is.
fn missing(named: &NamedNumbering) -> Option<(String, Time)> {
    let numbering = &named.numbering;
    let since = (numbering.gaps.iter().map(|gap| gap.since))
        .chain(numbering.folded.map(|folded| folded.since))
        .min()?;
    let count = grouped(numbering.missing());
    let shown: Vec<String> = numbering.gaps.iter().take(SHOWN).map(span).collect();
    let rest = numbering.gaps.len().saturating_sub(SHOWN);
    let more = if rest > 0 {
        format!(" and {} gaps more", grouped(rest))
    } else {
        String::new()
    };
    let listed = format!("{}{more}", shown.join(", "));
    let text = match numbering.folded {
        None => format!("{count}: {listed}"),
        Some(folded) => {
            let then = if listed.is_empty() {
                String::new()
            } else {
                format!(", then {listed}")
            };
            let through = grouped(folded.through);
            format!("at most {count}: in too many places to list up to {through}{then}")
        }
    };
    Some((text, since))
}

/// A gap as it is read: `7`, or `7 to 12`.
fn span(gap: &Gap) -> String {
    if gap.first == gap.last {
        grouped(gap.first)
    } else {
        format!("{} to {}", grouped(gap.first), grouped(gap.last))
    }
}
