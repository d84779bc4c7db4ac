"""What Textract AnalyzeID would see, read from real pictures."""
