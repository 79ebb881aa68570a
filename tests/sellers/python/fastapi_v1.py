"""The seller of PyPI's x402 1.0.0 for FastAPI: version 1."""

from fastapi_shop import create_app, serve
from shop import CREATE, FACILITATOR_URL, PAY_TO
from x402.fastapi.middleware import require_payment

app = create_app()
app.middleware("http")(
    require_payment(
        path=CREATE,
        price="$1.00",
        pay_to_address=PAY_TO,
        network="base",
        facilitator_config={"url": FACILITATOR_URL},
    )
)
serve(app)
