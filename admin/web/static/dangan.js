// Small helps on every page: an explanation that a link names is opened, forms are not sent twice, filters submit.
(function () {
  "use strict";

  function openTarget() {
    var name = decodeURIComponent(location.hash.slice(1));
    var found = name && document.getElementById(name);
    if (!found) { return; }
    for (var node = found; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") { node.open = true; }
    }
    document.querySelectorAll(".finding.target").forEach(function (old) { old.classList.remove("target"); });
    if (found.classList.contains("finding")) { found.classList.add("target"); }
    found.scrollIntoView({ block: "start" });
  }
  window.addEventListener("hashchange", openTarget);
  openTarget();

  // Filters stand open where there is room for them.
  document.querySelectorAll("[data-facets]").forEach(function (facets) {
    facets.open = window.matchMedia("(min-width: 992px)").matches;
  });

  document.addEventListener("submit", function (event) {
    var question = event.target.getAttribute("data-confirm");
    if (question && !window.confirm(question)) { event.preventDefault(); return; }
    if (event.target.method !== "post") { return; }
    var buttons = event.target.querySelectorAll("button[type=submit]");
    setTimeout(function () { buttons.forEach(function (button) { button.disabled = true; }); }, 0);
  });
  // Coming back with the browser's back button shows the page as it was left: its buttons must work again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("button[type=submit][disabled]").forEach(function (button) { button.disabled = false; });
  });

  document.addEventListener("change", function (event) {
    var target = event.target;
    if (target.matches("[data-submit]")) { target.form.requestSubmit(); }
    if (target.matches("[data-proposal]")) {
      var choice = document.getElementById("f-type");
      if (choice) { choice.value = target.value; }
    }
    if (target.id === "f-type") {
      document.querySelectorAll("[data-proposal]").forEach(function (radio) { radio.checked = radio.value === target.value; });
    }
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-print], [data-copy]");
    if (!button) { return; }
    if (button.hasAttribute("data-print")) { window.print(); return; }
    var text = document.getElementById(button.getAttribute("data-copy")).textContent;
    if (navigator.clipboard) { navigator.clipboard.writeText(text).then(function () { button.textContent = "已复制"; }); }
  });

  // A page that cannot be drawn leaves its text, not a broken picture.
  document.addEventListener("error", function (event) {
    if (event.target.matches && event.target.matches("img.page-image")) {
      event.target.hidden = true;
      var text = event.target.closest(".reader").querySelector("details");
      if (text) { text.open = true; }
    }
  }, true);

  // On paper everything is open; afterwards it is as it was.
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.prototype.filter.call(document.querySelectorAll("details.stage, details.finding, details.more-rows"), function (d) { return !d.open; });
    opened.forEach(function (d) { d.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.forEach(function (d) { d.open = false; }); opened = []; });
})();
