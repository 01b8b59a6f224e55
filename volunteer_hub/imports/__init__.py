"""Imports: volunteers and institutions from CSV or XLSX.

A file is read and checked first (dry run); what would be added is shown with every row's errors. Only a
file without errors can be taken over, as a whole, and the same file twice adds nothing.
"""
