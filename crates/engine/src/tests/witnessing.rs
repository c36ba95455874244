//! Witnesses as the log sees them: honest ones, liars, those that are down, and those that know a longer log.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use proof::{AddCheckpoint, CosigningKey, KnownLog, PosixTime, Seen, VerifyingKey};

use super::checkpoints::signer;
use super::{Bed, many};
use crate::{Courier, LogError, Reply, Replying, Witness, WitnessState};

/// How a witness answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Honest,
    Down,
    Silent,
    /// Cosigns with another key.
    Forges,
    /// Cosigns another checkpoint.
    OfAnother,
    /// Always cosigned one more than it was asked from.
    Fickle,
    /// Says that it cosigned what it was asked from.
    Stubborn,
    /// Refuses.
    Status(u16),
    Nonsense,
}

/// A witness in memory, and what carries requests to it.
#[derive(Debug)]
struct Far {
    key: CosigningKey,
    log: VerifyingKey,
    state: Mutex<(Manner, Seen)>,
}

impl Far {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            key: CosigningKey::from_seed("witness.example/w1".parse().unwrap(), &[2; 32]),
            log: signer(&[1], None).keys[0].public().clone(),
            state: Mutex::new((Manner::Honest, Seen::default())),
        })
    }

    fn is(&self, manner: Manner) {
        self.state.lock().unwrap().0 = manner;
    }

    fn knows(&self, seen: Seen) {
        self.state.lock().unwrap().1 = seen;
    }

    fn seen(&self) -> Seen {
        self.state.lock().unwrap().1
    }

    fn listed(&self) -> Witness {
        Witness::new("https://witness.example/w1/", &self.key.public().to_string()).unwrap()
    }

    fn answer(&self, body: &str) -> Result<Reply, String> {
        let reply = |status, text: String| {
            let body = text.into_bytes();
            Ok(Reply { status, body })
        };
        let request = AddCheckpoint::parse(body.as_bytes()).unwrap();
        let mut state = self.state.lock().unwrap();
        let at = PosixTime::new(1_800_000_000).unwrap();
        let keys = [self.log.clone()];
        let known = KnownLog {
            keys: &keys,
            seen: state.1,
        };
        match state.0 {
            Manner::Down | Manner::Silent => return Err("it is down".to_owned()),
            Manner::Fickle => return reply(409, format!("{}\n", request.old ^ 1)),
            Manner::Stubborn => return reply(409, format!("{}\n", request.old)),
            Manner::Status(status) => return reply(status, "no\n".to_owned()),
            Manner::Nonsense => return reply(200, "all is well\n".repeat(1000)),
            Manner::Forges => {
                let other = CosigningKey::from_seed(self.key.public().name().clone(), &[3; 32]);
                return reply(200, format!("{}\n", other.cosign(&request.checkpoint, at)));
            }
            Manner::OfAnother => {
                let of = proof::Checkpoint::new(request.checkpoint.unverified().origin().clone(), 1, [0; 32]);
                let of = of.sign(&[&signer(&[1], None).keys[0]]).unwrap();
                return reply(200, format!("{}\n", self.key.cosign(&of, at)));
            }
            Manner::Honest => {}
        }
        match request.judge(|_| Some(known)) {
            Ok(accepted) => {
                state.1 = accepted.seen();
                reply(200, accepted.answer(&[&self.key], at))
            }
            Err(refusal) => reply(refusal.status(), refusal.body()),
        }
    }
}

impl Courier for Far {
    fn post<'a>(&'a self, url: &'a str, body: String) -> Replying<'a> {
        Box::pin(async move {
            assert_eq!(url, "https://witness.example/w1/add-checkpoint");
            if self.state.lock().unwrap().0 == Manner::Silent {
                std::future::pending::<()>().await;
            }
            self.answer(&body)
        })
    }
}

async fn watched(bed: &Bed, far: &Arc<Far>, accept: bool) -> Result<(), LogError> {
    let courier = Arc::clone(far) as Arc<dyn Courier>;
    // A log has its witnesses once, also where signing is refused and tried again.
    let _ = bed.log.watched_by(vec![far.listed()], courier);
    bed.log.sign_with(signer(&[1], None), accept).await
}

async fn state(bed: &Bed) -> WitnessState {
    bed.log.witnesses().await.unwrap().pop().unwrap()
}

/// Waits until this holds of what is known of the witness.
async fn until(bed: &Bed, holds: impl Fn(&WitnessState) -> bool) -> WitnessState {
    for _ in 0..1000 {
        let now = state(bed).await;
        if holds(&now) {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?}", state(bed).await);
}

/// How many times the newest checkpoint is cosigned by it.
fn cosigned(bed: &Bed, far: &Far) -> usize {
    let newest = bed.log.newest_checkpoint().unwrap();
    let keys = [far.key.public().clone()];
    assert!(newest.cosignatures(&keys).is_ok(), "what is kept verifies");
    let by_it = |signature: &&proof::Signature| signature.name() == far.key.public().name();
    newest.note().signatures().iter().filter(by_it).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_new_checkpoint_is_cosigned_and_kept_so_across_a_restart() {
    let (bed, far) = (Bed::new(300).await, Far::new());
    watched(&bed, &far, false).await.unwrap();
    for (from, to) in [(0, 5), (5, 400), (400, 401)] {
        bed.append(many(from..to)).await;
        let known = until(&bed, |known| known.row.size == to).await;
        assert_eq!((known.row.trouble, far.seen().size), (None, to));
        // What the witness said is kept a moment before it is shown.
        until(&bed, |_| cosigned(&bed, &far) == 1).await;
        let kept = bed.log.checkpoints(u64::MAX, 1).await.unwrap().pop().unwrap();
        assert_eq!(kept.note, bed.log.newest_checkpoint().unwrap().to_string());
    }
    let before = bed
        .all(&activity::query::Expr::All, crate::Order::Recorded, 1000)
        .await
        .len();
    let bed = bed.reopen(300).await;
    bed.log.sign_with(signer(&[1], None), false).await.unwrap();
    assert_eq!(
        cosigned(&bed, &far),
        1,
        "what was kept stays, also where nobody is asked"
    );
    let bed = bed.reopen(300).await;
    watched(&bed, &far, false).await.unwrap();
    assert_eq!(
        cosigned(&bed, &far),
        1,
        "asked again, it takes the place of what it said before"
    );
    let after = bed
        .all(&activity::query::Expr::All, crate::Order::Recorded, 1000)
        .await
        .len();
    assert_eq!(before, after, "none of it is an activity");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_cosigned_another_size_is_asked_from_there() {
    let (bed, far) = (Bed::new(300).await, Far::new());
    bed.append(many(0..100)).await;
    let tree = bed.log.tree().await.unwrap();
    let root = tree.root_at(60).await.unwrap();
    far.knows(Seen { size: 60, root });
    watched(&bed, &far, false).await.unwrap();
    assert_eq!((far.seen().size, state(&bed).await.row.size), (100, 100));
    // Its answer was lost: it knows more than is kept of it here.
    bed.append(many(100..130)).await;
    until(&bed, |known| known.row.size == 130).await;
    let root = bed.log.tree().await.unwrap().root_at(110).await.unwrap();
    far.knows(Seen { size: 110, root });
    bed.append(many(130..150)).await;
    until(&bed, |known| known.row.size == 150).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_witness_answers_the_log_goes_on_and_the_trouble_is_named_until_it_is_over() {
    let (bed, far) = (Bed::new(300).await, Far::new());
    let mut size = 10;
    bed.append(many(0..size)).await;
    far.is(Manner::Silent);
    watched(&bed, &far, false).await.unwrap();
    assert!(state(&bed).await.row.trouble.unwrap().contains("did not answer"));
    for manner in [
        Manner::Down,
        Manner::Forges,
        Manner::OfAnother,
        Manner::Fickle,
        Manner::Stubborn,
        Manner::Status(500),
        Manner::Status(404),
        Manner::Nonsense,
    ] {
        far.is(Manner::Honest);
        let good = until(&bed, |known| known.row.size == size && known.row.trouble.is_none()).await;
        assert_eq!(
            (good.row.troubled_since, good.row.contradicts),
            (None, None),
            "{manner:?}"
        );
        far.is(manner);
        bed.append(many(size..size + 2)).await;
        let wrong = until(&bed, |known| known.row.trouble.is_some()).await;
        assert_eq!(wrong.row.contradicts, None, "{manner:?}: {wrong:?}");
        assert_eq!(wrong.row.size, size, "{manner:?}: what it cosigned last stays");
        size += 2;
        assert_eq!(bed.log.checkpoint().await.unwrap().unverified().size(), size);
        assert_eq!(cosigned(&bed, &far), 0, "{manner:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_a_witness_knows_to_be_longer_or_another_is_refused_unless_that_is_accepted() {
    let newer = Bed::new(300).await;
    newer.append(many(0..50)).await;
    let root = newer.log.tree().await.unwrap().root();
    let known = Seen { size: 50, root };
    // A shorter log, one as long, and a longer one.
    for facts in [many(0..40), many(10..60), many(10..80)] {
        let (bed, far) = (Bed::new(300).await, Far::new());
        far.knows(known);
        bed.append(facts).await;
        let size = bed.log.tree().await.unwrap().size();
        let refused = watched(&bed, &far, false).await;
        assert!(
            matches!(refused, Err(LogError::Witnessed { known: 50, size: of, .. }) if of == size),
            "{refused:?}"
        );
        assert_eq!(bed.log.tree().await.unwrap().size(), size, "nothing is recorded");
        assert!(bed.log.checkpoints(u64::MAX, 1).await.unwrap().is_empty(), "nor signed");
        watched(&bed, &far, true).await.unwrap();
        let rows = bed.all(&activity::query::Expr::All, crate::Order::Recorded, 1000).await;
        assert_eq!(rows.last().unwrap().kind.to_string(), "log.rollback_accepted");
        let now = state(&bed).await.row;
        assert_eq!((now.contradicts, now.accepted), (Some(50), Some(50)));
        assert_eq!(far.seen(), known, "it does not believe it");
        let bed = bed.reopen(300).await;
        watched(&bed, &far, false).await.unwrap();
        assert_eq!(state(&bed).await.row.contradicts, Some(50), "it stays on the page");
        let bed = bed.reopen(300).await;
        far.knows(Seen { size: 5000, ..known });
        let refused = watched(&bed, &far, false).await;
        assert!(
            matches!(refused, Err(LogError::Witnessed { known: 5000, .. })),
            "only what was accepted is"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contradiction_that_comes_later_is_named_and_the_log_goes_on() {
    let (bed, far) = (Bed::new(300).await, Far::new());
    bed.append(many(0..10)).await;
    watched(&bed, &far, false).await.unwrap();
    far.knows(Seen {
        size: 99,
        root: [0; 32],
    });
    bed.append(many(10..12)).await;
    let wrong = until(&bed, |known| known.row.contradicts.is_some()).await;
    assert_eq!(wrong.row.contradicts, Some(99));
    assert!(
        wrong
            .row
            .trouble
            .unwrap()
            .contains("99 activities, and here it has only")
    );
    bed.append(many(12..14)).await;
    assert_eq!(bed.log.checkpoint().await.unwrap().unverified().size(), 14);
}
