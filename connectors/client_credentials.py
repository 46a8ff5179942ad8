"""OAuth 2.0 client credentials (RFC 6749, section 4.4): a token that is got with them, and anew once it is refused."""

import threading
from typing import Any

from requests import PreparedRequest, Response
from requests.auth import AuthBase

from ticketlens.errors import BadPayload, Denied, Unavailable
from ticketlens.fetch import Fetch, Refused, Site


class ClientCredentials(AuthBase):
    """Signs requests with a token that `path` under `site` gives. Raises what `post` does, Denied for a wrong app."""

    def __init__(self, fetch: Fetch, site: Site, path: str, id: str, secret: str) -> None:
        self._fetch, self._site, self._path = fetch, site, path
        self._asked = {"grant_type": "client_credentials", "client_id": id, "client_secret": secret}
        self._token = ""
        self._renewing = threading.Lock()
        self._renew("")

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        request.register_hook("response", self._once_more)
        return request

    def _once_more(self, refused: Response, **how: Any) -> Response:
        """A token lives for some hours: after a 401 a new one is tried, and what is answered then stands."""
        if refused.status_code != 401:
            return refused
        refused.close()
        request = refused.request.copy()
        self._renew(str(request.headers["Authorization"]).removeprefix("Bearer "))
        request.headers["Authorization"] = f"Bearer {self._token}"
        answer: Response = refused.connection.send(request, **how)
        return answer

    def _renew(self, refused: str) -> None:
        """Unless another thread did so already."""
        with self._renewing:
            if self._token != refused:
                return
            self._token = self._new()
            self._fetch.secrets = (*self._fetch.secrets, self._token)

    def _new(self) -> str:
        try:
            return self._site.post(self._path, data=self._asked).payload.text("access_token")
        except BadPayload:
            raise Unavailable(f"{self._site.host} answers without a token: check the address of this source") from None
        except (Denied, Refused) as error:
            if isinstance(error, Refused) and error.status != 400:
                raise
            raise Denied(f"{self._site.host} gives no token for this app: enter its id and its secret again") from None
