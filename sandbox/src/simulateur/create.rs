//! `POST /v1/checkout/sessions`: what Stripe accepts, what it refuses, and what comes of it.

use super::catalogue::Price;
use super::currency;
use super::error::{Result, StripeError};
use super::form::Fields;
use super::state::{Line, Origin, Session, State, new_id, now};

const LOCALES: &[&str] = &[
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA",
    "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru",
    "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
];

/// Means of payment that the hosted page can play.
const MEANS: &[&str] = &["card", "sepa_debit"];

/// Parameters that Stripe knows and that change nothing here.
const WITHOUT_EFFECT: &[&str] = &[
    "adaptive_pricing",
    "after_expiration",
    "allow_promotion_codes",
    "automatic_tax",
    "billing_address_collection",
    "branding_settings",
    "consent_collection",
    "currency",
    "custom_fields",
    "custom_text",
    "customer_creation",
    "excluded_payment_method_types",
    "integration_identifier",
    "name_collection",
    "origin_context",
    "payment_method_collection",
    "payment_method_options",
    "permissions",
    "phone_number_collection",
    "redirect_on_completion",
    "saved_payment_method_options",
    "shipping_address_collection",
    "shipping_options",
    "tax_id_collection",
    "wallet_options",
];

/// Reads the parameters into a session that is open but not yet remembered.
pub(crate) fn session(state: &State, form: &mut Fields<'_>, request: Origin) -> Result<Session> {
    form.without_effect(WITHOUT_EFFECT);
    let created = now();
    let mode = form.one_of("mode", &["payment", "setup", "subscription"])?;
    match mode.as_deref() {
        Some("payment") => {}
        Some(_) => {
            return Err(StripeError::invalid("mode", "The simulator plays the mode `payment` only."));
        }
        None => return Err(StripeError::missing("mode")),
    }
    for other in ["setup_intent_data", "subscription_data"] {
        if form.has(other) {
            let message = format!("You can not pass `{other}` in `payment` mode.");
            return Err(StripeError::invalid(other, message));
        }
    }
    form.one_of("ui_mode", &["hosted_page", "hosted"])?;
    if let Some(customer) = form.text("customer", 5000)? {
        return Err(StripeError::no_such_param("customer", "customer", &customer));
    }
    let (currency, lines) = lines(state, form)?;
    let total = lines
        .iter()
        .try_fold(0_i64, |sum, line| sum.checked_add(line.unit_amount.checked_mul(line.quantity)?));
    let total = total.unwrap_or(i64::MAX);
    currency::check(&currency, total, "line_items", "The Checkout Session's total amount due")?;
    let success_url = form.url("success_url")?;
    if success_url.is_none() {
        return Err(StripeError::missing("success_url"));
    }
    let (intent_metadata, intent_description, receipt_email) = intent_data(form)?;
    let invoice_creation = match form.object("invoice_creation")? {
        Some(mut invoice) => {
            invoice.without_effect(&["invoice_data"]);
            let enabled = invoice.boolean("enabled")?;
            let name = invoice.name("enabled");
            invoice.finish()?;
            enabled.ok_or_else(|| StripeError::missing(name))?
        }
        None => false,
    };
    Ok(Session {
        id: new_id("cs_test_a1", 56),
        created,
        expires_at: expires_at(form, created)?,
        status: "open".to_owned(),
        payment_status: "unpaid".to_owned(),
        means: means(form, &currency)?,
        currency,
        total,
        lines,
        success_url,
        cancel_url: form.url("cancel_url")?,
        locale: form.one_of("locale", LOCALES)?,
        customer_email: form.email("customer_email")?,
        client_reference_id: form.text("client_reference_id", 200)?,
        submit_type: form.one_of("submit_type", &["auto", "book", "donate", "pay", "subscribe"])?,
        metadata: form.metadata("metadata")?,
        invoice_creation,
        intent_metadata,
        intent_description,
        receipt_email,
        intent: None,
        declined: false,
        debit_will_fail: false,
        request,
    })
}

fn expires_at(form: &mut Fields<'_>, created: i64) -> Result<i64> {
    const HOUR: i64 = 3600;
    let Some(expires_at) = form.integer("expires_at")? else {
        // Stripe's own default is just short of what it refuses.
        return Ok(created + 24 * HOUR);
    };
    if expires_at >= created + 24 * HOUR {
        let message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.";
        return Err(StripeError::invalid("expires_at", message));
    }
    if expires_at < created + HOUR / 2 {
        let message =
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.";
        return Err(StripeError::invalid("expires_at", message));
    }
    Ok(expires_at)
}

fn lines(state: &State, form: &mut Fields<'_>) -> Result<(String, Vec<Line>)> {
    let mut currency: Option<String> = None;
    let mut lines = Vec::new();
    for mut item in form.objects("line_items")? {
        item.without_effect(&["adjustable_quantity", "metadata", "tax_rates"]);
        let (line_currency, mut line) = match (item.text("price", 5000)?, item.object("price_data")?) {
            (Some(_), Some(_)) => {
                let message = "You may only specify one of these parameters: price, price_data.";
                return Err(StripeError::invalid(item.name("price"), message));
            }
            (Some(id), None) => {
                let price = state.prices.get(&id);
                price_asked(price.map_err(|_| StripeError::no_such_param("price", &item.name("price"), &id))?)
            }
            (None, Some(mut price)) => {
                let line = price_data(&mut price)?;
                price.finish()?;
                line
            }
            (None, None) => return Err(StripeError::missing(item.name("price_data"))),
        };
        let quantity = item.integer("quantity")?;
        line.quantity = quantity.ok_or_else(|| StripeError::missing(item.name("quantity")))?;
        if line.quantity < 1 {
            let message = "This value must be greater than or equal to 1.";
            let error = StripeError::invalid(item.name("quantity"), message);
            return Err(error.code("parameter_invalid_integer"));
        }
        item.finish()?;
        if currency.as_ref().is_some_and(|currency| *currency != line_currency) {
            let message = "You cannot combine currencies on a single Checkout Session.";
            return Err(StripeError::invalid("line_items", message));
        }
        currency = Some(line_currency);
        lines.push(line);
    }
    let currency = currency.ok_or_else(|| StripeError::missing("line_items"))?;
    if lines.len() > 100 {
        return Err(StripeError::invalid("line_items", "You can have at most 100 line items."));
    }
    Ok((currency, lines))
}

fn price_asked(price: &Price) -> (String, Line) {
    let line = Line {
        price: Some(price.id.clone()),
        name: price.name.clone(),
        description: None,
        unit_amount: price.unit_amount,
        quantity: 1,
    };
    (price.currency.clone(), line)
}

fn price_data(price: &mut Fields<'_>) -> Result<(String, Line)> {
    price.without_effect(&["tax_behavior"]);
    let currency = currency::known(&price.name("currency"), &price.required("currency", 5000)?)?;
    for unplayed in ["recurring", "unit_amount_decimal"] {
        if price.has(unplayed) {
            let message = format!("The simulator does not play `{unplayed}`.");
            return Err(StripeError::invalid(price.name(unplayed), message));
        }
    }
    if let Some(product) = price.text("product", 5000)? {
        return Err(StripeError::no_such_param("product", &price.name("product"), &product));
    }
    let name = price.name("product_data");
    let mut product = price.object("product_data")?.ok_or_else(|| StripeError::missing(name))?;
    product.without_effect(&["images", "metadata", "tax_code", "tax_details", "unit_label"]);
    let (name, description) = (product.required("name", 5000)?, product.text("description", 5000)?);
    product.finish()?;
    let unit_amount = price.amount("unit_amount")?;
    Ok((currency, Line { price: None, name, description, unit_amount, quantity: 1 }))
}

type IntentData = (std::collections::BTreeMap<String, String>, Option<String>, Option<String>);

fn intent_data(form: &mut Fields<'_>) -> Result<IntentData> {
    let Some(mut data) = form.object("payment_intent_data")? else {
        return Ok(IntentData::default());
    };
    data.without_effect(&[
        "setup_future_usage",
        "shipping",
        "statement_descriptor",
        "statement_descriptor_suffix",
    ]);
    data.one_of("capture_method", &["automatic", "automatic_async"])?;
    let read = (data.metadata("metadata")?, data.text("description", 1000)?, data.email("receipt_email")?);
    data.finish()?;
    Ok(read)
}

/// What the payer may choose: what was asked for, else what the account offers for that currency.
fn means(form: &mut Fields<'_>, currency: &str) -> Result<Vec<String>> {
    let mut asked = form.texts("payment_method_types")?;
    asked.extend(form.texts("allowed_payment_method_types")?);
    if asked.is_empty() {
        let offered = if currency == "eur" { MEANS } else { &MEANS[..1] };
        return Ok(offered.iter().map(|means| (*means).to_owned()).collect());
    }
    if let Some(unknown) = asked.iter().find(|means| !MEANS.contains(&means.as_str())) {
        let message = format!("The simulator plays {} only, not {unknown}.", MEANS.join(" and "));
        return Err(StripeError::invalid("payment_method_types", message));
    }
    if currency != "eur" && asked.iter().any(|means| means == "sepa_debit") {
        let message = format!(
            "The payment method `sepa_debit` is not compatible with the currency `{currency}`: only eur is."
        );
        return Err(StripeError::invalid("payment_method_types", message));
    }
    Ok(asked)
}
