//! The edge: authenticates, validates, queues, renders. In Postgres it can only SELECT; every write is a
//! job that it pushes, and the worker's to do.

pub mod api;
pub mod app;
pub mod attente;
pub mod champs;
pub mod cible;
pub mod commandes;
pub mod connexion;
pub mod corps;
pub mod csrf;
pub mod demande;
pub mod enqueue;
pub mod entetes;
pub mod lecteur;
pub mod limites;
pub mod mot_de_passe;
pub mod pages;
pub mod probleme;
pub mod queries;
pub mod rendu;
pub mod routes;
pub mod server;
pub mod session;
pub mod store;

pub use app::App;
pub use server::serve;
