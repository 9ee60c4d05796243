//! What all lists share: `?apres=…&limite=…`, and their own filters beside.

use crate::champs::Champs;
use crate::queries::PAR_PAGE;

/// The most rows that one page of a list gives.
const LIMITE_MAX: i64 = 200;

/// Where a page of a list begins, and how long it is.
#[derive(Debug)]
pub struct Tranche<C> {
    /// After this one; `None` is the beginning.
    pub apres: Option<C>,
    /// How many rows.
    pub limite: i64,
}

impl<C: std::str::FromStr> Tranche<C> {
    /// Reads `apres` and `limite`.
    pub fn of(champs: &mut Champs) -> Self {
        Self { apres: champs.curseur("apres"), limite: champs.limite("limite", PAR_PAGE, LIMITE_MAX) }
    }
}
