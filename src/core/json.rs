//! JSON as the core reads and writes it.
//!
//! Parsing is done by the engine: in the browser [`Json`] uses `JSON.parse`, in native tests `serde_json::Value`, so
//! both run the same reading code. `tests/json` compares the two, method by method, and documents where they differ.
//! Numbers are text: floats never decide about money.

use serde::Serialize;

use super::text::{hex, read_number};

/// A parsed, untyped JSON value (or a JavaScript value of the same shape).
pub trait Json: Clone + Serialize + 'static {
    /// A whole number below 2^53.
    fn whole(number: u64) -> Self;
    /// Converts a value of the library's own, as its `Serialize` writes it.
    fn of<T: Serialize + ?Sized>(value: &T) -> Self;
    /// `null`.
    fn null() -> Self;
    /// A list.
    fn list(items: Vec<Self>) -> Self;
    /// An empty object.
    fn object() -> Self;
    /// Sets a member of an object. Use it for known keys only: `__proto__` is a setter in the browser.
    fn set(&mut self, key: &str, value: Self);
    /// Parses a whole document; `None` if it is not JSON.
    fn parse(text: &str) -> Option<Self>;
    /// Parses the content of a string; `None` if it is not JSON, or not a string.
    fn parse_text(text: &Self) -> Option<Self>;
    /// The value as JSON text; `null` if it is nested too deeply to be written.
    fn to_text(&self) -> String;
    /// A member of an object (arrays have none). Absent, `null` and `undefined` are all `None`.
    fn get(&self, key: &str) -> Option<Self>;
    /// Whether the member `key` is present and `null`.
    fn is_null_at(&self, key: &str) -> bool;
    /// The members of an object, in the engine's order: integer keys come first, as everywhere in JavaScript.
    fn entries(&self) -> Vec<(String, Self)>;
    /// The items of an array.
    fn items(&self) -> Option<Vec<Self>>;
    /// The first items of an array, at most that many.
    fn items_start(&self, most: u32) -> Option<Vec<Self>>;
    /// The content of a string.
    fn as_text(&self) -> Option<String>;
    /// The start of a string, at most that many UTF-16 units.
    fn text_start(&self, most: u32) -> Option<String>;
    /// A number as JavaScript prints it: `8`, `0.5`, `1e-7`; `null` if JSON cannot represent it.
    fn as_number(&self) -> Option<String>;
    /// A number as a float. Never for money.
    fn as_float(&self) -> Option<f64>;
    /// A boolean.
    fn as_boolean(&self) -> Option<bool>;

    /// The string member `key`.
    fn text_at(&self, key: &str) -> Option<String> {
        self.get(key)?.as_text()
    }

    /// The member `key` as a whole number, given as a JSON number.
    fn whole_at(&self, key: &str) -> Option<u64> {
        read_number(&self.get(key)?.as_number()?)
    }

    /// Whether the member `key` is `true`.
    fn is_true_at(&self, key: &str) -> bool {
        self.get(key).and_then(|value| value.as_boolean()) == Some(true)
    }

    /// Whether the value is an object (and not an array).
    fn is_object(&self) -> bool;
}

/// Appends `text` as a JSON string literal.
fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => push_escaped(out, c),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn push_escaped(out: &mut String, control: char) {
    out.push_str("\\u00");
    for digit in [u32::from(control) >> 4, u32::from(control) & 0xf] {
        out.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
}

/// JSON text in ASCII alone, which servers that decode headers as Latin-1 read as others do. Outside of strings, JSON
/// has nothing else.
#[must_use]
pub fn ascii(json: &str) -> String {
    let mut out = String::new();
    for letter in json.chars() {
        if letter.is_ascii() {
            out.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            out.push_str("\\u");
            out.push_str(&hex(&unit.to_be_bytes()));
        }
    }
    out
}

/// `text` as a JSON string literal.
#[must_use]
pub fn string(text: &str) -> String {
    let mut out = String::new();
    write_string(&mut out, text);
    out
}

/// Writes one JSON object, member by member.
#[derive(Debug)]
pub struct ObjectWriter(String);

impl Default for ObjectWriter {
    fn default() -> Self {
        Self(String::from("{"))
    }
}

impl ObjectWriter {
    /// Adds a member whose value is JSON text already.
    pub fn raw(&mut self, key: &str, json: &str) -> &mut Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        write_string(&mut self.0, key);
        self.0.push(':');
        self.0.push_str(json);
        self
    }

    /// Adds a string member.
    pub fn text(&mut self, key: &str, value: &str) -> &mut Self {
        self.raw(key, &string(value))
    }

    /// Adds a string member, if there is one.
    pub fn optional(&mut self, key: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(key, value),
            None => self,
        }
    }

    /// Adds a member whose value is JSON text already, if there is one.
    pub fn optional_raw(&mut self, key: &str, json: Option<&str>) -> &mut Self {
        match json {
            Some(json) => self.raw(key, json),
            None => self,
        }
    }

    /// The finished object.
    pub fn finish(&mut self) -> String {
        self.0.push('}');
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn an_object_without_members_is_one() {
        assert!(Value::is_object(&<Value as Json>::object()));
    }

    #[test]
    fn a_string_is_written_as_it_is_read() {
        let all: String = (0..=0x7fu8).map(char::from).chain("é紙𝄞\u{2028}".chars()).collect();
        assert_eq!(serde_json::from_str::<Value>(&string(&all)).unwrap(), Value::from(all));
        assert_eq!(string("\u{1f}\u{b}"), "\"\\u001f\\u000b\"");
    }

    #[test]
    fn json_in_ascii_is_the_same_json() {
        let json = r#"{"é":"Café \" 紙 𝄞"}"#;
        assert!(ascii(json).is_ascii());
        assert_eq!(ascii(json), r#"{"\u00e9":"Caf\u00e9 \" \u7d19 \ud834\udd1e"}"#);
        assert_eq!(serde_json::from_str::<Value>(&ascii(json)).unwrap(), serde_json::from_str::<Value>(json).unwrap());
    }
}

#[cfg(any(test, fuzzing))]
#[expect(clippy::unwrap_used)]
mod native;
#[cfg(any(test, probe))]
pub mod probe;
