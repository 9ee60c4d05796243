//! Errors as Stripe words and shapes them.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An answer that is not a success.
#[derive(Clone, Debug)]
pub(crate) struct StripeError {
    pub(crate) status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
    /// More that Stripe says beside these.
    more: Option<Box<Value>>,
    /// Whether the request got as far as being executed, so that its answer stays with its idempotency key.
    pub(crate) executed: bool,
}

pub(crate) type Result<T> = std::result::Result<T, StripeError>;

impl StripeError {
    fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, code: None, param: None, message: message.into(), more: None, executed: false }
    }

    /// 400 about one parameter.
    pub(crate) fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message);
        Self { param: Some(param.into()), ..error }
    }

    /// 400 about the state of things, not about a parameter.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self { executed: true, ..Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message) }
    }

    pub(crate) fn missing(param: impl Into<String>) -> Self {
        let param = param.into();
        let message = format!("Missing required param: {param}.");
        Self::invalid(param, message).code("parameter_missing")
    }

    pub(crate) fn unknown(params: &[String]) -> Self {
        let noun = if params.len() == 1 { "parameter" } else { "parameters" };
        let message = format!("Received unknown {noun}: {}", params.join(", "));
        Self::invalid(params.first().cloned().unwrap_or_default(), message).code("parameter_unknown")
    }

    /// 404: the object that the path names.
    pub(crate) fn no_such(what: &str, param: &str, id: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::no_such_param(what, param, id) }
    }

    /// 400: an object that a parameter names.
    pub(crate) fn no_such_param(what: &str, param: &str, id: &str) -> Self {
        // The simulator is in test mode; an id of the other mode is told apart, as Stripe does.
        let mode = if id.contains("_live_") {
            "; a similar object exists in live mode, but a test mode key was used to make this request."
        } else {
            ""
        };
        Self::invalid(param, format!("No such {what}: '{id}'{mode}")).code("resource_missing")
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request_error", message)
    }

    pub(crate) fn no_such_url(method: &str, path: &str) -> Self {
        let message = format!(
            "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at \
             https://support.stripe.com/."
        );
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", message)
    }

    /// 400: a key that came before with something else.
    pub(crate) fn key_of_another_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "idempotency_error", message)
    }

    /// 409: the same key is being worked on.
    pub(crate) fn key_in_use(key: &str) -> Self {
        let message = format!(
            "There is currently another in-progress request using this Idempotent Key (that probably means you \
             submitted twice, and the other request is still going through): {key}. Please try again later."
        );
        Self::new(StatusCode::CONFLICT, "idempotency_error", message).code("idempotency_key_in_use")
    }

    /// 402: the bank does not pay. `failure` says why, `about` what it was about.
    pub(crate) fn declined(failure: &Value, mut about: Value) -> Self {
        if let (Value::Object(failure), Value::Object(about)) = (failure, &mut about) {
            about.extend(failure.clone());
        }
        let message = failure["message"].as_str().unwrap_or_default();
        let error = Self::new(StatusCode::PAYMENT_REQUIRED, "card_error", message);
        Self { more: Some(Box::new(about)), executed: true, ..error }
    }

    pub(crate) fn rate_limited() -> Self {
        let message = "Request rate limit exceeded. You can learn more about rate limits here \
                       https://stripe.com/docs/rate-limits.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "invalid_request_error", message).code("rate_limit")
    }

    pub(crate) fn server() -> Self {
        let message = "An unknown error occurred (a fault of the simulator's, as asked).";
        let error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "api_error", message);
        Self { executed: true, ..error }
    }

    pub(crate) fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }
}

impl StripeError {
    /// What it says.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The JSON of the answer.
    pub(crate) fn body(&self) -> String {
        let mut error = json!({ "type": self.kind, "message": self.message });
        if let Some(code) = self.code {
            error["code"] = json!(code);
            let page = code.replace('_', "-");
            error["doc_url"] = json!(format!("https://stripe.com/docs/error-codes/{page}"));
        }
        if let Some(param) = &self.param {
            error["param"] = json!(param);
        }
        if let (Some(Value::Object(more)), Value::Object(error)) = (self.more.as_deref(), &mut error) {
            error.extend(more.clone());
        }
        json!({ "error": error }).to_string()
    }
}

impl IntoResponse for StripeError {
    fn into_response(self) -> Response {
        (self.status, [(header::CONTENT_TYPE, "application/json")], self.body()).into_response()
    }
}
