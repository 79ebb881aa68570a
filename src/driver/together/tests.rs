//! Simultaneous calls, in every order in which they can end.

use std::future::pending;

use alloy_primitives::{Address, address};
use futures::{
    channel::oneshot,
    executor::block_on,
    future::{Either, join, select},
};
use serde_json::{Value, json};

use super::*;
use crate::core::{
    error::{Error, Retry, Stage},
    quote::PricedQuote,
    wallet::{Question, Reply},
};

const ACCOUNT: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const OTHER: Address = address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");

/// A page whose only wallet has that account.
struct Caller {
    account: Address,
    /// Aborts as soon as anything waits.
    aborts: bool,
    asked: Cell<u32>,
    received: Rc<RefCell<Vec<Value>>>,
}

impl Caller {
    fn new(account: Address) -> Self {
        Self { account, aborts: false, asked: Cell::new(0), received: Rc::default() }
    }

    fn listener(&self) -> Listener<Value> {
        let received = self.received.clone();
        Rc::new(move |notice| received.borrow_mut().push(Value::of(notice)["type"].clone()))
    }
}

impl Page<Value> for Caller {
    fn notify(&self, _: &Notice<Value>) {}

    fn keep_abort_error(&self, _: &Failure<Value>) {}

    async fn confirm(&self, _: &PricedQuote<Value>) -> Result<bool, Value> {
        Ok(true)
    }

    fn abort_reason(&self) -> Option<Value> {
        self.aborts.then(|| json!("reason"))
    }

    async fn aborted(&self) -> Value {
        match self.abort_reason() {
            Some(reason) => reason,
            None => pending().await,
        }
    }
}

impl Wallets<Value> for Caller {
    fn invite(&self) {}

    async fn find(&self) -> usize {
        1
    }

    async fn find_others(&self) -> usize {
        1
    }

    async fn ask(&self, _: usize, _: &Question) -> Reply<Value> {
        self.asked.set(self.asked.get() + 1);
        Ok(json!([self.account.to_string()]))
    }
}

fn party(wallet: u64) -> Party {
    Party::new("a boat".into(), None, Some(&json!({"number": wallet})), None)
}

fn connected(account: Address) -> Notice<Value> {
    Notice::Connected { address: account.to_string(), chain_id: 8453 }
}

fn aborted(paid: Paid) -> Failure<Value> {
    let error = Error::unpaid(Code::Aborted, Stage::Wallet, "aborted").paid(paid, Retry::Resume);
    Failure::caused_by(error.detail("id", "id-1"), json!("the first is gone"))
}

/// The outcomes of two calls, and the ids that the second was given.
type Outcomes = ([Result<Value, Failure<Value>>; 2], Vec<Option<String>>);

/// Makes two calls. The first ends as told once the second has started; whatever the second starts ends at once.
/// Returns both outcomes, and the ids that the second was given to start with.
fn two_calls(
    [first, second]: [&Caller; 2],
    parties: [Party; 2],
    account: Option<Address>,
    ends: Result<Value, Failure<Value>>,
) -> Outcomes {
    let (under_way, begun) = (UnderWay::default(), RefCell::new(Vec::new()));
    let (end, ended) = oneshot::channel();
    let ended = RefCell::new(Some(ended));
    let [one, other] = parties;
    let lead = async |purchase: Rc<Purchase<Value>>, _: Option<String>| {
        purchase.set_abort_error(aborted(Paid::Unknown));
        if let Some(account) = account {
            purchase.send(&connected(account));
        }
        let ended = ended.take().unwrap();
        ended.await.unwrap()
    };
    let follow = async |_: Rc<Purchase<Value>>, id: Option<String>| {
        begun.borrow_mut().push(id);
        Ok(json!("second"))
    };
    let outcomes = block_on(async {
        let leading = Box::pin(under_way.buy(first, one, first.listener(), lead));
        let following = Box::pin(async {
            let following = Box::pin(under_way.buy(second, other, second.listener(), follow));
            // The second has gone as far as it can when it has to wait for the first.
            match select(following, Box::pin(async {})).await {
                Either::Left((outcome, _)) => {
                    end.send(ends).unwrap();
                    outcome
                }
                Either::Right((_, following)) => {
                    end.send(ends).unwrap();
                    following.await
                }
            }
        });
        let (one, other) = join(leading, following).await;
        [one, other]
    });
    assert!(under_way.0.borrow().is_empty(), "nothing is under way any more");
    (outcomes, begun.into_inner())
}

#[test]
fn a_second_call_joins_and_gets_what_the_first_gets() {
    let [one, other] = [Caller::new(ACCOUNT), Caller::new(ACCOUNT)];
    let ([first, second], begun) = two_calls([&one, &other], [party(1), party(1)], None, Ok(json!("first")));
    assert_eq!((first.unwrap(), second.unwrap(), begun.len()), (json!("first"), json!("first"), 0));
    let failure = Failure::caused_by(Error::unpaid(Code::UserRejected, Stage::Wallet, "no"), json!("the wallet"));
    let ([_, second], _) = two_calls([&one, &other], [party(1), party(1)], None, Err(failure));
    assert_eq!(second.unwrap_err().cause, Some(json!("the wallet")));
}

#[test]
fn a_second_call_with_another_wallet_asks_it_once_the_first_has_connected() {
    let [one, other] = [Caller::new(ACCOUNT), Caller::new(ACCOUNT)];
    let ([_, second], begun) = two_calls([&one, &other], [party(1), party(2)], Some(ACCOUNT), Ok(json!("first")));
    assert_eq!((second.unwrap(), begun.len(), other.asked.get()), (json!("first"), 0, 1));
    let stranger = Caller::new(OTHER);
    let ([_, second], begun) = two_calls([&one, &stranger], [party(1), party(2)], Some(ACCOUNT), Ok(json!("first")));
    assert_eq!((second.unwrap(), begun), (json!("second"), vec![None]), "another account pays");
    // One that ends before it connects does not affect the other.
    let ([_, second], begun) = two_calls([&one, &other], [party(1), party(2)], None, Ok(json!("first")));
    assert_eq!((second.unwrap(), begun.len()), (json!("second"), 1));
}

#[test]
fn after_the_first_call_aborts_a_joined_call_buys_under_the_id_that_may_be_paid() {
    let [one, other] = [Caller::new(ACCOUNT), Caller::new(ACCOUNT)];
    for (paid, id) in [(Paid::No, None), (Paid::Unknown, Some("id-1")), (Paid::Yes, Some("id-1"))] {
        let ends = Err(aborted(paid));
        let ([first, second], begun) = two_calls([&one, &other], [party(1), party(1)], None, ends);
        assert_eq!(first.unwrap_err().error.code, Code::Aborted);
        assert_eq!((second.unwrap(), begun), (json!("second"), vec![id.map(String::from)]), "{paid:?}");
    }
}

#[test]
fn a_joined_call_that_aborts_reports_the_state_of_the_purchase() {
    let one = Caller::new(ACCOUNT);
    let leaving = Caller { aborts: true, ..Caller::new(ACCOUNT) };
    for second in [party(1), party(2)] {
        let ([first, second], begun) = two_calls([&one, &leaving], [party(1), second], None, Ok(json!("first")));
        let failure = second.unwrap_err();
        assert_eq!((failure.error.paid, failure.cause), (Paid::Unknown, Some(json!("reason"))));
        assert_eq!((first.unwrap(), begun.len()), (json!("first"), 0), "the first goes on");
    }
}

#[test]
fn all_joined_calls_receive_the_events() {
    let (under_way, [one, other]) = (UnderWay::<Value>::default(), [Caller::new(ACCOUNT), Caller::new(ACCOUNT)]);
    let (end, ended) = oneshot::channel::<()>();
    let ended = RefCell::new(Some(ended));
    let lead = async |purchase: Rc<Purchase<Value>>, _: Option<String>| {
        let ended = ended.take().unwrap();
        ended.await.unwrap();
        purchase.send(&connected(ACCOUNT));
        Ok(json!("first"))
    };
    let never = async |_: Rc<Purchase<Value>>, _: Option<String>| panic!("it joins");
    block_on(async {
        let leading = Box::pin(under_way.buy(&one, party(1), one.listener(), lead));
        let following = Box::pin(async {
            let following = Box::pin(under_way.buy(&other, party(1), other.listener(), never));
            let Either::Right(((), following)) = select(following, Box::pin(async {})).await else {
                panic!("it waits")
            };
            end.send(()).unwrap();
            following.await
        });
        let (one, other) = join(leading, following).await;
        assert_eq!(one.unwrap(), other.unwrap());
    });
    for caller in [one, other] {
        assert_eq!(*caller.received.borrow(), [json!("connected")]);
    }
}
