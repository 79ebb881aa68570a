//! The search through all courses.

use std::fmt::{self, Write as _};

use super::*;

/// The complete state between two steps.
#[derive(Clone, Debug)]
struct State {
    world: World,
    tabs: Vec<Tab>,
    /// The tab that acted last.
    turn: usize,
}

/// One step of a course.
#[derive(Clone, Copy, Debug)]
pub(super) struct Action {
    tab: usize,
    kind: Kind,
    fault: Option<Fault>,
}

/// A promise that a course has broken.
#[derive(Debug)]
pub(super) struct Found {
    course: Vec<Action>,
    why: String,
}

impl fmt::Display for Found {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}", self.why)?;
        for Action { tab, kind, fault } in &self.course {
            write!(to, "\n    tab {tab}: {kind:?}")?;
            if let Some(fault) = fault {
                write!(to, " – {fault:?}")?;
            }
        }
        Ok(())
    }
}

pub(super) struct Search {
    pub(super) scene: &'static Scene,
    /// The number of courses from each state, by the number of faults left.
    known: HashMap<(u64, u8), u64>,
    pub(super) steps: u64,
    pub(super) pairs: BTreeSet<(Kind, Fault)>,
    course: Vec<Action>,
}

impl Search {
    pub(super) fn of(scene: &'static Scene) -> Self {
        Self { scene, known: HashMap::new(), steps: 0, pairs: BTreeSet::new(), course: Vec::new() }
    }

    pub(super) fn states(&self) -> usize {
        self.known.len()
    }

    /// Goes through all courses. Returns how many there are, or the first that breaks a promise.
    pub(super) fn begin(&mut self, faults: u8) -> Result<u64, Found> {
        self.go_on(&self.start(), faults)
    }

    /// Goes through one course, chosen by these numbers: in three of four cases a step succeeds. In the end everything
    /// succeeds.
    pub(super) fn draw(&mut self, choices: &[u8]) -> Result<(), Found> {
        let mut state = self.start();
        let mut choices = choices.iter();
        loop {
            assert!(self.course.len() < 1_000, "promise 6: a call ends");
            let choice = choices.next().copied().unwrap_or(0);
            let actions = state.actions(u8::from(choice >= 192));
            if actions.is_empty() {
                return state.check_end().map_err(|why| self.found(why));
            }
            let action = actions[usize::from(choice) % actions.len()];
            self.course.push(action);
            state.turn = action.tab;
            let gone = state.tabs[action.tab].go(&mut state.world, action.fault);
            gone.and_then(|()| state.check_purchases()).map_err(|why| self.found(why))?;
        }
    }

    fn start(&self) -> State {
        let tabs = self.scene.tabs.iter().enumerate();
        let tabs = tabs.map(|(number, id)| Tab::new(number, id, self.scene.calls)).collect();
        State { world: World::new(self.scene), tabs, turn: 0 }
    }

    fn go_on(&mut self, state: &State, left: u8) -> Result<u64, Found> {
        assert!(self.course.len() < 1_000, "promise 6: a call ends");
        let actions = state.actions(left);
        if actions.is_empty() {
            return state.check_end().map(|()| 1).map_err(|why| self.found(why));
        }
        let key = (state.fingerprint(), left);
        if let Some(courses) = self.known.get(&key) {
            return Ok(*courses);
        }
        let mut courses = 0;
        for action in actions {
            self.steps += 1;
            self.pairs.extend(action.fault.map(|fault| (action.kind, fault)));
            self.course.push(action);
            let mut next = state.clone();
            next.turn = action.tab;
            let gone = next.tabs[action.tab].go(&mut next.world, action.fault);
            gone.and_then(|()| next.check_purchases()).map_err(|why| self.found(why))?;
            courses += self.go_on(&next, left - u8::from(action.fault.is_some()))?;
            self.course.pop();
        }
        self.known.insert(key, courses);
        Ok(courses)
    }

    fn found(&self, why: String) -> Found {
        Found { course: self.course.clone(), why }
    }
}

impl State {
    /// The possible actions. Another tab acts only where that may make a difference.
    fn actions(&self, left: u8) -> Vec<Action> {
        let is_free = |tab: &Tab| !tab.is_over() && !tab.waits(&self.world);
        let current = &self.tabs[self.turn];
        let stays = is_free(current) && !current.kind().is_shared();
        let mut actions = Vec::new();
        for (tab, it) in self.tabs.iter().enumerate().filter(|(tab, it)| !it.is_over() && (!stays || *tab == self.turn))
        {
            let kind = it.kind();
            if is_free(it) {
                actions.push(Action { tab, kind, fault: None });
            }
            let faults = if left > 0 { Fault::ALL.as_slice() } else { &[] };
            for fault in faults.iter().copied().filter(|fault| fault.excluded(kind).is_none()) {
                let is_possible = is_free(it) || matches!(fault, Fault::Steal | Fault::Abort | Fault::Crash);
                // Nor does another tab's step take longer than ten seconds.
                let others = || self.tabs.iter().filter(|other| !other.is_over());
                if fault == Fault::Slow && others().any(|other| other.kind().is_brief()) {
                    continue;
                }
                if is_possible && it.can(fault, &self.world) {
                    actions.push(Action { tab, kind, fault: Some(fault) });
                }
            }
        }
        actions
    }

    fn fingerprint(&self) -> u64 {
        let mut hashing = Hashing(DefaultHasher::new());
        write!(hashing, "{self:?}").unwrap();
        hashing.0.finish()
    }

    /// Promise 1, and budgets: whatever happens, a purchase is paid once, and no more is paid than the budget allows.
    fn check_purchases(&self) -> Result<(), String> {
        let taken = || self.world.papers.iter().filter(|paper| paper.is_taken && !paper.is_past);
        for id in self.world.scene.tabs {
            if taken().filter(|paper| paper.id == *id).count() > 1 {
                return Err("promise 1: one purchase was paid twice".into());
            }
        }
        let has_budget = (self.world.scene.options)()["budget"].is_object();
        if has_budget && self.world.papers.iter().filter(|paper| paper.is_taken).count() > 1 {
            return Err("promise 2: more was paid than the budget allows".into());
        }
        Ok(())
    }

    /// At the end of a course, held-back payments may be settled or not. Then a visitor comes back.
    fn check_end(&self) -> Result<(), String> {
        for is_settled in [false, true] {
            let mut state = self.clone();
            if is_settled {
                state.world.settle_all();
                state.check_purchases()?;
            }
            for id in state.world.scene.tabs {
                state.check_return(id)?;
            }
            state.check_list()?;
        }
        Ok(())
    }

    /// Promise 7: what was paid is found again.
    fn check_return(&self, id: &'static str) -> Result<(), String> {
        let mut world = self.world.clone();
        let is_paid = world.papers.iter().any(|paper| paper.id == id && paper.is_taken && !paper.is_past);
        if !is_paid {
            return Ok(());
        }
        world.now += 3_700_000;
        let record = world.journal.get(id).cloned().unwrap_or_default();
        match record["step"].as_str() {
            Some("accepted") => return Ok(()),
            Some("signed") => {}
            _ => return Err(format!("promise 7: a purchase is paid, and its record is {}", record["step"])),
        }
        let mut tab = Tab::new(9, id, 1);
        tab.go(&mut world, Some(Fault::Resume))?;
        while !tab.is_over() {
            tab.go(&mut world, None)?;
        }
        let step = world.journal[id]["step"].clone();
        let is_known = world.scene.knows_seed && !world.tasks.is_empty();
        if is_known && step != "accepted" {
            return Err(format!("promise 7: a paid task is not found again: {step}"));
        }
        Ok(())
    }

    /// Promise 9: records that cannot be read are listed, can be forgotten, and are not resumed.
    fn check_list(&self) -> Result<(), String> {
        let mut world = self.world.clone();
        if !world.scene.has_odd_records {
            return Ok(());
        }
        let records: Vec<Value> = world.journal.values().cloned().collect();
        let listed = journal::tasks(&records, Filter::default());
        let unreadable = listed.as_array().unwrap().iter().filter(|task| task["step"] == "unreadable").count();
        let chosen = journal::choose(&records, world.now).into_record();
        if unreadable != 2 || chosen.is_some_and(|record| record["id"] == "odd" || record["id"] == "new") {
            return Err("promise 9: a record that cannot be read stands in the way".into());
        }
        for id in ["odd", "new"] {
            world.update(id, &Change::Forget { now: world.now });
            if world.journal.get(id).is_some_and(|record| record["step"] != "forgotten") {
                return Err("promise 9: a record that cannot be read cannot be forgotten".into());
            }
        }
        Ok(())
    }
}

/// Hashes text as it is written, without storing it.
struct Hashing(DefaultHasher);

impl fmt::Write for Hashing {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.hash(&mut self.0);
        Ok(())
    }
}
