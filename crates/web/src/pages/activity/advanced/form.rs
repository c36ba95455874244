//! The fields of the advanced search, read from a query and written into one. What no field can say stays as text.

use activity::catalogue;
use activity::query::{AtRange, Expr, KindPattern, Term, parse};
use jiff::tz::TimeZone;

use crate::pages::activity::state::UrlState;
use crate::shell::Zone;

/// The keys that have a field of text: key, label, an example.
const TEXTS: [(&str, &str, &str); 8] = [
    ("user", "Whose log", "Zoë Hargreaves, sam@example.com"),
    ("by", "Done by", "Sam O’Connor"),
    ("group", "Group", "Flight training"),
    ("target", "Session or other target", "Morning briefing"),
    ("application", "Application", "Web manager"),
    ("ip", "Address or network", "198.51.100.7, 10.0.0.0/8"),
    ("device", "Device", "Firefox"),
    ("reason", "Reason", "wrong_password"),
];

/// The form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) kinds: Vec<String>,
    pub(super) not_kinds: bool,
    pub(super) outcomes: Vec<String>,
    pub(super) fields: Vec<TextField>,
    /// Words anywhere in the text.
    pub(super) text: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) tz: String,
    /// What no field can say, as it is written in the query.
    pub(super) rest: String,
    /// What is wrong with the range, and with the rest.
    pub(super) range_error: Option<String>,
    pub(super) rest_error: Option<String>,
}

/// A field for the values of a key, with commas between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextField {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) example: &'static str,
    pub(super) value: String,
    /// Whether rows with these values are left out.
    pub(super) not: bool,
    pub(super) error: Option<String>,
}

impl Form {
    /// The form of an address: filled by its fields if it was sent, else by the query of a view.
    pub(super) fn of_address(asked: &[(String, String)], zone: &TimeZone) -> Self {
        let all = |name: &str| {
            asked
                .iter()
                .filter(|(known, _)| known == name)
                .map(|(_, value)| value.trim().to_owned())
                .collect::<Vec<_>>()
        };
        let one = |name: &str| all(name).into_iter().next().unwrap_or_default();
        let mut form = match all("search").is_empty() {
            true => match parse(&one("q"), zone) {
                Ok(expr) => Self::of(&expr),
                Err(error) => Self {
                    rest: one("q"),
                    rest_error: Some(error.message),
                    ..Self::of(&Expr::All)
                },
            },
            false => Self {
                kinds: all("activity").into_iter().filter(|code| !code.is_empty()).collect(),
                not_kinds: !all("not-activity").is_empty(),
                outcomes: all("outcome"),
                fields: fields(|key| (one(key), !all(&format!("not-{key}")).is_empty())),
                text: one("text"),
                rest: one("rest"),
                ..Self::default()
            },
        };
        (form.from, form.to, form.tz) = (one("from"), one("to"), one("tz"));
        form
    }

    /// The form of a query.
    pub(super) fn of(expr: &Expr) -> Self {
        let mut form = Self {
            fields: fields(|_| (String::new(), false)),
            ..Self::default()
        };
        let parts = match expr {
            Expr::All => &[],
            Expr::And(all) => all.as_slice(),
            other => std::slice::from_ref(other),
        };
        let (mut text, mut rest) = (Vec::new(), Expr::All);
        for part in parts {
            match part {
                Expr::Term(Term::Text(_)) => text.push(part.to_string()),
                part if form.take(part) => {}
                other => rest = rest.and(other.clone()),
            }
        }
        form.text = text.join(" ");
        form.rest = rest.to_string();
        form
    }

    /// Whether a field that is still empty can say this part, and now does.
    fn take(&mut self, part: &Expr) -> bool {
        let (not, term) = match part {
            Expr::Term(term) => (false, term),
            Expr::Not(inner) => match &**inner {
                Expr::Term(term) => (true, term),
                _ => return false,
            },
            _ => return false,
        };
        match term {
            Term::Outcome(outcomes) if !not && self.outcomes.is_empty() => {
                self.outcomes = outcomes.iter().map(|outcome| outcome.word().to_owned()).collect();
                true
            }
            Term::Kind(kinds) if self.kinds.is_empty() => {
                let known = |kind: &KindPattern| match kind {
                    KindPattern::Exact(code) => catalogue::find(code).map(|entry| entry.code.to_owned()),
                    KindPattern::Prefix(_) | KindPattern::Part(_) => None,
                };
                let Some(codes) = kinds.iter().map(known).collect::<Option<Vec<_>>>() else {
                    return false;
                };
                (self.kinds, self.not_kinds) = (codes, not);
                true
            }
            term => {
                let text = term.to_string();
                let Some((key, values)) = text.split_once(':') else {
                    return false;
                };
                let field = self
                    .fields
                    .iter_mut()
                    .find(|field| field.key == key && field.value.is_empty());
                let Some(field) = field else { return false };
                (field.value, field.not) = (values.to_owned(), not);
                true
            }
        }
    }

    /// The state of the view that the form asks for; `None` if something of it cannot be read, which it says then.
    pub(super) fn state(&mut self, zone: &Zone) -> Option<UrlState> {
        let tz = zone.zone();
        let range = AtRange::of_ends(&self.from, &self.to, tz);
        self.range_error = range.err().map(|error| error.message);
        let expr = self.expr(tz);
        let state = UrlState {
            tz: self.tz.clone(),
            ..UrlState::default().with_query(expr?.to_string())
        };
        self.range_error
            .is_none()
            .then(|| state.with_range(&self.from, &self.to))
    }

    /// The query of the form.
    pub(super) fn expr(&mut self, zone: &TimeZone) -> Option<Expr> {
        let mut all = Expr::All;
        if !self.kinds.is_empty() {
            let kinds = self.kinds.iter().cloned().map(KindPattern::Exact).collect();
            let kinds = Expr::from(Term::Kind(kinds));
            all = all.and(if self.not_kinds { kinds.negated() } else { kinds });
        }
        if !self.outcomes.is_empty() {
            all = all.and(parse(&format!("outcome:{}", self.outcomes.join(",")), zone).ok()?);
        }
        for field in &mut self.fields {
            all = all.and(field.expr(zone));
        }
        let rest = parse(&self.rest, zone);
        self.rest_error = rest.as_ref().err().map(|error| error.message.clone());
        let all = all.and(text(&self.text, zone)).and(rest.ok()?);
        (!self.is_wrong()).then_some(all)
    }

    pub(super) fn is_wrong(&self) -> bool {
        let is_wrong = self.fields.iter().any(|field| field.error.is_some());
        is_wrong || self.range_error.is_some() || self.rest_error.is_some()
    }
}

fn fields(value: impl Fn(&'static str) -> (String, bool)) -> Vec<TextField> {
    let field = |(key, label, example): (&'static str, &'static str, &'static str)| {
        let (value, not) = value(key);
        TextField {
            key,
            label,
            example,
            value,
            not,
            error: None,
        }
    };
    TEXTS.into_iter().map(field).collect()
}

impl TextField {
    fn expr(&mut self, zone: &TimeZone) -> Expr {
        let key = self.key;
        let is_one = |text: &str| matches!(parse(&format!("{key}:{text}"), zone), Ok(Expr::Term(term)) if !matches!(term, Term::Text(_)));
        let pieces = split(&self.value).into_iter().map(|piece| match is_one(&piece) {
            true => piece,
            // A name needs no quotes here.
            false => quoted(&piece),
        });
        let values: Vec<String> = pieces.collect();
        if values.is_empty() {
            return Expr::All;
        }
        match parse(&format!("{key}:{}", values.join(",")), zone) {
            Ok(expr) if self.not => expr.negated(),
            Ok(expr) => expr,
            Err(error) => {
                self.error = Some(error.message);
                Expr::All
            }
        }
    }
}

/// The words of a text field: what the language knows of texts, and nothing else of it.
fn text(typed: &str, zone: &TimeZone) -> Expr {
    let is_text = |expr: &Expr| match expr {
        Expr::All | Expr::Term(Term::Text(_)) => true,
        Expr::And(all) => all.iter().all(|each| matches!(each, Expr::Term(Term::Text(_)))),
        _ => false,
    };
    let read = parse(typed, zone).ok().filter(is_text);
    read.or_else(|| parse(&quoted(typed), zone).ok()).unwrap_or_default()
}

/// The values between commas that stand outside quotes.
fn split(values: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let (mut in_quotes, mut is_escaped) = (false, false);
    for letter in values.chars() {
        match letter {
            '"' if !is_escaped => in_quotes = !in_quotes,
            ',' if !in_quotes => {
                pieces.push(String::new());
                continue;
            }
            _ => {}
        }
        is_escaped = in_quotes && letter == '\\' && !is_escaped;
        if let Some(last) = pieces.last_mut() {
            last.push(letter);
        }
    }
    let trimmed = pieces.into_iter().map(|piece| piece.trim().to_owned());
    trimmed.filter(|piece| !piece.is_empty()).collect()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
