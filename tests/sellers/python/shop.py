"""What the sellers in Python share: the job that they sell, and their settings, which are environment variables."""

import os

FACILITATOR_URL = os.environ["FACILITATOR_URL"]
PAY_TO = os.environ["PAY_TO"]
EXPOSED = [name for name in os.environ.get("EXPOSED", "").split(",") if name]

CREATE = "/generation/create"

_tasks = set()


def accept(order):
    """Starts the job of a paid request, and returns the body of its response."""
    _tasks.add(order["seed"])
    return {"taskId": order["seed"]}


def status_of(task_id):
    """Returns the body and the HTTP status that a poll for the task gets."""
    if task_id not in _tasks:
        return {"status": "not_found"}, 404
    video = {"url": os.environ["VIDEO_URL"]}
    return {"status": "completed", "result": {"generation": {"video": video}}}, 200
