#!/usr/bin/python3
"""Holds what certkiosk-gateway was seen to say against what its OpenAPI file says.

api_check.py SPEC RECORD ROUTES: RECORD is what api_record.py wrote; ROUTES has a line "METHOD
/path/*" for each route that the gateway's tables have. Prints what does not fit, a documented answer
that was never seen too, exit status 1; then holds the same record against files in which something
is wrong or missing: each has to be found.
"""
import base64
import copy
import json
import re
import subprocess
import sys
import urllib.parse

import jsonschema
import yaml

METHODS = ("get", "post", "put", "delete")
EVERYWHERE = {400, 404, 405, 414, 431, 500}  # as the description says, for any request
PROBLEMS_MAX = 20


def embedded(validator, schema, instance, whole):
    """JSON within JSON."""
    try:
        yield from validator.descend(json.loads(instance), schema)
    except ValueError as problem:
        yield jsonschema.ValidationError("no JSON: %s" % problem)


Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"contentSchema": embedded})


class Spec:
    def __init__(self, spec):
        self.spec = spec
        self.resolver = jsonschema.RefResolver("", spec)
        self.paths = [(re.compile("^" + re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(path)) + "$"), path)
                      for path in spec["paths"]]

    def at(self, node):
        while isinstance(node, dict) and "$ref" in node and node["$ref"].startswith("#/components/"):
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def problems(self, instance, schema):
        return ["%s: %s" % ("/".join(map(str, error.absolute_path)), error.message[:200])
                for error in Validator(schema, resolver=self.resolver).iter_errors(instance)]

    def find(self, path):
        for pattern, name in self.paths:
            match = pattern.match(path)
            if match:
                return name, match.groups()
        return None, ()

    def answers(self):
        for path, item in self.spec["paths"].items():
            for method in METHODS:
                for status in item.get(method, {}).get("responses", {}):
                    yield method.upper(), path, int(status)


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def number_or_text(text):
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else text


def body_of(row, headers):
    body = base64.b64decode(row["body"])
    if headers.get("content-encoding") == "zstd":
        body = subprocess.run(["zstd", "-dcq"], input=body, capture_output=True, check=False).stdout
    return body


def check_request(spec, item, operation, row, values):
    """What of the request is not as it should be."""
    found = []
    headers = lower(row["headers"])
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(row["path"]).query, keep_blank_values=True)
    parameters = [spec.at(one) for one in item.get("parameters", []) + operation.get("parameters", [])]
    in_path = iter(values)
    known = set()
    for one in parameters:
        value = None
        if one["in"] == "path":
            value = next(in_path)
        elif one["in"] == "query":
            known.add(one["name"])
            value = number_or_text(query[one["name"]][0]) if one["name"] in query else None
        elif one["in"] == "header":
            value = headers.get(one["name"].lower())
        if value is None:
            found += ["%s is missing" % one["name"]] if one.get("required") else []
        else:
            found += ["%s: %s" % (one["name"], text) for text in spec.problems(value, one["schema"])]
    found += ["no parameter is called %s" % name for name in query if name not in known]
    if "requestBody" in operation:
        try:
            content = json.loads(body_of(row, headers))
            found += spec.problems(content, operation["requestBody"]["content"]["application/json"]["schema"])
        except ValueError:
            found.append("the body is no JSON")
    security = operation.get("security", spec.spec["security"])
    if security and not row["proven"] and row["status"] not in (403, 429):
        found.append("!answered without a certificate")
    return found


def check_response(spec, response, row):
    found = []
    headers = lower(row["answer_headers"])
    for name, header in response.get("headers", {}).items():
        header = spec.at(header)
        value = headers.get(name.lower())
        if value is None:
            found += ["header %s is missing" % name] if header.get("required") else []
        else:
            found += ["header %s: %s" % (name, text) for text in spec.problems(value, header["schema"])]
    kind = headers.get("content-type", "")
    content = response.get("content", {})
    if kind not in content:
        return found + ["a body of type \"%s\"" % kind]
    body = base64.b64decode(row["answer"])
    if row["method"] == "HEAD":
        return found
    try:
        value = json.loads(body) if kind == "application/json" else body.decode()
        return found + spec.problems(value, content[kind]["schema"])
    except ValueError as problem:
        return found + ["a body that is none: %s" % problem]


def check(spec, row):
    """(what was seen, what does not fit) of one exchange."""
    path = urllib.parse.urlsplit(row["path"]).path
    name, values = spec.find(path)
    status = row["status"]
    method = "get" if row["method"] == "HEAD" else row["method"].lower()
    item = spec.spec["paths"].get(name, {})
    if name is None:
        return None, [] if status in (403, 404, 414, 429) else ["%d for an unknown path" % status]
    is_public = item.get("servers") is not None
    if is_public != (row["port"] == "public"):
        return None, [] if status in (403, 404) else ["%d at the wrong port" % status]
    operation = item.get(method)
    if operation is None:
        wanted = status == 405 and "allow" in lower(row["answer_headers"])
        return None, [] if wanted or status == 403 else ["%d for an unknown method" % status]
    response = spec.at(operation["responses"].get(str(status)))
    if response is None:
        return None, [] if status in EVERYWHERE else ["%d is not documented" % status]
    wrong = check_request(spec, item, operation, row, values)
    found = ["request: " + text for text in wrong if status < 400 or text.startswith("!")]
    found += check_response(spec, response, row)
    return (method.upper(), name, status), found


def run(spec, rows, routes):
    spec = Spec(spec)
    found, seen = [], set()
    for row in rows:
        what, problems = check(spec, row)
        seen.add(what)
        found += ["%s %s %d: %s" % (row["method"], row["path"][:80], row["status"], text) for text in problems]
    documented = {(method.upper(), re.sub(r"\{\w+\}", "*", path))
                  for path, item in spec.spec["paths"].items() for method in METHODS if method in item}
    found += ["%s %s is not documented" % route for route in sorted(routes - documented)]
    found += ["%s %s is documented, and not there" % route for route in sorted(documented - routes)]
    answers = set(spec.answers())
    found += ["%s %s %d was never seen" % one for one in sorted(answers - seen)]
    return found, seen - {None}, answers


def resolve(spec, path):
    node = spec
    for name in path[:-1]:
        node = node[name]
    return node, path[-1]


def remove(*path):
    def change(spec):
        node, name = resolve(spec, path)
        node.pop(node.index(name) if isinstance(node, list) and isinstance(name, str) else name)
    return change


def put(value, *path):
    def change(spec):
        node, name = resolve(spec, path)
        node[name] = value
    return change


def controls():
    """What the file may have wrong; sentence and change."""
    schemas = ("components", "schemas")
    journal = ("paths", "/v1/kiosks/{kiosk}/journal", "post")
    yield "a path is missing", remove("paths", "/v1/kiosks/{kiosk}/feed")
    yield "a method is missing", remove("paths", "/p/{pay_token}", "post")
    yield "an answer is missing", remove(*journal, "responses", "409")
    yield "there is a path too many", put({"get": {"responses": {}, "security": []}}, "paths", "/v1/tea")
    yield "there is an answer too many", put({"description": "tea"}, *journal, "responses", "418")
    yield "a query parameter is missing", remove("paths", "/v1/kiosks/{kiosk}/feed", "get", "parameters", 1)
    yield "a parameter is too narrow", put(1, "paths", "/v1/kiosks/{kiosk}/feed", "get", "parameters", 2,
                                           "schema", "maximum")
    yield "a certificate is asked for where none is", remove("paths", "/v1/enrol", "post", "security")
    yield "a header is promised", put({"required": True, "schema": {}}, "components", "responses", "Page",
                                      "headers", "X-Tea")
    yield "a header has another value", put("max-age=1", "components", "headers", "CacheControl", "schema", "const")
    yield "the type of a body is another", put({}, "components", "responses", "Page", "content")
    for name, field in (("Feed", "cursor"), ("Kiosk", "open_alarms"), ("Ack", "head_hash"), ("Ack", "rejected"),
                        ("Entry", "visit"), ("OrderFields", "paid_s"), ("EnrolRefusal", "message"),
                        ("Alarm", "cleared_s"), ("Gap", "expected_seq"), ("EnrolRequest", "csr")):
        yield "%s has no %s" % (name, field), remove(*schemas, name, "properties", field)
    yield "a field is required that is not always there", put(["id", "cleared_s"], *schemas, "Alarm", "required")
    yield "a field has another type", put({"type": "string"}, *schemas, "Ack", "properties", "acked_seq")
    yield "a word is missing", remove(*schemas, "Document", "properties", "type", "enum", "notice")


def main():
    spec_path, record_path, routes_path = sys.argv[1:4]
    with open(spec_path, encoding="utf-8") as file:
        text = file.read()
    rows = [json.loads(line) for line in open(record_path, encoding="utf-8")]
    routes = {tuple(line.split()) for line in open(routes_path, encoding="ascii")}
    found, seen, answers = run(yaml.safe_load(text), rows, routes)
    for problem in found[:PROBLEMS_MAX]:
        print("FAIL " + problem)
    print("%d exchanges, %d of %d documented answers seen, %d problems"
          % (len(rows), len(seen), len(answers), len(found)))
    missed = 0
    count = 0
    for sentence, change in controls():
        # Without aliases, so that a change stays where it is made.
        spec = json.loads(json.dumps(yaml.safe_load(text)))
        change(spec)
        count += 1
        if not run(spec, rows, routes)[0]:
            missed += 1
            print("FAIL not noticed: " + sentence)
    print("%d wrong files, %d not noticed" % (count, missed))
    return 1 if found or missed else 0


sys.exit(main())
