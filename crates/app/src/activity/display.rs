//! How the rows of a view are shown: which columns there are, which in which order, and how close rows stand. Owns the
//! closed sets; what stands in a column is the page's.

use serde::{Deserialize, Serialize};

/// A column of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// When it happened. Always shown.
    Time,
    /// Who did it.
    Who,
    /// What happened. Always shown.
    What,
    /// From which address, with which device.
    Where,
    /// Through which application.
    Application,
    /// In which group.
    Group,
    /// Whether it succeeded.
    Outcome,
    /// The code of its type.
    Activity,
    /// When it was recorded.
    Recorded,
    /// Its number in the log.
    Id,
}

impl Column {
    /// Every column, in the usual order.
    pub const ALL: [Self; 10] = [
        Self::Time,
        Self::Who,
        Self::What,
        Self::Where,
        Self::Application,
        Self::Group,
        Self::Outcome,
        Self::Activity,
        Self::Recorded,
        Self::Id,
    ];

    /// Its name, as an address and the API have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Who => "who",
            Self::What => "what",
            Self::Where => "where",
            Self::Application => "application",
            Self::Group => "group",
            Self::Outcome => "outcome",
            Self::Activity => "activity",
            Self::Recorded => "recorded",
            Self::Id => "id",
        }
    }

    /// Its heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Time => "Time",
            Self::Who => "Who",
            Self::What => "What",
            Self::Where => "Where",
            Self::Application => "Application",
            Self::Group => "Group",
            Self::Outcome => "Outcome",
            Self::Activity => "Activity",
            Self::Recorded => "Recorded",
            Self::Id => "Number",
        }
    }

    /// Whether a row says nothing without it.
    #[must_use]
    pub const fn is_fixed(self) -> bool {
        matches!(self, Self::Time | Self::What)
    }

    /// The column with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// Columns in an order: each once, and never without those that a row says nothing without.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>")]
pub struct Columns(Vec<Column>);

impl Columns {
    /// These, with the fixed ones that are lacking in front.
    #[must_use]
    pub fn of(columns: impl IntoIterator<Item = Column>) -> Self {
        let mut all: Vec<Column> = Vec::new();
        for column in columns {
            if !all.contains(&column) {
                all.push(column);
            }
        }
        let lacking = Column::ALL
            .into_iter()
            .filter(|column| column.is_fixed() && !all.contains(column));
        Self(lacking.chain(all.iter().copied()).collect())
    }

    /// What a log of many people, or of one, shows unless somebody chooses otherwise: in one person's, who did it is
    /// said where it is somebody else.
    #[must_use]
    pub fn usual(many_people: bool) -> Self {
        let usual = [
            Column::Time,
            Column::Who,
            Column::What,
            Column::Where,
            Column::Application,
        ];
        Self(
            usual
                .into_iter()
                .filter(|column| many_people || *column != Column::Who)
                .collect(),
        )
    }

    /// Reads names between commas; what is no column is left out and returned.
    #[must_use]
    pub fn read(names: &str) -> (Self, Vec<&str>) {
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut unknown = Vec::new();
        let columns: Vec<Column> = names
            .filter_map(|name| {
                Column::named(name).or_else(|| {
                    unknown.push(name);
                    None
                })
            })
            .collect();
        (Self::of(columns), unknown)
    }

    /// They, in their order.
    #[must_use]
    pub fn all(&self) -> &[Column] {
        &self.0
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn has(&self, column: Column) -> bool {
        self.0.contains(&column)
    }

    /// Their names between commas.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|column| column.name()).collect();
        names.join(",")
    }
}

/// What was kept by another version may name columns that there are no more.
impl From<Vec<String>> for Columns {
    fn from(names: Vec<String>) -> Self {
        Self::of(names.iter().filter_map(|name| Column::named(name)))
    }
}

/// How close rows stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// 34 pixels.
    #[default]
    Usual,
    /// 28 pixels.
    Compact,
}

impl Density {
    /// Every density.
    pub const ALL: [Self; 2] = [Self::Usual, Self::Compact];

    /// Its name, as an address and the API have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Compact => "compact",
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Usual => "Usual",
            Self::Compact => "Compact",
        }
    }

    /// The density with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|density| density.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_back_as_they_were_written_and_what_is_none_is_said() {
        for columns in [Columns::usual(true), Columns::usual(false), Columns::of(Column::ALL)] {
            assert_eq!(Columns::read(&columns.names()), (columns, Vec::new()));
        }
        let (columns, unknown) = Columns::read("where, shoe ,who,,where,<b>,what");
        assert_eq!(columns.names(), "time,where,who,what");
        assert_eq!(unknown, ["shoe", "<b>"]);
    }

    #[test]
    fn no_choice_leaves_a_row_without_its_time_or_what_happened() {
        for names in ["", "who", "what", "time", "id,outcome"] {
            let (columns, _) = Columns::read(names);
            assert!(columns.has(Column::Time) && columns.has(Column::What), "{names}");
        }
        let kept: Columns = serde_json::from_str(r#"["id","of_an_earlier_version"]"#).unwrap();
        assert_eq!(kept.names(), "time,what,id");
        assert_eq!(serde_json::to_string(&kept).unwrap(), r#"["time","what","id"]"#);
    }

    #[test]
    fn every_name_is_there_once() {
        for column in Column::ALL {
            assert_eq!(Column::named(column.name()), Some(column));
        }
        for density in Density::ALL {
            assert_eq!(Density::named(density.name()), Some(density));
        }
    }
}
