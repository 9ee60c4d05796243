//! The deals' pages.

use common::domaine::StatutPaiement;
use serde_json::{Value, json};

use super::{DATE, ID, blank, bureau, client, evenements, form, opportunite, recus, with};

/// What the ledger's events tell the timeline.
const TOLD: [&str; 11] = [
    "paiement_recu",
    "paiement_lance",
    "paiement_echoue",
    "paiement_rembourse",
    "remboursement_echoue",
    "paiement_enquete",
    "enquete_close",
    "paiement_conteste",
    "litige_gagne",
    "litige_perdu",
    "paiement_non_conforme",
];

pub(super) fn pages() -> Vec<(&'static str, Value)> {
    let session = |statut: &str, dernier: Option<&str>| {
        json!({
            "id": ID, "statut": statut, "montant": "1200.50", "devise": "EUR", "stripeSessionId": "cs_1",
            "dateExpiration": DATE, "dateCreation": DATE, "dateModification": DATE, "dernierPaiement": dernier, "dateRefus": DATE,
        })
    };
    let mut sessions: Vec<_> =
        common::domaine::StatutSession::ALL.iter().map(|it| session(it.as_str(), None)).collect();
    sessions.extend([session("payee", Some("echoue")), session("payee", Some("en_cours"))]);
    let preuve = |lignes: Value, historique: Value| {
        json!({
            "stripeEventId": "evt_1", "type": "checkout.session.completed", "dateEvenement": DATE, "dateReception": DATE,
            "dateTraitement": DATE, "tentatives": 2, "lignes": lignes, "historique": historique,
        })
    };
    let mut preuves: Vec<_> =
        common::domaine::TypePaiement::ALL.iter().map(|it| preuve(json!([it, it]), json!([]))).collect();
    preuves.extend(TOLD.iter().map(|it| preuve(json!([]), json!([it]))));
    preuves.push(with(
        preuve(json!([]), json!([])),
        json!({ "dateEvenement": null, "tentatives": null, "type": null }),
    ));
    let remboursement = |statut: &str, motif: Option<&str>| {
        json!({
            "id": ID, "statut": statut, "montant": "20.00", "devise": "EUR", "paiementId": ID, "stripeRefundId": null,
            "motif": motif, "aVerifier": false, "dateCreation": DATE,
        })
    };
    let mut remboursements: Vec<_> = common::domaine::StatutRemboursement::ALL
        .iter()
        .map(|statut| remboursement(statut.as_str(), None))
        .collect();
    remboursements
        .extend([remboursement("echoue", Some("declined")), remboursement("echoue", Some("<i>x</i>"))]);
    let mut unanswered = remboursement("prepare", None);
    unanswered["aVerifier"] = json!(true);
    remboursements.push(unanswered);
    let reste = |at: u128| json!({ "paiementId": at.to_string(), "reste": { "montant": "1180.50", "devise": "EUR" }, "datePaiement": DATE });
    let envoi = |livemode: Option<bool>| {
        livemode.map(|sent| {
            json!({
                "type": if sent { "rappel" } else { "lien_paiement" }, "statut": if sent { "envoye" } else { "echoue" }, "tentatives": 1,
                "erreur": null, "dateCreation": DATE, "dateEnvoi": sent.then_some(DATE),
            })
        })
    };
    let deal = |o: Value, livemode: Value| {
        let remboursables: Vec<_> = (1..=if livemode == json!(true) { 2 } else { 1 }).map(reste).collect();
        let page = json!({
            "o": o, "client": client(true), "envoi": envoi(livemode.as_bool()), "smtp": livemode != json!(null), "contestation": if livemode == json!(null) { json!(null) } else { json!({ "preuvesAttendues": livemode == json!(true), "limite": (livemode == json!(true)).then_some(DATE) }) }, "message": "Bonjour,\nhttps://guichet.example/payer/cd", "sessions": sessions, "plafond": 2,
            "preuves": preuves, "connus": common::jobs::ProcessStripeWebhook::TYPES, "stations": { "gagne": DATE, "argent": DATE }, "evenements": evenements(), "f": form("f"), "fModifier": form("modifier"),
            "fSupprimer": form("supprimer"), "modifier": true, "fEncaisser": form("encaisser"), "ouvrir": "encaisser",
            "fAnnulerEncaissement": form("annuler-encaissement"), "fAnnulerLien": form("annuler-lien"),
            "fRembourser": form("rembourser"), "remboursables": remboursables, "remboursements": remboursements,
        });
        with(
            bureau("opportunites", page),
            json!({ "bureau": { "nom": "Claire", "stripeLivemode": livemode, "administrateur": false, "aFaire": 0, "ticketsNonLus": 1 } }),
        )
    };
    let mut pages = vec![
        ("opportunites.html", list("tableau")),
        (
            "opportunites.html",
            with(list("liste"), json!({ "clients": [], "page": { "elements": [], "suivant": null } })),
        ),
        ("opportunites.html", list("liste")),
    ];
    for etape in common::domaine::EtapePipeline::ALL {
        pages.push(("opportunites/id.html", deal(opportunite(etape.as_str(), "en_attente"), json!(false))));
    }
    let mut deals: Vec<_> = StatutPaiement::ALL.iter().map(|it| opportunite("gagne", it.as_str())).collect();
    deals.push(with(opportunite("gagne", "en_attente"), json!({ "dateLien": null })));
    deals.push(with(opportunite("gagne", "conteste"), json!({ "litigePerdu": true })));
    for o in deals {
        pages.push(("opportunites/id.html", deal(o.clone(), json!(true))));
        pages.push(("opportunites/id.html", deal(o, json!(null))));
    }
    let bare = json!({ "dateLien": null, "montantEstime": null, "echeance": null, "surplus": null, "montantRecu": null });
    pages.push(("opportunites/id.html", deal(with(opportunite("gagne", "en_attente"), bare), json!(true))));
    for statut in ["paye", "echoue"] {
        let erased = json!({ "dateEffacement": DATE, "lienPaiement": null, "dateLien": null });
        pages.push(("opportunites/id.html", deal(with(opportunite("gagne", statut), erased), json!(true))));
    }
    for preuve in [&preuves[0], &preuves[preuves.len() - 1]] {
        let page = json!({
            "o": opportunite("gagne", "paye"), "preuve": preuve, "corps": "{ \"id\": \"<i>evt</i>\" }", "f": form("f"), "connus": ["charge.refunded"],
        });
        let erased = json!({ "o": with(opportunite("gagne", "paye"), json!({ "dateEffacement": DATE })) });
        pages.push((
            "opportunites/id/evenements-stripe/id.html",
            bureau("opportunites", with(page.clone(), erased)),
        ));
        pages.push(("opportunites/id/evenements-stripe/id.html", bureau("opportunites", page)));
    }
    for recus in [recus(), json!([])] {
        let page = json!({ "o": opportunite("gagne", "paye"), "recus": recus });
        pages.push(("opportunites/id/recu.html", bureau("opportunites", page)));
    }
    pages
}

/// The list of deals, or the board.
fn list(vue: &str) -> Value {
    let colonnes: Vec<_> = common::domaine::EtapePipeline::ALL
        .iter()
        .map(|etape| {
            json!({
                "etape": etape, "nombre": 3, "sommes": [{ "montant": "1", "devise": "EUR" }, { "montant": "1", "devise": "CHF" }],
                "opportunites": [opportunite(etape.as_str(), "en_attente"), with(opportunite(etape.as_str(), "en_attente"), json!({ "dateLien": null }))],
            })
        })
        .collect();
    bureau(
        "opportunites",
        json!({
            "vue": vue, "colonnes": colonnes, "page": { "elements": [opportunite("gagne", "paye")], "suivant": ID },
            "filtre": { "recherche": "<i>", "etape": "gagne", "statut": "paye", "devise": "EUR", "echeance": "ce_mois" }, "filtres": "q=a&", "devises": ["CHF", "EUR"], "client": client(true),
            "clients": [client(true)], "ouvert": true, "f": form("f"), "fDeplacer": blank("deplacer"),
        }),
    )
}
