//! The columns of All Users: which there are, which are shown, in which order; kept for each reader.

use app::accounts::{self, Order};
use app::{App, Caller};
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::AppState;
use crate::shell::{Fields, PageError, ReaderOfAll, redirect};

const PREFERENCE: &str = "users.columns";

/// A column beside the user's name, which is always the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Column {
    LastLogin,
    Email,
    LoginEnabled,
    Username,
    Roles,
    Created,
    LockedUntil,
    TimeZone,
}

impl Column {
    const ALL: [Self; 8] = [
        Self::LastLogin,
        Self::Email,
        Self::LoginEnabled,
        Self::Username,
        Self::Roles,
        Self::Created,
        Self::LockedUntil,
        Self::TimeZone,
    ];
    const USUAL: [Self; 3] = [Self::LastLogin, Self::Email, Self::LoginEnabled];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LastLogin => "last_login",
            Self::Email => "email",
            Self::LoginEnabled => "login_enabled",
            Self::Username => "username",
            Self::Roles => "roles",
            Self::Created => "created",
            Self::LockedUntil => "locked_until",
            Self::TimeZone => "time_zone",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::LastLogin => "Last Login",
            Self::Email => "Email",
            Self::LoginEnabled => "Login Enabled",
            Self::Username => "Username",
            Self::Roles => "Roles",
            Self::Created => "Created",
            Self::LockedUntil => "Locked until",
            Self::TimeZone => "Time zone",
        }
    }

    /// The order its heading asks for.
    pub(super) fn order(self) -> Option<Order> {
        match self {
            Self::LastLogin => Some(Order::LastLogin),
            Self::Email => Some(Order::Email),
            Self::Username => Some(Order::Username),
            Self::Created => Some(Order::Created),
            Self::LoginEnabled | Self::Roles | Self::LockedUntil | Self::TimeZone => None,
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// The columns this reader chose, in their order.
pub(super) async fn chosen(app: &App, caller: &Caller) -> Result<Vec<Column>, PageError> {
    let kept: Option<Vec<String>> = accounts::preference(app, caller, PREFERENCE)
        .await
        .map_err(PageError::unavailable)?;
    Ok(match kept {
        Some(names) => names.iter().filter_map(|name| Column::named(name)).collect(),
        None => Column::USUAL.to_vec(),
    })
}

/// Every column with whether it is shown: the shown ones first, in their order.
pub(super) fn all(shown: &[Column]) -> Vec<(Column, bool)> {
    let rest = Column::ALL.into_iter().filter(|column| !shown.contains(column));
    shown
        .iter()
        .map(|column| (*column, true))
        .chain(rest.map(|column| (column, false)))
        .collect()
}

/// Keeps the ticked columns in the order of the form, one of them moved if its button was pressed.
pub(super) async fn submit(
    State(state): State<AppState>,
    ReaderOfAll(caller): ReaderOfAll,
    fields: Fields,
) -> Result<Response, PageError> {
    let app = state.app();
    let mut columns: Vec<Column> = Vec::new();
    for column in fields.all("column").filter_map(Column::named) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    for (field, up) in [("up", true), ("down", false)] {
        if let Some(moved) = fields.opt(field).and_then(Column::named) {
            shift(&mut columns, moved, up);
        }
    }
    let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
    let kept = if fields.ticked("usual") { None } else { Some(&names) };
    accounts::set_preference(app, &caller, PREFERENCE, kept)
        .await
        .map_err(PageError::unavailable)?;
    let moved = fields.opt("up").or(fields.opt("down")).is_some();
    Ok(redirect(if moved {
        "/users?columns=open"
    } else {
        "/users?columns=chosen"
    }))
}

/// Moves one column by one place; at the end it stays.
fn shift(columns: &mut [Column], moved: Column, up: bool) {
    let Some(at) = columns.iter().position(|column| *column == moved) else {
        return;
    };
    let to = if up {
        at.saturating_sub(1)
    } else {
        (at + 1).min(columns.len() - 1)
    };
    columns.swap(at, to);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_moves_by_one_place_and_stays_at_the_ends() {
        let mut columns = Column::USUAL;
        shift(&mut columns, Column::Email, true);
        assert_eq!(columns, [Column::Email, Column::LastLogin, Column::LoginEnabled]);
        shift(&mut columns, Column::Email, true);
        assert_eq!(columns[0], Column::Email);
        shift(&mut columns, Column::LoginEnabled, false);
        assert_eq!(columns[2], Column::LoginEnabled);
    }

    #[test]
    fn every_column_is_offered_once_with_the_shown_ones_first() {
        let offered = all(&[Column::Roles]);
        assert_eq!(offered.len(), Column::ALL.len());
        assert_eq!(offered[0], (Column::Roles, true));
        assert!(
            offered[1..]
                .iter()
                .all(|(column, shown)| !shown && *column != Column::Roles)
        );
    }
}
