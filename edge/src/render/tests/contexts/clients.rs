//! The pages that clients open by a private link.

use serde_json::{Value, json};

use super::{DATE, ID, blank, evenements, form, logo, public, recus, ticket, with};

pub(super) fn pages() -> Vec<(&'static str, Value)> {
    [portail_pages(), payer_pages()].concat()
}

fn portail_pages() -> Vec<(&'static str, Value)> {
    let prestation = |statut: &str, payable: bool| {
        let mut prestation = json!({
            "id": ID, "titre": "Refonte <i>du site</i>", "montant": "1200.50", "devise": "EUR", "statutPaiement": statut,
            "urlPaiement": null, "lienPaiement": "https://guichet.example/payer/cd", "payable": payable,
            "montantRembourse": "160.00", "montantConteste": "70.00", "montantRepris": "50.00", "datePaiement": DATE, "dateAttendue": "2026-11-09",
            "litigePerdu": statut == "conteste" && payable,
        });
        if payable {
            prestation["echeance"] = json!("2026-11-20");
        }
        prestation
    };
    let all: Vec<_> = common::domaine::StatutPaiement::ALL
        .iter()
        .map(|it| prestation(it.as_str(), matches!(it.as_str(), "en_attente" | "echoue")))
        .chain([prestation("paye", false), prestation("conteste", true)])
        .collect();
    // The portal reads payments and tickets only.
    let seen: Vec<_> = evenements()
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| {
            let kind = it["typeEvenement"].as_str().unwrap();
            let shown = [
                "paiement_recu",
                "paiement_lance",
                "paiement_echoue",
                "paiement_rembourse",
                "paiement_encaisse",
                "encaissement_annule",
            ];
            shown.contains(&kind) || kind.starts_with("ticket")
        })
        .cloned()
        .collect();
    let portail = |prochain: Value, opportunites: Value, tickets: Value, livemode: Value| {
        with(
            public(json!({
                "clientNom": "Librairie <i>Vasseur</i>", "prochain": prochain, "opportunites": opportunites, "tickets": tickets,
                "activite": seen, "f": form("ticket"), "chemin": "/portail/ab",
            })),
            json!({ "public": { "freelanceNom": "Claire <i>Morel</i>", "couleur": null, "logo": null, "stripeLivemode": livemode, "chemin": "/portail/ab", "garde": "", "q": "" } }),
        )
    };
    let tickets = json!([
        ticket("nouveau", "client"),
        ticket("en_cours", "utilisateur"),
        ticket("resolu", "utilisateur")
    ]);
    let job = |etat: &str, erreur: Option<&str>| {
        public(
            json!({ "etat": etat, "erreur": erreur, "retour": "/portail/ab", "ici": "/portail/ab/jobs/1" }),
        )
    };
    let thread = |statut: &str| {
        public(
            json!({ "ticket": ticket(statut, "utilisateur"), "f": form("reponse"), "retour": "/portail/ab", "chemin": "/portail/ab/tickets/1" }),
        )
    };
    vec![
        (
            "portail.html",
            portail(
                json!({ "genre": "payer", "opportunite": all[0] }),
                json!(all),
                tickets.clone(),
                json!(true),
            ),
        ),
        (
            "portail.html",
            portail(
                json!({ "genre": "payer", "opportunite": all[0] }),
                json!(all),
                tickets.clone(),
                json!(null),
            ),
        ),
        (
            "portail.html",
            portail(
                json!({ "genre": "repondre", "ticket": ticket("en_cours", "utilisateur") }),
                json!([prestation("paye", false)]),
                tickets,
                json!(true),
            ),
        ),
        ("portail.html", portail(json!({ "genre": "rien" }), json!([]), json!([]), json!(true))),
        ("portail/tickets/id.html", thread("en_cours")),
        ("portail/tickets/id.html", thread("resolu")),
        ("portail/jobs/id.html", job("en_attente", None)),
        ("portail/jobs/id.html", job("rejete", Some("<i>Non</i>"))),
        ("portail/jobs/id.html", job("echoue", None)),
        ("portail/jobs/id.html", job("inconnu", None)),
    ]
}

fn payer_pages() -> Vec<(&'static str, Value)> {
    let mut pages = Vec::new();
    let payer = |etat: &str, retour: Option<&str>, livemode: Value, caisse: Option<&str>| {
        let statut = match etat {
            "du" | "fermee" => "en_attente",
            "repris" => "conteste",
            etat => etat,
        };
        let page = public(json!({
            "p": {
                "clientNom": "Librairie <i>Vasseur</i>", "freelanceNom": "Claire", "titre": "Refonte <i>du site</i>",
                "montant": "1200.50", "devise": "EUR", "echeance": "2026-11-20", "statutPaiement": statut, "payable": true,
                "montantRecu": "1200.50", "montantRembourse": "160.00", "montantConteste": retour.map(|_| "70.00"), "montantRepris": retour.map(|_| "50.00"), "remboursementEnCours": "20.00", "dateLancement": DATE, "dateAttendue": "2026-11-09", "datePaiement": DATE,
                "dateRemboursement": DATE,
            },
            "etat": etat, "retour": retour, "attente": true, "caisse": caisse, "erreur": "<i>Non</i>",
            "f": blank("payer"), "chemin": "/payer/cd",
        }));
        with(
            page,
            json!({ "public": { "freelanceNom": "Claire", "couleur": null, "logo": logo(), "stripeLivemode": livemode, "chemin": "/payer/cd", "garde": "", "q": "" }, "fait": null }),
        )
    };
    for etat in
        ["du", "echoue", "en_cours", "paye", "rembourse_partiel", "rembourse", "conteste", "repris", "fermee"]
    {
        for retour in [None, Some("ok"), Some("verifie"), Some("annule")] {
            pages.push(("payer.html", payer(etat, retour, json!(true), None)));
        }
        pages.push(("payer.html", payer(etat, None, json!(null), Some("https://checkout.example/c"))));
    }
    for recus in [recus(), json!([])] {
        let page = json!({ "p": { "titre": "Refonte <i>du site</i>", "statutPaiement": "conteste" }, "recus": recus, "chemin": "/payer/cd" });
        pages.push(("payer/recu.html", public(page)));
    }
    pages
}
