//! Checks the README's table of errors against the ways to reach each code.

use std::sync::LazyLock;

use super::{
    recovery::{about_to_pay, refused_for_good},
    *,
};
use crate::core::{assets::ASSETS, balance, error::ErrorFields, image, journal, poll, rejection};

/// A row of the table: its codes, what they say about money, and what to do next.
struct Row {
    codes: Vec<&'static str>,
    paid: Vec<&'static str>,
    retry: Vec<&'static str>,
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(table);

fn table() -> Vec<Row> {
    const README: &str = include_str!("../../../../README.md");
    let (_, section) = README.split_once("\n## Errors\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `") && !line.starts_with("| `code`"));
    let list = |cell: &'static str| cell.split(',').map(|word| word.trim().trim_matches('`')).collect();
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.split('|').collect();
        Row { codes: list(cells[1]), paid: list(cells[2]), retry: list(cells[3]) }
    };
    rows.map(row).collect()
}

/// What the text above the table says about every code: a purchase that may have been paid before is looked up, and so
/// is a task.
/// a task.
fn is_said_above_the_table(error: &ErrorFields) -> bool {
    let may_be_paid_before = error.paid == Paid::Unknown && matches!(error.stage, Stage::Request | Stage::Quote);
    let is_of_a_task = error.stage == Stage::Wait && error.task_id.is_some() && error.code != Code::GenerationFailed;
    error.retry == Retry::Resume && (may_be_paid_before || is_of_a_task)
}

/// Whether the table describes the error as it is.
pub(super) fn is_listed(error: &ErrorFields) -> bool {
    let (code, paid, retry) = (error.code.name(), error.paid.name(), error.retry.name());
    let says = |row: &Row| row.paid.iter().any(|word| *word == paid) && row.retry.iter().any(|word| *word == retry);
    is_said_above_the_table(error) || TABLE.iter().any(|row| row.codes.iter().any(|word| *word == code) && says(row))
}

/// A purchase whose journal, wallet and page behave as the test needs, up to the first step that the test wants to end.
fn until(options: &Value, end: impl Fn(Step<Value>) -> Result<Error, Step<Value>>) -> Error {
    let (mut world, mut next) = (good_world(options), order(options).begin::<Value>());
    loop {
        match end(next.step) {
            Ok(error) => return error,
            Err(step) => next = world.perform(step),
        }
    }
}

fn priced(status: u16, body: &str) -> Error {
    ended(refused(probing(&json!({})), &answer(status, body)))
}

/// The wallet answers one method like this.
fn wallet(method: &'static str, reply: Reply<Value>) -> Error {
    ended(converse(|q, _| if q.method == method { reply.clone() } else { talk(q, 0) }).1)
}

fn task(paid: bool) -> AcceptedTask<Value> {
    AcceptedTask {
        task_id: TASK.into(),
        receipt: paid.then(|| json!({})),
        paid: if paid { Paid::Yes } else { Paid::No },
        settlement: None,
    }
}

/// A task that ends like this, or is never finished.
fn waited(paid: bool, status: u16, body: &Value) -> Error {
    let mut step =
        poll::watch("id-1".into(), task(paid), None, Config::read(&json!({"timeout": 600_000})).unwrap(), 7, NOW).step;
    loop {
        step = match step {
            poll::Step::Read(..) => panic!("a wait knows its task"),
            poll::Step::Rest(until, waiting) => waiting.woke(poll::tests::woken(&json!({"due": true})), until).step,
            poll::Step::Look(_, looking) => looking.answered(answer(status, body), NOW + 600_000).step,
            poll::Step::Write(.., noting) => noting.written().step,
            poll::Step::Done(outcome) => return outcome.unwrap_err().error,
        };
    }
}

fn looked(answer: Answer<Value>) -> Error {
    let poll::Step::Look(_, looking) = poll::look::<Value>(TASK, Config::read(&json!({})).unwrap(), NOW).unwrap()
    else {
        panic!()
    };
    let poll::Step::Done(outcome) = looking.answered(answer, NOW).step else { panic!() };
    outcome.unwrap_err().error
}

/// The error of a balance request when the wallet answers like this.
fn counted(reply: Reply<Value>) -> Error {
    let balance::Step::Ask(_, reading) = balance::read::<Value>(&ASSETS[0], None, 1) else { panic!() };
    let balance::Step::Done(outcome) = reading.answered(reply) else { panic!() };
    outcome.unwrap_err().error
}

/// Nothing can read the chain, so nothing becomes certain.
fn unsettled(answer: &Answer<Value>) -> Error {
    let (mut world, _, paying) = about_to_pay();
    let mut next = paying.answered(answer.clone(), world.now);
    loop {
        next = match next.step {
            Step::Done(outcome) => return outcome.unwrap_err().error,
            Step::Send(_, Sent::Paying(paying)) => paying.answered(answer.clone(), world.now),
            Step::AskAll(questions, reading @ Gathered::Reading(_)) => {
                reading.answered(vec![Err(None); questions.len()], world.now)
            }
            step => world.perform(step),
        };
    }
}

/// The token has taken the payment, and the service never names a task.
fn taken_without_a_task() -> Error {
    let (mut world, request, paying) = about_to_pay();
    world.seller.knows_seed = false;
    drop(world.receive(&request));
    let mut next = paying.answered(lost(None), world.now);
    loop {
        next = match next.step {
            Step::Done(outcome) => return outcome.unwrap_err().error,
            step => world.perform(step),
        };
    }
}

/// Each way to an error of the core, with the `details` that the table names for it.
fn ways() -> Vec<(Error, &'static [&'static str])> {
    const ANSWERED: &[&str] = &["status", "body"];
    const REFUSED: &[&str] = &["status", "body", "reason"];
    const PAYMENT: &[&str] = &["id", "payer", "nonce", "validBefore"];
    let own = with(json!({"payTo": PAYER.to_string()}));
    let own_account = {
        let Step::FindWallets(Finding::Payer(choosing)) = probing(&json!({})).answered(answer(402, own), NOW).step
        else {
            panic!()
        };
        let Step::Ask(_, _, Asked::Talking(connecting)) = choosing.found(1).step else { panic!() };
        ended(connecting.answered(Ok(json!([PAYER.to_string()]))).step)
    };
    let wallets = |count: usize| {
        let priced = probing(&json!({})).answered(answer(402, DOCUMENTED), NOW).step;
        let Step::FindWallets(Finding::Payer(choosing)) = priced else { panic!() };
        ended(choosing.found(count).step)
    };
    let taken_up = |record: Value| {
        let Step::Recall(_, recalling) = order(&json!({})).begin::<Value>().step else { panic!() };
        ended(recalling.recalled(recalled(Some(record))).step)
    };
    let resumed = || {
        let Step::Recall(_, recalling) = resume::<Value>("id-1".into()).step else { panic!() };
        ended(recalling.recalled(recalled(None)).step)
    };
    let confirmed = |said: Result<bool, Value>| {
        until(&json!({"confirm": true}), |step| match step {
            Step::Confirm(_, confirming) => Ok(ended(confirming.answered(said.clone(), NOW).step)),
            step => Err(step),
        })
    };
    let written = |outcome: Result<Value, Option<Value>>| {
        until(&json!({"budget": {"amount": "1.50", "per": "day"}}), |step| match step {
            Step::Write(_, change, intent @ Writing::Intent(_)) => {
                let Change::Intend(mut wish) = *change else { panic!() };
                wish.owner.is_alone = false;
                let written = outcome.clone().map(|record| noted(&Change::Intend(wish), &[record]));
                Ok(ended(intent.written(written, NOW).step))
            }
            step => Err(step),
        })
    };
    let signing = |record: Option<Value>| {
        until(&json!({}), |step| match step {
            Step::Write(id, change, writing @ Writing::Payment(..)) => {
                let written = change.apply(&id, record.as_ref(), &[]).1;
                Ok(ended(writing.written(Ok(written), NOW).step))
            }
            step => Err(step),
        })
    };
    let forgetting = |record: &Value| match (Change::Forget { now: NOW }).apply("id-1", Some(record), &[]) {
        (Put::Keep, Written::Refused(error)) => error,
        other => panic!("{other:?}"),
    };
    let signed_as = |answer: Reply<Value>| {
        until(&json!({}), |step| match step {
            Step::Ask(_, _, Asked::Signing(signing)) => Ok(ended(signing.answered(answer.clone()).step)),
            step => Err(step),
        })
    };
    let other = intent_of_another("id-2");
    let mut under_way = good_world(&json!({}));
    let mut next = order(&json!({})).begin::<Value>();
    while !matches!(next.step, Step::Send(_, Sent::Paying(_))) {
        next = under_way.perform(next.step);
    }
    let dear = with(json!({"maxAmountRequired": "9000000"}));
    let third = with(json!({})).replace("\"x402Version\":1", "\"x402Version\":3");
    let failed = json!({"status": "failed", "error": "no luck"});
    let refusal = HttpResponse { status: 402, body: r#"{"error":"no"}"#.into(), ..HttpResponse::default() };
    let given_up = |step: &Step<Value>| step.given_up().unwrap().error;
    let (_, request, paying) = about_to_pay();
    vec![
        (Error::invalid("bad input"), &[]),
        (wallet("eth_getBlockByNumber", block_at(NOW + 40 * 86_400_000)), &["chain", "machine"]),
        (poll::look::<Value>("..", Config::read(&json!({})).unwrap(), NOW).unwrap_err(), &[]),
        (
            taken_up({
                let mut record = intent_of_another("id-1");
                record["order"]["fingerprint"] = "another".into();
                record
            }),
            &[],
        ),
        (image::check_url("cat.png").unwrap_err(), &[]),
        (
            until(&json!({}), |step| match step {
                Step::DrawNonce(drawing) => Ok(ended(drawing.drawn::<Value>(None, NOW).step)),
                step => Err(step),
            }),
            &[],
        ),
        (written(Err(Some(json!("full")))), &[]),
        (written(Ok(intent_of_another("id-1"))), &[]),
        (signing(None), &[]),
        (signing(Some(intent_of_another("id-1"))), &[]),
        (forgetting(&under_way.journal["id-1"]), &[]),
        (journal::unreadable(&json!({"id": "id-1"})), &["id"]),
        (journal::unshown(Value::Null).error, &[]),
        (journal::unstored(), &[]),
        (journal::given_up(), &[]),
        (taken_up(json!({"id": "id-1", "step": "odd"})), &["id"]),
        (
            priced(402, &with(json!({"outputSchema": {"input": {"bodyFields": {"agentId": {"required": true}}}}}))),
            &["problems"],
        ),
        (ended(probing(&json!({})).answered::<Value>(lost(None), NOW).step), &[]),
        (looked(lost(None)), &[]),
        (priced(400, r#"{"error":"no"}"#), REFUSED),
        (priced(502, "<html>"), ANSWERED),
        (looked(answer(503, r#"{"error":"no"}"#)), REFUSED),
        (priced(200, r#"{"error":"no"}"#), REFUSED),
        (priced(402, r#"{"error":"no"}"#), REFUSED),
        (looked(answer(200, "[]")), ANSWERED),
        (wallets(0), &[]),
        (wallets(2), &[]),
        (wallet("eth_requestAccounts", Err(None)), &[]),
        (wallet("eth_requestAccounts", Err(Some(json!({"code": -32002})))), &[]),
        (wallet("eth_requestAccounts", Ok(json!([]))), &[]),
        (wallet("eth_requestAccounts", Err(Some(json!({"code": 4100})))), &[]),
        (wallet("eth_chainId", Err(None)), &[]),
        (wallet("eth_chainId", Ok(json!({}))), &[]),
        (wallet("eth_chainId", Err(Some(json!({"code": 4200})))), &["walletCode"]),
        (counted(Err(None)), &[]),
        (counted(Ok(json!("0x1"))), &[]),
        (rejection::read(&json!({"code": 4900}), "the signature"), &[]),
        (signed_as(Err(Some(json!({"code": 4001})))), &[]),
        (confirmed(Ok(false)), &[]),
        (confirmed(Err(json!("thrown"))), &[]),
        (wallet("eth_chainId", Ok(json!("0x1"))), &[]),
        (wallet("eth_chainId", Err(Some(json!({"code": 4901})))), &[]),
        (priced(402, &with(json!({"scheme": "upto"}))), &["offers"]),
        (priced(402, &third), &["offers"]),
        (priced(402, r#"{"x402Version":1,"accepts":[],"error":"sold out"}"#), &["offers", "reason"]),
        (own_account, &["offers"]),
        (priced(402, &dear), &["price", "cap"]),
        (written(Ok(other)), &["budget", "left", "price", "resetsAt"]),
        (
            until(&json!({"budget": {"amount": "0.50", "per": "day"}}), |step| match step {
                Step::Write(_, change, intent @ Writing::Intent(_)) => {
                    Ok(ended(intent.written(Ok(noted(&change, &[])), NOW).step))
                }
                step => Err(step),
            }),
            &["budget", "left", "price"],
        ),
        (wallet("eth_call", Ok(json!(format!("0x{:064x}", 5)))), &["have", "need", "address", "network"]),
        (signed_as(Ok(json!("0x"))), &[]),
        (signed_as(Err(None)), &[]),
        (refused_for_good(&refusal), REFUSED),
        (refused_for_good(&refusal), PAYMENT),
        (unsettled(&lost(None)), PAYMENT),
        (unsettled(&answer(402, r#"{"error":"no"}"#)), REFUSED),
        (waited(true, 500, &failed), &["reason"]),
        (waited(false, 200, &failed), &["reason"]),
        (waited(true, 202, &json!({"status": "queued"})), &[]),
        (waited(false, 202, &json!({"status": "queued"})), &[]),
        (waited(true, 404, &json!({"status": "not_found"})), &[]),
        (taken_without_a_task(), PAYMENT),
        (resumed(), &[]),
        (given_up(&order(&json!({})).begin::<Value>().step), &[]),
        (given_up(&order(&json!({})).ask_price::<Value>().step), &[]),
        (
            poll::watch("id-1".into(), task(true), None, Config::read(&json!({})).unwrap(), 7, NOW)
                .step
                .given_up()
                .unwrap()
                .error,
            &[],
        ),
        (given_up(&Step::Send(request, Sent::Paying(paying))), PAYMENT),
    ]
}

/// The names of the details that the public types declare for a code.
fn declared_details(code: &str) -> Vec<&'static str> {
    const TYPES: &str = include_str!("../../../../js/types.ts");
    let from = |begins: &str| TYPES.split_once(begins).unwrap_or_else(|| panic!("no {begins}")).1;
    let details = from("export interface ErrorDetails {").split_once("\n}").unwrap().0;
    let Some(line) = details.lines().find(|line| line.trim_start().starts_with(&format!("{code}: "))) else {
        return Vec::new();
    };
    let types = line.split(|letter: char| !letter.is_alphanumeric());
    let texts = types.filter_map(|name| {
        let block = TYPES.split_once(&format!("export interface {name} {{"))?.1;
        Some(block.split_once("\n}").unwrap().0)
    });
    let names = texts
        .flat_map(|text| text.split(['{', ';', '\n']))
        .filter_map(|member| member.split_once(':').map(|(name, _)| name.trim().trim_end_matches('?')));
    names.collect()
}

#[test]
fn the_types_declare_each_detail_of_each_error() {
    for (error, _) in ways() {
        let declared = declared_details(&error.code.name());
        let details = Value::of(&error.details);
        for name in details.as_object().unwrap().keys() {
            assert!(declared.contains(&name.as_str()), "{name} of {error:?}");
        }
    }
    assert!(declared_details("insufficient_funds").contains(&"have") && declared_details("declined").is_empty());
}

#[test]
fn the_readme_describes_each_error_as_the_code_does() {
    let ways = ways();
    for (error, details) in &ways {
        assert!(is_listed(error), "{error:?}");
        for name in *details {
            assert!(error.details.get(name).is_some(), "{name} of {error:?}");
        }
    }
    for Row { codes, paid, retry } in TABLE.iter() {
        let of_row: Vec<&Error> =
            ways.iter().map(|(error, _)| error).filter(|e| codes.contains(&&*e.code.name())).collect();
        for code in codes {
            assert!(of_row.iter().any(|error| error.code.name() == *code), "no way to {code}");
        }
        for word in paid {
            assert!(of_row.iter().any(|error| error.paid.name() == *word), "{codes:?} are never {word}");
        }
        for word in retry {
            assert!(of_row.iter().any(|error| error.retry.name() == *word), "{codes:?} are never {word}");
        }
    }
}
