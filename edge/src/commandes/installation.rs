//! The first freelancer, by the one-time set-up link.

use common::jeton::Jeton;
use common::jobs::CreateUtilisateur;
use sha2::{Digest, Sha256};

use super::LIGNE_MAX;
use crate::app::App;
use crate::champs::Champs;
use crate::limites::{self, Adresse, Regle};
use crate::mot_de_passe::{self, LONGUEUR_MIN};
use crate::probleme::Erreur;
use crate::queries;

/// `{ nom, email, motDePasse }`, under a link that must still be open. The password is hashed here and
/// goes no further.
pub async fn create_utilisateur(
    app: &App,
    adresse: Adresse,
    jeton: &Jeton,
    champs: &mut Champs,
) -> Result<CreateUtilisateur, Erreur> {
    limites::compter(app, &[Regle::Installation(adresse)]).await?;
    if !queries::utilisateur::installation_is_open(&app.pool, &jeton.hash()).await? {
        return Err(Erreur::LienMort);
    }
    let nom = champs.texte("nom", LIGNE_MAX);
    let email = champs.email("email");
    let mot_de_passe = champs.mot_de_passe("motDePasse", LONGUEUR_MIN);
    champs.fin(())?;
    Ok(CreateUtilisateur {
        jeton_hash: hex::encode(jeton.hash()),
        nom,
        email,
        mot_de_passe_hash: mot_de_passe::hash(app, mot_de_passe, sel(jeton)).await?,
    })
}

/// A salt that the form sent twice finds again: were it drawn anew, the second would be another wish.
/// The link is random, secret and used once, so the salt is nobody else's.
fn sel(jeton: &Jeton) -> [u8; 16] {
    let digest = Sha256::new_with_prefix("guichet:sel:").chain_update(jeton.expose()).finalize();
    let mut sel = [0; 16];
    sel.copy_from_slice(&digest[..16]);
    sel
}
