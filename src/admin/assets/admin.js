// The little that a page for staff cannot do without a script.

// A button that prints the page, and one that takes a text to the clipboard.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button?.hasAttribute("data-print")) window.print();
  const copied = button?.getAttribute("data-copy");
  if (copied) void navigator.clipboard?.writeText(copied);
});

// Enter sends such a form from a list of choices, too, where browsers would open the list.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.target instanceof HTMLSelectElement)) return;
  const form = event.target.closest("form[data-enter]");
  if (!(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  form.requestSubmit();
});

// What came in place of something else is read out, and has the focus where it asks for it.
document.addEventListener("htmx:afterSettle", (event) => {
  const wanted =
    event.target instanceof Element ? event.target.querySelector("[data-focus]") : null;
  if (wanted instanceof HTMLElement) wanted.focus();
});

// What is said of a field is taken back or renewed while it is put right: its own mark follows.
document.addEventListener("htmx:oobAfterSwap", ({ target }) => {
  if (!(target instanceof Element) || !target.matches("small.problem")) return;
  const field = document.getElementById(target.id.replace(/-problem$/, ""));
  if (target.textContent === "") field?.removeAttribute("aria-invalid");
  else field?.setAttribute("aria-invalid", "true");
});

// A page that keeps itself up to date says so, and says when it cannot.
function tellLive(event, state) {
  const page = event.target instanceof Element ? event.target.closest("[data-live]") : null;
  page?.setAttribute("data-live", state);
}
document.addEventListener("htmx:sseOpen", (event) => tellLive(event, "on"));
document.addEventListener("htmx:sseError", (event) => tellLive(event, "off"));
document.addEventListener("htmx:sendError", (event) => tellLive(event, "off"));

// What a page asks for by itself leaves it as it is where that fails: nobody has seen it ask.
document.addEventListener("htmx:beforeSwap", (event) => {
  const asks = event.detail.requestConfig.elt.getAttribute("hx-trigger") ?? "";
  if (!/\b(every|load)\b/.test(asks)) return;
  if (event.detail.isError) event.detail.shouldSwap = false;
  tellLive(event, event.detail.isError ? "off" : "on");
});
