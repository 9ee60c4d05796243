//! A client's card.

use common::domaine::{Langue, TypeClient};
use common::jobs::{CreateClient, UpdateClient};
use uuid::Uuid;

use super::LIGNE_MAX;
use crate::champs::Champs;
use crate::probleme::Erreur;

/// `{ nom, type?, email?, langue? }`
pub fn create_client(champs: &mut Champs) -> Result<CreateClient, Erreur> {
    let job = CreateClient {
        nom: champs.texte("nom", LIGNE_MAX),
        r#type: champs.choix_ou("type", TypeClient::Entreprise),
        email: champs.email_optionnel("email"),
        langue: champs.choix_ou("langue", Langue::Fr),
    };
    champs.fin(job)
}

/// The fields of [`create_client`] that are to change; an empty `email` takes it away.
pub fn update_client(client_id: Uuid, champs: &mut Champs) -> Result<UpdateClient, Erreur> {
    let job = UpdateClient {
        client_id,
        nom: champs.si_present("nom", |champs, nom| champs.texte(nom, LIGNE_MAX)),
        r#type: champs.choix_si_present("type"),
        email: champs.si_present("email", Champs::email_optionnel),
        langue: champs.choix_si_present("langue"),
    };
    champs.fin_modification(job)
}
