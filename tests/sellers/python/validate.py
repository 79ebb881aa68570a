"""Reads payments by the models of the installed x402.

Takes a JSON object of payments on stdin, and prints what was read under the same keys.
"""

import json
import sys

try:
    from x402.mechanisms.evm.types import ExactEIP3009Payload
    from x402.schemas import parse_payment_payload
except ImportError:
    from x402.types import PaymentPayload

    def read(payment):
        """Returns a payment as the models of 1.0.0 read it."""
        return PaymentPayload(**payment).model_dump(by_alias=True)

else:

    def read(payment):
        """Returns a payment as the models of 2.25.0 read it. The payload has a model of its own."""
        model = parse_payment_payload(payment)
        payload = ExactEIP3009Payload.from_dict(model.payload).to_dict()
        return {**model.model_dump(by_alias=True, exclude_none=True), "payload": payload}


json.dump({name: read(payment) for name, payment in json.load(sys.stdin).items()}, sys.stdout)
