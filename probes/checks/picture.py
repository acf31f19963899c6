"""Whether a picture is one, and of the size that was paid for."""

from fractions import Fraction

from probes.checks.findings import Findings
from probes.checks.images import ImageInspector
from probes.model import ErrorKind, Flag, Image, Output, OutputKind, Probe, Record

_TIERS = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}  # the side of a square of that tier
_SIZE_OFF = Fraction(20, 100)
_ASPECT_OFF = Fraction(5, 100)  # both exact: a picture on the border is inside it


async def look_at_picture(record: Record, inspector: ImageInspector) -> Findings:
    """The last picture that is no draft: models that think in pictures send the final one last."""
    outputs: list[Output] = record.facts(Output)
    pictures = [output for output in outputs if output.kind is OutputKind.IMAGE and not output.draft]
    if not pictures:
        return Findings(error=ErrorKind.EMPTY_OUTPUT, detail="no picture in the answer")
    last = pictures[-1]
    if not last.text:
        return Findings(flags=(Flag.UNVERIFIED_IMAGE,))
    seen = await inspector.inspect(last.text)
    if seen.image is None:
        return Findings(error=ErrorKind.INVALID_IMAGE, detail=f"the picture is unfit: {seen.unfit}")
    images = (seen.image,)
    if seen.blank:
        return Findings(error=ErrorKind.INVALID_IMAGE, detail="the picture is blank", images=images)
    wrong = _wrong_size(seen.image, record.ask.probe) if record.ask.probe else None
    return Findings(error=ErrorKind.WRONG_IMAGE_SIZE if wrong else None, detail=wrong, images=images)


def _wrong_size(image: Image, probe: Probe) -> str | None:
    """√(width × height) within 20 % of the tier's side, width ÷ height within 5 % of the aspect asked for."""
    shape = f"{image.width} × {image.height}"
    side = _TIERS.get(probe.size or "")
    area = image.width * image.height
    if side and not ((1 - _SIZE_OFF) * side) ** 2 <= area <= ((1 + _SIZE_OFF) * side) ** 2:
        return f"{shape} is not {probe.size}"
    across, _, down = (probe.aspect_ratio or "").partition(":")
    if across and down:
        aspect = Fraction(across) / Fraction(down)
        if abs(Fraction(image.width, image.height) - aspect) > aspect * _ASPECT_OFF:
            return f"{shape} is not {probe.aspect_ratio}"
    return None
