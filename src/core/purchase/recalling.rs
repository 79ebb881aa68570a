//! Whether it was already bought: the journal's record of a purchase comes first.

use super::{
    super::{
        accepted::AcceptedTask,
        error::{Code, Error, Paid, Retry, Stage},
        failure::Failure,
        journal::{self, Known, Life},
        json::Json,
        payment::HeldReceipt,
        text::text,
    },
    Next, Order, Step,
    order::Quoted,
    underway::Underway,
};

/// Resumes a purchase from the journal at the step where it was interrupted. Never signs.
#[must_use]
pub fn resume<J: Json>(id: String) -> Next<J> {
    Step::Recall(id.clone(), Box::new(Recalling { id, wanted: None })).into()
}

/// The record of a purchase that a call has locked.
#[derive(Clone, Debug)]
pub struct Recalled<J> {
    /// Its record.
    pub record: Option<J>,
    /// Whether the lock keeps all other calls away, including other tabs.
    pub is_alone: bool,
}

/// Waiting for the journal's record of this purchase.
#[derive(Clone, Debug)]
pub struct Recalling {
    /// Its id.
    pub(super) id: String,
    /// What to buy if it has not been bought; `None` if the call only resumes.
    pub(super) wanted: Option<Wanted>,
}

#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) order: Order,
    pub(super) quoted: Option<Quoted>,
}

impl Recalling {
    /// Whether the wallet may be asked to connect meanwhile: the price has been agreed already, and the seller takes
    /// the request. A wallet that opens its own window can only do so inside a click handler.
    #[must_use]
    pub fn is_payable<J: Json>(&self) -> bool {
        let quoted = self.wanted.as_ref().and_then(|wanted| Some((&wanted.order, wanted.quoted.as_ref()?)));
        quoted.is_some_and(|(order, quoted)| order.quote::<J>(quoted).problems.is_empty())
    }

    /// The id was generated for it: nobody else knows it, and there is no record of it.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| wanted.order.request.is_fresh())
    }

    /// The record of that id, or why it could not be read.
    #[must_use]
    pub fn recalled<J: Json>(mut self, recalled: Result<Recalled<J>, J>) -> Next<J> {
        let asked_for = |Recalled { record, is_alone }| Ok((journal::asked_for(Ok(record), &self.id)?, is_alone));
        let (record, is_alone) = match recalled.and_then(asked_for) {
            Ok(recalled) => recalled,
            Err(thrown) => return Next::failed(self.unread(journal::not_stored()), thrown),
        };
        if let Some(wanted) = &mut self.wanted {
            wanted.order.owner.is_alone = is_alone;
        }
        // A forgotten record counts as absent.
        let record = record.filter(|record| Life::read(record) != Some(Life::Forgotten));
        let stands_for =
            |record: &J| self.wanted.as_ref().is_none_or(|i| Known::is_of(record, &i.order.request, &i.order.config));
        match record.as_ref().map(Known::read) {
            Some(Err(error)) => error.paid(Paid::Unknown, Retry::Resume).into(),
            Some(Ok(_)) if !record.as_ref().is_some_and(stands_for) => {
                Error::invalid("this `id` stands for another purchase already: take a new one").into()
            }
            Some(Ok(Known::Signed(signed))) => Box::new(Underway::new(*signed, None, Vec::new())).recover(),
            Some(Ok(Known::Accepted(task))) => Step::Done(Ok(task.kept())).into(),
            Some(Ok(Known::Failed(task))) => match self.wanted {
                Some(wanted) => wanted.begin_anew(task.kept()),
                None => Step::Done(Ok(task.kept())).into(),
            },
            Some(Ok(Known::Nothing)) | None => self.wanted.map_or_else(|| nothing_to_resume().into(), Wanted::begin),
        }
    }
}

impl Recalling {
    /// Until the journal has been read, a purchase whose id the caller chose may have been paid before.
    fn unread(&self, error: Error) -> Error {
        if self.is_fresh() { error } else { error.paid(Paid::Unknown, Retry::Resume) }
    }

    pub(super) fn given_up(&self) -> Error {
        let message = "aborted before the purchase was begun or taken up";
        self.unread(Error::unpaid(Code::Aborted, Stage::Quote, message))
    }
}

impl Wanted {
    fn begin<J: Json>(self) -> Next<J> {
        match self.quoted {
            Some(quoted) => self.order.quoted(quoted, true),
            None => self.order.ask_price(),
        }
    }

    /// Starts the next purchase after the generation of this one has failed. An id chosen by the page names the
    /// purchase that has ended; an id that the library generated for a quote does not, so the quote buys again.
    fn begin_anew<J: Json>(self, task: AcceptedTask<HeldReceipt<J>>) -> Next<J> {
        let Self { order, quoted } = self;
        if order.request.is_drawn() {
            return Order { request: order.request.anew(), ..order }.recall(quoted);
        }
        Step::Done(Err(ended(task))).into()
    }
}

fn ended<J>(task: AcceptedTask<HeldReceipt<J>>) -> Failure<J> {
    let (money, retry) = match task.paid {
        Paid::No => ("it cost nothing", Retry::Safe),
        _ => ("it was paid, and buying again pays again", Retry::PaysAgain),
    };
    let message = text!(
        "the purchase of this `id` has ended, since its generation failed (",
        money,
        "): take another `id` to buy again"
    );
    let error =
        Error::unpaid(Code::GenerationFailed, Stage::Wait, message).paid(task.paid, retry).about(Some(task.task_id));
    Failure { receipt: task.receipt, ..error.into() }
}

fn nothing_to_resume() -> Error {
    let message = "nothing was paid for this purchase, so there is nothing to resume";
    Error::unpaid(Code::TaskNotFound, Stage::Request, message)
}
