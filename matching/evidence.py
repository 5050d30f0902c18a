"""Carrying words: what two texts share, cut so that a person would call it a word. No dictionary.

Maximal common substrings, taken apart at function words, trimmed where the cut goes through a word (seen from how
strongly the characters on both sides of the cut belong together), without words that any listing contains.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from matching.ngrams import HAN, IDLE_SPACE, Ngrams


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Words between which a shared run is taken apart.
_GLUE = _words("以及 及其 基于 一种 用于 有关 关于 进行 通过 对于 的 与 及 之 了 或")
# Words taken off both ends of a shared run: each stood in the first lists as a "reason" and convinced nobody.
_EDGE = _words(
    """
    研究 技术 方法 应用 开发 研发 研制 关键 示范 推广 项目 产业化 产业 成果 转化
    创新 新型 高效 高性能 高品质 高质量 一体化 系列 若干 相关 主要 实现 解决 提高 需求
    合作 寻求 问题 难题 攻关 探索 实践 推进 及 和 在 对 为 等 其 中 用 式 性 型
    """
)
# Words that carry nothing alone or among themselves, but may be part of a longer one ("污水处理系统").
_PLAIN = (
    *_EDGE,
    *_words(
        """
    系统 设备 装备 装置 材料 管理 生产 工艺 产品 设计 制备 制造 处理 加工 分析 控制
    检测 优化 改进 改性 提升 评价 评估 建设 服务 平台 工程 企业 公司 行业 领域 作用
    性能 功能 结构 模型 机理 影响 条件 效果 质量 成本 过程 使用 利用 制作 综合 综合利用
    国产 国内 国家 我国 市场 需要 要求 具有 多种 不同 能力 水平 规模 体系 模式 方案
    数据 信息 科技 专用 通用 测试 试验 实验 运行 工作 目标 指标 基础 资源 环境 安全
    自动 智能 全 类 化 法 器 机 品 料 量 率 度 力 体 剂 组合 集成 配套 配方 特种
    先进 现代 高端 高 大 小 低 多 双 超 快速 生产线 生产工艺 制备方法 组合物 定制 构建
    策略 标准 标准化 规范 培养 选择 适用 作为 可以 形成 区域 局部 品种 优良 优质 可调
    种类 具备 新 原有 目前 年 月 万元 一定 本 该 主持 参与 经济 社会 效益 发展 支持
    建立 完成 制定 技术需求 核心 部件 零部件 组件 种
    """
    ),
)
_PLAIN_WORDS = frozenset(word for word in _PLAIN if len(word) == 2)
_CUT = re.compile("|".join(sorted(map(re.escape, _GLUE), key=len, reverse=True)))
_LEFT_EDGE = re.compile(f"^(?:{'|'.join(sorted(_EDGE, key=len, reverse=True))})+")
_RIGHT_EDGE = re.compile(f"(?:{'|'.join(sorted(_EDGE, key=len, reverse=True))})+$")
_ALL_PLAIN = re.compile(f"(?:{'|'.join(sorted(set(_PLAIN), key=len, reverse=True))})+")
_WORD_CHARACTER = re.compile(r"\w")
_IS_HAN = re.compile(f"[{HAN}]")
_NUMBER = re.compile(r"[\d.%/年月日项台套吨件米]+")

SHORTEST = 2
MOST_WORDS = 4
LONG = 300
"""Characters from which a text is prose: its spaces are where its author put them."""
BOUND = 0.6
"""Cohesion from which a cut between two neighbours goes through a word: 空气 1.1, 高温 0.7, 池材 0, 料制 -1.2."""
LOOSE = 1.5
"""Cohesion under which a generic character is taken off the end of a word: 饱和 3.0 keeps it, 泵和 0 does not."""
TOO_LONG = 16
"""A shared run longer than this is a whole phrase; it is shown, but weighs no more than a word of this length."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One carrying word as each side writes it ("激光熔覆", "激光 熔覆"), with its weight (sum of IDF)."""

    left: str
    right: str
    weight: float


def shared_words(ngrams: Ngrams, left: str, right: str) -> tuple[Shared, ...]:
    """The carrying words of two normalised texts, heaviest first, at most four, none inside another.

    *left* should be the shorter text: the time grows with its length times the search in *right*.
    """
    tight_left, at_left = _tight(left)
    tight_right, at_right = _tight(right)
    found: dict[str, Shared] = {}
    for start, end in _common_runs(tight_left, tight_right):
        place = tight_right.find(tight_left[start:end])
        for a, b in _pieces(tight_left, start, end):
            a, b = _trim(ngrams, tight_left, a, b, tight_right, place + a - start)
            word = tight_left[a:b]
            if word in found or not _carries(word):
                continue
            there = place + a - start
            found[word] = Shared(
                left[at_left[a] : at_left[b - 1] + 1],
                right[at_right[there] : at_right[there + b - a - 1] + 1],
                sum(ngrams.idf(c) for c in word[:TOO_LONG] if _IS_HAN.match(c)) or ngrams.idf(word),
            )
    ordered = sorted(found.items(), key=lambda item: (-item[1].weight, item[0]))
    kept: list[tuple[str, Shared]] = []
    for word, shared in ordered:
        if not any(word in longer for longer, _ in kept):
            kept.append((word, shared))
    return tuple(shared for _, shared in kept[:MOST_WORDS])


def _tight(text: str) -> tuple[str, range | list[int]]:
    """A title without idle spaces, and for each character its place in *text*; a long text is taken as it is."""
    if len(text) > LONG or " " not in text:
        return text, range(len(text))
    idle = {match.start() for match in IDLE_SPACE.finditer(text)}
    places = [at for at in range(len(text)) if at not in idle]
    return "".join(text[at] for at in places), places


def _common_runs(left: str, right: str) -> list[tuple[int, int]]:
    """(start, end) in *left* of substrings of at least two characters that *right* holds too, each as long as can be."""
    runs: list[tuple[int, int]] = []
    end = 0
    for start in range(len(left) - 1):
        # What is common from one start is common from the next one too, so the end never moves back.
        reached = end
        end = max(end, start + 1)
        while end < len(left) and left[start : end + 1] in right:
            end += 1
        if end > reached and end - start >= SHORTEST:
            runs.append((start, end))
    return runs


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut text[start:end] at punctuation and function words; spans in *text*."""
    spans: list[tuple[int, int]] = []
    begin = start
    at = start
    while at < end:
        glue = _CUT.match(text, at, end)
        step = len(glue.group()) if glue else 0 if _WORD_CHARACTER.match(text[at]) or text[at] in ".-+" else 1
        if step:
            spans.append((begin, at))
            begin = at = at + step
        else:
            at += 1
    spans.append((begin, end))
    return [(a, b) for a, b in spans if b - a >= SHORTEST]


def _trim(ngrams: Ngrams, left: str, a: int, b: int, right: str, there: int) -> tuple[int, int]:
    """Take half words and generic words off both ends of left[a:b], which stands in *right* at *there*."""
    shift = there - a
    while b - a >= SHORTEST and (
        _torn(ngrams, left, b, inner=b - 2) or _torn(ngrams, right, b + shift, inner=b + shift - 2)
    ):
        b -= 1
    while b - a >= SHORTEST and (
        _torn(ngrams, left, a, inner=a + 1) or _torn(ngrams, right, a + shift, inner=a + shift + 1)
    ):
        a += 1
    # "高效" goes, "新" of "新能源" stays: a single character is taken off only where it is loose.
    word = left[a:b]
    head = _LEFT_EDGE.match(word)
    if head and (len(head.group()) > 1 or len(word) <= SHORTEST or ngrams.cohesion(word[0], word[1]) < LOOSE):
        a += len(head.group())
    word = left[a:b]
    tail = _RIGHT_EDGE.search(word)
    if tail and (
        len(tail.group()) > 1 or len(word) <= SHORTEST or ngrams.cohesion(word[-2], word[-1]) < LOOSE
    ):
        b -= len(tail.group())
    return a, b


def _torn(ngrams: Ngrams, text: str, cut: int, *, inner: int) -> bool:
    """Whether the boundary before text[cut] goes through a word: the character inside it (next to the cut) holds more
    to its neighbour outside than to the one at *inner*. Latin words must not be cut at all."""
    if not 0 < cut < len(text):
        return False
    before, after = text[cut - 1], text[cut]
    han_before, han_after = bool(_IS_HAN.match(before)), bool(_IS_HAN.match(after))
    if not han_before and not han_after:
        return before.isalnum() and after.isalnum()
    if not (han_before and han_after) or not 0 <= inner < len(text) or not _IS_HAN.match(text[inner]):
        return False
    if before + after in _PLAIN_WORDS:
        return True
    outside = ngrams.cohesion(before, after)
    inside = ngrams.cohesion(text[inner], before) if inner < cut else ngrams.cohesion(after, text[inner])
    return outside > max(BOUND, inside)


def _carries(word: str) -> bool:
    """Whether a person would take *word* for a reason."""
    if len(word) < SHORTEST or _ALL_PLAIN.fullmatch(word) or _NUMBER.fullmatch(word):
        return False
    return word[0] not in ".-+" and word[-1] not in ".-"
