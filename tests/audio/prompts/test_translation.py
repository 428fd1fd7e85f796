"""Prompts in the languages of Busker become English; prompts in English stay."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.piece import PROMPT_LENGTH, readable
from audio.prompts.glossary import JAPANESE, SPACED, english_words, glossary_of
from audio.prompts.translation import Translation, translate
from bot.ui.presets import PRESETS
from tests.audio.prompts.test_hearing import ENGLISH, ETUDE
from training.songs.composer import Constraints, draw_plan
from training.text.prompts import write_prompt

SHORTEST, LONGEST = 3, 300
TRANSLATED = {
    "de": {
        "Hip-Hop, 90 bpm, A minor, ohne Schlagzeug": "hip-hop, 90 bpm, A minor, no drums",
        "langsamer Dub mit warmem Bass, a-Moll, 80 bpm": "slow dub with warm bass, A minor, 80 bpm",
        "ruhiges Klavier im Regen": "quiet piano in the rain",
        "fröhlicher Walzer in Fis-Dur, 120 Schläge pro Minute": "happy waltz in F sharp major, 120 bpm",
        "traurige Ballade für Klavier und Geige in h-Moll": "sad ballad for piano and violin in B minor",
        "Akustikgitarrenmusik zum Einschlafen": "acoustic guitar music for sleeping",
        "Jazzklavier, verregneter Abend in einer kleinen Kneipe": "jazz piano, rainy evening in a small bar",
        "ein Stueck fuer Orgel in d-moll, duester": "a song for organ in D minor, dark",
        "Techno mit hartem Kick, nicht zu schnell": "techno with hard kick, not too fast",
        "dunkle Flächen, dunkler Bass, teure Geigen": "dark pads, dark bass, teure violins",
        "zwei Gitarren und eine Flöte": "two guitars and a flute",
        "80er Synthwave, Es-Dur, B-Dur": "80s synthwave, E flat major, B flat major",
        "laute Pauken, leise Laute": "loud timpani, quiet lute",
        "Gitarrensolo im Stil der 50er Jahre": "guitar solo in the style of the 50s",
        "Drums": "Drums",
    },
    "es": {
        "una guitarra acústica suave, ritmo lento": "a soft acoustic guitar, slow tempo",
        "musica de jazz triste con piano, la menor, 80 bpm": "sad jazz music with piano, A minor, 80 bpm",
        "Rock rápido y agresivo con batería fuerte": "fast and aggressive rock with powerful drums",
        "un vals lento y romántico de violín en fa sostenido menor": (
            "a slow and romantic violin waltz in F sharp minor"
        ),
        "guitarras españolas, voces, canciones tristísimas": "classical guitars, voices, songs tristísimas",
        "hip hop, A minor, F# minor, Bb major, triste": "hip hop, A minor, F# minor, Bb major, sad",
        "techno oscuro de los años 90, si bemol mayor": "dark techno 90s, B flat major",
        "bossa nova relajante para estudiar": "relaxing bossa nova for studying",
        "una música de 8 bits para un videojuego": "an 8-bit music for a game",
        "120 pulsaciones por minuto, muy alegremente": "120 bpm, very happy",
    },
    "fr": {
        "guitare acoustique douce, rythme lent": "soft acoustic guitar, slow rhythm",
        "jazz manouche rapide avec violon et contrebasse, en ré mineur": (
            "fast gypsy jazz with violin and upright bass, in D minor"
        ),
        "valse triste à l’accordéon, sous la pluie": "sad waltz at the accordion, in the rain",
        "de la musique d'ambiance avec des nappes de synthé": "mood music with synth pads",
        "hip hop, A minor, pas de batterie": "hip hop, A minor, no drums",
        "F# mineur, F♯ mineur, fa dièse mineur, Sib": "F sharp minor, F sharp minor, F sharp minor, Sib",
        "berceuses heureuses, musique active": "happy lullabies, music active",
        "musique de film épique, cuivres puissants, si bémol majeur": (
            "epic film score, powerful brass, B flat major"
        ),
    },
    "pt-BR": {
        "violão suave, bossa nova, lá menor": "soft acoustic guitar, bossa nova, A minor",
        "música triste de piano com chuva ao fundo, bem lenta": (
            "sad piano music with rain in the background, very slow"
        ),
        "trilha sonora épica com coro e metais, dó sustenido menor": (
            "epic film score with choir and brass, C sharp minor"
        ),
        "canções alegres, violões, corações": "happy songs, acoustic guitars, hearts",
    },
    "ja": {
        "静かなピアノのソロ": "quiet piano solo",
        "激しいドラムの音楽": "intense drums music",
        "静かなピアノ、雨の夜、ローファイ、80 BPM": "quiet piano, rainy night, lofi, 80 BPM",
        "ジャズピアノ、イ短調、ゆったり": "jazz piano, A minor, slow",
        "80年代風のシティポップ、Fマイナー、毎分110拍": "80s city pop, F minor, 110 bpm",
        "変ホ長調のワルツ、嬰ヘ短調、テンポ60": "E flat major waltz, F sharp minor, tempo 60",
        "チルなlofiヒップホップ、レコードノイズ入り": "chill lofi hip hop, with vinyl crackle",
        "三味線と尺八の和風な曲を作ってください": "shamisen and shakuhachi japanese song",
        "ピアノ ギター": "piano guitar",
    },
}  # fmt: skip

WITHOUT = {
    "Hip-Hop ohne Schlagzeug": "hip-hop no drums",
    "ohne Schlagzeug und Bass": "no drums and no bass",
    "bitte keine Drums, nur Klavier": "no drums, only piano",
    "füge kein Schlagzeug hinzu": "no drums",
    "Schlagzeug: keins": "no drums",
    "[Schlagzeug: keins] ruhige Gitarre": "no drums, quiet guitar",
    "Schlagzeug weglassen, ruhige Gitarre": "no drums, quiet guitar",
    "weder Schlagzeug noch Bass": "no drums and no bass",
    "ohne Schlagzeug und ruhiges Klavier": "no drums and quiet piano",
    "piano suave sin batería": "soft piano no drums",
    "sin bateria ni bajo": "no drums and no bass",
    "no pongas batería por favor": "no drums",
    "no quiero la batería": "no drums",
    "musique douce, pas de batterie": "soft music, no drums",
    "il n'y a pas de batterie": "no drums",
    "n’ajoute pas de batterie, du piano": "no drums, piano",
    "sans chant ni batterie": "no vocals and no drums",
    "samba sem bateria": "samba no drums",
    "não coloque bateria": "no drums",
    "ドラムなし": "no drums",
    "悲しい曲、ドラムは入れないで": "sad song, no drums",
    "ドラムとベース抜きのアンビエント": "no drums and no bass, ambient",
    "音楽、ドラム不要、夜": "music, no drums, night",
    "悲しいピアノ曲ドラムなし": "sad piano song no drums",
    "激しくない、静かな曲": "not intense, quiet song",
    "うるさいドラムはいらない": "no loud drums",
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "prompt", "english"),
    [(language, *pair) for language, prompts in TRANSLATED.items() for pair in prompts.items()],
)
def test_a_prompt_becomes_english(language: str, prompt: str, english: str) -> None:
    translation = translate(prompt)
    assert translation.prompt == english
    assert translation.language == (language if english != prompt else None)


@pytest.mark.parametrize(("prompt", "english"), WITHOUT.items())
def test_what_is_not_wanted_is_named_as_the_model_was_taught(prompt: str, english: str) -> None:
    assert translate(prompt).prompt == english


@pytest.mark.parametrize("prompt", [*ENGLISH, *PRESETS])
def test_an_english_prompt_stays_as_it_is(prompt: str) -> None:
    assert translate(prompt) == Translation(prompt)


def test_what_etude_was_taught_stays_as_it_is() -> None:
    rng = random.Random(5)
    for _ in range(500):
        prompt = write_prompt(draw_plan(rng, Constraints()), rng)
        assert translate(prompt) == Translation(prompt)


@pytest.mark.parametrize(
    "prompt", ["тихая песня", "조용한 피아노", "没有鼓的音乐", "хип-хоп 90 bpm", "1234", "♪♪♪"]
)
def test_a_language_without_a_glossary_stays_as_it_is(prompt: str) -> None:
    assert translate(prompt) == Translation(prompt)


def test_quotations_and_names_stay_and_unknown_words_are_told() -> None:
    assert translate('trauriges Lied wie "Stille Nacht"') == Translation('sad song like "Stille Nacht"', "de")
    assert translate("canción triste al estilo de Violeta Parra").unknown == ()
    assert translate("triste zwölftönige Musik mit Klavier").unknown == ("triste", "zwölftönige")
    assert translate("静かな薩摩琵琶の曲").unknown == ("薩摩",)


def test_words_that_english_leaves_out_alone_stay() -> None:
    assert translate("なし。") == Translation("なし。")
    assert translate("お願いします") == Translation("お願いします")


def test_a_word_of_another_language_among_english_ones_translates_nothing() -> None:
    for prompt in (
        "sad waltz in the style of Clair de Lune",
        "epic trailer music for Die Schöne und das Biest",
    ):
        assert translate(prompt) == Translation(prompt)
    assert translate("slow techno mit harten Drums").prompt == "slow techno with hard drums"


@pytest.mark.parametrize("language", [*SPACED, JAPANESE])
def test_each_term_of_a_glossary_becomes_its_english(language: str) -> None:
    glossary = glossary_of(language)
    assert len({term.english for term in glossary.exact.values()}) > 400
    for words, term in glossary.exact.items():
        assert all(words), f"an empty form of {term.english}"
        assert term.english.isascii(), term


@pytest.mark.parametrize(
    "prompt", [prompt for prompts in TRANSLATED.values() for prompt in prompts] + [*WITHOUT]
)
def test_a_translation_is_not_translated_again_and_is_heard_whole(prompt: str) -> None:
    english = translate(prompt).prompt
    assert translate(english).prompt == english
    if not translate(prompt).unknown:
        assert ETUDE.hear(english).heard == english


@pytest.mark.parametrize("language", SPACED)
def test_words_of_a_glossary_in_any_order_become_english_that_stays(language: str) -> None:
    rng = random.Random(language)
    forms = list(glossary_of(language).exact)
    for _ in range(300):
        prompt = " ".join(word for form in rng.choices(forms, k=rng.randint(1, 6)) for word in form)
        english = translate(prompt).prompt
        assert translate(english) == Translation(english)


@pytest.mark.parametrize(
    "prompt", ["cellos", "fanfares and symphonies", "vinyls", "energies", "oboes, polkas"]
)
def test_english_plurals_are_english(prompt: str) -> None:
    assert translate(prompt) == Translation(prompt)


def test_a_translation_is_no_longer_than_a_prompt_may_be() -> None:
    assert PROMPT_LENGTH == (SHORTEST, LONGEST)
    long = translate("嬰ヘ短調" * 75)
    assert long.cut
    assert 280 < len(long.prompt) <= LONGEST
    assert long.prompt.startswith("F sharp minor F sharp minor")
    assert not translate("嬰ヘ短調").cut


def test_no_word_both_marks_english_and_marks_nothing() -> None:
    words = english_words()
    assert not words.marking & words.shared
    assert {"die", "con", "solo", "piano", "sin"} <= words.shared


@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from(
            [*"[](){}#:,.-'’ \n"],
        ),
        max_size=80,
    ).map("".join)
)
def test_any_text_is_translated_to_some_text_the_same_each_time(prompt: str) -> None:
    english = translate(prompt)
    assert translate(prompt) == english
    assert min(SHORTEST, len(prompt)) <= len(english.prompt) <= max(LONGEST, len(prompt))


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("ohne", "Schlagzeug", "und", "sehr", "schnell", "a-Moll", "kein", "de", "piano", "triste"),
                *(
                    "sin",
                    "batería",
                    "ni",
                    "la",
                    "menor",
                    "muy",
                    "pas",
                    "d'",
                    "l'",
                    "ドラム",
                    "なし",
                    "の",
                    "と",
                ),
                *(",", "[", "]", ":", "keins", "Klavier", "90", "80er", '"', "no", "not", "und", "of"),
            ]
        ),
        max_size=25,
    )
)
def test_words_in_any_order_make_some_english(words: list[str]) -> None:
    for joint in (" ", ""):
        prompt = readable(joint.join(words)[:LONGEST])
        english = translate(prompt).prompt
        assert readable(english) == english
        assert min(SHORTEST, len(prompt)) <= len(english) <= LONGEST
