"""A Text: a sentence by the name it has in the catalogue, and what is put into it.

    Text("compose-answer", seconds=20, seed="7", …)

`str` of it is English, for logs and consoles; `in_(locale)` is what a member reads. The sentences themselves
lie in one Fluent file a language (https://projectfluent.org).
"""

from __future__ import annotations

from words.catalogue import ENGLISH, listed, worded


class Text:
    """A sentence in no language yet. Two are equal when every language words them alike.

    Numbers are written as each language does; what must not be grouped, like a seed, is passed as `str`. A
    Text among the values is worded in the same language, and several of them, as a tuple, are listed.
    """

    __slots__ = ("key", "values")

    def __init__(self, key: str, /, **values: Text | str | int | float | tuple[Text | str, ...]) -> None:
        self.key = key
        self.values = values

    def in_(self, locale: object) -> str:
        """The sentence in the language of `locale`, a code such as "pt-BR" or what `str` turns into one.

        English where Busker does not speak it. Raises LookupError for a name that no catalogue has and for a
        missing value.
        """
        spoken = str(locale)
        values: dict[str, str | int | float] = {}
        for name, value in self.values.items():
            if isinstance(value, tuple):
                values[name] = listed(
                    [each if isinstance(each, str) else each.in_(spoken) for each in value], spoken
                )
            else:
                values[name] = value.in_(spoken) if isinstance(value, Text) else value
        return worded(self.key, values, spoken)

    def __str__(self) -> str:
        return self.in_(ENGLISH)

    def __repr__(self) -> str:
        return f"Text({self.key!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and (self.key, self.values) == (other.key, other.values)

    def __hash__(self) -> int:
        return hash((self.key, tuple(sorted(self.values.items(), key=lambda item: item[0]))))
