//! From the offer to an account on the right network with enough money in it. Nothing here can move money.

use std::rc::Rc;

use alloy_primitives::Address;

use super::{
    super::{
        assets::Asset,
        block::{self, Block},
        clock::ChainClock,
        error::{Code, Error, Stage},
        json::Json,
        money::Money,
        notice::Notice,
        quote::PricedQuote,
        reason, rejection,
        terms::Offer,
        text::{self, text},
        wallet::{self, Question, Reply},
    },
    Asked, Gathered, Next, Step,
    order::Deal,
    signing::{Confirming, DrawingNonce},
};

/// Waiting for the list of wallets.
#[derive(Clone, Debug)]
pub struct Choosing<J> {
    pub(super) deal: Box<Deal>,
    pub(super) quote: Rc<PricedQuote<J>>,
}

impl<J: Json> Choosing<J> {
    /// So many wallets will do.
    #[must_use]
    pub fn found(self, wallets: usize) -> Next<J> {
        match wallet::the_only(wallets) {
            Ok(()) => {
                Talk { deal: self.deal, quote: self.quote, wallet: 0 }.ask(Question::connect(), WalletQuestion::Connect)
            }
            Err(error) => error.into(),
        }
    }
}

/// Waiting for the wallet's answer to a question that cannot move money.
#[derive(Clone, Debug)]
pub struct Talking<J> {
    talk: Talk<J>,
    asked: WalletQuestion,
}

#[derive(Clone, Debug)]
struct Talk<J> {
    deal: Box<Deal>,
    quote: Rc<PricedQuote<J>>,
    wallet: usize,
}

/// What was asked.
#[derive(Clone, Copy, Debug)]
enum WalletQuestion {
    Connect,
    Chain(Address),
    Switch(Address),
    Add(Address),
    ChainAgain(Address),
}

impl WalletQuestion {
    const fn in_words(self) -> &'static str {
        match self {
            Self::Connect => "the connection",
            Self::Chain(_) | Self::ChainAgain(_) => "the question about its network",
            Self::Switch(_) => "the network switch",
            Self::Add(_) => "the request to add the network",
        }
    }
}

impl<J: Json> Talking<J> {
    /// The wallet answered, or threw.
    #[must_use]
    pub fn answered(self, answer: Reply<J>) -> Next<J> {
        let talk = self.talk;
        match (self.asked, answer) {
            (WalletQuestion::Connect, Ok(accounts)) => match talk.payer(&accounts) {
                Some(payer) => talk.with(payer),
                None => no_account().into(),
            },
            (WalletQuestion::Chain(payer), Ok(id)) => talk.on_chain(&id, payer),
            (WalletQuestion::Switch(payer) | WalletQuestion::Add(payer), Ok(_)) => {
                talk.ask(Question::chain_id(), WalletQuestion::ChainAgain(payer))
            }
            (WalletQuestion::Switch(payer), Err(Some(thrown))) if rejection::lacks_chain(&thrown) => {
                match Question::add(&talk.asset().chain) {
                    Some(question) => talk.ask(question, WalletQuestion::Add(payer)),
                    None => Next::failed(talk.still_elsewhere(), thrown),
                }
            }
            (WalletQuestion::ChainAgain(payer), Ok(id)) if talk.is_home(&id) => talk.count(payer),
            (WalletQuestion::ChainAgain(_), Ok(_)) => talk.still_elsewhere().into(),
            (asked, Err(Some(thrown))) => refused(thrown, asked.in_words()),
            (asked, Err(None)) => unanswered(asked).into(),
        }
    }
}

pub(super) fn refused<J: Json>(thrown: J, asking: &str) -> Next<J> {
    Next::failed(rejection::read(&thrown, asking), thrown)
}

fn unanswered(asked: WalletQuestion) -> Error {
    let code = match asked {
        WalletQuestion::Connect | WalletQuestion::Switch(_) | WalletQuestion::Add(_) => Code::WalletBusy,
        WalletQuestion::Chain(_) | WalletQuestion::ChainAgain(_) => Code::WalletError,
    };
    let message = text!("the wallet did not respond to ", asked.in_words(), ": open it, or reload the page");
    Error::unpaid(code, Stage::Wallet, message)
}

/// Waiting for what the payer has, and for the time of the chain.
#[derive(Clone, Debug)]
pub struct Counting<J> {
    talk: Talk<J>,
    payer: Address,
}

impl<J: Json> Counting<J> {
    /// The wallet answered, or threw. Both are best-effort: a wallet that cannot read may still pay, and without a block this
    /// machine's clock has to do.
    #[must_use]
    pub fn answered(self, replies: Vec<Reply<J>>, now: u64) -> Next<J> {
        let Self { talk, payer } = self;
        let offer = &talk.deal.offer;
        let [balance, block] = &*replies else { return no_answers().into() };
        let have = balance.as_ref().ok().and_then(wallet::read_uint);
        if let Some(have) = have.filter(|have| *have < offer.amount) {
            return too_little(&Money::of(offer.asset, have), offer, payer).into();
        }
        let clock = match talk.clock(block.as_ref().ok(), now) {
            Ok(clock) => clock,
            Err(error) => return error.into(),
        };
        let confirm = talk.deal.order.confirm;
        let drawing = DrawingNonce { deal: talk.deal, wallet: talk.wallet, payer, clock, intended_at: 0 };
        if confirm { Step::Confirm(talk.quote, Confirming(drawing)).into() } else { drawing.intend(now) }
    }
}

fn no_answers() -> Error {
    Error::unpaid(Code::WalletError, Stage::Wallet, "the wallet did not answer; nothing was paid: try again")
}

fn no_account() -> Error {
    let message = "the wallet connected, but did not give the account: unlock it, or choose the account in it";
    Error::unpaid(Code::WalletLocked, Stage::Wallet, message)
}

impl<J: Json> Talk<J> {
    const fn asset(&self) -> &'static Asset {
        self.deal.offer.asset
    }

    const fn ask(self, question: Question, asked: WalletQuestion) -> Next<J> {
        let step = Step::Ask(self.wallet, question, Asked::Talking(Talking { talk: self, asked }));
        Next { notices: Vec::new(), step }
    }

    fn with(self, payer: Address) -> Next<J> {
        if self.deal.offer.pay_to == payer {
            return self.deal.offer.refuse::<J>("the seller names the payer's own account as the recipient").into();
        }
        self.ask(Question::chain_id(), WalletQuestion::Chain(payer))
    }

    fn payer(&self, accounts: &J) -> Option<Address> {
        wallet::read_account(accounts, self.deal.order.payer)
    }

    fn count(self, payer: Address) -> Next<J> {
        let questions = [Question::balance_of(self.asset(), payer), block::latest()];
        let is_in_click = self.deal.is_quoted && !self.deal.order.confirm;
        let questions = if is_in_click { questions.map(Question::briefly) } else { questions };
        let questions = questions.map(|question| (self.wallet, question)).into();
        Step::AskAll(questions, Gathered::Counting(Counting { talk: self, payer })).into()
    }

    /// The clock of the chain: as its latest block shows it, or else as this page has seen it before.
    fn clock(&self, block: Option<&J>, now: u64) -> Result<ChainClock, Error> {
        let (clocks, chain) = (&self.deal.order.clocks, self.asset().chain.id);
        if let Some(block) = block.and_then(Block::read) {
            clocks.learn(chain, block, now);
        }
        clocks.of(chain, now)
    }

    fn is_home(&self, chain_id: &J) -> bool {
        wallet::read_chain_id(chain_id) == Some(self.asset().chain.id)
    }

    fn on_chain(self, answer: &J, payer: Address) -> Next<J> {
        let Some(chain_id) = wallet::read_chain_id(answer) else {
            let named = reason::line(&answer.to_text());
            let message = text!("the wallet names its network in a way that cannot be read: ", named);
            return Error::unpaid(Code::WalletError, Stage::Wallet, message).into();
        };
        let chain = &self.asset().chain;
        let mut notices = vec![Notice::Connected { address: text::address(payer), chain_id }];
        let Next { step, .. } = if chain_id == chain.id {
            self.count(payer)
        } else {
            notices.push(Notice::Switching { network: chain.caip2 });
            self.ask(Question::switch_to(chain), WalletQuestion::Switch(payer))
        };
        Next { notices, step }
    }

    fn still_elsewhere(&self) -> Error {
        let message =
            text!("the wallet stayed on another network: switch it to ", self.asset().chain.name, ", then try again");
        Error::unpaid(Code::WrongNetwork, Stage::Wallet, message)
    }
}

fn too_little(have: &Money, offer: &Offer, payer: Address) -> Error {
    let need = Money::of(offer.asset, offer.amount);
    let chain = offer.asset.chain.name;
    let message =
        text!("the wallet has ", have.amount, " ", have.symbol, " on ", chain, ", the video costs ", need.amount);
    Error::unpaid(Code::InsufficientFunds, Stage::Wallet, message)
        .detail("have", have.amount.as_str())
        .detail("need", need.amount)
        .detail("address", text::address(payer))
        .detail("network", offer.asset.chain.caip2)
}
