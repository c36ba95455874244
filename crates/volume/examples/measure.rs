//! Measures size and speed of volumes on made-up but realistic activities:
//! `cargo run --release -p volume --example measure [ACTIVITIES]`.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::time::{Duration, Instant};

use activity::query::{Binding, Expr, parse};
use activity::{Activity, Person, Time};
use proof::Hash;
use testkit::{Generator, GeneratorSettings};
use volume::{Breakdown, Deadline, Facet, Filling, Leaf, Order, Part, Query, Room, Volume, VolumeMeta};

const SEAL: u64 = 65_536;

fn main() {
    let total: u64 = std::env::args().nth(1).map_or(1 << 20, |n| n.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let mut generated = activities(total);
    let mut user = Person::default();
    println!("before: {} MiB resident", resident());
    let mut metas = Vec::new();
    let (mut writing, mut verifying) = (Duration::ZERO, Duration::ZERO);
    for first in (0..total).step_by(SEAL as usize) {
        let count = SEAL.min(total - first) as usize;
        let activities: Vec<Activity> = generated.by_ref().take(count).collect();
        user = activities
            .iter()
            .rev()
            .find_map(|row| row.user.as_ref())
            .unwrap()
            .clone();
        let leaves: Vec<Leaf> = activities.iter().map(|row| Leaf::Yielded(leaf(row))).collect();
        let id = VolumeMeta::new_id(first, count as u64, "made");
        let parts = vec![Part::Rows(&activities[..], &leaves[..])];
        let (meta, cpu, _) = once(|| made(root, &id, parts));
        writing += cpu;
        verifying += once(|| verified(root, &meta)).1;
        metas.push(meta);
    }
    let volumes = metas.len() as u32;
    println!(
        "sealed {volumes}: write and verify {:?} each, verify again {:?} each (processor), {} MiB resident at most",
        writing / volumes,
        verifying / volumes,
        peak()
    );
    sizes("one sealed", root, &metas[0]);
    let parts: Vec<Volume> = metas
        .iter()
        .map(|meta| Volume::open(&root.join(&meta.id), meta.clone()).unwrap())
        .collect();
    let id = VolumeMeta::new_id(0, parts.iter().map(|part| part.meta().count).sum(), "merged");
    let (meta, cpu, wall) = once(|| made(root, &id, parts.iter().map(Part::Volume).collect()));
    println!(
        "merge {cpu:?} (processor), {wall:?} (wall), {} MiB resident, {} at most",
        resident(),
        peak()
    );
    let ((), cpu, wall) = once(|| verified(root, &meta));
    println!("verify {cpu:?} (processor), {wall:?} (wall)");
    drop(parts);
    sizes("merged", root, &meta);
    let start = Instant::now();
    let opened = Volume::open(&root.join(&meta.id), meta).unwrap();
    println!("open {:?}", start.elapsed());
    questions(&opened, &user);
    scans(&opened);
    println!("at the end: {} MiB resident, {} at most", resident(), peak());
}

fn made(root: &Path, id: &str, parts: Vec<Part<'_, Activity>>) -> VolumeMeta {
    volume::rewrite(
        &root.join(id),
        id,
        parts,
        &|row: &Activity, _: &[activity::canonical::KeptDigest]| Some(leaf(row)),
        &Deadline::none(),
    )
    .unwrap()
}

fn verified(root: &Path, meta: &VolumeMeta) {
    volume::verify(
        &root.join(&meta.id),
        meta,
        &|row: &Activity, _: &[activity::canonical::KeptDigest]| Some(leaf(row)),
        &Deadline::none(),
    )
    .unwrap();
}

fn questions(volume: &Volume, user: &Person) {
    let queries = [
        &format!("user:={}", user.id),
        &format!("user:{}", user.email),
        &format!("by:{}", user.username),
        "user:an*",
        "",
        "outcome:failure",
        "activity:user.login",
        "activity:group.* application:app_web",
        "ip:10.0.0.0/8",
        "ip:203.0.113.77",
        "zzznothing",
        "zzznothing at:2026-03-01..2026-03-05",
        "\"locked from failed\"",
        "garcía",
        "\"joined session\" café",
        "example",
        "has:target NOT country:DE",
        "by:administrator",
        "at:2026-02-01..2026-02-03 outcome:failure",
    ];
    for text in queries {
        let expr = bound(text);
        let page = best(|| {
            volume
                .search(&mut asked(&expr), Order::Newest, None, Filling::new(Room::rows(50)))
                .unwrap()
                .len()
        });
        let count = best(|| volume.count(&mut asked(&expr), 10_000).unwrap());
        let kinds = Breakdown {
            facets: vec![Facet::Kind],
            ..Breakdown::default()
        };
        let by = best(|| volume.tally(&mut asked(&expr), &kinds).unwrap().n);
        println!(
            "{text:45} page {:>9.3?} ({:2})  count {:>9.3?} ({:?})  by type {:>9.3?}",
            page.0, page.1, count.0, count.1, by.0
        );
    }
}

fn scans(volume: &Volume) {
    for (text, order) in [
        ("", Order::Newest),
        ("", Order::Recorded),
        ("activity:user.login", Order::Newest),
    ] {
        let scan = volume.scan(asked(&bound(text)), order, Room::rows(4096)).unwrap();
        let (rows, cpu, wall) = once(|| scan.map(|rows| rows.unwrap().len()).sum::<usize>());
        let rate = |took: Duration| rows as f64 / took.as_secs_f64();
        println!(
            "scan {order:?} `{text}`: {rows} rows, {:.0} rows/s (processor), {:.0} (wall)",
            rate(cpu),
            rate(wall)
        );
    }
}

fn bound(text: &str) -> Expr {
    parse(text, &jiff::tz::TimeZone::UTC)
        .unwrap()
        .bind(&Binding { now: Time(0), me: None })
}

fn asked(expr: &Expr) -> Query {
    Query::new(expr, Deadline::none())
}

fn best<T>(mut run: impl FnMut() -> T) -> (Duration, T) {
    let timed = |run: &mut dyn FnMut() -> T| {
        let start = Instant::now();
        let result = run();
        (start.elapsed(), result)
    };
    let mut runs: Vec<(Duration, T)> = (0..7).map(|_| timed(&mut run)).collect();
    runs.sort_by_key(|run| run.0);
    runs.swap_remove(3)
}

fn sizes(what: &str, root: &Path, meta: &VolumeMeta) {
    let dir = root.join(&meta.id);
    let each = |bytes: u64| bytes as f64 / meta.count as f64;
    let tree = std::fs::metadata(dir.join("tree")).unwrap().len();
    println!(
        "{what}: {} activities, bytes each: record {:.1}, index {:.1}, tree {:.2}, together {:.1}",
        meta.count,
        each(meta.record_bytes()),
        each(meta.index_bytes()),
        each(tree),
        each(meta.record_bytes() + meta.index_bytes() + tree)
    );
    for entry in std::fs::read_dir(dir.join("index")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        println!(
            "    {:10.2} {}",
            each(entry.metadata().unwrap().len()),
            name.rsplit('.').next().unwrap()
        );
    }
}

/// Time this thread has had on a processor: on a busy machine, what the work itself takes.
fn worked() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

/// Measures work that is done once: its result, and the processor and wall time it took.
fn once<T>(work: impl FnOnce() -> T) -> (T, Duration, Duration) {
    let (start, before) = (Instant::now(), worked());
    let result = work();
    (result, worked() - before, start.elapsed())
}

fn resident() -> u64 {
    status("VmRSS:")
}

fn peak() -> u64 {
    status("VmHWM:")
}

fn status(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix(line)).unwrap_or("0");
    line.split_whitespace()
        .next()
        .and_then(|kib| kib.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

fn leaf(activity: &Activity) -> Hash {
    proof::leaf_hash(&activity.seq.to_be_bytes())
}

/// The generator's facts as a live log records them: a few milliseconds later.
fn activities(total: u64) -> impl Iterator<Item = Activity> {
    let end = Time::parse("2026-11-21T00:00:00Z").unwrap();
    let facts = Generator::new(7, GeneratorSettings::sized(total, end));
    (0..).zip(facts).map(|(seq, facts)| {
        let recorded_at = facts.occurred_at.plus(2_000 + (seq as i64 * 7_919) % 30_000);
        Activity {
            seq,
            recorded_at,
            facts,
        }
    })
}
