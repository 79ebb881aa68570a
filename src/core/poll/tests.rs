//! The wait, step by step.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const MINUTE: u64 = 60_000;

fn config(timeout: Option<u64>) -> Config {
    Config::read(&json!({"timeout": timeout})).unwrap()
}

fn accepted(paid: Paid) -> AcceptedTask<Value> {
    AcceptedTask { task_id: "t1".into(), receipt: None, paid, settlement: None }
}

fn begin(timeout: Option<u64>) -> Next<Value> {
    watch("id-1".into(), accepted(Paid::No), None, config(timeout), 7, 0)
}

/// A rest that ended like this: `{ hiddenSince?, returnedAt?, offline?, frozen?, due?, answer? }`.
pub(in crate::core) fn woken(told: &Value) -> Woken<Value> {
    let presence = Presence {
        hidden_since: told.whole_at("hiddenSince"),
        returned_at: told.whole_at("returnedAt").unwrap_or_default(),
        is_offline: told.is_true_at("offline"),
        is_frozen: told.is_true_at("frozen"),
    };
    Woken { presence, is_due: told.is_true_at("due"), answer: Json::get(told, "answer") }
}

fn answer(status: u16, body: &Value) -> Answer<Value> {
    Ok(HttpResponse { status, body: body.to_string().into(), ..HttpResponse::default() })
}

fn lost(is_cancelled: bool) -> Answer<Value> {
    Err(HttpFailure { status: None, cause: None, is_cancelled })
}

fn queued() -> Answer<Value> {
    answer(202, &json!({"status": "queued"}))
}

fn rest(step: Step<Value>) -> (u64, Waiting<Value>) {
    let Step::Rest(until, waiting) = step else { panic!("{step:?}") };
    (until, waiting)
}

/// The time of the next look, and the look.
fn look(next: Next<Value>) -> (u64, Looking<Value>) {
    let (until, waiting) = rest(next.step);
    let Step::Look(request, looking) = waiting.woke(woken(&json!({"due": true})), until).step else { panic!() };
    assert_eq!(request.url, "https://eliza.getimagine.club/generation/t1/status");
    (until, looking)
}

/// The result, once the journal has been written.
fn ended(step: Step<Value>) -> Result<TaskStatus<Value>, Failure<Value>> {
    match step {
        Step::Done(outcome) => outcome,
        Step::Write(.., noting) => ended(noting.written().step),
        step => panic!("{step:?}"),
    }
}

fn done(next: Next<Value>) -> Result<TaskStatus<Value>, Error> {
    ended(next.step).map_err(|failure| failure.error)
}

fn told(next: &Next<Value>) -> Vec<Value> {
    next.notices.iter().map(|notice| Value::of(&notice)).collect()
}

#[test]
fn a_deadline_brings_no_poll_before_the_servers_retry_after() {
    let busy = HttpResponse::<Value> { status: 429, retry_after: Some("60".into()), ..HttpResponse::default() };
    for (answer, is_looked_at) in [(busy, false), (HttpResponse { status: 500, ..HttpResponse::default() }, true)] {
        let watching = watch("id-1".into(), accepted(Paid::Yes), None, config(Some(20_000)), 7, 0);
        let Step::Rest(until, waiting) = watching.step else { panic!() };
        let Step::Look(_, looking) = waiting.woke(woken(&json!({"due": true})), until).step else { panic!() };
        let Step::Rest(mut until, mut waiting) = looking.answered(Ok(answer.clone()), until).step else { panic!() };
        while until < 20_000 {
            let Step::Look(_, looking) = waiting.woke(woken(&json!({"due": true})), until).step else { panic!() };
            let Step::Rest(later, next) = looking.answered(Ok(answer.clone()), until).step else { panic!() };
            (until, waiting) = (later, next);
        }
        assert_eq!(until, 20_000, "the deadline");
        match waiting.woke(woken(&json!({"due": true})), until).step {
            Step::Look(..) => assert!(is_looked_at),
            Step::Done(Err(failure)) => assert_eq!((failure.error.code, is_looked_at), (Code::WaitTimeout, false)),
            step => panic!("{step:?}"),
        }
    }
}

#[test]
fn a_late_poll_comes_before_the_timeout() {
    let (until, looking) = look(begin(Some(3_000)));
    assert_eq!(until, 3_000);
    let late = 9_000_000;
    let finished = looking.clone().answered(answer(200, &json!({"status": "completed", "result": {}})), late);
    assert!(done(finished).is_ok());
    assert_eq!(done(looking.clone().answered(queued(), late)).unwrap_err().code, Code::WaitTimeout);
    let missed = looking.answered(lost(false), late);
    assert_eq!(done(missed).unwrap_err().code, Code::WaitTimeout);
}

#[test]
fn a_page_that_slept_past_the_timeout_polls_once_more_before_it_times_out() {
    let (at, looking) = look(begin(Some(10 * MINUTE)));
    let (_, waiting) = rest(looking.answered(queued(), at).step);
    let next = waiting.woke(woken(&json!({"returnedAt": 90 * MINUTE})), 90 * MINUTE);
    let (_, looking) = look(next);
    assert_eq!(done(looking.answered(queued(), 90 * MINUTE)).unwrap_err().code, Code::WaitTimeout);
}

#[test]
fn an_aborted_wait_reports_what_is_known_about_the_money() {
    for paid in [Paid::No, Paid::Yes, Paid::Unknown] {
        let begin = || watch("id-1".into(), accepted(paid), None, config(None), 7, 0);
        let (_, waiting) = rest(begin().step);
        let resting = Step::Rest(0, waiting).given_up().unwrap().error;
        let Step::Look(request, looking) = rest(begin().step).1.woke(woken(&json!({"due": true})), MINUTE).step else {
            panic!()
        };
        let looking = Step::Look(request, looking).given_up().unwrap().error;
        for error in [resting, looking] {
            assert_eq!((error.code, error.paid, error.retry), (Code::Aborted, paid, Retry::Resume));
            assert_eq!(error.task_id.as_deref(), Some("t1"));
        }
    }
    let single = super::look::<Value>("t1", config(None), 0).unwrap();
    let error = single.given_up().unwrap().error;
    assert_eq!((error.code, error.paid), (Code::Aborted, Paid::Unknown), "a look knows of no payment");
}

#[test]
fn a_rest_that_throws_ends_the_wait_with_its_task_and_cause() {
    let (_, waiting) = rest(begin(None).step);
    let Step::Done(Err(failure)) = waiting.broke(json!("no timers")).step else { panic!() };
    let Failure { error, cause, .. } = failure;
    assert_eq!((error.code, error.retry), (Code::UnsupportedEnvironment, Retry::Resume));
    assert_eq!((error.task_id.as_deref(), cause), (Some("t1"), Some(json!("no timers"))));
}

#[test]
fn a_failed_wait_reports_what_was_paid() {
    let ways: [(Answer<Value>, Code, Retry); 3] = [
        (answer(500, &json!({"status": "failed", "error": "no luck"})), Code::GenerationFailed, Retry::PaysAgain),
        (queued(), Code::WaitTimeout, Retry::Resume),
        (lost(false), Code::WaitTimeout, Retry::Resume),
    ];
    for (said, code, retry) in ways {
        for paid in [Paid::Yes, Paid::No, Paid::Unknown] {
            let receipt = (paid != Paid::No).then(|| json!({"nonce": "0x07"}));
            let task = AcceptedTask { receipt: receipt.clone(), ..accepted(paid) };
            let (_, looking) = look(watch("id-1".into(), task, None, config(Some(3_000)), 7, 0));
            let failure = ended(looking.answered(said.clone(), 3_000).step).unwrap_err();
            let retry = if (code, paid) == (Code::GenerationFailed, Paid::No) { Retry::Safe } else { retry };
            assert_eq!((failure.error.code, failure.error.paid, failure.error.retry), (code, paid, retry));
            assert_eq!(failure.receipt.map(|proof| Value::of(&proof)), receipt);
            assert_eq!(failure.error.task_id.as_deref(), Some("t1"));
        }
    }
}

#[test]
fn a_task_may_be_unknown_only_at_first() {
    let not_found = || answer(404, &json!({"status": "not_found"}));
    let (_, looking) = look(begin(None));
    let (_, looking) = look(looking.answered(not_found(), FRESH_MS - 1));
    let (_, looking) = look(looking.answered(not_found(), FRESH_MS));
    assert_eq!(done(looking.answered(not_found(), FRESH_MS)).unwrap_err().code, Code::TaskNotFound);
}

#[test]
fn one_not_found_answer_does_not_lose_the_task() {
    let not_found = || answer(404, &json!(null));
    let (_, mut looking) = look(begin(None));
    for _ in 0..5 {
        looking = look(looking.answered(not_found(), FRESH_MS)).1;
        looking = look(looking.answered(not_found(), FRESH_MS)).1;
        looking = look(looking.answered(queued(), FRESH_MS)).1;
    }
}

#[test]
fn a_timeout_of_zero_is_one_poll() {
    let (until, looking) = look(begin(Some(0)));
    assert_eq!(until, 0);
    assert_eq!(done(looking.answered(queued(), 0)).unwrap_err().code, Code::WaitTimeout);
}

#[test]
fn an_unanswered_poll_times_out() {
    for (timeout, at, patience) in
        [(None, 5_000, PATIENCE_MS), (Some(9_000), 5_000, 4_000), (Some(5_000), 5_000, LAST_LOOK_MS)]
    {
        let (_, waiting) = rest(begin(timeout).step);
        let Step::Look(request, _) = waiting.woke(woken(&json!({"due": true})), at).step else { panic!() };
        assert_eq!(request.patience, patience, "{timeout:?}");
    }
}

#[test]
fn errors_are_reported_with_the_time_until_the_next_try() {
    let (at, looking) = look(begin(None));
    let next = looking.answered(answer(502, &json!(null)), at);
    let [retrying] = &told(&next)[..] else { panic!() };
    let (until, _) = rest(next.step);
    assert_eq!((&retrying["type"], &retrying["attempt"]), (&json!("retrying"), &json!(1)));
    assert_eq!(retrying["inMs"], until - at);
}

#[test]
fn a_single_look_never_polls_twice() {
    let look = |answer| {
        let Step::Look(request, looking) = super::look("t1", config(None), 0).unwrap() else { panic!() };
        assert_eq!(request.patience, PATIENCE_MS);
        done(looking.answered(answer, 0))
    };
    assert!(matches!(look(queued()), Ok(TaskStatus::Queued { .. })));
    assert!(matches!(look(answer(500, &json!({"status": "failed", "error": "no"}))), Ok(TaskStatus::Failed { .. })));
    for (answer, code) in [
        (answer(502, &json!("<html>")), Code::Http),
        (answer(200, &json!([])), Code::BadResponse),
        (lost(false), Code::Network),
    ] {
        let error = look(answer).unwrap_err();
        assert_eq!((error.code, error.paid, error.retry), (code, Paid::Unknown, Retry::Safe));
    }
    let thrown = Err(HttpFailure { status: None, cause: Some(json!("no network")), is_cancelled: false });
    let looking = super::look::<Value>("t1", config(None), 0).unwrap();
    let Step::Look(_, looking) = looking else { panic!("at once") };
    let Step::Done(failed) = looking.answered(thrown, 0).step else { panic!("one look") };
    assert_eq!(failed.unwrap_err().cause, Some(json!("no network")));
    assert_eq!(super::look::<Value>("..", config(None), 0).unwrap_err().code, Code::InvalidRequest);
}

#[test]
fn the_result_from_the_journal_is_shown_if_the_service_has_none() {
    let kept = json!({"video": {"url": "https://x/v.mp4"}, "heardAt": 5});
    let look = |answer: Answer<Value>| {
        let begun = watch("id-1".into(), accepted(Paid::Yes), Some(kept.clone()), config(None), 7, 0);
        let Step::Look(_, looking) = begun.step else { panic!("at once") };
        done(looking.answered(answer, 0)).unwrap()
    };
    let gone = answer(404, &json!({"status": "not_found"}));
    let odd = answer(200, &json!({"status": "archived"}));
    for answer in [gone, odd, answer(502, &json!("<html>")), queued(), lost(false), lost(true)] {
        let TaskStatus::Kept { task_id, progress: 100, result } = look(answer) else { panic!() };
        assert_eq!((task_id.as_str(), &result), ("t1", &kept));
    }
    let fresh = json!({"status": "completed", "result": {}});
    let bytes_alone = json!({"text": "a boat", "heardAt": 5});
    let begun = watch("id-1".into(), accepted(Paid::Yes), Some(bytes_alone), config(None), 7, 0);
    let Step::Look(_, looking) = begun.step else { panic!("at once") };
    let gone = done(looking.answered(answer(404, &json!({"status": "not_found"})), 0)).unwrap();
    assert!(matches!(gone, TaskStatus::Kept { .. }), "what is left is better than nothing");
    assert!(matches!(look(answer(200, &fresh)), TaskStatus::Completed { .. }), "its own answer is newer");
}

/// What is written to the journal, and under which id.
fn noted(step: Step<Value>) -> Option<(String, AcceptedTask<Value>, Ended<Value>)> {
    let Step::Write(id, change, _) = step else { return None };
    let Change::Finish { task, ended } = *change else { panic!("{change:?}") };
    Some((id, task, ended))
}

#[test]
fn the_end_of_a_task_is_recorded_before_it_is_reported_to_the_page() {
    let task = || AcceptedTask { receipt: Some(json!({"nonce": "0x07"})), ..accepted(Paid::Yes) };
    let waited = |answer: Answer<Value>, now: u64| {
        let (_, looking) = look(watch("id-1".into(), task(), None, config(None), 7, 0));
        looking.answered(answer, now).step
    };
    let refreshed = |answer: Answer<Value>| {
        let Step::Look(_, looking) = refresh("id-1".into(), task(), config(None), 0) else { panic!("at once") };
        looking.answered(answer, 9).step
    };
    let completed = || answer(200, &json!({"status": "completed", "result": {"video": "https://x/v.mp4"}}));
    let failed = || answer(500, &json!({"status": "failed", "error": "no"}));
    for (step, status) in [
        (waited(completed(), 9), "completed"),
        (waited(failed(), 9), "failed"),
        (refreshed(completed()), "completed"),
        (refreshed(failed()), "failed"),
    ] {
        let (id, told, ended) = noted(step).unwrap();
        assert_eq!((id.as_str(), told, ended.status.as_str(), ended.heard_at), ("id-1", task(), status, 9));
        let result = ended.result.map(|result| json!([result["taskId"], result["video"]["url"]]));
        assert_eq!(result, (status == "completed").then(|| json!(["t1", "https://x/v.mp4"])));
    }
    let gone = || answer(404, &json!({"status": "not_found"}));
    for goes_on in [queued(), gone(), answer(502, &json!("<html>")), lost(false)] {
        assert!(noted(waited(goes_on.clone(), 9)).is_none() && noted(refreshed(goes_on)).is_none());
    }
    let Step::Look(_, looking) = super::look::<Value>("t1", config(None), 0).unwrap() else { panic!("at once") };
    assert!(noted(looking.answered(completed(), 9).step).is_none(), "of whose purchase nobody knows");
}

#[test]
fn a_task_that_the_service_has_lost_is_recorded_once_the_wait_gives_up() {
    let mut next = begin(None);
    let mut now = 0;
    let noted = loop {
        let (at, looking) = look(next);
        now = at.max(now);
        next = looking.answered(answer(404, &json!({"status": "not_found"})), now);
        match next.step {
            Step::Rest(..) => {}
            step => break noted(step).unwrap(),
        }
    };
    assert!(now >= FRESH_MS);
    assert_eq!((noted.0.as_str(), noted.2.status.as_str(), noted.2.result), ("id-1", "not_found", None));
}

#[test]
fn an_answer_to_another_tab_counts_here_as_well() {
    let (_, waiting) = rest(begin(None).step);
    let shared = |status: u16, body: Value| json!({"answer": {"status": status, "body": body.to_string()}});
    let next = waiting.clone().woke(woken(&shared(202, json!({"status": "processing", "progress": 30}))), 3_000);
    assert_eq!(told(&next)[0]["status"]["progress"], 30);
    assert!(rest(next.step).0 > 3_000 + 10_000, "it is no time to look again");
    assert!(done(waiting.clone().woke(woken(&shared(200, json!({"status": "completed"}))), 3_000)).is_ok());
    let failed = waiting.clone().woke(woken(&shared(500, json!({"status": "failed", "error": "no"}))), 3_000);
    assert_eq!(done(failed).unwrap_err().code, Code::GenerationFailed);
    for nonsense in [
        json!({"answer": 1}),
        json!({"answer": {"status": -1, "body": ""}}),
        json!({"answer": {"status": 200}}),
        json!(null),
    ] {
        assert!(matches!(waiting.clone().woke(woken(&nonsense), 3_000).step, Step::Rest(..)), "{nonsense}");
    }
}

#[test]
fn the_page_is_told_once_when_polling_slows_down_and_once_when_it_resumes() {
    let (_, waiting) = rest(begin(None).step);
    let mut waiting = waiting;
    let mut said = Vec::new();
    for (now, presence) in [
        (1_000, json!({"offline": true})),
        (2_000, json!({"offline": true, "hiddenSince": 2_000})),
        (3_000, json!({"returnedAt": 3_000})),
        (4_000, json!({"hiddenSince": 4_000})),
        (4_000 + 5 * MINUTE, json!({"hiddenSince": 4_000})),
        (4_000 + 6 * MINUTE, json!({"hiddenSince": 4_000, "frozen": true})),
        (4_000 + 7 * MINUTE, json!({"returnedAt": 4_000 + 7 * MINUTE})),
        (4_000 + 8 * MINUTE, json!({"hiddenSince": 4_000 + 8 * MINUTE, "frozen": true})),
    ] {
        let next = waiting.woke(woken(&presence), now);
        said.extend(told(&next));
        waiting = rest(next.step).1;
    }
    let event = |kind: &str, why: &str| json!({"type": kind, "why": why});
    assert_eq!(
        said,
        [
            event("paused", "offline"),
            event("resumed", "offline"),
            event("paused", "hidden"),
            event("resumed", "hidden"),
            event("paused", "frozen")
        ]
    );
}

#[test]
fn a_cancelled_poll_is_not_an_error() {
    let (at, looking) = look(begin(None));
    let next = looking.answered(lost(true), at + 100);
    assert!(next.notices.is_empty());
    let (until, waiting) = rest(next.step);
    assert!(until > at + 2_000, "the page that is left is quiet");
    let (again, _) = look(waiting.woke(woken(&json!({"returnedAt": at + 1_000})), at + 1_000));
    assert_eq!(again, at + 1_000, "the page that returns looks at once");
}

proptest! {
    /// Whatever the server responds and the page does, the wait ends by its deadline, never without a last look, and
    /// its end is reported once.
    #[test]
    fn every_wait_ends(events in prop::collection::vec((0u8..9, 0u64..2_000_000), 0..200), timeout in 0u64..2_000_000) {
        let mut now = 0;
        let mut next = begin(Some(timeout));
        let mut events = events.into_iter();
        let mut looked_at = None;
        loop {
            next = match next.step {
                Step::Read(..) => panic!("a wait knows its task"),
                Step::Write(.., noting) => noting.written(),
                Step::Rest(until, waiting) => {
                    prop_assert!(until <= timeout, "{until}");
                    match events.next() {
                        Some((0, wait)) => {
                            now += wait;
                            waiting.woke(woken(&json!({"returnedAt": now})), now)
                        }
                        Some((1, wait)) => {
                            now += wait;
                            waiting.woke(woken(&json!({"hiddenSince": now, "frozen": wait % 2 == 0, "offline": wait % 3 == 0})), now)
                        }
                        Some((2, wait)) => {
                            now += wait;
                            looked_at = Some(now);
                            let shared = json!({"status": 202, "body": "{\"status\": \"queued\"}"});
                            waiting.woke(woken(&json!({"answer": shared})), now)
                        }
                        _ => {
                            now = now.max(until);
                            waiting.woke(woken(&json!({"due": true})), now)
                        }
                    }
                }
                Step::Look(request, looking) => {
                    prop_assert!(request.patience <= PATIENCE_MS);
                    looked_at = Some(now);
                    match events.next() {
                        Some((0, _)) => looking.answered(queued(), now),
                        Some((1, _)) => looking.answered(answer(202, &json!({"status": "processing", "progress": 5})), now),
                        Some((2, _)) => looking.answered(answer(200, &json!({"status": "novel"})), now),
                        Some((3, _)) => looking.answered(answer(502, &json!("<html>")), now),
                        Some((4, _)) => looking.answered(answer(404, &json!({"status": "not_found"})), now),
                        Some((5, _)) => looking.answered(lost(true), now),
                        _ => looking.answered(lost(false), now),
                    }
                }
                Step::Done(outcome) => {
                    let code = outcome.unwrap_err().error.code;
                    prop_assert!(matches!(code, Code::WaitTimeout | Code::TaskNotFound), "{code:?}");
                    prop_assert!(code != Code::WaitTimeout || looked_at >= Some(timeout), "{looked_at:?}");
                    break;
                }
            };
        }
    }
}
