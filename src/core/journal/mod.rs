//! What the browser remembers of purchases: one record each, written before anything that can move money.
//!
//! The storage is a plain store of records, with one atomic step. What that step does is decided here: a [`Change`] looks at the
//! record as it stands, and says what takes its place. A record lives so:
//!
//! ```text
//!            ┌─────────── withdrawn, by its owner alone ──────────► (gone)
//! (none) ► signing ─ its owner has signed ► signed ─ a task ► accepted ─ the task has ended ► done
//!    ▲       │                                │ no money moved, and none will                   │
//!    │       │                                └► abandoned                                      │
//!    └───────┴── forgotten: what was spent stays until no budget counts it any more ◄───────────┘
//! ```
//!
//! - While it says `signing`, nothing has left the page. Whoever may replace or forget it owns it from then on, and a
//!   signature that the former owner gets later is never sent.
//! - No change leads back. What a write that failed would have said is said again by the next.
//! - A record that cannot be read stands for itself alone: it is listed, it can be forgotten, and it hurts no other.

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
