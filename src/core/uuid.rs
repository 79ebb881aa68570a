//! UUIDs ([RFC 9562](https://www.rfc-editor.org/rfc/rfc9562)): random ones, and those derived from a name.

use super::text::hex;

/// The namespace of the ids that pages choose, 4fb804d1-3b14-4413-8cda-5481df2e5227. It must never change: a request
/// that was sent under a derived UUID is found by it.
const NAMESPACE: [u8; 16] =
    [0x4f, 0xb8, 0x04, 0xd1, 0x3b, 0x14, 0x44, 0x13, 0x8c, 0xda, 0x54, 0x81, 0xdf, 0x2e, 0x52, 0x27];

/// A random UUID (version 4) from the first 16 bytes.
#[must_use]
pub fn random(bytes: [u8; 32]) -> String {
    write(&bytes, 0x40)
}

/// The UUID of a name, always the same (version 5, in this library's own namespace).
#[must_use]
pub fn derived(name: &str) -> String {
    derived_in(NAMESPACE, name)
}

fn derived_in(namespace: [u8; 16], name: &str) -> String {
    let mut bytes = namespace.to_vec();
    bytes.extend_from_slice(name.as_bytes());
    write(&sha1(bytes), 0x50)
}

/// Whether that is a UUID of any version, in upper or lower case.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn write(bytes: &[u8], version: u8) -> String {
    let mut text = String::new();
    for (at, byte) in bytes.iter().take(16).enumerate() {
        let byte = match at {
            6 => byte & 0x0f | version,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&hex(&[byte]));
    }
    text
}

/// SHA-1 ([RFC 3174](https://www.rfc-editor.org/rfc/rfc3174)), as version 5 requires: it distinguishes names and proves
/// nothing. The usual crates are built for speed and are larger.
fn sha1(mut message: Vec<u8>) -> Vec<u8> {
    let bits = u64::try_from(message.len()).unwrap_or(u64::MAX).wrapping_mul(8);
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend_from_slice(&bits.to_be_bytes());
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in message.chunks(64) {
        let mixed = mixed(state, block);
        for (sum, word) in state.iter_mut().zip(mixed) {
            *sum = word.wrapping_add(*sum);
        }
    }
    let mut digest = Vec::new();
    for word in state {
        digest.extend_from_slice(&word.to_be_bytes());
    }
    digest
}

/// 80 rounds over the words of a block, always keeping the next 16.
fn mixed(mut state: [u32; 5], block: &[u8]) -> [u32; 5] {
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(block.chunks(4)) {
        *word = bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    }
    for round in 0..80 {
        state = turn(state, round, words[0]);
        let next = (words[0] ^ words[2] ^ words[8] ^ words[13]).rotate_left(1);
        words.copy_within(1.., 0);
        words[15] = next;
    }
    state
}

/// One of 80 rounds.
const fn turn([a, b, c, d, e]: [u32; 5], round: u32, word: u32) -> [u32; 5] {
    let (mix, constant) = match round {
        0..20 => ((b & c) | (!b & d), 0x5a82_7999),
        20..40 => (b ^ c ^ d, 0x6ed9_eba1),
        40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
        _ => (b ^ c ^ d, 0xca62_c1d6_u32),
    };
    let next = a.rotate_left(5).wrapping_add(mix).wrapping_add(e).wrapping_add(constant).wrapping_add(word);
    [next, a, b.rotate_left(30), c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ids_are_uuids() {
        assert_eq!(random([0xff; 32]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(random([0; 32]), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn a_derived_uuid_is_that_of_the_rfc() {
        // RFC 9562, A.4: www.example.com in the namespace of DNS, 6ba7b810-9dad-11d1-80b4-00c04fd430c8.
        let dns = [0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
        assert_eq!(derived_in(dns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }

    #[test]
    fn digests_are_those_of_other_libraries_at_every_edge_of_a_block() {
        for (length, digest) in [
            (0, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            (55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
            (56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
            (64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
            (1000, "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
        ] {
            assert_eq!(hex(&sha1(vec![b'a'; length])), digest, "{length}");
        }
    }

    #[test]
    fn a_uuid_is_told_from_other_names() {
        for uuid in
            ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-42661417400F", &derived("order-7")]
        {
            assert!(is_uuid(uuid), "{uuid}");
        }
        for other in [
            "",
            "order-7",
            "123e4567-e89b-12d3-a456-42661417400",
            "123e4567ae89b-12d3-a456-426614174000",
            "123e4567-e89b-12d3-a456-42661417400g",
        ] {
            assert!(!is_uuid(other), "{other}");
        }
    }
}
