//! The loop in a world of scripted answers, in which the caller may abort at any moment.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::pending,
};

use futures::executor::block_on;
use serde_json::{Value, json};

use super::*;
use crate::core::{
    clock::Clocks,
    config::Config,
    error::{Code, Paid, Retry},
    http::{Answer, HttpFailure, HttpResponse},
    http_request::{HttpRequest, Method},
    journal::{Change, Owner},
    notice::Notice,
    pace::Presence,
    poll::Woken,
    purchase::{Order, Recalled},
    quote::PricedQuote,
    request::Request,
    terms::tests::DOCUMENTED,
    wallet::{Question, Reply},
};

const TASK: &str = "123e4567-e89b-12d3-a456-426614174000";

/// What happened, in order; `abort_at` names the action during which the caller aborts.
#[derive(Default)]
struct World {
    deeds: RefCell<Vec<String>>,
    abort_at: Option<&'static str>,
    /// Aborts from inside the callback for that notice.
    abort_on_notice: Option<&'static str>,
    aborted: Cell<bool>,
    /// The action that takes too long.
    late_at: Option<&'static str>,
    looks: RefCell<Vec<Answer<Value>>>,
    /// The error of a caller that joined, if it aborted now.
    abort_error: RefCell<Option<Value>>,
    now: Cell<u64>,
    journal: RefCell<BTreeMap<String, Value>>,
}

impl World {
    /// Performs an action; never finishes if the caller aborts during it.
    async fn deed(&self, name: &str) {
        self.deeds.borrow_mut().push(name.into());
        if self.abort_at == Some(name) {
            self.aborted.set(true);
            pending::<()>().await;
        }
    }

    /// What happened until the call ended, without what it then withdraws from the journal.
    fn names(&self) -> Vec<String> {
        let mut names = self.deeds.borrow().clone();
        names.retain(|name| name != "withdraw");
        names
    }
}

impl Http<Value> for World {
    async fn send(&self, request: &HttpRequest) -> Answer<Value> {
        const LATE: Answer<Value> = Err(HttpFailure { status: None, cause: None, is_cancelled: false });
        let ok = |status, body: String| Ok(HttpResponse { status, body: body.into(), ..HttpResponse::default() });
        match &request.method {
            Method::Post { .. } => {
                self.deed("probe").await;
                if self.late_at == Some("probe") {
                    return LATE;
                }
                ok(402, DOCUMENTED.into())
            }
            Method::Pay(_) => {
                self.deed("pay").await;
                ok(202, json!({"taskId": TASK}).to_string())
            }
            Method::Get => {
                self.deed("look").await;
                self.looks.borrow_mut().remove(0)
            }
        }
    }
}

impl Wallets<Value> for World {
    fn invite(&self) {
        self.deeds.borrow_mut().push("invite".into());
    }

    async fn find(&self) -> usize {
        self.deed("find").await;
        1
    }

    async fn find_others(&self) -> usize {
        self.deed("find others").await;
        1
    }

    async fn ask(&self, _: usize, question: &Question) -> Reply<Value> {
        self.deed(question.method).await;
        match question.method {
            late if self.late_at == Some(late) => Err(None),
            "eth_requestAccounts" => Ok(json!(["0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"])),
            "eth_chainId" => Ok(json!("0x2105")),
            "eth_call" => Err(Some(json!({"code": -32601}))),
            _ => Err(Some(json!({"code": 4001, "message": "no"}))),
        }
    }
}

impl Journal<Value> for World {
    async fn recall(&self, id: &str, _: bool) -> Result<Recalled<Value>, Value> {
        self.deed("recall").await;
        Ok(Recalled { record: self.journal.borrow().get(id).cloned(), is_alone: true })
    }

    async fn read(&self, id: &str) -> Result<Option<Value>, Value> {
        self.deed("read").await;
        Ok(self.journal.borrow().get(id).cloned())
    }

    async fn list(&self, _: Option<u64>, _: Option<u64>) -> Result<Vec<Value>, Value> {
        self.deed("list").await;
        Ok(self.journal.borrow().values().cloned().collect())
    }

    /// A write that was begun completes, whether or not anyone waits for it.
    async fn update(&self, edit: &Rc<Edit<Value>>) -> Result<(), Option<Value>> {
        let found = self.journal.borrow().get(edit.id()).cloned();
        edit.apply(found, Some(&[])).unwrap().take_place(edit.id(), &mut self.journal.borrow_mut());
        self.deed(if matches!(edit.change(), Change::Withdraw { .. }) { "withdraw" } else { "write" }).await;
        Ok(())
    }
}

impl Clock<Value> for World {
    fn now(&self) -> u64 {
        self.now.get()
    }

    async fn sleep(&self, ms: u64) -> Result<(), Value> {
        if self.aborted.get() {
            pending::<()>().await;
        }
        self.deed("sleep").await;
        self.now.set(self.now.get() + ms);
        Ok(())
    }
}

impl Rests<Value> for World {
    async fn rest(&self, until: u64) -> Result<Woken<Value>, Value> {
        self.sleep(until.saturating_sub(self.now.get())).await?;
        Ok(Woken { presence: Presence::default(), is_due: true, answer: None })
    }
}

impl Entropy for World {
    fn draw(&self) -> Option<[u8; 32]> {
        Some([1; 32])
    }
}

impl Page<Value> for World {
    fn notify(&self, notice: &Notice<Value>) {
        let name = Value::of(&notice)["type"].as_str().unwrap().to_owned();
        if self.abort_on_notice == Some(&name) {
            self.aborted.set(true);
        }
        self.deeds.borrow_mut().push(format!("({name})"));
    }

    fn keep_abort_error(&self, given_up: &Failure<Value>) {
        self.abort_error.replace(Some(Value::of(&given_up.error)));
    }

    async fn confirm(&self, _: &PricedQuote<Value>) -> Result<bool, Value> {
        self.deed("confirm").await;
        Ok(true)
    }

    fn abort_reason(&self) -> Option<Value> {
        self.aborted.get().then(|| json!("reason"))
    }

    /// Resolves while the action that aborts is pending: the loop polls this first, so it wakes itself once more.
    async fn aborted(&self) -> Value {
        poll_fn(|context| {
            self.abort_reason().map_or_else(
                || {
                    context.waker().wake_by_ref();
                    Poll::Pending
                },
                Poll::Ready,
            )
        })
        .await
    }
}

fn order() -> Order {
    let request = Request::read(&json!({"prompt": "a boat"}), "id-1".into()).unwrap();
    Order {
        request,
        config: Config::read(&json!({})).unwrap(),
        confirm: true,
        payer: None,
        clocks: Clocks::default(),
        owner: Owner { token: "this call".into(), is_alone: false },
    }
}

fn buy(world: &World) -> Failure<Value> {
    block_on(purchase(world, order().begin())).unwrap_err()
}

const WAY: [&str; 13] = [
    "recall",
    "probe",
    "(quoted)",
    "find",
    "eth_requestAccounts",
    "eth_chainId",
    "(connected)",
    "eth_call",
    "eth_getBlockByNumber",
    "confirm",
    "write",
    "(signing)",
    "eth_signTypedData_v4",
];

#[test]
fn the_steps_are_performed_in_order_after_their_events() {
    let world = World::default();
    let failure = buy(&world);
    assert_eq!(world.names(), WAY);
    assert_eq!((failure.error.code, failure.cause), (Code::UserRejected, Some(json!({"code": 4001, "message": "no"}))));
}

#[test]
fn aborting_ends_every_step_at_once_and_starts_no_other() {
    for deed in WAY.into_iter().filter(|deed| !deed.starts_with('(')) {
        let world = World { abort_at: Some(deed), ..World::default() };
        let failure = buy(&world);
        let last = if deed == "eth_call" { "eth_getBlockByNumber" } else { deed }; // asked together
        assert_eq!(world.names().last().map(String::as_str), Some(last));
        assert_eq!(
            (failure.error.code, failure.error.paid, failure.cause),
            (Code::Aborted, Paid::No, Some(json!("reason"))),
            "{deed}"
        );
        assert_eq!(
            world.abort_error.take(),
            Some(Value::of(&failure.error)),
            "a call that joined would be told the same: {deed}"
        );
    }
}

#[test]
fn no_intent_stays_behind_however_a_call_ends() {
    let journal_after = |world: World| {
        buy(&world);
        (world.journal.take(), world.deeds.take().last().cloned())
    };
    let withdrawn = (BTreeMap::new(), Some("withdraw".into()));
    assert_eq!(journal_after(World::default()), withdrawn, "the wallet refused");
    for abort_at in ["write", "eth_signTypedData_v4"] {
        assert_eq!(journal_after(World { abort_at: Some(abort_at), ..World::default() }), withdrawn, "{abort_at}");
    }
    let before = journal_after(World { abort_at: Some("confirm"), ..World::default() });
    assert_eq!(before, (BTreeMap::new(), Some("confirm".into())), "there was none to withdraw");
}

#[test]
fn aborting_in_a_callback_keeps_the_next_step_from_starting() {
    let world = World { abort_on_notice: Some("signing"), ..World::default() };
    assert_eq!(buy(&world).error.paid, Paid::No);
    assert_eq!(world.names().last().map(String::as_str), Some("(signing)"), "the wallet was not asked");
}

#[test]
fn a_status_request_and_a_price_request_can_be_aborted_too() {
    let world = World { abort_at: Some("probe"), ..World::default() };
    assert_eq!(block_on(quote::<Value, _>(&world, order())).unwrap_err().error.code, Code::Aborted);
    let world = World { abort_at: Some("look"), ..World::default() };
    let look = poll::look::<Value>(TASK, Config::read(&json!({})).unwrap(), 0).unwrap();
    let error = block_on(watch(&world, look.into())).unwrap_err().error;
    assert_eq!((error.code, error.paid, error.retry), (Code::Aborted, Paid::Unknown, Retry::Safe));
}

#[test]
fn a_quoted_purchase_reaches_the_wallet_before_anything_is_waited_for() {
    let world = World::default();
    let quote = block_on(quote::<Value, _>(&world, order())).unwrap();
    world.deeds.take();
    let begun = order().begin_with(&Value::of(&quote), 0);
    let failure = block_on(purchase::<Value, _>(&world, begun)).unwrap_err();
    assert_eq!(failure.error.code, Code::UserRejected);
    assert_eq!(world.names()[..3], ["invite", "recall", "(quoted)"]);
    assert_eq!(world.names()[3..], WAY[3..]);
}

#[test]
fn an_answer_that_comes_too_late_ends_a_purchase_only_if_it_is_needed() {
    let late = |deed| {
        let world = World { late_at: Some(deed), ..World::default() };
        (buy(&world).error.code, world)
    };
    assert_eq!(late("probe").0, Code::Network);
    assert_eq!(late("eth_requestAccounts").0, Code::WalletBusy);
    assert_eq!(late("eth_chainId").0, Code::WalletError);
    assert_eq!(late("eth_signTypedData_v4").0, Code::SignatureExpired);
    for deed in ["eth_call", "eth_getBlockByNumber"] {
        assert_eq!(late(deed).1.names(), WAY, "a purchase goes on without it");
    }
}

fn wait(world: &World) -> Result<TaskStatus<Value>, Failure<Value>> {
    let task = AcceptedTask { task_id: TASK.into(), receipt: None, paid: Paid::No, settlement: None };
    block_on(watch(world, poll::watch("id-1".into(), task, None, Config::read(&json!({})).unwrap(), 1, world.now())))
}

#[test]
fn a_wait_polls_until_the_task_is_done() {
    let look =
        |status, body: Value| Ok(HttpResponse { status, body: body.to_string().into(), ..HttpResponse::default() });
    let world = World::default();
    world.looks.replace(vec![
        look(202, json!({"status": "queued"})),
        look(502, json!("<html>")),
        look(200, json!({"status": "completed", "result": {"generation": {"video": {"url": "https://x/v.mp4"}}}})),
    ]);
    let TaskStatus::Completed { raw, .. } = wait(&world).unwrap() else { panic!() };
    assert_eq!(raw["result"]["generation"]["video"]["url"], "https://x/v.mp4");
    assert_eq!(
        world.names(),
        ["sleep", "look", "(status)", "sleep", "look", "(retrying)", "sleep", "look", "(status)", "write"]
    );
}

#[test]
fn aborting_while_the_end_is_written_reports_how_it_ended() {
    let world = World { abort_at: Some("write"), ..World::default() };
    let body = json!({"status": "completed", "result": {}}).to_string().into();
    world.looks.replace(vec![Ok(HttpResponse { status: 200, body, ..HttpResponse::default() })]);
    assert!(matches!(wait(&world), Ok(TaskStatus::Completed { .. })));
}

#[test]
fn a_wait_can_be_aborted() {
    for deed in ["sleep", "look"] {
        let world = World { abort_at: Some(deed), ..World::default() };
        let error = wait(&world).unwrap_err().error;
        assert_eq!((error.code, error.retry, error.task_id.as_deref()), (Code::Aborted, Retry::Resume, Some(TASK)));
    }
}
