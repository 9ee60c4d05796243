//! Stripe's events of a client who asked to be forgotten repeat who paid; what they say of money stays.

use uuid::Uuid;

use crate::cx::{Cx, JobError};
use crate::integrations::stripe::reduced;

/// Cuts the bodies of some stored events down to what settling reads.
pub async fn reduce_events(cx: &mut Cx, ids: &[Uuid]) -> Result<(), JobError> {
    for id in ids {
        let corps = sqlx::query_scalar!("SELECT corps FROM evenement_stripe WHERE id = $1", id)
            .fetch_one(&mut *cx.tx)
            .await?;
        sqlx::query!("UPDATE evenement_stripe SET corps = $2 WHERE id = $1", id, reduced(&corps))
            .execute(&mut *cx.tx)
            .await?;
    }
    Ok(())
}

/// Cuts an event down that came when its client was forgotten already: the client of its deal or, of an event that
/// belongs to no deal any more, the one that it names; of one who was deleted the id alone is known. An id that we
/// never had tells of somebody else's client, or of a backup that was restored: that event stays whole.
///
/// The client's row is locked, so that an erasure at the same moment sees this event, or is seen here.
pub async fn reduce_if_erased(cx: &mut Cx, id: Uuid, named: Option<Uuid>) -> Result<(), JobError> {
    let erased = sqlx::query_scalar!(
        r#"SELECT date_effacement IS NOT NULL AS "erased!" FROM client
           WHERE id = coalesce((SELECT o.client_id FROM evenement_stripe e
               JOIN opportunite o ON o.id = e.opportunite_id WHERE e.id = $1), $2)
           FOR KEY SHARE"#,
        id,
        named
    )
    .fetch_optional(&mut *cx.tx)
    .await?;
    let erased = match (erased, named) {
        (Some(erased), _) => erased,
        // Asked after the lock: a deletion that was waited for has left its trace.
        (None, Some(named)) => {
            sqlx::query_scalar!(
                r#"SELECT EXISTS (SELECT FROM client_supprime WHERE id = $1) AS "known!""#,
                named
            )
            .fetch_one(&mut *cx.tx)
            .await?
        }
        (None, None) => false,
    };
    if erased { reduce_events(cx, &[id]).await } else { Ok(()) }
}
