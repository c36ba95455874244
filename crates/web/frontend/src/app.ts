// Everything here only quickens a page that works without it.
import "./auto-refresh";
import "./copy-button";
import "./live-region";
import "./passkeys";
import "./query-box";
import "./time-ago";
import { startExports } from "./export-menu";
import { startActingForms } from "./acting-forms";
import { startQuestions } from "./ask";
import { startSelects } from "./forms";
import { startKeys } from "./keys";
import { startMenus, startTabs } from "./menus";
import { startRows } from "./rows";

startMenus();
startTabs();
startRows();
startKeys();
startSelects();
startQuestions();
startActingForms();
startExports();
