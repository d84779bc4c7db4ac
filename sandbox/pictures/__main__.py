"""`python -m sandbox.pictures OUT_DIR` writes the sample pictures into a folder."""

import argparse
from pathlib import Path

from sandbox.pictures.samples import sample_set


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.pictures",
        description="Write the sample people and identity documents as JPEG files, and list them.",
        epilog="The photographs are in the public domain and come from the packages scikit-image and matplotlib "
        "(`pip install --no-deps -r requirements-pictures.txt`). The documents are drawings of an invented state "
        "around such a photograph; nothing on them is real. "
        "Try: python -m sandbox.pictures samples && countersign register --user collins --selfie samples/collins.jpg",
    )
    parser.add_argument("out_dir", type=Path, metavar="OUT_DIR", help="the folder; it is made if need be")
    out_dir: Path = parser.parse_args().out_dir
    out_dir.mkdir(parents=True, exist_ok=True)
    for sample in sample_set():
        data = sample.jpeg()
        (out_dir / sample.name).write_bytes(data)
        print(f"{sample.name:26} {len(data) // 1024:4} kB  {sample.shows}")


if __name__ == "__main__":
    main()
