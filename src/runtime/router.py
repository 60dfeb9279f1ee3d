"""Runs a router that was exported by Meta-Router Studio: one file, needs Python 3.11 or newer and numpy.

    from router import load_router

    router = load_router("my-bundle")                        # a bundle, a router.safetensors, or its bytes
    router.route("Prove that there are infinitely many primes.")
    # {'model': 'large', 'gain': 0.131, 'reason': 'Expected gain 0.1310 of "large" over "small" is above …'}
    router.route("Hello", w=0.1)                             # weigh the cost by w
    router.route("Hello", strong_share=0.25)                 # or aim at a share of the strong model

A router of the stage `cascade` decides after the cheap model has answered:

    router.escalate(prompt="…", response="…", signals={"judge": 0.4})   # {'action': 'keep', 'model': 'small', …}

As a program it reads one JSON object a line and prints one:

    python3 router.py my-bundle [--w W | --strong-share S] < prompts.jsonl

A line holds what the router reads: prompt, vector, columns, response, signals; it may hold w or strongShare of its own, and
an id, which is copied to the answer. A file that is damaged, incomplete or newer than this reader is refused with a
RouterFileError; a call that cannot be answered raises a RouterInputError. Format: docs/formats.md of the project.
"""

import argparse
import hashlib
import json
import math
import os
import re
import sys
import unicodedata

if sys.version_info < (3, 11) or int(unicodedata.unidata_version.split(".")[0]) < 14:
    raise ImportError(
        "router.py needs Python 3.11 or newer (Unicode 14 or newer); "
        f"this is Python {sys.version.split()[0]} with Unicode {unicodedata.unidata_version}"
    )

try:
    import numpy as np
except ImportError as error:
    if __name__ == "__main__":
        sys.exit("router.py: this Python has no numpy (python3 -m pip install numpy)")
    raise ImportError("router.py needs numpy (python3 -m pip install numpy)") from error

FORMAT_VERSION = 2
MAX_HEADER_BYTES = 100_000_000
MAX_DIM = 1_000_000
MAX_ROWS = 100_000_000
MAX_CODE_POINTS = 10_000_000


class RouterFileError(Exception):
    """A router file that cannot be trusted; `code` says why (truncated, bad-header, bad-manifest, bad-tensor, not-finite,
    hash-mismatch, newer-format)."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class RouterInputError(ValueError):
    """A call that the router cannot answer. The message never contains a prompt or a response."""


# ---------------------------------------------------------------------------------------------------------------------
# The manifest: JSON that nobody vouches for


def _refuse(path, expected, value):
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}
    found = kinds.get(type(value), value if isinstance(value, (int, float)) else "something else")
    raise RouterFileError("bad-manifest", f"The manifest is not valid: {path} must be {expected}, found {found}.")


def _record(value, path):
    return value if isinstance(value, dict) else _refuse(path, "an object", value)


def _list(value, path):
    return value if isinstance(value, list) else _refuse(path, "a list", value)


def _text(value, path):
    return value if isinstance(value, str) else _refuse(path, "a text", value)


def _is_finite(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _finite(value, path):
    return float(value) if _is_finite(value) else _refuse(path, "a finite number", None if isinstance(value, int) else value)


def _integer(value, path, least, most):
    if _is_finite(value) and float(value).is_integer() and least <= value <= most:
        return int(value)
    return _refuse(path, f"a whole number from {least} to {most}", None)


def _one_of(value, path, choices):
    return value if isinstance(value, str) and value in choices else _refuse(path, "one of " + ", ".join(choices), value)


def _or_null(value, path, read):
    return None if value is None else read(value, path)


def _boolean(value, path):
    return value if isinstance(value, bool) else _refuse(path, "true or false", value)


def _pair(value, path):
    if len(_list(value, path)) != 2:
        _refuse(path, "a list of two numbers", value)
    return [_finite(entry, f"{path}[{i}]") for i, entry in enumerate(value)]


def _range(value, path):
    low, high = _pair(value, path)
    low = _integer(low, f"{path}[0]", 1, 16)
    return [low, _integer(high, f"{path}[1]", low, 16)]


def _measured(value, path):
    raw = _record(value, path)
    _or_null(raw.get("value", ""), f"{path}.value", _finite)
    _or_null(raw.get("ci95", ""), f"{path}.ci95", _pair)
    if "reason" in raw:
        _text(raw["reason"], f"{path}.reason")


def _parse_json(text, code, what):
    def refuse_constant(name):
        raise ValueError(name)

    try:
        return json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        raise RouterFileError(code, f"{what} is not valid JSON.") from None


def _description(value, path):
    raw = _record(value, path)
    _one_of(raw.get("kind"), f"{path}.kind", ("openai-embeddings", "onnx"))
    _text(raw.get("model"), f"{path}.model")
    _or_null(raw.get("revision", ""), f"{path}.revision", _text)
    _integer(raw.get("dimension"), f"{path}.dimension", 1, MAX_DIM)
    _boolean(raw.get("isShortened"), f"{path}.isShortened")
    _one_of(raw.get("pooling"), f"{path}.pooling", ("mean", "cls", "server"))
    _one_of(raw.get("normalisation"), f"{path}.normalisation", ("l2", "none"))
    _text(raw.get("prefix"), f"{path}.prefix")
    _integer(raw.get("maxCodePoints"), f"{path}.maxCodePoints", 1, MAX_CODE_POINTS)


def _check_block(value, path):
    raw = _record(value, path)
    kind = _one_of(raw.get("kind"), f"{path}.kind", ("hashed-ngram", "precomputed", "text-form", "columns", "signals"))
    _text(raw.get("name"), f"{path}.name")
    dim = _integer(raw.get("dim"), f"{path}.dim", 1, MAX_DIM)
    if _finite(raw.get("scale"), f"{path}.scale") <= 0:
        _refuse(f"{path}.scale", "a number above 0", raw["scale"])
    if kind in ("hashed-ngram", "text-form"):
        _one_of(raw.get("input"), f"{path}.input", ("prompt", "response"))
    if kind == "hashed-ngram":
        encoder = _record(raw.get("encoder"), f"{path}.encoder")
        _integer(encoder.get("version"), f"{path}.encoder.version", 1, 1)
        buckets = _integer(encoder.get("buckets"), f"{path}.encoder.buckets", 2, 32768)
        if buckets & (buckets - 1):
            _refuse(f"{path}.encoder.buckets", "a power of two", buckets)
        _range(encoder.get("wordNgrams"), f"{path}.encoder.wordNgrams")
        _range(encoder.get("charNgrams"), f"{path}.encoder.charNgrams")
        _integer(encoder.get("maxCodePoints"), f"{path}.encoder.maxCodePoints", 1, MAX_CODE_POINTS)
    elif kind == "precomputed":
        _integer(raw.get("inputDim"), f"{path}.inputDim", 1, MAX_DIM)
        if "encoder" in raw:
            _description(raw["encoder"], f"{path}.encoder")
    elif kind == "text-form":
        _integer(raw.get("version"), f"{path}.version", 1, 1)
        _integer(dim, f"{path}.dim", 11, 11)
    else:
        names = [_text(name, f"{path}.names[{i}]") for i, name in enumerate(_list(raw.get("names"), f"{path}.names"))]
        if len(names) != dim or len(set(names)) != dim:
            _refuse(f"{path}.names", f"a list of {dim} different names", names)


_RESERVED = re.compile(r"(?:head|deferral)(?:\.|\Z)")


def _check_blocks(value, stage):
    for i, block in enumerate(_list(value, "blocks")):
        _check_block(block, f"blocks[{i}]")
    names = {block["name"] for block in value}
    if not value or len(names) != len(value) or any(map(_RESERVED.match, names)):
        _refuse("blocks", 'a list of blocks with different names, none of them "head" or "deferral"', value)
    if sum(block["kind"] == "precomputed" for block in value) > 1:
        _refuse("blocks", "a list with at most one precomputed block", value)
    if stage == "route" and any(b["kind"] == "signals" or b.get("input") == "response" for b in value):
        raise RouterFileError("bad-manifest", "The manifest is not valid: a router of stage route reads a response.")


def _not_valid(expected):
    raise RouterFileError("bad-manifest", f"The manifest is not valid: expected {expected}.")


def _check_models(raw, version):
    models = _list(raw.get("models"), "models")
    if len(models) > 1000:
        _refuse("models", "at most 1000", models)
    roles = ("strong", "cheap") if version == 1 else ("strong", "cheap", "anchor", "candidate")
    for i, value in enumerate(models):
        path = f"models[{i}]"
        model = _record(value, path)
        _text(model.get("name"), f"{path}.name")
        _one_of(model.get("role"), f"{path}.role", roles)
        if version == 1:
            model["relativeCost"] = 1 if model["role"] == "strong" else 0
        _finite(model.get("relativeCost"), f"{path}.relativeCost")
        _or_null(model.get("inputUsdPerMillion", ""), f"{path}.inputUsdPerMillion", _finite)
        _or_null(model.get("outputUsdPerMillion", ""), f"{path}.outputUsdPerMillion", _finite)
    anchor = _text(raw.get("anchor"), "anchor")
    found = sorted(model["role"] for model in models)
    base = next((model for model in models if model["role"] in ("cheap", "anchor")), None)
    if len(models) == 2:
        if found != ["cheap", "strong"] or base["name"] != anchor:
            _not_valid("one strong model and one cheap model that is the anchor")
    elif len(models) < 2 or found != ["anchor"] + ["candidate"] * (len(models) - 1) or base["name"] != anchor:
        _not_valid("one model of role anchor, which is the anchor, and candidates")
    if version > 1 and len({model["name"] for model in models}) != len(models):
        _not_valid("models of different names")
    if base["relativeCost"] != 0:
        _not_valid("an anchor whose relativeCost is 0")
    if len(models) == 2 and any(model["role"] == "strong" and model["relativeCost"] != 1 for model in models):
        _not_valid("a strong model whose relativeCost is 1")


_SIMPLE_HEADS = ("linear", "trees", "mlp", "nearest")


def _check_simple_head(raw, path):
    if raw["kind"] == "trees":
        raw["trees"] = _integer(raw.get("trees"), f"{path}.trees", 1, MAX_ROWS)
        raw["nodes"] = _integer(raw.get("nodes"), f"{path}.nodes", 1, MAX_ROWS)
    elif raw["kind"] == "mlp":
        hidden = _list(raw.get("hidden"), f"{path}.hidden")
        if len(hidden) > 64:
            _refuse(f"{path}.hidden", "at most 64 layers", hidden)
        raw["hidden"] = [_integer(width, f"{path}.hidden[{i}]", 1, MAX_DIM) for i, width in enumerate(hidden)]
    elif raw["kind"] == "nearest":
        raw["points"] = _integer(raw.get("points"), f"{path}.points", 1, MAX_ROWS)
        raw["k"] = _integer(raw.get("k"), f"{path}.k", 1, raw["points"])


def _check_heads(raw, version, dim):
    wanted = [model["name"] for model in raw["models"] if model["role"] in ("strong", "candidate")]
    if version == 1:
        head = _record(raw.get("head"), "head")
        _integer(head.get("dim"), "head.dim", dim, dim)
        _one_of(head.get("kind"), "head.kind", ("linear",))
        del raw["head"]
        raw["heads"] = [{"model": name, "kind": "linear"} for name in wanted]
        return
    heads = _list(raw.get("heads"), "heads")
    for i, value in enumerate(heads):
        path = f"heads[{i}]"
        head = _record(value, path)
        _text(head.get("model"), f"{path}.model")
        _one_of(head.get("kind"), f"{path}.kind", (*_SIMPLE_HEADS, "sum"))
        if head["kind"] != "sum":
            _check_simple_head(head, path)
            continue
        parts = _list(head.get("parts"), f"{path}.parts")
        if not 1 <= len(parts) <= 1000:
            _refuse(f"{path}.parts", "1 to 1000 parts", parts)
        for j, part in enumerate(parts):
            at = f"{path}.parts[{j}]"
            _finite(_record(part, at).get("weight"), f"{at}.weight")
            _one_of(part.get("kind"), f"{at}.kind", _SIMPLE_HEADS)
            _check_simple_head(part, at)
    if len(heads) != len(wanted) or {head["model"] for head in heads} != set(wanted):
        _refuse("heads", "one head for each model but the anchor", heads)


def _check_deferral(raw, version):
    deferral = raw.get("deferral")
    if deferral is None:
        return
    if version == 1:
        _refuse("deferral", "null", deferral)
    if raw["stage"] != "cascade" or len(raw["models"]) != 2:
        _not_valid("no deferral but in a cascade of two models")
    _record(deferral, "deferral")
    level = _finite(deferral.get("level"), "deferral.level")
    if not 0 < level < 1:
        _refuse("deferral.level", "a number between 0 and 1", level)
    _one_of(deferral.get("kind"), "deferral.kind", ("bootstrap-linear",))
    deferral["draws"] = _integer(deferral.get("draws"), "deferral.draws", 2, 100_000)


def _check_figures(raw):
    percentiles = raw.get("gainPercentiles")
    if len(raw["models"]) > 2:
        if percentiles is not None:
            _refuse("gainPercentiles", "null", percentiles)
        percentiles = [0] * 101
    percentiles = _list(percentiles, "gainPercentiles")
    percentiles = [_finite(gain, f"gainPercentiles[{i}]") for i, gain in enumerate(percentiles)]
    if len(percentiles) != 101 or any(b < a for a, b in zip(percentiles, percentiles[1:])):
        _refuse("gainPercentiles", "101 numbers, none smaller than the one before", percentiles)
    points = _list(raw.get("operatingPoints"), "operatingPoints")
    if not points:
        _refuse("operatingPoints", "at least one", points)
    for i, value in enumerate(points):
        path = f"operatingPoints[{i}]"
        point = _record(value, path)
        _text(point.get("name"), f"{path}.name")
        _finite(point.get("w"), f"{path}.w")
        _finite(point.get("threshold"), f"{path}.threshold")
        for figure in ("strongShare", "quality", "cost"):
            _measured(point.get(figure), f"{path}.{figure}")
        for name, share in _record(point.get("shares", {}), f"{path}.shares").items():
            _measured(share, f'{path}.shares["{name}"]')
    cost = _record(raw.get("meanCost"), "meanCost")
    _finite(cost.get("strong"), "meanCost.strong")
    _finite(cost.get("cheap"), "meanCost.cheap")
    limits = _record(raw.get("outOfDistribution"), "outOfDistribution")
    _finite(limits.get("maxFeatureNorm"), "outOfDistribution.maxFeatureNorm")


def _check_descriptions(raw):
    for key in ("id", "name", "created", "productVersion"):
        _text(raw.get(key), key)
    _one_of(raw.get("costUnit"), "costUnit", ("usd", "strong-call"))
    _one_of(raw.get("qualityUnit"), "qualityUnit", ("gold-score", "gain-over-cheap"))
    _boolean(raw.get("isSimulated"), "isSimulated")
    _record(raw.get("run"), "run")
    _record(raw.get("diagnostics"), "diagnostics")
    for i, value in enumerate(_list(raw.get("assumptions"), "assumptions")):
        assumption = _record(value, f"assumptions[{i}]")
        _text(assumption.get("name"), f"assumptions[{i}].name")
        _or_null(assumption.get("holds", ""), f"assumptions[{i}].holds", _boolean)
        _text(assumption.get("why"), f"assumptions[{i}].why")
    for name, value in _record(raw.get("tensors"), "tensors").items():
        tensor = _record(value, f'tensors["{name}"]')
        for i, size in enumerate(_list(tensor.get("shape"), f'tensors["{name}"].shape')):
            _integer(size, f'tensors["{name}"].shape[{i}]', 1, MAX_ROWS)
        _text(tensor.get("sha256"), f'tensors["{name}"].sha256')


def _parse_manifest(text):
    raw = _parse_json(text, "bad-manifest", "The manifest")
    if not isinstance(raw, dict):
        raise RouterFileError("bad-manifest", "The manifest is not a JSON object.")
    version = _integer(raw.get("formatVersion"), "formatVersion", 1, 2**53 - 1)
    if version > FORMAT_VERSION:
        raise RouterFileError(
            "newer-format",
            f"The router has format version {version}, this reader knows {FORMAT_VERSION}: use a newer reader.",
        )
    stage = _one_of(raw.get("stage"), "stage", ("route", "cascade"))
    _check_blocks(raw.get("blocks"), stage)
    dim = sum(block["dim"] for block in raw["blocks"])
    _check_models(raw, version)
    if stage == "cascade" and len(raw["models"]) > 2:
        _refuse("models", "two models in a cascade", raw["models"])
    _check_heads(raw, version, dim)
    _check_deferral(raw, version)
    _check_figures(raw)
    _check_descriptions(raw)
    if raw.get("calibration", "") is not None:
        _refuse("calibration", "null", raw.get("calibration"))
    if raw.get("certificate") is not None:
        _record(raw["certificate"], "certificate")
    raw["tensors"] = {_current_name(name, version): tensor for name, tensor in raw["tensors"].items()}
    return raw


def _current_name(name, version):
    """Of the one head of version 1 the tensors were head.coefficients and head.intercept."""
    return name.replace("head.", "head.0.", 1) if version == 1 and name.startswith("head.") else name


# ---------------------------------------------------------------------------------------------------------------------
# The file: safetensors whose every byte is accounted for


def _bad_header(message):
    return RouterFileError("bad-header", f"This is not a valid safetensors file: {message}.")


def _read_header(data):
    if len(data) < 8:
        raise RouterFileError("truncated", f"The file has {len(data)} bytes; a router file has more than 8.")
    length = int.from_bytes(data[:8], "little")
    if length > MAX_HEADER_BYTES:
        raise _bad_header(f"it declares a header of {length} bytes")
    if 8 + length > len(data):
        raise RouterFileError(
            "truncated",
            f"The file has {len(data)} bytes but its header alone should take {8 + length}: it was cut off.",
        )
    try:
        text = data[8 : 8 + length].decode("utf-8")
    except UnicodeDecodeError:
        raise _bad_header("its header is not UTF-8") from None
    header = _parse_json(text, "bad-header", "The header of the safetensors file")
    if not isinstance(header, dict):
        raise _bad_header("its header is not a JSON object")
    metadata = header.pop("__metadata__", None)
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise _bad_header("its header has no __metadata__ of texts")
    return metadata, header, 8 + length


def _is_size(value):
    return _is_finite(value) and float(value).is_integer() and 0 <= value < 2**53


def _read_entry(name, entry):
    if not isinstance(entry, dict):
        raise _bad_header(f'the entry of tensor "{name}" is not an object')
    dtype = entry.get("dtype")
    if not isinstance(dtype, str) or dtype not in ("F32", "I32"):
        raise RouterFileError("bad-tensor", f'Tensor "{name}" must be of dtype F32 or I32.')
    shape, offsets = entry.get("shape"), entry.get("data_offsets")
    if not isinstance(shape, list) or not all(map(_is_size, shape)):
        raise _bad_header(f'the shape of tensor "{name}" is not a list of sizes')
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(map(_is_size, offsets)):
        raise _bad_header(f'the data_offsets of tensor "{name}" are not two sizes')
    shape, (begin, end) = [int(size) for size in shape], map(int, offsets)
    if end < begin or end - begin != 4 * math.prod(shape):
        raise _bad_header(f'tensor "{name}" has shape {shape} but takes {end - begin} bytes')
    return begin, end, name, dtype, shape


def _read_tensors(data, header, start):
    tensors = {}
    position = 0
    for begin, end, name, dtype, shape in sorted(_read_entry(name, entry) for name, entry in header.items()):
        if begin != position:
            raise _bad_header(f'tensor "{name}" starts at byte {begin}, expected {position}')
        if start + end > len(data):
            raise RouterFileError("truncated", f'Tensor "{name}" ends beyond the file: it was cut off.')
        tensors[name] = (dtype, shape, data[start + begin : start + end])
        position = end
    if start + position != len(data):
        raise _bad_header(f"{len(data) - start - position} bytes after the last tensor belong to nothing")
    return tensors


def _head_shapes(head, prefix, dim):
    """(shape, dtype) of each tensor of a head, by name."""
    if head["kind"] == "sum":
        shapes = {}
        for j, part in enumerate(head["parts"]):
            shapes.update(_head_shapes(part, f"{prefix}.part.{j}", dim))
        return shapes
    if head["kind"] == "linear":
        shapes = {"coefficients": [dim], "intercept": [1]}
    elif head["kind"] == "trees":
        columns = ("feature", "threshold", "left", "right", "value")
        shapes = {"base": [1], "roots": [head["trees"]], **{column: [head["nodes"]] for column in columns}}
    elif head["kind"] == "nearest":
        shapes = {"points": [head["points"], dim], "values": [head["points"]]}
    else:
        widths = [dim, *head["hidden"], 1]
        shapes = {}
        for j, (width_in, width_out) in enumerate(zip(widths, widths[1:])):
            shapes[f"layer.{j}.weight"], shapes[f"layer.{j}.bias"] = [width_in, width_out], [width_out]
    integers = ("roots", "feature", "left", "right") if head["kind"] == "trees" else ()
    return {f"{prefix}.{name}": (shape, "I32" if name in integers else "F32") for name, shape in shapes.items()}


def _expected_shapes(manifest):
    shapes, dim = {}, 0
    for block in manifest["blocks"]:
        name, width = block["name"], int(block["dim"])
        dim += width
        shapes[f"{name}.center"] = [width]
        if block["kind"] == "hashed-ngram":
            shapes[f"{name}.idf"] = [int(block["encoder"]["buckets"])]
            shapes[f"{name}.components"] = [int(block["encoder"]["buckets"]), width]
        elif block["kind"] == "precomputed":
            shapes[f"{name}.components"] = [int(block["inputDim"]), width]
    if manifest.get("deferral") is not None:
        draws = manifest["deferral"]["draws"]
        shapes.update({"deferral.coefficients": [draws, dim], "deferral.intercepts": [draws]})
    shapes = {name: (shape, "F32") for name, shape in shapes.items()}
    for i, head in enumerate(manifest["heads"]):
        shapes.update(_head_shapes(head, f"head.{i}", dim))
    return shapes


def _check_tensor(name, expected, found, declared):
    if found is None:
        raise RouterFileError("bad-tensor", f'Tensor "{name}" is missing.')
    (expected, expected_dtype), (dtype, shape, data) = expected, found
    if shape != expected:
        raise RouterFileError("bad-tensor", f'Tensor "{name}" has shape {shape}, expected {expected}.')
    if dtype != expected_dtype:
        raise RouterFileError("bad-tensor", f'Tensor "{name}" must be of dtype {expected_dtype}.')
    if declared is None or declared["shape"] != expected:
        raise RouterFileError("bad-manifest", f'The manifest does not describe tensor "{name}" as it is.')
    if hashlib.sha256(data).hexdigest() != declared["sha256"]:
        raise RouterFileError("hash-mismatch", f'Tensor "{name}" is damaged: its SHA-256 is not the manifest\'s.')
    if dtype == "I32":
        return np.frombuffer(data, dtype="<i4").astype(np.int64).reshape(expected)
    values = np.frombuffer(data, dtype="<f4").astype(np.float64).reshape(expected)
    if not np.isfinite(values).all():
        raise RouterFileError("not-finite", f'Tensor "{name}" has a NaN or an infinity.')
    return values


def read_router_file(data):
    """(manifest, tensors as float64 and int64 arrays) of the bytes of a router.safetensors. A file of version 1 is read as
    the same router in the terms of version 2.

    Raises RouterFileError with a code; nothing is ever half loaded.
    """
    data = bytes(data)
    metadata, header, start = _read_header(data)
    text, sha256 = metadata.get("manifest"), metadata.get("manifest_sha256")
    if text is None or sha256 is None:
        raise RouterFileError("bad-manifest", "The file has no manifest in its metadata: it is not a router.")
    if hashlib.sha256(_well_formed(text).encode("utf-8")).hexdigest() != sha256:
        raise RouterFileError("hash-mismatch", "The manifest is damaged: its SHA-256 is not the one beside it.")
    manifest = _parse_manifest(text)
    version = int(manifest["formatVersion"])
    raw = {_current_name(name, version): found for name, found in _read_tensors(data, header, start).items()}
    shapes = _expected_shapes(manifest)
    for name in [*raw, *manifest["tensors"]]:
        if name not in shapes:
            raise RouterFileError("bad-tensor", f'Tensor "{name}" belongs to no block and to no head.')
    tensors = {
        name: _check_tensor(name, shape, raw.get(name), manifest["tensors"].get(name)) for name, shape in shapes.items()
    }
    return manifest, tensors


# ---------------------------------------------------------------------------------------------------------------------
# The encoder `hashed-ngram`, version 1. Tables are inclusive ranges; later classes win (white space last).

LETTER, SEPARATOR, IDEOGRAPH, WHITE_SPACE = range(4)

_SEPARATORS = """
    0000-002f 003a-0040 005b-0060 007b-00bf 00d7-00d7 00f7-00f7 037e-037e 0387-0387 055a-055f 0589-058a
    05be-05be 05c0-05c0 05c3-05c3 05c6-05c6 05f3-05f4 0609-060d 061b-061f 066a-066d 06d4-06d4 0700-070d
    0964-0965 0970-0970 0e4f-0e4f 0e5a-0e5b 0f04-0f14 0f3a-0f3d 104a-104f 10fb-10fb 1360-1368 166d-166e
    169b-169c 16eb-16ed 17d4-17da 1800-180a 2000-206f 207a-207e 208a-208e 20a0-20cf 2190-2bff 2cf9-2cff
    2e00-2e7f 3000-3004 3008-3020 3030-3030 303d-303f 30a0-30a0 30fb-30fb a4fe-a4ff a60d-a60f a874-a877
    fd3e-fd3f fe00-fe1f fe30-fe6f feff-feff ff00-ff0f ff1a-ff20 ff3b-ff40 ff5b-ff65 ffe0-ffff 1f000-1fbff
    e0000-e01ff
"""

_IDEOGRAPHS = """
    3005-3007 3021-3029 3031-3035 3038-303c 3041-309f 30a1-30fa 30fc-30ff 31f0-31ff 3400-4dbf 4e00-9fff
    f900-faff 20000-3ffff
"""

_WHITE_SPACES = """
    0009-000d 0020-0020 0085-0085 00a0-00a0 1680-1680 2000-200b 2028-2029 202f-202f 205f-205f 3000-3000
    feff-feff
"""

# Code points that Unicode 14 does not assign: pairs of base-36 numbers, the assigned code points skipped since the last
# range and the length of the range.
_UNASSIGNED = """
    oo 2 6 4 7 1 1 1 k 1 b1 1 12 2 1e 2 3 1 1j 8 r 4 6 b 7i 1 1o 2 2t e 1n 2 1d 2 f 1 s 2 1 1 b 5 v 1 2 6 6k 1
    8 2 2 2 m 1 7 1 1 3 4 2 9 2 2 2 4 8 1 4 2 1 5 2 p 2 3 1 6 4 2 2 m 1 7 1 2 1 2 1 2 2 1 1 5 4 2 2 3 3 1 7 4
    1 1 7 h a 3 1 9 1 3 1 m 1 7 1 2 1 5 2 a 1 3 1 3 2 1 f 4 2 c 7 7 1 3 1 8 2 2 2 m 1 7 1 2 1 5 2 9 2 2 2 3 7
    3 4 2 1 5 2 i a 2 1 6 3 3 1 4 3 2 1 1 1 2 3 2 3 3 3 c 4 5 3 3 1 4 2 1 6 1 e l 5 d 1 3 1 n 1 g 2 9 1 3 1 4
    7 2 1 3 2 1 2 4 2 a 7 m 1 3 1 n 1 a 1 5 2 9 1 3 1 4 7 2 6 2 1 4 2 a 1 2 d d 1 3 1 1f 1 3 1 6 4 g 2 q 1 3 1
    i 3 o 1 9 1 1 2 7 3 1 4 6 1 1 1 8 6 a 2 3 c 1m 4 t 11 2 1 1 1 5 1 o 1 1 1 n 2 5 1 1 1 6 2 a 2 4 w 20 1 10
    4 13 1 10 1 f 1 d 11 5i 1 1 5 1 2 ah 1 4 2 7 1 1 1 4 2 15 1 4 2 x 1 4 2 7 1 1 1 4 2 f 1 1l 1 4 2 1v 2 w 3
    q 6 2e 2 6 2 il 3 2h 7 m 9 o 9 k c d 1 3 1 2 c 2m 2 a 6 a 6 q 6 2h 7 17 5 1y a v 1 c 4 c 4 1 3 16 2 5 b 18
    4 q 6 b 3 1q 2 1t 1 t 2 b 6 a 6 e 2 v 1d 25 3 1b 1 38 8 1o 3 f 3 1o 7 17 2 b 8 17 5 eu 2 6 2 12 2 6 2 8 1
    1 1 1 1 1 1 v 2 1h 1 f 1 e 2 6 1 j 2 3 1 9 1 2t 1 c 2 r 1 d 3 x f x f 3w 4 if p b l 1ec 2 w 1 9p 5 19 1 1
    5 1 2 1k 7 2 e o 9 7 1 7 1 7 1 7 1 7 1 7 1 7 1 7 1 3i y q 1 2h c 5y q c 4 1s 1 2e 2 2v 5 17 1 2m 1 2c c 1b
    1 mlp 3 1j 9 9o k 54 8 5n 5 2 1 1 1 5 o 1n 3 a 6 1k 8 1y 8 c 6 38 b u 3 26 1 b 4 x 1 1j 9 e 2 a 2 2v o s a
    6 2 6 2 6 9 7 1 7 1 1o 4 3i 2 a 6 8mc c n 4 1d 4 6su 2 2y 12 7 c 5 5 q 1 5 1 1 1 2 1 2 1 3h g cd 2 1i 7 1
    w 16 6 1f 1 j 1 4 4 5 1 3r 2 1 1 5a 3 6 2 6 2 6 2 3 3 7 1 7 a 5 2 c 1 q 1 j 1 2 1 f 2 e y 3f 5 3 4 19 3 2g
    1 d 3 1 1b 1a 3m t 3 1d f s 4 10 9 u 5 17 5 u 1 11 4 e 16 4e 2 a 6 10 4 10 4 14 8 1g b c 1 f 1 7 1 2 1 b 1
    f 1 7 1 2 1v 8n 9 m a 8 o 6 1 16 1 9 1x 6 2 1 1 18 1 2 3 1 2 n 1 20 8 9 1c j 1 2 5 x 3 r 5 1 1s 1k 4 k 2
    1e 1 2 5 8 1 3 1 t 2 3 4 a 7 9 7 1s w 13 4 c 9 1i 3 t 2 r 5 q 7 4 c 7 28 21 1j 1f d 1f 7 1a 8 a 86 v 1 16
    1 3 2 2 26 14 8 16 m q 12 s k n 9 26 4 10 9 1w a 1 2 p 7 a 6 1h 1 i 8 13 9 2o 1 k b i 1 18 1t 7 1 1 1 4 1
    f 1 b 6 1n 5 a 6 4 1 8 2 2 2 m 1 7 1 2 1 5 1 a 2 2 2 3 2 1 6 1 5 7 2 7 3 5 3v 2k 1 5 u 20 8 a 4m 1i 2 12 y
    1x b a 6 d j 1m 6 a 1i r 2 f 4 n 55 1o 2s 2b c 8 2 1 2 8 1 2 1 u 1 2 2 c 9 a 1y 8 2 1a 2 b r 20 8 2b d 21
    7b 9 1 19 1 e a t 3 w 2 m 1 e 21 7 1 2 1 18 3 1 1 2 1 9 8 a 6 6 1 2 1 11 1 2 1 6 7 a 8m p 53 1 f 1e d pn
    2u 33 1 5 b 5g 218 2r d tr 1 9 347 g7 6nt ft 7 v 1 a 4 29 1 a 6 u 2 6 a 1y a a 1 7 1 l 5 j j4 2j 2t 23 4
    1l 7 h 1s 5 b 2 e 4qg 8 ye 16 9 6w7 4 1 7 1 2 1 83 19 3 h 4 8 b0 1s4 2z 5 d 3 9 7 a 2 8 3mk 1a 2 n 9 38 1o
    6u a 13 2 5e l 1y 4a k c 2f 9 p 3r 2d 1 1z 1 2 2 1 2 2 2 4 1 c 1 1 1 7 1 1t 1 4 2 8 1 7 1 s 1 4 1 5 1 1 3
    7 1 9g 2 84 2 ji f 5 1 f uo v 69 7 1 h 2 7 1 2 1 5 5x 19 3 e 2 a 4 2 8w v h 1m 5 1 yo 7 1 4 1 2 1 f 1 5h 2
    g 15 24 4 a 4 2 lt 1w 24 1p 5e 4 1 r 1 2 1 1 2 1 1 a 1 4 1 1 1 1 6 1 4 1 1 1 1 1 1 3 1 2 1 1 2 1 1 1 1 1 1
    1 1 1 1 2 1 1 2 4 1 7 1 4 1 4 1 1 1 a 1 h 5 3 1 5 1 h 1g 2 7i 18 4 2s c f 2 f 1 f 1 11 a 4u 1k t d 18 4 9
    7 2 e 6 4a rc 5 g 3 d 3 38 c 2h 7 c 4 1 f c 4 1k 8 a 6 14 8 u 2 2 26 9g c e 2 5 3 5 3 7 9 t 3 b 5 6 a a 6
    8 8 7 9 43 1 1j 11 a sm wyo w 37d 7 66 2 4g2 e 5rl 2e7 f2 15u 3t7 fcfq 1 u 2o 3k 6o 1e6o 1eke 2 1eke 2
"""


def _paint_classes():
    classes = np.zeros(0x110000, dtype=np.uint8)
    for ranges, value in ((_SEPARATORS, SEPARATOR), (_IDEOGRAPHS, IDEOGRAPH), (_WHITE_SPACES, WHITE_SPACE)):
        for pair in ranges.split():
            first, last = pair.split("-")
            classes[int(first, 16) : int(last, 16) + 1] = value
    return classes


_CLASS_OF = _paint_classes()


def _unassigned_pattern():
    at, parts = 0, []
    steps = [int(step, 36) for step in _UNASSIGNED.split()]
    for skipped, length in zip(steps[::2], steps[1::2]):
        first = at + skipped
        at = first + length
        parts.append(f"\\U{first:08x}-\\U{at - 1:08x}")
    return re.compile("([" + "".join(parts) + "]+)")


_UNASSIGNED_RUN = _unassigned_pattern()
_SURROGATE = re.compile("[\ud800-\udfff]")


def _well_formed(text):
    """Pairs of surrogates become one code point, lone ones U+FFFD."""
    if _SURROGATE.search(text) is None:
        return text
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _SURROGATE.sub("\ufffd", paired)


def _fold_run(run):
    composed = unicodedata.normalize("NFKC", run)
    # The one context rule of lower() is the final sigma; without capital sigma there is none.
    lower = composed.replace("\u03a3", "\u03c3").lower()
    return unicodedata.normalize("NFKC", lower)


def _fold(text, max_code_points):
    """The folded text as an array of code points, with one space before and after; empty for a blank text."""
    text = _well_formed(text)[:max_code_points]
    if text.isascii():
        text = text.lower()
    else:
        pieces = _UNASSIGNED_RUN.split(text)
        text = "".join(piece if i % 2 else _fold_run(piece) for i, piece in enumerate(pieces))
    codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint32)
    is_space = _CLASS_OF[codes] == WHITE_SPACE
    codes = np.where(is_space, np.uint32(0x20), codes)
    keep = ~is_space
    keep[1:] |= is_space[1:] & ~is_space[:-1]
    codes = codes[keep]
    if codes.size and codes[0] == 0x20:
        codes = codes[1:]
    if codes.size and codes[-1] == 0x20:
        codes = codes[:-1]
    if codes.size == 0:
        return codes
    space = np.array([0x20], dtype=np.uint32)
    return np.concatenate([space, codes, space])


_PRIME = np.uint32(0x01000193)
_CHAR_SEED = 0x811C9DC5
_WORD_SEED = 0x9747B28C


def _finish(hashes):
    hashes = hashes ^ (hashes >> np.uint32(16))
    hashes = hashes * np.uint32(0x85EBCA6B)
    hashes = hashes ^ (hashes >> np.uint32(13))
    hashes = hashes * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))


def _character_hashes(codes, low, high):
    hashes = np.full(codes.size, _CHAR_SEED, dtype=np.uint32)
    for n in range(1, min(high, codes.size) + 1):
        hashes = (hashes[: codes.size - n + 1] ^ codes[n - 1 :]) * _PRIME
        if n >= low:
            yield hashes


def _words(codes):
    """Start and end of each word: runs of LETTER, and each IDEOGRAPH by itself."""
    classes = _CLASS_OF[codes]
    is_letter = np.concatenate([[False], classes == LETTER, [False]])
    change = np.flatnonzero(is_letter[1:] != is_letter[:-1])
    ideographs = np.flatnonzero(classes == IDEOGRAPH)
    starts = np.concatenate([change[::2], ideographs])
    ends = np.concatenate([change[1::2], ideographs + 1])
    order = np.argsort(starts, kind="stable")
    return starts[order], ends[order]


def _step_over_words(hashes, codes, starts, ends):
    """The hashes, each stepped over the code points of its word."""
    hashes = hashes.copy()
    lengths = ends - starts
    by_length = np.argsort(-lengths, kind="stable")
    sorted_lengths = -lengths[by_length]
    for i in range(int(lengths.max(initial=0))):
        active = by_length[: np.searchsorted(sorted_lengths, -i, side="left")]
        hashes[active] = (hashes[active] ^ codes[starts[active] + i]) * _PRIME
    return hashes


def _word_hashes(codes, low, high):
    starts, ends = _words(codes)
    hashes = np.full(starts.size, _WORD_SEED, dtype=np.uint32)
    for n in range(1, min(high, starts.size) + 1):
        if n > 1:
            hashes = (hashes[:-1] ^ np.uint32(0x20)) * _PRIME
        hashes = _step_over_words(hashes, codes, starts[n - 1 :], ends[n - 1 :])
        if n >= low:
            yield hashes


def encode_ngrams(text, encoder, idf):
    """(buckets, values): the L2-normalised tf-idf of a text, buckets ascending; both empty for a text without grams."""
    codes = _fold(text, int(encoder["maxCodePoints"]))
    if codes.size == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    low, high = map(int, encoder["charNgrams"])
    hashes = list(_character_hashes(codes, low, high))
    low, high = map(int, encoder["wordNgrams"])
    hashes += _word_hashes(codes, low, high)
    if not hashes:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    mask = np.uint32(int(encoder["buckets"]) - 1)
    buckets, counts = np.unique(_finish(np.concatenate(hashes)) & mask, return_counts=True)
    buckets = buckets.astype(np.int64)
    values = (1.0 + np.log(np.minimum(counts, 255))) * idf[buckets]
    norm = math.sqrt(float(values @ values))
    return buckets, values / norm if norm > 0 else values


# ---------------------------------------------------------------------------------------------------------------------
# The form of a text, version 1

_FORM_MAX_CODE_POINTS = 65_536
_CODE_SIGNS = np.frombuffer("{}[]()<>=_;\\/|#$`+*^&~@".encode("utf-32-le"), dtype="<u4")
_CODE_WORDS = frozenset(
    """
    bool boolean char class const def elif enum foreach func import int lambda null printf println return self static
    str string struct var void FROM INSERT JOIN None SELECT WHERE
    """.split()
)
_QUESTION_WORDS = frozenset("how what when where which who whom whose why".split())
_LONGEST_LISTED = 8


def text_form(text):
    """Eleven numbers of about [0, 2] on length, digits, code, language and question form."""
    if _SURROGATE.search(text) is not None:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    text = text[:_FORM_MAX_CODE_POINTS]
    if not text:
        return np.zeros(11)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    classes = _CLASS_OF[codes]
    starts, ends = _words(codes)
    count = lambda mask: int(np.count_nonzero(mask))
    between = lambda first, last: (codes >= first) & (codes <= last)

    code_words, is_question = 0, None
    is_ascii_letter = between(0x41, 0x5A) | between(0x61, 0x7A)
    listed = is_ascii_letter[starts]
    for start, end in zip(starts[listed].tolist(), ends[listed].tolist()):
        is_listable = end - start <= _LONGEST_LISTED
        if is_listable and text[start:end] in _CODE_WORDS:
            code_words += 1
        if is_question is None:
            is_question = is_listable and text[start:end].lower() in _QUESTION_WORDS
    visible = np.flatnonzero(classes != WHITE_SPACE)
    last_code = int(codes[visible[-1]]) if visible.size else 0
    upper, lower = count(between(0x41, 0x5A)), count(between(0x61, 0x7A))
    n = codes.size
    return np.array(
        [
            math.log(1 + n) / 5,
            math.log(1 + starts.size) / 5,
            min(1.0, 4 * count(between(0x30, 0x39)) / n),
            min(1.0, 4 * count(np.isin(codes, _CODE_SIGNS)) / n),
            1.0 if "```" in text else min(1.0, code_words / 4),
            min(1.0, 4 * count(codes > 0x7F) / n),
            count((classes == IDEOGRAPH) | between(0xAC00, 0xD7A3)) / n,
            1.0 if last_code in (0x3F, 0xFF1F, 0x061F) else 0.0,
            1.0 if is_question else 0.0,
            math.log(1 + count(codes == 0x0A)) / 5,
            min(1.0, 4 * upper / (upper + lower)) if upper + lower else 0.0,
        ]
    )


# ---------------------------------------------------------------------------------------------------------------------
# Heads: from a feature vector (float64) to a number


def _tree_head(tensors, prefix, dim):
    base, roots, feature, threshold, left, right, value = (
        tensors[f"{prefix}.{name}"] for name in ("base", "roots", "feature", "threshold", "left", "right", "value")
    )
    nodes = feature.size
    here = np.flatnonzero(feature != -1)
    points_on = [(side[here] > here) & (side[here] < nodes) for side in (left, right)]
    is_sound = ((roots >= 0) & (roots < nodes)).all() and ((feature >= -1) & (feature < dim)).all()
    if not is_sound or not all(points.all() for points in points_on):
        raise RouterFileError("bad-tensor", f'The trees of "{prefix}" are not valid: a node points nowhere.')

    def apply(features):
        with np.errstate(over="ignore"):
            rounded = features.astype(np.float32).astype(np.float64)
        at = roots.copy()
        while True:
            asked = feature[at]
            inner = asked >= 0
            if not inner.any():
                return base[0] + value[at].sum()
            goes_left = rounded[asked] <= threshold[at]
            at = np.where(inner, np.where(goes_left, left[at], right[at]), at)

    return apply


def _mlp_head(tensors, prefix, layers):
    weights = [(tensors[f"{prefix}.layer.{j}.weight"], tensors[f"{prefix}.layer.{j}.bias"]) for j in range(layers)]

    def apply(features):
        for j, (weight, bias) in enumerate(weights):
            features = (features if j == 0 else np.maximum(features, 0)) @ weight + bias
        return features[0]

    return apply


def _nearest_head(tensors, prefix, k):
    points, values = tensors[f"{prefix}.points"], tensors[f"{prefix}.values"]

    def apply(features):
        # Compared as multiples of 2^-30, so that rows that are the same to a last bit are equal; the earlier row wins.
        unit = features / (math.sqrt(features @ features) + 1e-9)
        similarity = np.floor(points @ unit * 2**30 + 0.5)
        return values[np.argsort(-similarity, kind="stable")[:k]].mean()

    return apply


def _create_head(head, tensors, prefix, dim):
    """The function of a head: from features to a number."""
    kind = head["kind"]
    if kind == "linear":
        coefficients, intercept = tensors[f"{prefix}.coefficients"], tensors[f"{prefix}.intercept"][0]
        return lambda features: intercept + features @ coefficients
    if kind == "trees":
        return _tree_head(tensors, prefix, dim)
    if kind == "mlp":
        return _mlp_head(tensors, prefix, len(head["hidden"]) + 1)
    if kind == "nearest":
        return _nearest_head(tensors, prefix, head["k"])
    parts = [
        (float(part["weight"]), _create_head(part, tensors, f"{prefix}.part.{j}", dim))
        for j, part in enumerate(head["parts"])
    ]
    return lambda features: sum(weight * apply(features) for weight, apply in parts)


# ---------------------------------------------------------------------------------------------------------------------
# The router


def _threshold_of_share(percentiles, strong_share):
    """The (1 - share) quantile, linear between the percentiles; share 0 means never, 1 always."""
    if strong_share <= 0:
        return math.inf
    if strong_share >= 1:
        return -math.inf
    position = (1 - strong_share) * (len(percentiles) - 1)
    below = min(math.floor(position), len(percentiles) - 2)
    return percentiles[below] + (position - below) * (percentiles[below + 1] - percentiles[below])


def _check_text(value, what):
    if value is None or isinstance(value, str):
        return value
    raise RouterInputError(f"The {what} must be a string, got {type(value).__name__}.")


def _plain(value):
    """A number of numpy as one of Python."""
    return value.item() if isinstance(value, (np.integer, np.floating)) else value


def _check_numbers(value, what):
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RouterInputError(f"{what} must be a dict of numbers, got {type(value).__name__}.")
    numbers = {}
    for name, entry in value.items():
        if entry is None:
            continue
        entry = _plain(entry)
        if not _is_finite(entry):
            raise RouterInputError(f'{what}: "{name}" must be a finite number; leave it out where it is absent.')
        numbers[name] = float(entry)
    return numbers


def _check_vector(value, dim, what):
    try:
        array = np.asarray(value)
    except ValueError:
        array = None
    if array is None or array.ndim != 1 or array.dtype.kind not in "iuf":
        raise RouterInputError(f"The {what} vector must be a list of numbers.")
    if array.size != dim:
        raise RouterInputError(f"Expected a {what} vector of {dim} numbers, got {array.size}.")
    vector = array.astype(np.float64)
    if not np.isfinite(vector).all():
        raise RouterInputError(f"Entry {int(np.argmin(np.isfinite(vector)))} of the {what} vector is not a finite number.")
    return vector


class Router:
    """What `load_router` returns. `manifest` is the manifest as a dict."""

    def __init__(self, manifest, tensors):
        self.manifest = manifest
        self._tensors = tensors
        self._blocks = manifest["blocks"]
        self._percentiles = manifest.get("gainPercentiles")
        self._names = {model["role"]: model["name"] for model in manifest["models"]}
        self._dim = sum(int(block["dim"]) for block in self._blocks)
        heads = manifest["heads"]
        self._heads = [_create_head(head, tensors, f"head.{i}", self._dim) for i, head in enumerate(heads)]
        # From cheap to dear, so that of equal scores the cheapest is found first; the anchor has no head.
        order = {head["model"]: i for i, head in enumerate(heads)}
        costs = [(float(model["relativeCost"]), model["name"], order.get(model["name"])) for model in manifest["models"]]
        self._candidates = sorted(costs, key=lambda cost: cost[0])
        vectors = [int(block["inputDim"]) for block in self._blocks if block["kind"] == "precomputed"]
        self._vector_dim = vectors[0] if vectors else None
        self._reads = {block["input"] for block in self._blocks if block["kind"] in ("hashed-ngram", "text-form")}

    def route(self, prompt=None, vector=None, w=None, strong_share=None, columns=None):
        """Which model should answer (stage `route`): {"model", "gain", "reason"}, of more than two models also "gains".

        A bundle with a `precomputed` block wants its vector: the embedding, of that block's inputDim numbers. To any other
        bundle a vector is the finished feature vector, as `features` returns it. Give w or strong_share, or neither for
        the first operating point of the manifest.

        >>> router.route("Why is the sky blue?", strong_share=0.25)["model"]
        'small'
        """
        if self.manifest["stage"] != "route":
            raise RouterInputError("This router decides after the cheap model has answered: call escalate.")
        return self._decide(self._ask(prompt, None, None, vector, columns), w, strong_share)

    def escalate(self, prompt=None, response=None, signals=None, w=None, strong_share=None, columns=None, vector=None):
        """Whether the cheap answer will do (stage `cascade`): {"action", "model", "gain", "reason"}, and "ci95" where the bundle
        has what it needs. The action is "keep", "escalate", or "expert" where the interval of the gain holds the threshold.

        >>> router.escalate(prompt="…", response="…", signals={"judge": 0.4})["action"]
        'keep'
        """
        if self.manifest["stage"] != "cascade":
            raise RouterInputError("This router decides before any model has answered: call route.")
        return self._decide(self._ask(prompt, response, signals, vector, columns), w, strong_share)

    def features(self, prompt=None, response=None, signals=None, columns=None, vector=None):
        """The feature vector: (raw - centre) / scale of each block, side by side.

        >>> router.route(vector=router.features("Why is the sky blue?"))["model"]
        'small'
        """
        return self._ask(prompt, response, signals, vector, columns)[0]

    def _ask(self, prompt, response, signals, vector, columns):
        """(features, names that were not given) of an input, after checking it."""
        texts = {"prompt": _check_text(prompt, "prompt"), "response": _check_text(response, "response")}
        numbers = {"columns": _check_numbers(columns, "columns"), "signals": _check_numbers(signals, "signals")}
        if self._vector_dim is None and vector is not None:
            given = {**texts, "columns": columns, "signals": signals}
            for name, value in given.items():
                if value is not None:
                    raise RouterInputError(
                        f"This router reads no embedding: a vector is its finished features and comes without {name}."
                    )
            return _check_vector(vector, self._dim, "feature"), []
        if "prompt" in self._reads and prompt is None:
            raise RouterInputError("This router needs a prompt.")
        if "response" in self._reads and response is None:
            raise RouterInputError("This router needs the response of the cheap model.")
        if self._vector_dim is not None:
            if vector is None:
                raise RouterInputError(f"This router needs a vector of {self._vector_dim} numbers.")
            vector = _check_vector(vector, self._vector_dim, "prompt")
        parts, absent = [], []
        for block in self._blocks:
            parts.append(self._read_block(block, texts, vector, numbers, absent))
        return np.concatenate(parts), absent

    def _read_block(self, block, texts, vector, numbers, absent):
        kind, name = block["kind"], block["name"]
        center, scale = self._tensors[f"{name}.center"], float(block["scale"])
        if kind == "hashed-ngram":
            buckets, values = encode_ngrams(texts[block["input"]], block["encoder"], self._tensors[f"{name}.idf"])
            raw = values @ self._tensors[f"{name}.components"][buckets]
        elif kind == "text-form":
            raw = text_form(texts[block["input"]])
        elif kind == "precomputed":
            raw = vector @ self._tensors[f"{name}.components"]
        else:
            given = numbers[kind]
            absent.extend(column for column in block["names"] if column not in given)
            raw = np.array([given.get(column, center[i]) for i, column in enumerate(block["names"])])
        return (raw - center) / scale

    def _rule(self, w, strong_share):
        """The threshold of the gain, with more than two models the w that decides; and where it comes from."""
        w, strong_share = _plain(w), _plain(strong_share)
        if w is not None:
            if strong_share is not None:
                raise RouterInputError("Give w or strong_share, not both.")
            if not _is_finite(w) or w < 0:
                raise RouterInputError("w must be a finite number of at least 0.")
            return float(w), f"w = {w}"
        if strong_share is None:
            point = self.manifest["operatingPoints"][0]
            return float(point["w" if self._percentiles is None else "threshold"]), f'the operating point "{point["name"]}"'
        if self._percentiles is None:
            raise RouterInputError(
                f"strong_share needs two models, this router knows {len(self.manifest['models'])}: give w."
            )
        if not _is_finite(strong_share) or not 0 <= strong_share <= 1:
            raise RouterInputError("strong_share must be a number from 0 to 1.")
        return _threshold_of_share(self._percentiles, strong_share), f"strong share {strong_share}"

    def _choose(self, gains, rule, origin):
        """(model, its gain, why)."""
        if len(gains) == 1:
            strong, cheap = self._names["strong"], self._names["cheap"]
            is_strong = gains[0] > rule
            against = f"the threshold {_round(rule)} of {origin}" if math.isfinite(rule) else f"the rule of {origin}"
            relation = "is above" if is_strong else "is not above"
            reason = f'Expected gain {_round(gains[0])} of "{strong}" over "{cheap}" {relation} {against}.'
            return strong if is_strong else cheap, gains[0], reason
        best = second = (-math.inf, "", 0.0)
        for cost, name, head in self._candidates:
            gain = 0.0 if head is None else gains[head]
            scored = (gain - rule * cost, name, gain)
            if scored[0] > best[0]:
                best, second = scored, best
            elif scored[0] > second[0]:
                second = scored
        reason = (
            f'Of {len(self._candidates)} models "{best[1]}" has the highest gain minus cost, {_round(best[0])}; '
            f'next is "{second[1]}" with {_round(second[0])} ({origin}).'
        )
        return best[1], best[2], reason

    def _interval(self, features):
        deferral = self.manifest["deferral"]
        gains = self._tensors["deferral.intercepts"] + self._tensors["deferral.coefficients"] @ features
        level = float(deferral["level"])
        return [float(bound) for bound in np.quantile(gains, [(1 - level) / 2, (1 + level) / 2])]

    def _decide(self, asked, w, strong_share):
        features, absent = asked
        rule, origin = self._rule(w, strong_share)
        with np.errstate(all="ignore"):
            gains = [float(head(features)) for head in self._heads]
            norm = float(np.sqrt(features @ features))
        if not all(map(math.isfinite, gains)):
            raise RouterInputError("The numbers given are too large for a gain.")
        model, gain, reason = self._choose(gains, rule, origin)
        decision = {"model": model, "gain": gain}
        if self.manifest["stage"] == "cascade":
            decision = {"action": "keep" if model == self.manifest["anchor"] else "escalate", **decision}
        if len(self._candidates) > 2:
            decision["gains"] = {self.manifest["anchor"]: 0.0}
            decision["gains"].update((head["model"], gains[i]) for i, head in enumerate(self.manifest["heads"]))
        if self.manifest.get("deferral") is not None:
            low, high = decision["ci95"] = self._interval(features)
            if low <= rule < high:
                decision["action"] = "expert"
                reason += f" Its interval [{_round(low)}, {_round(high)}] holds the threshold, so a person should decide."
        limit = self.manifest["outOfDistribution"]["maxFeatureNorm"]
        if norm > limit:
            reason += f" Beware: this is unlike anything in training (feature length {_round(norm)}, limit {_round(limit)})."
        if absent:
            reason += f" Not given, so counted as average: {', '.join(absent)}."
        return {**decision, "reason": reason}


def _round(value):
    return f"{value:.4f}".replace("-0.0000", "0.0000")


def load_router(path_or_bytes):
    """The router of a bundle folder, of a router.safetensors, or of its bytes, after checking all of them.

    Raises RouterFileError whose `code` says what is wrong with the file, and OSError where there is none.

    >>> load_router("my-bundle").manifest["stage"]
    'route'
    """
    if not isinstance(path_or_bytes, (bytes, bytearray, memoryview)):
        path = os.fspath(path_or_bytes)
        if os.path.isdir(path):
            path = os.path.join(path, "router.safetensors")
        with open(path, "rb") as file:
            path_or_bytes = file.read()
    return Router(*read_router_file(path_or_bytes))


# ---------------------------------------------------------------------------------------------------------------------
# The program


def _answer(router, line, w, strong_share):
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise RouterInputError("not valid JSON") from None
    if not isinstance(row, dict):
        raise RouterInputError("not a JSON object")
    if "w" in row or "strongShare" in row:
        w, strong_share = row.get("w"), row.get("strongShare")
    shared = {key: row.get(key) for key in ("prompt", "vector", "columns")}
    if router.manifest["stage"] == "cascade":
        decision = router.escalate(
            **shared, response=row.get("response"), signals=row.get("signals"), w=w, strong_share=strong_share
        )
    else:
        decision = router.route(**shared, w=w, strong_share=strong_share)
    return {"id": row["id"], **decision} if "id" in row else decision


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="router.py",
        description="Reads one JSON object a line ({prompt, response, signals, …}) and prints a decision for each.",
    )
    parser.add_argument("bundle", help="the bundle, or its router.safetensors")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--w", type=float, help="what one mean cost difference is worth, in units of the gold gain")
    choice.add_argument("--strong-share", type=float, help="the share of prompts for the strong model, from 0 to 1")
    options = parser.parse_args(arguments)
    number = 0
    try:
        router = load_router(options.bundle)
        for number, line in enumerate(sys.stdin.buffer, 1):
            if line.strip():
                print(json.dumps(_answer(router, line, options.w, options.strong_share)), flush=True)
    except RouterInputError as error:
        print(f"router.py: line {number}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough
        return 0
    except (RouterFileError, OSError) as error:
        print(f"router.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
