//! How a payment is followed: how often it is sent, where its task is searched for, and when which verdict is reached.

use super::{
    recovery::about_to_pay,
    world::{Ended, Node, World},
    *,
};
use crate::core::defect::{self, Defect};

/// How a payment ended, and the pauses before that, in seconds.
struct End {
    outcome: Result<AcceptedTask<HeldReceipt<Value>>, Failure<Value>>,
    pauses: Vec<u64>,
}

impl End {
    fn error(self) -> Error {
        self.outcome.unwrap_err().error
    }
}

/// Runs to the end; `meet` may answer a step instead of the world.
fn follow(
    world: &mut World,
    mut next: Next<Value>,
    mut meet: impl FnMut(&mut World, Step<Value>) -> Result<Next<Value>, Step<Value>>,
) -> End {
    let mut pauses = Vec::new();
    loop {
        if let Step::Sleep(ms, _) = &next.step {
            pauses.push(ms / 1000);
            assert!(pauses.len() < 100, "a purchase ends");
        }
        next = match meet(world, next.step) {
            Ok(next) => next,
            Err(Step::Done(outcome)) => return End { outcome, pauses },
            Err(step) => world.perform(step),
        };
    }
}

/// Every payment gets this response, and never arrives.
fn paying_is(answer: Answer<Value>) -> impl FnMut(&mut World, Step<Value>) -> Result<Next<Value>, Step<Value>> {
    move |world, step| match step {
        Step::Send(_, Sent::Paying(paying)) => Ok(paying.answered(answer.clone(), world.now)),
        step => Err(step),
    }
}

fn refused() -> Answer<Value> {
    answer(402, DOCUMENTED)
}

#[test]
fn a_page_whose_timers_fail_gets_an_error_at_once_and_nothing_is_resent() {
    let (mut world, _, paying) = about_to_pay();
    let next = paying.answered(refused(), world.now);
    let mut sent = 0;
    let end = follow(&mut world, next, |_, step| match step {
        Step::Sleep(_, state) => Ok(state.broke(json!("no timers"))),
        Step::Send(_, Sent::Paying(_)) => {
            sent += 1;
            Err(step)
        }
        step => Err(step),
    });
    let Failure { error, cause, .. } = end.outcome.unwrap_err();
    assert_eq!((error.code, error.paid, error.retry), (Code::PaymentUnknown, Paid::Unknown, Retry::Resume));
    assert_eq!((cause, sent), (Some(json!("no timers")), 0));
}

#[test]
fn a_chain_that_is_a_little_behind_is_read_for_a_minute_longer() {
    // The window closes after 60 s, and 30 s later the chain should know. It is certain 20 s into the blocks after it.
    for (behind, code, seconds) in [
        (0, Code::PaymentRejected, 90),
        (10, Code::PaymentRejected, 90),
        (11, Code::PaymentRejected, 105),
        (30, Code::PaymentRejected, 120),
        (70, Code::PaymentRejected, 150),
        (71, Code::PaymentUnknown, 150),
        // A block from before the stamp is stale, and waiting does not change that.
        (1230, Code::PaymentUnknown, 150),
        (1231, Code::PaymentUnknown, 90),
        (3600, Code::PaymentUnknown, 90),
    ] {
        let (mut world, _, paying) = about_to_pay();
        world.nodes = vec![Node { ahead: -behind, ..Node::default() }];
        let next = paying.answered(refused(), world.now);
        let error = follow(&mut world, next, paying_is(refused())).error();
        assert_eq!((error.code, (world.now - NOW) / 1000), (code, seconds), "{behind} s behind");
        assert_eq!(error.message.contains("the chain is behind"), code == Code::PaymentUnknown, "{}", error.message);
    }
}

#[test]
fn a_window_that_closes_late_on_the_chain_is_waited_for() {
    // The chain has made no block for 200 s, so the stamp is by this machine, and the chain takes the payment for 260
    // s.
    let mut world = good_world(&json!({}));
    world.skew = -200_000;
    let mut next = order(&json!({})).begin::<Value>();
    while !matches!(next.step, Step::Send(_, Sent::Paying(_))) {
        next = world.perform(next.step);
    }
    let error = follow(&mut world, next, paying_is(refused())).error();
    assert_eq!((error.code, error.paid), (Code::PaymentRejected, Paid::No));
    assert_eq!(error.details.get("validBefore"), Some(&(NOW + 260_000).into()));
    assert_eq!((world.now - NOW) / 1000, 290);
}

#[test]
fn a_payment_is_sent_again_while_it_could_be_settled() {
    // Rounds begin 1, 3, 7, 15, 30 and 45 s after the first response; a facilitator takes nothing in the last 6 s.
    for (later, times) in [(0, 6), (8_999, 6), (9_000, 5), (54_000, 0)] {
        let (mut world, first, paying) = about_to_pay();
        assert_eq!(first.patience, 90_000, "until the chain knows");
        world.now += later;
        let mut sent = Vec::new();
        let next = paying.answered(lost(None), world.now);
        let end = follow(&mut world, next, |world, step| match step {
            Step::Send(request, Sent::Paying(paying)) => {
                assert_eq!(request.patience, NOW + 90_000 - world.now);
                sent.push(payment(&request));
                Ok(paying.answered(lost(None), world.now))
            }
            step => Err(step),
        });
        assert_eq!(sent, vec![payment(&first); times], "{later} ms later");
        assert_eq!(
            (end.error().code, world.now),
            (Code::PaymentRejected, NOW + 90_000),
            "no later than the chain knows"
        );
    }
}

#[test]
fn a_task_is_enough_if_no_wallet_can_read_the_chain() {
    let (mut world, _, paying) = about_to_pay();
    world.work();
    world.nodes = vec![Node { is_silent: true, ..Node::default() }];
    let next = paying.answered(lost(None), world.now);
    let end = follow(&mut world, next, paying_is(lost(None)));
    let task = end.outcome.unwrap();
    assert_eq!((task.task_id.as_str(), task.paid, end.pauses), (SEED, Paid::Yes, vec![]));
    assert_eq!(Value::of(&task.receipt.unwrap())["settled"], "unknown");
    assert_eq!((&world.journal["id-1"]["step"], &world.journal["id-1"]["paid"]), (&json!("accepted"), &json!("yes")));
}

#[test]
fn a_taken_payment_ends_at_once_if_its_task_is_known() {
    let (mut world, request, paying) = about_to_pay();
    drop(world.receive(&request));
    let next = paying.answered(lost(None), world.now);
    let end = follow(&mut world, next, paying_is(lost(None)));
    let task = end.outcome.unwrap();
    assert_eq!((task.paid, end.pauses), (Paid::Yes, vec![]));
    assert_eq!(Value::of(&task.receipt.unwrap())["settled"], "chain");
}

/// A payment that is taken after three rounds. From the poll `known_at` on, the service knows its task, if ever.
fn taken_late(known_at: Option<usize>) -> (World, End) {
    let (mut world, request, paying) = about_to_pay();
    world.seller.knows_seed = false;
    let (mut rounds, mut looks) = (0, 0);
    let next = paying.answered(refused(), world.now);
    let end = follow(&mut world, next, |world, step| match step {
        Step::Sleep(ms, state) => {
            rounds += 1;
            if rounds == 3 {
                drop(world.receive(&request));
            }
            Err(Step::Sleep(ms, state))
        }
        Step::Send(_, Sent::Paying(paying)) => {
            assert!(rounds <= 3, "sent though it is known to be taken");
            Ok(paying.answered(lost(None), world.now))
        }
        Step::Send(request, Sent::Looking(looking)) => {
            assert!(request.url.ends_with(&format!("/{SEED}/status")) && request.patience == 10_000, "{request:?}");
            looks += 1;
            let is_known = known_at.is_some_and(|at| looks >= at);
            let said = if is_known { answer(202, json!({"status": "queued"})) } else { lost(None) };
            Ok(looking.looked(said, world.now))
        }
        step => Err(step),
    });
    (world, end)
}

#[test]
fn the_task_of_a_payment_that_was_taken_is_searched_for_a_minute() {
    let (world, end) = taken_late(None);
    assert_eq!(end.pauses, [1, 2, 4, 1, 2, 4, 8, 15, 15, 15], "three rounds before it was taken, and a minute");
    let Failure { error, receipt, cause } = end.outcome.unwrap_err();
    assert_eq!((error.code, error.paid, error.retry), (Code::TaskNotFound, Paid::Yes, Retry::Resume));
    let receipt = Value::of(&receipt.unwrap());
    assert_eq!((&receipt["settled"], cause), (&json!("chain"), None));
    let record = &world.journal["id-1"];
    assert_eq!((&record["step"], &record["paid"], &record["receipt"]), (&json!("signed"), &json!("yes"), &receipt));
    assert_eq!(record["payment"]["header"], Value::Null, "what was taken is never sent again");
}

#[test]
fn a_task_that_appears_late_belongs_to_the_payment_that_was_taken() {
    let (world, end) = taken_late(Some(7));
    assert_eq!(end.pauses, [1, 2, 4, 1, 2, 4], "not a round longer than needed");
    let task = end.outcome.unwrap();
    assert_eq!((task.task_id.as_str(), task.paid), (SEED, Paid::Yes));
    assert_eq!(Value::of(&task.receipt.unwrap())["settled"], "chain");
    assert_eq!(world.journal["id-1"]["paid"], "yes");
}

#[test]
fn a_task_named_by_any_response_is_looked_up() {
    let (mut world, _, paying) = about_to_pay();
    let mut answers = [
        (answer(402, DOCUMENTED), TASK),
        (answer(500, json!({"taskId": 17})), "17"),
        (answer(500, json!({"taskId": "../x"})), "17"),
    ]
    .into_iter();
    let mut expected = TASK;
    let mut looks = 0;
    let next = paying.answered(answer(500, json!({"taskId": TASK})), world.now);
    let end = follow(&mut world, next, |world, step| match step {
        Step::Send(_, Sent::Paying(paying)) => {
            let (answer, task) = answers.next().unwrap();
            expected = task;
            Ok(paying.answered(answer, world.now))
        }
        Step::Send(request, Sent::Looking(looking)) => {
            looks += 1;
            assert!(request.url.ends_with(&format!("/generation/{expected}/status")), "{}", request.url);
            Ok(looking.looked(answer(404, json!({"status": "not_found"})), world.now))
        }
        step => Err(step),
    });
    let error = end.error();
    assert!(looks > 4);
    assert_eq!((error.code, error.paid, error.task_id.as_deref()), (Code::PaymentRejected, Paid::No, Some("17")));
}

#[test]
fn a_status_response_proves_a_task_only_if_it_describes_one() {
    let failed = || answer(500, json!({"status": "failed", "error": "no luck"}));
    // Whether it counts as a task of a payment that was not taken, and of one that was.
    for (said, is_task, is_task_of_taken) in [
        (answer(202, json!({"status": "queued"})), true, true),
        (answer(200, json!({"status": "processing"})), true, true),
        (answer(200, json!({"status": "completed", "result": {}})), true, true),
        (failed(), false, true),
        (answer(200, json!({"status": "expired"})), false, true),
        (answer(200, json!({"message": "busy"})), false, true),
        (answer(200, "[]"), false, false),
        (answer(200, "<html>"), false, false),
        (answer(502, json!({"message": "busy"})), false, false),
        (answer(502, "<html>"), false, false),
        (answer(200, json!({"status": "not_found"})), false, false),
        (answer(404, json!({})), false, false),
        (lost(None), false, false),
    ] {
        for (is_taken, expected) in [(false, is_task), (true, is_task_of_taken)] {
            let (mut world, request, paying) = about_to_pay();
            if is_taken {
                drop(world.receive(&request));
            }
            let next = paying.answered(refused(), world.now);
            let end = follow(&mut world, next, |world, step| match step {
                Step::Send(_, Sent::Looking(looking)) => Ok(looking.looked(said.clone(), world.now)),
                Step::Send(_, Sent::Paying(paying)) => Ok(paying.answered(refused(), world.now)),
                step => Err(step),
            });
            assert_eq!(end.outcome.is_ok(), expected, "{said:?}, taken: {is_taken}");
            let paid = end.outcome.map_or_else(|failure| failure.error.paid, |task| task.paid);
            // A completed task is shown before the window has closed.
            let is_open = !is_taken && said.as_ref().is_ok_and(|answer| answer.body.text.contains("completed"));
            let known = if is_taken { Paid::Yes } else { Paid::No };
            assert_eq!(paid, if is_open { Paid::Unknown } else { known });
        }
    }
}

#[test]
fn other_wallets_only_change_the_error_about_a_silent_one() {
    let silent = Node { is_silent: true, ..Node::default() };
    let other = |claims| Node { lists_payer: false, claims: Some(claims), ..Node::default() };
    for (others, is_reported) in [(vec![], false), (vec![other(false)], false), (vec![other(true)], true)] {
        let (mut world, _, paying) = about_to_pay();
        world.nodes = std::iter::once(silent).chain(others).collect();
        let next = paying.answered(refused(), world.now);
        let error = follow(&mut world, next, paying_is(refused())).error();
        assert_eq!((error.code, error.paid), (Code::PaymentUnknown, Paid::Unknown));
        assert_eq!(world.now - NOW, 90_000, "as soon as the window has closed");
        assert_eq!(error.message.contains("reports that it was taken"), is_reported, "{}", error.message);
        assert!(error.message.contains("connect it to this page"), "{}", error.message);
    }
    for (claims, is_reported) in [(false, false), (true, true)] {
        let (mut world, _, _) = about_to_pay();
        world.nodes = vec![other(claims)];
        let error = follow(&mut world, resume("id-1".into()), paying_is(refused())).error();
        assert_eq!(error.code, Code::PaymentUnknown);
        assert_eq!(
            error.message.contains("reports that it was taken"),
            is_reported,
            "after a reload: {}",
            error.message
        );
    }
    let (mut world, _, paying) = about_to_pay();
    world.nodes = vec![Node::default(), other(true)];
    let next = paying.answered(refused(), world.now);
    let end = follow(&mut world, next, |world, step| match step {
        Step::FindWallets(Finding::Others(_)) => panic!("the payer's own wallet has answered"),
        Step::Send(_, Sent::Paying(paying)) => Ok(paying.answered(refused(), world.now)),
        step => Err(step),
    });
    assert_eq!(end.error().code, Code::PaymentRejected);
}

#[test]
fn aborting_after_the_payment_was_sent_is_never_reported_as_unpaid() {
    for is_taken in [false, true] {
        let (mut world, request, paying) = about_to_pay();
        world.seller.knows_seed = false;
        if is_taken {
            drop(world.receive(&request));
        }
        let (mut steps, mut taken) = (0, 0);
        let next = paying.answered(lost(None), world.now);
        follow(&mut world, next, |world, step| {
            if let Some(Failure { error, receipt, .. }) = step.given_up() {
                steps += 1;
                taken += usize::from(error.paid == Paid::Yes);
                assert_eq!((error.code, error.stage, error.retry), (Code::Aborted, Stage::Payment, Retry::Resume));
                assert_eq!(error.paid == Paid::Yes, receipt.is_some(), "{step:?}");
                assert!(error.paid != Paid::No && error.details.get("nonce").is_some(), "{step:?}");
            }
            match step {
                Step::Send(_, Sent::Paying(paying)) => Ok(paying.answered(lost(None), world.now)),
                step => Err(step),
            }
        });
        assert!(steps > 10 && (taken > 10) == is_taken, "{steps} {taken}");
    }
}

#[test]
fn aborting_reports_the_stage_of_the_purchase() {
    let options = json!({"confirm": true});
    let (mut world, mut next) = (good_world(&options), order(&options).begin::<Value>());
    let mut stages = Vec::new();
    while let Some(failure) = next.step.given_up() {
        stages.push(failure.error.stage);
        next = world.perform(next.step);
    }
    let wallet = [Stage::Wallet; 9];
    let all: Vec<Stage> = [Stage::Quote; 2].into_iter().chain(wallet).chain([Stage::Payment; 2]).collect();
    assert_eq!(stages, all);
}

#[test]
fn the_page_is_told_of_each_step_before_it() {
    let (mut world, mut next) = (good_world(&json!({})), order(&json!({})).begin::<Value>());
    let mut told: Vec<Value> = Vec::new();
    while !matches!(next.step, Step::Done(_)) {
        told.extend(next.notices.iter().map(|notice| Value::of(&notice)));
        next = world.perform(next.step);
    }
    let names: Vec<&str> = told.iter().map(|notice| notice["type"].as_str().unwrap()).collect();
    assert_eq!(names, ["quoted", "connected", "signing", "paying"]);
    assert_eq!(told[3]["nonce"], world.taken[0]);
    assert_eq!(told[2]["typedData"], world.signs[0]);
    assert_eq!(told[2]["digest"], digest(&world.signs[0]).to_string());
}

#[test]
fn a_quote_keeps_its_time_and_a_price_is_waited_for_five_minutes() {
    assert_eq!(order(&json!({})).probe().patience, 300_000);
    let Step::Recall(_, recalling) = order(&json!({})).begin_with(&quoted(&json!({})), NOW + 9_000).step else {
        panic!()
    };
    let begun = recalling.recalled(recalled(None));
    let [Notice::Quoted { quote }] = &begun.notices[..] else { panic!("{:?}", begun.notices) };
    assert_eq!((quote.quoted_at, quote.price.amount.as_str()), (NOW, "1.00"));
}

#[test]
fn only_a_402_is_a_sign_of_a_lost_header() {
    let (world, _, paying) = about_to_pay();
    let next = paying.answered(answer(500, DOCUMENTED), world.now);
    let [Notice::PaymentUnknown { reason, check_again_at }] = &next.notices[..] else { panic!("{:?}", next.notices) };
    assert!(reason.starts_with("the server answered 500 to the payment"), "{reason}");
    assert_eq!(*check_again_at, NOW + 90_000);
}

#[test]
fn an_id_chosen_by_the_page_ends_for_its_quote_too() {
    let (mut world, options) = (good_world(&json!({})), json!({}));
    let Ended::Outcome(Ok(_)) = world.play(order(&options).begin()) else { panic!() };
    for (key, value) in [("step", "done"), ("status", "failed")] {
        world.journal.get_mut("id-1").unwrap()[key] = value.into();
    }
    let Step::Recall(_, recalling) = order(&options).begin_with(&quoted(&options), NOW).step else { panic!() };
    let Step::Done(Err(failure)) = recalling.recalled(recalled(world.journal.get("id-1").cloned())).step else {
        panic!()
    };
    assert_eq!((failure.error.code, failure.error.retry), (Code::GenerationFailed, Retry::PaysAgain));
    assert_eq!(Value::of(&failure.receipt.unwrap()), world.journal["id-1"]["receipt"], "what was paid for it");
}

#[test]
fn a_silent_wallet_and_a_refusal_are_told_apart() {
    for (method, words) in [
        ("eth_requestAccounts", "to the connection"),
        ("eth_chainId", "to the question about its network"),
        ("wallet_switchEthereumChain", "to the network switch"),
        ("wallet_addEthereumChain", "to the request to add the network"),
    ] {
        let answers = |reply: Reply<Value>| {
            converse(move |q, n| match q.method {
                asked if asked == method => reply.clone(),
                "eth_chainId" if n < 3 => Ok(json!("0x1")),
                "wallet_switchEthereumChain" => Err(Some(json!({"code": 4902}))),
                _ => talk(q, 0),
            })
        };
        let silent = ended(answers(Err(None)).1);
        assert!(silent.message.contains(words), "{}", silent.message);
        let (asked, step) = answers(Err(Some(json!({"code": 4001}))));
        assert_eq!(asked.last(), Some(&method), "nothing is asked after a no");
        assert_eq!((ended(step).code, silent.paid), (Code::UserRejected, Paid::No));
    }
}

#[test]
fn a_thrown_value_becomes_the_cause_of_the_error() {
    let cause = |is_silent: bool| {
        let (mut world, _, paying) = about_to_pay();
        world.nodes = vec![Node { is_silent, ..Node::default() }];
        let next = paying.answered(lost(None), world.now);
        let failure = follow(&mut world, next, paying_is(lost(Some(204)))).outcome.unwrap_err();
        assert_eq!(failure.error.details.get("status"), Some(&204u64.into()), "of the answer that was lost");
        (failure.error.code, failure.cause)
    };
    assert_eq!(cause(false), (Code::PaymentRejected, Some(json!("lost"))));
    assert_eq!(cause(true), (Code::PaymentUnknown, Some(json!("lost"))));

    let thrown = |step: Step<Value>| {
        let Step::Done(Err(failure)) = step else { panic!("{step:?}") };
        (failure.error.code, failure.cause)
    };
    let probed = probing(&json!({})).answered::<Value>(lost(None), NOW).step;
    assert_eq!(thrown(probed), (Code::Network, Some(json!("lost"))));
    let (_, intent) = intending(&json!({}));
    let written = intent.written(Err(Some(json!("full"))), NOW).step;
    assert_eq!(thrown(written), (Code::UnsupportedEnvironment, Some(json!("full"))));
    let locked = json!({"code": 4100});
    let (_, step) = converse(|q, _| if q.method == "eth_chainId" { Err(Some(locked.clone())) } else { talk(q, 0) });
    assert_eq!(thrown(step).1, Some(locked));
}

#[test]
fn a_purchase_that_ended_unpaid_may_be_bought_under_the_same_id() {
    for step in ["abandoned", "signing"] {
        let mut record = intent_of_another("id-1");
        record["step"] = step.into();
        let Step::Recall(_, recalling) = order(&json!({})).begin::<Value>().step else { panic!() };
        let next = recalling.recalled(recalled(Some(record.clone()))).step;
        assert!(matches!(next, Step::Send(_, Sent::Probing(_))), "{step}: {next:?}");
        let Step::Recall(_, recalling) = resume::<Value>("id-1".into()).step else { panic!() };
        assert_eq!(
            ended(recalling.recalled(recalled(Some(record))).step).code,
            Code::TaskNotFound,
            "nothing to resume"
        );
    }
}

/// The explorer finds these defects in courses; this checks that each one makes a difference.
#[test]
fn every_defect_of_a_verdict_changes_what_is_reported_or_sent() {
    let end = |defect: Option<Defect>, node: Node, looked: &Answer<Value>| {
        let (mut world, first, paying) = about_to_pay();
        world.nodes = vec![node];
        defect::switch(defect);
        let mut is_same = true;
        let next = paying.answered(refused(), world.now);
        let End { outcome, .. } = follow(&mut world, next, |world, step| match step {
            Step::Send(_, Sent::Looking(looking)) => Ok(looking.looked(looked.clone(), world.now)),
            Step::Send(request, Sent::Paying(paying)) => {
                is_same &= request.method == first.method;
                Ok(paying.answered(refused(), world.now))
            }
            step => Err(step),
        });
        defect::switch(None);
        let is_task = outcome.is_ok();
        (is_task, outcome.map_or_else(|failure| failure.error.paid, |task| task.paid), world.now - NOW, is_same)
    };
    let (own, silent) = (Node::default(), Node { is_silent: true, ..Node::default() });
    let ahead = Node { ahead: 600, ..own };
    let (none, odd, queued) = (lost(None), json!({"status": "expired"}), json!({"status": "queued"}));
    for (defect, node, looked, told, otherwise) in [
        (Defect::WindowIgnored, own, none.clone(), (false, Paid::No, 90_000, true), (false, Paid::No, 0, true)),
        (Defect::MachineTimeIgnored, ahead, none.clone(), (false, Paid::No, 90_000, true), (false, Paid::No, 0, true)),
        (
            Defect::OddWordBelieved,
            own,
            answer(200, odd),
            (false, Paid::No, 90_000, true),
            (true, Paid::No, 90_000, true),
        ),
        (
            Defect::UnpaidTaskPaid,
            own,
            answer(202, queued),
            (true, Paid::No, 90_000, true),
            (true, Paid::Yes, 90_000, true),
        ),
        (
            Defect::AbandonedWithoutBlock,
            silent,
            none.clone(),
            (false, Paid::Unknown, 90_000, true),
            (false, Paid::No, 90_000, true),
        ),
        (Defect::AnotherResent, own, none, (false, Paid::No, 90_000, true), (false, Paid::No, 90_000, false)),
    ] {
        assert_eq!(end(None, node, &looked), told, "{defect:?}");
        assert_eq!(end(Some(defect), node, &looked), otherwise, "{defect:?}");
    }
}
