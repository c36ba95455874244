//! The values of conditions, and what each accepts. Owns comparison of single values; the tree is in `mod.rs`.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::text::{self, Extent, Phrase};
use crate::{By, Facts, Field, Named, Person, Recorder, RecorderKind, Seq, Target};

/// A value that is compared whole, or by its beginning or a part of it, regardless of case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value(Phrase);

impl Value {
    /// What was typed, of this extent.
    #[must_use]
    pub fn new(phrase: Phrase) -> Self {
        Self(phrase)
    }

    /// Exactly this, regardless of case and accents.
    #[must_use]
    pub fn exact(text: impl Into<String>) -> Self {
        Self(Phrase::new(text, Extent::Whole))
    }

    /// Anything that begins with this, regardless of case and accents.
    #[must_use]
    pub fn prefix(text: impl Into<String>) -> Self {
        Self(Phrase::new(text, Extent::Beginning))
    }

    /// As it was typed, and how it is compared.
    #[must_use]
    pub fn phrase(&self) -> &Phrase {
        &self.0
    }

    /// As it was typed, without quotes and `*`.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.text()
    }

    /// Whether `field` is accepted.
    #[must_use]
    pub fn matches(&self, field: &str) -> bool {
        self.0.is(field)
    }

    /// Whether a name is accepted: by words of it that follow each other, which may be all of it.
    #[must_use]
    pub fn matches_name(&self, name: &str) -> bool {
        match self.0.has_words() {
            true => self.0.is_in(name),
            false => self.0.is(name),
        }
    }
}

/// One or more words that follow each other in one text field, the last possibly as a beginning; or any part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    phrase: Phrase,
    ip: Option<IpAddr>,
    /// Whether an address as text could hold them.
    like_address: bool,
}

impl Words {
    /// The words of a phrase; `None` if it has no letter and no digit.
    #[must_use]
    pub fn new(phrase: Phrase) -> Option<Self> {
        if !phrase.has_words() {
            return None;
        }
        let ip = match phrase.extent() {
            Extent::Whole => phrase.text().parse::<IpAddr>().ok().map(|ip| ip.to_canonical()),
            Extent::Beginning | Extent::Part => None,
        };
        let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let like_address = phrase.pieces().all(|piece| hex(piece.text));
        Some(Self {
            phrase,
            ip,
            like_address,
        })
    }

    /// As they were typed, and how they are compared.
    #[must_use]
    pub fn phrase(&self) -> &Phrase {
        &self.phrase
    }

    /// As they were typed, without quotes and `*`.
    #[must_use]
    pub fn text(&self) -> &str {
        self.phrase.text()
    }

    /// The address these words are, which also matches the `ip` field however it is written.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// Whether one text holds them one after the other.
    #[must_use]
    pub fn matches_text(&self, field: &str) -> bool {
        self.phrase.is_in(field)
    }

    /// Whether any text field of an activity holds them, or its address is the one they are.
    #[must_use]
    pub fn matches(&self, facts: &Facts) -> bool {
        if self.ip.is_some() && self.ip == facts.ip {
            return true;
        }
        text::any_text(facts, |field| self.matches_text(field))
            || (self.like_address && text::any_address(facts, |field| self.matches_text(field)))
    }

    /// Whether an address as text could hold them.
    #[must_use]
    pub fn are_like_address(&self) -> bool {
        self.like_address
    }
}

/// A person, group, application or other thing, named in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entity {
    /// The reader: `user:me`. Gone after binding.
    Me,
    /// Exactly this id and nothing else: `user:=usr_…`.
    Id(String),
    /// The id, username or e-mail address, or words of the name.
    Is(Value),
}

impl Entity {
    /// Whether a person is meant.
    #[must_use]
    pub fn matches_person(&self, person: &Person) -> bool {
        self.any([&person.id, &person.username, &person.email], &person.name)
    }

    /// Whether a group or application is meant.
    #[must_use]
    pub fn matches_named(&self, named: &Named) -> bool {
        self.any([&named.id], &named.name)
    }

    /// Whether a target is meant.
    #[must_use]
    pub fn matches_target(&self, target: &Target) -> bool {
        self.any([&target.id, &target.username, &target.email], &target.name)
    }

    /// The id comes first and is compared even if it is empty. Ids, usernames and addresses are each one word of a
    /// machine's, and are meant whole; a name is many people's, and is found by its words.
    fn any<const N: usize>(&self, ids: [&String; N], name: &str) -> bool {
        match self {
            Self::Me => false,
            Self::Id(wanted) => ids.first().is_some_and(|id| *id == wanted),
            Self::Is(value) => {
                let is = |(nth, id): (usize, &&String)| (nth == 0 || !id.is_empty()) && value.matches(id);
                ids.iter().enumerate().any(is) || (!name.is_empty() && value.matches_name(name))
            }
        }
    }
}

/// A sort of doer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByKind {
    /// The user of the activity.
    Themself,
    /// An administrator.
    Administrator,
    /// Another person of this installation.
    Member,
    /// Somebody of the reporting system.
    Person,
    /// A program.
    Application,
    /// The system.
    System,
}

impl ByKind {
    /// Every sort, with the word for it in a query and in JSON.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("self", Self::Themself),
        ("administrator", Self::Administrator),
        ("member", Self::Member),
        ("person", Self::Person),
        ("application", Self::Application),
        ("system", Self::System),
    ];

    /// The word for it in a query and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Themself => "self",
            Self::Administrator => "administrator",
            Self::Member => "member",
            Self::Person => "person",
            Self::Application => "application",
            Self::System => "system",
        }
    }

    /// The sort of a doer.
    #[must_use]
    pub fn of(by: &By) -> Self {
        match by {
            By::Themself => Self::Themself,
            By::Administrator(_) => Self::Administrator,
            By::Member(_) => Self::Member,
            By::Person(_) => Self::Person,
            By::Application(_) => Self::Application,
            By::System => Self::System,
        }
    }
}

/// Who did it, in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByPattern {
    /// `by:self`, `by:system`, …
    Kind(ByKind),
    /// A person or program. Somebody who acted on their own account is found by their own name too.
    Is(Entity),
}

impl ByPattern {
    /// Whether this doer is meant; `user` is the activity's user, who is the doer of `By::Themself`.
    #[must_use]
    pub fn matches(&self, by: &By, user: Option<&Person>) -> bool {
        match (self, by) {
            (Self::Kind(kind), by) => *kind == ByKind::of(by),
            (Self::Is(entity), By::Administrator(person) | By::Member(person) | By::Person(person)) => {
                entity.matches_person(person)
            }
            (Self::Is(entity), By::Application(named)) => entity.matches_named(named),
            (Self::Is(entity), By::Themself) => user.is_some_and(|user| entity.matches_person(user)),
            (Self::Is(_), By::System) => false,
        }
    }
}

/// An activity type, or all that begin so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KindPattern {
    /// `activity:user.login`
    Exact(String),
    /// `activity:user.*`: the code begins with this.
    Prefix(String),
    /// `activity:*login*`: the code has this in it.
    Part(String),
}

impl KindPattern {
    /// Whether a code is meant. Codes are lower case; patterns are made so.
    #[must_use]
    pub fn matches(&self, code: &str) -> bool {
        match self {
            Self::Exact(wanted) => wanted == code,
            Self::Prefix(head) => code.starts_with(head.as_str()),
            Self::Part(part) => code.contains(part.as_str()),
        }
    }
}

/// An address or a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpPattern {
    /// One address, never IPv4-mapped.
    Exact(IpAddr),
    /// A network, host bits zero; `10.1.*` becomes one.
    Net(IpNet),
}

impl IpPattern {
    /// Whether an address is meant.
    #[must_use]
    pub fn matches(&self, ip: IpAddr) -> bool {
        match self {
            Self::Exact(wanted) => *wanted == ip,
            Self::Net(net) => net.contains(&ip),
        }
    }
}

/// What may be present: `has:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Present {
    /// `has:target`: one of [`Field::optional`].
    Field(Field),
    /// `has:metadata.KEY`
    MetadataKey(String),
}

impl Present {
    /// Whether an activity has it.
    #[must_use]
    pub fn is_in(&self, facts: &Facts) -> bool {
        match self {
            Self::Field(field) => field.is_in(facts),
            Self::MetadataKey(key) => facts.metadata.contains_key(key),
        }
    }
}

/// Who recorded it: `reported:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecorderPattern {
    /// `reported:whodid`, `reported:key`, …
    Kind(RecorderKind),
    /// `reported:key:NAME`: this sort, by id or name.
    Named(RecorderKind, Entity),
    /// `reported:NAME`: any sort, by id or name.
    Is(Entity),
}

impl RecorderPattern {
    /// The sorts with their words in a query.
    pub const WORDS: [(&'static str, RecorderKind); 5] = [
        ("whodid", RecorderKind::Whodid),
        ("key", RecorderKind::ApiKey),
        ("application", RecorderKind::Application),
        ("import", RecorderKind::Import),
        ("unstated", RecorderKind::Unstated),
    ];

    /// The word of a sort in a query.
    #[must_use]
    pub fn word(kind: RecorderKind) -> &'static str {
        let known = Self::WORDS.iter().find(|(_, known)| *known == kind);
        known.map_or("", |(word, _)| word)
    }

    /// Whether this recorder is meant.
    #[must_use]
    pub fn matches(&self, recorder: &Recorder) -> bool {
        let named = |entity: &Entity| {
            let reporter = recorder.reporter();
            reporter.is_some_and(|reporter| entity.any([&reporter.id], &reporter.name))
        };
        match self {
            Self::Kind(kind) => recorder.kind() == *kind,
            Self::Named(kind, entity) => recorder.kind() == *kind && named(entity),
            Self::Is(entity) => named(entity),
        }
    }
}

/// Sequence numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// The least, if there is one.
    pub from: Option<Seq>,
    /// The greatest, if there is one.
    pub to: Option<Seq>,
}

impl IdRange {
    /// Whether a sequence number is meant.
    #[must_use]
    pub fn contains(&self, seq: Seq) -> bool {
        self.from.is_none_or(|from| from <= seq) && self.to.is_none_or(|to| seq <= to)
    }
}
