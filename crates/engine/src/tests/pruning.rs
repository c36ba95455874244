//! Keeping activities no longer than they are to be: what goes is found by nobody and in no file, what stays is all there, and
//! every leaf and root stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use activity::Heading;
use activity::query::Expr;
use activity::{Activity, By, Facts, Named, Person, Recorder, Reporter, Target, Time, canonical};
use proptest::prelude::*;

use super::erasing::files_with;
use super::{Bed, START, parse, seqs};
use crate::ledger::rewrite::{Step, Work};
use crate::pruning::naming;
use crate::reader::freeze::Load;
use crate::{Breakdown, Cut, Facet, Order, Removal, Retention, RetentionBy, Search, UndoneImport};

const KINDS: [&str; 5] = [
    "user.login",
    "group.joined",
    "invoice.paid",
    "log.viewed",
    "user.logout",
];
const CUTTABLE: [&str; 4] = ["user", "group", "others", "log"];

/// What nothing else says.
fn canary(n: u64) -> String {
    format!("zqcanary{n}zq")
}

fn person(n: u64) -> Person {
    Person {
        id: format!("usr_{n}"),
        name: format!("Name {n}"),
        ..Person::default()
    }
}

/// The `n`-th activity: of five types and four persons, who are named as user, doer and target in turn.
fn told(n: u64, now: Time) -> Facts {
    let kind = KINDS[usize::try_from(n).unwrap() % KINDS.len()];
    let late = i64::try_from(n % 7).unwrap() * 40 * Time::DAY;
    let mut facts = Facts::new(kind, now.plus(-late));
    facts.user = Some(person(n % 4));
    if n % 3 == 1 {
        facts.by = By::Administrator(person(n / 4 % 4));
    }
    if n % 3 == 2 {
        facts.targets = vec![Target {
            kind: Target::USER.into(),
            id: format!("usr_{}", n / 3 % 4),
            ..Target::default()
        }];
    }
    facts.group = Some(Named {
        id: format!("grp_{}", n % 3),
        name: "Everybody".into(),
    });
    facts.description = Some(canary(n));
    facts
}

fn cuts(bed: &Bed, headings: &[&str], days: i64) -> Vec<Cut> {
    let before = crate::Clock::now(&*bed.clock).plus(-days * Time::DAY);
    let cut = |word: &&str| Cut {
        heading: Heading::of_word(word).unwrap(),
        before,
    };
    headings.iter().map(cut).collect()
}

/// Rehearses, and has removed what that said.
async fn prune(bed: &Bed, of: &Retention) -> Vec<Removal> {
    let removals = bed.log.rehearse(of).await.unwrap();
    let mut tx = bed.store.begin().await.unwrap();
    bed.log.prune(&mut tx, &of.held, &removals, None).await.unwrap();
    tx.commit().await.unwrap();
    removals
}

/// A log as it should be read: what was recorded when, and what is gone.
#[derive(Default)]
struct Model {
    rows: Vec<(Activity, bool)>,
    roots: BTreeMap<u64, proof::Hash>,
}

impl Model {
    async fn append(&mut self, bed: &Bed, n: u64) {
        let now = crate::Clock::now(&*bed.clock);
        let first = self.rows.len() as u64;
        bed.append((first..first + n).map(|n| told(n, now)).collect()).await;
        let search = Search {
            expr: parse(&format!("id:{first}..")),
            order: Order::Recorded,
            after: None,
            limit: 100_000,
        };
        let page = bed.log.search(&search).await.unwrap();
        assert_eq!(page.rows.len() as u64, n);
        self.rows.extend(page.rows.into_iter().map(|row| (row, false)));
        let head = bed.log.head().await.unwrap();
        self.roots.insert(head.through.size, head.root);
    }

    /// Takes out what goes; how many of each cut.
    fn prune(&mut self, of: &Retention) -> Vec<(u64, u64)> {
        let is_held = |row: &Activity| {
            let named = canonical::persons(row);
            of.held.iter().any(|id| named.contains(&id.as_str()))
        };
        let mut counts = Vec::new();
        for cut in &of.cuts {
            let (mut removed, mut held) = (0, 0);
            for (row, is_gone) in &mut self.rows {
                let goes = Heading::of_kind(&row.kind) == cut.heading && row.recorded_at < cut.before && !*is_gone;
                match goes {
                    true if is_held(row) => held += 1,
                    true => (removed, *is_gone) = (removed + 1, true),
                    false => {}
                }
            }
            counts.push((removed, held));
        }
        counts
    }

    fn left(&self) -> Vec<&Activity> {
        self.rows
            .iter()
            .filter(|(_, is_gone)| !is_gone)
            .map(|(row, _)| row)
            .collect()
    }

    /// Whatever is asked, the answer is of what is left.
    async fn assert_read(&self, bed: &Bed) {
        let look = bed.log.look().await.unwrap();
        assert_eq!(look.complete_through().size, self.rows.len() as u64);
        for order in [Order::Newest, Order::Oldest, Order::Recorded] {
            let mut rows = bed.all(&Expr::All, order, 17).await;
            assert_eq!(rows, bed.scanned(&Expr::All, order).await, "{order:?}");
            rows.sort_by_key(|row| row.seq);
            let left: Vec<u64> = self.left().iter().map(|row| row.seq).collect();
            assert_eq!(seqs(&rows), left, "{order:?}");
            assert!(rows.iter().eq(self.left()), "{order:?}");
        }
        let by = Breakdown {
            facets: vec![Facet::Kind, Facet::User],
            edges: vec![Time::MIN, START, START.plus(30 * Time::DAY), Time::MAX],
            most_checked: u64::MAX,
        };
        let queries = [
            "",
            "user:usr_1",
            "not group:grp_1",
            "activity:invoice.*",
            "activity:retention.removed",
            "has:ip",
            "zqcanary3zq",
            "at:2027-01-15..",
            "recorded:2027-02-01..",
            "not has:group",
        ];
        for query in queries {
            let expr = parse(query);
            let matching: Vec<&Activity> = self.left().into_iter().filter(|row| expr.matches(row)).collect();
            let found = bed.all(&expr, Order::Recorded, 9).await;
            assert!(found.iter().eq(matching.iter().copied()), "{query}");
            let n = matching.len() as u64;
            let count = look.count(&expr, u64::MAX).await.unwrap();
            assert_eq!((count.n, count.exact), (n, true), "{query}");
            let summary = look.summary(&expr, &by, 10).await.unwrap();
            assert_eq!(summary.count.n, n, "{query}");
            for top in &summary.tops {
                let all = top.values.iter().map(|(_, n)| n).sum::<u64>() + top.other;
                assert_eq!(all, n, "{query}");
                assert!(top.values.iter().all(|(value, _)| value != activity::REMOVED));
            }
            let within: u64 = summary
                .histogram
                .iter()
                .map(|all| {
                    activity::Outcome::ALL
                        .iter()
                        .map(|outcome| all.of(*outcome))
                        .sum::<u64>()
                })
                .sum();
            assert_eq!(within, n, "{query}");
        }
        for (row, is_gone) in &self.rows {
            let expected = (!is_gone).then(|| row.clone());
            assert_eq!(look.get(row.seq).await.unwrap(), expected);
        }
    }

    /// Nothing of what is gone is in any file, all that is left holds, and the tree is what it was.
    async fn assert_whole(&self, bed: &Bed) {
        for (row, _) in self.rows.iter().filter(|(_, is_gone)| *is_gone) {
            let said = row.description.as_ref().unwrap();
            assert_eq!(
                files_with(bed.dir.path(), said.as_bytes()),
                Vec::<String>::new(),
                "{}",
                row.seq
            );
        }
        let verified = bed.log.verify(|_| {}).await.unwrap();
        let size = self.rows.len() as u64;
        assert_eq!(
            (verified.sound, verified.without_key, verified.faults),
            (size, 0, vec![])
        );
        let tree = bed.log.tree().await.unwrap();
        for (size, root) in &self.roots {
            assert_eq!(tree.root_at(*size).await.unwrap(), *root);
        }
        for (row, is_gone) in &self.rows {
            let of = tree.inclusion(row.seq, size).await.unwrap();
            let root = tree.root();
            assert!(
                proof::verify_inclusion(&of.leaf, row.seq, size, &of.path, &root),
                "{} {is_gone}",
                row.seq
            );
        }
        let runs = bed.log.retention_runs(100).await.unwrap();
        assert!(runs.iter().all(|run| run.finished_at.is_some()), "{runs:?}");
    }
}

/// A log with merged volumes, sealed ones and hot activities, of which the older half was recorded 40 days ago.
async fn aged(n: u64) -> (Bed, Model) {
    aged_in(Bed::new(50).await, n).await
}

async fn aged_in(bed: Bed, n: u64) -> (Bed, Model) {
    let mut model = Model::default();
    for first in (0..n).step_by(30) {
        if first >= n / 2 && first < n / 2 + 30 {
            bed.clock.advance(40 * Time::DAY);
        }
        model.append(&bed, 30.min(n - first)).await;
        bed.log.settle(false).await.unwrap();
    }
    (bed, model)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rehearsed_is_what_goes_and_nothing_else() {
    let (bed, mut model) = aged(290).await;
    let of = Retention {
        cuts: cuts(&bed, &["user", "others"], 30),
        held: vec!["usr_1".to_owned()],
    };
    let before = bed.log.head().await.unwrap();
    let rehearsed = bed.log.rehearse(&of).await.unwrap();
    model.assert_read(&bed).await;
    assert_eq!(bed.log.head().await.unwrap().root, before.root);
    assert!(bed.log.retention_runs(9).await.unwrap().is_empty());
    let removals = prune(&bed, &of).await;
    assert_eq!(removals, rehearsed);
    let counts: Vec<(u64, u64)> = removals.iter().map(|of| (of.removed, of.held)).collect();
    assert_eq!(counts, model.prune(&of));
    assert!(counts.iter().all(|(removed, held)| *removed > 10 && *held > 5));
    assert!(
        removals
            .iter()
            .all(|of| of.from.is_some_and(|from| from < of.cut.before))
    );
    // At once.
    model.assert_read(&bed).await;
    bed.freeze(Load::None).await;
    model.assert_read(&bed).await;
    // A hold that comes later changes nothing of it; what it names was left or is gone.
    bed.log.settle(false).await.unwrap();
    model.assert_read(&bed).await;
    model.assert_whole(&bed).await;
    let again = bed.log.rehearse(&of).await.unwrap();
    assert!(
        again
            .iter()
            .zip(&removals)
            .all(|(now, then)| now.removed == 0 && now.held == then.held)
    );
    bed.log.settle(true).await.unwrap();
    assert!(
        bed.log
            .reindex(true)
            .await
            .unwrap()
            .iter()
            .all(|(_, done)| done.is_ok())
    );
    let bed = bed.reopen(50).await;
    model.assert_read(&bed).await;
    model.assert_whole(&bed).await;
    let before = bed.log.removed_before().await.unwrap();
    assert_eq!(
        before.keys().map(|heading| heading.word()).collect::<Vec<_>>(),
        ["user", "others"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_an_import_recorded_goes_when_it_is_undone_and_nothing_else() {
    let (bed, mut model) = (Bed::new(50).await, Model::default());
    let now = crate::Clock::now(&*bed.clock);
    for first in (0..190).step_by(10) {
        let told = (first..first + 10).map(|n| {
            let mut facts = told(n, now);
            if n % 3 == 0 {
                facts.recorder = Recorder::Import(Reporter {
                    id: (7 + n % 2).to_string(),
                    name: "auth.log".to_owned(),
                    ip: None,
                });
            }
            facts
        });
        bed.append(told.collect()).await;
        bed.log.settle(false).await.unwrap();
    }
    let is_of = |row: &Activity| row.recorder.reporter().is_some_and(|reporter| reporter.id == "7");
    let rows = bed.all(&Expr::All, Order::Recorded, 50).await;
    model.rows = rows.into_iter().map(|row| (row.clone(), is_of(&row))).collect();
    let head = bed.log.head().await.unwrap();
    model.roots.insert(head.through.size, head.root);
    let (removed, _) = bed.log.of_import(7, &[]).await.unwrap();
    assert_eq!(removed, model.rows.iter().filter(|(_, goes)| *goes).count() as u64);
    assert!(removed > 20);
    let undone = UndoneImport {
        id: 7,
        removed,
        reason: "the wrong zone".to_owned(),
    };
    let by = RetentionBy {
        id: "usr_0",
        name: "Name 0",
    };
    let mut tx = bed.store.begin().await.unwrap();
    bed.log.undo_import(&mut tx, &undone, by).await.unwrap();
    tx.commit().await.unwrap();
    model.assert_read(&bed).await;
    bed.log.settle(false).await.unwrap();
    model.assert_read(&bed).await;
    model.assert_whole(&bed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_looked_for_can_be_found_until_it_goes() {
    let bed = Bed::new(1_000).await;
    let mut model = Model::default();
    model.append(&bed, 3).await;
    bed.log.settle(true).await.unwrap();
    let said = canary(0);
    assert!(!files_with(bed.dir.path(), said.as_bytes()).is_empty());
    bed.clock.advance(2 * Time::DAY);
    let of = Retention {
        cuts: cuts(&bed, &["user"], 1),
        held: Vec::new(),
    };
    prune(&bed, &of).await;
    model.prune(&of);
    bed.log.settle(false).await.unwrap();
    model.assert_whole(&bed).await;
    assert!(
        !files_with(bed.dir.path(), canary(1).as_bytes()).is_empty(),
        "the others stay"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_volume_of_which_nothing_is_left_has_no_index_and_the_log_goes_on() {
    let bed = Bed::with(|settings| (settings.seal_at, settings.merge_factor) = (50, 0)).await;
    let (bed, mut model) = aged_in(bed, 290).await;
    let of = Retention {
        cuts: cuts(&bed, &["user", "group", "others", "log"], 30),
        held: Vec::new(),
    };
    prune(&bed, &of).await;
    model.prune(&of);
    // Hot activities that are old enough are sealed and go as well.
    bed.log.settle(false).await.unwrap();
    let live = bed.log.ledger().live().await.unwrap();
    let emptied: Vec<_> = live.iter().filter(|meta| meta.is_emptied()).collect();
    let parts: Vec<(u64, u64)> = live.iter().map(|meta| (meta.count, meta.removed)).collect();
    assert!(!emptied.is_empty() && emptied.len() < live.len(), "{parts:?}");
    for meta in &emptied {
        let dir = bed.log.reader().shelf().place(&meta.id).unwrap();
        assert!(!dir.join("index").exists() && meta.index_bytes() == 0);
    }
    model.assert_read(&bed).await;
    let mut bed = bed;
    for _ in 0..2 {
        model.append(&bed, 120).await;
        bed.log.settle(true).await.unwrap();
        bed.log.reindex(true).await.unwrap();
        bed = bed.reopen(50).await;
        model.assert_read(&bed).await;
        model.assert_whole(&bed).await;
    }
    // All of it.
    bed.clock.advance(90 * Time::DAY);
    let of = Retention {
        cuts: cuts(&bed, &CUTTABLE, 1),
        held: Vec::new(),
    };
    prune(&bed, &of).await;
    model.prune(&of);
    assert!(model.left().is_empty());
    model.assert_read(&bed).await;
    bed.log.settle(true).await.unwrap();
    model.append(&bed, 10).await;
    model.assert_read(&bed).await;
    model.assert_whole(&bed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_leaves_nothing_shown_and_the_rest_to_be_done() {
    use Step::{Advanced, Chosen, Made, Noted, Published, Scrubbed};
    for step in [Chosen, Noted, Made, Published, Advanced, Scrubbed] {
        let (bed, mut model) = aged(130).await;
        let of = Retention {
            cuts: cuts(&bed, &["user"], 30),
            held: vec!["usr_2".to_owned()],
        };
        prune(&bed, &of).await;
        model.prune(&of);
        bed.crash_at(Work::Prune, step);
        assert!(bed.log.settle(false).await.is_err(), "{step:?}");
        model.assert_read(&bed).await;
        let bed = bed.reopen(50).await;
        model.assert_read(&bed).await;
        bed.log.settle(false).await.unwrap();
        model.assert_read(&bed).await;
        model.assert_whole(&bed).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_after_the_decision_stays_whatever_the_clock_says() {
    let (bed, mut model) = aged(60).await;
    let of = Retention {
        cuts: cuts(&bed, &["user"], 1),
        held: Vec::new(),
    };
    prune(&bed, &of).await;
    model.prune(&of);
    model.append(&bed, 40).await;
    model.assert_read(&bed).await;
    bed.log.settle(true).await.unwrap();
    model.assert_read(&bed).await;
    model.assert_whole(&bed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_is_held_goes_on_and_the_next_one_shows_nothing() {
    let (bed, mut model) = aged(130).await;
    let look = bed.log.look().await.unwrap();
    let of = Retention {
        cuts: cuts(&bed, &["user", "log"], 30),
        held: Vec::new(),
    };
    prune(&bed, &of).await;
    let before = model.left().len();
    model.prune(&of);
    bed.log.settle(false).await.unwrap();
    let all = Search {
        expr: Expr::All,
        order: Order::Recorded,
        after: None,
        limit: 1_000,
    };
    assert_eq!(look.search(&all).await.unwrap().rows.len(), before);
    let rows = bed.log.search(&all).await.unwrap().rows;
    assert_eq!(seqs(&rows), model.left().iter().map(|row| row.seq).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_misses_nothing_that_is_left() {
    let (bed, mut model) = aged(130).await;
    let first = bed.page(&Expr::All, Order::Recorded, None, 10).await;
    let of = Retention {
        cuts: cuts(&bed, &["user", "log", "group"], 30),
        held: Vec::new(),
    };
    prune(&bed, &of).await;
    model.prune(&of);
    for _ in 0..2 {
        let mut after = first.next;
        let mut followed = Vec::new();
        while after.is_some() {
            let page = bed.page(&Expr::All, Order::Recorded, after, 7).await;
            followed.extend(seqs(&page.rows));
            after = page.next;
        }
        let left: Vec<u64> = model
            .left()
            .iter()
            .map(|row| row.seq)
            .filter(|seq| *seq >= 10)
            .collect();
        assert_eq!(followed, left);
        bed.log.settle(false).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_signed_and_the_note_says_what_went() {
    let (bed, _) = aged(130).await;
    bed.log
        .sign_with(super::checkpoints::signer(&[1], None), false)
        .await
        .unwrap();
    let of = Retention {
        cuts: cuts(&bed, &["user", "others"], 30),
        held: vec!["usr_1".to_owned()],
    };
    let removals = prune(&bed, &of).await;
    let run = bed.log.retention_runs(1).await.unwrap().remove(0);
    assert!(!run.is_signed && run.seq == 130);
    let note = bed.log.sign_retention(&run).await.unwrap().unwrap();
    assert_eq!(
        bed.log.sign_retention(&run).await.unwrap().unwrap(),
        note,
        "it is signed once"
    );
    let keys: Vec<proof::VerifyingKey> = (bed.log.keys().await.unwrap().iter())
        .map(|key| key.vkey.parse().unwrap())
        .collect();
    let said = proof::Statement::open(note.as_bytes(), &keys).unwrap();
    let all = |of: &str| -> Vec<String> {
        let lines = said.lines().filter(|(key, _)| *key == of);
        lines.map(|(_, value)| value.to_owned()).collect()
    };
    let root = data_encoding::BASE64.encode(&bed.log.head().await.unwrap().root);
    assert_eq!(
        (said.kind(), all("run"), all("size"), all("root")),
        ("retention", vec!["1".to_owned()], vec!["130".to_owned()], vec![root])
    );
    let cuts = all("of").into_iter().zip(all("removed").into_iter().zip(all("held")));
    let removals = removals.iter().map(|of| {
        (
            of.cut.heading.word().to_owned(),
            (of.removed.to_string(), of.held.to_string()),
        )
    });
    assert!(cuts.eq(removals));
}

#[test]
fn holds_are_of_whoever_is_named_in_any_role() {
    for n in 0..60 {
        let row = Activity {
            seq: n,
            recorded_at: START,
            facts: told(n, START),
        };
        for id in 0..4 {
            let id = format!("usr_{id}");
            let is_named = canonical::persons(&row).contains(&id.as_str());
            assert_eq!(naming(&[id]).matches(&row), is_named, "{row:?}");
        }
        assert!(!naming(&[]).matches(&row));
    }
}

#[derive(Clone, Debug)]
enum Move {
    Append(u64),
    Days(i64),
    Settle(bool),
    Freeze,
    Prune { headings: usize, days: i64, held: usize },
    Reopen,
    Reindex,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        5 => (1..40_u64).prop_map(Move::Append),
        3 => (0..20_i64).prop_map(Move::Days),
        2 => any::<bool>().prop_map(Move::Settle),
        1 => Just(Move::Freeze),
        3 => (1..16_usize, 1..25_i64, 0..8_usize)
            .prop_map(|(headings, days, held)| Move::Prune { headings, days, held }),
        1 => Just(Move::Reopen),
        1 => Just(Move::Reindex),
    ];
    proptest::collection::vec(one, 1..20)
}

async fn play(moves: Vec<Move>) {
    let mut bed = Bed::new(30).await;
    let mut model = Model::default();
    for each in moves {
        match each {
            Move::Append(n) => model.append(&bed, n).await,
            Move::Days(days) => bed.clock.advance(days * Time::DAY),
            Move::Settle(all) => bed.log.settle(all).await.unwrap(),
            Move::Freeze => bed.freeze(Load::None).await,
            Move::Reopen => bed = bed.reopen(30).await,
            Move::Reindex => drop(bed.log.reindex(true).await.unwrap()),
            Move::Prune { headings, days, held } => {
                let chosen = (0..).zip(CUTTABLE).filter(|(at, _)| headings >> at & 1 == 1);
                let chosen: Vec<&str> = chosen.map(|(_, word)| word).collect();
                let held = (0..3).filter(|at| held >> at & 1 == 1).map(|n| format!("usr_{n}"));
                let of = Retention {
                    cuts: cuts(&bed, &chosen, days),
                    held: held.collect(),
                };
                let removals = prune(&bed, &of).await;
                let counts: Vec<(u64, u64)> = removals.iter().map(|of| (of.removed, of.held)).collect();
                assert_eq!(counts, model.prune(&of));
            }
        }
        model.assert_read(&bed).await;
    }
    bed.log.settle(true).await.unwrap();
    model.assert_read(&bed).await;
    model.assert_whole(&bed).await;
    bed.log
        .sign_with(super::checkpoints::signer(&[1], None), false)
        .await
        .unwrap();
    let attested = bed.log.attested().await.unwrap().unwrap();
    let rows: Vec<Activity> = model.left().into_iter().cloned().collect();
    let mut leaves = Vec::new();
    for (row, evidence) in rows.iter().zip(attested.evidence(&rows).await.unwrap()) {
        leaves.push((row.seq, evidence.unwrap().leaf()));
    }
    let seqs = leaves.iter().map(|(seq, _)| *seq).collect();
    let cover = Arc::new(attested.cover(Arc::new(seqs)).await.unwrap());
    assert!(attested.holds(leaves, cover).await.unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_reads_as_if_what_went_had_never_been(moves in moves()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(play(moves));
    }
}
