// Starts the framework's parts; without JavaScript every page still works.
import { initAll } from "./govuk-frontend.min.js?v=6.3.0";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
