"""Verifies access tokens of Handstamp with public facts only: the key set and the status lists of one issuer.

Needs PyJWT 2.6 or newer with cryptography: pip install "pyjwt[crypto]>=2.6", or Debian's python3-jwt and
python3-cryptography. Make one Verifier and keep it: it fetches little and remembers it.
"""

import base64
import json
import re
import threading
import time
import urllib.request
import zlib

import jwt

ALGORITHMS = ("ES256", "EdDSA", "RS256")
REQUIRED = ["iss", "aud", "sub", "sid", "role", "iat", "exp", "status"]
NEVER = float("-inf")

MAX_TOKEN_LENGTH = 4096
MAX_LIFE_SECONDS = 900  # a revocation is published for so long; a token that lives longer would outlive it
MAX_AHEAD_SECONDS = 60  # how far a clock may be off for `iat`; `exp` has no tolerance
VOUCHED_SECONDS = 3  # a token this young needs no list: the issuer's database has just vouched for its session
LIST_PLACES = 2**17
STALE = 3  # a list's number for a session that goes on while its tokens say what is true no more
FETCH_BYTES = 2**16


class Refused(Exception):
    """The token is not good: answer 401."""


class Stale(Refused):
    """The token says of its person what is true no more: answer 401, and tell its program to refresh it."""


class Unavailable(Exception):
    """Nobody can tell at this moment: answer 503, never 401, which would make a program throw away a good token."""


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None  # a redirect is then an error: nobody but the issuer itself speaks for the issuer


# An empty ProxyHandler keeps the proxies of the environment out.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirects)


def fetch(url):
    """The text at `url`, and for how many seconds it has lain in a cache. Raises when the answer is not a 200."""
    with opener.open(url, timeout=1) as response:
        if response.status != 200:
            raise ValueError(response.status)
        return response.read(FETCH_BYTES).decode(), int(response.headers.get("Age") or 0)


class KeySet:
    """Fetched once a minute for all, and once in ten seconds however many unknown kids there are."""

    def __init__(self, issuer):
        self.url, self.lock = issuer + "/.well-known/jwks.json", threading.Lock()
        self.keys, self.fetched_at, self.tried_at, self.has_failed = {}, NEVER, NEVER, False

    def find(self, kid):
        with self.lock:
            since_try = time.monotonic() - self.tried_at
            is_old = time.monotonic() - self.fetched_at >= 60
            if (is_old and since_try >= 1) or (kid not in self.keys and since_try >= 10):
                self.renew()
            if kid in self.keys:
                return self.keys[kid]
            raise Unavailable if self.has_failed else Refused

    def renew(self):
        try:
            text, age = fetch(self.url)
            usable = [key for key in json.loads(text)["keys"] if key.get("alg") in ALGORITHMS]
            self.keys = {key["kid"]: (jwt.PyJWK(key).key, key["alg"]) for key in usable}
            self.fetched_at, self.has_failed = time.monotonic() - min(age, 60), False
        except Exception:
            self.has_failed = True  # the known keys stay
        self.tried_at = time.monotonic()

    def decode(self, token, typ, required, **expected):
        """The claims of a signed token. The algorithm is the key's, never the token's."""
        header = jwt.get_unverified_header(token)
        if header.get("typ") != typ or "crit" in header:
            raise Refused
        key, algorithm = self.find(header.get("kid"))
        options = {"require": required, "verify_aud": "audience" in expected, "verify_iat": False}
        claims = jwt.decode(token, key, algorithms=[algorithm], options=options, **expected)
        if claims["iat"] > time.time() + MAX_AHEAD_SECONDS:
            raise Refused
        return claims


class StatusLists:
    """Each list is fetched once in two seconds at most. A copy serves for `max_stale` seconds without the issuer."""

    def __init__(self, issuer, keys, max_stale):
        self.issuer, self.keys, self.max_stale = issuer, keys, max_stale
        self.lock, self.lists = threading.Lock(), {}

    def check(self, uri, index):
        bits, statuses = self.current(uri)
        per_byte = 8 // bits
        if index >= len(statuses) * per_byte:
            raise Refused
        status = statuses[index // per_byte] >> index % per_byte * bits & (1 << bits) - 1
        if status != 0:
            raise Stale if status == STALE else Refused

    def current(self, uri):
        with self.lock:
            held = self.lists.setdefault(uri, {"at": NEVER, "failed_at": NEVER, "iat": 0, "exp": 0})
            now = time.monotonic()
            if now - held["at"] >= 2 and now - held["failed_at"] >= 0.5:
                try:
                    held.update(self.fetched(uri, held["iat"]), at=now)
                except Exception:
                    held["failed_at"] = time.monotonic()
            if time.monotonic() - held["at"] > self.max_stale or held["exp"] <= time.time():
                raise Unavailable
            return held["bits"], held["statuses"]

    def fetched(self, uri, held_iat):
        """The list as it is published now. An older one than the one held would bring ended sessions back."""
        claims = self.keys.decode(fetch(uri)[0], "statuslist+jwt", ["sub", "iat", "exp", "status_list"])
        status = claims["status_list"]
        bits = status["bits"]
        if claims["sub"] != uri or claims["iat"] < held_iat or bits not in (1, 2):
            raise ValueError(uri)
        packed = base64.urlsafe_b64decode(status["lst"] + "==")
        statuses = zlib.decompressobj().decompress(packed, LIST_PLACES * bits // 8)
        return {"bits": bits, "statuses": statuses, "iat": claims["iat"], "exp": claims["exp"]}


class Verifier:
    def __init__(self, issuer, audience, max_stale_seconds=30):
        self.issuer, self.audience = issuer, audience
        self.keys = KeySet(issuer)
        self.lists = StatusLists(issuer, self.keys, max_stale_seconds)
        self.list_uri = re.compile(re.escape(issuer) + r"/status-lists/[0-9]{1,9}")

    def verify(self, token):
        """The claims of a good token. Raises Refused, its kind Stale, or Unavailable."""
        if len(token) > MAX_TOKEN_LENGTH:
            raise Refused
        try:
            claims = self.keys.decode(token, "at+jwt", REQUIRED, issuer=self.issuer, audience=self.audience)
            index, uri = claims["status"]["status_list"]["idx"], claims["status"]["status_list"]["uri"]
            is_good = (
                claims["aud"] == self.audience  # one text: a list is for several services
                and claims["exp"] - claims["iat"] <= MAX_LIFE_SECONDS
                and isinstance(index, int)
                and index >= 0
                and self.list_uri.fullmatch(uri)
            )
            age = time.time() - claims["iat"]
        except (jwt.PyJWTError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise Refused from error
        if not is_good:
            raise Refused
        if not 0 <= age < VOUCHED_SECONDS:
            self.lists.check(uri, index)
        return claims
