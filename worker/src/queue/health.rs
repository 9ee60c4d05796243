//! How a queue bears outages: whether it may fetch, how long failed jobs wait, what the log says.

use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a job waits after its n-th failure: twice as long each time, at most ten minutes, and somewhere in
/// the upper half of that, so that jobs that failed together do not come back together.
pub(super) fn back_off(failures: u32) -> Duration {
    spread(Duration::from_secs(1 << failures.min(10)).min(Duration::from_mins(10)))
}

fn spread(longest: Duration) -> Duration {
    longest.mul_f64(rand::random_range(0.5..=1.0))
}

/// Whether a queue fetches. After an [`outage`](Self::outage) it rests, then tries one job at a time until one
/// shows that the outage is over.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Rests in a row without a job that got through; 0 when all is well.
    rests: u32,
    /// The end of the last of them.
    until: Option<Instant>,
    /// A job tries whether the outage is over.
    trying: bool,
}

impl Pace {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job could not run for want of something. Says how long the queue rests.
    pub(super) fn outage(&self) -> Duration {
        let (mut state, now) = (self.state(), Instant::now());
        state.trying = false;
        if let Some(until) = state.until.filter(|until| *until > now) {
            return until - now;
        }
        let rest = spread(Duration::from_millis(500 << state.rests.min(6)).min(Duration::from_secs(30)));
        state.until = Some(now + rest);
        state.rests += 1;
        rest
    }

    /// A job got through. Says whether that ends an outage.
    pub(super) fn works(&self) -> bool {
        std::mem::take(&mut *self.state()).rests > 0
    }

    /// Whether jobs may be fetched freely.
    pub(super) fn is_well(&self) -> bool {
        self.state().rests == 0
    }

    /// How many jobs may be fetched now: any number, none, or the one that tries.
    pub(super) fn allows(&self) -> usize {
        let state = self.state();
        match state.until {
            None => usize::MAX,
            Some(until) if state.trying || until > Instant::now() => 0,
            Some(_) => 1,
        }
    }

    /// A job is about to be handed out: in an outage its verdict is waited for.
    pub(super) fn tries(&self) {
        let mut state = self.state();
        state.trying = state.rests > 0;
    }
}

/// What the log says about Redis: the first failure, a line each half minute, and the end of it.
#[derive(Debug, Default)]
pub(super) struct Trouble(Mutex<Spell>);

#[derive(Debug, Default)]
struct Spell {
    failures: u64,
    began: Option<Instant>,
    told: Option<Instant>,
}

impl Trouble {
    pub(super) fn failed(&self, doing: &str, error: &dyn Display) {
        const EVERY: Duration = Duration::from_secs(30);
        let mut spell = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let began = *spell.began.get_or_insert(now);
        spell.failures += 1;
        if spell.told.is_none_or(|told| now - told >= EVERY) {
            spell.told = Some(now);
            tracing::warn!(
                failures = spell.failures,
                "Redis fails, since {:?}: {doing}: {error}",
                now - began
            );
        }
    }

    pub(super) fn worked(&self) {
        let mut spell = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(began) = spell.began.take() else { return };
        // A spell that went by unsaid ends unsaid.
        if spell.told.is_some_and(|told| told >= began) {
            tracing::info!(failures = spell.failures, "Redis works again after {:?}", began.elapsed());
        }
        spell.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_back_off_grows_up_to_ten_minutes_and_is_spread() {
        for (failures, longest) in [(0, 1), (1, 2), (5, 32), (9, 512), (10, 600), (u32::MAX, 600)] {
            let waits: Vec<_> = (0..100).map(|_| back_off(failures)).collect();
            let longest = Duration::from_secs(longest);
            assert!(waits.iter().all(|wait| (longest / 2..=longest).contains(wait)));
            assert!(waits.iter().any(|wait| *wait != waits[0]));
        }
    }

    #[test]
    fn an_outage_rests_longer_each_time_and_ends_with_the_first_job_that_gets_through() {
        let pace = Pace::default();
        assert!(pace.is_well() && !pace.works());
        let rest = pace.outage();
        assert!(rest <= Duration::from_millis(500) && !pace.is_well() && pace.allows() == 0);
        // Jobs that failed for the same outage do not make it worse.
        assert!(pace.outage() <= rest);
        assert!(pace.works() && pace.is_well() && !pace.works());
    }
}
