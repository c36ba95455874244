//! How the rows of a view are shown: the columns and the density that the address asks for, else those that the reader
//! keeps. Owns what stands in the columns that somebody adds, and the menu they are chosen in.

use activity::Activity;
use app::accounts;
use app::activity::{Column, Columns, Density, LogScope};
use app::{App, Caller};
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::state::UrlState;
use crate::AppState;
use crate::shell::{Fields, Href, LocalPath, PageError, SignedIn, Zone, redirect};

/// What a reader keeps, for logs of many people or of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    columns: Option<Columns>,
    density: Density,
}

/// How the rows of one view are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Display {
    pub(crate) columns: Columns,
    pub(crate) density: Density,
    /// Whether the log is that of many people.
    many_people: bool,
    /// What the address asks for that there is not.
    unknown: Vec<String>,
}

impl Display {
    /// Of this view, as this reader has it.
    pub(super) async fn load(app: &App, caller: &Caller, scope: &LogScope, url: &UrlState) -> Result<Self, PageError> {
        let many_people = matches!(scope, LogScope::Everything | LogScope::Group(_));
        let kept: Option<Kept> = accounts::preference(app, caller, preference(many_people))
            .await
            .map_err(PageError::unavailable)?;
        Ok(Self::of(url, kept.unwrap_or_default(), many_people))
    }

    fn of(url: &UrlState, kept: Kept, many_people: bool) -> Self {
        let (asked, unknown) = Columns::read(&url.cols);
        let mut unknown: Vec<String> = unknown
            .into_iter()
            .map(|name| format!("column `{}`", short(name)))
            .collect();
        let density = Density::named(&url.density);
        if density.is_none() && !url.density.is_empty() {
            unknown.push(format!("density `{}`", short(&url.density)));
        }
        let columns = match url.cols.is_empty() {
            true => kept.columns.unwrap_or_else(|| Columns::usual(many_people)),
            false => asked,
        };
        Self {
            columns,
            density: density.unwrap_or(kept.density),
            many_people,
            unknown,
        }
    }

    /// What a page shows where nobody chose anything.
    #[cfg(test)]
    pub(super) fn usual(many_people: bool) -> Self {
        Self::of(&UrlState::default(), Kept::default(), many_people)
    }

    /// The classes of the log: whether it is compact, and whether its columns are not the usual ones.
    pub(crate) fn classes(&self) -> &'static str {
        let own = self.columns != Columns::usual(self.many_people);
        match (own, self.density) {
            (false, Density::Usual) => "",
            (false, Density::Compact) => " compact",
            (true, Density::Usual) => " own",
            (true, Density::Compact) => " own compact",
        }
    }

    /// Every column with whether it is shown: the shown ones first, in their order.
    pub(crate) fn choices(&self) -> Vec<(Column, bool)> {
        let shown = self.columns.all();
        let rest = Column::ALL.into_iter().filter(|column| !shown.contains(column));
        shown
            .iter()
            .map(|column| (*column, true))
            .chain(rest.map(|column| (column, false)))
            .collect()
    }

    /// Every density with whether it is the present one.
    pub(crate) fn densities(&self) -> [(Density, bool); 2] {
        Density::ALL.map(|density| (density, density == self.density))
    }

    /// What the address asks for that there is not, as a sentence.
    pub(crate) fn left_out(&self) -> Option<String> {
        let names = self.unknown.join(", ");
        (!names.is_empty()).then(|| format!("There is no {names}; it was left out."))
    }
}

/// What stands in a column that is not among the usual ones: its class and its text.
pub(crate) fn cell(column: Column, row: &Activity, zone: &Zone) -> (&'static str, String) {
    match column {
        Column::Group => {
            let name = row.group.as_ref().map(|group| match group.name.is_empty() {
                true => group.id.clone(),
                false => group.name.clone(),
            });
            ("group", name.unwrap_or_default())
        }
        Column::Outcome => ("outcome", row.outcome.word().to_owned()),
        Column::Activity => ("activity", row.kind.to_string()),
        Column::Recorded => ("recorded", zone.format(row.recorded_at)),
        Column::Id => ("number", row.seq.to_string()),
        Column::Time | Column::Who | Column::What | Column::Where | Column::Application => ("", String::new()),
    }
}

fn preference(many_people: bool) -> &'static str {
    match many_people {
        true => "activity.display.many",
        false => "activity.display.one",
    }
}

/// Enough of what somebody wrote to know it again.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Keeps the ticked columns in the order of the form, one of them moved if its button was pressed, and the density; back
/// to the view, whose address then says them too.
pub(super) async fn submit(
    State(state): State<AppState>,
    SignedIn(caller): SignedIn,
    fields: Fields,
) -> Result<Response, PageError> {
    let many_people = fields.get("of") != "one";
    let chosen = fields.all("column").filter_map(Column::named);
    let mut columns: Vec<Column> = Columns::of(chosen).all().to_vec();
    for (field, up) in [("up", true), ("down", false)] {
        if let Some(moved) = fields.opt(field).and_then(Column::named) {
            shift(&mut columns, moved, up);
        }
    }
    let kept = Kept {
        columns: Some(Columns::of(columns)),
        density: Density::named(fields.get("density")).unwrap_or_default(),
    };
    let is_usual = fields.ticked("usual");
    accounts::set_preference(
        state.app(),
        &caller,
        preference(many_people),
        (!is_usual).then_some(&kept),
    )
    .await
    .map_err(PageError::unavailable)?;
    let url = UrlState {
        cols: match &kept.columns {
            Some(columns) if !is_usual => columns.names(),
            _ => String::new(),
        },
        density: if is_usual { "" } else { kept.density.name() }.to_owned(),
        after: fields.get("after").to_owned(),
        ..UrlState::of(&fields)
    };
    Ok(redirect(url.href(&Href::from(&LocalPath::or_home(fields.get("base"))))))
}

/// Moves one column by one place; at the end it stays.
fn shift(columns: &mut [Column], moved: Column, up: bool) {
    let Some(at) = columns.iter().position(|column| *column == moved) else {
        return;
    };
    let to = match up {
        true => at.saturating_sub(1),
        false => (at + 1).min(columns.len() - 1),
    };
    columns.swap(at, to);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(cols: &str, density: &str, kept: Kept) -> Display {
        let url = UrlState {
            cols: cols.to_owned(),
            density: density.to_owned(),
            ..UrlState::default()
        };
        Display::of(&url, kept, true)
    }

    #[test]
    fn the_address_comes_before_what_the_reader_keeps() {
        let kept = Kept {
            columns: Some(Columns::read("time,what,id").0),
            density: Density::Compact,
        };
        assert_eq!(asked("", "", kept.clone()).columns.names(), "time,what,id");
        assert_eq!(asked("", "", kept.clone()).classes(), " own compact");
        let other = asked("what,time,who", "usual", kept);
        assert_eq!(
            (other.columns.names().as_str(), other.classes()),
            ("what,time,who", " own")
        );
        assert_eq!(Display::usual(true).classes(), "");
        assert!(!Display::usual(false).columns.has(Column::Who));
    }

    #[test]
    fn what_there_is_not_is_left_out_and_said() {
        assert_eq!(asked("who,where", "compact", Kept::default()).left_out(), None);
        let odd = asked("who,<b>shoe", "dense", Kept::default());
        assert_eq!(odd.columns.names(), "time,what,who");
        let said = odd.left_out().unwrap();
        assert_eq!(said, "There is no column `<b>shoe`, density `dense`; it was left out.");
        assert!(asked(&"x".repeat(4_000), "", Kept::default()).left_out().unwrap().len() < 100);
    }

    #[test]
    fn a_column_moves_by_one_place_and_every_one_is_offered_once() {
        let mut columns = Columns::usual(true).all().to_vec();
        shift(&mut columns, Column::Where, true);
        assert_eq!(Columns::of(columns.clone()).names(), "time,who,where,what,application");
        shift(&mut columns, Column::Application, false);
        assert_eq!(columns.last(), Some(&Column::Application));
        let choices = Display::usual(true).choices();
        assert_eq!(choices.len(), Column::ALL.len());
        assert!(choices[..5].iter().all(|(_, shown)| *shown) && choices[5..].iter().all(|(_, shown)| !shown));
    }
}
