"""What can go wrong, in the words of the domain; web turns each into HTTP by one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, and how to mend it; `row` is set for spreadsheets."""

    field: str
    message: str
    row: int | None = None


class DomainError(Exception):
    """The base of all: `message` is a Chinese sentence for the person who caused it."""

    message = "操作没有完成。"

    def __init__(self, message: str = "") -> None:
        """A more exact sentence may replace the class's own."""
        self.message = message or self.message
        super().__init__(self.message)


class Invalid(DomainError):
    """What was typed cannot be used; every faulty field is named."""

    message = "有几处需要修改，修改后再提交。"

    def __init__(
        self, errors: Sequence[FieldError], message: str = "", read: Mapping[str, object] | None = None
    ) -> None:
        """Keep the errors in the order of the form; `read` are the values that could be used."""
        super().__init__(message)
        self.errors = tuple(errors)
        self.read = read or {}

    @property
    def fields(self) -> frozenset[str]:
        """The names of the faulty fields."""
        return frozenset(error.field for error in self.errors)


class NotFound(DomainError):
    """There is no such thing, or not for this person: the two must look the same."""

    message = "没有找到，可能已下架，或您没有查看权限。"


class Forbidden(DomainError):
    """The person may see it but not do this."""

    message = "您没有权限做这件事。"


class SignInFirst(DomainError):
    """Only for people who are signed in."""

    message = "请先登录。"


class Stale(DomainError):
    """Somebody else changed it in the meantime."""

    message = "您打开之后，这条内容已被别人修改。请对照最新内容再保存，您刚才输入的仍在下面。"


class Conflict(DomainError):
    """The state of things no longer allows it."""

    message = "当前状态下不能这样做。"


class Throttled(DomainError):
    """Too many attempts; `seconds` says how long to wait."""

    message = "操作太频繁，请稍后再试。"

    def __init__(self, seconds: int, message: str = "") -> None:
        """Say how long to wait."""
        super().__init__(message)
        self.seconds = seconds


class IndexAway(DomainError):
    """The index does not answer; everything that is only in the database still works."""

    message = "匹配服务暂时不可用，已保存的内容不受影响，请几分钟后再看。"


class Busy(DomainError):
    """Others are writing and would not finish in time; nothing was stored."""

    message = "现在写入的人太多，这一步没有完成，请稍等几秒再试；您输入的内容可返回上一页找到。"
