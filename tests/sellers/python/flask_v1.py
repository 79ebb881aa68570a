"""The seller of PyPI's x402 1.0.0 for Flask: version 1."""

from flask_shop import create_app, serve
from shop import CREATE, FACILITATOR_URL, PAY_TO
from x402.flask.middleware import PaymentMiddleware

app = create_app()
PaymentMiddleware(app).add(
    path=CREATE,
    price="$1.00",
    pay_to_address=PAY_TO,
    network="base",
    facilitator_config={"url": FACILITATOR_URL},
)
serve(app)
