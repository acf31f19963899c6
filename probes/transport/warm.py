"""Connections kept for channels that asked to be measured warm."""

from collections.abc import Hashable

from probes.transport.backend import Connection


class WarmConnections:
    """At most one idle connection per key. One that the other side closes is let go at once."""

    def __init__(self) -> None:
        self._idle: dict[Hashable, Connection] = {}

    def take(self, key: Hashable) -> Connection | None:
        """The idle connection, if there is one and it still lives; it belongs to the caller then."""
        connection = self._idle.pop(key, None)
        if connection is None:
            return None
        connection.link.sock.unwatch()
        if connection.reusable:
            return connection
        connection.link.close()
        return None

    def keep(self, key: Hashable, connection: Connection) -> bool:
        """Keep it for the next exchange; False where there is one already, or this one is used up."""
        if key in self._idle or not connection.reusable:
            return False
        self._idle[key] = connection
        connection.link.sock.watch(lambda: self._stirred(key))
        return True

    def _stirred(self, key: Hashable) -> None:
        """Session tickets may come to an idle connection; anything else ends it."""
        if not self._idle[key].reusable:
            self._idle.pop(key).link.close()

    def close(self) -> None:
        """Close all of them."""
        for connection in self._idle.values():
            connection.link.close()
        self._idle.clear()
