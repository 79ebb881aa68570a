//! What happens to a payment whose response is lost or unexpected.

use super::{
    world::{Node, World},
    *,
};

#[test]
fn aborting_reports_whether_the_payment_may_be_sent() {
    let mut next = order(&json!({"confirm": true})).begin::<Value>();
    let mut world = good_world(&json!({"confirm": true}));
    let mut errors = Vec::new();
    loop {
        errors.push(next.step.given_up().map(|failure| (failure.error.code, failure.error.paid)));
        if matches!(next.step, Step::Done(_)) {
            break;
        }
        next = world.perform(next.step);
    }
    assert_eq!(errors.remove(0), Some((Code::Aborted, Paid::Unknown)), "it may have been bought before");
    let unpaid = errors.iter().take_while(|error| **error == Some((Code::Aborted, Paid::No))).count();
    assert_eq!(
        unpaid, 10,
        "probe, wallets, connection, network, balance with block, confirm, write, nonce, signature, its check"
    );
    assert_eq!(
        errors[unpaid..],
        [Some((Code::Aborted, Paid::Unknown)), Some((Code::Aborted, Paid::Unknown)), None, None]
    );
}

#[test]
fn a_payment_that_cannot_be_stored_is_not_sent_and_one_that_may_be_stored_is_not_called_unpaid() {
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
fn without_a_readable_journal_only_a_fresh_purchase_is_certainly_unpaid() {
    let unread = |id: Value| {
        let request = Request::read(&json!({"prompt": "a boat", "id": id}), "fresh".into()).unwrap();
        let Step::Recall(_, recalling) = Order { request, ..order(&json!({})) }.begin::<Value>().step else { panic!() };
        let error = ended(recalling.recalled::<Value>(Err(json!("blocked"))).step);
        (error.code, error.paid)
    };
    assert_eq!(unread(Value::Null), (Code::UnsupportedEnvironment, Paid::No));
    assert_eq!(unread(json!("named")), (Code::UnsupportedEnvironment, Paid::Unknown));
}

/// A world in which the payment is about to be sent for the first time.
pub(super) fn about_to_pay() -> (World, HttpRequest, Paying<Value>) {
    let mut world = good_world(&json!({}));
    let mut next = order(&json!({})).begin::<Value>();
    loop {
        next = match next.step {
            Step::Send(request, Sent::Paying(paying)) => return (world, request, paying),
            step => world.perform(step),
        };
    }
}

/// Continues after the first response to the payment; every later one is `again`.
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
            json!({"task": task.task_id, "settled": task.receipt.map(|r| Value::of(&r)["settled"].clone()), "known": known})
        }
        Err(Failure { error, receipt, .. }) => {
            let error = Value::of(&error);
            json!({"code": error["code"], "paid": error["paid"], "retry": error["retry"], "receipt": receipt.is_some(), "known": known})
        }
    }
}

#[test]
fn a_lost_response_is_followed_to_its_end() {
    let refused = || answer(402, DOCUMENTED);
    let known = |again, step, header| json!({"sentAgain": again, "step": step, "header": header});

    // Settled, and the service knows the task by the id of the request.
    let (mut world, request, paying) = about_to_pay();
    drop(world.receive(&request));
    let next = paying.answered(lost(None), world.now);
    assert!(matches!(next.notices[..], [Notice::PaymentUnknown { .. }]));
    let end = recover(&mut world, next, |_| panic!("sent again"));
    assert_eq!(end, json!({"task": SEED, "settled": "chain", "known": known(0, "accepted", false)}));

    // It never arrived: the same payment is resent.
    let (mut world, request, paying) = about_to_pay();
    let next = paying.answered(lost(None), world.now);
    let end = recover(&mut world, next, |world| world.receive(&request));
    assert_eq!(end, json!({"task": SEED, "settled": "unknown", "known": known(1, "accepted", false)}));
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

    // The job was started, and its payment never settled.
    let (mut world, _, paying) = about_to_pay();
    world.work();
    let next = paying.answered(refused(), world.now);
    let end = recover(&mut world, next, |_| panic!("sent again"));
    assert_eq!(end, json!({"task": SEED, "settled": null, "known": known(0, "accepted", false)}));

    // The chain's clock is behind: nothing is certain yet.
    let (mut world, _, paying) = about_to_pay();
    world.skew = -3_600_000;
    let next = paying.answered(refused(), world.now);
    let end = recover(&mut world, next, |_| refused());
    assert_eq!(
        end,
        json!({"code": "payment_unknown", "paid": "unknown", "retry": "resume", "receipt": false, "known": known(2, "signed", true)})
    );
}

/// The error's reason if the payment gets a 402 with that body and receipt.
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
fn an_identical_second_402_names_the_lost_header() {
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
        (other("error", json!("支払いが必要です")), "支払いが必要です"),
        (other("reason", json!("残高不足")), "X-PAYMENT header is required; 残高不足"),
        (reason_of(DOCUMENTED, Some(failed)), "invalid_exact_evm_token_name_mismatch"),
        (reason_of(DOCUMENTED, Some(json!({"success": false}))), "X-PAYMENT header is required"),
    ] {
        assert_eq!(reason, format!("{PLAIN}: \"{words}\""));
    }
    assert_eq!(other("error", Value::Null), PLAIN);
    assert_eq!(other("error", json!({"code": "payment_required"})), PLAIN);
    assert_eq!(reason_of("{}", None), PLAIN, "no terms");
}

/// The final error of a payment that this response refused, and that the token has not taken.
pub(super) fn refused_for_good(response: &HttpResponse<Value>) -> Error {
    let (mut world, _, paying) = about_to_pay();
    let mut next = paying.answered(Ok(response.clone()), world.now);
    loop {
        world.now += 1_000;
        next = match next.step {
            Step::Done(outcome) => return outcome.unwrap_err().error,
            Step::Send(_, Sent::Paying(paying)) => paying.answered(Ok(response.clone()), world.now),
            step => world.perform(step),
        };
    }
}

#[test]
fn the_reason_of_a_refusal_is_in_the_message_and_in_the_details() {
    let body =
        |status: u16, body: &Value| HttpResponse { status, body: body.to_string().into(), ..HttpResponse::default() };
    let second = json!({"x402Version": 2, "error": "残高不足", "accepts": []}).to_string();
    for (response, words) in [
        (body(402, &json!({"x402Version": 1, "error": "wallet is on a list", "accepts": []})), "wallet is on a list"),
        (HttpResponse { terms: Some(second), ..body(402, &json!({})) }, "残高不足"),
        (body(400, &json!({"error": "Bad Request", "reason": "prompt refused"})), "Bad Request; prompt refused"),
        (body(422, &json!({"detail": [{"loc": ["body", "seed"], "msg": "not a UUID"}]})), "body.seed: not a UUID"),
    ] {
        let error = refused_for_good(&response);
        assert_eq!((error.code, error.paid), (Code::PaymentRejected, Paid::No));
        assert!(error.message.ends_with(&format!(": \"{words}\"")), "{}", error.message);
        assert_eq!(error.details.get("reason"), Some(&words.into()));
    }
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
            Step::AskAll(questions, reading) => reading.answered(vec![Err(None); questions.len()], world.now),
            step => world.perform(step),
        };
    };
    assert_eq!((error.code, error.paid, error.retry), (Code::PaymentUnknown, Paid::Unknown, Retry::Resume));
    for known in ["id", "nonce", "payer", "payTo", "amount", "asset", "network", "validBefore"] {
        assert!(error.details.get(known).is_some(), "{known}");
    }
    let told =
        "the answer to the payment was lost, or the payment never left this page: the server's CORS has to allow";
    assert!(error.message.contains(told), "{}", error.message);
    assert!(world.now > NOW + 60_000, "it was tried until the window had closed");
}

/// A purchase whose response was lost, resumed in a page with these wallets that many milliseconds later.
fn resumed(nodes: Vec<Node>, is_taken: bool, later: u64) -> (World, Value) {
    let (mut world, request, _) = about_to_pay();
    world.seller.knows_seed = false;
    if is_taken {
        drop(world.receive(&request));
    }
    world.nodes = nodes;
    world.now += later;
    let end = recover(&mut world, resume("id-1".into()), |_| lost(None));
    (world, end)
}

fn verdict(end: &Value) -> Value {
    json!([end["code"], end["paid"]])
}

const OWN: Node = Node { is_silent: false, is_elsewhere: false, lists_payer: true, ahead: 0, claims: None };
const OTHER: Node = Node { lists_payer: false, ..OWN };
/// Longer than any window.
const LATER: u64 = 1_200_000;

#[test]
fn only_the_payers_own_wallet_proves_that_nothing_was_paid() {
    let unpaid = json!(["payment_rejected", "no"]);
    let unknown = json!(["payment_unknown", "unknown"]);
    let lying = Node { claims: Some(false), ahead: 300, ..OTHER };
    let elsewhere = Node { is_elsewhere: true, ..OWN };
    let silent = Node { is_silent: true, ..OWN };
    let days_off = |days: i64| Node { ahead: days * 86_400, ..OWN };
    for (nodes, is_taken, expected) in [
        (vec![OWN], false, &unpaid),
        (vec![OTHER], false, &unknown),
        (vec![OTHER, OWN], false, &unpaid),
        (vec![lying], true, &unknown),
        (vec![lying, elsewhere], true, &unknown),
        (vec![silent, lying, elsewhere], true, &unknown),
        (vec![days_off(1)], false, &unknown),
        (vec![days_off(-2), lying], true, &unknown),
        (vec![Node { claims: Some(true), ..OTHER }], false, &unknown),
        (vec![Node { claims: Some(true), ..OTHER }, OWN], false, &unpaid),
        (vec![], false, &unknown),
    ] {
        let (world, end) = resumed(nodes.clone(), is_taken, LATER);
        assert_eq!(verdict(&end), *expected, "{nodes:?}");
        assert_eq!(world.journal["id-1"]["step"] == "abandoned", *expected == unpaid, "{nodes:?}");
    }
    let (_, end) = resumed(vec![lying, OWN], true, LATER);
    assert_eq!(verdict(&end), json!(["task_not_found", "yes"]), "the payer's own wallet knows that it was taken");
}

#[test]
fn a_block_ahead_of_its_time_does_not_end_a_window_early() {
    let fast = Node { ahead: 600, ..OWN };
    let (mut world, _, paying) = about_to_pay();
    world.nodes = vec![fast];
    let begun = world.now;
    let next = paying.answered(answer(402, DOCUMENTED), world.now);
    let end = recover(&mut world, next, |_| answer(402, DOCUMENTED));
    assert_eq!(verdict(&end), json!(["payment_rejected", "no"]));
    assert!(world.now >= begun + 60_000, "said after {} ms", world.now - begun);
}

#[test]
fn a_machine_clock_that_is_set_back_only_delays_the_verdict() {
    let (mut world, _, _) = about_to_pay();
    world.now -= 3_600_000;
    world.skew += 3_600_000 + i64::try_from(LATER).unwrap();
    let end = recover(&mut world, resume("id-1".into()), |_| lost(None));
    assert_eq!(verdict(&end), json!(["payment_rejected", "no"]));
    assert!(world.now >= NOW + 60_000, "said at {} ms by this machine", world.now - NOW);
}

#[test]
fn records_without_the_end_of_their_window_wait_for_the_longest() {
    let (mut world, _, _) = about_to_pay();
    let record = world.journal.get_mut("id-1").unwrap().as_object_mut().unwrap();
    record.remove("closesAt");
    record["payment"].as_object_mut().unwrap().remove("closesAt");
    world.nodes = vec![Node { ahead: 3_000, ..OWN }];
    let begun = world.now;
    let end = recover(&mut world, resume("id-1".into()), |_| lost(None));
    assert_eq!(verdict(&end), json!(["payment_rejected", "no"]));
    assert!(world.now >= begun + 890_000, "said after {} ms", world.now - begun);
}

#[test]
fn other_wallets_are_asked_when_the_payers_own_is_silent_all_at_once() {
    let (mut world, request, paying) = about_to_pay();
    world.seller.knows_seed = false;
    drop(world.receive(&request));
    world.nodes = vec![Node { is_silent: true, ..OWN }, OTHER, OTHER, OWN];
    let mut next = paying.answered(lost(None), world.now);
    let mut asked = Vec::new();
    let error = loop {
        next = match next.step {
            Step::Done(outcome) => break outcome.unwrap_err().error,
            Step::AskAll(questions, state) => {
                asked.push(questions.iter().map(|(wallet, question)| (*wallet, question.method)).collect::<Vec<_>>());
                world.perform(Step::AskAll(questions, state))
            }
            step => world.perform(step),
        };
    };
    assert_eq!((error.code, error.paid), (Code::TaskNotFound, Paid::Yes), "one of the others lists the payer");
    let standing = |wallets: &[usize]| {
        let methods = ["eth_chainId", "eth_accounts", "eth_getBlockByNumber"];
        wallets.iter().flat_map(|wallet| methods.map(|method| (*wallet, method))).collect::<Vec<_>>()
    };
    assert_eq!(asked[0], standing(&[0]), "the wallet that signed, alone");
    assert_eq!(asked[1], standing(&[1, 2, 3]));
    assert_eq!(asked[2], [(1, "eth_call"), (2, "eth_call"), (3, "eth_call")]);
    assert_eq!(asked[3..5], [[(3, "eth_getLogs")], [(3, "eth_getTransactionReceipt")]]);
}

#[test]
fn an_unknown_status_word_proves_a_task_only_of_a_payment_that_was_taken() {
    let words = [
        json!({"status": "error", "message": "Task not found"}),
        json!({"status": "expired"}),
        json!({"state": "Not Found"}),
        json!({"message": "no such task"}),
    ];
    for body in words {
        for is_taken in [false, true] {
            let (mut world, request, paying) = about_to_pay();
            if is_taken {
                drop(world.receive(&request));
            }
            let mut next = paying.answered(answer(402, DOCUMENTED), world.now);
            let outcome = loop {
                next = match next.step {
                    Step::Done(outcome) => break outcome,
                    Step::Send(_, Sent::Looking(looking)) => looking.looked(answer(200, &body), world.now),
                    Step::Send(_, Sent::Paying(paying)) => paying.answered(answer(402, DOCUMENTED), world.now),
                    step => world.perform(step),
                };
            };
            match outcome {
                Ok(task) => assert!(is_taken && task.receipt.is_some(), "{body}"),
                Err(failure) => {
                    assert!(!is_taken, "{body}");
                    assert_eq!((failure.error.code, failure.error.paid), (Code::PaymentRejected, Paid::No));
                }
            }
        }
    }
}

#[test]
fn a_finished_task_is_not_kept_from_the_page_until_the_window_ends() {
    let (mut world, _, paying) = about_to_pay();
    let begun = world.now;
    let mut next = paying.answered(lost(None), world.now);
    let task = loop {
        next = match next.step {
            Step::Done(outcome) => break outcome.unwrap(),
            Step::Send(_, Sent::Looking(looking)) => {
                looking.looked(answer(200, json!({"status": "completed", "result": {}})), world.now)
            }
            step => world.perform(step),
        };
    };
    assert!(world.now < begun + 10_000);
    assert_eq!(Value::of(&task.receipt.unwrap())["settled"], "unknown");
    assert_eq!(world.journal["id-1"]["paid"], "unknown", "the token has not taken it yet");
}

/// A purchase that the token has taken, and for which the service names no task; then a page with these wallets.
fn taken_before(nodes: &[Node], later: u64, knows_seed: bool) -> World {
    let (mut world, end) = resumed(vec![OWN], true, 1_000);
    assert_eq!((verdict(&end), &world.journal["id-1"]["paid"]), (json!(["task_not_found", "yes"]), &json!("yes")));
    world.now = world.now.max(NOW + later);
    world.nodes = nodes.to_vec();
    world.seller.knows_seed = knows_seed;
    if knows_seed {
        world.work();
    }
    world
}

#[test]
fn a_payment_reported_as_taken_stays_taken_whichever_wallet_is_there_later() {
    let denies = Node { claims: Some(false), ..OWN };
    let ahead = Node { ahead: 600, ..denies };
    let silent = Node { is_silent: true, ..OWN };
    for nodes in [vec![OWN], vec![denies], vec![ahead], vec![silent], vec![], vec![OTHER], vec![silent, denies]] {
        for later in [1_000, LATER] {
            let mut world = taken_before(&nodes, later, false);
            let end = recover(&mut world, resume("id-1".into()), |_| panic!("sent again"));
            assert_eq!((verdict(&end), &end["receipt"]), (json!(["task_not_found", "yes"]), &json!(true)), "{nodes:?}");
            let record = &world.journal["id-1"];
            assert_eq!((&record["step"], &record["paid"]), (&json!("signed"), &json!("yes")), "{nodes:?}");
            assert_eq!(record["receipt"]["settled"], "chain", "{nodes:?}");

            let mut world = taken_before(&nodes, later, true);
            let end = recover(&mut world, resume("id-1".into()), |_| panic!("sent again"));
            assert_eq!((&end["task"], &end["settled"]), (&json!(SEED), &json!("chain")), "{nodes:?}");
            let record = &world.journal["id-1"];
            assert_eq!((&record["step"], &record["paid"]), (&json!("accepted"), &json!("yes")), "{nodes:?}");
        }
    }
}

#[test]
fn aborting_after_the_token_took_the_payment_reports_it_as_paid() {
    let mut world = taken_before(&[OWN], 1_000, false);
    let mut next = world.perform(resume::<Value>("id-1".into()).step);
    let mut steps = 0;
    while let Some(failure) = next.step.given_up() {
        assert_eq!((failure.error.paid, failure.receipt.is_some()), (Paid::Yes, true), "{:?}", next.step);
        world.now += 1_000;
        next = world.perform(next.step);
        steps += 1;
    }
    assert!(steps > 2);
}

#[test]
fn a_transaction_that_was_not_found_is_searched_for_once_more() {
    let denies = Node { claims: Some(false), ..OWN };
    let ahead = Node { ahead: 600, ..denies };
    for (nodes, settled) in [
        (vec![OWN], "chain"),
        (vec![], "unknown"),
        (vec![denies], "unknown"),
        (vec![ahead], "unknown"),
        (vec![Node { is_silent: true, ..OWN }, OTHER], "unknown"),
    ] {
        let mut world = taken_before(&nodes, LATER, false);
        let receipt = world.journal.get_mut("id-1").unwrap()["receipt"].as_object_mut().unwrap();
        receipt.insert("settled".into(), "unknown".into());
        receipt.remove("transaction");
        let end = recover(&mut world, resume("id-1".into()), |_| panic!("sent again"));
        assert_eq!(verdict(&end), json!(["task_not_found", "yes"]));
        assert_eq!(world.journal["id-1"]["receipt"]["settled"], settled);
    }
    // A transaction that only a service has named is not proven by anyone.
    let mut world = taken_before(&[], LATER, false);
    world.journal.get_mut("id-1").unwrap()["receipt"]["settled"] = "server".into();
    let mut next = resume::<Value>("id-1".into());
    while next.step.given_up().is_none_or(|failure| failure.error.paid != Paid::Yes) {
        next = world.perform(next.step);
    }
    let Some(HeldReceipt::New(receipt)) = next.step.given_up().unwrap().receipt else { panic!("no receipt") };
    assert_eq!((&receipt.transaction, Value::of(&*receipt)["settled"].clone()), (&None, json!("unknown")));
}

/// That the token has taken it is known. Only its transaction may be missing.
#[test]
fn the_chain_of_a_payment_that_was_taken_is_read_in_the_first_round_alone() {
    let readings = |has_transaction: bool| {
        let mut world = taken_before(&[Node { claims: Some(false), ..OWN }], LATER, false);
        if !has_transaction {
            world.journal.get_mut("id-1").unwrap()["receipt"].as_object_mut().unwrap().remove("transaction");
        }
        let mut count = 0;
        let mut next = resume::<Value>("id-1".into());
        while !matches!(next.step, Step::Done(_)) {
            count += usize::from(matches!(next.step, Step::AskAll(_, Gathered::Reading(_))));
            next = world.perform(next.step);
        }
        count
    };
    assert_eq!((readings(true), readings(false)), (0, 2), "for its state, and for the transaction");
}

#[test]
fn another_purchase_returned_by_the_storage_is_not_resumed() {
    let (world, _, _) = about_to_pay();
    let mut record = world.journal["id-1"].clone();
    record["id"] = "id-2".into();
    for next in [resume::<Value>("id-1".into()), order(&json!({})).begin()] {
        let Step::Recall(id, recalling) = next.step else { panic!() };
        assert_eq!(id, "id-1");
        let recalled = recalling.recalled(Ok(Recalled { record: Some(record.clone()), is_alone: true }));
        let Step::Done(Err(Failure { error, cause, .. })) = recalled.step else { panic!() };
        assert_eq!((error.code, error.paid, error.retry), (Code::UnsupportedEnvironment, Paid::Unknown, Retry::Resume));
        assert!(cause.is_some());
    }
}

#[test]
fn a_page_whose_timers_fail_is_told_that_the_payment_was_taken() {
    let mut world = taken_before(&[OWN], 1_000, false);
    let mut next = resume::<Value>("id-1".into());
    let failure = loop {
        next = match next.step {
            Step::Done(outcome) => break outcome.unwrap_err(),
            Step::Sleep(_, state) => state.broke(json!("no timers")),
            step => world.perform(step),
        };
    };
    assert_eq!((failure.error.code, failure.error.paid), (Code::TaskNotFound, Paid::Yes));
    assert_eq!((failure.cause, failure.receipt.is_some()), (Some(json!("no timers")), true));
}
