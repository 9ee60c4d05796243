//! A filled context for every page, and again for each of its states.

use serde_json::{Value, json};

const ID: &str = "01990000-0000-7000-8000-000000000001";
const DATE: &str = "2026-11-22T16:40:00Z";

fn formulaire(nom: &str) -> Value {
    json!({
        "nom": nom, "cle": "c1e",
        "saisie": { "sujet": "Four <i>en panne</i>", "nom": "Vasseur" },
        "erreurs": { "sujet": "Ce champ est nécessaire.", "email": "?", "titre": "?", "corps": "?", "texte": "?", "clientId": "?" },
        "erreur": "Rien <i>n’est</i> à modifier.",
    })
}

fn vierge(nom: &str) -> Value {
    json!({ "nom": nom, "cle": "c1e", "saisie": {}, "erreurs": {}, "erreur": null })
}

fn client(portail: bool) -> Value {
    json!({
        "id": ID, "nom": "Librairie <i>Vasseur</i>", "type": "entreprise", "email": "helene@vasseur.example",
        "langue": "fr", "dateCreation": DATE, "dateModification": DATE,
        "urlPortail": portail.then_some("https://guichet.example/portail/ab"),
        "datePortail": portail.then_some(DATE),
    })
}

fn opportunite(etape: &str, statut: &str) -> Value {
    json!({
        "id": ID, "clientId": ID, "clientNom": "Librairie <i>Vasseur</i>", "titre": "Refonte <i>du site</i>",
        "montantEstime": "1200.50", "devise": "EUR", "echeance": "2026-11-20", "etapePipeline": etape,
        "statutPaiement": statut, "urlPaiement": null, "stripeSessionId": null,
        "lienPaiement": "https://guichet.example/payer/cd", "dateLien": DATE, "dateEtape": DATE,
        "dateCreation": DATE, "dateModification": DATE, "montantRecu": "1200.50", "montantRembourse": "200.00",
        "surplus": "1200.50", "nonConforme": true,
    })
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
        "dateModification": DATE, "dernierMessage": "Le bleu <i>nuit</i> passe bien.",
        "messages": [
            { "id": ID, "auteur": "client", "corps": "Le bleu ?\n<i>Ou</i> le bordeaux ?", "dateCreation": DATE },
            { "id": ID, "auteur": "utilisateur", "corps": "Le bleu.", "dateCreation": DATE },
        ],
    })
}

fn evenements() -> Value {
    let event = |kind: &str, texte: &str, meta: Value, auteur: bool| {
        json!({
            "id": ID, "clientId": ID, "clientNom": "Librairie <i>Vasseur</i>", "typeEvenement": kind,
            "referenceId": ID, "descriptionTexte": texte, "metaJson": meta, "dateEvenement": DATE,
            "auteurId": auteur.then_some(ID),
        })
    };
    let money = || json!({ "montant": "160.000", "devise": "EUR", "titre": "Refonte <i>du site</i>" });
    let mut events: Vec<_> = common::domaine::TypeEvenement::ALL
        .iter()
        .map(|kind| kind.as_str())
        .filter(|kind| kind.starts_with("paiement") || kind.starts_with("lien") || kind.starts_with("montant"))
        .map(|kind| event(kind, "", money(), false))
        .collect();
    events.extend([
        event("email_client", "Bonjour,\n<i>bien</i> reçu.", json!({ "expediteur": "Hélène <i>V.</i>", "sujet": "Solde" }), true),
        event("note", "Après <i>15 h</i>.", json!({}), true),
        event("ticket_cree", "Four <i>en panne</i>", json!({ "typeTicket": "bug" }), false),
        event("ticket_cree", "Four en panne", json!({ "typeTicket": "bug" }), true),
        event("ticket_reponse", "Four en panne", json!({ "auteur": "client" }), false),
        event("ticket_reponse", "Four en panne", json!({ "auteur": "utilisateur" }), true),
        event("ticket_resolu", "Four en panne", json!({}), true),
        event("etape_changee", "", json!({ "de": "prospect", "vers": "gagne", "titre": "<i>Refonte</i>" }), true),
        event("portail_genere", "", json!({}), true),
        event("portail_revoque", "", json!({}), true),
        event("un_mot_de_demain", "Ce qui <i>arrivera</i>", json!({}), false),
    ]);
    json!(events)
}

fn bureau(rubrique: &str, page: Value) -> Value {
    let heading = json!({
        "bureau": { "nom": "Claire <i>Morel</i>", "stripeLivemode": false },
        "rubrique": rubrique, "fait": "CreateClient",
    });
    with(heading, page)
}

fn public(page: Value) -> Value {
    let heading = json!({
        "public": { "freelanceNom": "Claire <i>Morel</i>", "stripeLivemode": false, "chemin": "/portail/ab", "q": "?langue=en" },
        "fait": "CreateTicket",
    });
    with(heading, page)
}

/// Every page with its contexts.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let mut all = vec![
        ("erreur.html", json!({ "statut": 503, "phrase": "<i>Non</i>", "requeteId": "ab12", "retour": "/" })),
        ("erreur.html", json!({ "statut": null, "phrase": "Non", "requeteId": null, "retour": null })),
        ("connexion.html", json!({ "f": formulaire("connexion"), "cree": true, "next": "/clients?q=<i>", "stripeLivemode": null })),
        ("installation.html", json!({ "f": formulaire("installation"), "chemin": "/installation/ab" })),
    ];
    all.extend(bureau_pages());
    all.extend(opportunite_pages());
    all.extend(client_pages());
    all
}

fn bureau_pages() -> Vec<(&'static str, Value)> {
    let tableau = json!({
        "aFaire": [opportunite("gagne", "en_attente"), with(opportunite("gagne", "en_attente"), json!({ "dateLien": null, "echeance": null }))],
        "argent": [{ "devise": "EUR", "du": "1.00", "enRetard": "1.00", "enCours": null, "conteste": null, "recu": "2.00" }],
        "tickets": [ticket("nouveau", "client"), ticket("en_cours", "utilisateur")],
        "mouvements": evenements(),
    });
    let vide = json!({ "aFaire": [], "argent": [], "tickets": [], "mouvements": [] });
    let page_clients = json!({ "elements": [client(true), client(false)], "suivant": ID });
    let rien = json!({ "elements": [], "suivant": null });
    let somme = json!([{ "montant": "1200.50", "devise": "EUR" }, { "montant": "20", "devise": "CHF" }]);
    let faits = json!({
        "du": somme, "enRetard": somme, "enCours": [], "paye": somme, "ticketsOuverts": 2, "ticketsARepondre": 1,
        "dernierContact": DATE,
    });
    let fiche = |onglet: &str, portail: bool, jours: Value| {
        bureau("clients", json!({
            "client": client(portail), "faits": faits, "jours": jours, "suivant": portail.then_some("2026_1"), "filtre": "emails",
            "opportunites": if portail { json!({ "elements": [opportunite("gagne", "paye")], "suivant": ID }) } else { rien.clone() },
            "onglet": onglet, "modifier": true, "fEmail": formulaire("email"), "fNote": formulaire("note"),
            "fTicket": formulaire("ticket"), "fPortail": formulaire("portail"), "fSupprimer": formulaire("supprimer"),
            "fModifier": formulaire("modifier"),
        }))
    };
    let jours = json!([
        { "date": "2026-11-23", "evenements": evenements() }, { "date": "2026-11-22", "evenements": [] },
        { "date": "2025-11-22", "evenements": [] },
    ]);
    let evenement = |rang: usize| {
        bureau("clients", json!({
            "evenement": evenements()[rang], "client": client(true), "clients": [client(true)], "f": formulaire("f"),
            "fSupprimer": formulaire("supprimer"),
        }))
    };
    let mail = evenements().as_array().unwrap().iter().position(|it| it["typeEvenement"] == "email_client").unwrap();
    let job = |etat: &str, erreur: Option<&str>| {
        bureau("", json!({ "etat": etat, "erreur": erreur, "retour": "/clients", "ici": "/jobs/1?" }))
    };
    let liste = |page: Value| {
        bureau("tickets", json!({ "page": page, "filtre": { "statut": "nouveau", "recherche": "<i>" }, "requete": "q=a&" }))
    };
    vec![
        ("tableau.html", bureau("tableau", json!({ "tableau": tableau, "f": vierge("lien") }))),
        ("tableau.html", bureau("tableau", json!({ "tableau": vide, "f": vierge("lien"), "fait": null }))),
        ("clients.html", bureau("clients", json!({ "page": page_clients, "recherche": "<i>", "f": formulaire("nouveau"), "ouvert": true }))),
        ("clients.html", bureau("clients", json!({ "page": rien, "recherche": "", "f": vierge("nouveau"), "ouvert": false }))),
        ("clients/id.html", fiche("email", true, jours.clone())),
        ("clients/id.html", fiche("note", false, json!([]))),
        ("clients/id.html", fiche("ticket", true, jours)),
        ("evenements/id.html", evenement(mail)),
        ("evenements/id.html", evenement(mail + 1)),
        ("tickets.html", liste(json!({ "elements": [ticket("nouveau", "client"), ticket("resolu", "client")], "suivant": ID }))),
        ("tickets.html", liste(rien.clone())),
        ("tickets/id.html", bureau("tickets", json!({ "ticket": ticket("nouveau", "client"), "fReponse": formulaire("reponse"), "fModifier": formulaire("modifier") }))),
        ("jobs/id.html", job("en_attente", None)),
        ("jobs/id.html", job("en_cours", None)),
        ("jobs/id.html", job("rejete", Some("<i>Non</i>"))),
        ("jobs/id.html", job("echoue", None)),
    ]
}

fn opportunite_pages() -> Vec<(&'static str, Value)> {
    let session = |statut: &str, dernier: Option<&str>| {
        json!({
            "id": ID, "statut": statut, "montant": "1200.50", "devise": "EUR", "stripeSessionId": "cs_1",
            "dateExpiration": DATE, "dateCreation": DATE, "dateModification": DATE, "dernierPaiement": dernier,
        })
    };
    let mut sessions: Vec<_> = common::domaine::StatutSession::ALL.iter().map(|it| session(it.as_str(), None)).collect();
    sessions.extend([session("payee", Some("echoue")), session("payee", Some("en_cours"))]);
    let preuve = |changement: Option<&str>| {
        json!({
            "stripeEventId": "evt_1", "type": "checkout.session.completed", "dateReception": DATE,
            "dateTraitement": DATE, "tentatives": 2, "changement": changement,
        })
    };
    let mut preuves: Vec<_> = common::domaine::TypePaiement::ALL.iter().map(|it| preuve(Some(it.as_str()))).collect();
    preuves.push(preuve(None));
    let deal = |o: Value, livemode: Value| {
        let page = json!({
            "o": o, "client": client(true), "message": "Bonjour,\nhttps://guichet.example/payer/cd", "sessions": sessions,
            "preuves": preuves, "evenements": evenements(), "f": formulaire("f"), "fModifier": formulaire("modifier"),
            "fSupprimer": formulaire("supprimer"), "modifier": true,
        });
        with(bureau("opportunites", page), json!({ "bureau": { "nom": "Claire", "stripeLivemode": livemode } }))
    };
    let list = |vue: &str| {
        let colonnes: Vec<_> = common::domaine::EtapePipeline::ALL
            .iter()
            .map(|etape| {
                json!({
                    "etape": etape, "nombre": 3, "sommes": [{ "montant": "1", "devise": "EUR" }, { "montant": "1", "devise": "CHF" }],
                    "opportunites": [opportunite(etape.as_str(), "en_attente"), with(opportunite(etape.as_str(), "en_attente"), json!({ "dateLien": null }))],
                })
            })
            .collect();
        bureau("opportunites", json!({
            "vue": vue, "colonnes": colonnes, "page": { "elements": [opportunite("gagne", "paye")], "suivant": ID },
            "filtre": { "recherche": "<i>", "etape": "gagne", "statut": "paye", "devise": "EUR" }, "requete": "vue=liste&",
            "clients": [client(true)], "ouvert": true, "f": formulaire("f"), "fDeplacer": vierge("deplacer"),
        }))
    };
    let mut pages = vec![
        ("opportunites.html", list("tableau")),
        ("opportunites.html", with(list("liste"), json!({ "clients": [], "page": { "elements": [], "suivant": null } }))),
        ("opportunites.html", list("liste")),
    ];
    for etape in common::domaine::EtapePipeline::ALL {
        pages.push(("opportunites/id.html", deal(opportunite(etape.as_str(), "en_attente"), json!(false))));
    }
    for statut in common::domaine::StatutPaiement::ALL {
        pages.push(("opportunites/id.html", deal(opportunite("gagne", statut.as_str()), json!(true))));
        pages.push(("opportunites/id.html", deal(opportunite("gagne", statut.as_str()), json!(null))));
    }
    let bare = json!({ "dateLien": null, "montantEstime": null, "echeance": null, "surplus": null, "montantRecu": null });
    pages.push(("opportunites/id.html", deal(with(opportunite("gagne", "en_attente"), bare), json!(true))));
    let priced = with(opportunite("gagne", "en_attente"), json!({ "dateLien": null }));
    pages.push(("opportunites/id.html", deal(priced.clone(), json!(true))));
    pages.push(("opportunites/id.html", deal(priced, json!(null))));
    pages
}

fn client_pages() -> Vec<(&'static str, Value)> {
    let prestation = |statut: &str, payable: bool| {
        let mut prestation = json!({
            "id": ID, "titre": "Refonte <i>du site</i>", "montant": "1200.50", "devise": "EUR", "statutPaiement": statut,
            "urlPaiement": null, "lienPaiement": "https://guichet.example/payer/cd", "payable": payable,
            "montantRembourse": "160.00", "datePaiement": DATE,
        });
        if payable {
            prestation["echeance"] = json!("2026-11-20");
        }
        prestation
    };
    let all: Vec<_> = common::domaine::StatutPaiement::ALL
        .iter()
        .map(|it| prestation(it.as_str(), matches!(it.as_str(), "en_attente" | "echoue")))
        .chain([prestation("paye", false)])
        .collect();
    // The portal reads payments and tickets only.
    let seen: Vec<_> = evenements()
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| {
            let kind = it["typeEvenement"].as_str().unwrap();
            let shown = ["paiement_recu", "paiement_lance", "paiement_echoue", "paiement_rembourse"];
            shown.contains(&kind) || kind.starts_with("ticket")
        })
        .cloned()
        .collect();
    let portail = |prochain: Value, opportunites: Value, tickets: Value, livemode: Value| {
        with(
            public(json!({
                "clientNom": "Librairie <i>Vasseur</i>", "prochain": prochain, "opportunites": opportunites, "tickets": tickets,
                "activite": seen, "f": formulaire("ticket"), "chemin": "/portail/ab",
            })),
            json!({ "public": { "freelanceNom": "Claire <i>Morel</i>", "stripeLivemode": livemode, "chemin": "/portail/ab", "q": "" } }),
        )
    };
    let tickets = json!([ticket("nouveau", "client"), ticket("en_cours", "utilisateur"), ticket("resolu", "utilisateur")]);
    let envoi = |etat: &str, erreur: Option<&str>| {
        public(json!({ "etat": etat, "erreur": erreur, "retour": "/portail/ab", "ici": "/portail/ab/jobs/1" }))
    };
    let fil = |statut: &str| {
        public(json!({ "ticket": ticket(statut, "utilisateur"), "f": formulaire("reponse"), "retour": "/portail/ab", "chemin": "/portail/ab/tickets/1" }))
    };
    let mut pages = vec![
        ("portail.html", portail(json!({ "genre": "payer", "opportunite": all[0] }), json!(all), tickets.clone(), json!(true))),
        ("portail.html", portail(json!({ "genre": "payer", "opportunite": all[0] }), json!(all), tickets.clone(), json!(null))),
        ("portail.html", portail(json!({ "genre": "repondre", "ticket": ticket("en_cours", "utilisateur") }), json!([prestation("paye", false)]), tickets, json!(true))),
        ("portail.html", portail(json!({ "genre": "rien" }), json!([]), json!([]), json!(true))),
        ("portail/tickets/id.html", fil("en_cours")),
        ("portail/tickets/id.html", fil("resolu")),
        ("portail/jobs/id.html", envoi("en_attente", None)),
        ("portail/jobs/id.html", envoi("rejete", Some("<i>Non</i>"))),
        ("portail/jobs/id.html", envoi("echoue", None)),
    ];
    let payer = |etat: &str, retour: Option<&str>, livemode: Value, caisse: Option<&str>| {
        let statut = match etat {
            "du" | "fermee" => "en_attente",
            etat => etat,
        };
        let page = public(json!({
            "p": {
                "clientNom": "Librairie <i>Vasseur</i>", "freelanceNom": "Claire", "titre": "Refonte <i>du site</i>",
                "montant": "1200.50", "devise": "EUR", "echeance": "2026-11-20", "statutPaiement": statut, "payable": true,
                "montantRecu": "1200.50", "montantRembourse": "160.00", "dateLancement": DATE, "datePaiement": DATE,
                "dateRemboursement": DATE,
            },
            "etat": etat, "retour": retour, "attente": true, "caisse": caisse, "erreur": "<i>Non</i>",
            "f": vierge("payer"), "chemin": "/payer/cd",
        }));
        with(page, json!({ "public": { "freelanceNom": "Claire", "stripeLivemode": livemode, "chemin": "/payer/cd", "q": "" }, "fait": null }))
    };
    for etat in ["du", "echoue", "en_cours", "paye", "rembourse_partiel", "rembourse", "conteste", "fermee"] {
        for retour in [None, Some("ok"), Some("verifie"), Some("annule")] {
            pages.push(("payer.html", payer(etat, retour, json!(true), None)));
        }
        pages.push(("payer.html", payer(etat, None, json!(null), Some("https://checkout.example/c"))));
    }
    pages
}
