"""Writing a control's state: what is sent, and what each answer means."""

import json
from urllib.parse import unquote

import pytest
from graph_server import answer, graph

from surefoot.errors import ConsentMissing, WriteRefused
from surefoot.model import Profile

PROFILE = Profile(control="mdo_safelinks", title="x", category="Apps", vendor="Microsoft", provider="SecureScore")


async def test_the_update_echoes_the_vendor_and_asks_for_the_profile_back() -> None:
    body = {"id": "mdo_safelinks", "title": "x", "controlStateUpdates": [{"state": "Ignored"}]}
    async with graph(answer(200, body)) as (tenant, script):
        made = await tenant.update_profile(PROFILE, state="Ignored", comment="why", assigned_to="ann")
    asked = script.asked[0]
    assert (asked.method, asked.target) == ("PATCH", "/v1.0/security/secureScoreControlProfiles/mdo_safelinks")
    assert asked.headers["prefer"] == "return=representation"
    assert json.loads(asked.body) == {
        "state": "Ignored",
        "comment": "why",
        "assignedTo": "ann",
        "vendorInformation": {"provider": "SecureScore", "vendor": "Microsoft"},
    }
    assert made is not None
    assert made.state is not None
    assert made.state.state == "Ignored"


async def test_an_answer_without_a_body_is_good_too() -> None:
    async with graph(answer(204, b"")) as (tenant, _):
        assert await tenant.update_profile(PROFILE, state="Ignored") is None


@pytest.mark.parametrize("status", [400, 404, 409])
async def test_a_refused_update_keeps_graphs_words(status: int) -> None:
    body = {"error": {"code": "BadRequest", "message": "Http request failed with statusCode=BadRequest"}}
    async with graph(answer(status, body)) as (tenant, script):
        with pytest.raises(WriteRefused, match="statusCode=BadRequest") as error:
            await tenant.update_profile(PROFILE, state="Ignored")
    assert (error.value.code, error.value.status, len(script.asked)) == ("BadRequest", status, 1)


async def test_without_the_permission_to_write_consent_is_missing() -> None:
    async with graph(answer(403)) as (tenant, _):
        with pytest.raises(ConsentMissing):
            await tenant.update_profile(PROFILE, state="Ignored")


@pytest.mark.parametrize("control", ["../users?x#y", "a/b", "a b%2e", "11770.MDA_Google_EnableTwoFactorAuth"])
async def test_an_id_stays_one_part_of_the_path(control: str) -> None:
    async with graph(answer(204, b"")) as (tenant, script):
        await tenant.update_profile(Profile(control=control, title="", category=""), state="Ignored")
    parts = script.asked[0].target.split("/")
    assert parts[:4] == ["", "v1.0", "security", "secureScoreControlProfiles"]
    assert [unquote(p) for p in parts[4:]] == [control]


async def test_dots_are_no_id() -> None:
    async with graph(answer(204, b"")) as (tenant, script):
        with pytest.raises(WriteRefused):
            await tenant.update_profile(Profile(control="..", title="", category=""), state="Ignored")
    assert script.asked == []
