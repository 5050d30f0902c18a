"""Listens to what a browser complains about: errors in the console, exceptions, breaches of the content security policy."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, Response

REPORT = """addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.effectiveDirective} refused ${event.blockedURI || "inline"} in ${event.sourceFile}`));"""


@dataclass
class Watch:
    """Complaints so far. `expected` holds statuses of documents a test asks for on purpose (404 …)."""

    complaints: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def console(self, message: ConsoleMessage) -> None:
        """Errors and warnings; a document answered with an expected status is none."""
        if message.type not in ("error", "warning"):
            return
        if any(f"status of {status}" in message.text for status in self.expected):
            return
        self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def begin(self, *expected: int) -> None:
        """Forget what was, and expect documents with these statuses."""
        self.complaints.clear()
        self.expected = set(expected)

    def response(self, response: Response) -> None:
        """A refused form comes back as a page of its own with 422; browsers report it as a failed load."""
        if response.status == 422 and response.request.is_navigation_request():
            self.expected.add(422)


def watch(page: Page) -> Watch:
    """Listen to a page from before its first document."""
    kept = Watch()
    page.add_init_script(REPORT)
    page.on("console", kept.console)
    page.on("pageerror", lambda error: kept.complaints.append(f"exception: {error}"))
    page.on("response", kept.response)
    return kept
