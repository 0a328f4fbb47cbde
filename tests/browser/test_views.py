"""Saved views in a real browser."""

from browser_visit import Visit
from playwright.sync_api import expect
from web_world import OURS

HERE = f"/tenants/{OURS}/actions"


def test_a_view_is_saved_and_opened_again(inside: Visit) -> None:
    page = inside.page
    page.goto(f"{HERE}?show=all&sort=-points&columns=rank,points")
    page.locator(".views > summary").click()
    page.get_by_label("Save this view as").fill("By points")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The view is saved")).to_be_visible()
    page.goto(HERE)
    page.locator(".views > summary").click()
    page.get_by_role("link", name="By points").click()
    page.wait_for_url("**sort=-points**")
    expect(page.locator(".work thead th[aria-sort=descending]")).to_have_text("Points")
    page.locator(".views > summary").click()
    page.get_by_text("Rename or remove").click()
    page.get_by_role("button", name="Remove By points").click()
    expect(page.get_by_text("The views are changed")).to_be_visible()
    page.locator(".views > summary").click()
    expect(page.get_by_role("link", name="By points")).to_have_count(0)
    assert inside.wrong == []


def test_the_portfolio_has_views_and_labels(inside: Visit) -> None:
    page = inside.page
    page.goto("/?sort=percent")
    page.locator(".views > summary").click()
    page.get_by_label("Save this view as").fill("Lowest first")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The view is saved")).to_be_visible()
    page.get_by_text("Add a label of Contoso").click()
    page.get_by_label("New label of Contoso").fill("gold")
    page.get_by_role("button", name="Add", exact=True).first.click()
    expect(page.get_by_role("link", name="Label: gold")).to_be_visible()
    assert inside.wrong == []


def test_a_label_typed_for_one_tenant_is_never_another_ones(inside: Visit) -> None:
    page = inside.page
    page.goto("/?text=Contoso")
    page.locator(".labels > summary", has_text="of Contoso").click()
    page.get_by_label("New label of Contoso").fill("gold")
    page.get_by_role("searchbox").first.fill("Fabrikam")
    page.wait_for_url("**text=Fabrikam**")
    expect(page.locator(".labels > summary", has_text="of Fabrikam")).to_be_visible()
    expect(page.get_by_label("New label of Fabrikam")).to_have_value("")
    assert inside.wrong == []
