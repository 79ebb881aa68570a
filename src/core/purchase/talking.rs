//! From the offer to an account on the right network with enough money in it. Nothing here can move money.

use alloy_primitives::Address;

use super::{
    super::{
        assets::Asset,
        chain::{self, Block, ChainClock},
        error::{Code, Error, Stage},
        json::Json,
        money::Money,
        notice::Notice,
        quote::Quote,
        terms::Offer,
        text::{self, text},
        wallet::{self, Found, Question, Reply},
    },
    Deal, Next, Step,
    paying::{Confirming, Drawing},
};

/// Waiting for the list of wallets.
#[derive(Clone, Debug)]
pub struct Choosing<J> {
    pub(super) deal: Deal,
    pub(super) quote: Box<Quote<J>>,
}

impl<J: Json> Choosing<J> {
    /// The rdns of the only wallet that will do, so that nobody waits for others.
    #[must_use]
    pub fn wanted(&self) -> Option<&str> {
        self.deal.order.wallet.as_deref()
    }

    /// These wallets are there.
    #[must_use]
    pub fn found(self, wallets: &[Found]) -> Next<J> {
        let wallet = match wallet::choose(wallets, self.wanted()) {
            Ok(wallet) => wallet,
            Err(error) => return error.into(),
        };
        let talk = Talk { deal: self.deal, quote: self.quote, wallet };
        Step::Ask(wallet, Question::accounts(), Talking { talk, topic: Topic::Accounts }).into()
    }
}

/// Waiting for the wallet's answer to a question that cannot move money.
#[derive(Clone, Debug)]
pub struct Talking<J> {
    talk: Talk<J>,
    topic: Topic,
}

#[derive(Clone, Debug)]
struct Talk<J> {
    deal: Deal,
    quote: Box<Quote<J>>,
    wallet: usize,
}

/// What was asked.
#[derive(Clone, Copy, Debug)]
enum Topic {
    Accounts,
    Connect,
    Chain(Address),
    Switch(Address),
    Add(Address),
    ChainAgain(Address),
    Balance(Address),
    Block(Address),
}

impl<J: Json> Talking<J> {
    /// The wallet answered, or threw.
    #[must_use]
    pub fn answered(self, answer: Reply<J>, now: u64) -> Next<J> {
        let talk = self.talk;
        match (self.topic, answer) {
            (Topic::Accounts, answer) => match answer.ok().as_ref().and_then(wallet::read_account) {
                Some(payer) => talk.with(payer),
                None => talk.ask(Question::connect(), Topic::Connect),
            },
            (Topic::Connect, Ok(accounts)) => match wallet::read_account(&accounts) {
                Some(payer) => talk.with(payer),
                None => no_account().into(),
            },
            (Topic::Connect, Err(thrown)) => refused(thrown, "the connection"),
            (Topic::Chain(payer), Ok(id)) => talk.on_chain(&id, payer),
            (Topic::Chain(_) | Topic::ChainAgain(_), Err(thrown)) => refused(thrown, "the question for its network"),
            (Topic::Switch(payer) | Topic::Add(payer), Ok(_)) => {
                talk.ask(Question::chain_id(), Topic::ChainAgain(payer))
            }
            (Topic::Switch(payer), Err(Some(thrown))) if wallet::lacks_chain(&thrown) => {
                match Question::add(&talk.asset().chain) {
                    Some(question) => talk.ask(question, Topic::Add(payer)),
                    None => Next::failed(talk.still_elsewhere(), thrown),
                }
            }
            (Topic::Switch(_), Err(thrown)) => refused(thrown, "the switch of networks"),
            (Topic::Add(_), Err(thrown)) => refused(thrown, "the adding of the network"),
            (Topic::ChainAgain(payer), Ok(id)) if talk.is_home(&id) => talk.ask_balance(payer),
            (Topic::ChainAgain(_), Ok(_)) => talk.still_elsewhere().into(),
            (Topic::Balance(payer), answer) => talk.counted(answer.ok().as_ref(), payer),
            (Topic::Block(payer), answer) => talk.agreed(answer.ok().as_ref().and_then(Block::read), payer, now),
        }
    }
}

pub(super) fn refused<J: Json>(thrown: Option<J>, asking: &str) -> Next<J> {
    let Some(thrown) = thrown else {
        let message = text!("the wallet did not answer at ", asking, ": reload the page, or look into the wallet");
        return Error::unpaid(Code::WalletError, Stage::Wallet, message).into();
    };
    Next::failed(wallet::read_rejection(&thrown, asking), thrown)
}

fn no_account() -> Error {
    let message = "the wallet connected, but gave no account: unlock it, or choose an account in it";
    Error::unpaid(Code::WalletLocked, Stage::Wallet, message)
}

impl<J: Json> Talk<J> {
    const fn asset(&self) -> &'static Asset {
        self.deal.offer.asset
    }

    const fn ask(self, question: Question, topic: Topic) -> Next<J> {
        let step = Step::Ask(self.wallet, question, Talking { talk: self, topic });
        Next { notices: Vec::new(), step }
    }

    fn with(self, payer: Address) -> Next<J> {
        if self.deal.offer.pay_to == payer {
            let message = "the seller names the payer's own account as the recipient; nothing was paid";
            return Error::unpaid(Code::NoAcceptableOffer, Stage::Wallet, message).into();
        }
        self.ask(Question::chain_id(), Topic::Chain(payer))
    }

    fn ask_balance(self, payer: Address) -> Next<J> {
        let question = Question::balance_of(self.asset(), payer);
        self.ask(question, Topic::Balance(payer))
    }

    fn is_home(&self, chain_id: &J) -> bool {
        wallet::read_chain_id(chain_id) == Some(self.asset().chain.id)
    }

    fn on_chain(self, answer: &J, payer: Address) -> Next<J> {
        let Some(chain_id) = wallet::read_chain_id(answer) else {
            let message = text!("the wallet names its network in a way that cannot be read: ", answer.to_text());
            return Error::unpaid(Code::WalletError, Stage::Wallet, message).into();
        };
        let chain = &self.asset().chain;
        let mut notices = vec![Notice::Connected { address: text::address(payer), chain_id }];
        let Next { step, .. } = if chain_id == chain.id {
            self.ask_balance(payer)
        } else {
            notices.push(Notice::Switching { network: chain.caip2 });
            self.ask(Question::switch_to(chain), Topic::Switch(payer))
        };
        Next { notices, step }
    }

    fn still_elsewhere(&self) -> Error {
        let message =
            text!("the wallet stayed on another network: switch it to ", self.asset().chain.name, ", then try again");
        Error::unpaid(Code::WrongNetwork, Stage::Wallet, message)
    }

    /// The balance is a comfort to the visitor: a wallet that cannot read it may still pay.
    fn counted(self, balance: Option<&J>, payer: Address) -> Next<J> {
        let offer = &self.deal.offer;
        if let Some(have) = balance.and_then(wallet::read_uint).filter(|have| *have < offer.amount) {
            return too_little(&Money::of(offer.asset, have), offer, payer).into();
        }
        self.ask(chain::latest_block(), Topic::Block(payer))
    }

    /// Without a block, this machine's clock has to do.
    fn agreed(self, block: Option<Block>, payer: Address, now: u64) -> Next<J> {
        let mut clock = ChainClock::default();
        if let Some(block) = block {
            clock.learn(block, now);
        }
        let confirm = self.deal.order.confirm;
        let drawing = Drawing { deal: self.deal, wallet: self.wallet, payer, clock };
        if confirm { Step::Confirm(self.quote, Confirming(drawing)).into() } else { drawing.intend(now) }
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
