//! The accept loop: what keeps slow, idle and endless connections from harming the others, and what ends
//! the process politely.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower::Service;

use crate::app::App;
use crate::limits::Peer;
use crate::routes;

/// How long a client may take to send a request's head; an idle connection is closed after it too.
const HEAD_TIME_MAX: Duration = Duration::from_secs(8);
/// The most bytes of a request's head: beyond it hyper answers 431.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Connections at once. Who comes later waits in the kernel's queue.
const CONNECTIONS_MAX: usize = 8192;
/// How long requests in flight may take once the process is to end; with the rest of the shutdown it is
/// gone within ten seconds.
const DRAIN_MAX: Duration = Duration::from_secs(9);

/// Serves until `app.stop` is cancelled, then finishes the requests in flight.
pub async fn serve(app: App, listener: TcpListener) {
    let router = routes::table(app.clone());
    let listening = tokio::spawn({
        let app = app.clone();
        async move { app.waiting.listen().await }
    });
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let drain = GracefulShutdown::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let (connection, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => { pause_after(&error).await; continue }
            },
            () = app.stop.cancelled() => break,
        };
        let (router, watcher) = (router.clone(), drain.watcher());
        tokio::spawn(async move {
            serve_connection(connection, peer, router, watcher).await;
            drop(place);
        });
    }
    drop(listener);
    if timeout(DRAIN_MAX, drain.shutdown()).await.is_err() {
        tracing::warn!("some requests were cut off");
    }
    listening.abort();
    app.pool.close().await;
}

async fn serve_connection(connection: TcpStream, peer: SocketAddr, router: Router, watcher: Watcher) {
    // Answers are whole when they are written: waiting for more would only delay them.
    let _ = connection.set_nodelay(true);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(connection), service);
    // A connection that breaks is the other side's affair.
    let _ = watcher.watch(connection).await;
}

/// Out of file descriptors, accepting at once again would only burn the processor.
async fn pause_after(error: &io::Error) {
    let lost = [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset];
    if !lost.contains(&error.kind()) {
        tracing::error!(%error, "cannot accept a connection");
        sleep(Duration::from_millis(100)).await;
    }
}
