//! The result of a finished task, read from the service's response in any of its versions and dialects.
//!
//! Bytes stay with the JavaScript engine: of a file sent as base64 or as a list of numbers, only the beginning is read
//! here, and the value is passed on unchanged for the facade to make a file of.

use serde::Serialize;

use super::{
    assets::parse_address,
    base64,
    json::Json,
    media::{self, is_picture},
    text::{cut, read_number},
};

/// A `Generation` of the public types, except for the task, the receipt and the response, which the facade adds. A file
/// is a list of candidates, the best first: inline bytes may turn out not to be any.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs)] // the fields are those of `Generation` in the public types
pub struct Generation<J> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub video: Vec<Source<J>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub image: Vec<Source<J>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gif: Vec<Source<J>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_name: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remix_id: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_url: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Token<J>>,
    pub template_data: J,
}

/// The members of a `Generation` of the public types that hold the result, the most important first.
pub const MEMBERS: [&str; 11] = [
    "taskId",
    "video",
    "image",
    "gif",
    "text",
    "templateName",
    "agentId",
    "remixId",
    "pageUrl",
    "token",
    "templateData",
];

/// Those of them that are files.
pub const FILES: [&str; 3] = ["video", "image", "gif"];

/// Where a file is.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Source<J> {
    /// At a URL that a page can show safely.
    Address {
        /// The URL.
        url: J,
        /// The type that the server names.
        #[serde(skip_serializing_if = "Option::is_none")]
        mime_type: Option<J>,
    },
    /// Inline in the response.
    Bytes {
        /// Base64, or a list of numbers.
        bytes: J,
        /// The type that the bytes show, never the one that the server names: that could make the browser run them as a
        /// page of ours.
        mime_type: &'static str,
    },
}

/// A token that was deployed.
#[derive(Debug, Serialize)]
#[expect(missing_docs)] // the fields are those of `Generation['token']` in the public types
pub struct Token<J> {
    pub address: J,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<J>,
}

const VIDEO: &str = "video/mp4";
const PICTURE: &str = "image/png";

impl<J: Json> Generation<J> {
    /// Reads the response about a finished task.
    #[must_use]
    pub fn read(answer: &J) -> Self {
        let result = object_at(answer, "result").unwrap_or_else(|| answer.clone());
        let made = object_at(&result, "generation").unwrap_or_else(|| result.clone());
        let template_data = object_at(&result, "templateData").unwrap_or_else(J::object);
        let token = object_at(&result, "token").or_else(|| object_at(&made, "token"));
        let page_url = [&result, &made, answer].into_iter().find_map(|of| address_at(of, "url"));
        let mut films = Vec::new();
        films.extend(file_at(&made, "video", VIDEO));
        films.extend(file_at(answer, "artifactUrl", VIDEO));
        let (video, image) = arranged(films, file_at(&made, "image", PICTURE));
        Self {
            video,
            image,
            gif: Vec::from_iter(file_at(&made, "gif", PICTURE)),
            text: words_at(&made, "text"),
            template_name: words_at(&made, "templateName"),
            agent_id: words_at(&made, "agentId"),
            remix_id: words_at(&template_data, "soraVideoId"),
            page_url,
            token: token.and_then(|token| Token::read(&token)),
            template_data,
        }
    }
}

impl<J: Json> Generation<J> {
    /// What lasts of it, as a `KeptGeneration` of the public types: the best URL of each file.
    #[must_use]
    pub fn lasting(&self, task_id: &str) -> J {
        let mut made = J::of(self);
        made.set("taskId", J::of(task_id));
        for name in FILES {
            if let Some(sources) = made.get(name) {
                let lasting = sources.items().unwrap_or_default().into_iter().find(lasts);
                made.set(name, lasting.unwrap_or_else(J::null));
            }
        }
        made
    }
}

/// The video and the picture. Some services put the requested picture in the video's place.
fn arranged<J: Json>(mut films: Vec<Source<J>>, picture: Option<Source<J>>) -> (Vec<Source<J>>, Vec<Source<J>>) {
    let mut pictures = Vec::from_iter(picture);
    let is_first_a_picture = films.first().is_some_and(Source::is_picture);
    films.retain(|film| film.is_picture() == is_first_a_picture);
    if is_first_a_picture {
        pictures.append(&mut films);
    }
    (films, pictures)
}

/// What a text has to start with to be a web URL, which lasts.
const WEB: [&str; 2] = ["https://", "http://"];
/// What else may be shown: it is media, and cannot run as a script.
const INLINE: [&str; 2] = ["data:video/", "data:image/"];
/// The longest of these prefixes.
const LONGEST_BEGINNING: u32 = 16;

/// File extensions of pictures.
const PICTURES: [&str; 6] = [".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif"];
/// No URL is longer: anything beyond is not read.
const LONGEST_ADDRESS: u32 = 0x1_0000;

/// The address of a page is shorter, in bytes.
const LONGEST_PAGE: u32 = 2_048;

/// Characters of base64 that hold the first bytes, and of a text that has them even with line breaks.
const HEAD_DIGITS: usize = 16;
const HEAD_TEXT: u32 = 256;

impl<J: Json> Source<J> {
    /// Reads a file given as a URL, as bytes, or as an object with either. If the bytes do not show a type, they get
    /// the usual one.
    fn read(value: &J, usual: &'static str) -> Option<Self> {
        let file = object(value);
        let given = match &file {
            Some(file) => ["url", "buffer", "data"].into_iter().find_map(|name| file.get(name))?,
            None => value.clone(),
        };
        if begins(&given, &WEB) || begins(&given, &INLINE) {
            let mime_type = file.and_then(|file| words_at(&file, "mimeType")).filter(|named| !is_empty(named));
            return Some(Self::Address { url: given, mime_type });
        }
        // Node serialises a buffer as `{ type, data }`.
        let bytes = object(&given).and_then(|buffer| buffer.get("data")).unwrap_or(given);
        let shown = media::sniff(&head(&bytes)?);
        // Plain words are valid base64, too.
        if shown.is_none() && file.is_none() && is_text(&bytes) {
            return None;
        }
        Some(Self::Bytes { bytes, mime_type: shown.unwrap_or(usual) })
    }

    fn is_picture(&self) -> bool {
        match self {
            Self::Bytes { mime_type, .. } => is_picture(mime_type),
            Self::Address { mime_type: Some(named), .. } => beginning(named).is_some_and(|named| is_picture(&named)),
            Self::Address { url, mime_type: None } if begins(url, &INLINE) => begins(url, &["data:image/"]),
            Self::Address { url, mime_type: None } => {
                is_named_as_picture(&url.text_start(LONGEST_ADDRESS).unwrap_or_default())
            }
        }
    }
}

fn is_named_as_picture(address: &str) -> bool {
    let before = |text, mark| cut(text, mark).map_or(text, |(before, _)| before);
    let path = before(before(address, b'?'), b'#').to_ascii_lowercase();
    PICTURES.iter().any(|ending| path.ends_with(ending))
}

/// The first bytes of base64 or of a list of numbers; `None` for anything else.
fn head<J: Json>(value: &J) -> Option<Vec<u8>> {
    let Some(items) = value.items_start(media::HEAD) else {
        let mut digits = value.text_start(HEAD_TEXT)?;
        digits.retain(|digit| !digit.is_ascii_whitespace());
        let digits = digits.get(..HEAD_DIGITS).filter(|digits| !digits.ends_with('='))?;
        return base64::decode(digits);
    };
    let mut bytes = Vec::new();
    for item in &items {
        bytes.push(u8::try_from(read_number(&item.as_number()?)?).ok()?);
    }
    (!bytes.is_empty()).then_some(bytes)
}

/// Whether a file is at a URL that lasts. Inline bytes have none.
#[must_use]
pub fn lasts<J: Json>(file: &J) -> bool {
    file.get("url").is_some_and(|url| begins(&url, &WEB))
}

impl<J: Json> Token<J> {
    fn read(token: &J) -> Option<Self> {
        let address = token.get("address")?;
        // One character more than a URL may have.
        parse_address(&address.text_start(43)?)?;
        let about = object_at(token, "metadata").unwrap_or_else(|| token.clone());
        Some(Self {
            address,
            symbol: words_at(&about, "symbol"),
            name: words_at(&about, "name"),
            chain: words_at(token, "chain"),
            external: token.get("external").and_then(|external| external.as_boolean()),
            image: address_at(&about, "image"),
        })
    }
}

/// An object, or the JSON text of one.
fn object<J: Json>(value: &J) -> Option<J> {
    let is_json = value.text_start(1).as_deref() == Some("{");
    let whole = if is_json { J::parse_text(value)? } else { value.clone() };
    whole.is_object().then_some(whole)
}

#[inline(never)]
fn object_at<J: Json>(of: &J, name: &str) -> Option<J> {
    object(&of.get(name)?)
}

#[inline(never)]
fn file_at<J: Json>(of: &J, name: &str, usual: &'static str) -> Option<Source<J>> {
    Source::read(&of.get(name)?, usual)
}

/// A text, which may be long and stays where it is.
#[inline(never)]
fn words_at<J: Json>(of: &J, name: &str) -> Option<J> {
    of.get(name).filter(is_text)
}

/// An address on the web, to link to.
#[inline(never)]
fn address_at<J: Json>(of: &J, name: &str) -> Option<J> {
    let is_whole = |start: String| u32::try_from(start.len()).is_ok_and(|length| length < LONGEST_PAGE);
    of.get(name).filter(|url| begins(url, &WEB) && url.text_start(LONGEST_PAGE).is_some_and(is_whole))
}

fn is_text<J: Json>(value: &J) -> bool {
    value.text_start(0).is_some()
}

fn is_empty<J: Json>(text: &J) -> bool {
    text.text_start(1).is_none_or(|start| start.is_empty())
}

fn beginning<J: Json>(text: &J) -> Option<String> {
    text.text_start(LONGEST_BEGINNING)
}

fn begins<J: Json>(text: &J, with: &[&str]) -> bool {
    beginning(text).is_some_and(|text| with.iter().any(|start| text.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::media::tests::HEADS;
    use proptest::{prelude::*, sample::select};
    use serde_json::{Value, json};

    const URL: &str = "https://media.test/v.mp4";
    const ADDRESS: &str = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
    const FILM: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";

    fn read(answer: &Value) -> Value {
        Value::of(&Generation::read(answer))
    }

    fn made(generation: Value) -> Value {
        read(&json!({ "status": "completed", "result": { "generation": generation } }))
    }

    fn at(url: &str) -> Value {
        json!([{ "url": url }])
    }

    fn bytes(bytes: &Value, mime_type: &str) -> Value {
        json!([{ "bytes": bytes, "mimeType": mime_type }])
    }

    /// Bytes in all the forms that services use, and the value that holds them.
    fn forms(bytes: &[u8]) -> Vec<(Value, Value)> {
        let (list, text) = (json!(bytes), json!(base64::encode(bytes)));
        let lines: Vec<String> = base64::encode(bytes).chars().map(|digit| format!("{digit}\r\n")).collect();
        let lines = json!(format!(" {}", lines.concat()));
        vec![
            (list.clone(), list.clone()),
            (json!({ "buffer": list }), list.clone()),
            (json!({ "type": "Buffer", "data": list }), list.clone()),
            (json!({ "buffer": { "type": "Buffer", "data": list } }), list.clone()),
            (json!({ "data": list, "mimeType": "text/html" }), list.clone()),
            (json!(json!({ "data": list }).to_string()), list),
            (text.clone(), text.clone()),
            (json!({ "data": text, "mimeType": "image/svg+xml" }), text.clone()),
            (json!({ "url": text }), text),
            (lines.clone(), lines),
        ]
    }

    #[test]
    fn a_result_is_found_wherever_services_put_it() {
        let generation = json!({ "video": URL, "text": "a boat" });
        let result = json!({ "generation": generation });
        for answer in [
            json!({ "result": result }),
            json!({ "result": result.to_string() }),
            json!({ "result": { "generation": generation.to_string() } }),
            json!({ "result": generation }),
            json!({ "generation": generation }),
            json!({ "generation": generation.to_string() }),
            generation.clone(),
            json!({ "result": null, "generation": generation }),
            json!({ "result": [], "generation": generation }),
            json!({ "result": "done", "generation": generation }),
        ] {
            let expected = json!({ "video": at(URL), "text": "a boat", "templateData": {} });
            assert_eq!(read(&answer), expected, "{answer}");
        }
        for answer in [json!({}), json!({ "result": null }), json!({ "result": 5 }), json!({ "result": "{\"video\":" })]
        {
            assert_eq!(read(&answer), json!({ "templateData": {} }), "{answer}");
        }
    }

    #[test]
    fn pages_about_the_result_are_addresses_on_the_web() {
        let page = "https://imagine.test/v/1";
        let token = |page: &str| json!({ "address": ADDRESS, "external": true, "metadata": { "image": page } });
        let generation = json!({ "video": URL });
        for answer in [
            json!({ "result": { "url": page, "generation": generation, "token": token(page) } }),
            json!({ "url": page, "result": { "generation": generation, "token": token(page) } }),
            json!({ "result": { "generation": { "video": URL, "url": page, "token": token(page) } } }),
        ] {
            let read = read(&answer);
            assert_eq!(read["pageUrl"], page, "{answer}");
            assert_eq!(read["token"], json!({ "address": ADDRESS, "external": true, "image": page }));
            assert_eq!(Generation::read(&answer).lasting("t1")["pageUrl"], page);
        }
        for wrong in
            ["javascript:alert(1)", "data:text/html,a", "//x.test", "", &format!("https://{}", "a".repeat(70_000))]
        {
            let answer = json!({ "result": { "url": wrong, "generation": generation, "token": token(wrong) } });
            assert_eq!(read(&answer)["pageUrl"], Value::Null);
            assert_eq!(read(&answer)["token"], json!({ "address": ADDRESS, "external": true }));
        }
        let answer = json!({ "result": { "token": { "address": ADDRESS, "external": "https://x.test" } } });
        assert_eq!(read(&answer)["token"], json!({ "address": ADDRESS }));
    }

    #[test]
    fn the_best_url_of_each_file_is_kept() {
        let lasting = |answer: &Value| Generation::read(answer).lasting("t1");
        let film = json!(base64::encode(FILM));
        let made =
            json!({ "video": { "data": film }, "image": "data:image/png;base64,AAAA", "gif": "https://x/a.gif" });
        let answer = json!({ "result": made, "artifactUrl": URL });
        let kept = lasting(&answer);
        assert_eq!(read(&answer)["video"], json!([{ "bytes": film, "mimeType": VIDEO }, { "url": URL }]));
        assert_eq!(kept["video"]["url"], URL);
        assert_eq!((&kept["image"], &kept["gif"]["url"]), (&Value::Null, &json!("https://x/a.gif")));
        assert_eq!((&kept["taskId"], &kept["templateData"]), (&json!("t1"), &json!({})));
        assert_eq!(lasting(&json!({ "result": { "text": "a boat" } }))["text"], "a boat");
    }

    #[test]
    fn the_result_contains_everything_else_that_was_made() {
        let answer = json!({ "result": {
            "generation": {
                "text": "a boat", "video": URL, "gif": { "url": "https://media.test/v.gif" }, "templateName": "video",
                "agentId": "a1",
            },
            "templateData": "{\"soraVideoId\":\"v1\",\"duration\":8}",
            "token": { "chain": "base", "address": ADDRESS, "metadata": { "symbol": "VID", "name": "Video" } },
        }});
        let expected = json!({
            "text": "a boat", "video": at(URL), "gif": at("https://media.test/v.gif"), "templateName": "video",
            "agentId": "a1",
            "templateData": { "soraVideoId": "v1", "duration": 8 }, "remixId": "v1",
            "token": { "address": ADDRESS, "symbol": "VID", "name": "Video", "chain": "base" },
        });
        assert_eq!(read(&answer), expected);
        for strange in [json!(5), json!(true), json!([]), json!({ "a": 1 }), Value::Null] {
            let generation = json!({ "text": strange, "templateName": strange, "agentId": strange });
            let data = json!({ "soraVideoId": strange });
            let answer = json!({ "result": { "generation": generation, "templateData": data, "token": strange } });
            assert_eq!(read(&answer), json!({ "templateData": data }), "{strange}");
        }
    }

    #[test]
    fn a_token_without_an_address_is_omitted() {
        let token = |token: Value| made(json!({ "token": token }))["token"].take();
        assert_eq!(token(json!({ "address": ADDRESS, "symbol": "V" })), json!({ "address": ADDRESS, "symbol": "V" }));
        assert_eq!(token(json!({ "address": ADDRESS, "name": 5 })), json!({ "address": ADDRESS }));
        let longer = format!("{ADDRESS}0");
        for address in ["", "0x", &ADDRESS[1..], &ADDRESS[..41], &longer, "vitalik.eth"] {
            assert_eq!(token(json!({ "address": address })), Value::Null, "{address}");
        }
        let both =
            json!({ "result": { "token": { "address": ADDRESS }, "generation": { "token": { "address": "0x" } } } });
        assert_eq!(read(&both)["token"]["address"], ADDRESS);
    }

    #[test]
    fn the_url_of_a_file_cannot_run_as_a_script() {
        for url in [URL, "http://x/v", "data:video/mp4;base64,AAAA", "data:image/svg+xml,<svg/>"] {
            for value in
                [json!(url), json!({ "url": url }), json!({ "buffer": url }), json!({ "url": url, "mimeType": "" })]
            {
                assert_eq!(made(json!({ "gif": value }))["gif"], at(url), "{value}");
            }
        }
        let named = json!({ "url": URL, "mimeType": "video/webm" });
        assert_eq!(made(json!({ "video": named }))["video"], json!([named]));
        for url in [
            "javascript:alert(1)",
            "data:text/html,<script>",
            "data:application/pdf,",
            "blob:https://x/1",
            "HTTPS://x/v.mp4",
            " https://x/v.mp4",
            "//x/v.mp4",
            "v.mp4",
            "ftp://x/v.mp4",
            "",
            "data:",
        ] {
            for value in [json!(url), json!({ "url": url })] {
                assert_eq!(
                    made(json!({ "video": value, "image": value, "gif": value })),
                    json!({ "templateData": {} }),
                    "{value}"
                );
            }
        }
    }

    #[test]
    fn bytes_are_passed_on_unchanged_with_the_type_that_they_show() {
        for (head, media_type) in HEADS {
            for (value, expected) in forms(&[head, &[7; 40]].concat()) {
                assert_eq!(made(json!({ "gif": value }))["gif"], bytes(&expected, media_type), "{value}");
            }
        }
    }

    #[test]
    fn bytes_that_show_no_type_get_the_usual_one_and_never_the_named_one() {
        let page = b"<!doctype html><script>alert(1)</script>";
        for (value, expected) in forms(page) {
            let words = value.is_string() && value == expected;
            for (name, usual) in [("video", "video/mp4"), ("image", "image/png"), ("gif", "image/png")] {
                let found = made(json!({ name: value }))[name].take();
                assert_eq!(found, if words { Value::Null } else { bytes(&expected, usual) }, "{value}");
            }
        }
    }

    #[test]
    fn an_unreadable_value_is_not_a_file() {
        for strange in [
            json!(5),
            json!(true),
            json!("not base64!"),
            json!("a sunset over the harbour"),
            json!({}),
            json!({ "url": 7 }),
            json!({ "url": 7, "data": URL }),
            json!({ "buffer": [] }),
            json!({ "buffer": [1, 256] }),
            json!({ "buffer": [1, -1] }),
            json!({ "buffer": [1.5] }),
            json!({ "type": "Buffer", "data": "x" }),
            json!([]),
            json!(["a"]),
            json!("{\"url\":"),
            json!([[]]),
            json!([null]),
            json!({ "data": "AAAAAAAAAAAAAAA" }),
            json!({ "data": "AAAAAAAAAAAAAA==" }),
            json!({ "data": "AAAAAAAAAAAAAAA\u{e9}AAAA" }),
        ] {
            let answer = json!({
                "artifactUrl": strange,
                "result": { "generation": { "video": strange, "image": strange, "gif": strange } },
            });
            assert_eq!(read(&answer), json!({ "templateData": {} }), "{strange}");
        }
    }

    #[test]
    fn a_picture_in_place_of_the_video_becomes_the_cover() {
        let (png, film) = (json!(PNG), json!(FILM));
        let inline = format!("data:image/png;base64,{}", base64::encode(PNG));
        let typed = json!({ "url": "https://media.test/p", "mimeType": "image/webp" });
        for (video, cover) in [
            (json!("https://media.test/p.png?size=1"), at("https://media.test/p.png?size=1")),
            (json!("https://media.test/P.JPEG#top"), at("https://media.test/P.JPEG#top")),
            (typed.clone(), json!([typed])),
            (png.clone(), bytes(&png, "image/png")),
            (json!(inline), at(&inline)),
        ] {
            let expected = json!({ "image": cover, "templateData": {} });
            assert_eq!(made(json!({ "video": video })), expected, "{video}");
            let second = json!({ "artifactUrl": video, "result": {} });
            assert_eq!(read(&second), expected, "{video}");
            let both = made(json!({ "video": video, "image": "https://media.test/cover.png" }));
            assert_eq!(both["image"][0], json!({ "url": "https://media.test/cover.png" }), "its own cover comes first");
            assert_eq!((both["image"].as_array().unwrap().len(), both.get("video")), (2, None));
        }
        for video in [
            "https://media.test/v.mp4?poster=p.png",
            "https://media.test/v#p.png",
            "https://media.test/png",
            "https://media.test/p.png/v",
            "data:video/mp4;base64,AAAA.png",
        ] {
            assert_eq!(made(json!({ "video": video }))["video"], at(video), "{video}");
        }
        let named = json!({ "url": "https://media.test/v.png", "mimeType": "video/mp4" });
        assert_eq!(made(json!({ "video": named }))["video"], json!([named]), "the named type goes over the name");
        assert_eq!(made(json!({ "video": film }))["video"], bytes(&film, "video/mp4"));
    }

    /// Only the first bytes are read here.
    #[test]
    fn a_video_with_invalid_bytes_falls_back_to_its_url() {
        let broken = json!([0, 0, 0, 24, 102, 116, 121, 112, 109, 112, 52, 50, 256]);
        let answer = |other: &str| json!({ "artifactUrl": other, "result": { "video": broken } });
        let first = &bytes(&broken, "video/mp4")[0];
        assert_eq!(read(&answer(URL))["video"], json!([first, { "url": URL }]));
        assert_eq!(read(&answer("https://media.test/p.png"))["video"], json!([first]), "a picture is no film");
        assert_eq!(read(&json!({ "artifactUrl": URL, "result": { "video": 5 } }))["video"], at(URL));
    }

    /// Any JSON, with a preference for words that have a meaning here.
    fn anything() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            ".{0,20}".boxed(),
            select(vec![
                URL,
                "data:image/png,",
                "data:text/html,x",
                "javascript:x",
                "{\"url\":\"https://x\"}",
                ADDRESS
            ])
            .prop_map(String::from)
            .boxed(),
            prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| base64::encode(&bytes)).boxed(),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            text.prop_map(Value::from),
            prop::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| json!(bytes)),
        ];
        let names = vec![
            "result",
            "generation",
            "video",
            "image",
            "gif",
            "url",
            "buffer",
            "data",
            "mimeType",
            "artifactUrl",
            "token",
            "address",
            "metadata",
            "templateData",
            "soraVideoId",
            "text",
            "other",
        ];
        leaf.prop_recursive(4, 40, 8, move |inner| {
            prop_oneof![
                prop::collection::vec((select(names.clone()), inner.clone()), 0..8)
                    .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
                prop::collection::vec(inner, 0..4).prop_map(Value::from),
            ]
        })
    }

    /// A value whose long texts and lists may only be read at their beginning.
    #[derive(Clone, Debug, Serialize)]
    struct Long(Value);

    impl Long {
        const MOST: usize = 0x1_0000;
        const MOST_ITEMS: usize = 0x400;

        fn all(values: Option<Vec<Value>>) -> Option<Vec<Self>> {
            values.map(|values| values.into_iter().map(Self).collect())
        }
    }

    impl Json for Long {
        fn whole(number: u64) -> Self {
            Self(Value::whole(number))
        }

        fn of<T: Serialize + ?Sized>(value: &T) -> Self {
            Self(Value::of(value))
        }

        fn null() -> Self {
            Self(Value::null())
        }

        fn list(items: Vec<Self>) -> Self {
            Self(items.into_iter().map(|item| item.0).collect())
        }

        fn object() -> Self {
            Self(Value::object())
        }

        fn set(&mut self, key: &str, value: Self) {
            self.0.set(key, value.0);
        }

        fn parse(text: &str) -> Option<Self> {
            Value::parse(text).map(Self)
        }

        fn parse_text(text: &Self) -> Option<Self> {
            Value::parse_text(&text.0).map(Self)
        }

        fn to_text(&self) -> String {
            panic!("all of it was read")
        }

        fn get(&self, key: &str) -> Option<Self> {
            Json::get(&self.0, key).map(Self)
        }

        fn is_null_at(&self, key: &str) -> bool {
            self.0.is_null_at(key)
        }

        fn entries(&self) -> Vec<(String, Self)> {
            panic!("all of it was read")
        }

        fn items(&self) -> Option<Vec<Self>> {
            Self::all(self.0.items()).inspect(|items| assert!(items.len() <= Self::MOST_ITEMS))
        }

        fn items_start(&self, most: u32) -> Option<Vec<Self>> {
            Self::all(self.0.items_start(most)).inspect(|items| assert!(items.len() <= Self::MOST_ITEMS))
        }

        fn as_text(&self) -> Option<String> {
            self.0.as_text().inspect(|text| assert!(text.len() <= Self::MOST))
        }

        fn text_start(&self, most: u32) -> Option<String> {
            self.0.text_start(most).inspect(|text| assert!(text.len() <= Self::MOST))
        }

        fn as_number(&self) -> Option<String> {
            Json::as_number(&self.0)
        }

        fn as_float(&self) -> Option<f64> {
            self.0.as_float()
        }

        fn as_boolean(&self) -> Option<bool> {
            self.0.as_boolean()
        }

        fn is_object(&self) -> bool {
            Json::is_object(&self.0)
        }
    }

    #[test]
    fn only_the_beginning_of_long_values_is_read() {
        let long = [PNG, &[7; 2 * Long::MOST_ITEMS]].concat();
        let mut values: Vec<Value> = forms(&long).into_iter().map(|(value, _)| value).collect();
        for start in ["https://media.test/", "data:video/mp4;base64,", "iVBORw0KGgo", "a boat ", "0x", "javascript:"] {
            let text = format!("{start}{}", "A".repeat(2 * Long::MOST));
            values.extend([json!({ "data": text }), json!({ "url": text }), json!(text)]);
        }
        for value in &values {
            let generation = json!({
                "video": value, "image": value, "gif": value, "text": value,
                "token": {"address": value, "chain": value},
            });
            let answer = json!({"artifactUrl": value, "result": {"generation": generation, "templateData": value}});
            let read = Generation::read(&Long(answer.clone()));
            assert_eq!(Value::of(&read), Value::of(&Generation::read(&answer)));
        }
    }

    proptest! {
        #[test]
        fn any_response_yields_only_media(answer in anything()) {
            let Generation { video, image, gif, token, template_data, .. } = Generation::read(&answer);
            prop_assert!(template_data.is_object());
            prop_assert!(token.is_none_or(|token| parse_address(&token.address.as_text().unwrap()).is_some()));
            prop_assert!(video.len() <= 2 && image.len() <= 3 && gif.len() <= 1);
            prop_assert!(video.iter().all(|film| !film.is_picture()));
            for file in video.into_iter().chain(image).chain(gif) {
                match file {
                    Source::Address { url, mime_type } => {
                        let url = url.as_text().unwrap();
                        prop_assert!(WEB.iter().chain(&INLINE).any(|start| url.starts_with(start)), "{url}");
                        let is_said = |named: Value| named.as_text().is_some_and(|text| !text.is_empty());
                        prop_assert!(mime_type.is_none_or(is_said));
                    }
                    Source::Bytes { bytes, mime_type } => {
                        prop_assert!(bytes.is_string() || bytes.is_array());
                        let is_known = HEADS.iter().any(|(_, known)| *known == mime_type);
                        prop_assert!(is_known || mime_type == VIDEO || mime_type == PICTURE);
                    }
                }
            }
        }

        /// Bytes are typed by their beginning, whatever follows, and passed on unchanged.
        #[test]
        fn bytes_are_known_by_their_beginning(
            at in 0..HEADS.len(), rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let (head, media_type) = HEADS[at];
            for (value, expected) in forms(&[head, &rest].concat()) {
                prop_assert_eq!(&made(json!({ "gif": value }))["gif"], &bytes(&expected, media_type));
            }
        }
    }
}
