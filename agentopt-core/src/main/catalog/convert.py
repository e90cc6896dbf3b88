#!/usr/bin/env python3
"""Turns the two compiled tables into the packaged catalogs. Run once per change of a table:

    python3 convert.py hardware.csv models.csv

writes ../resources/io/agentopt/hardware/devices.json, .../hardware/devices-paper.json and .../model/models.json.

Rules, each of which a reader of the catalog should know:
* A cell marked "(memory)" has no source: it becomes unknown, never a number.
* A row whose source says "unverified" keeps its numbers and says "verified": false.
* Rates are dense. FP4 rates are left out: the library has no FP4 format yet.
* CPU prices are listed per vCPU and hour; a socket counts two vCPUs per core.
* A street price is taken where the table gives one sourced number or range (its middle).
* Encoder-decoders (speech) and text-to-speech rows have shapes that ModelSpec cannot express: left out.
"""
import csv, json, os, re, sys

HERE = os.path.dirname(os.path.abspath(__file__))
RESOURCES = os.path.join(HERE, "..", "resources", "io", "agentopt")
ALIASES = {"A100-80GB-SXM": ["A100"], "A100-40GB-SXM": ["A100-40GB"], "H100-SXM": ["H100"], "H200-SXM": ["H200"],
           "GH200-96": ["GH200"], "B200-SXM": ["B200"], "B300-SXM": ["B300"], "RTX-PRO-6000-Server": ["RTX-PRO-6000"],
           "Xeon-8480+": ["Xeon-8480"], "CPU-32-core": ["CPU"]}
CORES = {"Xeon-8480+": 56, "EPYC-9654": 96, "Grace": 72}
KINDS = {"gpu": "gpu", "gpu+cpu": "gpu", "asic": "accelerator", "cpu": "cpu"}
ATTRIBUTION = ("Compiled from public sources; the source field of each entry names repository and commit. Prices: cloud list "
               "prices of 2025-2026. Licences of the sources: facts from CC-BY-SA-4.0 pages (stas00/ml-engineering), "
               "Apache-2.0 (cli99/llm-analysis, ai-dynamo/aiconfigurator), MIT (alpha-one-index/ai-infra-index, "
               "skypilot-catalog), MPL-2.0 (dstackai/gpuhunt).")


def number(text):
    if text is None or text.strip() == "" or "(memory)" in text:
        return None
    return float(text)


def street(text):
    """The middle of the first sourced number or range: '25-30k (source)' is 27500."""
    for part in (text or "").split(";"):
        if not part.strip() or "(memory)" in part or "memory)" in part or "used" in part:
            continue
        m = re.match(r"\s*([\d.]+)(?:-([\d.]+))?(k?)", part)
        if m:
            scale = 1000 if m[3] else 1
            low, high = float(m[1]) * scale, float(m[2] or m[1]) * scale
            return (low + high) / 2
    return None


WORDS = [(" (search docs)", ""), ("; TDP 175 W from stored carbon table", ""),
         ("; TDP 150 W also in a stored carbon table (find_string g5.xlarge,A10G,1,150)", ""),
         ("unverified (from memory of the vendor datasheet)", "unverified (vendor datasheet, not checked)"),
         ("well-known HF config.json, unverified, written from memory; param count cross-check only - verify before relying on it",
          "unverified: well-known published configuration, checked by its parameter count only"),
         ("(memory)", "(unverified)"), ("(memory, us-east-1 on-demand)", "(unverified)"), ("from memory", "unverified"), (", memory)", ", unverified)")]


def plainly(text):
    """Source notes in the catalog's own words."""
    for old, new in WORDS:
        text = text.replace(old, new)
    return text


def tidy(entry):
    def plain(v):
        return int(v) if isinstance(v, float) and v == int(v) else v
    return {k: ({a: plain(b) for a, b in v.items()} if isinstance(v, dict) else plain(v))
            for k, v in entry.items() if v not in (None, "", {}, [])}


def device(row):
    identifier = row["id"].split(" (")[0]
    note = row["note"] or ""
    rates = {}
    if number(row["fp16_bf16_dense_tflops"]):
        rates["fp16"] = rates["bf16"] = number(row["fp16_bf16_dense_tflops"])
    for column, name in (("fp8_dense_tflops", "fp8"), ("int8_dense_tops", "int8")):
        if number(row[column]):
            rates[name] = number(row[column])
    if identifier == "B300-SXM":
        rates.pop("int8", None)
        note = "the table's int8 rate repeats B200 without a source: unknown here"
    low, high = number(row["usd_per_hour_low"]), number(row["usd_per_hour_high"])
    if "memory" in (row["usd_per_hour_detail"] or "") and ";" not in row["usd_per_hour_detail"]:
        low = high = None
    if identifier == "L4":
        high = low  # the upper price is marked (memory)
    if identifier in CORES and low:
        low = high = round(low * 2 * CORES[identifier], 4)
        note += "; rent of the whole socket at two vCPUs per core"
    tdp = None if "TDP ~" in note and "(memory)" in note or identifier == "Inferentia2" else number(row["tdp_w"])
    return tidy({"id": identifier, "aliases": ALIASES.get(identifier), "vendor": row["vendor"], "kind": KINDS[row["kind"]],
                 "peakTeraflops": rates, "memoryGigabytes": number(row["memory_gb"]),
                 "memoryGigabytesPerSecond": number(row["mem_bw_gbps"]),
                 "intraNodeGigabytesPerSecond": number(row["intra_node_unidir_gbps"]),
                 "scaleOutGigabytesPerSecond": number(row["scale_out_unidir_gbps"]), "tdpWatts": tdp,
                 "maxMatmulEfficiency": number(row["measured_max_matmul_eff_bf16"]),
                 "rentLowDollarsPerHour": low, "rentHighDollarsPerHour": high,
                 "streetPriceDollars": street(row["street_price_usd"]),
                 "verified": False if "unverified" in row["source"] else None,
                 "source": plainly(row["source"] + (" | rent: " + row["usd_per_hour_detail"] if low else "")),
                 "note": plainly(note)})


def generic_cpu():
    return tidy({"id": "CPU-32-core", "aliases": ALIASES["CPU-32-core"], "vendor": "generic", "kind": "cpu",
                 "peakTeraflops": {"fp32": 32 * 64 * 2.5e9 / 1e12, "int8": 4 * 32 * 64 * 2.5e9 / 1e12},
                 "memoryGigabytes": 256.0, "memoryGigabytesPerSecond": 175.0, "tdpWatts": 200.0,
                 "rentLowDollarsPerHour": 1.472, "rentHighDollarsPerHour": 1.5872, "verified": False,
                 "source": "estimate: fp32 = 32 cores * 64 FLOP per cycle (two 512-bit FMA units) * 2.5 GHz, int8 four times that; "
                           "memory 4 GB per vCPU; bandwidth = 307 GB/s (8 x DDR5-4800) * 32/56; power = 350 W * 32/56; rent = 64 vCPU "
                           "at 0.023 (OCI E5.Flex) to 0.0248 (Nebius cpu-d3) $ per vCPU-hour, skypilot-catalog@0588751 and @22fd1fe",
                 "note": "a rented server instance, not a product"})


PAPER = [("A40", 3000, 48, 696, 75, 300), ("A100", 8000, 80, 2039, 322, 400), ("Gaudi3", 12500, 128, 3700, 1678, 900),
         ("MI300x", 20000, 192, 5300, 1307, 750), ("H100", 25000, 80, 3350, 1979, 700), ("B200", 40000, 192, 8000, 2250, 1000)]


def paper():
    vendor = {"Gaudi3": "Intel", "MI300x": "AMD"}
    return [tidy({"id": i, "vendor": vendor.get(i, "NVIDIA"), "kind": "accelerator" if i == "Gaudi3" else "gpu",
                  "peakTeraflops": {"fp16": float(f), "bf16": float(f)}, "memoryGigabytes": float(m),
                  "memoryGigabytesPerSecond": float(b), "tdpWatts": float(w), "streetPriceDollars": float(c),
                  "source": "arXiv 2507.19635, Table 5 as printed; power: the vendor rating that explains its operating cost",
                  "note": "printed as dense but the with-sparsity rate" if i == "H100" else ""})
            for i, c, m, b, f, w in PAPER]


def model(row):
    experts = int(row["experts"])
    entry = {"id": row["model"], "kind": "decoder" if row["kind"].startswith("llm") else "embedder",
             "layers": int(row["layers"]), "hidden": int(row["hidden"]), "heads": int(row["heads"]),
             "kvHeads": int(row["kv_heads"]), "headDim": int(row["head_dim"]), "ffn": int(row["ffn"]),
             "gatedFfn": row["ffn_gated"] == "True", "vocab": int(row["vocab"]),
             "tiedEmbeddings": row["tied_embeddings"] == "True", "maxContext": int(row["max_context"])}
    if experts:
        entry["experts"] = {"count": experts, "perToken": int(row["experts_per_token"]), "ffn": int(row["moe_ffn"]),
                            "sharedFfn": int(row["shared_expert_ffn"]), "denseLayers": int(row["dense_layers"])}
    if row["notes"].startswith("MLA"):
        entry["kvLatent"] = round(float(row["kv_bytes_per_token_fp16"]) / int(row["layers"]) / 2)
    if row["params_total_B"]:
        entry["parametersBillions"] = float(row["published_params_B"] or row["params_total_B"])
    if "unverified" in row["source"] or "from memory" in row["source"]:
        entry["verified"] = False
    entry["source"] = plainly(row["source"])
    entry["note"] = row["notes"]
    return {k: v for k, v in entry.items() if v != ""}


def write(path, key, entries, about):
    with open(os.path.join(RESOURCES, path), "w", encoding="utf-8") as out:
        out.write('{\n  "format": 1,\n  "about": %s,\n  "%s": [\n' % (json.dumps(about), key))
        out.write(",\n".join("    " + json.dumps(e) for e in entries))
        out.write("\n  ]\n}\n")


hardware, models = sys.argv[1:3]
with open(hardware, encoding="utf-8") as f:
    write("hardware/devices.json", "devices", [device(r) for r in csv.DictReader(f)] + [generic_cpu()],
          "Devices with DENSE peak rates and one-way link rates. " + ATTRIBUTION)
write("hardware/devices-paper.json", "devices", paper(),
      "The device table of arXiv 2507.19635 as printed: it mixes dense and with-sparsity rates. For reproducing the paper only.")
with open(models, encoding="utf-8") as f:
    rows = [r for r in csv.DictReader(f) if r["kind"] not in ("tts", "asr-encdec")]
    write("model/models.json", "models", [model(r) for r in rows],
          "Shapes of published models. Compiled from public sources (copies of published model configurations); the source field "
          "of each entry names repository and commit; \"verified\": false marks rows without one. "
          "parametersBillions is the published count, or the computed one where none was published.")
