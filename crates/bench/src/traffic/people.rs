//! The people and groups of a seed: fixed, whatever the number of activities.

use activity::{Named, Person, Time};

use super::places::Addresses;
use super::random::{Draw, Stream};
use super::words::{ENGLISH, GROUPS, OTHERS};

pub const PEOPLE: usize = 100_000;
pub const SHARED: usize = 400;
/// Accounts were made within so many days before.
const MADE_WITHIN: u64 = 3 * 365;
/// So many of ten thousand write in another language than English.
const FOREIGN: u64 = 1_500;

/// Somebody.
#[derive(Debug)]
pub struct Somebody {
    pub person: Person,
    pub country: &'static str,
    pub addresses: Addresses,
}

/// The people, the busiest first.
pub fn people(seed: u64, end: Time) -> Vec<Somebody> {
    (0..PEOPLE as u64)
        .map(|at| somebody(at, end, &mut Draw::of(seed, Stream::Person, at)))
        .collect()
}

fn somebody(at: u64, end: Time, draw: &mut Draw) -> Somebody {
    let made_at = made_at(end, draw);
    let id = draw.id("usr", made_at);
    let language = match draw.chance(FOREIGN) {
        true => draw.pick(OTHERS),
        false => &ENGLISH,
    };
    let name = language.name(draw);
    let username = format!("{}{at}", name.typed);
    Somebody {
        person: Person {
            id,
            name: name.written,
            email: format!("{username}@example.com"),
            username,
        },
        country: draw.pick::<&str>(language.countries),
        addresses: Addresses::draw(draw),
    }
}

/// The groups, the busiest first.
pub fn groups(seed: u64, end: Time) -> Vec<Named> {
    let one = |at: u64| {
        let mut draw = Draw::of(seed, Stream::Group, at);
        let made_at = made_at(end, &mut draw);
        Named {
            id: draw.id("grp", made_at),
            name: format!("{} {at}", *draw.pick(GROUPS)),
        }
    };
    (0..SHARED as u64).map(one).collect()
}

/// A moment at which an account was made.
fn made_at(end: Time, draw: &mut Draw) -> i64 {
    end.plus(-2 * 365 * Time::DAY).0 - draw.below(MADE_WITHIN) as i64 * Time::DAY - draw.below(Time::DAY as u64) as i64
}
