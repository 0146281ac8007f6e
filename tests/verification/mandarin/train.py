"""Makes the small Mandarin model of these tests: a synthesiser speaks sentences of ours, and a network learns them.

``python -m tests.verification.mandarin.train`` writes ``zipformer/`` and ``sense-voice/`` anew: one network, in two layouts that
sherpa-onnx loads. It needs espeak-ng, and beside NumPy ``torch``, ``onnx`` and ``kaldi-native-fbank``, which nothing else
here does.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path
from typing import ClassVar

import kaldi_native_fbank
import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from tests.endtoend.voices import over_the_line
from tests.verification.mandarin.sentences import UNSEEN, characters, errors, utterances
from tests.verification.mandarin.speaking import UNHEARD, VOICES, spoken
from torch import nn

from clearbell.verification import sound

BINS = 56
"""Of the 80 bins of the filter bank, those below 3.7 kHz: a telephone line passes no more."""
FLOOR = -11.0
WIDTH, BLOCKS, REACH = 192, 7, 13
BLANK = 0


def on_the_line(samples: sound.Samples, chance: random.Random) -> sound.Samples:
    """As a line might bring it: some silence, some level, some noise, and G.711."""
    pause = [sound.silence(chance.uniform(0, 0.8)) for _ in range(2)]
    whole = np.concatenate([pause[0], samples, pause[1]]) * 10 ** chance.uniform(-0.6, 0.0)
    hiss = np.random.default_rng(chance.getrandbits(32)).standard_normal(len(whole)).astype(np.float32)
    return over_the_line((whole + hiss * 10 ** chance.uniform(-4.5, -2.3)).astype(np.float32))


def features(samples: sound.Samples) -> np.ndarray:
    """What sherpa-onnx gives its models: log energies of the filter bank, a frame each 10 ms."""
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither, options.frame_opts.snip_edges = 0.0, False
    options.mel_opts.num_bins, options.mel_opts.high_freq = 80, -400.0
    bank = kaldi_native_fbank.OnlineFbank(options)
    bank.accept_waveform(2 * sound.RATE, sound.wide(samples).tolist())
    bank.input_finished()
    return np.stack([bank.get_frame(at)[:BINS] for at in range(bank.num_frames_ready)]).astype(np.float16)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.along = nn.Conv1d(WIDTH, WIDTH, REACH, padding=REACH // 2, groups=WIDTH, bias=False)
        self.across = nn.Conv1d(WIDTH, WIDTH, 1, bias=False)
        self.norm = nn.BatchNorm1d(WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + torch.relu(self.norm(self.across(self.along(x))))


class Network(nn.Module):
    """Frames (N, T, 80) to log probabilities of characters, a quarter as many."""

    def __init__(self, tokens: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv1d(BINS, 128, 5, stride=2, padding=2, bias=False), nn.BatchNorm1d(128), nn.ReLU(),
            nn.Conv1d(128, WIDTH, 5, stride=2, padding=2, bias=False), nn.BatchNorm1d(WIDTH), nn.ReLU(),
        )  # fmt: skip
        self.blocks = nn.Sequential(*(Block() for _ in range(BLOCKS)))
        self.fall = nn.Dropout(0.1)
        self.head = nn.Conv1d(WIDTH, tokens, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = (torch.clamp(x[:, :, :BINS], min=FLOOR) + 4.0) / 4.0
        x = self.fall(self.blocks(self.stem(x.transpose(1, 2))))
        return torch.log_softmax(self.head(x).transpose(1, 2), -1)


def material(
    count: int, seed: int, voices: tuple[str, ...], texts: list[str] | None = None
) -> list[tuple[np.ndarray, str]]:
    """Features of spoken sentences, and the sentences."""
    chance = random.Random(seed)
    made = []
    for text in texts if texts is not None else utterances(chance, count):
        samples = spoken(text, chance.choice(voices), chance.randint(170, 260), chance.randint(30, 70))
        made.append((features(on_the_line(samples, chance)), text.replace("，", "")))
    return made


def batches(made: list[tuple[np.ndarray, str]], frames: int, chance: random.Random) -> list[list[int]]:
    """Utterances of like length together."""
    order = sorted(range(len(made)), key=lambda at: len(made[at][0]) * chance.uniform(0.9, 1.1))
    found: list[list[int]] = [[]]
    for at in order:
        if (len(found[-1]) + 1) * len(made[at][0]) > frames and found[-1]:
            found.append([])
        found[-1].append(at)
    chance.shuffle(found)
    return found


def masked(x: torch.Tensor, chance: random.Random) -> torch.Tensor:
    """Louder or softer, with bands and moments taken out."""
    x = x + chance.uniform(-2.0, 1.0)
    for _ in range(2):
        band, at = chance.randint(0, 8), chance.randint(0, BINS - 9)
        x[:, :, at : at + band] = FLOOR / 2
    at = chance.randint(0, max(0, x.shape[1] - 20))
    x[:, at : at + chance.randint(0, 12)] = FLOOR / 2
    return x


def greedy(network: Network, x: np.ndarray, tokens: list[str]) -> str:
    with torch.no_grad():
        best = network(torch.tensor(x, dtype=torch.float32)[None])[0].argmax(-1).tolist()
    return "".join(tokens[one] for before, one in zip([BLANK, *best], best, strict=False) if one not in (BLANK, before))


def error_rate(network: Network, made: list[tuple[np.ndarray, str]], tokens: list[str]) -> float:
    network.eval()
    wrong = sum(errors(text, greedy(network, x, tokens)) for x, text in made)
    return wrong / sum(len(text) for _, text in made)


def learn(
    made: list[tuple[np.ndarray, str]], tokens: list[str], seconds: float, held: list[list[tuple[np.ndarray, str]]]
) -> Network:
    """A network that has learned for about so long."""
    torch.manual_seed(1)
    chance = random.Random(2)
    number = {token: at for at, token in enumerate(tokens)}
    network = Network(len(tokens))
    print(
        f"{sum(p.numel() for p in network.parameters()):,} weights, {len(made)} utterances, {sum(len(x) for x, _ in made) / 100:.0f} s"
    )
    ctc = nn.CTCLoss(blank=BLANK, zero_infinity=True)
    steps = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-2)
    began, epoch, last = time.process_time(), 0, 0.0
    while (spent := time.process_time() - began) < seconds:
        network.train()
        total = 0.0
        plan = batches(made, 12_000, chance)
        for batch in plan:
            done = (time.process_time() - began) / seconds
            for group in steps.param_groups:
                group["lr"] = 3e-3 * min(1.0, 0.02 + done / 0.06) * max(0.01, 1 - done) ** 0.8
            lengths = [len(made[at][0]) for at in batch]
            x = torch.full((len(batch), max(lengths), BINS), FLOOR)
            for place, at in enumerate(batch):
                x[place, : lengths[place]] = torch.tensor(made[at][0], dtype=torch.float32)
            wanted = [torch.tensor([number[one] for one in made[at][1]]) for at in batch]
            out = network(masked(x, chance)).transpose(0, 1)
            loss = ctc(
                out,
                torch.cat(wanted),
                torch.tensor([(one + 3) // 4 for one in lengths]),
                torch.tensor([len(one) for one in wanted]),
            )
            steps.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            steps.step()
            total += loss.item()
        epoch, last = epoch + 1, total / len(plan)
        if epoch % 5 == 0:
            print(
                f"{spent:5.0f} s, epoch {epoch}, loss {last:.3f}, errors {', '.join(f'{error_rate(network, one, tokens):.1%}' for one in held)}",
                flush=True,
            )
    network.eval()
    return network


class Zipformer(nn.Module):
    """The network as sherpa-onnx calls a model of the kind ``zipformer2_ctc``."""

    names = ("x", "x_lens"), ("log_probs", "log_probs_len")
    says: ClassVar[dict[str, str]] = {"model_type": "zipformer2_ctc", "version": "1"}

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def sample(self) -> tuple[torch.Tensor, ...]:
        return torch.zeros(1, 200, 80), torch.tensor([200])

    def tokens(self, tokens: list[str]) -> list[str]:
        return tokens

    def forward(self, x: torch.Tensor, x_lens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.network(x), (x_lens + 3) // 4


class SenseVoice(nn.Module):
    """The network as sherpa-onnx calls a SenseVoice model: four frames at a time, and four tokens before the words."""

    names = ("x", "x_length", "language", "text_norm"), ("logits",)
    marks = ("<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|woitn|>")
    says: ClassVar[dict[str, str]] = {
        "model_type": "sense_voice_ctc", "lfr_window_size": "4", "lfr_window_shift": "4", "normalize_samples": "1",
        "neg_mean": ",".join(["0"] * 320), "inv_stddev": ",".join(["1"] * 320), "with_itn": "14", "without_itn": "15",
        "lang_auto": "0", "lang_zh": "3", "lang_en": "4", "lang_yue": "7", "lang_ja": "11", "lang_ko": "12",
    }  # fmt: skip

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        known = network.head.out_channels
        self.says["vocab_size"] = str(known + len(self.marks))
        first = torch.full((1, 4, known + 4), -30.0)
        first[0, torch.arange(4), known + torch.arange(4)] = 0.0
        self.register_buffer("first", first)
        # Its filter bank reaches to 8000 Hz, that of the features to 7600: bins in between, linearly.
        from_, to = _centres(8000.0), _centres(7600.0)
        between = np.stack([np.interp(to, from_, row) for row in np.eye(80)])
        self.register_buffer("between", torch.tensor(between, dtype=torch.float32))

    def sample(self) -> tuple[torch.Tensor, ...]:
        return torch.zeros(1, 50, 320), *(torch.tensor([one], dtype=torch.int32) for one in (50, 0, 15))

    def tokens(self, tokens: list[str]) -> list[str]:
        return [*tokens, *self.marks]

    def forward(
        self, x: torch.Tensor, x_length: torch.Tensor, language: torch.Tensor, text_norm: torch.Tensor
    ) -> torch.Tensor:
        found = self.network(x.reshape(x.shape[0], -1, 80) @ self.between)
        nothing = 0.0 * (x_length + language + text_norm).float()[:, None, None]
        return torch.cat([self.first + nothing, nn.functional.pad(found, (0, 4), value=-30.0)], 1)


def _centres(high: float) -> np.ndarray:
    """Centres of 80 bins from 20 Hz up, in mel."""
    low, top = (1127 * np.log(1 + hz / 700) for hz in (20.0, high))
    return low + (top - low) * np.arange(1, 81) / 81


def export(layout: Zipformer | SenseVoice, tokens: list[str], folder: Path) -> None:
    """``model.onnx`` with weights of 8 bits, and ``tokens.txt``."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.onnx"
    given, found = layout.names
    torch.onnx.export(
        layout.eval(), layout.sample(), str(file), input_names=given, output_names=found, opset_version=13, dynamo=False,
        dynamic_axes={"x": {0: "N", 1: "T"}, found[0]: {0: "N", 1: "S"}, **{name: {0: "N"} for name in (*given[1:], *found[1:])}},
    )  # fmt: skip
    model = onnx.load(str(file))
    shorten(model)
    for key, value in {**layout.says, "comment": "a test model, learned from synthetic speech: not for use"}.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model)
    onnx.save(model, str(file))
    lines = "".join(f"{token} {at}\n" for at, token in enumerate(layout.tokens(tokens)))
    (folder / "tokens.txt").write_text(lines, encoding="utf-8")
    print(f"{file}: {file.stat().st_size:,} bytes")


def shorten(model: onnx.ModelProto) -> None:
    """Keep large weights in 8 bits, with a scale for each output channel."""
    graph = model.graph
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.ndim < 2 or values.size < 2000 or values.dtype != np.float32:
            continue
        scale = np.maximum(np.abs(values).reshape(len(values), -1).max(1) / 127, 1e-9).astype(np.float32)
        small = np.round(values / scale.reshape(-1, *[1] * (values.ndim - 1))).astype(np.int8)
        graph.initializer.remove(weight)
        graph.initializer.extend([
            numpy_helper.from_array(small, weight.name + ".small"), numpy_helper.from_array(scale, weight.name + ".scale"),
            helper.make_tensor(weight.name + ".zero", TensorProto.INT8, [len(values)], np.zeros(len(values), np.int8)),
        ])  # fmt: skip
        names = [weight.name + end for end in (".small", ".scale", ".zero")]
        graph.node.insert(0, helper.make_node("DequantizeLinear", names, [weight.name], axis=0))


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--out", type=Path, default=Path(__file__).parent)
    words.add_argument("--seconds", type=float, default=420.0, help="of learning, in time of the processor")
    words.add_argument("--utterances", type=int, default=2600)
    given = words.parse_args()
    torch.set_num_threads(1)
    tokens = ["<blk>", *characters(), "<unk>"]
    began = time.process_time()
    made = material(given.utterances, 3, VOICES)
    held = material(60, 4, UNHEARD)
    unseen = material(0, 5, UNHEARD, list(UNSEEN))
    print(f"spoken in {time.process_time() - began:.0f} s")
    network = learn(made, tokens, given.seconds, [held, unseen])
    print(
        f"errors in characters: other drawings, other voices {error_rate(network, held, tokens):.1%}; "
        f"sentences of no template, other voices {error_rate(network, unseen, tokens):.1%}"
    )
    for x, text in unseen[:6]:
        print(text, greedy(network, x, tokens))
    export(Zipformer(network), tokens, given.out / "zipformer")
    export(SenseVoice(network), tokens, given.out / "sense-voice")


if __name__ == "__main__":
    main()
