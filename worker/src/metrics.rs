//! What the worker tells those who operate it: jobs by kind and end, how long people waited for them, and Stripe.

use std::time::Duration;

use common::metrics::{Durations, durations};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::{Registry, Unit};

/// What the worker counts from its start on.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    runs: Family<[(&'static str, &'static str); 2], Counter>,
    latencies: Durations<[(&'static str, &'static str); 1]>,
    stripe_calls: Durations<[(&'static str, &'static str); 1]>,
    stripe_failures: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let (runs, stripe_failures) = (Family::default(), Counter::default());
        let (latencies, stripe_calls) = (durations(), durations());
        let mut registry = Registry::with_prefix("guichet");
        registry.register("job_runs", "Runs of jobs, by how they ended", runs.clone());
        let help = "From a job's asking to its result";
        registry.register_with_unit("job_latency", help, Unit::Seconds, latencies.clone());
        let help = "Calls to Stripe that jobs made, answered or not";
        registry.register_with_unit("stripe_call_duration", help, Unit::Seconds, stripe_calls.clone());
        let help = "Calls of jobs that Stripe did not answer, or answered with a fault of its own";
        registry.register("stripe_call_failures", help, stripe_failures.clone());
        Self { registry, runs, latencies, stripe_calls, stripe_failures }
    }
}

impl Metrics {
    /// Counts a run. `latency`: how long the job took from its asking, when this run gave it its result.
    pub fn ran(&self, kind: &'static str, end: &'static str, latency: Option<Duration>) {
        self.runs.get_or_create(&[("kind", kind), ("end", end)]).inc();
        if let Some(latency) = latency {
            self.latencies.get_or_create(&[("kind", kind)]).observe(latency.as_secs_f64());
        }
    }

    /// Counts a call to Stripe.
    pub fn called(&self, call: &'static str, duration: Duration, answered: bool) {
        self.stripe_calls.get_or_create(&[("call", call)]).observe(duration.as_secs_f64());
        if !answered {
            self.stripe_failures.inc();
        }
    }

    /// All of it, as Prometheus reads it.
    pub fn text(&self) -> String {
        common::metrics::text(&[&self.registry])
    }
}
