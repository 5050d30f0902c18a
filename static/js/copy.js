// Copy a number or an address to the clipboard and say so on the button itself.

/** Listen once for every [data-copy] button; "page" copies the address of this page with its filters. */
export function copyButtons() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const label = button.querySelector("span") ?? button;
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy === "page" ? location.href : button.dataset.copy);
      label.textContent = "已复制";
    } catch {
      label.textContent = "没能复制，请手工选取";
    }
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}
