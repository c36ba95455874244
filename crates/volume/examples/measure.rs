//! Measures size and speed of volumes on made-up but realistic activities:
//! `cargo run --release -p volume --example measure [ACTIVITIES]`.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use activity::query::{Binding, Expr, parse};
use activity::{Activity, By, Facts, Named, Outcome, Person, Target, Time};
use proof::Hash;
use volume::{Facet, Order, Volume, VolumeMeta};

const SEAL: u64 = 65_536;

fn main() {
    let total: u64 = std::env::args().nth(1).map_or(1 << 20, |n| n.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let mut world = World::new();
    println!("before: {} MiB resident", resident());
    let mut metas = Vec::new();
    let (mut writing, mut verifying) = (Duration::ZERO, Duration::ZERO);
    for first in (0..total).step_by(SEAL as usize) {
        let activities: Vec<Activity> = (first..(first + SEAL).min(total))
            .map(|seq| world.activity(seq))
            .collect();
        let leaves: Vec<Hash> = activities.iter().map(leaf).collect();
        let (meta, cpu, _) = once(|| volume::write(root, &activities, &leaves).unwrap());
        writing += cpu;
        verifying += once(|| volume::verify(root, &meta, &|activity| Some(leaf(activity))).unwrap()).1;
        metas.push(meta);
    }
    let volumes = metas.len() as u32;
    println!(
        "sealed {volumes}: write {:?} each, verify {:?} each (processor), {} MiB resident at most",
        writing / volumes,
        verifying / volumes,
        peak()
    );
    sizes("one sealed", root, &metas[0]);
    let parts: Vec<Volume> = metas
        .iter()
        .map(|meta| Volume::open(root, meta.clone()).unwrap())
        .collect();
    let (meta, cpu, wall) = once(|| volume::merge(root, &parts).unwrap());
    println!(
        "merge {cpu:?} (processor), {wall:?} (wall), {} MiB resident, {} at most",
        resident(),
        peak()
    );
    let ((), cpu, wall) = once(|| volume::verify(root, &meta, &|activity| Some(leaf(activity))).unwrap());
    println!("verify {cpu:?} (processor), {wall:?} (wall)");
    drop(parts);
    sizes("merged", root, &meta);
    let start = Instant::now();
    let opened = Volume::open(root, meta).unwrap();
    println!("open {:?}", start.elapsed());
    questions(&opened);
    scans(&opened);
    println!("at the end: {} MiB resident, {} at most", resident(), peak());
}

fn questions(volume: &Volume) {
    let queries = [
        "user:=usr_0000000017",
        "user:user17@example.com",
        "user:sam*",
        "user:=usr_0000004990",
        "",
        "outcome:failure",
        "activity:user.login",
        "activity:group.* application:app_03",
        "ip:10.0.0.0/8",
        "ip:10.1.2.3",
        "zzznothing",
        "zzznothing at:2026-03-01..2026-03-05",
        "\"locked from failed\"",
        "jones",
        "\"joined group\" jones",
        "example",
        "has:target NOT country:DE",
        "by:administrator",
        "by:user17",
        "metadata.plan:pro",
        "at:2026-02-01..2026-02-03 outcome:failure",
    ];
    for text in queries {
        let expr = bound(text);
        let page = best(|| volume.search(&expr, Order::Newest, None, 50).unwrap().len());
        let count = best(|| volume.count(&expr, 10_000).unwrap());
        let by = best(|| volume.count_by(&expr, Facet::Kind).unwrap().len());
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
        let scan = volume.scan(&bound(text), order, 4096).unwrap();
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
        each(meta.record_bytes),
        each(meta.index_bytes),
        each(tree),
        each(meta.record_bytes + meta.index_bytes + tree)
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

struct World {
    state: u64,
    at: i64,
    users: Vec<Person>,
    groups: Vec<Named>,
    applications: Vec<Named>,
    addresses: Vec<(IpAddr, &'static str)>,
    sessions: Vec<Named>,
}

const GIVEN: [&str; 40] = [
    "Sam", "Ana", "Lena", "Omar", "Jürgen", "Mia", "Noah", "Zoë", "Ivan", "Aiko", "Ravi", "Chloe", "Hugo", "Nina",
    "Paul", "Rosa", "Tom", "Uma", "Vera", "Wei", "Xena", "Yara", "Zack", "Bea", "Carl", "Dora", "Emil", "Faye", "Gus",
    "Hana", "Iris", "Jack", "Kira", "Liam", "Mona", "Nils", "Olga", "Pia", "Quin", "Rui",
];
const FAMILY: [&str; 30] = [
    "Jones", "Silva", "Müller", "Haddad", "Okafor", "Tanaka", "Novak", "Rossi", "Dubois", "Kim", "Patel", "Garcia",
    "Svensson", "Ivanova", "Chen", "Nguyen", "Brown", "Costa", "Weber", "Moreau", "Ali", "Khan", "Lopez", "Smith",
    "Walker", "Young", "Adams", "Baker", "Clark", "Evans",
];
const DEVICES: [(&str, &str); 8] = [
    (
        "Firefox on Linux",
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    ),
    (
        "Chrome on Windows",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36",
    ),
    (
        "Safari on iPhone",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile Safari/604.1",
    ),
    (
        "Chrome on Android",
        "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36",
    ),
    (
        "Edge on Windows",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
    ),
    (
        "Safari on macOS",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
    ),
    ("Quest headset", "Engage/4.2 (Quest 3)"),
    ("Desktop client", "Engage/4.2 (Windows)"),
];
const COUNTRIES: [&str; 12] = ["DE", "US", "IE", "FR", "GB", "JP", "BR", "IN", "ES", "PL", "SE", "CA"];

impl World {
    fn new() -> Self {
        let mut world = Self {
            state: 0x9e37_79b9_7f4a_7c15,
            at: 1_767_225_600_000_000,
            users: Vec::new(),
            groups: Vec::new(),
            applications: Vec::new(),
            addresses: Vec::new(),
            sessions: Vec::new(),
        };
        world.users = (0..5000)
            .map(|n| {
                let (given, family) = (GIVEN[world.below(40)], FAMILY[world.below(30)]);
                Person {
                    id: format!("usr_{n:010}"),
                    name: format!("{given} {family}"),
                    username: format!("user{n}"),
                    email: format!("user{n}@example.com"),
                }
            })
            .collect();
        world.groups = (0..30)
            .map(|n| Named {
                id: format!("grp_{n:02}"),
                name: format!("Example Group {n}"),
            })
            .collect();
        world.applications = (0..30)
            .map(|n| Named {
                id: format!("app_{n:02}"),
                name: format!("Application {n}"),
            })
            .collect();
        world.sessions = (0..2000)
            .map(|n| Named {
                id: format!("ses_{n:06}"),
                name: format!("Weekly meeting {n}"),
            })
            .collect();
        world.addresses = (0..20_000)
            .map(|_| {
                let bits = 0x0a00_0000 | (world.next() as u32 & 0x00ff_ffff);
                let bits = if world.below(2) == 0 { world.next() as u32 } else { bits };
                (IpAddr::V4(bits.into()), COUNTRIES[world.below(12)])
            })
            .collect();
        world
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 11) as usize % bound
    }

    fn pick(&mut self, bound: usize) -> usize {
        // Some are seen far more often than others.
        let a = self.below(bound);
        self.below(a + 1)
    }

    fn activity(&mut self, seq: u64) -> Activity {
        self.at += self.below(15_000_000) as i64;
        let roll = self.below(1000);
        let kind = match roll {
            0..400 => "user.login",
            400..520 => "user.logout",
            520..600 => "user.login_failed",
            600..610 => "user.locked",
            610..620 => "user.password_reset_requested",
            620..630 => "user.password_reset_completed",
            630..680 => "group.joined",
            680..710 => "group.left",
            710..800 => "session.joined",
            800..880 => "session.left",
            880..900 => "session.started",
            900..940 => "connection.requested",
            940..965 => "connection.accepted",
            965..980 => "user.password_changed",
            980..990 => "user.email_changed",
            _ => "invoice.paid",
        };
        let mut facts = Facts::new(kind, Time(self.at));
        let n = self.pick(5000);
        let user = self.users[n].clone();
        let seat = (n * 4 + self.below(4)) % 20_000;
        let (ip, country) = self.addresses[seat];
        let (device, agent) = DEVICES[(n + self.below(2)) % 8];
        facts.ip = Some(ip);
        facts.country = Some(country.to_owned());
        facts.device = Some(device.to_owned());
        facts.user_agent = Some(agent.to_owned());
        let application = self.pick(30);
        facts.application = Some(self.applications[application].clone());
        let at_group = self.below(2);
        let group = self.groups[(n + at_group) % 30].clone();
        if kind == "user.login_failed" {
            facts.outcome = Outcome::Failure;
            facts.reason = Some(["wrong_password", "locked", "unknown_address"][self.below(3)].to_owned());
        }
        if kind.starts_with("group") {
            facts.target = Some(Target {
                kind: "group".into(),
                id: group.id.clone(),
                name: group.name.clone(),
                ..Target::default()
            });
        }
        if kind.starts_with("session") {
            let session = self.below(2000);
            let session = self.sessions[session].clone();
            facts.target = Some(Target {
                kind: "session".into(),
                id: session.id,
                name: session.name,
                ..Target::default()
            });
        }
        if kind.starts_with("connection") {
            let other = self.below(5000);
            let other = self.users[other].clone();
            facts.target = Some(Target {
                kind: "user".into(),
                id: other.id,
                name: other.name,
                username: other.username,
                email: other.email,
            });
        }
        if kind == "invoice.paid" {
            facts
                .metadata
                .insert("plan".into(), ["pro", "free", "team"][self.below(3)].into());
            facts.metadata.insert("amount".into(), self.below(100_000).to_string());
            facts.description = Some("Paid an invoice".to_owned());
        }
        if self.below(200) == 0 {
            let admin = self.below(20);
            facts.by = By::Administrator(self.users[admin].clone());
        }
        facts.user = Some(user);
        facts.group = Some(group);
        let recorded_at = Time(self.at + 2_000 + self.below(30_000) as i64);
        Activity {
            seq,
            recorded_at,
            facts,
        }
    }
}
