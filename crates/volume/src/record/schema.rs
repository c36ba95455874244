//! The columns of the record. Names and types are a public format: changing them means a new version.
//!
//! A part with an id (a user, a group, …) is present where its id is not null; its empty names are null.
//! `changes` is a JSON array of `{field, before?, after?}`, `metadata` a JSON object. `target_…` are the chief target's,
//! `more_targets` a JSON array of the others. `recorded_by_kind` is null in rows that do not state it. `leaf` is the leaf hash of a row
//! that was rewritten and so no longer yields it. `digests` are those of values that are gone, with which a row yields its
//! leaf: of each its place among the persons named in it, 4 bytes big-endian, and the 32 bytes
//! ([`activity::canonical::KeptDigest`]). What is new in version 2: several targets, recorders and more; in 3: `digests`.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// The version of these columns, in the file's metadata under [`VERSION_KEY`].
pub(crate) const VERSION: u8 = 3;
pub(crate) const VERSION_KEY: &str = "whodid.record.version";

pub(crate) const SEQ: &str = "seq";
pub(crate) const OCCURRED_AT: &str = "occurred_at";
pub(crate) const RECORDED_AT: &str = "recorded_at";
pub(crate) const LEAF: &str = "leaf";
pub(crate) const DIGESTS: &str = "digests";

/// The text columns, in file order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Activity,
    Outcome,
    Reason,
    UserId,
    UserName,
    UserUsername,
    UserEmail,
    ByKind,
    ById,
    ByName,
    ByUsername,
    ByEmail,
    TargetKind,
    TargetId,
    TargetName,
    TargetUsername,
    TargetEmail,
    GroupId,
    GroupName,
    ApplicationId,
    ApplicationName,
    Ip,
    Device,
    UserAgent,
    Country,
    Description,
    Changes,
    Metadata,
    ExternalId,
    Severity,
    Place,
    TraceId,
    MoreTargets,
    Raw,
    RecordedByKind,
    RecordedById,
    RecordedByName,
    RecordedByIp,
}

impl Text {
    /// How many of them version 1 had.
    const OF_VERSION_1: usize = 29;

    pub(crate) const ALL: [(Self, &'static str); 38] = [
        (Self::Activity, "activity"),
        (Self::Outcome, "outcome"),
        (Self::Reason, "reason"),
        (Self::UserId, "user_id"),
        (Self::UserName, "user_name"),
        (Self::UserUsername, "user_username"),
        (Self::UserEmail, "user_email"),
        (Self::ByKind, "by_kind"),
        (Self::ById, "by_id"),
        (Self::ByName, "by_name"),
        (Self::ByUsername, "by_username"),
        (Self::ByEmail, "by_email"),
        (Self::TargetKind, "target_kind"),
        (Self::TargetId, "target_id"),
        (Self::TargetName, "target_name"),
        (Self::TargetUsername, "target_username"),
        (Self::TargetEmail, "target_email"),
        (Self::GroupId, "group_id"),
        (Self::GroupName, "group_name"),
        (Self::ApplicationId, "application_id"),
        (Self::ApplicationName, "application_name"),
        (Self::Ip, "ip"),
        (Self::Device, "device"),
        (Self::UserAgent, "user_agent"),
        (Self::Country, "country"),
        (Self::Description, "description"),
        (Self::Changes, "changes"),
        (Self::Metadata, "metadata"),
        (Self::ExternalId, "external_id"),
        (Self::Severity, "severity"),
        (Self::Place, "place"),
        (Self::TraceId, "trace_id"),
        (Self::MoreTargets, "more_targets"),
        (Self::Raw, "raw"),
        (Self::RecordedByKind, "recorded_by_kind"),
        (Self::RecordedById, "recorded_by_id"),
        (Self::RecordedByName, "recorded_by_name"),
        (Self::RecordedByIp, "recorded_by_ip"),
    ];

    /// The field whose text it is, where the field is one text.
    pub(crate) fn field(self) -> Option<activity::Field> {
        use activity::Field;
        Some(match self {
            Self::Reason => Field::Reason,
            Self::Device => Field::Device,
            Self::UserAgent => Field::UserAgent,
            Self::Country => Field::Country,
            Self::Place => Field::Place,
            Self::TraceId => Field::TraceId,
            Self::Description => Field::Description,
            Self::ExternalId => Field::ExternalId,
            Self::Raw => Field::Raw,
            _ => return None,
        })
    }

    /// The text columns of a version, from the first.
    pub(crate) fn of_version(version: u8) -> &'static [(Self, &'static str)] {
        if version == 1 {
            &Self::ALL[..Self::OF_VERSION_1]
        } else {
            &Self::ALL
        }
    }
}

/// The columns in front of the text columns.
pub(crate) const NUMBERS: usize = 3;

/// The columns of this version of the record.
pub(crate) fn schema(version: u8) -> SchemaRef {
    let time = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let mut fields = vec![
        Field::new(SEQ, DataType::UInt64, false),
        Field::new(OCCURRED_AT, time(), false),
        Field::new(RECORDED_AT, time(), false),
    ];
    fields.extend(Text::of_version(version).iter().map(|(text, name)| {
        let always = matches!(text, Text::Activity | Text::Outcome | Text::ByKind);
        Field::new(*name, DataType::Utf8, !always)
    }));
    fields.push(Field::new(LEAF, DataType::FixedSizeBinary(32), true));
    if version >= 3 {
        fields.push(Field::new(DIGESTS, DataType::Binary, true));
    }
    Arc::new(Schema::new(fields))
}
