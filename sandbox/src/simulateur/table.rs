//! Rows that are found by id and never removed.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::error::{Result, StripeError};

/// A row that has an id.
pub(crate) trait Row {
    fn id(&self) -> &str;
    /// What Stripe calls it, and the parameter that names it, in "No such …".
    const NAMES: (&'static str, &'static str);
}

/// Rows in the order of their making, found by id; none is ever removed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(from = "Vec<T>", into = "Vec<T>", bound = "T: Clone + Row + Serialize + for<'a> Deserialize<'a>")]
pub(crate) struct Table<T: Clone + Row> {
    rows: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T: Clone + Row> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), places: HashMap::new() }
    }
}

impl<T: Clone + Row> From<Vec<T>> for Table<T> {
    fn from(rows: Vec<T>) -> Self {
        let places = rows.iter().enumerate().map(|(place, row)| (row.id().to_owned(), place)).collect();
        Self { rows, places }
    }
}

impl<T: Clone + Row> From<Table<T>> for Vec<T> {
    fn from(table: Table<T>) -> Self {
        table.rows
    }
}

impl<T: Clone + Row> Clone for Table<T> {
    fn clone(&self) -> Self {
        self.rows.clone().into()
    }
}

impl<T: Clone + Row> Table<T> {
    pub(crate) fn insert(&mut self, row: T) {
        self.places.insert(row.id().to_owned(), self.rows.len());
        self.rows.push(row);
    }

    pub(crate) fn get(&self, id: &str) -> Result<&T> {
        self.places.get(id).map(|place| &self.rows[*place]).ok_or_else(|| not_found::<T>(id))
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Result<&mut T> {
        let place = self.places.get(id).ok_or_else(|| not_found::<T>(id))?;
        Ok(&mut self.rows[*place])
    }

    /// Oldest first.
    pub(crate) fn rows(&self) -> &[T] {
        &self.rows
    }
}

fn not_found<T: Row>(id: &str) -> StripeError {
    StripeError::no_such(T::NAMES.0, T::NAMES.1, id)
}
