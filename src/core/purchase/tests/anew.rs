//! An id names one purchase: what happens when its generation has failed, or another page has paid for it.

use super::{
    world::{Ended, World},
    *,
};
use crate::core::uuid;

/// A world in which the generation of that purchase has failed.
fn failed_world(id: &str) -> World {
    let mut world = good_world(&json!({}));
    let Ended::Outcome(Ok(_)) = world.play(order(&json!({})).begin()) else { panic!() };
    let mut record = world.journal.remove("id-1").unwrap();
    for (key, value) in [("id", json!(id)), ("step", json!("done")), ("status", json!("failed"))] {
        record[key] = value;
    }
    world.journal.insert(id.into(), record);
    world
}

/// An order whose id the library generated, and its quote.
fn quoted_order() -> (Order, Value) {
    let request = Request::read(&json!({"prompt": "a boat"}), TASK.into()).unwrap();
    let order = Order { request, ..order(&json!({})) };
    let quote = priced(&order, answer(402, DOCUMENTED)).0.unwrap();
    (order, Value::of(&quote))
}

/// The same, after a trip to the page and back.
fn again() -> (Order, Value) {
    let (_, quote) = quoted_order();
    let request = Request::read(&json!({"prompt": "a boat", "id": TASK}), "fresh".into()).unwrap();
    (Order { request, ..order(&json!({})) }, quote)
}

#[test]
fn an_id_chosen_by_the_page_ends_with_its_generation() {
    let mut world = failed_world("id-1");
    for (paid, retry) in [("yes", Retry::PaysAgain), ("no", Retry::Safe)] {
        world.journal.get_mut("id-1").unwrap()["paid"] = paid.into();
        let Ended::Outcome(Err(error)) = world.play(order(&json!({})).begin()) else { panic!() };
        assert_eq!((error.code, error.paid.name().as_str(), error.retry), (Code::GenerationFailed, paid, retry));
        assert!(error.message.contains("another `id`"), "{}", error.message);
        assert_eq!(error.task_id.as_deref(), Some(SEED));
    }
    let Ended::Outcome(Ok(task)) = world.play(resume("id-1".into())) else { panic!() };
    assert_eq!(task.task_id, SEED, "what resumes it is told by its wait");
    assert_eq!(world.signs.len(), 1);
}

#[test]
fn a_quote_whose_generation_failed_buys_again_but_only_once() {
    let mut world = failed_world(TASK);
    let begin = || {
        let (order, quote) = again();
        order.begin_with::<Value>(&quote, NOW)
    };
    let next = uuid::derived(TASK);
    let Step::Recall(_, recalling) = begin().step else { panic!() };
    let Step::Recall(id, recalling) = recalling.recalled(recalled(world.journal.get(TASK).cloned())).step else {
        panic!()
    };
    assert_eq!(id, next);
    assert!(recalling.is_payable::<Value>() && !recalling.is_fresh(), "it may have been begun before");
    let sought = recalling.recalled(recalled(None));
    assert!(matches!(sought.notices[..], [Notice::Quoted { .. }]), "at the price that was agreed");
    let Step::FindWallets(Finding::Payer(choosing)) = sought.step else { panic!() };
    let request = &choosing.deal.order.request;
    assert_eq!((request.id(), request.seed()), (next.as_str(), next.as_str()));

    // It was bought again, and the response was lost: the same quote resumes that, and does not pay a third time.
    let mut record = world.journal[TASK].clone();
    for (key, value) in [("id", json!(next)), ("step", json!("accepted")), ("status", Value::Null)] {
        record[key] = value;
    }
    world.journal.insert(next.clone(), record);
    let Ended::Outcome(Ok(_)) = world.play(begin()) else { panic!() };
    assert_eq!(world.signs.len(), 1);
    world.journal.get_mut(&next).unwrap()["step"] = "done".into();
    world.journal.get_mut(&next).unwrap()["status"] = "failed".into();
    let Step::Recall(_, first) = begin().step else { panic!() };
    let Step::Recall(_, second) = first.recalled(recalled(world.journal.get(TASK).cloned())).step else { panic!() };
    let Step::Recall(third, _) = second.recalled(recalled(world.journal.get(&next).cloned())).step else { panic!() };
    assert_eq!(third, uuid::derived(&next), "and when that has failed too, the next one");
}

#[test]
fn a_quote_that_another_page_paid_is_not_paid_again() {
    let (order, quote) = quoted_order();
    assert!(order.request.is_fresh());
    let mut paid = good_world(&json!({}));
    let Ended::Outcome(Ok(_)) = paid.play(super::order(&json!({})).begin()) else { panic!() };
    for (step, is_taken_up) in [("accepted", true), ("abandoned", false)] {
        let mut record = paid.journal["id-1"].clone();
        record["id"] = TASK.into();
        record["step"] = step.into();
        // The id is fresh, so the journal is only read with the first write.
        let (mut world, mut next) = (good_world(&json!({})), order.clone().begin_with::<Value>(&quote, NOW));
        let outcome = loop {
            next = match next.step {
                Step::Write(id, change, intent @ Writing::Intent(_)) => {
                    let written = change.apply(&id, Some(&record), &[]).1;
                    break intent.written(Ok(written), NOW).step;
                }
                step => world.perform(step),
            };
        };
        match outcome {
            Step::Done(Ok(task)) => assert!(is_taken_up && task.task_id == SEED),
            Step::DrawNonce(_) => assert!(!is_taken_up),
            step => panic!("{step:?}"),
        }
    }
}

#[test]
fn a_quote_tells_whether_the_library_generated_its_id() {
    let named = order(&json!({}));
    let quote = priced(&named, answer(402, DOCUMENTED)).0.unwrap();
    assert!(!quote::drew(&Value::of(&quote), "id-1"));
    let (_, drawn) = quoted_order();
    assert!(quote::drew(&drawn, TASK) && !quote::drew(&drawn, "id-1"), "of that id alone");
}
