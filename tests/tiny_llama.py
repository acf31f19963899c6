"""A real llama.cpp server over a tiny model of random weights: nonsense for text, real for every byte on the wire.

`python -m tests.tiny_llama DIRECTORY` makes the model, serves it, prints its address and runs until its standard
input ends. A process of its own, because llama.cpp's threads must not share the interpreter that measures them.
"""

import sys
from pathlib import Path

import gguf
import numpy as np

WIDTH, LAYERS, HEADS, FEED, CONTEXT = 64, 2, 4, 128, 4096
TEMPLATE = "{% for m in messages %}<s>{{ m.content }}</s>{% endfor %}<s>"


def make_model(path: Path) -> None:
    """Write a llama of half a megabyte with a byte-level vocabulary; the same one every time."""
    pieces = [
        b"<unk>",
        b"<s>",
        b"</s>",
        *(b"<0x%02X>" % i for i in range(256)),
        *(bytes([c]) for c in range(32, 127)),
    ]
    kinds = [2, 3, 3] + [6] * 256 + [1] * 95  # unknown, control, control, bytes, normal
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(pieces))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(pieces)
    writer.add_token_scores([0.0] * len(pieces))
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template(TEMPLATE)
    _add_weights(writer, len(pieces))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_weights(writer: gguf.GGUFWriter, vocabulary: int) -> None:
    dice = np.random.default_rng(7)

    def add(name: str, *shape: int) -> None:
        values = np.ones(shape) if "norm" in name else dice.normal(0, 0.05, shape)
        writer.add_tensor(name, values.astype(np.float32))

    add("token_embd.weight", vocabulary, WIDTH)
    add("output.weight", vocabulary, WIDTH)
    add("output_norm.weight", WIDTH)
    for layer in range(LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{layer}.{name}.weight", WIDTH, WIDTH)
        add(f"blk.{layer}.attn_norm.weight", WIDTH)
        add(f"blk.{layer}.ffn_norm.weight", WIDTH)
        add(f"blk.{layer}.ffn_gate.weight", FEED, WIDTH)
        add(f"blk.{layer}.ffn_up.weight", FEED, WIDTH)
        add(f"blk.{layer}.ffn_down.weight", WIDTH, FEED)


def serve(directory: Path) -> None:
    """Until standard input ends."""
    import xllamacpp  # noqa: PLC0415 - heavy, and only this process needs it

    model = directory / "tiny.gguf"
    make_model(model)
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.warmup = False
    params.endpoint_metrics = True  # its own account of what it did
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
