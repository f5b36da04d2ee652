"""A real Thunderbird in Japanese with an empty profile on a screen of its own, driven by Marionette."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from e2e.marionette import ALERT_OPEN, JAVASCRIPT, NO_ALERT, Marionette, MarionetteError

PROGRAM = Path("/usr/lib/thunderbird/thunderbird")  # not the wrapper script, which starts a second process
FONTS = Path(__file__).parent / "servers" / "fonts.conf"
START_SECONDS = 180.0
STEP_SECONDS = 120.0
ANSWER_SECONDS = 300.0

PREFERENCES: dict[str, str | int | bool] = {
    "intl.locale.requested": "ja",
    # Marionette's own recommended settings switch off 「パスワードを記憶する」 and a hundred other things that people have.
    "remote.prefs.recommended": False,
    # No talk of the program's own on the first start.
    "mail.shell.checkDefaultClient": False,
    "mail.rights.version": 1,
    "mailnews.start_page.enabled": False,
    "mail.inappnotifications.enabled": False,
    "mail.accounthub.thundermail.enabled": False,
    "app.donation.eoy.version.viewed": 999,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    # Nothing outside can be reached; do not wait for it.
    "datareporting.healthreport.uploadEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.update.disabledForTesting": True,
    "extensions.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/",
    "browser.safebrowsing.blockedURIs.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    # Still pictures.
    "toolkit.cosmeticAnimations.enabled": False,
    "ui.prefersReducedMotion": 1,
    "ui.caretBlinkTime": 0,
    "mail.biff.show_alert": False,
}

GTK_SETTINGS = "[Settings]\ngtk-font-name=Noto Sans CJK JP 10\ngtk-enable-animations=0\ngtk-cursor-blink=0\n"


class Thunderbird:
    """One running Thunderbird. Use it as a context manager: it ends with the block."""

    def __init__(
        self,
        folder: Path,
        authority: Path,
        *,
        size: tuple[int, int] = (1200, 800),
        scale: int = 1,
        preferences: dict[str, str | int | bool] | None = None,
    ) -> None:
        self.folder = folder
        self.authority = authority
        self.size = (size[0] * scale, size[1] * scale)
        self.preferences = {**PREFERENCES, "layout.css.devPixelsPerPx": str(scale), **(preferences or {})}
        self.environment: dict[str, str] = {}
        self.alerts: list[str] = []
        self._ends = contextlib.ExitStack()
        self._session: Marionette | None = None

    def __enter__(self) -> Thunderbird:
        try:
            self._start()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    # life ------------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        profile = self.folder / "profile"
        home = self.folder / "home"
        gtk = home / ".config" / "gtk-3.0"
        temporary = self.folder / "tmp"
        for folder in (profile, gtk, temporary):
            folder.mkdir(parents=True)
        (gtk / "settings.ini").write_text(GTK_SETTINGS, encoding="utf-8")
        # Port 0: Marionette takes a free one and writes it into the profile.
        settings = {**self.preferences, "marionette.port": 0}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in settings.items()]
        (profile / "user.js").write_text("".join(lines), encoding="utf-8")
        database = f"sql:{profile}"
        _run("certutil", "-N", "--empty-password", "-d", database)
        _run("certutil", "-A", "-d", database, "-n", "e2e", "-t", "C,,", "-i", str(self.authority))
        self.environment = {
            **{"PATH": os.environ["PATH"], "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "TZ": "Asia/Tokyo"},
            **{"LANG": "ja_JP.UTF-8", "LANGUAGE": "ja", "LC_ALL": "C.UTF-8", "GTK_THEME": "Adwaita"},
            "TMPDIR": str(temporary),
            **{"NO_AT_BRIDGE": "1", "MOZ_CRASHREPORTER_DISABLE": "1", "FONTCONFIG_FILE": str(FONTS)},
            "DISPLAY": self._screen(),
        }
        log = self._ends.enter_context((self.folder / "thunderbird.log").open("wb"))
        command = [
            str(PROGRAM),
            "--profile",
            str(profile),
            "--no-remote",
            "--marionette",
            "--remote-allow-system-access",
        ]
        process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self._ends.callback(_end, process)
        port = self._port(profile, process)
        self._session = Marionette(port, answer_seconds=ANSWER_SECONDS, script_seconds=STEP_SECONDS)
        self._ends.callback(self._session.close)

    def _screen(self) -> str:
        width, height = self.size
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
        log = self._ends.enter_context((self.folder / "xvfb.log").open("wb"))
        process = subprocess.Popen([*command, "-noreset"], pass_fds=[writing], stdout=log, stderr=log)
        self._ends.callback(_end, process)
        os.close(writing)
        with os.fdopen(reading) as display:  # a whole line: Xvfb writes the number and the line's end separately
            number = display.readline().strip()
        if not number:
            raise RuntimeError(f"Xvfb did not start: {(self.folder / 'xvfb.log').read_text()}")
        return f":{number}"

    def _port(self, profile: Path, process: subprocess.Popen[bytes]) -> int:
        file = profile / "MarionetteActivePort"
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if process.poll() is not None:
                raise RuntimeError(f"Thunderbird ended: {(self.folder / 'thunderbird.log').read_text()[-2000:]}")
            if file.exists() and (text := file.read_text()).strip():
                return int(text)
            time.sleep(0.1)
        raise TimeoutError("Thunderbird did not open its Marionette port")

    @property
    def _marionette(self) -> Marionette:
        if self._session is None:
            raise RuntimeError("Thunderbird is not running")
        return self._session

    # scripting -------------------------------------------------------------------------------------------------------

    def script(self, body: str, *arguments: object) -> Any:
        """Run ``body`` in the main window with all rights; it may ``await``, reads ``args`` and returns JSON."""
        wrapped = (
            "const args = Array.from(arguments); const done = args.pop();"
            f"(async () => {{ {body} }})()"
            ".then(value => done({value: value ?? null}), error => done({error: String(error)}));"
        )
        result = self._marionette.script(wrapped, *arguments, wait=True)
        if result is None:
            raise RuntimeError("an alert cut the script off")
        if "error" in result:
            raise RuntimeError(result["error"])
        return result["value"]

    def type_into(self, expression: str, text: str) -> None:
        """Replace what is in a field by ``text``, key by key."""
        field = self._marionette.element(expression)
        self._marionette.clear(field)
        self._marionette.type(field, text)

    def click(self, expression: str) -> None:
        """Click the element that an expression names."""
        self._marionette.click(self._marionette.element(expression))

    def until(self, expression: str, *arguments: object, what: str, seconds: float = STEP_SECONDS) -> Any:
        """The value of an expression as soon as it is true. Alerts met on the way are kept in ``alerts`` and closed.

        :raises TimeoutError: naming ``what`` was waited for.
        """
        end = time.monotonic() + seconds
        last: object = None
        while time.monotonic() < end:
            try:
                last = self.script(f"return ({expression});", *arguments)
            except MarionetteError as error:
                if error.kind == ALERT_OPEN:
                    self._close_alert()
                elif error.kind != JAVASCRIPT:
                    raise
                last = error
            except RuntimeError as error:
                last = error
            else:
                if last:
                    return last
            time.sleep(0.1)
        raise TimeoutError(f"waited in vain for {what}; last: {last}; alerts: {self.alerts}; windows: {self.windows()}")

    def _close_alert(self) -> None:
        try:
            self.alerts.append(self._marionette.close_alert())
        except MarionetteError as error:
            if error.kind != NO_ALERT:
                raise

    def windows(self) -> list[str]:
        """The open windows: address and title."""
        with contextlib.suppress(Exception):
            found: list[str] = self.script(
                "return [...Services.wm.getEnumerator(null)].map(w => w.location.href + ' ' + w.document.title)"
            )
            return found
        return []

    @contextlib.contextmanager
    def in_window(self, kind: str) -> Iterator[None]:
        """Drive the window of this type (``msgcompose`` …) inside the block."""
        main = self._marionette.window()
        for handle in self._marionette.windows():
            self._marionette.switch(handle)
            if self.script("return document.documentElement.getAttribute('windowtype')") == kind:
                break
        else:
            self._marionette.switch(main)
            raise LookupError(f"no window of type {kind}: {self.windows()}")
        try:
            yield
        finally:
            self._marionette.switch(main)

    @property
    def version(self) -> str:
        """The version that the program itself reports, such as ``153.7.0 ESR``."""
        script = 'return ChromeUtils.importESModule("resource://gre/modules/AppConstants.sys.mjs").AppConstants'
        return str(self.script(f"{script}.MOZ_APP_VERSION_DISPLAY")).replace("esr", " ESR")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
