import pytest

from macros import render
from macros.errors import BuildError
from macros.view import MailView


@pytest.mark.slow
def test_a_broken_page_stops_the_build_and_says_where(domains, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from macros import view

    def broken(*_: object, **__: object) -> str:
        raise RuntimeError("planted")

    monkeypatch.setattr("macros.components.settings.render", broken)
    with pytest.raises(BuildError, match="planted"):
        render.rendered(view.view(domains["example.jp"]))


@pytest.mark.slow
def test_a_page_that_compares_a_value_stops_the_build(domains, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from macros import components, view

    def nosy(mail: MailView) -> str:
        """A component that looks at a value."""
        return "x" if mail.domain == "example.jp" else "y"  # type: ignore[comparison-overlap]

    found = {**components.all_components(), "contact_line": nosy}
    monkeypatch.setattr(components, "all_components", lambda: found)
    with pytest.raises(BuildError, match=r"(?s)index\.md.*mail\.domain"):
        render.rendered(view.view(domains["example.jp"]))


@pytest.mark.slow
def test_a_value_in_what_all_domains_share_stops_the_build(domains, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from macros import components, view

    def own(mail: MailView) -> str:
        """A list that is not the same for all."""
        return f"<!--part codes--><p>{mail.domain}</p><!--without--><!--/part-->"

    found = {**components.all_components(), "code_list": own}
    monkeypatch.setattr(components, "all_components", lambda: found)
    mail = domains["example.jp"]
    with pytest.raises(BuildError, match=r"assets/parts/codes\.\w+\.js: ドメインごとに違う値があります"):
        render.templates(view.profile(mail), view.values(mail), second=False, root=False)
