//! The HTML pages and their forms. A form posts to the page's own tree, becomes the same job as its JSON
//! twin (`commands`), and lands on what the job made; a form that is refused is shown again as it was
//! typed, its fields told.

pub mod bureau;
pub mod error;
pub mod form;
pub mod params;
pub mod public;
pub mod styleguide;
pub mod submission;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::app::App;
use crate::problem::AppError;
use crate::reader::Reader;
use crate::render::{self, Cadre};

/// A template's context from values that serialize: `page_context! { page, recherche => texte }`.
macro_rules! page_context {
    (@ $name:ident) => { minijinja::Value::from(minijinja::value::Serde(&$name)) };
    (@ $name:ident $value:expr) => { minijinja::Value::from(minijinja::value::Serde(&$value)) };
    ($($name:ident $(=> $value:expr)?),* $(,)?) => {
        minijinja::context! { $($name => $crate::pages::page_context!(@ $name $($value)?)),* }
    };
}
pub(crate) use page_context;

/// Whether the page's own script asks: it then gets JSON of where to go next.
fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"))
}

/// A page as an answer.
fn html(
    template: &str,
    cadre: &Cadre,
    status: StatusCode,
    context: minijinja::Value,
) -> Result<Response, AppError> {
    let page = render::render(template, cadre, context).map_err(|error| AppError::Internal(error.into()))?;
    Ok((status, Html(page)).into_response())
}

/// How somebody reads who is not signed in.
fn unsigned(app: &App, reader: &Reader) -> Cadre {
    Cadre { langue: reader.langue(), fuseau: chrono_tz::Europe::Paris, maintenant: app.now() }
}

/// A key for the forms of one rendering of a page.
fn fresh_key() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}
