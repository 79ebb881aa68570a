//! The settlement of a task that was accepted without a receipt that shows it: CORS hides the header from many pages.
//!
//! In the background and without a prompt, the token is asked through the wallet that paid, until it shows the
//! transaction or the window has passed. If it was not taken, nothing changes: the service has the task.

use std::{ops::ControlFlow, rc::Rc};

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{
    assets::Asset,
    authorization::Authorization,
    failure::Failure,
    json::Json,
    machine::Machine,
    payment::Receipt,
    scheme::Scheme,
    text,
    wallet::{Question, Reply},
    witness::{Inquiry, Progress, Reader, Report, Reports},
};

/// The shortest and longest pause between two inquiries.
const FIRST_PAUSE_MS: u64 = 1_000;
const LONGEST_PAUSE_MS: u64 = 60_000;
/// How late a node may be in showing the last block of the window.
const MARGIN_MS: u64 = 30_000;

/// An authorization whose transaction is not known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The authorization that was signed.
    pub authorization: Authorization,
    /// When its window closes, by this machine's clock at the time of the stamp.
    pub closes_at: u64,
}

impl Settlement {
    /// How many members [`Settlement::write`] writes.
    pub const MEMBERS: usize = 5;

    /// The nonce of the authorization, which is unique to this payment.
    #[must_use]
    pub fn nonce(&self) -> String {
        text::word(self.authorization.transfer().nonce)
    }

    /// Writes the members in which it crosses to JavaScript and is stored in the journal.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn write<S: SerializeStruct>(&self, members: &mut S) -> Result<(), S::Error> {
        let asset = self.authorization.asset();
        members.serialize_field("scheme", &self.authorization.scheme())?;
        members.serialize_field("network", asset.chain.caip2)?;
        if !asset.is_pinned() {
            members.serialize_field("asset", &asset.to_json())?;
        }
        members.serialize_field("authorization", &self.authorization.transfer().to_json())?;
        members.serialize_field("closesAt", &self.closes_at)
    }

    /// Reads what [`Settlement::write`] wrote.
    #[must_use]
    pub fn read<J: Json>(kept: &J) -> Option<Self> {
        Self::reread(kept, kept.get("asset"), None)
    }

    /// Reads what an earlier version wrote, which named no scheme, kept a token of the page's own elsewhere, and had no
    /// end of the window.
    #[must_use]
    pub fn reread<J: Json>(kept: &J, asset: Option<J>, closes_at: Option<u64>) -> Option<Self> {
        let scheme = match kept.get("scheme") {
            Some(name) => Scheme::read(&name.as_text()?)?,
            None => Scheme::Exact,
        };
        let asset = match asset {
            Some(asset) => Asset::read(&J::parse(&asset.as_text()?)?).ok()?,
            None => Asset::on(&kept.text_at("network")?)?,
        };
        let authorization = Authorization::read(scheme, asset, &J::parse(&kept.text_at("authorization")?)?)?;
        Some(Self { authorization, closes_at: kept.whole_at("closesAt").or(closes_at)? })
    }
}

impl Serialize for Settlement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Settlement", Self::MEMBERS)?;
        self.write(&mut members)?;
        members.end()
    }
}

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Wait for that many milliseconds.
    Sleep(u64, Box<Searching>),
    /// Find the wallet that paid.
    FindWallets(Box<Searching>),
    /// Ask all questions at once, each of the wallet at its index of the list.
    AskAll(Vec<(usize, Question)>, Asking),
    /// Write to the journal, under that id, if the purchase is still there.
    Write(String, Found),
    /// The end, with the receipt that names the transaction, if it was found.
    Done(Option<Rc<Receipt>>),
}

/// Waiting for time to pass, or for wallets.
#[derive(Clone, Debug)]
pub struct Searching {
    settlement: Settlement,
    /// The purchase's own id.
    id: String,
    task_id: String,
    pause: u64,
}

/// Waiting for the wallets' reports.
#[derive(Clone, Debug)]
pub struct Asking {
    searching: Box<Searching>,
    inquiry: Box<Inquiry>,
}

/// Waiting for the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found(Rc<Receipt>);

/// Starts to search for the transaction that paid for a task.
#[must_use]
pub fn begin(settlement: Settlement, id: String, task_id: String) -> Step {
    Step::Sleep(FIRST_PAUSE_MS, Box::new(Searching { settlement, id, task_id, pause: FIRST_PAUSE_MS }))
}

impl Searching {
    /// The pause is over.
    #[must_use]
    pub const fn woke(self: Box<Self>) -> Step {
        Step::FindWallets(self)
    }

    /// How many usable wallets there are.
    #[must_use]
    pub fn found(self: Box<Self>, wallets: usize, now: u64) -> Step {
        let progress = Inquiry::begin(&self.settlement.authorization, Reader::all(wallets), now);
        self.proceed(progress, now)
    }

    fn proceed(self: Box<Self>, progress: Progress, now: u64) -> Step {
        match progress {
            Progress::Ask(questions, inquiry) => Step::AskAll(questions, Asking { searching: self, inquiry }),
            Progress::Done(reports) => self.reported(reports, now),
        }
    }

    fn reported(mut self: Box<Self>, reports: Reports, now: u64) -> Step {
        if let Some(Report::Taken(transaction @ Some(_))) = reports.own {
            let receipt = Receipt::proven(&self.settlement.authorization, &self.task_id, transaction, now);
            return Step::Write(self.id, Found(Rc::new(receipt)));
        }
        if now >= self.settlement.closes_at.saturating_add(MARGIN_MS) {
            return Step::Done(None);
        }
        self.pause = self.pause.saturating_mul(2).min(LONGEST_PAUSE_MS);
        Step::Sleep(self.pause, self)
    }
}

impl Found {
    /// What is written to the journal.
    #[must_use]
    pub fn receipt(&self) -> Rc<Receipt> {
        self.0.clone()
    }

    /// The page gets the receipt, whether or not it could be written down.
    #[must_use]
    pub fn written(self) -> Step {
        Step::Done(Some(self.0))
    }
}

impl<J> Machine<J> for Step {
    type Outcome = Option<Rc<Receipt>>;

    fn ended(self) -> ControlFlow<Result<Self::Outcome, Failure<J>>, Self> {
        match self {
            Self::Done(receipt) => ControlFlow::Break(Ok(receipt)),
            step => ControlFlow::Continue(step),
        }
    }

    /// It runs in the background, so no caller can abort it.
    fn given_up(&self) -> Option<Failure<J>> {
        None
    }
}

impl Asking {
    /// The wallets answered, or threw; the replies are in the order of the questions.
    #[must_use]
    pub fn answered<J: Json>(self, replies: Vec<Reply<J>>, now: u64) -> Step {
        let progress = self.inquiry.answered(replies, now);
        self.searching.proceed(progress, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{assets::ASSETS, chain, terms::tests::offer};
    use alloy_primitives::{B256, address};
    use serde_json::{Value, json};

    const NOW: u64 = 1_740_672_089_000;
    const HASH: &str = "0xabababababababababababababababababababababababababababababababab";

    fn settlement() -> Settlement {
        let payer = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        let offer = offer(&ASSETS[0], 1_000_000, 60);
        let authorization = Authorization::stamp(&offer, payer, B256::from([7; 32]), NOW);
        Settlement { authorization, closes_at: NOW + 60_000 }
    }

    /// Runs to the end; the token takes the payment after that many milliseconds. Returns the receipt, and the time.
    fn play(taken_after: Option<u64>, account: &str, wallets: usize) -> (Option<Value>, u64) {
        let mut now = NOW;
        let mut step = begin(settlement(), "id-1".into(), "t1".into());
        loop {
            step = match step {
                Step::Sleep(ms, searching) => {
                    now += ms;
                    searching.woke()
                }
                Step::FindWallets(searching) => searching.found(wallets, now),
                Step::AskAll(questions, asking) => {
                    let is_taken = taken_after.is_some_and(|after| now >= NOW + after);
                    let answer = |(_, question): &(usize, Question)| -> Reply<Value> {
                        Ok(match question.method {
                            "eth_chainId" => json!("0x2105"),
                            "eth_accounts" => json!([account]),
                            "eth_getBlockByNumber" => {
                                json!({"number": "0x100000", "timestamp": format!("0x{:x}", now / 1000)})
                            }
                            "eth_call" => json!(format!("0x{:064x}", u8::from(is_taken))),
                            "eth_getLogs" => chain::tests::logs(&settlement().authorization, HASH),
                            "eth_getTransactionReceipt" => json!({
                                "status": "0x1", "logs": chain::tests::logs(&settlement().authorization, HASH),
                            }),
                            other => panic!("{other} could open a prompt"),
                        })
                    };
                    asking.answered(questions.iter().map(answer).collect(), now)
                }
                Step::Write(id, found) => {
                    assert_eq!(id, "id-1");
                    found.written()
                }
                Step::Done(receipt) => return (receipt.map(|receipt| Value::of(&receipt)), now),
            };
        }
    }

    #[test]
    fn the_transaction_is_found_once_it_is_there() {
        let payer = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
        for after in [0, 5_000, 60_000] {
            let (receipt, now) = play(Some(after), payer, 1);
            let receipt = receipt.unwrap();
            assert_eq!((&receipt["settled"], &receipt["transaction"]), (&json!("chain"), &json!(HASH)), "{after}");
            assert!(now >= NOW + after);
        }
    }

    #[test]
    fn a_payment_that_is_not_taken_or_only_reported_by_others_changes_nothing() {
        let payer = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
        let other = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
        for (taken_after, account, wallets) in [(None, payer, 1), (Some(0), other, 1), (Some(0), payer, 0)] {
            let (receipt, now) = play(taken_after, account, wallets);
            assert!(receipt.is_none() && now >= NOW + 90_000, "{account}");
        }
    }

    #[test]
    fn the_pauses_grow_up_to_a_minute_until_the_window_is_past() {
        let mut closes_late = settlement();
        closes_late.closes_at = NOW + 200_000;
        let (mut now, mut pauses, mut ends) = (NOW, Vec::new(), Vec::new());
        let mut step = begin(closes_late, "id-1".into(), "t1".into());
        while let Step::Sleep(ms, searching) = step {
            pauses.push(ms / 1000);
            now += ms;
            ends.push((now - NOW) / 1000);
            let Step::FindWallets(searching) = searching.woke() else { panic!() };
            step = searching.found(0, now);
        }
        assert!(matches!(step, Step::Done(None)));
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(ends[7..], [183, 243], "the first look 30 s after the window is the last one");
    }

    #[test]
    fn a_token_named_by_the_page_is_restored_too() {
        let token = json!({
            "network": "eip155:8453", "address": "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42", "name": "EURC", "version": "2",
            "symbol": "EURC", "decimals": 6,
        });
        let offer = offer(Asset::read(&token).unwrap(), 1_000_000, 60);
        let payer = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        let authorization = Authorization::stamp(&offer, payer, B256::from([7; 32]), NOW);
        let whole = Settlement { authorization, closes_at: NOW + 60_000 };
        let kept = Value::of(&whole);
        assert_eq!(Settlement::read(&kept), Some(whole));
        assert!(Value::of(&settlement()).get("asset").is_none(), "what is built in needs no description");
        for member in ["authorization", "closesAt"] {
            let mut less = kept.clone();
            less[member] = Value::Null;
            assert_eq!(Settlement::read(&less), None, "{member}");
        }
    }

    #[test]
    fn an_authorization_of_another_scheme_is_not_read_as_this_one() {
        let kept = Value::of(&settlement());
        assert_eq!(kept["scheme"], "exact");
        let named = |name: Value| {
            let mut other = kept.clone();
            other["scheme"] = name;
            Settlement::read(&other)
        };
        assert_eq!(named(Value::Null), Some(settlement()), "earlier versions named none");
        for other in [json!("upto"), json!("Exact"), json!(""), json!(1), json!(["exact"])] {
            assert_eq!(named(other.clone()), None, "{other}");
        }
    }

    #[test]
    fn a_settlement_is_read_back_from_the_journal_unchanged() {
        assert_eq!(Settlement::read(&Value::of(&settlement())), Some(settlement()));
        assert_eq!(Settlement::read(&json!({})), None);
    }
}
