"""A drawn landscape: a picture in which nobody is."""

from math import sin

from PIL import Image, ImageDraw, ImageFilter

_SIZE = (960, 640)
_HORIZON_PX = 400


def no_face() -> Image.Image:
    """Mountains, a lake and trees under an evening sky: 960x640, no face and no text."""
    picture = _sky()
    draw = ImageDraw.Draw(picture)
    draw.ellipse((640, 190, 730, 280), fill=(255, 236, 190))
    _ridge(draw, base_px=330, height_px=90, wave=0.011, colour=(126, 132, 168))
    _ridge(draw, base_px=365, height_px=60, wave=0.019, colour=(88, 98, 138))
    _ridge(draw, base_px=390, height_px=30, wave=0.031, colour=(58, 74, 100))
    lake = picture.crop((0, 2 * _HORIZON_PX - _SIZE[1], _SIZE[0], _HORIZON_PX))
    lake = lake.transpose(Image.Transpose.FLIP_TOP_BOTTOM).filter(ImageFilter.GaussianBlur(3))
    picture.paste(lake.point(lambda level: int(level * 0.72)), (0, _HORIZON_PX))
    for i in range(26):
        x = (i * 37 + i * i * 11) % _SIZE[0]
        _tree(draw, x, foot_px=_SIZE[1] - (i * 7) % 24, height_px=90 + (i * 29) % 80)
    return picture


def _sky() -> Image.Image:
    top, bottom = Image.new("RGB", _SIZE, (64, 92, 150)), Image.new("RGB", _SIZE, (250, 190, 140))
    return Image.composite(bottom, top, Image.linear_gradient("L").resize(_SIZE))


def _ridge(
    draw: ImageDraw.ImageDraw, *, base_px: int, height_px: int, wave: float, colour: tuple[int, int, int]
) -> None:
    crest = []
    for x in range(0, _SIZE[0] + 4, 4):
        shape = 0.55 * sin(wave * x + base_px) + 0.3 * sin(2.7 * wave * x) + 0.1 * sin(9 * wave * x)
        crest.append((x, base_px - height_px * shape))
    draw.polygon([(0, _HORIZON_PX), *crest, (_SIZE[0], _HORIZON_PX)], fill=colour)


def _tree(draw: ImageDraw.ImageDraw, x: int, *, foot_px: int, height_px: int) -> None:
    for step in range(4):
        top = foot_px - height_px + step * height_px // 5
        half_width = height_px // 10 + step * height_px // 16
        foot = min(foot_px, top + height_px // 3)
        draw.polygon([(x, top), (x - half_width, foot), (x + half_width, foot)], fill=(22, 44 + step * 5, 40))
