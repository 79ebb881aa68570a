//! `serde_json` instead of the browser's engine: the same reading code, over another parser.

use std::io;

use serde_json::{Map, Value, ser::Formatter};

use super::{Json, Serialize};

impl Json for Value {
    fn whole(number: u64) -> Self {
        number.into()
    }

    fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        serde_json::to_value(value).unwrap_or_default()
    }

    fn null() -> Self {
        Self::Null
    }

    fn list(items: Vec<Self>) -> Self {
        Self::Array(items)
    }

    fn object() -> Self {
        Self::Object(Map::new())
    }

    fn set(&mut self, key: &str, value: Self) {
        self[key] = value;
    }

    fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(arranged)
    }

    fn parse_text(text: &Self) -> Option<Self> {
        Self::parse(text.as_str()?)
    }

    fn to_text(&self) -> String {
        let mut bytes = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, AsInJavaScript);
        self.serialize(&mut serializer).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn get(&self, key: &str) -> Option<Self> {
        self.as_object()?.get(key).filter(|v| !v.is_null()).cloned()
    }

    fn is_null_at(&self, key: &str) -> bool {
        self.as_object().and_then(|members| members.get(key)).is_some_and(Self::is_null)
    }

    fn entries(&self) -> Vec<(String, Self)> {
        let members = self.as_object().into_iter().flatten();
        members.map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    fn items(&self) -> Option<Vec<Self>> {
        self.as_array().cloned()
    }

    fn items_start(&self, most: u32) -> Option<Vec<Self>> {
        Some(self.as_array()?.iter().take(most.try_into().unwrap()).cloned().collect())
    }

    fn as_text(&self) -> Option<String> {
        self.as_str().map(String::from)
    }

    fn text_start(&self, most: u32) -> Option<String> {
        let units: Vec<u16> = self.as_str()?.encode_utf16().take(most.try_into().unwrap()).collect();
        Some(String::from_utf16_lossy(&units))
    }

    fn as_number(&self) -> Option<String> {
        self.as_number().map(|number| in_javascript(number.as_str()))
    }

    fn as_float(&self) -> Option<f64> {
        self.as_f64()
    }

    fn as_boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn is_object(&self) -> bool {
        self.is_object()
    }
}

/// Puts members into JavaScript's order: first those whose keys are array indices, in ascending order.
fn arranged(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(arranged).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().map(|(key, member)| (key, arranged(member))).collect();
            members.sort_by_key(|(key, _)| index(key).unwrap_or(u32::MAX));
            members.into_iter().collect()
        }
        other => other,
    }
}

/// An array index as a key: a whole number below 2^32 - 1 in its canonical form.
fn index(key: &str) -> Option<u32> {
    key.parse().ok().filter(|index: &u32| *index < u32::MAX && index.to_string() == key)
}

/// Writes numbers as `JSON.stringify` does.
struct AsInJavaScript;

impl Formatter for AsInJavaScript {
    fn write_number_str<W: ?Sized + io::Write>(&mut self, writer: &mut W, number: &str) -> io::Result<()> {
        writer.write_all(in_javascript(number).as_bytes())
    }
}

/// The most digits of a whole number that JavaScript prints without an exponent.
const MOST_DIGITS: i32 = 21;
/// The most zeros after the point of a fraction that JavaScript prints without an exponent.
const MOST_ZEROS: i32 = 5;

/// A number of a document as JavaScript prints it, which reads all numbers as floats. Too large a number is `null`.
fn in_javascript(number: &str) -> String {
    let float: f64 = number.parse().unwrap();
    if float.is_infinite() {
        return "null".into();
    }
    if float == 0.0 {
        return "0".into();
    }
    // The fewest digits that read back as the same float; of several candidates, the closest, and of two equally close,
    // the even one.
    let shortest = format!("{:e}", float.abs());
    let most = shortest.find('e').unwrap().saturating_sub(2);
    let closest = format!("{:.most$e}", float.abs());
    let (mantissa, exponent) = closest.split_once('e').unwrap();
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap();
    let sign = if float < 0.0 { "-" } else { "" };
    format!("{sign}{}", laid_out(&digits, exponent))
}

/// Digits, and the power of ten of the first one.
fn laid_out(digits: &str, exponent: i32) -> String {
    let count = i32::try_from(digits.len()).unwrap();
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap());
    match exponent {
        0..MOST_DIGITS if count <= exponent + 1 => format!("{digits}{}", zeros(exponent + 1 - count)),
        0..MOST_DIGITS => {
            let (whole, fraction) = digits.split_at(usize::try_from(exponent + 1).unwrap());
            format!("{whole}.{fraction}")
        }
        _ if (-1 - MOST_ZEROS..0).contains(&exponent) => format!("0.{}{digits}", zeros(-1 - exponent)),
        _ => {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            let plus = if exponent > 0 { "+" } else { "" };
            format!("{first}{point}{rest}e{plus}{exponent}")
        }
    }
}
