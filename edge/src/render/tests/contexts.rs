//! A filled context for every page, and again for each of its states.

use common::domaine::MoyenPaiement;
use serde_json::{Value, json};

mod bureau;
mod clients;
mod opportunites;

const ID: &str = "01990000-0000-7000-8000-000000000001";
const DATE: &str = "2026-11-22T16:40:00Z";

fn form(nom: &str) -> Value {
    json!({
        "nom": nom, "cle": "c1e",
        "saisie": { "sujet": "Four <i>en panne</i>", "nom": "Vasseur" },
        "erreurs": { "sujet": "Ce champ est nécessaire.", "email": "?", "titre": "?", "corps": "?", "texte": "?", "clientId": "?" },
        "erreur": "Rien <i>n’est</i> à modifier.",
    })
}

fn blank(nom: &str) -> Value {
    json!({ "nom": nom, "cle": "c1e", "saisie": {}, "erreurs": {}, "erreur": null })
}

fn logo() -> Value {
    json!({ "chemin": "/logos/ab", "largeur": 60, "hauteur": 40 })
}

fn client(portail: bool) -> Value {
    json!({
        "id": ID, "nom": "Librairie <i>Vasseur</i>", "type": "entreprise", "email": "helene@vasseur.example",
        "langue": "fr", "dateCreation": DATE, "dateModification": DATE, "version": "1",
        "urlPortail": portail.then_some("https://guichet.example/portail/ab"),
        "datePortail": portail.then_some(DATE), "dateEffacement": null,
    })
}

fn opportunite(etape: &str, statut: &str) -> Value {
    json!({
        "id": ID, "clientId": ID, "clientNom": "Librairie <i>Vasseur</i>", "titre": "Refonte <i>du site</i>",
        "montantEstime": "1200.50", "devise": "EUR", "echeance": "2026-11-20", "etapePipeline": etape,
        "statutPaiement": statut, "urlPaiement": null, "stripeSessionId": null,
        "lienPaiement": "https://guichet.example/payer/cd", "dateLien": DATE, "dateEtape": DATE,
        "dateCreation": DATE, "dateModification": DATE, "version": "1", "montantRecu": "1200.50", "montantRembourse": "200.00",
        "montantConteste": "1200.50", "montantRepris": "200.50", "montantNet": "1000.50", "prixFige": !matches!(statut, "en_attente" | "echoue"), "surplus": "1200.50", "nonConforme": true, "litigePerdu": false, "dateLienAnnule": DATE, "dateEffacement": null, "dateOuverture": DATE, "dateLancement": DATE, "dateAttendue": "2026-11-27", "moyenPaiement": "virement",
    })
}

fn recus() -> Value {
    let recu = |numero: u32, moyen: Option<&str>, annule: bool| {
        json!({
            "numero": numero, "livemode": moyen.is_some(), "freelanceNom": "Claire <i>Morel</i>",
            "clientNom": "Librairie <i>Vasseur</i>", "titre": "Refonte <i>du site</i>", "montant": "1200.50",
            "devise": "EUR", "moyen": moyen, "datePaiement": DATE, "annule": annule,
            "remboursements": [{ "montant": "20.00", "devise": "EUR", "date": DATE }], "reste": "-1220.50",
            "contestations": [{ "montant": "1200.50", "devise": "EUR", "date": DATE, "perdue": annule }, { "montant": "1200.50", "devise": "EUR", "date": DATE, "perdue": !annule }],
        })
    };
    let marked = MoyenPaiement::ALL.iter().map(|moyen| recu(2, Some(moyen.as_str()), true));
    json!(marked.chain([recu(1, None, false)]).collect::<Vec<_>>())
}

fn with(mut value: Value, changes: Value) -> Value {
    if let (Some(value), Some(changes)) = (value.as_object_mut(), changes.as_object()) {
        value.extend(changes.clone());
    }
    value
}

fn ticket(statut: &str, dernier: &str) -> Value {
    json!({
        "id": ID, "clientId": ID, "clientNom": "Librairie <i>Vasseur</i>", "sujet": "Couleur <i>de la couverture</i>",
        "typeTicket": "question", "statutTicket": statut, "dernierAuteur": dernier, "dateCreation": DATE,
        "dateModification": DATE, "version": "1", "portailOuvert": dernier == "client", "nouvelleId": (dernier == "client").then_some(ID), "dernierMessage": "Le bleu <i>nuit</i> passe bien.",
        "messages": [
            { "id": ID, "auteur": "client", "corps": "Le bleu ?\n<i>Ou</i> le bordeaux ?", "dateCreation": DATE },
            { "id": ID, "auteur": "utilisateur", "corps": "Le bleu.", "dateCreation": DATE },
        ],
    })
}

fn evenements() -> Value {
    let event = |kind: &str, text: &str, meta: Value, auteur: bool| {
        json!({
            "id": ID, "clientId": ID, "clientNom": "Librairie <i>Vasseur</i>", "typeEvenement": kind,
            "referenceId": ID, "descriptionTexte": text, "metaJson": meta, "dateEvenement": DATE,
            "auteurId": auteur.then_some(ID), "version": "1", "nonLu": !auteur,
        })
    };
    let money = || json!({ "montant": "160.000", "devise": "EUR", "titre": "Refonte <i>du site</i>" });
    let mut events: Vec<_> = common::domaine::TypeEvenement::ALL
        .iter()
        .map(|kind| kind.as_str())
        .filter(|kind| {
            ["paiement", "encaissement", "remboursement", "litige", "lien", "montant"]
                .iter()
                .any(|start| kind.starts_with(start))
        })
        .map(|kind| event(kind, "", money(), false))
        .collect();
    events.extend([
        event(
            "email_client",
            "Bonjour,\n<i>bien</i> reçu.",
            json!({ "expediteur": "Hélène <i>V.</i>", "sujet": "Solde" }),
            true,
        ),
        event("note", "Après <i>15 h</i>.", json!({}), true),
        event("ticket_cree", "Four <i>en panne</i>", json!({ "typeTicket": "bug" }), false),
        event("ticket_cree", "Four en panne", json!({ "typeTicket": "bug" }), true),
        event("ticket_reponse", "Four en panne", json!({ "auteur": "client" }), false),
        event("ticket_reponse", "Four en panne", json!({ "auteur": "utilisateur" }), true),
        event("ticket_resolu", "Four en panne", json!({}), true),
        event(
            "etape_changee",
            "",
            json!({ "de": "prospect", "vers": "gagne", "titre": "<i>Refonte</i>" }),
            true,
        ),
        event("portail_genere", "", json!({}), true),
        event("portail_revoque", "", json!({}), true),
        event("un_mot_de_demain", "Ce qui <i>arrivera</i>", json!({}), false),
    ]);
    json!(events)
}

fn bureau(rubrique: &str, page: Value) -> Value {
    let heading = json!({
        "bureau": { "nom": "Claire <i>Morel</i>", "stripeLivemode": false, "administrateur": true, "aFaire": 1, "ticketsNonLus": 2 },
        "rubrique": rubrique, "fait": "CreateClient",
    });
    with(heading, page)
}

fn public(page: Value) -> Value {
    let heading = json!({
        "public": { "freelanceNom": "Claire <i>Morel</i>", "couleur": "#1a2b3c", "logo": logo(), "stripeLivemode": false, "chemin": "/portail/ab", "garde": "retour=ok&", "q": "?langue=en" },
        "fait": "CreateTicket",
    });
    with(heading, page)
}

/// Every page with its contexts.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let mut all = vec![
        (
            "erreur.html",
            json!({ "statut": 503, "quoi": "503", "phrase": "<i>Non</i>", "requeteId": "ab12", "issue": { "chemin": "", "cle": "reessayer" }, "bureau": null, "rubrique": "", "fait": null }),
        ),
        (
            "erreur.html",
            json!({ "statut": null, "quoi": "lien-mort", "phrase": "Non", "requeteId": null, "issue": null, "bureau": null, "rubrique": "", "fait": null }),
        ),
        (
            "erreur.html",
            json!({ "statut": 404, "quoi": "404", "phrase": "Non", "requeteId": null, "issue": null,
                    "bureau": { "nom": "Claire", "stripeLivemode": true, "administrateur": false }, "rubrique": "", "fait": null }),
        ),
        (
            "connexion.html",
            json!({ "f": form("connexion"), "avis": "ResetMotDePasse", "next": "/clients?q=<i>", "stripeLivemode": null }),
        ),
        ("installation.html", json!({ "f": form("installation"), "chemin": "/installation/ab" })),
    ];
    all.extend(bureau::pages());
    all.extend(opportunites::pages());
    all.extend(clients::pages());
    all
}
