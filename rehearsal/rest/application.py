"""REST of the application: its user, the gateway's address, and its commands."""

from __future__ import annotations

from typing import Any, Final

from rehearsal.refusal import Json, unknown
from rehearsal.rest.server import Call, Routes
from rehearsal.wire import application_json, channel_json, own_user_json, user_json

routes = Routes()
GATEWAY_URL: Final = "wss://gateway.discord.gg"


@routes.add("GET", "/users/@me")
async def own_user(call: Call) -> Json:
    return own_user_json(call.here.bot.user)


@routes.add("GET", "/users/{user}")
async def user(call: Call) -> Json:
    user = call.here.world.users.get(call.id("user"))
    if user is None:
        raise unknown("User")
    return user_json(user)


@routes.add("POST", "/users/@me/channels")
async def open_direct_messages(call: Call) -> Json:
    recipient = call.here.world.users.get(int(call.body.get("recipient_id") or 0))
    if recipient is None or recipient.bot:
        raise unknown("User")
    return channel_json(call.here.world.dm(recipient))


@routes.add("GET", "/oauth2/applications/@me")
async def own_application(call: Call) -> Json:
    return application_json(call.here.bot)


@routes.add("GET", "/applications/@me")
async def own_application_by_its_newer_route(call: Call) -> Json:
    return application_json(call.here.bot)


@routes.add("GET", "/gateway/bot")
async def gateway(call: Call) -> Json:
    return {
        "url": GATEWAY_URL,
        "shards": 1,
        "session_start_limit": {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1},
    }


def scope(call: Call) -> int | None:
    """Return the id of the guild whose commands the path names, None for the global commands."""
    call.own_application()
    if "guild" not in call.parts:
        return None
    return call.here.world.find_guild(call.id("guild"), call.here.bot.id).id


for prefix in ("/applications/{application}", "/applications/{application}/guilds/{guild}"):

    @routes.add("GET", f"{prefix}/commands")
    async def commands(call: Call) -> list[Json]:
        return call.here.commands.listed(scope(call))

    @routes.add("PUT", f"{prefix}/commands")
    async def overwrite_commands(call: Call) -> list[Json]:
        return call.here.commands.overwrite(scope(call), call.body)

    @routes.add("POST", f"{prefix}/commands")
    async def add_command(call: Call) -> Json:
        return call.here.commands.upsert(scope(call), call.body)

    @routes.add("GET", f"{prefix}/commands/{{command}}")
    async def command(call: Call) -> Json:
        return call.here.commands.get(scope(call), call.id("command"))

    @routes.add("DELETE", f"{prefix}/commands/{{command}}")
    async def delete_command(call: Call) -> Any:
        call.here.commands.delete(scope(call), call.id("command"))
