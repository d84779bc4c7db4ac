"""What Textract AnalyzeID would see, read from real pictures."""

from sandbox.documents.reader import IdDocumentReader

__all__ = ["IdDocumentReader"]
