"""The home page, each role's landing page, the board of demand and supply, and the audit log's pages.

Reads every area and writes nothing but audit entries about exports.
"""
