//! `/clients.csv`, `/opportunites.csv`, `/paiements.csv`: the lists, narrowed as their pages are, for a spreadsheet.
//! RFC 4180 in UTF-8, with the separators that a spreadsheet of the reader's language takes for its own, written a
//! page of rows at a time, so that a long list costs no more memory than a short one.
//! `/clients/{id}/donnees.json`: one client whole.

use std::collections::HashMap;

use axum::Json;
use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use common::domaine::{EtapePipeline, Langue, MoyenPaiement, StatutPaiement};
use common::texte::lookup;
use futures_util::stream::{self, StreamExt};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Bureau, opportunites};
use crate::problem::AppError;
use crate::queries::{client, dossier, opportunite, paiement};
use crate::render::Cadre;
use crate::session::Id;

/// Rows that are read at once.
const ROWS: i64 = 500;
/// Without it spreadsheets take UTF-8 for something older.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A cell, as a spreadsheet is to take it.
enum Cell {
    /// What people wrote: never a formula.
    Text(String),
    /// What we wrote: an amount, a date, a code.
    Plain(String),
}

/// Some rows of a file, and where the next ones begin.
struct Rows {
    cells: Vec<Vec<Cell>>,
    next: Option<Uuid>,
}

/// `GET /clients.csv?q=`
pub async fn clients(bureau: Bureau) -> Result<Response, AppError> {
    let header =
        ["champ-nom", "champ-type", "champ-email", "champ-langue", "export-ajoute", "export-identifiant"];
    file(bureau, "clients", &header, |bureau, after| async move {
        let (app, cadre) = (&bureau.app, &bureau.cadre);
        let page =
            client::list(&app.pool, bureau.me.id, bureau.params.get("q"), after, ROWS, &app.liens).await?;
        let cells = page.elements.into_iter().map(|client| {
            vec![
                Cell::Text(client.nom),
                word(cadre, "type-client", client.r#type.as_str()),
                Cell::Text(client.email.unwrap_or_default()),
                word(cadre, "langue", client.langue.as_str()),
                moment(cadre, client.date_creation),
                Cell::Plain(client.id.to_string()),
            ]
        });
        Ok(Rows { cells: cells.collect(), next: cursor(page.suivant) })
    })
    .await
}

/// `GET /opportunites.csv?q=&etapePipeline=&statutPaiement=&devise=&client=&echeance=`
pub async fn deals(bureau: Bureau) -> Result<Response, AppError> {
    let header = [
        "champ-client",
        "champ-titre",
        "champ-montant",
        "champ-devise",
        "champ-echeance",
        "champ-etape",
        "champ-paiement",
        "montant-recu",
        "montant-rembourse",
        "argent-conteste",
        "statut-paiement-repris",
        "export-ajoute",
        "export-identifiant",
    ];
    file(bureau, "opportunites", &header, |bureau, after| async move {
        let (app, cadre) = (&bureau.app, &bureau.cadre);
        let filter = opportunites::filter(&bureau);
        let page = opportunite::list(&app.pool, bureau.me.id, &filter, after, ROWS, &app.liens).await?;
        let cells = page.elements.into_iter().map(|o| {
            // A deal that is not won owes nothing.
            let payable =
                o.etape_pipeline == EtapePipeline::Gagne || o.statut_paiement != StatutPaiement::EnAttente;
            let statut = if o.litige_perdu {
                word(cadre, "court", "litige_perdu")
            } else {
                word(cadre, "statut-paiement", o.statut_paiement.as_str())
            };
            vec![
                Cell::Text(o.client_nom),
                Cell::Text(o.titre),
                amount(cadre, o.montant_estime),
                Cell::Plain(o.devise.to_string()),
                Cell::Plain(o.echeance.map(|day| day.to_string()).unwrap_or_default()),
                word(cadre, "etape", o.etape_pipeline.as_str()),
                if payable { statut } else { Cell::Plain(String::new()) },
                amount(cadre, o.montant_recu),
                amount(cadre, o.montant_rembourse),
                amount(cadre, o.montant_conteste),
                amount(cadre, o.montant_repris),
                moment(cadre, o.date_creation),
                Cell::Plain(o.id.to_string()),
            ]
        });
        Ok(Rows { cells: cells.collect(), next: cursor(page.suivant) })
    })
    .await
}

/// `GET /paiements.csv`: the ledger, test money said to be such. The movements of a currency add up to what is kept.
pub async fn paiements(bureau: Bureau) -> Result<Response, AppError> {
    let header = [
        "champ-date",
        "champ-client",
        "champ-titre",
        "champ-type",
        "champ-moyen",
        "champ-montant",
        "export-mouvement",
        "champ-devise",
        "export-mode",
        "export-conforme",
        "export-reference",
        "export-identifiant",
        "export-page",
    ];
    file(bureau, "paiements", &header, |bureau, after| async move {
        let (cadre, public_url) = (&bureau.cadre, &bureau.app.liens.public_url);
        let page = paiement::list(&bureau.app.pool, bureau.me.id, after, ROWS).await?;
        let cells = page.elements.into_iter().map(|line| {
            let p = line.paiement;
            vec![
                moment(cadre, p.date_paiement),
                Cell::Text(line.client_nom),
                Cell::Text(line.titre),
                word(cadre, "paiement-type", p.r#type.as_str()),
                word(cadre, "moyen", p.moyen.map_or("stripe", MoyenPaiement::as_str)),
                amount(cadre, Some(p.somme.montant)),
                amount(cadre, Some(line.mouvement)),
                Cell::Plain(p.somme.devise.to_string()),
                Cell::Plain(say(cadre, if p.livemode { "export-reel" } else { "export-test" })),
                Cell::Plain(say(cadre, if p.conforme { "export-oui" } else { "export-non" })),
                Cell::Text(p.stripe_id),
                Cell::Plain(p.id.to_string()),
                Cell::Plain(public_url.page(&format!("/opportunites/{}", p.opportunite_id))),
            ]
        });
        Ok(Rows { cells: cells.collect(), next: cursor(page.suivant) })
    })
    .await
}

/// `GET /clients/{id}/donnees.json`: all that is held about a client.
pub async fn client_data(bureau: Bureau, Id(id): Id) -> Result<Response, AppError> {
    let dossier = dossier::read(&bureau.app.pool, bureau.me.id, id, &bureau.app.liens).await?;
    let dossier = dossier.ok_or(AppError::NotFound)?;
    let name = format!("attachment; filename=\"client-{id}-{}.json\"", bureau.cadre.aujourdhui());
    Ok(([(CONTENT_DISPOSITION, name)], Json(dossier)).into_response())
}

/// A file of what `read` gives, from the beginning to the last row. What goes wrong at the beginning is told;
/// what goes wrong later breaks the transfer off, so that nobody takes a part for the whole.
async fn file<R>(
    bureau: Bureau,
    name: &str,
    header: &[&str],
    read: impl Fn(Bureau, Option<Uuid>) -> R + Send + 'static,
) -> Result<Response, AppError>
where
    R: Future<Output = sqlx::Result<Rows>> + Send,
{
    let titles = header.iter().map(|key| Cell::Plain(say(&bureau.cadre, key))).collect();
    let mut first = read(bureau.clone(), None).await?;
    first.cells.insert(0, titles);
    let begin =
        written(bureau.cadre.langue, &first.cells).map_err(|error| AppError::Internal(error.into()))?;
    let begin = BYTE_ORDER_MARK.to_owned() + &begin;
    let name = format!("attachment; filename=\"{name}-{}.csv\"", bureau.cadre.aujourdhui());
    let rest = stream::try_unfold((first.next, bureau, read), |(after, bureau, read)| async move {
        let Some(after) = after else { return Ok(None) };
        let rows = read(bureau.clone(), Some(after)).await.map_err(std::io::Error::other)?;
        Ok(Some((written(bureau.cadre.langue, &rows.cells)?, (rows.next, bureau, read))))
    });
    let body = stream::once(async { Ok::<_, std::io::Error>(begin) }).chain(rest);
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(body)).into_response())
}

fn written(langue: Langue, rows: &[Vec<Cell>]) -> std::io::Result<String> {
    let mut writer = csv::WriterBuilder::new();
    // Where the comma begins the decimals, it does not end a cell.
    writer.terminator(csv::Terminator::CRLF).delimiter(match langue {
        Langue::Fr => b';',
        Langue::En => b',',
    });
    let mut writer = writer.from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            Cell::Plain(text) => text.clone(),
        }))?;
    }
    let bytes = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(std::io::Error::other)
}

/// A spreadsheet would run what begins like a formula; behind an apostrophe it is text.
fn harmless(text: &str) -> String {
    const BEGIN_FORMULAS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    if text.trim_start().starts_with(BEGIN_FORMULAS) || text.starts_with(['\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// An amount as a spreadsheet of the reader's language takes it for a number.
fn amount(cadre: &Cadre, montant: Option<Decimal>) -> Cell {
    let montant = montant.map(|montant| montant.to_string()).unwrap_or_default();
    Cell::Plain(match cadre.langue {
        Langue::Fr => montant.replace('.', ","),
        Langue::En => montant,
    })
}

fn cursor(suivant: Option<String>) -> Option<Uuid> {
    suivant?.parse().ok()
}

/// A code as the reader's word for it.
fn word(cadre: &Cadre, vocabulary: &str, code: &str) -> Cell {
    Cell::Plain(say(cadre, &format!("{vocabulary}-{code}")))
}

fn say(cadre: &Cadre, key: &str) -> String {
    lookup(cadre.langue, key, &HashMap::new()).unwrap_or_else(|| key.to_owned())
}

fn moment(cadre: &Cadre, moment: DateTime<Utc>) -> Cell {
    Cell::Plain(moment.with_timezone(&cadre.fuseau).format("%Y-%m-%d %H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_text_and_an_amount_stays_a_number() {
        let rows = [vec![
            Cell::Text("=1+1".into()),
            Cell::Text(" @SUM(A1)".into()),
            Cell::Text("a \"b\",\nc".into()),
            Cell::Plain("-12.50".into()),
        ]];
        let file = |langue| written(langue, &rows).unwrap();
        assert_eq!(file(Langue::En), "'=1+1,' @SUM(A1),\"a \"\"b\"\",\nc\",-12.50\r\n");
        assert_eq!(file(Langue::Fr), "'=1+1;' @SUM(A1);\"a \"\"b\"\",\nc\";-12.50\r\n");
        for begin in ["+33 1", "-x", "\tx", "\rx", "＝x"] {
            assert!(harmless(begin).starts_with('\''), "{begin:?}");
        }
        assert_eq!(harmless("Dupont - fils"), "Dupont - fils");
    }
}
