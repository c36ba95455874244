//! What is chosen of an export: its form, its columns in their order, and its zone, as the form says or by default.

use app::exports::{Column, Format};

use crate::shell::{Fields, PageError, Zone};

/// Columns that are ticked until somebody chooses others: what a page shows of a row.
const USUAL: usize = 12;

/// What is chosen so far.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) format: Format,
    /// Whether the file has the ticked columns and not all.
    pub(super) is_chosen: bool,
    /// All columns in their order, and whether each is ticked.
    pub(super) columns: Vec<(Column, bool)>,
    pub(super) zone: String,
    pub(super) has_mark: bool,
}

impl Choice {
    /// As the form says, or as it is by default.
    pub(super) fn of(fields: &Fields, zone: &Zone) -> Result<Self, PageError> {
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
            is_chosen: match fields.get("set") {
                "" => !chosen.is_empty(),
                set => set == "chosen",
            },
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
        match self.is_chosen && self.format != Format::Jsonl {
            true => ticked.map(|(column, _)| column.name().to_owned()).collect(),
            false => Vec::new(),
        }
    }
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
        Choice::of(&Fields::of_query(&uri).unwrap(), &Zone::named("EST").unwrap()).unwrap()
    }

    #[test]
    fn without_a_choice_it_is_a_csv_with_a_mark_all_columns_and_the_views_zone() {
        let usual = choice("q=outcome:failure");
        assert_eq!(
            (usual.format, usual.has_mark, usual.is_chosen),
            (Format::Csv, true, false)
        );
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
            let refused = Choice::of(&Fields::of_query(&uri).unwrap(), &Zone::utc());
            let text = format!("{:?}", refused.unwrap_err());
            assert!(text.contains(said), "{text}");
        }
    }
}
