"""One message as a page of its own, by the page's own renderer: for the pictures in the documentation.

The page loads `browser/page/` from the disk, which Chromium allows with FLAGS.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from browser.words import page_words
from rehearsal.refusal import Json

PAGE: Final = Path(__file__).with_name("page")
FLAGS: Final = ("--allow-file-access-from-files", "--virtual-time-budget=3000")
"""Options of Chromium with which the page of a message is complete when the picture is taken."""

TEMPLATE: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<link rel="stylesheet" href="PAGE/message.css">
<script type="application/json" id="given">GIVEN</script>
<style>body { padding: 20px }</style>
<body></body>
<script type="module">
import { messageElement } from "PAGE/message.js";
const { message, names, files, words } = JSON.parse(document.getElementById("given").textContent);
document.body.append(messageElement(message, {
  name: (sign, id) => names[id] ?? id, file: (url) => files[url] ?? null, word: (key) => words[key] ?? key,
}));
</script>"""

Names = Mapping[int, str]
"""The names of users and channels."""

Files = Mapping[str, bytes]
"""The pictures of the message, by their addresses."""


def page_of(message: Json, names: Names, files: Files) -> str:
    """Return the page of a message in HTML."""
    given = {
        "message": message,
        "names": {str(number): name for number, name in names.items()},
        "files": {
            url: f"data:image/png;base64,{base64.b64encode(data).decode()}" for url, data in files.items()
        },
        "words": page_words("en"),
    }
    text = json.dumps(given).replace("<", "\\u003c")
    return TEMPLATE.replace("PAGE", PAGE.as_uri()).replace("GIVEN", text)
