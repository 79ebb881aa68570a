//! Every course of a purchase with so many faults: not drawn, as in `promises`, but all of them.
//!
//! A course is a list of [`Action`]s: which tab goes on, and what goes wrong with its next step. The search goes through all lists with
//! at most so many faults, over the real machines and the real journal. States that are the same are gone through once, however
//! they were reached. In every course the promises are checked: when a wallet opens, when a payment leaves, when a caller is told how it
//! ended, and at the end of it all, when a visitor comes back and nothing goes wrong any more.
//!
//! `npm run explore` plays more of them than `cargo test`, and says what was found.
//!
//! What is left out:
//!
//! - clocks that are wrong, other than a node that is an hour ahead; prices, tokens and accounts that are odd; contracts as payers; the page's
//!   own `confirm`; quotes. These are drawn in `promises`, or have tests of their own.
//! - the wait for the task, and what becomes of its record then.
//! - time passes by pauses, and by leaps of 700 seconds; all other steps take none. No write takes longer than its caller waits: a page
//!   that is frozen in the middle of one for minutes is not gone through.
//! - a write that nobody waits for any more comes at once, or never.
//! - another tab goes on before steps at the journal, the prompt, the payment and pauses. What is read of the service and of the chain, it
//!   reads in one piece with what it does next.
//! - three calls of a visitor in one tab, and two in each of two tabs. No more than two tabs.

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

/// Who is on the page, and what the browser and the seller are like.
#[derive(Debug)]
struct Scene {
    name: &'static str,
    options: fn() -> Value,
    /// The purchase of each tab.
    tabs: &'static [&'static str],
    /// How often each visitor calls the library.
    calls: u8,
    /// Web Locks keep the tabs apart.
    has_locks: bool,
    /// The task has the id that was sent.
    knows_seed: bool,
    /// Others have left records that nobody can read.
    has_odd_records: bool,
    /// Faults of a course: in `cargo test`, and in `npm run explore`.
    faults: [u8; 2],
}

impl Scene {
    /// What the seller asks for: 1 USDC, within ten seconds.
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

/// Goes through scenes side by side, in threads whose stacks are deep enough for the longest course.
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

/// Goes through the scenes with as many faults as each has at that bound. Returns which faults were met at which steps.
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

/// What came of a search.
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

    /// Says what came of it as soon as it is over.
    fn told(scene: &'static Scene, faults: u8) -> Self {
        let explored = Self::of(scene, faults);
        let Self { search, courses } = &explored;
        let (states, steps) = (search.states(), search.steps);
        let outcome = courses.as_ref().map_or_else(|found| found.to_string(), |courses| format!("{courses} courses"));
        println!("{}, up to {faults} faults: {states} states, {steps} steps between them: {outcome}", scene.name);
        explored
    }

    /// With a defect: in a scene, and with as many faults, that show it soon.
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
    // These need more faults before them.
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
