//! Where sellers describe the request: official packages and habits have made many places
//! ([x402](https://github.com/coinbase/x402/blob/main/specs/extensions/bazaar.md)).

use super::{
    super::json::Json,
    Place, Schema,
    field::{only_shown, properties, read_fields, texts, with_examples},
};

/// Where the body's fields may be, and then those of the query, which stock sellers confuse with it.
const BODIES: [&str; 6] = ["bodyFields", "body_fields", "bodyParams", "body", "data", "properties"];
const QUERIES: [&str; 4] = ["queryParams", "query_params", "query", "params"];
const BODY_METHODS: [&str; 3] = ["POST", "PUT", "PATCH"];
/// Lists of required fields beside them.
const LISTS: [&str; 4] = ["required", "bodyRequired", "bodyFieldsRequired", "queryRequired"];
/// Other entries that are read: what they contradict is not said.
const MOST_OTHERS: usize = 8;
/// A longer description is not read.
const LONGEST: usize = 0x1_0000;

/// The parts of a 402 that may describe the request.
#[derive(Clone, Debug)]
pub struct Described<J> {
    /// The entry that was chosen.
    pub chosen: J,
    /// The other entries.
    pub others: Vec<J>,
    /// The member `extensions.bazaar`.
    pub bazaar: Option<J>,
    /// Whether the terms are of version 2.
    pub is_newer: bool,
}

impl<J: Json> Schema<J> {
    /// Reads what the seller says of the request, wherever it does. What one place says and another contradicts, is not
    /// said.
    #[must_use]
    pub fn read(described: &Described<J>) -> Option<Self> {
        let Described { chosen, others, bazaar, is_newer } = described;
        let mut entries = [chosen].into_iter().chain(others.iter().take(MOST_OTHERS));
        let read = |entry: &J| of_entry(entry).and_then(|(fields, place)| Self::of_body(&fields, place));
        let mut older = entries.by_ref().find_map(read);
        for other in entries.filter_map(read) {
            older = older.map(|older| older.undisputed(&other));
        }
        let newer = bazaar.as_ref().and_then(of_bazaar).and_then(|(fields, place)| Self::of_body(&fields, place));
        let (first, second) = if *is_newer { (newer, older) } else { (older, newer) };
        match (&first, &second) {
            (Some(one), Some(other)) => Some(one.undisputed(other)),
            _ => first.or(second),
        }
    }
}

/// The description in an entry: `outputSchema.input`.
fn of_entry<J: Json>(entry: &J) -> Option<(J, Place)> {
    of_input(&bounded(entry.get("outputSchema")?)?.get("input")?)
}

/// The description in `extensions.bazaar`, whose `schema` describes its `info`: the body's is inside.
fn of_bazaar<J: Json>(bazaar: &J) -> Option<(J, Place)> {
    let bazaar = bounded(bazaar.clone())?;
    let schema = bazaar.get("schema");
    let input = schema.as_ref().and_then(|schema| path(schema, &["properties", "input", "properties"]));
    let own = path(&bazaar, &["info", "input"]);
    let names_body = input.as_ref().is_some_and(|input| input.get("body").is_some());
    let is_body = (names_body || input.as_ref().is_some_and(may_have_body)) && own.is_none_or(|own| has_body(&own));
    let place = if names_body { Place::Beside } else { Place::Anywhere };
    let declared = input.and_then(|input| input.get("body").or_else(|| input.get("queryParams")));
    let example = path(&bazaar, &["info", "input", "body"]).filter(is_schema);
    let read = |body: J| read_fields(&body, &[], [body.clone()].into_iter().chain(schema.clone()).collect());
    let fields = declared.filter(Json::is_object).and_then(read);
    let example_of = |fields: J| match path(&bazaar, &["info", "input", "body"]) {
        Some(example) => with_examples(&fields, &example),
        None => fields,
    };
    let fields = fields.map(example_of);
    let fields = if is_body { fields } else { fields.map(|fields| shown(&fields)) };
    let stated = fields.map(|fields| (fields, place));
    stated.or_else(|| Some((example.and_then(read)?, Place::Beside))).or_else(|| of_input(&bazaar.get("inputSchema")?))
}

fn path<J: Json>(of: &J, keys: &[&str]) -> Option<J> {
    let mut found = of.clone();
    for key in keys {
        found = found.get(key)?;
    }
    Some(found)
}

fn of_input<J: Json>(input: &J) -> Option<(J, Place)> {
    if input.text_at("type").as_deref() == Some("object") {
        let fields = Some(input).filter(|input| is_schema(*input));
        return Some((fields.and_then(|input| read_fields(input, &[], vec![input.clone()]))?, Place::Beside));
    }
    let part = |key: &&str| input.get(key).filter(Json::is_object);
    let body = BODIES.iter().find_map(part);
    let place = if body.is_some() { Place::Beside } else { Place::Anywhere };
    let body = body.or_else(|| QUERIES.iter().find_map(part))?;
    let mut required = Vec::new();
    for list in LISTS {
        required.extend(texts(input, list));
    }
    let fields = read_fields(&body, &required, vec![body.clone()])?;
    Some((if has_body(input) { fields } else { shown(&fields) }, place))
}

/// Fields of another request, which rule nothing out.
fn shown<J: Json>(fields: &J) -> J {
    let mut shown = J::object();
    for (name, field) in fields.entries() {
        shown.set(&name, only_shown(&field));
    }
    shown
}

/// Whether a schema's `method` may be one with a body.
fn may_have_body<J: Json>(input: &J) -> bool {
    let Some(method) = input.get("method") else { return true };
    let named = method.get("const").and_then(|method| method.as_text());
    texts(&method, "enum").iter().chain(&named).any(|method| BODY_METHODS.contains(&method.as_str()))
}

/// Whether it describes a request with a body, as this one has, or does not say.
fn has_body<J: Json>(input: &J) -> bool {
    let is_http = input.text_at("type").is_none_or(|kind| kind == "http");
    let method = input.get("method").and_then(|method| method.as_text());
    is_http && method.is_none_or(|method| BODY_METHODS.contains(&method.to_ascii_uppercase().as_str()))
}

/// Whether it is a JSON Schema of an object, and not an object of fields.
fn is_schema<J: Json>(value: &J) -> bool {
    let is_object = value.get("type").is_none_or(|kind| kind.as_text().as_deref() == Some("object"));
    is_object && properties(value).is_some()
}

fn bounded<J: Json>(description: J) -> Option<J> {
    (description.to_text().len() <= LONGEST).then_some(description)
}
