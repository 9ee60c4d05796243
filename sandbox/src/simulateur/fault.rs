//! Faults at will: how Stripe, or the way to it, misbehaves.

use serde::{Deserialize, Serialize};

/// The faults in force. The first that fits a request or an event is the one that strikes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fautes {
    /// On the API.
    pub api: Vec<FauteApi>,
    /// On the way to the webhook endpoint.
    pub webhooks: Vec<FauteWebhook>,
}

/// A fault of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FauteApi {
    /// Only for this method.
    #[serde(default)]
    pub methode: Option<String>,
    /// Only for paths that begin so.
    #[serde(default)]
    pub chemin: Option<String>,
    /// What happens.
    pub faute: GenreApi,
    /// How many times; without it, until the faults are changed.
    #[serde(default)]
    pub fois: Option<u32>,
    /// For `delai`: how long, in milliseconds.
    #[serde(default)]
    pub delai_ms: u64,
}

/// What may happen to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GenreApi {
    /// 429: not done, and not kept with the idempotency key.
    TropDeRequetes,
    /// 500: not done, and kept with the key: replayed for ever.
    Erreur,
    /// 500 although it was done; kept with the key.
    ErreurApres,
    /// The connection ends, nothing was done.
    Coupure,
    /// It was done, then the connection ends without an answer.
    CoupureApres,
    /// It is done and answered, late.
    Delai,
}

/// A fault of webhooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FauteWebhook {
    /// Only for this type of event.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// What happens.
    pub faute: GenreWebhook,
    /// How many times; without it, until the faults are changed.
    #[serde(default)]
    pub fois: Option<u32>,
    /// For `dupliquer`: how many deliveries in all. For `melanger`: how many events are gathered.
    #[serde(default)]
    pub copies: u32,
    /// For `retarder`: how long, in milliseconds. What is not late overtakes it.
    #[serde(default)]
    pub delai_ms: u64,
}

/// What may happen to an event on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GenreWebhook {
    /// Never sent; it only stands in the list of events.
    Perdre,
    /// Sent several times at once.
    Dupliquer,
    /// Sent late.
    Retarder,
    /// Held until `copies` of them are there, then sent one after the other, in another order than they were
    /// made. What is still held when the faults are changed is sent then.
    Melanger,
}

impl Fautes {
    /// The fault that strikes a request; spent if it is counted.
    pub(crate) fn strike_api(&mut self, method: &str, path: &str) -> Option<FauteApi> {
        let fits = |fault: &&mut FauteApi| {
            fault.fois != Some(0)
                && fault.methode.as_deref().is_none_or(|wanted| wanted == method)
                && fault.chemin.as_deref().is_none_or(|prefix| path.starts_with(prefix))
        };
        let fault = self.api.iter_mut().find(fits)?;
        fault.fois = fault.fois.map(|left| left - 1);
        Some(fault.clone())
    }

    /// The fault that strikes an event; spent if it is counted.
    pub(crate) fn strike_webhook(&mut self, kind: &str) -> Option<FauteWebhook> {
        let fits = |fault: &&mut FauteWebhook| {
            fault.fois != Some(0) && fault.kind.as_deref().is_none_or(|wanted| wanted == kind)
        };
        let fault = self.webhooks.iter_mut().find(fits)?;
        fault.fois = fault.fois.map(|left| left - 1);
        Some(fault.clone())
    }
}
