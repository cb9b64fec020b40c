"""Run a task in pods that end in several ways; run with the Python of Airflow.

A server on loopback stands in for a cluster: it takes pods, and says at once that their container
has ended. Operator, trigger and client are the real ones. Prints, for each end, what comes next.
"""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from airflow.sdk.exceptions import TaskDeferred  # type: ignore[import-not-found]
from airflow.sdk.execution_time.context import (  # type: ignore[import-not-found]
    set_current_context,
)
from read_dags import context_of, read  # type: ignore[import-not-found]


class Cluster(BaseHTTPRequestHandler):
    pods: dict[str, Any] = {}
    exit_code = 0
    message = ""

    def do_POST(self) -> None:
        pod = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        terminated = {"exitCode": self.exit_code, "message": self.message, "reason": "Ended"}
        container = {"name": "base", "ready": False, "restartCount": 0, "image": "", "imageID": ""}
        pod["status"] = {
            "phase": "Failed" if self.exit_code else "Succeeded",
            "containerStatuses": [container | {"state": {"terminated": terminated}}],
        }
        self.pods[pod["metadata"]["name"]] = pod
        self.answer(pod)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].split("/")
        if path[-1] == "log":
            self.answer("worked\n")
        elif path[-1] == "pods":
            self.answer({"kind": "PodList", "items": list(self.pods.values())})
        elif path[-2] == "pods":
            self.answer(self.pods[path[-1]])
        else:
            self.answer({"kind": "EventList", "items": [], "metadata": {"resourceVersion": "1"}})

    def do_PATCH(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_DELETE(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(self.pods.pop(self.path.partition("?")[0].split("/")[-1]))

    def answer(self, content: Any) -> None:
        body = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def end(file: Path, exit_code: int, message: str, deferrable: bool) -> dict[str, Any]:
    """What comes next after a pod that ends so."""
    Cluster.exit_code, Cluster.message = exit_code, message
    dag = read(file)
    task = dag.get_task("training")
    task.deferrable = deferrable
    context = context_of(dag, task)
    told: dict[str, Any] = {}
    instance = context["ti"]
    instance.xcom_push = lambda key, value: told.update({key: value})
    instance.get_first_reschedule_date = lambda context: None
    instance.start_date = datetime.now(UTC)
    task.render_template_fields(context)
    with set_current_context(context):
        try:
            run(task, context)
        except Exception as error:
            ended = {"raised": type(error).__name__, "reason": str(error)}
        else:
            ended = {}
    return ended | {"outcome": told.get("outcome"), "left": len(Cluster.pods)}


def run(task: Any, context: dict[str, Any]) -> None:
    try:
        task.execute(context)
    except TaskDeferred as deferred:
        event = asyncio.run(anext(deferred.trigger.run()))
        options = {**(deferred.kwargs or {}), "event": event.payload}
        task.resume_execution(deferred.method_name, options, context)


def main(file: Path, ends: list[tuple[int, str, bool]]) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Cluster)
    Thread(target=server.serve_forever, daemon=True).start()
    # The address of the cluster is not known before.
    config = Path(os.environ["KUBECONFIG"])
    address = f"http://127.0.0.1:{server.server_port}"
    config.write_text(config.read_text().replace("https://127.0.0.1:1", address))
    print(json.dumps([end(file, *each) for each in ends]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
