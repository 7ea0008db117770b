"""A proxy between driver and server that loses the connection just when it hurts most."""

import select
import socket
import threading

__all__ = ["LossyProxy"]


class LossyProxy:
    """Hands bytes on until a message to the server contains `trigger`.

    Args:
        port: Port of the server on this machine.

    Attributes:
        trigger: What to look for in the client's messages; empty for nothing.
        deliver: Whether the message with the trigger still reaches the server.
        refuse: Whether new connections are closed at once.
        cut: How many connections were lost.
    """

    def __init__(self, port: int) -> None:
        self.trigger = b""
        self.deliver = False
        self.refuse = False
        self.cut = 0
        self.target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._ended = False
        self._run(self._accept)

    @property
    def port(self) -> int:
        """The port that the driver connects to."""
        return int(self._listener.getsockname()[1])

    def cut_all(self) -> None:
        """Lose every connection at once."""
        for one in list(self._open):
            _shut(one)

    def close(self) -> None:
        """End it."""
        self._ended = True
        _shut(self._listener)
        self._listener.close()
        self.cut_all()
        for thread in self._threads:
            thread.join(10)

    def _run(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while not self._ended:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refuse:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            self._open |= {client, server}
            self._run(self._hand_on, client, server)

    def _hand_on(self, client, server):
        cutting = False
        try:
            while True:
                ready, _, _ = select.select([client, server], [], [])
                if cutting and server in ready:
                    return  # it is done, and the answer is lost
                for one in ready:
                    data = one.recv(65536)
                    if not data:
                        return
                    if one is client and self.trigger and self.trigger in data:
                        self.trigger = b""
                        self.cut += 1
                        cutting = True
                        if not self.deliver:
                            return
                    (server if one is client else client).sendall(data)
        except OSError:
            return
        finally:
            for one in (client, server):
                _shut(one)
                one.close()
                self._open.discard(one)


def _shut(one):
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
