import io
import time

import pytest
from PIL import Image

from probes.simulator.png import picture
from probes.simulator.sizes import canvas, image_tokens, misfit, pixels


def decoded(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image.convert("RGB")


@pytest.mark.parametrize(
    "size", [(1, 1), (2, 1), (1, 2), (33, 77), (512, 512), (1376, 768), (4096, 4096)], ids=str
)
def test_a_picture_decodes_to_the_size_asked_for(size: tuple[int, int]):
    assert decoded(picture(*size, "k3f9")).size == size


def test_a_picture_is_not_blank_and_a_flat_one_is():
    busy, flat = (decoded(picture(256, 256, "k3f9", flat=flat)) for flat in (False, True))
    assert len(busy.getcolors(65536) or ()) > 100
    # The last row is made of the palette too, so that even it is of the one colour.
    assert len(flat.getcolors(65536) or ()) == 1


def test_different_requests_give_different_pictures_and_equal_ones_equal():
    one, two = (decoded(picture(64, 64, nonce)) for nonce in ("k3f9", "k3fa"))
    assert one.tobytes() != two.tobytes()
    assert picture(64, 64, "k3f9") == picture(64, 64, "k3f9")


def test_the_last_row_differs_even_without_the_colours():
    one, two = (Image.open(io.BytesIO(picture(64, 64, nonce))).tobytes() for nonce in ("k3f9", "k3fa"))
    assert one[:-64] == two[:-64]
    assert one[-64:] != two[-64:]


def test_padding_makes_a_picture_heavy_and_changes_nothing_else():
    heavy = picture(64, 64, "k3f9", padding=1_000_000)
    assert len(heavy) > 1_000_000
    assert decoded(heavy).tobytes() == decoded(picture(64, 64, "k3f9")).tobytes()


def test_4k_costs_less_than_300_ms_and_nearly_nothing_again():
    started = time.process_time()
    picture(4095, 4096, "first")
    first = time.process_time() - started
    started = time.process_time()
    picture(4095, 4096, "second")
    assert first < 0.3
    assert time.process_time() - started < 0.03


@pytest.mark.parametrize(
    ("tier", "aspect", "size", "tokens"),
    [
        ("512", "1:1", (512, 512), 747),
        ("1K", "1:1", (1024, 1024), 1120),
        ("1K", "16:9", (1376, 768), 1120),
        ("2K", "9:16", (1536, 2720), 1680),
        ("4K", "1:1", (4096, 4096), 2520),
        ("512px", "1:1", (1024, 1024), 1120),
        ("0.5K", "nonsense", (1024, 1024), 1120),
    ],
)
def test_tiers_have_pixels_and_tokens(tier: str, aspect: str, size: tuple[int, int], tokens: int):
    assert canvas(tier, aspect) == size
    assert image_tokens(*size) == tokens


def test_pixels_are_read_or_refused():
    assert pixels("1024x1536") == (1024, 1536)
    assert [pixels(text) for text in ("auto", "0x5", "9999x1", "1024", "")] == [None] * 5


def test_a_misfit_is_another_tier():
    assert misfit(1024, 1024) == (512, 512)
    assert misfit(512, 512) == (1024, 1024)
