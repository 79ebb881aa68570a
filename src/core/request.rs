//! What the caller wants, checked and written in the service's dialect.

use alloy_primitives::keccak256;

use super::{
    error::Error,
    http::{HttpResponse, is_task_id},
    image,
    json::{self, Json, ObjectWriter},
    names::check_fields,
    text::{hex, text, word},
};

/// The field that carries the id of the request, by which the task can be found again.
const SEED: &str = "seed";

/// Requests without a model used to be sent with this one. Records of that time have the hash of such a body.
const FORMER_DEFAULT_MODEL: &str = "sora";

/// Stands in a body where the bytes of the picture belong, and before a body that is sent as a form. JSON has no such character.
const MARK: &str = "\0";

/// A checked request. Its body is written once and sent byte for byte the same, unpaid and paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    id: String,
    is_fresh: bool,
    prompt: String,
    fingerprint: String,
    /// The fingerprint that this request had while the library named a model of its own; none for a request that names one.
    former_fingerprint: Option<String>,
    /// The body as JSON, without its `seed` and its last brace.
    fields: String,
    dialect: Dialect,
}

/// The words in which a server takes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// It knows the field `seed`.
    pub seed: bool,
    /// It takes a form (`multipart/form-data`), with the picture as a file, in the place of JSON.
    pub form: bool,
}

impl Request {
    /// Reads a `GenerateRequest`, its prompt trimmed by the facade (Rust's trimming brings tables), with `image: { type, digest }` where
    /// the facade has the bytes of the picture. `fresh_id` is used when the request has no `id`.
    ///
    /// # Errors
    /// `invalid_request` or `image_unreadable`, with the name of the field.
    pub fn read<J: Json>(request: &J, fresh_id: String) -> Result<Self, Error> {
        check_fields(request)?;
        let prompt = text(request, "prompt")?.unwrap_or_default();
        if prompt.is_empty() {
            return Err(Error::invalid("the prompt is empty: say what the video shows"));
        }
        let named = text(request, "id")?;
        let is_fresh = named.is_none();
        let id = named.unwrap_or(fresh_id);
        if !is_task_id(&id) {
            return Err(Error::invalid(
                "`id` takes 1 to 128 letters, digits, `-`, `_`, `.` and `:`, a letter or digit first",
            ));
        }
        let picture = request.get("image").filter(|image| image.get("digest").is_some());
        let fields_with = |model: Option<&str>| {
            let mut fields = ObjectWriter::default()
                .text("prompt", &prompt)
                .raw("templateData", &template_data(request, picture.as_ref(), model)?)
                .finish();
            fields.pop();
            Ok(fields)
        };
        let digest = picture.as_ref().and_then(|picture| picture.text_at("digest")).unwrap_or_default();
        let hash = |fields: &str| word(keccak256(text!(json_of(fields, Some(&id)), digest)));
        let model = text(request, "videoModel")?;
        let fields = fields_with(model.as_deref())?;
        let former_fingerprint = match model {
            None => Some(hash(&fields_with(Some(FORMER_DEFAULT_MODEL))?)),
            Some(_) => None,
        };
        let fingerprint = hash(&fields);
        let dialect = Dialect { seed: true, form: false };
        Ok(Self { id, is_fresh, prompt, fingerprint, former_fingerprint, fields, dialect })
    }

    /// The words that it is put into.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Puts it into a server's words. Says whether that changes anything.
    pub fn speak(&mut self, dialect: Dialect) -> bool {
        std::mem::replace(&mut self.dialect, dialect) != dialect
    }

    /// Puts it into the words of the server that gave this answer to the unpaid request, if it refuses what others take: `seed`, by
    /// its name, or a picture in JSON, as too large. Says whether that changes anything.
    pub fn reword(&mut self, response: &HttpResponse) -> bool {
        // Not `contains`, which would bring a searcher of 3 KB.
        let names_seed = || response.body.as_bytes().windows(SEED.len()).any(|word| word == SEED.as_bytes());
        match response.status {
            400 | 422 if names_seed() => self.speak(Dialect { seed: false, ..self.dialect }),
            413 if self.has_picture() => self.speak(Dialect { form: true, ..self.dialect }),
            _ => false,
        }
    }

    /// Whether the task can be found by the id of the request.
    #[must_use]
    pub const fn has_seed(&self) -> bool {
        self.dialect.seed
    }

    fn has_picture(&self) -> bool {
        self.fields.bytes().any(|byte| byte == 0)
    }

    /// The idempotency id, sent as `seed`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether the id was made for this very call: then nothing was ever bought by it.
    #[must_use]
    pub const fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// What the video shows.
    #[must_use]
    pub fn prompt(&self) -> &str {
        &self.prompt
    }

    /// The hash of the body with its `seed` and of its picture: another request has another one.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whether that is the fingerprint of this request, now or while the library named a model of its own.
    #[must_use]
    pub fn has_fingerprint(&self, fingerprint: &str) -> bool {
        self.fingerprint == fingerprint || self.former_fingerprint.as_deref() == Some(fingerprint)
    }

    /// The body as JSON text, with a zero character where the base64 of the picture belongs. One that is sent as a form begins with another.
    #[must_use]
    pub fn body(&self) -> String {
        let json = json_of(&self.fields, self.dialect.seed.then_some(self.id.as_str()));
        if self.dialect.form { text!(MARK, json) } else { json }
    }
}

/// The whole body, with the id as its `seed` where one is given.
fn json_of(fields: &str, seed: Option<&str>) -> String {
    // An id has no character that JSON would escape.
    let seed = seed.map_or_else(String::new, |id| text!(",\"", SEED, "\":\"", id, "\""));
    text!(fields, seed, "}")
}

/// Whether a [`Request::body`] is sent as a form.
#[must_use]
pub fn is_form(body: &str) -> bool {
    body.starts_with(MARK)
}

/// A random UUID (version 4, [RFC 9562](https://www.rfc-editor.org/rfc/rfc9562#section-5.4)) of the first 16 bytes.
#[must_use]
pub fn uuid(random: [u8; 32]) -> String {
    let mut text = String::new();
    for (i, byte) in random.into_iter().take(16).enumerate() {
        let byte = match i {
            6 => byte & 0x0f | 0x40,
            8 => byte & 0x3f | 0x80,
            _ => byte,
        };
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&hex(&[byte]));
    }
    text
}

/// The fields of the video. The model and the duration are the service's own choice where the page makes none; the two flags are always sent,
/// since other services of this kind have other defaults for them.
fn template_data<J: Json>(request: &J, picture: Option<&J>, model: Option<&str>) -> Result<String, Error> {
    let image = match picture.and_then(|picture| picture.text_at("type")) {
        Some(kind) => Some(text!("\"data:", kind, ";base64,", MARK, "\"")),
        None => text(request, "image")?.map(|url| image::check_url(&url).map(|()| json::string(&url))).transpose()?,
    };
    let mut data = ObjectWriter::default();
    data.optional("videoModel", model);
    if let Some(seconds) = duration(request)? {
        data.raw("duration", &seconds);
    }
    data.optional_raw("image", image.as_deref()).optional("soraVideoId", text(request, "soraVideoId")?.as_deref());
    for key in ["autoEnhance", "autoClank"] {
        data.raw(key, if flag(request, key)? { "true" } else { "false" });
    }
    for (key, value) in extra(request)? {
        data.raw(&key, &value);
    }
    Ok(data.finish())
}

/// The fields that the request has names for: `extra` cannot smuggle them in.
const NAMED: [&str; 6] = ["videoModel", "duration", "image", "soraVideoId", "autoEnhance", "autoClank"];

fn extra<J: Json>(request: &J) -> Result<Vec<(String, String)>, Error> {
    let Some(extra) = request.get("extra") else {
        return Ok(Vec::new());
    };
    if !extra.is_object() {
        return Err(Error::invalid("`extra` takes an object"));
    }
    let entries = extra.entries();
    if let Some((key, _)) = entries.iter().find(|(key, _)| NAMED.contains(&key.as_str())) {
        return Err(Error::invalid(text!("`extra.", key, "` is a field of the request itself: set it there")));
    }
    Ok(entries.into_iter().map(|(key, value)| (key, value.to_text())).collect())
}

/// Seconds as JSON text, passed on as the caller's engine prints them.
fn duration<J: Json>(request: &J) -> Result<Option<String>, Error> {
    let Some(value) = request.get("duration") else {
        return Ok(None);
    };
    let positive = |n: &String| n.starts_with(|c: char| c.is_ascii_digit()) && n != "0";
    let Some(seconds) = value.number().filter(positive) else {
        return Err(Error::invalid("`duration` takes a number of seconds above 0"));
    };
    Ok(Some(seconds))
}

fn text<J: Json>(request: &J, key: &str) -> Result<Option<String>, Error> {
    let Some(value) = request.get(key) else {
        return Ok(None);
    };
    let text = value.text();
    text.map(Some).ok_or_else(|| Error::invalid(text!("`", key, "` takes a string")))
}

fn flag<J: Json>(request: &J, key: &str) -> Result<bool, Error> {
    let Some(value) = request.get(key) else {
        return Ok(false);
    };
    value.boolean().ok_or_else(|| Error::invalid(text!("`", key, "` takes true or false")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::error::{Code, Paid};
    use serde_json::{Value, json};

    fn read(request: Value) -> Result<Request, Error> {
        Request::read(&request, "fresh".into())
    }

    #[test]
    fn the_body_is_the_documented_one() {
        let mut documented: Value =
            serde_json::from_str(include_str!("../../tests/fixtures/create-request.json")).unwrap();
        let flat = json!({
            "prompt": documented["prompt"], "videoModel": "sora", "duration": 8, "image": "https://example.com/input_reference.jpg",
        });
        documented["seed"] = "fresh".into();
        assert_eq!(Value::parse(&read(flat).unwrap().body()), Some(documented));
    }

    #[test]
    fn what_the_page_leaves_open_is_the_services_own_choice() {
        let body = read(json!({"prompt": "a boat"})).unwrap().body();
        let expected = json!({
            "prompt": "a boat", "templateData": {"autoEnhance": false, "autoClank": false}, "seed": "fresh",
        });
        assert_eq!(Value::parse(&body), Some(expected));
    }

    #[test]
    fn records_from_when_a_model_was_named_still_stand_for_their_requests() {
        // What was written for `{ prompt: "a boat", id: "id-1" }` when it was sent with `"videoModel":"sora"`.
        let former = "0xbb9f734b679ae4a95d70ba0eb79be6ce938b42558e34f4c3cf3f54a1c32dc759";
        let request = |fields: Value| read(fields).unwrap();
        let plain = request(json!({"prompt": "a boat", "id": "id-1"}));
        assert!(plain.has_fingerprint(former) && plain.has_fingerprint(plain.fingerprint()));
        assert_eq!(request(json!({"prompt": "a boat", "id": "id-1", "videoModel": "sora"})).fingerprint(), former);
        for other in [
            json!({"prompt": "a boat", "id": "id-2"}),
            json!({"prompt": "a ship", "id": "id-1"}),
            json!({"prompt": "a boat", "id": "id-1", "videoModel": "other"}),
        ] {
            assert!(!request(other.clone()).has_fingerprint(former), "{other}");
        }
    }

    #[test]
    fn fields_pass_through_untouched() {
        let request = json!({
            "prompt": "\"quoted\" \u{1} \n ünï ₮", "id": "my-id", "soraVideoId": "v1", "autoClank": true,
            "extra": {"aspectRatio": "9:16", "nested": {"a": [1, null]}},
        });
        let request = read(request).unwrap();
        let body = Value::parse(&request.body()).unwrap();
        assert_eq!(request.id(), "my-id");
        assert_eq!(body["prompt"], "\"quoted\" \u{1} \n ünï ₮");
        assert_eq!(
            body["templateData"],
            json!({
                "soraVideoId": "v1", "autoEnhance": false, "autoClank": true,
                "aspectRatio": "9:16", "nested": {"a": [1, null]},
            })
        );
    }

    fn pictured(kind: &str, digest: &str) -> Request {
        read(json!({"prompt": "a \0 boat", "image": {"type": kind, "digest": digest}})).unwrap()
    }

    #[test]
    fn the_place_of_a_picture_is_marked_once_whatever_the_prompt_says() {
        let body = pictured("image/gif", "abc").body();
        let [before, after] = body.split('\0').collect::<Vec<_>>()[..] else { panic!("{body}") };
        let whole = Value::parse(&text!(before, "R0lGODlh", after)).unwrap();
        assert_eq!(whole["templateData"]["image"], "data:image/gif;base64,R0lGODlh");
        assert_eq!(whole["prompt"], "a \0 boat");
    }

    #[test]
    fn another_picture_is_another_request() {
        let fingerprint = |kind, digest| pictured(kind, digest).fingerprint().to_owned();
        assert_eq!(fingerprint("image/gif", "abc"), fingerprint("image/gif", "abc"));
        assert_ne!(fingerprint("image/gif", "abc"), fingerprint("image/gif", "abd"));
        assert_ne!(fingerprint("image/gif", "abc"), fingerprint("image/png", "abc"));
    }

    #[test]
    fn it_is_put_into_the_words_of_the_server() {
        let answer = |status, body: &str| HttpResponse { status, body: body.into(), ..HttpResponse::default() };
        let mut request = pictured("image/gif", "abc");
        let (fingerprint, whole) = (request.fingerprint().to_owned(), request.body());
        for other in [answer(400, "no"), answer(500, "seed"), answer(402, "")] {
            assert!(!request.reword(&other) && request.body() == whole);
        }
        assert!(request.reword(&answer(413, "")) && !request.reword(&answer(413, "")));
        assert_eq!(request.body(), text!("\0", whole));
        assert!(request.reword(&answer(422, "unknown field: seed")) && !request.has_seed());
        assert!(!request.body().ends_with("\"fresh\"}") && request.body().ends_with('}'));
        assert_eq!(request.fingerprint(), fingerprint, "it is the same request");
        let mut plain = read(json!({"prompt": "a boat", "image": "https://x/y.png"})).unwrap();
        assert!(!plain.reword(&answer(413, "")), "a form would be no smaller");
        assert!(plain.speak(Dialect { seed: true, form: true }) && plain.body().starts_with("\0{"));
    }

    #[test]
    fn fresh_ids_are_uuids() {
        assert_eq!(uuid([0xff; 32]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 32]), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn bad_input_is_refused_by_name() {
        for (request, word) in [
            (json!({}), "prompt"),
            (json!({"prompt": ""}), "prompt"),
            (json!({"prompt": 5}), "prompt"),
            (json!({"prompt": "x", "duration": 0}), "duration"),
            (json!({"prompt": "x", "duration": -1}), "duration"),
            (json!({"prompt": "x", "duration": "8"}), "duration"),
            (json!({"prompt": "x", "image": {}}), "image"),
            (json!({"prompt": "x", "picture": "https://x/y.png"}), "picture"),
            (json!({"prompt": "x", "form": true}), "form"),
            (json!({"prompt": "x", "lenght": 8}), "`extra`"),
            (json!({"prompt": "x", "autoclank": true}), "`autoClank`"),
            (json!({"prompt": "x", "autoClank": "false"}), "autoClank"),
            (json!({"prompt": "x", "id": "a/b"}), "id"),
            (json!({"prompt": "x", "extra": []}), "extra"),
            (json!({"prompt": "x", "extra": {"autoClank": true}}), "extra.autoClank"),
        ] {
            let error = read(request.clone()).unwrap_err();
            assert_eq!((error.code, error.paid), (Code::InvalidRequest, Paid::No), "{request}");
            assert!(error.message.contains(word), "{}", error.message);
        }
        assert_eq!(read(json!({"prompt": "x", "image": "cat"})).unwrap_err().code, Code::ImageUnreadable);
    }
}
