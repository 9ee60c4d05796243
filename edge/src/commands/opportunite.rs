//! Deals.

use common::domaine::{EtapePipeline, MoyenPaiement};
use common::jobs::{
    CreateCheckoutSession, CreateOpportunite, RecordPayment, RefundPayment, UpdateOpportunite,
};
use common::montant::{Devise, to_minor};
use common::refus::Refus;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{LINE_MAX, VERSION_MAX};
use crate::fields::Fields;
use crate::problem::AppError;

/// The largest price that a deal may be noted with; what Stripe takes is less and the worker's to check.
const MONTANT_MAX: i64 = 99_999_999_999;
/// Decimals of the currency that has the most.
const DECIMALS_MAX: u32 = 3;

/// `{ clientId, titre, montantEstime?, devise?, echeance?, etapePipeline? }`
pub fn create_opportunite(fields: &mut Fields) -> Result<CreateOpportunite, AppError> {
    let devise = fields.devise("devise");
    let job = CreateOpportunite {
        client_id: fields.uuid("clientId"),
        titre: fields.text("titre", LINE_MAX),
        montant_estime: montant(fields, Some(devise)),
        devise,
        echeance: fields.optional_date("echeance"),
        etape_pipeline: fields.choice_or("etapePipeline", EtapePipeline::Prospect),
    };
    fields.finish(job)
}

/// The fields of [`create_opportunite`] that are to change, but `clientId`; an empty `montantEstime` or
/// `echeance` takes it away. With the `version` that was read the change is refused when the card says something else
/// by now.
pub fn update_opportunite(opportunite_id: Uuid, fields: &mut Fields) -> Result<UpdateOpportunite, AppError> {
    let devise = fields.if_present("devise", Fields::devise);
    let job = UpdateOpportunite {
        opportunite_id,
        titre: fields.if_present("titre", |fields, name| fields.text(name, LINE_MAX)),
        montant_estime: fields.if_present("montantEstime", |fields, _| montant(fields, devise)),
        devise,
        echeance: fields.if_present("echeance", Fields::optional_date),
        etape_pipeline: fields.choice_if_present("etapePipeline"),
        version: fields.optional_text("version", VERSION_MAX),
    };
    fields.finish_change(job)
}

/// `{ opportuniteId }`
pub fn create_checkout_session(fields: &mut Fields) -> Result<CreateCheckoutSession, AppError> {
    let job = CreateCheckoutSession { opportunite_id: fields.uuid("opportuniteId") };
    fields.finish(job)
}

/// `{ moyen, datePaiement?, montant?, devise? }`: today, for what is owed, unless said otherwise.
pub fn record_payment(opportunite_id: Uuid, fields: &mut Fields) -> Result<RecordPayment, AppError> {
    let devise = fields.optional_devise("devise");
    fields.require("moyen");
    let job = RecordPayment {
        opportunite_id,
        moyen: fields.choice_or("moyen", MoyenPaiement::Virement),
        date_paiement: fields.optional_date("datePaiement"),
        montant: fields.optional_amount("montant", devise),
        devise,
    };
    fields.finish(job)
}

/// `{ montant, devise?, paiementId? }`: of the only payment there is, unless said otherwise. How much is always said:
/// money that went back does not return.
pub fn refund_payment(opportunite_id: Uuid, fields: &mut Fields) -> Result<RefundPayment, AppError> {
    let devise = fields.optional_devise("devise");
    let job = RefundPayment {
        opportunite_id,
        paiement_id: fields.optional_uuid("paiementId"),
        montant: Some(fields.amount("montant", devise)),
        devise,
    };
    fields.finish(job)
}

/// A price: more than zero, with no more decimals than its currency has. Where only the price changes the
/// currency is the database's, and the worker's to hold it against.
fn montant(fields: &mut Fields, devise: Option<Devise>) -> Option<Decimal> {
    let montant = fields.optional_amount("montantEstime", devise)?.normalize();
    let decimals = devise.map_or(DECIMALS_MAX, Devise::decimals);
    let code = devise.map_or("", Devise::code);
    let refus = |case: &str| Refus::invalid("montantEstime", case).arg("devise", code);
    if montant <= Decimal::ZERO {
        fields.refuse(refus("montant-negatif"));
    } else if montant.scale() > decimals {
        fields.refuse(refus("montant-decimales"));
    } else if let Some(devise) = devise {
        if let Err(refus) = to_minor(montant, devise) {
            fields.refuse(refus);
        }
    } else if montant > Decimal::from(MONTANT_MAX) {
        fields.refuse(refus("montant-trop-grand").arg("limite", MONTANT_MAX));
    }
    Some(montant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn created(extra: &str) -> Result<CreateOpportunite, Vec<String>> {
        let body = format!(r#"{{"clientId":"01890000-0000-7000-8000-000000000001","titre":"Site"{extra}}}"#);
        create_opportunite(&mut Fields::of_json(body.as_bytes()).unwrap())
            .map_err(|error| error.refus().iter().map(|refus| refus.code.clone()).collect())
    }

    #[test]
    fn a_deal_takes_any_price_that_its_currency_can_write() {
        assert_eq!(created("").unwrap().montant_estime, None);
        assert_eq!(created("").unwrap().devise, Devise::EUR);
        assert_eq!(
            created(r#","montantEstime":"12.500""#).unwrap().montant_estime.unwrap().to_string(),
            "12.5"
        );
        for (extra, code) in [
            (r#","montantEstime":0"#, "montant-negatif"),
            (r#","montantEstime":"-5""#, "montant-negatif"),
            (r#","montantEstime":"0.49""#, "montant-trop-petit"),
            (r#","montantEstime":"174","devise":"HUF""#, "montant-trop-petit"),
            (r#","montantEstime":"10.005""#, "montant-decimales"),
            (r#","montantEstime":"500.5","devise":"jpy""#, "montant-decimales"),
            (r#","montantEstime":"1000000""#, "montant-trop-grand"),
            (r#","montantEstime":"100000","devise":"KWD""#, "montant-trop-grand"),
            (r#","montantEstime":"100000000","devise":"JPY""#, "montant-trop-grand"),
            (r#","montantEstime":"100000000000""#, "montant-trop-grand"),
            (r#","statutPaiement":"paye""#, "champ-inconnu"),
            (r#","etapePipeline":"paye""#, "choix-invalide"),
        ] {
            assert_eq!(created(extra).unwrap_err(), [code], "{extra}");
        }
    }

    #[test]
    fn a_change_empties_a_price_only_when_told() {
        let change = |body: &str| {
            update_opportunite(Uuid::nil(), &mut Fields::of_json(body.as_bytes()).unwrap())
                .unwrap()
                .montant_estime
        };
        assert_eq!(change(r#"{"titre":"Site"}"#), None);
        assert_eq!(change(r#"{"montantEstime":null}"#), Some(None));
        assert!(matches!(change(r#"{"montantEstime":"1.234"}"#), Some(Some(_))));
    }
}
