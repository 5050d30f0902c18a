// Small helps beside form fields: the yuan of an amount typed in 万元, and how many characters are left.

/** The yuan meant by a text in 万元, or null when it is not a plain amount ("80", "1,200.5" and full-width digits are). */
export function yuanOf(text) {
  const plain = text.normalize("NFKC").replace(/[,\s]/g, "").replace(/万元?$/, "");
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(plain)) return null;
  return Math.round(Number(plain) * 1_000_000) / 100;
}

/** Show the yuan under each [data-money] input. */
export function echoMoney(root) {
  for (const input of root.querySelectorAll("[data-money]")) {
    const out = document.querySelector(`[data-yuan-for="${CSS.escape(input.id)}"]`);
    if (!out) continue;
    const show = () => {
      const yuan = yuanOf(input.value);
      out.textContent = input.value.trim() === "" ? "" : yuan === null ? "请填数字，如 80 或 12.5" : `= ${yuan.toLocaleString("zh-CN")} 元`;
    };
    input.addEventListener("input", show);
    show();
  }
}

/** Count the characters of each [data-count] field against its limit; nothing is cut off while typing. */
export function countCharacters(root) {
  for (const input of root.querySelectorAll("[data-count]")) {
    const out = document.querySelector(`[data-counter-for="${CSS.escape(input.id)}"]`);
    if (!out) continue;
    const limit = Number(input.dataset.count);
    const show = () => {
      const used = [...input.value].length;
      out.textContent = used > limit ? `超出 ${used - limit} 字` : used === 0 ? `最多 ${limit} 字` : `${used} / ${limit} 字`;
      out.classList.toggle("over", used > limit);
    };
    input.addEventListener("input", show);
    show();
  }
}
