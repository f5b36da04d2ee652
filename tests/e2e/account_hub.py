"""Thunderbird's 「メールアドレスの追加」 as a person uses it: what is typed, what is clicked, what is shown."""

from __future__ import annotations

import json
from dataclasses import dataclass

from e2e.pages import Row, Table
from e2e.thunderbird import Thunderbird

CONTAINER = 'document.querySelector("account-hub-container").shadowRoot'
HUB = f'{CONTAINER}.querySelector("account-hub-email")'
FIRST, FOUND, PASSWORD = "emailAutoConfigSubview", "emailConfigFoundSubview", "emailPasswordSubview"
INCOMING, OUTGOING = "emailIncomingConfigSubview", "emailOutgoingConfigSubview"
DONE, SYNC = "emailAddedSuccessSubview", "emailSyncAccountsSubview"

LABEL_SECONDS = 30.0

STATE = f"""(() => {{
  const hub = {HUB};
  const step = [...hub.querySelectorAll(".account-hub-step")].find(e => !e.hidden);
  const header = step.shadowRoot.querySelector("account-hub-header").shadowRoot;
  const note = header.querySelector("#emailFormNotification");
  const text = id => note.hidden ? "" : note.querySelector(id).textContent.trim();
  return {{step: step.id, busy: hub.classList.contains("busy"), kind: note.hidden ? "" : note.className,
           title: text("#emailFormNotificationTitle"), text: text("#emailFormNotificationText")}};
}})()"""

#: The control that a visible label belongs to, by the label's text. args: step id, label
CONTROL = f"""(() => {{
  const step = {HUB}.querySelector("#" + args[0]);
  const shown = e => e.getClientRects().length > 0;
  for (const label of step.querySelectorAll("label"))
    if (shown(label) && label.textContent.trim() === args[1])
      return step.querySelector("#" + label.htmlFor) ?? label.querySelector("input, select");
  for (const select of step.querySelectorAll("account-hub-select"))
    if (shown(select) && select.label.textContent.trim() === args[1]) return select;
  return null;
}})()"""


#: The window in which Thunderbird asks whether to trust a certificate after all.
EXCEPTION = "[...Services.wm.getEnumerator(null)].find(w => /exceptionDialog/.test(w.location.href))?.document.title"


class CertificateRefused(Exception):
    """Thunderbird asks whether to trust the server's certificate although it should not."""


@dataclass(frozen=True)
class State:
    """The step that is shown, and the note on top of it."""

    step: str
    busy: bool
    kind: str
    title: str
    text: str

    @property
    def failed(self) -> bool:
        """Whether the note is an error."""
        return "error" in self.kind or "warning" in self.kind

    def __str__(self) -> str:
        return f"{self.step} {self.title} {self.text}".strip()


class AccountHub:
    """The open dialogue of one Thunderbird."""

    def __init__(self, thunderbird: Thunderbird) -> None:
        self.thunderbird = thunderbird
        ready = f'!!{HUB} && !!{HUB}.querySelector("#email") && !{HUB}.querySelector("#{FIRST}").hidden'
        thunderbird.until(ready, what="「メールアドレスの追加」")

    def find(self, selector: str) -> str:
        """The expression for an element of the dialogue."""
        return f"{HUB}.querySelector({json.dumps(selector)})"

    def state(self) -> State:
        """What is shown now."""
        return State(**self.thunderbird.script(f"return {STATE}"))

    def wait(self, condition: str, what: str) -> State:
        """The state ``s`` for which a JavaScript condition holds and nothing is going on."""
        found = self.thunderbird.until(f"(s => !s.busy && ({condition}) ? s : null)({STATE})", what=what)
        return State(**found)

    def introduce(self, name: str, address: str) -> None:
        """Type name and address on the first step."""
        self.thunderbird.type_into(self.find("#realName"), name)
        self.thunderbird.type_into(self.find("#email"), address)

    def forward(self) -> None:
        """Click the button on the right (続ける, 完了) once it can be clicked."""
        button = self.find("#forward")
        self.thunderbird.until(f"!{button}.disabled", what="the button on the right")
        self.thunderbird.click(button)

    def look_up(self) -> State:
        """Go on from the first step and wait for what the search finds."""
        self.forward()
        return self.wait(f's.step != "{FIRST}" && s.text || /error/.test(s.kind)', "the result of the search")

    def choose_protocol(self, protocol: str) -> None:
        """Choose IMAP or POP3 among what was found."""
        self.thunderbird.click(self.find(f"#{protocol}"))

    def go_manual(self) -> None:
        """Click 「手動設定」 on the first step."""
        button = self.find("#manualConfiguration")
        self.thunderbird.until(f"!{button}.disabled", what="「手動設定」")
        self.thunderbird.click(button)
        self.wait(f's.step == "{INCOMING}"', "「受信サーバー設定」")

    def fill_in(self, step: str, table: Table, account: str) -> None:
        """Type a table of the page into the form, each row into the field that carries the row's label.

        :raises LookupError: when the form has no such field or no such choice.
        """
        # Thunderbird changes port and security to fit each other; people notice at the end, so does this.
        for _ in range(2):
            for row in table.rows:
                self._fill_row(step, row, table.username(account) if row.field == "username" else row.value)

    def _fill_row(self, step: str, row: Row, value: str) -> None:
        thunderbird = self.thunderbird
        if row.field == "type" and step == OUTGOING:
            return
        try:  # a step is there before its labels are translated
            what = f"「{row.label}」という欄"
            kind = thunderbird.until(f"{CONTROL}?.localName", step, row.label, what=what, seconds=LABEL_SECONDS)
        except TimeoutError as error:
            raise LookupError(f"「{row.label}」という欄がありません({step})") from error
        control = f"((...args) => {CONTROL})({json.dumps(step)}, {json.dumps(row.label)})"
        if kind != "account-hub-select":
            if thunderbird.script(f"return {control}.value") != value:
                thunderbird.type_into(control, value)
            return
        choices: list[str] = thunderbird.script(
            f"return [...{control}.select.options].filter(o => !o.hidden).map(o => o.label.trim())"
        )
        if value not in choices:
            raise LookupError(f"「{row.label}」に「{value}」という選択肢がありません({'、'.join(choices)})")
        if thunderbird.script(f"return {control}.select.selectedOptions[0]?.label.trim()") != value:
            thunderbird.click(f"[...{control}.select.options].find(o => o.label.trim() == {json.dumps(value)})")

    def test(self) -> State:
        """Click 「テスト」 on the outgoing step and wait for the verdict."""
        self.thunderbird.click(self.find("#custom"))
        return self.wait('s.title != ""', "the verdict of 「テスト」")

    def give_password(self, password: str) -> State:
        """Type the password, check that it will be remembered, go on, and wait until the account is made or refused."""
        self.wait(f's.step == "{PASSWORD}"', "the step for the password")
        self.thunderbird.type_into(self.find("#password"), password)
        box = self.find("#rememberPassword")
        if self.thunderbird.script(f"return [{box}.checked, {box}.disabled]") != [True, False]:
            raise LookupError("「パスワードを記憶する」にチェックがないか、押せません")
        self.forward()
        ended = f's.step == "{DONE}" || s.step == "{SYNC}" || /error/.test(s.kind)'
        found = self.thunderbird.until(
            f"(s => {EXCEPTION} ?? (!s.busy && ({ended}) ? s : null))({STATE})", what="the account"
        )
        if isinstance(found, str):
            raise CertificateRefused(found)
        return State(**found)

    def finish(self) -> None:
        """Click 「完了」."""
        self.forward()
        self.thunderbird.until(f'!{CONTAINER}.querySelector("dialog").open', what="the end of the dialogue")
