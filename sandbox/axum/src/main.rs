//! A seller by x402-axum, to try the library with the Rust side of x402. It takes one dollar for every request, and
//! prints its address once it is ready: `axum-seller VERSION FACILITATOR PAY_TO VIDEO CORS`, where CORS is `stock`
//! (permissive) or `exposed`. A task is processing at the first look and completed at the second.

use std::{
    collections::HashMap,
    env,
    error::Error,
    sync::{Arc, Mutex},
};

use alloy_primitives::Address;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderName, Method, StatusCode, header::CONTENT_TYPE},
    routing::{MethodRouter, get, post},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_http::cors::{Any, CorsLayer};
use x402_axum::X402Middleware;
use x402_chain_eip155::{KnownNetworkEip155, V1Eip155Exact, V2Eip155Exact};
use x402_types::networks::USDC;

/// How often each task was looked at, and the video that all of them become.
#[derive(Clone)]
struct Tasks {
    looks: Arc<Mutex<HashMap<String, u32>>>,
    video: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [version, facilitator, pay_to, video, cors] = arguments.as_slice() else {
        return Err("usage: axum-seller VERSION FACILITATOR PAY_TO VIDEO CORS".into());
    };
    rustls::crypto::ring::default_provider().install_default().ok();
    let tasks = Tasks { looks: Arc::default(), video: video.clone() };
    let app = Router::new()
        .route("/generation/create", paid(version, facilitator, pay_to.parse()?)?)
        .route("/generation/{id}/status", get(status))
        .layer(if cors == "stock" { CorsLayer::permissive() } else { exposing() })
        .with_state(tasks);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

fn paid(version: &str, facilitator: &str, pay_to: Address) -> Result<MethodRouter<Tasks>, Box<dyn Error>> {
    let gate = X402Middleware::try_new(facilitator)?;
    let price = USDC::base().parse("1.00").map_err(|error| format!("{error:?}"))?;
    // Without a type it says `"mimeType": null`, which the official facilitator of version 1 does not take.
    let json = || "application/json".into();
    Ok(match version {
        "1" => post(create).layer(gate.with_price_tag(V1Eip155Exact::price_tag(pay_to, price)).with_mime_type(json())),
        "2" => post(create).layer(gate.with_price_tag(V2Eip155Exact::price_tag(pay_to, price)).with_mime_type(json())),
        other => return Err(format!("there is no version {other}").into()),
    })
}

fn exposing() -> CorsLayer {
    let header = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([CONTENT_TYPE, header("x-payment"), header("payment-signature")])
        .expose_headers([header("payment-required"), header("payment-response"), header("x-payment-response")])
}

async fn create(State(tasks): State<Tasks>, Json(order): Json<Value>) -> (StatusCode, Json<Value>) {
    let Some(id) = order["seed"].as_str() else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "a seed is needed"})));
    };
    tasks.looks.lock().unwrap().insert(id.into(), 0);
    (StatusCode::ACCEPTED, Json(json!({"taskId": id, "status": "queued"})))
}

async fn status(State(tasks): State<Tasks>, Path(id): Path<String>) -> (StatusCode, Json<Value>) {
    let mut looks = tasks.looks.lock().unwrap();
    let Some(looks) = looks.get_mut(&id) else {
        return (StatusCode::NOT_FOUND, Json(json!({"status": "not_found"})));
    };
    *looks += 1;
    if *looks < 2 {
        return (StatusCode::ACCEPTED, Json(json!({"status": "processing"})));
    }
    let generation = json!({"video": {"url": tasks.video}});
    (StatusCode::OK, Json(json!({"status": "completed", "result": {"generation": generation}})))
}
