//! Mails and notes on a client's timeline.

use chrono_tz::Tz;
use common::jobs::{RecordEmail, RecordNote, UpdateEvenement};
use uuid::Uuid;

use super::{LINE_MAX, TEXT_MAX};
use crate::fields::Fields;
use crate::problem::AppError;

/// `{ expediteur, sujet, corps, dateEvenement? }`; a form's date is in the writer's zone.
pub fn record_email(client_id: Uuid, fuseau: Tz, fields: &mut Fields) -> Result<RecordEmail, AppError> {
    let job = RecordEmail {
        client_id,
        expediteur: fields.text("expediteur", LINE_MAX),
        sujet: fields.text("sujet", LINE_MAX),
        corps: fields.long_text("corps", TEXT_MAX),
        date_evenement: fields.optional_timestamp("dateEvenement", fuseau),
    };
    fields.finish(job)
}

/// `{ texte }`
pub fn record_note(client_id: Uuid, fields: &mut Fields) -> Result<RecordNote, AppError> {
    let job = RecordNote { client_id, texte: fields.long_text("texte", TEXT_MAX) };
    fields.finish(job)
}

/// A mail's `{ expediteur?, sujet?, corps? }` or a note's `{ texte? }`, `dateEvenement?`, and `clientId?`
/// to move it.
pub fn update_evenement(
    evenement_id: Uuid,
    fuseau: Tz,
    fields: &mut Fields,
) -> Result<UpdateEvenement, AppError> {
    let line = |fields: &mut Fields, name| fields.text(name, LINE_MAX);
    let text = |fields: &mut Fields, name| fields.long_text(name, TEXT_MAX);
    let job = UpdateEvenement {
        evenement_id,
        client_id: fields.if_present("clientId", Fields::uuid),
        expediteur: fields.if_present("expediteur", line),
        sujet: fields.if_present("sujet", line),
        corps: fields.if_present("corps", text),
        texte: fields.if_present("texte", text),
        date_evenement: fields.optional_timestamp("dateEvenement", fuseau),
    };
    fields.finish_change(job)
}
