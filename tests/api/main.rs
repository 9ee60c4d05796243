//! The routes, as their callers see them. One file per noun of the URL.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

mod bad_input;
mod clients;
mod connexion;
mod couleur;
mod donnees;
mod effacement;
mod emails;
mod every_route;
mod idempotence;
mod jetons;
mod logo;
mod metrics;
mod openapi;
mod operations;
mod opportunites;
mod paiements;
mod portail;
mod recherche;
mod tenancy;
mod tickets;
mod utilisateur;
mod webhooks;
