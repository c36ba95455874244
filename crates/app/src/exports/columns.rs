//! The columns of an exported file: their names, their order and their titles. Names are an interface: add, never rename.
//! What stands in them is told by `values`.

use activity::Field;

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// When it happened.
    OccurredAt,
    /// The person whose log it is, as `Full Name (username)`.
    User,
    /// What happened, as the page says it.
    Sentence,
    /// The activity type's code.
    Activity,
    /// `success`, `failure`, `denied`, `challenged` or `unknown`.
    Outcome,
    /// A field that is one text, under its own key.
    Text(Field),
    /// The address.
    Ip,
    /// The application's name, or its id where it has none.
    Application,
    /// Who did it, in words.
    By,
    /// What it was done to: its name, or its id where it has none.
    Target,
    /// The group's name, or its id where it has none.
    Group,
    /// What was changed, as JSON.
    Changes,
    /// Free-form values, as JSON.
    Metadata,
    /// The user's id.
    UserId,
    /// The user's name.
    UserName,
    /// The user's log-in name.
    UserUsername,
    /// The user's e-mail address.
    UserEmail,
    /// `self`, `administrator`, `member`, `person`, `application` or `system`.
    ByKind,
    /// The id of who did it.
    ById,
    /// What sort of thing the target is.
    TargetKind,
    /// The target's id.
    TargetId,
    /// The group's id.
    GroupId,
    /// The application's id.
    ApplicationId,
    /// How grave it is.
    Severity,
    /// The targets behind the chief one, as JSON.
    MoreTargets,
    /// The sort of who recorded it: `whodid`, `api_key`, `application`, `import` or `unstated`.
    RecordedBy,
    /// The reporter's id.
    RecordedById,
    /// The reporter's name.
    RecordedByName,
    /// The address it was reported from.
    RecordedByIp,
    /// When this log recorded it.
    RecordedAt,
    /// The activity's id.
    Id,
    /// The name of who did it.
    ByName,
    /// The log-in name of who did it.
    ByUsername,
    /// The e-mail address of who did it.
    ByEmail,
    /// The target's name.
    TargetName,
    /// The log-in name of a target that is a person.
    TargetUsername,
    /// The e-mail address of a target that is a person.
    TargetEmail,
    /// The group's name.
    GroupName,
    /// The application's name.
    ApplicationName,
}

/// A column that does not exist, or is named twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongColumn {
    /// There is none of this name.
    #[error("there is no column `{0}`; the columns are {names}", names = names())]
    Unknown(String),
    /// Two of a file may not have one name.
    #[error("the column `{0}` is named twice")]
    Twice(String),
}

fn names() -> String {
    Column::ALL.map(|column| column.name()).join(", ")
}

impl Column {
    /// Every column, in the order of a file.
    pub const ALL: [Self; 47] = [
        Self::OccurredAt,
        Self::User,
        Self::Sentence,
        Self::Activity,
        Self::Outcome,
        Self::Text(Field::Reason),
        Self::Ip,
        Self::Text(Field::Device),
        Self::Application,
        Self::By,
        Self::Target,
        Self::Group,
        Self::Text(Field::Country),
        Self::Changes,
        Self::Metadata,
        Self::Text(Field::UserAgent),
        Self::Text(Field::Description),
        Self::UserId,
        Self::UserName,
        Self::UserUsername,
        Self::UserEmail,
        Self::ByKind,
        Self::ById,
        Self::TargetKind,
        Self::TargetId,
        Self::GroupId,
        Self::ApplicationId,
        Self::Text(Field::ExternalId),
        Self::Severity,
        Self::Text(Field::Place),
        Self::Text(Field::TraceId),
        Self::MoreTargets,
        Self::Text(Field::Raw),
        Self::RecordedBy,
        Self::RecordedById,
        Self::RecordedByName,
        Self::RecordedByIp,
        Self::RecordedAt,
        Self::Id,
        Self::ByName,
        Self::ByUsername,
        Self::ByEmail,
        Self::TargetName,
        Self::TargetUsername,
        Self::TargetEmail,
        Self::GroupName,
        Self::ApplicationName,
    ];

    /// The name by which it is chosen, and in the first line of a file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text(field) => field.key(),
            Self::OccurredAt => "occurred_at",
            Self::User => "user",
            Self::Sentence => "sentence",
            Self::Activity => "activity",
            Self::Outcome => "outcome",
            Self::Ip => "ip",
            Self::Application => "application",
            Self::By => "by",
            Self::Target => "target",
            Self::Group => "group",
            Self::Changes => "changes",
            Self::Metadata => "metadata",
            Self::UserId => "user_id",
            Self::UserName => "user_name",
            Self::UserUsername => "user_username",
            Self::UserEmail => "user_email",
            Self::ByKind => "by_kind",
            Self::ById => "by_id",
            Self::TargetKind => "target_kind",
            Self::TargetId => "target_id",
            Self::GroupId => "group_id",
            Self::ApplicationId => "application_id",
            Self::Severity => "severity",
            Self::MoreTargets => "more_targets",
            Self::RecordedBy => "recorded_by",
            Self::RecordedById => "recorded_by_id",
            Self::RecordedByName => "recorded_by_name",
            Self::RecordedByIp => "recorded_by_ip",
            Self::RecordedAt => "recorded_at",
            Self::Id => "id",
            Self::ByName => "by_name",
            Self::ByUsername => "by_username",
            Self::ByEmail => "by_email",
            Self::TargetName => "target_name",
            Self::TargetUsername => "target_username",
            Self::TargetEmail => "target_email",
            Self::GroupName => "group_name",
            Self::ApplicationName => "application_name",
        }
    }

    /// The name in a Parquet file: that of the same column in the record of a sealed volume, where it has one.
    #[must_use]
    pub fn record_name(self) -> &'static str {
        match self {
            Self::Id => "seq",
            Self::RecordedBy => "recorded_by_kind",
            other => other.name(),
        }
    }

    /// What a person chooses it by.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::OccurredAt => "Time",
            Self::User => "On whom",
            Self::Sentence => "Sentence",
            Self::Activity => "Activity",
            Self::Outcome => "Outcome",
            Self::Text(Field::Reason) => "Reason",
            Self::Ip => "Address",
            Self::Text(Field::Device) => "Device",
            Self::Application => "Application",
            Self::By => "Who",
            Self::Target => "Target",
            Self::Group => "Group",
            Self::Text(Field::Country) => "Country",
            Self::Changes => "Changes",
            Self::Metadata => "Metadata",
            Self::Text(Field::UserAgent) => "User agent",
            Self::Text(Field::Description) => "Description",
            Self::UserId => "On whom: id",
            Self::UserName => "On whom: name",
            Self::UserUsername => "On whom: username",
            Self::UserEmail => "On whom: e-mail",
            Self::ByKind => "Who: kind",
            Self::ById => "Who: id",
            Self::TargetKind => "Target: kind",
            Self::TargetId => "Target: id",
            Self::GroupId => "Group: id",
            Self::ApplicationId => "Application: id",
            Self::Text(Field::ExternalId) => "External id",
            Self::Severity => "Severity",
            Self::Text(Field::Place) => "Place",
            Self::Text(Field::TraceId) => "Trace",
            Self::MoreTargets => "More targets",
            Self::Text(Field::Raw) => "Raw event",
            Self::RecordedBy => "Recorded by",
            Self::RecordedById => "Recorded by: id",
            Self::RecordedByName => "Recorded by: name",
            Self::RecordedByIp => "Recorded by: address",
            Self::RecordedAt => "Recorded at",
            Self::Id => "Id",
            Self::ByName => "Who: name",
            Self::ByUsername => "Who: username",
            Self::ByEmail => "Who: e-mail",
            Self::TargetName => "Target: name",
            Self::TargetUsername => "Target: username",
            Self::TargetEmail => "Target: e-mail",
            Self::GroupName => "Group: name",
            Self::ApplicationName => "Application: name",
            Self::Text(field) => field.key(),
        }
    }

    /// The columns with these names, in this order; all of them where none is named.
    ///
    /// # Errors
    /// A name that no column has, or that is named twice.
    pub fn choose(names: &[String]) -> Result<Vec<Self>, WrongColumn> {
        if names.is_empty() {
            return Ok(Self::ALL.to_vec());
        }
        let mut chosen = Vec::new();
        for name in names {
            let found = Self::ALL.into_iter().find(|column| column.name() == name);
            let column = found.ok_or_else(|| WrongColumn::Unknown(name.clone()))?;
            if chosen.contains(&column) {
                return Err(WrongColumn::Twice(name.clone()));
            }
            chosen.push(column);
        }
        Ok(chosen)
    }
}
