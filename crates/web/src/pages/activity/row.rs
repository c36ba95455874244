//! One activity as a line: when, who, what, on whom, where, in which application.

use std::collections::{HashMap, HashSet};

use activity::catalogue::{self, Level};
use activity::likeness;
use activity::query::{IpPattern, Term};
use activity::sentence::{self, Piece, Thing};
use activity::{Activity, Time, json};

use super::links::Links;
use super::who::Who;
use crate::shell::{Href, span_words};

/// One activity on a page.
#[derive(Clone, Debug)]
pub(crate) struct ActivityRow {
    pub(crate) activity: Activity,
    /// Who did it.
    pub(crate) who: Named,
    /// On whom, where that is somebody else; in one person's log who did it, where that is somebody else.
    pub(crate) other: Option<(&'static str, Named)>,
    /// What was done, without who did it.
    pub(crate) said: Vec<Part>,
    /// The rows from the same address.
    pub(crate) same_address: Option<Href>,
}

/// Somebody named in a row, and where the name leads.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) who: Who,
    pub(crate) href: Option<Href>,
    /// Whether somebody else on this page has the same name, or one that looks like it.
    pub(crate) has_twin: bool,
}

/// A part of what was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Words of the sentence.
    Words(String),
    /// A value in it.
    Value(String),
    /// What it was done to, and where that leads.
    Object(String, Option<Href>),
    /// An id: what tells it from others, and the whole.
    Id(String, String),
}

/// How far the two times of a row may be apart before it says so: reporters send within minutes, and clocks differ by
/// less.
const APART: i64 = 10 * 60 * Time::SECOND;
/// How many characters of its sentence name what opens a row.
const LABEL: usize = 120;
/// An id of so many characters or fewer is shown whole.
const SHORT_ID: usize = 12;
/// How many characters at its end tell an id from others.
const TELLING: usize = 5;

impl ActivityRow {
    /// The row as it links on from a view.
    pub(crate) fn new(activity: Activity, links: &Links) -> Self {
        let named = |who: Who| Named {
            href: links.person(&who.id),
            who,
            has_twin: false,
        };
        let did = Who::did(&activity);
        let other = match &links.owner {
            Some(owner) if *owner == did.id => None,
            Some(_) => Some(("by", named(did.clone()))),
            None => Who::suffered(&activity).map(|who| ("for", named(who))),
        };
        let same_address = activity.ip.map(|ip| links.and(Term::Ip(vec![IpPattern::Exact(ip)])));
        Self {
            who: named(did),
            other,
            said: said(&activity, links),
            same_address,
            activity,
        }
    }

    /// The class that colours the row.
    pub(crate) fn class(&self) -> &'static str {
        match sentence::level(&self.activity.facts) {
            Level::Failure => " failed",
            Level::Warning => " warned",
            Level::Usual if self.is_read() => " read",
            Level::Usual => "",
        }
    }

    /// Whether somebody only read the log.
    fn is_read(&self) -> bool {
        catalogue::find(&self.activity.kind).is_some_and(|entry| entry.is_read)
    }

    /// Whether its words are not ours, and may be longer than a line.
    pub(crate) fn is_long(&self) -> bool {
        catalogue::find(&self.activity.kind).is_none()
    }

    /// Whether who is named is only who somebody claimed to be.
    pub(crate) fn is_unproven(&self) -> bool {
        Who::is_unproven(&self.activity)
    }

    /// The address, if it is known.
    pub(crate) fn address(&self) -> String {
        self.activity.ip.map(|ip| ip.to_string()).unwrap_or_default()
    }

    /// The device in words.
    pub(crate) fn device(&self) -> &str {
        self.activity.device.as_deref().unwrap_or_default()
    }

    /// The application's name.
    pub(crate) fn application(&self) -> &str {
        match &self.activity.application {
            Some(it) if it.name.is_empty() => &it.id,
            Some(it) => &it.name,
            None => "",
        }
    }

    /// Whether it was reported from outside, and so is claimed rather than known.
    pub(crate) fn is_reported(&self) -> bool {
        self.activity.recorder.is_reported()
    }

    /// Who put it into the log, in words.
    pub(crate) fn recorded(&self) -> String {
        sentence::recorded(&self.activity.facts)
            .iter()
            .map(Piece::as_str)
            .collect()
    }

    /// Where the time it happened and the time it was recorded are far apart: a word, and how far in words. Such a row
    /// stands among others that were there before it.
    pub(crate) fn apart(&self) -> Option<(&'static str, String)> {
        let late = self.activity.recorded_at.0.saturating_sub(self.activity.occurred_at.0);
        let span = span_words(late.unsigned_abs());
        match late {
            late if late > APART => Some(("late", format!("Recorded {span} after it is said to have happened"))),
            late if late < -APART => Some(("ahead", format!("Recorded {span} before it is said to have happened"))),
            _ => None,
        }
    }

    /// Where the row's own page is.
    pub(crate) fn link(&self) -> Href {
        Href::to(&["activities", &self.activity.seq.to_string()])
    }

    /// The whole activity as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        json::to_json(&self.activity)
    }

    /// What opens the row, for who hears it among others like it: cut where the words are not ours.
    pub(crate) fn label(&self) -> String {
        let sentence = self.told(short);
        match sentence.char_indices().nth(LABEL) {
            Some((end, _)) => format!("{}…", &sentence[..end]),
            None => sentence,
        }
    }

    /// What the row says in one sentence: `Sam O'Connor: Roles changed to member, for Mia Member`.
    pub(crate) fn sentence(&self) -> String {
        self.told(str::to_owned)
    }

    /// The same with each id as `id` says it.
    fn told(&self, id: impl Fn(&str) -> String) -> String {
        let mut text = format!("{}: ", self.who.who.name);
        text.extend(sentence::deed(&self.activity.facts).iter().map(|piece| match piece {
            Piece::Id(whole, _) => id(whole),
            piece => piece.as_str().to_owned(),
        }));
        if let Some(whom) = Who::suffered(&self.activity) {
            text.push_str(", for ");
            text.push_str(&whom.name);
        }
        text
    }
}

/// What was done, in parts.
fn said(activity: &Activity, links: &Links) -> Vec<Part> {
    let mut said = Vec::new();
    for piece in sentence::deed(&activity.facts) {
        let part = match piece {
            // They enclose an id, which has its own look.
            Piece::Text(text) if text == " (" || text == ")" => continue,
            Piece::Text(text) => Part::Words(text.into_owned()),
            Piece::Code(value) => Part::Value(value.into_owned()),
            Piece::Name(name, Thing::Group) => {
                let href = activity.group.as_ref().and_then(|group| links.group(&group.id));
                Part::Object(name.into_owned(), href)
            }
            Piece::Name(name, Thing::Target) => {
                let href = activity.target().and_then(|target| links.target(target));
                Part::Object(name.into_owned(), href)
            }
            Piece::Id(id, _) => Part::Id(short(&id), id.into_owned()),
        };
        match (said.last_mut(), part) {
            (Some(Part::Words(text)), Part::Words(more)) => text.push_str(&more),
            (_, part) => said.push(part),
        }
    }
    said
}

/// What tells an id from others: its end.
fn short(id: &str) -> String {
    let letters: Vec<char> = id.chars().collect();
    match letters.len() {
        ..=SHORT_ID => id.to_owned(),
        n => format!("…{}", letters[n - TELLING..].iter().collect::<String>()),
    }
}

/// Marks those among whom a name, or one that looks like it, stands for more than one.
pub(crate) fn mark_twins<'a>(rows: impl Iterator<Item = &'a mut ActivityRow>) {
    let mut named: Vec<&mut Named> = Vec::new();
    for row in rows {
        named.push(&mut row.who);
        named.extend(row.other.as_mut().map(|(_, named)| named));
    }
    let mut bearers: HashMap<String, HashSet<String>> = HashMap::new();
    let looks = |named: &Named| likeness::skeleton(&named.who.name);
    for one in &named {
        bearers.entry(looks(one)).or_default().insert(one.who.id.clone());
    }
    for one in named {
        let is_shared = bearers.get(&looks(one)).is_some_and(|ids| ids.len() > 1);
        one.has_twin = is_shared && !one.who.username.is_empty();
    }
}

#[cfg(test)]
mod tests {
    use activity::query::Expr;
    use activity::{Facts, Person};

    use super::super::state::UrlState;
    use super::*;

    fn links() -> Links {
        Links {
            base: "/activity".into(),
            state: UrlState::default(),
            expr: Expr::All,
            reads_everything: true,
            owner: None,
        }
    }

    fn late_by(micros: i64) -> Option<(&'static str, String)> {
        let facts = Facts::new("acme.done", Time::parse("2026-11-21T14:00:00Z").unwrap());
        let activity = Activity {
            seq: 1,
            recorded_at: facts.occurred_at.plus(micros),
            facts,
        };
        ActivityRow::new(activity, &links()).apart()
    }

    #[test]
    fn a_row_says_where_its_two_times_are_far_apart() {
        let (minute, day) = (60 * Time::SECOND, Time::DAY);
        for usual in [0, minute, 10 * minute, -10 * minute] {
            assert_eq!(late_by(usual), None, "{usual}");
        }
        for (micros, word, how) in [
            (11 * minute, "late", "Recorded 11 min after it is said to have happened"),
            (
                47 * 60 * minute,
                "late",
                "Recorded 47 h after it is said to have happened",
            ),
            (
                365 * day,
                "late",
                "Recorded 12 months after it is said to have happened",
            ),
            (-3 * day, "ahead", "Recorded 3 days before it is said to have happened"),
        ] {
            assert_eq!(late_by(micros), Some((word, how.to_owned())));
        }
        assert_eq!(late_by(i64::MIN).map(|(word, _)| word), Some("ahead"));
    }

    #[test]
    fn an_id_is_shortened_to_its_end_and_kept_whole_beside() {
        assert_eq!(short("grp_1"), "grp_1");
        assert_eq!(short("grp_06f7m487mtovd8g6roet276o38"), "…76o38");
        assert_eq!(short("ééééééééééééééé"), "…ééééé");
    }

    #[test]
    fn who_shares_a_name_or_looks_alike_is_told_apart_by_the_username() {
        let row = |id: &str, name: &str| {
            let mut facts = Facts::new("user.login", Time(0));
            facts.user = Some(Person {
                id: id.to_owned(),
                name: name.to_owned(),
                username: format!("u{id}"),
                ..Person::default()
            });
            let activity = Activity {
                seq: 1,
                recorded_at: Time(0),
                facts,
            };
            ActivityRow::new(activity, &links())
        };
        // The second is written with a Cyrillic letter.
        let mut rows = [row("1", "Sam"), row("2", "S\u{430}m"), row("3", "Mia"), row("3", "Mia")];
        mark_twins(rows.iter_mut());
        let twins: Vec<bool> = rows.iter().map(|row| row.who.has_twin).collect();
        assert_eq!(twins, [true, true, false, false]);
    }
}
