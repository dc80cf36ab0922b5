//! An HTTP service around one host: `cargo run --example service --features tokio -- 8080`.
//!
//! It listens on loopback, and ends after the requests that it has when it is interrupted.

mod app;

use std::error::Error;

use app::{Bounds, app};
use host_wasmtime::Host;
use tokio::net::TcpListener;
use tokio::signal;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).as_deref().unwrap_or("0").parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(Host::new()?, Bounds::default()))
        .with_graceful_shutdown(async { signal::ctrl_c().await.unwrap_or_default() })
        .await?;
    Ok(())
}
