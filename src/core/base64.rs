//! Base64 with the standard alphabet and padding, as in x402 headers.
//!
//! Written by hand: the constant-time code of the usual crates is four times as large and there is no secret to protect
//! here.

use super::text::trim_end;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes with padding and without line breaks.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0, |word, at| word << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for (place, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            text.push(if place > chunk.len() { '=' } else { letter(word >> shift & 63) });
        }
    }
    text
}

fn letter(value: u32) -> char {
    let at = usize::try_from(value).unwrap_or(0);
    ALPHABET.get(at).copied().map_or('=', char::from)
}

/// Decodes text with or without padding; any other character is refused.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let content = trim_end(text, "=");
    let padding = text.len().saturating_sub(content.len());
    let is_whole = if padding > 0 { text.len().is_multiple_of(4) && padding < 3 } else { content.len() % 4 != 1 };
    if !is_whole {
        return None;
    }
    let mut bytes = Vec::with_capacity(content.len());
    let (mut word, mut bits) = (0_u32, 0_u32);
    for digit in content.bytes() {
        word = (word << 6 | value(digit)?) & 0xffff;
        bits = bits.saturating_add(6);
        if let Some(left) = bits.checked_sub(8) {
            bytes.push(u8::try_from(word >> left & 0xff).ok()?);
            bits = left;
        }
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    let (first, offset) = match digit {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' => (b'+', 62),
        b'/' => (b'/', 63),
        _ => return None,
    };
    u32::from(digit).checked_sub(u32::from(first))?.checked_add(offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The vectors of [RFC 4648](https://www.rfc-editor.org/rfc/rfc4648#section-10).
    #[test]
    fn the_standard_vectors_are_encoded_and_decoded() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(bytes.as_bytes()), text);
            for text in [text, trim_end(text, "=")] {
                assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
            }
        }
        for bad in ["Z", "Zg=", "Z===", "====", "Zm9v Zm9v", "Zm9v\n", "Zm-_", "é==="] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn decoding_reverses_encoding(bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }

        #[test]
        fn reading_any_text_never_panics(text in ".*") {
            let _ = decode(&text);
        }
    }
}
