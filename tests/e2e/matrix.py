"""Every domain × protocol × way, and the controls that must fail: what is run, and one line for each."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml
from PIL import ImageGrab

from e2e import flows, libraries
from e2e.authority import issue
from e2e.failure import Check, Failed
from e2e.flows import Case, World
from e2e.mail import Account, MailServers
from e2e.namespace import LAN_SERVER, SERVER, prepare
from e2e.pages import SETUP_PAGE, tables
from e2e.thunderbird import Thunderbird
from e2e.web import HELP, NAMES, WebServer
from macros.formats import autoconfig, autodiscover

CHECKED = Path("macros/checked.yaml")
HEADER = "# make e2e RECORD=1 が、すべて合格したときに書きます。手で直さないでください。\n"
CONTROLS = Path(__file__).parent / "controls"
PASSWORD = "Mihon-2026"
PROTOCOLS = ("imap", "pop3")
#: Two at a time: more only wait for each other on the machines that run this.
AT_A_TIME = 2
#: Login names that differ from the mail address. The servers' own truth, see mail.py.
LOGINS = {"starttls.example": "{name}", "lan.example": "{name}+{domain}"}
#: Mail servers of the sample domains. Host names are stated here too: a wrong one in a domain's file finds no server.
HOSTS = (
    *("mail.example.jp", "imap.imap.example", "smtp.imap.example", "pop.pop.example", "smtp.pop.example"),
    *("mail.starttls.example", "mail.xn--t8jw83ktcy.example", "loytem.com"),
    *("imap.salon.example", "pop.salon.example", "smtp.salon.example"),
)
LAN_HOSTS = ("server.lan.example",)
#: Names that lead to the server although its certificate does not cover them.
UNCOVERED = ("uncovered.wrong-certificate.example",)


class Way(StrEnum):
    """How the settings get into the program."""

    AUTOCONFIG = "自動設定"
    BY_HAND = "手入力"
    LIBRARIES = "ライブラリー"


@dataclass(frozen=True)
class Control:
    """A domain with one mistake: which check must fail for it in each way, and what must be said.

    ``served``: what the server must have logged about the account's logins, because Thunderbird says the same for
    several mistakes; None where that does not matter, an empty text for no login at all.
    """

    domain: str
    what: str
    fails: Mapping[Way, tuple[Check, str]]
    served: str | None = None


NO_LOGIN = "サーバーにログインできません"
NOTHING_FOUND = "メールアカウントの設定を見つけられませんでした"
NOT_SENT = "メッセージを送信できませんでした"
EXCEPTION = "セキュリティ例外の追加"
CONTROLS_WANTED = (
    Control(
        "wrong-port.example",
        "受信のポート番号が違う",
        {
            Way.AUTOCONFIG: (Check.INCOMING, NO_LOGIN),
            Way.BY_HAND: (Check.TEST, NOTHING_FOUND),
            Way.LIBRARIES: (Check.INCOMING, "ConnectionRefusedError"),
        },
        served="",
    ),
    Control(
        "wrong-socket.example",
        "接続の保護が違う",
        {
            Way.AUTOCONFIG: (Check.INCOMING, NO_LOGIN),
            Way.BY_HAND: (Check.TEST, NOTHING_FOUND),
            Way.LIBRARIES: (Check.INCOMING, "TimeoutError"),
        },
        served="",
    ),
    Control(
        "wrong-username.example",
        "ユーザー名の形が違う",
        {
            Way.AUTOCONFIG: (Check.INCOMING, NO_LOGIN),
            # Settings typed by hand are mended: after a refusal Thunderbird tries the whole address as the user name.
            Way.BY_HAND: (Check.STORED, "imap: .*'username'"),
            Way.LIBRARIES: (Check.INCOMING, "AUTHENTICATIONFAILED"),
        },
        served="unknown user",
    ),
    Control(
        "wrong-certificate.example",
        "証明書がサーバー名に対応していない",
        {
            Way.AUTOCONFIG: (Check.CERTIFICATE, EXCEPTION),
            # The test of settings typed by hand wants a certificate that is right, and says no more than this.
            Way.BY_HAND: (Check.TEST, NOTHING_FOUND),
            Way.LIBRARIES: (Check.CERTIFICATE, "Hostname mismatch"),
        },
    ),
    Control(
        "wrong-sending.example",
        "送信のポート番号が違う",
        {
            Way.AUTOCONFIG: (Check.SEND, NOT_SENT),
            Way.BY_HAND: (Check.TEST, NOTHING_FOUND),
            Way.LIBRARIES: (Check.SEND, "ConnectionRefusedError"),
        },
    ),
    Control(
        "no-autoconfig.example", "設定ファイルがない", {Way.AUTOCONFIG: (Check.SOURCE, "一般的なサーバー名で検索")}
    ),
    Control(
        "other-table.example",
        "表が設定ファイルと違う",
        {Way.AUTOCONFIG: (Check.STORED, "smtp: 保存された値と表の値が違います")},
    ),
)


@dataclass(frozen=True)
class Job:
    """One line of the report."""

    case: Case
    way: Way
    control: Control | None = None

    @property
    def title(self) -> str:
        """The line's beginning, in columns."""
        what = f"[対照] {self.control.what}" if self.control else self.case.domain
        return f"{_column(what, 38)}{_column(self.case.protocol.upper(), 6)}{_column(self.way, 14)}"


@dataclass(frozen=True)
class Outcome:
    """How a job ended: whether that is wrong, what to say about it, how long it took, and which Thunderbird ran."""

    wrong: bool
    text: str
    seconds: float
    version: str = ""


def run(work: Path, site: Path, only: str, *, record: bool = False) -> int:
    """Inside the namespaces: start the servers, run all jobs, print a line each; how many went wrong.

    ``record``: when everything ran and went well, write version and day for the pages; else only compare the version.
    """
    start = time.monotonic()
    jobs = [job for job in all_jobs(site) if only.lower() in f"{job.case.domain} {job.case.protocol} {job.way}"]
    spoil(site)
    world = start_world(work, site, {a for job in jobs for a in (job.case.account, job.case.friend)})
    for job in jobs:
        flows.receive_beforehand(world, job.case)
    wrong = 0
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for job, outcome in zip(jobs, pool.map(lambda job: attempt(work, world, job), jobs), strict=True):
            wrong += outcome.wrong
            outcomes.append(outcome)
            verdict = "不合格" if outcome.wrong else "合格  "
            print(f"{verdict}  {job.title} {outcome.seconds:5.1f} 秒  {outcome.text}".rstrip(), flush=True)
    controls = sum(job.control is not None for job in jobs)
    print(
        f"{len(jobs)} 件(うち、わざと間違えた対照が {controls} 件)、不合格 {wrong} 件、{time.monotonic() - start:.0f} 秒",
        flush=True,
    )
    if not wrong and jobs:
        versions = {outcome.version for outcome in outcomes} - {""}
        if record and not only:
            record_check(versions)
        elif versions:
            print(compare_check(versions), flush=True)
    return wrong if jobs else 1


def record_check(versions: set[str], file: Path = CHECKED) -> None:
    """Write what 「確認しました」 on the pages says: the version that ran, and today."""
    (version,) = versions
    today = datetime.datetime.now(tz=datetime.UTC).date()
    file.write_text(HEADER + yaml.safe_dump({"thunderbird": {"version": version, "checked": today}}), encoding="utf-8")
    print(f"Thunderbird {version}: 確認した日を {today} にしました({file})", flush=True)


def compare_check(versions: set[str], file: Path = CHECKED) -> str:
    """One line: whether the pages name the version that ran. A newer one passed as well, so it is only a warning."""
    recorded = yaml.safe_load(file.read_text(encoding="utf-8"))["thunderbird"]
    ran = "・".join(sorted(versions))
    if ran == recorded["version"]:
        return f"Thunderbird {ran}: ページの記録({recorded['checked']})と同じ版です"
    mark = f"::warning file={file}::" if "GITHUB_ACTIONS" in os.environ else ""
    return (
        f"{mark}Thunderbird {ran} で合格しました。ページの記録は {recorded['version']}({recorded['checked']})です。"
        "make e2e RECORD=1 で書き直せます。"
    )


def all_jobs(site: Path) -> list[Job]:
    """Every domain of the built site × what its page offers × every way, then the controls."""
    controls = {control.domain: control for control in CONTROLS_WANTED}
    names = sorted(file.parents[2].name for file in site.glob(f"*/{SETUP_PAGE}"))
    jobs: list[Job] = []
    for name in [*(n for n in names if n not in controls), *(n for n in names if n in controls)]:
        control = controls.get(name)
        for protocol in PROTOCOLS:
            if not tables(site / name / SETUP_PAGE, "thunderbird", protocol):
                continue
            for way in control.fails if control else Way:
                jobs.append(Job(_case(site, name, protocol, len(jobs)), way, control))
    missing = set(controls) - set(names)
    if missing:
        raise LookupError(f"controls are not in the built site: {missing}")
    return jobs


def _case(site: Path, domain: str, protocol: str, number: int) -> Case:
    def account(name: str) -> Account:
        login = LOGINS.get(domain, "{name}@{domain}").format(name=name, domain=domain)
        return Account(name, domain, login, PASSWORD)

    return Case(domain, protocol, account(f"mise{number:02}"), account(f"aite{number:02}"), site)


def spoil(site: Path) -> None:
    """Two controls are not in the data but in what was published: a missing file, and a page that says otherwise."""
    for path in (*autoconfig.PATHS, autodiscover.PATH):
        (site / "no-autoconfig.example" / path).unlink()
    page = site / "other-table.example" / SETUP_PAGE
    html = page.read_text(encoding="utf-8")
    changed = re.sub(r'(data-field="?port\b[^>]*>)465<', r"\g<1>587<", html)
    if changed == html:
        raise LookupError("the page of other-table.example shows no port 465")
    page.write_text(changed, encoding="utf-8")


def start_world(work: Path, site: Path, accounts: Iterable[Account]) -> World:
    """The servers for these accounts; names resolve from here on."""
    accounts = sorted(accounts, key=lambda account: account.address)
    domains = {account.domain for account in accounts}
    below = ("mail", *NAMES)
    covered = {HELP, *HOSTS, *domains, *(f"{name}.{domain}" for domain in domains for name in below)}
    hosts = dict.fromkeys(sorted({*covered, *UNCOVERED}), SERVER) | dict.fromkeys(LAN_HOSTS, LAN_SERVER)
    prepare(work, hosts)
    certificates = issue(work / "certificates", covered)
    mail = MailServers(work / "mail", certificates, accounts)
    mail.start()
    web = WebServer(work / "web", site, certificates)
    web.start()
    return World(mail, web)


def attempt(work: Path, world: World, job: Job) -> Outcome:
    """Run one job. A control is right when it fails in the way that it must."""
    start = time.monotonic()
    wrong, version = True, ""
    try:
        text, version = _do(work, world, job)
    except Failed as failure:
        problem = _as_wanted(world, job, failure)
        wrong, text = bool(problem), problem or f"{failure.check}で失敗"
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
    else:
        wrong = job.control is not None
        text = "間違いがあるのに、うまくいきました" if wrong else text
    return Outcome(wrong, text, time.monotonic() - start, version)


def _as_wanted(world: World, job: Job, failure: Failed) -> str:
    if job.control is None:
        return str(failure)
    check, text = job.control.fails[job.way]
    if failure.check is not check or not re.search(text, failure.detail):
        return f"「{check}」が「{text}」で失敗するはずでした。実際は {failure}"
    served = job.control.served
    if served is None:
        return ""
    logins = [line for line in world.mail.log_lines(job.case.account.name) if ": Info: msgid=" not in line]
    fits = any(served in line for line in logins) if served else not logins
    return "" if fits else f"サーバーの記録に「{served or '(記録なし)'}」があるはずでした。実際は {logins}"


def _do(work: Path, world: World, job: Job) -> tuple[str, str]:
    if job.way is Way.LIBRARIES:
        return libraries.by_libraries(world, job.case), ""
    flow: Callable[[World, Case, Thunderbird], str]
    flow = flows.by_autoconfig if job.way is Way.AUTOCONFIG else flows.by_hand
    # Seconds that Thunderbird waits for a silent server. Some controls wait for an answer that cannot come.
    patience: dict[str, str | int | bool] = {"mailnews.tcptimeout": 15 if job.control else 45}
    folder = work / f"{job.case.account.name}-{job.case.domain}"
    with Thunderbird(folder, world.mail.certificates.authority, preferences=patience) as thunderbird:
        try:
            text, version = flow(world, job.case, thunderbird), thunderbird.version
        except Exception:
            if job.control is None:
                _keep(thunderbird, world, job)
            raise
    shutil.rmtree(folder)
    return text, version


def _keep(thunderbird: Thunderbird, world: World, job: Job) -> None:
    """What helps to understand a failure: the screen and the servers' lines, in ``build/e2e``."""
    folder = Path("build/e2e")
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{job.case.domain}-{job.case.protocol}-{job.way.name.lower()}"
    ImageGrab.grab(xdisplay=thunderbird.environment["DISPLAY"]).save(folder / f"{name}.png")
    lines = [*world.web.requests(job.case.domain), *world.mail.log_lines("")[-400:], *thunderbird.alerts]
    (folder / f"{name}.log").write_text("\n".join(lines), encoding="utf-8")


def _column(text: str, width: int) -> str:
    used = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(1, width - used)
