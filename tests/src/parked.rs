//! Jobs that have been tried already, and one that was given up.

use chrono::TimeDelta;
use common::job::{Actor, Envelope, JobId};
use common::jobs::RecordNote;
use common::queue::keys;
use uuid::Uuid;

use crate::app::App;

impl App {
    /// Writes a job into the stream by hand, with a past: failed runs, and deliveries without a verdict.
    pub async fn push_with_past(&self, envelope: &Envelope, failures: &str, deliveries: &str) {
        let mut redis = self.redis_connection().await;
        let (id, text) = (envelope.id.to_string(), serde_json::to_string(envelope).expect("JSON"));
        let _: String = redis::cmd("XADD")
            .arg(keys::stream(envelope.queue))
            .arg(&["*", "job", &id, "enveloppe", &text, "echecs", failures, "livraisons", deliveries])
            .query_async(&mut redis)
            .await
            .expect("an entry");
    }

    /// Leaves a note of this freelancer set aside: it was asked for long ago, and Postgres refuses what it does.
    pub async fn park_note(&self, email: &str, client_id: Uuid) -> JobId {
        let utilisateur = sqlx::query_scalar("SELECT id FROM utilisateur WHERE email = $1").bind(email);
        let actor = Actor::Utilisateur(utilisateur.fetch_one(&self.db).await.expect("an account"));
        let note = RecordNote { client_id, texte: "Rappeler <i>Hélène</i>".into() };
        let id = JobId::of::<RecordNote>(&actor, "parked");
        let envelope = self.envelope_asked(id, actor, &note, worker::clock() - TimeDelta::days(30));
        sqlx::query("REVOKE INSERT ON evenement_timeline FROM guichet_worker")
            .execute(&self.db)
            .await
            .expect("it is the owner");
        self.push_with_past(&envelope, "0", "0").await;
        assert_eq!(self.end_of(id).await.0, "echoue");
        self.until_empty().await;
        sqlx::query("GRANT INSERT ON evenement_timeline TO guichet_worker")
            .execute(&self.db)
            .await
            .expect("it is the owner");
        id
    }
}
