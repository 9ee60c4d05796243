//! A client's card.

use common::domaine::{Langue, TypeClient};
use common::jobs::{CreateClient, UpdateClient};
use uuid::Uuid;

use super::{LINE_MAX, VERSION_MAX};
use crate::fields::Fields;
use crate::problem::AppError;

/// `{ nom, type?, email?, langue? }`
pub fn create_client(fields: &mut Fields) -> Result<CreateClient, AppError> {
    let job = CreateClient {
        nom: fields.text("nom", LINE_MAX),
        r#type: fields.choice_or("type", TypeClient::Entreprise),
        email: fields.optional_email("email"),
        langue: fields.choice_or("langue", Langue::Fr),
    };
    fields.finish(job)
}

/// The fields of [`create_client`] that are to change; an empty `email` takes it away. With the
/// `version` that was read the change is refused when the card says something else by now.
pub fn update_client(client_id: Uuid, fields: &mut Fields) -> Result<UpdateClient, AppError> {
    let job = UpdateClient {
        client_id,
        nom: fields.if_present("nom", |fields, name| fields.text(name, LINE_MAX)),
        r#type: fields.choice_if_present("type"),
        email: fields.if_present("email", Fields::optional_email),
        langue: fields.choice_if_present("langue"),
        version: fields.optional_text("version", VERSION_MAX),
    };
    fields.finish_change(job)
}
