//! `whodid witness`: cosigns checkpoints of others' logs, until told to stop.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use engine::{SystemClock, SystemRng};
use proof::{MAX_REQUEST_BYTES, VerifyingKey};
use tokio::net::TcpListener;
use web::{Alone, Given};

use super::serve::{Signals, stop};
use crate::cli::{SettingFlags, Witness as Command};
use crate::config::Diagnostics;
use crate::diagnostics;
use crate::failure::Misuse;
use crate::terminal::say;
use crate::witness::{Places, Witness};

pub(super) async fn run(flags: &SettingFlags, command: Command) -> Result<ExitCode> {
    diagnostics::start(&Diagnostics::of_flags(flags), None);
    let logs = command.log.iter().enumerate().map(|(at, vkey)| {
        // Not repeated: it may be a secret key.
        let unfit = |why: proof::KeyError| {
            Misuse(format!(
                "--log number {} is no key of a log, as `whodid log checkpoint --keys` prints them: {why}",
                at + 1
            ))
        };
        vkey.parse::<VerifyingKey>().map_err(unfit)
    });
    let logs: Vec<VerifyingKey> = logs.collect::<Result<_, _>>()?;
    let signals = Signals::listen()?;
    let places = Places {
        key: &command.key,
        state: &command.state,
        name: command.name.as_deref(),
    };
    let witness = Arc::new(Witness::open(places, &logs, Arc::new(SystemClock), &SystemRng)?);
    let listener = TcpListener::bind(&command.listen).await;
    let listener = listener.with_context(|| {
        format!(
            "cannot listen on {}; choose another address with --listen",
            command.listen
        )
    })?;
    for (log, size) in witness.logs() {
        tracing::info!(log, size, "witnessing");
    }
    say(witness.key().to_string())?;
    say(format!("Listening on http://{}", listener.local_addr()?))?;
    let answering = Arc::clone(&witness);
    let alone = Alone::new("/add-checkpoint", MAX_REQUEST_BYTES, move |body| {
        let answer = answering.add_checkpoint(body);
        Given {
            status: answer.status,
            content_type: answer.content_type,
            body: answer.body,
        }
    });
    tokio::select! {
        () = web::serve_alone(alone, listener, stop(signals)) => {}
        () = witness.failed() => bail!(
            "stopped, so that nothing is cosigned that could be forgotten: {} cannot be written. Look at the disk, then start \
             again", command.state.display()
        ),
    }
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}
