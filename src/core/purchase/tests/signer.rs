//! Which signature is sent: only the payer's own, over the very authorization that the wallet was shown.

use super::*;

/// Another key of every development chain; worthless.
const OTHER_KEY: [u8; 32] = hex!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");

/// The outcome of a signature: `change` is what the wallet does to the typed data before it signs, `code` is the
/// contract code at the payer's address.
fn judged(key: [u8; 32], change: impl Fn(&mut Value), code: &str) -> (Step<Value>, Value) {
    let (mut world, mut next) = (good_world(&json!({})), order(&json!({})).begin::<Value>());
    let mut given = Value::Null;
    loop {
        next = match next.step {
            Step::Ask(_, question, Asked::Signing(signing)) => {
                let params = Value::parse(question.params.as_ref().unwrap()).unwrap();
                let mut typed = Value::parse(params[1].as_str().unwrap()).unwrap();
                change(&mut typed);
                given = sign_with(key, &Question::sign(PAYER, &typed.to_string(), 1));
                signing.answered(Ok(given.clone()))
            }
            Step::Ask(_, question, Asked::Checking(checking)) => {
                let word = format!("0x1626ba7e{}", "00".repeat(28));
                let answer = if question.method == "eth_getCode" { code } else { &word };
                checking.answered::<Value>(Ok(json!(answer)), world.now)
            }
            step @ (Step::Write(_, _, Writing::Payment(..)) | Step::Done(_)) => return (step, given),
            step => world.perform(step),
        };
    }
}

#[test]
fn only_the_payers_own_signature_of_the_very_authorization_is_sent() {
    let (step, _) = judged(KEY, |_| {}, "0x");
    assert!(matches!(step, Step::Write(..)));
    let (step, _) = judged(OTHER_KEY, |_| {}, "0x");
    let error = ended(step);
    assert_eq!((error.code, error.paid, error.retry), (Code::BadSignature, Paid::No, Retry::Safe));
    assert!(error.message.contains("another account"), "{}", error.message);
    let address = json!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    for (pointer, value) in [
        ("/message/from", &address),
        ("/message/to", &address),
        ("/message/value", &json!("1000001")),
        ("/message/validAfter", &json!("1")),
        ("/message/validBefore", &json!("1740672150")),
        ("/message/nonce", &json!(format!("0x{}", "02".repeat(32)))),
        ("/domain/name", &json!("USDC")),
        ("/domain/version", &json!("1")),
        ("/domain/chainId", &json!(84532)),
        ("/domain/verifyingContract", &address),
    ] {
        let (step, _) = judged(KEY, |typed| *typed.pointer_mut(pointer).unwrap() = value.clone(), "0x");
        let error = ended(step);
        assert_eq!((error.code, error.paid), (Code::BadSignature, Paid::No), "{pointer}");
        assert!(error.message.contains("another account"), "{pointer}: {}", error.message);
    }
}

#[test]
fn a_contract_may_accept_the_signature_of_another_key() {
    let (step, given) = judged(OTHER_KEY, |_| {}, "0xef0100");
    let Step::Write(_, entry, _) = step else { panic!("{step:?}") };
    let header = signed_record(&entry)["payment"]["header"].clone();
    assert_eq!(world::decoded(header.as_str().unwrap())["payload"]["signature"], given);
}
