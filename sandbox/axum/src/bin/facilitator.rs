//! The facilitator of x402-rs, for both versions of x402: `facilitator RPC KEY`. It prints its address once it is
//! ready.

use std::{collections::HashMap, env, error::Error, sync::Arc};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use x402_chain_eip155::{
    V1Eip155Exact, V2Eip155Exact,
    chain::{Eip155ChainProvider, Eip155ChainReference, config::Eip155ChainConfig},
};
use x402_facilitator_local::{FacilitatorLocal, handlers};
use x402_types::{
    chain::{ChainRegistry, FromConfig},
    scheme::{SchemeBlueprints, SchemeRegistry, X402SchemeFacilitator, X402SchemeFacilitatorBuilder, X402SchemeId},
};

const BASE: u64 = 8453;

type Provider = Arc<Eip155ChainProvider>;

/// A scheme whose handlers share a provider: the builders of x402-rs take one by value, the registry lends it.
struct Shared<S>(S);

impl<S: X402SchemeId> X402SchemeId for Shared<S> {
    fn x402_version(&self) -> u8 {
        self.0.x402_version()
    }

    fn namespace(&self) -> &str {
        self.0.namespace()
    }

    fn scheme(&self) -> &str {
        self.0.scheme()
    }
}

impl<S: X402SchemeFacilitatorBuilder<Provider>> X402SchemeFacilitatorBuilder<&Provider> for Shared<S> {
    fn build(
        &self,
        provider: &Provider,
        config: Option<Value>,
    ) -> Result<Box<dyn X402SchemeFacilitator>, Box<dyn Error>> {
        self.0.build(Arc::clone(provider), config)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [rpc, key] = arguments.as_slice() else {
        return Err("usage: facilitator RPC KEY".into());
    };
    rustls::crypto::ring::default_provider().install_default().ok();
    let chain = Eip155ChainConfig {
        chain_reference: Eip155ChainReference::new(BASE),
        inner: serde_json::from_value(json!({"signers": [key], "rpc": [{"http": rpc}]}))?,
    };
    let provider = Arc::new(Eip155ChainProvider::from_config(&chain).await?);
    let schemes = serde_json::from_value(json!([
        {"id": "v1-eip155-exact", "chains": "eip155:*"},
        {"id": "v2-eip155-exact", "chains": "eip155:*"},
    ]))?;
    let registry = SchemeRegistry::build(
        ChainRegistry::new(HashMap::from([(chain.chain_id(), provider)])),
        SchemeBlueprints::new().and_register(Shared(V1Eip155Exact)).and_register(Shared(V2Eip155Exact)),
        &schemes,
    );
    let app = handlers::routes().with_state(Arc::new(FacilitatorLocal::new(registry)));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
