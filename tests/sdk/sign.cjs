// Signs the body on standard input as Stripe's Node SDK does: the value of `Stripe-Signature`.
const Stripe = require("stripe");
const payload = require("node:fs").readFileSync(0, "utf8");
const stripe = new (Stripe.default ?? Stripe)("sk_test_sign");
console.log(stripe.webhooks.generateTestHeaderString({ payload, secret: process.env.WEBHOOK_SECRET }));
