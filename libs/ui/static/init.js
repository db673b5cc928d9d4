// Starts the framework's parts; without JavaScript every page still works.
import { initAll } from "./govuk-frontend.min.js?v=6.3.0";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// A filter swaps only the list. An error, or the log-in page after a session has ended, is shown as a whole page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  const answered = new URL(xhr.responseURL);
  const asked = new URL(pathInfo.requestPath, location.href);
  if (xhr.status < 400 && answered.pathname === asked.pathname) return;
  event.preventDefault();
  location.assign(answered);
});
document.addEventListener("htmx:sendError", (event) => event.target.closest("form")?.submit());
