// Stripe's Node SDK against the simulator: sessions, debits, refunds, disputes, events, errors, faults, webhooks.
const assert = require("node:assert/strict");
const http = require("node:http");
const Stripe = require("stripe");

const base = new URL(process.env.STRIPE_API_BASE);
const secret = "whsec_parcours";
const stripe = new (Stripe.default ?? Stripe)("sk_test_parcours1234", {
  host: base.hostname,
  port: Number(base.port),
  protocol: "http",
  maxNetworkRetries: 0,
  telemetry: false,
});
const sessions = stripe.checkout.sessions;
const params = {
  mode: "payment",
  success_url: "http://127.0.0.1:1/merci?s={CHECKOUT_SESSION_ID}",
  cancel_url: "http://127.0.0.1:1/non",
  customer_email: "agnes@example.fr",
  locale: "fr",
  expires_at: Math.floor(Date.now() / 1000) + 3600,
  metadata: { opportuniteId: "o1", clientId: "c1" },
  payment_intent_data: { metadata: { opportuniteId: "o1" } },
  line_items: [
    { quantity: 1, price_data: { currency: "eur", unit_amount: 120050, product_data: { name: "Refonte" } } },
  ],
};

// Plays the payer, the bank or a fault.
async function control(method, path, body = {}) {
  const answer = await fetch(`${base.origin}/_simulateur/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  assert(answer.ok, `${path}: ${answer.status}`);
  return answer.headers.get("content-type") ? answer.json() : undefined;
}

async function paid(moyen = "carte") {
  const session = await sessions.create(params);
  await control("POST", `sessions/${session.id}/payer`, { moyen });
  return sessions.retrieve(session.id, { expand: ["payment_intent.latest_charge"] });
}

async function sessionsAndTheirErrors() {
  const session = await sessions.create(params, { idempotencyKey: "parcours-1" });
  assert.deepEqual([session.status, session.payment_status, session.amount_total], ["open", "unpaid", 120050]);
  assert.equal((await sessions.create(params, { idempotencyKey: "parcours-1" })).id, session.id);
  assert.equal((await sessions.retrieve(session.id)).metadata.opportuniteId, "o1");
  assert.equal((await sessions.listLineItems(session.id)).data[0].price.unit_amount, 120050);
  await assert.rejects(sessions.create({ ...params, locale: "en" }, { idempotencyKey: "parcours-1" }), {
    rawType: "idempotency_error",
  });
  const now = Math.floor(Date.now() / 1000);
  for (const [change, code, param] of [
    [{ montant: 12 }, "parameter_unknown", "montant"],
    [{ success_url: "exemple.fr/merci" }, "url_invalid", "success_url"],
    [{ expires_at: now + 24 * 3600 + 60 }, undefined, "expires_at"],
    [{ expires_at: now + 60 }, undefined, "expires_at"],
    [{ locale: "klingon" }, undefined, "locale"],
    [{ metadata: { ["k".repeat(41)]: "x" } }, undefined, "metadata"],
    [{ line_items: undefined }, "parameter_missing", "line_items"],
  ]) {
    const expected = { type: "StripeInvalidRequestError", statusCode: 400, code, param };
    await assert.rejects(sessions.create({ ...params, ...change }), expected);
  }
  await assert.rejects(sessions.retrieve("cs_test_inconnue"), { code: "resource_missing", statusCode: 404 });
  assert.equal((await sessions.expire(session.id)).status, "expired");
  await assert.rejects(sessions.expire(session.id), (error) => /^req_/.test(error.requestId));
  assert.deepEqual((await sessions.list({ status: "expired" })).data.map((row) => row.id), [session.id]);
}

async function aCardThenAWebhook() {
  const received = [];
  const hook = http.createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      received.push(
        stripe.webhooks.constructEvent(Buffer.concat(parts), request.headers["stripe-signature"], secret),
      );
      response.end();
    });
  });
  await new Promise((listening) => hook.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${hook.address().port}/`;
  await control("PUT", "webhook", { url, secret, types: ["checkout.session.completed"] });
  const [endpoint] = (await stripe.webhookEndpoints.list()).data;
  assert.deepEqual([endpoint.url, endpoint.enabled_events], [url, ["checkout.session.completed"]]);
  const session = await paid("carte_refusee");
  assert.equal(session.status, "open");
  const [failed] = (await stripe.events.list({ type: "payment_intent.payment_failed" })).data;
  assert.equal(failed.data.object.last_payment_error.code, "card_declined");
  await control("POST", `sessions/${session.id}/payer`, { moyen: "carte" });
  hook.close();
  assert.deepEqual(received.map((event) => event.type), ["checkout.session.completed"]);
  assert.equal(received[0].data.object.id, session.id);
  const done = await sessions.retrieve(session.id, { expand: ["payment_intent"] });
  assert.deepEqual([done.payment_status, done.payment_intent.status], ["paid", "succeeded"]);
  assert.equal(done.payment_intent.metadata.opportuniteId, "o1");
  const events = await stripe.events.list({
    types: ["checkout.session.completed"],
    created: { gte: session.created },
  });
  assert.deepEqual(events.data.map((event) => event.id), [received[0].id]);
  assert.equal((await stripe.events.retrieve(received[0].id)).data.object.id, session.id);
  assert.throws(() => stripe.webhooks.constructEvent("{}", "t=1,v1=00", secret), {
    type: "StripeSignatureVerificationError",
  });
  await control("DELETE", "webhook");
}

async function debits() {
  for (const [accepte, status] of [[true, "succeeded"], [false, "requires_payment_method"]]) {
    const session = await paid("sepa");
    const intent = session.payment_intent;
    assert.deepEqual([session.status, session.payment_status, intent.status], ["complete", "unpaid", "processing"]);
    assert(intent.latest_charge.payment_method_details.sepa_debit.expected_debit_date);
    await control("POST", `sessions/${session.id}/regler`, { accepte });
    assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, status);
  }
  const types = ["checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed"];
  const told = (await stripe.events.list({ types })).data.map((event) => event.data.object.payment_status);
  assert.deepEqual(told.sort(), ["paid", "unpaid"]);
}

async function refunds() {
  const payment_intent = (await paid()).payment_intent.id;
  const part = await stripe.refunds.create({ payment_intent, amount: 50, reason: "requested_by_customer" });
  assert.deepEqual([part.status, part.amount], ["succeeded", 50]);
  await assert.rejects(stripe.refunds.create({ payment_intent, amount: 120050 }), { param: "amount" });
  const rest = await stripe.refunds.create({ payment_intent }, { idempotencyKey: "remboursement-1" });
  const same = await stripe.refunds.create({ payment_intent }, { idempotencyKey: "remboursement-1" });
  assert.equal(same.id, rest.id);
  assert.equal((await stripe.charges.retrieve(rest.charge)).refunded, true);
  await assert.rejects(stripe.refunds.create({ payment_intent }), { code: "charge_already_refunded" });
  assert.deepEqual((await stripe.refunds.list({ payment_intent })).data.map((row) => row.id), [rest.id, part.id]);
  for (const [accepte, status] of [[true, "succeeded"], [false, "failed"]]) {
    const { id } = await control("POST", `sessions/${(await paid()).id}/rembourser`, { enAttente: true });
    assert.equal((await stripe.refunds.retrieve(id)).status, "pending");
    await control("POST", `remboursements/${id}/regler`, { accepte });
    assert.equal((await stripe.refunds.retrieve(id)).status, status);
  }
}

async function disputes() {
  const asked = { amount: 2000, currency: "eur", payment_method: "pm_card_createDispute", confirm: true };
  for (const [uncategorized_text, status] of [["winning_evidence", "won"], ["losing_evidence", "lost"]]) {
    const { id } = await stripe.paymentIntents.create(asked);
    const [dispute] = (await stripe.disputes.list({ payment_intent: id })).data;
    assert.equal(dispute.status, "needs_response");
    await assert.rejects(stripe.refunds.create({ payment_intent: id }), { code: "charge_disputed" });
    const closed = await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text } });
    assert.equal(closed.status, status);
  }
  const told = (await stripe.events.list({ type: "charge.dispute.*" })).data.map((event) => event.type);
  const count = (type) => told.filter((one) => one === `charge.dispute.${type}`).length;
  assert.deepEqual([count("funds_withdrawn"), count("funds_reinstated"), count("closed")], [2, 1, 2]);
  await assert.rejects(stripe.paymentIntents.create({ ...asked, payment_method: "pm_card_chargeDeclined" }), {
    type: "StripeCardError",
    code: "card_declined",
    statusCode: 402,
  });
}

async function listsAndTheAccount() {
  const ids = async (limit) => (await stripe.events.list({ limit }).autoPagingToArray({ limit: 1000 })).map((e) => e.id);
  const every = await ids(100);
  assert(every.length > 30);
  assert.deepEqual(await ids(7), every);
  const before = await stripe.events.list({ limit: 3, ending_before: every[10] });
  assert.deepEqual(before.data.map((event) => event.id), every.slice(7, 10));
  const account = await stripe.accounts.retrieveCurrent();
  assert.deepEqual([account.charges_enabled, account.country], [true, "FR"]);
}

async function faults() {
  const strike = (faute, fois = 1) => control("PUT", "fautes", { api: [{ faute, fois }] });
  await strike("trop_de_requetes");
  await assert.rejects(sessions.list(), { type: "StripeRateLimitError" });
  await strike("erreur");
  await assert.rejects(sessions.create(params, { idempotencyKey: "panne-1" }), { type: "StripeAPIError" });
  await assert.rejects(
    sessions.create(params, { idempotencyKey: "panne-1" }),
    (error) => error.headers["idempotent-replayed"] === "true",
  );
  // This SDK tries once more by itself when a connection ends.
  await strike("coupure_apres", 2);
  const again = () => sessions.create(params, { idempotencyKey: "panne-2" });
  await assert.rejects(again(), { type: "StripeConnectionError" });
  assert.equal((await again()).lastResponse.headers["idempotent-replayed"], "true");
}

async function main() {
  await sessionsAndTheirErrors();
  await aCardThenAWebhook();
  await debits();
  await refunds();
  await disputes();
  await listsAndTheAccount();
  await faults();
  console.log("parcours terminé");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
