//! Random activities and queries from so few words that they meet.

use activity::query::{
    AtRange, ByKind, ByPattern, Entity, Expr, IdRange, KindPattern, Present, RecorderPattern, Term, Value, Words, parse,
};
use activity::text::{Extent, Phrase};
use activity::{
    Activity, By, Change, Facts, Field, Named, Outcome, Person, Recorder, RecorderKind, Reporter, Severity, Target,
    Time,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const FIRST: u64 = 700;

const TEXTS: [&str; 20] = [
    "sam",
    "Sam",
    "Sam Jones",
    "jones sam",
    "sam@example.com",
    "",
    "--",
    "usr_1",
    "usr_1\0x",
    "usr_1\u{1}0x",
    "Größe É",
    "İstanbul",
    "10",
    "10.1",
    "log in",
    "failed log",
    "a",
    "A*b",
    "pro",
    "sam-jones sam",
];
const KINDS: [&str; 9] = [
    "user.login",
    "user.login_failed",
    "user.locked",
    "group.joined",
    "session.started",
    "connection.requested",
    "user.email_changed",
    "invoice.paid",
    "user.x",
];
const IPS: [&str; 6] = [
    "10.1.2.3",
    "10.1.2.4",
    "10.255.0.1",
    "192.168.0.1",
    "2001:db8::10",
    "2001:db8:1::a",
];
const KEYS: [&str; 3] = ["plan", "pla", "a=b"];

fn text() -> impl Strategy<Value = String> + Clone {
    select(&TEXTS[..]).prop_map(str::to_owned)
}

fn person() -> impl Strategy<Value = Person> {
    (text(), text(), text(), text()).prop_map(|(id, name, username, email)| Person {
        id,
        name,
        username,
        email,
    })
}

fn named() -> impl Strategy<Value = Named> {
    (text(), text()).prop_map(|(id, name)| Named { id, name })
}

fn by() -> impl Strategy<Value = By> {
    prop_oneof![
        3 => Just(By::Themself),
        1 => Just(By::System),
        1 => person().prop_map(By::Administrator),
        1 => person().prop_map(By::Member),
        1 => person().prop_map(By::Person),
        1 => named().prop_map(By::Application),
    ]
}

fn target() -> impl Strategy<Value = Target> {
    (select(&["user", "group", ""][..]), person()).prop_map(|(kind, person)| {
        let Person {
            id,
            name,
            username,
            email,
        } = person;
        Target {
            kind: kind.to_owned(),
            id,
            name,
            username,
            email,
        }
    })
}

fn recorder() -> impl Strategy<Value = Recorder> {
    let ip = option::of(select(&IPS[..]).prop_map(|ip| ip.parse().unwrap()));
    (select(RecorderKind::ALL), named(), ip)
        .prop_map(|(kind, Named { id, name }, ip)| Recorder::new(kind, Reporter { id, name, ip }))
}

fn facts() -> impl Strategy<Value = Facts> {
    let who = (
        option::of(person()),
        by(),
        vec(target(), 0..4),
        option::of(named()),
        option::of(named()),
    );
    let from = (
        option::of(select(&IPS[..])),
        option::of(text()),
        option::of(text()),
        option::of(text()),
    );
    let change = (text(), option::of(text()), option::of(text())).prop_map(|(field, before, after)| Change {
        field,
        before,
        after,
    });
    let metadata = btree_map(select(&KEYS[..]).prop_map(str::to_owned), text(), 0..3);
    let free = prop_oneof![
        2 => Just((None, Vec::new(), Default::default(), None)),
        1 => (option::of(text()), vec(change, 0..2), metadata, option::of(text())),
    ];
    let what = (select(&KINDS[..]), 0i64..40, select(Outcome::ALL), option::of(text()));
    let more = (
        option::of(select(Severity::ALL)),
        vec(option::of(text()), 3),
        recorder(),
    );
    (what, who, from, free, more).prop_map(|(what, who, from, free, more)| {
        let mut facts = Facts::new(what.0, Time(what.1));
        facts.outcome = what.2;
        (facts.severity, facts.recorder) = (more.0, more.2);
        for (field, text) in [Field::Place, Field::TraceId, Field::Raw].into_iter().zip(more.1) {
            *field.text_mut(&mut facts).unwrap() = text;
        }
        facts.reason = what.3;
        (facts.user, facts.by, facts.targets, facts.group, facts.application) = who;
        facts.ip = from.0.map(|ip| ip.parse().unwrap());
        (facts.device, facts.user_agent, facts.country) = (from.1, from.2, from.3);
        (facts.description, facts.changes, facts.metadata, facts.external_id) = free;
        facts
    })
}

/// Activities with gapless numbers; half of the time in time order.
pub(super) fn activities() -> impl Strategy<Value = Vec<Activity>> {
    (vec(facts(), 1..60), any::<bool>()).prop_map(|(mut all, sorted)| {
        if sorted {
            all.sort_by_key(|facts| facts.occurred_at);
        }
        let numbered = all.into_iter().zip(FIRST..);
        numbered
            .map(|(facts, seq)| Activity {
                seq,
                recorded_at: Time(1000 + (seq as i64) / 3),
                facts,
            })
            .collect()
    })
}

/// A phrase of any extent, in quotes or not.
pub(super) fn phrase(text: impl Strategy<Value = String>) -> impl Strategy<Value = Phrase> {
    let extents = select(&[Extent::Whole, Extent::Beginning, Extent::Part][..]);
    (text, extents, any::<bool>()).prop_map(|(text, extent, quoted)| {
        let phrase = Phrase::new(text, extent);
        if quoted { phrase.quoted() } else { phrase }
    })
}

fn words() -> impl Strategy<Value = Words> {
    let heads = select(&["s", "jon", "log", "10", "fail", "größ", "20", "0.1", "es j"][..]).prop_map(str::to_owned);
    let all = prop_oneof![
        text(),
        heads,
        select(&IPS[..]).prop_map(str::to_owned),
        Just("joined group".to_owned())
    ];
    phrase(all).prop_filter_map("no words", Words::new)
}

fn value() -> impl Strategy<Value = Value> {
    let heads = select(&["s", "SAM", "usr", "-", "gr", "\u{1}"][..]).prop_map(str::to_owned);
    phrase(prop_oneof![text(), heads]).prop_map(Value::new)
}

fn entity() -> impl Strategy<Value = Entity> {
    prop_oneof![
        value().prop_map(Entity::Is),
        text().prop_map(Entity::Id),
        Just(Entity::Me)
    ]
}

fn doer() -> impl Strategy<Value = ByPattern> {
    let kinds = ByKind::WORDS.map(|(_, kind)| kind).to_vec();
    prop_oneof![
        select(kinds).prop_map(ByPattern::Kind),
        entity().prop_map(ByPattern::Is)
    ]
}

fn reported() -> impl Strategy<Value = RecorderPattern> {
    let named = [RecorderKind::ApiKey, RecorderKind::Application, RecorderKind::Import];
    prop_oneof![
        select(RecorderKind::ALL).prop_map(RecorderPattern::Kind),
        entity().prop_map(RecorderPattern::Is),
        (select(named.to_vec()), entity()).prop_map(|(kind, entity)| RecorderPattern::Named(kind, entity)),
    ]
}

fn field() -> impl Strategy<Value = Present> {
    let fields: Vec<Field> = Field::optional().collect();
    prop_oneof![
        4 => select(fields).prop_map(Present::Field),
        1 => select(&KEYS[..]).prop_map(|key| Present::MetadataKey(key.to_owned())),
    ]
}

fn range() -> impl Strategy<Value = AtRange> {
    (option::of(-2i64..42), option::of(-2i64..42)).prop_map(|(from, to)| AtRange::between(from.map(Time), to.map(Time)))
}

fn recorded() -> impl Strategy<Value = AtRange> {
    let at = 1230i64..1260;
    (option::of(at.clone()), option::of(at)).prop_map(|(from, to)| AtRange::between(from.map(Time), to.map(Time)))
}

fn ids() -> impl Strategy<Value = IdRange> {
    let id = FIRST - 5..FIRST + 70;
    (option::of(id.clone()), option::of(id)).prop_map(|(from, to)| IdRange { from, to })
}

fn kind() -> impl Strategy<Value = KindPattern> {
    prop_oneof![
        select(&KINDS[..]).prop_map(|code| KindPattern::Exact(code.to_owned())),
        select(&["user.", "group", ""][..]).prop_map(|head| KindPattern::Prefix(head.to_owned())),
        select(&["log", "."][..]).prop_map(|part| KindPattern::Part(part.to_owned())),
    ]
}

/// Addresses and networks are easiest had from the parser.
fn addresses() -> impl Strategy<Value = Expr> {
    let nets = [
        "10.0.0.0/8",
        "10.1.2.0/30",
        "0.0.0.0/0",
        "2001:db8::/48",
        "::/0",
        "10.1.2.3",
        "2001:db8::10",
    ];
    select(nets.to_vec()).prop_map(|net| parse(&format!("ip:{net}"), &jiff::tz::TimeZone::UTC).unwrap())
}

fn term() -> impl Strategy<Value = Expr> {
    let some = 1..3;
    prop_oneof![
        4 => words().prop_map(Term::Text),
        1 => vec(kind(), some.clone()).prop_map(Term::Kind),
        1 => vec(select(Outcome::ALL), some.clone()).prop_map(Term::Outcome),
        1 => vec(select(Severity::ALL), some.clone()).prop_map(Term::Severity),
        1 => vec(reported(), some.clone()).prop_map(Term::Reported),
        1 => vec(words(), some.clone()).prop_map(Term::Place),
        1 => vec(words(), some.clone()).prop_map(Term::UserAgent),
        1 => vec(value(), some.clone()).prop_map(Term::Trace),
        2 => vec(entity(), some.clone()).prop_map(Term::User),
        2 => vec(doer(), some.clone()).prop_map(Term::By),
        1 => vec(entity(), some.clone()).prop_map(Term::Target),
        1 => vec(entity(), some.clone()).prop_map(Term::Group),
        1 => vec(entity(), some.clone()).prop_map(Term::Application),
        1 => vec(words(), some.clone()).prop_map(Term::Device),
        1 => vec(text(), some.clone()).prop_map(Term::Country),
        1 => vec(value(), some.clone()).prop_map(Term::Reason),
        1 => (select(&KEYS[..]), vec(value(), some.clone()))
            .prop_map(|(key, values)| Term::Metadata { key: key.to_owned(), values }),
        1 => vec(field(), some.clone()).prop_map(Term::Has),
        1 => vec(ids(), some.clone()).prop_map(Term::Id),
        1 => vec(range(), some.clone()).prop_map(Term::At),
        1 => vec(recorded(), some).prop_map(Term::Recorded),
    ]
    .prop_map(Expr::from)
}

/// Any query, nested up to three deep.
pub(super) fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![1 => Just(Expr::All), 2 => addresses(), 20 => term()];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Expr::And),
            vec(inner.clone(), 2..4).prop_map(Expr::Or),
            inner.prop_map(|expr| Expr::Not(Box::new(expr))),
        ]
    })
}
