//! Signing in and out: answered at once, no jobs.

use secrecy::SecretString;

use crate::app::App;
use crate::champs::Champs;
use crate::limites::{self, Adresse, Regle};
use crate::mot_de_passe;
use crate::probleme::Erreur;
use crate::queries;
use crate::session::{self, Cookie, SetSession};

/// Opens a session for `{ email, motDePasse }`. A wrong password and an unknown address answer the same,
/// after the same work. A field of the caller's own (`next`) must have been read before.
pub async fn sign_in(
    app: &App,
    adresse: Adresse,
    ancienne: Cookie,
    champs: &mut Champs,
) -> Result<SetSession, Erreur> {
    let email = champs.texte("email", 254);
    let mot_de_passe: SecretString = champs.mot_de_passe("motDePasse", 1);
    champs.fin(())?;
    let compte = Regle::ConnexionCompte(&email);
    limites::compter(app, &[compte, Regle::ConnexionAdresse(adresse)]).await?;
    let identifiants = queries::utilisateur::identifiants(&app.pool, &email).await?;
    let (id, hash) = identifiants.map(|trouve| (trouve.id, trouve.mot_de_passe_hash)).unzip();
    let juste = mot_de_passe::verify(app, mot_de_passe, hash).await?;
    match id {
        Some(id) if juste => {
            limites::oublier(app, compte).await;
            session::open(app, id, ancienne).await
        }
        _ => Err(Erreur::Identifiants),
    }
}
