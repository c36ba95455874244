//! Whom the names in a query mean: accounts by what they are called today, whose earlier rows bear other names. Owns
//! how accounts are found for a query; whose rows may be read is decided by `scope`.

use activity::Person;
use activity::query::{Entity, Expr, Value};
use store::PageFrom;
use store::accounts::list::{self, ListQuery, Order};

use super::view::ViewError;
use crate::{App, Caller, names};

/// More accounts of one name than this are not told apart by their ids.
const MOST_OF_A_NAME: usize = 50;
/// Accounts that begin like a name, before those that have it are chosen.
const MOST_LOOKED_AT: u32 = 250;
/// The most names of a query that are looked up.
const MOST_NAMES: usize = 8;

/// A name in a query and the accounts that have it today.
#[derive(Clone, Debug)]
pub(crate) struct Meant {
    pub(crate) name: Value,
    pub(crate) people: Vec<Person>,
}

/// The accounts that the names in a query mean, as far as this caller may know of them.
pub(super) async fn meant(app: &App, caller: &Caller, typed: &Expr) -> Result<Vec<Meant>, ViewError> {
    let mut all: Vec<Meant> = Vec::new();
    for name in typed.names().into_iter().take(MOST_NAMES) {
        if all.iter().any(|known| known.name == *name) {
            continue;
        }
        let wanted = Entity::Is(name.clone());
        let people = match caller.reads_everything() {
            true => accounts(app, name.text(), MOST_LOOKED_AT).await?,
            false => vec![caller.person.clone()],
        };
        let people: Vec<Person> = people.into_iter().filter(|it| wanted.matches_person(it)).collect();
        if !people.is_empty() && people.len() <= MOST_OF_A_NAME {
            let name = name.clone();
            all.push(Meant { name, people });
        }
    }
    Ok(all)
}

/// Accounts as All Users finds them: by beginnings of words of name, username and e-mail address.
pub(super) async fn accounts(app: &App, find: &str, most: u32) -> Result<Vec<Person>, ViewError> {
    let words = names::typed_words(find);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let query = ListQuery {
        words,
        status: None,
        role: None,
        login_enabled: None,
        order: Order::Name,
        descending: false,
        group: None,
        from: PageFrom::First,
        now: app.now(),
    };
    let mut read = app.store().glance().await?;
    let found = list::page(&mut read, &query, most).await?;
    Ok(found.iter().map(|(account, _)| account.person()).collect())
}
