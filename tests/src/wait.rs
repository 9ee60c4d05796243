//! Bounded waits on something observable.

use std::time::{Duration, Instant};

/// How long anything may take before a test says that it never came. Generous: nothing is timed here.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Looks until `look` sees it, at most [`PATIENCE`].
///
/// # Panics
/// When it never comes; `what` says what was waited for.
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, look).await
}

/// Looks until `look` sees it, at most `patience`: for what the product promises by a deadline.
///
/// # Panics
/// When it never comes; `what` says what was waited for.
pub async fn within<T>(patience: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + patience;
    let mut glance = tokio::time::interval(Duration::from_millis(20));
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < end, "it never came: {what}");
        glance.tick().await;
    }
}
