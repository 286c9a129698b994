// The page viewer: keys follow the links that name them, a conversion is waited for, the page shown is in sight of the strip.
(function () {
  "use strict";

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, textarea, select")) { return; }
    var sheet = document.querySelector(".sheet");
    // Where a large picture can be moved sideways, the arrows move it.
    var moves = sheet && sheet === document.activeElement && sheet.scrollWidth > sheet.clientWidth + 1;
    if (moves && event.key.indexOf("Arrow") === 0) { return; }
    var key = event.key === "=" ? "+" : event.key;
    var found = document.querySelector('[data-key="' + (window.CSS ? CSS.escape(key) : key) + '"]');
    if (!found) { return; }
    event.preventDefault();
    if (found.tagName === "INPUT") { found.focus(); found.select(); } else { found.click(); }
  });

  var strip = document.querySelector(".thumbs");
  var here = strip && strip.querySelector(".here");
  if (here) {
    strip.scrollTop = here.offsetTop - strip.clientHeight / 2 + here.clientHeight / 2;
    strip.scrollLeft = here.offsetLeft - strip.clientWidth / 2 + here.clientWidth / 2;
  }

  var wait = document.querySelector("[data-wait]");
  if (wait) { location.replace(wait.getAttribute("data-wait")); }
})();
