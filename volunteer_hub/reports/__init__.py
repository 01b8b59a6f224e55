"""The home page and each role's landing page: reads everything, writes nothing."""
