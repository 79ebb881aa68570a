//! A world to buy in: a chain, a token, a seller, a wallet and a journal. Each number of its course picks what happens
//! next, so a course is any order of responses, losses, delays, crashes and returns.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::core::{
    accepted::AcceptedTask,
    assets::ASSETS,
    authorization::Authorization,
    chain,
    journal::{Change, Written},
    payment::HeldReceipt,
    scheme::Scheme,
};

/// How the seller treats requests it is paid for, apart from single mishaps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seller {
    /// The task is found by the id that was sent with the request.
    pub(super) knows_seed: bool,
}

/// An authorization that has reached the seller.
#[derive(Clone, Debug)]
struct Held {
    nonce: String,
    valid_before: u64,
}

pub(super) struct World {
    pub(super) options: Value,
    pub(super) terms: String,
    pub(super) seller: Seller,
    /// Milliseconds by which the chain's clock is ahead of this machine's.
    pub(super) skew: i64,
    /// The nodes through which the wallets on the page read; the first is that of the wallet that pays.
    pub(super) nodes: Vec<Node>,
    choices: Vec<u8>,
    next: usize,
    pub(super) now: u64,
    pub(super) journal: BTreeMap<String, Value>,
    pub(super) quoted: Option<Value>,
    pub(super) signs: Vec<Value>,
    /// The last signature of the payer's key.
    signature: Value,
    /// The contract code at the payer's address, and the signature that it accepts.
    contract: Option<Value>,
    /// The payments posted.
    pub(super) pays: Vec<String>,
    /// Nonces of payments that the token has taken.
    pub(super) taken: Vec<String>,
    held: Vec<Held>,
    tasks: Vec<String>,
    drawn: u8,
}

/// How a call of the library ended.
pub(super) enum Ended {
    /// It returned its result.
    Outcome(Result<AcceptedTask<HeldReceipt<Value>>, Error>),
    /// The caller aborted.
    GivenUp(Error),
    /// The page is gone, with everything it knew.
    Crashed,
}

impl World {
    pub(super) fn new(options: &Value, terms: &str, seller: Seller, choices: Vec<u8>) -> Self {
        Self {
            options: options.clone(),
            terms: terms.into(),
            seller,
            skew: 0,
            nodes: vec![Node::default()],
            choices,
            next: 0,
            now: NOW,
            journal: BTreeMap::new(),
            quoted: None,
            signs: Vec::new(),
            signature: Value::Null,
            contract: None,
            pays: Vec::new(),
            taken: Vec::new(),
            held: Vec::new(),
            tasks: Vec::new(),
            drawn: 0,
        }
    }

    /// Makes everything go well from now on.
    pub(super) fn heal(&mut self) {
        self.choices.clear();
        self.skew = 0;
        self.nodes = vec![Node::default()];
    }

    /// In three of four cases the course goes well, so that courses reach their end.
    fn pick(&mut self, outcomes: usize) -> usize {
        let choice = self.choices.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        if choice < 192 { 0 } else { usize::from(choice) % outcomes }
    }

    pub(super) fn chain_seconds(&self) -> u64 {
        self.now.saturating_add_signed(self.skew) / 1000
    }

    fn latest_block(&self, ahead: i64) -> Value {
        let seconds = self.chain_seconds().saturating_add_signed(ahead);
        json!({"number": format!("0x{:x}", seconds / 2), "timestamp": format!("0x{seconds:x}")})
    }

    /// The token takes each nonce once, within its window.
    fn settle(&mut self, payment: &Held) {
        if self.chain_seconds() < payment.valid_before && !self.taken.contains(&payment.nonce) {
            self.taken.push(payment.nonce.clone());
        }
    }

    /// Whether the chain is past the window of everything that was signed.
    pub(super) fn is_closed(&self) -> bool {
        let end = |typed: &Value| typed["message"]["validBefore"].as_str().unwrap().parse::<u64>().unwrap();
        self.signs.iter().all(|typed| end(typed) <= self.chain_seconds())
    }

    /// A holder of an authorization may use it at the last moment.
    pub(super) fn settle_what_is_held(&mut self) {
        for held in std::mem::take(&mut self.held) {
            self.settle(&held);
        }
    }

    /// Someone sets this machine's clock. It is only set forward if no block is ahead: with both wrong, nothing could
    /// be detected.
    fn set_clock(&mut self) {
        let most = if self.nodes[0].ahead > 0 { 0 } else { 3_600_000 };
        let by = [0, -300_000, most][self.pick(24) % 3];
        self.now = self.now.saturating_add_signed(by);
        self.skew -= by;
    }

    fn pass(&mut self) {
        self.now += [1_000, 20_000, 200_000, 4_000_000][self.pick(4)];
        self.set_clock();
        if self.pick(8) == 1 {
            self.settle_what_is_held();
        }
    }

    /// Runs one library call to its end, or until the course cuts it short.
    pub(super) fn play(&mut self, mut next: Next<Value>) -> Ended {
        let signs = self.signs.len();
        let mut steps = 0;
        loop {
            steps += 1;
            assert!(steps < 1000, "a purchase ends");
            assert!(self.signs.len() <= signs + 1, "one signature a purchase");
            for notice in &next.notices {
                if let Notice::Quoted { quote } = notice {
                    self.quoted = Some(Value::of(&quote));
                }
            }
            if let Step::Done(outcome) = next.step {
                return Ended::Outcome(outcome.map_err(|failure| failure.error));
            }
            match self.pick(24) {
                1 => {
                    self.leave(next.step);
                    return Ended::Crashed;
                }
                2 => {
                    let given_up = next.step.given_up();
                    if let Some(failure) = given_up {
                        self.leave(next.step);
                        return Ended::GivenUp(failure.error);
                    }
                }
                _ => {}
            }
            self.pass();
            next = self.perform(next.step);
        }
    }

    /// The page is left in the middle of a step: what was begun may still happen.
    fn leave(&mut self, step: Step<Value>) {
        if self.pick(2) == 1 {
            match step {
                Step::Write(id, change, _) => drop(self.update(&id, &change)),
                Step::Send(request, Sent::Paying(_)) => drop(self.receive(&request)),
                _ => {}
            }
        }
    }

    pub(super) fn perform(&mut self, step: Step<Value>) -> Next<Value> {
        match step {
            Step::Recall(id, state) => {
                // Calls of a page that is gone hold no lock, so this call is alone.
                let recalled = Recalled { record: self.journal.get(&id).cloned(), is_alone: true };
                state.recalled(if self.pick(16) == 1 { Err(json!("blocked")) } else { Ok(recalled) })
            }
            Step::Send(request, Sent::Probing(state)) => {
                assert!(matches!(request.method, Method::Post { .. }));
                let refusal = answer(400, json!({"error": "unknown field: seed"}));
                let answers = [answer(402, &self.terms), answer(402, "{"), answer(500, "<html>"), lost(None), refusal];
                state.answered(answers[self.pick(5)].clone(), self.now)
            }
            Step::FindWallets(state @ Finding::Payer(_)) => state.found([1, 0, 2][self.pick(3)], self.now),
            Step::FindWallets(state) => state.found(self.nodes.len(), self.now),
            Step::Ask(_, question, Asked::Talking(state)) => {
                let reply = talk(&question, self.pick(7));
                state.answered(reply)
            }
            Step::AskAll(questions, state @ Gathered::Counting(_)) => {
                let replies = questions.iter().map(|(_, question)| match (question.method, self.pick(7)) {
                    ("eth_getBlockByNumber", 0) => Ok(self.latest_block(0)),
                    (_, outcome) => talk(question, outcome),
                });
                let replies = replies.collect();
                state.answered(replies, self.now)
            }
            Step::AskAll(questions, state @ Gathered::Reading(_)) => {
                let replies = questions.iter().map(|(wallet, question)| self.read(*wallet, question)).collect();
                state.answered(replies, self.now)
            }
            Step::Confirm(_, state) => {
                let answer = [Ok(true), Ok(false), Err(json!("thrown"))][self.pick(3)].clone();
                state.answered(answer, self.now)
            }
            Step::DrawNonce(state) => {
                self.drawn += 1;
                let nonce = [Some([self.drawn; 32]), None][self.pick(2)];
                state.drawn(nonce, self.now)
            }
            Step::Ask(_, question, Asked::Signing(state)) => self.sign(&question, state),
            Step::Ask(_, question, Asked::Checking(state)) => {
                let reply = self.check(&question);
                state.answered(reply, self.now)
            }
            Step::Write(id, change, state) => {
                let said = match self.pick(12) {
                    1 => Err(Some(json!("full"))),
                    2 => {
                        self.update(&id, &change);
                        Err(None)
                    }
                    _ => Ok(self.update(&id, &change)),
                };
                state.written(said, self.now)
            }
            Step::Send(request, Sent::Paying(state)) => {
                let answer = self.receive(&request);
                state.answered(answer, self.now)
            }
            Step::Send(request, Sent::Looking(state)) => {
                let answer = self.look(&request);
                state.looked(answer, self.now)
            }
            Step::Sleep(ms, state) => {
                assert!((1..=15_000).contains(&ms), "{ms} ms");
                self.now += ms;
                state.woke(self.now)
            }
            Step::Done(outcome) => panic!("it is over: {outcome:?}"),
        }
    }

    fn sign(&mut self, question: &Question, state: Box<Signing>) -> Next<Value> {
        assert_eq!(self.journal["id-1"]["step"], "signing", "written before the wallet opens");
        let params = Value::parse(question.params.as_ref().unwrap()).unwrap();
        self.signs.push(Value::parse(params[1].as_str().unwrap()).unwrap());
        let good = sign_with(KEY, question);
        self.signature = good.clone();
        let bad = [json!("0x"), json!(null), json!(format!("0x{}", "00".repeat(200)))];
        match self.pick(6) {
            0 => state.answered(Ok(good)),
            1 => state.answered(Err(Some(json!({"code": 4001})))),
            2 => {
                self.now += 3_600_000;
                state.answered(Ok(good))
            }
            other => state.answered(Ok(bad[other - 3].clone())),
        }
    }

    /// The contract code at the payer's address, and its opinion of a signature.
    fn check(&mut self, question: &Question) -> Reply<Value> {
        let outcome = self.pick(5);
        if question.method == "eth_getCode" {
            self.contract = [None, None, Some(Value::Null), Some(Value::Null), None][outcome].clone();
            let none = if outcome == 1 { Err(None) } else { Ok(json!("0x")) };
            return if self.contract.is_some() { Ok(json!("0xef0100")) } else { none };
        }
        let data = Value::parse(question.params.as_ref().unwrap()).unwrap()[0]["data"].as_str().unwrap().to_owned();
        let length = usize::from_str_radix(&data[138..202], 16).unwrap();
        self.contract = Some(json!(format!("0x{}", &data[202..202 + 2 * length])));
        match outcome {
            0 => Ok(json!(format!("0x1626ba7e{}", "00".repeat(28)))),
            other => {
                self.contract = Some(Value::Null);
                [Ok(json!("0x")), Ok(json!(format!("0x{}", "00".repeat(32)))), Err(None), Err(Some(json!({"code": 3})))]
                    [other - 1]
                    .clone()
            }
        }
    }

    /// One atomic step of the storage.
    pub(super) fn update(&mut self, id: &str, change: &Change<Value>) -> Written<Value> {
        let since: Vec<Value> = change.since().map(|_| self.journal.values().cloned().collect()).unwrap_or_default();
        let (put, written) = change.apply(id, self.journal.get(id), &since);
        put.take_place(id, &mut self.journal);
        written
    }

    /// The seller receives a payment, unless it is lost on the way.
    pub(super) fn receive(&mut self, request: &HttpRequest) -> Answer<Value> {
        let header = payment(request);
        let record = &self.journal["id-1"];
        assert_eq!(
            (&record["step"], &record["payment"]["header"]),
            (&json!("signed"), &json!(header)),
            "written before it leaves"
        );
        let signature = &decoded(&header)["payload"]["signature"];
        assert_eq!(signature, self.contract.as_ref().unwrap_or(&self.signature), "what the token would accept");
        self.pays.push(header.clone());
        self.seller.knows_seed &= matches!(&request.method, Method::Pay(paid) if paid.body.contains("seed"));
        let authorization = decoded(&header)["payload"]["authorization"].clone();
        let held = Held {
            nonce: authorization["nonce"].as_str().unwrap().into(),
            valid_before: authorization["validBefore"].as_str().unwrap().parse().unwrap(),
        };
        let mishap = self.pick(13);
        if mishap == 1 {
            return lost(None);
        }
        if matches!(mishap, 2..=6) {
            // Not settled, or not yet; and the seller holds it back.
            self.held.push(held);
            if mishap == 2 {
                self.work();
            }
            return [
                answer(402, &self.terms),
                answer(402, &self.terms),
                answer(500, "<html>"),
                answer(429, ""),
                lost(None),
            ][mishap - 2]
                .clone();
        }
        self.settle(&held);
        let is_settled = self.taken.contains(&held.nonce);
        if !is_settled {
            return answer(402, &self.terms);
        }
        self.work();
        let good = json!({"taskId": self.tasks[0]});
        match mishap {
            0 => answer(202, good),
            7 => lost(None),
            8 => lost(Some(202)),
            9 => answer(500, "<html>"),
            10 => answer(402, &self.terms),
            11 => answer(202, "{\"task"),
            _ => answer(200, good),
        }
    }

    /// The seller begins the job.
    pub(super) fn work(&mut self) {
        let id = if self.seller.knows_seed { SEED } else { TASK };
        self.tasks.push(id.into());
    }

    /// Whether the service has a task that the visitor can ask for.
    pub(super) fn knows_task(&self) -> bool {
        self.seller.knows_seed && !self.tasks.is_empty()
    }

    fn look(&mut self, request: &HttpRequest) -> Answer<Value> {
        let known = self.tasks.iter().any(|id| request.url.ends_with(&format!("/{id}/status")));
        match self.pick(4) {
            1 => lost(None),
            2 => answer(502, "<html>"),
            _ if known => answer(202, json!({"status": "processing"})),
            _ => answer(404, json!({"status": "not_found"})),
        }
    }

    /// A wallet's answer, read through its node. Reading never opens a prompt.
    pub(super) fn read(&mut self, wallet: usize, question: &Question) -> Reply<Value> {
        let node = self.nodes[wallet];
        let outcome = self.pick(8);
        if outcome == 1 || node.is_silent {
            return Err(None);
        }
        let params = question.params.as_ref().and_then(|p| Value::parse(p));
        Ok(match question.method {
            "eth_chainId" if outcome == 2 || node.is_elsewhere => json!("0x1"),
            "eth_chainId" => json!("0x2105"),
            "eth_accounts" if node.lists_payer => json!([PAYER.to_string().to_lowercase()]),
            "eth_accounts" => json!(["0x70997970c51812dc3a010c7d01b50e0d17dc79c8"]),
            "eth_getBlockByNumber" => self.latest_block(node.ahead),
            "eth_call" => {
                let data = params.unwrap()[0]["data"].as_str().unwrap().to_owned();
                let is_taken = self.taken.iter().any(|nonce| data.ends_with(&nonce[2..]));
                json!(format!("0x{:064x}", u8::from(node.claims.unwrap_or(is_taken))))
            }
            "eth_getLogs" => json!([{"transactionHash": TRANSACTION}]),
            "eth_getTransactionReceipt" => json!({"status": "0x1", "logs": self.transfer()}),
            other => panic!("{other}"),
        })
    }

    /// The events of the transaction that took what was signed last.
    fn transfer(&self) -> Value {
        let message = &self.signs.last().expect("a signature")["message"];
        let authorization = Authorization::read(Scheme::Exact, &ASSETS[0], message).unwrap();
        chain::tests::logs(&authorization, TRANSACTION)
    }
}

const TRANSACTION: &str = "0xabababababababababababababababababababababababababababababababab";

/// The node behind a wallet on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// It does not answer.
    pub(super) is_silent: bool,
    /// It is on another chain.
    pub(super) is_elsewhere: bool,
    /// Its wallet has the account that paid.
    pub(super) lists_payer: bool,
    /// Seconds by which its latest block is ahead of the chain.
    pub(super) ahead: i64,
    /// What it reports about the payment, if not the truth.
    pub(super) claims: Option<bool>,
}

impl Default for Node {
    fn default() -> Self {
        Self { is_silent: false, is_elsewhere: false, lists_payer: true, ahead: 0, claims: None }
    }
}

pub(super) fn decoded(header: &str) -> Value {
    Value::parse(&String::from_utf8(base64::decode(header).unwrap()).unwrap()).unwrap()
}
