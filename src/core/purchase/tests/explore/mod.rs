//! Every course of a purchase with up to a given number of faults: not random, as in `promises`, but exhaustive.
//!
//! A course is a list of [`Action`]s: which tab goes on, and what goes wrong with its next step. The search goes
//! through all lists with at most that many faults, using the real state machines and the real journal. Each distinct
//! state is explored once, however it was reached. The promises are checked in every course: when a wallet opens, when
//! a payment is sent, when a caller gets the outcome, and at the very end, when a visitor comes back and nothing goes
//! wrong any more.
//!
//! `npm run explore` goes through more of them than `cargo test`, and reports what was found.
//!
//! Not covered:
//!
//! - Wrong clocks, other than a node that is an hour ahead; unusual prices, tokens and accounts; contracts as payers;
//!   the page's own `confirm`; quotes. `promises` draws these at random, or they have tests of their own.
//! - The wait for the task, and what then happens to its record.
//! - Time passes in pauses, and in leaps of 700 seconds; all other steps take no time. No write takes longer than its
//!   caller waits: a page that is frozen for minutes in the middle of a write is not explored.
//! - A write that nobody waits for any more is done at once, or never.
//! - Other tabs act before steps that involve the journal, the prompt, the payment or a pause. Reads from the service
//!   and the chain form one piece with the step that follows.
//! - Three calls of a visitor in one tab, and two in each of two tabs. No more than two tabs.

mod drawn;
mod faults;
mod search;
mod tab;
mod world;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
};

use serde_json::{Value, json};

use super::{table::is_listed, world::decoded, *};
use crate::core::{
    assets::ASSETS,
    authorization::Authorization,
    block::Block,
    chain,
    defect::{self, Defect},
    journal::{Doubt, Edit, Filter, Judged},
    scheme::Scheme,
    uuid,
};
use faults::{Fault, Kind};
use search::{Found, Search};
use tab::Tab;
use world::World;

/// The tabs on the page, and the behaviour of browser and seller.
#[derive(Debug)]
struct Scene {
    name: &'static str,
    options: fn() -> Value,
    /// The purchase of each tab.
    tabs: &'static [&'static str],
    /// How often each visitor calls the library.
    calls: u8,
    /// Web Locks work between the tabs.
    has_locks: bool,
    /// The task has the id that was sent with the request.
    knows_seed: bool,
    /// There are other records that cannot be read.
    has_odd_records: bool,
    /// Number of faults per course: in `cargo test`, and in `npm run explore`.
    faults: [u8; 2],
}

impl Scene {
    /// The seller's terms: 1 USDC, within ten seconds.
    fn terms(&self) -> String {
        with(json!({"maxTimeoutSeconds": 10, "outputSchema": null, "description": ""}))
    }
}

const ALONE: Scene = Scene {
    name: "one tab",
    options: || json!({"maxPrice": "1.00"}),
    tabs: &["id-1"],
    calls: 3,
    has_locks: true,
    knows_seed: true,
    has_odd_records: true,
    faults: [2, 3],
};

const SCENES: [Scene; 5] = [
    ALONE,
    Scene { name: "one tab, a seller without seeds", knows_seed: false, faults: [1, 2], ..ALONE },
    Scene {
        name: "two tabs without locks",
        tabs: &["id-1", "id-1"],
        calls: 2,
        has_locks: false,
        faults: [1, 2],
        ..ALONE
    },
    Scene { name: "two tabs with locks", tabs: &["id-1", "id-1"], calls: 2, faults: [1, 2], ..ALONE },
    Scene {
        name: "two purchases and one budget",
        options: || json!({"maxPrice": "1.00", "budget": {"amount": "1.50", "per": "day"}}),
        tabs: &["id-1", "id-2"],
        calls: 2,
        has_odd_records: false,
        faults: [1, 2],
        ..ALONE
    },
];

/// Explores scenes in parallel, in threads whose stacks are large enough for the longest course.
fn explore<T: Send + 'static, O: Send + 'static>(jobs: impl IntoIterator<Item = T>, job: fn(&T) -> O) -> Vec<(T, O)> {
    let threads: Vec<_> = jobs
        .into_iter()
        .map(|given| {
            let work = move || {
                let explored = job(&given);
                (given, explored)
            };
            std::thread::Builder::new().stack_size(1 << 30).spawn(work).unwrap()
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// Explores the scenes with the number of faults that each has at that bound. Returns which faults occurred at which
/// steps.
fn explore_all(bound: usize) -> BTreeSet<(Kind, Fault)> {
    let bounds = SCENES.iter().map(|scene| (scene, scene.faults[bound]));
    let mut pairs = BTreeSet::new();
    for ((scene, _), Explored { search, courses }) in explore(bounds, |(scene, faults)| Explored::told(scene, *faults))
    {
        if let Err(found) = courses {
            panic!("{}: {found}", scene.name);
        }
        pairs.extend(search.pairs);
    }
    pairs
}

/// The result of a search.
struct Explored {
    search: Search,
    courses: Result<u64, Found>,
}

impl Explored {
    fn of(scene: &'static Scene, faults: u8) -> Self {
        let mut search = Search::of(scene);
        let courses = search.begin(faults);
        Self { search, courses }
    }

    /// Prints the result as soon as the search is over.
    fn told(scene: &'static Scene, faults: u8) -> Self {
        let explored = Self::of(scene, faults);
        let Self { search, courses } = &explored;
        let (states, steps) = (search.states(), search.steps);
        let outcome = courses.as_ref().map_or_else(|found| found.to_string(), |courses| format!("{courses} courses"));
        println!("{}, up to {faults} faults: {states} states, {steps} steps between them: {outcome}", scene.name);
        explored
    }

    /// With a defect: in a scene, and with a number of faults, that reveal it soon.
    fn with(defect: Defect) -> Self {
        let [alone, without_seeds, without_locks, _, budget] = &SCENES;
        let (scene, faults) = match defect {
            Defect::SignedReplaced => (without_locks, 0),
            Defect::ChangedRecordUnwritten => (without_locks, 2),
            Defect::OwnerUnchecked | Defect::ForgottenIntentSigned => (without_locks, 1),
            Defect::OneReaderBelieved | Defect::OddWordBelieved => (alone, 3),
            Defect::AbandonedWithoutBlock => (without_seeds, 3),
            Defect::BudgetReadBefore => (budget, 0),
            Defect::MissingPeriodUnspent => (budget, 1),
            _ => (alone, 2),
        };
        defect::switch(Some(defect));
        Self::of(scene, faults)
    }
}

#[test]
fn no_course_with_few_faults_breaks_a_promise() {
    let pairs = explore_all(0);
    let possible = Kind::ALL.into_iter().flat_map(|kind| Fault::at(kind).map(move |fault| (kind, fault)));
    let unmet: Vec<_> = possible.filter(|pair| !pairs.contains(pair)).collect();
    // These need more faults to reach.
    let needs_more = |(kind, fault): &(Kind, Fault)| {
        matches!(fault, Fault::LieUnused | Fault::LieTaken | Fault::Settle) || *kind == Kind::FindOthers
    };
    assert!(unmet.iter().all(needs_more), "never met: {unmet:?}");
}

#[test]
#[ignore = "takes minutes: npm run explore"]
fn no_course_breaks_a_promise() {
    let pairs = explore_all(1);
    for fault in Fault::ALL {
        let (met, others): (Vec<_>, Vec<_>) = Kind::ALL.into_iter().partition(|kind| pairs.contains(&(*kind, fault)));
        let why = others.iter().find_map(|kind| fault.excluded(*kind)).unwrap_or("everywhere");
        println!("{fault:?} at {met:?}; nowhere else: {why}");
        let missed: Vec<_> = others.into_iter().filter(|kind| fault.excluded(*kind).is_none()).collect();
        assert!(missed.is_empty(), "{fault:?} was never met at {missed:?}");
    }
}

#[test]
fn every_defect_is_found() {
    for (defect, Explored { search, courses }) in explore(Defect::ALL, |defect| Explored::with(*defect)) {
        let found = courses.err().unwrap_or_else(|| panic!("{defect:?} is not found"));
        println!("{defect:?}, in {} after {} states: {found}", search.scene.name, search.states());
    }
}
