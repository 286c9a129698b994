// The review queue by keyboard: the first file has the focus; 1, 2, 3 take its proposals, arrows go from file to file,
// t goes to the field for another type, o opens the file.
(function () {
  "use strict";
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-review]"));
  var wanted = { "1": '[data-candidate="1"]', "2": '[data-candidate="2"]', "3": '[data-candidate="3"]', "o": "[data-open]" };
  if (rows.length && (document.activeElement === document.body || !document.activeElement)) { rows[0].focus({ preventScroll: true }); }
  document.addEventListener("keydown", function (event) {
    var typing = event.target.matches("input:not([type=checkbox]), select, textarea");
    if (event.ctrlKey || event.metaKey || event.altKey || typing && event.key !== "Enter") { return; }
    var row = event.target.closest("[data-review]");
    if (typing) { // Enter in the field for another type says that type of this file, and not the first button's of the page
      var one = row && event.target.matches("[data-other]") && row.querySelector("button[name=one]");
      if (one) { event.preventDefault(); one.click(); }
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      var next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)] || (row ? null : rows[0]);
      if (next) { event.preventDefault(); next.focus(); }
      return;
    }
    var other = row && event.key === "t" && row.querySelector("[data-other]");
    if (other) { event.preventDefault(); other.focus(); return; }
    var found = row && wanted[event.key] && row.querySelector(wanted[event.key]);
    if (found) { event.preventDefault(); found.click(); }
  });
}());
