// Everything here only quickens a page that works without it.
import "./auto-refresh";
import "./copy-button";
import "./live-region";
import "./live-tail";
import "./passkeys";
import "./query-box";
import "./time-ago";
import { startExports } from "./export-menu";
import { startActingForms } from "./acting-forms";
import { startQuestions } from "./ask";
import { startCopies } from "./copy";
import { startSelects } from "./forms";
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
startQuestions();
startActingForms();
startExports();
