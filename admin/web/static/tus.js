// Sends one file by the tus protocol 1.0.0: announces it, sends it in parts, asks how far it is after every cut, goes on.
// Owns patience and the order of requests; how it looks is upload.js.
window.dangan = window.dangan || {};
(function () {
  "use strict";
  var PART = 32 << 20, LONGEST_PAUSE = 30;
  var PASSING = [0, 408, 409, 421, 423, 425, 429, 500, 502, 503, 504];  // what may be otherwise a moment later
  var token = (document.querySelector("meta[name=csrf-token]") || {}).content;

  function encoded(text) {
    var bytes = new TextEncoder().encode(text), plain = "";
    bytes.forEach(function (byte) { plain += String.fromCharCode(byte); });
    return btoa(plain);
  }

  // job: {file, path, fingerprint, batch, type, url (of the upload, once there is one)}
  // told: {progress(bytes), waiting(seconds), going(), announced(url), received(), done(view), refused(message), ended()}
  function send(base, job, told) {
    var request = null, timer = 0, cuts = 0, cancelled = false, offset = 0;

    function ask(method, address, headers, body) {
      return new Promise(function (answer) {
        request = new XMLHttpRequest();
        request.open(method, address);
        request.setRequestHeader("Tus-Resumable", "1.0.0");
        request.setRequestHeader("X-CSRFToken", token);
        request.setRequestHeader("X-Requested-With", "fetch");
        Object.keys(headers || {}).forEach(function (name) { request.setRequestHeader(name, headers[name]); });
        if (body) {
          request.upload.onprogress = function (event) { told.progress(offset + event.loaded); };
          request.upload.onload = function () { if (offset + body.size >= job.file.size) { told.received(); } };
        }
        request.onloadend = function () { if (!cancelled) { answer(request); } };
        request.send(body || null);
      });
    }

    function start() {
      if (cancelled) { return; }
      told.going();
      if (job.url) { resume(); } else { announce(); }
    }

    function announce() {
      var said = { filename: job.file.name, path: job.path, fingerprint: job.fingerprint, batch: job.batch, type: job.type };
      var metadata = Object.keys(said).filter(function (name) { return said[name]; })
        .map(function (name) { return name + " " + encoded(said[name]); }).join(",");
      ask("POST", base, { "Upload-Length": String(job.file.size), "Upload-Metadata": metadata }).then(function (answer) {
        if (answer.status !== 201) { failed(answer); return; }
        job.url = answer.getResponseHeader("Location");
        told.announced(job.url);
        known(answer);
      });
    }

    function resume() {
      ask("HEAD", job.url).then(function (answer) {
        if (answer.status === 404 || answer.status === 410) { again(); return; }
        if (answer.status !== 200) { failed(answer); return; }
        known(answer);
      });
    }

    function known(answer) {
      offset = Number(answer.getResponseHeader("Upload-Offset"));
      told.progress(offset);
      if (answer.getResponseHeader("Dangan-Upload-State") !== "receiving") { finish(); return; }
      part();
    }

    // With nothing left to send the empty part asks for the file to be filed.
    function part() {
      var piece = job.file.slice(offset, Math.min(offset + PART, job.file.size));
      if (!piece.size) { told.received(); }
      ask("PATCH", job.url, { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" }, piece)
        .then(function (answer) {
          if (answer.status === 204) { cuts = 0; known(answer); return; }
          if (answer.status === 404 || answer.status === 410) { again(); return; }
          if (!answer.status) { unreadable().then(function (gone) { if (gone) { lost(); } else { failed(answer); } }); return; }
          failed(answer);
        });
    }

    // A request that ended without any answer: the connection, or the file itself was moved or changed meanwhile.
    function unreadable() {
      return job.file.slice(0, 1).arrayBuffer().then(function () { return false; }, function () { return true; });
    }

    function lost() { over(); told.refused("文件在上传中被移动、改名或修改，读不到了。请重新选择它。"); }

    function again() { job.url = ""; offset = 0; announce(); }

    function finish() {
      ask("GET", job.url).then(function (answer) {
        var view = parsed(answer);
        if (answer.status !== 200 || !view) { failed(answer); return; }
        over();
        told.done(view);
      });
    }

    function failed(answer) {
      if (answer.status === 401) { over(); told.ended(); return; }
      if (PASSING.indexOf(answer.status) < 0) {
        over();
        told.refused((parsed(answer) || {}).message || "服务器没有给出可以理解的回答（" + answer.status + "），请重试或联系系统管理员。");
        return;
      }
      cuts += 1;
      wait(Math.max(Number(answer.getResponseHeader("Retry-After")) || 0, Math.min(Math.pow(2, cuts - 1), LONGEST_PAUSE)));
    }

    function wait(seconds) {
      told.waiting(Math.ceil(seconds));
      timer = setTimeout(function () { timer = 0; start(); }, 1000 * seconds * (0.75 + Math.random() / 2));
    }

    function over() { window.removeEventListener("online", hurry); }

    function hurry() { if (timer) { clearTimeout(timer); timer = 0; cuts = 0; start(); } }

    function cancel() {
      cancelled = true;
      clearTimeout(timer);
      over();
      if (request) { request.abort(); }
      if (!job.url) { return Promise.resolve(); }
      return remove(job.url);
    }

    window.addEventListener("online", hurry);
    start();
    return { cancel: cancel };
  }

  function remove(url) {
    return fetch(url, { method: "DELETE", credentials: "same-origin",
      headers: { "Tus-Resumable": "1.0.0", "X-CSRFToken": token, "X-Requested-With": "fetch" } }).catch(function () { return null; });
  }

  function parsed(answer) {
    try { return JSON.parse(answer.responseText); } catch { return null; }
  }

  window.dangan.tus = { send: send, remove: remove };
})();
