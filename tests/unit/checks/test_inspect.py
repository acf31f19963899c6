"""What a look into an answer finds."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from probes.checks import Findings, inspect
from probes.checks.images import ImageInspector
from probes.model import (
    Echo,
    ErrorKind,
    Expect,
    Finish,
    Flag,
    Image,
    Kind,
    Outcome,
    Output,
    OutputKind,
    Verdict,
)
from tests.unit.checks.pictures import as_base64, encoded, gradient
from tests.unit.measure.records import (
    DONE,
    KEY,
    SSE,
    make_ask,
    make_exchange,
    make_probe,
    make_record,
    reach_ask,
    stream,
    text,
)

CHALLENGE = Expect(challenge=True)
NONCE = "k3f9x2ab"  # of the asks that make_ask makes; their number is 42


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def inspector() -> AsyncIterator[ImageInspector]:
    made = ImageInspector()
    yield made
    await made.close()


async def said(inspector: ImageInspector, *facts: Any, expect: Expect = CHALLENGE, **values: Any) -> Findings:
    headers = values.pop("headers", ())
    ask = make_ask(make_probe(expect=expect), **values)
    exchange = make_exchange(headers=SSE + tuple(headers))
    return await inspect(make_record(stream(*facts), ask=ask, exchange=exchange), inspector)


class TestText:
    async def test_the_right_answer(self, inspector: ImageInspector):
        assert await said(inspector, text("42 "), text("k3f9"), text("x2ab"), *DONE) == Findings()

    @pytest.mark.parametrize(
        ("answer", "flags"),
        [
            pytest.param("42", (), id="no nonce"),
            pytest.param(f"41 {NONCE}", (), id="a wrong sum"),
            pytest.param("Hello! How can I help you today?", (), id="something else"),
            pytest.param("42 m4p0qr7z", (Flag.CACHED_ANSWER,), id="the word of another request"),
        ],
    )
    async def test_a_wrong_answer(self, inspector: ImageInspector, answer: str, flags: tuple[str, ...]):
        found = await said(inspector, text(answer), *DONE)
        assert (found.error, found.flags) == (ErrorKind.WRONG_ANSWER, flags)
        assert answer in (found.detail or "")

    async def test_reasoning_is_no_answer(self, inspector: ImageInspector):
        thought = text(f"42 {NONCE}", OutputKind.REASONING)
        assert (await said(inspector, thought, text("Sure!"), *DONE)).error is ErrorKind.WRONG_ANSWER

    async def test_an_answer_cut_by_the_limit_blames_the_limit(self, inspector: ImageInspector):
        limit = Finish(reason="length", verdict=Verdict.LENGTH)
        found = await said(inspector, text("Let us add the numbers"), limit)
        assert found.error is ErrorKind.OUTPUT_LIMIT
        assert found.error.outcome is Outcome.EXCLUDED
        assert (await said(inspector, text(f"42 {NONCE} and"), limit)).error is None

    @pytest.mark.parametrize(
        ("expect", "answer", "error"),
        [
            pytest.param(Expect(any=True), "whatever", None, id="any"),
            pytest.param(Expect(contains="cube"), "a red cube", None, id="contains"),
            pytest.param(Expect(contains="{nonce}!"), f"a {NONCE}!", None, id="contains the nonce"),
            pytest.param(
                Expect(contains="cube"), "a red sphere", ErrorKind.WRONG_ANSWER, id="does not contain"
            ),
            pytest.param(Expect(regex=r"\d{2}"), "it is 42", None, id="regex"),
            pytest.param(Expect(regex=r"^\d{2}$"), "it is 42", ErrorKind.WRONG_ANSWER, id="no match"),
            pytest.param(
                Expect(regex=r"(a+)+$"), "a" * 64 + "b", ErrorKind.INTERNAL_ERROR, id="a regex without end"
            ),
        ],
    )
    async def test_expectations(
        self, inspector: ImageInspector, expect: Expect, answer: str, error: ErrorKind | None
    ):
        assert (await said(inspector, text(answer), *DONE, expect=expect)).error is error

    async def test_what_a_model_said_is_quoted_without_keys(self, inspector: ImageInspector):
        found = await said(inspector, text(f"your key is\n{KEY}" + "x" * 10**6), *DONE)
        assert found.detail is not None
        assert KEY[:8] not in found.detail
        assert len(found.detail) == 300
        assert "\n" not in found.detail


class TestFlags:
    async def test_another_model_is_a_remark(self, inspector: ImageInspector):
        found = await said(
            inspector, Echo(model="m-1"), Echo(model="m-2"), text(f"42 {NONCE}"), *DONE, model="m-1"
        )
        assert found == Findings(flags=(Flag.WRONG_MODEL,))

    async def test_the_same_model_is_none(self, inspector: ImageInspector):
        found = await said(
            inspector, Echo(model="m-2024-07-18"), text(f"42 {NONCE}"), *DONE, model="seller/m"
        )
        assert found == Findings()

    @pytest.mark.parametrize("header", ["x-openrouter-cache-status", "cf-cache-status", "x-cache"])
    async def test_a_cache_that_says_so(self, inspector: ImageInspector, header: str):
        for value, flags in (("HIT", (Flag.CACHED_ANSWER,)), ("MISS", ()), ("DYNAMIC", ())):
            found = await said(inspector, text(f"42 {NONCE}"), *DONE, headers=[(header, value)])
            assert found == Findings(flags=flags)


class TestPictures:
    async def drawn(self, inspector: ImageInspector, *facts: Any, **probe: Any) -> Findings:
        ask = make_ask(make_probe(Kind.IMAGE, **probe))
        return await inspect(make_record(stream(*facts, *DONE), ask=ask), inspector)

    def picture(self, width: int, height: int, *, draft: bool = False) -> Output:
        data = encoded(gradient(width, height), "JPEG", quality=60)
        return Output(kind=OutputKind.IMAGE, text=as_base64(data), draft=draft)

    async def test_a_good_picture(self, inspector: ImageInspector):
        found = await self.drawn(inspector, self.picture(1024, 1024), size="1K", aspect_ratio="1:1")
        assert found.error is None
        (image,) = found.images
        assert (image.width, image.height, image.format) == (1024, 1024, "jpeg")

    @pytest.mark.parametrize(
        ("width", "height", "size", "aspect", "error"),
        [
            pytest.param(512, 512, "512", None, None, id="512"),
            pytest.param(1376, 768, "1K", "16:9", None, id="16:9 of 1K"),
            pytest.param(820, 820, "1K", None, None, id="20 % under"),
            pytest.param(1228, 1228, "1K", None, None, id="20 % over"),
            pytest.param(818, 818, "1K", None, ErrorKind.WRONG_IMAGE_SIZE, id="more than 20 % under"),
            pytest.param(1230, 1230, "1K", None, ErrorKind.WRONG_IMAGE_SIZE, id="more than 20 % over"),
            pytest.param(1024, 1024, "512", None, ErrorKind.WRONG_IMAGE_SIZE, id="1K sold as 512"),
            pytest.param(1024, 1024, "2K", None, ErrorKind.WRONG_IMAGE_SIZE, id="1K sold as 2K"),
            pytest.param(1024, 1024, "1K", "16:9", ErrorKind.WRONG_IMAGE_SIZE, id="the wrong shape"),
            pytest.param(105, 100, None, "1:1", None, id="5 % off"),
            pytest.param(106, 100, None, "1:1", ErrorKind.WRONG_IMAGE_SIZE, id="6 % off"),
            pytest.param(33, 17, None, None, None, id="nothing asked"),
        ],
    )
    async def test_size(
        self,
        inspector: ImageInspector,
        width: int,
        height: int,
        size: str | None,
        aspect: str | None,
        error: ErrorKind | None,
    ):
        found = await self.drawn(inspector, self.picture(width, height), size=size, aspect_ratio=aspect)
        assert found.error is error
        assert len(found.images) == 1

    async def test_the_last_picture_that_is_no_draft_counts(self, inspector: ImageInspector):
        drafts = self.picture(64, 64), self.picture(256, 256), self.picture(32, 32, draft=True)
        found = await self.drawn(inspector, *drafts)
        assert [image.width for image in found.images] == [256]

    async def test_drafts_alone_are_no_picture(self, inspector: ImageInspector):
        found = await self.drawn(inspector, self.picture(64, 64, draft=True))
        assert (found.error, found.images) == (ErrorKind.EMPTY_OUTPUT, ())

    async def test_blank(self, inspector: ImageInspector):
        flat = encoded(gradient(64, 64).crop((0, 0, 1, 1)).resize((512, 512)))
        found = await self.drawn(inspector, Output(kind=OutputKind.IMAGE, text=as_base64(flat)), size="512")
        assert found.error is ErrorKind.INVALID_IMAGE
        assert found.images == (Image(width=512, height=512, format="png", bytes=len(flat)),)

    async def test_undecodable(self, inspector: ImageInspector):
        found = await self.drawn(inspector, Output(kind=OutputKind.IMAGE, text="bm90IGEgcGljdHVyZQ=="))
        assert (found.error, found.images) == (ErrorKind.INVALID_IMAGE, ())

    async def test_an_address_is_believed_with_a_flag(self, inspector: ImageInspector):
        link = Output(kind=OutputKind.IMAGE, url="https://cdn.example/1.png")
        assert await self.drawn(inspector, link, size="4K") == Findings(flags=(Flag.UNVERIFIED_IMAGE,))


async def test_reach_has_nothing_to_look_into():
    record = make_record(stream(text(kind=OutputKind.LIST)), ask=reach_ask())
    assert await inspect(record, ImageInspector()) == Findings()
