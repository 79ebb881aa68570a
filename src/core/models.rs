//! The list of a service's models, which ClawdVine gives for free at `GET /generation/models`
//! ([guide](https://github.com/onbonsai/clawdvine-skill), 8399d19). No document shows its form, so it is read in those
//! that such lists have elsewhere. It is shown, and rules nothing out.

use super::{http::HttpResponse, json::Json, reason};

/// Members that hold the list.
const LISTS: [&str; 3] = ["models", "data", "videoModels"];
/// Members of a model that hold its name.
const NAMES: [&str; 4] = ["id", "name", "model", "videoModel"];
/// More are not read, and neither are longer names.
const MOST: u32 = 256;
const LONGEST_NAME: usize = 64;

/// The names in a response; none if it has no such list.
#[must_use]
pub fn read<J: Json>(response: &HttpResponse<J>) -> Vec<String> {
    let Some(body) = response.body.json.as_ref().filter(|_| response.status == 200) else { return Vec::new() };
    let named = match LISTS.iter().find_map(|key| body.get(key)) {
        Some(list) if list.is_object() => by_name(&list),
        list => {
            list.as_ref().unwrap_or(body).items_start(MOST).unwrap_or_default().iter().filter_map(in_list).collect()
        }
    };
    let mut names: Vec<String> = Vec::new();
    for name in named {
        if is_fit(&name) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The name of a model that is text, or an object with a name.
fn in_list<J: Json>(model: &J) -> Option<String> {
    model.as_text().or_else(|| NAMES.iter().find_map(|key| model.text_at(key)).filter(|_| is_sold(model)))
}

/// The names of an object whose members are models.
fn by_name<J: Json>(list: &J) -> Vec<String> {
    let models = list.entries();
    if !models.iter().all(|(_, model)| model.is_object()) {
        return Vec::new();
    }
    models.into_iter().filter(|(_, model)| is_sold(model)).map(|(name, _)| name).collect()
}

/// Whether the service does not say that it is out of it.
fn is_sold<J: Json>(model: &J) -> bool {
    model.get("available").and_then(|said| said.as_boolean()) != Some(false)
}

/// Whether a name can be shown, and sent as it is.
fn is_fit(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && reason::line(name) == name
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn names(status: u16, body: &Value) -> Vec<String> {
        read::<Value>(&HttpResponse { status, body: body.to_string().as_str().into(), ..HttpResponse::default() })
    }

    #[test]
    fn a_list_is_read_in_each_of_its_forms() {
        let model = |name: &str| json!({ "id": name, "provider": "x", "price": { "usd": 1 } });
        for body in [
            json!(["a", "b"]),
            json!([model("a"), model("b"), model("a")]),
            json!({ "models": ["a", "b"] }),
            json!({ "data": [{ "name": "a" }, { "model": "b" }, { "videoModel": "a" }] }),
            json!({ "videoModels": { "a": { "price": 1 }, "b": {} }, "count": 2 }),
            json!({ "models": { "a": { "price": 1 }, "b": { "price": 2 }, "c": { "available": false } } }),
            json!({ "models": [model("a"), model("b"), { "id": "c", "available": false }, 5, null, {}, "", "x\n"] }),
        ] {
            assert_eq!(names(200, &body), ["a", "b"], "{body}");
        }
    }

    #[test]
    fn what_is_no_list_says_nothing() {
        for (status, body) in [
            (404, json!(["a"])),
            (500, json!({ "models": ["a"] })),
            (200, json!({ "error": "not found" })),
            (200, json!({ "error": { "message": "not found" }, "meta": {} })),
            (200, json!({ "models": "a" })),
            (200, json!({ "models": 5, "a": {} })),
            (200, json!(["a".repeat(65), "b\u{202e}c"])),
            (200, json!(null)),
        ] {
            assert!(names(status, &body).is_empty(), "{status} {body}");
        }
        let many: Vec<String> = (0..400).map(|at| format!("m{at}")).collect();
        assert_eq!(names(200, &json!(many)).len(), 256);
    }

    proptest! {
        #[test]
        fn every_name_can_be_shown(text in ".{0,80}", other in any::<Vec<u16>>()) {
            for body in [json!([text, other]), json!({ "models": { &text: {} } }), json!({ "data": [{ "id": text }] })] {
                for name in names(200, &body) {
                    prop_assert!(name == text && !name.contains(char::is_control));
                }
            }
        }
    }
}
