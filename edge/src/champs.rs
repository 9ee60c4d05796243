//! The one reader of what people and programs send: a JSON object or an HTML form becomes named fields,
//! read one by one into the types of the domain.
//!
//! A command builds its job from the readers and ends with [`Champs::fin`]. Each reader that meets a
//! wrong value notes a [`Refus`] and gives a placeholder; `fin` lets the job out only if nothing was
//! noted and no field was left unread. So all errors are told at once, each with its field, and a
//! placeholder never leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use common::montant::Devise;
use common::refus::{Refus, RefusKind};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use crate::app::App;
use crate::probleme::Erreur;

mod formulaire;

/// The hidden field of every form: what makes sending it twice one job.
pub const CLE: &str = "cle";

/// Unknown fields that are told by name; the rest of a flood is not worth an answer.
const INCONNUS_MAX: usize = 10;

/// The fields of one request.
#[derive(Debug, Default)]
pub struct Champs {
    valeurs: BTreeMap<String, Valeur>,
    lus: BTreeSet<&'static str>,
    refus: Vec<Refus>,
    cle: Option<String>,
}

/// What stands in a field.
#[derive(Debug, Clone)]
enum Valeur {
    /// From a form: always text, written by a person.
    Saisie(String),
    /// From a JSON object.
    Json(Value),
}

/// What a reader finds.
enum Lu {
    /// Not there, null, or an empty form field.
    Vide,
    Texte(String),
    Nombre(serde_json::Number),
    /// A list, an object, a boolean: no field of ours.
    Autre,
}

impl Champs {
    /// Reads a JSON object.
    pub fn of_json(corps: &[u8]) -> Result<Self, Erreur> {
        let Ok(Value::Object(objet)) = serde_json::from_slice(corps) else {
            return Err(Erreur::JsonInvalide);
        };
        let valeurs = objet.into_iter().map(|(nom, valeur)| (nom, Valeur::Json(valeur))).collect();
        Ok(Self { valeurs, ..Self::default() })
    }

    /// Reads an urlencoded form. Its hidden [`CLE`] is taken out.
    pub fn of_form(corps: &[u8]) -> Result<Self, Erreur> {
        let mut valeurs = BTreeMap::new();
        for (nom, texte) in formulaire::parse(corps).ok_or(Erreur::FormulaireInvalide)? {
            if valeurs.insert(nom, Valeur::Saisie(texte)).is_some() {
                return Err(Erreur::FormulaireInvalide);
            }
        }
        let cle = match valeurs.remove(CLE) {
            Some(Valeur::Saisie(cle)) if !cle.is_empty() => Some(cle),
            _ => None,
        };
        Ok(Self { valeurs, cle, ..Self::default() })
    }

    /// The form's hidden key, where it has one.
    pub fn cle(&self) -> Option<&str> {
        self.cle.as_deref()
    }

    /// Whether the field is there, even empty: what tells a change from silence.
    pub fn contient(&self, nom: &str) -> bool {
        self.valeurs.contains_key(nom)
    }

    /// What was typed, to show the form again. Passwords are left out.
    pub fn saisie(&self) -> BTreeMap<String, String> {
        let texte = |valeur: &Valeur| match valeur {
            Valeur::Saisie(texte) | Valeur::Json(Value::String(texte)) => texte.clone(),
            Valeur::Json(autre) => autre.to_string(),
        };
        self.valeurs
            .iter()
            .filter(|(nom, _)| !nom.starts_with("motDePasse"))
            .map(|(nom, valeur)| (nom.clone(), texte(valeur)))
            .collect()
    }

    /// Notes a refusal found by a check that spans several fields.
    pub fn refuse(&mut self, refus: Refus) {
        self.refus.push(refus);
    }

    /// Lets `valeur` out if every field was read and none was refused.
    pub fn fin<T>(&mut self, valeur: T) -> Result<T, Erreur> {
        let inconnus = self.valeurs.keys().filter(|nom| !self.lus.contains(nom.as_str()));
        let inconnus = inconnus.take(INCONNUS_MAX);
        let inconnus: Vec<_> = inconnus.map(|nom| Refus::invalid(&court(nom), "champ-inconnu")).collect();
        self.refus.extend(inconnus);
        if self.refus.is_empty() { Ok(valeur) } else { Err(Erreur::Refus(std::mem::take(&mut self.refus))) }
    }

    /// Like [`Self::fin`], for a change: one that changes nothing is refused too.
    pub fn fin_modification<T>(&mut self, valeur: T) -> Result<T, Erreur> {
        if self.valeurs.is_empty() {
            let vide = Refus { kind: RefusKind::Invalid, ..Refus::conflict("aucune-modification") };
            self.refus.push(vide);
        }
        self.fin(valeur)
    }

    /// `Some` of what `lire` reads when the field is there: a change; `None` when it is to stay.
    pub fn si_present<T>(
        &mut self,
        nom: &'static str,
        lire: impl FnOnce(&mut Self, &'static str) -> T,
    ) -> Option<T> {
        self.contient(nom).then(|| lire(self, nom))
    }

    /// One line of text, 1 to `max` characters.
    pub fn texte(&mut self, nom: &'static str, max: usize) -> String {
        self.requis(nom, |champs| champs.texte_optionnel(nom, max))
    }

    /// One line of text, or none.
    pub fn texte_optionnel(&mut self, nom: &'static str, max: usize) -> Option<String> {
        self.lire_texte(nom, max, |_| false)
    }

    /// Lines of text, 1 to `max` characters.
    pub fn texte_long(&mut self, nom: &'static str, max: usize) -> String {
        self.requis(nom, |champs| champs.lire_texte(nom, max, |c| matches!(c, '\n' | '\t')))
    }

    /// A password: as typed, not trimmed, `min` to 200 characters.
    pub fn mot_de_passe(&mut self, nom: &'static str, min: usize) -> secrecy::SecretString {
        let texte =
            self.requis(nom, |champs| champs.lire_convertible(nom, "champ-invalide", |t| Some(t.to_owned())));
        let longueur = texte.chars().count();
        if longueur > 200 {
            self.refus.push(Refus::invalid(nom, "champ-trop-long").arg("max", 200));
        } else if longueur > 0 && longueur < min {
            self.refus.push(Refus::invalid(nom, "mot-de-passe-court").arg("min", min));
        }
        texte.into()
    }

    /// A mail address.
    pub fn email(&mut self, nom: &'static str) -> String {
        self.requis(nom, |champs| champs.email_optionnel(nom))
    }

    /// A mail address, or none.
    pub fn email_optionnel(&mut self, nom: &'static str) -> Option<String> {
        let email = self.texte_optionnel(nom, 254)?;
        if !est_email(&email) {
            self.refus.push(Refus::invalid(nom, "email-invalide"));
        }
        Some(email)
    }

    /// A word of a closed vocabulary, `defaut` when there is none.
    pub fn choix_ou<E: FromStr>(&mut self, nom: &'static str, defaut: E) -> E {
        self.choix_optionnel(nom).unwrap_or(defaut)
    }

    /// A word of a closed vocabulary, or none.
    pub fn choix_optionnel<E: FromStr>(&mut self, nom: &'static str) -> Option<E> {
        self.lire_convertible(nom, "choix-invalide", |texte| texte.parse().ok())
    }

    /// A word of a closed vocabulary; `None` when the field is absent, refused when it is empty.
    pub fn choix_si_present<E: FromStr>(&mut self, nom: &'static str) -> Option<E> {
        if !self.contient(nom) {
            return None;
        }
        let choix = self.choix_optionnel(nom);
        if choix.is_none() && !self.deja_refuse(nom) {
            self.refus.push(Refus::invalid(nom, "champ-requis"));
        }
        choix
    }

    /// An ISO 4217 code, the euro when there is none.
    pub fn devise(&mut self, nom: &'static str) -> Devise {
        self.devise_optionnelle(nom).unwrap_or(Devise::EUR)
    }

    /// An ISO 4217 code, or none.
    pub fn devise_optionnelle(&mut self, nom: &'static str) -> Option<Devise> {
        self.lire_convertible(nom, "devise-inconnue", |texte| Devise::parse(texte).ok())
    }

    /// An id.
    pub fn uuid(&mut self, nom: &'static str) -> Uuid {
        self.requis(nom, |champs| champs.uuid_optionnel(nom))
    }

    /// An id, or none.
    pub fn uuid_optionnel(&mut self, nom: &'static str) -> Option<Uuid> {
        self.lire_convertible(nom, "identifiant-invalide", |texte| Uuid::try_parse(texte).ok())
    }

    /// A place in a list, as a page of it gave it (`suivant`); none is the beginning.
    pub fn curseur<C: FromStr>(&mut self, nom: &'static str) -> Option<C> {
        self.lire_convertible(nom, "identifiant-invalide", |texte| texte.parse().ok())
    }

    /// How many rows of a list to give: 1 to `max`, `defaut` when nothing is said.
    pub fn limite(&mut self, nom: &'static str, defaut: i64, max: i64) -> i64 {
        let limite = self.lire_convertible(nom, "champ-invalide", |texte| {
            texte.parse().ok().filter(|limite| (1..=max).contains(limite))
        });
        limite.unwrap_or(defaut)
    }

    /// A day (`2026-03-31`), or none.
    pub fn date_optionnelle(&mut self, nom: &'static str) -> Option<NaiveDate> {
        self.lire_convertible(nom, "date-invalide", |texte| annee_lisible(texte.parse().ok()?))
    }

    /// A moment, or none: RFC 3339, and for forms also what `datetime-local` sends, in the zone of the
    /// one who typed it.
    pub fn horodatage_optionnel(
        &mut self,
        nom: &'static str,
        fuseau: chrono_tz::Tz,
    ) -> Option<DateTime<Utc>> {
        let locale = matches!(self.valeurs.get(nom), Some(Valeur::Saisie(_)));
        self.lire_convertible(nom, "date-invalide", |texte| {
            let moment = match DateTime::parse_from_rfc3339(texte) {
                Ok(moment) => moment.to_utc(),
                Err(_) if locale => local(texte, fuseau)?,
                Err(_) => return None,
            };
            annee_lisible(moment.date_naive()).map(|_| moment)
        })
    }

    /// An exact decimal, or none: text or a number in JSON; in a form also as people write it
    /// (`1 200,50`).
    pub fn decimal_optionnel(&mut self, nom: &'static str) -> Option<Decimal> {
        let texte = match self.lu(nom) {
            Lu::Vide => return None,
            Lu::Texte(texte) if matches!(self.valeurs.get(nom), Some(Valeur::Saisie(_))) => {
                sans_typographie(&texte)
            }
            Lu::Texte(texte) => texte,
            Lu::Nombre(nombre) => nombre.to_string(),
            Lu::Autre => String::new(),
        };
        let montant = est_decimal(&texte).then(|| Decimal::from_str_exact(&texte).ok()).flatten();
        if montant.is_none() {
            self.refus.push(Refus::invalid(nom, "montant-invalide"));
        }
        montant
    }

    fn deja_refuse(&self, nom: &str) -> bool {
        self.refus.iter().any(|refus| refus.champ.as_deref() == Some(nom))
    }

    /// What `lire` finds, or a placeholder and a refusal.
    fn requis<T: Default>(&mut self, nom: &'static str, lire: impl FnOnce(&mut Self) -> Option<T>) -> T {
        lire(self).unwrap_or_else(|| {
            if !self.deja_refuse(nom) {
                self.refus.push(Refus::invalid(nom, "champ-requis"));
            }
            T::default()
        })
    }

    fn lu(&mut self, nom: &'static str) -> Lu {
        self.lus.insert(nom);
        match self.valeurs.get(nom) {
            None | Some(Valeur::Json(Value::Null)) => Lu::Vide,
            Some(Valeur::Saisie(texte)) if texte.trim().is_empty() => Lu::Vide,
            Some(Valeur::Saisie(texte) | Valeur::Json(Value::String(texte))) => Lu::Texte(texte.clone()),
            Some(Valeur::Json(Value::Number(nombre))) => Lu::Nombre(nombre.clone()),
            Some(Valeur::Json(_)) => Lu::Autre,
        }
    }

    fn lire_convertible<T>(
        &mut self,
        nom: &'static str,
        code: &str,
        convertir: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let valeur = match self.lu(nom) {
            Lu::Vide => return None,
            Lu::Texte(texte) if !texte.contains('\0') => convertir(texte.trim_matches(' ')),
            Lu::Texte(_) | Lu::Nombre(_) | Lu::Autre => None,
        };
        if valeur.is_none() {
            self.refus.push(Refus::invalid(nom, code));
        }
        valeur
    }

    fn lire_texte(&mut self, nom: &'static str, max: usize, permis: impl Fn(char) -> bool) -> Option<String> {
        let texte = match self.lu(nom) {
            Lu::Vide => return None,
            Lu::Texte(texte) => texte.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned(),
            Lu::Nombre(_) | Lu::Autre => {
                self.refus.push(Refus::invalid(nom, "champ-invalide"));
                return None;
            }
        };
        if texte.chars().any(|c| c.is_control() && !permis(c)) {
            self.refus.push(Refus::invalid(nom, "caractere-interdit"));
        } else if texte.chars().count() > max {
            self.refus.push(Refus::invalid(nom, "champ-trop-long").arg("max", max));
        }
        (!texte.is_empty()).then_some(texte)
    }
}

/// A name that came from outside, cut to what an answer should carry.
fn court(nom: &str) -> String {
    nom.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// Dates that pages and columns can carry: a typing error in the year is told, not stored.
fn annee_lisible(date: NaiveDate) -> Option<NaiveDate> {
    use chrono::Datelike;
    (1900..=2199).contains(&date.year()).then_some(date)
}

/// What `datetime-local` sends, in its writer's zone. In the hour that a clock skips there is no such
/// moment; in the hour that it repeats, the first is meant.
fn local(texte: &str, fuseau: chrono_tz::Tz) -> Option<DateTime<Utc>> {
    let naive = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|forme| NaiveDateTime::parse_from_str(texte, forme).ok())?;
    Some(fuseau.from_local_datetime(&naive).earliest()?.to_utc())
}

/// `1 200,50` as `1200.50`.
fn sans_typographie(texte: &str) -> String {
    let chiffres: String =
        texte.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’')).collect();
    if chiffres.contains('.') { chiffres } else { chiffres.replace(',', ".") }
}

fn est_decimal(texte: &str) -> bool {
    let (entier, fraction) = texte
        .strip_prefix('-')
        .unwrap_or(texte)
        .split_once('.')
        .unwrap_or((texte.trim_start_matches('-'), "0"));
    let chiffres = |partie: &str| !partie.is_empty() && partie.bytes().all(|b| b.is_ascii_digit());
    chiffres(entier) && chiffres(fraction)
}

/// Whether it looks like an address that mail could reach; only mail itself can tell more.
fn est_email(texte: &str) -> bool {
    let Some((nom, domaine)) = texte.rsplit_once('@') else {
        return false;
    };
    let propre =
        |c: char| !c.is_whitespace() && !matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"' | '@');
    let etiquette = |e: &str| !e.is_empty() && !e.starts_with('-') && !e.ends_with('-');
    !nom.is_empty()
        && nom.chars().all(propre)
        && domaine.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
        && domaine.contains('.')
        && domaine.split('.').all(etiquette)
}

/// The parameters of a query string, read as a form's fields are.
#[derive(Debug)]
pub struct Requete(pub Champs);

impl<S: Sync> FromRequestParts<S> for Requete {
    type Rejection = Erreur;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Erreur> {
        let texte = parts.uri.query().unwrap_or_default();
        Champs::of_form(texte.as_bytes()).map(Self).map_err(|_| Erreur::RequeteInvalide)
    }
}

/// `/api` takes JSON and pages take forms: a cross-site form can never reach the API.
impl FromRequest<App> for Champs {
    type Rejection = Erreur;

    async fn from_request(requete: Request, app: &App) -> Result<Self, Erreur> {
        let api = requete.uri().path().starts_with("/api/");
        let attendu = if api { "application/json" } else { "application/x-www-form-urlencoded" };
        let annonce = requete.headers().get(CONTENT_TYPE).map(|valeur| {
            let texte = valeur.to_str().unwrap_or_default();
            texte.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
        });
        let corps = Bytes::from_request(requete, app).await.map_err(|_| Erreur::CorpsInterrompu)?;
        match annonce {
            _ if corps.is_empty() => Ok(Self::default()),
            Some(annonce) if annonce == attendu && api => Self::of_json(&corps),
            Some(annonce) if annonce == attendu => Self::of_form(&corps),
            _ => Err(Erreur::TypeNonSupporte { attendu }),
        }
    }
}

#[cfg(test)]
mod tests;
