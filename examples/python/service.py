"""A service that lets in whoever brings a good access token of Handstamp.

pip install "pyjwt[crypto]>=2.6", or Debian's python3-jwt and python3-cryptography, then:

    ISSUER=http://localhost:3000 AUDIENCE=http://localhost:3000 PORT=4000 python3 examples/python/service.py
"""

import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from handstamp_verifier import Refused, Stale, Unavailable, Verifier

verifier = Verifier(os.environ["ISSUER"], os.environ["AUDIENCE"], float(os.environ.get("MAX_STALE_SECONDS", 30)))

CHALLENGE = 'Bearer realm="service"'
REFRESH = ', error="invalid_token", error_description="The claims of the access token are stale: refresh it and try again"'


class Service(BaseHTTPRequestHandler):
    protocol_version, wbufsize = "HTTP/1.1", -1  # an answer in one piece

    def do_GET(self):
        authorization = self.headers.get("Authorization", "")
        if not re.match(r"Bearer(?: |$)", authorization, re.IGNORECASE):
            return self.answer(401, {}, {"WWW-Authenticate": CHALLENGE})
        token = re.fullmatch(r"Bearer +(\S+) *", authorization, re.IGNORECASE)
        if token is None:
            return self.answer(400, {}, {"WWW-Authenticate": CHALLENGE + ', error="invalid_request"'})
        try:
            claims = verifier.verify(token.group(1))
        except Stale:
            return self.answer(401, {}, {"WWW-Authenticate": CHALLENGE + REFRESH})
        except Refused:
            return self.answer(401, {}, {"WWW-Authenticate": CHALLENGE + ', error="invalid_token"'})
        except Unavailable:
            return self.answer(503, {}, {"Retry-After": "2"})
        self.answer(200, {"sub": claims["sub"], "role": claims["role"]}, {})

    def answer(self, status, body, headers):
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    request_queue_size = 128


Server(("127.0.0.1", int(os.environ.get("PORT", 4000))), Service).serve_forever()
