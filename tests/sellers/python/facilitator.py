"""The facilitator of PyPI's x402 2.25.0, for both versions of x402; only the HTTP shell is ours."""

import logging
import os

from flask import Flask, request
from werkzeug.serving import make_server
from x402 import x402FacilitatorSync
from x402.mechanisms.evm import FacilitatorWeb3Signer
from x402.mechanisms.evm.exact import register_exact_evm_facilitator
from x402.schemas import parse_payment_payload, parse_payment_requirements

logging.getLogger("werkzeug").setLevel(logging.ERROR)

facilitator = x402FacilitatorSync()
signer = FacilitatorWeb3Signer(os.environ["FACILITATOR_KEY"], os.environ["RPC_URL"])
register_exact_evm_facilitator(facilitator, signer, networks="eip155:8453")

app = Flask(__name__)


def _read(body):
    payment = parse_payment_payload(body["paymentPayload"])
    return payment, parse_payment_requirements(payment.x402_version, body["paymentRequirements"])


def _answer(model):
    return model.model_dump(by_alias=True, exclude_none=True)


@app.get("/supported")
def supported():
    return _answer(facilitator.get_supported())


@app.post("/verify")
def verify():
    return _answer(facilitator.verify(*_read(request.get_json())))


@app.post("/settle")
def settle():
    return _answer(facilitator.settle(*_read(request.get_json())))


server = make_server("127.0.0.1", 0, app, threaded=True)
print(f"http://127.0.0.1:{server.port}", flush=True)
server.serve_forever()
