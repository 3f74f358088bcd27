"""Drawn pictures of plants for the demonstration: plainly drawings, never passed off as photographs."""

from __future__ import annotations

import io
import math
import random
from functools import cache
from typing import TYPE_CHECKING

from shop.demo.rules.plan import SEED, Stage

if TYPE_CHECKING:
    from PIL import ImageDraw

WIDTH, HEIGHT = 1600, 1200
SCALE = 1
BLOSSOM = {"jingui": "#e0a41a", "dangui": "#d4601f", "yingui": "#efe3b0", "sijigui": "#f0c96a"}
LEAVES = ("#2c5e3f", "#356f4a", "#447f57", "#27533a")
SKY, SOIL, BARK, BURLAP, POT, RULE = "#eef3ea", "#c9b393", "#6f5b45", "#b08d5b", "#9c5b3e", "#56605a"


@cache
def picture(group: str, form: str) -> bytes:
    """A JPEG of plants of a cultivar group; `form` is `liner`, `pot` or `tree`."""
    from PIL import Image, ImageDraw

    rng = random.Random(f"{SEED}{group}{form}")  # noqa: S311 - the same drawing every time is the point
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), SKY)
    draw = ImageDraw.Draw(image)
    ground = 0.82
    draw.rectangle(_box(0, ground, 1, 1), fill=SOIL)
    for _ in range(140):
        x, y = rng.random(), ground + rng.random() * (1 - ground)
        draw.ellipse(_box(x, y, x + 0.008, y + 0.004), fill="#b7a07e")
    {"liner": _liners, "pot": _pot, "tree": _tree}[form](draw, rng, ground, group)
    _ruler(draw, ground)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def form_of(stage: Stage) -> str:
    """Which drawing shows plants of this stage."""
    return {"bare_root": "liner", "container": "pot", "root_ball": "tree"}[stage.root]


def _box(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    w, h = WIDTH * SCALE, HEIGHT * SCALE
    return (x0 * w, y0 * h, x1 * w, y1 * h)


def _point(x: float, y: float) -> tuple[float, float]:
    return (x * WIDTH * SCALE, y * HEIGHT * SCALE)


def _leaf(draw: ImageDraw.ImageDraw, x: float, y: float, angle: float, length: float, colour: str) -> None:
    """A pointed oval; x and y as shares of the picture, length as a share of its height."""
    ratio = HEIGHT / WIDTH
    dx, dy = math.cos(angle) * length * ratio, math.sin(angle) * length
    nx, ny = -math.sin(angle) * length * 0.22 * ratio, math.cos(angle) * length * 0.22
    mid_x, mid_y = x + dx * 0.45, y + dy * 0.45
    outline = [(x, y), (mid_x + nx, mid_y + ny), (x + dx, y + dy), (mid_x - nx, mid_y - ny)]
    draw.polygon([_point(px, py) for px, py in outline], fill=colour)
    draw.line([_point(x, y), _point(x + dx * 0.9, y + dy * 0.9)], fill="#8fb39a", width=SCALE)


def _blossoms(draw: ImageDraw.ImageDraw, rng: random.Random, x: float, y: float, group: str) -> None:
    for _ in range(5):
        bx, by = x + rng.uniform(-0.008, 0.008), y + rng.uniform(-0.01, 0.01)
        r = 0.0042
        draw.ellipse(
            _box(bx - r * HEIGHT / WIDTH, by - r, bx + r * HEIGHT / WIDTH, by + r), fill=BLOSSOM[group]
        )


def _crown(
    draw: ImageDraw.ImageDraw, rng: random.Random, x: float, y: float, radius: float, leaves: int, group: str
) -> None:
    ratio = HEIGHT / WIDTH
    for _ in range(leaves):
        angle, far = rng.random() * math.tau, math.sqrt(rng.random())
        lx, ly = x + math.cos(angle) * far * radius * ratio, y + math.sin(angle) * far * radius * 1.05
        _leaf(draw, lx, ly, rng.random() * math.tau, rng.uniform(0.05, 0.075), rng.choice(LEAVES))
    for _ in range(leaves // 9):
        angle, far = rng.random() * math.tau, math.sqrt(rng.random()) * 0.92
        _blossoms(
            draw, rng, x + math.cos(angle) * far * radius * ratio, y + math.sin(angle) * far * radius, group
        )


def _liners(draw: ImageDraw.ImageDraw, rng: random.Random, ground: float, group: str) -> None:
    for row in range(2):
        for i in range(9):
            x, base = 0.10 + i * 0.095 + row * 0.045, ground + 0.02 + row * 0.07
            top = base - rng.uniform(0.32, 0.40)
            draw.line(
                [_point(x, base), _point(x + rng.uniform(-0.008, 0.008), top)], fill=BARK, width=7 * SCALE
            )
            for k in range(9):
                y = base - 0.07 - k * (base - 0.07 - top) / 9
                side = 1 if k % 2 else -1
                _leaf(draw, x, y, -math.pi / 2 + side * rng.uniform(0.7, 1.2), 0.11, rng.choice(LEAVES))
            _leaf(draw, x, top, -math.pi / 2, 0.09, LEAVES[2])
            if i % 3 == row:
                _blossoms(draw, rng, x, top + 0.12, group)


def _pot(draw: ImageDraw.ImageDraw, rng: random.Random, ground: float, group: str) -> None:
    for x, size in ((0.24, 0.85), (0.5, 1.0), (0.76, 0.85)):
        base = ground + 0.06
        half, tall = 0.062 * size, 0.15 * size
        corners = [
            (x - half, base - tall),
            (x + half, base - tall),
            (x + half * 0.75, base),
            (x - half * 0.75, base),
        ]
        draw.polygon([_point(px, py) for px, py in corners], fill=POT)
        draw.rectangle(
            _box(x - half * 1.08, base - tall - 0.02, x + half * 1.08, base - tall + 0.012), fill="#b06b4b"
        )
        draw.line([_point(x, base - tall), _point(x, base - tall - 0.16 * size)], fill=BARK, width=12 * SCALE)
        _crown(draw, rng, x, base - tall - 0.27 * size, 0.19 * size, 230, group)


def _tree(draw: ImageDraw.ImageDraw, rng: random.Random, ground: float, group: str) -> None:
    x, base = 0.5, ground + 0.03
    draw.polygon(
        [_point(x - 0.013, base), _point(x + 0.013, base), _point(x + 0.008, 0.42), _point(x - 0.008, 0.42)],
        fill=BARK,
    )
    for side in (-1, 1):
        for k in range(3):
            start = 0.56 - k * 0.05
            draw.line(
                [_point(x, start), _point(x + side * (0.07 + 0.02 * k), start - 0.13)],
                fill=BARK,
                width=9 * SCALE,
            )
    _crown(draw, rng, x, 0.33, 0.29, 760, group)
    draw.ellipse(_box(x - 0.085, base - 0.035, x + 0.085, base + 0.105), fill=BURLAP)
    for k in range(-3, 4):
        draw.line(
            [_point(x + k * 0.024, base - 0.03), _point(x + k * 0.018, base + 0.1)],
            fill="#8f6f43",
            width=2 * SCALE,
        )


def _ruler(draw: ImageDraw.ImageDraw, ground: float) -> None:
    """A staff beside the plants: a mark every tenth, a long one every half."""
    x, top = 0.055, 0.12
    draw.rectangle(_box(x - 0.006, top, x + 0.006, ground + 0.02), fill="#ffffff", outline=RULE, width=SCALE)
    for k in range(15):
        y = ground - k * (ground - top) / 14
        half = 0.012 if k % 5 == 0 else 0.007
        draw.line([_point(x - half, y), _point(x + half, y)], fill=RULE, width=2 * SCALE)
