//! Figures for those who operate Guichet, in the text that Prometheus reads, at `METRICS_ADDR`: an address of
//! their own, which the proxy in front of the edge never shows.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::settings::SettingError;

/// How long one reading may take: readers are served one after the other.
const READING_MAX: Duration = Duration::from_secs(3);
/// `OpenMetrics`, which Prometheus prefers.
const TEXT: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Durations by their labels, from a millisecond to half an hour: a page, a call to Stripe, a job that waits for Stripe.
pub type Durations<L> = Family<L, Histogram, fn() -> Histogram>;

/// No duration seen yet.
pub fn durations<L: Clone + std::hash::Hash + Eq>() -> Durations<L> {
    Family::new_with_constructor(|| {
        Histogram::new([0.001, 0.005, 0.02, 0.1, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0])
    })
}

/// Listens where `METRICS_ADDR` says.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, SettingError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| SettingError { name: "METRICS_ADDR", problem: error.to_string() })
}

/// Answers `GET /metrics` with what `read` tells, until the task is ended.
pub async fn serve<F: Future<Output = String>>(listener: TcpListener, read: impl Fn() -> F) {
    loop {
        let connection = match listener.accept().await {
            Ok((connection, _)) => connection,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a reader of metrics");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let answer = service_fn(async |request: Request<Incoming>| {
            let mut response = Response::new(Full::<Bytes>::default());
            if request.uri().path() == "/metrics" {
                response.headers_mut().insert(CONTENT_TYPE, TEXT);
                *response.body_mut() = read().await.into();
            } else {
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            Ok::<_, Infallible>(response)
        });
        let connection =
            http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(connection), answer);
        // A reader that breaks off or dawdles is the reader's affair.
        let _ = timeout(READING_MAX, connection).await;
    }
}

/// What registries hold, as one text.
pub fn text(registries: &[&Registry]) -> String {
    let mut text = String::new();
    // A `String` takes any text: nothing of this fails.
    let written = registries.iter().try_for_each(|registry| encode_registry(&mut text, registry));
    if let Err(error) = written.and_then(|()| encode_eof(&mut text)) {
        tracing::error!(%error, "the metrics cannot be written");
    }
    text
}
