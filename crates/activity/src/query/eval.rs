//! Evaluation of a bound query on an activity in memory. Allocates only where a field is not ASCII or a
//! sentence has names in it.

use super::{Expr, Term};
use crate::Activity;

impl Expr {
    /// Whether an activity matches. The query must be bound: `user:me` and relative times match nothing before.
    #[must_use]
    pub fn matches(&self, activity: &Activity) -> bool {
        match self {
            Self::All => true,
            Self::And(all) => all.iter().all(|each| each.matches(activity)),
            Self::Or(any) => any.iter().any(|each| each.matches(activity)),
            Self::Not(inner) => !inner.matches(activity),
            Self::Term(term) => term.matches(activity),
        }
    }
}

impl Term {
    /// Whether an activity matches this one condition, bound.
    #[must_use]
    pub fn matches(&self, activity: &Activity) -> bool {
        let facts = &activity.facts;
        match self {
            Self::Text(words) => words.matches(facts),
            Self::Kind(kinds) => kinds.iter().any(|kind| kind.matches(&facts.kind)),
            Self::Outcome(outcomes) => outcomes.contains(&facts.outcome),
            Self::Severity(severities) => facts.severity.is_some_and(|severity| severities.contains(&severity)),
            Self::User(users) => facts
                .user
                .as_ref()
                .is_some_and(|user| users.iter().any(|each| each.matches_person(user))),
            Self::By(doers) => doers.iter().any(|each| each.matches(&facts.by, facts.user.as_ref())),
            Self::Target(targets) => {
                (facts.targets.iter()).any(|target| targets.iter().any(|each| each.matches_target(target)))
            }
            Self::Group(groups) => facts
                .group
                .as_ref()
                .is_some_and(|group| groups.iter().any(|each| each.matches_named(group))),
            Self::Application(applications) => (facts.application.as_ref())
                .is_some_and(|application| applications.iter().any(|each| each.matches_named(application))),
            Self::Device(devices) => facts
                .device
                .as_ref()
                .is_some_and(|device| devices.iter().any(|each| each.matches_text(device))),
            Self::UserAgent(agents) => {
                (facts.user_agent.as_ref()).is_some_and(|agent| agents.iter().any(|each| each.matches_text(agent)))
            }
            Self::Place(places) => facts
                .place
                .as_ref()
                .is_some_and(|place| places.iter().any(|each| each.matches_text(place))),
            Self::Trace(traces) => facts
                .trace_id
                .as_ref()
                .is_some_and(|trace| traces.iter().any(|each| each.matches(trace))),
            Self::Country(countries) => (facts.country.as_ref())
                .is_some_and(|country| countries.iter().any(|each| each.eq_ignore_ascii_case(country))),
            Self::Ip(addresses) => facts.ip.is_some_and(|ip| addresses.iter().any(|each| each.matches(ip))),
            Self::Reason(reasons) => facts
                .reason
                .as_ref()
                .is_some_and(|reason| reasons.iter().any(|each| each.matches(reason))),
            Self::Metadata { key, values } => facts
                .metadata
                .get(key)
                .is_some_and(|value| values.iter().any(|each| each.matches(value))),
            Self::Has(fields) => fields.iter().any(|field| field.is_in(facts)),
            Self::Id(ranges) => ranges.iter().any(|range| range.contains(activity.seq)),
            Self::At(ranges) => ranges.iter().any(|range| range.contains(facts.occurred_at)),
            Self::Recorded(ranges) => ranges.iter().any(|range| range.contains(activity.recorded_at)),
            Self::Reported(recorders) => recorders.iter().any(|each| each.matches(&facts.recorder)),
        }
    }
}
