//! Every answer that the specification has for a request, and what a log makes of it.

use super::*;
use crate::consistency::consistency_proof;
use crate::cosignature::PosixTime;
use crate::hash::{EMPTY_ROOT, Hash};
use crate::note::{Note, NoteError, VerifyingKey, WitnessKey};
use crate::source::root_of;
use crate::support::{ORIGIN, checkpoint, key, leaves, log_key, origin, witness_key};
use crate::{Checkpoint, Origin, Signature};

const EXAMPLE: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u{2014} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

fn now() -> PosixTime {
    PosixTime::new(1_700_000_000).unwrap()
}

fn request(old: usize, new: usize) -> AddCheckpoint {
    AddCheckpoint {
        old: old as u64,
        proof: consistency_proof(&leaves(new)[..], old as u64, new as u64).unwrap_or_default(),
        checkpoint: checkpoint(new),
    }
}

fn seen(size: usize) -> Seen {
    Seen {
        size: size as u64,
        root: root_of(&leaves(size)),
    }
}

/// What a witness that knows the log by these keys, and cosigned this last, answers.
fn judged(request: &AddCheckpoint, keys: &[VerifyingKey], seen: Seen) -> Result<Seen, Refusal> {
    let known = |asked: &Origin| (asked.as_ref() == ORIGIN).then_some(KnownLog { keys, seen });
    request.judge(known).map(|accepted| accepted.seen())
}

fn keys() -> [VerifyingKey; 1] {
    [log_key().public().clone()]
}

fn refused(request: &AddCheckpoint, last: Seen) -> (u16, String) {
    let refusal = judged(request, &keys(), last).unwrap_err();
    (refusal.status(), refusal.body())
}

fn signed(size: u64, root: Hash) -> crate::SignedCheckpoint {
    Checkpoint::new(origin(), size, root).sign(&[&log_key()]).unwrap()
}

#[test]
fn the_specifications_example_is_read_and_written_exactly() {
    let read = AddCheckpoint::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(
        (read.old, read.proof.len(), read.checkpoint.note().signatures().len()),
        (20_852_014, 4, 2)
    );
    assert_eq!(read.to_string(), EXAMPLE);
}

#[test]
fn a_log_that_grows_is_cosigned_at_each_step() {
    let mut last = Seen::default();
    for (old, new) in [(0, 0), (0, 1), (1, 1), (1, 2), (2, 7), (7, 64), (64, 100), (100, 100)] {
        last = judged(&request(old, new), &keys(), last).unwrap();
        assert_eq!(last, seen(new));
    }
    // A log may also begin with any size.
    assert_eq!(judged(&request(0, 33), &keys(), Seen::default()), Ok(seen(33)));
}

#[test]
fn of_equal_sizes_the_roots_are_compared() {
    let mut other = request(7, 7);
    other.checkpoint = signed(7, [1; 32]);
    assert_eq!(refused(&other, seen(7)), (409, "7\n".to_owned()));
    let mut of_no_leaves = request(0, 0);
    of_no_leaves.checkpoint = signed(0, [1; 32]);
    assert_eq!(refused(&of_no_leaves, Seen::default()), (409, "0\n".to_owned()));
    let mut padded = request(7, 7);
    padded.proof = vec![[0; 32]];
    assert_eq!(refused(&padded, seen(7)).0, 422);
}

#[test]
fn a_request_that_cannot_be_read_is_400() {
    let whole = request(3, 7).to_string();
    let status = |text: &str| {
        let refusal = Refusal::from(AddCheckpoint::parse(text.as_bytes()).unwrap_err());
        assert!(refusal.body().ends_with('\n'));
        (refusal.status(), refusal)
    };
    for (from, to, error) in [
        ("old 3", "old 03", RequestError::Old),
        ("old 3", "old  3", RequestError::Old),
        ("old 3", "old -3", RequestError::Old),
        ("old 3", "Old 3", RequestError::Old),
        ("old 3\n", "", RequestError::Old),
        ("old 3\n", "old 3\nAAAA\n", RequestError::Hash(2)),
        ("old 3\n", "old 3\r\n", RequestError::Old),
    ] {
        assert_eq!(
            status(&whole.replacen(from, to, 1)),
            (400, Refusal::Malformed(error)),
            "{to:?}"
        );
    }
    let line = crate::text::hash_text(&[7; 32]) + "\n";
    let with = |count| whole.replacen("old 3\n", &("old 3\n".to_owned() + &line.repeat(count)), 1);
    assert_eq!(status(&with(64)), (400, Refusal::Malformed(RequestError::Many)));
    assert!(AddCheckpoint::parse(with(63 - request(3, 7).proof.len()).as_bytes()).is_ok());
    assert_eq!(status("old 3\n"), (400, Refusal::Malformed(RequestError::Parts)));
    assert_eq!(status(&whole.replacen("\n7\n", "\n07\n", 1)).0, 400);
    assert_eq!(AddCheckpoint::parse(b"\xff"), Err(RequestError::Encoding));
    let long = vec![b'a'; MAX_REQUEST_BYTES + 1];
    assert_eq!(
        AddCheckpoint::parse(&long),
        Err(RequestError::Long(MAX_REQUEST_BYTES + 1))
    );
}

#[test]
fn a_tree_that_shrinks_is_400() {
    let mut shrinks = request(3, 7);
    shrinks.old = 8;
    assert_eq!(
        refused(&shrinks, seen(8)),
        (400, "the old size 8 is larger than the checkpoint's 7\n".into())
    );
}

#[test]
fn a_checkpoint_that_no_key_of_the_log_signed_is_403() {
    let strangers = [key(2).public().clone()];
    let refusal = judged(&request(3, 7), &strangers, seen(3)).unwrap_err();
    assert_eq!(
        (refusal.status(), refusal),
        (403, Refusal::Untrusted(NoteError::Unknown(1)))
    );
    // Another checkpoint's signature by the key, though a right one by another key stands beside it.
    let mut forged = request(3, 7);
    let of_another = checkpoint(6).note().signatures()[0].clone();
    forged.checkpoint = forged.checkpoint.unverified().sign(&[&key(2)]).unwrap();
    forged.checkpoint.add(of_another).unwrap();
    let both = [key(2).public().clone(), log_key().public().clone()];
    let refusal = judged(&forged, &both, seen(3)).unwrap_err();
    assert!(matches!(refusal, Refusal::Untrusted(NoteError::Forged { .. })));
    assert_eq!(refusal.status(), 403);
    assert_eq!(judged(&forged, &both[..1], seen(3)), Ok(seen(7)));
}

#[test]
fn a_log_that_is_not_known_is_404_though_its_signature_is_wrong_too() {
    let other = Checkpoint::new("example.com/other".parse().unwrap(), 7, [0; 32])
        .sign(&[&key(9)])
        .unwrap();
    let unknown = AddCheckpoint {
        checkpoint: other,
        ..request(3, 7)
    };
    assert_eq!(refused(&unknown, seen(3)).0, 404);
}

#[test]
fn a_size_that_the_witness_did_not_cosign_last_is_409_and_told() {
    for (old, last) in [(0, 3), (3, 0), (3, 5), (7, 3)] {
        assert_eq!(refused(&request(old, 7), seen(last)), (409, format!("{last}\n")));
    }
}

#[test]
fn a_proof_that_fails_is_422() {
    let mut flipped = request(3, 7);
    flipped.proof[0][0] ^= 1;
    let mut short = request(3, 7);
    short.proof.pop();
    let mut from_nothing = request(0, 7);
    from_nothing.proof.push([0; 32]);
    let rewritten = AddCheckpoint {
        checkpoint: signed(7, [1; 32]),
        ..request(3, 7)
    };
    for (request, last) in [(flipped, 3), (short, 3), (from_nothing, 0), (rewritten, 3)] {
        assert_eq!(refused(&request, seen(last)).0, 422);
    }
    assert_eq!(Seen::default().root, EMPTY_ROOT);
}

#[test]
fn a_log_reads_the_cosignatures_of_the_witnesses_it_knows() {
    let mut asked = request(3, 7);
    let (known, stranger) = (witness_key(2), witness_key(3));
    let log = keys();
    let accepted = asked
        .judge(|_| {
            Some(KnownLog {
                keys: &log,
                seen: seen(3),
            })
        })
        .unwrap();
    let body = accepted.answer(&[&stranger, &known], now());
    let witnesses = [known.public().clone()];
    let Answer::Cosigned(found) = read_answer(200, body.as_bytes(), &asked.checkpoint, &witnesses).unwrap() else {
        panic!("cosigned");
    };
    assert_eq!(
        found.iter().map(|found| (found.by, found.at)).collect::<Vec<_>>(),
        [(&witnesses[0], now())]
    );
    let lines: Vec<Signature> = found.into_iter().map(|found| found.signature).collect();
    for line in lines {
        asked.checkpoint.add(line).unwrap();
    }
    // The log's note with both signatures is one that anybody reads.
    let published = Note::parse(asked.checkpoint.to_string().as_bytes()).unwrap();
    assert_eq!(published.signatures().len(), 2);
    assert_eq!(asked.checkpoint.cosignatures(&witnesses).unwrap().len(), 1);
}

#[test]
fn answers_that_are_of_no_use_say_why() {
    let asked = checkpoint(7);
    let witnesses = [witness_key(2).public().clone()];
    let read = |status, body: &str, witnesses: &[WitnessKey]| {
        read_answer(status, body.as_bytes(), &asked, witnesses).map(|_| ())
    };
    for status in [400, 403, 404, 422, 500, 302, 0] {
        assert_eq!(read(status, "", &witnesses), Err(AnswerError::Refused(status)));
    }
    let conflict = read_answer(409, b"20852014\n", &asked, &witnesses);
    assert_eq!(conflict, Ok(Answer::Conflict { size: 20_852_014 }));
    for body in ["", "7", "07\n", "7\n\n", "-1\n", "7\r\n"] {
        assert_eq!(read(409, body, &witnesses), Err(AnswerError::Malformed), "{body:?}");
    }
    assert_eq!(
        read_answer(200, b"\xff", &asked, &witnesses),
        Err(AnswerError::Malformed)
    );
    let line = format!("{}\n", witness_key(2).cosign(&asked, now()));
    assert_eq!(read(200, &line, &witnesses), Ok(()));
    assert_eq!(
        read(200, &line, &[witness_key(3).public().clone()]),
        Err(AnswerError::Unknown)
    );
    assert_eq!(
        read(200, line.trim_end(), &witnesses),
        Err(AnswerError::Signature(NoteError::Unsigned))
    );
    assert_eq!(
        read(200, "", &witnesses),
        Err(AnswerError::Signature(NoteError::Unsigned))
    );
    // A cosignature of another checkpoint.
    let of_another = format!("{}\n", witness_key(2).cosign(&checkpoint(8), now()));
    assert!(matches!(
        read(200, &of_another, &witnesses),
        Err(AnswerError::Signature(NoteError::Forged { .. }))
    ));
}
