//! Takes out of sessions whoever is there no longer: their device went silent or was logged out, their account was
//! disabled, they left the group, or the group is gone. Each leaves by an activity; a batch is one transaction. Every
//! process writes the heartbeats that it heard; one at a time takes out.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use activity::{Facts, Reason, Time};
use engine::Fence;
use store::accounts::account;
use store::sessions::sweep::{self as due, Leaver};
use store::sessions::{SessionRow, attempt, presence, session};

use super::session_facts;
use crate::facts::by_system;
use crate::{App, Quiet, Tx, Unavailable};

/// How often it is looked: what an administrator ends, ends here within a second as well.
const TICK: Duration = Duration::from_secs(1);
/// Most of one kind in one transaction.
const BATCH: u32 = 500;
/// The job of taking out.
const JOB: &str = "presence";

/// Keeps presence true in the background until the process ends. Serving calls it once; calling it again does nothing.
pub fn keep_presence(app: &App) {
    let of = app.clone();
    if app.tasks().keep("presence", move || work(of.clone())) {
        app.heartbeats().since.store(app.now().0, Ordering::Relaxed);
    }
}

async fn work(app: App) {
    loop {
        let begun = Instant::now();
        if let Err(error) = sweep(&app).await {
            tracing::warn!(error = %error, cause = ?std::error::Error::source(&error), "presence could not be looked after");
        }
        // However many are present, looking after them takes a tenth of the time at most.
        tokio::time::sleep(TICK.max(begun.elapsed() * 10)).await;
    }
}

/// Writes the heartbeats that came in, takes out who is there no longer unless another process does, and returns how many.
pub async fn sweep(app: &App) -> Result<u64, Unavailable> {
    write_beats(app).await?;
    // Looked for before the job is claimed, so that a look that finds nobody writes nothing.
    if look(app).await?.count() == 0 {
        return Ok(0);
    }
    let Some(lease) = app.jobs().claim(JOB).await? else {
        return Ok(0);
    };
    let fence = lease.fence().clone();
    let taking_out = Box::pin(take_out_all(app, &fence));
    Ok(lease.work(taking_out).await?.unwrap_or_default())
}

async fn take_out_all(app: &App, fence: &Fence) -> Result<u64, Unavailable> {
    let mut left = 0;
    loop {
        let due = look(app).await?;
        let found = due.count();
        if found == 0 {
            return Ok(left);
        }
        let taken = take_out(app, due, fence).await?;
        left += taken;
        if taken == 0 || found < BATCH as usize {
            return Ok(left);
        }
    }
}

async fn write_beats(app: &App) -> Result<(), Unavailable> {
    let heard = app.heartbeats().take();
    if heard.is_empty() {
        return Ok(());
    }
    let mut tx = app.begin().await?;
    for (session_id, people) in &heard {
        for (account_id, at) in people {
            presence::seen(&mut tx, session_id, account_id, *at).await?;
        }
    }
    tx.commit_quietly(Quiet::Seen).await?;
    Ok(())
}

struct Due {
    /// Who is to leave, and why; the moment before which a silent one was last heard of.
    leavers: Vec<(Leaver, Reason)>,
    /// Sessions whose group is gone.
    orphans: Vec<String>,
}

impl Due {
    fn count(&self) -> usize {
        self.leavers.len() + self.orphans.len()
    }
}

fn silent_before(app: &App) -> Time {
    app.now().plus(-presence_micros(app))
}

fn presence_micros(app: &App) -> i64 {
    i64::from(app.settings().sessions.presence_seconds.max(1)) * Time::SECOND
}

async fn look(app: &App) -> Result<Due, Unavailable> {
    let now = app.now();
    let read = &mut app.store().read().await?;
    let mut leavers = Vec::new();
    let mut add = |found: Vec<Leaver>, why| leavers.extend(found.into_iter().map(|leaver| (leaver, why)));
    add(due::disabled(read, BATCH).await?, Reason::LoginDisabled);
    add(due::without_device(read, now, BATCH).await?, Reason::LoggedOut);
    add(due::not_members(read, BATCH).await?, Reason::NotMember);
    if app.heartbeats().has_listened_for(presence_micros(app), now) {
        add(
            due::silent(read, silent_before(app), BATCH).await?,
            Reason::DeviceSilent,
        );
    }
    let orphans = due::without_group(read, BATCH).await?;
    Ok(Due { leavers, orphans })
}

async fn take_out(app: &App, Due { leavers, orphans }: Due, fence: &Fence) -> Result<u64, Unavailable> {
    let mut tx = app.begin().await?;
    if !fence.holds(&mut tx).await? {
        tx.rollback().await;
        return Ok(0);
    }
    let mut facts = Vec::new();
    let mut touched: HashMap<String, SessionRow> = HashMap::new();
    for id in orphans {
        if let Some(row) = session::get(&mut tx, &id).await? {
            facts.append(&mut end_orphan(app, &mut tx, &row).await?);
            touched.insert(id, row);
        }
    }
    for (leaver, why) in leavers {
        let id = &leaver.session_id;
        if !touched.contains_key(id) {
            let Some(row) = session::get(&mut tx, id).await? else {
                continue;
            };
            touched.insert(id.clone(), row);
        }
        let row = &touched[id];
        let gone = match why {
            Reason::DeviceSilent if app.heartbeats().heard_in(id).contains_key(&leaver.person.id) => false,
            Reason::DeviceSilent => presence::delete_silent(&mut tx, id, &leaver.person.id, silent_before(app)).await?,
            _ => presence::delete(&mut tx, id, &leaver.person.id).await?,
        };
        if gone {
            facts.push(session_facts::left(app, None, &leaver.person, row, why));
        }
    }
    let left = facts.iter().filter(|facts| &*facts.kind == "session.left").count() as u64;
    touched.values().for_each(|row| session_facts::tell(&mut tx, row));
    tx.commit_if_any(facts).await?;
    Ok(left)
}

/// Ends a session whose group is gone, in the log of who looked after it.
async fn end_orphan(app: &App, tx: &mut Tx, row: &SessionRow) -> Result<Vec<Facts>, Unavailable> {
    if !session::end(tx, &row.id, app.now()).await? {
        return Ok(Vec::new());
    }
    let people = presence::clear(tx, &row.id).await?;
    attempt::clear_all(tx, &row.id).await?;
    let mut facts: Vec<_> = people
        .iter()
        .map(|person| session_facts::left(app, None, person, row, Reason::GroupDeleted))
        .collect();
    if let Some(host) = account::get(tx, &row.host_id).await? {
        let mut ended = session_facts::about(by_system(app, "session.ended", &host.person()), row);
        ended = ended.because(Reason::GroupDeleted);
        facts.push(ended);
    }
    Ok(facts)
}
