//! A form as its template shows it: fresh, or again after a refusal with what was typed.

use std::collections::BTreeMap;

use common::domaine::Langue;
use serde::Serialize;

use super::fresh_key;
use crate::champs::Champs;
use crate::probleme::Erreur;
use crate::rendu;

/// What a form's fields hold, by name.
pub type Saisie = BTreeMap<String, String>;

/// A form's fields filled from pairs; those without a value stay empty.
pub fn saisie<const N: usize>(champs: [(&str, Option<String>); N]) -> Saisie {
    champs.into_iter().filter_map(|(nom, valeur)| Some((nom.to_owned(), valeur?))).collect()
}

/// One form of a page.
#[derive(Debug, Clone, Serialize)]
pub struct Formulaire {
    /// Its name within the page: the beginning of its fields' ids.
    pub nom: &'static str,
    /// The hidden key that makes sending it twice one wish.
    pub cle: String,
    /// What its fields hold.
    pub saisie: Saisie,
    /// What is wrong with which field.
    pub erreurs: BTreeMap<String, String>,
    /// What is wrong with the whole, or with a field that the form does not show.
    pub erreur: Option<String>,
}

/// The forms of a page, one of which may have been refused.
#[derive(Debug, Clone)]
pub struct Formulaires {
    cle: String,
    refuse: Option<Formulaire>,
}

impl Default for Formulaires {
    /// A page that is shown for the first time.
    fn default() -> Self {
        Self { cle: fresh_key(), refuse: None }
    }
}

impl Formulaires {
    /// The page again, after `nom` was refused. Its key is fresh: sent back corrected it is a new wish.
    pub fn refused(nom: &'static str, champs: &Champs, erreur: &Erreur, langue: Langue) -> Self {
        let saisie = champs.saisie();
        let mut erreurs = BTreeMap::new();
        let mut reste = None;
        for refus in erreur.champs() {
            let phrase = rendu::erreur(langue, &refus.code, &refus.args);
            match &refus.champ {
                Some(champ) if saisie.contains_key(champ) || champ.starts_with("motDePasse") => {
                    erreurs.entry(champ.clone()).or_insert(phrase);
                }
                _ => reste = Some(phrase),
            }
        }
        let erreur = match reste {
            None if erreurs.is_empty() => Some(erreur.phrase(langue)),
            reste => reste,
        };
        let cle = fresh_key();
        let refuse = Some(Formulaire { nom, cle: cle.clone(), saisie, erreurs, erreur });
        Self { cle, refuse }
    }

    /// The form of that name: as it was refused, else fresh with `defaut` in its fields.
    pub fn get(&self, nom: &'static str, defaut: Saisie) -> Formulaire {
        self.refuse.as_ref().filter(|refuse| refuse.nom == nom).cloned().unwrap_or_else(|| Formulaire {
            nom,
            cle: self.cle.clone(),
            saisie: defaut,
            erreurs: BTreeMap::new(),
            erreur: None,
        })
    }

    /// Whether the form of that name was refused, and must be in sight.
    pub fn is_refused(&self, nom: &str) -> bool {
        self.refuse.as_ref().is_some_and(|refuse| refuse.nom == nom)
    }
}
