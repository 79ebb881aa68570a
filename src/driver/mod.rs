//! The one async loop: performs the step that the core asks for, and hands its outcome back. It decides nothing.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
};

use alloy_primitives::Address;

use crate::{
    core::{
        assets::Asset,
        balance,
        error::{Code, Error, Failure, Stage},
        json::Json,
        money::Money,
        payment::Proof,
        poll::{self, AcceptedTask},
        purchase,
        quote::Quote,
        task::TaskStatus,
    },
    ports::{Clock, Entropy, Http, Journal, Page, Vigil, Wallets},
};

/// Asks for the price of an order. A task that the server began without payment is remembered.
///
/// # Errors
/// What the answer says, or that the caller gave up.
pub async fn quote<J: Json, P>(ports: &P, mut order: purchase::Order) -> Result<Quote<J>, Failure<J>>
where
    P: Http<J> + Journal<J> + Clock + Page<J>,
{
    let mut aborted = pin!(ports.aborted());
    let answer = loop {
        let abandoned = Error::unpaid(Code::Aborted, Stage::Quote, "aborted; nothing was paid").into();
        let answer = until(aborted.as_mut(), abandoned, ports.send(&order.probe())).await?;
        if !order.reword(&answer) {
            break answer;
        }
    };
    let (quote, entry) = order.quote(answer, ports.now())?;
    if let Some(entry) = entry {
        // The page gets the task, whether it could be written down or not.
        let _ = ports.write(&quote.id, &entry).await;
    }
    Ok(quote)
}

/// Drives a purchase until its task is accepted.
///
/// # Errors
/// Whatever ended it, or that the caller gave up.
pub async fn purchase<J: Json, P>(ports: &P, mut next: purchase::Next<J>) -> Result<AcceptedTask<Proof<J>>, Failure<J>>
where
    P: Http<J> + Wallets<J> + Journal<J> + Clock + Entropy + Page<J>,
{
    let mut aborted = pin!(ports.aborted());
    loop {
        for notice in &next.notices {
            ports.notify(notice);
        }
        let step = match next.step {
            purchase::Step::Done(outcome) => return outcome,
            step => step,
        };
        next = match (step.given_up(), ports.abort_reason()) {
            (None, _) => take(ports, step).await,
            (Some(failure), Some(reason)) => return Err(Failure { cause: Some(reason), ..failure }),
            (Some(failure), None) => until(aborted.as_mut(), failure, take(ports, step)).await?,
        };
    }
}

async fn take<J: Json, P>(ports: &P, step: purchase::Step<J>) -> purchase::Next<J>
where
    P: Http<J> + Wallets<J> + Journal<J> + Clock + Entropy + Page<J>,
{
    use purchase::Step;
    match step {
        Step::Recall(id, state) => {
            if state.is_quoted() {
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
            let wallets = ports.find().await;
            state.found(wallets)
        }
        Step::Ask(wallet, question, state) => {
            let reply = ports.ask(wallet, &question).await;
            state.answered(reply, ports.now())
        }
        Step::AskBoth(wallet, questions, state) => {
            let [first, second] = &*questions;
            let replies = both(ports.ask(wallet, first), ports.ask(wallet, second)).await;
            state.answered(replies, ports.now())
        }
        Step::Confirm(quote, state) => {
            let answer = ports.confirm(&quote).await;
            state.answered(answer, ports.now())
        }
        Step::DrawNonce(state) => state.drawn(ports.draw(), ports.now()),
        Step::Write(id, entry, state) => {
            let written = ports.write(&id, &entry).await;
            state.written(written, ports.now())
        }
        Step::Sleep(ms, state) => {
            ports.sleep(ms).await;
            state.woke(ports.now())
        }
        done @ Step::Done(_) => done.into(),
    }
}

/// Drives the wait for an accepted task until it is finished, or one look.
///
/// # Errors
/// Whatever ended it, or that the caller gave up.
pub async fn watch<J: Json, P>(ports: &P, mut next: poll::Next<J>) -> Result<TaskStatus<J>, Failure<J>>
where
    P: Http<J> + Vigil<J> + Clock + Page<J>,
{
    let mut aborted = pin!(ports.aborted());
    loop {
        for notice in &next.notices {
            ports.notify(notice);
        }
        let step = match next.step {
            poll::Step::Done(outcome) => return outcome,
            step => step,
        };
        let abandoned = step.abandoned();
        next = until(aborted.as_mut(), abandoned, look(ports, step)).await?;
    }
}

async fn look<J: Json, P>(ports: &P, step: poll::Step<J>) -> poll::Next<J>
where
    P: Http<J> + Vigil<J> + Clock,
{
    use poll::Step;
    match step {
        Step::Rest(until, state) => match ports.rest(until).await {
            Ok(told) => state.woke(&told, ports.now()),
            Err(thrown) => state.broke(thrown),
        },
        Step::Look(request, state) => {
            let answer = ports.send(&request).await;
            state.answered(answer, ports.now())
        }
        done @ Step::Done(_) => done.into(),
    }
}

/// Reads what an account has, the connected one unless it is named, through the only wallet that will do.
///
/// # Errors
/// Whatever is in the way.
pub async fn balance<J: Json, P>(ports: &P, asset: &'static Asset, owner: Option<Address>) -> Result<Money, Failure<J>>
where
    P: Wallets<J>,
{
    let mut step = balance::read(asset, owner, ports.find().await);
    loop {
        step = match step {
            balance::Step::Ask(question, reading) => reading.answered(ports.ask(0, &question).await),
            balance::Step::Done(outcome) => return outcome,
        };
    }
}

/// Both outcomes, once both are there.
async fn both<F: Future>(first: F, second: F) -> [F::Output; 2] {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let mut outcomes = (None, None);
    let done = poll_fn(|context| {
        advance(first.as_mut(), &mut outcomes.0, context);
        advance(second.as_mut(), &mut outcomes.1, context);
        match std::mem::take(&mut outcomes) {
            (Some(first), Some(second)) => Poll::Ready([first, second]),
            some => {
                outcomes = some;
                Poll::Pending
            }
        }
    });
    done.await
}

fn advance<F: Future>(work: Pin<&mut F>, outcome: &mut Option<F::Output>, context: &mut Context<'_>) {
    if outcome.is_none()
        && let Poll::Ready(ready) = work.poll(context)
    {
        *outcome = Some(ready);
    }
}

/// Resolves with the outcome of `work`, or fails with `abandoned` as soon as the caller gives up.
async fn until<J, T>(
    mut aborted: Pin<&mut impl Future<Output = J>>,
    abandoned: Failure<J>,
    work: impl Future<Output = T>,
) -> Result<T, Failure<J>> {
    let mut work = pin!(work);
    let first = poll_fn(|context| {
        if let Poll::Ready(reason) = aborted.as_mut().poll(context) {
            return Poll::Ready(Err(reason));
        }
        work.as_mut().poll(context).map(Ok)
    });
    first.await.map_err(|reason| Failure { cause: Some(reason), ..abandoned })
}

#[cfg(test)]
mod tests;
