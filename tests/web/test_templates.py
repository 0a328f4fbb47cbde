"""Templates use what their documented context has, and nothing else; pages hold no inline script or style."""

import datetime as dt
import re
from importlib import resources
from typing import Any

import comparison_samples
import msgspec
import pytest
from jinja2 import Environment, meta
from past_samples import explained, grown, more, untold
from starlette.datastructures import QueryParams
from web_samples import (
    CONTOSO,
    FAILING,
    HOSTILE,
    NOW,
    TODAY,
    action,
    action_page,
    actions,
    empty,
    overview,
    portfolio,
    portfolio_row,
)

from surefoot.pages.changes import Changes
from surefoot.pages.portfolio import Portfolio
from surefoot.sync.bulk import Outcome, Result
from surefoot.web import assets
from surefoot.web.html import actions as actions_view
from surefoot.web.html import bulk as bulk_view
from surefoot.web.html import comparison as comparison_view
from surefoot.web.html import contexts, render
from surefoot.web.html import history as history_view
from surefoot.web.html import overview as overview_view
from surefoot.web.html import portfolio as portfolio_view
from surefoot.web.html import registers as registers_view

PAGES = {
    "overview.html": contexts.OverviewPage,
    "actions.html": contexts.ActionsPage,
    "action.html": contexts.ActionPage,
    "bulk.html": bulk_view.BulkPage,
    "register.html": registers_view.RegisterPage,
    "portfolio.html": portfolio_view.PortfolioPage,
    "history.html": history_view.HistoryPage,
    "comparison.html": comparison_view.ComparisonPage,
    "why.html": history_view.WhyPage,
    "sign_in.html": contexts.SignInPage,
    "message.html": contexts.MessagePage,
}
FRAME = contexts.Frame(title="T", now=NOW, who="anna", tenant=CONTOSO)
MANY = contexts.Frame(
    title="T",
    now=NOW,
    who="anna",
    tenants=(contexts.Link(label="A", href="/a"), contexts.Link(label=HOSTILE, href="/b")),
)


@pytest.fixture(scope="module")
def env() -> Environment:
    return render.environment(assets.load())


def rendered(env: Environment, name: str, page: contexts.Page) -> str:
    return env.get_template(name).render({f: getattr(page, f) for f in page.__struct_fields__})


def register_page() -> registers_view.RegisterPage:
    cells = (
        registers_view.Cell(text=HOSTILE, href="/x", small=HOSTILE),
        registers_view.Cell(text=None, number=True),
        registers_view.Cell(text=HOSTILE, kind="bad"),
    )
    button = registers_view.Button(action="/x", label="Do", name="n", value=HOSTILE, asks="Why")
    section = registers_view.Section(
        key="k", title=HOSTILE, intro=HOSTILE, heads=("A", "B", HOSTILE), empty="", csv_href="/x.csv",
        rows=(registers_view.Row(cells=cells, buttons=(button,)),), buttons=(button,),
    )  # fmt: skip
    empty = registers_view.Section(key="e", title="E", intro=None, heads=("A",), rows=(), empty="Nothing.")
    return registers_view.RegisterPage(
        frame=FRAME, title="T", said=HOSTILE, sections=(section, empty), next_href="/next"
    )


def bulk_page(**changes: object) -> bulk_view.BulkPage:
    result = Result(
        tenant=CONTOSO, control=HOSTILE, name=HOSTILE, before=None, outcome=Outcome.REFUSED, message=HOSTILE
    )
    values = {
        "frame": FRAME, "heading": "Change 1 action?", "said": (HOSTILE,), "many": True, "back_href": "/",
        "counts": (bulk_view.Counted(outcome="refused", count=1, label="cannot be changed"),),
        "rows": (bulk_view.BulkRow(result=result, href="/x", label="cannot be changed"),),
        "hidden": (("item", HOSTILE),),
    }  # fmt: skip
    return bulk_view.BulkPage(**{**values, **changes})


def portfolio_of(page: Portfolio, frame: contexts.Frame = FRAME, **query: str) -> portfolio_view.PortfolioPage:
    days = [TODAY - dt.timedelta(days=back) for back in range(40, 0, -1) if back != 20]
    lines = {row.tenant.id: [(day, 40.0 + day.day / 10) for day in days] for row in page.tenants if row.percent}
    return portfolio_view.view(page, frame, query, words=(("gold", HOSTILE), (HOSTILE,)), lines=lines)


def why(changes: Changes | None, **options: Any) -> contexts.Page:
    days = [d.date for d in grown().history]
    return history_view.why_view(changes, FRAME, tenant=CONTOSO.id, days=days, **options)


def every_page() -> dict[str, tuple[str, contexts.Page]]:
    wanted = actions_view.wanted(QueryParams("show=all&group=category"))
    hostile = action(1, HOSTILE, HOSTILE, id=HOSTILE, status_text=HOSTILE, product=HOSTILE, tier=HOSTILE)
    return {
        "overview": ("overview.html", overview_view.view(overview(), FRAME, chosen="90", sync=True)),
        "failing": ("overview.html", overview_view.view(overview(synced=FAILING), FRAME, chosen="all", sync=False)),
        "empty": ("overview.html", overview_view.view(empty(), FRAME, chosen="90", sync=False)),
        "unknown": (
            "overview.html",
            overview_view.view(
                overview(percent=None, unknown="Why.", trend=None, planned_score=None, achievable_score=None),
                FRAME, chosen="90", sync=False,
            ),
        ),
        "hostile": (
            "overview.html", overview_view.view(overview(top_actions=(hostile,)), FRAME, chosen="90", sync=True)
        ),
        "actions": ("actions.html", actions_view.list_view(actions(), wanted, FRAME)),
        "hostile list": ("actions.html", actions_view.list_view(actions((hostile,)), wanted, FRAME)),
        "no actions": ("actions.html", actions_view.list_view(actions(()), wanted, FRAME)),
        "many": ("actions.html", actions_view.list_view(actions((hostile,)), wanted, FRAME, can_write=True)),
        "bulk": ("bulk.html", bulk_page(expect=1, undo_href=None)),
        "bulk done": ("bulk.html", bulk_page(expect=None, undo_href="/bulk/7/undo")),
        "register": ("register.html", register_page()),
        "action": ("action.html", actions_view.one_view(action_page(), FRAME, can_write=True)),
        "hostile action": ("action.html", actions_view.one_view(action_page(action=hostile), FRAME, can_write=False)),
        "bare action": (
            "action.html", actions_view.one_view(action_page(profile=None, decisions=()), FRAME, can_write=True)
        ),
        "portfolio": ("portfolio.html", portfolio_of(portfolio(), sort="-percent")),
        "groups": ("portfolio.html", portfolio_of(portfolio(), group="label", cursor="x")),
        "hostile portfolio": (
            "portfolio.html",
            portfolio_of(
                portfolio(portfolio_row(1, HOSTILE, labels=(HOSTILE,), industry=HOSTILE, problem=HOSTILE)), text=HOSTILE
            ),
        ),
        "no tenant": ("portfolio.html", portfolio_of(portfolio(total=0, tenants=(), average=None, newest=None))),
        "no match": ("portfolio.html", portfolio_of(portfolio(total=0, tenants=(), next=None), MANY, text="z")),
        "history": ("history.html", history_view.history_view(grown(), FRAME, more())),
        "hostile history": ("history.html", history_view.history_view(grown(name=HOSTILE), FRAME, more(HOSTILE))),
        "no history": ("history.html", history_view.history_view(grown(days=0), FRAME, untold(refused=HOSTILE))),
        "why": ("why.html", why(explained())),
        "hostile why": ("why.html", why(explained(HOSTILE))),
        "why not known": ("why.html", why(explained(known=False))),
        "why refused": ("why.html", why(None, refused=HOSTILE, asked=("2026-10-01", HOSTILE))),
        "why nothing stored": (
            "why.html", history_view.why_view(None, FRAME, tenant=CONTOSO.id, days=(), refused="No day is stored.")
        ),
        "comparison": ("comparison.html", comparison_samples.page(comparison_samples.compared(), FRAME)),
        "hostile comparison": (
            "comparison.html", comparison_samples.page(comparison_samples.compared(HOSTILE), FRAME, HOSTILE)
        ),
        "a label beside": (
            "comparison.html",
            comparison_samples.page(
                comparison_samples.compared(
                    against=comparison_samples.counterpart(HOSTILE, tenant=None, label=HOSTILE, as_of=None, ahead=())
                ),
                FRAME,
            ),
        ),
        "too few beside": (
            "comparison.html",
            comparison_samples.page(
                comparison_samples.compared(against=comparison_samples.counterpart("x", unknown=HOSTILE)), FRAME
            ),
        ),
        "comparison unknown": (
            "comparison.html", comparison_samples.page(comparison_samples.unknown(), FRAME, refused=None, synced=None)
        ),
        "comparison alone": (
            "comparison.html", comparison_samples.page(comparison_samples.unknown(), FRAME, visible=[], words=[])
        ),
        "comparison empty": ("comparison.html", comparison_samples.page(comparison_samples.unknown(as_of=None), FRAME)),
        "sign in": ("sign_in.html", contexts.SignInPage(frame=FRAME, link=HOSTILE)),
        "expired": ("sign_in.html", contexts.SignInPage(frame=FRAME, link=None, expired=True)),
        "message": (
            "message.html",
            contexts.MessagePage(frame=FRAME, heading=HOSTILE, text=HOSTILE, status=404, home=True),
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_template_uses_only_what_its_context_documents(env: Environment, name: str) -> None:
    source = (resources.files("surefoot.web") / "templates" / name).read_text("utf-8")
    used = meta.find_undeclared_variables(env.parse(source)) - {"parts", "asset"}
    assert used <= render.names_of(PAGES[name])


@pytest.mark.parametrize("name", PAGES)
def test_a_template_uses_all_that_its_context_offers(env: Environment, name: str) -> None:
    source = (resources.files("surefoot.web") / "templates" / name).read_text("utf-8")
    unused = render.names_of(PAGES[name]) - meta.find_undeclared_variables(env.parse(source)) - {"frame"}
    assert not unused


@pytest.mark.parametrize("kind", every_page())
def test_every_page_renders_strictly_and_escapes(env: Environment, kind: str) -> None:
    html = rendered(env, *every_page()[kind])
    assert "<img" not in html
    assert "onerror=alert(1)&gt;" in html or "onerror" not in html
    assert "None" not in re.sub(r'<option value=""[^>]*>None', "", html)


@pytest.mark.parametrize("kind", every_page())
def test_no_page_holds_what_the_content_security_policy_refuses(env: Environment, kind: str) -> None:
    html = rendered(env, *every_page()[kind])
    assert not re.search(r"<[^>]*\sstyle=", html)
    assert not re.search(r"<[^>]*\son[a-z]+=\"", html)
    assert "<style" not in html
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.search(r'(src|href|action)="https?://(?!entra\.example|learn\.example)', html)


@pytest.mark.parametrize("kind", every_page())
def test_ids_are_there_once(env: Environment, kind: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', rendered(env, *every_page()[kind]))
    assert len(ids) == len(set(ids))


def test_every_icon_that_a_page_names_is_in_the_file(env: Environment) -> None:
    have = set(re.findall(r'<symbol id="([^"]+)"', assets.load()["icons.svg"].body.decode()))
    for kind, page in every_page().items():
        named = set(re.findall(r"icons\.svg\?v=[0-9a-f]+#([^\"]+)\"", rendered(env, *page)))
        assert named <= have, kind


def test_the_overview_shows_the_figures_of_its_page_object(env: Environment) -> None:
    html = rendered(env, *every_page()["overview"])
    for figure in ("72.0<span> %", ">540</b>", "of 750", ">+85</b>", "76.8 %", "83.3 %", "86.4 %", "85 %", "52 %"):
        assert figure in html
    assert "78 of 91 controls have a known maximum" in html


def test_a_failing_tenant_says_since_when_and_what_to_do(env: Environment) -> None:
    html = rendered(env, *every_page()["failing"])
    assert "Grant admin consent" in html
    assert "Failing since" in html
    assert "5b1f2c1e" in html


def test_an_empty_tenant_says_why_and_what_to_do(env: Environment) -> None:
    html = rendered(env, *every_page()["empty"])
    assert "has not read this tenant yet" in html
    assert "surefoot import" in html
    assert "0.0" not in html


def test_the_two_dark_forms_are_the_same() -> None:
    css = assets.load()["surefoot.css"].body.decode()
    system = re.search(
        r'prefers-color-scheme: dark\) \{\s*:root:not\(\[data-theme="light"\]\) \{(.*?)\}', css, re.DOTALL
    )
    chosen = re.search(r':root\[data-theme="dark"\] \{(.*?)\}', css, re.DOTALL)
    assert system is not None
    assert chosen is not None
    assert system[1].split() == chosen[1].split()


def test_contexts_say_what_they_are() -> None:
    everything = [*vars(contexts).values(), *vars(history_view).values(), *vars(comparison_view).values()]
    structs = [c for c in everything if isinstance(c, type) and issubclass(c, msgspec.Struct)]
    assert all(c.__doc__ for c in structs)
