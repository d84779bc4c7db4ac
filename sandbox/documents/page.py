"""A page's bytes to pixels, with Textract's errors: https://docs.aws.amazon.com/textract/latest/dg/limits-document.html"""

from sandbox.errors import AwsError
from sandbox.vision.picture import PictureTooLargeError, PictureTooSmallError, Pixels, UnreadablePictureError, decode

MAX_PAGE_BYTES = 10 * 1024 * 1024
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def read_page(data: bytes) -> Pixels:
    """The page as RGB (height, width, 3), upright by its EXIF data. Raises AwsError."""
    if not data:
        raise AwsError("InvalidParameterException", "Request has invalid parameters: the document is empty")
    if len(data) > MAX_PAGE_BYTES:
        raise AwsError("DocumentTooLargeException", f"Document is larger than {MAX_PAGE_BYTES} bytes")
    if not data.startswith(_SIGNATURES):
        raise AwsError("UnsupportedDocumentException", "Request has unsupported document format: use JPEG or PNG")
    try:
        return decode(data)
    except PictureTooLargeError as error:
        raise AwsError("DocumentTooLargeException", f"Document has too many pixels: {error}") from error
    except (PictureTooSmallError, UnreadablePictureError) as error:
        raise AwsError("BadDocumentException", f"Textract cannot read the document: {error}") from error
