"""Content templates: the list with states, and filling them in (A6.3, A6.4)."""

from types import SimpleNamespace

import pytest

from channels.errors import Refused, Unreachable
from channels.templates import ChannelTemplate, TemplateState
from channels.twilio.templates import Catalogue, content_variables, from_resource
from tests.peers.twilio_resources import content


def template(body="Halo {{1}}, pesanan {{2}} siap.", state=TemplateState.APPROVED, **keys):
    given = {"provider_id": "HX1", "name": "siap", "language": "id", "kind": "twilio/text",
             "body": body, "variables": ("1", "2"), "state": state}  # fmt: skip
    return ChannelTemplate(**(given | keys))


RESOURCE = ("sid", "friendly_name", "language", "types", "variables", "approval_requests")


def resource(**keys):
    empty = dict.fromkeys(RESOURCE)
    return SimpleNamespace(**(empty | keys))


def test_a6_3_a_complete_template_is_filled_in():
    assert template().fill({"1": "Ana", "2": "TS-204815"}) == "Halo Ana, pesanan TS-204815 siap."


@pytest.mark.parametrize("values", [{}, {"1": "Ana"}, {"1": "Ana", "2": ""}, {"2": "x", "3": "y"}])
def test_a6_3_missing_values_are_refused_by_name(values):
    missing = ", ".join(name for name in ("1", "2") if not values.get(name))
    with pytest.raises(Refused, match=f"needs a value for: {missing}"):
        template().fill(values)


@pytest.mark.parametrize("value", ["a     b", "a\nb", "a\tb", "x" * 1601])
def test_a6_3_values_whatsapp_refuses_are_refused_before(value):
    with pytest.raises(Refused) as caught:
        template().fill({"1": value, "2": "x"})
    assert caught.value.code == "63013"


def test_values_in_a_template_only_for_conversations_are_free():
    assert "a\nb" in template(state=TemplateState.UNSUBMITTED).fill({"1": "a\nb", "2": "x"})


def test_a6_3_a_template_too_long_when_filled_in_is_refused():
    with pytest.raises(Refused) as caught:
        template().fill({"1": "x" * 1000, "2": "y" * 100})
    assert caught.value.code == "63021"


def test_a6_3_values_beyond_the_template_are_left_out():
    assert content_variables(template(), {"1": "a", "2": "é", "9": "z"}) == '{"1": "a", "2": "é"}'


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again():
    assert template().fill({"1": "{{2}}", "2": "x"}) == "Halo {{2}}, pesanan x siap."


def test_placeholders_count_wherever_they_stand():
    types = {"twilio/card": {"title": "{{judul}}", "media": ["https://a.example/{{10}}"],
                             "actions": [{"title": "{{2}}", "id": "x"}]}}  # fmt: skip
    assert from_resource(resource(sid="HX1", types=types)).variables == ("2", "10", "judul")


@pytest.mark.parametrize(
    "approval",
    [
        {"status": "paused"},
        {"whatsapp": {"status": "PAUSED"}},
        [{"status": "paused"}],
    ],
)
def test_a6_4_the_state_is_read_in_every_form(approval):
    assert from_resource(resource(sid="HX1", approval_requests=approval)).state == "paused"


def test_a6_4_a_state_nobody_knows_is_not_approved():
    odd = resource(sid="HX1", approval_requests={"status": "in_appeal"})
    assert from_resource(odd).state == TemplateState.PENDING


def test_the_authors_samples_are_kept_for_people_to_see():
    assert from_resource(resource(sid="HX1", variables={"1": "Ana"})).samples == {"1": "Ana"}


@pytest.mark.parametrize("odd", [None, [], "x", 7, [None]])
def test_odd_resources_are_read_without_harm(odd):
    found = from_resource(resource(sid=None, types=odd, variables=odd, approval_requests=odd))
    assert (found.state, found.variables, found.body) == ("unsubmitted", (), "")


class Twilio:
    """Counts how often it was asked."""

    def __init__(self, *templates):
        self.templates, self.asked = templates, 0

    async def fetch(self):
        self.asked += 1
        return self.templates


@pytest.mark.anyio
@pytest.mark.parametrize(("language", "sid"), [("id", "HX1"), ("en", "HX2"), ("fr", "HX1")])
async def test_the_customers_language_is_chosen(language, sid):
    twilio = Twilio(
        template(), template(provider_id="HX2", language="en_US", state=TemplateState.PENDING)
    )
    assert (await Catalogue(twilio.fetch).find("siap", language)).provider_id == sid


@pytest.mark.anyio
async def test_a_template_can_be_named_by_its_sid():
    assert (await Catalogue(Twilio(template()).fetch).find("HX1", "id")).name == "siap"


@pytest.mark.anyio
async def test_the_list_is_asked_for_once():
    twilio = Twilio(template())
    catalogue = Catalogue(twilio.fetch)
    for _ in range(3):
        await catalogue.find("siap", "id")
    with pytest.raises(Refused, match="no content template 'other'"):
        await catalogue.find("other", "id")
    assert twilio.asked == 1


@pytest.mark.anyio
async def test_a_changed_list_is_asked_for_again():
    twilio = Twilio(template())
    catalogue = Catalogue(twilio.fetch)
    await catalogue.find("siap", "id")
    catalogue.forget()
    await catalogue.find("siap", "id")
    assert twilio.asked == 2


@pytest.mark.anyio
async def test_templates_are_listed_with_their_states(shop, twilio):
    twilio.contents += [content("a", "{{1}} ya"), content("b", "Promo", status="rejected")]
    found = await shop.templates()
    assert [(each.name, each.state, each.variables) for each in found] == [
        ("a", "approved", ("1",)),
        ("b", "rejected", ()),
    ]


@pytest.mark.anyio
async def test_without_twilio_there_is_no_list(new_channel):
    shop = new_channel(api_url="http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        await shop.templates()
    await shop.close()


def test_a6_3_a_template_for_codes_wants_the_code_its_content_does_not_show():
    """Without it Twilio would send the sample value as the customer's code."""
    content = {"add_security_recommendation": True, "code_expiration_minutes": 10,
               "actions": [{"type": "COPY_CODE", "copy_code_text": "Salin kode"}]}  # fmt: skip
    approval = {"status": "approved", "category": "AUTHENTICATION"}
    found = from_resource(
        resource(
            sid="HX1",
            types={"whatsapp/authentication": content},
            variables={"1": "123456"},
            approval_requests=approval,
        )
    )
    assert (found.variables, found.for_codes, found.approved) == (("1",), True, True)
    assert content_variables(found, {"1": "204815"}) == '{"1": "204815"}'
    with pytest.raises(Refused, match="needs a value for: 1"):
        found.fill({})


@pytest.mark.parametrize(("category", "variables"), [("UTILITY", ("1",)), ("AUTHENTICATION", ())])
def test_not_every_template_is_for_codes(category, variables):
    assert not template(category=category, variables=variables).for_codes
