//! The dictionary columns of the index: each holds one part of an activity as one text, present in every document.
//! Owns how a part becomes a text and comes back; both must lose nothing, for rows are rebuilt from them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use activity::{By, Facts, Field, Named, Outcome, Person, Recorder, Severity, Target};

mod text;

use text::{
    END, all_fields, by, escape, list, person, read_named, read_person, read_recorder, read_target, recorder, target,
    text, texts,
};
pub(crate) use text::{ip_text, recorder_head, recorder_prefixes};

/// A part of an activity that repeats, and so is kept in a dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Kind,
    Outcome,
    Reason,
    User,
    By,
    Target,
    Group,
    Application,
    Ip,
    Device,
    UserAgent,
    Country,
    Place,
    Trace,
    Severity,
    /// The targets behind the chief one.
    MoreTargets,
    Recorder,
}

/// One dictionary value, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Absent,
    Kind(Arc<str>),
    Outcome(Outcome),
    Text(String),
    Person(Person),
    By(By),
    Target(Target),
    Targets(Vec<Target>),
    Named(Named),
    Ip(IpAddr),
    Severity(Severity),
    Recorder(Recorder),
}

/// The text of a part that is absent. Everything present begins with another character.
pub(crate) const ABSENT: &str = "0";
pub(crate) const PRESENT: char = '1';

impl Column {
    pub(crate) const ALL: [Self; 17] = [
        Self::Kind,
        Self::Outcome,
        Self::Reason,
        Self::User,
        Self::By,
        Self::Target,
        Self::Group,
        Self::Application,
        Self::Ip,
        Self::Device,
        Self::UserAgent,
        Self::Country,
        Self::Place,
        Self::Trace,
        Self::Severity,
        Self::MoreTargets,
        Self::Recorder,
    ];

    /// The field of the index.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Outcome => "outcome",
            Self::Reason => "reason",
            Self::User => "user",
            Self::By => "by",
            Self::Target => "target",
            Self::Group => "group",
            Self::Application => "application",
            Self::Ip => "ip",
            Self::Device => "device",
            Self::UserAgent => "user_agent",
            Self::Country => "country",
            Self::Place => "place",
            Self::Trace => "trace",
            Self::Severity => "severity",
            Self::MoreTargets => "more_targets",
            Self::Recorder => "recorder",
        }
    }

    /// Whether documents are listed by value. A user agent is asked for so rarely that its column will do.
    pub(crate) fn is_listed(self) -> bool {
        self != Self::UserAgent
    }

    /// The letter in front of its words in the field of words; `None` if full text does not look at it.
    pub(crate) fn letter(self) -> Option<char> {
        match self {
            Self::Reason => Some('r'),
            Self::User => Some('u'),
            Self::By => Some('b'),
            Self::Target => Some('t'),
            Self::Group => Some('g'),
            Self::Application => Some('a'),
            Self::Device => Some('d'),
            Self::Place => Some('l'),
            Self::Trace => Some('i'),
            Self::MoreTargets => Some('o'),
            Self::Recorder => Some('k'),
            Self::UserAgent => Some('e'),
            Self::Ip => Some('p'),
            Self::Severity | Self::Kind | Self::Outcome | Self::Country => None,
        }
    }

    /// Writes this part of `facts` as text.
    pub(crate) fn encode(self, facts: &Facts, out: &mut String) {
        out.clear();
        let wrote = match self {
            Self::Kind => text(Some(&facts.kind), out),
            Self::Outcome => text(Some(facts.outcome.word()), out),
            Self::User => facts.user.as_ref().map(|user| list(PRESENT, person(user), out)),
            Self::By => by(&facts.by, out),
            Self::Target => facts.target().map(|first| list(PRESENT, target(first), out)),
            Self::MoreTargets => facts.targets.get(1..).filter(|more| !more.is_empty()).map(|more| {
                out.push(PRESENT);
                more.iter().for_each(|each| texts(target(each), out));
            }),
            Self::Group => facts
                .group
                .as_ref()
                .map(|group| list(PRESENT, [&group.id, &group.name], out)),
            Self::Application => facts
                .application
                .as_ref()
                .map(|it| list(PRESENT, [&it.id, &it.name], out)),
            Self::Ip => facts.ip.map(|ip| out.push_str(&ip_text(ip))),
            Self::Severity => text(facts.severity.map(Severity::word), out),
            Self::Recorder => recorder(&facts.recorder, out),
            Self::Reason | Self::Device | Self::UserAgent | Self::Country | Self::Place | Self::Trace => {
                text(self.field().and_then(|field| field.text(facts)), out)
            }
        };
        if wrote.is_none() {
            out.push_str(ABSENT);
        }
    }

    /// Reads what [`Column::encode`] wrote; `None` if it cannot have.
    pub(crate) fn decode(self, encoded: &str) -> Option<Part> {
        if encoded == ABSENT {
            return Some(Part::Absent);
        }
        let mut chars = encoded.chars();
        let (head, rest) = (chars.next()?, chars.as_str());
        Some(match self {
            Self::Kind => Part::Kind(rest.into()),
            Self::Outcome => Part::Outcome(Outcome::of_word(rest)?),
            Self::Severity => Part::Severity(Severity::of_word(rest)?),
            Self::Recorder => Part::Recorder(read_recorder(head, rest)?),
            Self::Reason | Self::Device | Self::UserAgent | Self::Country | Self::Place | Self::Trace => {
                Part::Text(rest.to_owned())
            }
            Self::User => Part::Person(read_person(rest)?),
            Self::By => Part::By(match head {
                's' => By::Themself,
                'y' => By::System,
                'a' => By::Administrator(read_person(rest)?),
                'm' => By::Member(read_person(rest)?),
                'n' => By::Person(read_person(rest)?),
                'p' => By::Application(read_named(rest)?),
                _ => return None,
            }),
            Self::Target => Part::Target(read_target(&all_fields(rest)?)?),
            Self::MoreTargets => {
                let fields = all_fields(rest)?;
                Part::Targets(fields.chunks(5).map(read_target).collect::<Option<_>>()?)
            }
            Self::Group | Self::Application => Part::Named(read_named(rest)?),
            Self::Ip => Part::Ip(match head {
                '4' => Ipv4Addr::from(u32::from_str_radix(rest, 16).ok()?).into(),
                '6' => Ipv6Addr::from(u128::from_str_radix(rest, 16).ok()?).into(),
                _ => return None,
            }),
        })
    }

    /// What the texts of all parts with this id begin with.
    pub(crate) fn id_prefixes(self, id: &str) -> Vec<String> {
        let heads: &[char] = if self == Self::By {
            &['a', 'm', 'n', 'p']
        } else {
            &[PRESENT]
        };
        let prefix = |head: &char| {
            let mut text = String::from(*head);
            escape(id, &mut text);
            text.push(END);
            text
        };
        heads.iter().map(prefix).collect()
    }

    /// The field whose text it is, where it is one text.
    fn field(self) -> Option<Field> {
        match self {
            Self::Reason => Some(Field::Reason),
            Self::Device => Some(Field::Device),
            Self::UserAgent => Some(Field::UserAgent),
            Self::Country => Some(Field::Country),
            Self::Place => Some(Field::Place),
            Self::Trace => Some(Field::TraceId),
            _ => None,
        }
    }

    /// Puts a part into `facts`, which has nothing there yet.
    pub(crate) fn put(self, part: &Part, facts: &mut Facts) {
        match (self, part) {
            (Self::Kind, Part::Kind(kind)) => facts.kind = Arc::clone(kind),
            (Self::Outcome, Part::Outcome(outcome)) => facts.outcome = *outcome,
            (column, Part::Text(text)) => {
                if let Some(slot) = column.field().and_then(|field| field.text_mut(facts)) {
                    *slot = Some(text.clone());
                }
            }
            (Self::Severity, Part::Severity(severity)) => facts.severity = Some(*severity),
            (Self::Recorder, Part::Recorder(recorder)) => facts.recorder = recorder.clone(),
            (Self::User, Part::Person(user)) => facts.user = Some(user.clone()),
            (Self::By, Part::By(by)) => facts.by = by.clone(),
            // The chief one comes first whichever of the two columns is read first.
            (Self::Target, Part::Target(target)) => facts.targets.insert(0, target.clone()),
            (Self::MoreTargets, Part::Targets(more)) => facts.targets.extend_from_slice(more),
            (Self::Group, Part::Named(group)) => facts.group = Some(group.clone()),
            (Self::Application, Part::Named(application)) => facts.application = Some(application.clone()),
            (Self::Ip, Part::Ip(ip)) => facts.ip = Some(*ip),
            _ => {}
        }
    }
}

impl Part {
    /// Whether `test` holds for any of its texts that full text looks at.
    pub(crate) fn any_text(&self, mut test: impl FnMut(&str) -> bool) -> bool {
        let mut any = |texts: &[&String]| texts.iter().any(|text| test(text));
        match self {
            Self::Absent
            | Self::Kind(_)
            | Self::Outcome(_)
            | Self::Severity(_)
            | Self::By(By::Themself | By::System) => false,
            Self::Text(text) => any(&[text]),
            Self::Person(person) | Self::By(By::Administrator(person) | By::Member(person) | By::Person(person)) => {
                any(&[&person.id, &person.name, &person.username, &person.email])
            }
            Self::Named(named) | Self::By(By::Application(named)) => any(&[&named.id, &named.name]),
            Self::Target(target) => any(&[&target.id, &target.name, &target.username, &target.email]),
            Self::Targets(targets) => {
                (targets.iter()).any(|target| any(&[&target.id, &target.name, &target.username, &target.email]))
            }
            Self::Recorder(recorder) => {
                (recorder.reporter()).is_some_and(|reporter| any(&[&reporter.id, &reporter.name]))
            }
            Self::Ip(ip) => test(&ip.to_string()),
        }
    }

    /// Roughly the bytes it takes in memory.
    pub(crate) fn weight(&self) -> usize {
        let mut texts = match self {
            Self::Kind(kind) => kind.len(),
            Self::Target(target) => target.kind.len(),
            _ => 0,
        };
        self.any_text(|text| {
            texts += text.len();
            false
        });
        size_of::<Self>() + texts + 64
    }
}
