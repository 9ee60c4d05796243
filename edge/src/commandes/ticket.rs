//! Tickets and their threads, from either side.

use common::domaine::TypeTicket;
use common::jobs::{CreateTicket, ReplyTicket, UpdateTicket};
use uuid::Uuid;

use super::{LIGNE_MAX, TEXTE_MAX};
use crate::champs::Champs;
use crate::probleme::Erreur;

/// The freelancer's `{ clientId, sujet, description, typeTicket? }`
pub fn create_ticket(champs: &mut Champs) -> Result<CreateTicket, Erreur> {
    let client_id = champs.uuid("clientId");
    create_ticket_portail(client_id, champs)
}

/// The client's `{ sujet, description, typeTicket? }`
pub fn create_ticket_portail(client_id: Uuid, champs: &mut Champs) -> Result<CreateTicket, Erreur> {
    let job = CreateTicket {
        client_id,
        sujet: champs.texte("sujet", LIGNE_MAX),
        description: champs.texte_long("description", TEXTE_MAX),
        type_ticket: champs.choix_ou("typeTicket", TypeTicket::Question),
    };
    champs.fin(job)
}

/// `{ statutTicket?, typeTicket? }`
pub fn update_ticket(ticket_id: Uuid, champs: &mut Champs) -> Result<UpdateTicket, Erreur> {
    let job = UpdateTicket {
        ticket_id,
        statut_ticket: champs.choix_si_present("statutTicket"),
        type_ticket: champs.choix_si_present("typeTicket"),
    };
    champs.fin_modification(job)
}

/// `{ corps }`
pub fn reply_ticket(ticket_id: Uuid, champs: &mut Champs) -> Result<ReplyTicket, Erreur> {
    let job = ReplyTicket { ticket_id, corps: champs.texte_long("corps", TEXTE_MAX) };
    champs.fin(job)
}
