"""The two sample people: public-domain photographs by NASA and the US Navy, from inside well-known packages."""

from PIL import Image

from sandbox.pictures.packaged import packaged_photograph


def collins() -> Image.Image:
    """Eileen Collins, astronaut: 512x512, a face of about 120 pixels (scikit-image's sample picture)."""
    return packaged_photograph("skimage", "data/astronaut.png")


def hopper() -> Image.Image:
    """Grace Hopper, computer scientist: 512x600, a face of about 200 pixels, with eyeglasses (matplotlib's)."""
    return packaged_photograph("matplotlib", "mpl-data/sample_data/grace_hopper.jpg")
