//! How the description of a parameter is reduced to one form: an object with members of JSON Schema, of which `type`
//! and `enum` are lists, and `required` is a member of the parameter itself.

use super::{
    super::{json::Json, reason, text::find},
    kinds::{ARRAY, Kinds, NULL, OBJECT},
};

/// A description that is nested deeper, or has more fields, is not read at all.
const DEEPEST: usize = 16;
const MOST_FIELDS: usize = 1_000;
/// A list with more values than this says nothing.
const MOST_ALLOWED: usize = 256;
/// What is read of a list, which may be referred to many times.
const MOST_READ: u32 = 257;
/// What is read of a list of names.
const MOST_LISTED: u32 = 1_000;
/// A value that is longer, as JSON, is not read, nor a list with such a one.
const LONGEST_VALUE: usize = 512;
/// What all values and descriptions take, in bytes.
const MOST_WRITTEN: usize = 0x1_0000;
/// References that are followed one after the other.
const MOST_STEPS: usize = 8;
/// A reference that is longer leads nowhere.
const LONGEST_PATH: usize = 256;
/// Names of parameters are not longer.
const LONGEST_NAME: usize = 64;
/// JavaScript's largest exact integer, which schema generators write where there is no bound.
const NO_BOUND: f64 = 9_007_199_254_740_991.0;

/// The bounds of numbers.
pub(super) const BOUNDS: [&str; 4] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
/// The marker of a parameter that is required beside the prompt.
pub(super) const BESIDE: &str = "beside";
/// What may rule a value out.
const RULES: [&str; 10] =
    ["type", "required", BESIDE, "enum", BOUNDS[0], BOUNDS[1], BOUNDS[2], BOUNDS[3], "maxLength", "properties"];
/// What is only shown, and what rules items out.
const SHOWN: [&str; 4] = ["description", "default", "example", "items"];
/// The values that a description names itself.
pub(super) const OWN_VALUES: [&str; 2] = ["default", "example"];

/// Reads fields: the `properties` of a schema, or an object of fields. `required` are the names in lists beside it,
/// `roots` are where its references may lead, the nearest first. `None` if there are no fields, or they are beyond the
/// bounds.
pub(super) fn read_fields<J: Json>(schema: &J, required: &[String], roots: Vec<J>) -> Option<J> {
    let mut reader = Reader { roots, left: MOST_FIELDS, room: MOST_WRITTEN, is_over: false };
    let fields = reader.members(schema, required, 0);
    (!reader.is_over && !fields.entries().is_empty()).then_some(fields)
}

/// The `properties` of a schema. A field of that name describes itself.
pub(super) fn properties<J: Json>(schema: &J) -> Option<J> {
    schema.get("properties").filter(|fields| fields.is_object() && fields.text_at("type").is_none())
}

/// Adds the values that an example of the request has, where a field has none of its own.
pub(super) fn with_examples<J: Json>(fields: &J, example: &J) -> J {
    let mut all = J::object();
    for (name, mut field) in fields.entries() {
        let shown = example.get(&name);
        if let Some(value) = shown.clone().filter(|value| field.get("example").is_none() && is_short(value)) {
            field.set("example", value);
        }
        if let Some((properties, shown)) = field.get("properties").zip(shown) {
            field.set("properties", with_examples(&properties, &shown));
        }
        all.set(&name, field);
    }
    all
}

/// The texts in a list.
pub(super) fn texts<J: Json>(of: &J, key: &str) -> Vec<String> {
    let listed = of.get(key).and_then(|list| list.items_start(MOST_LISTED)).unwrap_or_default();
    listed.iter().filter_map(Json::as_text).collect()
}

/// What of a field describes, and rules nothing out.
pub(super) fn only_shown<J: Json>(field: &J) -> J {
    copy(field, |key| ["type", "description", "default", "example"].contains(&key))
}

/// What of a field another description of it does not contradict.
pub(super) fn undisputed<J: Json>(field: &J, other: &J) -> J {
    let is_agreed = |key: &str| match (key, field.get(key), other.get(key)) {
        ("enum" | "type", Some(one), Some(two)) => has_all(&one, &two) && has_all(&two, &one),
        (_, one, two) => one.map(|value| value.to_text()) == two.map(|value| value.to_text()),
    };
    let mut copy = copy(field, |key| !RULES.contains(&key) && key != "items" || is_agreed(key));
    if let (Some(one), Some(two)) = (field.get("properties"), other.get("properties")) {
        let mut all = J::object();
        for (name, inner) in one.entries() {
            let kept = two.get(&name).map_or_else(|| inner.clone(), |other| undisputed(&inner, &other));
            all.set(&name, kept);
        }
        copy.set("properties", all);
    }
    copy
}

/// Whether a list has all values of the other, in whatever order.
fn has_all<J: Json>(list: &J, other: &J) -> bool {
    let texts = |list: &J| -> Vec<String> { list.items().unwrap_or_default().iter().map(Json::to_text).collect() };
    let known = texts(list);
    texts(other).iter().all(|value| known.contains(value))
}

fn copy<J: Json>(field: &J, is_kept: impl Fn(&str) -> bool) -> J {
    let mut copy = J::object();
    for key in RULES.into_iter().chain(SHOWN) {
        if let Some(value) = field.get(key).filter(|_| is_kept(key)) {
            copy.set(key, value);
        }
    }
    copy
}

/// Reads fields, within bounds.
struct Reader<J> {
    roots: Vec<J>,
    left: usize,
    room: usize,
    is_over: bool,
}

impl<J: Json> Reader<J> {
    /// What a schema refers to, or the only object among those that it is one of.
    fn resolved(&self, schema: &J) -> J {
        let mut found = schema.clone();
        for _ in 0..MOST_STEPS {
            let target = found.text_at("$ref").and_then(|path| self.referred(&path));
            let Some(next) = target.or_else(|| only_object(&found)) else { break };
            found = next;
        }
        found
    }

    fn members(&mut self, schema: &J, required: &[String], depth: usize) -> J {
        let schema = &self.resolved(schema);
        let listed = texts(schema, "required");
        // A schema without properties is no object of fields.
        let is_schema = schema.text_at("type").as_deref() == Some("object");
        let bare = || if is_schema { J::object() } else { schema.clone() };
        let fields = properties(schema).unwrap_or_else(bare);
        let mut all = J::object();
        for (name, raw) in fields.entries() {
            // A list beside the fields, such as `required`, is not one of them.
            if raw.items_start(0).is_none() && is_name(&name) && !self.is_over {
                let is_listed = listed.contains(&name) || required.contains(&name);
                all.set(&name, self.field(&raw, is_listed, depth));
            }
        }
        all
    }

    fn field(&mut self, raw: &J, is_listed: bool, depth: usize) -> J {
        self.left = self.left.saturating_sub(1);
        self.is_over |= self.left == 0 || depth > DEEPEST;
        let is_text = raw.as_text().is_some();
        if self.is_over || !(is_text || raw.is_object()) || raw.get("allOf").is_some() {
            return J::object();
        }
        let mut field = if is_text { shorthand(raw) } else { self.described(raw, depth.saturating_add(1)) };
        // `null` is a default, too, and so is one that is too long to be shown.
        let has_default = field.get("default").or_else(|| raw.get("default")).is_some() || raw.is_null_at("default");
        // An empty description says nothing.
        let is_required = raw.is_true_at("required") || (is_listed && !field.entries().is_empty());
        if is_required && !has_default {
            field.set("required", J::of(&true));
        }
        self.write(&field);
        field
    }

    /// Takes the room that a field's own values and words need.
    fn write(&mut self, field: &J) {
        for key in ["description", "default", "example", "enum"] {
            let length = field.get(key).map_or(0, |value| value.to_text().len());
            self.is_over |= length > self.room;
            self.room = self.room.saturating_sub(length);
        }
    }

    fn described(&mut self, raw: &J, depth: usize) -> J {
        let mut field = self.base(raw, depth);
        let mut kinds = Kinds::of(&field);
        if let Some(said) = raw.text_at("description") {
            field.set("description", J::of(&reason::line(&said)));
        }
        let first = raw.get("examples").and_then(|list| list.items_start(1)?.into_iter().next());
        let mut is_doubtful = false;
        for (key, value) in [("default", raw.get("default")), ("example", raw.get("example").or(first))] {
            match value {
                Some(value) if is_short(&value) => field.set(key, value),
                // One that is too long to be read may be outside of the list.
                value => is_doubtful |= value.is_some_and(|value| scalar(&value).is_some()),
            }
        }
        if let Some(written) = raw.get("type") {
            let words = written.items().unwrap_or_else(|| vec![written]);
            kinds = read_type(&words, &mut field);
        }
        let listed = raw.get("enum").and_then(|list| list.items_start(MOST_READ));
        if let Some(listed) = listed.or_else(|| Some(vec![raw.get("const")?])) {
            kinds = allow(listed, &mut field, kinds);
        }
        for key in BOUNDS {
            if let Some(bound) = raw.get(key).filter(is_bound) {
                field.set(key, bound);
            }
        }
        let least = raw.whole_at("minLength").unwrap_or_default();
        if let Some(length) = raw.whole_at("maxLength").filter(|most| *most >= least) {
            field.set("maxLength", J::whole(length));
        }
        if properties(raw).is_some() {
            field.set("properties", self.members(raw, &[], depth));
            if kinds.is_any() || kinds.has_text() {
                kinds = kinds.and(OBJECT);
            }
        } else if kinds.has_text() && says_json(&field) {
            kinds = kinds.and(OBJECT).and(ARRAY);
        }
        if let Some(items) = raw.get("items") {
            field.set("items", self.field(&items, false, depth));
        }
        let is_sound = is_possible(&field);
        let mut settled = copy(&field, |key| match key {
            "type" => false,
            "enum" => is_sound && !is_doubtful,
            key => is_sound || !BOUNDS.contains(&key),
        });
        if !kinds.is_any() {
            settled.set("type", kinds.list());
        }
        settled
    }

    /// What it refers to, or is one of: what it says itself counts before that.
    fn base(&mut self, raw: &J, depth: usize) -> J {
        if let Some(target) = raw.text_at("$ref").and_then(|path| self.referred(&path)) {
            return copy(&self.field(&target, false, depth), |key| key != "required");
        }
        let mut field = J::object();
        let Some(branches) = raw.get("anyOf").or_else(|| raw.get("oneOf")).and_then(|list| list.items()) else {
            return field;
        };
        let mut kinds = Some(Kinds::default());
        let mut values = Some(Vec::new());
        let mut count = 0usize;
        let mut default = None;
        for branch in branches {
            let read = self.field(&branch, false, depth);
            let own = Kinds::of(&read);
            kinds = kinds.filter(|_| !own.is_any()).map(|kinds| kinds.and(own));
            if own == NULL {
                continue;
            }
            count = count.saturating_add(1);
            let listed = read.get("enum").and_then(|list| list.items());
            values = values.zip(listed).map(|(mut values, listed)| {
                values.extend(listed);
                values
            });
            default = default.or_else(|| read.get("default"));
            field = read;
        }
        // What only one of several says is not said of all; but an object can only be the one that is an object.
        let mut field = copy(&field, |key| key != "required" && key != "type" && count == 1);
        let object = only_object(raw).filter(|_| count > 1 && kinds.is_some());
        let inside = object.map(|branch| self.members(&branch, &[], depth));
        if let Some(inside) = inside {
            field.set("properties", inside);
        }
        if let Some(values) = values.filter(|values| !values.is_empty()) {
            allow(values, &mut field, NULL);
        }
        if let Some(default) = default {
            field.set("default", default);
        }
        if let Some(kinds) = kinds {
            field.set("type", kinds.list());
        }
        field
    }

    /// What a local reference leads to.
    fn referred(&self, path: &str) -> Option<J> {
        let steps = path.strip_prefix("#/").filter(|steps| steps.len() <= LONGEST_PATH)?;
        let find = |root: &J| {
            let mut found = root.clone();
            for step in steps.split('/') {
                found = found.get(step)?;
            }
            Some(found)
        };
        self.roots.iter().find_map(find)
    }
}

/// A field whose description is a single text: its type, or words about it.
fn shorthand<J: Json>(words: &J) -> J {
    let mut field = J::object();
    let kinds = read_type(std::slice::from_ref(words), &mut field);
    if kinds.is_any() {
        field.set("description", J::of(&reason::line(&words.as_text().unwrap_or_default())));
    } else {
        field.set("type", kinds.list());
    }
    field
}

/// The only branch of a union that is an object with properties.
fn only_object<J: Json>(schema: &J) -> Option<J> {
    let branches = schema.get("anyOf").or_else(|| schema.get("oneOf"))?.items_start(MOST_READ)?;
    let mut objects = branches.into_iter().filter(|branch| properties(branch).is_some());
    objects.next().filter(|_| objects.next().is_none())
}

fn is_name(name: &str) -> bool {
    name != "__proto__"
        && (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

fn is_bound<J: Json>(value: &J) -> bool {
    value.as_float().is_some_and(|number| number.abs() < NO_BOUND)
}

/// Whether a number can be within its bounds, and within them and the list. What is contradictory is not said.
fn is_possible<J: Json>(field: &J) -> bool {
    let [least, most, above, below] = BOUNDS.map(|key| field.get(key).and_then(|bound| bound.as_float()));
    let is_above = |number: f64| least.is_none_or(|least| number >= least) && above.is_none_or(|above| number > above);
    let is_below = |number: f64| most.is_none_or(|most| number <= most) && below.is_none_or(|below| number < below);
    let (lowest, highest) = (least.or(above).unwrap_or(f64::MIN), most.or(below).unwrap_or(f64::MAX));
    let is_strict = !is_above(lowest) || !is_below(highest);
    let listed = field.get("enum").and_then(|list| list.items()).unwrap_or_default();
    let mut numbers = listed.iter().filter_map(Json::as_float).peekable();
    let has_one = numbers.peek().is_none() || numbers.any(|number| is_above(number) && is_below(number));
    has_one && (lowest < highest || !is_strict && lowest <= highest)
}

fn says_json<J: Json>(field: &J) -> bool {
    field.text_at("description").is_some_and(|said| find(&said, "JSON").is_some())
}

/// Reads words for types, some of which are unions of TypeScript: of types, or of literals, which are the only values
/// then.
fn read_type<J: Json>(words: &[J], field: &mut J) -> Kinds {
    let mut kinds = Kinds::default();
    let mut literals = Vec::new();
    for words in words {
        let Some(words) = words.as_text() else { return Kinds::default() };
        for word in words.split('|').map(|word| word.trim_matches(' ')) {
            match (literal(word), Kinds::named(word)) {
                (Some(value), _) => literals.push(J::of(value)),
                (None, Some(kind)) => kinds = kinds.and(kind),
                (None, None) => return Kinds::default(),
            }
        }
    }
    if literals.is_empty() {
        return kinds;
    }
    if kinds.is_any() {
        allow(literals, field, NULL);
    }
    kinds.and(Kinds::named("string").unwrap_or_default())
}

/// A literal of TypeScript: `"4s"`.
fn literal(word: &str) -> Option<&str> {
    let quote = word.bytes().next().filter(|quote| matches!(quote, b'"' | b'\''))?;
    word.get(1..)?.strip_suffix(char::from(quote))
}

/// Takes a list of the only values, as far as they are scalars or `null`.
fn allow<J: Json>(values: Vec<J>, field: &mut J, kinds: Kinds) -> Kinds {
    let is_value = |value: &J| is_null(value) || (scalar(value).is_some() && is_short(value));
    let is_readable = values.len() <= MOST_ALLOWED && values.iter().all(is_value);
    let has_null = values.iter().any(is_null);
    let mut scalars: Vec<J> = Vec::new();
    for value in values {
        let is_new = || !scalars.iter().any(|known| scalar(known) == scalar(&value));
        if is_readable && !is_null(&value) && is_new() {
            scalars.push(value);
        }
    }
    field.set("enum", if scalars.is_empty() { J::null() } else { J::list(scalars) });
    if is_readable && has_null && !kinds.is_any() { kinds.and(NULL) } else { kinds }
}

/// Text, a number or a truth value, as text.
pub(super) fn scalar<J: Json>(value: &J) -> Option<String> {
    let word = |is_true: bool| String::from(if is_true { "true" } else { "false" });
    value.as_text().or_else(|| value.as_number()).or_else(|| value.as_boolean().map(word))
}

/// Whether a value is short enough to be read. One that is nested too deeply to be written is not.
fn is_short<J: Json>(value: &J) -> bool {
    let text = value.to_text();
    text.len() <= LONGEST_VALUE && text != "null"
}

/// Neither of these, nor an object or a list.
pub(super) fn is_null<J: Json>(value: &J) -> bool {
    scalar(value).is_none() && !value.is_object() && value.items_start(0).is_none()
}
