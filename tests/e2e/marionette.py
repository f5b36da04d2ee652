"""Marionette, the remote control that Thunderbird brings: the few commands that are needed here, over its own protocol.

A message is its length in bytes, a colon, and JSON: ``[0, number, command, parameters]`` there and
``[1, number, error, result]`` back (firefox-source-docs, remote/marionette/Protocol). Elements are WebDriver's.
"""

from __future__ import annotations

import itertools
import json
import socket
from typing import Any

#: WebDriver's name for a reference to an element.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ALERT_OPEN, NO_ALERT = "unexpected alert open", "no such alert"
JAVASCRIPT = "javascript error"


class MarionetteError(Exception):
    """What the program answered instead of a result; ``kind`` is WebDriver's word for it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class Marionette:
    """One session with a program that listens on loopback; it is driven in its own windows, not in pages."""

    def __init__(self, port: int, *, answer_seconds: float, script_seconds: float) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), answer_seconds)
        self._stream = self._socket.makefile("rb")
        self._numbers = itertools.count(1)
        self._receive()  # it greets first: its name and the version of the protocol
        self.call("WebDriver:NewSession", unhandledPromptBehavior="ignore")
        self.call("Marionette:SetContext", value="chrome")
        self.call("WebDriver:SetTimeouts", script=int(script_seconds * 1000))

    def close(self) -> None:
        """End the connection; the program goes on."""
        self._stream.close()
        self._socket.close()

    def call(self, command: str, **parameters: object) -> Any:
        """The result of one command.

        :raises MarionetteError: what the program answered instead.
        """
        number = next(self._numbers)
        message = json.dumps([0, number, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        kind, answered, error, result = self._receive()
        if (kind, answered) != (1, number):
            raise ConnectionError(f"not the answer to {command}: {kind}, {answered}")
        if error:
            raise MarionetteError(error["error"], error["message"])
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def _receive(self) -> Any:
        length = b""
        while (byte := self._stream.read(1)) not in (b":", b""):
            length += byte
        if not length:
            raise ConnectionError("the program closed the connection")
        return json.loads(self._stream.read(int(length)))

    # what is used of it ----------------------------------------------------------------------------------------------

    def script(self, body: str, *arguments: object, wait: bool) -> Any:
        """Run ``body`` in the current window with all rights. ``wait``: until it calls its last argument."""
        command = "WebDriver:ExecuteAsyncScript" if wait else "WebDriver:ExecuteScript"
        return self.call(command, script=body, args=arguments, sandbox="system", newSandbox=False)

    def element(self, expression: str) -> str:
        """The reference to the element that an expression names."""
        found = self.script(f"return {expression};", wait=False)
        if not isinstance(found, dict) or ELEMENT not in found:
            raise MarionetteError("no such element", expression)
        return str(found[ELEMENT])

    def click(self, element: str) -> None:
        """Move the pointer there and click."""
        self.call("WebDriver:ElementClick", id=element)

    def clear(self, element: str) -> None:
        """Empty a field."""
        self.call("WebDriver:ElementClear", id=element)

    def type(self, element: str, text: str) -> None:
        """Press the keys of ``text`` in a field."""
        self.call("WebDriver:ElementSendKeys", id=element, text=text)

    def windows(self) -> list[str]:
        """The handles of all windows."""
        return [str(handle) for handle in self.call("WebDriver:GetWindowHandles")]

    def window(self) -> str:
        """The handle of the current window."""
        return str(self.call("WebDriver:GetWindowHandle"))

    def switch(self, window: str) -> None:
        """Drive this window from now on."""
        self.call("WebDriver:SwitchToWindow", handle=window, focus=True)

    def close_alert(self) -> str:
        """Dismiss the alert that is open; its text."""
        text = str(self.call("WebDriver:GetAlertText"))
        self.call("WebDriver:DismissAlert")
        return text
