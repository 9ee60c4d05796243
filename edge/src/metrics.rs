//! What the edge tells those who operate it: requests, jobs queued, and how the queues are at the moment of asking.

use std::time::Duration;

use axum::http::Method;
use common::metrics::{Durations, durations};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use tokio::net::TcpListener;

use crate::app::App;
use crate::queries::operations;

/// What the edge counts from its start on.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Durations<[(&'static str, String); 1]>,
    queued: Family<[(&'static str, String); 1], Counter>,
}

/// Labels of an answered request. Few by nature: a path may hold a token, and anybody may invent methods and paths.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

impl Default for Metrics {
    fn default() -> Self {
        let (requests, queued, durations) = (Family::default(), Family::default(), durations());
        let mut registry = Registry::with_prefix("guichet");
        registry.register("requests", "Requests answered", requests.clone());
        let help = "From a request's head to its answer";
        registry.register_with_unit("request_duration", help, Unit::Seconds, durations.clone());
        registry.register(
            "jobs_queued",
            "Jobs that were accepted, those sent again included",
            queued.clone(),
        );
        Self { registry, requests, durations, queued }
    }
}

impl Metrics {
    /// Counts an answer under its route's template; `None`: no route of ours.
    pub fn answered(&self, method: &Method, route: Option<&str>, status: u16, duration: Duration) {
        let route = route.unwrap_or("-").to_owned();
        let method = match method.as_str() {
            "GET" => "GET",
            "POST" => "POST",
            "PUT" => "PUT",
            "PATCH" => "PATCH",
            "DELETE" => "DELETE",
            "HEAD" => "HEAD",
            _ => "-",
        };
        self.durations.get_or_create(&[("route", route.clone())]).observe(duration.as_secs_f64());
        self.requests.get_or_create(&Answered { method, route, status }).inc();
    }

    /// Counts a job that was accepted.
    pub fn queued(&self, kind: &str) {
        self.queued.get_or_create(&[("kind", kind.to_owned())]).inc();
    }
}

/// Answers readers of metrics until the task is ended.
pub async fn serve(app: App, listener: TcpListener) {
    common::metrics::serve(listener, || async {
        let now = state(&app).await;
        common::metrics::text(&[&app.metrics.registry, &now])
    })
    .await;
}

/// How things stand now. What cannot be asked is left out: an old figure would be a wrong one.
async fn state(app: &App) -> Registry {
    let mut registry = Registry::with_prefix("guichet");
    let connections = Family::<_, Gauge>::default();
    let idle = app.pool.num_idle();
    connections.get_or_create(&[("state", "idle")]).set(as_gauge(idle));
    connections
        .get_or_create(&[("state", "used")])
        .set(as_gauge((app.pool.size() as usize).saturating_sub(idle)));
    registry.register("postgres_connections", "Connections of the edge to Postgres", connections);
    let (health, parked) = tokio::join!(app.producer.health(), operations::nombre_echecs(&app.pool));
    match parked {
        Ok(parked) => {
            let gauge = Gauge::<i64>::default();
            gauge.set(parked);
            registry.register("jobs_parked", "Jobs that were given up and wait at /operations", gauge);
        }
        Err(error) => tracing::warn!(%error, "parked jobs are not known"),
    }
    match health {
        Ok(health) => {
            let (jobs, late) = (Family::<_, Gauge>::default(), Family::<_, Gauge>::default());
            for it in health.queues {
                let queue = it.queue.as_str();
                for (state, count) in [
                    ("ready", it.ready),
                    ("running", it.running),
                    ("delayed", it.delayed),
                    ("unknown", it.unknown),
                    ("quarantined", it.quarantined),
                ] {
                    jobs.get_or_create(&[("queue", queue), ("state", state)]).set(as_gauge(count));
                }
                let oldest = it.oldest.map_or(0, |age| age.as_secs());
                late.get_or_create(&[("queue", queue)]).set(as_gauge(oldest));
            }
            let workers = Gauge::<i64>::default();
            workers.set(as_gauge(health.workers.len()));
            registry.register("queue_jobs", "Jobs in Redis", jobs);
            let help = "For how long the oldest job that could run has waited";
            registry.register_with_unit("queue_oldest", help, Unit::Seconds, late);
            registry.register("workers", "Workers that live", workers);
        }
        Err(error) => tracing::warn!(%error, "the queues' health is not known"),
    }
    registry
}

fn as_gauge(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
