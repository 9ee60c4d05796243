//! The rules of money, each a test, on real processes.

mod erreurs_classiques;
mod evenements;
mod reconciliation;
