//! Calls for the same purchase at the same time, as after a double click: one begins it, the others join. The core decides which are the same.

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

/// Hears what a purchase tells.
pub type Listener<J> = Rc<dyn Fn(&Notice<J>)>;

/// The purchases that are under way on a page.
#[derive(Debug)]
pub struct UnderWay<J>(RefCell<Vec<Rc<Purchase<J>>>>);

/// A purchase that one call has begun.
pub struct Purchase<J> {
    party: RefCell<Party>,
    is_connected: Cell<bool>,
    /// What became of it; its task as it crosses to the page.
    outcome: RefCell<Option<Result<J, Failure<J>>>>,
    /// The error of a call that gives up now.
    stands: RefCell<Option<Failure<J>>>,
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
            stands: RefCell::new(None),
            listeners: RefCell::new(vec![listener]),
            waiting: RefCell::new(Vec::new()),
        })
    }

    /// Tells all calls that have joined.
    pub fn tell(&self, notice: &Notice<J>) {
        if let Notice::Connected { address, .. } = notice
            && let Some(account) = parse_address(address)
        {
            let known = self.party.borrow().with(Account::Of(account));
            self.party.replace(known);
            self.is_connected.set(true);
            self.wake();
        }
        let listeners = self.listeners.borrow().clone();
        for hear in listeners {
            hear(notice);
        }
    }

    /// Keeps the error of a call that gives up from now on.
    pub fn stand(&self, given_up: Failure<J>) {
        self.stands.replace(Some(given_up));
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
        self.party.borrow().given_up(second, self.stands.borrow().as_ref(), reason)
    }

    /// Waits until there is something to take.
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

    /// Waits for the end of it, and hears what it tells meanwhile.
    async fn join<P: Page<J>>(&self, ports: &P, party: &Party, listener: &Listener<J>) -> Result<J, Failure<J>> {
        self.listeners.borrow_mut().push(listener.clone());
        let ended = self.until(|| self.outcome.borrow().clone());
        let outcome = self.unless_given_up(ports, party, ended).await;
        self.listeners.borrow_mut().retain(|other| !Rc::ptr_eq(other, listener));
        outcome?
    }

    /// What `work` comes to, unless the call gives up, which was to join this purchase.
    async fn unless_given_up<T, P: Page<J>>(
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
    /// Begins a purchase, or joins the one that is under way for the same request, whatever objects the calls are made of. That the first call is given up
    /// does not end those that joined: one of them buys by itself, or takes up the payment that may have left, under the id that `begin` is given then.
    ///
    /// # Errors
    /// Whatever ended the purchase, or that the caller gave up.
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
            // One that ended before it connected has nothing to do with this any more.
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
            let Some(unclear) = related(Relation::Ask) else {
                return self.begin(party, listener, |purchase| begin(purchase, id)).await;
            };
            let connected = unclear.until(|| (unclear.is_connected.get() || unclear.is_over()).then_some(()));
            unclear.unless_given_up(ports, &party, connected).await?;
            if !unclear.is_connected.get() || relation_to(&unclear, &party, &answers) != Relation::Ask {
                continue;
            }
            let other = match unclear.party.borrow().account() {
                Account::Of(account) => Some(account),
                _ => None,
            };
            let answer = unclear.unless_given_up(ports, &party, account(ports, other)).await?;
            // An account is one for all; no account, or no answer, is so since that purchase has connected.
            if matches!(answer, Account::Of(_)) {
                party = party.with(answer);
            }
            answers.push((unclear, answer));
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
