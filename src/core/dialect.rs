//! How services of one kind differ in what they take.

use super::named::named;

/// The field of a body that has all but the prompt.
pub const ENVELOPE: &str = "templateData";

/// The dialect in which a server takes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// It knows the field `seed`.
    pub seed: bool,
    /// It takes a form (`multipart/form-data`) instead of JSON, with the picture as a file.
    pub form: bool,
    /// Where it has what is not the prompt.
    pub shape: Shape,
}

named! {
    /// Where a server has the parameters of a request.
    pub enum Shape {
        /// In the object `templateData`, as the guide of Imagine shows it.
        Object,
        /// In the same as JSON text, as Imagine's own 402 describes it.
        Text,
        /// Beside the prompt, as ClawdVine has them
        /// ([guide](https://github.com/onbonsai/clawdvine-skill), 8399d19).
        Flat,
    }
}

impl Shape {
    /// Reads a shape by its name.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        [Self::Object, Self::Text, Self::Flat].into_iter().find(|shape| shape.name() == name)
    }
}
