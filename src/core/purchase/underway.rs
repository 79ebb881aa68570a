//! From the signed payment to its end, whatever happens to the response.
//!
//! Usually the first send ends it: a 202 with a task. If the response is lost, or is anything else, nothing is signed
//! again. These are tried in turn until one of them shows how it ended:
//!
//! 1. the service is asked for the task, by the id that was sent with the request;
//! 2. the token is asked, through the payer's own wallet, whether it has taken the payment; other wallets on the page
//!    are only used if that one does not answer;
//! 3. the same payment is resent, while it can still be settled. The token takes a nonce once, so this can never pay
//!    twice.
//!
//! Nothing was paid, and never will be, once the payer's own wallet shows a block past the window, as much time has
//! passed on this machine since the stamp, and the token has not taken the payment. What another wallet reports can
//! only delay this verdict.

use std::rc::Rc;

use super::{
    super::{
        accepted::AcceptedTask,
        authorization::SETTLE_MS,
        defect::{self, Defect},
        error::{Code, Error, Paid, Retry, Stage},
        failure::Failure,
        http::{Answer, HttpResponse},
        http_request::{HttpRequest, Method},
        journal::{Change, OrderRecord, Signed},
        json::Json,
        notice::Notice,
        payment::{HeldReceipt, Payment, Receipt},
        place,
        task::TaskStatus,
        text::{self, text},
        witness::{Inquiry, Progress, Reader, Report, Reports},
    },
    Finding, Gathered, Next, Sent, Sleeping, Step, Writing,
    pricing::{claimed_task, read_task_id},
    settling::{Paying, ReadingChain, Settling},
    trouble::Trouble,
};

/// Chains and servers have clocks of their own: by this long after the window a payment has settled or never will.
const SETTLE_MARGIN_MS: u64 = 30_000;
/// How much longer the chain is read if it is behind.
const CHAIN_LAG_MS: u64 = 60_000;
/// Refusals after which we stop resending.
const MOST_ANSWERS: u32 = 3;
/// Rounds of searching for the task of a settled payment: about a minute.
const MOST_SEARCHES: u32 = 7;
/// The shortest and longest pause between two rounds.
const FIRST_PAUSE_MS: u64 = 1_000;
const LONGEST_PAUSE_MS: u64 = 15_000;
/// Timeout of a status request.
const LOOK_PATIENCE_MS: u64 = 10_000;

/// The reason given when the payer's own wallet does not answer.
fn no_answer() -> &'static str {
    place::pick(
        "the wallet that paid could not be asked: connect it to this page, on the network of the payment, and call \
         `resume()`",
        "the wallet that paid could not be asked: pass it as `wallet`, on the network of the payment, to `resume()`",
    )
}

/// The reason given when another wallet reports that the payment was taken.
fn reported_taken() -> String {
    text!("another wallet ", place::pick("on this page ", ""), "reports that it was taken, but ", no_answer())
}

/// A payment that has been signed and has not ended.
#[derive(Clone, Debug)]
pub struct Underway<J> {
    signed: Signed,
    /// What was bought, in case its record is gone.
    order: Option<Rc<OrderRecord>>,
    /// The wallets through which the chain is read first.
    readers: Vec<Reader>,
    /// What those reported, while the other wallets on the page are asked.
    reports: Option<Reports>,
    /// The task that a response named, whatever else it said.
    claimed: Option<String>,
    /// What the service knows about the task.
    task: ServiceView,
    /// The receipt, once the token has taken the payment.
    taken: Option<Rc<Receipt>>,
    /// A wallet other than the payer's reports that the token has taken it.
    is_reported_taken: bool,
    /// Responses to the payment that did not accept it.
    answers: u32,
    rounds: u32,
    trouble: Trouble<J>,
}

/// What the service knows about the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ServiceView {
    Nothing,
    Task,
    /// The task is completed.
    Result,
}

/// What the token says about a payment that it has not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It could still take it; this is the chain's time in milliseconds.
    Open { chain_ms: Option<u64> },
    /// It never will.
    Dead,
    /// None of the payer's wallets can read it.
    Silent,
}

impl<J: Json> Underway<J> {
    /// A payment that was just signed with a wallet, or one from the journal.
    pub(super) fn new(signed: Signed, order: Option<Rc<OrderRecord>>, readers: Vec<Reader>) -> Self {
        let reason = text!(place::pick("the page was left", "the process ended"), " before the payment was answered");
        let taken = signed.taken.clone();
        Self {
            signed,
            order,
            readers,
            reports: None,
            claimed: None,
            task: ServiceView::Nothing,
            taken,
            is_reported_taken: false,
            answers: 0,
            rounds: 0,
            trouble: Trouble { reason, details: Vec::new(), cause: None },
        }
    }

    pub(super) fn nonce(&self) -> String {
        self.signed.settlement.nonce()
    }

    /// Sends the payment: for the first time, or again.
    pub(super) fn send(self: Box<Self>, payment: Rc<Payment>, now: u64) -> Next<J> {
        let patience = self.left(now);
        let url = self.signed.base_url.create();
        let request = HttpRequest { url, method: Method::Pay(payment), patience };
        Step::Send(request, Sent::Paying(Paying(self))).into()
    }

    /// Only a 202 with a task is an accepted payment; nothing else tells what became of it.
    pub(super) fn answered(mut self: Box<Self>, answer: Answer<J>, now: u64) -> Next<J> {
        self.trouble = match answer {
            Ok(response) => {
                if let Some(task_id) = read_task_id::<J>(&response) {
                    let header = response.receipt.as_deref();
                    let receipt = Receipt::claimed::<J>(&self.signed.settlement.authorization, &task_id, header, now);
                    self.claimed = Some(task_id);
                    return self.accepted(Paid::Yes, Some(Rc::new(receipt)));
                }
                self.answers = self.answers.saturating_add(1);
                self.claimed = claimed_task::<J>(&response).or(self.claimed);
                Trouble::answered(&response, self.signed.payment.as_deref())
            }
            Err(failure) => Trouble::lost(failure),
        };
        let notice = Notice::PaymentUnknown { reason: self.trouble.reason.clone(), check_again_at: self.ends_at() };
        Next { notices: vec![notice], ..self.look() }
    }

    /// When the chain should know what became of it, by this machine's clock.
    fn ends_at(&self) -> u64 {
        self.signed.settlement.closes_at.saturating_add(SETTLE_MARGIN_MS)
    }

    /// Milliseconds until then.
    fn left(&self, now: u64) -> u64 {
        self.ends_at().saturating_sub(now)
    }

    fn task_id(&self) -> &str {
        self.claimed.as_deref().unwrap_or(&self.signed.seed)
    }

    /// Resumes a payment whose outcome is not known.
    pub(super) fn recover(self: Box<Self>) -> Next<J> {
        Step::FindWallets(Finding::Readers(Settling(self))).into()
    }

    /// That many wallets are usable.
    pub(super) fn found(mut self: Box<Self>, wallets: usize) -> Next<J> {
        self.readers = Reader::all(wallets);
        self.look()
    }

    /// 1. Asks the service for the task.
    fn look(self: Box<Self>) -> Next<J> {
        let url = self.signed.base_url.status(self.task_id());
        let request = HttpRequest { url, method: Method::Get, patience: LOOK_PATIENCE_MS };
        Step::Send(request, Sent::Looking(Settling(self))).into()
    }

    pub(super) fn looked(mut self: Box<Self>, answer: Answer<J>, now: u64) -> Next<J> {
        self.task = self.known(answer.ok());
        match self.taken.clone() {
            Some(receipt) if self.has_task() => self.accepted(Paid::Yes, Some(receipt)),
            // The transaction is searched for once more if the journal only knows that the token has taken the payment.
            Some(receipt) if self.rounds > 0 || receipt.transaction.is_some() => self.search_on(receipt, now),
            _ => self.inquire(now),
        }
    }

    /// A failed task, or an unknown status word, proves nothing unless the token has taken the payment. Then a failed
    /// task is this payment's, and so is any task in a 200.
    fn known(&self, answer: Option<HttpResponse<J>>) -> ServiceView {
        let Some(answer) = answer else { return ServiceView::Nothing };
        let is_object = || answer.body.json.as_ref().is_some_and(J::is_object);
        match TaskStatus::<J>::read(&answer, self.task_id()) {
            Ok(TaskStatus::Completed { .. }) => ServiceView::Result,
            Ok(TaskStatus::Queued { .. } | TaskStatus::Processing { .. }) => ServiceView::Task,
            Ok(TaskStatus::Failed { .. }) if self.taken.is_some() => ServiceView::Task,
            Ok(TaskStatus::NotFound { .. }) => ServiceView::Nothing,
            Ok(TaskStatus::Unknown { .. }) if defect::is_on(Defect::OddWordBelieved) => ServiceView::Task,
            Ok(TaskStatus::Unknown { .. }) | Err(_) if self.taken.is_none() => ServiceView::Nothing,
            _ if answer.status == 200 && is_object() => ServiceView::Task,
            _ => ServiceView::Nothing,
        }
    }

    fn has_task(&self) -> bool {
        self.task != ServiceView::Nothing
    }

    /// 2. Asks the token: through the wallet that signed, or those that the page has.
    fn inquire(self: Box<Self>, now: u64) -> Next<J> {
        let readers = self.readers.clone();
        self.ask(readers, now)
    }

    fn ask(self: Box<Self>, readers: Vec<Reader>, now: u64) -> Next<J> {
        let progress = Inquiry::begin(&self.signed.settlement.authorization, readers, now);
        self.read(progress, now)
    }

    /// Asks the wallets that were not asked at first, of that many on the page.
    pub(super) fn found_others(self: Box<Self>, wallets: usize, now: u64) -> Next<J> {
        let mut others = Reader::all(wallets);
        others.retain(|other| self.readers.iter().all(|asked| asked.wallet != other.wallet));
        self.ask(others, now)
    }

    pub(super) fn read(mut self: Box<Self>, progress: Progress, now: u64) -> Next<J> {
        match progress {
            Progress::Ask(asked, inquiry) => {
                Step::AskAll(asked, Gathered::Reading(ReadingChain { underway: self, inquiry })).into()
            }
            Progress::Done(reports) => match self.reports.take() {
                Some(before) => self.weigh(before.and(reports), now),
                None if reports.own.is_none() => {
                    self.reports = Some(reports);
                    Step::FindWallets(Finding::Others(Settling(self))).into()
                }
                None => self.weigh(reports, now),
            },
        }
    }

    /// The report of the payer's own wallet counts. If another one reports the payment as taken, `no` is not certain.
    fn weigh(mut self: Box<Self>, reports: Reports, now: u64) -> Next<J> {
        self.is_reported_taken = matches!(reports.others, Some(Report::Taken(_)));
        // Once the token has reported the payment as taken, that stands.
        if let (Some(receipt), Some(Report::Unused { .. }) | None) = (self.taken.clone(), &reports.own) {
            return self.search_on(receipt, now);
        }
        let verdict = match reports.own {
            Some(Report::Taken(transaction)) => return self.taken(transaction, now),
            Some(Report::Unused { is_over: true }) if now >= self.ends_at() => Verdict::Dead,
            Some(Report::Unused { .. }) if defect::is_on(Defect::WindowIgnored) => Verdict::Dead,
            Some(Report::Unused { is_over: true }) if defect::is_on(Defect::MachineTimeIgnored) => Verdict::Dead,
            Some(Report::Unused { .. }) => Verdict::Open { chain_ms: reports.chain_ms },
            None => Verdict::Silent,
        };
        self.judge(verdict, now)
    }

    fn judge(self: Box<Self>, verdict: Verdict, now: u64) -> Next<J> {
        let waits = now < self.ends_at();
        match verdict {
            Verdict::Dead if self.has_task() && defect::is_on(Defect::UnpaidTaskPaid) => self.accepted(Paid::Yes, None),
            Verdict::Dead if self.has_task() => self.accepted(Paid::No, None),
            Verdict::Dead => self.abandoned(),
            // A finished result is not withheld from the page until the window ends.
            Verdict::Open { .. } if self.task == ServiceView::Result => self.worked(Paid::Unknown, now),
            Verdict::Open { chain_ms } if self.is_ahead_of_chain(chain_ms, now) => {
                self.unsettled("the chain is behind")
            }
            Verdict::Silent if self.has_task() => self.worked(Paid::Yes, now),
            Verdict::Silent if self.is_reported_taken && !waits => self.unsettled(&reported_taken()),
            Verdict::Silent if !waits => self.unasked(),
            _ => self.pause(now),
        }
    }

    /// None of the payer's wallets shows what became of it, and its window has passed.
    fn unasked(self) -> Next<J> {
        if defect::is_on(Defect::AbandonedWithoutBlock) {
            return self.abandoned();
        }
        self.unsettled(no_answer())
    }

    /// The service works on the task, or has; nobody shows the transaction yet.
    fn worked(self, paid: Paid, now: u64) -> Next<J> {
        let receipt = Receipt::claimed::<J>(&self.signed.settlement.authorization, self.task_id(), None, now);
        self.accepted(paid, Some(Rc::new(receipt)))
    }

    /// 3. Resends the same payment, unless the service has the task or has refused it often enough.
    pub(super) fn try_again(self: Box<Self>, now: u64) -> Next<J> {
        let is_usable = now.saturating_add(SETTLE_MS) < self.signed.settlement.closes_at;
        match self.signed.payment.clone() {
            Some(payment) if is_usable && !self.has_task() && self.answers < MOST_ANSWERS => {
                self.send(resent(payment), now)
            }
            _ => self.look(),
        }
    }

    /// The node's head block is stale: older than the stamp, or than the window long after its end.
    fn is_ahead_of_chain(&self, chain_ms: Option<u64>, now: u64) -> bool {
        let stamped_after = self.signed.settlement.authorization.stamped_after().saturating_mul(1000);
        let patience = if chain_ms.is_some_and(|time| time < stamped_after) { 0 } else { CHAIN_LAG_MS };
        now >= self.ends_at().saturating_add(patience)
    }

    fn pause(mut self: Box<Self>, now: u64) -> Next<J> {
        let growing = FIRST_PAUSE_MS.saturating_mul(1u64.checked_shl(self.rounds).unwrap_or(u64::MAX));
        self.rounds = self.rounds.saturating_add(1);
        // Not beyond the time at which the chain knows.
        let left = self.left(now);
        let pause = growing.min(LONGEST_PAUSE_MS);
        let pause = if left > 0 { pause.min(left) } else { pause };
        Step::Sleep(pause, Sleeping::Settling(Settling(self))).into()
    }

    /// This page cannot wait any more.
    pub(super) fn broke(mut self, thrown: J) -> Next<J> {
        if let Some(receipt) = self.taken.clone() {
            return self.without_task(receipt, Some(thrown));
        }
        self.trouble.cause = Some(thrown);
        self.unsettled(place::pick(
            "this page cannot wait any longer, since the browser or the page threw an error; call `resume()`",
            "this process cannot wait any longer, since something in it threw an error; call `resume()`",
        ))
    }

    /// The token has taken it. Then there should be a task; the service may take a moment to know it.
    fn taken(mut self: Box<Self>, transaction: Option<String>, now: u64) -> Next<J> {
        let receipt = Rc::new(Receipt::proven(&self.signed.settlement.authorization, self.task_id(), transaction, now));
        if self.has_task() {
            return self.accepted(Paid::Yes, Some(receipt));
        }
        self.rounds = 0;
        self.taken = Some(receipt.clone());
        self.signed.payment = None;
        self.search_on(receipt, now)
    }

    fn search_on(self: Box<Self>, receipt: Rc<Receipt>, now: u64) -> Next<J> {
        if self.rounds < MOST_SEARCHES {
            return self.pause(now);
        }
        self.without_task(receipt, None)
    }

    /// The token has taken it, and no task is known.
    fn without_task(self, receipt: Rc<Receipt>, cause: Option<J>) -> Next<J> {
        let message = "the payment was taken, but the service names no task for it: contact it with the receipt";
        let error = self.describe(Code::TaskNotFound, message);
        let change = Change::Take { receipt: receipt.clone(), settlement: self.signed.settlement.clone() };
        let failure = Failure { receipt: Some(HeldReceipt::New(receipt)), cause, ..error.into() };
        self.end(change, Err(failure))
    }

    fn accepted(self, paid: Paid, receipt: Option<Rc<Receipt>>) -> Next<J> {
        let task_id = String::from(self.task_id());
        let is_open = receipt.as_ref().is_some_and(|receipt| receipt.transaction.is_none());
        let settlement = is_open.then(|| self.signed.settlement.clone());
        let task = AcceptedTask { task_id, receipt: receipt.map(HeldReceipt::New), paid, settlement };
        let change = Change::Accept {
            order: self.order.clone(),
            settlement: self.signed.settlement.clone(),
            task: task.plainly(),
        };
        self.end(change, Ok(task))
    }

    fn abandoned(self) -> Next<J> {
        let message = text!("nothing was paid, and nothing will be: ", self.trouble.reason);
        let error = self.describe(Code::PaymentRejected, &message).paid(Paid::No, Retry::Safe);
        let failure = Failure { cause: self.trouble.cause.clone(), ..error.into() };
        let change = Change::Abandon { settlement: self.signed.settlement.clone() };
        self.end(change, Err(failure))
    }

    /// Leaves it to `resume()`.
    pub(super) fn unsettled(self, why: &str) -> Next<J> {
        let reason = &self.trouble.reason;
        let message =
            text!("it cannot be told yet whether the payment was taken; do not pay again: ", why, "; ", reason);
        let error = self.describe(Code::PaymentUnknown, &message);
        Step::Done(Err(Failure { cause: self.trouble.cause, ..error.into() })).into()
    }

    fn end(self, change: Change<J>, outcome: Result<AcceptedTask<HeldReceipt<J>>, Failure<J>>) -> Next<J> {
        Step::Write(self.signed.id, Box::new(change), Writing::End(outcome)).into()
    }

    /// The error for a caller that aborts now.
    pub(super) fn given_up(&self) -> Failure<J> {
        let message = match self.taken {
            Some(_) => "aborted after the payment was taken, before the service named a task for it; call `resume()`",
            None => "aborted while the payment was under way: it may still be taken; do not pay again",
        };
        let receipt = self.taken.clone().map(HeldReceipt::New);
        Failure { receipt, ..self.describe(Code::Aborted, message).into() }
    }

    fn describe(&self, code: Code, message: &str) -> Error {
        let authorization = &self.signed.settlement.authorization;
        let transfer = authorization.transfer();
        let paid = if self.taken.is_some() { Paid::Yes } else { Paid::Unknown };
        let error = Error::unpaid(code, Stage::Payment, message)
            .paid(paid, Retry::Resume)
            .about(self.claimed.clone())
            .detail("id", self.signed.id.as_str())
            .detail("nonce", text::word(transfer.nonce))
            .detail("payer", text::address(transfer.from))
            .detail("payTo", text::address(transfer.to))
            .detail("amount", authorization.amount().amount)
            .detail("asset", text::address(authorization.asset().address))
            .detail("network", authorization.asset().chain.caip2)
            .detail("validBefore", self.signed.settlement.closes_at);
        error.details(self.trouble.details.clone())
    }
}

/// The same payment, unless the defect that tests switch on is active.
fn resent(payment: Rc<Payment>) -> Rc<Payment> {
    if defect::is_on(Defect::AnotherResent) {
        return Rc::new(Payment { body: text!(payment.body, " "), ..Payment::clone(&payment) });
    }
    payment
}
