//! Every job's handler, one file each, under the name of its payload in `common/src/jobs/`.

mod cancel_payment_link;
mod create_checkout_session;
mod create_client;
mod create_opportunite;
mod create_ticket;
mod create_utilisateur;
mod delete_client;
mod delete_evenement;
mod delete_opportunite;
mod generate_portail;
mod process_stripe_webhook;
mod record_email;
mod record_note;
mod record_payment;
mod refresh_payment;
mod reply_ticket;
mod reverse_payment;
mod revoke_portail;
mod update_client;
mod update_evenement;
mod update_opportunite;
mod update_ticket;
