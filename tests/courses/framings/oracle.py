def answer(request: bytes) -> bytes:
    return b"%d" % len(request.split())
