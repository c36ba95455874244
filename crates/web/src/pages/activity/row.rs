//! One activity as a row that opens in place: its line, its fields, its JSON and what can be done with it.

use activity::catalogue::Level;
use activity::query::{Entity, Expr, IpPattern, KindPattern, Term};
use activity::sentence::{self, Piece};
use activity::{Activity, By, Facts, Person, Severity, json};
use app::ids;

use super::state::UrlState;
use crate::shell::{Href, span_words};

/// One activity on a page.
#[derive(Clone, Debug)]
pub(crate) struct ActivityRow {
    pub(crate) activity: Activity,
    pub(crate) actions: Actions,
}

/// Where the actions of a row lead; `None` where an action makes no sense.
#[derive(Clone, Debug)]
pub(crate) struct Actions {
    pub(crate) only_user: Option<Href>,
    pub(crate) only_address: Option<Href>,
    pub(crate) not_address: Option<Href>,
    pub(crate) only_type: Href,
    pub(crate) not_type: Href,
    pub(crate) around: Href,
}

/// How far the two times of a row may be apart before it says so: reporters send within minutes, and clocks differ by
/// less.
const APART: i64 = 10 * 60 * activity::Time::SECOND;

/// One line of the opened row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) note: String,
    pub(crate) is_code: bool,
}

impl ActivityRow {
    /// The row and where its actions lead from a view at `base` that shows `expr`.
    pub(crate) fn new(activity: Activity, base: &Href, state: &UrlState, expr: &Expr, many_users: bool) -> Self {
        let and = |more: Expr| state.with_query(expr.clone().and(more).to_string()).href(base);
        let of_type: Expr = Term::Kind(vec![KindPattern::Exact(activity.kind.to_string())]).into();
        let from = activity.ip.map(|ip| Expr::from(Term::Ip(vec![IpPattern::Exact(ip)])));
        let user = activity.user.as_ref().filter(|_| many_users);
        let near = |minutes: i64| {
            activity
                .occurred_at
                .plus(minutes * 60 * activity::Time::SECOND)
                .to_string()
        };
        let around = UrlState {
            tz: state.tz.clone(),
            ..UrlState::default()
        }
        .with_range(&near(-5), &near(5));
        let actions = Actions {
            only_user: user.map(|user| and(of_person(&activity.facts, user))),
            only_address: from.clone().map(&and),
            not_address: from.map(|from| and(from.negated())),
            only_type: and(of_type.clone()),
            not_type: and(of_type.negated()),
            around: around.href(base),
        };
        Self { activity, actions }
    }

    /// The class that colours the row.
    pub(crate) fn class(&self) -> &'static str {
        match sentence::level(&self.activity.facts) {
            Level::Usual => "",
            Level::Warning => "warned",
            Level::Failure => "failed",
        }
    }

    /// The sentence: words, and names as code.
    pub(crate) fn pieces(&self) -> Vec<Piece<'_>> {
        sentence::pieces(&self.activity.facts)
    }

    /// Name and, in small, log-in name of whose log it is.
    pub(crate) fn who(&self) -> (String, String) {
        match &self.activity.user {
            None => (String::new(), String::new()),
            Some(user) if user.name.is_empty() || user.username.is_empty() => (user.to_string(), String::new()),
            Some(user) => (user.name.clone(), user.username.clone()),
        }
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

    /// Everything that is stated, in the order people ask for it.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let row = &self.activity;
        let mut fields = Fields::default();
        fields.code("Activity", Some(&*row.kind));
        fields.text("Outcome", Some(row.outcome.word()));
        fields.reason(&row.facts);
        fields.text("Severity", row.severity.map(Severity::word));
        if let Some(user) = &row.user {
            fields.person("User", user);
        }
        match &row.by {
            By::Themself => {}
            By::Administrator(person) => fields.person("By administrator", person),
            By::Member(person) | By::Person(person) => fields.person("By", person),
            By::Application(it) => fields.named("By application", &it.name, &it.id),
            By::System if row.recorder.is_reported() => fields.text("By", Some("the reporting system")),
            By::System => fields.text("By", Some("the system")),
        }
        fields.text("With API key", sentence::with_key(&row.facts));
        for target in &row.targets {
            let name = if target.username.is_empty() {
                target.name.clone()
            } else {
                format!("{} ({})", target.name, target.username)
            };
            fields.named("Target", &name, &target.id);
            fields.text("Kind of target", Some(&target.kind));
        }
        if let Some(group) = &row.group {
            fields.named("Group", &group.name, &group.id);
        }
        if let Some(application) = &row.application {
            fields.named("Application", &application.name, &application.id);
        }
        fields.code("Address", row.ip.map(|ip| ip.to_string()).as_deref());
        fields.text("Country", row.country.as_deref());
        fields.text("Place", row.place.as_deref());
        fields.text("Device", row.device.as_deref());
        fields.code("User agent", row.user_agent.as_deref());
        fields.text("Description", row.description.as_deref());
        for (key, value) in &row.metadata {
            fields.metadata(key, value);
        }
        fields.code("External id", row.external_id.as_deref());
        fields.code("Trace", row.trace_id.as_deref());
        fields.recorder(&row.facts);
        fields.code("As received", row.raw.as_deref());
        fields.0
    }
}

/// What finds this person's rows and nobody else's: by id alone, since a reporter writes any name. Ids of other systems
/// are told apart by the application they come from.
fn of_person(row: &Facts, user: &Person) -> Expr {
    let person: Expr = Term::User(vec![Entity::Id(user.id.clone())]).into();
    match &row.application {
        Some(application) if row.recorder.is_reported() && !ids::is_ours(&user.id) => {
            person.and(Term::Application(vec![Entity::Id(application.id.clone())]).into())
        }
        _ => person,
    }
}

#[derive(Default)]
struct Fields(Vec<Field>);

impl Fields {
    fn add(&mut self, label: &'static str, value: &str, note: &str, is_code: bool) {
        if !value.is_empty() {
            self.0.push(Field {
                label,
                value: value.to_owned(),
                note: note.to_owned(),
                is_code,
            });
        }
    }

    fn text(&mut self, label: &'static str, value: Option<&str>) {
        self.add(label, value.unwrap_or_default(), "", false);
    }

    /// The reason in words, with its code where it is one of ours.
    fn reason(&mut self, facts: &Facts) {
        let (words, code) = (facts.reason_in_words().unwrap_or_default(), facts.reason.as_deref());
        let note = code.filter(|code| *code != words).unwrap_or_default();
        self.add("Reason", words, note, false);
    }

    fn code(&mut self, label: &'static str, value: Option<&str>) {
        self.add(label, value.unwrap_or_default(), "", true);
    }

    fn person(&mut self, label: &'static str, person: &Person) {
        let mut note = person.email.clone();
        let name = person.to_string();
        if name != person.id {
            if !note.is_empty() {
                note.push_str(" · ");
            }
            note.push_str(&person.id);
        }
        self.add(label, &name, &note, false);
    }

    fn named(&mut self, label: &'static str, name: &str, id: &str) {
        if name.is_empty() {
            self.add(label, id, "", true);
        } else {
            self.add(label, name, id, false);
        }
    }

    /// Who put it into the log, and from which address.
    fn recorder(&mut self, facts: &Facts) {
        let said: String = sentence::recorded(facts).iter().map(Piece::as_str).collect();
        let (label, said) = said.split_once(" by ").unwrap_or(("Recorded", &said));
        let label = if label == "Reported" {
            "Reported by"
        } else {
            "Recorded by"
        };
        let note = facts
            .recorder
            .reporter()
            .map_or_else(String::new, |reporter| match reporter.ip {
                Some(ip) => format!("{} from {ip}", reporter.id),
                None => reporter.id.clone(),
            });
        self.add(label, said, &note, false);
    }

    fn metadata(&mut self, key: &str, value: &str) {
        self.0.push(Field {
            label: "",
            value: value.to_owned(),
            note: key.to_owned(),
            is_code: true,
        });
    }
}

#[cfg(test)]
mod tests {
    use activity::Time;

    use super::*;

    fn late_by(micros: i64) -> Option<(&'static str, String)> {
        let facts = Facts::new("acme.done", Time::parse("2026-11-21T14:00:00Z").unwrap());
        let activity = Activity {
            seq: 1,
            recorded_at: facts.occurred_at.plus(micros),
            facts,
        };
        ActivityRow::new(activity, &"/activity".into(), &UrlState::default(), &Expr::All, true).apart()
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
}
