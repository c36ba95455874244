// Everything here only quickens a page that works without it.
import "./acting-checkbox";
import "./auto-refresh";
import "./copy-button";
import "./live-region";
import "./live-tail";
import "./passkeys";
import "./query-box";
import "./time-ago";
import { startExports } from "./export-menu";
import { startConfirmations, startSelects } from "./forms";
import { startKeys } from "./keys";
import { startMenus, startTabs } from "./menus";
import { startRows } from "./rows";

startMenus();
startTabs();
startRows();
startKeys();
startSelects();
startConfirmations();
startExports();
