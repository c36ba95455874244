//! Everything an activity states, in two groups: who and where, what and how it is known. Each value can be narrowed to,
//! left out and copied.

use activity::query::{ByPattern, Entity, Expr, IpPattern, KindPattern, RecorderPattern, Term, Value, Words};
use activity::text::{Extent, Phrase};
use activity::{Activity, By, Facts, Named, Severity, Target, sentence};

use super::links::{Links, Narrow};
use super::who::Who;
use crate::shell::Href;

/// An opened row.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    /// Who did it, on whom, and where from.
    pub(crate) who: Vec<Field>,
    /// What it was, and how it is known.
    pub(crate) what: Vec<Field>,
    /// What happened around it, in the same view without its query.
    pub(crate) around: Href,
    /// The same view without activities of this type.
    pub(crate) without_type: Href,
}

/// One line of the opened row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) label: Label,
    pub(crate) value: String,
    /// Where the value's own page is.
    pub(crate) href: Option<Href>,
    /// What stands beside it in grey.
    pub(crate) note: String,
    pub(crate) is_code: bool,
    /// Whether it is what a reporter says, and nobody checked it.
    pub(crate) is_claimed: bool,
    pub(crate) narrow: Option<Narrow>,
}

/// What a line is called: one of ours, or the key of a reporter's metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    Ours(&'static str),
    Theirs(String),
}

/// How many minutes before and after are around an activity.
const AROUND: i64 = 5;

impl Opened {
    pub(crate) fn new(row: &Activity, links: &Links) -> Self {
        let of_type = Term::Kind(vec![KindPattern::Exact(row.kind.to_string())]);
        Self {
            who: who(row, links),
            what: what(row, links),
            around: around(row, links),
            without_type: links.narrow(of_type).without,
        }
    }
}

/// The view without its query, in the minutes around this row, which is marked there.
fn around(row: &Activity, links: &Links) -> Href {
    let near = |minutes: i64| {
        let at = row.occurred_at.plus(minutes * 60 * activity::Time::SECOND);
        at.to_string()
    };
    let state = links.state.with_query("").with_range(&near(-AROUND), &near(AROUND));
    let state = state.with_after(&app::activity::around(row));
    state.href(&links.base).at(&format!("a{}", row.seq))
}

fn who(row: &Activity, links: &Links) -> Vec<Field> {
    let is_reported = row.recorder.is_reported();
    let mut fields = Fields::new(links, is_reported);
    let did = Who::did(row);
    let sort = match &row.by {
        By::Administrator(_) => "administrator",
        By::Member(_) | By::Person(_) | By::Themself => "",
        By::Application(_) | By::System => did.sort,
    };
    let doer = row.by.person().or(row.user.as_ref().filter(|_| row.by == By::Themself));
    let email = doer.map_or("", |person| &person.email);
    fields.person("Who", &did, &[sort, email], |id| {
        Links::among(row, id, Term::By(vec![ByPattern::Is(Entity::Id(id.to_owned()))]))
    });
    if let (Some(whom), Some(user)) = (Who::suffered(row), &row.user) {
        fields.person("On whom", &whom, &[&user.email], |id| {
            Links::among(row, id, Term::User(vec![Entity::Id(id.to_owned())]))
        });
    }
    fields.text("With API key", sentence::with_key(&row.facts));
    row.targets.iter().for_each(|target| fields.target(target));
    if let Some(group) = &row.group {
        let term = Term::Group(vec![Entity::Id(group.id.clone())]);
        fields.named("Group", group, term, links.group(&group.id));
    }
    if let Some(application) = &row.application {
        let term = Term::Application(vec![Entity::Id(application.id.clone())]);
        fields.named("Application", application, term, None);
    }
    if let Some(ip) = row.ip {
        let field = fields.field("Address", &ip.to_string(), Some(Term::Ip(vec![IpPattern::Exact(ip)])));
        fields.linked(Field { is_code: true, ..field });
    }
    fields.valued("Country", row.country.as_deref(), |code| {
        Some(Term::Country(vec![code]))
    });
    fields.valued("Place", row.place.as_deref(), |place| {
        Some(Term::Place(vec![words(&place)?]))
    });
    fields.valued("Device", row.device.as_deref(), |it| {
        Some(Term::Device(vec![words(&it)?]))
    });
    if let Some(agent) = &row.user_agent {
        let term = words(agent).map(|words| Term::UserAgent(vec![words]));
        let field = fields.field("User agent", agent, term);
        fields.linked(Field { is_code: true, ..field });
    }
    fields.all
}

fn what(row: &Activity, links: &Links) -> Vec<Field> {
    let mut fields = Fields::new(links, false);
    let of_type = Term::Kind(vec![KindPattern::Exact(row.kind.to_string())]);
    let field = fields.field("Activity", &row.kind, Some(of_type));
    fields.linked(Field { is_code: true, ..field });
    let outcome = Term::Outcome(vec![row.outcome]);
    fields.linked(fields.field("Outcome", row.outcome.word(), Some(outcome)));
    fields.reason(&row.facts);
    if let Some(severity) = row.severity {
        let term = Term::Severity(vec![severity]);
        fields.linked(fields.field("Severity", Severity::word(severity), Some(term)));
    }
    fields.text("Description", row.description.as_deref());
    for (key, value) in &row.metadata {
        let term = Term::Metadata {
            key: key.clone(),
            values: vec![Value::exact(value.clone())],
        };
        let field = fields.field("", value, Some(term).filter(|_| !value.is_empty()));
        fields.all.push(Field {
            label: Label::Theirs(key.clone()),
            is_code: true,
            ..field
        });
    }
    fields.recorder(&row.facts);
    fields.code("External id", row.external_id.as_deref());
    if let Some(trace) = &row.trace_id {
        let term = Term::Trace(vec![Value::exact(trace.clone())]);
        let field = fields.field("Trace", trace, Some(term));
        fields.linked(Field { is_code: true, ..field });
    }
    fields.code("As received", row.raw.as_deref());
    let seq = row.seq.to_string();
    fields.all.push(Field {
        href: Some(Href::to(&["activities", &seq, "proof"])),
        note: "a file of hashes alone, which anybody can check".to_owned(),
        ..fields.field("Proof", "that it stands in the signed log", None::<Expr>)
    });
    fields.all
}

/// What finds a value that is words.
fn words(text: &str) -> Option<Words> {
    Words::new(Phrase::new(text, Extent::Whole).quoted())
}

/// The lines that are made up.
struct Fields<'a> {
    links: &'a Links,
    is_claimed: bool,
    all: Vec<Field>,
}

impl<'a> Fields<'a> {
    fn new(links: &'a Links, is_claimed: bool) -> Self {
        Self {
            links,
            is_claimed,
            all: Vec::new(),
        }
    }

    fn field(&self, label: &'static str, value: &str, condition: Option<impl Into<Expr>>) -> Field {
        Field {
            label: Label::Ours(label),
            value: value.to_owned(),
            href: None,
            note: String::new(),
            is_code: false,
            is_claimed: self.is_claimed,
            narrow: condition.map(|condition| self.links.narrow(condition)),
        }
    }

    fn linked(&mut self, field: Field) {
        if !field.value.is_empty() {
            self.all.push(field);
        }
    }

    fn text(&mut self, label: &'static str, value: Option<&str>) {
        self.linked(self.field(label, value.unwrap_or_default(), None::<Expr>));
    }

    fn code(&mut self, label: &'static str, value: Option<&str>) {
        let field = self.field(label, value.unwrap_or_default(), None::<Expr>);
        self.linked(Field { is_code: true, ..field });
    }

    fn valued(&mut self, label: &'static str, value: Option<&str>, term: impl Fn(String) -> Option<Term>) {
        let value = value.unwrap_or_default();
        self.linked(self.field(label, value, term(value.to_owned())));
    }

    fn person(&mut self, label: &'static str, who: &Who, notes: &[&str], condition: impl Fn(&str) -> Expr) {
        let id = who.id.as_str();
        let whole = who.whole();
        let id_if_not_said = if id == whole { "" } else { id };
        let notes = notes.iter().copied().chain([id_if_not_said]);
        let notes: Vec<&str> = notes.filter(|note| !note.is_empty()).collect();
        let condition = (!id.is_empty()).then(|| condition(id));
        self.linked(Field {
            note: notes.join(" · "),
            href: self.links.person(id),
            ..self.field(label, &whole, condition)
        });
    }

    fn named(&mut self, label: &'static str, named: &Named, term: Term, href: Option<Href>) {
        let Named { name, id } = named;
        let (value, note) = if name.is_empty() { (id, "") } else { (name, id.as_str()) };
        let term = (!id.is_empty()).then_some(term);
        self.linked(Field {
            note: note.to_owned(),
            href,
            is_code: name.is_empty(),
            ..self.field(label, value, term)
        });
    }

    fn target(&mut self, target: &Target) {
        let name = match target.username.as_str() {
            "" => target.name.clone(),
            username => format!("{} ({username})", target.name),
        };
        let note = if name.is_empty() { "" } else { target.id.as_str() };
        let value = if name.is_empty() { &target.id } else { &name };
        let term = (!target.id.is_empty()).then(|| Term::Target(vec![Entity::Id(target.id.clone())]));
        self.linked(Field {
            note: [target.kind.as_str(), note].join(" ").trim().to_owned(),
            href: self.links.target(target),
            ..self.field("Target", value, term)
        });
    }

    /// The reason in words, with its code where it is one of ours.
    fn reason(&mut self, facts: &Facts) {
        let (words, code) = (facts.reason_in_words().unwrap_or_default(), facts.reason.as_deref());
        let term = code.map(|code| Term::Reason(vec![Value::exact(code)]));
        self.linked(Field {
            note: code.filter(|code| *code != words).unwrap_or_default().to_owned(),
            ..self.field("Reason", words, term)
        });
    }

    /// Who put it into the log, and from which address.
    fn recorder(&mut self, facts: &Facts) {
        let said: String = sentence::recorded(facts).iter().map(sentence::Piece::as_str).collect();
        let reporter = facts.recorder.reporter();
        let note = reporter.map_or_else(String::new, |reporter| match reporter.ip {
            Some(ip) => format!("{} from {ip}", reporter.id),
            None => reporter.id.clone(),
        });
        let pattern = match reporter {
            Some(reporter) => RecorderPattern::Is(Entity::Id(reporter.id.clone())),
            None => RecorderPattern::Kind(facts.recorder.kind()),
        };
        self.linked(Field {
            note,
            ..self.field("Provenance", &said, Some(Term::Reported(vec![pattern])))
        });
    }
}
