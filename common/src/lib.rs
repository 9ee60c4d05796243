//! What the edge and the worker must agree on, and nothing else: settings, domain types, the job
//! contract with its payloads, the queue's wire form, money, tokens, URLs, and the words of pages and mails.

pub mod domaine;
pub mod failpoint;
pub mod jeton;
pub mod job;
pub mod jobs;
pub mod lien;
pub mod metrics;
pub mod montant;
pub mod queue;
pub mod refus;
pub mod settings;
pub mod texte;
