//! Each route of the API: what it is called, takes and answers.

use serde_json::{Value, json};

use super::schemas::{integer, list, nullable, object, of, said, text, words};
use crate::api::bureau::list::LIMIT_MAX;
use crate::commands::{EML_MAX, LOGO_MAX};
use crate::job_options::WAIT_MAX;
use crate::queries::PER_PAGE;
use crate::routes::WEBHOOK;

/// One method of one path.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// What the specification wants of it, but its tag and what its path says.
    body: Value,
}

impl Operation {
    /// As the document shows it, among others of its kind.
    pub(super) fn described(self, tag: &str) -> Value {
        let mut body = self.body;
        body["tags"] = json!([tag]);
        for name in
            ["id", "token", "evt"].into_iter().filter(|name| self.path.contains(&format!("{{{name}}}")))
        {
            push(&mut body, parameter(name));
        }
        body
    }

    /// Takes parameters in its query string.
    fn query<const N: usize>(mut self, parameters: [Value; N]) -> Self {
        for parameter in parameters {
            push(&mut self.body, parameter);
        }
        self
    }

    /// Takes a JSON object.
    fn takes(self, schema: &str) -> Self {
        self.takes_one_of(json!({ "application/json": { "schema": of(schema) } }))
    }

    fn takes_one_of(mut self, content: Value) -> Self {
        self.body["requestBody"] = json!({ "required": true, "content": content });
        self
    }

    /// Answers also with this.
    fn or(mut self, status: &str, answer: Value) -> Self {
        self.body["responses"][status] = answer;
        self
    }

    fn note(mut self, description: &str) -> Self {
        self.body["description"] = json!(description);
        self
    }

    /// Lets no script in.
    fn in_person(mut self) -> Self {
        self.body["security"] = json!([{ "session": [] }]);
        self
    }

    /// Needs no account.
    fn public(mut self) -> Self {
        self.body["security"] = json!([]);
        self
    }
}

fn push(body: &mut Value, parameter: Value) {
    if let Some(parameters) = body["parameters"].as_array_mut() {
        parameters.push(parameter);
    }
}

fn parameter(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// An operation that answers at once: with this, or a problem.
fn at_once(
    method: &'static str,
    path: &'static str,
    id: &str,
    summary: &str,
    (status, answer): (&str, Value),
) -> Operation {
    let responses = json!({ status: answer, "default": { "$ref": "#/components/responses/Probleme" } });
    let body = json!({ "operationId": id, "summary": summary, "parameters": [], "responses": responses });
    Operation { method, path, body }
}

fn get(path: &'static str, id: &str, summary: &str, answer: Value) -> Operation {
    at_once("get", path, id, summary, ("200", answer))
}

/// An operation that queues a job. Its id is the job's kind.
fn write(
    method: &'static str,
    path: &'static str,
    id: &str,
    summary: &str,
    answer: (&str, Value),
) -> Operation {
    let accepted = json!({ "$ref": "#/components/responses/Accepte" });
    at_once(method, path, id, summary, answer)
        .or("202", accepted)
        .query([parameter("Prefer"), parameter("Idempotency-Key")])
}

/// An answer with a body.
fn answer(description: &str, schema: Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn shown(schema: &str) -> Value {
    answer("As it stands now.", of(schema))
}

/// For who waited: what was changed.
fn changed(schema: &str) -> (&'static str, Value) {
    ("200", shown(schema))
}

/// For who waited: what was made.
fn made(schema: &str) -> (&'static str, Value) {
    ("201", shown(schema))
}

fn nothing() -> (&'static str, Value) {
    ("204", json!({ "description": "Done." }))
}

fn signed_in() -> (&'static str, Value) {
    let cookie = json!({ "Set-Cookie": { "description": "The new session.", "schema": text() } });
    ("204", json!({ "description": "Done.", "headers": cookie }))
}

fn page(schema: &str) -> Value {
    let next = said(nullable(text()), "What to pass as `apres` for the next page; null on the last.");
    answer("A page of them.", object("", json!({ "elements": list(of(schema)), "suivant": next }), &[]))
}

fn filter(name: &str, schema: Value, description: &str) -> Value {
    json!({ "name": name, "in": "query", "schema": schema, "description": description })
}

/// What several operations take.
pub(super) fn parameters() -> Value {
    let path = |name: &str, description: &str| json!({ "name": name, "in": "path", "required": true, "schema": text(), "description": description });
    let header = |name: &str, schema: Value, description: String| json!({ "name": name, "in": "header", "schema": schema, "description": description });
    json!({
        "id": path("id", "The `id` of what stands before it in the path."),
        "token": path("token", "The secret of the client's private link. It lets in by itself: no account, no cookie."),
        "evt": path("evt", "Stripe's id of the event."),
        "apres": filter("apres", text(), "Where the page begins: `suivant` of the page before."),
        "limite": filter("limite", limit(PER_PAGE, LIMIT_MAX), "How many rows."),
        "clientId": filter("clientId", text(), "Only this client's."),
        "Prefer": header("Prefer", text(), format!(
            "`wait=N`: wait for the job for N seconds, {} at most, and answer with what became of it. Without it, or \
             when time is up, the answer is 202.", WAIT_MAX.as_secs())),
        "Idempotency-Key": header("Idempotency-Key", json!({ "type": "string", "pattern": "^[!-~]{1,255}$" }),
            "A text of the sender's own. The same request under the same key is done once; another one is refused \
             (422).".to_owned()),
    })
}

fn limit(default: i64, max: i64) -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": max, "default": default })
}

fn accepted(schema: Value) -> Value {
    let mut accepted = answer("Accepted: a job does it, and its address tells what became of it.", schema);
    accepted["headers"] =
        json!({ "Location": { "description": "The job's address.", "required": true, "schema": text() } });
    accepted
}

/// What several operations answer.
pub(super) fn responses() -> Value {
    let problem = "What is wrong, in the reader's language: 400 not understood; 401 nobody is signed in, or the token opens nothing; 403 from another \
                   site, or not for a token; 404 nothing, or nothing of yours; 409 not as things stand; 413, 415 not a body that is read; \
                   422 a field is wrong; 429 too often; 503 something does not answer.";
    json!({
        "Accepte": accepted(of("Accepte")),
        "Probleme": {
            "description": problem,
            "headers": { "Retry-After": { "description": "When to come again, in seconds.", "schema": integer() } },
            "content": { "application/problem+json": { "schema": of("Probleme") } },
        },
    })
}

/// All operations, by what they are about.
#[rustfmt::skip]
pub(super) fn all() -> [(&'static str, &'static str, Vec<Operation>); 9] {
    [
        ("compte", "Signing in, the account, its sessions", compte()),
        ("clients", "Clients and their timelines", clients()),
        ("opportunites", "Deals", opportunites()),
        ("paiements", "Payment links, payments, refunds, receipts, and their proof", paiements()),
        ("tickets", "Questions and answers", tickets()),
        ("recherche", "Search", recherche()),
        ("jobs", "What became of a write", jobs()),
        ("portail", "A client's private page, for programs", portail()),
        ("instance", "The operator's and Stripe's", instance()),
    ]
}

#[rustfmt::skip]
fn compte() -> Vec<Operation> {
    let logo = json!({ "image/*": { "schema": {} } });
    vec![
        at_once("post", "/api/connexion", "signIn", "Opens a session", signed_in()).takes("Connexion").public(),
        at_once("post", "/api/deconnexion", "signOut", "Ends the caller's session", nothing()).public(),
        get("/api/utilisateur", "showUtilisateur", "The caller's account", shown("Utilisateur")),
        write("patch", "/api/utilisateur", "updateUtilisateur", "Changes name, language, time zone", changed("Utilisateur")).takes("UpdateUtilisateur"),
        write("put", "/api/utilisateur/logo", "updateLogo", "Sets the logo of the clients' pages", changed("Utilisateur")).takes_one_of(logo)
            .note(&format!("A PNG, JPEG or WebP of {} kB at most.", LOGO_MAX / 1024)),
        write("delete", "/api/utilisateur/logo", "removeLogo", "Takes the logo away", changed("Utilisateur")),
        at_once("post", "/api/utilisateur/mot-de-passe", "updateMotDePasse", "Changes the password; all sessions end", signed_in()).takes("UpdateMotDePasse").in_person(),
        get("/api/sessions", "listSessions", "The open sessions, the caller's first", answer("All of them.", list(of("Session")))).in_person(),
        at_once("delete", "/api/sessions", "closeSessions", "Ends all sessions but the caller's", nothing()).in_person(),
        at_once("delete", "/api/sessions/{id}", "closeSession", "Ends a session", nothing()).in_person(),
        get("/api/utilisateur/jetons", "listJetonsApi", "The access tokens for scripts, newest first", answer("All of them.", list(of("JetonApi")))).in_person(),
        write("post", "/api/utilisateur/jetons", "createJetonApi", "Makes an access token, and shows it this once", made("NouveauJetonApi")).takes("CreateJetonApi")
            .or("202", accepted(of("NouveauJetonApiAccepte"))).in_person()
            .note("Sent again under its key it is refused (409): the token was shown."),
        write("delete", "/api/utilisateur/jetons/{id}", "revokeJetonApi", "Revokes an access token; it is dead at once", changed("Reference")).in_person(),
    ]
}

#[rustfmt::skip]
fn clients() -> Vec<Operation> {
    let mail = json!({ "application/json": { "schema": of("RecordEmail") }, "message/rfc822": { "schema": {} } });
    vec![
        get("/api/clients", "listClients", "The clients, newest first", page("Client"))
            .query([filter("recherche", text(), "Looked for in names and addresses."), parameter("apres"), parameter("limite")]),
        write("post", "/api/clients", "createClient", "Adds a client", made("Client")).takes("CreateClient"),
        get("/api/clients/{id}", "showClient", "A client", shown("Client")),
        write("patch", "/api/clients/{id}", "updateClient", "Changes a client's card", changed("Client")).takes("UpdateClient"),
        write("delete", "/api/clients/{id}", "deleteClient", "Deletes a client and all that is theirs; 409 once there are payments", changed("Reference")),
        get("/api/clients/{id}/donnees", "showDonnees", "All that is held about a client", shown("Dossier")),
        write("post", "/api/clients/{id}/effacement", "eraseClient", "Forgets a client; the ledger stays under a pseudonym", changed("Client")),
        get("/api/clients/{id}/timeline", "showTimeline", "What happened with a client, latest first", page("Evenement"))
            .query([filter("typeEvenement", of("TypeEvenement"), "Only this."), parameter("apres"), parameter("limite")]),
        write("post", "/api/clients/{id}/emails", "recordEmail", "Puts a mail on the timeline", made("Evenement")).takes_one_of(mail)
            .or("200", answer("It stood there already (`dejaLa`).", of("Evenement")))
            .note(&format!("As fields, or the mail itself (`.eml`), {} MB at most. The same mail twice stands once.", EML_MAX / 1024 / 1024)),
        write("post", "/api/clients/{id}/notes", "recordNote", "Puts a note on the timeline", made("Evenement")).takes("RecordNote"),
        write("post", "/api/clients/{id}/portail", "generatePortail", "Makes the private link anew; the old one dies at once", made("LienPortail")),
        write("delete", "/api/clients/{id}/portail", "revokePortail", "Takes the private link away", changed("Client")),
        write("patch", "/api/evenements/{id}", "updateEvenement", "Edits a mail or a note, or moves it to another client", changed("Evenement")).takes("UpdateEvenement"),
        write("delete", "/api/evenements/{id}", "deleteEvenement", "Deletes a mail or a note", changed("Reference")),
        write("post", "/api/evenements/{id}/lecture", "readEvenement", "It was seen, and the news before it about the same deal or ticket", changed("Evenement")),
    ]
}

#[rustfmt::skip]
fn opportunites() -> Vec<Operation> {
    vec![
        get("/api/opportunites", "listOpportunites", "The deals, newest first", page("Opportunite")).query([
            filter("recherche", text(), "Looked for in titles and clients' names."),
            parameter("clientId"),
            filter("etapePipeline", of("EtapePipeline"), "In this stage."),
            filter("statutPaiement", of("StatutPaiement"), "Won, and with this payment status."),
            filter("devise", of("DeviseSaisie"), "In this currency."),
            filter("echeance", of("Echeance"), "By the due date."),
            parameter("apres"),
            parameter("limite"),
        ]),
        write("post", "/api/opportunites", "createOpportunite", "Notes a deal", made("Opportunite")).takes("CreateOpportunite"),
        get("/api/opportunites/{id}", "showOpportunite", "A deal", shown("Opportunite")),
        write("patch", "/api/opportunites/{id}", "updateOpportunite", "Changes a deal; another price, or another stage than `gagne`, closes the open payment page", changed("Opportunite")).takes("UpdateOpportunite"),
        write("delete", "/api/opportunites/{id}", "deleteOpportunite", "Deletes a deal; 409 once there are payments", changed("Reference")),
    ]
}

#[rustfmt::skip]
fn paiements() -> Vec<Operation> {
    let three = json!({ "sessions": list(of("SessionPaiement")), "paiements": list(of("Paiement")), "remboursements": list(of("Remboursement")) });
    vec![
        write("post", "/api/paiements/stripe/session", "createCheckoutSession", "Makes the payment link of a won deal", made("LienPaiement")).takes("CreateCheckoutSession"),
        write("post", "/api/opportunites/{id}/envoi", "sendLienPaiement", "Mails the payment link to the client", changed("Opportunite")),
        write("delete", "/api/opportunites/{id}/lien", "cancelPaymentLink", "Cancels the payment link; it is dead at once", changed("Opportunite")),
        write("post", "/api/opportunites/{id}/verification", "refreshPayment", "Asks Stripe how the payment stands", changed("Opportunite")),
        write("post", "/api/opportunites/{id}/encaissement", "recordPayment", "Marks a deal paid: the money came another way than Stripe", made("Opportunite")).takes("RecordPayment"),
        write("delete", "/api/opportunites/{id}/encaissement", "reversePayment", "Takes that back", changed("Opportunite")),
        write("post", "/api/opportunites/{id}/remboursements", "refundPayment", "Gives money back, whole or in part", made("Opportunite")).takes("RefundPayment"),
        get("/api/opportunites/{id}/paiements", "listPaiements", "A deal's attempts, ledger and refunds, latest first", answer("All three.", object("", three, &[]))),
        get("/api/opportunites/{id}/recus", "listRecus", "A deal's receipts, latest first", answer("The last fifty.", list(of("Recu")))),
        get("/api/opportunites/{id}/evenements-stripe", "listEvenementsStripe", "Stripe's events about a deal and what each changed, latest first", answer("The last fifty.", list(of("Preuve")))),
        get("/api/opportunites/{id}/evenements-stripe/{evt}", "showEvenementStripe", "An event as Stripe sent it", shown("PreuveEntiere")),
        write("post", "/api/opportunites/{id}/evenements-stripe/{evt}/rejeu", "replayStripeEvent", "Applies an event once more; nothing doubles", changed("Opportunite")),
    ]
}

#[rustfmt::skip]
fn tickets() -> Vec<Operation> {
    vec![
        get("/api/tickets", "listTickets", "The tickets, first where something happened last", page("Ticket")).query([
            filter("recherche", text(), "Looked for in subjects and clients' names."),
            parameter("clientId"),
            filter("statutTicket", of("StatutTicket"), "With this status."),
            parameter("apres"),
            parameter("limite"),
        ]),
        write("post", "/api/tickets", "createTicket", "Opens a ticket with a client", made("Ticket")).takes("CreateTicket"),
        get("/api/tickets/{id}", "showTicket", "A ticket with its thread", shown("Ticket")),
        write("patch", "/api/tickets/{id}", "updateTicket", "Moves a ticket", changed("Ticket")).takes("UpdateTicket"),
        write("post", "/api/tickets/{id}/messages", "replyTicket", "Answers on a ticket", made("Ticket")).takes("ReplyTicket"),
    ]
}

#[rustfmt::skip]
fn recherche() -> Vec<Operation> {
    let found = object("", json!({ "elements": list(of("Trouvaille")) }), &[]);
    vec![
        get("/api/recherche", "find", "Clients, deals, tickets, mails and notes", answer("By type, best first.", found)).query([
            filter("q", text(), "Every word, as the beginning of a word."),
            filter("type", of("Genre"), "Only this."),
            filter("limite", limit(5, 50), "How many of each type."),
        ]),
    ]
}

#[rustfmt::skip]
fn jobs() -> Vec<Operation> {
    vec![
        get("/api/jobs/{id}", "showJob", "How far a job is, to who asked for it; 200 also when it was refused", shown("Job")).query([parameter("Prefer")]),
    ]
}

#[rustfmt::skip]
fn portail() -> Vec<Operation> {
    vec![
        get("/api/portail/{token}", "showPortail", "What a client owes, has paid and has asked", shown("Portail")).public(),
        write("post", "/api/portail/{token}/tickets", "createTicketPortail", "A client's question", made("Demande")).takes("CreateTicketPortail").public(),
        write("post", "/api/portail/{token}/tickets/{id}/messages", "replyTicketPortail", "A client's answer", made("Demande")).takes("ReplyTicket").public(),
        get("/api/portail/{token}/jobs/{id}", "showJobPortail", "How far a client's job is", shown("JobPortail")).query([parameter("Prefer")]).public(),
    ]
}

#[rustfmt::skip]
fn instance() -> Vec<Operation> {
    let administrators = "For administrators; anybody else finds nothing here (404).";
    let signature = json!({ "name": "Stripe-Signature", "in": "header", "required": true, "schema": text() });
    let alive = object("", json!({ "statut": words(["ok"]) }), &[]);
    let page_of_error = json!({ "description": "A page that says what is wrong.", "content": { "text/html": {} } });
    vec![
        get("/api/operations", "showOperations", "Queues, workers, jobs that were given up", shown("Operations")).note(administrators),
        at_once("post", "/api/operations/jobs/{id}/reexecuter", "reexecute", "Runs a job that was given up once more", ("202", answer("Queued; who asked for it follows it.", of("Accepte"))))
            .note(administrators),
        at_once("post", WEBHOOK, "processStripeWebhook", "Where Stripe brings its events", ("200", json!({ "description": "The queue has it." })))
            .query([signature]).takes_one_of(json!({ "application/json": { "schema": { "type": "object" } } })).public(),
        get("/api/openapi.json", "showOpenapi", "This document", answer("OpenAPI 3.1.", json!({ "type": "object" }))).public()
            .or("304", json!({ "description": "It is the one that `If-None-Match` names." })),
        get("/sante", "live", "Whether the process lives", answer("It does.", alive)).or("default", page_of_error.clone()).public(),
        get("/pret", "ready", "Whether the process can work", answer("Both answer.", of("Pret")))
            .or("503", answer("One does not.", of("Pret"))).or("default", page_of_error).public(),
    ]
}
