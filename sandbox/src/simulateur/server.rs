//! The accept loop: like any HTTP/1.1 server's, but for answers that are cut off on purpose.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::core::Core;

/// Marks a response in whose place the connection ends.
#[derive(Clone)]
pub(crate) struct Cut;

impl Cut {
    pub(crate) fn response() -> Response {
        let mut response = ().into_response();
        response.extensions_mut().insert(Self);
        response
    }
}

/// Serves until the simulator ends; while the port is to be closed, nobody is let in and nobody stays.
pub(crate) async fn serve(core: Arc<Core>, mut listener: TcpListener, address: SocketAddr, router: Router) {
    let mut wanted = core.wanted_open.subscribe();
    loop {
        let open = CancellationToken::new();
        tokio::select! {
            () = accept(&core, &listener, &router, &open) => {}
            () = async { drop(wanted.wait_for(|open| !open).await) } => {}
        }
        open.cancel();
        drop(listener);
        core.is_open.send_replace(false);
        drop(wanted.wait_for(|open| *open).await);
        listener = loop {
            match TcpListener::bind(address).await {
                Ok(listener) => break listener,
                // Somebody else took it meanwhile, and may give it back.
                Err(error) => tracing::warn!("{address}: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        core.is_open.send_replace(true);
    }
}

async fn accept(core: &Core, listener: &TcpListener, router: &Router, open: &CancellationToken) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, most likely: others close theirs meanwhile.
                tracing::warn!("accept: {error}");
                tokio::task::yield_now().await;
                continue;
            }
        };
        drop(stream.set_nodelay(true));
        let (router, open) = (router.clone(), open.clone());
        core.spawn(async move {
            let service =
                service_fn(move |request: hyper::Request<Incoming>| answer(router.clone(), request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A connection that breaks is the caller's to notice.
            drop(open.run_until_cancelled(connection).await);
        });
    }
}

async fn answer(router: Router, request: hyper::Request<Incoming>) -> io::Result<Response> {
    let request: Request = request.map(Body::new);
    let response: Result<Response, Infallible> = router.oneshot(request).await;
    let response = response.unwrap_or_else(|never| match never {});
    if response.extensions().get::<Cut>().is_some() {
        return Err(io::Error::from(io::ErrorKind::ConnectionReset));
    }
    Ok(response)
}
