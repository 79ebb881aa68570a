//! What is played with inputs that nobody thought of: by `npm run fuzz`, which looks for new ones, and by a test, which
//! plays those again that were found (`tests/fuzz/`). Each function takes any bytes, and panics where a promise is
//! broken.

use alloy_primitives::{Address, B256, U256, hex};
use k256::ecdsa::{RecoveryId, Signature as Known, VerifyingKey};
use serde_json::{Value, json};

use crate::core::{
    assets::ASSETS,
    authorization::Authorization,
    clock::Clocks,
    config::Config,
    failure::Failure,
    http::{HttpResponse, is_task_id},
    journal::Owner,
    json::Json,
    notice::Notice,
    payment::{Receipt, Settled},
    policy::Token,
    purchase::{Next, Order, Probed, Recalled, Sent, Step, read_probe},
    request::Request,
    schema::{self, Described, Schema},
    scheme::Scheme,
    signature::{Signature, read_bytes},
    task::TaskStatus,
};

const NOW: u64 = 1_740_672_089_000;
const OTHER: &str = "0x1111111111111111111111111111111111111111";
const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

/// Answers to a request: a 402 with these bytes as its body, and decoded in its header; and answers of other kinds with
/// this body. Whatever is shown to the visitor is allowed, and is the same when it comes back as a quote.
///
/// # Panics
/// When it is not.
pub fn terms(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let body = HttpResponse { status: 402, body: text.as_ref().into(), ..HttpResponse::default() };
    let header = HttpResponse { status: 402, terms: Some(text.as_ref().into()), ..HttpResponse::default() };
    for answer in [body, header] {
        offered(&answer, &json!({}));
        offered(
            &answer,
            &json!({
                "networks": ["eip155:84532", "eip155:8453", "eip155:1"], "payTo": [PAYEE], "maxPrice": "0.5",
                "assets": [{"network": "eip155:8453", "address": OTHER, "name": "Other", "version": "1", "symbol": "OTH",
                            "decimals": 18, "maxPrice": "0.1"}],
            }),
        );
    }
    for status in [200, 202, 404, 500] {
        let answer = HttpResponse { status, body: text.as_ref().into(), ..HttpResponse::default() };
        match read_probe::<Value>(Ok(answer)) {
            Ok(Probed::Accepted(task_id)) => assert!(status == 202 && is_task_id(&task_id)),
            Ok(Probed::Terms(_)) => panic!("no terms in an answer {status}"),
            Err(failure) => is_whole(&failure),
        }
    }
}

fn offered(answer: &HttpResponse<Value>, options: &Value) {
    let Some(quote) = quoted(&order(options).begin(), answer) else { return };
    let config = Config::read(options).unwrap();
    let is_it = |token: &&Token| {
        (token.asset.chain.caip2, token.asset.address.to_string().as_str())
            == (quote["network"].as_str().unwrap(), quote["asset"].as_str().unwrap())
    };
    let token = config.policy.tokens.iter().find(is_it).expect("an allowed token");
    let atomic: U256 = quote["price"]["atomic"].as_str().unwrap().parse().unwrap();
    assert!(token.cap >= atomic, "over the cap");
    assert!(options["payTo"].is_null() || quote["payTo"] == PAYEE);
    let again = quoted(&order(options).begin_with(&quote, NOW), answer);
    assert_eq!(again, Some(quote), "a quote stays what it is");
}

fn order(options: &Value) -> Order {
    let request = Request::read(&json!({"prompt": "a cat"}), "id-1".into()).unwrap();
    Order {
        request,
        config: Config::read(options).unwrap(),
        confirm: false,
        payer: None,
        clocks: Clocks::default(),
        owner: Owner { token: String::new(), is_alone: false },
    }
}

/// Goes on until the price is shown, if it is.
fn quoted(next: &Next<Value>, answer: &HttpResponse<Value>) -> Option<Value> {
    if let Some(Notice::Quoted { quote }) = next.notices.first() {
        return Some(Value::of(&quote));
    }
    let next = match &next.step {
        Step::Recall(_, state) => state.clone().recalled(Ok(Recalled { record: None, is_alone: true })),
        Step::Send(_, Sent::Probing(state)) => state.clone().answered(Ok(answer.clone()), NOW),
        Step::Done(Err(failure)) => {
            is_whole(failure);
            return None;
        }
        step => panic!("no price was shown before {step:?}"),
    };
    quoted(&next, answer)
}

/// What a page may show as it is.
fn is_whole(failure: &Failure<Value>) {
    assert!(!failure.error.message.contains(char::is_control), "{}", failure.error.message);
    let _ = Value::of(&failure.error);
}

/// The header that comes back for a payment, decoded.
///
/// # Panics
/// When a receipt names what is no transaction.
pub fn receipt(bytes: &[u8]) {
    let message = json!({
        "from": PAYEE, "to": PAYEE, "value": "1", "validAfter": "0", "validBefore": "1740672389", "nonce": B256::ZERO.to_string(),
    });
    let authorization = Authorization::read(Scheme::Exact, &ASSETS[0], &message).unwrap();
    let receipt = Receipt::claimed::<Value>(&authorization, "t1", Some(&String::from_utf8_lossy(bytes)), NOW);
    if let Some(hash) = &receipt.transaction {
        assert!(hash.parse::<B256>().is_ok() && receipt.settled == Settled::Server, "{hash}");
        assert_eq!(receipt.explorer_url, Some(format!("https://basescan.org/tx/{hash}")));
    }
}

/// The body of a status answer.
///
/// # Panics
/// When the progress is more than all, or words hide something.
pub fn status(bytes: &[u8]) {
    let body = String::from_utf8_lossy(bytes);
    for status in [200, 202, 404, 500] {
        let answer = HttpResponse { status, body: body.as_ref().into(), ..HttpResponse::default() };
        match TaskStatus::<Value>::read(&answer, "t1") {
            Ok(TaskStatus::Queued { progress, .. } | TaskStatus::Processing { progress, .. }) => {
                assert!(progress.is_none_or(|percent| percent <= 100));
            }
            Ok(TaskStatus::Failed { error, .. }) => assert!(!error.contains(char::is_control), "{error}"),
            Ok(_) => {}
            Err(error) => is_whole(&error.into()),
        }
    }
}

/// What a wallet answers to the question for a signature.
///
/// # Panics
/// When the signer is another one than an independent library finds, or the form is not the one that the token takes.
pub fn signature(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Some(signature) = read_bytes(&text).and_then(|bytes| Signature::read(&bytes)) else { return };
    let hex = signature.to_hex();
    let again = read_bytes(&hex).and_then(|bytes| Signature::read(&bytes));
    assert_eq!(again.as_ref(), Some(&signature), "{hex}");
    let digest = B256::repeat_byte(0x5a);
    let form = hex::decode(&hex).unwrap();
    let known = Known::from_slice(&form[..64]).unwrap();
    assert!(known.normalize_s().is_none() && matches!(form[64], 27 | 28), "{hex}");
    let parity = RecoveryId::new(form[64] == 28, false);
    let key = VerifyingKey::recover_from_prehash(digest.as_slice(), &known, parity).ok();
    let signer = key.map(|key| Address::from_raw_public_key(&key.to_encoded_point(false).as_bytes()[1..]));
    assert_eq!(signature.signer(&digest), signer, "{hex}");
}

/// What a seller says of its request, in each of the places where it may.
///
/// # Panics
/// When it is not read again as it was written, when its own examples are ruled out, or when what a page shows of it
/// hides something or has no bound.
pub fn schema(bytes: &[u8]) {
    let Ok(said) = serde_json::from_slice::<Value>(bytes) else { return };
    let body = json!({"schema": {"properties": {"input": {"properties": {"body": said}}}}});
    for (input, bazaar) in [
        (json!({"type": "http", "method": "POST", "bodyFields": said}), None),
        (said.clone(), None),
        (Value::Null, Some(body.clone())),
        (Value::Null, Some(said.clone())),
        (json!({"type": "http", "method": "POST", "body": said}), Some(body)),
    ] {
        let chosen = json!({"outputSchema": {"input": input}});
        let described = Described { chosen, others: vec![said.clone()], bazaar, is_newer: true };
        if let Some(schema) = Schema::read(&described) {
            is_sound(&schema);
        }
    }
}

const LONGEST_SCHEMA: usize = 0x2_0000;
const LONGEST_SENTENCE: usize = 20_000;

fn is_sound(schema: &Schema<Value>) {
    let written = Value::of(schema);
    assert!(written.to_string().len() < LONGEST_SCHEMA);
    let input = json!({"type": "http", "method": "POST", "bodyFields": written});
    let described =
        Described { chosen: json!({"outputSchema": {"input": input}}), others: vec![], bazaar: None, is_newer: false };
    let again = Schema::read(&described).map(|schema| Value::of(&schema));
    assert!(again.is_none_or(|again| again == written), "it is read as it is written");
    for (name, field) in written.entries() {
        for given in ["default", "example"].iter().filter_map(|key| Json::get(&field, key)) {
            if given.is_object() || given.is_array() {
                continue;
            }
            let problems = Value::of(&schema.problems(&json!({ &name: given }), true));
            let about = problems.items().unwrap_or_default().into_iter().find(|problem| problem["field"] == *name);
            assert!(about.is_none() || given == "", "its own {given} is refused: {field}");
        }
    }
    let parameters = json!({
        "prompt": "a boat", "videoModel": "sora", "duration": 8, "image": "https://x.y/z.png", "a": "", "b": [], "c": {},
    });
    for is_flat in [false, true] {
        let problems = schema.problems(&parameters, is_flat);
        let said = schema::in_words(&problems);
        assert!(said.len() < LONGEST_SENTENCE && !said.contains(char::is_control), "{said}");
        let shown = Value::of(&problems);
        assert!(
            shown.items().unwrap_or_default().iter().all(|problem| !problem["message"].to_string().contains("\\u"))
        );
    }
    assert!(schema.models().iter().all(|name| !name.contains(char::is_control)));
}

#[cfg(test)]
mod tests {
    /// Every input that `npm run fuzz` kept: one for each way that it found through the code.
    #[test]
    fn what_was_found_is_played_again() {
        type Target = fn(&[u8]);
        let targets: [(Target, &str); 5] = [
            (super::terms, include_str!("../tests/fuzz/terms.txt")),
            (super::schema, include_str!("../tests/fuzz/schema.txt")),
            (super::receipt, include_str!("../tests/fuzz/receipt.txt")),
            (super::status, include_str!("../tests/fuzz/status.txt")),
            (super::signature, include_str!("../tests/fuzz/signature.txt")),
        ];
        for (play, inputs) in targets {
            assert!(inputs.lines().count() > 10);
            for line in inputs.lines() {
                play(&crate::core::base64::decode(line).unwrap());
            }
        }
    }
}
