"""Microsoft's own client works against the emulator."""

import datetime as dt
import gc
import json

import pytest
from emulator_client import Client, running

from surefoot.emulator.world import generate

TODAY = dt.date(2026, 11, 24)

pytestmark = [
    pytest.mark.sdk,
    pytest.mark.filterwarnings("ignore"),  # the client's own
]


async def test_microsofts_client_lists_pages_and_patches() -> None:
    from kiota_abstractions.authentication import AuthenticationProvider
    from kiota_abstractions.request_information import RequestInformation
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph.generated.models.secure_score_control_profile import SecureScoreControlProfile
    from msgraph.generated.models.security_vendor_information import SecurityVendorInformation
    from msgraph.generated.security.secure_scores.secure_scores_request_builder import SecureScoresRequestBuilder as S

    world = generate(8, TODAY, tenants=1)
    with running(world) as emulator:
        plain = Client(emulator, world.tenants[0].id)

        class Bearer(AuthenticationProvider):
            async def authenticate_request(
                self, request: RequestInformation, additional_authentication_context: dict | None = None
            ) -> None:
                del additional_authentication_context
                request.headers.add("Authorization", f"Bearer {plain.token}")

        adapter = GraphRequestAdapter(Bearer())
        adapter.base_url = f"{emulator.base_url}/v1.0"
        graph = GraphServiceClient(request_adapter=adapter)

        asked = S.SecureScoresRequestBuilderGetRequestConfiguration
        options = asked(query_parameters=S.SecureScoresRequestBuilderGetQueryParameters(top=40))
        page = await graph.security.secure_scores.get(request_configuration=options)
        scores = list(page.value)
        while page.odata_next_link:
            page = await graph.security.secure_scores.with_url(page.odata_next_link).get()
            scores += page.value
        assert [s.current_score for s in scores] == [s["currentScore"] for s in plain.scores()]

        page = await graph.security.secure_score_control_profiles.get()
        profiles = list(page.value)
        while page.odata_next_link:
            page = await graph.security.secure_score_control_profiles.with_url(page.odata_next_link).get()
            profiles += page.value
        assert {p.id for p in profiles} == {p["id"] for p in plain.profiles()}

        target = next(p for p in profiles if not p.id.startswith("scid_"))
        body = SecureScoreControlProfile(
            additional_data={"state": "Ignored", "comment": "accepted", "assignedTo": "ann"},
            vendor_information=SecurityVendorInformation(provider="SecureScore", vendor="Microsoft"),
        )
        await graph.security.secure_score_control_profiles.by_secure_score_control_profile_id(target.id).patch(body)
        after = plain.get(f"/v1.0/security/secureScoreControlProfiles/{target.id}").json
        assert after["controlStateUpdates"][-1]["state"] == "Ignored", json.dumps(after["controlStateUpdates"])
        await adapter._http_client.aclose()
        del graph, adapter, page, options
        gc.collect()  # what the client leaves behind is told here, not in another test
