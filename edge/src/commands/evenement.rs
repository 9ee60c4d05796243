//! Mails and notes on a client's timeline.

use chrono_tz::Tz;
use common::jobs::{RecordEmail, RecordNote, UpdateEvenement};
use common::refus::Refus;
use uuid::Uuid;

use super::{LINE_MAX, TEXT_MAX, VERSION_MAX};
use crate::eml::{self, Eml};
use crate::fields::{FILE, Fields};
use crate::problem::AppError;

/// The largest mail that is taken as a file.
pub const EML_MAX: usize = 10 * 1024 * 1024;

/// `{ expediteur, sujet, corps, dateEvenement? }`, or the mail itself as `fichier`; a form's date is in the writer's
/// zone.
pub fn record_email(client_id: Uuid, fuseau: Tz, fields: &mut Fields) -> Result<RecordEmail, AppError> {
    if let Some(raw) = fields.file(FILE, EML_MAX) {
        return record_eml(client_id, fuseau, fields, &raw);
    }
    let job = RecordEmail {
        client_id,
        expediteur: fields.text("expediteur", LINE_MAX),
        sujet: fields.text("sujet", LINE_MAX),
        corps: fields.long_text("corps", TEXT_MAX),
        date_evenement: fields.optional_timestamp("dateEvenement", fuseau),
        message_id: None,
        pieces_jointes: Vec::new(),
        coupe: false,
    };
    fields.finish(job)
}

/// A mail as a file. The form's `expediteur` is there before anybody types, so the mail's own stands; a date that was
/// typed stands before the mail's, whose clock may be wrong. Another text beside it is refused rather than dropped.
fn record_eml(client_id: Uuid, fuseau: Tz, fields: &mut Fields, raw: &[u8]) -> Result<RecordEmail, AppError> {
    fields.optional_text("expediteur", LINE_MAX);
    let sujet = fields.optional_text("sujet", LINE_MAX);
    let corps = fields.optional_long_text("corps", TEXT_MAX);
    if sujet.is_some() || corps.is_some() {
        fields.refuse(Refus::invalid(FILE, "fichier-et-texte"));
    }
    let date = fields.optional_timestamp("dateEvenement", fuseau);
    let email = eml::read(raw).unwrap_or_else(|| {
        if !fields.is_refused(FILE) {
            fields.refuse(Refus::invalid(FILE, "fichier-pas-un-email"));
        }
        Eml::default()
    });
    let job = RecordEmail {
        client_id,
        expediteur: email.expediteur,
        sujet: email.sujet,
        corps: email.corps,
        date_evenement: date.or(email.date),
        message_id: email.message_id,
        pieces_jointes: email.pieces_jointes,
        coupe: email.coupe,
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
    // A mail that came as a file may lack a subject, and a text.
    let sujet = |fields: &mut Fields, name| fields.optional_text(name, LINE_MAX).unwrap_or_default();
    let corps = |fields: &mut Fields, name| fields.optional_long_text(name, TEXT_MAX).unwrap_or_default();
    let job = UpdateEvenement {
        evenement_id,
        client_id: fields.if_present("clientId", Fields::uuid),
        expediteur: fields.if_present("expediteur", |fields, name| fields.text(name, LINE_MAX)),
        sujet: fields.if_present("sujet", sujet),
        corps: fields.if_present("corps", corps),
        texte: fields.if_present("texte", |fields, name| fields.long_text(name, TEXT_MAX)),
        date_evenement: fields.optional_timestamp("dateEvenement", fuseau),
        version: fields.optional_text("version", VERSION_MAX),
    };
    fields.finish_change(job)
}
