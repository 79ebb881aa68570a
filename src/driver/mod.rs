//! The one async loop (`drive`): performs the current step of a core state machine and hands the outcome back. It
//! decides nothing.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    ops::ControlFlow,
    pin::{Pin, pin},
    rc::Rc,
    task::Poll,
};

use alloy_primitives::Address;

use crate::{
    core::{
        accepted::AcceptedTask,
        assets::Asset,
        balance,
        clock::{self, Clocks},
        failure::Failure,
        identity::{self, Account},
        journal::{self, Change, Edit, Judged, Known, Written},
        json::Json,
        machine::{Machine, Next},
        money::Money,
        payment::{HeldReceipt, Receipt},
        poll,
        purchase::{self, quoting},
        quote::Quote,
        settlement,
        task::TaskStatus,
        wallet::{Question, Reply},
    },
    ports::{Clock, Entropy, Http, Journal, Page, Rests, Wallets},
};

/// Runs a state machine step by step until it ends or the caller aborts.
async fn drive<M: Machine<J>, J, P: Page<J>>(
    ports: &P,
    mut next: Next<M, J>,
    perform: impl AsyncFn(M) -> Next<M, J>,
) -> Result<M::Outcome, Failure<J>> {
    let mut aborted = pin!(ports.aborted());
    loop {
        for notice in &next.notices {
            ports.notify(notice);
        }
        let step = match next.step.ended() {
            ControlFlow::Break(outcome) => return outcome,
            ControlFlow::Continue(step) => step,
        };
        let given_up = step.given_up();
        if let Some(failure) = &given_up {
            ports.keep_abort_error(failure);
        }
        next = match (given_up, ports.abort_reason()) {
            (None, _) => perform(step).await,
            (Some(failure), Some(reason)) => return Err(Failure { cause: Some(reason), ..failure }),
            (Some(failure), None) => until(aborted.as_mut(), failure, perform(step)).await?,
        };
    }
}

/// Requests the price of an order. A task that the service began without payment is recorded.
///
/// # Errors
/// If the response is an error, or the caller aborted.
pub async fn quote<J: Json, P>(ports: &P, order: purchase::Order) -> Result<Quote<J>, Failure<J>>
where
    P: Http<J> + Journal<J> + Clock<J> + Page<J>,
{
    use quoting::Step;
    let perform = async |step| match step {
        Step::Send(request, quoting) => {
            let answer = ports.send(&request).await;
            quoting.answered(answer, ports.now())
        }
        Step::Write(id, change, noting) => {
            let _ = update(ports, &id, *change).await;
            noting.written()
        }
        done @ Step::Done(_) => done.into(),
    };
    drive(ports, quoting::begin(order), perform).await
}

/// Drives a purchase until its task is accepted. If it fails before anything was signed, its intent is withdrawn.
///
/// # Errors
/// The error that ended the purchase, or the caller's abort.
pub async fn purchase<J: Json, P>(
    ports: &P,
    next: purchase::Next<J>,
) -> Result<AcceptedTask<HeldReceipt<J>>, Failure<J>>
where
    P: Http<J> + Wallets<J> + Journal<J> + Clock<J> + Entropy + Page<J>,
{
    let intended = Cell::default();
    let outcome = drive(ports, next, async |step| buy(ports, step, &intended).await).await;
    // If that fails, the record that remains says that nothing was paid, and blocks nothing for longer than its
    // signature could be used.
    if let Some((id, withdrawal)) = intended.take() {
        note(ports, &id, withdrawal).await;
    }
    outcome
}

/// Changes a record, best-effort. A caller that aborts does not wait for it; a write that was begun goes on.
async fn note<J: Json, P: Journal<J> + Page<J>>(ports: &P, id: &str, change: Change<J>) {
    let (mut noting, mut aborted) = (pin!(update(ports, id, change)), pin!(ports.aborted()));
    poll_fn(|context| match noting.as_mut().poll(context) {
        Poll::Pending => aborted.as_mut().poll(context).map(drop),
        Poll::Ready(_) => Poll::Ready(()),
    })
    .await;
}

/// The change that would undo this call's intent in the journal.
type Intended<J> = Cell<Option<(String, Change<J>)>>;

async fn buy<J: Json, P>(ports: &P, step: purchase::Step<J>, intended: &Intended<J>) -> purchase::Next<J>
where
    P: Http<J> + Wallets<J> + Journal<J> + Clock<J> + Entropy + Page<J>,
{
    use purchase::Step;
    match step {
        Step::Recall(id, state) => {
            if state.is_payable::<J>() {
                ports.invite();
            }
            let record = ports.recall(&id, state.is_fresh()).await;
            state.recalled(record)
        }
        Step::Send(request, state) => {
            let answer = ports.send(&request).await;
            state.answered(answer, ports.now())
        }
        Step::FindWallets(state) => {
            let wallets = match state {
                purchase::Finding::Others(_) => ports.find_others().await,
                _ => ports.find().await,
            };
            state.found(wallets, ports.now())
        }
        Step::Ask(wallet, question, state) => {
            let reply = ports.ask(wallet, &question).await;
            state.answered(reply, ports.now())
        }
        Step::AskAll(questions, state) => {
            let replies = ask_all(ports, &questions).await;
            state.answered(replies, ports.now())
        }
        Step::Confirm(quote, state) => {
            let answer = ports.confirm(&quote).await;
            state.answered(answer, ports.now())
        }
        Step::DrawNonce(state) => state.drawn(ports.draw(), ports.now()),
        Step::Write(id, change, state) => {
            if let Some(withdrawal) = change.withdrawal() {
                intended.set(Some((id.clone(), withdrawal)));
            }
            let is_signed = matches!(*change, Change::Sign { .. });
            let written = update(ports, &id, *change).await;
            if is_signed && matches!(written, Ok(Written::Done(_))) {
                intended.take();
            }
            state.written(written, ports.now())
        }
        Step::Sleep(ms, state) => match ports.sleep(ms).await {
            Ok(()) => state.woke(ports.now()),
            Err(thrown) => state.broke(thrown),
        },
        done @ Step::Done(_) => done.into(),
    }
}

/// Drives the wait for an accepted task until it is finished, or a single status request.
///
/// # Errors
/// The error that ended the wait, or the caller's abort.
pub async fn watch<J: Json, P>(ports: &P, next: poll::Next<J>) -> Result<TaskStatus<J>, Failure<J>>
where
    P: Http<J> + Journal<J> + Rests<J> + Clock<J> + Page<J>,
{
    drive(ports, next, async |step| look(ports, step).await).await
}

async fn look<J: Json, P>(ports: &P, step: poll::Step<J>) -> poll::Next<J>
where
    P: Http<J> + Journal<J> + Rests<J> + Clock<J> + Page<J>,
{
    use poll::Step;
    match step {
        Step::Read(id, state) => {
            let record = read(ports, &id).await;
            state.located(record.ok().flatten(), ports.now())
        }
        Step::Rest(until, state) => match ports.rest(until).await {
            Ok(woken) => state.woke(woken, ports.now()),
            Err(thrown) => state.broke(thrown),
        },
        Step::Look(request, state) => {
            let answer = ports.send(&request).await;
            state.answered(answer, ports.now())
        }
        Step::Write(id, change, state) => {
            note(ports, &id, *change).await;
            state.written()
        }
        done @ Step::Done(_) => done.into(),
    }
}

/// Searches for the transaction that paid for an accepted task. Returns the receipt that names it, once found.
pub async fn settle<J: Json, P>(ports: &P, begun: settlement::Step) -> Option<Rc<Receipt>>
where
    P: Wallets<J> + Journal<J> + Clock<J> + Page<J>,
{
    use settlement::Step;
    let perform = async |step| {
        let step = match step {
            Step::Sleep(ms, searching) => match ports.sleep(ms).await {
                Ok(()) => searching.woke(),
                Err(_) => Step::Done(None),
            },
            Step::FindWallets(searching) => {
                let wallets = ports.find().await;
                searching.found(wallets, ports.now())
            }
            Step::AskAll(questions, asking) => {
                let replies = ask_all(ports, &questions).await;
                asking.answered(replies, ports.now())
            }
            Step::Write(id, found) => {
                let _ = update(ports, &id, Change::Settle { receipt: found.receipt() }).await;
                found.written()
            }
            done @ Step::Done(_) => done,
        };
        step.into()
    };
    drive(ports, begun.into(), perform).await.ok().flatten()
}

/// Reads the clock of the first wallet's chain, for a later click. Best-effort: nobody waits for it.
pub async fn learn_clock<J: Json, P>(ports: &P, clocks: &Clocks)
where
    P: Wallets<J> + Clock<J>,
{
    if ports.find().await == 1 {
        let replies = ask_all(ports, &clock::questions(0)).await;
        clocks.learn_from(&replies, ports.now());
    }
}

/// Reads an account's balance through the only usable wallet. Default: the account that the wallet has connected.
///
/// # Errors
/// Why the balance cannot be read.
pub async fn balance<J: Json, P>(ports: &P, asset: &'static Asset, owner: Option<Address>) -> Result<Money, Failure<J>>
where
    P: Wallets<J> + Page<J>,
{
    use balance::Step;
    let perform = async |step| {
        let step = match step {
            Step::Ask(question, reading) => reading.answered(ports.ask(0, &question).await),
            done @ Step::Done(_) => done,
        };
        step.into()
    };
    drive(ports, balance::read(asset, owner, ports.find().await).into(), perform).await
}

/// Asks the only wallet which account it has connected to this page, without a prompt. `other` is the account to
/// compare it with.
pub async fn account<J: Json, P: Wallets<J>>(ports: &P, other: Option<Address>) -> Account {
    if ports.find().await != 1 {
        return Account::Silent;
    }
    match ports.ask(0, &identity::question()).await {
        Ok(accounts) => Account::answered(&accounts, other),
        Err(_) => Account::Silent,
    }
}

/// Changes a record. If the storage fails, its record shows whether it was written.
async fn update<J: Json, P: Journal<J>>(ports: &P, id: &str, change: Change<J>) -> Result<Written<J>, Option<J>> {
    let edit = Rc::new(Edit::new(id, change));
    match edit.judge(ports.update(&edit).await) {
        Judged::Over(outcome) => outcome,
        Judged::Doubted(doubt) => doubt.read(read(ports, id).await),
    }
}

/// Reads a record.
async fn read<J: Json, P: Journal<J>>(ports: &P, id: &str) -> Result<Option<J>, J> {
    journal::asked_for(ports.read(id).await, id)
}

/// Asks all questions at once and returns the replies in the same order.
async fn ask_all<J: Json, P: Wallets<J>>(ports: &P, questions: &[(usize, Question)]) -> Vec<Reply<J>> {
    let mut asked = Vec::new();
    for (wallet, question) in questions {
        asked.push((Box::pin(ports.ask(*wallet, question)), None));
    }
    poll_fn(|context| {
        let mut all = Poll::Ready(());
        for (asking, reply) in &mut asked {
            if reply.is_none() {
                match asking.as_mut().poll(context) {
                    Poll::Ready(ready) => *reply = Some(ready),
                    Poll::Pending => all = Poll::Pending,
                }
            }
        }
        all
    })
    .await;
    let mut replies = Vec::new();
    for (_, reply) in asked {
        replies.extend(reply);
    }
    replies
}

/// Resolves with the outcome of `work`, or fails with `abandoned` as soon as the caller aborts.
async fn until<J, T>(
    aborted: Pin<&mut impl Future<Output = J>>,
    abandoned: Failure<J>,
    work: impl Future<Output = T>,
) -> Result<T, Failure<J>> {
    unless(aborted, work).await.map_err(|reason| Failure { cause: Some(reason), ..abandoned })
}

/// Resolves with the outcome of `work`, or fails with the reason as soon as the caller aborts.
async fn unless<J, T>(mut aborted: Pin<&mut impl Future<Output = J>>, work: impl Future<Output = T>) -> Result<T, J> {
    let mut work = pin!(work);
    poll_fn(|context| match aborted.as_mut().poll(context) {
        Poll::Ready(reason) => Poll::Ready(Err(reason)),
        Poll::Pending => work.as_mut().poll(context).map(Ok),
    })
    .await
}

mod remembering;
#[cfg(test)]
mod tests;
mod together;

pub use remembering::{budget, forget, take_up, tasks};
pub use together::{Listener, Purchase, UnderWay};
