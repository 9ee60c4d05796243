//! What is sold and how it may be paid: products, prices, payment methods.

use serde_json::{Value, json};

use crate::simulateur::catalogue::{Price, Product};
use crate::simulateur::means::Method;

/// A product.
pub(crate) fn product(product: &Product) -> Value {
    json!({
        "id": product.id,
        "object": "product",
        "active": true,
        "created": product.created,
        "default_price": null,
        "description": product.description,
        "images": [],
        "livemode": false,
        "marketing_features": [],
        "metadata": product.metadata,
        "name": product.name,
        "package_dimensions": null,
        "shippable": null,
        "statement_descriptor": null,
        "tax_code": null,
        "tax_details": null,
        "type": "service",
        "unit_label": null,
        "updated": product.created,
        "url": null,
    })
}

/// A price that is paid once.
pub(crate) fn price(price: &Price) -> Value {
    json!({
        "id": price.id,
        "object": "price",
        "active": price.active,
        "billing_scheme": "per_unit",
        "created": price.created,
        "currency": price.currency,
        "custom_unit_amount": null,
        "livemode": false,
        "lookup_key": null,
        "metadata": price.metadata,
        "nickname": null,
        "product": price.product,
        "recurring": null,
        "tax_behavior": "unspecified",
        "tiers_mode": null,
        "transform_quantity": null,
        "type": "one_time",
        "unit_amount": price.unit_amount,
        "unit_amount_decimal": price.unit_amount.to_string(),
    })
}

/// A card or a bank account.
pub(crate) fn payment_method(method: &Method) -> Value {
    let mut object = json!({
        "id": method.id,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": {
                "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null,
            },
            "email": null, "name": null, "phone": null, "tax_id": null,
        },
        "created": method.created,
        "customer": null,
        "customer_account": null,
        "livemode": false,
        "metadata": {},
        "type": method.kind,
    });
    object[&method.kind] = if method.kind == "card" {
        json!({
            "brand": "visa", "country": "FR", "display_brand": "visa", "exp_month": 12, "exp_year": 2034,
            "funding": "credit", "generated_from": null, "last4": "4242",
            "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
            "networks": { "available": ["visa"], "preferred": null },
            "regulated_status": "unregulated", "three_d_secure_usage": { "supported": true }, "wallet": null,
        })
    } else {
        json!({
            "bank_code": "30004", "branch_code": null, "country": "FR", "fingerprint": null,
            "generated_from": { "charge": null, "setup_attempt": null }, "last4": "3000",
        })
    };
    object
}
