//! Deals.

use common::domaine::EtapePipeline;
use common::jobs::{CreateCheckoutSession, CreateOpportunite, UpdateOpportunite};
use common::montant::Devise;
use common::refus::Refus;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::LIGNE_MAX;
use crate::champs::Champs;
use crate::probleme::Erreur;

/// The largest price that a deal may be noted with; what Stripe takes is less and the worker's to check.
const MONTANT_MAX: i64 = 99_999_999_999;
/// Decimals of the currency that has the most.
const DECIMALES_MAX: u32 = 3;

/// `{ clientId, titre, montantEstime?, devise?, echeance?, etapePipeline? }`
pub fn create_opportunite(champs: &mut Champs) -> Result<CreateOpportunite, Erreur> {
    let devise = champs.devise("devise");
    let job = CreateOpportunite {
        client_id: champs.uuid("clientId"),
        titre: champs.texte("titre", LIGNE_MAX),
        montant_estime: montant(champs, Some(devise)),
        devise,
        echeance: champs.date_optionnelle("echeance"),
        etape_pipeline: champs.choix_ou("etapePipeline", EtapePipeline::Prospect),
    };
    champs.fin(job)
}

/// The fields of [`create_opportunite`] that are to change, but `clientId`; an empty `montantEstime` or
/// `echeance` takes it away.
pub fn update_opportunite(opportunite_id: Uuid, champs: &mut Champs) -> Result<UpdateOpportunite, Erreur> {
    let devise = champs.si_present("devise", Champs::devise);
    let job = UpdateOpportunite {
        opportunite_id,
        titre: champs.si_present("titre", |champs, nom| champs.texte(nom, LIGNE_MAX)),
        montant_estime: champs.si_present("montantEstime", |champs, _| montant(champs, devise)),
        devise,
        echeance: champs.si_present("echeance", Champs::date_optionnelle),
        etape_pipeline: champs.choix_si_present("etapePipeline"),
    };
    champs.fin_modification(job)
}

/// `{ opportuniteId }`
pub fn create_checkout_session(champs: &mut Champs) -> Result<CreateCheckoutSession, Erreur> {
    let job = CreateCheckoutSession { opportunite_id: champs.uuid("opportuniteId") };
    champs.fin(job)
}

/// A price: more than zero, with no more decimals than its currency has. Where only the price changes the
/// currency is the database's, and the worker's to hold it against.
fn montant(champs: &mut Champs, devise: Option<Devise>) -> Option<Decimal> {
    let montant = champs.decimal_optionnel("montantEstime")?.normalize();
    let decimales = devise.map_or(DECIMALES_MAX, Devise::decimals);
    let code = devise.map_or("", Devise::code);
    let refus = |cas: &str| Refus::invalid("montantEstime", cas).arg("devise", code);
    if montant <= Decimal::ZERO {
        champs.refuse(refus("montant-negatif"));
    } else if montant.scale() > decimales {
        champs.refuse(refus("montant-decimales"));
    } else if montant > Decimal::from(MONTANT_MAX) {
        champs.refuse(refus("montant-trop-grand").arg("limite", MONTANT_MAX));
    }
    Some(montant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cree(extra: &str) -> Result<CreateOpportunite, Vec<String>> {
        let corps = format!(r#"{{"clientId":"01890000-0000-7000-8000-000000000001","titre":"Site"{extra}}}"#);
        create_opportunite(&mut Champs::of_json(corps.as_bytes()).unwrap())
            .map_err(|erreur| erreur.champs().iter().map(|refus| refus.code.clone()).collect())
    }

    #[test]
    fn a_deal_takes_any_price_that_its_currency_can_write() {
        assert_eq!(cree("").unwrap().montant_estime, None);
        assert_eq!(cree("").unwrap().devise, Devise::EUR);
        assert_eq!(cree(r#","montantEstime":"12.500""#).unwrap().montant_estime.unwrap().to_string(), "12.5");
        for (extra, code) in [
            (r#","montantEstime":0"#, "montant-negatif"),
            (r#","montantEstime":"-5""#, "montant-negatif"),
            (r#","montantEstime":"10.005""#, "montant-decimales"),
            (r#","montantEstime":"500.5","devise":"jpy""#, "montant-decimales"),
            (r#","montantEstime":"100000000000""#, "montant-trop-grand"),
            (r#","statutPaiement":"paye""#, "champ-inconnu"),
            (r#","etapePipeline":"paye""#, "choix-invalide"),
        ] {
            assert_eq!(cree(extra).unwrap_err(), [code], "{extra}");
        }
    }

    #[test]
    fn a_change_empties_a_price_only_when_told() {
        let change = |corps: &str| {
            update_opportunite(Uuid::nil(), &mut Champs::of_json(corps.as_bytes()).unwrap())
                .unwrap()
                .montant_estime
        };
        assert_eq!(change(r#"{"titre":"Site"}"#), None);
        assert_eq!(change(r#"{"montantEstime":null}"#), Some(None));
        assert!(matches!(change(r#"{"montantEstime":"1.234"}"#), Some(Some(_))));
    }
}
