"""A callback for the LiteLLM proxy that lets the router of this bundle choose the model.

    litellm_settings:
      callbacks: metarouter_callback.metarouter

A request for the model `metarouter` is answered by the model that the router chooses; every other request is left alone. The
router reads the text of the last message of role `user`. A request may say more in its metadata:

    "metadata": {"metarouter": {"w": 0.1, "columns": {"turns": 3}, "vector": [0.1, 0.2]}}

(`w` or `strongShare`, `columns`, `vector`). A router that reads an embedding takes the vector from there, or asks LiteLLM for
it where METAROUTER_EMBEDDING_MODEL names a model of the proxy. The decision is put into the metadata of the request as
`metarouter_decision` ({model, gain, reason}; never the prompt), for the proxy's own logs. Where no decision can be made, the
request goes to the anchor (the cheap model), and the decision says why.

Environment: METAROUTER_MODEL (the name that is routed, default `metarouter`), METAROUTER_BUNDLE (the folder of the bundle,
default: the folder above this file), METAROUTER_EMBEDDING_MODEL.
"""

import importlib.util
import os
from pathlib import Path

try:
    from litellm.integrations.custom_logger import CustomLogger
except ImportError:  # outside the proxy, e.g. where a bundle is verified
    CustomLogger = object

MODEL = os.environ.get("METAROUTER_MODEL", "metarouter")
BUNDLE = Path(os.environ.get("METAROUTER_BUNDLE", Path(__file__).resolve().parent.parent))
EMBEDDING_MODEL = os.environ.get("METAROUTER_EMBEDDING_MODEL")


def _load_runtime():
    spec = importlib.util.spec_from_file_location("metarouter_runtime", BUNDLE / "runtime" / "router.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


runtime = _load_runtime()


def last_user_text(messages):
    """The text of the last message of role user; parts that are not text are left out. None where there is none."""
    for message in reversed(messages or []):
        if not isinstance(message, dict) or message.get("role") != "user":
            continue
        content = message.get("content")
        if isinstance(content, str):
            return content
        if isinstance(content, list):
            parts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
            return "\n".join(part for part in parts if isinstance(part, str))
    return None


class MetaRouter(CustomLogger):
    def __init__(self):
        super().__init__()
        self.router = runtime.load_router(BUNDLE)
        if self.router.manifest["stage"] != "route":
            raise RuntimeError("This bundle decides after the cheap model has answered: a proxy callback cannot run it.")
        self.needs_vector = any(block["kind"] == "precomputed" for block in self.router.manifest["blocks"])

    async def _embed(self, text):
        if EMBEDDING_MODEL is None:
            raise runtime.RouterInputError("This router reads an embedding and METAROUTER_EMBEDDING_MODEL is not set.")
        from litellm.proxy.proxy_server import llm_router

        answer = await llm_router.aembedding(model=EMBEDDING_MODEL, input=[text])
        return answer.data[0]["embedding"]

    async def decide(self, data):
        """The decision about a request: {"model", "gain", "reason"}."""
        metadata = data.get("metadata")
        asked = metadata.get("metarouter") if isinstance(metadata, dict) else None
        asked = asked if isinstance(asked, dict) else {}
        try:
            text = last_user_text(data.get("messages"))
            if text is None and asked.get("vector") is None:
                raise runtime.RouterInputError("There is no message of role user with a text.")
            vector = asked.get("vector")
            if self.needs_vector and vector is None:
                vector = await self._embed(text)
            decision = self.router.route(
                prompt=text,
                vector=vector if self.needs_vector else None,
                w=asked.get("w"),
                strong_share=asked.get("strongShare"),
                columns=asked.get("columns"),
            )
        except Exception as error:  # the proxy must answer, whatever a request holds
            why = str(error) if isinstance(error, runtime.RouterInputError) else type(error).__name__
            return {"model": self.router.manifest["anchor"], "gain": None, "reason": f"No decision: {why}"}
        return decision

    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        if data.get("model") != MODEL:
            return data
        decision = await self.decide(data)
        data["model"] = decision["model"]
        if not isinstance(data.get("metadata"), dict):
            data["metadata"] = {}
        data["metadata"]["metarouter_decision"] = decision
        return data


metarouter = MetaRouter()
