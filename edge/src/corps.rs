//! Reading a request's body: whole, before anybody looks at it, not more than its route takes, not slower
//! than a person on a bad line.
//!
//! An answer that comes while the sender still writes is often lost with the connection. So a body that is
//! too large is read on for a while, to be thrown away, and every refusal reaches its reader.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;

use crate::probleme::Erreur;
use crate::routes;

/// The most that a form or a JSON object may weigh.
const CORPS_MAX: usize = 64 * 1024;
/// The largest event of Stripe's that is taken.
const EVENEMENT_MAX: usize = 1024 * 1024;
/// What is read at most of a body, to be thrown away beyond the limit.
const LECTURE_MAX: usize = 8 * 1024 * 1024;
/// How long a body may take to come in whole.
const DUREE_MAX: Duration = Duration::from_secs(9);

/// Hands the request on with its body in memory; 413 for one that is too large, 408 for one that comes too
/// slowly, 400 for one that breaks off.
pub async fn buffer(requete: Request, suite: Next) -> Response {
    let max = if requete.uri().path() == routes::WEBHOOK { EVENEMENT_MAX } else { CORPS_MAX };
    let announced =
        requete.headers().get(CONTENT_LENGTH).and_then(|valeur| valeur.to_str().ok()?.parse().ok());
    if announced.is_some_and(|octets: usize| octets > LECTURE_MAX) {
        return Erreur::CorpsTropGrand { max }.into_response();
    }
    let (tete, corps) = requete.into_parts();
    match tokio::time::timeout(DUREE_MAX, read(corps, max)).await {
        Ok(Ok(corps)) => suite.run(Request::from_parts(tete, Body::from(corps))).await,
        Ok(Err(erreur)) => erreur.into_response(),
        Err(_) => Erreur::CorpsTropLent.into_response(),
    }
}

async fn read(mut corps: Body, max: usize) -> Result<Vec<u8>, Erreur> {
    let (mut lu, mut total) = (Vec::new(), 0);
    while let Some(frame) = corps.frame().await {
        let frame = frame.map_err(|_| Erreur::CorpsInterrompu)?;
        let Ok(octets) = frame.into_data() else { continue };
        total += octets.len();
        if total <= max {
            lu.extend_from_slice(&octets);
        } else if total > LECTURE_MAX {
            break;
        }
    }
    if total > max { Err(Erreur::CorpsTropGrand { max }) } else { Ok(lu) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_of_just_the_limit_is_read_and_one_byte_more_is_not() {
        assert_eq!(read(Body::from(vec![1; 10]), 10).await.unwrap().len(), 10);
        assert!(matches!(read(Body::from(vec![1; 11]), 10).await, Err(Erreur::CorpsTropGrand { max: 10 })));
        assert!(read(Body::empty(), 10).await.unwrap().is_empty());
    }
}
