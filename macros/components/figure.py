"""Pictures of programs, taken by ``make screenshots``, with the numbers that the steps name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from macros.components import choose, component, render, table
from macros.view import MailView

#: Below ``docs/``; the run that takes the pictures writes their sizes and marks into ``macros/pictures.yaml``.
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "assets" / "pictures"


def index() -> dict[str, Any]:
    """What the run wrote: the program's version, the day, and for each picture its size and marks."""
    data: dict[str, Any] = table("pictures.yaml")
    return data


@component
def figure(mail: MailView, name: str, *, title: str, alt: str, note: bool = False) -> str:
    """A picture of Thunderbird by its name, with a legend of its numbers; a picture that is missing fails the build.

    ``title`` is what the steps call it (図1); ``note``: with the words about what is shown, once on a page. Pages one folder below ``docs/`` may show pictures.
    """
    pictures = index()["pictures"]
    words = table("wording.yaml")["figure"]["note"].format(version=index()["thunderbird"])
    there = [known for known in pictures if (PICTURES / f"{known}.webp").is_file()]
    picture = pictures[choose("figure", name, there)]
    return render("figure.html", name=name, title=title, alt=alt, picture=picture, note=words if note else "")
