// Files dropped or picked are sent one a request, three at a time, each with its own bar and its own answer.
(function () {
  "use strict";
  var PARALLEL = 3;
  var zone = document.getElementById("drop");
  if (!zone) { return; }
  var picker = document.getElementById("picker");
  var list = document.getElementById("files");
  var summary = document.getElementById("upload-summary");
  var type = document.getElementById("f-upload-type");
  var token = document.querySelector("meta[name=csrf-token]").content;
  var waiting = [], running = 0, counts = { done: 0, duplicate: 0, refused: 0 };

  function element(tag, className, text) {
    var made = document.createElement(tag);
    if (className) { made.className = className; }
    if (text) { made.textContent = text; }
    return made;
  }

  function add(file) {
    var row = element("li");
    row.appendChild(element("span", "name", file.name));
    row.appendChild(element("span", "state", "等待中"));
    var bar = element("progress");
    bar.max = 100; bar.value = 0;
    bar.setAttribute("aria-label", file.name + " 的上传进度");
    row.appendChild(bar);
    row.appendChild(element("div", "result"));
    list.appendChild(row);
    waiting.push({ file: file, row: row, type: type ? type.value : "" });
  }

  function take(files) {
    Array.prototype.forEach.call(files, add);
    next();
  }

  function next() {
    while (running < PARALLEL && waiting.length) { send(waiting.shift()); }
    if (!running && !waiting.length) { finish(); }
  }

  function send(job) {
    running += 1;
    var request = new XMLHttpRequest();
    var bar = job.row.querySelector("progress"), state = job.row.querySelector(".state");
    var address = zone.dataset.url + (job.type ? "?type=" + encodeURIComponent(job.type) : "");
    request.open("POST", address);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", token);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.setRequestHeader("X-File-Name", encodeURIComponent(job.file.name));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    state.textContent = "上传中";
    request.upload.onprogress = function (event) {
      if (!event.lengthComputable) { return; }
      bar.value = 100 * event.loaded / event.total;
      state.textContent = event.loaded < event.total ? Math.floor(bar.value) + "%" : "正在识别";
    };
    request.upload.onload = function () { bar.value = 100; state.textContent = "正在识别"; };
    request.onload = function () { show(job, request.response, request.status); };
    request.onerror = function () { show(job, { status: "refused", message: "网络中断，这个文件没有上传完成，请重试。" }, 0); };
    request.onloadend = function () { running -= 1; next(); };
    request.send(job.file);
  }

  function show(job, answer, status) {
    answer = answer || { status: "refused", message: "服务器没有给出可以理解的回答（" + status + "），请重试或联系系统管理员。" };
    var row = job.row, result = row.querySelector(".result"), state = row.querySelector(".state");
    var kind = answer.status === "filed" ? "done" : answer.status === "duplicate" ? "duplicate" : "refused";
    counts[kind] += 1;
    row.className = kind;
    row.querySelector("progress").value = 100;
    state.textContent = { done: "已归档", duplicate: "重复", refused: "未收入" }[kind];
    if (kind === "refused") { result.textContent = answer.message || "没有被接受。"; return; }
    var link = element("a", "", answer.title);
    link.href = answer.url;
    result.textContent = kind === "duplicate" ? "与已有文件内容相同，没有重复保存：" : answer.type + "（" + answer.source + "）：";
    result.appendChild(link);
    if (kind === "done" && answer.reasons && answer.reasons.length) {
      var reasons = element("ul");
      answer.reasons.forEach(function (reason) { reasons.appendChild(element("li", "", reason)); });
      result.appendChild(reasons);
    }
  }

  function finish() {
    var words = ["归档 " + counts.done + " 个"];
    if (counts.duplicate) { words.push("重复 " + counts.duplicate + " 个"); }
    if (counts.refused) { words.push("未收入 " + counts.refused + " 个"); }
    summary.textContent = "上传结束：" + words.join("，") + "。";
    var materials = document.getElementById("materials");
    if (!materials || !counts.done) { return; }
    var open = Array.prototype.map.call(materials.querySelectorAll("details.stage[open]"), function (d) { return d.id; });
    fetch(zone.dataset.refresh, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" })
      .then(function (response) { return response.ok ? response.text() : Promise.reject(response.status); })
      .then(function (html) {
        materials.innerHTML = html;
        open.forEach(function (id) { var d = document.getElementById(id); if (d) { d.open = true; } });
        materials.setAttribute("data-refreshed", String(counts.done));
      })
      .catch(function () { summary.textContent += "材料清单没有自动更新，请刷新页面。"; });
  }

  picker.addEventListener("change", function () { take(picker.files); picker.value = ""; });
  ["dragenter", "dragover"].forEach(function (name) {
    zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.add("over"); });
  });
  ["dragleave", "drop"].forEach(function (name) {
    zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.remove("over"); });
  });
  zone.addEventListener("drop", function (event) { take(event.dataTransfer.files); });
  // A file dropped beside the zone must not replace the page.
  window.addEventListener("dragover", function (event) { event.preventDefault(); });
  window.addEventListener("drop", function (event) { event.preventDefault(); });
  window.addEventListener("beforeunload", function (event) { if (running || waiting.length) { event.preventDefault(); } });
})();
