"""The web server: request bodies are read and responses sent outside the worker threads, so slow clients block none.

`asgi.py` adapts a WSGI application to an ASGI server, `entry.py` is the module that the server loads, `__main__.py` starts
it. `wsgi.py` stays plain WSGI: behind a proxy that buffers requests any WSGI server may run it.
"""
