//! The service's responses, and its address.

use std::net::Ipv4Addr;

use serde::{Serialize, Serializer};

use super::{
    base64,
    json::Json,
    text::{cut, hex, keep, read_number, text, trim_end},
};

/// A response whose body arrived completely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpResponse<J> {
    /// The HTTP status.
    pub status: u16,
    /// The header `PAYMENT-REQUIRED`, decoded, if the server sends it and CORS exposes it. x402 headers are base64 of
    /// UTF-8 JSON ([version 1](https://github.com/coinbase/x402/blob/main/specs/transports-v1/http.md), [version
    /// 2](https://github.com/coinbase/x402/blob/main/specs/transports-v2/http.md)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// The header `PAYMENT-RESPONSE` or `X-PAYMENT-RESPONSE`, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// The header `Retry-After`, if CORS exposes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
    /// The body.
    pub body: Body<J>,
}

/// A body. If it is too long for a text response, as an inline video is, it stays with the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body<J> {
    /// The value as received.
    given: J,
    /// Its text, or the start of it.
    pub text: String,
    /// All of it, if it is JSON.
    pub json: Option<J>,
}

/// Longer than any terms or refusal, in UTF-16 units.
const LONGEST_TEXT: u32 = 0x8_0000;

impl<J: Json> Body<J> {
    /// Reads a body given as text.
    #[must_use]
    pub fn read(text: &J) -> Option<Self> {
        Some(Self { given: text.clone(), text: text.text_start(LONGEST_TEXT)?, json: J::parse_text(text) })
    }
}

impl<J: Serialize> Serialize for Body<J> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.given.serialize(serializer)
    }
}

#[cfg(any(test, fuzzing))]
impl<J: Json> Default for HttpResponse<J> {
    fn default() -> Self {
        let body = "".into();
        Self { status: 0, terms: None, receipt: None, retry_after: None, body }
    }
}

impl<J: Json> HttpResponse<J> {
    /// Builds a response from its parts. `header` returns a header by its lowercase name, if the page may read it.
    #[must_use]
    pub fn of(status: u16, header: impl Fn(&str) -> Option<String>, body: &J) -> Option<Self> {
        let decoded = |name: &str| header(name).and_then(|text| decoded(&text));
        Some(Self {
            status,
            terms: decoded("payment-required"),
            receipt: decoded("payment-response").or_else(|| decoded("x-payment-response")),
            retry_after: header("retry-after"),
            body: Body::read(body)?,
        })
    }

    /// Reads `{ status, terms?, receipt?, retryAfter?, body }`; `None` if it is not a response.
    #[must_use]
    pub fn read(answer: &J) -> Option<Self> {
        Some(Self {
            status: status(answer)?,
            terms: answer.text_at("terms"),
            receipt: answer.text_at("receipt"),
            retry_after: answer.text_at("retryAfter"),
            body: Body::read(&answer.get("body")?)?,
        })
    }
}

/// A header of x402: base64 of UTF-8, with or without a byte order mark, or of Latin-1, as `@x402/core` 2.0.0 and 2.1.0
/// write it. Some servers write plain JSON.
fn decoded(header: &str) -> Option<String> {
    let plain = || header.starts_with('{').then(|| header.as_bytes().to_vec());
    let bytes = base64::decode(header).or_else(plain)?;
    let text =
        String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect());
    Some(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), String::from))
}

/// A request without a complete response.
#[derive(Clone, Debug)]
pub struct HttpFailure<J> {
    /// The status, if the response broke off after it.
    pub status: Option<u16>,
    /// What `fetch` threw; `None` if the response did not arrive in time.
    pub cause: Option<J>,
    /// The request was cancelled because nobody wants the answer any more.
    pub is_cancelled: bool,
}

/// The outcome of a request.
pub type Answer<J> = Result<HttpResponse<J>, HttpFailure<J>>;

fn status<J: Json>(told: &J) -> Option<u16> {
    told.whole_at("status").and_then(|status| u16::try_from(status).ok())
}

/// The checked address of the service's API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    is_private_http: bool,
}

impl BaseUrl {
    /// Reads an address: `https`, or `http` on this machine or a private network; no query, fragment or credentials.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = cut(text, b':')?;
        let rest = rest.strip_prefix("//")?;
        let (authority, path) = cut(rest, b'/').unwrap_or((rest, ""));
        let host = host(authority)?;
        let is_private_http = scheme == "http" && is_private(host);
        let allowed = match scheme {
            "https" => true,
            "http" => is_private_http || matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
            _ => false,
        };
        let clean = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b));
        (allowed && clean).then(|| Self { text: trim_end(text, "/").into(), is_private_http })
    }

    /// The address without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether requests cross a network unencrypted, which a page has to allow.
    #[must_use]
    pub const fn is_private_http(&self) -> bool {
        self.is_private_http
    }

    /// The endpoint that starts a generation.
    #[must_use]
    pub fn create(&self) -> String {
        text!(self.text, "/generation/create")
    }

    /// The endpoint where ClawdVine lists its models.
    #[must_use]
    pub fn models(&self) -> String {
        text!(self.text, "/generation/models")
    }

    /// The endpoint that reports a task's status. `task_id` has passed [`is_task_id`].
    #[must_use]
    pub fn status(&self, task_id: &str) -> String {
        text!(self.text, "/generation/", percent_encoded(task_id), "/status")
    }
}

/// The host of `host` or `host:port`, if both are plausible.
fn host(authority: &str) -> Option<&str> {
    let (host, named) = match authority.strip_prefix(LOOPBACK) {
        Some(_) => (LOOPBACK, true),
        None => cut(authority, b':').map_or((authority, is_name(authority)), |(host, _)| (host, is_name(host))),
    };
    let port = authority.strip_prefix(host)?;
    let real = port.is_empty() || read_number(port.strip_prefix(':')?)? <= u16::MAX.into();
    (real && named).then_some(host)
}

const LOOPBACK: &str = "[::1]";

/// Whether it is an IPv4 address of a private network ([RFC 1918](https://www.rfc-editor.org/rfc/rfc1918)), or a name of
/// the local network ([RFC 6762](https://www.rfc-editor.org/rfc/rfc6762)).
fn is_private(host: &str) -> bool {
    host.strip_suffix(".local").is_some_and(|name| !name.is_empty())
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_private())
}

/// Whether these are labels separated by dots.
fn is_name(host: &str) -> bool {
    let mut before = b'.';
    let fits = |byte: u8| {
        let dots = [before, byte] == *b"..";
        before = byte;
        !dots && (byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    host.bytes().all(fits) && before != b'.'
}

/// Whether a service may use this as a task id: 1 to 128 visible characters, which are encoded in the URL. `.` and `..`
/// are refused, since they would change the path even when encoded.
#[must_use]
pub fn is_task_id(text: &str) -> bool {
    // Not `count`, whose implementation in the standard library is tuned for speed and takes half a kilobyte.
    let mut left = 128u32;
    let mut fits = |c: char| {
        let is_within = left > 0;
        left = left.saturating_sub(1);
        is_within && is_visible(c)
    };
    !matches!(text, "" | "." | "..") && text.chars().all(&mut fits)
}

/// Neither whitespace, a control character, an invisible character nor one that changes the text direction.
const fn is_visible(c: char) -> bool {
    let is_space =
        matches!(c, ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}');
    let is_control = matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}');
    let hides = matches!(
        c,
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    !is_space && !is_control && !hides
}

/// Encodes text as one segment of a URL path ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-3.3)).
fn percent_encoded(text: &str) -> String {
    let mut segment = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            segment.push('%');
            segment.push_str(&hex(&[byte]).to_ascii_uppercase());
        }
    }
    segment
}

/// Whether a page may use this as a purchase id: letters, digits, `-`, `_`, `.` and `:`, starting with a letter or
/// digit.
#[must_use]
pub fn is_own_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= 128
        && bytes.next().is_some_and(|b| b.is_ascii_alphanumeric())
        && bytes.all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

/// The start of a body, for an error's details: at most 2,000 characters.
#[must_use]
pub fn excerpt(body: &str) -> String {
    keep(body, 2000, |_| true)
}

#[cfg(any(test, fuzzing))]
impl<J: Json> From<String> for Body<J> {
    fn from(text: String) -> Self {
        Self { given: J::of(&text), json: J::parse(&text), text }
    }
}

#[cfg(any(test, fuzzing))]
impl<J: Json> From<&str> for Body<J> {
    fn from(text: &str) -> Self {
        String::from(text).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn headers_of_x402_are_decoded_and_others_are_not() {
        let answered = |name: &str, header: &str| {
            HttpResponse::of(402, |asked| (asked == name).then(|| header.into()), &json!("{}")).unwrap()
        };
        for text in ["{\"error\":\"残高が足りません\"}", "{\"a\":\"é€𝄞\"}", "{\"b\":\"\u{ff}\"}"] {
            let header = base64::encode(text.as_bytes());
            let text = Some(String::from(text));
            assert_eq!(answered("payment-required", &header).terms, text);
            assert_eq!(answered("payment-required", trim_end(&header, "=")).terms, text, "without padding");
            assert_eq!(answered("payment-response", &header).receipt, text);
            assert_eq!(answered("x-payment-response", &header).receipt, text);
        }
        let marked = base64::encode("\u{feff}{}".as_bytes());
        assert_eq!(answered("payment-required", &marked).terms.as_deref(), Some("{}"));
        let latin1 = base64::encode(b"{\"a\":\"Caf\xe9 \xdf\"}");
        assert_eq!(answered("payment-required", &latin1).terms.as_deref(), Some("{\"a\":\"Café ß\"}"));
        let plain = "{\"x402Version\":2}";
        assert_eq!(answered("payment-required", plain).terms.as_deref(), Some(plain));
        for header in ["no base64!", "a"] {
            assert_eq!(answered("payment-required", header).terms, None, "{header}");
        }
        assert_eq!(answered("retry-after", "60").retry_after.as_deref(), Some("60"));
    }

    #[test]
    fn a_response_can_be_passed_to_other_tabs_and_read_there() {
        let body = json!("{\"status\":\"queued\"}");
        for headers in [true, false] {
            let header = |_: &str| headers.then(|| base64::encode(b"{}"));
            let answer = HttpResponse::of(202, header, &body).unwrap();
            let crossed = Value::of(&answer);
            assert_eq!(crossed["body"], body);
            assert_eq!(HttpResponse::read(&crossed), Some(answer));
        }
        assert_eq!(HttpResponse::of(202, |_| None, &Value::Null), None, "no body");
    }

    #[test]
    fn only_safe_addresses_are_accepted() {
        let addresses: Value = serde_json::from_str(include_str!("../../tests/vectors/base-urls.json")).unwrap();
        for (kind, expected) in [("open", Some(false)), ("private", Some(true)), ("refused", None)] {
            for address in addresses[kind].items().unwrap() {
                let parsed = BaseUrl::parse(address.as_str().unwrap());
                assert_eq!(parsed.map(|url| url.is_private_http()), expected, "{address}");
            }
        }
        let create = |text: &str| BaseUrl::parse(text).map(|url| url.create());
        assert_eq!(create("https://example.org/api//").unwrap(), "https://example.org/api/generation/create");
        assert_eq!(create("http://127.0.0.1:4021/").unwrap(), "http://127.0.0.1:4021/generation/create");
    }

    #[test]
    fn task_ids_cannot_change_the_path() {
        let base = BaseUrl::parse("https://example.org/api").unwrap();
        for (id, segment) in [
            ("123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"),
            ("17", "17"),
            ("job:1.2", "job:1.2"),
            ("_xK3", "_xK3"),
            ("-a", "-a"),
            ("a/b", "a%2Fb"),
            ("a?b#c", "a%3Fb%23c"),
            ("a%2fb", "a%252fb"),
            ("../x", "..%2Fx"),
            ("...", "..."),
            ("a\\b", "a%5Cb"),
            ("é漢", "%C3%A9%E6%BC%A2"),
            ("<a>&\"+", "%3Ca%3E%26%22%2B"),
        ] {
            assert!(is_task_id(id), "{id}");
            assert_eq!(base.status(id), format!("https://example.org/api/generation/{segment}/status"));
        }
        assert!(is_task_id(&"é".repeat(128)));
        for bad in
            ["", "..", ".", "a b", "a\n", "\u{7f}", "a\u{200b}", "\u{202e}a", "\u{a0}", "\u{3000}", &"a".repeat(129)]
        {
            assert!(!is_task_id(bad), "{bad}");
        }
    }

    proptest::proptest! {
        /// Of http, only this machine and private networks are accepted, and only the former without being allowed.
        #[test]
        fn http_reaches_no_public_address(octets: [u8; 4], name in "[a-z0-9.-]{1,20}", port: u16) {
            let address = Ipv4Addr::from(octets);
            let parsed = BaseUrl::parse(&format!("http://{address}:{port}/x"));
            proptest::prop_assert_eq!(parsed.is_some(), address.is_private() || address == Ipv4Addr::LOCALHOST);
            proptest::prop_assert_eq!(parsed.is_some_and(|url| url.is_private_http()), address.is_private());
            let named = BaseUrl::parse(&format!("http://{name}.org:{port}/x"));
            proptest::prop_assert_eq!(named, None);
        }

        /// Any task id is one segment of the URL, and can be read back from it.
        #[test]
        fn a_task_id_is_one_segment(id in "\\PC{0,140}") {
            let segment = percent_encoded(&id);
            proptest::prop_assert!(segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:%".contains(&b)));
            let mut decoded = Vec::new();
            let mut rest = segment.as_str();
            while let Some(first) = rest.chars().next() {
                let (byte, length) = match first {
                    '%' => (u8::from_str_radix(&rest[1..3], 16).unwrap(), 3),
                    letter => (u8::try_from(letter).unwrap(), 1),
                };
                decoded.push(byte);
                rest = &rest[length..];
            }
            proptest::prop_assert_eq!(String::from_utf8(decoded).unwrap(), id.as_str());
            if is_task_id(&id) {
                proptest::prop_assert!(!matches!(segment.as_str(), "." | ".." | ""));
            }
        }
    }

    #[test]
    fn purchase_ids_consist_of_plain_characters() {
        for good in ["123e4567-e89b-12d3-a456-426614174000", "17", "job:1.2", "image-a_b"] {
            assert!(is_own_id(good), "{good}");
        }
        for bad in ["", "a/b", "..", ".", "-a", "_a", "a?b", "a%2fb", "é", &"a".repeat(129)] {
            assert!(!is_own_id(bad), "{bad}");
        }
    }

    #[test]
    fn a_response_from_another_tab_is_read_if_it_is_complete() {
        let whole = json!({"status": 402, "terms": "t", "receipt": "r", "retryAfter": "5", "body": "b"});
        let [terms, receipt, retry_after] = ["t", "r", "5"].map(|text| Some(text.into()));
        let expected = HttpResponse { status: 402, terms, receipt, retry_after, body: "b".into() };
        assert_eq!(HttpResponse::read(&whole), Some(expected));
        for told in [json!({"status": 202}), json!({"status": 65_536, "body": "b"}), json!({"body": "b"}), json!("b")] {
            assert_eq!(HttpResponse::read(&told), None, "{told}");
        }
    }
}
