//! What all tabs share: time, the storage, its locks, the seller and the token.

use super::{faults::Fault, *};

/// An authorization that a wallet was asked to sign.
#[derive(Clone, Debug)]
pub(super) struct Paper {
    pub(super) id: String,
    pub(super) tab: usize,
    pub(super) nonce: String,
    pub(super) valid_before: u64,
    pub(super) message: Value,
    /// The signature of the payer's own key.
    pub(super) signature: Value,
    /// What was sent first: the header and the body.
    pub(super) sent: Option<(String, String)>,
    /// The seller has it, and has not settled it.
    pub(super) is_held: bool,
    pub(super) is_taken: bool,
    /// The visitor forgot the purchase after it was over: the next one of the same name is a different purchase.
    pub(super) is_past: bool,
}

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) scene: &'static Scene,
    pub(super) now: u64,
    pub(super) journal: BTreeMap<String, Value>,
    /// Which tab has the lock of a purchase.
    pub(super) locks: BTreeMap<String, usize>,
    pub(super) papers: Vec<Paper>,
    /// The tasks that the seller works on, by the id that it gave them.
    pub(super) tasks: Vec<String>,
    drawn: u8,
}

impl World {
    pub(super) fn new(scene: &'static Scene) -> Self {
        let mut journal = BTreeMap::new();
        if scene.has_odd_records {
            // Promise 9: records that cannot be read, older and newer than all others.
            journal.insert("odd".into(), json!({"id": "odd"}));
            journal.insert(
                "new".into(),
                json!({"id": "new", "step": "signed", "order": {"version": 99, "createdAt": NOW + 1}}),
            );
        }
        Self { scene, now: NOW, journal, locks: BTreeMap::new(), papers: Vec::new(), tasks: Vec::new(), drawn: 0 }
    }

    pub(super) const fn seconds(&self) -> u64 {
        self.now / 1000
    }

    /// One successful atomic step of the storage.
    pub(super) fn update(&mut self, id: &str, change: &Change<Value>) -> Written<Value> {
        match self.write(id, change, None, None) {
            Judged::Over(Ok(written)) => written,
            other => panic!("nothing goes wrong, and {other:?}"),
        }
    }

    /// One atomic step of the storage, and its response. `seen` are the records that a caller read earlier and does not
    /// read again.
    pub(super) fn write(
        &mut self,
        id: &str,
        change: &Change<Value>,
        fault: Option<Fault>,
        seen: Option<&Vec<Value>>,
    ) -> Judged<Value> {
        let edit = Edit::new(id, change.clone());
        match fault {
            Some(Fault::Full) => return edit.judge(Err(Some(json!("full")))),
            Some(Fault::Dropped) => return edit.judge(Err(None)),
            _ => {}
        }
        let all = || self.journal.values().cloned().collect::<Vec<_>>();
        let since = (fault != Some(Fault::Hollow)).then(|| seen.cloned().unwrap_or_else(all));
        match edit.apply(self.journal.get(id).cloned(), since.as_deref()) {
            Err(why) => return edit.judge(Err(Some(json!(why)))),
            Ok(_) if fault == Some(Fault::Undone) => {}
            Ok(put) => put.take_place(id, &mut self.journal),
        }
        if fault == Some(Fault::Twice) {
            drop(edit.apply(None, since.as_deref()));
        }
        edit.judge(match fault {
            Some(Fault::Untold) => Err(None),
            Some(Fault::Denied | Fault::Undone) => Err(Some(json!("failed"))),
            _ => Ok(()),
        })
    }

    pub(super) fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        [self.drawn; 32]
    }

    /// A wallet is asked to sign.
    pub(super) fn show(&mut self, tab: usize, id: &str, question: &Question) -> Value {
        let params = Value::parse(question.params.as_ref().unwrap()).unwrap();
        let message = Value::parse(params[1].as_str().unwrap()).unwrap()["message"].clone();
        let signature = sealed_with(KEY, question);
        self.papers.push(Paper {
            id: id.into(),
            tab,
            nonce: message["nonce"].as_str().unwrap().into(),
            valid_before: message["validBefore"].as_str().unwrap().parse().unwrap(),
            message,
            signature: signature.clone(),
            sent: None,
            is_held: false,
            is_taken: false,
            is_past: false,
        });
        signature
    }

    /// The seller receives a payment. Returns its index among the papers.
    pub(super) fn receive(&mut self, id: &str, request: &HttpRequest) -> Result<usize, String> {
        let Method::Pay(payment) = &request.method else { return Err("promise 4: no payment was sent".into()) };
        let (header, body) = (&payment.header, &payment.body);
        let payload = &decoded(header)["payload"];
        let nonce = &payload["authorization"]["nonce"];
        let place = self.papers.iter().position(|paper| *nonce == paper.nonce);
        let place = place.ok_or("promise 1: a payment was sent that no wallet was shown")?;
        let record = self.journal.get(id).map_or(Value::Null, Clone::clone);
        let seconds = self.seconds();
        let paper = &mut self.papers[place];
        let is_recorded = record["step"] == "signed" && record["payment"]["header"] == **header;
        if paper.sent.is_none() && !is_recorded && seconds < paper.valid_before {
            return Err(format!("promise 3: a payment left, and its record is {}", record["step"]));
        }
        if paper.signature != payload["signature"] || paper.message != payload["authorization"] {
            return Err("promise 1: what was sent is not what the payer signed".into());
        }
        let sent = paper.sent.get_or_insert_with(|| (header.clone(), body.clone()));
        if (&sent.0, &sent.1) != (header, body) {
            return Err("promise 4: another payment was sent than before".into());
        }
        paper.is_held = true;
        Ok(place)
    }

    /// The token takes each authorization once, within its window.
    pub(super) fn settle(&mut self, place: usize) -> bool {
        let seconds = self.seconds();
        let paper = &mut self.papers[place];
        paper.is_taken |= paper.is_held && seconds < paper.valid_before;
        paper.is_taken
    }

    pub(super) fn settle_all(&mut self) {
        for place in 0..self.papers.len() {
            self.settle(place);
        }
    }

    /// The seller works on a purchase.
    pub(super) fn work(&mut self, id: &str) -> String {
        let task = if self.scene.knows_seed { uuid::derived(id) } else { TASK.into() };
        if !self.tasks.contains(&task) {
            self.tasks.push(task.clone());
        }
        task
    }

    /// Whether the payment may still be taken.
    pub(super) fn is_open(&self, paper: &Paper) -> bool {
        let is_recorded = self.journal.get(&paper.id).is_some_and(|record| {
            record["step"] == "signed"
                && record["payment"]["authorization"].as_str().is_some_and(|text| text.contains(&paper.nonce))
        });
        !paper.is_taken && self.seconds() < paper.valid_before && (paper.is_held || is_recorded)
    }
}

/// The signature of the payer, or of another person: deterministic, and slow to make.
pub(super) fn sealed_with(key: [u8; 32], question: &Question) -> Value {
    thread_local! {
        static MADE: RefCell<HashMap<(u8, String), Value>> = RefCell::default();
    }
    let params = question.params.clone().unwrap();
    MADE.with(|made| made.borrow_mut().entry((key[0], params)).or_insert_with(|| sign_with(key, question)).clone())
}
