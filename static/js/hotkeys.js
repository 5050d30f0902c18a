// Single keys for a page's few actions: [data-hotkey="p"] is pressed by p. A button or link is clicked, a field is focused.
// Also [data-fill="id"] puts a ready sentence into a field. Loaded only by pages that have such keys; each has a visible button.

const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (!/^[a-z]$/.test(event.key)) return;
  const target = document.querySelector(`[data-hotkey="${event.key}"]`);
  if (!target) return;
  event.preventDefault();
  if (typing(target)) { target.focus(); target.scrollIntoView({ block: "nearest" }); } else target.click();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  const field = button && document.getElementById(button.dataset.fill);
  if (!field) return;
  field.value = field.value.trim() ? `${field.value.trim()}\n${button.dataset.text}` : button.dataset.text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
