"""Signs the body on standard input as Stripe's Python SDK does: the value of `Stripe-Signature`."""
import os
import sys
import time

import stripe

body, now = sys.stdin.read(), int(time.time())
signature = stripe.WebhookSignature._compute_signature(f"{now}.{body}", os.environ["WEBHOOK_SECRET"])
print(f"t={now},v1={signature}")
