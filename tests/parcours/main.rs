//! The whole path in a real browser, as a freelancer and their client walk it, with and without
//! JavaScript.

#![expect(clippy::unwrap_used, reason = "what a test takes for granted")]

mod avancement;
mod clavier;
mod recherche;
mod saisie;

use tests::app::PASSWORD;
use tests::{App, Browser};

/// The word « Payé » as a state; elsewhere it also names a step to come.
const PAID: &str = "//*[contains(@class, 'statut--done') and contains(., 'Payé')]";

#[tokio::test]
async fn from_a_new_client_to_paye_with_javascript() {
    walk(true).await;
}

#[tokio::test]
async fn from_a_new_client_to_paye_without_javascript() {
    walk(false).await;
}

async fn walk(javascript: bool) {
    let app = App::start().await;
    app.create_user("claire@example.org");
    let (bureau, client) = (Browser::open(javascript).await, Browser::open(javascript).await);

    sign_in(&app, &bureau).await;
    add_client_and_deal(&app, &bureau).await;

    bureau.press("Marquer gagnée").await;
    bureau.press("Générer lien de paiement").await;
    let link = bureau.attribute("//a[starts-with(., 'Ouvrir')]", "href").await;
    assert!(link.contains("/payer/"), "{link}");
    // Copying needs a script; without one, the link stands there to be selected.
    if javascript {
        // Whoever stands on a button still sees what changes around it.
        bureau.press("Copier le lien").await;
        bureau.sees("Copié").await;
    } else {
        bureau.sees("/payer/").await;
    }

    client.go(&link).await;
    client.sees("1 200,50 €").await;
    client.press("Payer").await;
    client.find("//button[@value='carte']").await.click().await.unwrap();
    client.find_or_reload(PAID, javascript).await;
    assert!(client.url().await.starts_with(&link), "Stripe returns to the payment link");
    assert_eq!(client.cookies().await, [""; 0], "a client's pages set no cookie");

    // By itself: nobody reloads the page. Without a script, that is what one does.
    bureau.find_or_reload(PAID, javascript).await;

    let portal = open_portal(&bureau).await;
    client.go(&portal).await;
    client.find(PAID).await;
    client.fill("Créer un ticket", "sujet", "Couleur de la couverture").await;
    client.fill("Créer un ticket", "description", "Bleu nuit ou bordeaux ?").await;
    client.press("Créer un ticket").await;
    client.sees("Couleur de la couverture").await;

    answer_ticket(&app, &bureau).await;
    client.go(&portal).await;
    client.follow("Couleur de la couverture").await;
    client.sees("Bleu nuit, il passe mieux.").await;
    client.fill("Envoyer", "corps", "Merci, et le dos ?").await;
    client.press("Envoyer").await;
    client.find("//li[contains(., 'Merci, et le dos ?')]").await;
    read_answer(&app, &bureau, javascript).await;
    assert_eq!(client.cookies().await, [""; 0], "a client's pages set no cookie");

    keep_a_mail(&app, &bureau).await;
    bureau.close().await;
    client.close().await;
}

async fn sign_in(app: &App, bureau: &Browser) {
    bureau.go(&format!("{}/clients", app.base)).await;
    bureau.fill("Se connecter", "email", "claire@example.org").await;
    bureau.fill("Se connecter", "motDePasse", PASSWORD).await;
    bureau.press("Se connecter").await;
    bureau.sees("Nouveau client").await;
    assert!(bureau.url().await.ends_with("/clients"), "the page that was asked for");
}

async fn add_client_and_deal(app: &App, bureau: &Browser) {
    bureau.go(&format!("{}/clients?nouveau=1", app.base)).await;
    bureau.fill("Ajouter le client", "nom", "Librairie Vasseur").await;
    bureau.press("Ajouter le client").await;
    bureau.find("//h1[contains(., 'Librairie Vasseur')]").await;
    bureau.follow("Nouvelle opportunité").await;
    bureau.fill("Ajouter l’opportunité", "titre", "Refonte du site").await;
    bureau.fill("Ajouter l’opportunité", "montantEstime", "1200,50").await;
    bureau.press("Ajouter l’opportunité").await;
    bureau.find("//h1[contains(., 'Refonte du site')]").await;
}

async fn open_portal(bureau: &Browser) -> String {
    bureau.follow("Librairie Vasseur").await;
    bureau.press("Générer lien portail").await;
    bureau.attribute("//a[starts-with(., 'Ouvrir')]", "href").await
}

async fn answer_ticket(app: &App, bureau: &Browser) {
    bureau.go(&format!("{}/tickets", app.base)).await;
    bureau.follow("Couleur de la couverture").await;
    bureau.sees("Bleu nuit ou bordeaux ?").await;
    bureau.fill("Envoyer", "corps", "Bleu nuit, il passe mieux.").await;
    bureau.press("Envoyer").await;
    bureau.sees("Bleu nuit, il passe mieux.").await;
}

/// What came is marked until it was seen: a script says so by itself, a person without one says it.
async fn read_answer(app: &App, bureau: &Browser, javascript: bool) {
    bureau.go(&format!("{}/tickets?statut=a_repondre", app.base)).await;
    bureau.sees("Non lu").await;
    bureau.follow("Couleur de la couverture").await;
    bureau.sees("Merci, et le dos ?").await;
    if !javascript {
        bureau.press("Marquer lu").await;
        bureau.sees("Marqué lu.").await;
    }
    let unread = "SELECT count(*) FROM evenement_timeline WHERE nouvelle AND date_lecture IS NULL AND type_evenement LIKE 'ticket%'";
    app.until_count(unread, 0).await;
}

async fn keep_a_mail(app: &App, bureau: &Browser) {
    bureau.go(&format!("{}/clients", app.base)).await;
    bureau.follow("Librairie Vasseur").await;
    bureau.sees("Couleur de la couverture").await;
    bureau.find("//*[@id='ajouter']//summary").await.click().await.unwrap();
    bureau.fill("Ajouter dans l’historique", "expediteur", "helene@vasseur.example").await;
    bureau.fill("Ajouter dans l’historique", "sujet", "Épreuves du catalogue").await;
    bureau.fill("Ajouter dans l’historique", "corps", "Bonjour, les épreuves sont arrivées.").await;
    bureau.press("Ajouter dans l’historique").await;
    let mail = bureau.find("//details[contains(@class, 'echange')]").await;
    assert!(mail.text().await.unwrap().contains("Épreuves du catalogue"));
}

#[tokio::test]
async fn a_mail_is_chosen_or_dropped_as_a_file() {
    let app = App::start().await;
    let claire = app.freelance("claire@example.org").await;
    let client = claire.add_client("Librairie Vasseur").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("devis.eml");
    let eml = "From: H <helene@vasseur.example>\nMessage-ID: <1@v>\nSubject: Devis signé\n\nBonjour.";
    std::fs::write(&file, eml).unwrap();
    for javascript in [false, true] {
        let bureau = Browser::open(javascript).await;
        if javascript {
            bureau.sign_in(&app.base, "claire@example.org").await;
        } else {
            sign_in(&app, &bureau).await;
        }
        let page = format!("{}/clients/{client}", app.base);
        bureau.go(&page).await;
        bureau.find("//*[@id='ajouter']//summary").await.click().await.unwrap();
        let input = bureau.find("//input[@type='file']").await;
        input.send_keys(file.to_str().unwrap()).await.unwrap();
        bureau.press("Ajouter dans l’historique").await;
        let said = if javascript {
            "Ce message est déjà dans l’historique."
        } else {
            "Ajouté dans l’historique."
        };
        bureau.sees(said).await;
        bureau.sees("Devis signé").await;
        if javascript {
            bureau
                .run(
                    "const t = new DataTransfer(); \
                     t.items.add(new File(['From: a@b.example\\nSubject: Tombé là\\n\\nx'], 'x.eml')); \
                     const form = document.querySelector('[data-depot]').form; \
                     for (const type of ['dragover', 'drop']) form.querySelector('textarea').dispatchEvent( \
                       new DragEvent(type, { dataTransfer: t, bubbles: true, cancelable: true }))",
                )
                .await;
            bureau.sees("Tombé là").await;
        }
        bureau.close().await;
    }
    assert_eq!(app.count("SELECT count(*) FROM evenement_timeline").await, 2);
}
