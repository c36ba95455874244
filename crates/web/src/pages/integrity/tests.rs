use app::integrity::{Folded, Gap, Late, NamedNumbering, Numbering, NumberingId, NumberingTotal, SourceOf, WitnessRow};
use askama::Template as _;

use super::*;
use crate::pages::activity::tests::{HOSTILE, shell};

fn kept(size: u64) -> KeptCheckpoint {
    KeptCheckpoint {
        size,
        made_at: Time(size as i64),
        note: format!("origin\n{size}\nroot{size}=\n\n— signature\n"),
    }
}

fn state(newest: Option<u64>, size: u64) -> Integrity {
    Integrity {
        size,
        complete_through: Time(0),
        newest: newest.map(kept),
        keys: Vec::new(),
        witnesses: Vec::new(),
        sources: Vec::new(),
        all_sources: NumberingTotal::default(),
        last: None,
        running: None,
    }
}

#[test]
fn a_page_says_what_each_checkpoint_added_and_where_older_ones_are() {
    let all: Vec<_> = (0..=u64::from(SHOWN)).map(|n| kept(1000 - n * 10)).collect();
    let page = IntegrityPage::new(shell("/admin/integrity"), Time(0), state(Some(1000), 1003), &all, false);
    assert_eq!(page.checkpoints.len(), SHOWN as usize);
    assert!(page.checkpoints.iter().all(|row| row.new == Some(10)));
    assert_eq!(page.checkpoints[0].root, "root1000=");
    assert_eq!(page.waiting(), 3);
    assert_eq!(
        page.older.map(|href| href.to_string()),
        Some("/admin/integrity?below=760".to_owned())
    );
    let page = IntegrityPage::new(shell("/admin/integrity"), Time(0), state(None, 0), &all[..3], true);
    assert_eq!(
        page.checkpoints.last().map(|row| row.new),
        Some(None),
        "the first of all added to nothing known"
    );
    assert!(page.older.is_none());
}

#[test]
fn hundredths_never_leave_their_range() {
    let at = |looked_at, of| {
        hundredths(&Verifying {
            since: Time(0),
            looked_at,
            of,
        })
    };
    assert_eq!(
        [at(0, 0), at(0, 10), at(5, 10), at(10, 10), at(20, 10), at(u64::MAX, 3)],
        [0, 0, 50, 100, 100, 100]
    );
}

fn witness(name: &str, row: WitnessRow) -> WitnessState {
    WitnessState {
        name: name.to_owned(),
        url: "https://witness.example".to_owned(),
        vkey: format!("{name}+00000000+BAAA"),
        row,
    }
}

fn shown(witnesses: Vec<WitnessState>) -> String {
    let state = Integrity {
        witnesses,
        ..state(Some(1000), 1000)
    };
    IntegrityPage::new(shell("/admin/integrity"), Time(60_000_000), state, &[kept(1000)], false)
        .render()
        .unwrap()
}

#[test]
fn witnesses_say_how_far_they_are_and_what_is_wrong_and_none_how_to_have_one() {
    assert!(shown(Vec::new()).contains("<code>whodid witness</code>"));
    let good = WitnessRow {
        size: 1000,
        cosigned_at: Some(Time(30_000_000)),
        ..WitnessRow::default()
    };
    let page = shown(vec![witness("one.example", good.clone())]);
    assert!(
        page.contains("agreed on 1,000, ") && page.contains("cosigned the last checkpoint"),
        "{page}"
    );
    assert!(!page.contains("state bad") && !page.contains(" behind"), "{page}");
    let late = WitnessRow {
        size: 900,
        trouble: Some(HOSTILE.to_owned()),
        troubled_since: Some(Time(20_000_000)),
        ..good.clone()
    };
    let never = witness(HOSTILE, WitnessRow::default());
    let page = shown(vec![
        witness("one.example", good.clone()),
        witness("two.example", late),
        never,
    ]);
    assert!(page.contains("1 behind") && page.contains("100 behind"), "{page}");
    assert!(
        page.contains("has cosigned nothing yet") && !page.contains("<script>alert"),
        "{page}"
    );
    let mut other = good;
    other.wrong(Time(1), "it cosigned other activities".to_owned(), Some(1200));
    let page = shown(vec![witness("one.example", other)]);
    assert!(
        page.contains("state bad") && page.contains("It cosigned 1,200 activities"),
        "{page}"
    );
    assert!(!page.contains("cosigned the last checkpoint"), "{page}");
}

fn numbering(source: &str) -> NamedNumbering {
    NamedNumbering {
        id: NumberingId {
            of: SourceOf::Application("crm".to_owned()),
            source: source.to_owned(),
            epoch: String::new(),
        },
        name: String::new(),
        is_over: false,
        numbering: Numbering {
            begun_at: Time(0),
            heard_at: Time(30_000_000),
            lowest: 1,
            highest: 1_500,
            gaps: Vec::new(),
            folded: None,
            late: None,
            repeated: None,
        },
    }
}

fn with_sources(sources: Vec<NamedNumbering>) -> String {
    let all_sources = NumberingTotal {
        numberings: sources.len() as u64 * 2,
        with_missing: sources.iter().filter(|one| one.numbering.missing() > 0).count() as u64,
    };
    let state = Integrity {
        sources,
        all_sources,
        ..state(Some(1000), 1000)
    };
    let page = IntegrityPage::new(shell("/admin/integrity"), Time(60_000_000), state, &[kept(1000)], false);
    let html = page.render().unwrap();
    let (_, rest) = html.split_once("<section id=\"sources\">").unwrap();
    rest.split_once("</section>").unwrap().0.to_owned()
}

#[test]
fn sources_say_what_is_missing_what_came_late_and_none_how_to_have_one() {
    assert!(with_sources(Vec::new()).contains("sends <code>sequence</code>"));
    let section = with_sources(vec![numbering("")]);
    assert!(
        section.contains("<b><bdi>crm</bdi></b>") && section.contains("1,500") && section.contains("nothing ✓"),
        "{section}"
    );
    assert!(
        section.contains("nothing that they numbered is missing") && section.contains("1 more"),
        "{section}"
    );

    let gap = |first, last| Gap {
        first,
        last,
        since: Time(0),
    };
    let mut broken = numbering("web-1");
    broken.id.epoch = "boot 7".to_owned();
    broken.is_over = true;
    broken.numbering.gaps = vec![
        gap(7, 7),
        gap(10, 12),
        gap(20, 1_200),
        gap(1_300, 1_301),
        gap(1_400, 1_400),
    ];
    broken.numbering.late = Some(Late {
        count: 3,
        at: Time(0),
        by: 1,
        most: 7_200_000_000,
    });
    broken.numbering.repeated = Some((2, Time(0)));
    let section = with_sources(vec![broken.clone()]);
    for said in [
        "1 misses something",
        "<b><bdi>web-1</bdi></b>",
        "crm, boot 7</bdi>, before it began anew",
        "1,188: 7, 10 to 12, 20 to 1,200 and 2 gaps more",
        "3, by 2 h at most",
        "2 came again, last",
        "have it send another <code>epoch</code>",
    ] {
        assert!(section.contains(said), "{said} is not in {section}");
    }
    broken.numbering.folded = Some(Folded {
        most: 40,
        through: 5,
        since: Time(0),
    });
    broken.id.source = HOSTILE.to_owned();
    let section = with_sources(vec![broken.clone()]);
    broken.numbering.gaps.clear();
    let only = with_sources(vec![broken]);
    assert!(
        only.contains("to list up to 5") && !only.contains("up to 5, then"),
        "{only}"
    );
    assert!(
        section.contains("at most 1,228: in too many places to list up to 5, then 7, 10 to 12"),
        "{section}"
    );
    assert!(!section.contains("<script>alert"), "{section}");
}
