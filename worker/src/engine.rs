//! Runs jobs: claim, work, result, in one transaction; and decides what becomes of a job that fails.
//!
//! 1. begin, and claim the job's row in `job_resultat`: no row back means that it is done already;
//! 2. a savepoint, and the handler's work;
//! 3. the result beside the effect, and commit. A refusal rolls back to the savepoint and is a result
//!    too. A retry rolls back everything. The last failure commits `echoue` with the envelope.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use common::domaine::StatutJob;
use common::failpoint;
use common::job::{Envelope, Job, Reference};
use common::queue::health::Reason;
use common::refus::Refus;

use crate::cx::{Cx, Handle, JobError, Shared};
use crate::integrations::stripe::StripeAnswer;
use crate::paiement::{self, Recorded};
use crate::queue::{Delivery, Process, Verdict};

/// Runs that ask for a retry before a job is parked, its horizon aside.
const MAX_FAILURES: u32 = 20;
/// Deliveries without a verdict (a worker died with the job in hand) before a job is parked.
const MAX_DELIVERIES: u32 = 3;
/// Calls that one run may make before others have their turn: an old session learnt, expired, and a new one opened,
/// twice over.
const MAX_CALLS: usize = 8;
/// How long a job that this worker does not know waits for a newer worker.
const UNKNOWN_JOB_DELAY: Duration = Duration::from_secs(30);
/// Bounds of how long a job that Stripe keeps waiting is put off.
const PUT_OFF_LEAST: Duration = Duration::from_secs(2);
const PUT_OFF_MOST: Duration = Duration::from_mins(5);

/// What the calls of an external job left to do.
enum Called {
    /// Nothing: the job's result stood already.
    DoneBefore,
    /// The job's own work.
    Ready,
}

/// The worker's trade, as the queue sees it.
#[derive(Debug, Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

impl Engine {
    /// An engine over what the process shares.
    #[must_use]
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

impl Process for Engine {
    async fn process(&self, delivery: Delivery) -> Verdict {
        let Ok(envelope) = serde_json::from_slice::<Envelope>(&delivery.envelope) else {
            tracing::error!(job = ?delivery.id, "the envelope cannot be read: into quarantine");
            return Verdict::Refused(Reason::Unreadable);
        };
        if !envelope.is_genuine(&self.shared.sealer) {
            // Forged, or signed by a key that this worker does not have.
            tracing::error!(job = ?delivery.id, "not signed by a key of SECRET_KEY: into quarantine");
            return Verdict::Refused(Reason::NotSigned);
        }
        self.dispatch(envelope, &delivery).await
    }
}

macro_rules! dispatch {
    ($($J:ident),+ $(,)?) => {
        impl Engine {
            /// Finds the handler by the job's kind. A job without a handler does not compile.
            async fn dispatch(&self, envelope: Envelope, delivery: &Delivery) -> Verdict {
                match envelope.kind.as_str() {
                    $(<common::jobs::$J as Job>::KIND if envelope.version <= <common::jobs::$J as Job>::VERSION => {
                        self.run::<common::jobs::$J>(envelope, delivery).await
                    })+
                    _ => {
                        tracing::warn!(job = %envelope.id, kind = envelope.kind, version = envelope.version,
                            "unknown job; it waits for a newer worker");
                        Verdict::Unknown { after: UNKNOWN_JOB_DELAY }
                    }
                }
            }
        }
    };
}
common::each_job!(dispatch);

impl Engine {
    async fn run<J: Handle>(&self, envelope: Envelope, delivery: &Delivery) -> Verdict {
        let (job, kind) = (envelope.id, J::KIND);
        let ran = |end, latency| self.shared.metrics.ran(kind, end, latency);
        let ended_as = |statut: StatutJob| ran(statut.as_str(), Some(self.age(&envelope, delivery)));
        let ended = if delivery.deliveries > MAX_DELIVERIES {
            Err(JobError::Retry(anyhow::anyhow!("it ended its worker {MAX_DELIVERIES} times")))
        } else {
            self.execute::<J>(&envelope, delivery).await
        };
        let error = match ended {
            Ok(statut) => {
                statut.map_or_else(|| ran("redelivered", None), ended_as);
                return Verdict::Done;
            }
            Err(JobError::Outage(error)) => {
                ran("unavailable", None);
                tracing::warn!(%job, kind, error = ?format!("{error:#}"), "Postgres is out of reach");
                return Verdict::Unavailable;
            }
            Err(JobError::Later(error)) if !self.is_past_horizon::<J>(&envelope, delivery) => {
                ran("deferred", None);
                tracing::warn!(%job, kind, error = ?format!("{error:#}"), "put off");
                return Verdict::Defer { after: self.put_off(&envelope, delivery) };
            }
            Err(JobError::Later(error) | JobError::Retry(error)) => error,
            // `execute` stores rejections.
            Err(JobError::Reject(refus)) => refus.into(),
        };
        let spent = delivery.deliveries > MAX_DELIVERIES || delivery.failures + 1 >= MAX_FAILURES;
        if !spent && !self.is_past_horizon::<J>(&envelope, delivery) {
            ran("retried", None);
            tracing::warn!(%job, kind, failures = delivery.failures + 1, error = ?format!("{error:#}"), "to be tried again");
            return Verdict::Retry { after: None };
        }
        tracing::error!(%job, kind, error = ?format!("{error:#}"), "parked");
        match self.park(&envelope, delivery).await {
            Ok(()) => {
                ended_as(StatutJob::Echoue);
                Verdict::Done
            }
            Err(error) => {
                tracing::error!(%job, kind, error = ?format!("{error:?}"), "it could not be parked");
                Verdict::Retry { after: None }
            }
        }
    }

    fn is_past_horizon<J: Job>(&self, envelope: &Envelope, delivery: &Delivery) -> bool {
        self.age(envelope, delivery) > J::HORIZON
    }

    /// For how long the job has been tried. A parked job that was pushed again has all of its horizon before it.
    fn age(&self, envelope: &Envelope, delivery: &Delivery) -> Duration {
        self.time_since(envelope.cree_le.max(delivery.since))
    }

    fn time_since(&self, moment: DateTime<Utc>) -> Duration {
        ((self.shared.now)() - moment).to_std().unwrap_or_default()
    }

    /// How long a job that Stripe keeps waiting is put off: a quarter of its age, within bounds.
    fn put_off(&self, envelope: &Envelope, delivery: &Delivery) -> Duration {
        (self.age(envelope, delivery) / 4).clamp(PUT_OFF_LEAST, PUT_OFF_MOST)
    }

    /// Runs a job to its committed result, which may be a rejection. `None`: its result stood already.
    async fn execute<J: Handle>(
        &self,
        envelope: &Envelope,
        delivery: &Delivery,
    ) -> Result<Option<StatutJob>, JobError> {
        let job: J = serde_json::from_str(envelope.payload.get()).map_err(anyhow::Error::from)?;
        failpoint!("before-transaction", envelope.kind, envelope.id);
        let refused = if J::EXTERNAL {
            match self.call_stripe(&job, envelope, delivery).await {
                Ok(Called::DoneBefore) => return Ok(None),
                Ok(Called::Ready) => None,
                Err(JobError::Reject(refus)) => Some(refus),
                Err(error) => return Err(error),
            }
        } else {
            None
        };
        let Some(mut cx) = self.claim(envelope, delivery).await? else { return Ok(None) };
        failpoint!("after-claim", envelope.kind, envelope.id);
        sqlx::query("SAVEPOINT work").execute(&mut *cx.tx).await?;
        let ended = match refused {
            Some(refus) => Err(JobError::Reject(refus)),
            None => job.handle(&mut cx).await,
        };
        let statut = match ended {
            Ok(reference) => store_end(&mut cx, Ok(reference)).await?,
            Err(JobError::Reject(refus)) => {
                sqlx::query("ROLLBACK TO SAVEPOINT work").execute(&mut *cx.tx).await?;
                tracing::info!(job = %envelope.id, kind = J::KIND, code = refus.code, "rejected");
                store_end(&mut cx, Err(&refus)).await?
            }
            Err(error) => return Err(error),
        };
        failpoint!("before-commit", envelope.kind, envelope.id);
        cx.tx.commit().await?;
        failpoint!("after-commit", envelope.kind, envelope.id);
        Ok(Some(statut))
    }

    /// Makes the calls that an external job needs, each between two transactions of its own.
    async fn call_stripe<J: Handle>(
        &self,
        job: &J,
        envelope: &Envelope,
        delivery: &Delivery,
    ) -> Result<Called, JobError> {
        for asked in 0..MAX_CALLS {
            let mut cx = self.begin(envelope, delivery).await?;
            let done = sqlx::query_scalar!(
                r#"SELECT EXISTS (SELECT FROM job_resultat WHERE id = $1 AND statut <> 'echoue') AS "done!""#,
                envelope.id.0
            );
            if done.fetch_one(&mut *cx.tx).await? {
                return Ok(Called::DoneBefore);
            }
            let call = job.next_call(&mut cx, asked).await?;
            let stripe = cx.shared.stripe.clone();
            cx.tx.commit().await?;
            let (Some(call), Some(stripe)) = (call, stripe) else { return Ok(Called::Ready) };

            let Ok(_permit) = self.shared.stripe_calls.try_acquire() else {
                return Err(JobError::Later(anyhow::anyhow!(
                    "as many calls to Stripe as may be are under way"
                )));
            };
            let start = Instant::now();
            let answer = stripe.call(&call).await;
            let answered = !matches!(answer, Err(_) | Ok(StripeAnswer::Failed));
            self.shared.metrics.called(call.name(), start.elapsed(), answered);
            let answer = answer.map_err(|error| JobError::Later(error.into()))?;

            failpoint!("after-call", envelope.kind, envelope.id);
            let mut cx = self.begin(envelope, delivery).await?;
            let recorded = paiement::record_answer(&mut cx, &call, answer).await?;
            cx.tx.commit().await?;
            match recorded {
                Recorded::Done => {}
                Recorded::Refused(refus) => return Err(refus.into()),
                Recorded::TryLater => return Err(JobError::Later(anyhow::anyhow!("Stripe failed"))),
            }
        }
        // A client with many open sessions is closed a few at a time; what asks for ever ends at its horizon.
        Err(JobError::Later(anyhow::anyhow!("Stripe was asked {MAX_CALLS} times and the job still asks")))
    }

    async fn begin(&self, envelope: &Envelope, delivery: &Delivery) -> Result<Cx, JobError> {
        Ok(Cx::begin(&self.shared, envelope, delivery.failures + delivery.deliveries).await?)
    }

    /// Takes the job's row. `None`: it is done already. A twin that runs at this moment is waited for;
    /// a parked job may run again. The row is also the fence: a worker that was given up for dead finds
    /// it taken.
    async fn claim(&self, envelope: &Envelope, delivery: &Delivery) -> Result<Option<Cx>, JobError> {
        let mut cx = self.begin(envelope, delivery).await?;
        let claimed = sqlx::query_scalar!(
            "INSERT INTO job_resultat (id, type, statut, acteur_type, acteur_id, payload_hash, date_creation, date_fin)
             VALUES ($1, $2, 'en_cours', $3, $4, $5, $6, $7)
             ON CONFLICT (id) DO UPDATE SET statut = 'en_cours', enveloppe = NULL, erreur = NULL
             WHERE job_resultat.statut = 'echoue'
             RETURNING id",
            envelope.id.0,
            envelope.kind,
            envelope.actor.type_str(),
            envelope.actor.id(),
            envelope.payload_hash,
            envelope.cree_le,
            cx.now,
        )
        .fetch_optional(&mut *cx.tx)
        .await?;
        Ok(claimed.map(|_| cx))
    }

    /// Gives a job up, visibly: its row holds the envelope, and it can be run again.
    async fn park(&self, envelope: &Envelope, delivery: &Delivery) -> Result<(), JobError> {
        let Some(mut cx) = self.claim(envelope, delivery).await? else { return Ok(()) };
        let code = if delivery.deliveries > MAX_DELIVERIES { "job-fatal" } else { "job-abandonne" };
        sqlx::query!(
            "UPDATE job_resultat SET statut = 'echoue', date_fin = $2, erreur = $3, enveloppe = $4, tentatives = $5
             WHERE id = $1",
            envelope.id.0,
            cx.now,
            serde_json::json!({ "code": code }),
            serde_json::to_string(envelope).map_err(anyhow::Error::from)?,
            i32::try_from(cx.attempt).unwrap_or(i32::MAX),
        )
        .execute(&mut *cx.tx)
        .await?;
        Ok(cx.tx.commit().await?)
    }
}

/// Writes how the job ended into its claimed row.
async fn store_end(cx: &mut Cx, end: Result<Reference, &Refus>) -> Result<StatutJob, JobError> {
    let (statut, resultat, erreur) = match end {
        Ok(reference) => (StatutJob::Termine, serde_json::to_value(reference).ok(), None),
        Err(refus) => (StatutJob::Rejete, None, serde_json::to_value(refus).ok()),
    };
    sqlx::query!(
        "UPDATE job_resultat SET statut = $2, resultat = $3, erreur = $4, date_fin = $5, tentatives = $6 WHERE id = $1",
        cx.job.0,
        statut.as_str(),
        resultat,
        erreur,
        cx.now,
        i32::try_from(cx.attempt).unwrap_or(i32::MAX),
    )
    .execute(&mut *cx.tx)
    .await?;
    Ok(statut)
}
