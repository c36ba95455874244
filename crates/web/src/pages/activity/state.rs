//! The state of an activity view in its address: `?q=&from=&to=&tz=&after=&cols=&density=&reads=&saved=`. Owns reading
//! it, writing it back into links, and that what is typed becomes one state: a query beside one range.

use activity::Time;
use activity::query::{AtRange, Expr, ParseError, Term, Words, conjuncts, parse};
use activity::text::{Extent, Phrase};
use app::activity::Chip;
use serde::Deserialize;

use crate::shell::{Fields, Href, LocalPath, Zone};

/// What the address of a view says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct UrlState {
    pub(crate) q: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) tz: String,
    pub(crate) after: String,
    /// The facet of which more values are shown.
    pub(crate) more: String,
    /// `1` shows the bars of the histogram as a table as well.
    pub(crate) bars: String,
    /// Columns by name, in order; empty for those that the reader keeps.
    pub(crate) cols: String,
    /// How close rows stand; empty for what the reader keeps.
    pub(crate) density: String,
    /// `1` shows reads of the log among the rest.
    pub(crate) reads: String,
    /// The saved search that this view began with, by id.
    pub(crate) saved: String,
    /// What was typed into the box and is to be added to the query. Gone from the address once it is.
    pub(crate) add: String,
    /// Which part of the query, counted from 0, stands in the input to be typed anew.
    pub(crate) edit: String,
    /// Which part of the query is to be taken out of it. Gone from the address once it is.
    pub(crate) remove: String,
    /// The month that the picker of the range shows, such as `2026-11`.
    pub(crate) month: String,
}

/// A range of time that means nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongRange(pub(crate) String);

impl UrlState {
    /// What a form of a view says of it, but for columns, density and page.
    pub(crate) fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).to_owned();
        Self {
            q: text("q"),
            from: text("from"),
            to: text("to"),
            tz: text("tz"),
            reads: text("reads"),
            saved: text("saved"),
            ..Self::default()
        }
    }

    /// The same view with another query, from its first page.
    pub(crate) fn with_query(&self, q: impl Into<String>) -> Self {
        Self {
            q: q.into(),
            after: String::new(),
            ..self.clone()
        }
    }

    /// The same view with another range, from its first page.
    pub(crate) fn with_range(&self, from: &str, to: &str) -> Self {
        Self {
            from: from.to_owned(),
            to: to.to_owned(),
            after: String::new(),
            ..self.clone()
        }
    }

    /// Another page of the same view.
    pub(crate) fn with_after(&self, after: &str) -> Self {
        Self {
            after: after.to_owned(),
            ..self.clone()
        }
    }

    /// The same view with the bars of its histogram as a table, or without.
    pub(crate) fn with_bars(&self, shown: bool) -> Self {
        Self {
            bars: if shown { "1" } else { "" }.to_owned(),
            ..self.clone()
        }
    }

    /// The same view with more values of this facet.
    pub(crate) fn with_more(&self, facet: &str) -> Self {
        Self {
            more: facet.to_owned(),
            ..self.clone()
        }
    }

    /// The same view with or without reads of the log, from its first page.
    pub(crate) fn with_reads(&self, shown: bool) -> Self {
        Self {
            reads: if shown { "1" } else { "" }.to_owned(),
            after: String::new(),
            ..self.clone()
        }
    }

    /// The address of this view under `base`.
    pub(crate) fn href(&self, base: &Href) -> Href {
        base.clone().with(&self.pairs())
    }

    /// Its address as seen from the view itself: short, because a page has a hundred of them.
    pub(crate) fn link(&self) -> Href {
        match self.pairs().is_empty() {
            // Nothing at all would be the view as it is.
            true => Href::from("?"),
            false => self.href(&Href::from("")),
        }
    }

    /// What is not empty, by name; without what is not settled yet.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("q", &self.q),
            ("from", &self.from),
            ("to", &self.to),
            ("tz", &self.tz),
            ("after", &self.after),
            ("more", &self.more),
            ("bars", &self.bars),
            ("cols", &self.cols),
            ("density", &self.density),
            ("reads", &self.reads),
            ("saved", &self.saved),
        ];
        all.into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.as_str()))
            .collect()
    }

    /// The range as instants.
    pub(crate) fn range(&self, zone: &Zone, now: Time) -> Result<(Option<Time>, Option<Time>), WrongRange> {
        let range = AtRange::of_ends(&self.from, &self.to, zone.zone()).map_err(|error| {
            let meant = error.meant.map(|meant| format!(" Did you mean `{meant}`?"));
            WrongRange(format!("{}.{}", error.message, meant.unwrap_or_default()))
        })?;
        let end = |bound: &Option<activity::query::Bound>| bound.as_ref().map(|bound| bound.resolve(now));
        let (from, to) = (end(&range.from), end(&range.to));
        match (from, to) {
            (Some(begins), Some(ends)) if ends <= begins => {
                let said = |text: &str| Time::parse(text).map_or_else(|_| text.to_owned(), |at| zone.format(at));
                Err(WrongRange(format!(
                    "The end of the range, `{}`, lies before its beginning, `{}`.",
                    said(&self.to),
                    said(&self.from)
                )))
            }
            _ => Ok((from, to)),
        }
    }

    /// Where this address leads to, if it is not the address of what it asks for: what was typed joins the query, a
    /// range in the query becomes the range of the view, a page of this site that was pasted is opened, and the address
    /// of another site is looked for as text. What cannot be read stays as it is, to be corrected.
    pub(crate) fn settled(&self, base: &Href, zone: &Zone, now: Time, public_url: &str) -> Option<Href> {
        if !self.remove.is_empty() {
            let rest = self.without(&self.remove, zone).unwrap_or_else(|| self.q.clone());
            return Some(self.with_query(rest).href(base));
        }
        let typed = self.add.trim();
        let pasted = if typed.is_empty() { self.q.trim() } else { typed };
        if let Some(page) = own_page(pasted, public_url) {
            return Some(page);
        }
        let read = |text: &str| match address_as_text(text) {
            Some(words) => Some(words),
            None => parse(text, zone.zone()).ok(),
        };
        let query = match typed {
            "" => read(&self.q)?,
            typed => read(&self.q)?.and(read(typed)?),
        };
        let is_new = !typed.is_empty() || address_as_text(self.q.trim()).is_some();
        let (range, rest) = query.split_range(now);
        let state = self.with_query(rest.to_string());
        match range {
            Some(range) => {
                let (from, to) = range.ends();
                Some(state.with_range(&from, &to).href(base))
            }
            None => is_new.then(|| state.href(base)),
        }
    }
}

impl UrlState {
    /// The query without the part of this number.
    fn without(&self, part: &str, zone: &Zone) -> Option<String> {
        let part: usize = part.parse().ok()?;
        let chip = parts(&self.q, zone).into_iter().nth(part)?;
        Some(chip.0.without)
    }
}

/// The parts of a query, each with whether it can be read; also of one that cannot be read as a whole.
pub(super) fn parts(q: &str, zone: &Zone) -> Vec<(Chip, Option<ParseError>)> {
    let error = match parse(q, zone.zone()) {
        Ok(expr) => {
            return app::activity::chips(&expr)
                .into_iter()
                .map(|chip| (chip, None))
                .collect();
        }
        Err(error) => error,
    };
    let part = |part: std::ops::Range<usize>| {
        let text = &q[part.clone()];
        let without = [&q[..part.start], &q[part.end..]].concat();
        let without = without.split_whitespace().collect::<Vec<_>>().join(" ");
        let read = parse(text, zone.zone()).ok().map(|expr| app::activity::chips(&expr));
        match read.as_deref() {
            Some([only]) => (
                Chip {
                    without,
                    ..only.clone()
                },
                None,
            ),
            _ => {
                let chip = Chip {
                    value: text.to_owned(),
                    text: text.to_owned(),
                    without,
                    ..Chip::default()
                };
                let span = error.span.start.saturating_sub(part.start)..error.span.end.saturating_sub(part.start);
                (chip, Some(ParseError { span, ..error.clone() }))
            }
        }
    };
    conjuncts(q).into_iter().map(part).collect()
}

/// The page of this site that an address in whole is that of.
fn own_page(text: &str, public_url: &str) -> Option<Href> {
    let below = text.strip_prefix(public_url.trim_end_matches('/'))?;
    let is_path = below.starts_with('/') && !below.contains(char::is_whitespace);
    is_path.then(|| Href::from(&LocalPath::or_home(below)))
}

/// The host and path of an address of another site, as words that follow each other.
fn address_as_text(text: &str) -> Option<Expr> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let rest = rest.split(['?', '#']).next().unwrap_or(rest).trim_end_matches('/');
    let is_one = !rest.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')'));
    let words = Words::new(Phrase::new(rest, Extent::Whole)).filter(|_| is_one)?;
    Some(Term::Text(words).into())
}

#[cfg(test)]
mod tests;
