//! The contract of the store, run against every backend: one more line here is one more backend.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod contract {
    pub(crate) mod jobs;
    pub(crate) mod log;
    pub(crate) mod place;
    pub(crate) mod transactions;
}

use contract::{jobs, log, place, transactions};

macro_rules! contract {
    ($backend:ident, $place:expr, { $($suite:ident: $($test:ident),+ $(,)?;)+ }) => {
        mod $backend {
            $($(
                #[tokio::test(flavor = "multi_thread")]
                async fn $test() {
                    super::$suite::$test($place.await).await;
                }
            )+)+
        }
    };
}

macro_rules! on {
    ($backend:ident: $place:expr) => {
        contract!($backend, $place, {
            transactions:
                a_commit_is_seen_and_a_rollback_is_not,
                what_was_to_follow_a_commit_follows_no_rollback,
                a_commit_goes_on_when_its_caller_gives_up,
                tidying_gives_space_back,
                a_read_sees_one_state_to_its_end,
                one_writer_waits_for_another,
                a_broken_constraint_fails_only_its_transaction,
                a_transaction_that_the_database_ended_itself_blocks_no_later_one,
                a_commit_without_an_answer_is_unknown_and_stops_the_store,
                a_failed_store_writes_nothing_more,
                whether_it_takes_writes_is_tried_when_the_last_one_was_not_kept,
                tidying_waits_for_no_reader,
                a_store_opens_again_with_what_it_held,
                a_schema_from_the_future_is_refused,
                a_reader_reads_and_does_not_write,
                a_database_without_data_says_so_to_a_reader,
                a_copy_is_of_what_was_committed_and_waits_for_nobody_who_writes;
            jobs:
                of_two_that_claim_at_once_one_gets_it,
                a_former_holder_of_a_lapsed_lease_changes_nothing,
                what_failed_is_free_when_it_is_due_again,
                jobs_of_a_kind_are_due_in_order_to_whom_they_are_free,
                leases_are_released_of_one_owner_or_of_all,
                a_lease_without_an_owner_is_no_row;
            log:
                the_head_is_made_once_and_moves,
                only_one_sealer_gets_past_the_fence,
                hot_batches_are_found_by_any_seq_inside_them,
                sealed_hot_batches_go_and_half_sealed_ones_stay,
                live_volumes_are_listed_in_order,
                a_stretch_is_in_one_live_volume,
                what_is_given_up_is_due_and_cannot_be_published,
                a_person_keeps_the_first_key,
                a_type_keeps_its_first_date,
                of_who_was_erased_only_a_tombstone_is_left,
                an_answer_is_replaced_only_when_it_has_expired,
                a_numbering_is_what_was_kept_last_and_those_heard_last_are_kept,
                an_external_id_is_remembered_until_its_time;
        });
    };
}

on!(sqlite: super::place::sqlite());
on!(postgres: super::place::postgres());

/// What is wrong with a database file is said at once.
#[tokio::test]
async fn a_file_that_is_no_database_is_refused_at_once_with_its_cause() {
    for (content, cause) in [
        (vec![b'x'; 100_000], "not a database"),
        (
            [b"SQLite format 3\0".to_vec(), vec![0xAB; 100_000]].concat(),
            "malformed",
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("whodid.db"), &content).unwrap();
        for reader in [false, true] {
            let place = store::StoreUrl::directory(dir.path());
            let open = async {
                match reader {
                    true => store::Store::open_reader(&place).await.err(),
                    false => store::Store::open(&place).await.err(),
                }
            };
            let error = tokio::time::timeout(std::time::Duration::from_secs(5), open).await;
            let text = error.expect("it does not wait").unwrap().to_string();
            assert!(
                text.contains(cause) || text.contains("not a database"),
                "{cause}: {text}"
            );
        }
        assert_eq!(
            std::fs::read(dir.path().join("whodid.db")).unwrap(),
            content,
            "it is left as it is"
        );
    }
}
