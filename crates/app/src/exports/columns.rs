//! The columns of a view's CSV: their names, their order, and the cell of each. Names are an interface: add, never rename.

use std::io::Write as _;

use activity::{Activity, By, Field, Severity, sentence};

use super::csv::Cells;
use super::stamp::Stamp;

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// When it happened, RFC 3339 in the chosen zone.
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
    /// How grave it is.
    Severity,
    /// The address.
    Ip,
    /// The application's name.
    Application,
    /// Who did it, in words.
    By,
    /// What it was done to.
    Target,
    /// The group's name.
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
    /// `self`, `administrator`, `member`, `application` or `system`.
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
    /// When this log recorded it, RFC 3339 in the chosen zone.
    RecordedAt,
    /// The activity's id.
    Id,
}

/// A column that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no column `{name}`; the columns are {}", names())]
pub struct UnknownColumn {
    /// The name that was asked for.
    pub name: String,
}

fn names() -> String {
    Column::ALL.map(|column| column.name()).join(", ")
}

impl Column {
    /// Every column, in the order of a file.
    pub const ALL: [Self; 39] = [
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
    ];

    /// The name in the file's first line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OccurredAt => "occurred_at",
            Self::User => "user",
            Self::Sentence => "sentence",
            Self::Activity => "activity",
            Self::Outcome => "outcome",
            Self::Text(field) => field.key(),
            Self::Severity => "severity",
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
            Self::MoreTargets => "more_targets",
            Self::RecordedBy => "recorded_by",
            Self::RecordedById => "recorded_by_id",
            Self::RecordedByName => "recorded_by_name",
            Self::RecordedByIp => "recorded_by_ip",
            Self::RecordedAt => "recorded_at",
            Self::Id => "id",
        }
    }

    /// The columns with these names, in this order; all of them where none is named.
    pub fn choose(names: &[String]) -> Result<Vec<Self>, UnknownColumn> {
        if names.is_empty() {
            return Ok(Self::ALL.to_vec());
        }
        let find = |name: &String| {
            let found = Self::ALL.into_iter().find(|column| column.name() == name);
            found.ok_or_else(|| UnknownColumn { name: name.clone() })
        };
        names.iter().map(find).collect()
    }

    /// Writes this column's cell of one row.
    pub(super) fn write(self, row: &Activity, stamp: &mut Stamp, cells: &mut Cells<'_>) {
        match self {
            Self::OccurredAt => cells.plain(|out| stamp.write_rfc3339(row.occurred_at, out)),
            Self::RecordedAt => cells.plain(|out| stamp.write_rfc3339(row.recorded_at, out)),
            Self::Id => cells.plain(|out| write_display(&row.seq, out)),
            Self::Activity => cells.text(&row.kind),
            Self::Sentence => cells.text(&sentence::plain(&row.facts)),
            Self::Outcome => cells.text(row.outcome.word()),
            Self::Severity => cells.option(row.severity.map(Severity::word)),
            Self::Ip => cells.display(row.ip.as_ref()),
            Self::Text(field) => cells.option(field.text(&row.facts)),
            Self::MoreTargets if row.targets.len() < 2 => cells.text(""),
            Self::MoreTargets => cells.json(&row.targets.get(1..)),
            Self::Changes if row.changes.is_empty() => cells.text(""),
            Self::Changes => cells.json(&row.changes),
            Self::Metadata if row.metadata.is_empty() => cells.text(""),
            Self::Metadata => cells.json(&row.metadata),
            _ => self.write_named(row, cells),
        }
    }

    /// The cells that name a person or a thing.
    fn write_named(self, row: &Activity, cells: &mut Cells<'_>) {
        let user = row.user.as_ref();
        let target = row.target();
        match self {
            Self::User => cells.display(user),
            Self::UserId => cells.option(user.map(|user| user.id.as_str())),
            Self::UserName => cells.option(user.map(|user| user.name.as_str())),
            Self::UserUsername => cells.option(user.map(|user| user.username.as_str())),
            Self::UserEmail => cells.option(user.map(|user| user.email.as_str())),
            Self::By => write_by(&row.by, cells),
            Self::ByKind => cells.text(by_kind(&row.by)),
            Self::ById => cells.option(match &row.by {
                By::Application(application) => Some(&application.id),
                by => by.person().map(|person| person.id.as_str()),
            }),
            Self::RecordedBy => cells.text(row.recorder.kind().word()),
            Self::RecordedById => cells.option(row.recorder.reporter().map(|it| it.id.as_str())),
            Self::RecordedByName => cells.option(row.recorder.reporter().map(|it| it.name.as_str())),
            Self::RecordedByIp => cells.display(row.recorder.reporter().and_then(|it| it.ip).as_ref()),
            Self::Target => cells.option(target.map(|target| name_or(&target.name, &target.id))),
            Self::TargetKind => cells.option(target.map(|target| target.kind.as_str())),
            Self::TargetId => cells.option(target.map(|target| target.id.as_str())),
            Self::Group => cells.option(row.group.as_ref().map(|group| name_or(&group.name, &group.id))),
            Self::GroupId => cells.option(row.group.as_ref().map(|group| group.id.as_str())),
            Self::Application => cells.option(row.application.as_ref().map(|it| name_or(&it.name, &it.id))),
            Self::ApplicationId => cells.option(row.application.as_ref().map(|it| it.id.as_str())),
            _ => cells.text(""),
        }
    }
}

fn name_or<'a>(name: &'a str, id: &'a str) -> &'a str {
    if name.is_empty() { id } else { name }
}

fn by_kind(by: &By) -> &'static str {
    match by {
        By::Themself => "self",
        By::Administrator(_) => "administrator",
        By::Member(_) => "member",
        By::Person(_) => "person",
        By::Application(_) => "application",
        By::System => "system",
    }
}

fn write_by(by: &By, cells: &mut Cells<'_>) {
    match by {
        By::Administrator(person) | By::Member(person) | By::Person(person) => cells.display(Some(person)),
        By::Application(application) => cells.text(name_or(&application.name, &application.id)),
        By::Themself | By::System => cells.text(by_kind(by)),
    }
}

/// Numbers and the like, which need no quotes.
fn write_display(value: &dyn std::fmt::Display, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail, and `Display` of numbers does not.
    let _ = write!(out, "{value}");
}
