//! All Users.

use app::accounts::{self, LoginStatus, Order, UserPage, UserRow};
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::columns::{self, Column};
use super::filters_kept::{Asked, Kept, name};
use crate::AppState;
use crate::shell::{AdminOnly, Href, PageError, Query, Shell, filters, redirect, refused, render};

#[derive(Template)]
#[template(path = "users/list.html")]
struct ListPage {
    shell: Shell,
    kept: Kept,
    columns: Vec<Column>,
    offered: Vec<(Column, bool)>,
    columns_open: bool,
    page: UserPage,
    later: bool,
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

impl ListPage {
    /// The options of a filter: value, label, whether it is chosen.
    fn statuses(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.kept.status.as_ref().map(name).unwrap_or_default();
        STATUSES
            .iter()
            .map(|(value, label)| (*value, *label, *value == chosen))
            .collect()
    }

    fn roles(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.kept.role.as_ref().map(name).unwrap_or_default();
        ROLES
            .iter()
            .map(|(value, label)| (*value, *label, *value == chosen))
            .collect()
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

    fn first(&self) -> u64 {
        self.page.before + 1
    }

    fn last(&self) -> u64 {
        self.page.before + self.page.rows.len() as u64
    }
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
    AdminOnly(caller): AdminOnly,
    Query(asked): Query<Asked>,
    shell: Shell,
) -> Result<Response, PageError> {
    let app = state.app();
    if asked.clear.is_some() {
        Kept::clear(app, &caller).await?;
        return Ok(redirect("/users"));
    }
    let kept = Kept::of(app, &caller, &asked).await?;
    let later = asked.after.is_some();
    let page = accounts::list_users(app, &caller, &kept.search(asked.after))
        .await
        .map_err(refused)?;
    let columns = columns::chosen(app, &caller).await?;
    let offered = columns::all(&columns);
    render(&ListPage {
        shell,
        kept,
        columns,
        offered,
        columns_open: asked.columns.is_some(),
        page,
        later,
    })
}
