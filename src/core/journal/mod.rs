//! What the browser stores about purchases: one record each, written before anything that can move money.
//!
//! The storage is a plain store of records with one atomic step. That step is decided here: a [`Change`] reads the
//! current record and returns what replaces it. The life of a record:
//!
//! ```text
//!            ┌─────────── withdrawn, by its owner alone ──────────► (gone)
//! (none) ► signing ─ its owner has signed ► signed ─ a task ► accepted ─ the task has ended ► done
//!    ▲       │                                │ no money moved, and none will                   │
//!    │       │                                └► abandoned                                      │
//!    └───────┴── forgotten: what was spent stays until no budget counts it any more ◄───────────┘
//! ```
//!
//! - At `signing`, nothing has left the page. A call that may replace or forget the record owns it from then on, and a
//!   signature that the former owner gets later is never sent.
//! - No change goes back a step. If a write fails, the next one includes what it would have written.
//! - A record that cannot be read only affects itself: it is listed, it can be forgotten, and it harms no other.

mod change;
mod edit;
mod ended;
mod forgetting;
mod imprint;
mod intent;
mod life;
mod listing;
mod order;
mod record;
mod result;
mod revised;
mod spent;
#[cfg(test)]
mod tests;
mod trouble;
mod word;

pub use change::{Change, Put, WRITE_PATIENCE_MS, Written};
pub use edit::{Doubt, Edit, Judged};
pub use ended::Ended;
pub use forgetting::untidy;
pub use intent::{Claim, Intent, Owner};
pub use life::Life;
pub use listing::{Choice, Filter, Resumed, choose, find, tasks, whereabouts};
pub use order::OrderRecord;
pub use record::{Kept, Known, Signed};
pub use result::shows_something;
pub use spent::spent;
pub use trouble::{asked_for, given_up, not_stored, unreadable, unshown, unstored};
