"""Kombu's virtual transport over the folders of `core.broker.service.folder`: Celery's broker where none is set.

    broker_transport = "core.broker.service.transport:Transport"
    broker_transport_options = {"folder": PATH, "queue_of_task": NAME OF A TASK -> NAME OF A QUEUE}

Built on the methods that Kombu asks a virtual transport for (`kombu.transport.virtual.AbstractChannel`): `_put`, `_get`,
`_size`, `_purge`, `_has_queue`, `_new_queue`, and a `QoS` whose acknowledgement removes the file.
"""

import time
from pathlib import Path
from queue import Empty
from typing import Any

import structlog
from kombu.transport import virtual
from kombu.utils.json import dumps, loads

from core.broker.service import folder, readers
from core.broker.service.folder import UnreadableError
from core.broker.service.readers import Reader

log = structlog.get_logger(__name__)

# How often readers look for what dead ones left, and how often a fault that stays is told.
LOOK_AROUND_S = 5.0
TELL_AGAIN_S = 60.0


class QoS(virtual.QoS):
    """Acknowledged messages leave their folder; rejected ones leave it or wait again."""

    def ack(self, delivery_tag: str) -> None:
        self.channel.forget(delivery_tag)
        super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        self.channel.forget(delivery_tag, wait_again=requeue)
        super().reject(delivery_tag, requeue=False)


class Channel(virtual.Channel):
    """One reader or writer; what it took and never acknowledged waits again once it is closed or its process is gone."""

    QoS = QoS
    # Closing gives files back (`close`); nothing is written anew for it.
    do_restore = False

    def __init__(self, connection: Any, **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        options = connection.client.transport_options
        self.root = Path(options["folder"])
        self.queue_of_task = options["queue_of_task"]
        self._readers: dict[str, Reader] = {}
        self._taken: dict[str, tuple[Reader, Path]] = {}
        self._looked_around = 0.0
        self._told = 0.0

    def _put(self, queue: str, message: dict[str, Any], **_kwargs: Any) -> None:
        folder.put(self.root, queue, dumps(message).encode())

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:  # noqa: ARG002 - Kombu's name
        """The oldest message that can be read; what cannot is set aside on the way.

        Raises:
            Empty: nothing waits, or the folder cannot be worked in just now.
        """
        try:
            self._reclaim_messages()
            reader = self._reader(queue)
            while path := reader.take():
                try:
                    message = self._message(path)
                except UnreadableError as error:
                    folder.set_aside(self.root, path, str(error))
                except OSError:
                    reader.give_back(path)
                    raise
                else:
                    self._taken[path.name] = (reader, path)
                    return message
        except OSError as error:
            self._log_disk_fault(error)
        raise Empty

    def _message(self, path: Path) -> dict[str, Any]:
        message = _document(folder.read(path))
        try:
            message["properties"]["delivery_tag"] = path.name
            self.message_to_python(message)
        except Exception as error:  # noqa: BLE001 - whatever is wrong in it, it is set aside
            raise UnreadableError(f"no message of Celery's: {error!r}"[:300]) from None
        return message

    def _reader(self, queue: str) -> Reader:
        if queue not in self._readers:
            self._readers[queue] = Reader(self.root, queue)
        return self._readers[queue]

    def _reclaim_messages(self) -> None:
        """Now and then: what dead readers held waits again, what lies in the former place is taken in."""
        if time.monotonic() - self._looked_around < LOOK_AROUND_S:
            return
        self._looked_around = time.monotonic()
        try:
            for queue in folder.queues(self.root):
                readers.bring_back(self.root, queue)
            readers.take_over(self.root, self._queue_of)
        except OSError as error:
            self._log_disk_fault(error)

    def _queue_of(self, content: bytes) -> str:
        headers = _document(content).get("headers")
        task = headers.get("task") if isinstance(headers, dict) else None
        if not isinstance(task, str):
            raise UnreadableError("names no task")
        queue: str = self.queue_of_task(task)
        return queue

    def _log_disk_fault(self, error: OSError) -> None:
        """A fault of the disk ends no worker: it is told, and over when the next look succeeds."""
        if time.monotonic() - self._told > TELL_AGAIN_S:
            self._told = time.monotonic()
            log.error("queue_folder_fault", folder=str(self.root), cause=str(error))

    def forget(self, delivery_tag: str, *, wait_again: bool = False) -> None:
        """What was taken under this tag is done, or waits again. A fault of the disk leaves it taken until the process ends."""
        reader, path = self._taken.pop(delivery_tag, (None, None))
        if reader is None or path is None:
            return
        try:
            if wait_again:
                reader.give_back(path)
            else:
                reader.done(path)
        except OSError as error:
            self._log_disk_fault(error)

    def _size(self, queue: str) -> int:
        return folder.size(self.root, queue)

    def _purge(self, queue: str) -> int:
        return folder.purge(self.root, queue)

    def _has_queue(self, queue: str, **_kwargs: Any) -> bool:
        return queue in folder.queues(self.root)

    def _new_queue(self, queue: str, **_kwargs: Any) -> None:
        """A queue's folders are made by its first message and its first reader."""

    def close(self) -> None:
        super().close()
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()
        self._taken.clear()


class Transport(virtual.Transport):
    """Queues that are folders."""

    Channel = Channel
    # Bindings belong to the process, as with Kombu's other transports that have no server.
    global_state = virtual.BrokerState()
    polling_interval = 0.2
    driver_type = "folder"
    driver_name = "folder"

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.state = self.global_state

    def driver_version(self) -> str:
        return "1"


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = loads(content.decode())
    except Exception as error:  # noqa: BLE001 - Kombu's markers of types may fail in ways of their own
        raise UnreadableError(f"not JSON: {error!r}"[:300]) from None
    if not isinstance(document, dict):
        raise UnreadableError("not a JSON object")
    return document
