//! The one argument of every call of the facade.

use js_sys::{Function, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// What the call is about, and the page that called. A call has the members that it needs; a function that is absent fails when it is called.
    #[derive(Clone, Debug)]
    pub type Call;
    /// A `GenerateRequest`.
    #[wasm_bindgen(method, getter)]
    pub fn request(this: &Call) -> JsValue;
    /// A quote to pay.
    #[wasm_bindgen(method, getter)]
    pub fn quote(this: &Call) -> JsValue;
    /// A task to wait for, or the id of one to look at once.
    #[wasm_bindgen(method, getter)]
    pub fn task(this: &Call) -> JsValue;
    /// The options of the client, of the call and of the wait: what [`Config::read`](crate::core::config::Config::read) takes.
    #[wasm_bindgen(method, getter)]
    pub fn options(this: &Call) -> JsValue;
    /// The only account to pay from.
    #[wasm_bindgen(method, getter)]
    pub fn payer(this: &Call) -> JsValue;
    /// The number of the wallet, where it is known which one it is.
    #[wasm_bindgen(method, getter)]
    pub fn wallet(this: &Call) -> JsValue;
    /// Asked before the wallet opens, if there is one: `(quote) => boolean | Promise<boolean>`.
    #[wasm_bindgen(method, getter)]
    pub fn confirm(this: &Call) -> Option<Function>;
    /// The reason why the caller has given up: `() => unknown`, `undefined` while he has not.
    #[wasm_bindgen(method, catch, js_name = abortReason)]
    pub fn abort_reason(this: &Call) -> Result<JsValue, JsValue>;
    /// Resolves with the reason once the caller gives up.
    #[wasm_bindgen(method, getter)]
    pub fn aborted(this: &Call) -> JsValue;
    /// Has the chosen wallet ask the visitor to connect.
    #[wasm_bindgen(method, catch)]
    pub fn invite(this: &Call) -> Result<(), JsValue>;
    /// Finds the wallets that will do: a promise of their number.
    #[wasm_bindgen(method, catch)]
    pub fn find(this: &Call) -> Result<JsValue, JsValue>;
    /// Adds the other wallets on the page: a promise of how many there are then.
    #[wasm_bindgen(method, catch, js_name = findOthers)]
    pub fn find_others(this: &Call) -> Result<JsValue, JsValue>;
    /// Asks the wallet at that place of the list; `params` is JSON text. A promise of its answer.
    #[wasm_bindgen(method, catch)]
    pub fn ask(this: &Call, place: usize, method: &str, params: Option<&str>) -> Result<JsValue, JsValue>;
    /// Sends to that address, with what stands for that body of the core. What is final is never called back.
    #[wasm_bindgen(method, catch)]
    pub fn send(
        this: &Call,
        url: &str,
        init: &JsValue,
        body: Option<&str>,
        final_word: bool,
    ) -> Result<Sending, JsValue>;
    /// Reads the body of a response as text, at most so many bytes: a promise.
    #[wasm_bindgen(method, catch, js_name = readBody)]
    pub fn read_body(this: &Call, response: &JsValue, most: u32) -> Result<JsValue, JsValue>;
    /// Takes hold of a purchase: a promise of `{ isAlone, record? }`, whose `record` is a promise of its record, if it is not fresh.
    #[wasm_bindgen(method, catch)]
    pub fn recall(this: &Call, id: &str, fresh: bool) -> Result<JsValue, JsValue>;
    /// Reads the record of a purchase: a promise of an object or `undefined`.
    #[wasm_bindgen(method, catch)]
    pub fn read(this: &Call, id: &str) -> Result<JsValue, JsValue>;
    /// Lists records, of purchases since then, as many as that: a promise of a list.
    #[wasm_bindgen(method, catch)]
    pub fn list(this: &Call, since: Option<f64>, limit: Option<f64>) -> Result<JsValue, JsValue>;
    /// Changes the record of a purchase in one atomic step, by a function of the record and of those since then: a promise.
    #[wasm_bindgen(method, catch)]
    pub fn update(
        this: &Call,
        id: &str,
        since: Option<f64>,
        change: &JsValue,
        relaxed: bool,
    ) -> Result<JsValue, JsValue>;
    /// Which records are wanted.
    #[wasm_bindgen(method, getter)]
    pub fn filter(this: &Call) -> JsValue;
    /// How a task has ended: `{ status, result? }`.
    #[wasm_bindgen(method, getter)]
    pub fn ended(this: &Call) -> JsValue;
    /// A promise that resolves when it is late, or something has happened before.
    #[wasm_bindgen(method, catch)]
    pub fn pause(this: &Call, late: &Promise) -> Result<JsValue, JsValue>;
    /// Keeps others from looking at the task meanwhile: a promise of whether this may, or whether something has happened.
    #[wasm_bindgen(method, catch, js_name = takeTurn)]
    pub fn take_turn(this: &Call) -> Result<JsValue, JsValue>;
    /// How the page stands, and what has happened.
    #[wasm_bindgen(method, catch)]
    pub fn told(this: &Call) -> Result<JsValue, JsValue>;
    /// Takes the error of a caller that gives up from now on, before each step.
    #[wasm_bindgen(method, catch)]
    pub fn stands(this: &Call, given_up: JsValue) -> Result<(), JsValue>;
    /// Takes every notice.
    #[wasm_bindgen(method, catch)]
    pub fn notify(this: &Call, notice: JsValue) -> Result<(), JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// A request that was sent.
    #[derive(Clone, Debug)]
    pub type Sending;
    /// A promise of what the page's `fetch` gives.
    #[wasm_bindgen(method, getter)]
    pub fn response(this: &Sending) -> JsValue;
    /// A promise that resolves once nobody wants the answer any more.
    #[wasm_bindgen(method, getter, js_name = calledOff)]
    pub fn called_off(this: &Sending) -> JsValue;
    /// Ends it, with the answer, if there is one: what is still under way is called back.
    #[wasm_bindgen(method, catch)]
    pub fn end(this: &Sending, answer: JsValue) -> Result<(), JsValue>;
}
