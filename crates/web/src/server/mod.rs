//! The server: its own accept loop, so that nobody can hold what others need. Bounds the time of a request's head,
//! of its body and of a stalled reader, the connections in all and of one address; drains on shutdown.
//!
//! HTTP/1.1 only: a proxy in front speaks whatever browsers like.

mod caps;
mod connection;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use self::caps::Caps;
use self::connection::{Unread, Watched};
use crate::alone::Alone;
use crate::layers::PeerAddress;
use crate::{AppState, Limits, router};

/// Connections of a server of one route, each of which may hold a body in memory.
const ALONE: usize = 128;
/// How often the counters forget what is old.
const UPKEEP: Duration = Duration::from_secs(10);

/// Serves until `shutdown` is done, then finishes what is under way.
pub async fn serve(
    state: AppState,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let settings = state.settings();
    let server = Server::new(router(state.clone()), &settings.limits, state.work().clone());
    let caps = Arc::new(Caps::new(&settings.limits, &settings.trusted_proxies));
    let of = state.clone();
    state
        .app()
        .tasks()
        .keep("upkeep of the web server", move || upkeep(of.clone()));
    server.accept(&listener, caps, shutdown).await;
    state.drain();
    drop(listener);
    server.finish().await;
    Ok(())
}

/// Serves one route that is no installation's, within the same bounds.
pub async fn serve_alone(alone: Alone, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) {
    let limits = Limits {
        connections: ALONE,
        connections_per_address: ALONE / 2,
        ..Limits::default()
    };
    let caps = Arc::new(Caps::new(&limits, &[]));
    let server = Server::new(alone.router(&limits), &limits, TaskTracker::new());
    server.accept(&listener, caps, shutdown).await;
    drop(listener);
    server.finish().await;
}

fn builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(limits.header_ms))
        .max_buf_size(64 * 1024)
        .max_headers(100)
        .half_close(false);
    builder
}

struct Server {
    builder: http1::Builder,
    graceful: GracefulShutdown,
    tasks: TaskTracker,
    work: TaskTracker,
    limits: Limits,
    router: Router,
}

impl Server {
    fn new(router: Router, limits: &Limits, work: TaskTracker) -> Self {
        Self {
            builder: builder(limits),
            graceful: GracefulShutdown::new(),
            tasks: TaskTracker::new(),
            work,
            limits: limits.clone(),
            router,
        }
    }

    /// Takes connections until `shutdown` is done.
    async fn accept(&self, listener: &TcpListener, caps: Arc<Caps>, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let permit = tokio::select! {
                permit = caps.room() => permit,
                () = &mut shutdown => break,
            };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = &mut shutdown => break,
            };
            match accepted {
                Ok((stream, peer)) => self.connection(stream, peer, permit, &caps),
                Err(error) => pause_after(&error).await,
            }
        }
    }

    fn connection(&self, stream: TcpStream, peer: SocketAddr, room: OwnedSemaphorePermit, caps: &Arc<Caps>) {
        let Some(permit) = caps.permit(peer.ip()) else {
            metrics::counter!("whodid_http_connections_refused_total").increment(1);
            return;
        };
        // Small answers must not wait for one another; a socket that refuses this still works.
        let _ = stream.set_nodelay(true);
        let stall = Duration::from_millis(self.limits.idle_ms);
        let router = self.router.clone();
        let unread = Unread::default();
        let of = unread.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let router = router.clone();
            let of = of.clone();
            let mut request = request.map(|body| Body::new(of.watch(body)));
            async move {
                request.extensions_mut().insert(PeerAddress(peer));
                let answer = router.oneshot(request).await.unwrap_or_else(|never| match never {});
                Ok::<_, Infallible>(of.told(answer))
            }
        });
        let io = Watched::new(TokioIo::new(stream), stall, unread);
        let connection = self.graceful.watch(self.builder.serve_connection(io, service));
        self.tasks.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%peer, %error, "connection ended");
            }
            drop((permit, room));
        });
    }

    /// Lets requests under way finish, within the limit for it.
    async fn finish(self) {
        let patience = Duration::from_millis(self.limits.drain_ms);
        self.tasks.close();
        let drained = async {
            self.graceful.shutdown().await;
            self.tasks.wait().await;
            // Only now is no new one begun.
            self.work.close();
            self.work.wait().await;
        };
        if tokio::time::timeout(patience, drained).await.is_err() {
            tracing::warn!("some requests were still under way and were cut off");
        }
    }
}

/// A connection that failed before it was accepted is its client's affair; a lack of descriptors passes.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::warn!(%error, "cannot accept connections just now");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn upkeep(state: AppState) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        state.rates().forget_old();
        state.metrics().upkeep();
    }
}
