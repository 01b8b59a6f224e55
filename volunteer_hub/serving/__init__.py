"""How pages are served: bodies are read before a thread is given to a request, and replies wait for slow readers outside of it.

`asgi.py` puts any WSGI application behind an ASGI server, `entry.py` is what the server loads, `__main__.py` starts it.
`wsgi.py` stays plain WSGI: behind a proxy that buffers requests any other server may run it.
"""
