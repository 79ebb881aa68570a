//! Enums whose values JavaScript sees as strings.

/// An enum whose values cross to JavaScript as their names in snake case.
macro_rules! named {
    ($(#[$of_all:meta])* pub enum $name:ident { $($(#[$of_one:meta])* $value:ident,)+ }) => {
        $(#[$of_all])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$of_one])* $value,)+ }

        impl $name {
            /// The name that JavaScript sees.
            #[must_use]
            pub fn name(self) -> String {
                $crate::core::named::snake_case(match self { $(Self::$value => stringify!($value),)+ })
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.name())
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
