//! Pages as text: the templates of `templates/`, the texts of its locale files, amounts and dates as
//! the reader writes them, and the static files.
//!
//! Every template is named `.html`, so every value is escaped; templates are strict: a name that is
//! missing is an error, not a blank.

pub mod assets;
pub mod format;
pub mod text;

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use common::domaine::Langue;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Enumerator, Object};
use minijinja::{
    AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value, context, escape_formatter,
};

/// Who reads: in which language, in which zone, when. Every template has it as `cadre`.
#[derive(Debug, Clone, Copy)]
pub struct Cadre {
    /// The language of the page.
    pub langue: Langue,
    /// The zone in which times are shown.
    pub fuseau: Tz,
    /// The moment of the request.
    pub maintenant: DateTime<Utc>,
}

impl Cadre {
    /// The reader's day.
    pub fn aujourdhui(&self) -> NaiveDate {
        self.maintenant.with_timezone(&self.fuseau).date_naive()
    }
}

impl Object for Cadre {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "langue" => Some(self.langue.as_str().into()),
            "fuseau" => Some(self.fuseau.name().into()),
            "aujourdhui" => Some(self.aujourdhui().to_string().into()),
            "maintenant" => Some(self.maintenant.to_rfc3339().into()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["langue", "fuseau", "aujourdhui", "maintenant"])
    }
}

/// A line that holds only a tag leaves no blank line behind.
fn syntax() -> SyntaxConfig {
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    // Only unusual delimiters can be wrong, and these are the usual ones.
    syntax.build().unwrap_or_default()
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(environment);

fn environment() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_syntax(syntax());
    env.set_formatter(write_value);
    env.add_function("t", text::t);
    env.add_function("travail", text::travail);
    env.add_function("asset", assets::url);
    env.add_filter("montant", format::montant);
    env.add_filter("jour", format::jour);
    env.add_filter("jour_long", format::jour_long);
    env.add_filter("jour_semaine", format::jour_semaine);
    env.add_filter("jour_mois", format::jour_mois);
    env.add_filter("heure", format::heure);
    env.add_filter("seconde", format::seconde);
    env.add_filter("moment", format::moment);
    env.add_filter("moment_long", format::moment_long);
    env.add_filter("ecart", format::ecart);
    env.add_filter("capitale", format::capitale);
    minijinja_embed::load_templates!(&mut env);
    env
}

/// Escapes what HTML asks for and no more: the engine's own escape also spells out every `/`, which
/// would make links unreadable in the page's source.
fn write_value(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let Some(text) = value.as_str().filter(|_| !value.is_safe() && *state.auto_escape() == AutoEscape::Html)
    else {
        return escape_formatter(out, state, value);
    };
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        let (plain, tail) = rest.split_at(at);
        out.write_str(plain)?;
        out.write_str(match tail.as_bytes()[0] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&#34;",
            _ => "&#39;",
        })?;
        rest = &tail[1..];
    }
    Ok(out.write_str(rest)?)
}

/// Renders a page. `page` holds what the template of that name documents at its head.
pub fn render(template: &str, cadre: &Cadre, page: Value) -> Result<String, Error> {
    let cadre = Value::from_object(*cadre);
    TEMPLATES.get_template(template)?.render(context! { cadre, ..page })
}

#[cfg(test)]
mod tests;
