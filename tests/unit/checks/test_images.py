"""Pictures from strangers, decoded in a child process."""

import os
import zlib
from collections.abc import AsyncIterator
from typing import Any

import psutil
import pytest
import pytest_asyncio
from PIL import Image as Pillow

from probes.checks.images import ImageInspector
from probes.model import Image
from tests.unit.checks.pictures import as_base64, encoded, gradient, hidden, png_chunk, png_header, zeros_png

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def inspector() -> AsyncIterator[ImageInspector]:
    made = ImageInspector()
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("name", "options", "format_"),
    [
        ("PNG", {}, "png"),
        ("JPEG", {"quality": 80}, "jpeg"),
        ("WEBP", {}, "webp"),
        ("GIF", {}, "gif"),
    ],
)
async def test_the_four_formats(inspector: ImageInspector, name: str, options: dict[str, Any], format_: str):
    data = encoded(gradient(640, 360), name, **options)
    wanted = Image(width=640, height=360, format=format_, bytes=len(data))
    for given in (data, as_base64(data)):
        found = await inspector.inspect(given)
        assert (found.image, found.blank, found.unfit) == (wanted, False, "")


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
async def test_odd_modes_are_pictures_too(inspector: ImageInspector, mode: str):
    picture = gradient(64, 64, "L").convert(mode) if mode == "I;16" else gradient(64, 64, mode)
    if mode == "I;16":
        picture = Pillow.frombytes("I;16", (64, 64), bytes(n % 256 for n in range(64 * 64 * 2)))
    found = await inspector.inspect(encoded(picture))
    assert (found.image is not None, found.blank) == (True, False)


async def test_cmyk_and_multi_picture_jpegs(inspector: ImageInspector):
    found = await inspector.inspect(encoded(gradient(64, 64, "CMYK"), "JPEG"))
    assert (found.image is not None, found.blank) == (True, False)
    two = encoded(gradient(64, 64), "MPO", save_all=True, append_images=[gradient(64, 64)])
    found = await inspector.inspect(two)
    assert found.image is not None
    assert found.image.format == "jpeg"


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda text: f"data:image/png;base64,{text}", id="data URI"),
        pytest.param(lambda text: text.rstrip("="), id="unpadded"),
        pytest.param(lambda text: text.replace("+", "-").replace("/", "_"), id="URL alphabet"),
        pytest.param(
            lambda text: "\n".join(text[at : at + 76] for at in range(0, len(text), 76)), id="lines"
        ),
    ],
)
async def test_base64_as_it_comes(inspector: ImageInspector, form: Any):
    found = await inspector.inspect(form(as_base64(encoded(gradient(33, 17)))))
    assert found.image is not None
    assert (found.image.width, found.image.height) == (33, 17)


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(encoded(Pillow.new("RGB", (256, 256), (200, 10, 10))), id="one colour"),
        pytest.param(encoded(Pillow.new("L", (256, 256), 128), "JPEG"), id="grey"),
        pytest.param(encoded(Pillow.new("RGBA", (256, 256), (255, 0, 0, 0))), id="transparent"),
        pytest.param(encoded(hidden(gradient(256, 256))), id="colours that cannot be seen"),
        pytest.param(encoded(Pillow.new("P", (64, 64), 3), "GIF"), id="palette"),
        pytest.param(encoded(Pillow.new("RGB", (1, 1))), id="one pixel"),
    ],
)
async def test_blank(inspector: ImageInspector, picture: bytes):
    found = await inspector.inspect(picture)
    assert found.image is not None
    assert found.blank


async def test_drawing_on_transparency_is_not_blank(inspector: ImageInspector):
    picture = Pillow.new("RGBA", (256, 256), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (64, 64, 192, 192))
    assert not (await inspector.inspect(encoded(picture))).blank


GOOD = encoded(gradient(256, 256))
BOMBS = {
    "2^31 × 2^31": png_header(2**31 - 1, 2**31 - 1),
    "20000 × 20000": png_header(20000, 20000),
    "just above the cap": png_header(8001, 8000),
    "header only": png_header(1024, 1024),
    "no size": png_header(0, 0),
    "a colour in gigabytes": zeros_png(9000),
    "cut": GOOD[: len(GOOD) // 2],
    "cut JPEG": encoded(gradient(256, 256), "JPEG")[:900],
    "damaged": GOOD[:200] + bytes(60) + GOOD[260:],
    "text chunk bomb": GOOD[:33] + png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(2**26))) + GOOD[33:],
    "empty": b"",
    "garbage": os.urandom(5000),
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>',
    "BMP": encoded(gradient(16, 16), "BMP"),
    "TIFF": encoded(gradient(16, 16), "TIFF"),
    "PDF": b"%PDF-1.7\n",
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "HTML": b"<!doctype html><title>Sign in</title>",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
async def test_bombs_are_unfit_and_do_no_harm(inspector: ImageInspector, bomb: bytes):
    await inspector.start()
    before = psutil.Process().memory_info().rss
    found = await inspector.inspect(bomb)
    assert found.image is None
    assert found.unfit
    assert psutil.Process().memory_info().rss - before < 32 * 1024 * 1024
    assert (await inspector.inspect(GOOD)).image is not None


@pytest.mark.parametrize("text", ["", "not base64 !!", "é" * 100, "https://cdn.example/1.png", "A"])
async def test_text_that_is_no_picture(inspector: ImageInspector, text: str):
    assert (await inspector.inspect(text)).image is None


async def test_the_largest_tier_fits(inspector: ImageInspector):
    data = encoded(gradient(4096, 4096, "RGBA"), compress_level=1)
    found = await inspector.inspect(as_base64(data))
    assert found.image is not None
    assert found.image.width == 4096
