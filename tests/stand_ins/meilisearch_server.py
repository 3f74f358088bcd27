"""A stand-in of Meilisearch's HTTP API: indexes, documents, settings, tasks, swap and multi-search, kept in memory.

It speaks the paths and shapes that the official client uses (Meilisearch 1.x) and refuses what the real server
refuses: filters on attributes that were not made filterable, sorting that was not allowed, a wrong key. Matching
itself is plain substring search, so ranking and typo tolerance are not what these tests are about.
"""

from __future__ import annotations

import json
import re
import threading
from typing import Any

from flask import Flask, jsonify, request
from werkzeug.serving import make_server

MOMENT = "2026-01-01T00:00:00.000000Z"
CONDITION = re.compile(r"(\w+) (>=|<=|=|IN) (.+)")


class MeilisearchStandIn:
    """`start()` serves on loopback; `indexes` holds uid -> {"documents": {id: {...}}, "settings": {...}}."""

    def __init__(self, key: str = "masterKey-for-tests") -> None:
        self.key = key
        self.indexes: dict[str, dict[str, Any]] = {}
        self.tasks: list[dict[str, Any]] = []
        self.app = self._make_app()
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _task(self, kind: str, uid: str | None, error: str | None = None) -> Any:
        self.tasks.append({"kind": kind, "indexUid": uid, "error": error})
        body = {
            "taskUid": len(self.tasks) - 1,
            "indexUid": uid,
            "status": "enqueued",
            "type": kind,
            "enqueuedAt": MOMENT,
        }
        return jsonify(body), 202

    def _make_app(self) -> Flask:  # noqa: C901 - one line per path of the API
        app = Flask("meilisearch-stand-in")
        app.add_url_rule("/health", view_func=lambda: jsonify(status="available"))

        @app.before_request
        def check_key() -> Any:
            if request.path != "/health" and request.headers.get("Authorization") != f"Bearer {self.key}":
                return jsonify(
                    message="The provided API key is invalid.", code="invalid_api_key", type="auth"
                ), 403
            return None

        @app.get("/version")
        def version() -> Any:
            return jsonify(commitSha="0", commitDate="2026-01-01", pkgVersion="1.20.0")

        @app.post("/indexes")
        def create() -> Any:
            uid = request.json["uid"]
            if uid in self.indexes:
                return self._task("indexCreation", uid, "index_already_exists")
            self.indexes[uid] = {"documents": {}, "settings": {}}
            return self._task("indexCreation", uid)

        @app.get("/indexes")
        def every() -> Any:
            found = [
                {"uid": uid, "primaryKey": "id", "createdAt": MOMENT, "updatedAt": MOMENT}
                for uid in self.indexes
            ]
            return jsonify(results=found, offset=0, limit=int(request.args["limit"]), total=len(found))

        @app.get("/indexes/<uid>")
        def show(uid: str) -> Any:
            if uid not in self.indexes:
                return self._missing(uid)
            return jsonify(uid=uid, primaryKey="id", createdAt=MOMENT, updatedAt=MOMENT)

        @app.delete("/indexes/<uid>")
        def drop(uid: str) -> Any:
            self.indexes.pop(uid, None)
            return self._task("indexDeletion", uid)

        @app.get("/indexes/<uid>/stats")
        def stats(uid: str) -> Any:
            if uid not in self.indexes:
                return self._missing(uid)
            count = len(self.indexes[uid]["documents"])
            return jsonify(numberOfDocuments=count, isIndexing=False, fieldDistribution={})

        @app.patch("/indexes/<uid>/settings")
        def settings(uid: str) -> Any:
            self.indexes[uid]["settings"].update(request.json)
            return self._task("settingsUpdate", uid)

        @app.post("/indexes/<uid>/documents")
        def add(uid: str) -> Any:
            index = self.indexes.setdefault(uid, {"documents": {}, "settings": {}})
            for document in json.loads(request.get_data()):
                index["documents"][str(document["id"])] = document
            return self._task("documentAdditionOrUpdate", uid)

        @app.post("/indexes/<uid>/documents/delete")
        def remove(uid: str) -> Any:
            index = self.indexes[uid]
            name, sign, value = CONDITION.fullmatch(request.json["filter"]).groups()
            if name not in index["settings"]["filterableAttributes"]:
                return self._task("documentDeletion", uid, f"Attribute `{name}` is not filterable.")
            for key in [k for k, d in index["documents"].items() if _holds(d[name], sign, value)]:
                del index["documents"][key]
            return self._task("documentDeletion", uid)

        @app.post("/swap-indexes")
        def swap() -> Any:
            one, other = request.json[0]["indexes"]
            self.indexes[one], self.indexes[other] = self.indexes[other], self.indexes[one]
            return self._task("indexSwap", None)

        @app.get("/tasks/<int:uid>")
        def task(uid: int) -> Any:
            known = self.tasks[uid]
            return jsonify(
                uid=uid,
                indexUid=known["indexUid"],
                status="failed" if known["error"] else "succeeded",
                type=known["kind"],
                details={},
                error={"message": known["error"]} if known["error"] else None,
                canceledBy=None,
                duration="PT0.001S",
                enqueuedAt=MOMENT,
                startedAt=MOMENT,
                finishedAt=MOMENT,
            )

        @app.post("/multi-search")
        def multi_search() -> Any:
            answers = []
            for query in request.json["queries"]:
                if query["indexUid"] not in self.indexes:
                    return self._missing(query["indexUid"])
                answer = self._search(self.indexes[query["indexUid"]], query)
                if isinstance(answer, str):
                    return jsonify(message=answer, code="invalid_search_filter", type="invalid_request"), 400
                answers.append(answer)
            return jsonify(results=answers)

        return app

    def _missing(self, uid: str) -> Any:
        body = {"message": f"Index `{uid}` not found.", "code": "index_not_found", "type": "invalid_request"}
        return jsonify(body), 404

    def _search(self, index: dict[str, Any], query: dict[str, Any]) -> dict[str, Any] | str:
        settings = index["settings"]
        found = [d for d in index["documents"].values() if self._matches(d, query, settings)]
        for condition in query.get("filter", []):
            name, sign, value = CONDITION.fullmatch(condition).groups()
            if name not in settings.get("filterableAttributes", []):
                return f"Attribute `{name}` is not filterable."
            found = [d for d in found if _holds(d[name], sign, value)]
        for order in reversed(query.get("sort", [])):
            name, way = order.split(":")
            if name not in settings.get("sortableAttributes", []):
                return f"Attribute `{name}` is not sortable."
            found.sort(key=lambda d, name=name: d[name], reverse=way == "desc")
        answer: dict[str, Any] = {"facetDistribution": {}}
        for facet in query.get("facets", []):
            counts: dict[str, int] = {}
            for document in found:
                counts[document[facet]] = counts.get(document[facet], 0) + 1
            answer["facetDistribution"][facet] = counts
        if "limit" in query:
            return answer | {"hits": found[: query["limit"]], "estimatedTotalHits": len(found)}
        size, page = query["hitsPerPage"], query["page"]
        hits = [{"id": d["id"]} for d in found[(page - 1) * size : page * size]]
        return answer | {"hits": hits, "totalHits": len(found), "totalPages": -(-len(found) // size)}

    def _matches(self, document: dict[str, Any], query: dict[str, Any], settings: dict[str, Any]) -> bool:
        text = " ".join(" ".join(document[name]) for name in settings["searchableAttributes"])
        words = query["q"].split()
        hits = [word in text for word in words]
        return all(hits) if query["matchingStrategy"] == "all" else not words or any(hits)


def _holds(value: Any, sign: str, wanted: str) -> bool:
    if sign == "IN":
        return value in json.loads(wanted)
    if sign == "=":
        return int(wanted) in value if isinstance(value, list) else value == int(wanted)
    return value >= int(wanted) if sign == ">=" else value <= int(wanted)
