//! The server's own reason for a refusal. It is shown to people, so it is reduced to one short line of plain text.

use super::{
    error::{Code, Detail, Error, Stage},
    http::{Body, HttpResponse, excerpt},
    json::Json,
    text::text,
};

/// The most characters of a reason.
const MOST_LETTERS: usize = 500;
/// Headers and bodies longer than terms may be are not searched.
const LONGEST_ANSWER: usize = 0x4_0000;
/// Text nested deeper than this is not found.
const DEEPEST: usize = 6;
/// If there are several problems, only this many are shown.
const MOST_PROBLEMS: usize = 5;

/// Where servers put their messages, in reading order. First those of x402: of a failed settlement, and of a 402. Then
/// those of others: [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) (`title`, `detail`), OAuth, FastAPI (`detail:
/// [{loc, msg}]`), NestJS (`error` and `message`, a list), Zod (`issues`, `formErrors`), and finally by field name:
/// Laravel and Zod.
const WORDS: [&str; 16] = [
    "errorReason",
    "error_reason",
    "invalidReason",
    "error",
    "reason",
    "title",
    "message",
    "msg",
    "errorMessage",
    "error_description",
    "detail",
    "details",
    "issues",
    "formErrors",
    "errors",
    "fieldErrors",
];
const WORDS_OF_X402: usize = 5;
const WORDS_BY_FIELD: [&str; 2] = ["errors", "fieldErrors"];

/// Where an item of a list of problems names its field: FastAPI, Zod and express-validator, Ajv, others.
const PLACES: [&str; 5] = ["loc", "path", "instancePath", "field", "param"];

/// What an unwanted response contributes to an error.
#[derive(Debug)]
pub struct Refusal {
    /// The server's reason after a colon, in quotation marks; empty if there is none.
    pub in_message: String,
    /// `status`, the start of the `body`, and the `reason`.
    pub details: Vec<(&'static str, Detail)>,
}

impl Refusal {
    /// Reads a response: a failed settlement first, then the terms in the header, then the body.
    #[must_use]
    pub fn read<J: Json>(response: &HttpResponse<J>) -> Self {
        let mut details =
            vec![("status", u64::from(response.status).into()), ("body", excerpt(&response.body.text).into())];
        let mut in_message = String::new();
        if let Some(reason) = said_in(response) {
            in_message = text!(": ", quoted(&reason));
            details.push(("reason", reason.into()));
        }
        Self { in_message, details }
    }

    /// The error for a response that came before anything was signed.
    #[must_use]
    pub fn error(self, code: Code, stage: Stage, what: &str) -> Error {
        Error::unpaid(code, stage, text!(what, self.in_message)).details(self.details)
    }
}

fn said_in<J: Json>(response: &HttpResponse<J>) -> Option<String> {
    for header in [&response.receipt, &response.terms].into_iter().flatten() {
        if let Some(reason) = parse(header).and_then(|document: J| read(&document)) {
            return Some(reason);
        }
    }
    let Body { text, json, .. } = &response.body;
    let document = json.as_ref().filter(|_| text.len() <= LONGEST_ANSWER);
    document.map_or_else(|| sentence(text), read)
}

fn parse<J: Json>(text: &str) -> Option<J> {
    if text.len() <= LONGEST_ANSWER { J::parse(text) } else { None }
}

/// Some servers answer a bad request with just a sentence. A page of HTML or half a document is not one.
fn sentence(body: &str) -> Option<String> {
    let begins = body.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    (begins && body.len() <= MOST_LETTERS).then(|| line(body)).filter(|line| !line.is_empty())
}

/// The reason in a document, if it has one.
#[must_use]
pub fn read<J: Json>(document: &J) -> Option<String> {
    let mut messages = Vec::new();
    collect(document, "", DEEPEST, &mut messages);
    let mut all = String::new();
    for part in messages {
        all = if all.is_empty() { part } else { text!(all, "; ", part) };
    }
    (!all.is_empty()).then(|| line(&all))
}

/// Finds messages in any value, however the server nests them. `place` is the field that they are about.
fn collect<J: Json>(value: &J, place: &str, depth: usize, messages: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1).filter(|_| messages.len() < MOST_PROBLEMS) else { return };
    if let Some(text) = value.as_text() {
        let before = messages.len();
        // Zod's own `message` is its list of issues as JSON text.
        if let Some(inner) = Some(&text).filter(|text| text.starts_with('[')).and_then(|text| J::parse(text)) {
            collect::<J>(&inner, place, depth, messages);
        }
        if messages.len() == before {
            add_message(place, &text, messages);
        }
    } else if let Some(items) = value.items() {
        for item in items.iter().take(MOST_PROBLEMS) {
            let own = PLACES.iter().find_map(|key| item.get(key)).map(|own| path(&own));
            collect(item, own.as_deref().unwrap_or(place), depth, messages);
        }
    } else {
        let most = if value.get("x402Version").is_some() { WORDS_OF_X402 } else { WORDS.len() };
        for key in WORDS.iter().take(most) {
            let Some(member) = value.get(key) else { continue };
            if WORDS_BY_FIELD.contains(key) {
                for (name, problem) in member.entries().iter().take(MOST_PROBLEMS).filter(|_| member.is_object()) {
                    collect(problem, name, depth, messages);
                }
            }
            collect(&member, place, depth, messages);
        }
    }
}

/// Keeps each text once.
fn add_message(place: &str, words: &str, messages: &mut Vec<String>) {
    let words = line(words);
    let words = if place.is_empty() || words.is_empty() { words } else { text!(place, ": ", words) };
    if !words.is_empty() && !messages.contains(&words) {
        messages.push(words);
    }
}

/// `["body", "prompt"]`, or text.
fn path<J: Json>(place: &J) -> String {
    let mut path = String::new();
    for step in place.items().unwrap_or_else(|| vec![place.clone()]) {
        if let Some(step) = step.as_text().or_else(|| step.as_number()) {
            path = if path.is_empty() { step } else { text!(path, ".", step) };
        }
    }
    path
}

/// A third party's text inside one of our sentences, which it cannot end.
fn quoted(words: &str) -> String {
    let letters = words.chars().map(|letter| if letter == '"' { '\'' } else { letter });
    text!("\"", letters.collect::<String>(), "\"")
}

/// A third party's text as one line, in any script, without markup or characters that are invisible, break the line or
/// change the text direction.
#[must_use]
pub fn line(text: &str) -> String {
    let mut line = String::new();
    let mut count = 0usize;
    let mut gap = false;
    for letter in text.chars() {
        if is_space(letter) {
            gap = count > 0;
        } else if !hides(letter) {
            count = count.saturating_add(if gap { 2 } else { 1 });
            if count > MOST_LETTERS {
                break;
            }
            if gap {
                line.push(' ');
            }
            gap = false;
            line.push(letter);
        }
    }
    line
}

const fn is_space(letter: char) -> bool {
    matches!(letter, '\t'..='\r' | ' ' | '\u{85}' | '\u{a0}' | '\u{2028}'..='\u{2029}')
}

/// Markup, control characters, and what Unicode calls [default
/// ignorable](https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point), which includes direction marks.
fn hides(letter: char) -> bool {
    const HIDDEN: [[u16; 2]; 18] = [
        [0, 0x1f],
        [0x3c, 0x3c],
        [0x3e, 0x3e],
        [0x7f, 0x9f],
        [0xad, 0xad],
        [0x34f, 0x34f],
        [0x61c, 0x61c],
        [0x115f, 0x1160],
        [0x17b4, 0x17b5],
        [0x180b, 0x180f],
        [0x200b, 0x200f],
        [0x202a, 0x202e],
        [0x2060, 0x206f],
        [0x3164, 0x3164],
        [0xfe00, 0xfe0f],
        [0xfeff, 0xfeff],
        [0xffa0, 0xffa0],
        [0xfff0, 0xfffb],
    ];
    let code = u32::from(letter);
    matches!(code, 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
        || HIDDEN.iter().any(|[first, last]| (u32::from(*first)..=u32::from(*last)).contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn only_the_first_problems_are_shown() {
        let many = |first: usize| (first..first + 3).map(|at| json!({"msg": format!("no {at}")})).collect::<Vec<_>>();
        let all = [many(0), many(3), many(6)];
        for document in [json!({"detail": all.concat()}), json!({"detail": all})] {
            assert_eq!(read(&document).unwrap().split("; ").count(), MOST_PROBLEMS, "{document}");
        }
    }

    #[test]
    fn messages_are_found_where_servers_put_them() {
        let zod = json!([{"code": "too_small", "path": ["templateData", "duration"], "message": "Too small"}]);
        for (body, words) in [
            (json!({"x402Version": 1, "error": "insufficient_funds", "accepts": []}), "insufficient_funds"),
            (json!({"reason": "支払いは拒否されました"}), "支払いは拒否されました"),
            (json!({"error": {"message": "The prompt is not allowed", "type": "policy"}}), "The prompt is not allowed"),
            (json!({"detail": "Not enough credits"}), "Not enough credits"),
            (
                json!({"detail": [{"loc": ["body", "prompt"], "msg": "field required", "type": "missing"}]}),
                "body.prompt: field required",
            ),
            (
                json!({"detail": [{"loc": ["body", "images", 0], "msg": "too big"}, {"msg": "and odd"}]}),
                "body.images.0: too big; and odd",
            ),
            (
                json!({"statusCode": 400, "message": ["seed must be a UUID"], "error": "Bad Request"}),
                "Bad Request; seed must be a UUID",
            ),
            (
                json!({"success": false, "error": {"issues": zod, "name": "ZodError"}}),
                "templateData.duration: Too small",
            ),
            (json!({"error": zod.to_string()}), "templateData.duration: Too small"),
            (json!({"error": {"formErrors": [], "fieldErrors": {"prompt": ["Required"]}}}), "prompt: Required"),
            (
                json!({"message": "The data was invalid.", "errors": {"prompt": ["Required."], "seed": ["No UUID."]}}),
                "The data was invalid.; prompt: Required.; seed: No UUID.",
            ),
            (json!({"errors": [{"instancePath": "/prompt", "message": "must be string"}]}), "/prompt: must be string"),
            (json!({"title": "Bad Request", "detail": "Bad Request", "status": 400}), "Bad Request"),
            (json!({"error": "Bad Request", "path": "/generation/create"}), "Bad Request"),
            (json!({"errorReason": "nonce_used", "success": false}), "nonce_used"),
            (json!("Too many requests"), "Too many requests"),
            (json!({"error": "  ", "message": "spaces say nothing"}), "spaces say nothing"),
        ] {
            assert_eq!(read(&body).as_deref(), Some(words), "{body}");
        }
        for silent in [
            json!({}),
            json!({"error": 5}),
            json!({"error": ""}),
            json!({"error": {"code": "odd"}}),
            json!({"status": "failed"}),
            json!(null),
            json!([]),
        ] {
            assert_eq!(read(&silent), None, "{silent}");
        }
    }

    fn refusal(status: u16, [receipt, terms, body]: [&str; 3]) -> Refusal {
        let header = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
        Refusal::read(&HttpResponse::<Value> {
            status,
            receipt: header(receipt),
            terms: header(terms),
            body: body.into(),
            ..HttpResponse::default()
        })
    }

    #[test]
    fn the_settlement_counts_before_the_terms_and_these_before_the_body() {
        let [settlement, terms, body] =
            [r#"{"success":false,"errorReason":"late"}"#, r#"{"x402Version":2,"error":"broke"}"#, r#"{"error":"odd"}"#];
        for (parts, words) in [
            ([settlement, terms, body], ": \"late\""),
            (["", terms, body], ": \"broke\""),
            (["", "", body], ": \"odd\""),
            ([r#"{"success":true}"#, "%%%", body], ": \"odd\""),
            (["", "{}", "{}"], ""),
            (["", "", "seed: UUID parsing failed"], ": \"seed: UUID parsing failed\""),
            (["", "", "<h1>Bad Gateway</h1>"], ""),
            (["", "", "{\"error\":\"bro"], ""),
        ] {
            assert_eq!(refusal(402, parts).in_message, words, "{parts:?}");
        }
        let facts = refusal(422, ["", "", body]).details;
        assert_eq!(facts, [("status", 422u64.into()), ("body", body.into()), ("reason", "odd".into())]);
    }

    #[test]
    fn quoted_text_cannot_end_the_sentence_around_it() {
        let sly = json!({"error": "no\". Your money came back: \"pay again"}).to_string();
        assert_eq!(refusal(402, ["", "", &sly]).in_message, ": \"no'. Your money came back: 'pay again\"");
    }

    #[test]
    fn hidden_characters_and_markup_are_dropped_and_lines_become_one() {
        assert_eq!(line("no \u{7}\u{202e}<b>luck\u{200b} \n漢字</b>"), "no bluck 漢字/b");
        assert_eq!(line("\r\n one\r\n\ttwo\u{2028}three \u{e0041}\u{ad}\u{3164}"), "one two three");
        assert_eq!(line("مرحبا، नमस्ते, 안녕"), "مرحبا، नमस्ते, 안녕");
        assert_eq!(line(&"x".repeat(1_000)).len(), MOST_LETTERS);
    }

    #[test]
    fn endless_nesting_is_not_searched() {
        let mut deep = json!("deep");
        for _ in 0..200 {
            deep = json!({ "error": [deep] });
        }
        assert_eq!(read(&deep), None);
    }

    fn documents() -> impl Strategy<Value = Value> {
        let text = prop_oneof![any::<String>(), ".{0,9}[\u{202a}-\u{202e}\u{2066}-\u{2069}\u{0}-\u{1f}<>].{0,900}"];
        let leaf = prop_oneof![text.prop_map(Value::from), any::<i64>().prop_map(Value::from), Just(Value::Null)];
        let key = prop_oneof![
            prop::sample::select(WORDS.to_vec()).prop_map(String::from),
            prop::sample::select(PLACES.to_vec()).prop_map(String::from),
            any::<String>(),
        ];
        leaf.prop_recursive(8, 64, 8, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((key.clone(), inner.clone()), 0..8)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
                inner.prop_map(|inner| Value::from(inner.to_string())),
            ]
        })
    }

    proptest! {
        /// Any JSON or text that a server sends, in its headers and its body.
        #[test]
        fn every_reason_is_one_short_line_without_hidden_characters(
            documents in prop::array::uniform3(documents()),
            cut in 0usize..400,
        ) {
            let mut parts = documents.map(|document| document.to_string());
            parts[2] = parts[2].chars().take(cut.max(1)).collect();
            let Refusal { in_message, details } = refusal(402, [&parts[0], &parts[1], &parts[2]]);
            let reason = details.iter().find(|(name, _)| *name == "reason");
            let words = match reason {
                Some((_, Detail::Text(words))) => words.clone(),
                _ => String::new(),
            };
            prop_assert_eq!(reason.is_some(), !in_message.is_empty());
            prop_assert!(words.chars().count() <= MOST_LETTERS && in_message.chars().count() <= MOST_LETTERS + 4);
            for text in [&words, &in_message] {
                let is_hidden = |c: char| c.is_control() || hides(c) || matches!(c, '\u{2028}' | '\u{2029}');
                prop_assert!(!text.chars().any(is_hidden), "{:?}", text);
            }
            prop_assert!(in_message.matches('"').count() <= 2);
            prop_assert_eq!(words.trim_matches(' '), words.as_str());
            prop_assert_eq!(line(&words), words);
        }
    }
}
