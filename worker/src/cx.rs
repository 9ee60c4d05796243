//! What a handler is given: the one transaction, the clock, randomness, and who asks.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use common::domaine::{Auteur, Entite, TypeEvenement};
use common::jeton::Sealer;
use common::job::{Actor, Envelope, Job, JobId, Reference};
use common::lien::PublicUrl;
use common::refus::Refus;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sqlx::{Postgres, Transaction};
use tokio::sync::Semaphore;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::integrations::smtp::Smtp;
use crate::integrations::stripe::{Stripe, StripeCall};
use crate::metrics::Metrics;

/// What every job of a process shares.
#[derive(Debug)]
pub struct Shared {
    /// Postgres, as the user who writes.
    pub pool: sqlx::PgPool,
    /// Makes and opens sealed tokens.
    pub sealer: Sealer,
    /// The root of every link.
    pub public_url: PublicUrl,
    /// Stripe, when a key is set.
    pub stripe: Option<Stripe>,
    /// The mail server, when one is set.
    pub smtp: Option<Smtp>,
    /// Calls to Stripe that may be under way at once: fewer than a queue has slots, so that a Stripe that
    /// hangs does not keep its events from being recorded.
    pub stripe_calls: Semaphore,
    /// What is counted for those who operate this.
    pub metrics: Metrics,
    /// The clock.
    pub now: fn() -> DateTime<Utc>,
}

/// One run of a job inside its transaction.
pub struct Cx {
    /// The transaction: the job's effect and its result commit together.
    pub tx: Transaction<'static, Postgres>,
    /// When this run began.
    pub now: DateTime<Utc>,
    /// Who asks.
    pub actor: Actor,
    /// The job's id.
    pub job: JobId,
    /// When it was asked for.
    pub asked: DateTime<Utc>,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// The system's random generator.
    pub rng: UnwrapErr<SysRng>,
    /// What the process shares.
    pub shared: Arc<Shared>,
    ids: ContextV7,
}

impl Cx {
    /// Opens a transaction for a run.
    pub async fn begin(shared: &Arc<Shared>, envelope: &Envelope, attempt: u32) -> sqlx::Result<Self> {
        Ok(Self {
            tx: shared.pool.begin().await?,
            now: (shared.now)(),
            actor: envelope.actor,
            job: envelope.id,
            asked: envelope.cree_le,
            attempt,
            rng: UnwrapErr(SysRng),
            shared: Arc::clone(shared),
            ids: ContextV7::new(),
        })
    }

    /// A new row's id: in the order of the job's clock, and within the job in the order of asking.
    pub fn new_id(&self) -> Uuid {
        new_id_at(&self.ids, self.now)
    }

    /// The freelancer who asks; anybody else finds nothing.
    pub fn utilisateur(&self) -> Result<Uuid, JobError> {
        match self.actor {
            Actor::Utilisateur(id) => Ok(id),
            _ => Err(Refus::not_found().into()),
        }
    }

    /// Whose rows the actor may touch: a freelancer's own, or those of one client. Nobody else's.
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self.actor {
            Actor::Utilisateur(id) => Scope { utilisateur_id: Some(id), client_id: None },
            Actor::Client(id) => Scope { utilisateur_id: None, client_id: Some(id) },
            Actor::Stripe | Actor::Systeme => Scope { utilisateur_id: None, client_id: None },
        }
    }

    /// Stripe, or a refusal that says that payments are not configured.
    pub fn stripe(&self) -> Result<&Stripe, JobError> {
        self.shared.stripe.as_ref().ok_or_else(|| Refus::conflict("paiements-non-configures").into())
    }

    /// Puts a line on a client's timeline.
    pub async fn record_evenement(&mut self, evenement: Evenement<'_>) -> sqlx::Result<Uuid> {
        let id = self.new_id();
        let auteur = match self.actor {
            Actor::Utilisateur(id) => Some(id),
            _ => None,
        };
        sqlx::query!(
            "INSERT INTO evenement_timeline (id, utilisateur_id, client_id, type_evenement, reference_id,
                 description_texte, meta_json, date_evenement, auteur_id, date_creation)
             SELECT $1, utilisateur_id, id, $3, $4, $5, $6, $7, $8, $9 FROM client WHERE id = $2",
            id,
            evenement.client_id,
            evenement.r#type.as_str(),
            evenement.reference_id,
            evenement.texte,
            evenement.meta,
            self.now,
            auteur,
            self.now,
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(id)
    }

    /// The freelancer has seen the news about a deal or a ticket: all of it, or up to an event.
    pub async fn mark_read(&mut self, reference_id: Uuid, jusqua: Option<Uuid>) -> sqlx::Result<()> {
        sqlx::query!(
            "UPDATE evenement_timeline SET date_lecture = $3
             WHERE reference_id = $1 AND nouvelle AND date_lecture IS NULL AND ($2::uuid IS NULL OR id <= $2)",
            reference_id,
            jusqua,
            self.now,
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}

/// A row's id that says when it was made; `ids` keeps those of one moment in the order of asking.
pub fn new_id_at(ids: &ContextV7, now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(ids, seconds, now.timestamp_subsec_nanos()))
}

/// The owner columns that a row must match one of. Both null match nothing.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    /// A freelancer's own rows.
    pub utilisateur_id: Option<Uuid>,
    /// One client's rows.
    pub client_id: Option<Uuid>,
}

impl Scope {
    /// On which side of a thread the actor writes.
    #[must_use]
    pub fn auteur(&self) -> Auteur {
        if self.client_id.is_some() { Auteur::Client } else { Auteur::Utilisateur }
    }
}

/// A line for a client's timeline. The shapes of `meta` stand beside the column in the migrations.
#[derive(Debug)]
pub struct Evenement<'a> {
    /// Whose timeline.
    pub client_id: Uuid,
    /// What happened.
    pub r#type: TypeEvenement,
    /// The deal or ticket that it is about.
    pub reference_id: Option<Uuid>,
    /// What people wrote.
    pub texte: &'a str,
    /// What the sentence needs when it is read.
    pub meta: serde_json::Value,
}

/// A job's handler. Stands in the file of the job's name.
pub trait Handle: Job + Sized {
    /// Whether the job may ask Stripe. Such a job asks [`Self::next_call`] before it is handled.
    const EXTERNAL: bool = false;

    /// What Stripe must be asked before the job can be handled; `None` when nothing (more).
    ///
    /// Runs in a transaction of its own that commits before the call is made: an attempt is a row with
    /// its key and frozen parameters first, a call second, a result third. It may be entered again at
    /// any step, after any crash. `asked` counts the calls of this run.
    fn next_call(
        &self,
        _cx: &mut Cx,
        _asked: usize,
    ) -> impl Future<Output = Result<Option<StripeCall>, JobError>> + Send {
        async { Ok(None) }
    }

    /// Does the job's work in the transaction that also stores its result.
    fn handle(self, cx: &mut Cx) -> impl Future<Output = Result<Reference, JobError>> + Send;
}

/// Why a job did not end well.
#[derive(Debug)]
pub enum JobError {
    /// Its sender can read why and mend it: stored as the result `rejete`.
    Reject(Refus),
    /// Something went wrong that may go right next time. `?` means this.
    Retry(anyhow::Error),
    /// Postgres is out of reach: no fault of the job, the whole queue rests.
    Outage(anyhow::Error),
    /// Stripe is out of reach or busy, or there is much to ask of it: no fault of the job, which comes back while
    /// others go on.
    Later(anyhow::Error),
}

impl From<Refus> for JobError {
    fn from(refus: Refus) -> Self {
        Self::Reject(refus)
    }
}

impl From<anyhow::Error> for JobError {
    fn from(error: anyhow::Error) -> Self {
        Self::Retry(error)
    }
}

impl From<sqlx::Error> for JobError {
    fn from(error: sqlx::Error) -> Self {
        if is_outage(&error) { Self::Outage(error.into()) } else { Self::Retry(error.into()) }
    }
}

/// Whether Postgres is out of reach, rather than unhappy with a statement.
fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
            true
        }
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // 08: connection, 53: out of resources, 57P: shutting down or starting, 25006: read-only standby,
            // 25P03: our own time-out on an idle transaction.
            code.starts_with("08")
                || code.starts_with("53")
                || code.starts_with("57P")
                || code == "25006"
                || code == "25P03"
        }),
        _ => false,
    }
}

/// Refuses with `refus` when a statement broke the named constraint; any other error stays itself.
pub fn on_constraint(error: sqlx::Error, constraint: &str, refus: impl FnOnce() -> Refus) -> JobError {
    match &error {
        sqlx::Error::Database(database) if database.constraint() == Some(constraint) => refus().into(),
        _ => error.into(),
    }
}

/// What a finished job points at.
#[must_use]
pub fn reference(entite: Entite, id: Uuid) -> Reference {
    Reference { entite, id, deja_la: false }
}
