//! A freelancer's own account: name, language, time zone, logo, colour, password.

use common::domaine::FormatLogo;
use common::jeton::Jeton;
use common::jobs::{
    CreateJetonApi, ForgetMotDePasse, Logo, ResetMotDePasse, UpdateLogo, UpdateMotDePasse, UpdateUtilisateur,
};
use common::refus::Refus;
use common::settings::PASSWORD_LENGTH;
use imagesize::ImageType;
use secrecy::SecretString;

use super::LINE_MAX;
use crate::app::App;
use crate::fields::{FILE, Fields};
use crate::limits::{self, Address, Rule};
use crate::password;
use crate::problem::AppError;
use crate::queries;
use crate::session::Utilisateur;

/// The fields of `{ nom, langue, fuseau, couleur }` that are to change.
pub fn update_utilisateur(fields: &mut Fields) -> Result<UpdateUtilisateur, AppError> {
    let job = UpdateUtilisateur {
        nom: fields.if_present("nom", |fields, name| fields.text(name, LINE_MAX)),
        langue: fields.choice_if_present("langue"),
        fuseau: fields.if_present("fuseau", |fields, name| fields.text(name, LINE_MAX)),
        couleur: fields.if_present("couleur", Fields::optional_couleur),
    };
    let known = |name: &String| name.is_empty() || name.parse::<chrono_tz::Tz>().is_ok();
    if !job.fuseau.as_ref().is_none_or(known) {
        fields.refuse(Refus::invalid("fuseau", "fuseau-inconnu"));
    }
    fields.finish_change(job)
}

/// The largest logo that is taken: every client's page loads it.
pub const LOGO_MAX: usize = 100 * 1024;
/// How many pixels wide and high a logo may be. What is packed small may unpack to more than a phone can hold.
const LOGO_SIDE_MAX: usize = 2000;

/// A picture as `fichier`, known by what it begins with.
pub fn update_logo(fields: &mut Fields) -> Result<UpdateLogo, AppError> {
    let octets = fields.file(FILE, LOGO_MAX);
    let read = octets.map_or(Err(Refus::invalid(FILE, "champ-requis")), |octets| read_logo(&octets));
    let logo = match read {
        Ok(logo) => Some(logo),
        // The file itself may be refused already: empty, too large.
        Err(_) if fields.is_refused(FILE) => None,
        Err(refus) => {
            fields.refuse(refus);
            None
        }
    };
    fields.finish(UpdateLogo { logo })
}

fn read_logo(octets: &[u8]) -> Result<Logo, Refus> {
    let unknown = || Refus::invalid(FILE, "logo-format");
    let format = match imagesize::image_type(octets).map_err(|_| unknown())? {
        ImageType::Png => FormatLogo::Png,
        ImageType::Jpeg => FormatLogo::Jpeg,
        ImageType::Webp => FormatLogo::Webp,
        _ => return Err(unknown()),
    };
    let size = imagesize::blob_size(octets).map_err(|_| unknown())?;
    let checked = |pixels: usize| match i32::try_from(pixels) {
        Ok(found) if (1..=LOGO_SIDE_MAX).contains(&pixels) => Ok(found),
        _ => Err(Refus::invalid(FILE, "logo-dimensions").arg("max", LOGO_SIDE_MAX)),
    };
    Ok(Logo {
        format,
        largeur: checked(size.width)?,
        hauteur: checked(size.height)?,
        octets: octets.to_vec(),
    })
}

/// `{ motDePasseActuel, motDePasse }`. Both are held against hashes here and go no further.
pub async fn update_mot_de_passe(
    app: &App,
    me: &Utilisateur,
    fields: &mut Fields,
) -> Result<UpdateMotDePasse, AppError> {
    let current = fields.password(CURRENT, 1);
    let password = fields.password("motDePasse", *PASSWORD_LENGTH.start());
    fields.finish(())?;
    check_current(app, me, current).await?;
    Ok(UpdateMotDePasse {
        ancien: me.password_mark.clone(),
        mot_de_passe_hash: password::hash(app, password, rand::random()).await?,
    })
}

/// The field for the password that stands: what makes another way in asks for it, so that a session left open is not
/// enough.
const CURRENT: &str = "motDePasseActuel";

/// Holds a password against the caller's own. Guesses are few.
async fn check_current(app: &App, me: &Utilisateur, password: SecretString) -> Result<(), AppError> {
    let rule = Rule::MotDePasse(me.id);
    limits::count(app, &[rule]).await?;
    let hash = queries::utilisateur::password_hash(&app.pool, me.id).await?;
    if !password::verify(app, password, Some(hash)).await? {
        return Err(Refus::invalid(CURRENT, "mot-de-passe-actuel").into());
    }
    limits::forget(app, rule).await;
    Ok(())
}

/// `{ email }`, of whatever account.
pub async fn forget_mot_de_passe(
    app: &App,
    address: Address,
    fields: &mut Fields,
) -> Result<ForgetMotDePasse, AppError> {
    let email = fields.email("email");
    fields.finish(())?;
    limits::count(app, &[Rule::OubliByEmail(&email), Rule::OubliByAddress(address)]).await?;
    if !queries::utilisateur::instance(&app.pool).await?.smtp {
        return Err(Refus::conflict("courriels-non-configures").into());
    }
    Ok(ForgetMotDePasse { email })
}

/// `{ motDePasse }`, under a link that must still be open.
pub async fn reset_mot_de_passe(
    app: &App,
    jeton: &Jeton,
    fields: &mut Fields,
) -> Result<ResetMotDePasse, AppError> {
    let password = fields.password("motDePasse", *PASSWORD_LENGTH.start());
    fields.finish(())?;
    Ok(ResetMotDePasse {
        jeton_hash: hex::encode(jeton.hash()),
        mot_de_passe_hash: password::hash(app, password, password::salt(jeton)).await?,
    })
}

/// The longest name of an API token.
pub const JETON_NOM_MAX: usize = 80;

/// `{ nom, motDePasseActuel }` of a new API token.
pub async fn create_jeton_api(
    app: &App,
    me: &Utilisateur,
    fields: &mut Fields,
    jeton: &Jeton,
) -> Result<CreateJetonApi, AppError> {
    let nom = fields.text("nom", JETON_NOM_MAX);
    let current = fields.password(CURRENT, 1);
    fields.finish(())?;
    check_current(app, me, current).await?;
    let (jeton_hash, mot_de_passe) = (hex::encode(jeton.hash()), me.password_mark.clone());
    Ok(CreateJetonApi { nom, jeton_hash, mot_de_passe })
}
