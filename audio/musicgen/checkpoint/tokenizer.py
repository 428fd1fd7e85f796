"""Loads a checkpoint's tokenizer from the one file that the installed libraries read without further ones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from transformers import AutoTokenizer, PreTrainedTokenizerBase

from audio.errors import CheckpointError
from audio.musicgen.checkpoint.folder import exists, explained_access, explained_errors

TOKENIZER: Final = "tokenizer.json"

_FILES: Final = (
    TOKENIZER,
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "config.json",
)
"""Files that the library reads for a tokenizer."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_ADVICE: Final = "save its processor into the same folder again, or fetch it again"


def load_tokenizer(folder: Path, name: str, rows: int) -> PreTrainedTokenizerBase:
    """Return the tokenizer in a folder; the text encoder has embeddings for `rows` tokens.

    Runs no code of the folder. Raises CheckpointError with one sentence.
    """
    if not exists(folder / TOKENIZER):
        if exists(folder / "spiece.model"):
            raise CheckpointError(
                f"The checkpoint “{name}” has its tokenizer only as spiece.model; where sentencepiece is "
                "installed, load it with AutoTokenizer and save it into the same folder, which makes a "
                "tokenizer.json."
            )
        raise CheckpointError(
            f"The checkpoint “{name}” has no tokenizer (tokenizer.json); save its processor into the same "
            "folder."
        )
    with explained_errors(name, _ADVICE), _without_byte_order_marks(folder, name) as plain:
        tokenizer: Any = AutoTokenizer.from_pretrained(plain, local_files_only=True, trust_remote_code=False)
        tokenizer.truncation_side = "right"  # what is cut off is the end
        limit, tokens = int(tokenizer.model_max_length), [int(one) for one in tokenizer("music")["input_ids"]]
        highest = max(tokenizer.get_vocab().values(), default=0)
    if limit < 1 or not tokens:
        raise CheckpointError(
            f"The tokenizer of “{name}” makes no tokens (model_max_length {limit}); {_ADVICE}."
        )
    if highest >= rows:
        raise CheckpointError(
            f"The tokenizer of “{name}” makes tokens up to {highest}, and its text encoder knows "
            f"{rows}; save the processor of the same model into the folder."
        )
    return tokenizer  # type: ignore[no-any-return]


@contextmanager
def _without_byte_order_marks(folder: Path, name: str) -> Iterator[Path]:
    """Provide a folder with the files of the tokenizer as the library can read them."""
    with explained_access(name):
        texts = {file: (folder / file).read_bytes() for file in _FILES if exists(folder / file)}
    plain = {file: text.removeprefix(_BYTE_ORDER_MARK) for file, text in texts.items()}
    if plain == texts:
        yield folder
        return
    with tempfile.TemporaryDirectory() as copy:
        for file, text in plain.items():
            (Path(copy) / file).write_bytes(text)
        yield Path(copy)
