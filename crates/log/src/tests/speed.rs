use std::time::Instant;
use activity::query::Expr;
use super::{Bed, many, parse, reporter, facts};
use crate::Order;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "speed"]
async fn speed() {
    let bed = Bed::with(|s| { s.seal_at = 65_536; s.background = false; }).await;
    // ingest 1000s, 4 clients
    let t = Instant::now();
    let tasks: Vec<_> = (0..4u64).map(|w| { let log = bed.log.clone(); tokio::spawn(async move {
        for r in 0..15 { let b = many(w*15000 + r*1000..w*15000 + (r+1)*1000); log.ingest(reporter(b)).await.unwrap(); }
    })}).collect();
    for t in tasks { t.await.unwrap(); }
    eprintln!("ingest by 1000: {:.0}/s", 60_000.0 / t.elapsed().as_secs_f64());
    let b = many(0..1000);
    let t = Instant::now();
    let c = b.clone(); eprintln!("clone 1000: {:?}", t.elapsed()); drop(c);
    let t = Instant::now();
    let p = crate::batch::pack(b.iter()).unwrap(); eprintln!("pack 1000: {:?} {} bytes", t.elapsed(), p.len());
    let keys: crate::keys::Keys = (0..3).map(|n| (format!("usr_{n}"), [1;32])).collect();
    let t = Instant::now();
    for f in &b { crate::keys::leaf(f, &keys).unwrap(); } eprintln!("leaf 1000: {:?}", t.elapsed());
    let t = Instant::now();
    let tasks: Vec<_> = (0..64u64).map(|w| { let log = bed.log.clone(); tokio::spawn(async move {
        for r in 0..60 { log.ingest(reporter(vec![facts(w*60+r)])).await.unwrap(); }
    })}).collect();
    for t in tasks { t.await.unwrap(); }
    eprintln!("singles x64: {:.0}/s", 64.0*60.0 / t.elapsed().as_secs_f64());
    let t = Instant::now();
    for _ in 0..200 { let mut tx = bed.store.begin().await.unwrap(); bed.log.append(&mut tx, many(0..1)).await.unwrap(); tx.commit().await.unwrap(); }
    eprintln!("append alone: {:?}", t.elapsed() / 200);
    for text in ["", "user:usr_1", "user:nobody", "nowhere"] {
        let e = parse(text);
        let t = Instant::now();
        for _ in 0..20 { bed.page(&e, Order::Newest, None, 50).await; }
        eprintln!("hot search {text:?}: {:?}", t.elapsed() / 20);
    }
    let t = Instant::now();
    bed.log.settle(true).await.unwrap();
    eprintln!("settle {:?}", t.elapsed());
    for text in ["", "user:usr_1", "user:nobody", "nowhere"] {
        let e = parse(text);
        let t = Instant::now();
        for _ in 0..100 { bed.page(&e, Order::Newest, None, 50).await; }
        eprintln!("sealed search {text:?}: {:?}", t.elapsed() / 100);
    }
    let t = Instant::now();
    for _ in 0..200 { bed.log.core().view().await.unwrap(); }
    eprintln!("view: {:?}", t.elapsed() / 200);
    let t = Instant::now();
    let n = bed.scanned(&Expr::All, Order::Newest).await.len();
    eprintln!("scan: {:.0}/s", n as f64 / t.elapsed().as_secs_f64());
}
