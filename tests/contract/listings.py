"""The listings the contract is tried on: few, small, and different where it matters."""

import numpy as np

from indexer.port import Document, Vector

LIBRARY = "achievements"


def axis(number: int, tilt: float = 0.0) -> Vector:
    """A unit vector of 8 dimensions along one axis, tilted towards the next."""
    vector = np.zeros(8, dtype=np.float32)
    vector[number % 8] = 1.0
    vector[(number + 1) % 8] += tilt
    return vector / np.linalg.norm(vector)


def listing(
    at: int,
    title: str,
    body: str = "",
    *,
    version: int = 1,
    vector: Vector | None = None,
    industry: tuple[str, ...] = ("C", "C26"),
    region: tuple[str, ...] = ("330000",),
    modes: tuple[str, ...] = (),
    **numbers: float,
) -> Document:
    """A document that says what a test needs and nothing else."""
    keywords = {"industry": industry, "region": region, "modes": modes}
    return Document(LIBRARY, at, version, title, body, vector, keywords, numbers, f"{at:016x}{version:016x}")


def ids(hits: object) -> list[int]:
    """The ids of hits or entries, in their order."""
    return [hit.id for hit in hits]  # type: ignore[attr-defined]


CATALOGUE = [
    listing(1, "石墨烯防腐涂料", "用于海洋钢结构", vector=axis(0), modes=("license",), published=10.0, price=500.0),
    listing(2, "锂电池硅碳负极材料", "石墨复合，容量高", vector=axis(1), industry=("C", "C38"), region=("320000",),
            modes=("license", "transfer"), published=30.0, price=900.0),
    listing(3, "5G基站滤波器", "Al2O3陶瓷 TRL 7", vector=axis(2), industry=("C", "C39"), published=20.0),
    listing(4, "水稻抗病育种", "分子标记", vector=axis(3), industry=("A",), region=("430000",), published=40.0, price=100.0),
    listing(5, "海洋装备表面防护", "耐蚀层", vector=axis(0, 0.3), industry=("C", "C37"), published=5.0, price=700.0),
]  # fmt: skip
