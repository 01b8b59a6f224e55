"""Compressed bytes of a first and of a repeat visit: goals 30 KB in 3 requests, and 4 KB in 1."""

from __future__ import annotations

import re

from benchmarks import demo_app


def main() -> None:
    """Print one row per page."""
    app = demo_app.make_app(volunteers=25, requests=40)
    print("\nBytes over the line, brotli (first visit: page, style sheet, icon; repeat: the page)")
    print(f"{'page':<24}{'first':>8}{'requests':>10}{'repeat':>8}   goals 30,000 in 3, 4,000")
    for person, path in ((None, "/"), (None, "/sign-in"), ("volunteer", "/find"), ("director", "/approvals")):
        client = demo_app.sign_in_client(app, person) if person else app.test_client()
        page = client.get(path, headers={"Accept-Encoding": "br"})
        text = client.get(path).get_data(as_text=True)
        assets = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
        sizes = [len(client.get(asset, headers={"Accept-Encoding": "br"}).data) for asset in assets]
        print(f"{path:<24}{len(page.data) + sum(sizes):>8}{1 + len(assets):>10}{len(page.data):>8}")


if __name__ == "__main__":
    main()
