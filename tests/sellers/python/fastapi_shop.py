"""The job, served by FastAPI."""

import socket

import uvicorn
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from shop import EXPOSED, accept, status_of


def create_app():
    """Returns the app, without payment."""
    app = FastAPI()

    @app.post("/generation/create", status_code=202)
    async def create(request: Request):
        return accept(await request.json())

    @app.get("/generation/{task_id}/status")
    def status(task_id: str):
        body, code = status_of(task_id)
        return JSONResponse(body, status_code=code)

    return app


def serve(app):
    """Serves the app, with CORS outside of the payment middleware, and prints the address."""
    anything = {"allow_origins": ["*"], "allow_methods": ["*"], "allow_headers": ["*"]}
    app.add_middleware(CORSMiddleware, **anything, expose_headers=EXPOSED)
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])
