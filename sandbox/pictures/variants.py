"""Other pictures made from a photograph: the same person again, in worse light, turned, smaller."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from sandbox.pictures.landmarks import find_eyes

_PORTRAIT_ASPECT = 35 / 45  # width by height of a passport photograph, in mm
_EXIF_ORIENTATION = 0x0112
_TURN_RIGHT_TO_SHOW = 6  # the EXIF value of a camera that was held on its side


def headshot(image: Image.Image) -> Image.Image:
    """The picture cropped around its largest face, in the proportions of a passport photograph.

    Without a face, the middle of the picture in the same proportions.
    """
    eyes = find_eyes(image)
    if eyes is None:
        return ImageOps.fit(image, (image.width, round(image.width / _PORTRAIT_ASPECT)))
    height = 5.4 * eyes.distance_px
    width = height * _PORTRAIT_ASPECT
    left, top = eyes.centre[0] - width / 2, eyes.centre[1] - 0.47 * height
    return image.crop((round(left), round(max(0, top)), round(left + width), round(max(0, top) + height)))


def another_take(image: Image.Image) -> Image.Image:
    """The same photograph as if taken again: mirrored, cropped, a little turned, in warmer and darker light."""
    mirrored = turned(ImageOps.mirror(image), 3)
    margin_x, margin_y = round(image.width * 0.06), round(image.height * 0.04)
    cropped = mirrored.crop((margin_x, margin_y, image.width - margin_x, image.height - 2 * margin_y))
    warm = ImageChops.multiply(cropped, Image.new("RGB", cropped.size, (255, 240, 222)))
    shade = Image.linear_gradient("L").rotate(90).resize(cropped.size).point(lambda level: 190 + level // 4)
    return ImageChops.multiply(warm, Image.merge("RGB", (shade, shade, shade)))


def darker(image: Image.Image, factor: float = 0.12) -> Image.Image:
    """As if taken in a dark room; factor 1 leaves the light as it is."""
    return ImageEnhance.Brightness(image).enhance(factor)


def brighter(image: Image.Image, factor: float = 1.6) -> Image.Image:
    """As if taken against the flash; factor 1 leaves the light as it is."""
    return ImageEnhance.Brightness(image).enhance(factor)


def blurred(image: Image.Image, radius_px: float = 4) -> Image.Image:
    """As if the camera moved."""
    return image.filter(ImageFilter.GaussianBlur(radius_px))


def turned(image: Image.Image, clockwise_deg: float = 35) -> Image.Image:
    """As if the head, and the camera's view, were tilted (roll); the corners repeat the picture's border."""
    margin = max(image.size) // 2
    pixels = np.asarray(image.convert("RGB"))
    padded = Image.fromarray(np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)), mode="edge"))
    rotated = padded.rotate(-clockwise_deg, resample=Image.Resampling.BICUBIC)
    return rotated.crop((margin, margin, margin + image.width, margin + image.height))


def small(image: Image.Image, size: tuple[int, int] = (120, 160)) -> Image.Image:
    """A thumbnail: the head, at the size that old staff directories have."""
    return ImageOps.fit(headshot(image), size, Image.Resampling.LANCZOS)


def two_faces(first: Image.Image, second: Image.Image) -> Image.Image:
    """Two people beside each other in one picture."""
    height = 512
    sides = [ImageOps.fit(headshot(image), (400, height)) for image in (first, second)]
    pair = Image.new("RGB", (sum(side.width for side in sides), height))
    pair.paste(sides[0], (0, 0))
    pair.paste(sides[1], (sides[0].width, 0))
    return pair


def rotated_by_exif(image: Image.Image) -> bytes:
    """A JPEG whose pixels lie on their side and whose EXIF orientation says so, as telephones write them."""
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = _TURN_RIGHT_TO_SHOW
    buffer = BytesIO()
    lying = image.convert("RGB").transpose(Image.Transpose.ROTATE_90)
    lying.save(buffer, "JPEG", quality=92, exif=exif)
    return buffer.getvalue()


def to_jpeg(image: Image.Image, quality: int = 92) -> bytes:
    """The picture as a JPEG file; quality is Pillow's, 1 to 95."""
    buffer = BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def to_png(image: Image.Image) -> bytes:
    """The picture as a PNG file."""
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
