// Everything here only quickens a page that works without it.
import "./acting-checkbox";
import "./auto-refresh";
import "./copy-button";
import "./live-region";
import "./passkeys";
import "./query-box";
import "./time-ago";
import { startExports } from "./export-menu";
import { startConfirmations, startSelects } from "./forms";
import { startCopies } from "./copy";
import { startHistogram } from "./histogram";
import { startKeys } from "./keys";
import { startMenus, startTabs } from "./menus";
import { startRows } from "./rows";

startMenus();
startTabs();
startRows();
startCopies();
startHistogram();
startKeys();
startSelects();
startConfirmations();
startExports();
