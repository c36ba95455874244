//! What is chosen of an export: its form, its columns in their order, and its zone, as the form says or by default.

use activity::Field;
use app::activity::{Column as ShownColumn, Columns, LogScope};
use app::exports::{Column, Format};

use crate::shell::{Fields, PageError, Zone};

/// Columns that are ticked until somebody chooses others: what a page shows of a row.
const USUAL: usize = 12;

/// Which columns the file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// All that its form has.
    All,
    /// Those that the view shows.
    Shown,
    /// The ticked ones.
    Chosen,
}

/// What is chosen so far.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) format: Format,
    pub(super) set: Set,
    /// Those of the view, in its order.
    pub(super) shown: Vec<Column>,
    /// The columns of the view by name, for the form.
    pub(super) cols: String,
    /// All columns in their order, and whether each is ticked.
    pub(super) columns: Vec<(Column, bool)>,
    pub(super) zone: String,
    pub(super) has_mark: bool,
}

impl Choice {
    /// As the form says, or as it is by default, of a view that shows these columns.
    pub(super) fn of(fields: &Fields, zone: &Zone, view: (&Columns, &LogScope)) -> Result<Self, PageError> {
        let format = match fields.get("format") {
            "" => Format::Csv,
            name => Format::named(name).ok_or_else(|| {
                PageError::bad_request(format!(
                    "There is no export format “{name}”; use csv, jsonl, parquet or xlsx."
                ))
            })?,
        };
        // A form without its list of columns is not the page's: then there is nothing ticked, and all are meant.
        let is_page = fields.opt("order").is_some();
        let chosen = names(fields.all("columns"));
        let wrong = |error: app::exports::WrongColumn| PageError::bad_request(format!("{error}."));
        let ticked = match chosen.is_empty() {
            true if is_page => Vec::new(),
            true => Column::ALL[..USUAL].to_vec(),
            false => Column::choose(&chosen).map_err(wrong)?,
        };
        let mut columns = Column::choose(&names(fields.all("order"))).map_err(wrong)?;
        columns.extend(
            Column::ALL
                .into_iter()
                .filter(|column| !columns.contains(column))
                .collect::<Vec<_>>(),
        );
        if let Some(at) = columns.iter().position(|column| column.name() == fields.get("up")) {
            columns.swap(at, at.saturating_sub(1));
        }
        Ok(Self {
            format,
            set: match fields.get("set") {
                "" if chosen.is_empty() => Set::All,
                "" | "chosen" => Set::Chosen,
                "shown" => Set::Shown,
                _ => Set::All,
            },
            shown: shown(view),
            cols: view.0.names(),
            columns: columns
                .into_iter()
                .map(|column| (column, ticked.contains(&column)))
                .collect(),
            zone: match fields.trimmed("zone") {
                "" => zone.name().to_owned(),
                name => name.to_owned(),
            },
            has_mark: !is_page || fields.ticked("mark"),
        })
    }

    /// The names of the columns that the file has; none for all of them, as also where nothing is ticked.
    pub(super) fn names(&self) -> Vec<String> {
        let ticked = self.columns.iter().filter(|(_, is_ticked)| *is_ticked);
        let columns: Vec<Column> = match self.set {
            // A line of JSON has every field.
            _ if self.format == Format::Jsonl => Vec::new(),
            Set::All => Vec::new(),
            Set::Shown => self.shown.clone(),
            Set::Chosen => ticked.map(|(column, _)| *column).collect(),
        };
        columns.into_iter().map(|column| column.name().to_owned()).collect()
    }

    /// The titles of the columns that the view shows.
    pub(super) fn shown_titles(&self) -> String {
        self.shown
            .iter()
            .map(|column| column.title())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// What a view shows in its columns, as columns of a file: a cell that says several things is several of them.
fn shown((columns, scope): (&Columns, &LogScope)) -> Vec<Column> {
    // Beside what was done stands who is not already in the row.
    let other = match scope {
        LogScope::Me | LogScope::User(_) if !columns.has(ShownColumn::Who) => Column::By,
        _ => Column::User,
    };
    let parts = |column: &ShownColumn| match column {
        ShownColumn::Time => vec![Column::OccurredAt],
        ShownColumn::Who => vec![Column::By],
        ShownColumn::What => vec![Column::Sentence, other, Column::Text(Field::Reason)],
        ShownColumn::Where => vec![Column::Ip, Column::Text(Field::Device)],
        ShownColumn::Application => vec![Column::Application],
        ShownColumn::Group => vec![Column::Group],
        ShownColumn::Outcome => vec![Column::Outcome],
        ShownColumn::Activity => vec![Column::Activity],
        ShownColumn::Recorded => vec![Column::RecordedAt],
        ShownColumn::Id => vec![Column::Id],
    };
    columns.all().iter().flat_map(parts).collect()
}

fn names<'a>(fields: impl Iterator<Item = &'a str>) -> Vec<String> {
    fields.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::Uri;

    use super::*;

    fn choice(query: &str) -> Choice {
        let uri: Uri = format!("/activity/export?{query}").parse().unwrap();
        let view = (&Columns::usual(true), &LogScope::Everything);
        Choice::of(&Fields::of_query(&uri).unwrap(), &Zone::named("EST").unwrap(), view).unwrap()
    }

    #[test]
    fn a_file_has_what_the_view_shows_in_the_order_of_the_view() {
        let as_shown = |cols: &str, scope: &LogScope, query: &str| {
            let uri: Uri = format!("/activity/export?{query}").parse().unwrap();
            let fields = Fields::of_query(&uri).unwrap();
            let columns = Columns::read(cols).0;
            Choice::of(&fields, &Zone::utc(), (&columns, scope)).unwrap().names()
        };
        let all = LogScope::Everything;
        assert_eq!(
            as_shown("id,what,who,where,time,recorded", &all, "set=shown&columns=country"),
            [
                "id",
                "sentence",
                "user",
                "reason",
                "by",
                "ip",
                "device",
                "occurred_at",
                "recorded_at"
            ]
        );
        let own = as_shown("time,what", &LogScope::Me, "format=xlsx&set=shown");
        assert_eq!(
            own,
            ["occurred_at", "sentence", "by", "reason"],
            "of whom it is, is known"
        );
        assert!(as_shown("time,what", &all, "format=jsonl&set=shown").is_empty());
        let every = Columns::of(ShownColumn::ALL);
        for scope in [&all, &LogScope::Me] {
            let names = as_shown(&every.names(), scope, "set=shown");
            assert!(Column::choose(&names).is_ok(), "named twice: {names:?}");
        }
    }

    #[test]
    fn without_a_choice_it_is_a_csv_with_a_mark_all_columns_and_the_views_zone() {
        let usual = choice("q=outcome:failure");
        assert_eq!((usual.format, usual.has_mark, usual.set), (Format::Csv, true, Set::All));
        assert_eq!((usual.names(), usual.zone.as_str()), (Vec::new(), "EST"));
        assert!(usual.columns[0].1 && !usual.columns[USUAL].1);
    }

    #[test]
    fn columns_are_chosen_and_moved_up_in_the_order_of_the_list() {
        let order = "order=ip&order=user&order=id";
        let moved = choice(&format!("{order}&set=chosen&columns=user&columns=id&up=user"));
        assert_eq!(moved.names(), ["user", "id"]);
        assert_eq!(moved.columns[0].0.name(), "user");
        assert_eq!(moved.columns.len(), Column::ALL.len());
        assert!(!moved.has_mark, "an empty checkbox of the page is a choice");
        let first = choice(&format!("{order}&set=chosen&columns=ip&up=ip"));
        assert_eq!(first.names(), ["ip"], "the first one stays");
        assert!(choice("format=jsonl&set=chosen&order=ip&columns=ip").names().is_empty());
    }

    #[test]
    fn what_does_not_exist_is_refused_with_its_name() {
        for (query, said) in [
            ("format=doc", "doc"),
            ("columns=usr", "usr"),
            ("order=ip&order=ip", "ip"),
        ] {
            let uri: Uri = format!("/activity/export?{query}").parse().unwrap();
            let refused = Choice::of(
                &Fields::of_query(&uri).unwrap(),
                &Zone::utc(),
                (&Columns::usual(true), &LogScope::Everything),
            );
            let text = format!("{:?}", refused.unwrap_err());
            assert!(text.contains(said), "{text}");
        }
    }
}
