//! The picture that a video starts from. Its bytes stay with the facade; the core only sees URLs.

use super::error::{Code, Error, Stage};

/// Checks an image given as text: an http(s) URL, which the server fetches.
///
/// # Errors
/// `image_unreadable` for anything else.
pub fn check_url(text: &str) -> Result<(), Error> {
    let usable = ["https://", "http://"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b > b' ' && b != 0x7f))
    });
    let message = "the image is neither an http(s) address nor a base64 data URL of an image";
    usable.then_some(()).ok_or_else(|| Error::unpaid(Code::ImageUnreadable, Stage::Request, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_that_a_server_can_use_are_accepted() {
        assert!(check_url("https://example.com/input_reference.jpg").is_ok());
        for bad in [
            "",
            "cat.png",
            "blob:https://x/1",
            "file:///cat.png",
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "data:image/png;base64,iVBORw0KGgo=",
        ] {
            assert_eq!(check_url(bad).unwrap_err().code, Code::ImageUnreadable, "{bad}");
        }
    }
}
