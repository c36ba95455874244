//! All Users.

use app::accounts::{self, LoginStatus, Order, UserPage, UserRow};
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::columns::{self, Column};
use super::filters_kept::{Asked, Kept, name};
use super::in_group::InGroup;
use crate::AppState;
use crate::shell::{Href, PageError, Pager, Query, ReaderOfAll, Shell, cursor, filters, redirect, refused, render};

#[derive(Template)]
#[template(path = "users/list.html")]
struct ListPage {
    shell: Shell,
    kept: Kept,
    in_group: InGroup,
    columns: Vec<Column>,
    offered: Vec<(Column, bool)>,
    columns_open: bool,
    page: UserPage,
    pager: Pager,
    /// Whether what narrows it comes from another time.
    is_remembered: bool,
    /// Whether the reader may change anything here.
    may_edit: bool,
    /// The reader's own account.
    me: String,
}

const STATUSES: &[(&str, &str)] = &[
    ("logged_in", "Logged in before"),
    ("locked", "Locked"),
    ("failed", "Failed"),
    ("active", "Active"),
    ("never", "Never"),
];
const ROLES: &[(&str, &str)] = &[
    ("administrator", "Administrator"),
    ("auditor", "Auditor"),
    ("member", "Member"),
    ("service", "Service account"),
];

const LOGINS: &[(&str, &str)] = &[("yes", "Enabled"), ("no", "Disabled")];

/// A filter, as a chip of the search box shows it.
struct Filter {
    /// Its field in the address.
    name: &'static str,
    /// What it says.
    label: &'static str,
    options: &'static [(&'static str, &'static str)],
    /// The value that is chosen; empty for none.
    chosen: String,
}

impl Filter {
    /// The words of the value that is chosen, if one is.
    fn words(&self) -> Option<&'static str> {
        let chosen = self.options.iter().find(|(value, _)| *value == self.chosen);
        chosen.map(|(_, words)| *words)
    }

    /// All Users with this value in place of the one chosen; the rest stays as it is.
    fn href(&self, value: &str) -> Href {
        Href::from("/users").with(&[(self.name, value)])
    }

    /// All Users without it.
    fn without(&self) -> Href {
        Href::from("/users").clearing(self.name)
    }
}

impl ListPage {
    fn filters(&self) -> [Filter; 3] {
        let Kept {
            status, role, enabled, ..
        } = &self.kept;
        let enabled = enabled.map(|enabled| if enabled { "yes" } else { "no" });
        [
            ("status", "status", STATUSES, status.as_ref().map(name)),
            ("role", "role", ROLES, role.as_ref().map(name)),
            ("enabled", "login", LOGINS, enabled.map(str::to_owned)),
        ]
        .map(|(name, label, options, chosen)| Filter {
            name,
            label,
            options,
            chosen: chosen.unwrap_or_default(),
        })
    }

    /// What narrows the list, in words.
    fn narrowed(&self) -> Vec<String> {
        let filters = self.filters();
        let words = filters.iter().filter_map(Filter::words).map(str::to_owned);
        let find = Some(self.kept.find.clone()).filter(|find| !find.is_empty());
        let group = self.in_group.chosen.as_ref().map(InGroup::name);
        find.into_iter().chain(words).chain(group).collect()
    }

    /// The title of the window: what is looked for, where anything is.
    fn title(&self) -> String {
        let narrowed = self.narrowed();
        match narrowed.is_empty() {
            true => "All Users".to_owned(),
            false => format!("{}: All Users", narrowed.join(", ")),
        }
    }

    /// The heading's link: this order, or the other way round if it is this order already.
    fn order_href(&self, order: &Order) -> Href {
        let descending = match self.kept.sort.by == *order {
            true => !self.kept.sort.descending,
            // The latest first is what one looks for in a column of times.
            false => matches!(order, Order::LastLogin | Order::Created),
        };
        let dir = if descending { "desc" } else { "asc" };
        Href::from("/users").with(&[("sort", &name(order)), ("dir", dir)])
    }

    fn aria_sort(&self, order: &Order) -> Option<&'static str> {
        (self.kept.sort.by == *order).then_some(if self.kept.sort.descending {
            "descending"
        } else {
            "ascending"
        })
    }
}

/// Which users of how many a page shows: `51–100 of 2,340`.
fn place(page: &UserPage) -> String {
    let (first, last) = (page.before + 1, page.before + page.rows.len() as u64);
    let more = if page.total.exact { "" } else { " or more" };
    let [first, last, n] = [first, last, page.total.n].map(filters::grouped);
    format!("{first}–{last} of {n}{more}")
}

/// Roles in words.
pub(super) fn roles_text(row: &UserRow) -> String {
    let named = [
        (row.roles.administrator, "Administrator"),
        (row.roles.auditor, "Auditor"),
        (row.service_account, "Service account"),
    ];
    let text: Vec<&str> = named.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
    if text.is_empty() {
        "Member".to_owned()
    } else {
        text.join(", ")
    }
}

pub(super) async fn page(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Result<Response, PageError> {
    let app = state.app();
    if asked.clear.is_some() {
        Kept::clear(app, &caller).await?;
        return Ok(redirect("/users"));
    }
    let mut kept = Kept::of(app, &caller, &asked).await?;
    let in_group = InGroup::of(app, &caller, &mut kept, asked.group_find.clone()).await?;
    if let Some(only) = in_group.only() {
        return Ok(redirect(only));
    }
    let is_remembered = kept.is_remembered(&asked);
    let after = asked.after.unwrap_or_default();
    let page = accounts::list_users(app, &caller, &kept.search(cursor(&after)))
        .await
        .map_err(refused)?;
    let pager = Pager::new(kept.href(), &[], &after, &page.turns).at(place(&page));
    let columns = columns::chosen(app, &caller).await?;
    let offered = columns::all(&columns);
    render(&ListPage {
        shell,
        kept,
        in_group,
        columns,
        offered,
        columns_open: asked.columns.as_deref() == Some("open"),
        page,
        pager,
        is_remembered,
        may_edit: caller.is_administrator(),
        me: caller.person.id,
    })
}
