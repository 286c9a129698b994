// The review queue by keyboard: 1, 2, 3 take the proposals of the file that has the focus; arrows go from file to file.
(function () {
  "use strict";
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-review]"));
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), select, textarea")) { return; }
    var row = event.target.closest("[data-review]");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      var next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)] || (row ? null : rows[0]);
      if (next) { event.preventDefault(); next.focus(); }
      return;
    }
    var button = row && /^[123]$/.test(event.key) && row.querySelector('[data-candidate="' + event.key + '"]');
    if (button) { event.preventDefault(); button.click(); }
  });
}());
