//! The results of every method of [`Json`] on a text, as one line of JSON, the same for each implementation.
//! `tests/json` compares them. No shipped build contains this.

use super::{Json, ObjectWriter, string};
use crate::core::text::text;

/// Members that are read from every value besides its own: those that arrays and all JavaScript objects have.
const OTHERS: [&str; 8] = ["length", "0", "map", "constructor", "toString", "__proto__", "hasOwnProperty", ""];
/// How many levels are read member by member; `to_text` shows the deeper ones.
const DEEPEST: u32 = 5;

/// Parses a text and calls every method on the value.
#[must_use]
pub fn probe<J: Json>(text: &str) -> String {
    J::parse(text).map_or_else(|| "not JSON".into(), |value| asked(&value, DEEPEST))
}

fn asked<J: Json>(value: &J, depth: u32) -> String {
    let mut results = ObjectWriter::default();
    results
        .text("to_text", &value.to_text())
        .text("written", &again(value, depth).to_text())
        .optional("text", value.as_text().as_deref())
        .optional("number", value.as_number().as_deref())
        .optional_raw("boolean", value.as_boolean().map(word))
        .raw("is_object", word(value.is_object()));
    let Some(depth) = depth.checked_sub(1) else { return results.finish() };
    results.optional("start", value.text_start(2).as_deref());
    if let Some(items) = value.items_start(2) {
        results.raw("first", &list(items.iter().map(|item| string(&item.to_text()))));
    }
    if let Some(items) = value.items() {
        results.raw("items", &list(items.iter().map(|item| asked(item, depth))));
    }
    let entries = value.entries();
    results.raw(
        "entries",
        &list(entries.iter().map(|(key, member)| list([string(key), asked(member, depth)].into_iter()))),
    );
    let own = entries.iter().map(|(key, _)| key.as_str());
    results.raw("members", &list(own.chain(OTHERS).map(|key| member(value, key))));
    results.finish()
}

fn member<J: Json>(value: &J, key: &str) -> String {
    let whole = value.whole_at(key).map(|number| text!("", J::whole(number).to_text()));
    let mut results = ObjectWriter::default();
    results
        .text("key", key)
        .optional("get", value.get(key).map(|member| member.to_text()).as_deref())
        .raw("is_null_at", word(value.is_null_at(key)))
        .optional("text_at", value.text_at(key).as_deref())
        .optional("whole_at", whole.as_deref())
        .raw("is_true_at", word(value.is_true_at(key)));
    results.finish()
}

/// The value, written again.
fn again<J: Json>(value: &J, depth: u32) -> J {
    let Some(depth) = depth.checked_sub(1) else { return value.clone() };
    if let Some(items) = value.items() {
        return J::list(items.iter().map(|item| again(item, depth)).collect());
    }
    if value.is_object() {
        let mut object = J::object();
        for (key, member) in value.entries().into_iter().filter(|(key, _)| key != "__proto__") {
            object.set(&key, again(&member, depth));
        }
        return object;
    }
    match (value.as_text(), value.as_boolean()) {
        (Some(text), _) => J::of(text.as_str()),
        (_, Some(boolean)) => J::of(&boolean),
        _ if value.to_text() == "null" => J::null(),
        _ => value.clone(),
    }
}

const fn word(boolean: bool) -> &'static str {
    if boolean { "true" } else { "false" }
}

fn list(items: impl Iterator<Item = String>) -> String {
    let mut list = String::from("[");
    for item in items {
        if list.len() > 1 {
            list.push(',');
        }
        list.push_str(&item);
    }
    list.push(']');
    list
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use std::{env, fs};

    /// `PROBE` names a file with a list of texts; the results are written next to it.
    #[test]
    #[ignore = "one half of tests/json, which calls it"]
    fn what_serde_json_says() {
        let file = env::var("PROBE").unwrap();
        let texts: Vec<String> = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let results: Vec<String> = texts.iter().map(|text| super::probe::<Value>(text)).collect();
        fs::write(format!("{file}.said"), serde_json::to_string(&results).unwrap()).unwrap();
    }
}
