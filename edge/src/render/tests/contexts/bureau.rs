//! The freelancer's pages but the deals'.

use serde_json::{Value, json};

use super::{DATE, ID, blank, bureau, client, evenements, form, logo, opportunite, ticket, with};

pub(super) fn pages() -> Vec<(&'static str, Value)> {
    [client_pages(), other_pages()].concat()
}

/// `asked`: whether a dispute waits for evidence.
fn tableau(asked: bool) -> Value {
    json!({
        "aFaireSuite": true, "contestations": { ID: { "preuvesAttendues": asked, "limite": asked.then_some(DATE) } }, "ticketsOuverts": 9, "ticketsARepondre": 5,
        "urgentes": [opportunite("gagne", "en_attente"), opportunite("gagne", "conteste"), with(opportunite("gagne", "conteste"), json!({ "id": "autre" }))],
        "sansLien": [with(opportunite("gagne", "en_attente"), json!({ "dateLien": null, "echeance": null }))],
        "argent": [{ "devise": "EUR", "du": "1.00", "enRetard": "1.00", "enCours": "3.00", "dateAttendue": "2026-11-27", "conteste": null, "recu": "2.00" },
            { "devise": "CHF", "du": null, "enRetard": null, "enCours": null, "dateAttendue": null, "conteste": null, "recu": "2.00" }],
        "tickets": [ticket("nouveau", "client"), ticket("en_cours", "utilisateur")],
        "mouvements": evenements(),
    })
}

fn other_pages() -> Vec<(&'static str, Value)> {
    let empty = json!({ "aFaireSuite": true, "contestations": {}, "ticketsOuverts": 0, "ticketsARepondre": 0, "urgentes": [], "sansLien": [], "argent": [], "tickets": [], "mouvements": [] });
    let rien = json!({ "elements": [], "suivant": null });
    let evenement = |at: usize| {
        bureau(
            "clients",
            json!({
                "evenement": evenements()[at], "client": client(true), "clients": [client(true)], "f": form("f"),
                "fSupprimer": form("supprimer"),
            }),
        )
    };
    let mail =
        evenements().as_array().unwrap().iter().position(|it| it["typeEvenement"] == "email_client").unwrap();
    let job = |etat: &str, erreur: Option<&str>| {
        bureau(
            "",
            json!({ "etat": etat, "kind": "CreateClient", "erreur": erreur, "retour": "/clients", "ici": "/jobs/1?" }),
        )
    };
    let list = |requete: &str, page: Value, clients: Option<Value>| {
        let context = json!({
            "page": page, "filtre": { "statut": "nouveau", "recherche": "<i>" }, "client": client(true), "garde": "q=a&", "requete": requete,
            "ouvert": clients.is_some(), "clients": clients.unwrap_or_default(), "f": form("f"),
        });
        bureau("tickets", context)
    };
    let courriel = |statut: &str, erreur: Option<&str>| {
        json!({
            "type": "rappel", "statut": statut, "tentatives": 2, "erreur": erreur, "dateCreation": DATE, "dateEnvoi": null,
        })
    };
    let reglages = |set: bool| {
        let seen = set.then_some(DATE);
        let page = json!({
            "email": "claire@example.org", "fuseaux": ["Europe/Paris", "UTC"], "avis": set.then_some("sessions"),
            "f": form("profil"), "logo": set.then(logo), "fLogo": form("logo"), "couleur": set.then_some("#1a2b3c"), "fCouleur": form("couleur"), "fMotDePasse": form("motDePasse"), "webhook": "https://guichet.example/api/webhooks/stripe",
            "sessions": [
                { "id": "ab", "appareil": "Firefox, Linux", "dateOuverture": DATE, "dateVue": DATE, "actuelle": true },
                { "id": "cd", "appareil": "", "dateOuverture": DATE, "dateVue": DATE, "actuelle": false },
            ],
            "jetons": if set { json!([{ "id": ID, "nom": "Sauvegarde <i>", "dateCreation": DATE }]) } else { json!([]) },
            "nouveau": set.then(|| json!({ "id": ID, "nom": "Export <i>", "jeton": "guichet_ab" })), "jetonNomMax": 80, "fJeton": form("jeton"),
            "webhookOuvert": set, "evenements": ["refund.created", "refund.updated"], "dernierWebhook": seen, "smtp": set,
            "boite": {
                "enAttente": 1, "dernierEnvoi": seen,
                "refuses": [courriel("en_attente", Some("connection refused")), courriel("echoue", Some("550 <i>nobody</i>"))],
            },
        });
        let mode = if set { json!(true) } else { json!(null) };
        with(
            bureau("reglages", page),
            json!({ "bureau": { "nom": "Claire", "stripeLivemode": mode, "administrateur": false, "aFaire": 0, "ticketsNonLus": 0 } }),
        )
    };
    let oubli = |envoye: bool, smtp: bool| json!({ "f": form("oubli"), "envoye": envoye, "smtp": smtp });
    vec![
        ("reglages.html", reglages(true)),
        ("reglages.html", reglages(false)),
        ("mot-de-passe-oublie.html", oubli(false, true)),
        ("mot-de-passe-oublie.html", oubli(true, true)),
        ("mot-de-passe-oublie.html", oubli(false, false)),
        (
            "mot-de-passe.html",
            json!({ "f": form("nouveau"), "email": "claire@example.org", "chemin": "/mot-de-passe/ab" }),
        ),
        ("tableau.html", bureau("tableau", json!({ "tableau": tableau(true), "f": blank("lien") }))),
        ("tableau.html", bureau("tableau", json!({ "tableau": tableau(false), "f": blank("lien") }))),
        ("tableau.html", bureau("tableau", json!({ "tableau": empty, "f": blank("lien"), "fait": null }))),
        ("evenements/id.html", evenement(mail)),
        ("evenements/id.html", evenement(mail + 1)),
        (
            "tickets.html",
            list(
                "q=a&",
                json!({ "elements": [ticket("nouveau", "client"), ticket("resolu", "client")], "suivant": ID }),
                Some(json!([client(true)])),
            ),
        ),
        ("tickets.html", list("q=a&", rien.clone(), Some(json!([])))),
        ("tickets.html", list("", rien.clone(), None)),
        (
            "tickets/id.html",
            bureau(
                "tickets",
                json!({ "ticket": ticket("nouveau", "client"), "fReponse": form("reponse"), "fModifier": form("modifier") }),
            ),
        ),
        ("operations.html", operations(true)),
        ("operations.html", operations(false)),
        ("recherche.html", recherche("", "")),
        ("recherche.html", recherche("<i>", "")),
        ("recherche.html", recherche("bleu", "")),
        ("recherche.html", recherche("bleu", "email")),
        ("jobs/id.html", job("en_attente", None)),
        ("jobs/id.html", job("en_cours", None)),
        ("jobs/id.html", job("rejete", Some("<i>Non</i>"))),
        ("jobs/id.html", job("echoue", None)),
        ("jobs/id.html", job("inconnu", None)),
    ]
}

fn recherche(q: &str, genre: &str) -> Value {
    let pieces = json!([{ "texte": "Le <i>", "trouve": false }, { "texte": "<i>bleu", "trouve": true }]);
    let groupes: Vec<_> = ["client", "opportunite", "ticket", "email", "note"]
        .iter()
        .map(|it| {
            let titre = if *it == "note" { json!([]) } else { pieces.clone() };
            let element = json!({
                "type": it, "id": ID, "titre": titre, "extrait": pieces, "clientId": ID,
                "clientNom": "Librairie <i>Vasseur</i>", "date": DATE, "chemin": "/clients/1",
                "affaire": { "etapePipeline": "gagne", "statutPaiement": "en_attente", "montantEstime": "1200.50",
                    "devise": "EUR", "echeance": "2026-11-20", "litigePerdu": false, "dateLien": null },
            });
            json!({ "genre": it, "elements": [element], "plein": true })
        })
        .collect();
    let groupes = if q == "bleu" { json!(groupes) } else { json!([]) };
    bureau("recherche", json!({ "q": q, "genre": genre, "requete": "q=a&", "groupes": groupes }))
}

fn operations(trouble: bool) -> Value {
    let parked = |acteur: &str, motif: Option<&str>, relance: Option<&str>| {
        json!({
            "id": ID, "type": "CreateTicket", "motif": motif, "acteurType": acteur, "acteurNom": "Claire <i>M.</i>",
            "tentatives": 3, "dateCreation": DATE, "dateFin": DATE, "relance": relance,
        })
    };
    let echecs = [
        parked("utilisateur", Some("job-fatal"), None),
        parked("client", Some("job-abandonne"), Some("en_attente")),
        parked("stripe", None, Some("en_cours")),
        parked("systeme", Some("demain"), None),
    ];
    let echecs = if trouble { json!(echecs) } else { json!([]) };
    let file = |nom: &str, oldest: Option<u64>, inconnus: u64| {
        json!({
            "nom": nom, "enAttente": 3, "enCours": 1, "retardes": 2, "plusAncien": oldest, "inconnus": inconnus,
            "genresInconnus": ["<i>Demain</i> v2"], "quarantaine": 1,
        })
    };
    let seized = |motif: &str| json!({ "file": "courant", "motif": motif, "date": DATE });
    let files = json!({
        "queues": [file("paiements", None, 0), file("courant", Some(3), 1), file("fond", Some(300), 2)],
        "workers": [
            { "nom": "1-2-<i>", "depuis": DATE, "travaux": [] },
            { "nom": "1-2-4", "depuis": null, "travaux": ["CreateTicket"] },
        ],
        "quarantaine": [seized("illisible"), seized("non-signe")],
    });
    let files = if trouble { files } else { json!(null) };
    let rapprochements: Vec<_> = ["heure", "trois_jours", "trente_jours", "manuelle"]
        .iter()
        .zip([0, 1, 412, 2])
        .map(|(fenetre, nombre)| {
            json!({ "fenetre": fenetre, "depuis": DATE, "verifies": nombre, "repares": nombre, "dateFin": DATE })
        })
        .collect();
    let rapprochements = if trouble { json!(rapprochements) } else { json!([]) };
    let state = json!({ "rapprochements": rapprochements, "files": files, "echecs": echecs, "nombreEchecs": if trouble { 4 } else { 0 } });
    bureau("operations", json!({ "operations": state, "f": blank("relance") }))
}

fn client_pages() -> Vec<(&'static str, Value)> {
    let page_clients = json!({ "elements": [client(true), client(false)], "suivant": ID });
    let rien = json!({ "elements": [], "suivant": null });
    let somme = json!([{ "montant": "1200.50", "devise": "EUR" }, { "montant": "20", "devise": "CHF" }]);
    let etats = json!({ ID: { "du": somme, "enRetard": somme, "dernierContact": DATE, "aRepondre": true } });
    let faits = json!({
        "du": somme, "enRetard": somme, "enCours": [], "paye": somme, "ticketsOuverts": 2, "ticketsARepondre": 1,
        "dernierContact": DATE, "conteste": somme, "aPaiements": true,
    });
    let card = |onglet: &str, portail: bool, jours: Value| {
        bureau(
            "clients",
            json!({
                "client": client(portail), "faits": faits, "jours": jours, "suivant": portail.then_some("2026_1"), "filtre": "emails",
                "opportunites": if portail { json!([opportunite("gagne", "paye")]) } else { json!([]) }, "plusOpportunites": portail,
                "onglet": onglet, "composer": true, "modifier": true, "fEmail": form("email"), "fNote": form("note"),
                "fTicket": form("ticket"), "fPortail": form("portail"), "fSupprimer": form("supprimer"),
                "fModifier": form("modifier"),
            }),
        )
    };
    let erased = with(client(false), json!({ "email": null, "dateEffacement": DATE }));
    let jours = json!([
        { "date": "2026-11-23", "evenements": evenements() }, { "date": "2026-11-22", "evenements": [] },
        { "date": "2025-11-22", "evenements": [] },
    ]);
    vec![
        (
            "clients.html",
            bureau(
                "clients",
                json!({ "page": page_clients, "etats": etats, "recherche": "<i>", "f": form("nouveau"), "ouvert": true }),
            ),
        ),
        (
            "clients.html",
            bureau(
                "clients",
                json!({ "page": rien, "etats": {}, "recherche": "", "f": blank("nouveau"), "ouvert": false }),
            ),
        ),
        ("clients/id.html", card("email", true, jours.clone())),
        ("clients/id.html", card("note", false, json!([]))),
        ("clients/id.html", card("ticket", true, jours.clone())),
        ("clients/id.html", with(card("email", false, jours), json!({ "client": erased }))),
        ("clients/effacer.html", bureau("clients", json!({ "client": client(true), "f": form("effacer") }))),
    ]
}
