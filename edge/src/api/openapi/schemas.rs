//! What is sent and answered. An answer holds all of its fields always, but those that are named as optional; a body
//! that is sent holds none but those that stand here.

use common::domaine::{
    Auteur, Echeance, EtapePipeline, Fenetre, Genre, Langue, MoyenPaiement, StatutCourriel, StatutJob,
    StatutPaiement, StatutRemboursement, StatutSession, StatutTicket, TypeClient, TypeCourriel,
    TypeEvenement, TypePaiement, TypeTicket,
};
use common::settings::PASSWORD_LENGTH;
use serde_json::{Map, Value, json};

use crate::commands::{JETON_NOM_MAX, LINE_MAX, TEXT_MAX, VERSION_MAX};

/// All shapes, by name.
pub(super) fn all() -> Value {
    let mut all = Map::new();
    for group in
        [vocabularies(), money(), entities(), account(), proof(), operator(), portal(), jobs(), bodies()]
    {
        if let Value::Object(group) = group {
            all.extend(group);
        }
    }
    Value::Object(all)
}

pub(super) fn of(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn integer() -> Value {
    json!({ "type": "integer" })
}

pub(super) fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// One of these.
pub(super) fn words<const N: usize>(words: [&str; N]) -> Value {
    json!({ "type": "string", "enum": words.as_slice() })
}

pub(super) fn nullable(mut schema: Value) -> Value {
    let Some(name) = schema.get("type").cloned() else {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    };
    schema["type"] = json!([name, "null"]);
    schema
}

/// With what it means.
pub(super) fn said(mut schema: Value, description: &str) -> Value {
    schema["description"] = json!(description);
    schema
}

/// An object that holds all of these, but the optional ones not always.
pub(super) fn object(description: &str, properties: Value, optional: &[&str]) -> Value {
    let names = properties.as_object().into_iter().flat_map(Map::keys);
    let required: Vec<_> = names.filter(|name| !optional.contains(&name.as_str())).collect();
    let mut object = json!({ "type": "object", "required": required, "properties": properties });
    if !description.is_empty() {
        object["description"] = json!(description);
    }
    object
}

/// What is sent to make something: these fields and no others.
fn body(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

/// What is sent to change something: one of these fields at least, and no others.
fn change(properties: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "minProperties": 1, "properties": properties })
}

fn id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn day() -> Value {
    json!({ "type": "string", "format": "date" })
}

fn link() -> Value {
    json!({ "type": "string", "format": "uri" })
}

fn line() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": LINE_MAX })
}

fn lines() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": TEXT_MAX })
}

fn address() -> Value {
    json!({ "type": "string", "maxLength": 254 })
}

fn password() -> Value {
    json!({ "type": "string", "format": "password" })
}

/// The domain's closed vocabularies, word for word.
fn vocabularies() -> Value {
    macro_rules! vocabularies {
        ($($name:ident: $description:literal),+ $(,)?) => {
            json!({ $(stringify!($name): {
                "type": "string",
                "description": $description,
                "enum": $name::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>(),
            }),+ })
        };
    }
    vocabularies! {
        TypeClient: "A company or a person.",
        Langue: "A language of pages and mails.",
        EtapePipeline: "Where a deal stands in the pipeline.",
        Echeance: "By the day on which a deal is to be paid: it has passed and the deal is not paid, it is in this month, there is none.",
        StatutPaiement: "Where a deal's payment stands, as the ledger says; `en_cours` is a bank debit on its way.",
        StatutSession: "Where an attempt at a Stripe Checkout Session stands.",
        StatutRemboursement: "Where a refund stands; `prepare`: Stripe may or may not have heard of it.",
        TypePaiement: "A fact about money, told by Stripe or (`encaisse`, `encaisse_annule`) by the freelancer.",
        MoyenPaiement: "By which way money came that Stripe knows nothing of.",
        Fenetre: "How far back a comparison with Stripe's events looks.",
        Genre: "What a search finds.",
        TypeTicket: "What a ticket is about.",
        StatutTicket: "How far a ticket is.",
        TypeEvenement: "What an event of a client's timeline tells.",
        TypeCourriel: "What a mail tells.",
        StatutCourriel: "Where a mail stands.",
        Auteur: "Who wrote a message of a ticket.",
        StatutJob: "How far a job is: it waits, runs, is done, was refused for a reason that can be mended, was given up.",
    }
}

fn money() -> Value {
    let decimal = r"^-?[0-9]+(\.[0-9]+)?$";
    json!({
        "Devise": { "type": "string", "pattern": "^[A-Z]{3}$", "description": "An ISO 4217 code." },
        "DeviseSaisie": { "type": "string", "pattern": "^[A-Za-z]{3}$", "description": "An ISO 4217 code, as it is sent." },
        "Montant": { "type": "string", "pattern": decimal, "description": "An exact amount in the currency's main unit." },
        "MontantSaisi": { "type": ["string", "number"], "pattern": decimal, "description": "The same as it is sent: best as text." },
    })
}

/// What a freelancer has.
fn entities() -> Value {
    json!({
        "Client": object("", json!({
            "id": id(),
            "nom": text(),
            "type": of("TypeClient"),
            "email": nullable(text()),
            "langue": of("Langue"),
            "dateCreation": moment(),
            "dateModification": moment(),
            "version": said(text(), "What its card says, in one word: to be sent with a change, so that nothing is overwritten unseen."),
            "urlPortail": said(nullable(link()), "The private page, while there is one."),
            "datePortail": said(nullable(moment()), "Since when that link holds."),
            "dateEffacement": said(nullable(moment()), "When they were forgotten: what is left stands under a pseudonym."),
        }), &[]),
        "Opportunite": object("A deal.", json!({
            "id": id(),
            "clientId": id(),
            "clientNom": text(),
            "titre": text(),
            "montantEstime": said(nullable(of("Montant")), "The price; null while it is unknown."),
            "devise": of("Devise"),
            "echeance": said(nullable(day()), "The day by which it is to be paid."),
            "etapePipeline": of("EtapePipeline"),
            "statutPaiement": said(of("StatutPaiement"), "Means something from `gagne` on."),
            "urlPaiement": said(nullable(link()), "Stripe's page of the open session; dies within a day."),
            "stripeSessionId": nullable(text()),
            "lienPaiement": said(nullable(link()), "The durable payment link: what is copied and mailed."),
            "dateLien": said(nullable(moment()), "When the link was asked for."),
            "dateOuverture": said(nullable(moment()), "When the client last went on to Stripe from it."),
            "dateLancement": said(nullable(moment()), "When a bank debit was last started."),
            "dateAttendue": said(nullable(day()), "The day by which a debit that is under way has usually come through."),
            "dateLienAnnule": said(nullable(moment()), "When the link was cancelled; null while it can be used."),
            "dateEtape": said(moment(), "Since when it stands in its stage."),
            "dateCreation": moment(),
            "dateModification": moment(),
            "version": said(text(), "What its card says (title, price, due date), in one word: to be sent with a change of it."),
            "dateEffacement": said(nullable(moment()), "When its client was forgotten."),
            "montantRecu": said(nullable(of("Montant")), "Money received for it; null where it is zero."),
            "montantRembourse": said(nullable(of("Montant")), "Money given back; null where it is zero."),
            "montantConteste": said(nullable(of("Montant")), "What open disputes hold; null where it is zero."),
            "montantRepris": said(nullable(of("Montant")), "What banks took for good, in disputes that were lost; null where it is zero."),
            "montantNet": said(nullable(of("Montant")), "What is left of it; null where nothing went back."),
            "surplus": said(nullable(of("Montant")), "Received beyond the price because it was paid twice."),
            "moyenPaiement": said(nullable(of("MoyenPaiement")), "How it was paid, when money came another way than Stripe."),
            "nonConforme": said(flag(), "Whether money came that does not match what was asked."),
            "litigePerdu": said(flag(), "Whether the bank took the disputed money back for good, and no dispute is open."),
            "prixFige": said(flag(), "Whether money came for its price or is on its way: price and currency stand, and once won the stage."),
        }), &[]),
        "Ticket": object("", json!({
            "id": id(),
            "clientId": id(),
            "clientNom": text(),
            "sujet": text(),
            "typeTicket": of("TypeTicket"),
            "statutTicket": of("StatutTicket"),
            "dernierAuteur": said(of("Auteur"), "Who wrote last: whose turn it is."),
            "dateCreation": moment(),
            "dateModification": moment(),
            "nouvelleId": said(nullable(id()), "The newest of its news that was not seen: the event that `readEvenement` takes."),
            "version": said(text(), "Where it stands and whose turn it is, in one word: to be sent with a change."),
            "portailOuvert": said(flag(), "Whether its client has a private page, where alone they read it."),
            "messages": said(list(of("MessageTicket")), "The thread, oldest first, where one ticket is read."),
        }), &["messages"]),
        "MessageTicket": object("", json!({ "id": id(), "auteur": of("Auteur"), "corps": text(), "dateCreation": moment() }), &[]),
        "Evenement": object("Something that happened with a client.", json!({
            "id": id(),
            "clientId": id(),
            "typeEvenement": said(text(), "A word of `TypeEvenement`; newer ones may come."),
            "referenceId": said(nullable(id()), "The deal or ticket that it is about."),
            "descriptionTexte": said(text(), "The text that people wrote."),
            "metaJson": { "type": "object", "description": "What its sentence needs: a mail's sender and subject, an amount, a stage." },
            "dateEvenement": moment(),
            "auteurId": said(nullable(id()), "The freelancer who did it, if it was one."),
            "nonLu": said(flag(), "Whether it is news that was not seen yet."),
            "version": said(text(), "What it says and on whose timeline it stands, in one word: to be sent with a change."),
            "dejaLa": { "const": true, "description": "Only in the answer to a mail that stood there already." },
        }), &["dejaLa"]),
        "Trouvaille": object("Something that was found.", json!({
            "type": of("Genre"),
            "id": id(),
            "titre": list(of("Morceau")),
            "extrait": said(list(of("Morceau")), "The part of its text in which it was found; empty when the title says it all."),
            "clientId": id(),
            "clientNom": text(),
            "date": moment(),
            "chemin": said(text(), "Its page."),
            "affaire": said(nullable(of("Affaire")), "Where a deal stands; null of anything else."),
        }), &[]),
        "Affaire": object("Where a deal that was found stands.", json!({
            "etapePipeline": of("EtapePipeline"),
            "statutPaiement": of("StatutPaiement"),
            "montantEstime": nullable(of("Montant")),
            "devise": of("Devise"),
            "echeance": nullable(day()),
            "litigePerdu": said(flag(), "Whether the bank took the disputed money back for good, and no dispute is open."),
            "dateLien": said(nullable(moment()), "When its payment link was asked for."),
        }), &[]),
        "Morceau": object("A piece of a text.", json!({ "texte": text(), "trouve": said(flag(), "Whether the query found it.") }), &[]),
    })
}

/// Who they are, and what lets them in.
fn account() -> Value {
    json!({
        "Utilisateur": object("A freelancer's own account.", json!({
            "id": id(),
            "email": text(),
            "nom": said(text(), "The name that clients read."),
            "langue": of("Langue"),
            "fuseau": said(text(), "The time zone, by its IANA name."),
            "couleur": said(nullable(text()), "The colour at the head of the clients' pages: `#1a2b3c`."),
        }), &[]),
        "Session": object("A browser that is signed in.", json!({
            "id": said(text(), "Names it, and opens nothing."),
            "appareil": said(text(), "Which; empty when it did not say."),
            "dateOuverture": moment(),
            "dateVue": said(moment(), "When it was last used."),
            "actuelle": said(flag(), "Whether it is the one that asks."),
        }), &[]),
        "JetonApi": object("An access token for scripts; the token itself is nowhere.", json!({ "id": id(), "nom": text(), "dateCreation": moment() }), &[]),
        "NouveauJetonApi": object("", json!({
            "id": id(),
            "nom": text(),
            "jeton": said(text(), "The token itself, shown this once."),
        }), &[]),
        "NouveauJetonApiAccepte": object("", json!({
            "jobId": id(),
            "statut": words(["en_attente"]),
            "nom": text(),
            "jeton": said(text(), "The token itself, shown this once. It opens as soon as its job is done."),
        }), &[]),
    })
}

/// What is known of payments, and from where.
fn proof() -> Value {
    let preuve = json!({
        "stripeEventId": text(),
        "type": said(nullable(text()), "Stripe's name of what happened."),
        "dateEvenement": said(nullable(moment()), "When it happened, by Stripe's clock."),
        "dateReception": moment(),
        "dateTraitement": moment(),
        "tentatives": said(nullable(integer()), "How often the worker had to try."),
        "lignes": said(list(text()), "What the ledger learnt from it: words of `TypePaiement`."),
        "historique": said(list(text()), "What the timeline was told: words of `TypeEvenement`."),
    });
    let mut entiere = preuve.clone();
    entiere["corps"] =
        said(text(), "The event as Stripe sent it (JSON); the tokens of our links are blanked.");
    let kept = json!({ "stripeEventId": text(), "opportuniteId": nullable(id()), "dateReception": moment(), "corps": { "type": "object" } });
    json!({
        "SessionPaiement": object("An attempt at a Stripe Checkout Session.", json!({
            "id": id(),
            "opportuniteId": id(),
            "statut": of("StatutSession"),
            "montant": of("Montant"),
            "devise": of("Devise"),
            "stripeSessionId": nullable(text()),
            "dateExpiration": moment(),
            "dateCreation": moment(),
            "dateModification": moment(),
            "dernierPaiement": said(nullable(of("TypePaiement")), "The last thing that the ledger tells of it."),
            "dateRefus": said(nullable(moment()), "When a card was last refused on its page, which stays open."),
        }), &[]),
        "Paiement": object("A line of the ledger.", json!({
            "id": id(),
            "opportuniteId": id(),
            "type": of("TypePaiement"),
            "montant": of("Montant"),
            "devise": of("Devise"),
            "livemode": said(flag(), "Real money, or Stripe's test mode."),
            "conforme": said(flag(), "Whether it matches what was asked."),
            "moyen": nullable(of("MoyenPaiement")),
            "stripeId": said(text(), "Stripe's id of what it tells of, or ours."),
            "stripePaymentIntent": nullable(text()),
            "datePaiement": said(moment(), "When it happened."),
            "dateCreation": said(moment(), "When it was noted."),
        }), &[]),
        "Remboursement": object("A refund, asked for here or at Stripe.", json!({
            "id": id(),
            "opportuniteId": id(),
            "statut": of("StatutRemboursement"),
            "montant": of("Montant"),
            "devise": of("Devise"),
            "paiementId": said(id(), "The payment that it goes back from."),
            "stripeRefundId": nullable(text()),
            "motif": said(nullable(text()), "Stripe's word for why it did not come through."),
            "aVerifier": said(flag(), "Whether nobody knows yet if it was made."),
            "dateCreation": moment(),
        }), &[]),
        "Recu": object("What attests a payment, in the names of the day on which it was paid.", json!({
            "opportuniteId": id(),
            "numero": integer(),
            "livemode": flag(),
            "freelanceNom": text(),
            "clientNom": text(),
            "titre": text(),
            "montant": of("Montant"),
            "devise": of("Devise"),
            "moyen": nullable(of("MoyenPaiement")),
            "datePaiement": moment(),
            "annule": said(flag(), "Whether it was taken back as marked by mistake: the number stays."),
            "remboursements": list(object("", json!({ "montant": of("Montant"), "devise": of("Devise"), "date": moment() }), &[])),
            "contestations": said(list(object("", json!({
                "montant": of("Montant"), "devise": of("Devise"), "date": moment(),
                "perdue": said(flag(), "Whether the bank has decided for its customer."),
            }), &[])), "What its disputes hold or took for good; one that was won is gone."),
            "reste": said(of("Montant"), "What is left of it after them, in the same currency."),
        }), &[]),
        "Preuve": object("An event of Stripe's and what it changed.", preuve, &[]),
        "PreuveEntiere": object("The same, with the event itself.", entiere, &[]),
        "Courriel": object("A mail.", json!({
            "type": of("TypeCourriel"),
            "statut": of("StatutCourriel"),
            "tentatives": integer(),
            "erreur": said(nullable(text()), "What the mail server said last, when it did not take it."),
            "dateCreation": moment(),
            "dateEnvoi": nullable(moment()),
        }), &[]),
        "Dossier": object("All that is held about a client, without the links that open something.", json!({
            "client": of("Client"),
            "opportunites": list(of("Opportunite")),
            "sessionsPaiement": list(of("SessionPaiement")),
            "paiements": list(of("Paiement")),
            "remboursements": list(of("Remboursement")),
            "recus": list(of("Recu")),
            "evenementsStripe": list(object("An event of Stripe's as it is kept.", kept, &[])),
            "tickets": list(of("Ticket")),
            "evenements": list(of("Evenement")),
            "courriels": list(of("Courriel")),
        }), &[]),
    })
}

/// What an administrator sees.
fn operator() -> Value {
    let comparison = json!({ "fenetre": of("Fenetre"), "depuis": moment(), "verifies": integer(), "repares": integer(), "dateFin": moment() });
    let queue = json!({
        "nom": text(),
        "enAttente": integer(),
        "enCours": integer(),
        "retardes": integer(),
        "plusAncien": said(nullable(integer()), "For how many seconds the oldest of those that could run has waited."),
        "inconnus": said(integer(), "Jobs that wait for a newer worker."),
        "genresInconnus": list(text()),
        "quarantaine": integer(),
    });
    let worker = json!({ "nom": text(), "depuis": nullable(moment()), "travaux": list(text()) });
    let quarantined = json!({ "file": text(), "motif": words(["illisible", "non-signe"]), "date": moment() });
    json!({
        "Operations": object("How the instance is.", json!({
            "files": said(nullable(of("Files")), "Null while Redis does not answer."),
            "echecs": list(of("Echec")),
            "nombreEchecs": integer(),
            "rapprochements": said(list(object("", comparison, &[])), "The last comparisons with Stripe's events."),
        }), &[]),
        "Files": object("The queues and their workers.", json!({
            "queues": list(object("", queue, &[])),
            "workers": list(object("", worker, &[])),
            "quarantaine": said(list(object("", quarantined, &[])), "What no edge of ours wrote."),
        }), &[]),
        "Echec": object("A job that was given up.", json!({
            "id": id(),
            "type": text(),
            "motif": nullable(text()),
            "acteurType": words(["utilisateur", "client", "stripe", "systeme"]),
            "acteurNom": nullable(text()),
            "tentatives": integer(),
            "dateCreation": moment(),
            "dateFin": moment(),
            "relance": said(nullable(of("StatutJob")), "How far it is when it is being run again."),
        }), &[]),
        "Pret": object("Which of them answers.", json!({ "postgres": flag(), "redis": flag() }), &[]),
    })
}

/// What a client sees, and nothing else.
fn portal() -> Value {
    let freelance = json!({ "nom": text(), "logo": link() });
    let client = json!({ "nom": text(), "type": of("TypeClient") });
    json!({
        "Portail": object("", json!({
            "freelance": object("", freelance, &["logo"]),
            "client": object("", client, &[]),
            "opportunites": list(of("Prestation")),
            "tickets": list(of("Demande")),
        }), &[]),
        "Prestation": object("A deal, as its client sees it.", json!({
            "id": id(),
            "titre": text(),
            "montant": of("Montant"),
            "devise": of("Devise"),
            "echeance": day(),
            "statutPaiement": of("StatutPaiement"),
            "urlPaiement": nullable(link()),
            "lienPaiement": nullable(link()),
        }), &["echeance"]),
        "Demande": object("A ticket, as its client sees it.", json!({
            "id": id(),
            "sujet": text(),
            "typeTicket": of("TypeTicket"),
            "statutTicket": of("StatutTicket"),
            "dateCreation": moment(),
        }), &[]),
    })
}

/// What becomes of a write, well or badly.
fn jobs() -> Value {
    let job = |made: Value| {
        object(
            "",
            json!({
                "jobId": id(),
                "type": said(text(), "What it is to do: `CreateClient`."),
                "statut": of("StatutJob"),
                "resultat": { "anyOf": made, "description": "What it made, as it stands now: when it is `termine`." },
                "erreur": said(of("Probleme"), "When it is `rejete` or `echoue`."),
            }),
            &["resultat", "erreur"],
        )
    };
    let wrong = json!({ "champ": said(text(), "Its name in the body."), "code": text(), "detail": text() });
    json!({
        "Accepte": object("", json!({ "jobId": id(), "statut": words(["en_attente"]) }), &[]),
        "Job": job(json!([of("Client"), of("Opportunite"), of("Ticket"), of("Evenement"), of("Utilisateur"), of("JetonApi"), of("Reference")])),
        "JobPortail": job(json!([of("Prestation"), of("Demande"), of("Reference")])),
        "Reference": object("What is gone by now, or is shown nowhere: its id.", json!({
            "id": id(),
            "dejaLa": { "const": true, "description": "Only of a mail that stood there already." },
        }), &["dejaLa"]),
        "LienPaiement": object("", json!({
            "urlPaiement": said(nullable(link()), "Stripe's page; dies within a day."),
            "statutPaiementInitial": words(["en_attente"]),
            "lienPaiement": said(nullable(link()), "The durable link: what is copied and mailed."),
        }), &[]),
        "LienPortail": object("", json!({ "urlPortail": nullable(link()) }), &[]),
        "Probleme": object("A problem (RFC 9457).", json!({
            "type": said(text(), "`urn:guichet:erreur:` and the code."),
            "title": said(text(), "What is wrong, in the reader's language."),
            "status": integer(),
            "detail": said(text(), "The first thing to mend."),
            "code": said(text(), "The kind of problem, for programs."),
            "jobId": said(id(), "The job that was refused or given up."),
            "erreurs": said(list(object("", wrong, &[])), "Each wrong field."),
        }), &["jobId", "erreurs"]),
    })
}

/// What is sent.
fn bodies() -> Value {
    let new_password = json!({ "type": "string", "format": "password", "minLength": PASSWORD_LENGTH.start(), "maxLength": PASSWORD_LENGTH.end() });
    let version = json!({ "type": "string", "maxLength": VERSION_MAX, "description": "The `version` that was read: refused (409) when something else stands there by now." });
    json!({
        "Connexion": body(&["email", "motDePasse"], json!({ "email": address(), "motDePasse": password() })),
        "UpdateUtilisateur": change(json!({
            "nom": line(),
            "langue": of("Langue"),
            "fuseau": said(line(), "An IANA name: `Europe/Paris`."),
            "couleur": said(nullable(text()), "`#1a2b3c`; null takes it away."),
        })),
        "UpdateMotDePasse": body(&["motDePasseActuel", "motDePasse"], json!({ "motDePasseActuel": password(), "motDePasse": new_password })),
        "CreateJetonApi": body(&["nom", "motDePasseActuel"], json!({ "nom": { "type": "string", "minLength": 1, "maxLength": JETON_NOM_MAX }, "motDePasseActuel": password() })),
        "CreateClient": body(&["nom"], json!({
            "nom": line(),
            "type": said(of("TypeClient"), "`entreprise` unless said otherwise."),
            "email": nullable(address()),
            "langue": said(of("Langue"), "`fr` unless said otherwise."),
        })),
        "UpdateClient": change(json!({
            "nom": line(),
            "type": of("TypeClient"),
            "email": said(nullable(address()), "Null takes it away."),
            "langue": of("Langue"),
            "version": version,
        })),
        "CreateOpportunite": body(&["clientId", "titre"], json!({
            "clientId": id(),
            "titre": line(),
            "montantEstime": nullable(of("MontantSaisi")),
            "devise": said(of("DeviseSaisie"), "`EUR` unless said otherwise."),
            "echeance": nullable(day()),
            "etapePipeline": said(of("EtapePipeline"), "`prospect` unless said otherwise."),
        })),
        "UpdateOpportunite": change(json!({
            "titre": line(),
            "montantEstime": said(nullable(of("MontantSaisi")), "Null takes it away."),
            "devise": of("DeviseSaisie"),
            "echeance": said(nullable(day()), "Null takes it away."),
            "etapePipeline": of("EtapePipeline"),
            "version": version,
        })),
        "CreateCheckoutSession": body(&["opportuniteId"], json!({ "opportuniteId": id() })),
        "RecordPayment": body(&["moyen"], json!({
            "moyen": of("MoyenPaiement"),
            "datePaiement": said(day(), "Today unless said otherwise."),
            "montant": said(of("MontantSaisi"), "What the sender takes to be owed: refused when it is not."),
            "devise": of("DeviseSaisie"),
        })),
        "RefundPayment": body(&["montant"], json!({
            "montant": of("MontantSaisi"),
            "devise": said(of("DeviseSaisie"), "The currency that was read; another than the payment's is refused."),
            "paiementId": said(id(), "Of which payment; not needed where there is one."),
        })),
        "CreateTicket": body(&["clientId", "sujet", "description"], json!({
            "clientId": id(),
            "sujet": line(),
            "description": lines(),
            "typeTicket": said(of("TypeTicket"), "`question` unless said otherwise."),
        })),
        "CreateTicketPortail": body(&["sujet", "description"], json!({
            "sujet": line(),
            "description": lines(),
            "typeTicket": said(of("TypeTicket"), "`question` unless said otherwise."),
        })),
        "UpdateTicket": change(json!({ "statutTicket": of("StatutTicket"), "typeTicket": of("TypeTicket"), "version": version })),
        "ReplyTicket": body(&["corps"], json!({ "corps": lines() })),
        "RecordEmail": body(&["expediteur", "sujet", "corps"], json!({
            "expediteur": line(),
            "sujet": line(),
            "corps": lines(),
            "dateEvenement": said(moment(), "Now unless said otherwise."),
        })),
        "RecordNote": body(&["texte"], json!({ "texte": lines() })),
        "UpdateEvenement": change(json!({
            "clientId": said(id(), "Moves it to another client's timeline."),
            "expediteur": line(),
            "sujet": { "type": "string", "maxLength": LINE_MAX },
            "corps": { "type": "string", "maxLength": TEXT_MAX },
            "texte": said(lines(), "A note has this; a mail `expediteur`, `sujet` and `corps`."),
            "dateEvenement": moment(),
            "version": version,
        })),
    })
}
