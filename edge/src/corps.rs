//! Reading a request's body: not more than its route takes, not slower than a person on a bad line.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::probleme::Erreur;

/// The most that a form or a JSON object may weigh.
pub const CORPS_MAX: usize = 64 * 1024;
/// How long a body may take to come in whole.
const DUREE_MAX: Duration = Duration::from_secs(9);

/// Reads the body: 413 beyond `max` bytes, 408 when it comes too slowly, 400 when it breaks off.
pub async fn read(requete: Request, max: usize) -> Result<Bytes, Erreur> {
    let annonce = requete
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|valeur| valeur.to_str().ok()?.parse().ok());
    if annonce.is_some_and(|annonce: u64| annonce > max as u64) {
        return Err(Erreur::CorpsTropGrand { max });
    }
    let corps = Limited::new(requete.into_body(), max).collect();
    match tokio::time::timeout(DUREE_MAX, corps).await {
        Err(_) => Err(Erreur::CorpsTropLent),
        Ok(Ok(corps)) => Ok(corps.to_bytes()),
        Ok(Err(erreur)) if erreur.is::<LengthLimitError>() => Err(Erreur::CorpsTropGrand { max }),
        Ok(Err(_)) => Err(Erreur::CorpsInterrompu),
    }
}
