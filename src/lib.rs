//! The Rust half of the npm package `imagine-x402`: AI video that visitors pay for with their own wallet.
//!
//! Data flows down this list, and results flow back up.
//!
//! | module | what it is |
//! | --- | --- |
//! | `api` (wasm only) | the whole `#[wasm_bindgen]` surface |
//! | [`driver`] | the one async loop: performs the core's steps, decides nothing |
//! | [`ports`] | the traits through which the driver reaches the outside world |
//! | `web` (wasm only) | the ports (fetch, wallet, journal, clock, rests, entropy, the page) on the browser's APIs |
//! | [`core`] | pure: no JS, no async, no clock, no randomness; makes every decision about money |
//!
//! JavaScript crates are dependencies of `wasm32` only, so using one in the core fails `cargo test`.

#![cfg_attr(
    any(test, fuzzing),
    expect(
        clippy::arithmetic_side_effects,
        clippy::disallowed_macros,
        clippy::disallowed_methods,
        clippy::result_large_err, // a `serde_json::Value` is larger than a value of the browser
        clippy::string_slice
    )
)]

pub mod core;
pub mod driver;
#[cfg(any(test, fuzzing))]
#[expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]
pub mod fuzz;
pub mod ports;

#[cfg(target_arch = "wasm32")]
mod api;
#[cfg(target_arch = "wasm32")]
mod web;
