//! What becomes of a payment whose answer is lost or says something else than it should.

use super::{world::World, *};

#[test]
fn giving_up_says_whether_the_payment_may_leave() {
    let mut next = order(&json!({"confirm": true})).begin::<Value>();
    let mut world = good_world(&json!({"confirm": true}));
    let mut heard = Vec::new();
    loop {
        heard.push(next.step.given_up().map(|failure| (failure.error.code, failure.error.paid)));
        if matches!(next.step, Step::Done(_)) {
            break;
        }
        next = world.perform(next.step);
    }
    assert_eq!(heard.remove(0), Some((Code::Aborted, Paid::Unknown)), "it may have been bought before");
    let unpaid = heard.iter().take_while(|h| **h == Some((Code::Aborted, Paid::No))).count();
    assert_eq!(
        unpaid, 10,
        "probe, wallets, connection, network, balance with block, confirm, write, nonce, signature, its check"
    );
    assert_eq!(
        heard[unpaid..],
        [Some((Code::Aborted, Paid::Unknown)), Some((Code::Aborted, Paid::Unknown)), None, None]
    );
}

#[test]
fn what_cannot_be_stored_is_not_sent_and_what_may_be_stored_is_not_called_unpaid() {
    let writing = || {
        let (mut world, mut next) = (good_world(&json!({})), order(&json!({})).begin::<Value>());
        loop {
            next = match next.step {
                Step::Write(_, _, writing @ Writing::Payment(..)) => return writing,
                step => world.perform(step),
            };
        }
    };
    let error = ended(writing().written(Err(Some(json!("full"))), NOW).step);
    assert_eq!((error.code, error.paid, error.retry), (Code::UnsupportedEnvironment, Paid::No, Retry::Safe));
    let error = ended(writing().written(Err(None), NOW).step);
    assert_eq!((error.code, error.paid, error.retry), (Code::PaymentUnknown, Paid::Unknown, Retry::Resume));
}

#[test]
fn an_unread_journal_leaves_only_a_fresh_purchase_certainly_unpaid() {
    let unread = |id: Value| {
        let request = Request::read(&json!({"prompt": "a boat", "id": id}), "fresh".into()).unwrap();
        let Step::Recall(_, recalling) = Order { request, ..order(&json!({})) }.begin::<Value>().step else { panic!() };
        let error = ended(recalling.recalled(Err(json!("blocked"))).step);
        (error.code, error.paid)
    };
    assert_eq!(unread(Value::Null), (Code::UnsupportedEnvironment, Paid::No));
    assert_eq!(unread(json!("named")), (Code::UnsupportedEnvironment, Paid::Unknown));
}

/// A world in which the payment is about to be sent for the first time.
fn about_to_pay() -> (World, HttpRequest, Paying<Value>) {
    let mut world = good_world(&json!({}));
    let mut next = order(&json!({})).begin::<Value>();
    loop {
        next = match next.step {
            Step::Send(request, Sent::Paying(paying)) => return (world, request, paying),
            step => world.perform(step),
        };
    }
}

/// Plays on after the first answer to the payment; every later one is `again`.
fn recover(world: &mut World, mut next: Next<Value>, again: impl Fn(&mut World) -> Answer<Value>) -> Value {
    let mut sent = 0;
    let outcome = loop {
        next = match next.step {
            Step::Done(outcome) => break outcome,
            Step::Send(_, Sent::Paying(paying)) => {
                sent += 1;
                paying.answered(again(world), world.now)
            }
            step => {
                world.now += 1_000;
                world.perform(step)
            }
        };
    };
    let record = &world.journal["id-1"];
    let known = json!({"sentAgain": sent, "step": record["step"], "header": record["payment"]["header"].is_string()});
    match outcome {
        Ok(task) => {
            json!({"task": task.task_id, "settled": task.receipt.map(|r| r.plain()["settled"].clone()), "known": known})
        }
        Err(Failure { error, receipt, .. }) => {
            let error = error.plain::<Value>();
            json!({"code": error["code"], "paid": error["paid"], "retry": error["retry"], "receipt": receipt.is_some(), "known": known})
        }
    }
}

#[test]
fn a_lost_answer_is_followed_to_its_end() {
    let refused = || answer(402, DOCUMENTED);
    let known = |again, step, header| json!({"sentAgain": again, "step": step, "header": header});

    // Settled, and the service knows the task by the id of the request.
    let (mut world, request, paying) = about_to_pay();
    drop(world.receive(&request));
    let next = paying.answered(lost(None), world.now);
    assert!(matches!(next.notices[..], [Notice::PaymentUnknown { .. }]));
    let end = recover(&mut world, next, |_| panic!("sent again"));
    assert_eq!(end, json!({"task": "id-1", "settled": "chain", "known": known(0, "accepted", false)}));

    // It never arrived: the very same payment is sent again.
    let (mut world, request, paying) = about_to_pay();
    let next = paying.answered(lost(None), world.now);
    let end = recover(&mut world, next, |world| world.receive(&request));
    assert_eq!(end, json!({"task": "id-1", "settled": "unknown", "known": known(1, "accepted", false)}));
    assert_eq!(world.taken.len(), 1);

    // Refused each time, and not settled: certain once the window has closed.
    let (mut world, _, paying) = about_to_pay();
    let next = paying.answered(refused(), world.now);
    let end = recover(&mut world, next, |_| refused());
    assert_eq!(
        end,
        json!({"code": "payment_rejected", "paid": "no", "retry": "safe", "receipt": false, "known": known(2, "abandoned", false)})
    );

    // Settled, but the service ignores the id of the request.
    let (mut world, request, paying) = about_to_pay();
    world.seller.knows_seed = false;
    drop(world.receive(&request));
    let next = paying.answered(refused(), world.now);
    let end = recover(&mut world, next, |_| panic!("sent again"));
    assert_eq!(
        end,
        json!({"code": "task_not_found", "paid": "yes", "retry": "resume", "receipt": true, "known": known(0, "signed", false)})
    );

    // The job was begun, and its payment never settled.
    let (mut world, _, paying) = about_to_pay();
    world.work();
    let next = paying.answered(refused(), world.now);
    let end = recover(&mut world, next, |_| panic!("sent again"));
    assert_eq!(end, json!({"task": "id-1", "settled": null, "known": known(0, "accepted", false)}));

    // The clock of the chain is behind: nothing is certain yet.
    let (mut world, _, paying) = about_to_pay();
    world.skew = -3_600_000;
    let next = paying.answered(refused(), world.now);
    let end = recover(&mut world, next, |_| refused());
    assert_eq!(
        end,
        json!({"code": "payment_unknown", "paid": "unknown", "retry": "resume", "receipt": false, "known": known(2, "signed", true)})
    );
}

/// What the page is told when the payment is answered by a 402 with that body and receipt.
fn reason_of(body: &str, receipt: Option<Value>) -> String {
    let (world, _, paying) = about_to_pay();
    let response = HttpResponse {
        status: 402,
        body: body.into(),
        receipt: receipt.map(|receipt| receipt.to_string()),
        ..HttpResponse::default()
    };
    let next = paying.answered(Ok(response), world.now);
    let [Notice::PaymentUnknown { reason, .. }] = &next.notices[..] else { panic!("{:?}", next.notices) };
    reason.clone()
}

#[test]
fn a_second_402_in_the_words_of_the_first_names_the_lost_header() {
    let unseen = reason_of(DOCUMENTED, None);
    assert!(unseen.contains("wrapped `fetch`") && unseen.contains("`x-payment`"), "{unseen}");
    const PLAIN: &str = "the server answered 402 to the payment";
    let failed = json!({"success": false, "errorReason": "invalid_exact_evm_token_name_mismatch"});
    let other = |member: &str, value: Value| {
        let mut terms: Value = serde_json::from_str(DOCUMENTED).unwrap();
        terms[member] = value;
        reason_of(&terms.to_string(), None)
    };
    for (reason, words) in [
        (other("error", json!("insufficient_funds")), "insufficient_funds"),
        (other("message", json!("残高不足")), "X-PAYMENT header is required"),
        (reason_of(DOCUMENTED, Some(failed)), "invalid_exact_evm_token_name_mismatch"),
        (reason_of(DOCUMENTED, Some(json!({"success": false}))), "X-PAYMENT header is required"),
    ] {
        assert_eq!(reason, format!("{PLAIN}: \"{words}\""));
    }
    assert_eq!(other("error", Value::Null), PLAIN);
    assert_eq!(other("error", json!({"code": "payment_required"})), PLAIN);
    assert_eq!(other("error", json!("支払いが必要です")), PLAIN);
    assert_eq!(reason_of("{}", None), PLAIN, "no terms");
}

#[test]
fn a_lost_header_is_still_named_after_a_reload() {
    let (mut world, _, _) = about_to_pay();
    let mut next = resume::<Value>("id-1".into());
    let reason = loop {
        next = match next.step {
            Step::Send(_, Sent::Paying(paying)) => {
                let next = paying.answered(answer(402, DOCUMENTED), world.now);
                let [Notice::PaymentUnknown { reason, .. }] = &next.notices[..] else { panic!("{:?}", next.notices) };
                break reason.clone();
            }
            step => world.perform(step),
        };
    };
    assert!(reason.contains("wrapped `fetch`"), "{reason}");
}

#[test]
fn without_a_wallet_to_read_the_chain_nothing_is_certain() {
    let (mut world, _, paying) = about_to_pay();
    let mut next = paying.answered(lost(None), world.now);
    let error = loop {
        next = match next.step {
            Step::Done(outcome) => break outcome.unwrap_err().error,
            Step::Send(_, Sent::Paying(paying)) => paying.answered(lost(None), world.now),
            Step::Ask(_, _, Asked::Reading(recovering)) => recovering.answered(Err(None), world.now),
            step => world.perform(step),
        };
    };
    assert_eq!((error.code, error.paid, error.retry), (Code::PaymentUnknown, Paid::Unknown, Retry::Resume));
    for known in ["id", "nonce", "payer", "payTo", "amount", "asset", "network", "validBefore"] {
        assert!(error.details.get(known).is_some(), "{known}");
    }
    assert!(world.now > NOW + 60_000, "it was tried until the window had closed");
}

#[test]
fn any_wallet_on_the_chain_may_read_it() {
    let (mut world, request, _) = about_to_pay();
    drop(world.receive(&request));
    let mut next = order(&json!({})).begin::<Value>();
    let mut asked = Vec::new();
    let task = loop {
        next = match next.step {
            Step::Done(outcome) => break outcome.unwrap(),
            Step::FindWallets(Finding::Readers(recovering)) => recovering.found(2),
            Step::Ask(0, question, Asked::Reading(recovering)) => {
                asked.push((0, question.method));
                recovering.answered(Ok(json!("0x1")), world.now)
            }
            Step::Ask(wallet, question, Asked::Reading(recovering)) => {
                asked.push((wallet, question.method));
                let reply = world.read(&question);
                recovering.answered(reply, world.now)
            }
            step => world.perform(step),
        };
    };
    assert_eq!(task.task_id, "id-1");
    assert_eq!(
        asked,
        [(0, "eth_chainId"), (1, "eth_chainId"), (1, "eth_getBlockByNumber"), (1, "eth_call"), (1, "eth_getLogs")]
    );
    assert_eq!(world.signs.len(), 1, "taken up from the journal, without a signature");
}
