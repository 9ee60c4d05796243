"""Stripe's Python SDK against the simulator: a session's life, its errors, its webhook."""

import json
import os
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import stripe

BASE = os.environ["STRIPE_API_BASE"]
SECRET = "whsec_parcours"
client = stripe.StripeClient("sk_test_parcours1234", base_addresses={"api": BASE}, max_network_retries=0)
sessions = client.v1.checkout.sessions
params = {
    "mode": "payment",
    "success_url": "http://127.0.0.1:1/merci?s={CHECKOUT_SESSION_ID}",
    "cancel_url": "http://127.0.0.1:1/non",
    "customer_email": "agnes@example.fr",
    "locale": "fr",
    "expires_at": int(time.time()) + 3600,
    "metadata": {"opportuniteId": "o1", "clientId": "c1"},
    "payment_intent_data": {"metadata": {"opportuniteId": "o1"}},
    "line_items": [
        {
            "quantity": 1,
            "price_data": {"currency": "eur", "unit_amount": 120050, "product_data": {"name": "Refonte"}},
        }
    ],
}

session = sessions.create(params, {"idempotency_key": "parcours-1"})
assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 120050)
assert sessions.create(params, {"idempotency_key": "parcours-1"}).id == session.id
assert sessions.retrieve(session.id).metadata["opportuniteId"] == "o1"
try:
    sessions.create({**params, "locale": "en"}, {"idempotency_key": "parcours-1"})
    raise AssertionError("another request under the same key")
except stripe.IdempotencyError as error:
    assert error.http_status == 400
try:
    sessions.create({**params, "montant": 12})
    raise AssertionError("an unknown parameter")
except stripe.InvalidRequestError as error:
    assert (error.code, error.param) == ("parameter_unknown", "montant")

other = sessions.create(params)
assert sessions.expire(other.id).status == "expired"
try:
    sessions.expire(other.id)
    raise AssertionError("expired twice")
except stripe.InvalidRequestError as error:
    assert error.http_status == 400

received = []


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        received.append(stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], SECRET))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


hook = HTTPServer(("127.0.0.1", 0), Hook)
Thread(target=hook.serve_forever, daemon=True).start()


def control(method, path, body):
    request = urllib.request.Request(
        f"{BASE}/_simulateur/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method
    )
    urllib.request.urlopen(request).read()


url = f"http://127.0.0.1:{hook.server_port}/"
control("PUT", "webhook", {"url": url, "secret": SECRET, "types": ["checkout.session.completed"]})
control("POST", f"sessions/{session.id}/payer", {"moyen": "carte"})
assert [event.type for event in received] == ["checkout.session.completed"]
assert received[0].data.object.id == session.id
paid = sessions.retrieve(session.id, {"expand": ["payment_intent"]})
assert (paid.payment_status, paid.payment_intent.status) == ("paid", "succeeded")
assert paid.payment_intent.metadata["opportuniteId"] == "o1"
events = client.v1.events.list({"types": ["checkout.session.completed"], "created": {"gte": session.created}})
assert [event.id for event in events.auto_paging_iter()] == [received[0].id]
print("parcours terminé")
