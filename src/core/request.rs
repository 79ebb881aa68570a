//! The caller's request, checked and written in the service's dialect.

use alloy_primitives::keccak256;
use serde::Serialize;

use super::{
    dialect::{Dialect, ENVELOPE, Shape},
    error::Error,
    http::{HttpResponse, is_own_id},
    identity::{self, Fingerprint},
    image,
    json::{self, Json, ObjectWriter},
    names::check_fields,
    text::{cut, find, hex, text},
    uuid,
};

/// The field that carries the id of the request, by which the task can be found.
const SEED: &str = "seed";

/// Requests without a model used to be sent with this one. Old records have the hash of such a body.
const FORMER_DEFAULT_MODEL: &str = "sora";

/// Marks the place of the picture's base64 in a body; it also comes first in a body that is sent as a form. It never
/// occurs in JSON.
const MARK: &str = "\0";

/// A checked request. What is priced is sent byte for byte the same when it is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    id: String,
    /// The id in the form that services accept.
    seed: String,
    origin: Origin,
    prompt: String,
    fingerprint: Fingerprint,
    /// What it has besides the prompt: names, and values as JSON text.
    members: Vec<(String, String)>,
    dialect: Dialect,
}

/// Where the id of a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The page chose it: it names the purchase.
    Page,
    /// The library generated it earlier, for a quote.
    Drawn,
    /// The library generated it, and nothing was ever bought under it.
    Fresh,
}

/// Whether a refusal led to another wording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewording {
    /// It did not.
    None,
    /// The server named what it does not take.
    Named,
    /// It did not say what, so this is worth a try.
    Guessed,
}

impl Request {
    /// Reads a `GenerateRequest`. The facade has trimmed its prompt (Rust's trimming brings tables), and replaced a
    /// picture given as bytes by `image: { type, digest, size }`. `fresh_id` is used if the request has no `id`.
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
        let origin = if named.is_some() { Origin::Page } else { Origin::Fresh };
        let id = named.unwrap_or(fresh_id);
        if !is_own_id(&id) {
            return Err(Error::invalid(
                "`id` takes 1 to 128 letters, digits, `-`, `_`, `.` and `:`, a letter or digit first",
            ));
        }
        let given = Given::read(request, prompt)?;
        let members = given.members(given.model.as_deref(), false);
        let body = |members: &[(String, String)]| json_of(&nested(&given.prompt, &object_of(members)), Some(&id));
        let mut former = vec![body(&members)];
        if given.model.is_none() {
            former.push(body(&given.members(Some(FORMER_DEFAULT_MODEL), false)));
        }
        let canonical = nested(&given.prompt, &object_of(&given.members(given.model.as_deref(), true)));
        // Without its last brace, as it has always been hashed.
        let canonical = canonical.strip_suffix('}').unwrap_or(&canonical);
        let fingerprint = Fingerprint::of(canonical, &former, &given.former_digests());
        let dialect = Dialect { seed: true, form: false, shape: Shape::Object };
        Ok(Self { seed: seed_of(&id), id, origin, prompt: given.prompt, fingerprint, members, dialect })
    }

    /// The same request for the next purchase after the one of its id has failed. Its id is derived: anyone who buys
    /// the same again meanwhile, on any page, finds this purchase.
    #[must_use]
    pub fn anew(self) -> Self {
        let id = uuid::derived(&self.id);
        Self { seed: seed_of(&id), id, origin: Origin::Drawn, ..self }
    }

    /// The same request for the purchase of that id.
    #[must_use]
    pub fn under(self, id: String) -> Self {
        Self { seed: seed_of(&id), id, origin: Origin::Page, ..self }
    }

    /// The same request, whose id the library generated for a quote.
    #[must_use]
    pub fn drawn(self) -> Self {
        Self { origin: Origin::Drawn, ..self }
    }

    /// The same request, whose id this page generated and has sent no payment for.
    #[must_use]
    pub fn fresh(self) -> Self {
        Self { origin: Origin::Fresh, ..self }
    }

    /// The dialect it is written in.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Writes it in a server's dialect. Returns whether that changes anything.
    pub fn speak(&mut self, dialect: Dialect) -> bool {
        std::mem::replace(&mut self.dialect, dialect) != dialect
    }

    /// Adapts it to a server that refused the unpaid request with this response: some reject `seed` by its name, a
    /// picture in JSON as too large, or want the parameters as text.
    pub fn reword<J>(&mut self, response: &HttpResponse<J>) -> Rewording {
        let names = |field: &str| has_word(&response.body.text, field);
        let now = self.dialect;
        let has_object = now.shape == Shape::Object && !now.form;
        let (other, rewording) = match response.status {
            // It may name it in a reason of another kind, which is then the one to tell.
            400 | 422 if has_object && names(ENVELOPE) => (Dialect { shape: Shape::Text, ..now }, Rewording::Guessed),
            400 | 422 if now.seed && names(SEED) => (Dialect { seed: false, ..now }, Rewording::Named),
            400 | 422 if has_object => (Dialect { shape: Shape::Text, ..now }, Rewording::Guessed),
            413 if now.shape != Shape::Flat && self.has_picture() => (Dialect { form: true, ..now }, Rewording::Named),
            _ => return Rewording::None,
        };
        if self.speak(other) { rewording } else { Rewording::None }
    }

    fn has_picture(&self) -> bool {
        self.members.iter().any(|(_, value)| value.bytes().any(|byte| byte == 0))
    }

    /// The id by which the page and the journal know the purchase.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is sent as `seed`: the id if it is a UUID, or else the UUID derived from it, since some services take
    /// nothing else.
    #[must_use]
    pub fn seed(&self) -> &str {
        &self.seed
    }

    /// Whether nothing was ever bought under the id: it was generated for this very call, or for a quote of this page.
    #[must_use]
    pub const fn is_fresh(&self) -> bool {
        matches!(self.origin, Origin::Fresh)
    }

    /// Whether the library generated the id, now or for a quote. Otherwise the page chose it.
    #[must_use]
    pub const fn is_drawn(&self) -> bool {
        !matches!(self.origin, Origin::Page)
    }

    /// The prompt.
    #[must_use]
    pub fn prompt(&self) -> &str {
        &self.prompt
    }

    /// What distinguishes it from other requests.
    #[must_use]
    pub const fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// What a page may set of it, by the names in a seller's description; a picture's bytes are left out.
    #[must_use]
    pub fn parameters<J: Json>(&self) -> J {
        let mut parameters = ObjectWriter::default();
        parameters.text("prompt", &self.prompt);
        for (name, value) in self.spoken().filter(|(name, _)| *name != "prompt") {
            let (before, after) = cut(value, 0).unwrap_or((value, ""));
            parameters.raw(name, &text!(before, after));
        }
        J::parse(&parameters.finish()).unwrap_or_else(J::object)
    }

    /// What it has besides the prompt, by the names of the dialect.
    fn spoken(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_flat = self.dialect.shape == Shape::Flat;
        self.members.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter_map(move |(name, value)| {
            match name {
                "image" if is_flat => Some(("imageData", value)),
                "autoClank" if is_flat => None,
                _ => Some((name, value)),
            }
        })
    }

    /// Refuses what the dialect has no word for.
    ///
    /// # Errors
    /// `invalid_request` with the name of the field.
    pub fn check_dialect(&self) -> Result<(), Error> {
        let is_foreign = |(name, value): &&(String, String)| match name.as_str() {
            "autoClank" => value == "true",
            name => matches!(name, "soraVideoId" | "prompt" | "seed" | "imageData"),
        };
        let Some((name, _)) = self.members.iter().find(is_foreign).filter(|_| self.dialect.shape == Shape::Flat) else {
            return Ok(());
        };
        Err(Error::invalid(match name.as_str() {
            "autoClank" => "`autoClank` is not known to ClawdVine: it has `extra.launchToken`".into(),
            "soraVideoId" => "`soraVideoId` is not known to ClawdVine: it has `extra.videoUrl`".into(),
            name => text!("`extra.", name, "` is a field of the request itself: set it there"),
        }))
    }

    /// The hash of what is sent, without the id: what was priced is what is paid.
    #[must_use]
    pub fn wording(&self) -> String {
        let unseeded = Self { dialect: Dialect { seed: false, ..self.dialect }, ..self.clone() };
        hex(keccak256(unseeded.body()).as_slice())
    }

    /// The body as JSON text, with a zero character in place of the picture's base64. A body that is sent as a form
    /// begins with another.
    #[must_use]
    pub fn body(&self) -> String {
        let data = object_of(&self.members);
        let fields = match self.dialect.shape {
            Shape::Object => nested(&self.prompt, &data),
            Shape::Text => nested(&self.prompt, &quoted(&data)),
            Shape::Flat => {
                let mut body = ObjectWriter::default();
                body.text("prompt", &self.prompt);
                for (name, value) in self.spoken() {
                    body.raw(name, value);
                }
                body.finish()
            }
        };
        let json = json_of(&fields, Some(self.seed()).filter(|_| self.dialect.seed));
        if self.dialect.form { text!(MARK, json) } else { json }
    }
}

/// Whether a text has this as a word, and not only as a part of one.
fn has_word(text: &str, word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut rest = text;
    while let Some(at) = find(rest, word) {
        let end = at.saturating_add(word.len());
        let before = rest.as_bytes().get(..at).and_then(<[u8]>::last);
        let after = rest.as_bytes().get(end);
        if !before.is_some_and(|byte| is_letter(*byte)) && !after.is_some_and(|byte| is_letter(*byte)) {
            return true;
        }
        rest = rest.get(end..).unwrap_or_default();
    }
    false
}

/// The body with the parameters in their envelope, which is JSON text.
fn nested(prompt: &str, data: &str) -> String {
    ObjectWriter::default().text("prompt", prompt).raw(ENVELOPE, data).finish()
}

fn object_of(members: &[(String, String)]) -> String {
    let mut object = ObjectWriter::default();
    for (name, value) in members {
        object.raw(name, value);
    }
    object.finish()
}

/// JSON as a JSON string, in which the place of a picture stays marked.
fn quoted(json: &str) -> String {
    match cut(json, 0) {
        Some((before, after)) => {
            let (before, after) = (json::string(before), json::string(after));
            let open = before.strip_suffix('"').unwrap_or_default();
            text!(open, MARK, after.strip_prefix('"').unwrap_or_default())
        }
        None => json::string(json),
    }
}

fn seed_of(id: &str) -> String {
    if uuid::is_uuid(id) { id.into() } else { uuid::derived(id) }
}

/// The body with a `seed`, which contains nothing that JSON would escape.
fn json_of(body: &str, seed: Option<&str>) -> String {
    match (seed, body.strip_suffix('}')) {
        (Some(seed), Some(open)) => text!(open, ",\"", SEED, "\":\"", seed, "\"}"),
        _ => body.into(),
    }
}

/// The parts of a [`Request::body`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Parts<'a> {
    /// It is sent as a form.
    #[serde(rename = "form")]
    pub is_form: bool,
    /// The JSON text, or what comes before the base64 of the picture.
    pub before: &'a str,
    /// What comes after the base64 of the picture, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// The parts of a body.
    #[must_use]
    pub fn of(body: &'a str) -> Self {
        let json = body.strip_prefix(MARK);
        let (is_form, json) = (json.is_some(), json.unwrap_or(body));
        match cut(json, 0) {
            Some((before, after)) => Self { is_form, before, after: Some(after) },
            None => Self { is_form, before: json, after: None },
        }
    }
}

/// The checked input of the page.
struct Given<J> {
    prompt: String,
    model: Option<String>,
    /// Seconds as JSON text.
    duration: Option<String>,
    image: Option<Image>,
    sora_video_id: Option<String>,
    auto_enhance: bool,
    auto_clank: bool,
    extra: Option<J>,
}

/// The picture to start from.
enum Image {
    /// The server downloads it.
    Address(String),
    /// The facade has its bytes; `size` is their number, in decimal.
    Bytes { kind: String, digest: String, size: String },
}

impl<J: Json> Given<J> {
    fn read(request: &J, prompt: String) -> Result<Self, Error> {
        Ok(Self {
            prompt,
            model: text(request, "videoModel")?,
            duration: duration(request)?,
            image: image(request)?,
            sora_video_id: text(request, "soraVideoId")?,
            auto_enhance: flag(request, "autoEnhance")?,
            auto_clank: flag(request, "autoClank")?,
            extra: extra(request)?,
        })
    }

    /// What version 1 records have for the picture: its digest, or its size on pages without `crypto.subtle`.
    fn former_digests(&self) -> Vec<&str> {
        match &self.image {
            Some(Image::Bytes { digest, size, .. }) => vec![digest, size],
            _ => vec![""],
        }
    }

    /// What the request has besides the prompt. If the page names no model or duration, the service chooses. The two
    /// flags are always sent, since similar services have other defaults.
    ///
    /// In its canonical form it distinguishes the request from others: the page's input, without defaults, which a
    /// later version may change; with the picture's digest instead of the picture; and with `extra` in canonical order.
    fn members(&self, model: Option<&str>, is_canonical: bool) -> Vec<(String, String)> {
        let image = self.image.as_ref().map(|image| match image {
            Image::Bytes { kind, digest, .. } => {
                text!("\"data:", kind, ";base64,", if is_canonical { digest } else { MARK }, "\"")
            }
            Image::Address(url) => json::string(url),
        });
        let flag =
            |is_set: bool| (is_set || !is_canonical).then(|| String::from(if is_set { "true" } else { "false" }));
        let mut members = Vec::new();
        for (name, value) in [
            ("videoModel", model.map(json::string)),
            ("duration", self.duration.clone()),
            ("image", image),
            ("soraVideoId", self.sora_video_id.as_deref().map(json::string)),
            ("autoEnhance", flag(self.auto_enhance)),
            ("autoClank", flag(self.auto_clank)),
        ] {
            members.extend(value.map(|value| (String::from(name), value)));
        }
        let extra = self.extra.as_ref().map(Json::entries).unwrap_or_default();
        for (key, value) in if is_canonical { identity::sorted(extra) } else { extra } {
            members.push((key, if is_canonical { identity::canonical(&value) } else { value.to_text() }));
        }
        members
    }
}

fn image<J: Json>(request: &J) -> Result<Option<Image>, Error> {
    if let Some(picture) = request.get("image").filter(|image| image.get("digest").is_some()) {
        let member = |key: &str| picture.text_at(key).unwrap_or_default();
        return Ok(Some(Image::Bytes { kind: member("type"), digest: member("digest"), size: member("size") }));
    }
    let Some(url) = text(request, "image")? else { return Ok(None) };
    image::check_url(&url)?;
    Ok(Some(Image::Address(url)))
}

/// The fields that the request itself has: `extra` cannot smuggle them in.
const NAMED: [&str; 6] = ["videoModel", "duration", "image", "soraVideoId", "autoEnhance", "autoClank"];

fn extra<J: Json>(request: &J) -> Result<Option<J>, Error> {
    let Some(extra) = request.get("extra") else {
        return Ok(None);
    };
    if !extra.is_object() {
        return Err(Error::invalid("`extra` takes an object"));
    }
    if let Some((key, _)) = extra.entries().iter().find(|(key, _)| NAMED.contains(&key.as_str())) {
        return Err(Error::invalid(text!("`extra.", key, "` is a field of the request itself: set it there")));
    }
    Ok(Some(extra))
}

/// Seconds as JSON text, as the caller's engine prints them.
fn duration<J: Json>(request: &J) -> Result<Option<String>, Error> {
    let Some(value) = request.get("duration") else {
        return Ok(None);
    };
    let positive = |n: &String| n.starts_with(|c: char| c.is_ascii_digit()) && n != "0";
    let Some(seconds) = value.as_number().filter(positive) else {
        return Err(Error::invalid("`duration` takes a number of seconds above 0"));
    };
    Ok(Some(seconds))
}

fn text<J: Json>(request: &J, key: &str) -> Result<Option<String>, Error> {
    let Some(value) = request.get(key) else {
        return Ok(None);
    };
    let text = value.as_text();
    text.map(Some).ok_or_else(|| Error::invalid(text!("`", key, "` takes a string")))
}

fn flag<J: Json>(request: &J, key: &str) -> Result<bool, Error> {
    let Some(value) = request.get(key) else {
        return Ok(false);
    };
    value.as_boolean().ok_or_else(|| Error::invalid(text!("`", key, "` takes true or false")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::error::{Code, Paid};
    use serde_json::{Value, json};

    const FRESH: &str = "123e4567-e89b-12d3-a456-426614174000";

    fn read(request: Value) -> Result<Request, Error> {
        Request::read(&request, FRESH.into())
    }

    #[test]
    fn every_request_knows_where_its_id_comes_from() {
        let named = Request::read(&json!({"prompt": "a boat", "id": "order-1"}), "drawn".into()).unwrap();
        assert!(!named.is_drawn() && !named.is_fresh());
        let fresh = Request::read(&json!({"prompt": "a boat"}), "drawn".into()).unwrap();
        assert!(fresh.is_drawn() && fresh.is_fresh());
        let (drawn, anew) = (named.clone().drawn(), named.clone().anew());
        for request in [&drawn, &anew, &fresh.clone().anew()] {
            assert!(request.is_drawn() && !request.is_fresh());
        }
        assert!(drawn.fresh().is_fresh() && named.fresh().is_fresh());
        let under = fresh.clone().under("order-2".into());
        assert_eq!((under.id(), under.is_drawn(), under.fingerprint()), ("order-2", false, fresh.fingerprint()));
        assert!(anew.dialect().seed);
        let mut seedless = anew;
        assert!(seedless.speak(Dialect { seed: false, ..seedless.dialect() }) && !seedless.dialect().seed);
    }

    #[test]
    fn a_body_is_cut_where_its_picture_belongs() {
        for (body, is_form, before, after) in [
            ("{}", false, "{}", None),
            ("\0{}", true, "{}", None),
            ("{\"image\":\"\0\"}", false, "{\"image\":\"", Some("\"}")),
            ("\0{\"image\":\"\0\"}", true, "{\"image\":\"", Some("\"}")),
        ] {
            assert_eq!(Parts::of(body), Parts { is_form, before, after });
        }
    }

    #[test]
    fn the_body_is_the_documented_one() {
        let mut documented: Value =
            serde_json::from_str(include_str!("../../tests/fixtures/create-request.json")).unwrap();
        let flat = json!({
            "prompt": documented["prompt"], "videoModel": "sora", "duration": 8, "image": "https://example.com/input_reference.jpg",
        });
        documented["seed"] = FRESH.into();
        assert_eq!(Value::parse(&read(flat).unwrap().body()), Some(documented));
    }

    #[test]
    fn what_the_page_leaves_open_is_the_services_own_choice() {
        let body = read(json!({"prompt": "a boat"})).unwrap().body();
        let expected = json!({
            "prompt": "a boat", "templateData": {"autoEnhance": false, "autoClank": false}, "seed": FRESH,
        });
        assert_eq!(Value::parse(&body), Some(expected));
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
    fn a_request_adapts_to_the_dialect_of_the_server() {
        let answer =
            |status, body: &str| HttpResponse::<Value> { status, body: body.into(), ..HttpResponse::default() };
        let mut request = pictured("image/gif", "abc");
        let (fingerprint, whole) = (request.fingerprint().clone(), request.body());
        for other in [answer(500, "seed"), answer(402, ""), answer(200, "templateData")] {
            assert!(request.reword(&other) == Rewording::None && request.body() == whole);
        }
        let too_large = answer(413, "");
        assert_eq!([request.reword(&too_large), request.reword(&too_large)], [Rewording::Named, Rewording::None]);
        assert_eq!(request.body(), text!("\0", whole));
        assert_eq!(request.reword(&answer(400, "templateData")), Rewording::None, "a form has it as text");
        assert_eq!(request.reword(&answer(422, "unknown field: seed")), Rewording::Named);
        assert!(!request.dialect().seed && !request.body().contains(FRESH) && request.body().ends_with('}'));
        assert_eq!(*request.fingerprint(), fingerprint, "it is the same request");
        let mut plain = read(json!({"prompt": "a boat", "image": "https://x/y.png"})).unwrap();
        assert_eq!(plain.reword(&answer(413, "")), Rewording::None, "a form would be no smaller");
        assert!(plain.speak(Dialect { form: true, ..plain.dialect() }) && plain.body().starts_with("\0{"));
    }

    #[test]
    fn a_server_that_takes_no_object_gets_its_json_text() {
        let answer =
            |status, body: &str| HttpResponse::<Value> { status, body: body.into(), ..HttpResponse::default() };
        for (said, rewordings) in [
            ("templateData must be a string", [Rewording::Guessed, Rewording::None, Rewording::None]),
            ("no", [Rewording::Guessed, Rewording::None, Rewording::None]),
            ("seed", [Rewording::Named, Rewording::Guessed, Rewording::None]),
            ("seed, templateData", [Rewording::Guessed, Rewording::Named, Rewording::None]),
            ("seedance-2 is not sold", [Rewording::Guessed, Rewording::None, Rewording::None]),
        ] {
            let mut request = pictured("image/gif", "abc");
            let object = request.body();
            assert_eq!([(); 3].map(|()| request.reword(&answer(422, said))), rewordings, "{said}");
            let [open, rest] = request.body().split('\0').map(String::from).collect::<Vec<_>>().try_into().unwrap();
            let body = Value::parse(&text!(open, "R0lGODlh", rest)).unwrap();
            let data = Value::parse(body["templateData"].as_str().unwrap()).unwrap();
            let [open, rest] = object.split('\0').map(String::from).collect::<Vec<_>>().try_into().unwrap();
            assert_eq!(data, Value::parse(&text!(open, "R0lGODlh", rest)).unwrap()["templateData"], "{said}");
        }
    }

    #[test]
    fn a_flat_body_has_the_words_of_its_service() {
        let flat = |request: Value| {
            let mut request = read(request).unwrap();
            request.speak(Dialect { shape: Shape::Flat, ..request.dialect() });
            request
        };
        let mut request = flat(json!({
            "prompt": "a boat", "videoModel": "fal-kling-o3", "duration": 4, "image": "https://x/y.png",
            "extra": {"aspectRatio": "9:16"},
        }));
        let body = json!({
            "prompt": "a boat", "videoModel": "fal-kling-o3", "duration": 4, "imageData": "https://x/y.png",
            "autoEnhance": false, "aspectRatio": "9:16", "seed": FRESH,
        });
        assert_eq!(Value::parse(&request.body()), Some(body));
        assert_eq!(request.parameters::<Value>()["imageData"], "https://x/y.png");
        assert!(request.check_dialect().is_ok());
        let refused = HttpResponse::<Value> { status: 400, body: "templateData".into(), ..HttpResponse::default() };
        assert_eq!(request.reword(&refused), Rewording::None, "it has none");
        for (foreign, word) in [(json!({"autoClank": true}), "launchToken"), (json!({"soraVideoId": "v1"}), "videoUrl")]
        {
            let mut asked = json!({"prompt": "a boat"});
            asked.as_object_mut().unwrap().extend(foreign.as_object().unwrap().clone());
            assert!(read(asked.clone()).unwrap().check_dialect().is_ok(), "Imagine knows it");
            let error = flat(asked).check_dialect().unwrap_err();
            assert!(error.code == Code::InvalidRequest && error.message.contains(word), "{}", error.message);
        }
    }

    /// Records and quotes of earlier builds have it.
    #[test]
    fn a_fingerprint_stays_what_it_was() {
        let request = read(json!({
            "prompt": "a boat", "videoModel": "m", "duration": 4, "image": {"type": "image/png", "digest": "0xab"},
            "autoClank": true, "extra": {"b": {"d": 1, "c": 2}, "a": "x"},
        }));
        let hashed = r#"{"prompt":"a boat","templateData":{"videoModel":"m","duration":4,"image":"data:image/png;base64,0xab","autoClank":true,"a":"x","b":{"c":2,"d":1}}"#;
        assert_eq!(request.unwrap().fingerprint().as_str(), alloy_primitives::keccak256(hashed).to_string());
    }

    #[test]
    fn an_id_is_sent_as_a_uuid() {
        let seed = |id: &str| read(json!({"prompt": "a boat", "id": id})).unwrap().seed().to_owned();
        assert_eq!(seed(FRESH), FRESH);
        for id in ["order-7", "job-8", "0x12", "123e4567e89b12d3a456426614174000"] {
            let request = read(json!({"prompt": "a boat", "id": id})).unwrap();
            assert!(uuid::is_uuid(request.seed()) && request.id() == id, "{id}");
            assert_eq!(Value::parse(&request.body()).unwrap()["seed"], request.seed());
            assert_eq!(request.seed(), seed(id), "the same on every page");
        }
        assert_ne!(seed("order-7"), seed("order-8"));
        // This version and all later ones send this.
        assert_eq!(seed("order-7"), "d00763b3-3b8d-5176-89d2-d7255cb6a0c4");
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
