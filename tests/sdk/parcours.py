"""Stripe's Python SDK against the simulator: sessions, debits, refunds, disputes, events, errors, faults, webhooks."""

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
v1 = client.v1
sessions = v1.checkout.sessions
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


def control(method, path, body=None):
    """Plays the payer, the bank or a fault."""
    data = json.dumps(body or {}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{BASE}/_simulateur/{path}", data, headers, method=method)
    return urllib.request.urlopen(request).read()


def refused(kind, call, *arguments, **expected):
    """The call fails with an error of that class and those fields."""
    try:
        call(*arguments)
    except kind as error:
        for name, value in expected.items():
            assert getattr(error, name) == value, (name, getattr(error, name), value)
        assert error.http_status is None or error.request_id.startswith("req_")
        return error
    raise AssertionError(f"{kind.__name__} expected of {arguments}")


def paid(moyen="carte"):
    session = sessions.create(params)
    control("POST", f"sessions/{session.id}/payer", {"moyen": moyen})
    return sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})


received = []


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        received.append(stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], SECRET))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def sessions_and_their_errors():
    session = sessions.create(params, {"idempotency_key": "parcours-1"})
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 120050)
    assert sessions.create(params, {"idempotency_key": "parcours-1"}).id == session.id
    assert sessions.retrieve(session.id).metadata["opportuniteId"] == "o1"
    assert sessions.line_items.list(session.id).data[0].price.unit_amount == 120050
    error = refused(stripe.IdempotencyError, sessions.create, {**params, "locale": "en"}, {"idempotency_key": "parcours-1"})
    assert error.http_status == 400
    invalid = stripe.InvalidRequestError
    now = int(time.time())
    for change, code, param in [
        ({"montant": 12}, "parameter_unknown", "montant"),
        ({"success_url": "exemple.fr/merci"}, "url_invalid", "success_url"),
        ({"expires_at": now + 24 * 3600 + 60}, None, "expires_at"),
        ({"expires_at": now + 60}, None, "expires_at"),
        ({"locale": "klingon"}, None, "locale"),
        ({"metadata": {"k" * 41: "x"}}, None, "metadata"),
        ({"metadata": {f"k{n}": "x" for n in range(51)}}, None, "metadata"),
        ({"line_items": []}, "parameter_missing", "line_items"),
    ]:
        refused(invalid, sessions.create, {**params, **change}, code=code, param=param, http_status=400)
    refused(invalid, sessions.retrieve, "cs_test_inconnue", code="resource_missing", http_status=404)
    assert sessions.expire(session.id).status == "expired"
    refused(invalid, sessions.expire, session.id, http_status=400)
    assert [row.id for row in sessions.list({"status": "expired"}).data] == [session.id]
    anyone = stripe.StripeClient("sk_other", base_addresses={"api": BASE})
    refused(stripe.AuthenticationError, anyone.v1.checkout.sessions.list, http_status=401)


def a_card_then_a_webhook():
    hook = HTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=hook.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{hook.server_port}/"
    control("PUT", "webhook", {"url": url, "secret": SECRET, "types": ["checkout.session.completed"]})
    [endpoint] = v1.webhook_endpoints.list().data
    assert (endpoint.url, endpoint.enabled_events) == (url, ["checkout.session.completed"])
    assert v1.webhook_endpoints.retrieve(endpoint.id).status == "enabled"
    session = paid("carte_refusee")
    assert session.status == "open"
    failed = v1.events.list({"type": "payment_intent.payment_failed"}).data[0].data.object
    assert failed.last_payment_error.code == "card_declined"
    control("POST", f"sessions/{session.id}/payer", {"moyen": "carte"})
    assert [event.type for event in received] == ["checkout.session.completed"]
    assert received[0].data.object.id == session.id
    session = sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (session.payment_status, session.payment_intent.status) == ("paid", "succeeded")
    assert session.payment_intent.metadata["opportuniteId"] == "o1"
    events = v1.events.list({"types": ["checkout.session.completed"], "created": {"gte": session.created}})
    assert [event.id for event in events.auto_paging_iter()] == [received[0].id]
    assert v1.events.retrieve(received[0].id).data.object.id == session.id
    body = json.dumps({"id": "evt_forged", "object": "event"})
    refused(stripe.SignatureVerificationError, stripe.Webhook.construct_event, body, "t=1,v1=00", SECRET)
    control("DELETE", "webhook")


def debits():
    for moyen, accepte, status in [("sepa", True, "succeeded"), ("sepa", False, "requires_payment_method")]:
        session = paid(moyen)
        assert (session.status, session.payment_status, session.payment_intent.status) == ("complete", "unpaid", "processing")
        assert session.payment_intent.latest_charge.payment_method_details.sepa_debit.expected_debit_date
        control("POST", f"sessions/{session.id}/regler", {"accepte": accepte})
        assert v1.payment_intents.retrieve(session.payment_intent.id).status == status
    kinds = ["checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed"]
    listed = v1.events.list({"types": kinds})
    assert sorted(event.data.object.payment_status for event in listed.data) == ["paid", "unpaid"]


def refunds():
    intent = paid().payment_intent.id
    part = v1.refunds.create({"payment_intent": intent, "amount": 50, "reason": "requested_by_customer"})
    assert (part.status, part.amount, part.reason) == ("succeeded", 50, "requested_by_customer")
    too_much = {"payment_intent": intent, "amount": 120050}
    refused(stripe.InvalidRequestError, v1.refunds.create, too_much, param="amount")
    key = {"idempotency_key": "remboursement-1"}
    rest = v1.refunds.create({"payment_intent": intent}, key)
    assert v1.refunds.create({"payment_intent": intent}, key).id == rest.id
    assert v1.charges.retrieve(rest.charge).refunded
    refused(stripe.InvalidRequestError, v1.refunds.create, {"payment_intent": intent}, code="charge_already_refunded")
    assert {refund.id for refund in v1.refunds.list({"payment_intent": intent}).data} == {part.id, rest.id}
    for course, arrived, status in [("pending", True, "succeeded"), ("pending", False, "failed")]:
        slow = json.loads(control("POST", f"sessions/{paid().id}/rembourser", {"enAttente": True}))
        assert v1.refunds.retrieve(slow["id"]).status == course
        control("POST", f"remboursements/{slow['id']}/regler", {"accepte": arrived})
        assert v1.refunds.retrieve(slow["id"]).status == status
    assert [event.data.object.status for event in v1.events.list({"type": "refund.failed"}).data] == ["failed"]


def disputes():
    asked = {"amount": 2000, "currency": "eur", "payment_method": "pm_card_createDispute", "confirm": True}
    for text, status in [("winning_evidence", "won"), ("losing_evidence", "lost")]:
        intent = v1.payment_intents.create(asked)
        [dispute] = v1.disputes.list({"payment_intent": intent.id}).data
        assert (dispute.status, len(dispute.balance_transactions)) == ("needs_response", 1)
        refused(stripe.InvalidRequestError, v1.refunds.create, {"payment_intent": intent.id}, code="charge_disputed")
        closed = v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": text}})
        assert closed.status == status
        refused(stripe.InvalidRequestError, v1.disputes.close, dispute.id)
    told = [event.type for event in v1.events.list({"type": "charge.dispute.*"}).data]
    assert told.count("charge.dispute.funds_withdrawn") == 2 and told.count("charge.dispute.closed") == 2
    assert told.count("charge.dispute.funds_reinstated") == 1
    declined = {**asked, "payment_method": "pm_card_chargeDeclined"}
    error = refused(stripe.CardError, v1.payment_intents.create, declined, code="card_declined")
    assert error.error.payment_intent.status == "requires_payment_method"


def lists_and_the_account():
    every = [event.id for event in v1.events.list({"limit": 100}).auto_paging_iter()]
    assert len(every) > 30
    assert [event.id for event in v1.events.list({"limit": 7}).auto_paging_iter()] == every
    before = v1.events.list({"limit": 3, "ending_before": every[10]}).data
    assert [event.id for event in before] == every[7:10]
    both = {"type": "ping", "types": ["ping"]}
    refused(stripe.InvalidRequestError, v1.events.list, both, param="type")
    account = v1.accounts.retrieve_current()
    assert account.charges_enabled and account.country == "FR"


def faults():
    def strike(faute, call, kind):
        control("PUT", "fautes", {"api": [{"faute": faute, "fois": 1}]})
        return refused(kind, call)

    strike("trop_de_requetes", sessions.list, stripe.RateLimitError)
    create = lambda: sessions.create(params, {"idempotency_key": "panne-1"})
    strike("erreur", create, stripe.APIError)
    replayed = refused(stripe.APIError, create, http_status=500)
    assert replayed.headers["idempotent-replayed"] == "true"
    again = lambda: sessions.create(params, {"idempotency_key": "panne-2"})
    strike("coupure_apres", again, stripe.APIConnectionError)
    assert again().last_response.headers["idempotent-replayed"] == "true"


sessions_and_their_errors()
a_card_then_a_webhook()
debits()
refunds()
disputes()
lists_and_the_account()
faults()
print("parcours terminé")
