//! Tickets and their threads, from either side.

use common::domaine::TypeTicket;
use common::jobs::{CreateTicket, ReplyTicket, UpdateTicket};
use uuid::Uuid;

use super::{LINE_MAX, TEXT_MAX, VERSION_MAX};
use crate::fields::Fields;
use crate::problem::AppError;

/// The freelancer's `{ clientId, sujet, description, typeTicket? }`
pub fn create_ticket(fields: &mut Fields) -> Result<CreateTicket, AppError> {
    let client_id = fields.uuid("clientId");
    create_ticket_of(client_id, fields)
}

/// The client's `{ sujet, description, typeTicket? }`
pub fn create_ticket_of(client_id: Uuid, fields: &mut Fields) -> Result<CreateTicket, AppError> {
    let job = CreateTicket {
        client_id,
        sujet: fields.text("sujet", LINE_MAX),
        description: fields.long_text("description", TEXT_MAX),
        type_ticket: fields.choice_or("typeTicket", TypeTicket::Question),
    };
    fields.finish(job)
}

/// `{ statutTicket?, typeTicket?, version? }`: with the `version` that was read the change is refused when the ticket
/// has moved since.
pub fn update_ticket(ticket_id: Uuid, fields: &mut Fields) -> Result<UpdateTicket, AppError> {
    let job = UpdateTicket {
        ticket_id,
        statut_ticket: fields.choice_if_present("statutTicket"),
        type_ticket: fields.choice_if_present("typeTicket"),
        version: fields.optional_text("version", VERSION_MAX),
    };
    fields.finish_change(job)
}

/// `{ corps }`
pub fn reply_ticket(ticket_id: Uuid, fields: &mut Fields) -> Result<ReplyTicket, AppError> {
    let job = ReplyTicket { ticket_id, corps: fields.long_text("corps", TEXT_MAX) };
    fields.finish(job)
}
