"""Takes every Thunderbird picture of the help from the real program, and marks what the steps name.

A mark is placed from its element's own box; a control that is gone or not on the screen ends the run. What is written:
``docs/assets/pictures/<name>.webp`` and ``macros/pictures.yaml``, which the component ``figure`` reads.
"""

from __future__ import annotations

import contextlib
import datetime
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageGrab

from e2e import account_hub, flows, matrix
from e2e.account_hub import CONTAINER, HUB, AccountHub
from e2e.flows import Case, World
from e2e.thunderbird import Thunderbird

OUT = Path("docs/assets/pictures")
INDEX = Path("macros/pictures.yaml")
DOMAIN = "example.jp"
SCALE = 2
SIZE = (1120, 720)
RED = (208, 24, 36)
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"
QUALITY = 80
MOST_BYTES = 1_500_000
HEADER = "# make screenshots が書きます。手で直さないでください。\n"

Box = tuple[int, int, int, int]
TABMAIL = 'document.getElementById("tabmail")'
PANE = f"{TABMAIL}.currentAbout3Pane"
TAB = f"{TABMAIL}.currentTabInfo.browser.contentDocument"
#: Every piece of text that an element shows or is named by: its own, its labels', its attributes'.
SAID = """
const e = %s;
const found = [];
const add = text => text && found.push(String(text));
const leaves = node => {
  if (node.nodeType === 3) add(node.data);
  for (const child of [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes]) leaves(child);
};
for (const node of [e, ...(e.labels ?? []), e.closest("label"), e.label instanceof Element ? e.label : null])
  if (node) {
    add(node.textContent.trim().replace(/\\s+/g, " "));
    leaves(node);
    for (const name of ["label", "value", "title", "aria-label", "tooltiptext", "placeholder"])
      add(node.getAttribute(name));
  }
return found;
"""
#: What people leave out when they name a control: the access key and the dots at its end.
NOT_SAID = re.compile(r"\s*[(（]&?[A-Za-z0-9][)）]|(?:\.{3}|…|[:：])\s*$")


@dataclass(frozen=True)
class Mark:
    """One number on a picture: the element, and its words. ``label``: the program's own; else a description of ours.

    ``above``: so much more belongs to it on top, where a field's own label stands.
    """

    element: str
    label: str = ""
    words: str = ""
    above: int = 0

    @property
    def entry(self) -> dict[str, str]:
        """The line of the legend."""
        return {"label": self.label} if self.label else {"words": self.words}


@dataclass
class Camera:
    """Takes pictures of one Thunderbird."""

    thunderbird: Thunderbird
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)

    def box(self, element: str, above: int = 0) -> Box:
        """Where an element is on the screen, in pixels of the screen."""
        found = self.thunderbird.script(
            f"const e = {element}; const w = e.ownerDocument.defaultView, d = w.devicePixelRatio;"
            "const r = e.getBoundingClientRect();"
            "const [x, y] = [w.mozInnerScreenX, w.mozInnerScreenY];"
            "return [(x + r.left) * d, (y + r.top) * d, (x + r.right) * d, (y + r.bottom) * d].map(Math.round);"
        )
        return found[0], found[1] - above * SCALE, found[2], found[3]

    def screen(self) -> Image.Image:
        """What is on the screen, once it has stopped changing."""
        before = ImageGrab.grab(xdisplay=self.thunderbird.environment["DISPLAY"])
        for _ in range(40):
            time.sleep(0.4)
            now = ImageGrab.grab(xdisplay=self.thunderbird.environment["DISPLAY"])
            if ImageChops.difference(now, before).getbbox() is None:
                return now
            before = now
        raise TimeoutError("the screen does not come to rest")

    def take(
        self, name: str, marks: list[Mark], *, around: str = "", below: int = 0, corner: tuple[int, int] = SIZE
    ) -> None:
        """One picture with its marks.

        Cut to an element (and so many pixels of it from its top), or to the upper left ``corner`` of the window.
        """
        for mark in marks:
            try:
                self.thunderbird.script(f"({mark.element}).scrollIntoView?.({{block: 'nearest'}});")
            except RuntimeError as error:
                raise RuntimeError(f"{name}: 「{mark.label or mark.words}」が、もうありません({error})") from error
            self.require_words(name, mark)
        self.screen()
        boxes = [self.box(mark.element, mark.above) for mark in marks]
        picture = self.screen()
        if boxes != [self.box(mark.element, mark.above) for mark in marks]:
            raise RuntimeError(f"{name}: something moved while the picture was taken")
        crop = (0, 0, corner[0] * SCALE, corner[1] * SCALE)
        if around:
            left, top, right, bottom = self.box(around)
            top = min(top, *(box[1] for box in boxes))
            right = max(right, *(box[2] for box in boxes))
            bottom = min(bottom, top + below * SCALE) if below else bottom
            pad = 12 * SCALE
            crop = (max(0, left - pad), max(0, top - pad), min(crop[2], right + pad), min(crop[3], bottom + pad))
        draw = ImageDraw.Draw(picture)
        for number, (mark, box) in enumerate(zip(marks, boxes, strict=True), 1):
            _require_visible(name, mark, box, crop)
            _draw(draw, number, box, crop)
        picture = picture.crop(crop)
        picture.save(OUT / f"{name}.webp", quality=QUALITY, method=6)
        self.taken[name] = {
            "width": picture.width // SCALE,
            "height": picture.height // SCALE,
            "marks": [mark.entry for mark in marks],
        }
        print(
            f"{name}.webp {picture.width}×{picture.height} {(OUT / f'{name}.webp').stat().st_size // 1000} kB",
            flush=True,
        )

    def require_words(self, name: str, mark: Mark) -> None:
        """A control that is called otherwise now ends the run, even when it is still there."""
        said = {NOT_SAID.sub("", text).strip() for text in self.thunderbird.script(SAID % mark.element)} - {""}
        if mark.label and mark.label not in said:
            raise RuntimeError(f"{name}: 「{mark.label}」は、いまは {'・'.join(sorted(said)) or '(言葉なし)'} です")

    def press(self, element: str) -> None:
        """A real mouse click on what has come to rest: menus opened by script are gone again before the picture."""
        self.screen()
        left, top, right, bottom = self.box(element)
        self.mouse((left + right) // 2, (top + bottom) // 2, "click", "1")

    def rest(self) -> None:
        """Take the pointer away, so that nothing is shown as touched."""
        self.mouse(SIZE[0] * SCALE - 2, SIZE[1] * SCALE - 2)

    def mouse(self, x: int, y: int, *more: str) -> None:
        """Move the pointer, and what follows."""
        self.keys("mousemove", str(x), str(y), *more)

    def keys(self, *arguments: str) -> None:
        """Run xdotool."""
        subprocess.run(["xdotool", *arguments], env=self.thunderbird.environment, check=True)


def _require_visible(name: str, mark: Mark, box: Box, crop: tuple[int, ...]) -> None:
    left, top, right, bottom = box
    inside = crop[0] <= left < right <= crop[2] and crop[1] <= top < bottom <= crop[3]
    if not inside or right - left < 8 * SCALE or bottom - top < 8 * SCALE:
        raise RuntimeError(f"{name}: 「{mark.label or mark.words}」が画面にありません {box} {crop}")


def _draw(draw: ImageDraw.ImageDraw, number: int, box: Box, crop: tuple[int, ...]) -> None:
    pad, radius = 3 * SCALE, 11 * SCALE
    left, top, right, bottom = box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad
    draw.rounded_rectangle((left, top, right, bottom), radius=5 * SCALE, outline=RED, width=2 * SCALE)
    # On the right edge, half outside: labels stand on the left of a field.
    x = min(right, crop[2] - radius - 2)
    y = max(top, crop[1] + radius + 2)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=RED, outline="white", width=SCALE)
    font = ImageFont.truetype(FONT, 15 * SCALE)
    draw.text((x, y - SCALE), str(number), fill="white", font=font, anchor="mm")


def run(work: Path, site: Path) -> int:
    """Inside the namespaces: take all pictures and write their index."""
    OUT.mkdir(parents=True, exist_ok=True)
    cases = [_case(site, protocol) for protocol in ("imap", "pop3")]
    world = matrix.start_world(work, site, {a for case in cases for a in (case.account, case.friend)})
    for case in cases:
        flows.receive_beforehand(world, case)
    imap, pop3 = cases
    taken: dict[str, dict[str, Any]] = {}
    with _camera(work / "imap", world) as camera:
        _set_up(camera, imap)
        _use(camera)
        version = camera.thunderbird.version
        taken |= camera.taken
    with _camera(work / "pop3", world) as camera:
        _by_hand(camera, pop3)
        _leave_on_server(camera)
        taken |= camera.taken
    index = {"thunderbird": version, "taken": datetime.datetime.now(tz=datetime.UTC).date(), "pictures": taken}
    text = yaml.safe_dump(index, allow_unicode=True, sort_keys=True)
    INDEX.write_text(HEADER + text, encoding="utf-8")
    for old in OUT.glob("*.webp"):
        if old.stem not in taken:
            old.unlink()
    size = sum(file.stat().st_size for file in OUT.glob("*.webp"))
    print(f"{len(taken)} 枚、{size / 1e6:.2f} MB")
    return 0 if size <= MOST_BYTES else 1


def _case(site: Path, protocol: str) -> Case:
    from e2e.mail import Account

    shop = Account("info" if protocol == "imap" else "tencho", DOMAIN, "", matrix.PASSWORD)
    login = {"login": shop.address}
    friend = Account(f"okyakusama-{protocol}", DOMAIN, f"okyakusama-{protocol}@{DOMAIN}", matrix.PASSWORD)
    return Case(DOMAIN, protocol, Account(shop.name, shop.domain, login["login"], shop.password), friend, site)


@contextlib.contextmanager
def _camera(folder: Path, world: World) -> Iterator[Camera]:
    authority = world.mail.certificates.authority
    with Thunderbird(folder, authority, size=SIZE, scale=SCALE) as thunderbird:
        width, height = SIZE
        thunderbird.script(f"window.moveTo(0, 0); window.resizeTo({width}, {height});")
        thunderbird.until(f"window.outerWidth == {width}", what="the size of the window")
        camera = Camera(thunderbird)
        camera.rest()
        try:
            yield camera
        except Exception:
            Path("build/e2e").mkdir(parents=True, exist_ok=True)
            ImageGrab.grab(xdisplay=thunderbird.environment["DISPLAY"]).save("build/e2e/picture.png")
            raise


DIALOG = f'{CONTAINER}.querySelector("dialog")'


def _hub(selector: str) -> str:
    return f"{HUB}.querySelector({selector!r})"


def _control(step: str, label: str) -> str:
    return f"((...args) => {account_hub.CONTROL})({step!r}, {label!r})"


def _note(step: str) -> str:
    header = f'{HUB}.querySelector("#{step}").shadowRoot.querySelector("account-hub-header").shadowRoot'
    return f'{header}.querySelector("#emailFormNotification")'


FORWARD = Mark(_hub("#forward"), "続ける")


def _set_up(camera: Camera, case: Case) -> None:
    hub = AccountHub(camera.thunderbird)
    hub.introduce(flows.CUSTOMER, case.account.address)
    camera.thunderbird.until(f"!{_hub('#forward')}.disabled", what="「続ける」")
    marks = [Mark(_hub("#realName"), "氏名", above=12), Mark(_hub("#email"), "メールアドレス", above=12), FORWARD]
    camera.take("account-name", [*marks, Mark(_hub("#manualConfiguration"), "手動設定")], around=DIALOG)
    state = hub.look_up()
    if not state.text.startswith(flows.OUR_SOURCE):
        raise RuntimeError(f"the settings did not come from our file: {state}")
    note = _note(account_hub.FOUND)
    camera.thunderbird.click(f'{note}.querySelector("summary")')
    camera.rest()
    words = Mark(f'{note}.querySelector("#emailFormNotificationText")', words="設定がどこから見つかったかを説明する文")
    toggle = Mark(f'{note}.querySelector("#emailFormNotificationToggle")', "表示を減らす")
    kinds = [Mark(_hub("#imap"), "IMAP"), Mark(_hub("#pop3"), "POP3")]
    camera.take("account-found", [toggle, words, *kinds, FORWARD], around=DIALOG)
    hub.forward()
    hub.wait(f's.step == "{account_hub.PASSWORD}"', "the step for the password")
    camera.thunderbird.type_into(_hub("#password"), case.account.password)
    camera.thunderbird.until(f"!{_hub('#forward')}.disabled", what="「続ける」")
    remember = f"{_hub('#rememberPassword')}.parentElement"
    marks = [Mark(_hub("#password"), "パスワード", above=12), Mark(remember, "パスワードを記憶する"), FORWARD]
    camera.take("account-password", marks, around=DIALOG)
    hub.give_password(case.account.password)
    camera.take("account-done", [Mark(_hub("#forward"), "完了")], around=DIALOG)
    hub.finish()
    camera.thunderbird.until(flows.SUBJECTS, what="the message in the inbox")


def _by_hand(camera: Camera, case: Case) -> None:
    hub = AccountHub(camera.thunderbird)
    hub.introduce(flows.CUSTOMER, case.account.address)
    hub.go_manual()
    for step, protocol, name, end in (
        (account_hub.INCOMING, case.protocol, "manual-incoming", [FORWARD]),
        (account_hub.OUTGOING, "smtp", "manual-outgoing", [Mark(_hub("#custom"), "テスト"), FORWARD]),
    ):
        table = case.table(protocol)
        hub.fill_in(step, table, case.account.name)
        rows = [row for row in table.rows if not (protocol == "smtp" and row.field == "type")]
        camera.take(name, [*(Mark(_control(step, row.label), row.label) for row in rows), *end], around=DIALOG)
        if step == account_hub.INCOMING:
            hub.forward()
            hub.wait(f's.step == "{account_hub.OUTGOING}"', "「送信サーバー設定」")
    if hub.test().failed:
        raise RuntimeError(f"the test failed: {hub.state()}")
    hub.forward()
    hub.give_password(case.account.password)
    hub.finish()


def _open_tab(camera: Camera, script: str, ready: str) -> None:
    camera.thunderbird.script(script)
    camera.thunderbird.until(ready, what=script)
    camera.rest()


def _use(camera: Camera) -> None:
    thunderbird = camera.thunderbird
    thunderbird.script('document.getElementById("status-bar").hidden = true;')
    thunderbird.script(
        'const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");'
        "const server = MailServices.accounts.accounts.find(a => a.incomingServer.type == 'imap').incomingServer;"
        f"const pane = {PANE};"
        "pane.displayFolder(server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox).URI);"
    )
    thunderbird.until(f"{PANE}.gDBView?.rowCount > 0", what="the list of messages")
    thunderbird.script(f'{PANE}.document.documentElement.style.setProperty("--folderPaneSplitter-width", "270px");')
    thunderbird.script(f"{PANE}.threadTree.selectedIndex = 0;")
    camera.rest()
    inbox = f"{PANE}.folderTree.selectedRow.querySelector('.container')"
    camera.take(
        "main-window",
        [
            Mark(f'{PANE}.document.getElementById("folderPaneWriteMessage")', "メッセージ作成"),
            Mark(f'{PANE}.document.getElementById("folderPaneGetMessages")', words="受信のボタン"),
            Mark(inbox, "受信トレイ"),
        ],
        corner=(620, 380),
    )
    _menu(camera)
    _open_tab(camera, "toExport();", f'{TAB}?.getElementById("exportButton")?.getClientRects().length > 0')
    camera.take(
        "export",
        [
            Mark(f'{TAB}.querySelector("#tabPane-export button.btn-link")', "プロファイルフォルダーを開く"),
            Mark(f'{TAB}.getElementById("exportButton")', "エクスポート"),
        ],
        corner=(720, 440),
    )
    _open_tab(camera, "toImport();", f'{TAB}?.querySelector("input[value=file]")?.getClientRects().length > 0')
    camera.take(
        "import",
        [
            Mark(f'{TAB}.querySelector("input[value=file]").closest("label")', "ファイルからインポートする"),
            Mark(f'[...{TAB}.querySelectorAll(".continue")].find(e => e.getClientRects().length)', "次へ"),
        ],
        corner=(740, SIZE[1]),
    )


def _menu(camera: Camera) -> None:
    thunderbird = camera.thunderbird
    camera.press('document.getElementById("button-appmenu")')
    thunderbird.until('document.getElementById("appMenu-popup").state == "open"', what="the menu")
    camera.screen()
    thunderbird.script('document.getElementById("appmenu_toolsMenu").doCommand();')
    export = 'document.getElementById("appmenu_export")'
    thunderbird.until(f"{export}?.getClientRects().length > 0", what="「設定とデータのエクスポート」", seconds=20)
    camera.rest()
    entries = [Mark('document.getElementById("appmenu_import")', "設定とデータのインポート")]
    popup = 'document.getElementById("appMenu-popup")'
    button = Mark('document.getElementById("button-appmenu")', words="メニュー(三本線)")
    camera.take("menu-tools", [button, *entries, Mark(export, "設定とデータのエクスポート")], around=popup, below=300)
    camera.keys("key", "Escape")
    camera.keys("key", "Escape")


def _leave_on_server(camera: Camera) -> None:
    thunderbird = camera.thunderbird
    thunderbird.script('document.getElementById("status-bar").hidden = true;')
    frame = f'{TAB}.getElementById("contentFrame").contentDocument'
    _open_tab(
        camera,
        'const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");'
        'MsgAccountManager("am-server.xhtml", MailServices.accounts.accounts.find(a => a.incomingServer.type == "pop3").incomingServer);',
        f'{frame}?.getElementById("pop3.leaveMessagesOnServer")?.getClientRects().length > 0',
    )
    row = f'[...{TAB}.querySelectorAll("#accounttree li")].find(r => r.classList.contains("selected"))'
    camera.take(
        "leave-on-server",
        [
            Mark(row, "サーバー設定"),
            Mark(f'{frame}.getElementById("pop3.leaveMessagesOnServer")', "ダウンロード後もサーバーにメッセージを残す"),
            Mark(f'{frame}.getElementById("pop3.deleteByAgeFromServer")', "ダウンロードしてから"),
        ],
        corner=(960, SIZE[1]),
    )
