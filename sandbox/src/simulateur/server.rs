//! The accept loop: like any HTTP/1.1 server's, but for answers that are cut off on purpose.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
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

/// Serves until the simulator ends.
pub(crate) async fn serve(core: Arc<Core>, listener: TcpListener, router: Router) {
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
        let router = router.clone();
        core.spawn(async move {
            let service =
                service_fn(move |request: hyper::Request<Incoming>| answer(router.clone(), request));
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A connection that breaks is the caller's to notice.
            drop(connection.await);
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
