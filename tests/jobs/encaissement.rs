//! Money that came another way, and links that are withdrawn.

use chrono::{Days, NaiveDate};
use common::domaine::MoyenPaiement;
use common::job::Actor;
use common::jobs::{CancelPaymentLink, CreateCheckoutSession, RecordPayment, ReversePayment};
use common::montant::Devise;
use sandbox::simulateur::Moyen;
use tests::Deal;
use uuid::Uuid;

pub(crate) fn transfer(opportunite_id: Uuid) -> RecordPayment {
    RecordPayment {
        opportunite_id,
        moyen: MoyenPaiement::Virement,
        date_paiement: None,
        montant: None,
        devise: None,
    }
}

fn today() -> NaiveDate {
    worker::clock().date_naive()
}

#[tokio::test]
async fn a_transfer_pays_the_deal_and_closes_its_session_at_stripe() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    let session = deal.session_id().await;
    let job = RecordPayment { date_paiement: Some(today() - Days::new(3)), ..transfer(deal.id) };
    let (statut, result) = deal.app.run(deal.owner, "b", &job).await;
    assert_eq!(statut, "termine", "{result}");
    assert_eq!(deal.statut().await.as_deref(), Some("paye"));
    assert_eq!(deal.app.simulateur.session(&session).unwrap().statut, "expired");
    let row = "SELECT count(*) FROM paiement WHERE type = 'encaisse' AND moyen = 'virement' AND montant_minor = 120050
               AND date_paiement::date = current_date - 3";
    assert_eq!(deal.app.count(row).await, 1);
    let told = "SELECT count(*) FROM evenement_timeline WHERE type_evenement = 'paiement_encaisse'";
    assert_eq!(deal.app.count(told).await, 1);
    assert_eq!(deal.refused("again", &transfer(deal.id)).await.1, "deja-payee");
}

#[tokio::test]
async fn a_payment_marked_by_mistake_is_reversed_by_a_row_and_nothing_is_deleted() {
    let deal = Deal::won().await;
    deal.app.run(deal.owner, "a", &transfer(deal.id)).await;
    let reverse = ReversePayment { opportunite_id: deal.id };
    assert_eq!(deal.app.run(deal.owner, "b", &reverse).await.0, "termine");
    assert_eq!(deal.statut().await.as_deref(), Some("en_attente"));
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement").await, 2);
    assert_eq!(deal.app.count("SELECT sum(mouvement_minor)::bigint FROM paiement").await, 0);
    let (statut, refus) = deal.app.run(deal.owner, "c", &reverse).await;
    assert_eq!((statut.as_str(), refus["code"].as_str()), ("rejete", Some("encaissement-absent")));
    // Marked again, it counts again.
    deal.app.run(deal.owner, "d", &transfer(deal.id)).await;
    assert_eq!(deal.statut().await.as_deref(), Some("paye"));
    assert_eq!(deal.app.run(deal.owner, "e", &reverse).await.0, "termine");
    assert_eq!(deal.statut().await.as_deref(), Some("en_attente"));
}

#[tokio::test]
async fn a_payment_that_cannot_be_is_refused_with_its_field() {
    let deal = Deal::won().await;
    let amount =
        |montant: &str| RecordPayment { montant: Some(montant.parse().unwrap()), ..transfer(deal.id) };
    for (job, champ, code) in [
        (amount("1200"), "montant", "montant-different"),
        (amount("1200.51"), "montant", "montant-different"),
        (amount("-1200.50"), "montant", "montant-different"),
        (
            RecordPayment { devise: Some(Devise::parse("USD").unwrap()), ..transfer(deal.id) },
            "devise",
            "devise-differente",
        ),
        (
            RecordPayment { date_paiement: Some(today() + Days::new(2)), ..transfer(deal.id) },
            "datePaiement",
            "date-future",
        ),
    ] {
        assert_eq!(deal.refused(&format!("{job:?}"), &job).await, (champ.into(), code.into()), "{job:?}");
    }
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement").await, 0);
    let right = RecordPayment { devise: Some(Devise::EUR), ..amount("1200.500") };
    assert_eq!(deal.app.run(deal.owner, "right", &right).await.0, "termine");
}

#[tokio::test]
async fn a_session_that_was_paid_meanwhile_wins_over_a_transfer() {
    let deal = Deal::won().await;
    deal.open_session("a").await;
    deal.app.simulateur.pay(&deal.session_id().await, Moyen::Carte).await.unwrap();
    assert_eq!(deal.refused("b", &transfer(deal.id)).await.1, "deja-payee");
    assert_eq!(deal.statut().await.as_deref(), Some("paye"));
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement WHERE type = 'encaisse'").await, 0);
}

#[tokio::test]
async fn a_cancelled_link_opens_nothing_until_the_freelancer_generates_it_again() {
    let deal = Deal::won().await;
    let cancel = CancelPaymentLink { opportunite_id: deal.id };
    let (_, refus) = deal.app.run(deal.owner, "early", &cancel).await;
    assert_eq!(refus["code"], "lien-absent");

    deal.open_session("a").await;
    let session = deal.session_id().await;
    assert_eq!(deal.app.run(deal.owner, "b", &cancel).await.0, "termine");
    assert_eq!(deal.app.simulateur.session(&session).unwrap().statut, "expired");
    assert_eq!((deal.column("url_paiement").await, deal.column("date_lien::text").await), (None, None));

    let ask = CreateCheckoutSession { opportunite_id: deal.id };
    let (statut, refus) = deal.app.run(deal.client().await, "c", &ask).await;
    assert_eq!((statut.as_str(), refus["code"].as_str()), ("rejete", Some("lien-annule")));
    assert_eq!(deal.app.simulateur.sessions().len(), 1);

    assert_eq!(deal.open_session("d").await.0, "termine");
    assert_eq!(deal.column("date_lien_annule::text").await, None);
    assert_eq!(deal.app.run(deal.client().await, "e", &ask).await.0, "termine");
    assert_eq!(deal.app.simulateur.sessions().len(), 2);
}

#[tokio::test]
async fn another_freelancer_marks_reverses_and_cancels_nothing() {
    let deal = Deal::won().await;
    let stranger = Actor::Utilisateur(Uuid::from_u128(1));
    let client = deal.client().await;
    for (key, actor) in [("a", stranger), ("b", client)] {
        let ended = deal.app.run(actor, key, &transfer(deal.id)).await.1;
        assert_eq!(ended["code"], "introuvable");
        let ended = deal.app.run(actor, key, &ReversePayment { opportunite_id: deal.id }).await.1;
        assert_eq!(ended["code"], "introuvable");
        let ended = deal.app.run(actor, key, &CancelPaymentLink { opportunite_id: deal.id }).await.1;
        assert_eq!(ended["code"], "introuvable");
    }
    assert_eq!(deal.app.count("SELECT count(*) FROM paiement").await, 0);
}
