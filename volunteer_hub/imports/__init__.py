"""Imports: volunteers and institutions from CSV or XLSX.

A file is read and checked first (dry run); the page shows what would be added and every row's errors. Only a file
without errors can be imported, as a whole, and importing the same file again adds nothing.
"""
