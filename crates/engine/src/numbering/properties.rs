//! Against the plainest way to say it: all numbers from the least to the greatest but those that came.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Numbers in commits, in the order in which they came.
fn arrivals(numbers: impl Strategy<Value = u64>) -> impl Strategy<Value = Vec<Vec<u64>>> {
    prop::collection::vec(prop::collection::vec(numbers, 1..20), 1..40)
}

/// What is known after commits, each a second after the one before.
fn after(commits: &[Vec<u64>]) -> Numbering {
    let step = |known: Option<Numbering>, (second, numbers): (usize, &Vec<u64>)| {
        let heard = numbers.iter().map(|number| Heard {
            number: *number,
            is_new: true,
        });
        let known = Numbering::after(known, heard.collect(), Time(second as i64)).unwrap();
        // As it is kept and read again.
        Some(Numbering::of_row(known.to_row().unwrap()).unwrap())
    };
    commits.iter().enumerate().fold(None, step).unwrap()
}

fn listed(numbering: &Numbering) -> BTreeSet<u64> {
    numbering.gaps.iter().flat_map(|gap| gap.first..=gap.last).collect()
}

fn naive(commits: &[Vec<u64>]) -> BTreeSet<u64> {
    let came: BTreeSet<u64> = commits.iter().flatten().copied().collect();
    let (least, greatest) = (*came.first().unwrap(), *came.last().unwrap());
    (least..=greatest).filter(|number| !came.contains(number)).collect()
}

proptest! {
    #[test]
    fn in_any_order_what_is_missing_is_all_but_what_came(commits in arrivals(0_u64..150), start in 0..1_u64 << 62) {
        let commits: Vec<Vec<u64>> = commits.iter().map(|all| all.iter().map(|n| n + start).collect()).collect();
        let numbering = after(&commits);
        let came: BTreeSet<u64> = commits.iter().flatten().copied().collect();
        prop_assert_eq!(Some(&numbering.lowest), came.first());
        prop_assert_eq!(Some(&numbering.highest), came.last());
        prop_assert_eq!(numbering.folded, None);
        prop_assert_eq!(listed(&numbering), naive(&commits));
        prop_assert_eq!(numbering.missing(), naive(&commits).len() as u64);
        let sent = commits.iter().map(Vec::len).sum::<usize>() as u64;
        prop_assert_eq!(numbering.repeated.map_or(0, |(times, _)| times), sent - came.len() as u64);
        let apart = numbering.gaps.windows(2).all(|pair| pair[0].last + 1 < pair[1].first);
        prop_assert!(apart, "gaps that touch are one: {:?}", numbering.gaps);
    }

    #[test]
    fn of_more_gaps_than_are_listed_nothing_is_forgotten(commits in arrivals(0_u64..4_000)) {
        let (numbering, naive) = (after(&commits), naive(&commits));
        prop_assert!(numbering.gaps.len() <= GAPS);
        let through = numbering.folded.map(|folded| folded.through);
        let exact: BTreeSet<u64> = naive.iter().copied().filter(|number| Some(*number) > through).collect();
        prop_assert_eq!(listed(&numbering), exact, "above what is folded every one is listed");
        let below = naive.len() as u64 - listed(&numbering).len() as u64;
        prop_assert!(numbering.folded.map_or(0, |folded| folded.most) >= below, "at most is at least what is so");
    }
}
