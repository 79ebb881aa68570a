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
    Asked, Gathered, Next, Sleeping, Step,
    order::Deal,
    signing::{Confirming, DrawingNonce},
};

/// The balances of at most this many connected accounts are read, all at once, within a click.
const MOST_PAYERS: usize = 5;
/// WalletConnect's provider may answer a switch before it knows the new network. So the chain is asked for again: first
/// after this pause, then after pauses that double.
const FIRST_PAUSE_MS: u64 = 250;
const LONGEST_PAUSE_MS: u64 = 2_000;

/// Waiting for the list of wallets.
#[derive(Clone, Debug)]
pub struct Choosing<J> {
    pub(super) deal: Box<Deal>,
    pub(super) quote: Rc<PricedQuote<J>>,
}

impl<J: Json> Choosing<J> {
    /// This many usable wallets were found.
    #[must_use]
    pub fn found(self, wallets: usize) -> Next<J> {
        match wallet::the_only(wallets) {
            Ok(()) => {
                let talk = Talk { deal: self.deal, quote: self.quote, wallet: 0, payers: Vec::new() };
                talk.ask(Question::connect(), WalletQuestion::Connect)
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
    /// The accounts that may pay, the wallet's first one first.
    payers: Vec<Address>,
}

/// What was asked.
#[derive(Clone, Copy, Debug)]
enum WalletQuestion {
    Connect,
    /// If the wallet does not know the question to connect.
    Accounts,
    Chain,
    Switch,
    Add,
    /// After the visitor has agreed to switch. If the wallet still names another chain, it is asked again after this
    /// pause.
    ChainAgain {
        pause: u64,
    },
}

impl WalletQuestion {
    const fn in_words(self) -> &'static str {
        match self {
            Self::Connect | Self::Accounts => "the connection",
            Self::Chain | Self::ChainAgain { .. } => "the question about its network",
            Self::Switch => "the network switch",
            Self::Add => "the request to add the network",
        }
    }
}

impl<J: Json> Talking<J> {
    /// The wallet answered, or threw.
    #[must_use]
    pub fn answered(self, answer: Reply<J>) -> Next<J> {
        let talk = self.talk;
        match (self.asked, answer) {
            (WalletQuestion::Connect | WalletQuestion::Accounts, Ok(accounts)) => talk.with(&accounts),
            // A Safe app is connected by the page that embeds it.
            (WalletQuestion::Connect, Err(Some(thrown))) if rejection::lacks_method(&thrown) => {
                talk.ask(Question::accounts(), WalletQuestion::Accounts)
            }
            (WalletQuestion::Chain, Ok(id)) => talk.on_chain(&id),
            (WalletQuestion::Switch | WalletQuestion::Add, Ok(_)) => talk.ask_chain_again(FIRST_PAUSE_MS),
            (WalletQuestion::Switch, Err(Some(thrown))) if rejection::lacks_chain(&thrown) => {
                match Question::add(&talk.asset().chain) {
                    Some(question) => talk.ask(question, WalletQuestion::Add),
                    None => Next::failed(talk.still_elsewhere(), thrown),
                }
            }
            (WalletQuestion::ChainAgain { .. }, Ok(id)) if talk.is_home(&id) => talk.count(),
            (WalletQuestion::ChainAgain { pause }, Ok(_)) if pause > LONGEST_PAUSE_MS => talk.still_elsewhere().into(),
            (WalletQuestion::ChainAgain { pause }, Ok(_)) => {
                Step::Sleep(pause, Sleeping::Switching(Switching { talk, pause })).into()
            }
            (asked, Err(Some(thrown))) => refused(thrown, asked.in_words()),
            (asked, Err(None)) => unanswered(asked).into(),
        }
    }
}

/// Waiting for the wallet to name the chain that it was switched to.
#[derive(Clone, Debug)]
pub struct Switching<J> {
    talk: Talk<J>,
    pause: u64,
}

impl<J: Json> Switching<J> {
    /// The pause is over.
    #[must_use]
    pub fn woke(self) -> Next<J> {
        self.talk.ask_chain_again(self.pause.saturating_mul(2))
    }

    /// The page's timers failed.
    #[must_use]
    pub fn broke(self, thrown: J) -> Next<J> {
        Next::failed(self.talk.still_elsewhere(), thrown)
    }
}

pub(super) fn refused<J: Json>(thrown: J, asking: &str) -> Next<J> {
    Next::failed(rejection::read(&thrown, asking), thrown)
}

fn unanswered(asked: WalletQuestion) -> Error {
    let code = match asked {
        WalletQuestion::Connect | WalletQuestion::Switch | WalletQuestion::Add => Code::WalletBusy,
        WalletQuestion::Accounts | WalletQuestion::Chain | WalletQuestion::ChainAgain { .. } => Code::WalletError,
    };
    let message = text!(
        "the wallet did not respond to ",
        asked.in_words(),
        ": unlock it, answer or close its prompt, and try again; nothing was paid"
    );
    Error::unpaid(code, Stage::Wallet, message)
}

/// Waiting for the balances of the accounts that may pay, and for the time of the chain.
#[derive(Clone, Debug)]
pub struct Counting<J>(Talk<J>);

impl<J: Json> Counting<J> {
    /// The wallet answered, or threw. Both are best-effort: a wallet that cannot read balances may still pay, and
    /// without a block, this machine's clock is used.
    #[must_use]
    pub fn answered(self, replies: Vec<Reply<J>>, now: u64) -> Next<J> {
        let talk = self.0;
        let [balances @ .., block] = &*replies else { return no_answers().into() };
        let payer = match talk.payer(balances) {
            Ok(payer) => payer,
            Err(error) => return error.into(),
        };
        let clock = match talk.clock(block.as_ref().ok(), now) {
            Ok(clock) => clock,
            Err(error) => return error.into(),
        };
        let mut notices = Vec::new();
        if talk.has_choice() {
            notices.push(Notice::Connected { address: text::address(payer), chain_id: talk.asset().chain.id });
        }
        let confirm = talk.deal.order.confirm;
        let drawing = DrawingNonce { deal: talk.deal, wallet: talk.wallet, payer, clock, intended_at: 0 };
        let Next { step, .. } =
            if confirm { Step::Confirm(talk.quote, Confirming(drawing)).into() } else { drawing.intend(now) };
        Next { notices, step }
    }
}

fn no_answers() -> Error {
    Error::unpaid(Code::WalletError, Stage::Wallet, "the wallet did not answer; nothing was paid: try again")
}

fn no_account(wanted: Option<Address>) -> Error {
    let which = wanted.map_or_else(|| "an account".into(), text::address);
    let message = text!("the wallet connected, but did not give ", which, ": unlock it, or choose the account in it");
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

    /// The wallet has connected these accounts. None of them is to pay itself.
    fn with(mut self, accounts: &J) -> Next<J> {
        self.payers = wallet::read_accounts(accounts, self.deal.order.payer);
        if self.payers.is_empty() {
            return no_account(self.deal.order.payer).into();
        }
        let pay_to = self.deal.offer.pay_to;
        self.payers.retain(|payer| *payer != pay_to);
        if self.payers.is_empty() {
            return self.deal.offer.refuse::<J>("the seller names the payer's own account as the recipient").into();
        }
        self.payers.truncate(MOST_PAYERS);
        self.ask(Question::chain_id(), WalletQuestion::Chain)
    }

    /// Whether several accounts may pay. The page is told which one does only when that is certain: calls at the same
    /// time are compared by their account.
    const fn has_choice(&self) -> bool {
        self.payers.len() > 1
    }

    /// The first account that has enough. If the balance of the first account could not be read, the first account.
    fn payer(&self, balances: &[Reply<J>]) -> Result<Address, Error> {
        let offer = &self.deal.offer;
        let have = |balance: &Reply<J>| balance.as_ref().ok().and_then(wallet::read_uint);
        let mut counted = self.payers.iter().zip(balances.iter().map(have));
        let first = counted.clone().next().ok_or_else(no_answers)?;
        match (first, counted.find(|(_, have)| have.is_some_and(|have| have >= offer.amount))) {
            ((payer, None), _) | (_, Some((payer, _))) => Ok(*payer),
            ((payer, Some(have)), None) => Err(too_little(&Money::of(offer.asset, have), offer, *payer)),
        }
    }

    fn count(self) -> Next<J> {
        let is_in_click = self.deal.is_quoted && !self.deal.order.confirm;
        let balances = self.payers.iter().map(|payer| Question::balance_of(self.asset(), *payer));
        let questions = balances.chain([block::latest()]);
        let is_brief = is_in_click || self.has_choice();
        let briefly = |question: Question| if is_brief { question.briefly() } else { question };
        let questions = questions.map(|question| (self.wallet, briefly(question))).collect();
        Step::AskAll(questions, Gathered::Counting(Counting(self))).into()
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

    fn on_chain(self, answer: &J) -> Next<J> {
        let Some(chain_id) = wallet::read_chain_id(answer) else {
            let named = reason::line(&answer.to_text());
            let message = text!("the wallet names its network in a way that cannot be read: ", named);
            return Error::unpaid(Code::WalletError, Stage::Wallet, message).into();
        };
        let chain = &self.asset().chain;
        let mut notices = Vec::new();
        if let [payer] = self.payers[..] {
            notices.push(Notice::Connected { address: text::address(payer), chain_id });
        }
        let Next { step, .. } = if chain_id == chain.id {
            self.count()
        } else {
            notices.push(Notice::Switching { network: chain.caip2 });
            self.ask(Question::switch_to(chain), WalletQuestion::Switch)
        };
        Next { notices, step }
    }

    const fn ask_chain_again(self, pause: u64) -> Next<J> {
        self.ask(Question::chain_id(), WalletQuestion::ChainAgain { pause })
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
