"""The job, served by Flask."""

import logging

from flask import Flask, request
from flask_cors import CORS
from shop import EXPOSED, accept, status_of
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.ERROR)


def create_app():
    """Returns the app, without payment. Its CORS is that of Flask-CORS, unless there are headers to expose."""
    app = Flask(__name__)
    if not EXPOSED:
        CORS(app)

    @app.post("/generation/create")
    def create():
        return accept(request.get_json()), 202

    @app.get("/generation/<task_id>/status")
    def status(task_id):
        return status_of(task_id)

    return app


def _with_cors(inner):
    """Puts CORS outside of the payment middleware, which is itself outside of Flask-CORS."""
    headers = [
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Headers", "content-type, x-payment, payment-signature"),
        ("Access-Control-Expose-Headers", ", ".join(EXPOSED)),
    ]

    def outer(environ, start_response):
        if environ["REQUEST_METHOD"] == "OPTIONS":
            start_response("204 No Content", headers)
            return []
        return inner(environ, lambda status, more, *rest: start_response(status, more + headers, *rest))

    return outer


def serve(app):
    """Serves the app and prints the address."""
    server = make_server("127.0.0.1", 0, _with_cors(app) if EXPOSED else app, threaded=True)
    print(f"http://127.0.0.1:{server.port}", flush=True)
    server.serve_forever()
