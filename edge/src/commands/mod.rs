//! From fields to jobs: one function for each write, shared by the JSON API and the HTML forms. Names of
//! fields and of jobs are those of the contract; whose rows may be touched is the worker's to decide.

mod client;
mod evenement;
mod installation;
mod opportunite;
mod ticket;
mod utilisateur;

pub use client::{create_client, update_client};
pub use evenement::{EML_MAX, record_email, record_note, update_evenement};
pub use installation::create_utilisateur;
pub use opportunite::{
    create_checkout_session, create_opportunite, record_payment, refund_payment, update_opportunite,
};
pub use ticket::{create_ticket, create_ticket_of, reply_ticket, update_ticket};
pub use utilisateur::{
    JETON_NOM_MAX, LOGO_MAX, create_jeton_api, forget_mot_de_passe, reset_mot_de_passe, update_logo,
    update_mot_de_passe, update_utilisateur,
};

/// The longest name, title or subject, in characters.
pub const LINE_MAX: usize = 200;
/// The longest `version` of a card.
pub const VERSION_MAX: usize = 40;
/// The longest text that people write: a message, a note, a mail.
pub const TEXT_MAX: usize = 20_000;
