"""The need doctor: what a need leaves out or leaves vague, said kindly, with an example; and a mark by four criteria.

It advises and never blocks. Checks are functions of one need; their words, points and sentences are data
(`config/doctor.toml`), so that the page of criteria is written by what is really asked. Not for ranking: what the
checks cost in ranking is measured by `python -m benchmarks.doctor`, and nothing here changes a score.
"""

from __future__ import annotations

from matching.doctor.doctor import Check, Diagnosis, Doctor, Finding, Mark
from matching.doctor.reading import Draft

__all__ = ["Check", "Diagnosis", "Doctor", "Draft", "Finding", "Mark"]
