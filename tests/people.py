"""People as Label Studio knows them: they sign up by the invitation and work in a session of their own."""

import httpx


class Person:
    """Somebody who signed up; `id` is the server's number of them."""

    def __init__(self, invitation, email, first="", last=""):
        self.http = httpx.Client(follow_redirects=True, timeout=60)
        self.base, self.email = invitation.rpartition("/user/")[0], email
        self.http.get(invitation)
        form = {"csrfmiddlewaretoken": self.http.cookies["csrftoken"], "email": email}
        answer = self.http.post(
            invitation, data={**form, "password": "Secret12345"}, headers={"Referer": self.base}
        )
        assert answer.is_success, answer.text[:500]
        self.id = self.http.get(f"{self.base}/api/current-user/whoami").json()["id"]
        self.send("PATCH", f"users/{self.id}/", {"first_name": first, "last_name": last})

    def send(self, method, path, body=None):
        """A call as their browser makes it."""
        token = self.http.cookies["csrftoken"]
        headers = {"X-CSRFToken": token, "Referer": self.base}
        answer = self.http.request(method, f"{self.base}/api/{path}", json=body, headers=headers)
        assert answer.is_success, answer.text[:500]
        return answer.json() if answer.content else None

    def submit(self, task, results):
        """Submits an annotation."""
        return self.send("POST", f"tasks/{task}/annotations/", {"result": results, "lead_time": 5})

    def close(self):
        """Ends the session."""
        self.http.close()
