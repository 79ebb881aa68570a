//! Plain objects, as the core's values cross to JavaScript, member by member: what serde derives would be compiled anew for each.

use super::json::Json;

/// The members of an object that is being written.
#[derive(Debug)]
pub struct Members<J>(J);

impl<J: Json> Members<J> {
    /// Adds a member.
    pub fn value(&mut self, name: &str, value: J) -> &mut Self {
        self.0.set(name, value);
        self
    }

    /// Adds text.
    #[inline(never)]
    pub fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.value(name, J::of(text))
    }

    /// Adds a whole number.
    #[inline(never)]
    pub fn number(&mut self, name: &str, number: u64) -> &mut Self {
        self.value(name, J::whole(number))
    }

    /// Adds a member if there is one.
    #[inline(never)]
    pub fn optional(&mut self, name: &str, value: Option<J>) -> &mut Self {
        match value {
            Some(value) => self.value(name, value),
            None => self,
        }
    }

    /// Adds text if there is some.
    #[inline(never)]
    pub fn optional_text(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }
}

/// Writes an object.
pub fn object<J: Json>(write: impl FnOnce(&mut Members<J>)) -> J {
    let mut members = Members(J::object());
    write(&mut members);
    members.0
}

/// An enum whose values cross by their names in snake case.
macro_rules! named {
    ($(#[$of_all:meta])* pub enum $name:ident { $($(#[$of_one:meta])* $value:ident,)+ }) => {
        $(#[$of_all])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$of_one])* $value,)+ }

        impl $name {
            /// The name that JavaScript sees.
            #[must_use]
            pub fn name(self) -> String {
                $crate::core::plain::snake_case(match self { $(Self::$value => stringify!($value),)+ })
            }
        }
    };
}
pub(crate) use named;

/// `WalletBusy` as `wallet_busy`.
pub(super) fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for letter in name.bytes() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(char::from(letter.to_ascii_lowercase()));
    }
    text
}
