//! Every page in every state that it can be brought to: what is looked at, measured and photographed.
//!
//! Three freelancers: one with the sample data, one whose clients have the names that break layouts, one who
//! has nothing yet.

use common::jeton::{INSTALLATION_BYTES, Jeton, OUBLI_BYTES};
use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use sandbox::echantillon::{self, FREELANCE_EMAIL, Guichet};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::app::PASSWORD;
use crate::{Answer, App, Browser, Bureau, Portail, until};

/// Through what pages are looked at: a phone and a desk, in the light and in the dark.
pub const VIEWS: [(u32, bool); 4] = [(1280, false), (1280, true), (390, false), (390, true)];

/// Has nothing yet.
const VIDE: &str = "vide@example.org";
/// Has everything, in quantities and lengths that nobody drew.
const PLEIN: &str = "plein@example.org";

/// Sends the page's last form that one writes in (of a tab, the tab's), empty, as a browser without a script does.
const SEND_EMPTY: &str = "const written = 'input:not([type=hidden], [type=radio], [type=date]), textarea'; \
     const zone = new URLSearchParams(location.search).has('onglet') ? '#ajouter' : 'main'; \
     const forms = [...document.querySelectorAll(`${zone} form[method=post]`)]; \
     const form = forms.filter((form) => form.querySelector(written)).at(-1); \
     for (const field of form.querySelectorAll(written)) field.value = ''; \
     HTMLFormElement.prototype.submit.call(form)";
/// Makes an API token.
const NEW_JETON: &str = "const form = document.querySelector('form[action=\"/reglages/jetons\"]'); \
     form.querySelector('[name=nom]').value = 'Sauvegarde du soir'; \
     form.querySelector('[name=motDePasseActuel]').value = 'un mot de passe assez long'; \
     HTMLFormElement.prototype.submit.call(form)";
const PALETTE: &str = "document.querySelector('[data-dialogue=palette]').showModal()";
const CLAVIER: &str = "document.querySelector('[data-dialogue=clavier]').showModal()";
/// Whether an error's page stands where a page was meant.
const DEAD: &str = "return document.querySelector('h1[data-lien-mort]') !== null || \
     /^(Erreur|Error) 404$/.test(document.querySelector('.accueil > .label')?.textContent ?? '')";
const UNFOLD: &str =
    "for (const fold of document.querySelectorAll('main details, footer details')) fold.open = true";

/// A page in one of its states.
#[derive(Debug, Clone)]
pub struct Ecran {
    /// What it is called: a file's name.
    pub nom: String,
    /// Its line of the URL table; none for a page of no route.
    pub route: &'static str,
    /// Who is signed in; nobody on a client's page.
    pub qui: Option<&'static str>,
    /// Its path, with the query.
    pub chemin: String,
    /// What brings it to its state.
    geste: Geste,
}

/// What brings a page to its state.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Geste {
    /// Its address alone.
    Rien,
    /// A script in the page.
    Script(&'static str),
    /// Something that happens to the product, for good, before the page is opened.
    Panne(Panne),
}

/// What happens to the product.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Panne {
    /// Mails can be sent.
    Courriel,
    /// Another site sends a form.
    AutreSite,
    /// No worker runs, and a job waits.
    SansWorker,
    /// A table is gone: our own fault.
    SansTable,
    /// Nobody has an account yet.
    SansCompte,
    /// A job was set aside.
    MisDeCote,
    /// Redis is down.
    SansRedis,
}

impl Ecran {
    fn new(
        nom: impl Into<String>,
        route: &'static str,
        qui: Option<&'static str>,
        chemin: impl Into<String>,
    ) -> Self {
        Self { nom: nom.into(), route, qui, chemin: chemin.into(), geste: Geste::Rien }
    }

    /// Whether its address alone shows it.
    pub fn is_plain(&self) -> bool {
        self.geste == Geste::Rien
    }

    fn after(self, suffix: &str, geste: &'static str) -> Self {
        Self { nom: format!("{}-{suffix}", self.nom), geste: Geste::Script(geste), ..self }
    }
}

/// The product with all that the pages show, and the pages.
#[derive(Debug)]
pub struct Monde {
    /// The product.
    pub app: App,
    /// The pages, by who is signed in; those that hurt the product last.
    pub ecrans: Vec<Ecran>,
    claire: Bureau,
    /// The one-time link of an instance without accounts.
    installation: String,
}

impl Monde {
    /// Deploys and fills the product for people who read this language.
    pub async fn start(langue: &str) -> Self {
        let app = App::start().await;
        let installation = until("the worker prints the link", || async {
            let log = app.log("worker");
            log.split_whitespace().find(|word| word.contains("/installation/")).map(str::to_owned)
        })
        .await;
        for email in [FREELANCE_EMAIL, PLEIN, VIDE] {
            app.create_user(email);
        }
        let guichet = Guichet::sign_in(&app.base, FREELANCE_EMAIL, PASSWORD).await.expect("it signs in");
        echantillon::load(&guichet, app.simulateur.base()).await.expect("the sample data");
        let claire = Bureau::sign_in(&app, FREELANCE_EMAIL).await;
        let plein = Bureau::sign_in(&app, PLEIN).await;
        fill(&app, &plein).await;
        for table in ["utilisateur", "client"] {
            let sql = AssertSqlSafe(format!("UPDATE {table} SET langue = $1"));
            sqlx::query(sql).bind(langue).execute(&app.db).await.expect("it is the owner");
        }
        let oubli = Jeton::generate::<OUBLI_BYTES>(&mut rand::rng());
        let open = "UPDATE utilisateur SET oubli_hash = $1, oubli_expiration = now() + interval '1 hour' WHERE email = $2";
        sqlx::query(open).bind(oubli.hash()).bind(VIDE).execute(&app.db).await.expect("it is the owner");
        let ecrans = [
            visitors(&format!("/mot-de-passe/{}", oubli.expose())),
            emptiness(),
            of(&plein, PLEIN, "plein-").await,
            of(&claire, FREELANCE_EMAIL, "").await,
            misfortunes(&claire).await,
        ];
        Self { app, ecrans: ecrans.concat(), claire, installation }
    }

    /// Opens a page and brings it to its state. `signed_in` remembers who the window belongs to.
    pub async fn open(&mut self, browser: &Browser, ecran: &Ecran, signed_in: &mut Option<&'static str>) {
        if let Some(email) = ecran.qui
            && ecran.qui != *signed_in
        {
            browser.sign_in(&self.app.base, email).await;
            *signed_in = Some(email);
        }
        let mut url = format!("{}{}", self.app.base, ecran.chemin);
        if let Geste::Panne(panne) = ecran.geste {
            url = self.suffer(panne, url).await;
        }
        browser.go(&url).await;
        match ecran.geste {
            Geste::Script(script) => {
                browser.run(script).await;
                if script == SEND_EMPTY {
                    browser.find("//*[@aria-invalid='true' or @role='alert']").await;
                }
                if script == NEW_JETON {
                    browser.find("//*[@data-jeton]").await;
                }
            }
            Geste::Panne(Panne::AutreSite) => {
                browser.run("document.querySelector('form').submit()").await;
                browser.find("//h1").await;
            }
            _ => {}
        }
        let meant = ecran.nom.contains("lien-mort") || ecran.nom.contains("404");
        assert_eq!(browser.run(DEAD).await, meant, "{} is no page of its name", ecran.nom);
    }

    /// Lets something happen: the address that shows it.
    async fn suffer(&mut self, panne: Panne, url: String) -> String {
        match panne {
            Panne::AutreSite => {
                return format!("data:text/html,<form method=post action={}/deconnexion>", self.app.base);
            }
            Panne::SansWorker => {
                self.app.kill_workers();
                let note = json!({ "texte": "En attendant." });
                let path = format!("/api/clients/{}/notes", client_with_mail(&self.claire).await);
                let request = self.claire.request(Method::POST, &path).json(&note);
                let job = Answer::of(request).await.expect(202);
                return format!("{}/jobs/{}", self.app.base, text(&job["jobId"]));
            }
            Panne::MisDeCote => {
                let client = client_with_mail(&self.claire).await.parse().expect("an id");
                self.app.park_note(FREELANCE_EMAIL, client).await;
            }
            Panne::Courriel => self.execute("UPDATE instance SET smtp = true").await,
            Panne::SansTable => self.execute("ALTER TABLE client RENAME TO parti").await,
            Panne::SansCompte => {
                self.execute("TRUNCATE utilisateur CASCADE").await;
                // As before the first account was made.
                let jeton = self
                    .installation
                    .rsplit('/')
                    .next()
                    .and_then(|jeton| Jeton::parse(jeton, INSTALLATION_BYTES));
                sqlx::query("UPDATE instance SET installation_hash = $1")
                    .bind(jeton.expect("the worker's link").hash())
                    .execute(&self.app.db)
                    .await
                    .expect("it is the owner");
                return self.installation.clone();
            }
            Panne::SansRedis => self.app.redis.stop().expect("it stops"),
        }
        url
    }

    async fn execute(&self, sql: &'static str) {
        sqlx::query(sql).execute(&self.app.db).await.expect(sql);
    }
}

/// The pages of those who are not signed in.
fn visitors(oubli: &str) -> Vec<Ecran> {
    let connexion = Ecran::new("connexion", "/connexion", None, "/connexion");
    let nouveau = Ecran::new("mot-de-passe", "/mot-de-passe/{token}", None, oubli);
    let dead = |nom: &str, route, chemin: String| Ecran::new(nom, route, None, chemin);
    vec![
        connexion.clone(),
        connexion.after("refusee", SEND_EMPTY),
        Ecran::new("oubli-sans-courriel", "/mot-de-passe-oublie", None, "/mot-de-passe-oublie"),
        nouveau.clone(),
        nouveau.after("refuse", SEND_EMPTY),
        dead("mot-de-passe-lien-mort", "/mot-de-passe/{token}", format!("/mot-de-passe/{}", "0".repeat(64))),
        dead("installation-lien-mort", "/installation/{token}", format!("/installation/{}", "0".repeat(64))),
        dead("portail-lien-mort", "/portail/{token}", format!("/portail/{}", "0".repeat(96))),
        dead("payer-lien-mort", "/payer/{token}", format!("/payer/{}", "0".repeat(64))),
        dead("erreur-404", "", "/rien".into()),
        Ecran::new("styleguide", "/styleguide", None, "/styleguide"),
    ]
}

/// The pages of somebody who has nothing yet.
fn emptiness() -> Vec<Ecran> {
    let page = |nom, route, chemin| Ecran::new(nom, route, Some(VIDE), chemin);
    let nouveau = page("clients-nouveau", "/clients", "/clients?nouveau=1");
    vec![
        page("vide-tableau", "/", "/"),
        page("vide-clients", "/clients", "/clients"),
        nouveau.clone(),
        nouveau.after("refuse", SEND_EMPTY),
        page("vide-opportunites", "/opportunites", "/opportunites"),
        page("vide-opportunites-liste", "/opportunites", "/opportunites?vue=liste"),
        page("vide-opportunites-nouvelle", "/opportunites", "/opportunites?nouveau=1"),
        page("vide-tickets", "/tickets", "/tickets"),
        page("vide-recherche", "/recherche", "/recherche"),
        page("vide-reglages", "/reglages", "/reglages"),
        page("bureau-404", "/clients/{id}", "/clients/00000000-0000-7000-8000-000000000000"),
    ]
}

/// What is shown when something is wrong, and before anything is there. What happens stays so.
async fn misfortunes(bureau: &Bureau) -> Vec<Ecran> {
    let page = |nom, route, chemin: &str, panne| {
        let ecran = Ecran::new(nom, route, Some(FREELANCE_EMAIL), chemin);
        Ecran { geste: Geste::Panne(panne), ..ecran }
    };
    let ticket =
        json!({ "sujet": "Encore une question", "description": "Une seule.", "typeTicket": "question" });
    let clients = elements(bureau, "/api/clients").await;
    let portail = clients.iter().find_map(|client| client["urlPortail"].as_str()).expect("a portal");
    let portail = Portail::visit(portail, bureau.base());
    let job = text(&portail.push("/tickets", ticket).await.expect(202)["jobId"]);
    // Its job is done by then: the page leads on to what it made.
    let job = format!("/portail/{}/jobs/{job}", portail.token);
    let reglages = Ecran::new("reglages", "/reglages", Some(FREELANCE_EMAIL), "/reglages");
    let oubli = Ecran::new("oubli", "/mot-de-passe-oublie", None, "/mot-de-passe-oublie");
    vec![
        Ecran { geste: Geste::Panne(Panne::Courriel), ..oubli.clone() },
        oubli.after("refuse", SEND_EMPTY),
        Ecran::new("oubli-envoye", "/mot-de-passe-oublie", None, "/mot-de-passe-oublie?envoye=1"),
        reglages.clone(),
        reglages.clone().after("refuse", SEND_EMPTY),
        reglages.clone().after("jeton", NEW_JETON),
        Ecran { nom: "reglages-jetons".into(), ..reglages },
        Ecran::new("portail-job", "/portail/{token}/jobs/{id}", None, job),
        Ecran::new("operations-calme", "/operations", Some(FREELANCE_EMAIL), "/operations"),
        page("operations", "/operations", "/operations", Panne::MisDeCote),
        page("erreur-403", "", "", Panne::AutreSite),
        page("job-en-attente", "/jobs/{id}", "", Panne::SansWorker),
        page("erreur-500", "/clients", "/clients", Panne::SansTable),
        Ecran {
            geste: Geste::Panne(Panne::SansCompte),
            ..Ecran::new("installation", "/installation/{token}", None, "")
        },
        page("erreur-503", "/", "/", Panne::SansRedis),
    ]
}

/// The pages of somebody who has things: one deal of each state, every client, their links.
async fn of(bureau: &Bureau, email: &'static str, prefix: &str) -> Vec<Ecran> {
    let page =
        |nom: &str, route, chemin: &str| Ecran::new(format!("{prefix}{nom}"), route, Some(email), chemin);
    let trouve = if prefix.is_empty() { "/recherche?q=s" } else { "/recherche?q=prestation" };
    let mut ecrans = vec![
        page("tableau", "/", "/"),
        page("clients", "/clients", "/clients"),
        page("opportunites", "/opportunites", "/opportunites"),
        page("opportunites", "/opportunites", "/opportunites").after("depliees", UNFOLD),
        page("opportunites-liste", "/opportunites", "/opportunites?vue=liste"),
        page("opportunites-nouvelle", "/opportunites", "/opportunites?nouveau=1"),
        page("opportunites-nouvelle", "/opportunites", "/opportunites?nouveau=1")
            .after("refusee", SEND_EMPTY),
        page("tickets", "/tickets", "/tickets"),
        page("tickets-nouveau", "/tickets", "/tickets?nouveau=1"),
        page("recherche", "/recherche", trouve),
        page("recherche", "/recherche", trouve).after("palette", PALETTE),
        page("recherche", "/recherche", trouve).after("clavier", CLAVIER),
    ];
    let mut states = Vec::new();
    for deal in elements(bureau, "/api/opportunites").await {
        let link = if deal["dateLien"].is_null() { "sans-lien" } else { "lien" };
        let state = format!("{}-{}-{link}", text(&deal["etapePipeline"]), text(&deal["statutPaiement"]));
        if states.contains(&state) {
            continue;
        }
        let chemin = format!("/opportunites/{}", text(&deal["id"]));
        let ecran = page(&format!("opportunite-{state}"), "/opportunites/{id}", &chemin);
        if ["gagne-paye-lien", "gagne-en_attente-lien"].contains(&state.as_str()) {
            ecrans.push(ecran.clone().after("depliee", UNFOLD));
        }
        ecrans.push(ecran);
        let statut = text(&deal["statutPaiement"]);
        let recu = format!("{chemin}/recu");
        ecrans.push(page(&format!("recu-{statut}"), "/opportunites/{id}/recu", &recu));
        let proof = bureau.get(&format!("/api{chemin}/evenements-stripe")).await.expect(200);
        if let Some(event) = proof.as_array().and_then(|events| events.first()) {
            let route = "/opportunites/{id}/evenements-stripe/{evt}";
            let chemin = format!("{chemin}/evenements-stripe/{}", text(&event["stripeEventId"]));
            ecrans.push(page("evenement-stripe", route, &chemin));
        }
        if let Some(link) = deal["lienPaiement"].as_str() {
            ecrans.push(visit(&format!("{prefix}payer-{statut}"), "/payer/{token}", link));
            let recu = format!("{link}/recu");
            ecrans.push(visit(&format!("{prefix}payer-recu-{statut}"), "/payer/{token}/recu", &recu));
            if deal["statutPaiement"] == "en_attente" {
                for retour in ["annule", "verifie"] {
                    let link = format!("{link}?retour={retour}");
                    ecrans.push(visit(&format!("{prefix}payer-{retour}"), "/payer/{token}", &link));
                }
            }
        }
        states.push(state);
    }
    for (rang, client) in elements(bureau, "/api/clients").await.iter().enumerate() {
        let chemin = format!("/clients/{}", text(&client["id"]));
        let ecran = page(&format!("client-{rang}"), "/clients/{id}", &chemin);
        if let Some(portail) = client["urlPortail"].as_str() {
            ecrans.extend(portal(bureau, &format!("{prefix}portail-{rang}"), portail, client).await);
            ecrans.push(page("client-modifier", "/clients/{id}", &format!("{chemin}?modifier=1")));
            for onglet in ["note", "ticket"] {
                let chemin = format!("{chemin}?onglet={onglet}");
                ecrans.push(
                    page(&format!("client-{onglet}"), "/clients/{id}", &chemin).after("refuse", SEND_EMPTY),
                );
            }
        }
        ecrans.push(ecran.clone());
        ecrans.push(page("client-effacer", "/clients/{id}/effacer", &format!("{chemin}/effacer")));
        if rang == 0 {
            ecrans.push(ecran.after("deplie", UNFOLD));
        }
    }
    if let Some(ticket) = elements(bureau, "/api/tickets").await.first() {
        let chemin = format!("/tickets/{}", text(&ticket["id"]));
        ecrans.push(page("ticket", "/tickets/{id}", &chemin));
    }
    let events =
        bureau.get(&format!("/api/clients/{}/timeline", client_with_mail(bureau).await)).await.expect(200);
    for event in events["elements"].as_array().into_iter().flatten() {
        if ["note", "email_client"].contains(&text(&event["typeEvenement"]).as_str()) {
            let chemin = format!("/evenements/{}", text(&event["id"]));
            ecrans.push(page(
                &format!("evenement-{}", text(&event["typeEvenement"])),
                "/evenements/{id}",
                &chemin,
            ));
        }
    }
    ecrans.push(page("job-refuse", "/jobs/{id}", &format!("/jobs/{}", refused_job(bureau).await)));
    let mut seen = Vec::new();
    ecrans.retain(|ecran| {
        !seen.contains(&ecran.nom) && {
            seen.push(ecran.nom.clone());
            true
        }
    });
    ecrans
}

/// A client's page and what stands under it.
async fn portal(bureau: &Bureau, nom: &str, url: &str, client: &Value) -> Vec<Ecran> {
    let ecran = visit(nom, "/portail/{token}", url);
    let mut ecrans =
        vec![ecran.clone(), ecran.clone().after("deplie", UNFOLD), ecran.after("refuse", SEND_EMPTY)];
    for ticket in elements(bureau, &format!("/api/tickets?clientId={}", text(&client["id"]))).await {
        if ticket["clientId"] == client["id"] {
            let url = format!("{url}/tickets/{}", text(&ticket["id"]));
            ecrans.push(visit(&format!("{nom}-ticket"), "/portail/{token}/tickets/{id}", &url));
        }
    }
    ecrans
}

/// A page that its address alone opens.
fn visit(nom: &str, route: &'static str, url: &str) -> Ecran {
    let chemin = url.splitn(4, '/').nth(3).expect("a path");
    Ecran::new(nom, route, None, format!("/{chemin}"))
}

async fn elements(bureau: &Bureau, path: &str) -> Vec<Value> {
    bureau.get(path).await.expect(200)["elements"].as_array().cloned().expect("a page of a list")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn client_with_mail(bureau: &Bureau) -> String {
    for client in elements(bureau, "/api/clients").await {
        let path = format!("/api/clients/{}/timeline", text(&client["id"]));
        let events = bureau.get(&path).await.expect(200);
        let mut events = events["elements"].as_array().into_iter().flatten();
        if events.any(|event| event["typeEvenement"] == "email_client") {
            return text(&client["id"]);
        }
    }
    panic!("no client has a mail");
}

/// A job that the worker refused: where there is no payment link, there is none to cancel.
async fn refused_job(bureau: &Bureau) -> String {
    let deals = elements(bureau, "/api/opportunites").await;
    let deal = deals.iter().find(|deal| deal["dateLien"].is_null()).expect("a deal without a link");
    let answer = bureau.delete(&format!("/api/opportunites/{}/lien", text(&deal["id"]))).await;
    text(&answer.json()["jobId"])
}

/// Enters what breaks layouts.
async fn fill(app: &App, bureau: &Bureau) {
    // The hardest to see beside the one yellow of ours.
    bureau.patch("/api/utilisateur", json!({ "couleur": "#ffff00" })).await.expect(200);
    let word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
    let arabic = "شركة النور للتصميم والطباعة 🌙 (الفرع الرئيسي)";
    let long = format!("{word} {arabic} 👩🏽‍🎨🏳️‍🌈");
    let mut clients = Vec::new();
    for nom in [long.as_str(), arabic, "É"] {
        clients.push(bureau.add_client(nom).await);
    }
    let stages = ["prospect", "qualifie", "proposition", "gagne", "perdu"];
    let currencies = ["EUR", "CHF", "USD", "GBP"];
    let deals = stream::iter(0..200_usize).map(|n| {
        let titre = match n % 10 {
            0 => format!("{n} {word}"),
            1 => format!("{arabic} {n}"),
            _ => format!("Prestation numéro {n} 🎉"),
        };
        let body = json!({
            "clientId": clients[n % 3], "titre": titre, "montantEstime": "999999.99", "echeance": "2020-02-29",
            "devise": currencies[n % 4], "etapePipeline": stages[n % 5],
        });
        async move { bureau.post("/api/opportunites", body).await.expect(201) }
    });
    // A few at a time, as a machine in everyday use has them.
    deals.buffer_unordered(3).collect::<Vec<_>>().await;
    let lines = format!("{word} {arabic}\n").repeat(40);
    let client = clients[0];
    let mail = json!({ "expediteur": format!("{word} <{}@example.org>", "x".repeat(60)), "sujet": long, "corps": lines });
    bureau.post(&format!("/api/clients/{client}/emails"), mail).await.expect(201);
    bureau.post(&format!("/api/clients/{client}/notes"), json!({ "texte": lines })).await.expect(201);
    let ticket = json!({ "clientId": client, "sujet": long, "description": lines });
    let ticket = crate::people::id(&bureau.post("/api/tickets", ticket).await.expect(201));
    bureau.post(&format!("/api/tickets/{ticket}/messages"), json!({ "corps": lines })).await;
    let deal = bureau.add_won_deal(client, &long, "999999.99").await;
    bureau.pay_link(deal).await;
    bureau.open_portail(client).await;
    app.until_empty().await;
}
