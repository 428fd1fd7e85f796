"""REST as a whole: routes, tokens, bodies and rate limit headers."""

from __future__ import annotations

from rehearsal.clock import ManualClock
from rehearsal.discord_here import DiscordHere
from tests.rehearsal.loopback import SilentVoice, requests, where


async def test_unknown_routes_are_refused_and_remembered() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        status, body = await by_hand.ask("GET", "/a/tune")
        assert (status, body) == (404, {"message": "404: Not Found", "code": 0})
        status, body = await by_hand.ask("PATCH", "/gateway/bot")
        assert (status, body["code"]) == (405, 0)
        status, body = await by_hand.ask("GET", "/channels/nothing")
        assert (status, where(body)) == (400, "channel_id NUMBER_TYPE_COERCE")
        assert [(refused.method, refused.path, refused.status) for refused in here.refusals] == [
            ("GET", "/api/v10/a/tune", 404),
            ("PATCH", "/api/v10/gateway/bot", 405),
            ("GET", "/api/v10/channels/nothing", 400),
        ]


async def test_a_wrong_token_is_unauthorized_everywhere() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        guild = here.guild("Corner")
        for path in ("/users/@me", "/gateway/bot", f"/guilds/{guild.id}"):
            assert (await by_hand.ask("GET", path, token="wrong"))[0] == 401


async def test_bodies_must_be_json_or_a_form() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        text = here.guild("Corner").text_channel("music")
        path = f"/channels/{text.id}/messages"
        status, body = await by_hand.ask("POST", path, data="content=hello")
        assert (status, where(body)) == (400, "_ CONTENT_TYPE_INVALID")
        async with by_hand.session.post(
            f"https://discord.com/api/v10{path}",
            data=b"{",
            headers={"Content-Type": "application/json", "Authorization": f"Bot {here.bot.token}"},
        ) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, 50109)
        assert text.messages == []


async def test_headers_give_the_remaining_requests_and_the_reset_time() -> None:
    clock = ManualClock()
    async with DiscordHere(voice=SilentVoice(), clock=clock) as here, requests(here) as by_hand:
        guild = here.guild("Corner")
        left = []
        for channel in (guild.text_channel("one"), guild.text_channel("two")):
            for _ in range(2):
                headers = await by_hand.headers(f"/channels/{channel.id}/messages", {"content": "hello"})
                left.append((headers["X-RateLimit-Remaining"], headers["X-RateLimit-Reset-After"]))
                clock.advance(1)
        assert left == [("4", "5.000"), ("3", "4.000")] * 2
        clock.advance(4)
        headers = await by_hand.headers(f"/channels/{channel.id}/messages", {"content": "hello"})
        assert headers["X-RateLimit-Remaining"] == "4"
