// Stripe's Node SDK against the simulator: a session's life, its errors, its webhook.
const assert = require("node:assert");
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

async function control(method, path, body) {
  const answer = await fetch(`${base.origin}/_simulateur/${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  assert(answer.ok, `${path}: ${answer.status}`);
}

async function main() {
  const session = await sessions.create(params, { idempotencyKey: "parcours-1" });
  assert.deepEqual([session.status, session.payment_status, session.amount_total], ["open", "unpaid", 120050]);
  assert.equal((await sessions.create(params, { idempotencyKey: "parcours-1" })).id, session.id);
  assert.equal((await sessions.retrieve(session.id)).metadata.opportuniteId, "o1");
  await assert.rejects(sessions.create({ ...params, locale: "en" }, { idempotencyKey: "parcours-1" }), {
    rawType: "idempotency_error",
  });
  await assert.rejects(sessions.create({ ...params, montant: 12 }), { code: "parameter_unknown", param: "montant" });

  const other = await sessions.create(params);
  assert.equal((await sessions.expire(other.id)).status, "expired");
  await assert.rejects(sessions.expire(other.id), { statusCode: 400 });

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
  await control("POST", `sessions/${session.id}/payer`, { moyen: "carte" });
  hook.close();
  assert.deepEqual(received.map((event) => event.type), ["checkout.session.completed"]);
  assert.equal(received[0].data.object.id, session.id);
  const paid = await sessions.retrieve(session.id, { expand: ["payment_intent"] });
  assert.deepEqual([paid.payment_status, paid.payment_intent.status], ["paid", "succeeded"]);
  assert.equal(paid.payment_intent.metadata.opportuniteId, "o1");
  const events = await stripe.events.list({
    types: ["checkout.session.completed"],
    created: { gte: session.created },
  });
  assert.deepEqual(events.data.map((event) => event.id), [received[0].id]);
  console.log("parcours terminé");
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
