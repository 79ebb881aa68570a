//! Simultaneous calls for the same purchase, as after a double click: one starts it, the others join. The core decides
//! which calls are the same.

use std::{
    cell::{Cell, RefCell},
    fmt,
    future::poll_fn,
    pin::pin,
    rc::Rc,
    task::{Poll, Waker},
};

use super::{account, unless};
use crate::{
    core::{
        assets::parse_address,
        error::{Code, Detail, Paid},
        failure::Failure,
        identity::{self, Account, Party, Relation},
        json::Json,
        notice::Notice,
    },
    ports::{Page, Wallets},
};

/// Receives the events of a purchase.
pub type Listener<J> = Rc<dyn Fn(&Notice<J>)>;

/// The purchases in progress on a page.
#[derive(Debug)]
pub struct UnderWay<J>(RefCell<Vec<Rc<Purchase<J>>>>);

/// A purchase that one call started.
pub struct Purchase<J> {
    party: RefCell<Party>,
    is_connected: Cell<bool>,
    /// Its outcome; the task in the form that crosses to the page.
    outcome: RefCell<Option<Result<J, Failure<J>>>>,
    /// The error of a call that aborts now.
    abort_error: RefCell<Option<Failure<J>>>,
    listeners: RefCell<Vec<Listener<J>>>,
    waiting: RefCell<Vec<Waker>>,
}

impl<J: fmt::Debug> fmt::Debug for Purchase<J> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Purchase").field("party", &self.party).field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

impl<J: Json> Purchase<J> {
    fn new(party: Party, listener: Listener<J>) -> Rc<Self> {
        Rc::new(Self {
            party: RefCell::new(party),
            is_connected: Cell::new(false),
            outcome: RefCell::new(None),
            abort_error: RefCell::new(None),
            listeners: RefCell::new(vec![listener]),
            waiting: RefCell::new(Vec::new()),
        })
    }

    /// Sends an event to all calls that joined.
    pub fn send(&self, notice: &Notice<J>) {
        if let Notice::Connected { address, .. } = notice
            && let Some(account) = parse_address(address)
        {
            let known = self.party.borrow().with(Account::Of(account));
            self.party.replace(known);
            self.is_connected.set(true);
            self.wake();
        }
        let listeners = self.listeners.borrow().clone();
        for listener in listeners {
            listener(notice);
        }
    }

    /// Stores the error of a call that aborts from now on.
    pub fn set_abort_error(&self, given_up: Failure<J>) {
        self.abort_error.replace(Some(given_up));
    }

    fn is_over(&self) -> bool {
        self.outcome.borrow().is_some()
    }

    fn end(&self, outcome: Result<J, Failure<J>>) {
        self.outcome.replace(Some(outcome));
        self.wake();
    }

    fn wake(&self) {
        for waker in self.waiting.take() {
            waker.wake();
        }
    }

    fn given_up(&self, second: &Party, reason: J) -> Failure<J> {
        self.party.borrow().given_up(second, self.abort_error.borrow().as_ref(), reason)
    }

    /// Waits until there is an event to take.
    async fn until<T>(&self, mut take: impl FnMut() -> Option<T>) -> T {
        poll_fn(|context| match take() {
            Some(taken) => Poll::Ready(taken),
            None => {
                self.waiting.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }

    /// Waits for the end, passing on events meanwhile.
    async fn join<P: Page<J>>(&self, ports: &P, party: &Party, listener: &Listener<J>) -> Result<J, Failure<J>> {
        self.listeners.borrow_mut().push(listener.clone());
        let ended = self.until(|| self.outcome.borrow().clone());
        let outcome = self.unless_aborted(ports, party, ended).await;
        self.listeners.borrow_mut().retain(|other| !Rc::ptr_eq(other, listener));
        outcome?
    }

    /// Returns the outcome of `work`, unless the call aborts, which was going to join this purchase.
    async fn unless_aborted<T, P: Page<J>>(
        &self,
        ports: &P,
        party: &Party,
        work: impl Future<Output = T>,
    ) -> Result<T, Failure<J>> {
        let mut aborted = pin!(ports.aborted());
        unless(aborted.as_mut(), work).await.map_err(|reason| self.given_up(party, reason))
    }
}

impl<J> Default for UnderWay<J> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<J: Json> UnderWay<J> {
    /// Starts a purchase, or joins the one in progress for the same request, even if the calls were given different
    /// objects. Aborting the first call does not abort calls that joined it: one of them then buys, or resumes the
    /// payment that may have been sent, under the id that `begin` is given.
    ///
    /// # Errors
    /// The error that ended the purchase, or the caller's abort.
    pub async fn buy<P: Wallets<J> + Page<J>>(
        &self,
        ports: &P,
        mut party: Party,
        listener: Listener<J>,
        begin: impl AsyncFn(Rc<Purchase<J>>, Option<String>) -> Result<J, Failure<J>>,
    ) -> Result<J, Failure<J>> {
        let mut seen: Vec<Rc<Purchase<J>>> = Vec::new();
        let mut answers: Vec<(Rc<Purchase<J>>, Account)> = Vec::new();
        let mut id = None;
        loop {
            for purchase in self.0.borrow().iter() {
                if !seen.iter().any(|known| Rc::ptr_eq(known, purchase)) {
                    seen.push(purchase.clone());
                }
            }
            // A purchase that ended before it connected no longer matters.
            seen.retain(|purchase| purchase.is_connected.get() || !purchase.is_over());
            let related = |relation: Relation| {
                let relates = |first: &&Rc<Purchase<J>>| relation_to(first, &party, &answers) == relation;
                seen.iter().find(relates).cloned()
            };
            if let Some(first) = related(Relation::Same) {
                match first.join(ports, &party, &listener).await {
                    Err(failure) if failure.error.code == Code::Aborted && ports.abort_reason().is_none() => {
                        if failure.error.paid != Paid::No {
                            id = id_of(&failure);
                        }
                        seen.retain(|other| !Rc::ptr_eq(other, &first));
                        continue;
                    }
                    outcome => return outcome,
                }
            }
            let Some(undecided) = related(Relation::Ask) else {
                return self.begin(party, listener, |purchase| begin(purchase, id)).await;
            };
            let connected = undecided.until(|| (undecided.is_connected.get() || undecided.is_over()).then_some(()));
            undecided.unless_aborted(ports, &party, connected).await?;
            if !undecided.is_connected.get() || relation_to(&undecided, &party, &answers) != Relation::Ask {
                continue;
            }
            let other = match undecided.party.borrow().account() {
                Account::Of(account) => Some(account),
                _ => None,
            };
            let answer = undecided.unless_aborted(ports, &party, account(ports, other)).await?;
            // A known account settles it for good; no account, or no answer, is only known as of that purchase's
            // connection.
            if matches!(answer, Account::Of(_)) {
                party = party.with(answer);
            }
            answers.push((undecided, answer));
        }
    }

    async fn begin<W: Future<Output = Result<J, Failure<J>>>>(
        &self,
        party: Party,
        listener: Listener<J>,
        buy: impl FnOnce(Rc<Purchase<J>>) -> W,
    ) -> Result<J, Failure<J>> {
        let purchase = Purchase::new(party, listener);
        self.0.borrow_mut().push(purchase.clone());
        let outcome = buy(purchase.clone()).await;
        self.0.borrow_mut().retain(|other| !Rc::ptr_eq(other, &purchase));
        purchase.end(outcome.clone());
        outcome
    }
}

fn relation_to<J: Json>(first: &Rc<Purchase<J>>, party: &Party, answers: &[(Rc<Purchase<J>>, Account)]) -> Relation {
    let answer = answers.iter().rev().find(|(asked, _)| Rc::ptr_eq(asked, first)).map(|(_, answer)| *answer);
    let second = answer.map_or_else(|| party.clone(), |answer| party.with(answer));
    identity::relate(&first.party.borrow(), &second)
}

/// The id of the purchase that a failure is about.
fn id_of<J>(failure: &Failure<J>) -> Option<String> {
    match failure.error.details.get("id") {
        Some(Detail::Text(id)) => Some(id.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
