//! What holds for every request that somebody may send.

use proptest::prelude::*;

use super::*;
use crate::consistency::consistency_proof;
use crate::hash::Hash;
use crate::source::root_of;
use crate::support::{checkpoint, damaged, leaves, log_key, witness_key};

fn request(old: u64, new: u64) -> AddCheckpoint {
    AddCheckpoint {
        old,
        proof: consistency_proof(&leaves(new as usize)[..], old, new).unwrap(),
        checkpoint: checkpoint(new as usize),
    }
}

fn seen(size: u64) -> Seen {
    Seen {
        size,
        root: root_of(&leaves(size as usize)),
    }
}

proptest! {
    #[test]
    fn a_request_survives_its_body((old, new) in (0_u64..80).prop_flat_map(|new| (0..=new, Just(new)))) {
        let request = request(old, new);
        let read = AddCheckpoint::parse(request.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read, &request);
        let keys = [log_key().public().clone()];
        let log = KnownLog { keys: &keys, seen: seen(old) };
        prop_assert_eq!(read.judge(|_| Some(log)).map(|accepted| accepted.seen()), Ok(seen(new)));
    }

    #[test]
    fn a_changed_request_is_refused_or_leads_to_the_tree_that_the_log_signed(
        bytes in damaged(request(5, 11).to_string().into_bytes()), last in 0_u64..12,
    ) {
        if let Ok(read) = AddCheckpoint::parse(&bytes) {
            prop_assert_eq!(read.to_string().into_bytes(), bytes);
            let keys = [log_key().public().clone()];
            let log = KnownLog { keys: &keys, seen: seen(last) };
            match read.judge(|_| Some(log)) {
                Ok(accepted) => prop_assert_eq!(accepted.seen(), seen(11)),
                Err(refusal) => prop_assert!([400, 403, 404, 409, 422].contains(&refusal.status())),
            }
        }
    }

    #[test]
    fn a_signed_lie_is_never_accepted(old in 1_u64..12, root in any::<Hash>(), proof in prop::collection::vec(any::<Hash>(), 0..8)) {
        let lie = crate::Checkpoint::new(crate::support::origin(), 11, root).sign(&[&log_key()]).unwrap();
        let request = AddCheckpoint { old, proof, checkpoint: lie };
        let keys = [log_key().public().clone()];
        let log = KnownLog { keys: &keys, seen: seen(old) };
        prop_assert!(request.judge(|_| Some(log)).is_err());
    }

    #[test]
    fn any_answer_is_read_or_refused(
        status in prop_oneof![Just(200_u16), Just(409), any::<u16>()],
        body in damaged(format!("{}\n", witness_key(2).cosign(&checkpoint(7), crate::PosixTime::new(9).unwrap())).into_bytes()),
    ) {
        let witnesses = [witness_key(2).public().clone()];
        if let Ok(Answer::Cosigned(found)) = read_answer(status, &body, &checkpoint(7), &witnesses) {
            prop_assert_eq!(found[0].at.seconds(), 9);
        }
    }
}
