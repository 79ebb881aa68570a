//! Everything that decides about money, as plain values and state machines.

pub mod assets;
pub mod authorization;
pub mod base64;
pub mod budget;
pub mod chain;
pub mod config;
pub mod eip712;
pub mod error;
pub mod http;
pub mod image;
pub mod journal;
pub mod json;
pub mod money;
pub mod notice;
pub mod payment;
pub mod policy;
pub mod poll;
pub mod purchase;
pub mod quote;
pub mod rejection;
pub mod request;
mod secp256k1;
pub mod signature;
pub mod task;
pub mod terms;
pub mod text;
pub mod wallet;
