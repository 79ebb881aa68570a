//! The picture that a video starts from.

use super::{
    base64,
    error::{Code, Error, Stage},
    text::text,
};

/// Checks an image given as text: an http(s) address, which the server fetches, or a base64 data URL.
///
/// # Errors
/// `image_unreadable` for anything else.
pub fn check_url(text: &str) -> Result<(), Error> {
    let usable = if let Some(data) = text.strip_prefix("data:") {
        data.split_once(',').is_some_and(|(kind, payload)| {
            kind.starts_with("image/")
                && kind.ends_with(";base64")
                && base64::decode(payload).is_some_and(|b| !b.is_empty())
        })
    } else {
        ["https://", "http://"].iter().any(|scheme| {
            text.strip_prefix(scheme)
                .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b > b' ' && b != 0x7f))
        })
    };
    usable
        .then_some(())
        .ok_or_else(|| unreadable("the image is neither an http(s) address nor a base64 data URL of an image"))
}

/// The data URL of an image given as bytes.
///
/// # Errors
/// `image_unreadable` when the bytes are no PNG, JPEG, GIF, WebP, AVIF or BMP.
pub fn data_url(bytes: &[u8]) -> Result<String, Error> {
    let kind =
        sniff(bytes).ok_or_else(|| unreadable("the bytes given as image are no PNG, JPEG, GIF, WebP, AVIF or BMP"))?;
    Ok(text!("data:", kind, ";base64,", base64::encode(bytes)))
}

/// The type that the bytes themselves show, whatever a file name or header says.
fn sniff(bytes: &[u8]) -> Option<&'static str> {
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    match () {
        () if at(0, b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        () if at(0, b"\xff\xd8\xff") => Some("image/jpeg"),
        () if at(0, b"GIF87a") || at(0, b"GIF89a") => Some("image/gif"),
        () if at(0, b"RIFF") && at(8, b"WEBP") => Some("image/webp"),
        () if at(4, b"ftypavif") => Some("image/avif"),
        () if at(0, b"BM") => Some("image/bmp"),
        () => None,
    }
}

fn unreadable(message: &str) -> Error {
    Error::unpaid(Code::ImageUnreadable, Stage::Request, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_show_their_own_type() {
        for (bytes, start) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], "data:image/png;base64,iVBORw0KGgou"),
            (b"\xff\xd8\xff\xe0", "data:image/jpeg;base64,/9j/4A=="),
            (b"GIF89a", "data:image/gif;base64,"),
            (b"RIFF\0\0\0\0WEBP", "data:image/webp;base64,"),
            (b"\0\0\0\x20ftypavif", "data:image/avif;base64,"),
            (b"BM\0\0", "data:image/bmp;base64,"),
        ] {
            let url = data_url(bytes).unwrap();
            assert!(url.starts_with(start), "{url}");
            assert!(check_url(&url).is_ok(), "{url}");
        }
        for bad in [&b""[..], b"hello", b"RIFF\0\0\0\0WAVE", b"<svg/>"] {
            assert_eq!(data_url(bad).unwrap_err().code, Code::ImageUnreadable);
        }
    }

    #[test]
    fn only_addresses_that_a_server_can_use() {
        assert!(check_url("https://example.com/input_reference.jpg").is_ok());
        for bad in [
            "",
            "cat.png",
            "blob:https://x/1",
            "file:///cat.png",
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "data:text/html;base64,aGk=",
            "data:image/png,abc",
            "data:image/png;base64,",
            "data:image/png;base64,***",
        ] {
            assert_eq!(check_url(bad).unwrap_err().code, Code::ImageUnreadable, "{bad}");
        }
    }
}
