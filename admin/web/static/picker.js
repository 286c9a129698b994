// Papers of a long list are found by what is typed; ticked ones stay in sight. A link to a folded form opens it.
(function () {
  "use strict";
  document.querySelectorAll("[data-filter]").forEach(function (field) {
    var lines = document.getElementById(field.getAttribute("data-filter")).querySelectorAll("label");
    field.addEventListener("keydown", function (event) { if (event.key === "Enter") { event.preventDefault(); } });
    field.addEventListener("input", function () {
      var words = field.value.trim().toLowerCase().split(/\s+/);
      lines.forEach(function (line) {
        var text = line.textContent.toLowerCase();
        line.hidden = !line.querySelector("input").checked && !words.every(function (word) { return text.indexOf(word) >= 0; });
      });
    });
  });
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href^='#']");
    var found = link && document.querySelector(link.getAttribute("href"));
    if (found && found.tagName === "DETAILS") { found.open = true; }
  });
}());
