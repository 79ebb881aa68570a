//! A tab: a visitor who calls the library, and the driver.

use super::{faults::*, world::*, *};

/// A visitor's state in a tab.
#[derive(Clone, Debug)]
pub(super) struct Tab {
    number: usize,
    /// The id of the purchase.
    id: &'static str,
    /// The number of calls left.
    calls: u8,
    at: At,
    /// What is known about the wallets on the page, until the call ends.
    own: Node,
    other: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    is_mute: bool,
    is_elsewhere: bool,
    is_ahead: bool,
}

#[derive(Clone, Debug)]
enum At {
    Idle,
    Running(Box<Running>),
    /// The call is over, except that its intent has to be withdrawn.
    Withdrawing(Box<(Change<Value>, Outcome)>),
    Over,
}

type Outcome = Result<AcceptedTask<HeldReceipt<Value>>, Error>;

#[derive(Clone, Debug)]
struct Running {
    step: Step<Value>,
    /// A write that the storage reported as failed: the record that is read next shows whether it was done.
    doubt: Option<Doubt<Value>>,
    /// The change that would undo the intent in the journal.
    withdrawal: Option<Change<Value>>,
    /// The records in the journal when the call began.
    seen: Vec<Value>,
}

impl Tab {
    pub(super) fn new(number: usize, id: &'static str, calls: u8) -> Self {
        Self { number, id, calls, at: At::Idle, own: Node::default(), other: None }
    }

    pub(super) const fn is_over(&self) -> bool {
        matches!(self.at, At::Over)
    }

    pub(super) fn kind(&self) -> Kind {
        match &self.at {
            At::Idle => Kind::Idle,
            At::Running(running) if running.doubt.is_some() => Kind::Reread,
            At::Running(running) => Kind::of(&running.step),
            At::Withdrawing(_) => Kind::Withdraw,
            At::Over => panic!("it is over"),
        }
    }

    /// Whether it is waiting for another tab.
    pub(super) fn waits(&self, world: &World) -> bool {
        self.kind() == Kind::Recall && world.locks.get(self.id).is_some_and(|holder| *holder != self.number)
    }

    /// Whether a fault that is possible at the step is possible right now.
    pub(super) fn can(&self, fault: Fault, world: &World) -> bool {
        match fault {
            Fault::Steal => self.waits(world),
            Fault::Blocked => !self.waits(world),
            Fault::Settle => world
                .papers
                .iter()
                .any(|paper| paper.is_held && !paper.is_taken && world.seconds() < paper.valid_before),
            Fault::Forget => world.journal.contains_key(self.id) && !world.locks.contains_key(self.id),
            Fault::Resume => world.journal.contains_key(self.id),
            Fault::Abort => !matches!(&self.at, At::Running(running) if running.step.given_up().is_none()),
            Fault::Hollow => {
                matches!(&self.at, At::Running(running) if matches!(&running.step, Step::Write(_, change, _) if change.since().is_some()))
            }
            _ => true,
        }
    }

    /// Performs the next step, successfully or with a fault.
    pub(super) fn go(&mut self, world: &mut World, fault: Option<Fault>) -> Result<(), String> {
        match fault {
            Some(Fault::Slow) => world.now += 700_000,
            Some(Fault::Settle) => world.settle_all(),
            _ => {}
        }
        match std::mem::replace(&mut self.at, At::Over) {
            At::Idle => self.call(world, fault),
            At::Withdrawing(withdrawing) => {
                let (change, outcome) = *withdrawing;
                if !matches!(fault, Some(Fault::Crash | Fault::Full | Fault::Dropped)) {
                    world.update(self.id, &change);
                }
                match fault {
                    Some(Fault::Crash | Fault::CrashAfter) => self.leave(world),
                    _ => self.told(world, outcome),
                }
            }
            At::Running(running) => self.run(world, *running, fault),
            At::Over => panic!("it is over"),
        }
    }

    /// The visitor calls the library.
    fn call(&mut self, world: &mut World, fault: Option<Fault>) -> Result<(), String> {
        if fault == Some(Fault::Forget) {
            return self.forget(world);
        }
        if matches!(fault, Some(Fault::Slow | Fault::Settle)) {
            self.at = At::Idle;
            return Ok(());
        }
        self.calls -= 1;
        (self.own, self.other) = (Node::default(), None);
        let next = match fault {
            Some(Fault::Resume) => resume(self.id.into()),
            _ => self.order(world).begin(),
        };
        let seen = world.journal.values().cloned().collect();
        self.proceed(world, next, None, seen)
    }

    fn order(&self, world: &World) -> Order {
        let request = Request::read(&json!({"prompt": "a boat", "id": self.id}), "fresh".into()).unwrap();
        let clocks = Clocks::default();
        clocks.learn(8453, Block::read(&block(world.seconds())).unwrap(), world.now);
        let token = format!("tab {} call {}", self.number, self.calls);
        let config = Config::read(&(world.scene.options)()).unwrap();
        Order { request, config, confirm: false, payer: None, clocks, owner: owner(&token) }
    }

    fn forget(&mut self, world: &mut World) -> Result<(), String> {
        // To the visitor, a purchase that the journal shows as paid is over: the next one of that name is another one.
        let is_paid = world.journal.get(self.id).is_some_and(|record| record["paid"] == "yes");
        let is_open = |paper: &Paper| paper.id == self.id && !paper.is_past && world.is_open(paper);
        let is_under_way = !is_paid && world.papers.iter().any(is_open);
        let written = world.update(self.id, &Change::Forget { now: world.now });
        self.at = At::Idle;
        if matches!(written, Written::Refused(_)) {
            return Ok(());
        }
        if is_under_way {
            return Err("promise 7: a purchase was forgotten while money was under way for it".into());
        }
        for paper in world.papers.iter_mut().filter(|paper| paper.id == self.id) {
            paper.is_past |= paper.is_taken || (is_paid && paper.is_held);
        }
        Ok(())
    }

    fn run(&mut self, world: &mut World, running: Running, fault: Option<Fault>) -> Result<(), String> {
        let Running { step, doubt, mut withdrawal, seen } = running;
        if fault == Some(Fault::Crash) {
            return self.leave(world);
        }
        if fault == Some(Fault::Abort) {
            let failure = step.given_up().ok_or("promise 6: it cannot be given up")?;
            return self.ended(world, Err(failure.error), withdrawal);
        }
        if let Step::Write(_, change, _) = &step {
            withdrawal = change.withdrawal().or(withdrawal);
        }
        let is_seal = Kind::of(&step) == Kind::Seal;
        let next = match step {
            Step::Write(id, change, state) => {
                let stale = defect::is_on(Defect::BudgetReadBefore).then_some(&seen);
                let settled = match doubt {
                    Some(doubt) if fault == Some(Fault::Unread) => Judged::Over(doubt.read(Err(json!("unread")))),
                    Some(doubt) => Judged::Over(doubt.read(Ok(world.journal.get(&id).cloned()))),
                    None => world.write(&id, &change, fault, stale),
                };
                match settled {
                    Judged::Over(outcome) => state.written(outcome, world.now),
                    Judged::Doubted(doubt) => {
                        let step = Step::Write(id, change, state);
                        self.at = At::Running(Box::new(Running { step, doubt: Some(doubt), withdrawal, seen }));
                        return Ok(());
                    }
                }
            }
            step => self.perform(world, step, fault, withdrawal.is_some())?,
        };
        if is_seal && matches!(next.step, Step::Send(_, Sent::Paying(_))) {
            withdrawal = None;
        }
        if fault == Some(Fault::CrashAfter) {
            return self.leave(world);
        }
        self.proceed(world, next, withdrawal, seen)
    }

    fn proceed(
        &mut self,
        world: &mut World,
        next: Next<Value>,
        withdrawal: Option<Change<Value>>,
        seen: Vec<Value>,
    ) -> Result<(), String> {
        match next.step {
            Step::Done(outcome) => self.ended(world, outcome.map_err(|failure| failure.error), withdrawal),
            step => {
                self.at = At::Running(Box::new(Running { step, doubt: None, withdrawal, seen }));
                Ok(())
            }
        }
    }

    /// The page is gone, with everything it knew.
    fn leave(&mut self, world: &mut World) -> Result<(), String> {
        world.locks.retain(|_, holder| *holder != self.number);
        self.at = if self.calls == 0 { At::Over } else { At::Idle };
        Ok(())
    }

    fn ended(&mut self, world: &mut World, outcome: Outcome, withdrawal: Option<Change<Value>>) -> Result<(), String> {
        match withdrawal {
            Some(change) => {
                self.at = At::Withdrawing(Box::new((change, outcome)));
                Ok(())
            }
            None => self.told(world, outcome),
        }
    }

    /// The caller gets the outcome.
    fn told(&mut self, world: &mut World, outcome: Outcome) -> Result<(), String> {
        self.leave(world)?;
        let own =
            || world.papers.iter().filter(|paper| paper.tab == self.number && paper.id == self.id && !paper.is_past);
        match outcome {
            Ok(task) => {
                let receipt = task.receipt.as_ref().map_or(Value::Null, Value::of);
                let is_taken = |nonce: &Value| world.papers.iter().any(|paper| *nonce == paper.nonce && paper.is_taken);
                if receipt["settled"] == "chain" && !is_taken(&receipt["nonce"]) {
                    return Err("promise 5: a receipt shows what was not taken".into());
                }
                // It may have resumed what another tab paid.
                let is_paid = || world.papers.iter().any(|paper| paper.id == self.id && paper.is_taken);
                if task.paid == Paid::Yes && world.tasks.is_empty() && !is_paid() {
                    return Err("promise 5: paid, and there is neither a task nor a payment".into());
                }
                if receipt.is_null() && task.paid == Paid::Yes {
                    return Err("promise 5: paid, and no receipt".into());
                }
                if task.paid == Paid::No && own().any(|paper| paper.is_taken || world.is_open(paper)) {
                    return Err("promise 5: not paid, and it was or will be".into());
                }
                self.at = At::Over;
            }
            Err(error) => {
                if !is_listed(&error) {
                    return Err(format!("promise 8: the README does not have {error:?}"));
                }
                match error.paid {
                    Paid::No if own().any(|paper| paper.is_taken || world.is_open(paper)) => {
                        return Err(format!("promise 5: not paid, and it was or will be: {error:?}"));
                    }
                    Paid::Yes if !world.papers.iter().any(|paper| paper.id == self.id && paper.is_taken) => {
                        return Err(format!("promise 5: paid, and it was not: {error:?}"));
                    }
                    Paid::Unknown if error.retry != Retry::Resume => {
                        return Err(format!("promise 5: unknown, and not to be resumed: {error:?}"));
                    }
                    Paid::Yes => self.at = At::Over,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn perform(
        &mut self,
        world: &mut World,
        step: Step<Value>,
        fault: Option<Fault>,
        has_intent: bool,
    ) -> Result<Next<Value>, String> {
        let now = world.now;
        let mute = || if fault == Some(Fault::Mute) { Some(Err(None)) } else { None };
        Ok(match step {
            Step::Recall(id, state) => {
                if fault == Some(Fault::Blocked) {
                    return Ok(state.recalled(Err(json!("blocked"))));
                }
                if world.scene.has_locks {
                    world.locks.insert(id.clone(), self.number);
                }
                let record = world.journal.get(&id).cloned();
                state.recalled(Ok(Recalled { record, is_alone: world.scene.has_locks }))
            }
            Step::Send(_, Sent::Probing(state)) => {
                let said = match fault {
                    Some(Fault::Lost) => lost(None),
                    Some(Fault::Gateway) => answer(500, "<html>"),
                    _ => answer(402, world.scene.terms()),
                };
                state.answered(said, now)
            }
            Step::FindWallets(state) => {
                self.other = match fault {
                    Some(Fault::LieUnused) => Some(false),
                    Some(Fault::LieTaken) => Some(true),
                    _ => self.other,
                };
                let wallets = match fault {
                    Some(Fault::NoWallet) => 0,
                    Some(Fault::Crowd | Fault::LieUnused | Fault::LieTaken) => 2,
                    _ => 1,
                };
                state.found(wallets, now)
            }
            Step::Ask(_, question, Asked::Talking(state)) => {
                let decline = || (fault == Some(Fault::Decline)).then(|| talk(&question, 1));
                state.answered(mute().or_else(decline).unwrap_or_else(|| talk(&question, 0)))
            }
            Step::AskAll(questions, Gathered::Counting(state)) => {
                let said = |(_, question): &(usize, Question)| match question.method {
                    _ if fault == Some(Fault::Mute) => Err(None),
                    "eth_getBlockByNumber" => Ok(block(world.seconds())),
                    _ => talk(question, 0),
                };
                state.answered(questions.iter().map(said).collect(), now)
            }
            Step::DrawNonce(state) => {
                let nonce = (fault != Some(Fault::NoEntropy)).then(|| world.draw());
                state.drawn(nonce, now)
            }
            Step::Ask(_, question, Asked::Signing(state)) => {
                if !has_intent {
                    return Err("promise 3: the wallet opened before the journal had the purchase".into());
                }
                let good = world.show(self.number, self.id, &question);
                state.answered(match fault {
                    Some(Fault::Decline) => Err(Some(json!({"code": 4001}))),
                    Some(Fault::Mute) => Err(None),
                    Some(Fault::OtherKey) => Ok(sealed_with(OTHER_KEY, &question)),
                    _ => Ok(good),
                })
            }
            Step::Ask(_, _, Asked::Checking(state)) => state.answered(mute().unwrap_or_else(|| Ok(json!("0x"))), now),
            Step::Send(request, Sent::Paying(state)) => {
                let said = self.pay(world, &request, fault)?;
                state.answered(said, now)
            }
            Step::Send(request, Sent::Looking(state)) => {
                let is_known = world.tasks.iter().any(|id| request.url.ends_with(&format!("/{id}/status")));
                let said = match fault {
                    Some(Fault::Lost) => lost(None),
                    Some(Fault::Gateway) => answer(502, "<html>"),
                    Some(Fault::Odd) => answer(200, json!({"status": "error", "message": "Task not found"})),
                    None | Some(Fault::Slow) if is_known => answer(202, json!({"status": "processing"})),
                    _ => answer(404, json!({"status": "not_found"})),
                };
                state.looked(said, now)
            }
            Step::AskAll(questions, Gathered::Reading(state)) => {
                match fault {
                    Some(Fault::Mute) => self.own.is_mute = true,
                    Some(Fault::Elsewhere) => self.own.is_elsewhere = true,
                    Some(Fault::Ahead) => self.own.is_ahead = true,
                    _ => {}
                }
                let replies = questions.iter().map(|(wallet, question)| self.read(world, *wallet, question)).collect();
                state.answered(replies, now)
            }
            Step::Sleep(ms, state) => {
                world.now += ms.div_ceil(1000) * 1000;
                state.woke(world.now)
            }
            Step::Write(..) | Step::Confirm(..) | Step::Done(_) => panic!("no scene has it, or `run` does"),
        })
    }

    fn pay(&self, world: &mut World, request: &HttpRequest, fault: Option<Fault>) -> Result<Answer<Value>, String> {
        if matches!(fault, Some(Fault::Lost | Fault::Gateway)) {
            // Written down and unchanged, whether or not it arrives; but the seller does not have it.
            let was_held: Vec<bool> = world.papers.iter().map(|paper| paper.is_held).collect();
            let place = world.receive(self.id, request)?;
            world.papers[place].is_held = was_held[place];
            return Ok(if fault == Some(Fault::Lost) { lost(None) } else { answer(500, "<html>") });
        }
        let place = world.receive(self.id, request)?;
        let task = json!({"taskId": if world.scene.knows_seed { uuid::derived(self.id) } else { TASK.into() }});
        match fault {
            Some(Fault::Refused) => return Ok(answer(402, world.scene.terms())),
            Some(Fault::Unsettled) => {
                world.work(self.id);
                return Ok(lost(None));
            }
            _ => {}
        }
        if !world.settle(place) {
            return Ok(answer(402, world.scene.terms()));
        }
        world.work(self.id);
        Ok(if fault == Some(Fault::Unanswered) { lost(None) } else { answer(202, task) })
    }

    /// A wallet's answer, read through its node. Reading never opens a prompt.
    fn read(&self, world: &World, wallet: usize, question: &Question) -> Reply<Value> {
        let is_own = wallet == 0;
        if is_own && self.own.is_mute {
            return Err(None);
        }
        let is_ahead = if is_own { self.own.is_ahead } else { self.other == Some(false) };
        let params = question.params.as_ref().and_then(|params| Value::parse(params));
        let of_data = |nonce: &str| {
            params
                .as_ref()
                .is_some_and(|params| params[0]["data"].as_str().is_some_and(|data| data.ends_with(&nonce[2..])))
        };
        Ok(match question.method {
            "eth_chainId" if is_own && self.own.is_elsewhere => json!("0x1"),
            "eth_chainId" => json!("0x2105"),
            "eth_accounts" if is_own => json!([PAYER.to_string().to_lowercase()]),
            "eth_accounts" => json!(["0x70997970c51812dc3a010c7d01b50e0d17dc79c8"]),
            "eth_getBlockByNumber" => block(world.seconds() + if is_ahead { 3600 } else { 0 }),
            "eth_call" => {
                let is_taken = world.papers.iter().any(|paper| paper.is_taken && of_data(&paper.nonce));
                let said = if is_own { is_taken } else { self.other.unwrap_or(is_taken) };
                json!(format!("0x{:064x}", u8::from(said)))
            }
            "eth_getLogs" => json!([{"transactionHash": TRANSACTION}]),
            "eth_getTransactionReceipt" => {
                let paper = world.papers.iter().rev().find(|paper| paper.is_taken && paper.id == self.id);
                let authorization =
                    paper.and_then(|paper| Authorization::read(Scheme::Exact, &ASSETS[0], &paper.message));
                json!({"status": "0x1", "logs": authorization.map(|authorization| chain::tests::logs(&authorization, TRANSACTION))})
            }
            other => panic!("{other} could open a prompt"),
        })
    }
}

/// The latest block of the chain, whose clock matches this machine's.
fn block(seconds: u64) -> Value {
    json!({"number": format!("0x{:x}", seconds / 2), "timestamp": format!("0x{seconds:x}")})
}

const TRANSACTION: &str = "0xabababababababababababababababababababababababababababababababab";
/// Another person's key.
const OTHER_KEY: [u8; 32] = [0x11; 32];
