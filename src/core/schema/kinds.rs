//! The types that a parameter may have.

use super::super::json::Json;

/// A set of JSON's types; the empty one stands for any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kinds(u8);

const STRING: Kinds = Kinds(1);
const STRUCTURES: Kinds = Kinds(0b11_0000);
const SCALARS: Kinds = Kinds(0b1111);
pub(super) const ARRAY: Kinds = Kinds(0b1_0000);
pub(super) const OBJECT: Kinds = Kinds(0b10_0000);
pub(super) const NULL: Kinds = Kinds(0b100_0000);

/// The types by their names, in the order of their bits.
const NAMES: [&str; 7] = ["string", "number", "integer", "boolean", "array", "object", "null"];
/// Other words that sellers have for them.
const ALIASES: [(&str, Kinds); 6] = [
    ("text", STRING),
    ("float", Kinds(2)),
    ("double", Kinds(2)),
    ("int", Kinds(4)),
    ("bool", Kinds(8)),
    ("list", ARRAY),
];

impl Kinds {
    /// The type of that name. A word that nobody defines may be anything.
    pub(super) fn named(word: &str) -> Option<Self> {
        let mut bit = 1;
        for name in NAMES {
            if name == word {
                return Some(Self(bit));
            }
            bit <<= 1;
        }
        let alias = ALIASES.iter().find(|(alias, _)| *alias == word).map(|(_, kind)| *kind);
        alias.or_else(|| word.ends_with("[]").then_some(ARRAY))
    }

    /// Reads what [`Self::list`] writes.
    pub(super) fn of<J: Json>(field: &J) -> Self {
        let mut kinds = Self::default();
        for name in field.get("type").and_then(|list| list.items()).unwrap_or_default() {
            kinds = kinds.and(name.as_text().and_then(|name| Self::named(&name)).unwrap_or_default());
        }
        kinds
    }

    /// The names, as a list.
    pub(super) fn list<J: Json>(self) -> J {
        let mut names = Vec::new();
        let mut bit = 1;
        for name in NAMES {
            if self.has(Self(bit)) {
                names.push(J::of(name));
            }
            bit <<= 1;
        }
        J::list(names)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether they have one of the others.
    pub(super) const fn has(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    pub(super) const fn is_any(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn has_text(self) -> bool {
        self.has(STRING)
    }

    /// Whether only text, numbers or truth values are meant.
    pub(super) const fn means_scalar(self) -> bool {
        self.has(SCALARS) && !self.has(STRUCTURES)
    }

    /// Whether only objects or lists are meant.
    pub(super) const fn means_structure(self) -> bool {
        self.has(STRUCTURES) && !self.has(SCALARS)
    }
}
