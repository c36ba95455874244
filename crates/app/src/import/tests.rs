use foreign::Origin;

use super::{Import, ImportFormat, Input, Summary, Watch, rehearse};

struct Told(Vec<(Origin, String)>);

impl Watch for Told {
    fn progress(&mut self, _: u64, _: u64) {}
    fn unreadable(&mut self, origin: Origin, why: &str) {
        self.0.push((origin, why.to_owned()));
    }
}

async fn read(format: ImportFormat, files: &[&[u8]]) -> (Summary, Vec<(Origin, String)>) {
    let request = Import {
        format,
        source: String::new(),
        year: None,
        zone: jiff::tz::TimeZone::UTC,
    };
    let inputs: Vec<Input> = files
        .iter()
        .map(|bytes| Input::of_bytes("log", bytes.to_vec()))
        .collect();
    let now = activity::Time::parse("2026-11-28T12:00:00Z").unwrap();
    let mut told = Told(Vec::new());
    let summary = rehearse(now, &request, &inputs, &mut told).await.unwrap();
    (summary, told.0)
}

#[tokio::test]
async fn several_files_are_one_log_and_each_line_is_accounted_for() {
    let older = b"Dec 30 10:00:00 g sshd[1]: Invalid user x from 192.0.2.1 port 4\n\0\0\0\0\nDec 31 1";
    let newer = b"Jan  1 10:00:00 g sshd[1]: Failed password for invalid user J\xf6rg from 192.0.2.1 port 4 ssh2\n\
        Jan  1 10:00:01 g CRON[1]: x\nJan  1 10:00:02 g sshd[2]: of a later version\n";
    let (summary, told) = read(ImportFormat::Auth, &[older, newer]).await;
    assert_eq!(
        (summary.lines, summary.recorded, summary.unreadable),
        (6, 2, 1),
        "{summary:?}"
    );
    assert_eq!(
        summary.kinds.keys().collect::<Vec<_>>(),
        ["ssh.invalid_user", "user.login_failed"]
    );
    assert_eq!(summary.first.unwrap().to_string(), "2025-12-30T10:00:00.000000Z");
    assert_eq!(summary.last.unwrap().to_string(), "2026-01-01T10:00:00.000000Z");
    assert_eq!(told[0].0, Origin { file: 0, line: 3 });
    assert_eq!(summary.unknown["sshd"], (1, vec![Origin { file: 1, line: 3 }]));
    assert_eq!(
        summary.ignored.keys().collect::<Vec<_>>(),
        ["empty lines", "other programs: CRON"]
    );
}

#[tokio::test]
async fn what_would_be_refused_is_said_with_its_line() {
    let lines = concat!(
        "\u{feff}{\"activity\":\"invoice.paid\",\"occurred_at\":\"2026-03-01T10:00:00Z\"}\r\n",
        "{\"activity\":\"log.viewed\"}\r\n\r\n",
        "{\"activity\":\"invoice.paid\",\"occurred_at\":\"2999-03-01T10:00:00Z\"}"
    );
    let (summary, told) = read(ImportFormat::Jsonl, &[lines.as_bytes()]).await;
    assert_eq!((summary.lines, summary.recorded, summary.unreadable), (4, 1, 2));
    let lines: Vec<u64> = told.iter().map(|(origin, _)| origin.line).collect();
    assert_eq!(lines, [2, 4]);
}

fn mapped(name: &str) -> ImportFormat {
    let text = super::mapping::text_of(name).unwrap();
    ImportFormat::Mapped(std::sync::Arc::new(super::mapping::Mapping::parse(text).unwrap()))
}

#[tokio::test]
async fn events_are_read_by_a_mapping_one_to_a_line_or_a_whole_list() {
    let one =
        "{\"id\":\"s1\",\"date_create\":1795168800,\"action\":\"user_login\",\"actor\":{\"user\":{\"id\":\"W1\"}}}";
    let (summary, told) = read(mapped("slack"), &[format!("{one}\n\n[]\n5\n{{\n").as_bytes()]).await;
    assert_eq!((summary.recorded, summary.unreadable), (1, 2), "{summary:?} {told:?}");
    assert!(told[1].1.contains("jq -c"), "{told:?}");
    // One that is wrong takes nothing of the others with it.
    let (summary, told) = read(mapped("slack"), &[format!("[{one},5,{one}]").as_bytes()]).await;
    assert_eq!((summary.recorded, summary.unreadable), (2, 1), "{summary:?} {told:?}");
    let many = format!("{{\"entries\":[{}]}}", vec![one; 20_000].join(","));
    let (summary, _) = read(mapped("slack"), &[many.as_bytes()]).await;
    assert_eq!((summary.lines, summary.recorded), (1, 20_000));
    assert_eq!(summary.kinds["user.login"], 20_000);
}
