//! What a mail says, read from the rows that it is about at the moment when it is sent, in the language of its
//! reader.

use anyhow::Context as _;
use chrono::NaiveDate;
use common::domaine::{Langue, TypeCourriel};
use common::jeton::Jeton;
use common::montant::{Devise, from_minor};
use common::texte::{Arguments, isolated, lookup, write_jour, write_montant};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::Claimed;
use crate::cx::Shared;
use crate::integrations::smtp::Mail;

/// What the texts' placeholders stand for; a text uses what it needs.
#[derive(Debug, Default)]
struct Sujet {
    titre: String,
    client: String,
    montant: String,
    echeance: Option<NaiveDate>,
    texte: String,
    lien: String,
}

/// Who reads the mail, and who is named in it.
struct Reader {
    freelance_nom: String,
    freelance_email: String,
    langue: Langue,
    client: Option<ReaderClient>,
}

struct ReaderClient {
    email: String,
    /// The private page, where one is open.
    portail: Option<String>,
}

/// Writes a mail. `None` when there is nothing to say any more: what it is about is gone or settled, or its
/// reader has no address.
pub(super) async fn write(shared: &Shared, courriel: &Claimed) -> anyhow::Result<Option<Mail>> {
    let Some(reader) = read_reader(shared, courriel).await? else { return Ok(None) };
    let sujet = match courriel.r#type {
        TypeCourriel::LienPaiement | TypeCourriel::Rappel => {
            about_deal(shared, courriel, reader.langue).await?
        }
        TypeCourriel::PaiementRecu
        | TypeCourriel::PaiementEchoue
        | TypeCourriel::PaiementEnquete
        | TypeCourriel::PaiementConteste
        | TypeCourriel::PaiementNonConforme => about_payment(shared, courriel, reader.langue).await?,
        TypeCourriel::TicketCree | TypeCourriel::TicketReponse => {
            about_ticket(shared, courriel, &reader).await?
        }
        TypeCourriel::MotDePasse => about_password(shared, courriel).await?,
    };
    let Some(sujet) = sujet else { return Ok(None) };
    let echeance = sujet.echeance.map(|day| write_jour(reader.langue, day, "%B %Y")).unwrap_or_default();
    let arguments = Arguments::from([
        ("nom".into(), reader.freelance_nom.as_str().into()),
        ("titre".into(), isolated(&sujet.titre).into()),
        ("client".into(), isolated(&sujet.client).into()),
        ("montant".into(), sujet.montant.as_str().into()),
        ("echeance".into(), echeance.as_str().into()),
        ("texte".into(), sujet.texte.as_str().into()),
        ("lien".into(), sujet.lien.as_str().into()),
    ]);
    let cle = key(courriel.r#type, reader.client.is_some(), sujet.echeance.is_some(), !sujet.lien.is_empty());
    let say = |key: &str| lookup(reader.langue, key, &arguments).with_context(|| format!("no text {key}"));
    let (from_nom, reply_to, to) = match reader.client {
        Some(client) => (reader.freelance_nom.clone(), Some(reader.freelance_email), client.email),
        None => ("Guichet".into(), None, reader.freelance_email),
    };
    Ok(Some(Mail {
        id: courriel.id,
        date: courriel.date_creation,
        from_nom,
        reply_to,
        to,
        sujet: say(&format!("{cle}-sujet"))?,
        corps: say(&cle)?,
    }))
}

/// The name of a mail's text; its subject is that name with `-sujet`.
fn key(r#type: TypeCourriel, to_client: bool, dated: bool, linked: bool) -> String {
    let suffix = match r#type {
        // A client without a private page answers the mail.
        TypeCourriel::TicketCree | TypeCourriel::TicketReponse if to_client && !linked => "-client-email",
        TypeCourriel::TicketCree | TypeCourriel::TicketReponse if to_client => "-client",
        TypeCourriel::Rappel if dated => "-echeance",
        _ => "",
    };
    format!("courriel-{}{suffix}", r#type.as_str())
}

async fn read_reader(shared: &Shared, courriel: &Claimed) -> anyhow::Result<Option<Reader>> {
    let freelance = sqlx::query!(
        r#"SELECT nom, email, langue AS "langue: Langue" FROM utilisateur WHERE id = $1"#,
        courriel.utilisateur_id
    )
    .fetch_one(&shared.pool)
    .await?;
    let (freelance_nom, freelance_email) = (freelance.nom, freelance.email);
    let Some(client_id) = courriel.client_id else {
        return Ok(Some(Reader { freelance_nom, freelance_email, langue: freelance.langue, client: None }));
    };
    let client = sqlx::query!(
        r#"SELECT email, langue AS "langue: Langue", token_portail_scelle FROM client WHERE id = $1"#,
        client_id
    )
    .fetch_optional(&shared.pool)
    .await?;
    let Some((client, email)) =
        client.and_then(|mut client| client.email.take().map(|email| (client, email)))
    else {
        return Ok(None);
    };
    let portail = client.token_portail_scelle.as_deref().and_then(|scelle| open(shared, scelle, client_id));
    let portail = portail.map(|jeton| shared.public_url.portail(&jeton));
    let client_reader = Some(ReaderClient { email, portail });
    Ok(Some(Reader { freelance_nom, freelance_email, langue: client.langue, client: client_reader }))
}

/// A link's token. One that was sealed by a key that is gone leaves its mail without a link, or unsent.
fn open(shared: &Shared, scelle: &[u8], id: Uuid) -> Option<Jeton> {
    shared
        .sealer
        .open(scelle, id)
        .inspect_err(|error| tracing::error!(%id, %error, "a link cannot be shown"))
        .ok()
}

/// The deal whose link is sent, as long as it is to be paid.
async fn about_deal(shared: &Shared, courriel: &Claimed, langue: Langue) -> anyhow::Result<Option<Sujet>> {
    let deal = sqlx::query!(
        r#"SELECT titre, montant_estime AS "montant!", devise AS "devise: Devise", echeance, token_paiement_scelle
           FROM opportunite
           WHERE id = $1 AND etape_pipeline = 'gagne' AND montant_estime IS NOT NULL AND date_lien IS NOT NULL
             AND statut_paiement IN ('en_attente', 'echoue')"#,
        courriel.reference_id
    )
    .fetch_optional(&shared.pool)
    .await?;
    let Some(deal) = deal else { return Ok(None) };
    let Some(jeton) = open(shared, &deal.token_paiement_scelle, courriel.reference_id) else {
        return Ok(None);
    };
    Ok(Some(Sujet {
        titre: deal.titre,
        montant: amount(langue, deal.montant, deal.devise)?,
        echeance: deal.echeance,
        lien: shared.public_url.payer(&jeton),
        ..Sujet::default()
    }))
}

/// The line of the ledger that is told.
async fn about_payment(shared: &Shared, courriel: &Claimed, langue: Langue) -> anyhow::Result<Option<Sujet>> {
    let paid = sqlx::query!(
        r#"SELECT o.id, o.titre, c.nom, p.montant_minor, p.devise AS "devise: Devise"
           FROM paiement p JOIN opportunite o ON o.id = p.opportunite_id JOIN client c ON c.id = o.client_id
           WHERE p.id = $1"#,
        courriel.reference_id
    )
    .fetch_optional(&shared.pool)
    .await?;
    let Some(paid) = paid else { return Ok(None) };
    Ok(Some(Sujet {
        titre: paid.titre,
        client: paid.nom,
        montant: amount(langue, from_minor(paid.montant_minor, paid.devise), paid.devise)?,
        lien: shared.public_url.page(&format!("/opportunites/{}", paid.id)),
        ..Sujet::default()
    }))
}

/// The message that was written.
async fn about_ticket(shared: &Shared, courriel: &Claimed, reader: &Reader) -> anyhow::Result<Option<Sujet>> {
    let message = sqlx::query!(
        "SELECT m.corps, t.id, t.sujet, c.nom
         FROM message_ticket m JOIN ticket t ON t.id = m.ticket_id JOIN client c ON c.id = t.client_id
         WHERE m.id = $1",
        courriel.reference_id
    )
    .fetch_optional(&shared.pool)
    .await?;
    Ok(message.map(|message| Sujet {
        titre: message.sujet,
        client: message.nom,
        texte: message.corps,
        lien: match &reader.client {
            None => shared.public_url.page(&format!("/tickets/{}", message.id)),
            Some(client) => client
                .portail
                .as_ref()
                .map(|portail| format!("{portail}/tickets/{}", message.id))
                .unwrap_or_default(),
        },
        ..Sujet::default()
    }))
}

/// The link that sets a new password, while it lives.
async fn about_password(shared: &Shared, courriel: &Claimed) -> anyhow::Result<Option<Sujet>> {
    let scelle = sqlx::query_scalar!(
        r#"SELECT oubli_scelle AS "scelle!" FROM utilisateur WHERE id = $1 AND oubli_expiration > $2"#,
        courriel.reference_id,
        (shared.now)(),
    )
    .fetch_optional(&shared.pool)
    .await?;
    let jeton = scelle.and_then(|scelle| open(shared, &scelle, courriel.reference_id));
    Ok(jeton.map(|jeton| Sujet { lien: shared.public_url.mot_de_passe(&jeton), ..Sujet::default() }))
}

fn amount(langue: Langue, montant: Decimal, devise: Devise) -> anyhow::Result<String> {
    write_montant(langue, montant, devise).context("an amount that cannot be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mail_has_its_subject_and_text_in_both_languages() {
        let arguments: Arguments<'_> = ["nom", "titre", "client", "montant", "echeance", "texte", "lien"]
            .map(|name| (name.into(), format!("[{name}]").into()))
            .into();
        for langue in Langue::ALL {
            for r#type in TypeCourriel::ALL {
                for (to_client, dated, linked) in
                    [(false, false, true), (true, false, true), (true, true, true), (true, false, false)]
                {
                    let cle = key(*r#type, to_client, dated, linked);
                    let corps = lookup(*langue, &cle, &arguments).expect(&cle);
                    assert_eq!(corps.contains("[lien]"), !cle.ends_with("-client-email"), "{cle}: {corps}");
                    assert!(
                        !lookup(*langue, &format!("{cle}-sujet"), &arguments).expect(&cle).contains('\n')
                    );
                }
            }
        }
    }
}
