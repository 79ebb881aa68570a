//! What a seller says about the parameters of a request, and whether a request is among what it takes.
//!
//! A 402 may describe the request: in version 1 as `outputSchema.input.bodyFields`, in version 2 as
//! `extensions.bazaar`. Nothing defines what the fields of that description mean, and sellers write them in many ways.
//! So the description is read tolerantly, bounded in size and depth, and reduced to one form. It is the seller's own,
//! but it is no promise: only what rules a request out without doubt stops a purchase (see [`Schema::problems`]), and
//! what is absent, broken or contradictory stops nothing.

mod check;
mod field;
mod kinds;
mod place;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use check::Fault;
pub use place::Described;

use super::{
    dialect::ENVELOPE,
    error::{Detail, Details},
    json::Json,
    reason,
    text::text,
};

/// The parameters that a seller describes, by the names that a page gives them: those of a `GenerateRequest`, or of its
/// `extra`. `RequestSchema` in the public types has its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Schema<J>(J);

/// The parameter that a page sets as `videoModel`. A list under another name is of no use to it.
const MODEL: &str = "videoModel";
const PROMPT: &str = "prompt";
/// Problems that a sentence names.
const MOST_NAMED: usize = 5;
/// What the library itself sends.
const OWN: [&str; 2] = [ENVELOPE, "seed"];
/// Headers of the protocol and of logins, which some sellers list as well: how they begin.
const HEADERS: [&str; 5] = ["x-payment", "payment-", "authorization", "sign-in-with-x", "content-type"];

/// Where a description says that the fields are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the body, beside the prompt.
    Beside,
    /// In the query, which stock sellers write for a body, too: they may be anywhere.
    Anywhere,
}

impl<J: Json> Schema<J> {
    /// Takes back what was written.
    #[must_use]
    pub const fn reread(written: J) -> Self {
        Self(written)
    }

    /// The parameters of a page among the fields of a body: those in `templateData` stand beside those around it.
    fn of_body(fields: &J, place: Place) -> Option<Self> {
        let mut all = fields.get(ENVELOPE).and_then(|envelope| envelope.get("properties")).unwrap_or_else(J::object);
        for (name, mut field) in fields.entries() {
            let lower = name.to_ascii_lowercase();
            if OWN.contains(&name.as_str()) || HEADERS.iter().any(|start| lower.starts_with(start)) {
                continue;
            }
            if name != PROMPT && place == Place::Beside && field.is_true_at("required") {
                field.set(field::BESIDE, J::of(&true));
            }
            let inner = all.get(&name);
            all.set(&name, inner.map_or_else(|| field.clone(), |inner| field::undisputed(&inner, &field)));
        }
        (!all.entries().is_empty()).then_some(Self(all))
    }

    /// What another description of the same request does not contradict.
    fn undisputed(&self, other: &Self) -> Self {
        let mut all = J::object();
        for (name, field) in self.0.entries() {
            let other = other.0.get(&name);
            all.set(&name, other.map_or_else(|| field.clone(), |other| field::undisputed(&field, &other)));
        }
        Self(all)
    }

    /// The models that the seller lists.
    #[must_use]
    pub fn models(&self) -> Vec<String> {
        let listed = self.0.get(MODEL).map(|field| field::texts(&field, "enum")).unwrap_or_default();
        listed.into_iter().filter(|name| reason::line(name) == *name).collect()
    }

    /// What the seller's words rule out in the parameters of a request, one problem for each, in the form of
    /// `RequestProblem` in the public types. Without a doubt, or not at all: a required parameter that is absent, a
    /// value outside a list, a number outside bounds, a text that is too long, and a structure where a single value is
    /// meant. `is_flat` if the request has its parameters beside the prompt.
    #[must_use]
    pub fn problems(&self, parameters: &J, is_flat: bool) -> Vec<Details> {
        check::parameters(&self.0, parameters, is_flat)
    }
}

/// The problems in one sentence.
#[must_use]
pub fn in_words(problems: &[Details]) -> String {
    let said = problems.iter().filter_map(|problem| match problem.get("message") {
        Some(Detail::Text(message)) => Some(message.as_str()),
        _ => None,
    });
    let said: Vec<&str> = said.collect();
    let shown = said.get(..MOST_NAMED).unwrap_or(&said).join("; ");
    text!(shown, if said.len() > MOST_NAMED { "; …" } else { "" })
}
