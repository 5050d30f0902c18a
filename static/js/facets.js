// The facets of a list lie under one button on a phone and stand open beside the list on a wide screen. Styles do that where the browser knows
// ::details-content; in others the fold is opened here.

/** Open the folded facets under root on a wide screen. */
export function openFacets(root) {
  if (CSS.supports("selector(::details-content)") || !matchMedia("(min-width: 992px)").matches) return;
  for (const fold of root.querySelectorAll("details[data-facets]")) fold.open = true;
}
