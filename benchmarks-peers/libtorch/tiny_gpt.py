"""What `./run tiny-gpt --steps N --data FILE` does, in PyTorch, to compare whole processes, from their start to their end.

    time python tiny_gpt.py FILE N
"""

import math
import sys

import torch
from torch import nn
from torch.nn import functional as F

LAYERS, HEADS, WIDTH, CONTEXT, BATCH = 4, 4, 128, 64, 12
EVALUATION_BATCHES, EVALUATION_INTERVAL, CHARACTERS = 20, 250, 500


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH, bias=False)
        self.query_key_value = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.projection = nn.Linear(WIDTH, WIDTH, bias=False)
        self.norm2 = nn.LayerNorm(WIDTH, bias=False)
        self.up = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.down = nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x):
        batch, time, _ = x.shape
        parts = self.query_key_value(self.norm1(x)).split(WIDTH, 2)
        q, k, v = (part.view(batch, time, HEADS, WIDTH // HEADS).transpose(1, 2) for part in parts)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.projection(y.transpose(1, 2).reshape(batch, time, WIDTH))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, WIDTH)
        self.positions = nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                last = name.endswith(("projection.weight", "down.weight"))
                nn.init.normal_(parameter, std=0.07 / math.sqrt(2 * LAYERS) if last else 0.07)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.tokens.weight)

    def loss(self, tokens, targets):
        return F.cross_entropy(self(tokens).flatten(0, 1), targets.flatten())


def batch(part, starts):
    windows = torch.stack([part[start : start + CONTEXT + 1] for start in starts])
    return windows[:, :-1], windows[:, 1:]


def random_starts(part):
    return torch.randint(len(part) - CONTEXT, (BATCH,)).tolist()


@torch.no_grad()
def estimate(model, part):
    return sum(model.loss(*batch(part, random_starts(part))).item() for _ in range(EVALUATION_BATCHES)) / EVALUATION_BATCHES


@torch.no_grad()
def loss_of_all(model, part):
    starts = range(0, len(part) - CONTEXT - 1, CONTEXT)
    total = 0.0
    for first in range(0, len(starts), BATCH):
        some = starts[first : first + BATCH]
        total += model.loss(*batch(part, some)).item() * len(some)
    return total / len(starts)


@torch.no_grad()
def write(model, characters):
    tokens = [characters.index("\n")]
    for _ in range(CHARACTERS):
        logits = model(torch.tensor([tokens[-CONTEXT:]]))[0, -1]
        tokens.append(torch.multinomial(F.softmax(logits, -1), 1).item())
        print(characters[tokens[-1]], end="", flush=True)
    print()


def main(file, steps):
    torch.manual_seed(1)
    text = open(file, encoding="utf-8").read()
    characters = sorted(set(text))
    index = {character: i for i, character in enumerate(characters)}
    data = torch.tensor([index[character] for character in text])
    training, validation = data[: len(data) * 9 // 10], data[len(data) * 9 // 10 :]
    model = Gpt(len(characters))
    matrices = [p for p in model.parameters() if p.dim() == 2]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), fused=True)
    for step in range(steps + 1):
        last = step == steps
        if last or step % EVALUATION_INTERVAL == 0:
            rest = loss_of_all(model, validation) if last else estimate(model, validation)
            print(f"{step} {estimate(model, training):.4f} {rest:.4f}", flush=True)
        if last:
            break
        rate = min(1.0, (step + 1) / 100)
        if step >= 100:
            rate = 0.1 + 0.45 * (1 + math.cos(math.pi * (step - 100) / max(1, steps - 100)))
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * rate
        loss = model.loss(*batch(training, random_starts(training)))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        loss.item()
    write(model, characters)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
