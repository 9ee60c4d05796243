//! Stripe's SDKs drive the simulator: what they send is understood, what it answers is read, what it signs is taken.

use std::process::Command;

use sandbox::simulateur::{Options, Simulateur};

use crate::tools;

async fn parcours(sdk: Option<Command>) {
    let Some(mut command) = sdk else { return };
    let simulateur = Simulateur::start(Options::default()).await.unwrap();
    command.env("STRIPE_API_BASE", simulateur.base());
    let output = tools::run(command).await;
    assert!(output.status.success(), "{}", tools::said(&output));
    assert!(tools::said(&output).contains("parcours terminé"), "{}", tools::said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn stripes_python_sdk_drives_the_simulator() {
    parcours(tools::python("parcours")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stripes_node_sdk_drives_the_simulator() {
    parcours(tools::node("parcours")).await;
}
