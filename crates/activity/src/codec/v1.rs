//! Hot batches of version 1, written before activities said who recorded them. Read for ever, never written.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::{DecodeError, Reader};
use crate::{By, Facts, Outcome, Recorder, Time, catalogue};

pub(super) const VERSION: u8 = 1;

const FAILURE: u64 = 1;
const REASON: u64 = 1 << 1;
const USER: u64 = 1 << 2;
const TARGET: u64 = 1 << 3;
const GROUP: u64 = 1 << 4;
const APPLICATION: u64 = 1 << 5;
const IPV4: u64 = 1 << 6;
const IPV6: u64 = 1 << 7;
const DEVICE: u64 = 1 << 8;
const USER_AGENT: u64 = 1 << 9;
const COUNTRY: u64 = 1 << 10;
const DESCRIPTION: u64 = 1 << 11;
const CHANGES: u64 = 1 << 12;
const METADATA: u64 = 1 << 13;
const EXTERNAL_ID: u64 = 1 << 14;
/// Where the sort of doer begins.
const BY: u32 = 15;

pub(super) fn decode(from: &mut Reader<'_>) -> Result<Facts, DecodeError> {
    let flags = from.number()?;
    let has = |flag: u64| flags & flag != 0;
    let occurred_at = Time(i64::from_le_bytes(from.array()?));
    let mut facts = Facts::new(catalogue::shared(from.str()?), occurred_at);
    facts.recorder = Recorder::Unstated;
    facts.by = match flags >> BY {
        0 => By::Themself,
        1 => By::Administrator(from.person()?),
        2 => By::Member(from.person()?),
        3 => By::Application(from.named()?),
        4 => By::System,
        _ => return Err(from.error("unknown sort of doer")),
    };
    facts.user = if has(USER) { Some(from.person()?) } else { None };
    if has(TARGET) {
        facts.targets.push(from.target()?);
    }
    facts.group = if has(GROUP) { Some(from.named()?) } else { None };
    facts.application = if has(APPLICATION) { Some(from.named()?) } else { None };
    facts.ip = match (has(IPV4), has(IPV6)) {
        (true, _) => Some(Ipv4Addr::from(from.array::<4>()?).into()),
        (_, true) => Some(Ipv6Addr::from(from.array::<16>()?).into()),
        _ => None,
    };
    facts.reason = from.text_if(has(REASON))?;
    facts.device = from.text_if(has(DEVICE))?;
    facts.user_agent = from.text_if(has(USER_AGENT))?;
    facts.country = from.text_if(has(COUNTRY))?;
    facts.description = from.text_if(has(DESCRIPTION))?;
    facts.external_id = from.text_if(has(EXTERNAL_ID))?;
    facts.changes = if has(CHANGES) { from.changes()? } else { Vec::new() };
    facts.metadata = if has(METADATA) {
        from.metadata()?
    } else {
        BTreeMap::new()
    };
    if has(FAILURE) {
        facts.outcome = Outcome::Failure;
    }
    Ok(facts)
}
