"""The built-in questions, and what counts as an answer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.checks.challenge import answered, answers_another, question
from probes.model import Kind

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
nonces = st.text(CROCKFORD, min_size=8, max_size=8)


@given(nonces)
def test_a_question_has_the_promised_form_and_its_answer(nonce: str):
    prompt, expected = question(Kind.CHAT, nonce)
    found = re.search(r"What is (\d\d) \+ (\d\d)\? Answer with the number and the word (\w+) only\.$", prompt)
    assert found is not None
    assert str(int(found[1]) + int(found[2])) == expected
    assert found[3] == nonce
    assert question(Kind.CHAT, nonce) == (prompt, expected)


@given(nonces)
def test_the_answer_asked_for_is_right(nonce: str):
    _, expected = question(Kind.CHAT, nonce)
    assert expected is not None
    assert answered(f"{expected} {nonce}", expected, nonce)
    assert not answered(nonce, expected, nonce)
    assert not answered(expected, expected, nonce)


@given(nonces)
def test_a_picture_is_asked_for_by_a_harmless_subject_and_the_nonce(nonce: str):
    prompt, expected = question(Kind.IMAGE, nonce)
    assert prompt.startswith("A plain ")
    assert prompt.endswith(f"Reference {nonce}.")
    assert expected is None


@pytest.mark.parametrize("kind", [Kind.CHAT, Kind.IMAGE])
def test_questions_rotate(kind: Kind):
    nonces = [f"k{n:07d}" for n in range(50)]
    wordings = {question(kind, nonce)[0].replace(nonce, "") for nonce in nonces}
    assert len(wordings) > 10


@pytest.mark.parametrize(
    ("text", "right"),
    [
        pytest.param("42 k3f9x2ab", True, id="as asked"),
        pytest.param("k3f9x2ab: 42.", True, id="the other way round"),
        pytest.param("The sum is **42** and the word is `K3F9X2AB`!", True, id="with words and in capitals"),
        pytest.param("\uff14\uff12 k3f9x2ab", True, id="full-width digits"),
        pytest.param("<think>17 + 25 is 41? no, 42</think>42 k3f9x2ab", True, id="after thinking aloud"),
        pytest.param("<think>42 k3f9x2ab</think>I will not say.", False, id="only thought"),
        pytest.param("142 k3f9x2ab", False, id="another number that ends so"),
        pytest.param("420 k3f9x2ab", False, id="another number that begins so"),
        pytest.param("4.42 k3f9x2ab", False, id="a decimal"),
        pytest.param("41 k3f9x2ab", False, id="wrong sum"),
        pytest.param("42", False, id="no nonce"),
        pytest.param("42 k3f9x2aa", False, id="another nonce"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_answers(text: str, right: bool):  # noqa: FBT001 - the expected value of a case
    assert answered(text, "42", "k3f9x2ab") is right


def test_a_number_inside_the_nonce_does_not_count():
    assert not answered("x42-abcd", "42", "x42-abcd")
    assert not answered("the word is 42bcdefg", "42", "42bcdefg")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("97 m4p0qr7z", True),
        ("97 K9K9K9K9", True),
        ("42 k3f9x2ab", False),
        ("I cannot calculate that, absolutely not", False),
        ("12345678", False),
        ("2026-11-20", False),
    ],
)
def test_the_word_of_another_request(text: str, stored: bool):  # noqa: FBT001 - the expected value of a case
    assert answers_another(text, "k3f9x2ab") is stored
