"""Many actions at once on the page: chosen, counted, done, undone."""

import re

import pytest
from web_world import OURS, THEIRS, World

SAME_SITE = {"sec-fetch-site": "same-origin"}


def status(world: World, control: str) -> str:
    path = f"/api/security-defender/secure-score/actions/{control}?tenant={OURS}"
    return str(world.client("writer").get(path).json()["action"]["status"])


def test_chosen_actions_are_counted_then_changed_then_put_back(world: World) -> None:
    client = world.client("writer")
    listed = client.get(f"/tenants/{OURS}/actions?show=open").text
    chosen = re.findall(r'name="item" value="([^"]+)"', listed)
    assert len(chosen) > 1
    before = [status(world, c.partition("/")[2]) for c in chosen]
    fields = {"item": chosen, "status": "planned", "owner": "Anna"}
    preview = client.post("/bulk", data=fields, headers=SAME_SITE)
    assert preview.status_code == 200
    assert "will be changed" in preview.text
    assert [status(world, c.partition("/")[2]) for c in chosen] == before
    expect = re.search(r'name="expect" value="(\d+)"', preview.text)
    assert expect
    stale = client.post("/bulk", data=fields | {"expect": "9999"}, headers=SAME_SITE)
    assert "Something changed meanwhile" in stale.text
    done = client.post("/bulk", data=fields | {"expect": expect[1]}, headers=SAME_SITE)
    assert {status(world, c.partition("/")[2]) for c in chosen} == {"planned"}
    undo = re.search(r'action="(/bulk/\d+/undo)"', done.text)
    assert undo
    assert client.post(undo[1], headers=SAME_SITE).status_code == 200
    assert [status(world, c.partition("/")[2]) for c in chosen] == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "planned"}, "Choose at least one action"),
        ({"item": f"{OURS}/aad_mfa"}, "Choose what to change"),
        ({"item": f"{THEIRS}/aad_mfa", "status": "planned"}, "no such tenant"),
        ({"item": f"{OURS}/aad_mfa", "status": "done"}, "is no status"),
    ],
)
def test_what_cannot_be_is_said(world: World, fields: dict[str, str], words: str) -> None:
    answer = world.client("writer").post("/bulk", data=fields, headers=SAME_SITE)
    assert answer.status_code == 422
    assert words in answer.text


def test_who_may_only_look_can_choose_nothing(world: World) -> None:
    client = world.client("reader")
    assert 'name="item"' not in client.get(f"/tenants/{OURS}/actions").text
    assert client.post("/bulk", data={"status": "planned"}, headers=SAME_SITE).status_code == 403
