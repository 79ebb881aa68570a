//! What wallets report about an authorization, read from the token all at once and without a prompt.
//!
//! A node's answer is a report, not the truth. A wallet that signed, or that lists the payer among its accounts, is the
//! payer's own: its report counts. Any other wallet on the page may read through a node that lies, and has no money at
//! stake: its report can delay a verdict, but never cause one.

use super::{
    authorization::Authorization,
    block::{self, Block},
    chain,
    clock::is_plausible,
    defect::{self, Defect},
    json::Json,
    wallet::{self, Question, Reply},
};

/// The total time for all questions of one inquiry.
const PATIENCE_MS: u64 = 10_000;
/// The minimum left for a later question if the first ones used all of it.
const LEAST_PATIENCE_MS: u64 = 1_000;

/// What one wallet reports about the authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// The token has taken it; with the transaction, if its logs show the transfer.
    Taken(Option<String>),
    /// The token has not taken it. `is_over` means at a block after which it never can.
    Unused {
        /// Whether the block is past the window.
        is_over: bool,
    },
}

/// What all the wallets that were asked report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reports {
    /// The strongest report of the payer's own wallets.
    pub own: Option<Report>,
    /// The strongest report of other wallets.
    pub others: Option<Report>,
    /// The chain's time in milliseconds, as one of the payer's own wallets shows it.
    pub chain_ms: Option<u64>,
}

/// A wallet to ask, by its index in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Its index.
    pub wallet: usize,
    /// It signed the authorization, so it is the payer's own.
    pub has_signed: bool,
}

impl Reader {
    /// The first wallets of the list, none of which is known to have signed.
    #[must_use]
    pub fn all(wallets: usize) -> Vec<Self> {
        let mut readers = Vec::new();
        for wallet in 0..wallets {
            readers.push(Self { wallet, has_signed: false });
        }
        readers
    }
}

/// A wallet on the authorization's chain, and the block that its answers refer to.
#[derive(Clone, Copy, Debug)]
struct Witness {
    wallet: usize,
    is_own: bool,
    block: Block,
}

/// Waiting for answers to questions that were asked at once.
#[derive(Clone, Debug)]
pub struct Inquiry {
    authorization: Authorization,
    deadline: u64,
    round: Round,
    reports: Reports,
}

#[derive(Clone, Debug)]
enum Round {
    /// The chain, the accounts and the latest block of each wallet.
    Standing(Vec<Reader>),
    /// Whether the token has taken it.
    State(Vec<Witness>),
    /// The transactions that used the authorization.
    Logs(Witness),
    /// One of these transactions.
    Transaction(String),
}

/// What to do next.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Ask these wallets, all at once, and pass the replies in the same order.
    Ask(Vec<(usize, Question)>, Box<Inquiry>),
    /// It is over.
    Done(Reports),
}

impl Reports {
    /// Combines these reports with those of other wallets.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        let both = |one: Option<Report>, other: Option<Report>| match other {
            Some(other) => stronger(one, other),
            None => one,
        };
        Self {
            own: both(self.own, more.own),
            others: both(self.others, more.others),
            chain_ms: self.chain_ms.or(more.chain_ms),
        }
    }
}

impl Inquiry {
    /// Begins to ask.
    #[must_use]
    pub fn begin(authorization: &Authorization, readers: Vec<Reader>, now: u64) -> Progress {
        let mut asked = Vec::new();
        for Reader { wallet, .. } in &readers {
            for question in [Question::chain_id(), Question::accounts(), block::latest()] {
                asked.push((*wallet, question));
            }
        }
        let inquiry = Box::new(Self {
            authorization: authorization.clone(),
            deadline: now.saturating_add(PATIENCE_MS),
            round: Round::Standing(readers),
            reports: Reports::default(),
        });
        inquiry.ask(asked, now)
    }

    /// The wallets answered, or threw; the replies are in the order of the questions.
    #[must_use]
    pub fn answered<J: Json>(mut self: Box<Self>, replies: Vec<Reply<J>>, now: u64) -> Progress {
        let first = replies.first().and_then(|reply| reply.as_ref().ok());
        match std::mem::replace(&mut self.round, Round::Standing(Vec::new())) {
            Round::Standing(readers) => self.located(&readers, &replies, now),
            Round::State(witnesses) => self.state_read(&witnesses, &replies, now),
            Round::Logs(witness) => match first.and_then(chain::read_transaction) {
                Some(hash) => {
                    let question = chain::transaction_receipt(&hash);
                    self.next(Round::Transaction(hash), vec![(witness.wallet, question)], now)
                }
                None => Progress::Done(self.reports),
            },
            Round::Transaction(hash) => {
                if first.is_some_and(|receipt| chain::shows_transfer(receipt, &self.authorization)) {
                    self.reports.own = Some(Report::Taken(Some(hash)));
                }
                Progress::Done(self.reports)
            }
        }
    }

    /// Which of the wallets are on the chain, and whether they are the payer's.
    fn located<J: Json>(mut self: Box<Self>, readers: &[Reader], replies: &[Reply<J>], now: u64) -> Progress {
        let chain_id = self.authorization.asset().chain.id;
        let payer = self.authorization.transfer().from;
        let (mut witnesses, mut asked) = (Vec::new(), Vec::new());
        for (reader, answers) in readers.iter().zip(replies.chunks(3)) {
            let [Ok(chain), accounts, Ok(block)] = answers else { continue };
            let Some(block) = Block::read(block) else { continue };
            if wallet::read_chain_id(chain) != Some(chain_id) || !is_plausible(block.time_ms(), now) {
                continue;
            }
            let lists_payer = |list| wallet::read_account(list, Some(payer)).is_some();
            let is_own = reader.has_signed
                || accounts.as_ref().is_ok_and(lists_payer)
                || defect::is_on(Defect::OneReaderBelieved);
            if is_own {
                self.reports.chain_ms.get_or_insert(block.time_ms());
            }
            asked.push((reader.wallet, chain::authorization_state(&self.authorization, block)));
            witnesses.push(Witness { wallet: reader.wallet, is_own, block });
        }
        self.next(Round::State(witnesses), asked, now)
    }

    /// What the token reports through each wallet.
    fn state_read<J: Json>(mut self: Box<Self>, witnesses: &[Witness], replies: &[Reply<J>], now: u64) -> Progress {
        let mut taken = None;
        for (witness, reply) in witnesses.iter().zip(replies) {
            let report = match reply.as_ref().ok().and_then(chain::read_state) {
                Some(true) => Report::Taken(None),
                Some(false) => Report::Unused { is_over: chain::is_over(&self.authorization, witness.block) },
                None => continue,
            };
            if witness.is_own && report == Report::Taken(None) {
                taken = Some(*witness);
            }
            let strongest = if witness.is_own { &mut self.reports.own } else { &mut self.reports.others };
            *strongest = stronger(strongest.take(), report);
        }
        match taken {
            Some(witness) => {
                let question = chain::authorization_used(&self.authorization, witness.block);
                self.next(Round::Logs(witness), vec![(witness.wallet, question)], now)
            }
            None => Progress::Done(self.reports),
        }
    }

    fn next(mut self: Box<Self>, round: Round, asked: Vec<(usize, Question)>, now: u64) -> Progress {
        self.round = round;
        self.ask(asked, now)
    }

    fn ask(self: Box<Self>, mut asked: Vec<(usize, Question)>, now: u64) -> Progress {
        if asked.is_empty() {
            return Progress::Done(self.reports);
        }
        for (_, question) in &mut asked {
            question.patience = self.deadline.saturating_sub(now).max(LEAST_PATIENCE_MS);
        }
        Progress::Ask(asked, self)
    }
}

/// Of two reports, the one that says more: "taken" is final, and so is "over".
fn stronger(known: Option<Report>, report: Report) -> Option<Report> {
    Some(match (known, report) {
        (Some(known @ Report::Taken(_)), _) => known,
        (Some(known @ Report::Unused { is_over: true }), Report::Unused { .. }) => known,
        (_, report) => report,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{assets::ASSETS, terms::tests::offer};
    use alloy_primitives::{B256, address};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const NOW: u64 = 1_740_672_089_000;
    const PAYER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    const OTHER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    const HASH: &str = "0xabababababababababababababababababababababababababababababababab";

    fn authorization() -> Authorization {
        let offer = offer(&ASSETS[0], 1_000_000, 60);
        Authorization::stamp(&offer, address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"), B256::from([7; 32]), NOW)
    }

    /// A wallet, and what its node reports.
    #[derive(Clone, Debug)]
    struct Node {
        chain: &'static str,
        account: &'static str,
        has_signed: bool,
        /// Seconds by which its block is ahead of this machine; `None` if it does not answer.
        block: Option<i64>,
        state: Option<bool>,
        /// Whether its logs show the transfer.
        shows_transfer: bool,
    }

    impl Node {
        fn is_own(&self) -> bool {
            self.has_signed || self.account == PAYER
        }

        fn answer(&self, question: &Question, now: u64) -> Reply<Value> {
            let word = |value: bool| json!(format!("0x{:064x}", u8::from(value)));
            match question.method {
                "eth_chainId" => Ok(json!(self.chain)),
                "eth_accounts" => Ok(json!([self.account.to_lowercase()])),
                "eth_getBlockByNumber" => self.block.ok_or(None).map(|ahead| {
                    let time = (now / 1000).saturating_add_signed(ahead);
                    json!({"number": "0x100000", "timestamp": format!("0x{time:x}")})
                }),
                "eth_call" => self.state.map(word).ok_or(None),
                "eth_getLogs" => Ok(chain::tests::logs(&authorization(), HASH)),
                "eth_getTransactionReceipt" if self.shows_transfer => {
                    Ok(json!({"status": "0x1", "logs": chain::tests::logs(&authorization(), HASH)}))
                }
                "eth_getTransactionReceipt" => Ok(json!({"status": "0x1", "logs": []})),
                other => panic!("{other} could open a prompt"),
            }
        }
    }

    /// Asks all the nodes; returns their reports, and how many times questions were asked.
    fn inquire(nodes: &[Node], now: u64) -> (Reports, usize) {
        let reader = |(wallet, node): (usize, &Node)| Reader { wallet, has_signed: node.has_signed };
        let readers = nodes.iter().enumerate().map(reader).collect();
        let mut progress = Inquiry::begin(&authorization(), readers, now);
        let mut rounds = 0;
        loop {
            progress = match progress {
                Progress::Done(reports) => return (reports, rounds),
                Progress::Ask(asked, inquiry) => {
                    rounds += 1;
                    assert!(asked.iter().all(|(_, question)| question.patience <= PATIENCE_MS));
                    let replies = asked.iter().map(|(wallet, question)| nodes[*wallet].answer(question, now)).collect();
                    inquiry.answered(replies, now)
                }
            };
        }
    }

    const GOOD: Node = Node {
        chain: "0x2105",
        account: PAYER,
        has_signed: false,
        block: Some(0),
        state: Some(true),
        shows_transfer: true,
    };

    #[test]
    fn a_transaction_counts_when_its_logs_show_the_transfer() {
        let (reports, rounds) = inquire(&[GOOD], NOW);
        assert_eq!((reports.own, rounds), (Some(Report::Taken(Some(HASH.into()))), 4));
        let (reports, _) = inquire(&[Node { shows_transfer: false, ..GOOD }], NOW);
        assert_eq!(reports.own, Some(Report::Taken(None)));
    }

    #[test]
    fn all_wallets_are_asked_at_once_within_one_timeout() {
        let nodes = [Node { block: None, ..GOOD }, Node { account: OTHER, state: Some(false), ..GOOD }, GOOD];
        let (reports, rounds) = inquire(&nodes, NOW);
        assert_eq!(
            (reports.own, reports.others, rounds),
            (Some(Report::Taken(Some(HASH.into()))), Some(Report::Unused { is_over: false }), 4)
        );
        let readers = vec![Reader { wallet: 0, has_signed: true }];
        let Progress::Ask(asked, inquiry) = Inquiry::begin(&authorization(), readers, NOW) else { panic!() };
        assert!(asked.iter().all(|(_, question)| question.patience == 10_000));
        let replies: Vec<_> = asked.iter().map(|(_, question)| GOOD.answer(question, NOW)).collect();
        let Progress::Ask(asked, _) = inquiry.clone().answered(replies.clone(), NOW + 4_000) else { panic!() };
        assert_eq!(asked[0].1.patience, 6_000);
        let Progress::Ask(asked, _) = inquiry.answered(replies, NOW + 9_500) else { panic!() };
        assert_eq!(asked[0].1.patience, LEAST_PATIENCE_MS, "what is left of the patience");
    }

    fn node() -> impl Strategy<Value = Node> {
        let ahead = prop_oneof![
            4 => -100i64..1_000,
            1 => prop::sample::select(vec![-86_400i64, 86_400, 40 * 86_400, -3_600, 3_600]),
        ];
        (
            prop::sample::select(vec!["0x2105", "0x1"]),
            prop::sample::select(vec![PAYER, OTHER]),
            any::<bool>(),
            prop::option::weighted(0.8, ahead),
            prop::option::weighted(0.8, any::<bool>()),
            any::<bool>(),
        )
            .prop_map(|(chain, account, has_signed, block, state, shows_transfer)| Node {
                chain,
                account,
                has_signed,
                block,
                state,
                shows_transfer,
            })
    }

    proptest! {
        /// Promise 5: only the payer's own wallets decide, each at a block that is less than a day off.
        #[test]
        fn only_the_payers_own_wallets_count(nodes in prop::collection::vec(node(), 0..5), later in 0u64..700) {
            let now = NOW + later * 1000;
            let (reports, _) = inquire(&nodes, now);
            let speaks = |node: &&Node| {
                node.chain == "0x2105" && node.state.is_some() && node.block.is_some_and(|ahead| ahead.abs() < 86_400)
            };
            let over = |node: &Node| {
                let time = (now / 1000).saturating_add_signed(node.block.unwrap());
                time >= authorization().valid_before_ms() / 1000 + 20
            };
            for (is_own, report) in [(true, reports.own), (false, reports.others)] {
                let spoken: Vec<&Node> = nodes.iter().filter(speaks).filter(|node| node.is_own() == is_own).collect();
                let is_taken = spoken.iter().any(|node| node.state == Some(true));
                match report {
                    None => prop_assert!(spoken.is_empty()),
                    Some(Report::Taken(transaction)) => {
                        prop_assert!(is_taken);
                        let shown = spoken.iter().any(|node| node.state == Some(true) && node.shows_transfer);
                        prop_assert!(transaction.is_none() || (is_own && shown));
                    }
                    Some(Report::Unused { is_over }) => {
                        prop_assert!(!is_taken && !spoken.is_empty());
                        prop_assert_eq!(is_over, spoken.iter().any(|node| over(node)));
                    }
                }
            }
        }
    }
}
