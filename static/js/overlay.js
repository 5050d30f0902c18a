// Native dialogs and <details> menus: open, close, return the focus. Links with data-overlay="URL" still lead to their page without scripts.

/** Menus close on Escape, on a click elsewhere and when another opens. */
export function menus() {
  const open = () => [...document.querySelectorAll("details[data-menu][open]")];
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
    const close = event.target.closest("[data-close]");
    if (close) {
      const box = close.closest("details");
      if (box) { box.open = false; box.querySelector("summary").focus(); }
      close.closest("dialog")?.close();
    }
    // A menu's entry that leads to a question further down opens it as well.
    const down = event.target.closest('a[href^="#"]');
    const question = down && down.hash.length > 1 && document.getElementById(down.hash.slice(1))?.querySelector("details[data-confirm]");
    if (question) { question.open = true; for (const menu of open()) menu.open = false; }
    const opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open)?.showModal();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) { menu.open = false; menu.querySelector("summary").focus(); }
  });
}

/** A link with data-overlay shows the answered page's #overlay-content in the shared dialog; any trouble follows the link instead. */
export function overlays() {
  const dialog = document.getElementById("overlay");
  if (!dialog?.showModal) return;
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-overlay]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(link.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const content = page.getElementById("overlay-content");
      if (!answer.ok || !content) throw new Error("no content");
      dialog.replaceChildren(document.importNode(content, true));
      dialog.setAttribute("aria-label", link.dataset.overlay || link.textContent.trim());
      dialog.showModal();
      dialog.scrollTop = 0;
      dialog.dispatchEvent(new Event("shown"));
    } catch {
      location.href = link.href;
    } finally {
      link.removeAttribute("aria-busy");
    }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}
