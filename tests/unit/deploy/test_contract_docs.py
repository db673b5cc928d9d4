"""What is written about events is what the contracts say."""

import json

import pytest

from contracts.topics import TOPICS
from deploy.contract_docs import asyncapi, pages


@pytest.mark.parametrize("path", list(pages()), ids=lambda path: path.name)
def test_generated_documents_are_not_stale(path):
    assert path.read_text(encoding="utf-8") == pages()[path], "run: .venv/bin/python -m deploy.contract_docs"


def test_every_reference_in_the_asyncapi_document_leads_somewhere():
    document = asyncapi()

    def refs(node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for child in node.values():
                yield from refs(child)
        elif isinstance(node, list):
            for child in node:
                yield from refs(child)

    for ref in refs(json.loads(json.dumps(document))):
        node = document
        for part in ref.removeprefix("#/").split("/"):
            node = node[part]

    assert len(document["channels"]) == len(TOPICS)
