//! Mails and notes on a client's timeline.

use chrono_tz::Tz;
use common::jobs::{RecordEmail, RecordNote, UpdateEvenement};
use uuid::Uuid;

use super::{LIGNE_MAX, TEXTE_MAX};
use crate::champs::Champs;
use crate::probleme::Erreur;

/// `{ expediteur, sujet, corps, dateEvenement? }`; a form's date is in the writer's zone.
pub fn record_email(client_id: Uuid, fuseau: Tz, champs: &mut Champs) -> Result<RecordEmail, Erreur> {
    let job = RecordEmail {
        client_id,
        expediteur: champs.texte("expediteur", LIGNE_MAX),
        sujet: champs.texte("sujet", LIGNE_MAX),
        corps: champs.texte_long("corps", TEXTE_MAX),
        date_evenement: champs.horodatage_optionnel("dateEvenement", fuseau),
    };
    champs.fin(job)
}

/// `{ texte }`
pub fn record_note(client_id: Uuid, champs: &mut Champs) -> Result<RecordNote, Erreur> {
    let job = RecordNote { client_id, texte: champs.texte_long("texte", TEXTE_MAX) };
    champs.fin(job)
}

/// A mail's `{ expediteur?, sujet?, corps? }` or a note's `{ texte? }`, `dateEvenement?`, and `clientId?`
/// to move it.
pub fn update_evenement(
    evenement_id: Uuid,
    fuseau: Tz,
    champs: &mut Champs,
) -> Result<UpdateEvenement, Erreur> {
    let ligne = |champs: &mut Champs, nom| champs.texte(nom, LIGNE_MAX);
    let texte = |champs: &mut Champs, nom| champs.texte_long(nom, TEXTE_MAX);
    let job = UpdateEvenement {
        evenement_id,
        client_id: champs.si_present("clientId", Champs::uuid),
        expediteur: champs.si_present("expediteur", ligne),
        sujet: champs.si_present("sujet", ligne),
        corps: champs.si_present("corps", texte),
        texte: champs.si_present("texte", texte),
        date_evenement: champs.horodatage_optionnel("dateEvenement", fuseau),
    };
    champs.fin_modification(job)
}
