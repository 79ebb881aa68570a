//! Whether a request is among what a seller takes.

use super::{
    super::{
        error::Details,
        json::Json,
        named::named,
        reason,
        text::{cut, number, text},
    },
    field::{BESIDE, BOUNDS, OWN_VALUES, is_null, scalar},
    kinds::{ARRAY, Kinds, NULL, OBJECT},
};

named! {
    /// What is wrong with a parameter.
    pub enum Fault {
        /// The seller requires it.
        Missing,
        /// It is not among the values that the seller takes.
        NotAllowed,
        /// It is below the seller's minimum.
        TooSmall,
        /// It is above the seller's maximum.
        TooLarge,
        /// It has more characters than the seller takes.
        TooLong,
        /// It is an object or a list where the seller takes a single value, or the other way round.
        WrongType,
    }
}

/// Items of a list that are looked at.
const MOST_ITEMS: u32 = 100;
/// Values that a sentence names.
const MOST_NAMED: usize = 12;

/// Checks the parameters of a request. What is required beside the prompt is missing in one that has nothing else
/// there.
pub(super) fn parameters<J: Json>(fields: &J, request: &J, is_flat: bool) -> Vec<Details> {
    let mut problems = Vec::new();
    for (name, field) in fields.entries() {
        if field.is_true_at(BESIDE) && !is_flat {
            problems.push(described(&field, name, Fault::Missing, "` is required beside the prompt: see `dialect`"));
        } else {
            member(&field, request, &name, "", &mut problems);
        }
    }
    problems
}

/// Checks a member of the object whose place is `path`.
fn member<J: Json>(field: &J, object: &J, name: &str, path: &str, problems: &mut Vec<Details>) {
    let place = if path.is_empty() { name.into() } else { text!(path, ".", name) };
    let is_required = field.is_true_at("required");
    match object.get(name) {
        Some(value) if !is_required || value.as_text().is_none_or(|text| !text.is_empty()) => {
            check(field, &value, &place, problems);
        }
        None if !is_required || has_cousin(object, name) || is_null_allowed(field, object, name) => {}
        _ => problems.push(problem(field, place, Fault::Missing)),
    }
}

fn is_null_allowed<J: Json>(field: &J, object: &J, name: &str) -> bool {
    let kinds = Kinds::of(field);
    object.is_null_at(name) && (kinds.is_any() || kinds.has(NULL))
}

/// Whether the object has a member of that name in another notation: `aspect_ratio` for `aspectRatio`.
fn has_cousin<J: Json>(object: &J, name: &str) -> bool {
    let plain = |name: &str| {
        let letters = name.bytes().filter(|letter| !matches!(letter, b'_' | b'-'));
        letters.map(|letter| letter.to_ascii_lowercase()).collect::<Vec<_>>()
    };
    let wanted = plain(name);
    object.entries().iter().any(|(other, value)| plain(other) == wanted && !is_null(value))
}

fn check<J: Json>(field: &J, value: &J, place: &str, problems: &mut Vec<Details>) {
    if is_null(value) {
        return;
    }
    if let Some(fault) = fault(field, value) {
        return problems.push(problem(field, place.into(), fault));
    }
    if let Some(properties) = field.get("properties").filter(|_| value.is_object()) {
        for (name, field) in properties.entries() {
            member(&field, value, &name, place, problems);
        }
    }
    let Some((field, items)) = field.get("items").zip(value.items_start(MOST_ITEMS)) else { return };
    let before = problems.len();
    for item in items {
        if problems.len() == before {
            check(&field, &item, place, problems);
        }
    }
}

/// What is wrong with the value itself. A description that its own default or example does not meet rules nothing out.
fn fault<J: Json>(field: &J, value: &J) -> Option<Fault> {
    let fault = ruled_out(field, value)?;
    let mut own = OWN_VALUES.iter().filter_map(|key| field.get(key));
    own.all(|own| ruled_out(field, &own).is_none()).then_some(fault)
}

fn ruled_out<J: Json>(field: &J, value: &J) -> Option<Fault> {
    let kinds = Kinds::of(field);
    let Some(text) = scalar(value) else {
        let kind = if value.is_object() { OBJECT } else { ARRAY };
        let is_wrong = kinds.means_scalar() || kinds.means_structure() && !kinds.has(kind);
        return is_wrong.then_some(Fault::WrongType);
    };
    let is_text = value.as_text().is_some();
    if is_text && is_address(&text) {
        return None;
    }
    if kinds.means_structure() {
        return (!is_text || !is_json(&text)).then_some(Fault::WrongType);
    }
    let allowed = limits(field);
    if !allowed.is_empty() && !allowed.iter().any(|other| is_same(value, other)) {
        return Some(Fault::NotAllowed);
    }
    if let Some(number) = value.as_float() {
        return out_of_bounds(field, number);
    }
    let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    (is_text && field.whole_at("maxLength").is_some_and(|most| length > most)).then_some(Fault::TooLong)
}

fn out_of_bounds<J: Json>(field: &J, number: f64) -> Option<Fault> {
    let [least, most, above, below] = BOUNDS.map(|key| field.get(key).and_then(|bound| bound.as_float()));
    let is_small = least.is_some_and(|least| number < least) || above.is_some_and(|above| number <= above);
    let is_large = most.is_some_and(|most| number > most) || below.is_some_and(|below| number >= below);
    if is_small { Some(Fault::TooSmall) } else { is_large.then_some(Fault::TooLarge) }
}

/// The list of values to hold a request against. A list of one may be an example.
fn limits<J: Json>(field: &J) -> Vec<J> {
    let allowed = field.get("enum").and_then(|list| list.items()).unwrap_or_default();
    if allowed.len() > 1 { allowed } else { Vec::new() }
}

/// The same as text, without what is not fit to be shown.
fn shown<J: Json>(field: &J) -> Vec<String> {
    let all = limits(field);
    all.iter().filter_map(scalar).filter(|value| reason::line(value) == *value).collect()
}

fn problem<J: Json>(field: &J, name: String, fault: Fault) -> Details {
    let allowed = shown(field);
    let bound = |keys: [&'static str; 2], words: [&'static str; 2]| {
        let named = keys.into_iter().zip(words).find_map(|(key, words)| Some((scalar(&field.get(key)?)?, words)));
        named.map_or_else(String::new, |(bound, words)| text!(words, bound))
    };
    let takes: String = match fault {
        Fault::Missing if allowed.is_empty() => "` is required".into(),
        Fault::Missing => text!("` is required: ", listed(&allowed)),
        Fault::NotAllowed if allowed.is_empty() => "` has a value that is not among those listed".into(),
        Fault::NotAllowed => text!("` takes ", listed(&allowed)),
        Fault::TooSmall => bound([BOUNDS[0], BOUNDS[2]], ["` takes no less than ", "` takes more than "]),
        Fault::TooLarge => bound([BOUNDS[1], BOUNDS[3]], ["` takes no more than ", "` takes less than "]),
        Fault::TooLong => {
            text!("` takes ", number(field.whole_at("maxLength").unwrap_or_default()), " characters at most")
        }
        Fault::WrongType if Kinds::of(field).means_scalar() => "` takes a single value".into(),
        Fault::WrongType => "` takes an object or a list".into(),
    };
    described(field, name, fault, &takes)
}

fn described<J: Json>(field: &J, name: String, fault: Fault, takes: &str) -> Details {
    let allowed = shown(field);
    let mut facts =
        vec![("message", text!("`", name, takes).into()), ("problem", fault.name().into()), ("field", name.into())];
    if !allowed.is_empty() {
        facts.push(("allowed", allowed.into()));
    }
    Details::of(facts)
}

/// Values in words, as far as a sentence has room for them.
fn listed(values: &[String]) -> String {
    let shown: Vec<&str> = values.iter().take(MOST_NAMED).map(String::as_str).collect();
    text!(reason::line(&shown.join(", ")), if values.len() > shown.len() { ", …" } else { "" })
}

/// Whether two scalars are one value, however a service writes it: `8` is `"8"` and `"8.0"`, and `"8s"` to one that says
/// seconds.
fn is_same<J: Json>(value: &J, other: &J) -> bool {
    let (Some(one), Some(two)) = (scalar(value), scalar(other)) else { return false };
    let (one, two) = (plain_number(&one), plain_number(&two));
    let has_unit = || two.strip_prefix(one).is_some_and(|unit| unit.bytes().all(|b| b.is_ascii_alphabetic()));
    one == two || value.as_number().is_some() && other.as_text().is_some() && has_unit()
}

/// A decimal without the zeros at its end; any other text as it is.
fn plain_number(text: &str) -> &str {
    let is_decimal = cut(text, b'.').is_some() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_decimal { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// An address on the web or of the data itself, which stands for the file.
fn is_address(text: &str) -> bool {
    let is_one = ["data:", "http://", "https://"].iter().any(|start| text.starts_with(start));
    is_one && !text.bytes().any(|byte| byte.is_ascii_whitespace())
}

/// An object or a list as JSON text.
fn is_json(text: &str) -> bool {
    let mut letters = text.bytes().skip_while(u8::is_ascii_whitespace);
    matches!(letters.next(), Some(b'{' | b'['))
}
