"""The parts that all drawn documents share: patterned paper, captions with their entries, the photograph."""

from math import cos, pi, sin

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from sandbox.pictures.fonts import font
from sandbox.pictures.variants import headshot

Colour = tuple[int, int, int]

INK: Colour = (24, 26, 32)
PAPER: Colour = (244, 246, 243)


def paper(size: tuple[int, int], tint: Colour) -> Image.Image:
    """Paper with a guilloche pattern: waves that drift against each other, and a rosette, in pale lines."""
    large = (size[0] * 2, size[1] * 2)
    sheet = Image.new("RGB", large, PAPER)
    draw = ImageDraw.Draw(sheet)
    pale = _mixed(tint, PAPER, 0.30)
    for i in range(-8, large[1] // 22 + 8):
        wave = [
            (x, i * 22 + 38 * sin(x / 130 + i * 0.21) + 16 * sin(x / 47 - i * 0.13))
            for x in range(0, large[0] + 12, 12)
        ]
        draw.line(wave, fill=pale, width=2)
    centre, radius = (large[0] * 0.74, large[1] * 0.46), large[1] * 0.30
    for k in range(18):
        _petals(draw, centre, radius, phase=k * pi / 54, colour=_mixed(tint, PAPER, 0.24))
    return sheet.reduce(2)


def _petals(
    draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, *, phase: float, colour: Colour
) -> None:
    points = []
    for step in range(361):
        angle = step * 2 * pi / 360
        reach = radius * (0.66 + 0.34 * cos(6 * (angle + phase)))
        points.append((centre[0] + reach * cos(angle), centre[1] + reach * sin(angle)))
    draw.line(points, fill=colour, width=2)


def header(sheet: Image.Image, left: str, right: str, colour: Colour, height_px: int = 84) -> None:
    """A band across the top with the issuer at the left and the kind of document at the right."""
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((0, 0, sheet.width, height_px), fill=colour)
    draw.rectangle((0, height_px, sheet.width, height_px + 4), fill=_mixed(colour, PAPER, 0.5))
    face = font("DejaVuSans-Bold", 34)
    draw.text((36, height_px // 2), left, font=face, fill=PAPER, anchor="lm")
    draw.text((sheet.width - 36, height_px // 2), right, font=face, fill=PAPER, anchor="rm")


def entry(sheet: Image.Image, at: tuple[int, int], caption: str, text: str, colour: Colour) -> None:
    """A small caption and, under it, what the document says."""
    draw = ImageDraw.Draw(sheet)
    draw.text(at, caption, font=font("DejaVuSans", 16), fill=colour)
    line(sheet, (at[0], at[1] + 20), text)


def line(sheet: Image.Image, at: tuple[int, int], text: str) -> None:
    """What the document says, without a caption."""
    ImageDraw.Draw(sheet).text(at, text, font=font("DejaVuSans-Bold", 25), fill=INK)


def photograph(sheet: Image.Image, photo: Image.Image, box: tuple[int, int, int, int], colour: Colour) -> None:
    """The holder's head in a frame; the box is left, top, right, bottom in pixels."""
    left, top, right, bottom = box
    portrait = ImageOps.fit(headshot(photo), (right - left, bottom - top), Image.Resampling.LANCZOS)
    sheet.paste(portrait, (left, top))
    ImageDraw.Draw(sheet).rectangle(
        (left - 2, top - 2, right + 1, bottom + 1), outline=_mixed(colour, PAPER, 0.6), width=2
    )


def machine_readable_zone(sheet: Image.Image, zone: list[str], top_px: int, size_px: int) -> None:
    """The lines of a zone in fixed pitch, across the foot of the document."""
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((0, top_px, sheet.width, sheet.height), fill=(250, 250, 247))
    pitch = (sheet.width - 84) / len(zone[0])
    spacing = (sheet.height - top_px) / (len(zone) + 0.4)
    for row, line in enumerate(zone):
        y = top_px + round((row + 0.7) * spacing)
        for column, character in enumerate(line):
            x = round(42 + (column + 0.5) * pitch)
            draw.text((x, y), character, font=font("DejaVuSansMono", size_px), fill=INK, anchor="mm")


def specimen(sheet: Image.Image, at: tuple[int, int]) -> None:
    """The word SPECIMEN, pale and aslant: nobody shall take the drawing for a document."""
    layer = Image.new("L", sheet.size, 0)
    ImageDraw.Draw(layer).text(at, "SPECIMEN", font=font("DejaVuSans-Bold", 64), fill=40, anchor="mm")
    layer = layer.rotate(18, center=at, resample=Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1))
    sheet.paste((150, 40, 40), mask=layer)


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """`share` of the first colour, the rest of the second."""
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(colour, other, strict=True))
    return red, green, blue
