//! The type of a file by its first bytes, whatever its name, a header or a server claims.

/// How many bytes are needed to tell.
pub const HEAD: u32 = 12;

/// How files of each type begin; a dot stands for any byte.
const TYPES: [(&[u8], &str); 9] = [
    (b"....ftypavi", "image/avif"),
    (b"....ftypqt", "video/quicktime"),
    (b"....ftyp", "video/mp4"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF....WEBP", "image/webp"),
    (b"BM", "image/bmp"),
];

/// The media type that a file's first bytes show.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<&'static str> {
    let begins = |pattern: &[u8]| {
        head.len() >= pattern.len() && pattern.iter().zip(head).all(|(wanted, byte)| *wanted == b'.' || wanted == byte)
    };
    TYPES.iter().find(|(pattern, _)| begins(pattern)).map(|(_, media_type)| *media_type)
}

/// Whether it is the media type of a picture.
#[must_use]
pub fn is_picture(media_type: &str) -> bool {
    media_type.starts_with("image/")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The beginning of a file of each type.
    pub(crate) const HEADS: [(&[u8], &str); 9] = [
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f", "video/webm"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\r", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01", "image/jpeg"),
        (b"GIF89a\x01\0\x01\0\x80\0", "image/gif"),
        (b"RIFF\x1a\0\0\0WEBP", "image/webp"),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0", "image/bmp"),
    ];

    #[test]
    fn files_are_known_by_their_first_bytes() {
        for (head, media_type) in HEADS {
            assert_eq!(u32::try_from(head.len()), Ok(HEAD));
            assert_eq!(sniff(head), Some(media_type));
            assert_eq!(sniff(&[head, &[0; 100]].concat()), Some(media_type), "whatever comes after");
            assert_eq!(sniff(&head[1..]), None, "{media_type}");
            assert_eq!(is_picture(media_type), media_type.starts_with('i'));
        }
        for other in [b"".as_slice(), b"<!doctype html>", b"RIFF\x1a\0\0\0WAVE", b"%PDF-1.7", b"\xff\xd8"] {
            assert_eq!(sniff(other), None, "{other:?}");
        }
    }
}
