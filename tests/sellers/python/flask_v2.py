"""The seller of PyPI's x402 2.25.0 for Flask: version 2."""

from flask_shop import create_app, serve
from shop import CREATE, FACILITATOR_URL, PAY_TO
from x402 import x402ResourceServerSync
from x402.http import FacilitatorConfig, HTTPFacilitatorClientSync
from x402.http.middleware.flask import payment_middleware
from x402.http.types import PaymentOption, RouteConfig
from x402.mechanisms.evm.exact import ExactEvmServerScheme

server = x402ResourceServerSync(HTTPFacilitatorClientSync(FacilitatorConfig(url=FACILITATOR_URL)))
server.register("eip155:8453", ExactEvmServerScheme())
option = PaymentOption(scheme="exact", price="$1.00", network="eip155:8453", pay_to=PAY_TO)

app = create_app()
payment_middleware(app, {f"POST {CREATE}": RouteConfig(accepts=option)}, server)
serve(app)
