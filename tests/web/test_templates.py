"""Templates use what their documented context has, and nothing else; pages hold no inline script or style."""

import datetime as dt
import re
from collections.abc import Sequence
from importlib import resources
from typing import Any

import comparison_samples
import msgspec
import pytest
import registers_samples as registers
import tenant_samples as tenancy
from heat_samples import heatmap, no_heatmap
from jinja2 import Environment, meta
from past_samples import explained, grown, more, untold
from starlette.datastructures import QueryParams
from trend_samples import beside, nothing, trends
from trend_samples import unknown as unknown_trends
from web_samples import (
    CONTOSO,
    FAILING,
    FIVE,
    HOSTILE,
    NOW,
    TODAY,
    action,
    action_page,
    actions,
    compared,
    decision,
    detail,
    dismissed,
    disputed,
    elsewhere,
    empty,
    groups_of,
    overview,
    plan,
    portfolio,
    portfolio_row,
    reviewed,
    waiting,
)

from surefoot.access.viewers import LOCAL, Viewer
from surefoot.model import Role
from surefoot.pages.actions import ActionPage, Actions
from surefoot.pages.changes import Changes
from surefoot.pages.columns import Column
from surefoot.pages.heatmap import Heatmap
from surefoot.pages.outlets import camel
from surefoot.pages.portfolio import Portfolio, PortfolioGroup
from surefoot.pages.selection import Together
from surefoot.pages.tenants import State
from surefoot.pages.unlicensed import Unlicensed, UnlicensedRow
from surefoot.scoring.actions import News, NewsKind
from surefoot.store.views import SavedView
from surefoot.sync.bulk import Outcome, Result
from surefoot.web import assets
from surefoot.web.html import action as action_view
from surefoot.web.html import actions as actions_view
from surefoot.web.html import activity as activity_view
from surefoot.web.html import aged as aged_view
from surefoot.web.html import bulk as bulk_view
from surefoot.web.html import catalogue as catalogue_view
from surefoot.web.html import chosen as chosen_view
from surefoot.web.html import comparison as comparison_view
from surefoot.web.html import connection as connection_view
from surefoot.web.html import contexts, render
from surefoot.web.html import heatmap as heatmap_view
from surefoot.web.html import history as history_view
from surefoot.web.html import imports as imports_view
from surefoot.web.html import notices as notices_view
from surefoot.web.html import outbox as outbox_view
from surefoot.web.html import overview as overview_view
from surefoot.web.html import portfolio as portfolio_view
from surefoot.web.html import risks as risks_view
from surefoot.web.html import search as search_view
from surefoot.web.html import settings as settings_view
from surefoot.web.html import tenants as tenants_view
from surefoot.web.html import trends as trends_view
from surefoot.web.html import views as views_view

PAGES = {
    "overview.html": overview_view.OverviewPage,
    "actions.html": actions_view.ActionsPage,
    "action.html": action_view.ActionPage,
    "bulk.html": bulk_view.BulkPage,
    "risks.html": risks_view.RisksPage,
    "outbox.html": outbox_view.OutboxPage,
    "catalogue.html": catalogue_view.CataloguePage,
    "activity.html": activity_view.ActivityPage,
    "notices.html": notices_view.NoticesPage,
    "portfolio.html": portfolio_view.PortfolioPage,
    "heatmap.html": heatmap_view.HeatmapPage,
    "heatmap_control.html": heatmap_view.HeatmapControlPage,
    "history.html": history_view.HistoryPage,
    "comparison.html": comparison_view.ComparisonPage,
    "why.html": history_view.WhyPage,
    "tenants.html": tenants_view.TenantsPage,
    "tenant_add.html": tenants_view.AddPage,
    "connection.html": connection_view.ConnectionPage,
    "import.html": imports_view.ImportPage,
    "settings.html": settings_view.SettingsPage,
    "search.html": search_view.SearchPage,
    "trends.html": trends_view.TrendsPage,
    "sign_in.html": contexts.SignInPage,
    "message.html": contexts.MessagePage,
}
FRAME = contexts.Frame(
    title="T",
    now=NOW,
    who="anna",
    tenant=CONTOSO,
    tabs=(contexts.Link(label="A", href="/a"),),
    more=(contexts.Link(label=HOSTILE, href="/b", current=True),),
    crumbs=(contexts.Link(label="A", href="/a"), contexts.Link(label=HOSTILE, href="")),
)
MANY = contexts.Frame(
    title="T",
    visible=3,
    now=NOW,
    who="anna",
    tenants=(contexts.Link(label="A", href="/a"), contexts.Link(label=HOSTILE, href="/b")),
)


@pytest.fixture(scope="module")
def env() -> Environment:
    return render.environment(assets.load())


def rendered(env: Environment, name: str, page: contexts.Page) -> str:
    return env.get_template(name).render({f: getattr(page, f) for f in page.__struct_fields__})


PLANNING = (
    chosen_view.Field(name="owner", label="Owner", value=HOSTILE, kind="text", hint="as it is"),
    chosen_view.Field(name="due", label="Due", value="2027-03-31", kind="date"),
    *chosen_view.fields_of(chosen_view.Form(pairs=(("comment", HOSTILE),))),
)
AGED = aged_view.Aged(text=HOSTILE, href="/x", label="Why, and what to do")


def bulk_page(**changes: object) -> bulk_view.BulkPage:
    result = Result(
        tenant=CONTOSO, control=HOSTILE, name=HOSTILE, before=None, outcome=Outcome.REFUSED, message=HOSTILE
    )
    values = {
        "frame": FRAME, "heading": "Change 1 action?", "said": (HOSTILE,), "many": True, "back_href": "/",
        "counts": (bulk_view.Counted(outcome="refused", count=1, label="cannot be changed"),),
        "rows": (bulk_view.BulkRow(result=result, href="/x", label="cannot be changed", aged=AGED),),
        "hidden": (("item", HOSTILE),), "back": None, "expect": None,
        "worth": None, "brings": "gain", "back_to": "actions", "fields": (), "onward": None, "left": 0, "finished": 1,
        "unit": "actions", "undo_href": None,
    }  # fmt: skip
    return bulk_view.BulkPage(**{**values, **changes})


def portfolio_of(
    page: Portfolio, frame: contexts.Frame = FRAME, groups: Sequence[PortfolioGroup] = (), **query: str
) -> portfolio_view.PortfolioPage:
    days = [TODAY - dt.timedelta(days=back) for back in range(40, 0, -1) if back != 20]
    lines = {row.tenant.id: [(day, 40.0 + day.day / 10) for day in days] for row in page.tenants if row.percent}
    words = (("gold", HOSTILE), (HOSTILE,))
    return portfolio_view.view(page, frame, query, words=words, lines=lines, groups=groups, held=SAVED, can_label=True)


def heatmap_of(page: Heatmap, frame: contexts.Frame = FRAME, **query: str) -> heatmap_view.HeatmapPage:
    return heatmap_view.view(page, frame, query, labels=("gold", HOSTILE), can_write=True)


def control_of(page: Heatmap, *, show: str = "all", **query: str) -> heatmap_view.HeatmapControlPage:
    return heatmap_view.control_view(page, FRAME, query, show=show, can_write=True)


def why(changes: Changes | None, **options: Any) -> contexts.Page:
    days = [d.date for d in grown().history]
    return history_view.why_view(changes, FRAME, tenant=CONTOSO.id, days=days, **options)


def listed(page: Actions, query: str = "show=all&group=category", **options: Any) -> contexts.Page:
    here = actions_view.address(QueryParams(query), CONTOSO.id)
    what = actions_view.wanted(here, me="anna", today=TODAY)
    return actions_view.list_view(page, what, here, FRAME, **options)


EVERY = "columns=" + ",".join(camel(column) for column in Column)
VIEW = SavedView(key=7, owner="anna", page="actions", name=HOSTILE, query="show=all", made_at=NOW)
SAVED = views_view.menu("actions", (VIEW,), path="/x", query="show=all")
UNLICENSED = UnlicensedRow(
    control=HOSTILE, name=HOSTILE, category=HOSTILE, product=None, max_points=None, deprecated=True
)


def search_page(text: str) -> search_view.SearchPage:
    hit = search_view.Hit(label=text, href="/x", detail=text)
    return search_view.SearchPage(
        frame=MANY, text=text, within="x", groups=(search_view.Hits(title="Controls", hits=(hit,), left=3),)
    )


LOOKS = Viewer(name="anna", tenants=None, role=Role.READER)
FALLEN = FIVE[3]


def about(
    viewer: Viewer = LOCAL,
    page: ActionPage | None = None,
    changes: dict[str, object] | None = None,
    steps: str | None = None,
) -> contexts.Page:
    made = page or action_page()
    told = action_view.About(page=made, detail=detail(made, **(changes or elsewhere())), steps=steps)
    return action_view.view(told, FRAME, viewer)


def every_page() -> dict[str, tuple[str, contexts.Page]]:
    hostile = action(
        1, HOSTILE, HOSTILE, id=HOSTILE, status_text=HOSTILE, product=HOSTILE, tier=HOSTILE,
        decision=decision(HOSTILE, comment=HOSTILE), plan=plan(HOSTILE, HOSTILE, TODAY),
        microsoft_update=News(kind=NewsKind.UPDATED, day=TODAY),
    )  # fmt: skip
    without = Unlicensed(controls=(UNLICENSED,), total=1, tenant=CONTOSO, as_of=TODAY)
    none_without = Unlicensed(controls=(), total=0, tenant=CONTOSO, as_of=TODAY)
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
        "reviewed": (
            "overview.html",
            overview_view.view(overview(**reviewed(HOSTILE)), FRAME, chosen="90", sync=True, include="planned"),
        ),
        "quiet": ("overview.html", overview_view.view(overview(**compared()), FRAME, chosen="30", sync=False)),
        "actions": ("actions.html", listed(actions())),
        "every column": ("actions.html", listed(actions(), f"show=all&{EVERY}", can_write=True)),
        "hostile list": ("actions.html", listed(actions((hostile,)), f"show=all&text={HOSTILE}&{EVERY}", held=SAVED)),
        "no actions": ("actions.html", listed(actions(()))),
        "many": ("actions.html", listed(actions((hostile,)), can_write=True)),
        "not licensed": ("actions.html", listed(actions(), "show=unlicensed", unlicensed=without)),
        "none without": ("actions.html", listed(actions(), "show=unlicensed", unlicensed=none_without)),
        "bulk": ("bulk.html", bulk_page(expect=1, worth=Together(points=35.0, percent=72.0, after=76.7))),
        "bulk planned": ("bulk.html", bulk_page(expect=1, fields=PLANNING, many=False)),
        "bulk accepted": (
            "bulk.html",
            bulk_page(expect=1, brings="given-up", worth=Together(points=35.0, percent=72.0, after=76.7)),
        ),
        "bulk resolved": (
            "bulk.html",
            bulk_page(brings="resolved", worth=Together(points=3.0, percent=None, after=None)),
        ),
        "bulk done": ("bulk.html", bulk_page(undo_href="/bulk/7/undo", back=HOSTILE)),
        "bulk going on": ("bulk.html", bulk_page(onward="/bulk", left=75, finished=25)),
        **registers.every(FRAME),
        "action": ("action.html", about()),
        "hostile action": (
            "action.html",
            about(LOOKS, action_page(action=hostile), disputed(HOSTILE) | elsewhere(HOSTILE), steps="# <img>"),
        ),
        "bare action": ("action.html", about(page=action_page(profile=None, decisions=()))),
        "asked action": ("action.html", about(page=action_page(action=FALLEN), changes=waiting(HOSTILE))),
        "accepted action": ("action.html", about(LOOKS, action_page(action=FALLEN), dismissed(HOSTILE))),
        "portfolio": ("portfolio.html", portfolio_of(portfolio(), sort="-percent")),
        "groups": ("portfolio.html", portfolio_of(portfolio(), groups=groups_of(portfolio()), group="label")),
        "hostile portfolio": (
            "portfolio.html",
            portfolio_of(
                portfolio(portfolio_row(1, HOSTILE, labels=(HOSTILE,), industry=HOSTILE, problem=HOSTILE)), text=HOSTILE
            ),
        ),
        "no tenant": ("portfolio.html", portfolio_of(portfolio(total=0, tenants=(), average=None, newest=None))),
        "no match": ("portfolio.html", portfolio_of(portfolio(total=0, tenants=(), next=None), MANY, text="z")),
        "heat map": ("heatmap.html", heatmap_of(heatmap())),
        "hostile heat map": ("heatmap.html", heatmap_of(heatmap(HOSTILE), text=HOSTILE, tenants=HOSTILE)),
        "heat map without tenant": ("heatmap.html", heatmap_of(no_heatmap(total=0))),
        "heat map without score": ("heatmap.html", heatmap_of(no_heatmap(problems=2))),
        "heat map without match": ("heatmap.html", heatmap_of(no_heatmap(scored=2, all_controls=9), text="z")),
        "heat map without tenants that match": ("heatmap.html", heatmap_of(no_heatmap(total=0), tenants="z")),
        "control by tenant": ("heatmap_control.html", control_of(heatmap())),
        "hostile control by tenant": ("heatmap_control.html", control_of(heatmap(HOSTILE), label=HOSTILE)),
        "control by no tenant": ("heatmap_control.html", control_of(heatmap(), show="elsewhere")),
        "history": ("history.html", history_view.history_view(grown(), FRAME, more())),
        "hostile history": ("history.html", history_view.history_view(grown(name=HOSTILE), FRAME, more(HOSTILE))),
        "no history": ("history.html", history_view.history_view(grown(days=0), FRAME, untold(refused=HOSTILE))),
        "trends": ("trends.html", trends_view.trends_view(trends(), FRAME, beside())),
        "hostile trends": ("trends.html", trends_view.trends_view(trends(HOSTILE), FRAME, beside(HOSTILE))),
        "unknown trends": (
            "trends.html", trends_view.trends_view(unknown_trends(), MANY, beside(chosen="", may_set=False))
        ),
        "trends of no day": ("trends.html", trends_view.trends_view(nothing(stored=True), FRAME, beside(chosen=""))),
        "no trends": ("trends.html", trends_view.trends_view(nothing(stored=False), FRAME, beside(synced=None))),
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
        "tenants": ("tenants.html", tenancy.tenant_list(FRAME, *tenancy.rows())),
        "no tenants": ("tenants.html", tenancy.tenant_list(FRAME)),
        "no such tenants": ("tenants.html", tenancy.tenant_list(MANY, *tenancy.rows(), text=HOSTILE * 2)),
        "add": ("tenant_add.html", tenancy.add_page(FRAME)),
        "hostile add": ("tenant_add.html", tenancy.add_page(FRAME, hostile=True)),
        "connection": ("connection.html", tenancy.connection(FRAME)),
        "connection of a reader": ("connection.html", tenancy.connection(FRAME, role=Role.READER)),
        "first reading": ("connection.html", tenancy.connection(FRAME, State.WAITING)),
        "not connected": ("connection.html", tenancy.connection(FRAME, State.IMPORTED)),
        **{
            f"hostile {form}": (
                "connection.html",
                tenancy.connection(FRAME, State.FAILING, "secret-expired", typed=tenancy.hostile_form(form)),
            )
            for form in ("connection", "name", "labels", "policy", "remove", "check")
        },
        "import": ("import.html", tenancy.import_page(FRAME, looked=False, text=HOSTILE)),
        "looked at": ("import.html", tenancy.import_page(FRAME, looked=True, text=HOSTILE)),
        "settings": ("settings.html", tenancy.settings_page(FRAME, whole=True)),
        "settings of a reader": ("settings.html", tenancy.settings_page(FRAME, whole=False)),
        "search": ("search.html", search_page(HOSTILE)),
        "nothing found": ("search.html", search_view.SearchPage(frame=FRAME, text=HOSTILE, within="", groups=())),
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
    used = meta.find_undeclared_variables(env.parse(source)) - {"parts", "connecting", "asset", "lists"}
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
    assert not re.search(r'(src|href|action)="https?://(?!entra\.example|learn\.example|entra\.microsoft\.com/)', html)


@pytest.mark.parametrize("kind", every_page())
def test_ids_are_there_once(env: Environment, kind: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', rendered(env, *every_page()[kind]))
    assert len(ids) == len(set(ids))


def test_every_icon_that_a_page_names_is_in_the_file(env: Environment) -> None:
    have = set(re.findall(r'<symbol id="([^"]+)"', assets.load()["icons.svg"].body.decode()))
    for kind, page in every_page().items():
        named = set(re.findall(r"icons\.svg\?v=[0-9a-f]+#([^\"]+)\"", rendered(env, *page)))
        assert named <= have, kind


ABOUT_SCORES = ("portfolio.html", "overview.html", "heatmap.html", "comparison.html", "trends.html")
BESIDE = {' class="unknown"', ' aria-hidden="true"'}
"""The foot's own dash, and one that stands in a span that says why."""


@pytest.mark.parametrize("name", [n for n, (template, _) in every_page().items() if template in ABOUT_SCORES])
def test_what_is_not_known_says_why_but_for_the_tables_of_days(env: Environment, name: str) -> None:
    html = rendered(env, *every_page()[name])
    for tag in re.findall(r'<(?:span|b)([^>]*)>(?:<span aria-hidden="true">)?(?:\u2013|not known)<', html):
        assert 'title="Not known: ' in tag or tag in BESIDE, tag


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
    assert f"/tenants/{CONTOSO.id}/import" in html
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


def test_paper_takes_no_colour_of_the_dark_form() -> None:
    css = assets.load()["surefoot.css"].body.decode()
    chosen = re.search(r':root\[data-theme="dark"\] \{(.*?)\}', css, re.DOTALL)
    paper = re.search(r"@media print \{\s*:root,[^{]*\{(.*?)\}", css, re.DOTALL)
    assert chosen is not None
    assert paper is not None
    assert set(re.findall(r"--[\w-]+", chosen[1])) <= set(re.findall(r"--[\w-]+(?=:)", paper[1]))


def test_contexts_say_what_they_are() -> None:
    everything = [
        *vars(contexts).values(),
        *vars(history_view).values(),
        *vars(trends_view).values(),
        *vars(heatmap_view).values(),
        *vars(comparison_view).values(),
    ]
    everything += [*vars(actions_view).values(), *vars(views_view).values(), *vars(bulk_view).values()]
    structs = [c for c in everything if isinstance(c, type) and issubclass(c, msgspec.Struct)]
    assert all(c.__doc__ for c in structs)
