//! The pages.
pub mod erreur;
