//! The judge of the API's document: every answer that a test is given is held against it, to the last field, and so
//! is every body that was accepted. A field more or less, on either side, and the tests say where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, PoisonError};

use boon::{Compiler, SchemaIndex, Schemas};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Request};
use serde_json::{Map, Value};

use crate::people::Answer;

/// The document as it is served.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(edge::api::openapi::document);

static JUDGE: LazyLock<Judge> = LazyLock::new(Judge::new);

/// The answers of this process so far: operations with their status, `default` where it is a problem.
static SEEN: Mutex<BTreeSet<(String, String)>> = Mutex::new(BTreeSet::new());

/// Which answers this process has seen: an operation's id, and the name under which the document has its answer.
pub fn seen() -> BTreeSet<(String, String)> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// An operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its method.
    pub method: Method,
    /// Its path, with placeholders.
    pub path: String,
    /// What stands there of it.
    pub described: &'static Value,
}

impl Operation {
    /// Its name.
    pub fn id(&self) -> &str {
        self.described["operationId"].as_str().expect("an id")
    }

    /// The schema of its JSON body, if it takes one.
    pub fn body(&self) -> Option<&'static Value> {
        self.described.pointer("/requestBody/content/application~1json/schema").map(resolved)
    }

    /// What it takes in its query string.
    pub fn query(&self) -> Vec<&'static str> {
        let parameters = self.described["parameters"].as_array().expect("a list").iter().map(resolved);
        parameters.filter(|it| it["in"] == "query").filter_map(|it| it["name"].as_str()).collect()
    }

    /// How many of the path's steps are its own words; `None` when it is not this path.
    fn fits(&self, path: &str) -> Option<usize> {
        let (mine, theirs): (Vec<_>, Vec<_>) = (self.path.split('/').collect(), path.split('/').collect());
        let pairs = || mine.iter().zip(&theirs);
        let fits = mine.len() == theirs.len() && pairs().all(|(a, b)| a == b || a.starts_with('{'));
        fits.then(|| pairs().filter(|(a, b)| a == b).count())
    }

    /// The answer that it gives with this status, and under which name.
    fn answer(&self, status: u16) -> Option<(String, &'static Value)> {
        let answers = &self.described["responses"];
        let name =
            [status.to_string(), "default".to_owned()].into_iter().find(|it| !answers[it].is_null())?;
        let answer = resolved(&answers[&name]);
        Some((name, answer))
    }
}

/// All operations of the document.
pub fn operations() -> Vec<Operation> {
    let paths = DOCUMENT["paths"].as_object().expect("paths").iter();
    paths
        .flat_map(|(path, methods)| {
            methods.as_object().expect("methods").iter().map(|(method, described)| Operation {
                method: method.to_uppercase().parse().expect("a method"),
                path: path.clone(),
                described,
            })
        })
        .collect()
}

/// What a `$ref` of the document points at.
fn resolved(value: &'static Value) -> &'static Value {
    let Some(target) = value["$ref"].as_str() else { return value };
    DOCUMENT.pointer(target.trim_start_matches('#')).unwrap_or_else(|| panic!("{target} is nowhere"))
}

/// What was asked.
#[derive(Debug)]
pub struct Asked {
    method: Method,
    path: String,
    /// The body, if it is JSON.
    body: Option<Value>,
}

impl Asked {
    /// Remembers what is about to be sent.
    pub fn of(request: &Request) -> Self {
        let json = request.headers().get(CONTENT_TYPE).is_some_and(|it| it == "application/json");
        let body = request.body().filter(|_| json).and_then(|body| body.as_bytes());
        Self {
            method: request.method().clone(),
            path: request.url().path().to_owned(),
            body: body.and_then(|body| serde_json::from_slice(body).ok()),
        }
    }

    /// Holds the answer against the document.
    pub fn check(&self, answer: &Answer) {
        let described = self.path.starts_with("/api/") || ["/sante", "/pret"].contains(&self.path.as_str());
        if !described || self.method == Method::HEAD {
            return;
        }
        let what = format!("{} {}: {}", self.method, self.path, answer.status);
        let status = answer.status.as_u16();
        let all = operations().into_iter().filter(|it| it.method == self.method);
        let Some(operation) =
            all.max_by_key(|it| it.fits(&self.path)).filter(|it| it.fits(&self.path).is_some())
        else {
            assert!(status >= 400, "{what}, and the document knows no such operation");
            return JUDGE.check(&what, "#/components/schemas/Probleme", &answer.json());
        };
        let (name, expected) =
            operation.answer(status).unwrap_or_else(|| panic!("{what} is not in the document"));
        SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert((operation.id().to_owned(), name));
        for (name, header) in expected["headers"].as_object().into_iter().flatten() {
            assert!(header["required"] != true || !answer.header(name).is_empty(), "{what} without {name}");
        }
        match expected["content"].as_object().into_iter().flatten().next() {
            None => assert_eq!(answer.text, "", "{what} has a body"),
            Some((media, content)) => {
                assert_eq!(answer.header("content-type").split(';').next(), Some(media.as_str()), "{what}");
                if let Some(schema) = content.get("schema") {
                    JUDGE.check_schema(&what, schema, &answer.json());
                }
            }
        }
        // What a GET carries means nothing.
        let took = answer.status.is_success() && self.method != Method::GET;
        if let Some(body) = self.body.as_ref().filter(|_| took) {
            match operation.described.pointer("/requestBody/content/application~1json/schema") {
                Some(schema) => JUDGE.check_schema(&format!("{what}, the body"), schema, body),
                None => assert_eq!(*body, Value::Object(Map::new()), "{what} took a body"),
            }
        }
    }
}

/// The document's schemas, closed: nothing stands in an answer that is not named.
struct Judge {
    schemas: Schemas,
    /// By their text.
    indices: BTreeMap<String, SchemaIndex>,
}

/// Where the document stands for those who follow its references.
const PLACE: &str = "http://guichet.example/openapi.json";

impl Judge {
    fn new() -> Self {
        let mut document = DOCUMENT.clone();
        let mut found = BTreeMap::new();
        find(&DOCUMENT, String::new(), &mut found);
        close(&mut document);
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        compiler.add_resource(PLACE, document).expect("a document");
        let indices = found.into_iter().map(|(text, pointer)| {
            let index = compiler.compile(&format!("{PLACE}#{pointer}"), &mut schemas);
            (text, index.unwrap_or_else(|error| panic!("{pointer}: {error:#}")))
        });
        let indices = indices.collect();
        Self { schemas, indices }
    }

    fn check(&self, what: &str, target: &str, value: &Value) {
        self.check_schema(what, &serde_json::json!({ "$ref": target }), value);
    }

    fn check_schema(&self, what: &str, schema: &Value, value: &Value) {
        let index = self.indices[&schema.to_string()];
        if let Err(error) = self.schemas.validate(value, index) {
            panic!("{what} is not as the API's document says: {error}\n{value}");
        }
    }
}

/// Finds every schema of a body or an answer: by its text, where it stands.
fn find(value: &Value, pointer: String, found: &mut BTreeMap<String, String>) {
    let step = |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "schema" {
                    found.insert(member.to_string(), step(name));
                }
                find(member, step(name), found);
            }
        }
        Value::Array(members) => {
            for (number, member) in members.iter().enumerate() {
                find(member, step(&number.to_string()), found);
            }
        }
        _ => {}
    }
}

/// Lets no object hold what it does not name.
fn close(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if members.get("properties").is_some_and(Value::is_object) {
                members.insert("additionalProperties".into(), Value::Bool(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(members) => members.iter_mut().for_each(close),
        _ => {}
    }
}
