"""The query file says what it must: places that exist, every page reached, a heading's own section accepted."""

from __future__ import annotations

from macros import codes, components
from macros.search.normalise import normalise
from search import sets

QUERIES = sets.queries()
SECTIONS = [s for s in codes.sections() if s.page not in sets._unfindable()]
PAGES = {sets.Place(s.page.removesuffix(".md"), "") for s in SECTIONS}


def test_there_are_enough_and_no_two_share_an_id() -> None:
    assert len(QUERIES) >= 300
    assert len({q.id for q in QUERIES}) == len({q.text for q in QUERIES}) == len(QUERIES)
    unknown = [sets.out_of_scope(file) for file in (sets.OUT_OF_SCOPE, sets.OUT_OF_SCOPE_TUNE)]
    assert min(map(len, unknown)) >= 40
    assert not {*unknown[0]} & {*unknown[1]}
    assert {q.part for q in QUERIES} == set(sets.PARTS)


def test_every_place_exists() -> None:
    messages = {sets.Place("trouble/errors", f"e-{entry['id']}") for entry in components.table("errors.yaml")["errors"]}
    wanted = {place for query in QUERIES for place in query.expected} - messages
    pages = {page: (sets.DOCS / f"{page}.md").read_text(encoding="utf-8") for page in {place.page for place in wanted}}
    assert [p for p in wanted if p.section and f"{{#{p.section}}}" not in pages[p.page]] == []


def test_what_is_reported_was_not_learned() -> None:
    learned = {normalise(q.text).replace(" ", "") for q in sets.tuned()}
    assert [q.text for q in sets.reported() if normalise(q.text).replace(" ", "") in learned] == []


def test_every_page_is_reached() -> None:
    assert {p.page for p in PAGES} - {p.page for q in QUERIES for p in q.expected} == set()


def test_a_heading_as_it_stands_accepts_its_section() -> None:
    """Several places answer such a query equally well: each of them counts."""
    places: dict[str, set[sets.Place]] = {}
    for s in SECTIONS:
        if "{" not in s.title:
            where = sets.Place(s.page.removesuffix(".md"), "" if s.level == 1 else s.id)
            places.setdefault(normalise(s.title).replace(" ", ""), set()).add(where)
    left_out = {
        q.id: missing
        for q in QUERIES
        if (missing := places.get(normalise(q.text).replace(" ", ""), set()) - set(q.expected))
    }
    assert left_out == {}
