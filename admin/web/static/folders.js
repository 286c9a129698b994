// What was dropped or picked, folders included: one list of {file, path}, the path as it stood below what was dropped.
window.dangan = window.dangan || {};
(function () {
  "use strict";
  var HIDDEN = /^(\.|~\$)|^(Thumbs\.db|desktop\.ini)$/i;  // what no archivist means: the systems' own files

  function ofEntry(entry, above, found) {
    if (HIDDEN.test(entry.name)) { return Promise.resolve(); }
    if (entry.isFile) {
      return new Promise(function (done) {
        entry.file(function (file) { found.push({ file: file, path: above + file.name }); done(); },
                   function () { found.push({ path: above + entry.name, unreadable: true }); done(); });
      });
    }
    return all(entry.createReader()).then(function (entries) {
      entries.sort(function (a, b) { return a.name < b.name ? -1 : 1; });
      return entries.reduce(function (before, inner) {
        return before.then(function () { return ofEntry(inner, above + entry.name + "/", found); });
      }, Promise.resolve());
    });
  }

  // A reader gives at most a hundred at a time, and nothing when it is through.
  function all(reader) {
    var gathered = [];
    return new Promise(function (done) {
      function more() {
        reader.readEntries(function (some) {
          if (!some.length) { done(gathered); return; }
          gathered = gathered.concat(Array.prototype.slice.call(some));
          more();
        }, function () { done(gathered); });
      }
      more();
    });
  }

  // The entries must be taken at once: after the event they are gone.
  function dropped(transfer) {
    var entries = Array.prototype.map.call(transfer.items || [], function (item) {
      return item.kind === "file" && item.webkitGetAsEntry ? item.webkitGetAsEntry() : null;
    }).filter(Boolean);
    if (!entries.length) { return Promise.resolve(picked(transfer.files)); }
    var found = [];
    return entries.reduce(function (before, entry) {
      return before.then(function () { return ofEntry(entry, "", found); });
    }, Promise.resolve()).then(function () { return found; });
  }

  function picked(files) {
    return Array.prototype.map.call(files, function (file) {
      return { file: file, path: file.webkitRelativePath || file.name };
    }).filter(function (item) {
      return !item.file.webkitRelativePath || !item.path.split("/").some(function (part) { return HIDDEN.test(part); });
    });
  }

  window.dangan.folders = { dropped: dropped, picked: picked };
})();
