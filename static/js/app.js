// Entry of all scripts: each module improves what already works without it. Loaded as a module, so it runs after parsing.
import { carryDrafts, keepDrafts } from "./draft.js";
import { followFindings, openDoctor } from "./doctor.js";
import { openFacets } from "./facets.js";
import { echoMoney, countCharacters } from "./fields.js";
import { dropFiles } from "./filedrop.js";
import { listKeys } from "./listkeys.js";
import { markReasons } from "./marks.js";
import { overlays, menus } from "./overlay.js";
import { compareTray } from "./compare.js";
import { copyButtons } from "./copy.js";
import { growRecords } from "./records.js";
import { guardSwaps } from "./swaps.js";

document.documentElement.classList.add("js");

/** Prepare one part of a page: the whole at first, later whatever htmx put in. */
function prepare(root) {
  openFacets(root);
  openDoctor(root);
  keepDrafts(root);
  echoMoney(root);
  countCharacters(root);
  dropFiles(root);
  growRecords(root);
  compareTray(root);
  root.querySelector("[data-focus]")?.focus();
}

menus();
overlays();
listKeys();
markReasons();
copyButtons();
carryDrafts();
guardSwaps();
followFindings();
prepare(document);
document.addEventListener("htmx:load", (event) => { if (event.detail.elt !== document.body) prepare(event.detail.elt); });
