"""What a check throws when the software did not do what the help says."""

from __future__ import annotations

from enum import StrEnum


class Check(StrEnum):
    """Which promise of the help a failure breaks. A negative control names the one that it must break."""

    PAGE = "表の値"
    SOURCE = "設定の出どころ"
    TEST = "手動設定の「テスト」"
    INCOMING = "受信サーバーへの接続"
    CERTIFICATE = "サーバー証明書"
    STORED = "保存された設定"
    RECEIVE = "受信"
    SEND = "送信"


class Failed(Exception):
    """One check failed; ``detail`` is what the program itself said or stored."""

    def __init__(self, check: Check, detail: str) -> None:
        super().__init__(f"{check}: {detail}")
        self.check = check
        self.detail = detail
