use super::*;

fn figure(value: f64, unit: Unit, peers: [Option<f64>; 2], goal: Goal) -> Figure {
    let [sqlite, duckdb] = peers;
    Figure {
        name: "newest 50 of everything".to_owned(),
        hot: None,
        value,
        unit,
        peers: Peers { sqlite, duckdb },
        goal,
    }
}

#[test]
fn the_ratio_is_to_the_best_peer_and_below_one_when_ahead() {
    let ratio = |value, unit, peers| figure(value, unit, peers, Goal::None).ratio();
    assert_eq!(ratio(2.0, Unit::Millis, [Some(4.0), Some(8.0)]), Some(0.5));
    assert_eq!(ratio(2.0, Unit::Millis, [Some(4.0), Some(1.0)]), Some(2.0));
    assert_eq!(ratio(2.0, Unit::Millis, [None, Some(1.0)]), Some(2.0));
    assert_eq!(ratio(100.0, Unit::PerSecond, [Some(10.0), Some(50.0)]), Some(0.5));
    assert_eq!(ratio(2.0, Unit::Millis, [None, None]), None);
}

#[test]
fn a_goal_is_of_the_nearest_size() {
    assert_eq!(Size::nearest(200_000), Size::TenMillion);
    assert_eq!(Size::nearest(31_000_000), Size::TenMillion);
    assert_eq!(Size::nearest(32_000_000), Size::HundredMillion);
    let goal = Goal::AtMost([1.0, 1.5]);
    assert_eq!(goal.missed_by(Size::TenMillion, 1.2), Some(1.2));
    assert_eq!(goal.missed_by(Size::HundredMillion, 1.2), None);
    assert_eq!(Goal::at_least(100.0).missed_by(Size::TenMillion, 50.0), Some(2.0));
    assert_eq!(Goal::at_least(100.0).missed_by(Size::TenMillion, 100.0), None);
    assert_eq!(Goal::None.missed_by(Size::TenMillion, 1e9), None);
    assert!(goal.missed_by(Size::TenMillion, f64::NAN).is_some());
}

#[test]
fn a_goal_is_missed_with_a_hot_tail_too() {
    let mut figure = figure(0.5, Unit::Millis, [None, None], Goal::at_most(1.0));
    assert_eq!(figure.missed_by(Size::TenMillion), None);
    figure.hot = Some(3.0);
    assert_eq!(figure.missed_by(Size::TenMillion), Some(3.0));
}

#[test]
fn the_table_says_size_machine_and_what_was_missed() {
    let mut report = Report::new(1_048_576, "2 cores".to_owned());
    let mut first = figure(229.0, Unit::Millis, [Some(0.22), Some(9.6)], Goal::AtMost([1.0, 1.5]));
    first.hot = Some(233.7);
    report.push(first);
    report.add("singles", 12_345.6, Unit::PerSecond, Goal::at_least(10_000.0));
    let table = table::of(&report);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(
        lines[0],
        "1,048,576 activities; 2 cores; goals for 10 M; to best peer: below 1 is ahead"
    );
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let first = [
        "",
        "newest 50 of everything",
        "234",
        "229",
        "ms",
        "0.22",
        "9.60",
        "1,041×",
        "≤ 1",
        "missed 234×",
        "",
    ];
    assert_eq!(cells(lines[4]), first);
    assert_eq!(
        cells(lines[5]),
        ["", "singles", "–", "12,346", "/s", "–", "–", "–", "≥ 10000", "", ""]
    );
    let widths: Vec<usize> = lines[2..].iter().map(|line| line.chars().count()).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "{table}");
    assert!(report.check().is_err());
}

#[test]
fn a_line_of_json_says_everything() {
    let mut report = Report::new(10, "2 cores".to_owned());
    report.push(figure(2.0, Unit::Millis, [Some(4.0), None], Goal::at_most(1.0)));
    let lines = report.lines().expect("figures are JSON");
    let line: serde_json::Value = serde_json::from_str(&lines).expect("one line");
    assert_eq!(line["activities"], 10);
    assert_eq!(line["machine"], "2 cores");
    assert_eq!(line["ratio"], 0.5);
    assert_eq!(line["missed_by"], 2.0);
}
