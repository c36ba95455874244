//! Restricting the addresses an account may log in from.

use std::collections::BTreeSet;
use std::net::IpAddr;

use activity::{Change, Facts};
use ipnet::IpNet;
use store::accounts::account::{self, AccountRow};
use store::accounts::address;

use crate::caller::address_allowed;
use crate::limits::LOGIN_ADDRESSES;
use crate::{App, Caller, ChangeError, FieldError, Tx, facts};

/// Replaces them. `text` holds addresses and networks such as `203.0.113.7` or `10.0.0.0/8` between blanks, commas or
/// lines; none of them means anywhere.
pub async fn set_login_addresses(app: &App, caller: &Caller, id: &str, text: &str) -> Result<(), ChangeError> {
    if !caller.is_administrator() {
        return Err(ChangeError::Forbidden);
    }
    let mut tx = app.begin().await?;
    let account = account::get(&mut tx, id).await?.ok_or(ChangeError::NotFound)?;
    let Some(changed) = within(app, caller, &mut tx, &account, text).await? else {
        return Ok(());
    };
    Ok(tx.commit(changed).await?)
}

/// Replaces them as part of a transaction, and returns the activity of it; `None` if they are these already.
pub(super) async fn within(
    app: &App,
    caller: &Caller,
    tx: &mut Tx,
    account: &AccountRow,
    text: &str,
) -> Result<Option<Facts>, ChangeError> {
    let networks = parse(text).map_err(ChangeError::Invalid)?;
    if caller.person.id == account.id && !address_allowed(&networks, caller.origin.ip) {
        let text = "These addresses leave out the one you are using now; you would lock yourself out.";
        return Err(ChangeError::invalid("addresses", text));
    }
    let before = address::of(tx, &account.id).await?;
    if before == networks {
        return Ok(None);
    }
    address::replace(tx, &account.id, &networks).await?;
    let mut changed = facts::about(app, caller, "account.login_addresses_restricted", &account.person());
    changed.changes = vec![Change {
        field: "login_addresses".to_owned(),
        before: Some(shown(&before)),
        after: Some(shown(&networks)),
    }];
    Ok(Some(changed))
}

fn shown(networks: &[String]) -> String {
    if networks.is_empty() {
        "any address".to_owned()
    } else {
        networks.join(", ")
    }
}

/// Networks in canonical form, sorted; every word that is none is named.
fn parse(text: &str) -> Result<Vec<String>, Vec<FieldError>> {
    let mut networks = BTreeSet::new();
    let mut errors = Vec::new();
    for word in text
        .split([' ', ',', ';', '\n', '\r', '\t'])
        .filter(|word| !word.is_empty())
    {
        match network(word) {
            Some(network) => drop(networks.insert(network.to_string())),
            None => {
                let word: String = word.chars().take(60).collect();
                let text =
                    format!("`{word}` is no address or network; write 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32.");
                errors.push(FieldError::new("addresses", text));
            }
        }
    }
    if networks.len() > LOGIN_ADDRESSES {
        errors.push(FieldError::new(
            "addresses",
            format!("{} networks were given; at most {LOGIN_ADDRESSES} fit.", networks.len()),
        ));
    }
    if errors.is_empty() {
        Ok(networks.into_iter().collect())
    } else {
        Err(errors)
    }
}

fn network(word: &str) -> Option<IpNet> {
    match word.parse::<IpAddr>() {
        Ok(ip) => Some(IpNet::from(ip.to_canonical())),
        Err(_) => word.parse::<IpNet>().ok().map(|network| network.trunc()),
    }
}
