//! An account's balance of a token, read through a wallet. Nothing here opens a prompt or moves money.

use std::ops::ControlFlow;

use alloy_primitives::Address;

use super::{
    assets::Asset,
    error::{Code, Error, Stage},
    failure::Failure,
    json::Json,
    machine::Machine,
    money::Money,
    place, rejection,
    text::text,
    wallet::{self, Question, Reply},
};

/// What to do next.
#[derive(Debug)]
pub enum Step<J> {
    /// Ask the wallet.
    Ask(Question, ReadingBalance),
    /// It is over.
    Done(Result<Money, Failure<J>>),
}

/// Waiting for the wallet's answer.
#[derive(Clone, Copy, Debug)]
pub struct ReadingBalance {
    asset: &'static Asset,
    owner: Option<Address>,
    asked: BalanceQuestion,
}

#[derive(Clone, Copy, Debug)]
enum BalanceQuestion {
    Chain,
    Accounts,
    Balance,
}

impl<J> Machine<J> for Step<J> {
    type Outcome = Money;

    fn ended(self) -> ControlFlow<Result<Money, Failure<J>>, Self> {
        match self {
            Self::Done(outcome) => ControlFlow::Break(outcome),
            step => ControlFlow::Continue(step),
        }
    }

    fn given_up(&self) -> Option<Failure<J>> {
        None
    }
}

/// Begins with that many usable wallets. Default owner: the account that the wallet has connected to the page.
#[must_use]
pub fn read<J: Json>(asset: &'static Asset, owner: Option<Address>, wallets: usize) -> Step<J> {
    match wallet::the_only(wallets) {
        Ok(()) => Step::Ask(Question::chain_id(), ReadingBalance { asset, owner, asked: BalanceQuestion::Chain }),
        Err(error) => Step::Done(Err(error.into())),
    }
}

impl ReadingBalance {
    /// The wallet answered, or threw.
    #[must_use]
    pub fn answered<J: Json>(self, reply: Reply<J>) -> Step<J> {
        let answer = match reply {
            Ok(answer) => answer,
            Err(Some(thrown)) => {
                return Step::Done(Err(Failure::caused_by(
                    rejection::read(&thrown, "the question for the balance"),
                    thrown,
                )));
            }
            Err(None) => {
                return failed(
                    Code::WalletError,
                    place::pick(
                        "the wallet did not respond: open it, or reload the page",
                        "the wallet did not respond: try again",
                    ),
                );
            }
        };
        match self.asked {
            BalanceQuestion::Chain if wallet::read_chain_id(&answer) != Some(self.asset.chain.id) => self.elsewhere(),
            BalanceQuestion::Chain => match self.owner {
                Some(owner) => self.count(owner),
                None => Step::Ask(Question::accounts(), Self { asked: BalanceQuestion::Accounts, ..self }),
            },
            BalanceQuestion::Accounts => match wallet::read_account(&answer, None) {
                Some(owner) => self.count(owner),
                None => failed(
                    Code::WalletLocked,
                    place::pick(
                        "the wallet has connected no account to this page: connect one, or pass `address`",
                        "the wallet has no account: connect one, or pass `address`",
                    ),
                ),
            },
            BalanceQuestion::Balance => match wallet::read_uint(&answer) {
                Some(atomic) => Step::Done(Ok(Money::of(self.asset, atomic))),
                None => failed(Code::WalletError, "the wallet did not return a valid balance"),
            },
        }
    }

    fn count<J>(self, owner: Address) -> Step<J> {
        Step::Ask(Question::balance_of(self.asset, owner), Self { asked: BalanceQuestion::Balance, ..self })
    }

    fn elsewhere<J>(self) -> Step<J> {
        let chain = self.asset.chain.name;
        failed(Code::WrongNetwork, text!("the wallet is not on ", chain, ": switch it to read this balance"))
    }
}

fn failed<J>(code: Code, message: impl Into<String>) -> Step<J> {
    Step::Done(Err(Error::unpaid(code, Stage::Wallet, message).into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::assets::ASSETS;
    use serde_json::{Value, json};

    const OWNER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

    /// Answers in turn; returns the methods that were called, and the outcome.
    fn play(
        owner: Option<&str>,
        wallets: usize,
        answers: Vec<Reply<Value>>,
    ) -> (Vec<&'static str>, Result<Money, Code>) {
        let mut step = read(&ASSETS[0], owner.map(|owner| owner.parse().unwrap()), wallets);
        let (mut asked, mut answers) = (Vec::new(), answers.into_iter());
        loop {
            step = match step {
                Step::Ask(question, reading) => {
                    asked.push(question.method);
                    reading.answered(answers.next().unwrap())
                }
                Step::Done(outcome) => return (asked, outcome.map_err(|failure| failure.error.code)),
            };
        }
    }

    fn home() -> Reply<Value> {
        Ok(json!("0x2105"))
    }

    fn balance() -> Reply<Value> {
        Ok(json!(format!("0x{:064x}", 1_234_567)))
    }

    #[test]
    fn a_balance_is_read_for_an_address_or_the_connected_account() {
        let (asked, money) = play(Some(OWNER), 1, vec![home(), balance()]);
        assert_eq!(asked, ["eth_chainId", "eth_call"]);
        assert_eq!(money.unwrap().amount, "1.234567");
        let (asked, money) = play(None, 1, vec![home(), Ok(json!([OWNER])), balance()]);
        assert_eq!((asked, money.is_ok()), (vec!["eth_chainId", "eth_accounts", "eth_call"], true));
    }

    #[test]
    fn every_obstacle_is_reported() {
        for (owner, wallets, answers, code) in [
            (None, 0, vec![], Code::NoWallet),
            (None, 2, vec![], Code::WalletAmbiguous),
            (None, 1, vec![Ok(json!("0x1"))], Code::WrongNetwork),
            (None, 1, vec![home(), Ok(json!([]))], Code::WalletLocked),
            (Some(OWNER), 1, vec![home(), Ok(json!("0x"))], Code::WalletError),
            (Some(OWNER), 1, vec![Err(None)], Code::WalletError),
            (Some(OWNER), 1, vec![Err(Some(json!({"code": 4100})))], Code::WalletLocked),
        ] {
            let (_, outcome) = play(owner, wallets, answers);
            assert_eq!(outcome.unwrap_err(), code);
        }
    }
}
