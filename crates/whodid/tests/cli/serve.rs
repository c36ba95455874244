use std::time::{Duration, Instant};

use crate::support::Home;

#[test]
fn a_second_server_on_the_same_directory_is_refused_at_once() {
    let home = Home::new();
    let server = home.serve(&[]);
    let begun = Instant::now();
    let done = home.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(done.code, 1);
    assert!(
        done.err.contains("is in use by another whodid process") && done.err.contains(&server.pid().to_string()),
        "{done:?}"
    );
}

#[test]
fn a_taken_address_is_named() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let done = home.run(&["serve", "--listen", &address]);
    assert!(
        done.code == 1 && done.err.contains(&format!("cannot listen on {address}")),
        "{done:?}"
    );
}

#[tokio::test]
async fn told_to_stop_it_finishes_and_gives_the_directory_free() {
    let home = Home::new();
    let server = home.serve(&[]);
    let ready = reqwest::get(format!("{}/readyz", server.url)).await.unwrap();
    assert!(ready.status().is_success(), "{ready:?}");
    assert_eq!(server.terminate(), Some(0));
    assert_eq!(home.serve(&[]).terminate(), Some(0));
}

#[test]
fn every_address_is_served_only_when_it_is_said_where_links_lead() {
    let home = Home::new();
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let done = home.run(&["serve", "--listen", listen]);
        assert!(done.code == 2 && done.err.contains("set `public_url`"), "{done:?}");
        assert!(!home.data().exists(), "nothing is made before the settings are right");
        let done = home.run(&["doctor", "--set", &format!("web.listen={listen}")]);
        assert!(done.code == 1 && done.out.contains("WRONG   public_url:"), "{done:?}");
    }
    let server = home.serve(&[
        "--set",
        "web.listen=0.0.0.0:0",
        "--set",
        "public_url=https://log.example.com",
    ]);
    assert_eq!(server.terminate(), Some(0));
}
