//! What was kept long enough: which activities that are, as a question that every part of the log answers. Owns what goes;
//! hiding it is the reader's, and taking it out of files the ledger's.

use std::sync::Arc;

use activity::Heading;
use activity::query::{AtRange, Bound, ByPattern, Entity, Expr, IdRange, KindPattern, RecorderPattern, Term};
use activity::{Activity, REMOVED, RecorderKind, Seq, Time};
use store::log::retention::{Run, Stage};
use volume::Glance;

/// What goes of a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Of which.
    pub heading: Heading,
    /// Whatever was recorded before.
    pub before: Time,
}

/// What is to go, and whose activities stay all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// What goes, of each heading once.
    pub cuts: Vec<Cut>,
    /// Ids of persons on hold: whatever names one of them stays.
    pub held: Vec<String>,
}

/// What is being removed.
#[derive(Debug)]
pub(crate) struct Pruning {
    /// Activities from here on stay.
    end: Seq,
    /// So do those that were recorded from here on.
    until: Time,
    /// What of a heading may go.
    cuts: Vec<Cut>,
    /// Whether imports are undone.
    has_imports: bool,
    what: Expr,
    /// What all others meet, and what those do that are not removed yet, and both.
    others: Arc<Expr>,
    unremoved: Arc<Expr>,
    left: Arc<Expr>,
}

impl Default for Pruning {
    fn default() -> Self {
        Self::of_runs(&[])
    }
}

impl Cut {
    /// What is met by what it takes, were nothing on hold.
    pub(crate) fn expr(&self) -> Expr {
        let before = AtRange {
            from: None,
            to: Some(Bound::Instant(self.before)),
        };
        self.heading.expr().and(Term::Recorded(vec![before]).into())
    }
}

/// Who asks for a run of retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionBy<'a> {
    /// Their id.
    pub id: &'a str,
    /// Their name.
    pub name: &'a str,
}

/// What is met by all that the import of this number recorded.
pub(crate) fn of_import(id: u64) -> Expr {
    let recorder = RecorderPattern::Named(RecorderKind::Import, Entity::Id(id.to_string()));
    Term::Reported(vec![recorder]).into()
}

/// What is met by whatever names one of these persons, as user, doer or target.
pub(crate) fn naming(persons: &[String]) -> Expr {
    if persons.is_empty() {
        return Expr::nothing();
    }
    let ids = || persons.iter().map(|id| Entity::Id(id.clone()));
    Expr::from(Term::User(ids().collect()))
        .or(Term::By(ids().map(ByPattern::Is).collect()).into())
        .or(Term::Target(ids().collect()).into())
}

impl Pruning {
    /// That of these runs, as far as volumes are still to be rewritten for them: later it is not known whom they left.
    pub(crate) fn of_runs(runs: &[Run]) -> Self {
        let mut what = Expr::nothing();
        let (mut end, mut until, mut all_cuts) = (0, Time::MIN, Vec::new());
        let mut has_imports = false;
        for run in runs.iter().filter(|run| run.stage == Stage::Volumes && run.seq > 0) {
            let cuts = run.cuts.iter().filter_map(|cut| {
                Some(Cut {
                    heading: Heading::of_word(&cut.heading)?,
                    before: cut.before,
                })
            });
            let below = IdRange {
                from: None,
                to: Some(run.seq - 1),
            };
            let mut of_run = Expr::nothing();
            for cut in cuts {
                of_run = either(of_run, cut.expr());
                until = until.max(cut.before);
                all_cuts.push(cut);
            }
            if let Some(of) = &run.import {
                of_run = either(of_run, of_import(of.id));
                (until, has_imports) = (Time::MAX, true);
            }
            let mut of_run = Expr::from(Term::Id(vec![below])).and(of_run);
            if !run.held.is_empty() {
                of_run = of_run.and(naming(&run.held).negated());
            }
            what = either(what, of_run);
            end = end.max(run.seq);
        }
        let unremoved = Expr::from(Term::Kind(vec![KindPattern::Exact(REMOVED.to_owned())])).negated();
        let others = what.clone().negated();
        Self {
            end,
            until,
            cuts: all_cuts,
            has_imports,
            what,
            left: Arc::new(unremoved.clone().and(others.clone())),
            others: Arc::new(others),
            unremoved: Arc::new(unremoved),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.end == 0
    }

    /// Whether anything goes of a stretch of the log that begins with an activity of this place, recorded then. Guarantee:
    /// none does where this is false, because neither ever decreases along the log.
    pub(crate) fn reaches(&self, first: Seq, recorded_at: Time) -> bool {
        first < self.end && recorded_at < self.until
    }

    /// What goes.
    pub(crate) fn what(&self) -> &Expr {
        &self.what
    }

    /// Whether a row of a record may go. Guarantee: none does where this is false.
    pub(crate) fn may_take(&self, glance: &Glance<'_>) -> bool {
        let heading = Heading::of_kind(glance.kind);
        let takes = |cut: &Cut| cut.heading == heading && glance.recorded_at < cut.before;
        // Which import a row is of is not seen at a glance.
        self.reaches(glance.seq, glance.recorded_at) && (self.has_imports || self.cuts.iter().any(takes))
    }

    /// Whether an activity goes.
    pub(crate) fn takes(&self, activity: &Activity) -> bool {
        self.reaches(activity.seq, activity.recorded_at) && self.what.matches(activity)
    }

    /// What is met by what is left of a stretch of which something goes, or something is removed, or both; `None` if all of
    /// it is.
    pub(crate) fn left(&self, is_cut: bool, has_removed: bool) -> Option<Arc<Expr>> {
        match (is_cut, has_removed) {
            (false, false) => None,
            (true, false) => Some(Arc::clone(&self.others)),
            (false, true) => Some(Arc::clone(&self.unremoved)),
            (true, true) => Some(Arc::clone(&self.left)),
        }
    }
}

/// Either of two, of which the first may be nothing.
fn either(one: Expr, other: Expr) -> Expr {
    if one == Expr::nothing() { other } else { one.or(other) }
}
