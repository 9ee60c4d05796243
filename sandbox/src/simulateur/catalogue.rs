//! `/v1/products` and `/v1/prices`: as much as a session needs that is asked for by price.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::core::Core;
use super::currency;
use super::error::{Result, StripeError};
use super::form::Fields;
use super::objects;
use super::state::{new_id, now};

/// Something that is sold.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// What it costs, once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Price {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) currency: String,
    /// Minor units.
    pub(crate) unit_amount: i64,
    pub(crate) product: String,
    /// The product's name.
    pub(crate) name: String,
    pub(crate) active: bool,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// `POST /v1/products`.
pub(crate) fn create_product(core: &Arc<Core>, mut form: Fields<'_>) -> Result<Value> {
    form.without_effect(&["active", "expand", "images", "shippable", "tax_code", "unit_label", "url"]);
    let product = Product {
        id: new_id("prod_", 14),
        created: now(),
        name: form.required("name", 5000)?,
        description: form.text("description", 40_000)?,
        metadata: form.metadata("metadata")?,
    };
    form.finish()?;
    let object = objects::product(&product);
    core.change(|state| state.products.insert(product));
    Ok(object)
}

/// `POST /v1/prices`.
pub(crate) fn create_price(core: &Arc<Core>, mut form: Fields<'_>) -> Result<Value> {
    form.without_effect(&["active", "expand", "nickname", "tax_behavior"]);
    let currency = currency::known(&form.name("currency"), &form.required("currency", 5000)?)?;
    let unit_amount = form.amount("unit_amount")?;
    let product = form.required("product", 5000)?;
    let metadata = form.metadata("metadata")?;
    form.finish()?;
    core.change(|state| {
        let found = state.products.get(&product);
        let name =
            found.map_err(|_| StripeError::no_such_param("product", "product", &product))?.name.clone();
        let (id, created) = (new_id("price_1", 23), now());
        let price = Price { id, created, currency, unit_amount, product, name, active: true, metadata };
        let object = objects::price(&price);
        state.prices.insert(price);
        Ok(object)
    })
}
