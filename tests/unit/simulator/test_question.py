import pytest

from probes.simulator.question import answer_to, is_question, nonce_in, tokenized


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("What is 17 + 25? Answer with the number and the word k3f9 only.", "42 k3f9"),
        ("Say the word zebra1", "zebra1"),
        ("What is 1 + 2?", "3"),
        ("Hello there", "Hello! How can I help you today?"),
        ("", "Hello! How can I help you today?"),
    ],
)
def test_a_model_answers_the_question(prompt: str, answer: str):
    assert answer_to(prompt) == answer
    assert "".join(tokenized(answer)) == answer


@pytest.mark.parametrize(
    ("prompt", "nonce"),
    [
        ("Answer with the word k3f9 only.", "k3f9"),
        ("A plain red cube, soft light. Reference 01hx7abz.", "01hx7abz"),
        ("A plain red cube, soft light. Reference abcdefgh.", "abcdefgh"),
        ("My own prompt with 7zk3f9qp in it", "7zk3f9qp"),
        ("My own prompt without anything", None),
    ],
)
def test_the_nonce_is_found(prompt: str, nonce: str | None):
    assert nonce_in(prompt) == nonce


def test_only_a_sum_is_a_question():
    assert is_question("What is 1 + 2?")
    assert not is_question("Draw a picture of one and two")
