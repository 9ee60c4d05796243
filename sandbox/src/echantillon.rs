//! The sample data: a freelancer's year, entered through the product's own doors and paid on the simulator.

mod guichet;

use anyhow::{Context, Result};
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

pub use self::guichet::Guichet;
use self::guichet::id_of;
use crate::simulateur::Moyen;

/// Who signs in.
pub const FREELANCE_EMAIL: &str = "claire@atelier-morel.fr";
/// The name that clients read.
pub const FREELANCE_NOM: &str = "Claire Morel – Atelier Morel";

/// What a client does with a payment link.
enum Paiement {
    /// Nothing: no link was made yet.
    SansLien,
    /// Nothing yet: the link was sent.
    Attend,
    /// Pays by card.
    Carte,
    /// Has a card declined and leaves.
    CarteRefusee,
    /// Announces a debit that the bank is still at.
    DebitEnCours,
    /// Announces a debit that the bank refuses.
    DebitRejete,
    /// Pays by card, and gets this much back (minor units); without a number, all of it.
    Rembourse(Option<i64>),
    /// Pays by card, and disputes the charge at the bank.
    Conteste,
    /// Pays by transfer, which the freelancer notes.
    Virement,
    /// Pays by card, and the freelancer gives this much back from the deal's page.
    RembourseIci(&'static str),
    /// Nothing: the freelancer cancelled the link.
    LienAnnule,
}

/// Enters everything; the id of the client whose portal shows most.
///
/// # Errors
/// When the product or the simulator refuses something.
pub async fn load(guichet: &Guichet, simulateur: &str) -> Result<String> {
    let load = Load { guichet, simulateur, today: today() };
    guichet.put_logo(include_bytes!("echantillon/logo.png")).await?;
    guichet.patch("/api/utilisateur", &json!({ "couleur": "#8c2f39" })).await?;
    let vasseur =
        load.client("Librairie Vasseur", "entreprise", "contact@librairie-vasseur.fr", "fr").await?;
    load.librairie(&vasseur).await?;
    load.boulangerie().await?;
    load.brasserie().await?;
    load.cabinet().await?;
    load.domaine().await?;
    load.studio().await?;
    load.particulier().await?;
    Ok(vasseur)
}

struct Load<'a> {
    guichet: &'a Guichet,
    simulateur: &'a str,
    today: NaiveDate,
}

impl Load<'_> {
    async fn librairie(&self, client: &str) -> Result<()> {
        self.won(client, "Refonte du site de vente", "4800.00", "EUR", -20, Paiement::Carte).await?;
        self.won(client, "Maintenance annuelle", "1200.00", "EUR", 12, Paiement::Attend).await?;
        self.won(client, "Affiches de la rentrée", "640.00", "EUR", -30, Paiement::Rembourse(Some(16_000)))
            .await?;
        self.deal(client, "Cartes-cadeaux en ligne", "1650.00", "EUR", "proposition").await?;
        self.mail(
            client,
            34,
            "Agnès Vasseur <agnes@librairie-vasseur.fr>",
            "Devis pour le nouveau site",
            "Bonjour Claire,\n\nLe devis nous convient. Pouvez-vous commencer avant les fêtes ?\n\nBien à vous,\nAgnès",
        )
        .await?;
        self.mail(
            client,
            3,
            "Agnès Vasseur <agnes@librairie-vasseur.fr>",
            "Re: Mise en ligne",
            "Tout fonctionne, les premières commandes sont arrivées ce matin. Merci !",
        )
        .await?;
        self.note(client, "Préfère être appelée le lundi, jour de fermeture.").await?;
        let portail = self.guichet.open_portal(client).await?;
        let ticket = self
            .guichet
            .portal_ticket(
                &portail,
                &json!({
                    "sujet": "Les frais de port s’affichent deux fois",
                    "description": "Sur la page du panier, depuis hier.",
                    "typeTicket": "bug",
                }),
            )
            .await?;
        self.reply(&ticket, "Bonjour Agnès, je regarde cela cet après-midi.").await
    }

    async fn boulangerie(&self) -> Result<()> {
        let client =
            self.client("Boulangerie Lenoir", "entreprise", "bonjour@boulangerie-lenoir.fr", "fr").await?;
        let titre = "Site vitrine et commande en ligne";
        self.won(&client, titre, "1250.50", "EUR", 5, Paiement::DebitRejete).await?;
        self.mail(
            &client,
            8,
            "Marc Lenoir <marc@boulangerie-lenoir.fr>",
            "Prélèvement",
            "Bonjour, la banque me dit que le compte n’était pas approvisionné. Je réessaie lundi. Marc",
        )
        .await?;
        self.guichet.open_portal(&client).await.map(drop)
    }

    async fn brasserie(&self) -> Result<()> {
        let client = self.client("Brasserie Oktav", "entreprise", "atelier@brasserie-oktav.ch", "fr").await?;
        self.won(&client, "Identité visuelle et étiquettes", "3400.00", "CHF", -9, Paiement::Attend).await?;
        self.won(&client, "Panneaux de la terrasse", "1450.00", "CHF", -25, Paiement::Virement).await?;
        self.deal(&client, "Carte des bières en ligne", "900.00", "CHF", "qualifie").await?;
        self.guichet.open_portal(&client).await.map(drop)
    }

    async fn cabinet(&self) -> Result<()> {
        let client =
            self.client("Cabinet Duteil", "entreprise", "secretariat@cabinet-duteil.fr", "fr").await?;
        self.won(&client, "Audit d’accessibilité", "2600.00", "EUR", 8, Paiement::DebitEnCours).await?;
        self.won(&client, "Formation de l’équipe", "980.00", "EUR", 30, Paiement::SansLien).await?;
        self.won(&client, "Plaquette du cabinet", "890.00", "EUR", -15, Paiement::Conteste).await?;
        let sujet = "Accès à l’espace documentaire";
        let ticket =
            self.ticket(&client, sujet, "Deux collaborateurs n’ont pas reçu leur accès.", "demande").await?;
        self.reply(&ticket, "Les accès sont créés ; le mail part à l’instant.").await
    }

    async fn domaine(&self) -> Result<()> {
        let client =
            self.client("Domaine de la Roche", "entreprise", "cave@domaine-delaroche.fr", "fr").await?;
        self.won(&client, "Salon des vignerons", "1100.00", "EUR", -35, Paiement::RembourseIci("350.00"))
            .await?;
        self.won(&client, "Coffrets de Noël", "720.00", "EUR", 25, Paiement::LienAnnule).await?;
        self.deal(&client, "Boutique de vins", "7200.00", "EUR", "prospect").await?;
        self.deal(&client, "Fiches de dégustation", "650.00", "EUR", "perdu").await?;
        self.note(&client, "Rencontrés au salon ; rappeler après les vendanges.").await
    }

    async fn studio(&self) -> Result<()> {
        let client = self.client("Studio Kéa", "entreprise", "hello@studio-kea.com", "en").await?;
        self.won(&client, "Design system", "5400.00", "EUR", 15, Paiement::CarteRefusee).await?;
        self.won(&client, "Icon set", "760.00", "EUR", -40, Paiement::Rembourse(None)).await?;
        self.guichet.open_portal(&client).await.map(drop)
    }

    async fn particulier(&self) -> Result<()> {
        let client =
            self.client("Camille Roussel", "particulier", "camille.roussel@example.fr", "fr").await?;
        self.won(&client, "Faire-part et site de mariage", "480.00", "EUR", 20, Paiement::Carte).await?;
        self.ticket(&client, "Changer la date du brunch", "Le brunch aura lieu à 11 h 30.", "question")
            .await
            .map(drop)
    }

    async fn client(&self, nom: &str, genre: &str, email: &str, langue: &str) -> Result<String> {
        let body = json!({ "nom": nom, "type": genre, "email": email, "langue": langue });
        id_of(&self.guichet.post("/api/clients", &body).await?)
    }

    async fn deal(
        &self,
        client: &str,
        titre: &str,
        montant: &str,
        devise: &str,
        etape: &str,
    ) -> Result<String> {
        let body = json!({
            "clientId": client, "titre": titre, "montantEstime": montant, "devise": devise, "etapePipeline": etape,
        });
        id_of(&self.guichet.post("/api/opportunites", &body).await?)
    }

    /// A deal that was won, due in `jours` days (or that many days ago), and what its client does about it.
    async fn won(
        &self,
        client: &str,
        titre: &str,
        montant: &str,
        devise: &str,
        jours: i64,
        paiement: Paiement,
    ) -> Result<()> {
        let deal = self.deal(client, titre, montant, devise, "proposition").await?;
        let change = json!({ "etapePipeline": "gagne", "echeance": self.day(jours) });
        self.guichet.patch(&format!("/api/opportunites/{deal}"), &change).await?;
        if matches!(paiement, Paiement::SansLien) {
            return Ok(());
        }
        let asked = json!({ "opportuniteId": deal });
        let link = self.guichet.post("/api/paiements/stripe/session", &asked).await?;
        let url = link["urlPaiement"].as_str().context("no urlPaiement")?;
        let session = url.rsplit('/').next().unwrap_or_default();
        match paiement {
            Paiement::SansLien | Paiement::Attend => {}
            Paiement::Carte => {
                self.pay(session, Moyen::Carte).await?;
                self.guichet.wait_for_payment(&deal, "paye").await?;
            }
            Paiement::CarteRefusee => {
                self.pay(session, Moyen::CarteRefusee).await?;
            }
            Paiement::DebitEnCours => {
                self.pay(session, Moyen::Sepa).await?;
                self.guichet.wait_for_payment(&deal, "en_cours").await?;
            }
            Paiement::Rembourse(montant) => {
                self.pay(session, Moyen::Carte).await?;
                self.guichet.wait_for_payment(&deal, "paye").await?;
                self.at_simulateur(session, "rembourser", &json!({ "montant": montant })).await?;
                let statut = if montant.is_some() { "rembourse_partiel" } else { "rembourse" };
                self.guichet.wait_for_payment(&deal, statut).await?;
            }
            Paiement::Conteste => {
                self.pay(session, Moyen::Carte).await?;
                self.guichet.wait_for_payment(&deal, "paye").await?;
                self.at_simulateur(session, "contester", &json!({})).await?;
                self.guichet.wait_for_payment(&deal, "conteste").await?;
            }
            Paiement::Virement => {
                let path = format!("/api/opportunites/{deal}/encaissement");
                self.guichet.post(&path, &json!({ "moyen": "virement" })).await?;
                self.guichet.wait_for_payment(&deal, "paye").await?;
            }
            Paiement::RembourseIci(montant) => {
                self.pay(session, Moyen::Carte).await?;
                self.guichet.wait_for_payment(&deal, "paye").await?;
                let path = format!("/api/opportunites/{deal}/remboursements");
                self.guichet.post(&path, &json!({ "montant": montant })).await?;
                self.guichet.wait_for_payment(&deal, "rembourse_partiel").await?;
            }
            Paiement::LienAnnule => {
                self.guichet.delete(&format!("/api/opportunites/{deal}/lien")).await?;
            }
            Paiement::DebitRejete => {
                self.pay(session, Moyen::SepaEchec).await?;
                self.at_simulateur(session, "regler", &json!({})).await?;
                self.guichet.wait_for_payment(&deal, "echoue").await?;
            }
        }
        Ok(())
    }

    async fn pay(&self, session: &str, moyen: Moyen) -> Result<()> {
        self.at_simulateur(session, "payer", &json!({ "moyen": moyen })).await
    }

    async fn at_simulateur(&self, session: &str, act: &str, body: &Value) -> Result<()> {
        let url = format!("{}/_simulateur/sessions/{session}/{act}", self.simulateur);
        self.guichet.post_elsewhere(&url, body).await.map(drop)
    }

    async fn mail(&self, client: &str, days_ago: u64, from: &str, subject: &str, text: &str) -> Result<()> {
        let day = self.today.checked_sub_days(Days::new(days_ago)).context("a date out of range")?;
        let body = json!({
            "expediteur": from, "sujet": subject, "corps": text, "dateEvenement": format!("{day}T08:42:00Z"),
        });
        self.guichet.post(&format!("/api/clients/{client}/emails"), &body).await.map(drop)
    }

    async fn note(&self, client: &str, texte: &str) -> Result<()> {
        self.guichet.post(&format!("/api/clients/{client}/notes"), &json!({ "texte": texte })).await.map(drop)
    }

    async fn ticket(&self, client: &str, sujet: &str, description: &str, genre: &str) -> Result<String> {
        let body = json!({
            "clientId": client, "sujet": sujet, "description": description, "typeTicket": genre,
        });
        id_of(&self.guichet.post("/api/tickets", &body).await?)
    }

    async fn reply(&self, ticket: &str, corps: &str) -> Result<()> {
        let path = format!("/api/tickets/{ticket}/messages");
        self.guichet.post(&path, &json!({ "corps": corps })).await.map(drop)
    }

    fn day(&self, days: i64) -> String {
        let far = Days::new(days.unsigned_abs());
        let day = if days < 0 { self.today.checked_sub_days(far) } else { self.today.checked_add_days(far) };
        day.unwrap_or(self.today).to_string()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the sample's deadlines lie around the day on which it is loaded"
)]
fn today() -> NaiveDate {
    chrono::Utc::now().date_naive()
}
