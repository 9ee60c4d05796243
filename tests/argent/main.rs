//! The rules of money, each a test, on real processes.

mod convergence;
mod erreurs_classiques;
mod evenements;
mod reconciliation;
