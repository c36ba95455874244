//! What a query was taken for where it could be read otherwise, said beside its rows.

use activity::Person;
use activity::query::{Entity, Expr, Term, with_operators};
use jiff::tz::TimeZone;

use super::get::latest;
use super::scope::Scoped;
use super::view::{Count, ViewError, count};

/// How far earlier rows are counted.
const CAP: u64 = 10_000;
/// Of how many accounts it is said.
const MOST_TOLD_OF: usize = 3;

/// What somebody may want to know of their query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The words `and`, `or` or `not` were searched for as words.
    Operators {
        /// The query in which they are operators.
        query: String,
    },
    /// Rows were found by today's name of an account that bear an earlier one.
    Formerly {
        /// The account as it is called today.
        now: Person,
        /// As those rows call it.
        then: Person,
        /// How many rows these are.
        count: Count,
    },
}

/// What is to be said of this query.
pub(super) async fn hints(scoped: &Scoped, zone: &TimeZone) -> Result<Vec<Hint>, ViewError> {
    let operators = with_operators(&scoped.typed, zone).map(|expr| Hint::Operators {
        query: expr.to_string(),
    });
    let mut hints: Vec<Hint> = operators.into_iter().collect();
    if scoped.meant.is_empty() {
        return Ok(hints);
    }
    // Only what the names alone do not find bears an earlier one.
    let names_alone = scoped.with_names_alone(scoped.typed.clone());
    let earlier = scoped.bound.clone().and(names_alone.negated());
    if count(scoped, &earlier, 1).await?.n == 0 {
        return Ok(hints);
    }
    for now in scoped.meant.iter().flat_map(|meant| &meant.people) {
        let of_them: Expr = Term::User(vec![Entity::Id(now.id.clone())]).into();
        let theirs = earlier.clone().and(of_them);
        let Some(then) = latest(&scoped.log, theirs.clone(), |row| row.user.clone()).await? else {
            continue;
        };
        let count = count(scoped, &theirs, CAP).await?;
        hints.push(Hint::Formerly {
            now: now.clone(),
            then,
            count,
        });
        if hints.len() > MOST_TOLD_OF {
            break;
        }
    }
    Ok(hints)
}
