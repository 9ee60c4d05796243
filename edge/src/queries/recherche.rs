//! Search over everything that a freelancer wrote or was written: clients, deals, tickets with their
//! messages, mails and notes. The words are compared by Postgres (`requete_recherche` in `migrations/0007_recherche.sql`); what of
//! a text is shown, and which words are marked in it, is decided here.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use common::domaine::{EtapePipeline, Genre, StatutPaiement};
use common::montant::{Devise, exact};
use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::PgPool;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::fields::said_amounts;

/// Words of a query that are looked for; what stands behind them narrows nothing.
const WORDS_MAX: usize = 8;
/// Characters of a word that are looked for: no word that people type is longer.
const WORD_MAX: usize = 60;
/// Characters of a text that are shown around what was found.
const EXCERPT: usize = 160;

/// A piece of a text: found words stand apart, so that a page marks them and escapes all the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Morceau {
    /// The text, as it was written.
    pub texte: String,
    /// Whether the query found it.
    pub trouve: bool,
}

/// Something that was found.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trouvaille {
    /// What it is.
    pub r#type: Genre,
    /// Its id.
    pub id: Uuid,
    /// Its name, title or subject.
    pub titre: Vec<Morceau>,
    /// The part of its text in which it was found; empty when the title says it all.
    pub extrait: Vec<Morceau>,
    /// Whose it is.
    pub client_id: Uuid,
    /// That client's name.
    pub client_nom: String,
    /// Since when it is there.
    pub date: DateTime<Utc>,
    /// Its page.
    pub chemin: String,
    /// Where a deal stands; none of anything else.
    pub affaire: Option<Affaire>,
}

/// Where a deal that was found stands.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Affaire {
    /// Its stage.
    pub etape_pipeline: EtapePipeline,
    /// Where its payment stands; means something from `gagne` on.
    pub statut_paiement: StatutPaiement,
    /// The price, in the currency's main unit; none while it is unknown.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub montant_estime: Option<Decimal>,
    /// ISO 4217.
    pub devise: Devise,
    /// The day by which it is to be paid.
    pub echeance: Option<NaiveDate>,
    /// Whether the bank took the disputed money back for good, and no dispute is open.
    pub litige_perdu: bool,
    /// When its payment link was asked for; none while there is none.
    pub date_lien: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    titre: String,
    texte: String,
    client_id: Uuid,
    client_nom: String,
    date: DateTime<Utc>,
}

/// What a query looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mots {
    /// Its words, folded as the schema folds what it indexes.
    mots: Vec<String>,
    /// The amounts that it may say, if it says one alone: the price of deals.
    montants: Vec<Decimal>,
}

impl Mots {
    /// Reads what a person typed. Quotes, signs and emoji part words and are not looked for.
    pub fn of(saisie: &str) -> Self {
        let folded = fold(saisie);
        let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let mots = words.take(WORDS_MAX).map(|word| word.chars().take(WORD_MAX).collect()).collect();
        Self { mots, montants: said_amounts(saisie) }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.mots.is_empty()
    }

    /// Whether a folded word of a text is one that was looked for: the beginning of it, or of its stem.
    fn find(&self, word: &str) -> bool {
        self.mots
            .iter()
            .any(|mot| word.starts_with(mot.as_str()) || (word.len() >= 4 && mot.starts_with(word)))
    }
}

/// A text without case and accents.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).flat_map(char::to_lowercase) {
        match c {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            c => folded.push(c),
        }
    }
    folded
}

/// Looks for all words in the freelancer's own, best first within each genre: at most `limit` of each, or
/// of `genre` alone.
pub async fn find(
    pool: &PgPool,
    utilisateur_id: Uuid,
    mots: &Mots,
    genre: Option<Genre>,
    limit: i64,
) -> sqlx::Result<Vec<Trouvaille>> {
    if mots.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for &genre in Genre::ALL.iter().filter(|it| genre.is_none_or(|genre| genre == **it)) {
        let rows = match genre {
            Genre::Client => clients(pool, utilisateur_id, mots, limit).await?,
            Genre::Opportunite => {
                found.extend(opportunites(pool, utilisateur_id, mots, limit).await?);
                continue;
            }
            Genre::Ticket => tickets(pool, utilisateur_id, mots, limit).await?,
            Genre::Email => evenements(pool, utilisateur_id, "email_client", mots, limit).await?,
            Genre::Note => evenements(pool, utilisateur_id, "note", mots, limit).await?,
        };
        found.extend(rows.into_iter().map(|row| shown(genre, row, mots)));
    }
    Ok(found)
}

async fn clients(pool: &PgPool, utilisateur_id: Uuid, mots: &Mots, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"SELECT id, nom as titre, coalesce(email, '') as "texte!", id as client_id, nom as client_nom,
                  date_creation as date
             FROM client, requete_recherche($2) AS requete
            WHERE utilisateur_id = $1 AND date_effacement IS NULL AND recherche @@ requete
            ORDER BY ts_rank(recherche, requete) DESC, id DESC LIMIT $3"#,
        utilisateur_id,
        &mots.mots,
        limit,
    )
    .fetch_all(pool)
    .await
}

/// A deal is found by its words, or by its exact price in whatever currency, which comes first.
async fn opportunites(
    pool: &PgPool,
    utilisateur_id: Uuid,
    mots: &Mots,
    limit: i64,
) -> sqlx::Result<Vec<Trouvaille>> {
    let rows = sqlx::query!(
        r#"SELECT o.id, o.titre, o.client_id, c.nom as client_nom, o.date_creation, o.date_lien, o.montant_estime,
                  o.devise as "devise: Devise", o.echeance, o.etape_pipeline as "etape_pipeline: EtapePipeline",
                  o.statut_paiement as "statut_paiement: StatutPaiement",
                  litige_perdu(o.id, o.statut_paiement) as "litige_perdu!"
             FROM opportunite o JOIN client c ON c.id = o.client_id, requete_recherche($2) AS requete
            WHERE o.utilisateur_id = $1 AND o.date_effacement IS NULL
              AND (o.recherche @@ requete OR o.montant_estime = ANY ($4))
            ORDER BY (o.montant_estime = ANY ($4)) DESC NULLS LAST, ts_rank(o.recherche, requete) DESC, o.id DESC
            LIMIT $3"#,
        utilisateur_id,
        &mots.mots,
        limit,
        &mots.montants,
    )
    .fetch_all(pool)
    .await?;
    let found = rows.into_iter().map(|deal| {
        let affaire = Affaire {
            etape_pipeline: deal.etape_pipeline,
            statut_paiement: deal.statut_paiement,
            montant_estime: deal.montant_estime.map(|montant| exact(montant, deal.devise)),
            devise: deal.devise,
            echeance: deal.echeance,
            litige_perdu: deal.litige_perdu,
            date_lien: deal.date_lien,
        };
        let row = Row {
            id: deal.id,
            titre: deal.titre,
            texte: String::new(),
            client_id: deal.client_id,
            client_nom: deal.client_nom,
            date: deal.date_creation,
        };
        Trouvaille { affaire: Some(affaire), ..shown(Genre::Opportunite, row, mots) }
    });
    Ok(found.collect())
}

/// A ticket stands once, by its subject or by the best of its messages.
async fn tickets(pool: &PgPool, utilisateur_id: Uuid, mots: &Mots, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"SELECT t.id, t.sujet as titre, best.texte as "texte!", t.client_id, c.nom as client_nom,
                  t.date_modification as date
             FROM (SELECT DISTINCT ON (id) id, texte, rang
                     FROM (SELECT t.id, '' AS texte, ts_rank(t.recherche, requete) AS rang
                             FROM ticket t, requete_recherche($2) AS requete
                            WHERE t.utilisateur_id = $1 AND t.recherche @@ requete
                            UNION ALL
                           SELECT t.id, m.corps, ts_rank(m.recherche, requete)
                             FROM message_ticket m JOIN ticket t ON t.id = m.ticket_id, requete_recherche($2) AS requete
                            WHERE t.utilisateur_id = $1 AND m.recherche @@ requete) AS hits
                    ORDER BY id, rang DESC) AS best
             JOIN ticket t ON t.id = best.id JOIN client c ON c.id = t.client_id
            ORDER BY best.rang DESC, t.id DESC LIMIT $3"#,
        utilisateur_id,
        &mots.mots,
        limit,
    )
    .fetch_all(pool)
    .await
}

async fn evenements(
    pool: &PgPool,
    utilisateur_id: Uuid,
    type_evenement: &str,
    mots: &Mots,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"SELECT e.id, concat_ws(', ', e.meta_json ->> 'expediteur', e.meta_json ->> 'sujet') as "titre!",
                  e.description_texte as texte, e.client_id, c.nom as client_nom, e.date_evenement as date
             FROM evenement_timeline e JOIN client c ON c.id = e.client_id, requete_recherche($3) AS requete
            WHERE e.utilisateur_id = $1 AND e.type_evenement = $2 AND e.recherche @@ requete
            ORDER BY ts_rank(e.recherche, requete) DESC, e.id DESC LIMIT $4"#,
        utilisateur_id,
        type_evenement,
        &mots.mots,
        limit,
    )
    .fetch_all(pool)
    .await
}

fn shown(genre: Genre, row: Row, mots: &Mots) -> Trouvaille {
    let chemin = match genre {
        Genre::Client => format!("/clients/{}", row.id),
        Genre::Opportunite => format!("/opportunites/{}", row.id),
        Genre::Ticket => format!("/tickets/{}", row.id),
        Genre::Email | Genre::Note => format!("/evenements/{}", row.id),
    };
    Trouvaille {
        r#type: genre,
        id: row.id,
        titre: mark(&row.titre, mots),
        extrait: mark(&excerpt(&row.texte, mots), mots),
        client_id: row.client_id,
        client_nom: row.client_nom,
        date: row.date,
        chemin,
        affaire: None,
    }
}

/// The words of a text with the byte at which each begins.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        // A split-off part lies within the text.
        .map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word))
}

/// The part of a text around the first word that was found, cut between words: where it is cut, « … » says so.
fn excerpt(text: &str, mots: &Mots) -> String {
    let found = words(text).find(|(_, word)| mots.find(&fold(word))).map_or(0, |(at, _)| at);
    let before = text[..found].char_indices().rev().take(EXCERPT / 4).last().map_or(found, |(at, _)| at);
    let after = text[before..].char_indices().nth(EXCERPT).map_or(text.len(), |(at, _)| before + at);
    // What has no space is cut where it must be.
    let part = &text[before..after];
    let start = part.find(char::is_whitespace).filter(|at| before > 0 && before + at < found).unwrap_or(0);
    let end = part.rfind(char::is_whitespace).filter(|at| after < text.len() && before + at > found);
    let part = part[start..end.unwrap_or(part.len())].trim();
    let mark = |cut: bool| if cut { "…" } else { "" };
    format!("{}{part}{}", mark(before > 0), mark(after < text.len()))
}

/// Cuts a text at the words that were found.
fn mark(text: &str, mots: &Mots) -> Vec<Morceau> {
    let mut pieces = Vec::new();
    let mut push = |texte: &str, trouve: bool| {
        if !texte.is_empty() {
            pieces.push(Morceau { texte: texte.to_owned(), trouve });
        }
    };
    let mut from = 0;
    let mut known = HashSet::new();
    for (at, word) in words(text) {
        if known.contains(word) || mots.find(&fold(word)) {
            known.insert(word);
            push(&text[from..at], false);
            push(word, true);
            from = at + word.len();
        }
    }
    push(&text[from..], false);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_becomes_words() {
        let words = |text: &str| Mots::of(text).mots;
        assert_eq!(words("  L'ŒUVRE \"réglée\" 🦀 & <b>"), ["l", "oeuvre", "reglee", "b"]);
        assert_eq!(words("helene@vasseur.example"), ["helene", "vasseur", "example"]);
        assert_eq!(words("');DROP TABLE client;--"), ["drop", "table", "client"]);
        assert!(Mots::of("🦀 !?").is_empty() && Mots::of("").is_empty());
        assert_eq!(words(&"mot ".repeat(5_000)).len(), WORDS_MAX);
        assert_eq!(words(&"é".repeat(10_000)), ["e".repeat(WORD_MAX)]);
    }

    #[test]
    fn found_words_stand_apart_and_nothing_is_lost() {
        let text = "<b>Réglée</b> : la facture 🦀 de Noël";
        let pieces = mark(text, &Mots::of("regl factures"));
        assert_eq!(pieces.iter().map(|it| it.texte.as_str()).collect::<String>(), text);
        let found: Vec<_> = pieces.iter().filter(|it| it.trouve).map(|it| it.texte.as_str()).collect();
        assert_eq!(found, ["Réglée", "facture"]);
        assert_eq!(mark("", &Mots::of("x")), []);
    }

    #[test]
    fn an_excerpt_shows_what_was_found_far_down() {
        let text = format!("{} aiguille {}", "é ".repeat(500), "foin ".repeat(500));
        let excerpt = excerpt(&text, &Mots::of("aiguille"));
        assert!(excerpt.contains("aiguille") && excerpt.chars().count() <= EXCERPT + 2);
        // No word is cut, and one sees where the text goes on.
        assert!(excerpt.starts_with("…é é") && excerpt.ends_with("foin foin…"), "{excerpt}");
        assert_eq!(super::excerpt("court", &Mots::of("absent")), "court");
        let endless = "a".repeat(500);
        assert_eq!(super::excerpt(&endless, &Mots::of("a")), format!("{}…", &endless[..EXCERPT]));
        assert_eq!(
            super::excerpt(&format!("x {endless}"), &Mots::of(&endless))
                .chars()
                .filter(|c| *c == 'a')
                .count(),
            EXCERPT - 2
        );
    }
}
