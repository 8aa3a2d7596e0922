# SPDX-License-Identifier: GPL-3.0-or-later
"""Every route × every role × every clearance × every place of the reader's unit: what the rights table says, the server does. The routes
come from the program's own table, so a new one is asked by itself."""
import collections
import json
import re
import sys

from rights_case import MISSING, PLACES, RightsCase
from vtlt_case import ALL, main
from vtlt_server import PASSWORD, Person, Server

# What the part in braces names, by the beginning of the path behind /api/v1.
NAMED = {"/documents/": "document", "/secrecy/": "proposal", "/secrecy-proposals/": "proposal", "/jobs/": "job", "/packages/": "nobodys",
         "/integrity/runs/": "nobodys", "/people/": "person", "/users/": "person", "/grants/": "grant", "/positions/": "position", "/uploads/": "nobodys", "/intake/": "nobodys",
         "/readers/": "list", "/reader-lists/": "list", "/reader-entries/": "entry", "/account/sessions/": "nobodys", "/units/": "unit", "/sets/": "record_set",
         "/record-sets/": "record_set", "/registers/": "book"}
# What is asked besides of who sees it, by the last word of the path, or the method where that is the name itself.
ASKED_THEN = {("proposal", "refuse"): "secrecy.confirm", ("grant", "end"): "user.administer", ("record_set", "remove"): "user.administer",
              ("record_set", "DELETE"): "user.administer"}
# Streams that would not end, files that everybody has, and the way out of the session this test works in.
LEFT_OUT = {("GET", "/api/v1/jobs/{id}/events"), ("POST", "/sign-out"), ("GET", "/metrics"), ("GET", "/assets/{file}")}
# Of no type that anybody wants: an authorised request is refused for its content and changes nothing.
WRONG = json.dumps(dict.fromkeys(["q", "name", "code", "role", "roles", "unit", "units", "secrecy", "sample", "into", "size", "full_name",
                                  "clearance", "parent", "tells_hidden", "sha256", "duplicate", "number", "from", "to"], {"no": 1}))


class Matrix(RightsCase):
    def routes(self):
        tries_passwords = re.compile(r"(/api/v1)?/account/second-factor/|/sign-in")  # the delays after wrong ones would stop everybody here
        return [row for row in self.table("vtlt-routes") if (row["method"], row["pattern"]) not in LEFT_OUT and not tries_passwords.match(row["pattern"])]

    def kind_of(self, pattern):
        path = pattern.removeprefix("/api/v1")
        found = [kind for start, kind in NAMED.items() if path.startswith(start + "{")]
        self.assertEqual(len(found), 1, f"{pattern}: say in NAMED what its part in braces is")
        return found[0]

    def expected(self, route, reader):
        """open, refused or missing: by the rights written above, for who holds one role in one place."""
        if route["open"]:
            return "open"
        if not reader.has(route["action"]):
            return "refused"
        if "{" not in route["pattern"]:
            return "open"
        kind = self.kind_of(route["pattern"])
        if not reader.sees("list" if kind == "entry" else kind) or (route["pattern"].endswith(("/rights", "/why")) and not reader.sees("explained")):
            return "missing"
        if kind == "unit" and not reader.reaches():
            return "refused"
        last = route["pattern"].rsplit("/", 1)[1]
        then = ASKED_THEN.get((kind, route["method"] if last.startswith("{") else last))
        return "open" if then is None or reader.has(then) else "refused"

    def states_of(self, pattern):
        """The documents that a route is asked for: one of each state that documents have so far."""
        is_document = "{" in pattern and self.kind_of(pattern) == "document"
        return {"registered": self.document, "draft": self.draft} if is_document else {"": None}

    def path_of(self, pattern, missing=False, document=None):
        uid = {"document": document or self.document, "proposal": self.proposal, "job": self.job, "person": self.target, "grant": self.grant, "position": self.position, "unit": "CUC.1", "record_set": self.record_set, "book": self.book, "list": self.list, "entry": self.entry,
               "nobodys": self.job}
        value = MISSING if missing else uid[self.kind_of(pattern)]
        asked = "?document=" + self.document if pattern.endswith(("/users/{id}/rights", "/people/{id}/why")) else ""
        return asked and pattern.replace("{id}", value) + asked or re.sub(r"\{\w+\}", "1", re.sub(r"\{\w+\}", value, pattern, count=1))

    def ask(self, person, route, path):
        if route["method"] == "GET":
            return person.get(path)
        if path.startswith("/api/"):
            return person.ask(route["method"], path, WRONG, {"Content-Type": "application/json", "X-CSRF-Token": person.csrf, "If-Match": '"99"'})
        return person.post_form(path)

    def judge(self, expected, answer, missing):
        told = answer.status
        if expected == "missing":
            return told == missing.status and told not in (200, 201, 202, 204)
        if expected == "refused":
            return told == 403
        return told not in (401, 403, 404)

    def test_every_route_for_every_reader(self):
        routes, readers = self.routes(), self.readers()
        for reader in readers:
            self.add(reader.name, reader.role, PLACES[reader.place], reader.clearance, "--password-file", self.password)
        wrong, count, seen = [], 0, collections.Counter()
        with Server(self.place) as server:
            stranger = Person(server)
            for route in routes:
                path = self.path_of(route["pattern"]) if "{" in route["pattern"] else route["pattern"]
                answer = self.ask(stranger, route, path)
                let_in = answer.status not in (401, 403) and not (answer.status == 303 and "/sign-in" in answer.headers["Location"])
                count += 1
                if let_in != route["open"]:
                    wrong.append(("stranger", route["method"], route["pattern"], answer.status))
            for reader in readers:
                person = Person(server)
                self.assertEqual(person.sign_in(reader.name, PASSWORD).status, 303, reader)
                for route in routes:
                    named = "{" in route["pattern"]
                    expected = self.expected(route, reader)
                    missing = self.ask(person, route, self.path_of(route["pattern"], missing=True)) if named and expected == "missing" else None
                    for state, document in self.states_of(route["pattern"]).items():
                        answer = self.ask(person, route, self.path_of(route["pattern"], document=document) if named else route["pattern"])
                        count += 1
                        seen[expected] += 1
                        if not self.judge(expected, answer, missing):
                            wrong.append((*reader[1:], state, route["method"], route["pattern"], expected, answer.status, answer.body[:120]))
        kinds = collections.Counter((cell[-5:-2] if cell[0] != "stranger" else cell) for cell in wrong)
        self.assertEqual(wrong[:20], [], f"{len(wrong)} of {count} cells wrong: {kinds}")
        self.assertGreater(min(seen.values()), count // 50, seen)
        if ALL:
            self.assertGreaterEqual(count, 20000)
        print(f"{count} cells, {len(readers)} readers: {dict(seen)}", file=sys.stderr)


if __name__ == "__main__":
    main()
