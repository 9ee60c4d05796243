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
use crate::limites::Pair;
use crate::routes;

/// How long a client may take to send a request's head; an idle connection is closed after it too.
const TETE_MAX: Duration = Duration::from_secs(8);
/// The most bytes of a request's head: beyond it hyper answers 431.
const TETE_OCTETS: usize = 32 * 1024;
/// Connections at once. Who comes later waits in the kernel's queue.
const CONNEXIONS_MAX: usize = 8192;
/// How long requests in flight may take once the process is to end; with the rest of the shutdown it is
/// gone within ten seconds.
const VIDANGE_MAX: Duration = Duration::from_secs(9);

/// Serves until `app.stop` is cancelled, then finishes the requests in flight.
pub async fn serve(app: App, listener: TcpListener) {
    let router = routes::table(app.clone());
    let ecoute = tokio::spawn({
        let app = app.clone();
        async move { app.attente.listen().await }
    });
    let places = Arc::new(Semaphore::new(CONNEXIONS_MAX));
    let vidange = GracefulShutdown::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let (connexion, pair) = tokio::select! {
            accepte = listener.accept() => match accepte {
                Ok(accepte) => accepte,
                Err(erreur) => { pause_after(&erreur).await; continue }
            },
            () = app.stop.cancelled() => break,
        };
        let (router, watcher) = (router.clone(), vidange.watcher());
        tokio::spawn(async move {
            serve_connection(connexion, pair, router, watcher).await;
            drop(place);
        });
    }
    drop(listener);
    if timeout(VIDANGE_MAX, vidange.shutdown()).await.is_err() {
        tracing::warn!("some requests were cut off");
    }
    ecoute.abort();
    app.pool.close().await;
}

async fn serve_connection(connexion: TcpStream, pair: SocketAddr, router: Router, watcher: Watcher) {
    // Answers are whole when they are written: waiting for more would only delay them.
    let _ = connexion.set_nodelay(true);
    let service = hyper::service::service_fn(move |mut requete: Request<Incoming>| {
        requete.extensions_mut().insert(Pair(pair.ip()));
        router.clone().call(requete)
    });
    let connexion = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(TETE_MAX)
        .max_buf_size(TETE_OCTETS)
        .serve_connection(TokioIo::new(connexion), service);
    // A connection that breaks is the other side's affair.
    let _ = watcher.watch(connexion).await;
}

/// Out of file descriptors, accepting at once again would only burn the processor.
async fn pause_after(erreur: &io::Error) {
    let perdue = [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset];
    if !perdue.contains(&erreur.kind()) {
        tracing::error!(%erreur, "cannot accept a connection");
        sleep(Duration::from_millis(100)).await;
    }
}
