"""Domain folders of any size: the same numbers give the same files, and more domains only add to fewer."""

from __future__ import annotations

import random
from pathlib import Path

SEED = 20261123
#: What a domain file says besides its name and in how many of 100 files; most say nothing, as a provider's do.
KINDS = {
    "": 80,
    """\
incoming_servers:
  - {type: imap, hostname: "mail.%EMAILDOMAIN%"}
  - {type: pop3, hostname: "mail.%EMAILDOMAIN%"}
outgoing_servers:
  - {type: smtp, hostname: "mail.%EMAILDOMAIN%"}
certificate_covers_hostname: false
""": 12,
    """\
webmail_url: https://webmail.%EMAILDOMAIN%/
mailbox_size: 5 GB
confirmed: true
""": 5,
    """\
incoming_servers:
  - {type: pop3, hostname: "pop.%EMAILDOMAIN%", port: 110, socket_type: STARTTLS}
outgoing_servers:
  - {type: smtp, hostname: "smtp.%EMAILDOMAIN%", port: 587, socket_type: STARTTLS}
""": 3,
}
SHOPS = ("花屋", "美容室", "食堂", "薬局", "書店", "Café & Bar", "工務店", "写真館", "<見本>", "クリーニング")


def name(number: int) -> str:
    """The domain of a number."""
    return f"shop{number:05}.example"


def write(folder: Path, numbers: range) -> None:
    """Write the domain files of these numbers; 0 is a plain one, so that one domain is one profile."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        chance = random.Random(SEED + number)
        kind = chance.choices(list(KINDS), list(KINDS.values()))[0] if number else ""
        shop = f"{chance.choice(SHOPS)} {number}"
        text = f'domain: {name(number)}\ndisplay_name: "{shop} メール"\ndisplay_short_name: "{shop}"\n{kind}'
        (folder / f"{name(number)}.yaml").write_text(
            text.replace("%EMAILDOMAIN%/", f"{name(number)}/"), encoding="utf-8"
        )
