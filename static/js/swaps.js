// Filters and pages of a list replace only that list (htmx). Whenever the answer does not hold it (signed out, gone, an error page, a link that
// leads elsewhere), the browser goes to the address instead, so that a click never ends in an empty place.

/** Listen once for the whole document. */
export function guardSwaps() {
  const follow = (event) => {
    event.preventDefault();
    location.href = event.detail.pathInfo?.responsePath || event.detail.pathInfo?.requestPath || location.href;
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const wanted = event.detail.elt?.closest?.("[hx-select]")?.getAttribute("hx-select");
    if (!wanted?.startsWith("#") || event.detail.requestConfig.verb !== "get") return;
    if (event.detail.isError || !event.detail.serverResponse.includes(`id="${wanted.slice(1)}"`)) follow(event);
  });
  document.addEventListener("htmx:sendError", (event) => { if (event.detail.requestConfig?.verb === "get") location.href = event.detail.requestConfig.path; });
}
