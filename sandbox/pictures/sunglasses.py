"""Dark glasses, drawn over the eyes of a photograph."""

from math import copysign, cos, radians, sin

from PIL import Image, ImageDraw, ImageFilter

from sandbox.pictures.landmarks import Eyes, find_eyes

# The glasses are drawn on a canvas in which the eyes are 400 pixels apart, then laid over the face.
_CANVAS = (1000, 480)
_LEFT_EYE, _RIGHT_EYE = (300, 200), (700, 200)
_EYE_DISTANCE = 400


def with_sunglasses(image: Image.Image, eyes: Eyes | None = None) -> Image.Image:
    """The photograph with dark glasses on its largest face, along the line of the eyes.

    Raises ValueError when no face is found and the eyes are not given.
    """
    eyes = eyes or find_eyes(image)
    if eyes is None:
        raise ValueError("no face was found to draw sunglasses on: pass eyes=Eyes(left, right), in pixels")
    worn = _laid_over(_glasses(), eyes, image.size)
    result = image.convert("RGB")
    result.paste(worn, mask=worn.getchannel("A"))
    return result


def _glasses() -> Image.Image:
    canvas = Image.new("RGBA", _CANVAS, (15, 15, 17, 0))
    draw = ImageDraw.Draw(canvas)
    frame, lens, shine = (14, 14, 16, 255), (31, 30, 34, 253), (50, 50, 58, 253)
    for x, outwards in ((_LEFT_EYE[0], -1), (_RIGHT_EYE[0], 1)):
        y = _LEFT_EYE[1] + 30
        temple = [(150, -112), (300, -104), (300, -74), (150, -62)]
        draw.polygon([(x + outwards * dx, y + dy) for dx, dy in temple], fill=frame)
        draw.polygon(_lens(x, y, 186, 156, outwards), fill=frame)
        draw.polygon(_lens(x, y, 170, 138, outwards), fill=lens)
        draw.polygon([(x - 96, y - 100), (x - 52, y - 100), (x - 104, y + 40), (x - 128, y + 10)], fill=shine)
    draw.arc((_LEFT_EYE[0] + 140, 118, _RIGHT_EYE[0] - 140, 290), start=200, end=340, fill=frame, width=32)
    return canvas.filter(ImageFilter.GaussianBlur(1.5))


def _lens(x: int, y: int, half_width: int, half_height: int, outwards: int) -> list[tuple[float, float]]:
    """A rounded square, higher towards the temple and narrower below, as such glasses are cut."""
    outline = []
    for angle_deg in range(0, 360, 4):
        c, s = cos(radians(angle_deg)), sin(radians(angle_deg))
        dx, dy = copysign(abs(c) ** 0.6, c), copysign(abs(s) ** 0.6, s)
        narrowed = 1 - 0.1 * max(0.0, dy)
        outline.append((x + half_width * dx * narrowed, y + half_height * dy - 8 * outwards * dx))
    return outline


def _laid_over(glasses: Image.Image, eyes: Eyes, size: tuple[int, int]) -> Image.Image:
    """The canvas turned, scaled and moved so that its eye marks lie on the eyes of a picture of this size."""
    scale = _EYE_DISTANCE / eyes.distance_px
    shrink = max(1, int(scale))  # halving first keeps the thin parts of the frame
    reduced = glasses.reduce(shrink)
    a = scale / shrink * cos(radians(eyes.tilt_deg))
    b = scale / shrink * sin(radians(eyes.tilt_deg))
    middle_x, middle_y = (_LEFT_EYE[0] + _RIGHT_EYE[0]) / 2 / shrink, _LEFT_EYE[1] / shrink
    x, y = eyes.centre
    # Pillow asks where each pixel of the result comes from: the inverse of the placement.
    inverse = (a, b, middle_x - a * x - b * y, -b, a, middle_y + b * x - a * y)
    return reduced.transform(size, Image.Transform.AFFINE, inverse, Image.Resampling.BICUBIC)
