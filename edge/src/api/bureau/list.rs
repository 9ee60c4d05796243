//! What all lists share: `?apres=…&limite=…`, and their own filters beside.

use crate::fields::Fields;
use crate::queries::PER_PAGE;

/// The most rows that one page of a list gives.
pub const LIMIT_MAX: i64 = 200;

/// Where a page of a list begins, and how long it is.
#[derive(Debug)]
pub struct Slice<C> {
    /// After this one; `None` is the beginning.
    pub after: Option<C>,
    /// How many rows.
    pub limit: i64,
}

impl<C: std::str::FromStr> Slice<C> {
    /// Reads `apres` and `limite`.
    pub fn of(fields: &mut Fields) -> Self {
        Self { after: fields.cursor("apres"), limit: fields.limit("limite", PER_PAGE, LIMIT_MAX) }
    }
}
