//! The fields of an activity, each defined once: its key, what it holds, how much, and whose it is. The codec, the
//! canonical bytes, JSON, limits, `has:`, full text, the index, exports and the documents all read this table.

use crate::Facts;

/// A field of an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The activity type's code.
    Activity,
    /// When it happened.
    OccurredAt,
    /// How it ended.
    Outcome,
    /// Why it ended so.
    Reason,
    /// How grave it is.
    Severity,
    /// Whose log it belongs to.
    User,
    /// Who did it.
    By,
    /// What it was done to.
    Targets,
    /// The group it happened in.
    Group,
    /// The application it happened in.
    Application,
    /// The address it came from.
    Ip,
    /// The device in words.
    Device,
    /// The user agent as sent.
    UserAgent,
    /// The country of the address.
    Country,
    /// Where the address is, in words.
    Place,
    /// The trace it belongs to.
    TraceId,
    /// A sentence of the reporter's.
    Description,
    /// What was changed.
    Changes,
    /// Free-form values.
    Metadata,
    /// The reporter's own id of it.
    ExternalId,
    /// The event as its own system wrote it.
    Raw,
    /// Who put it into the log.
    Recorder,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A code, a time, an outcome or a recorder: every activity has one.
    Always,
    /// A word of a closed set.
    Word,
    /// A text of at most so many bytes.
    Text(usize),
    /// A person.
    Person,
    /// Who did it.
    Doer,
    /// A list of things or people.
    Targets,
    /// A group or an application.
    Named,
    /// An address.
    Address,
    /// A list of changes.
    Changes,
    /// Texts by key.
    Metadata,
}

/// Whose a field's values are, and so what goes when somebody is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// Nobody: it stays.
    Nobody,
    /// The person it names.
    Itself,
    /// Whoever acted: `by`, else the user.
    Doer,
    /// The activity's user, else whoever acted.
    Subject,
    /// The activity's user, else whoever acted, under a digest of its own.
    Apart,
}

/// All that is to be known of a field.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// The field.
    pub field: Field,
    /// Its key in JSON and in `has:`.
    pub key: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whose its values are.
    pub belongs: Belongs,
    /// Whether full text looks at it.
    pub searched: bool,
    /// What it is, in a few words.
    pub says: &'static str,
}

/// The most bytes of one text.
pub const TEXT_BYTES: usize = 8 * 1024;
/// The most bytes of an id or a type's code.
pub const ID_BYTES: usize = 256;
/// The most bytes of the event as its own system wrote it.
pub const RAW_BYTES: usize = 64 * 1024;

const TEXT: Holds = Holds::Text(TEXT_BYTES);

/// Every field, in the order of the enum, which is the order of JSON, the codec and the canonical bytes.
#[rustfmt::skip]
pub const FIELDS: [Info; 22] = [
    info(Field::Activity, "activity", Holds::Always, Belongs::Nobody, "Activity type, such as `user.login`"),
    info(Field::OccurredAt, "occurred_at", Holds::Always, Belongs::Nobody, "When it happened, RFC 3339"),
    info(Field::Outcome, "outcome", Holds::Always, Belongs::Nobody, "How it ended"),
    info(Field::Reason, "reason", TEXT, Belongs::Subject, "Why it ended so, as a short text or code").searched(),
    info(Field::Severity, "severity", Holds::Word, Belongs::Nobody, "How grave it is, as its reporter says"),
    info(Field::User, "user", Holds::Person, Belongs::Itself, "Whose log it belongs to").searched(),
    info(Field::By, "by", Holds::Doer, Belongs::Itself, "Who did it").searched(),
    info(Field::Targets, "targets", Holds::Targets, Belongs::Itself, "What it was done to").searched(),
    info(Field::Group, "group", Holds::Named, Belongs::Nobody, "The group it happened in").searched(),
    info(Field::Application, "application", Holds::Named, Belongs::Nobody, "The application it happened in").searched(),
    info(Field::Ip, "ip", Holds::Address, Belongs::Doer, "The address it came from").searched(),
    info(Field::Device, "device", TEXT, Belongs::Doer, "The device in words").searched(),
    info(Field::UserAgent, "user_agent", TEXT, Belongs::Doer, "The user agent as it was sent").searched(),
    info(Field::Country, "country", Holds::Text(2), Belongs::Doer, "Country of the address, two letters"),
    info(Field::Place, "place", TEXT, Belongs::Doer, "Where the address is, in words").searched(),
    info(Field::TraceId, "trace_id", Holds::Text(ID_BYTES), Belongs::Nobody, "The trace it belongs to").searched(),
    info(Field::Description, "description", TEXT, Belongs::Subject, "A sentence of the reporter's").searched(),
    info(Field::Changes, "changes", Holds::Changes, Belongs::Subject, "What was changed, before and after").searched(),
    info(Field::Metadata, "metadata", Holds::Metadata, Belongs::Subject, "Free-form values by key").searched(),
    info(Field::ExternalId, "external_id", TEXT, Belongs::Subject, "The reporter's own id of it").searched(),
    info(Field::Raw, "raw", Holds::Text(RAW_BYTES), Belongs::Apart, "The event as its own system wrote it"),
    info(Field::Recorder, "recorded_by", Holds::Always, Belongs::Nobody, "Who put it into the log; the log gives it"),
];

const fn info(field: Field, key: &'static str, holds: Holds, belongs: Belongs, says: &'static str) -> Info {
    Info {
        field,
        key,
        holds,
        belongs,
        searched: false,
        says,
    }
}

impl Info {
    const fn searched(mut self) -> Self {
        self.searched = true;
        self
    }
}

impl Field {
    /// All that is to be known of it.
    #[must_use]
    pub fn info(self) -> &'static Info {
        // `FIELDS` is in the order of the enum, which a test holds.
        &FIELDS[self as usize]
    }

    /// Its key in JSON and in `has:`.
    #[must_use]
    pub fn key(self) -> &'static str {
        self.info().key
    }

    /// The word for it in a query, which asks for one target, one trace.
    #[must_use]
    pub fn query_word(self) -> &'static str {
        match self {
            Self::OccurredAt => "at",
            Self::Targets => "target",
            Self::TraceId => "trace",
            Self::Recorder => "reported",
            other => other.key(),
        }
    }

    /// The fields that hold a text, in order.
    pub fn texts() -> impl Iterator<Item = Self> {
        FIELDS
            .iter()
            .filter(|info| matches!(info.holds, Holds::Text(_)))
            .map(|info| info.field)
    }

    /// The fields that may be absent, which `has:` asks for.
    pub fn optional() -> impl Iterator<Item = Self> {
        let always = |info: &&Info| matches!(info.holds, Holds::Always | Holds::Doer);
        FIELDS.iter().filter(move |info| !always(info)).map(|info| info.field)
    }

    /// Its text, where it holds one.
    #[must_use]
    pub fn text(self, facts: &Facts) -> Option<&str> {
        let text = match self {
            Self::Reason => &facts.reason,
            Self::Device => &facts.device,
            Self::UserAgent => &facts.user_agent,
            Self::Country => &facts.country,
            Self::Place => &facts.place,
            Self::TraceId => &facts.trace_id,
            Self::Description => &facts.description,
            Self::ExternalId => &facts.external_id,
            Self::Raw => &facts.raw,
            _ => return None,
        };
        text.as_deref()
    }

    /// Where its text stands, if it holds one.
    pub fn text_mut(self, facts: &mut Facts) -> Option<&mut Option<String>> {
        Some(match self {
            Self::Reason => &mut facts.reason,
            Self::Device => &mut facts.device,
            Self::UserAgent => &mut facts.user_agent,
            Self::Country => &mut facts.country,
            Self::Place => &mut facts.place,
            Self::TraceId => &mut facts.trace_id,
            Self::Description => &mut facts.description,
            Self::ExternalId => &mut facts.external_id,
            Self::Raw => &mut facts.raw,
            _ => return None,
        })
    }

    /// Whether an activity has it.
    #[must_use]
    pub fn is_in(self, facts: &Facts) -> bool {
        match self {
            Self::Activity | Self::OccurredAt | Self::Outcome | Self::By | Self::Recorder => true,
            Self::Severity => facts.severity.is_some(),
            Self::User => facts.user.is_some(),
            Self::Targets => !facts.targets.is_empty(),
            Self::Group => facts.group.is_some(),
            Self::Application => facts.application.is_some(),
            Self::Ip => facts.ip.is_some(),
            Self::Changes => !facts.changes.is_empty(),
            Self::Metadata => !facts.metadata.is_empty(),
            text => text.text(facts).is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum_and_every_text_has_its_place() {
        for (at, info) in FIELDS.iter().enumerate() {
            assert_eq!(info.field as usize, at, "{}", info.key);
        }
        for field in Field::texts() {
            let mut facts = Facts::new("a.b", crate::Time(0));
            assert!(!field.is_in(&facts));
            *field.text_mut(&mut facts).unwrap() = Some("x".into());
            assert_eq!((field.text(&facts), field.is_in(&facts)), (Some("x"), true));
        }
    }
}
