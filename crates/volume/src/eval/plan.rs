//! Compiling a bound query for one index: every condition becomes lists, value sets and ranges of that index.
//! A condition on a dictionary column is decided on the dictionary's values by the very functions that the in-memory
//! evaluator uses, so the two cannot disagree.

use std::ops::Range;
use std::sync::Arc;

use activity::query::{
    AtRange, Bound, ByKind, ByPattern, Entity, Expr, IdRange, IpPattern, Present, RecorderPattern, Term, Value, Words,
};
use activity::text::Extent;
use activity::{By, Field, Seq};
use tantivy::columnar::ColumnValues;

use super::combine::{all_of, any_of, none_of};
use super::node::{Node, OrdSet};
use super::words;
use crate::index::column::{ABSENT, Column, Part, ip_text, recorder_head};
use crate::index::open::{OpenColumn, OpenIndex};
use crate::index::schema::mark;
use crate::query::{Deadline, Query};
use crate::times::TimeMap;

/// Up to this many values, reading the whole dictionary is quicker than anything else.
const SMALL: usize = if cfg!(test) { 2 } else { 32 };
/// Up to this many lists are read; beyond, documents' values are compared.
pub(super) const MANY_LISTS: usize = if cfg!(test) { 4 } else { 256 };

/// Values decoded between two looks at the clock.
const VALUES: usize = 4096;

/// What a query is compiled for.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) index: &'a OpenIndex,
    pub(crate) times: &'a TimeMap,
    pub(crate) first_seq: Seq,
}

/// Compiles a query for these activities.
pub(crate) fn compile(source: Source<'_>, query: &Query) -> std::io::Result<Node> {
    Compiler::new(source, &query.deadline).expr(&query.expr)
}

/// The documents of these activities whose value in `column` is one of these, ascending.
pub(crate) fn having(source: Source<'_>, column: Column, ords: &[u64], deadline: &Deadline) -> std::io::Result<Node> {
    Compiler::new(source, deadline).values(column, ords)
}

pub(super) struct Compiler<'a> {
    pub(super) index: &'a OpenIndex,
    times: &'a TimeMap,
    first_seq: Seq,
    /// Looked at before every condition and every value.
    pub(super) deadline: &'a Deadline,
}

impl<'a> Compiler<'a> {
    fn new(source: Source<'a>, deadline: &'a Deadline) -> Self {
        Self {
            index: source.index,
            times: source.times,
            first_seq: source.first_seq,
            deadline,
        }
    }

    fn expr(&self, expr: &Expr) -> std::io::Result<Node> {
        self.deadline.check()?;
        Ok(match expr {
            Expr::All => Node::All,
            Expr::And(all) => {
                let nodes = all.iter().map(|each| self.expr(each));
                all_of(nodes.collect::<std::io::Result<Vec<_>>>()?)
            }
            Expr::Or(any) => any_of(any.iter().map(|each| self.expr(each)).collect::<std::io::Result<_>>()?),
            Expr::Not(inner) => none_of(self.expr(inner)?),
            Expr::Term(term) => self.term(term)?,
        })
    }

    fn term(&self, term: &Term) -> std::io::Result<Node> {
        match term {
            Term::Text(words) => self.text(words),
            Term::Kind(kinds) => self.dictionary(Column::Kind, |part| match part {
                Part::Kind(code) => kinds.iter().any(|kind| kind.matches(code)),
                _ => false,
            }),
            Term::Outcome(outcomes) => self.dictionary(Column::Outcome, |part| match part {
                Part::Outcome(outcome) => outcomes.contains(outcome),
                _ => false,
            }),
            Term::Severity(severities) => self.dictionary(Column::Severity, |part| match part {
                Part::Severity(severity) => severities.contains(severity),
                _ => false,
            }),
            Term::User(users) => self.entities(Column::User, users),
            Term::Target(targets) => Ok(any_of(vec![
                self.entities(Column::Target, targets)?,
                self.entities(Column::MoreTargets, targets)?,
            ])),
            Term::Group(groups) => self.entities(Column::Group, groups),
            Term::Application(applications) => self.entities(Column::Application, applications),
            Term::By(doers) => self.any_node(doers, |doer| self.by(doer)),
            Term::Device(devices) => self.worded(Column::Device, devices),
            Term::UserAgent(agents) => self.worded(Column::UserAgent, agents),
            Term::Place(places) => self.worded(Column::Place, places),
            Term::Trace(traces) => self.texts(Column::Trace, traces),
            Term::Country(countries) => self.dictionary(Column::Country, |part| match part {
                Part::Text(country) => countries.iter().any(|each| each.eq_ignore_ascii_case(country)),
                _ => false,
            }),
            Term::Ip(addresses) => self.any_node(addresses, |address| self.ip(*address)),
            Term::Reason(reasons) => self.texts(Column::Reason, reasons),
            Term::Metadata { key, values } => self.any_node(values, |value| self.metadata(key, value)),
            Term::Has(fields) => self.any_node(fields, |field| self.has(field)),
            Term::Id(ranges) => Ok(self.ids(ranges)),
            Term::At(ranges) => Ok(self.occurred(ranges)),
            Term::Recorded(ranges) => Ok(times(&self.index.recorded, ranges)),
            Term::Reported(recorders) => self.any_node(recorders, |recorder| self.reported(recorder)),
        }
    }

    fn any_node<T>(&self, values: &[T], mut node: impl FnMut(&T) -> std::io::Result<Node>) -> std::io::Result<Node> {
        let mut each = |value| {
            self.deadline.check()?;
            node(value)
        };
        Ok(any_of(values.iter().map(&mut each).collect::<std::io::Result<_>>()?))
    }

    /// The documents whose text in `column` holds any of these words.
    fn worded(&self, column: Column, any: &[Words]) -> std::io::Result<Node> {
        self.any_node(any, |words| self.values(column, &self.holding(column, words)?))
    }

    /// The documents whose text in `column` is any of these.
    fn texts(&self, column: Column, any: &[Value]) -> std::io::Result<Node> {
        self.any_node(any, |value| {
            let accept = |part: &Part| matches!(part, Part::Text(text) if value.matches(text));
            self.values(column, &self.named(column, value, accept)?)
        })
    }

    fn reported(&self, pattern: &RecorderPattern) -> std::io::Result<Node> {
        let accept = |part: &Part| matches!(part, Part::Recorder(recorder) if pattern.matches(recorder));
        let ords = match pattern {
            RecorderPattern::Kind(kind) => {
                let head = recorder_head(*kind).to_string();
                self.index.column(Column::Recorder).ords_from(&head)?.collect()
            }
            RecorderPattern::Named(_, Entity::Is(value)) | RecorderPattern::Is(Entity::Is(value)) => {
                self.named(Column::Recorder, value, accept)?
            }
            RecorderPattern::Named(..) | RecorderPattern::Is(_) => {
                self.index.column(Column::Recorder).ords_where(self.deadline, accept)?
            }
        };
        self.values(Column::Recorder, &ords)
    }

    /// The documents whose value in `column` is one of these, ascending.
    pub(super) fn values(&self, column: Column, ords: &[u64]) -> std::io::Result<Node> {
        let column = self.index.column(column);
        Ok(match column.listed() {
            _ if ords.is_empty() => Node::Nothing,
            Some(listed) if ords.len() <= MANY_LISTS => Node::Lists {
                index: Arc::clone(listed),
                infos: OpenColumn::infos(listed, ords)?,
            },
            _ => Node::Values {
                ords: column.shared_ords(),
                set: OrdSet::new(column.terms(), ords),
            },
        })
    }

    fn dictionary(&self, column: Column, accept: impl FnMut(&Part) -> bool) -> std::io::Result<Node> {
        self.values(column, &self.index.column(column).ords_where(self.deadline, accept)?)
    }

    fn entities(&self, column: Column, entities: &[Entity]) -> std::io::Result<Node> {
        let mut ords = Vec::new();
        for entity in entities {
            self.deadline.check()?;
            ords.extend(self.entity(column, entity)?);
        }
        ords.sort_unstable();
        ords.dedup();
        self.values(column, &ords)
    }

    /// The values of `column` that this entity means.
    fn entity(&self, column: Column, entity: &Entity) -> std::io::Result<Vec<u64>> {
        match entity {
            Entity::Me => Ok(Vec::new()),
            // Only the first of several begins with its id.
            Entity::Id(id) if column == Column::MoreTargets => {
                self.named(column, &Value::exact(id.clone()), |part| means(entity, part))
            }
            Entity::Id(id) => {
                let mut ords = Vec::new();
                for prefix in column.id_prefixes(id) {
                    ords.extend(self.index.column(column).ords_from(&prefix)?);
                }
                Ok(ords)
            }
            Entity::Is(value) => self.named(column, value, |part| means(entity, part)),
        }
    }

    /// The values of `column` that `accept` holds for, all of which have a text that is, or holds, what `value` asks for.
    fn named(&self, column: Column, value: &Value, accept: impl Fn(&Part) -> bool) -> std::io::Result<Vec<u64>> {
        let (open, phrase) = (self.index.column(column), value.phrase());
        if phrase.extent() == Extent::Part {
            return open.ords_that(self.deadline, |encoded| words::may_hold(encoded, phrase), accept);
        }
        match column.letter() {
            Some(letter) if open.terms() > SMALL && phrase.has_words() => {
                let candidates = self.mentioned(column, letter, phrase)?;
                self.accepted(column, &candidates, accept)
            }
            _ => open.ords_where(self.deadline, accept),
        }
    }

    /// Those of `ords` whose value is accepted.
    pub(super) fn accepted(
        &self,
        column: Column,
        ords: &[u64],
        accept: impl Fn(&Part) -> bool,
    ) -> std::io::Result<Vec<u64>> {
        let mut accepted = Vec::new();
        for ords in ords.chunks(VALUES) {
            self.deadline.check()?;
            self.index
                .column(column)
                .parts(ords, |ord, part| accepted.extend(accept(&part).then_some(ord)))?;
        }
        Ok(accepted)
    }

    fn by(&self, doer: &ByPattern) -> std::io::Result<Node> {
        let open = self.index.column(Column::By);
        let sort = |kind: ByKind| {
            let head = match kind {
                ByKind::Themself => "s",
                ByKind::Administrator => "a",
                ByKind::Member => "m",
                ByKind::Person => "n",
                ByKind::Application => "p",
                ByKind::System => "y",
            };
            let ords: Vec<u64> = open.ords_from(head)?.collect();
            self.values(Column::By, &ords)
        };
        match doer {
            ByPattern::Kind(kind) => sort(*kind),
            ByPattern::Is(entity) => {
                let others = self.values(Column::By, &self.entity(Column::By, entity)?)?;
                let users = self.values(Column::User, &self.entity(Column::User, entity)?)?;
                let themself = Node::And(vec![users, sort(ByKind::Themself)?]);
                Ok(any_of(vec![others, themself]))
            }
        }
    }

    pub(super) fn ip(&self, address: IpPattern) -> std::io::Result<Node> {
        let open = self.index.column(Column::Ip);
        let ords: Vec<u64> = match address {
            IpPattern::Exact(ip) => open.ord(&ip_text(ip))?.into_iter().collect(),
            IpPattern::Net(net) => {
                let (first, last) = (ip_text(net.network()), ip_text(net.broadcast()));
                open.ords_between(first.as_bytes(), last.as_bytes())?.collect()
            }
        };
        self.values(Column::Ip, &ords)
    }

    fn has(&self, present: &Present) -> std::io::Result<Node> {
        let marked = |term: &str| words::list(&self.index.mark, term);
        let field = match present {
            Present::MetadataKey(key) => return marked(&mark::key(key)),
            Present::Field(field) => *field,
        };
        let column = match field {
            Field::Reason => Column::Reason,
            Field::Severity => Column::Severity,
            Field::User => Column::User,
            Field::Targets => Column::Target,
            Field::Group => Column::Group,
            Field::Application => Column::Application,
            Field::Ip => Column::Ip,
            Field::Device => Column::Device,
            Field::UserAgent => Column::UserAgent,
            Field::Country => Column::Country,
            Field::Place => Column::Place,
            Field::TraceId => Column::Trace,
            Field::Description => return marked(mark::DESCRIPTION),
            Field::Changes => return marked(mark::CHANGES),
            Field::Metadata => return marked(mark::METADATA),
            Field::ExternalId => return marked(mark::EXTERNAL_ID),
            Field::Raw => return marked(mark::RAW),
            Field::Activity | Field::OccurredAt | Field::Outcome | Field::By | Field::Recorder => return Ok(Node::All),
        };
        let absent: Vec<u64> = self.index.column(column).ord(ABSENT)?.into_iter().collect();
        Ok(Node::Not(Box::new(self.values(column, &absent)?)))
    }

    fn occurred(&self, ranges: &[AtRange]) -> Node {
        let ranges = instants(ranges);
        let (first, last) = self.times.bounds();
        if ranges.iter().any(|range| range.start <= first && last < range.end) {
            return Node::All;
        }
        // Times are read only in the blocks that have one in a range.
        let blocks = ranges
            .iter()
            .flat_map(|range| self.times.blocks(range.start, range.end));
        let blocks: Vec<_> = blocks.collect();
        if blocks.is_empty() {
            return Node::Nothing;
        }
        Node::And(vec![
            Node::Docs(blocks),
            Node::Times {
                times: Arc::clone(&self.index.occurred),
                ranges,
            },
        ])
    }

    fn ids(&self, ranges: &[IdRange]) -> Node {
        let docs = u64::from(self.index.docs);
        let doc = |seq: Seq| seq.saturating_sub(self.first_seq).min(docs) as u32;
        let ranges = ranges.iter().map(|range| {
            let end = range.to.map_or(self.index.docs, |to| doc(to.saturating_add(1)));
            range.from.map_or(0, doc)..end
        });
        Node::Docs(ranges.collect())
    }
}

/// Whether the entity means this value, as the evaluator decides it.
fn means(entity: &Entity, part: &Part) -> bool {
    match part {
        Part::Person(person) | Part::By(By::Administrator(person) | By::Member(person) | By::Person(person)) => {
            entity.matches_person(person)
        }
        Part::Named(named) | Part::By(By::Application(named)) => entity.matches_named(named),
        Part::Target(target) => entity.matches_target(target),
        Part::Targets(targets) => targets.iter().any(|target| entity.matches_target(target)),
        _ => false,
    }
}

fn times(times: &Arc<dyn ColumnValues<i64>>, ranges: &[AtRange]) -> Node {
    Node::Times {
        times: Arc::clone(times),
        ranges: instants(ranges),
    }
}

fn instants(ranges: &[AtRange]) -> Vec<Range<i64>> {
    // As the evaluator has it, an end that is not bound contains nothing.
    let instant = |bound: &Option<Bound>, open: i64| match bound {
        None => Some(open),
        Some(bound) => bound.instant().map(|at| at.0),
    };
    let ranges = ranges
        .iter()
        .filter_map(|range| Some(instant(&range.from, i64::MIN)?..instant(&range.to, i64::MAX)?));
    ranges.collect()
}
