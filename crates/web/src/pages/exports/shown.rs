//! One export as the pages show it: what it holds, what can be done with it, and where the same view is.

use app::Caller;
use app::exports::{Asked, Export, Gone, Kind, State, Whose};

use crate::shell::Href;

/// One export, for whoever looks at it.
pub(super) struct Shown {
    pub(super) export: Export,
    /// Whether it may be called off or its file deleted.
    pub(super) may_change: bool,
    /// The page of the view that it was made of.
    view: Option<Href>,
}

impl Shown {
    pub(super) fn of(export: Export, caller: &Caller) -> Self {
        let is_theirs = caller.person.id == export.requested_by.id;
        Self {
            may_change: caller.is_administrator() || is_theirs,
            view: page(&export, caller),
            export,
        }
    }

    /// What sort of file it is.
    pub(super) fn form(&self) -> &'static str {
        self.export.format.title()
    }

    pub(super) fn is_user_csv(&self) -> bool {
        self.export.kind == Kind::UserCsv
    }

    /// The query as it was typed.
    pub(super) fn query(&self) -> &str {
        let typed = self.export.asked.as_ref().map(|asked| asked.q.as_str());
        typed.unwrap_or(&self.export.query)
    }

    /// What was sent as it was made, by an earlier version.
    pub(super) fn was_sent(&self) -> bool {
        self.export.kind == Kind::Sent
    }

    pub(super) fn expired(&self) -> bool {
        self.export.gone == Some(Gone::Expired)
    }

    pub(super) fn deleted(&self) -> bool {
        self.export.gone == Some(Gone::Deleted)
    }

    /// Whether nothing is left to be had of it, but that it was.
    pub(super) fn is_over(&self) -> bool {
        self.export.gone.is_some() || self.export.state == State::Cancelled
    }

    /// The view it was made of.
    pub(super) fn view(&self) -> Option<Href> {
        let asked = self.export.asked.as_ref();
        self.view.clone().map(|page| at(page, asked))
    }

    /// Where the same is exported again.
    pub(super) fn again(&self) -> Option<Href> {
        let asked = self.export.asked.as_ref();
        if self.is_user_csv() {
            return self.view();
        }
        let page = self.view.clone().filter(|_| asked.is_some())?;
        Some(at(page.then("export"), asked).with(&[("format", self.export.format.extension())]))
    }
}

/// The view's page with what was asked of it.
fn at(page: Href, asked: Option<&Asked>) -> Href {
    let Some(asked) = asked else { return page };
    let [from, to] = [asked.from, asked.to].map(|at| at.map_or_else(String::new, |at| at.to_string()));
    page.with(&[("q", &asked.q), ("from", &from), ("to", &to)])
}

fn page(export: &Export, caller: &Caller) -> Option<Href> {
    let person = |id: &str| match id == caller.person.id {
        true => "/settings/activity-logs".into(),
        false => Href::to(&["users", id, "activity"]),
    };
    match export.asked.as_ref().map(|asked| &asked.whose) {
        Some(Whose::Person(id)) => Some(person(id)),
        Some(Whose::Group(id)) => Some(Href::to(&["groups", id, "activity"])),
        Some(Whose::Everybody) => Some("/activity".into()),
        None => export.subject.as_ref().map(|subject| person(&subject.id)),
    }
}
